"""
What migrations did to transcripts, so that an audit takes it for no tampering. I/O: reads only.

Only what a migration left is explained by it: what anybody changed afterwards is not.
"""

import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from ccmcp.migrate.applying import Kept, listed
from ccmcp.migrate.doing.content import blocks
from ccmcp.migrate.steps import Append, Move, Put, Remove


def explained(state: Path) -> Callable[[str], str]:
    """
    A function that says for a transcript's path which migration took it away or changed it; empty for none.

    Paths are those of the roots as they are named, or real ones.
    """
    done = [each for each in listed(state) if each.state in ("applied", "undone")]

    def told(path: str) -> str:
        for kept in done:
            if _explains(kept, os.path.realpath(path)):
                return f"migration {kept.plan.plan_id} of ccmcp"
        return ""

    return told


def _explains(kept: Kept, path: str) -> bool:
    """Whether a path is as a migration left it: gone, or with the bytes that it put there or gave back."""
    applied = kept.state == "applied"
    there = os.path.lexists(path)
    for step in kept.plan.steps:
        match step:
            case Move(folder=False):
                if not there and path == (step.source if applied else step.target):
                    return True
            case Put() if step.path == path:
                if applied and there:
                    return _begins(path, step.size, step.sha256)
                if not applied and not there:
                    return True
            case Remove() if step.path == path:
                if applied and not there:
                    return True
                if not applied and there:
                    return _begins(path, step.seen.size, step.seen.sha256)
            case Append() if step.path == path and not applied and there:
                return os.path.getsize(path) == step.size
            case _:
                pass
    return False


def _begins(path: str, size: int, digest: str) -> bool:
    """Whether a file begins with so many bytes of a digest."""
    found = sha256()
    try:
        for block in blocks(path, 0, size):
            found.update(block)
    except OSError:
        return False
    return found.hexdigest() == digest
