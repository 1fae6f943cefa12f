"""Sessions that run and are left out."""

import shlex
from collections.abc import Iterator

from ccmcp.migrate.risks._check import Said, check, examples, number
from ccmcp.migrate.risks._circumstances import Circumstances

_FEW = 3
"""So many are each named with how to take them later."""


@check("running", looks_at="sessions that run at this moment")
def running(circumstances: Circumstances) -> Iterator[Said]:
    """
    A client that runs makes its transcript anew where it was, and the session is split in two.

    Bad: a session that is moved while somebody types in it; so it is left out.
    Fine: one that has ended, however short ago.
    """
    if len(circumstances.running) > _FEW:
        yield Said(
            "medium",
            f"{number(len(circumstances.running), 'session')} that run are left out: "
            f"{examples(each.session_id for each in circumstances.running)}.",
            f"When they have ended: {_command(circumstances)}",
        )
        return
    for each in circumstances.running:
        title = " ".join(each.title.split())[:60]
        named = f"{each.session_id} ({title})" if title else each.session_id
        yield Said(
            "medium",
            f"{named} is left out: {each.how}.",
            f"When it has ended: {_command(circumstances, each.session_id)}",
        )


def _command(circumstances: Circumstances, session_id: str = "") -> str:
    mode = ["--mode", "copy"] if circumstances.mode == "copy" else []
    return _joined(
        [
            "ccmcp",
            "migrate",
            "plan",
            circumstances.source,
            circumstances.target,
            *(["--session", session_id] if session_id else []),
            *mode,
        ],
        windows=circumstances.windows,
    )


def _joined(words: list[str], *, windows: bool) -> str:
    if not windows:
        return shlex.join(words)
    return " ".join(f'"{each}"' if set(each) & set(" &|<>^%()'") else each for each in words)
