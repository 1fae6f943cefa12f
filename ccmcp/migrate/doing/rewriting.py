"""
The two files that are shared with a client that runs, edited as they are at that moment: `history.jsonl`, `.claude.json`. I/O.

Each edit is a function of the file's bytes. A copy of exactly the bytes it was given is kept, so what it made of them can be
told from what a client added since, and be taken back.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from ccmcp.migrate.doing import disk
from ccmcp.migrate.edits import prompts, settings
from ccmcp.migrate.steps import Prompts, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Restore:
    """Take back what an edit of a shared file did."""

    of: Prompts | Settings
    backup: str
    """The folder with the edit's copy of the file as it was."""

    @property
    def path(self) -> str:
        """The file."""
        return self.of.path

    @property
    def kept(self) -> str:
        """The name of the copy of the file as it was before this."""
        return f"undo-{self.of.kept}"


Rewrite: TypeAlias = Prompts | Settings | Restore

_TRIES = 20
"""So often a file is read again that a client changes while it is edited."""


def edited(step: Rewrite, data: bytes) -> bytes:
    """
    What a step makes of the file's bytes.

    Raises:
        ValueError: the file can't be understood.

    """
    match step:
        case Prompts():
            return prompts.edited(data, step.projects, step.sessions)[0]
        case Settings():
            return settings.moved(data, step.source, step.target).data
        case Restore():
            before = before_of(step.of, step.backup)
            return data if before is None else taken_back(step.of, data, before)


def taken_back(step: Rewrite, now: bytes, before: bytes) -> bytes:
    """The file's bytes now without what a step did to them; `before`: what they were. Raises ValueError."""
    after = edited(step, before)
    if now == after:
        return before
    if now == before:
        return now
    if not isinstance(step, Settings) and not isinstance(getattr(step, "of", None), Settings):
        return _without_lines(now, before, after)
    if isinstance(step, Settings):
        done = settings.moved(before, step.source, step.target)
        return settings.put_back(now, step.source, step.target, done, exact=False)[0]
    assert isinstance(step, Restore)
    return edited(step.of, now)


def _without_lines(now: bytes, before: bytes, after: bytes) -> bytes:
    if now.startswith(after):
        return before + now[len(after) :]
    if now.startswith(before):
        return now
    # Rewritten by someone: whole lines that the edit made become what they were.
    pairs = zip(before.split(b"\n"), after.split(b"\n"), strict=False)
    was = {new: old for old, new in pairs if new != old}
    return b"\n".join(was.get(line, line) for line in now.split(b"\n"))


def before_of(step: Rewrite, backup: str) -> bytes | None:
    """The kept copy of the file as it was before a step; none where it was never made."""
    if not step.kept:
        return None
    try:
        return disk.read(os.path.join(backup, step.kept))[0]
    except FileNotFoundError:
        return None


def keep(step: Rewrite, data: bytes, mtime_ns: int, backup: str) -> None:
    """Keep a copy of the file's bytes as they are, with its time. Raises OSError."""
    place = os.path.join(backup, step.kept)
    if disk.stat_of(place) is not None and disk.read(place)[0] == data:
        return
    disk.write(place + ".new", (data,), 0o600, mtime_ns, synced=True)
    disk.replace(place + ".new", place)
    disk.sync((), (backup,))


def do(step: Rewrite, backup: str, part: str) -> None:
    """
    Do a step, once: what is done already stays.

    `part`: a name beside the file for what is written. Raises OSError, ValueError.
    """
    if disk.stat_of(step.path) is None and isinstance(step, Restore):
        return
    old = part + "-old"
    before = before_of(step, backup)
    if before is not None:
        _catch_up(step, old, before)

    after = edited(step, before) if before is not None else b""

    def change(data: bytes, mtime_ns: int) -> tuple[bytes, int]:
        if after and (data == after or (data.startswith(after) and not _is_settings(step))):
            return data, -1
        new = edited(step, data)
        if new != data:
            keep(step, data, mtime_ns, backup)
        return new, _time(step, new)

    _rewrite(step, part, change)


def take_back(step: Rewrite, backup: str, part: str) -> None:
    """Take a step back, if it was done. Raises OSError, ValueError."""
    before = before_of(step, backup)
    found = disk.stat_of(step.path)
    if before is None or found is None:
        return
    _catch_up(step, part + "-old", before)
    mtime_ns = os.stat(os.path.join(backup, step.kept)).st_mtime_ns

    def change(data: bytes, _: int) -> tuple[bytes, int]:
        assert before is not None
        new = taken_back(step, data, before)
        return new, mtime_ns if new == before else -1

    _rewrite(step, part, change)


def _time(step: Rewrite, new: bytes) -> int:
    """The modification time a file gets: its old one when it is what it was, else that of the edit."""
    if isinstance(step, Restore) and new == before_of(step.of, step.backup):
        return os.stat(os.path.join(step.backup, step.of.kept)).st_mtime_ns
    return -1


def _catch_up(step: Rewrite, old: str, before: bytes) -> None:
    """End an edit that was cut short between the new file and a last look at the old one."""
    kept = disk.stat_of(old)
    if kept is None:
        return
    now = disk.stat_of(step.path)
    if now is not None and now.st_ino != kept.st_ino:
        data = disk.read(old)[0]
        known = next((each for each in (edited(step, before), before) if data.startswith(each)), data)
        growth = b"" if _is_settings(step) else data[len(known) :]
        if growth and growth not in disk.read(step.path)[0]:
            disk.add(step.path, growth)
    disk.remove(old)


def _rewrite(step: Rewrite, part: str, change: Callable[[bytes, int], tuple[bytes, int]]) -> None:
    """Put another file in the place of one that a client may change at the same time; what it adds meanwhile is kept."""
    old = part + "-old"
    for _ in range(_TRIES):
        data, seen = disk.read(step.path)
        new, mtime_ns = change(data, seen.st_mtime_ns)
        if new == data:
            disk.remove(part)
            return
        disk.write(part, (new,), seen.st_mode & 0o7777, mtime_ns, synced=True)
        named = disk.give_name(step.path, old)
        now = os.lstat(step.path)
        if (now.st_size, now.st_mtime_ns, now.st_ino) != (seen.st_size, seen.st_mtime_ns, seen.st_ino):
            disk.remove(old)
            continue
        disk.replace(part, step.path)
        if not named or _has_all(step, old, data):
            return
    raise OSError(None, "a client changes it all the time", step.path)


def _has_all(step: Rewrite, old: str, data: bytes) -> bool:
    """Whether the old file said nothing more by the time it was replaced; what was added to a history is added to the new one."""
    last = disk.read(old)[0]
    if last != data and last.startswith(data) and not _is_settings(step):
        disk.add(step.path, last[len(data) :])
    elif last != data:
        # The client wrote it in place in between: its version counts, and is edited in turn.
        disk.replace(old, step.path)
        return False
    disk.remove(old)
    return True


def _is_settings(step: Rewrite) -> bool:
    return isinstance(step.of if isinstance(step, Restore) else step, Settings)
