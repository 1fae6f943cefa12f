"""Sessions in their new places -> whether Claude Code finds them there. I/O: reads only, a little of each."""

import os
from collections.abc import Sequence
from dataclasses import dataclass

from ccmcp.config import Root
from ccmcp.migrate.plan import After, Plan
from ccmcp.transcripts.decode import decode_whole
from ccmcp.transcripts.entries import text_of
from ccmcp.transcripts.projects import encode, encodes

_TAIL = 65_536
"""So many bytes of a transcript's end are read for the line that says where it belongs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A session that was taken somewhere, looked at there."""

    after: After
    problem: str
    """What stands in the way of resuming it there; empty for nothing."""
    mtime_ns: int


def check(taken: Sequence[After]) -> list[Checked]:
    """Look at sessions in their new places, the newest first (that is the one that `claude --continue` takes)."""
    found = [_checked(each) for each in taken]
    return sorted(found, key=lambda each: -each.mtime_ns)


def continued_in(plan: Plan, roots: Sequence[Root]) -> Root | None:
    """The root in which `claude --continue` in the plan's target takes one of the plan's sessions; none where it takes another."""
    for root in roots:
        path = _continued(os.path.join(os.path.realpath(root.path), "projects", encode(plan.target)))
        if path and os.path.isdir(plan.target) and any(each.path == path for each in plan.after):
            return root
    return None


def _continued(folder: str) -> str:
    """The transcript that `claude --continue` takes in a project folder: the newest by its modification time. Empty for none."""
    newest, path = -1, ""
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.endswith(".jsonl") and not entry.name.startswith("agent-"):
                    at = entry.stat().st_mtime_ns
                    if at > newest:
                        newest, path = at, entry.path
    except OSError:
        return ""
    return path


def _checked(after: After) -> Checked:
    try:
        seen = os.stat(after.path)
        tail = _tail(after.path, seen.st_size)
    except OSError as error:
        return Checked(after=after, problem=f"its transcript can't be read: {error.strerror}", mtime_ns=0)
    return Checked(after=after, problem=_problem(after, tail), mtime_ns=seen.st_mtime_ns)


def _problem(after: After, tail: bytes) -> str:
    if not encodes(after.cwd, os.path.basename(os.path.dirname(after.path))):
        return "its transcript is not in the folder of its project"
    if not os.path.isdir(after.cwd):
        return f"there is no folder {after.cwd} yet: make it, or clone the project there"
    at = tail.rfind(b'"relocatedCwd"')
    start = tail.rfind(b"\n", 0, at) + 1
    end = tail.find(b"\n", at)
    entry = decode_whole(tail[start : end if end >= 0 else len(tail)], 0, 1) if at >= 0 else None
    if entry is not None and text_of(entry.record, "relocatedCwd") != after.cwd:
        return f"its last lines say it belongs to {text_of(entry.record, 'relocatedCwd')}"
    return ""


def _tail(path: str, size: int) -> bytes:
    with open(path, "rb") as file:
        file.seek(max(0, size - _TAIL))
        return file.read()
