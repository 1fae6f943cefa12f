"""Sessions that go to another project folder, with a line more: the index follows them without reading them again."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ccmcp.config import Config
from ccmcp.history import History
from ccmcp.index.risks import RiskQuestion
from ccmcp.result import plain
from ccmcp.tools import Call, all_tools
from ccmcp.transcripts.projects import encode
from tests.transcript import Chat, Home, line

OLD, NEW = "/work/old", "/work/new"
ASKED: dict[str, dict[str, Any]] = {
    "search_sessions": {"query": "fox", "limit": 50},
    "list_sessions": {"limit": 50},
    "find_tool_calls": {"limit": 50, "sort": "newest"},
    "usage_report": {"group": "project"},
    "audit_findings": {"min_severity": "info", "limit": 50},
    "index_status": {},
}


def many(home: Home, count: int) -> list[Chat]:
    chats = []
    for number in range(count):
        chat = Chat(f"talk {number}", cwd=OLD)
        chat.user(f"Where does fox number {number} live?")
        chat.call("Bash", f"toolu_{number}", command=f"git push --force origin fox-{number}")
        chat.result(f"toolu_{number}", "pushed")
        chat.assistant("In the wood.")
        path = home.write(chat)
        inner = Chat(f"inner {number}", cwd=OLD)
        inner.user("look for the den")
        inner.assistant("Here it is.")
        home.agent(chat, f"a{number}", inner.records)
        home.put(path.with_suffix("") / "tool-results" / "b1.txt", b"a long list of foxes\n")
        chats.append(chat)
    return chats


def moved(home: Home, chat: Chat, new: str = NEW, *, mark: bool = True) -> Path:
    """As the client's own /cd: the transcript and its folder, and a line of where it belongs now."""
    source = home.path(chat)
    target = home.claude / "projects" / encode(new) / source.name
    target.parent.mkdir(parents=True, exist_ok=True)
    seen = source.stat()
    source.rename(target)
    source.with_suffix("").rename(target.with_suffix(""))
    if mark:
        with target.open("ab") as file:
            file.write(line({"type": "relocated", "relocatedCwd": new, "sessionId": chat.id}))
        os.utime(target, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    return target


def answers(home: Home, folder: Path, **more: str) -> dict[str, Any]:
    """What all tools answer, over a cache in this folder."""
    history = History(Config.load({**home.env, "CCMCP_CACHE_DIR": str(folder), **more}), patient=True)
    call = Call(now=datetime(2026, 8, 2, tzinfo=UTC), cwd=NEW)
    try:
        history.refresh()
        history.analyse()
        found = {}
        for tool in all_tools():
            if tool.name in ASKED:
                found[tool.name] = plain(tool.run(history, tool.parameters(**ASKED[tool.name]), call))
        found["findings"] = sorted(
            (each.rule, each.fingerprint, each.times)
            for each in history.risks(lambda risks: risks.found(RiskQuestion()))
        )
        return found
    finally:
        history.close()


def same(found: dict[str, Any], fresh: dict[str, Any]) -> None:
    """But for what tells when and how the index itself was made."""
    for each in (found, fresh):
        each.pop("index_status")
    assert json.dumps(found, sort_keys=True) == json.dumps(fresh, sort_keys=True)


READS = """
import sys
opened = []
sys.addaudithook(lambda name, arguments: opened.append(arguments[0]) if name == "open" else None)
from pathlib import Path
from ccmcp.config import Config
from ccmcp.history import History
import os
history = History(Config.load(os.environ), patient=True)
history.refresh()
history.close()
print(sum("/subagents/" in str(each) or "/tool-results/" in str(each) for each in opened))
"""


def test_moved_sessions_answer_like_a_fresh_index(home: Home, tmp_path: Path) -> None:
    chats = many(home, 6)
    before = answers(home, tmp_path / "cache")
    assert {each["project"] for each in before["list_sessions"]["sessions"]} == {OLD}
    for chat in chats[:5]:
        moved(home, chat)
    after = answers(home, tmp_path / "cache")
    projects = [each["project"] for each in after["list_sessions"]["sessions"]]
    assert (projects.count(NEW), projects.count(OLD)) == (5, 1)
    same(after, answers(home, tmp_path / "fresh"))


def test_sessions_moved_there_and_back_answer_like_a_fresh_index(home: Home, tmp_path: Path) -> None:
    chats = many(home, 4)
    original = {chat.id: home.path(chat).read_bytes() for chat in chats}
    answers(home, tmp_path / "cache")
    for chat in chats:
        moved(home, chat)
    answers(home, tmp_path / "cache")
    for chat in chats:
        there = home.claude / "projects" / encode(NEW) / home.path(chat).name
        there.write_bytes(original[chat.id])
        there.rename(home.path(chat))
        there.with_suffix("").rename(home.path(chat).with_suffix(""))
    same(answers(home, tmp_path / "cache"), answers(home, tmp_path / "fresh"))


def test_a_copy_left_behind_is_no_move(home: Home, tmp_path: Path) -> None:
    [chat] = many(home, 1)
    answers(home, tmp_path / "cache")
    content = home.path(chat).read_bytes()
    home.put(home.claude / "projects" / encode(NEW) / home.path(chat).name, content)
    found, fresh = answers(home, tmp_path / "cache"), answers(home, tmp_path / "fresh")
    for asked in ("search_sessions", "usage_report", "audit_findings", "findings"):
        assert found[asked] == fresh[asked]


def test_two_of_one_name_are_told_apart_or_read_again(home: Home, tmp_path: Path) -> None:
    [chat] = many(home, 1)
    twin = Chat(chat.name, cwd="/work/twin")
    twin.user("Where does the badger live?")
    home.write(twin)
    answers(home, tmp_path / "cache")
    moved(home, chat, "/work/one")
    home.path(twin).rename(
        home.put(home.claude / "projects" / encode("/work/two") / home.path(twin).name, b"")
    )
    same(answers(home, tmp_path / "cache"), answers(home, tmp_path / "fresh"))


def test_an_agent_that_two_folders_had_is_one_where_they_become_one(home: Home, tmp_path: Path) -> None:
    common = Chat("common")
    common.user("look for the fox")
    common.assistant("Here it is.")
    target = home.claude / "projects" / encode(NEW)
    chats = [Chat(name, cwd=f"/work/{name}") for name in ("one", "two")]
    for chat in chats:
        chat.user(f"Where does the {chat.name} fox live?")
        home.put(home.write(chat).parent / "agent-x.jsonl", common.bytes())
    answers(home, tmp_path / "cache")
    target.mkdir()
    for chat in chats:
        for path in list(home.path(chat).parent.iterdir()):
            path.rename(target / path.name)
    found, fresh = answers(home, tmp_path / "cache"), answers(home, tmp_path / "fresh")
    for each in (found, fresh):
        for session in each["search_sessions"]["sessions"]:
            del session["score"]  # what was deleted weighs in words' rarity for a while
    same(found, fresh)


@pytest.mark.parametrize("mark", [True, False])
def test_what_lies_below_a_moved_session_is_not_read_again(home: Home, tmp_path: Path, mark: bool) -> None:  # noqa: FBT001 - a parameter
    chats = many(home, 30)
    env = {**os.environ, **home.env, "CCMCP_CACHE_DIR": str(tmp_path / "cache")}

    def opened() -> int:
        run = subprocess.run(
            [sys.executable, "-c", READS], env=env, capture_output=True, encoding="utf-8", check=True
        )
        return int(run.stdout)

    assert opened() >= 60
    for chat in chats:
        moved(home, chat, mark=mark)
    # A look at each file's last bytes tells that it is the same; nothing of subagents and results is read.
    assert opened() == 60
    assert opened() == 0
