"""
What migrations did to transcripts, so that an audit takes it for no tampering. I/O: reads only.

Only what a migration left is explained by it: what anybody changed afterwards is not.
"""

import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from ccmcp.migrate.applying import listed
from ccmcp.migrate.doing.content import blocks, measured
from ccmcp.migrate.plan import Plan
from ccmcp.migrate.steps import Append, Move, Put, Remove

Left = tuple[str, int, str]
"""
How a migration left a path: the plan's id; so many bytes it has or begins with (-1: it is gone); their SHA-256, empty where
nobody has read them: then it has no more.
"""


def explained(state: Path) -> Callable[[str], str]:
    """
    A function that says for a transcript's path which migration took it away or changed it; empty for none.

    Paths are those of the roots as they are named, or real ones. Plans are read when the first path is asked about.
    """

    @cache
    def left() -> dict[str, list[Left]]:
        found: dict[str, list[Left]] = {}
        for kept in listed(state):
            if kept.state in ("applied", "undone"):
                for path, size, digest in _left(kept.plan, applied=kept.state == "applied"):
                    found.setdefault(path, []).append((kept.plan.plan_id, size, digest))
        return found

    def told(path: str) -> str:
        real = os.path.realpath(path)
        for plan_id, size, digest in left().get(real, ()):
            if _is_so(real, size, digest):
                return f"migration {plan_id} of ccmcp"
        return ""

    return told


def _left(plan: Plan, *, applied: bool) -> Iterator[tuple[str, int, str]]:
    """Paths, and how a plan that was applied, or taken back again, left them."""
    for step in plan.steps:
        match step:
            case Move(folder=False):
                yield (step.source if applied else step.target), -1, ""
            case Put():
                yield step.path, *((step.size, step.sha256) if applied else (-1, ""))
            case Remove():
                yield step.path, *((-1, "") if applied else (step.seen.size, step.seen.sha256))
            case Append() if not applied:
                yield step.path, step.size, ""
            case _:
                pass


def _is_so(path: str, size: int, digest: str) -> bool:
    """Whether a path is as it was left."""
    if size < 0 or not os.path.lexists(path):
        return size < 0 and not os.path.lexists(path)
    try:
        return measured(blocks(path, 0, size))[1] == digest if digest else os.path.getsize(path) == size
    except OSError:
        return False
