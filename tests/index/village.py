"""A small home with a file of every kind, and what may happen to it."""

import os
from collections.abc import Callable
from pathlib import Path

from tests.index.asking import talk
from tests.transcript import Chat, Home, line

WORDS = (
    "wombat", "quokka", "numbat", "bilby", "echidna", "dunnart", "quoll", "potoroo", "bettong", "kowari", "cassowary",
    "platypus", "dingo", "emu", "ibis", "brolga",
)  # fmt: skip
"""Each stands in one place of the village, before or after what happens."""

LONG = "and so on and on " * 30


def found_village(home: Home) -> None:
    """Write it: a session with all its files, its fork, old sessions with summaries, one to be changed, one to be deleted."""
    main = main_chat()
    home.write(main)
    home.write(fork_of(main))
    side = Chat("side", cwd=main.cwd)
    side.user("a numbat", isSidechain=True, agentId="a1")
    side.call("Bash", "toolu_side", command="ls bilby")
    home.agent(main, "a1", side.records)
    folder = home.path(main).with_suffix("")
    home.put(folder / "tool-results" / "b1.txt", b"an echidna\n")
    home.put(folder / "custom-title.json", b'{"customTitle":"dunnart"}')
    typed = {
        "display": "a quoll",
        "timestamp": 1785600000000,
        "project": main.cwd,
        "sessionId": Chat("typed").id,
    }
    home.put(home.claude / "history.jsonl", line(typed))
    home.put(home.claude / "plans" / "brave-plan.md", b"Look for a potoroo.\n")
    old, holder = Chat("old", version="1.0.60", start="2025-06-01T10:"), Chat("holder", version="1.0.60")
    leaf = old.assistant(f"No idea. {LONG}")
    home.write(old)
    holder.raw(type="summary", summary="Seen: bettong", leafUuid=leaf["uuid"])
    holder.user(f"something else {LONG}")
    home.write(holder)
    restore(home)
    home.write(talk("deleted", "a cassowary", LONG, start="2026-07-02T10:"))


def main_chat() -> Chat:
    """The session with all kinds of lines."""
    chat = talk("main", "a wombat")
    chat.user(f"make a plan {LONG}", slug="brave-plan")
    chat.call("Bash", "toolu_main", command=f"echo {LONG}")
    chat.result("toolu_main", f"a quokka {LONG}", toolUseResult={"stdout": "", "stderr": ""})
    return chat


def fork_of(chat: Chat) -> Chat:
    """A --fork-session copy, with a line of its own."""
    fork = Chat("fork", cwd=chat.cwd, start="2026-08-02T10:")
    fork.records = [
        {
            **record,
            "sessionId": fork.id,
            **({"requestSessionId": chat.id} if record["type"] == "assistant" else {}),
        }
        for record in chat.records
    ]
    fork.user("a platypus")
    return fork


def append(home: Home) -> None:
    """Lines are added to files of each kind, and files of each kind are new."""
    main = main_chat()
    path = home.path(main)
    more = Chat(main.name, cwd=main.cwd, records=list(main.records))
    more.user("a dingo")
    more.call("Read", "toolu_more", file_path="/work/demo/emu.txt")
    home.append(main, more.records[len(main.records) :])
    side = Chat("new side", cwd=main.cwd)
    side.user("an ibis", isSidechain=True, agentId="a2")
    home.agent(main, "a2", side.records)
    with (path.with_suffix("") / "tool-results" / "b1.txt").open("ab") as file:
        file.write(b"a brolga\n")
    with (home.claude / "history.jsonl").open("ab") as file:
        file.write(
            line(
                {
                    "display": "once more",
                    "timestamp": 1785600001000,
                    "project": main.cwd,
                    "sessionId": main.id,
                }
            )
        )


def replace(home: Home) -> None:
    """Files are rewritten, deleted and moved, an original of a copy among them, and a title is changed."""
    main = main_chat()
    home.path(main).unlink()
    home.put(home.path(main).with_suffix("") / "custom-title.json", b'{"customTitle":"dingo"}')
    rewrite(home)
    home.path(Chat("deleted")).unlink()
    home.path(Chat("holder")).write_bytes(line({"type": "summary", "summary": "an ibis", "leafUuid": "none"}))
    old: Path = home.path(Chat("old"))
    new = old.parents[1] / "-work-other" / old.name
    new.parent.mkdir()
    old.rename(new)


def rewrite(home: Home) -> None:
    """One file is rewritten."""
    home.write(talk("rewritten", "an emu", start="2026-07-01T10:"))


def restore(home: Home) -> None:
    """That file is as it was, its time too."""
    path = home.write(talk("rewritten", "a kowari", LONG, start="2026-07-01T10:"))
    os.utime(path, ns=(10**18, 10**18))


HAPPENINGS: dict[str, Callable[[Home], None]] = {"append": append, "replace": replace, "rewrite": rewrite}
UNDOING: dict[str, Callable[[Home], None]] = {"rewrite": restore}
"""What happens again before the next process looks."""
