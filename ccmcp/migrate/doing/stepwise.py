"""
Steps done and taken back, one by one. I/O.

Whether a step was done is told by the disk alone, so each may be done again, or taken back when it was never done. What is
removed is only set aside at first, and what is made keeps a second name, until all is done and on the disk.
"""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from ccmcp.errors import MigrationError
from ccmcp.migrate.doing import disk, rewriting
from ccmcp.migrate.doing.content import measured, written
from ccmcp.migrate.doing.journal import AnyStep, Begin
from ccmcp.migrate.doing.rewriting import Restore
from ccmcp.migrate.steps import (
    Append,
    FromBackup,
    MakeFolder,
    Move,
    Prompts,
    Put,
    Remove,
    RemoveFolder,
    Settings,
    Truncate,
)


class ChangedError(MigrationError):
    """Something is not as it has to be for a step; the message is a part of another one."""


@dataclass(slots=True)
class Doing:
    """Steps under way."""

    begin: Begin
    backup: str
    """The folder that copies of this transaction go to."""
    inodes: dict[str, int] = field(default_factory=dict)
    """Files that are made, and their inodes."""
    grown: list[str] = field(default_factory=list)
    """Files that could not be cut to what they were, or be removed: someone else has written to them."""
    _moved: dict[str, int] = field(default_factory=dict)

    def part(self, path: str) -> str:
        """The name beside a path for what is only there meanwhile."""
        folder, name = os.path.split(path)
        if len(os.fsencode(name)) > 200:
            name = sha256(os.fsencode(name)).hexdigest()[:24]
        return os.path.join(folder, f".{name}.ccmcp-{self.begin.mark}")

    def aside(self, path: str) -> str:
        """The name beside a path under which a file is set aside that is to be removed."""
        return self.part(path) + "-gone"

    def copy(self, name: str) -> str:
        """The path of a copy that is kept."""
        return os.path.join(self.backup, name)

    # -- before the commit -----------------------------------------------------------

    def prepare(self, step: AnyStep, *, synced: bool) -> None:
        """Have on the disk what a step needs: folders, the file that is made, copies of what is removed. Raises OSError."""
        match step:
            case MakeFolder():
                disk.make_folder(step.path, step.mode)
            case Put():
                blocks = written(step.content, self.begin.backups, Counter())
                made = disk.write(self.part(step.path), blocks, step.mode, step.mtime_ns, synced=synced)
                if (made.size, made.sha256) != (step.size, step.sha256):
                    raise ChangedError(
                        f"{step.path!r} would not be made as planned: what it is made of has changed"
                    )
                self.inodes[step.path] = made.inode
            case Remove() if step.kept:
                place = self.copy(step.kept)
                made = disk.write(place, _all(step.path), 0o600, step.seen.mtime_ns, synced=synced)
                if made.size != step.seen.size or (step.seen.sha256 and made.sha256 != step.seen.sha256):
                    raise ChangedError(f"{step.path!r} has changed")
            case _:
                pass

    # -- after it --------------------------------------------------------------------

    def do(self, step: AnyStep) -> None:
        """Do a step, or what is left of it. Raises OSError, ChangedError, ValueError."""
        match step:
            case MakeFolder():
                disk.make_folder(step.path, step.mode)
            case Move():
                _move(step)
            case Append():
                data = step.text.encode("utf-8", "surrogatepass")
                if not disk.append(step.path, data, step.size, step.mtime_ns):
                    raise ChangedError(f"{step.path!r} has changed")
            case Truncate():
                data = step.text.encode("utf-8", "surrogatepass")
                if not disk.truncate(step.path, data, step.size, step.mtime_ns):
                    raise ChangedError(f"{step.path!r} has changed")
            case Put():
                self._put(step)
            case Remove():
                self._remove(step)
            case Prompts() | Settings() | Restore():
                rewriting.do(step, self.backup, self.part(step.path))
            case RemoveFolder():
                pass

    def _put(self, step: Put) -> None:
        part = self.part(step.path)
        there = disk.stat_of(step.path)
        if there is not None:
            if there.st_ino == self.inodes.get(step.path):
                return
            raise FileExistsError(None, "something is there already", step.path)
        if not disk.give_name(part, step.path):
            disk.rename(part, step.path)

    def _remove(self, step: Remove) -> None:
        there = disk.stat_of(step.path)
        if there is None or there.st_ino == self.inodes.get(step.path):
            return
        seen = step.seen
        if (there.st_size, there.st_mtime_ns, there.st_ino) != (seen.size, seen.mtime_ns, seen.inode):
            raise ChangedError(f"{step.path!r} has changed")
        disk.rename(step.path, self.aside(step.path))

    # -- afterwards ------------------------------------------------------------------

    def settle(self) -> None:
        """Let go of what was set aside, remove folders that are empty, give folders their times. Raises OSError."""
        times = dict(self.begin.after)
        for step in self.begin.steps:
            match step:
                case Put():
                    disk.remove(self.part(step.path))
                case Remove():
                    disk.remove(self.aside(step.path))
                case _:
                    pass
        for step in self.begin.steps:
            match step:
                case RemoveFolder():
                    disk.remove_folder(step.path)
                case MakeFolder() if step.mtime_ns >= 0:
                    times[step.path] = step.mtime_ns
                case _:
                    pass
        disk.set_times(times)

    # -- back ------------------------------------------------------------------------

    def take_back_all(self, *, done: bool) -> None:
        """Everything is as it was before; `done`: steps may have been done, not only prepared. Raises as `take_back`."""
        made = [each for each in self.begin.steps if isinstance(each, MakeFolder)]
        if done:
            self._moved = {
                each.target: each.seen.inode for each in self.begin.steps if isinstance(each, Move) and not each.folder
            }  # fmt: skip
            for step in reversed(self.begin.steps):
                self.take_back(step)
        for step in self.begin.steps:
            match step:
                case Put():
                    disk.remove(self.part(step.path))
                case Remove() if step.kept:
                    disk.remove(self.copy(step.kept))
                case Prompts() | Settings() | Restore() if step.kept:
                    disk.remove(self.part(step.path))
                    disk.remove(self.copy(step.kept))
                    disk.remove(self.copy(step.kept + ".new"))
                case _:
                    pass
        for folder in reversed(made):
            disk.remove_folder(folder.path)
        disk.set_times(self.begin.before)

    def take_back(self, step: AnyStep) -> None:
        """Take a step back, or what was done of it. Raises OSError, ChangedError, ValueError."""
        match step:
            case Move():
                _move_back(step)
            case Append():
                if self._is_ours(step.path):
                    data = step.text.encode("utf-8", "surrogatepass")
                    if not disk.truncate(step.path, data, step.size, step.mtime_ns):
                        self.grown.append(step.path)
            case Truncate():
                if self._is_ours(step.path):
                    data = step.text.encode("utf-8", "surrogatepass")
                    disk.append(step.path, data, step.size, step.mtime_ns)
            case Put():
                self._unmake(step)
            case Remove():
                aside = self.aside(step.path)
                if disk.stat_of(aside) is not None:
                    _name_back(aside, step.path)
            case Prompts() | Settings() | Restore():
                rewriting.take_back(step, self.backup, self.part(step.path))
            case MakeFolder() | RemoveFolder():
                pass

    def _unmake(self, step: Put) -> None:
        """Remove a file that was made. What somebody has written to stays: here, or beside where the file before it comes back."""
        there = disk.stat_of(step.path)
        if there is None or there.st_ino != self.inodes.get(step.path):
            return
        if (there.st_size, there.st_mtime_ns) != (step.size, step.mtime_ns) and measured(_all(step.path))[
            1
        ] != step.sha256:
            place = step.path
            if disk.stat_of(self.aside(step.path)) is not None:
                place = f"{step.path}.kept-{self.begin.mark}"
                disk.move_file(step.path, place)
            if place not in self.grown:
                self.grown.append(place)
            return
        disk.remove(step.path)

    def _is_ours(self, path: str) -> bool:
        there = disk.stat_of(path)
        return there is not None and self._moved.get(path, there.st_ino) == there.st_ino


# -- moves ---------------------------------------------------------------------------


def _move(step: Move) -> None:
    try:
        if step.folder:
            disk.rename(step.source, step.target)
        else:
            disk.move_file(step.source, step.target)
    except FileNotFoundError:
        if disk.stat_of(step.target) is None or disk.stat_of(step.source) is not None:
            raise
    except FileExistsError:
        source, target = disk.stat_of(step.source), disk.stat_of(step.target)
        if target is None or (source is not None and source.st_ino != target.st_ino):
            raise
        if source is not None and not step.folder:
            disk.remove(step.source)


def _move_back(step: Move) -> None:
    source, target = disk.stat_of(step.source), disk.stat_of(step.target)
    if target is None or target.st_ino != step.seen.inode:
        if source is None:
            raise ChangedError(f"{step.target!r} was taken away meanwhile")
        return
    if source is None:
        if step.folder:
            disk.rename(step.target, step.source)
        else:
            disk.move_file(step.target, step.source)
    elif source.st_ino == target.st_ino and not step.folder:
        disk.remove(step.target)
    else:
        raise ChangedError(f"something else is at {step.source!r} now")


def _name_back(aside: str, path: str) -> None:
    try:
        disk.move_file(aside, path)
    except FileExistsError:
        one, other = disk.stat_of(aside), disk.stat_of(path)
        if one is None or other is None or one.st_ino != other.st_ino:
            raise
        disk.remove(aside)


def _all(path: str) -> Iterator[bytes]:
    return written(FromBackup(name=os.path.basename(path)), os.path.dirname(path), Counter())


def touched(steps: Iterable[AnyStep]) -> tuple[list[str], list[str]]:
    """Files whose bytes steps change in place, under each name they may have; and folders whose names steps change."""
    files: set[str] = set()
    folders: dict[str, None] = {}
    moves: list[Move] = []
    for step in steps:
        match step:
            case Move():
                moves.append(step)
                folders[os.path.dirname(step.source)] = None
                folders[os.path.dirname(step.target)] = None
            case Append() | Truncate():
                files.add(step.path)
            case _:
                folders[os.path.dirname(step.path)] = None
    for each in moves:
        if each.source in files or each.target in files:
            files |= {each.source, each.target}
    return sorted(files), list(folders)
