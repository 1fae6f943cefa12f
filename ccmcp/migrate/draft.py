"""What a plan is made of while it is being made: steps and what they mean for a person, the folders they need, and what stands in the way."""

import os
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from ccmcp.migrate.plan import Action, After, Left
from ccmcp.migrate.steps import (
    Append,
    Content,
    Edits,
    FromBackup,
    FromFile,
    MakeFolder,
    Move,
    Put,
    Remove,
    RemoveFolder,
    Seen,
    Step,
)
from ccmcp.migrate.survey import SideFile, Tree

Listing = Callable[[str], Mapping[str, bool] | None]
"""A folder's path -> the names in it, and whether each is a folder; none where there is no such folder."""


class Measured(NamedTuple):
    """A file's content as it will be."""

    size: int
    sha256: str
    changes: Mapping[str, int]
    """How many values of which field are replaced."""


Measure = Callable[[Content], Measured]

_NOT_EDITED = Edits()


def _as_it_is(_: SideFile) -> Edits:
    return _NOT_EDITED


@dataclass(slots=True)
class Draft:
    """A plan under way."""

    listing: Listing
    measure: Measure
    devices: Callable[[str], int]
    """A path that is there -> its file system's number."""
    fold: bool = False
    """Whether names that differ in case only are the same."""
    steps: list[Step] = field(default_factory=list)
    last: list[Step] = field(default_factory=list)
    """Steps for the end: folders that are empty by then."""
    actions: list[Action] = field(default_factory=list)
    conflicts: list[Left] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    after: list[After] = field(default_factory=list)
    _made: set[str] = field(default_factory=set)
    _taken: dict[str, set[str]] = field(default_factory=dict)
    _moved: set[str] = field(default_factory=set)
    """Folders, and those in them, that become others by being moved whole: what else goes into them must be moved too."""
    _done: set[str] = field(default_factory=set)
    _kept: int = 0

    def folder(self, path: str, mode: int = 0o700) -> None:
        """Have a folder, and those above it."""
        if path in self._made or self.listing(path) is not None:
            return
        self.folder(os.path.dirname(path))
        self.take(path)
        self._made.add(path)
        self.steps.append(MakeFolder(path=path, mode=mode))

    def taken(self, path: str) -> bool:
        """Whether something is at a path, or will be by what is planned already."""
        folder, name = os.path.split(path)
        if folder not in self._taken:
            there = {} if folder in self._made else self.listing(folder) or {}
            self._taken[folder] = {self._folded(each) for each in there}
        return self._folded(name) in self._taken[folder] or path in self._made

    def take(self, path: str) -> None:
        """Say that something will be at a path."""
        self.taken(path)
        folder, name = os.path.split(path)
        self._taken[folder].add(self._folded(name))

    def first(self, what: str) -> bool:
        """Whether something that is to be done once is asked for the first time."""
        before = len(self._done)
        self._done.add(what)
        return len(self._done) > before

    def _folded(self, name: str) -> str:
        return name.lower() if self.fold else name

    def same_device(self, source: str, folder: str) -> bool:
        """Whether a file can get a name in a folder, which may be one that is still to be made."""
        while folder in self._made or self.listing(folder) is None:
            folder = os.path.dirname(folder)
        return self.devices(source) == self.devices(folder)

    # -- files ----------------------------------------------------------------------

    def put(self, target: str, content: Content, mode: int, mtime_ns: int) -> Measured:
        """Make a file at a path nothing is at."""
        self.folder(os.path.dirname(target))
        self.take(target)
        measured = self.measure(content)
        self.steps.append(
            Put(path=target, content=content, size=measured.size, sha256=measured.sha256, mode=mode, mtime_ns=mtime_ns)
        )  # fmt: skip
        return measured

    def carry(
        self,
        source: str,
        seen: Seen,
        target: str,
        edits: Edits = _NOT_EDITED,
        tail: str = "",
        *,
        shared: bool = False,
    ) -> Mapping[str, int]:
        """
        Take a file to a path nothing is at, or have it made anew at its own, with a tail; how many values of which field are replaced.

        `shared`: the file has other names, which keep its bytes as they are.
        """
        folder = os.path.dirname(target)
        if source != target and not edits and not (shared and tail) and self.same_device(source, folder):
            self.folder(folder)
            self.take(target)
            self.steps.append(Move(source=source, target=target, folder=False, seen=seen))
            if tail:
                self.steps.append(Append(path=target, text=tail, size=seen.size, mtime_ns=seen.mtime_ns))
            return {}
        content = FromFile(path=source, seen=seen, edits=edits, tail=tail)
        seen = replace(seen, sha256=seen.sha256 or self.digest(source, seen))
        # What an edit takes out of a file nobody could put back; what is only carried stands whole at its new place.
        kept = self.kept_name(source) if edits or source == target else ""
        again = FromBackup(name=kept) if kept else FromFile(path=target, length=seen.size)
        remove = Remove(path=source, seen=seen, again=again, kept=kept)
        if source == target:
            self.steps.append(remove)
        measured = self.put(target, content, seen.mode, seen.mtime_ns)
        if source != target:
            self.steps.append(remove)
        return measured.changes

    def digest(self, path: str, seen: Seen) -> str:
        """The SHA-256 of a file as it is."""
        return self.measure(FromFile(path=path, seen=seen)).sha256

    def kept_name(self, path: str) -> str:
        """A name in the journal's folder for a copy of a file as it was."""
        self._kept += 1
        return f"{self._kept:06d}-{os.path.basename(path)[-60:]}"

    def mark(self, path: str, seen: Seen, tail: str) -> None:
        """Put a line at the end of a file that stays where it is."""
        self.steps.append(Append(path=path, text=tail, size=seen.size, mtime_ns=seen.mtime_ns))

    # -- folders --------------------------------------------------------------------

    def carry_tree(
        self,
        found: Tree,
        target: str,
        edited: Callable[[SideFile], Edits] = _as_it_is,
        *,
        session_id: str | None = None,
    ) -> tuple[dict[str, int], bool]:
        """
        Take a folder with all that is in it to a path; how many values are replaced, and whether all of it goes.

        What is in the way is a conflict, told with the session it belongs to; what is refused stays; all else goes. A folder
        that is at its path already stays there: only what is edited in it is made anew.
        """
        changes: dict[str, int] = {}
        if target == found.path:
            return self._edit_in_place(found, edited), True
        if found.refused and not found.files:
            return changes, False
        if (
            not self.taken(target)
            and not found.refused
            and not any(edited(each) for each in found.files)
            and self.same_device(found.path, os.path.dirname(target))
        ):
            top = found.folders[0]
            self.folder(os.path.dirname(target))
            self._move_in(found, target)
            seen = Seen(size=0, mtime_ns=top.mtime_ns, inode=top.inode, mode=top.mode)
            self.steps.append(Move(source=found.path, target=target, folder=True, seen=seen))
            return changes, True
        whole = not found.refused
        joins = target in self._moved or os.path.dirname(target) in self._moved
        blocked: set[str] = set()
        for folder in found.folders:
            place = _at(target, folder.within)
            if (folder.within and _above(folder.within) in blocked) or self._is_no_folder(place):
                blocked.add(folder.within)
            elif not joins:
                self.folder(place, folder.mode)
        for file in found.files:
            place = _at(target, file.within)
            if _above(file.within) in blocked:
                why = "what is at the new place of its folder is a link, or no folder"
            elif self.taken(place) or (joins and not self._joins(file, place, edited(file))):
                why = "another file is at its new place"
            else:
                why = ""
            if why:
                whole = False
                self.conflict("file", file.path, session_id, why, place)
                continue
            for name, count in self.carry(file.path, file.seen, place, edited(file)).items():
                changes[name] = changes.get(name, 0) + count
        self.last += [
            RemoveFolder(path=each.path, mode=each.mode, mtime_ns=each.mtime_ns)
            for each in reversed(found.folders)
        ]
        return changes, whole

    def _move_in(self, found: Tree, target: str) -> None:
        """Say that a folder with all that is in it will be at a path, moved whole."""
        for folder in found.folders:
            place = _at(target, folder.within)
            self._moved.add(place)
            self.take(place)
            self._made.add(place)
            self._taken[place] = set()
        for file in found.files:
            self.take(_at(target, file.within))

    def _is_no_folder(self, path: str) -> bool:
        """Whether something is at a path that is no folder itself: what goes below it would land elsewhere, or nowhere."""
        folder, name = os.path.split(path)
        return path not in self._made and (self.listing(folder) or {}).get(name) is False

    def _joins(self, file: SideFile, place: str, edits: Edits) -> bool:
        """Whether a file can go into a folder that is moved whole: no folder and no new file can be made in that before it is there."""
        folder = os.path.dirname(place)
        return folder in self._made and not edits and self.same_device(file.path, folder)

    def _edit_in_place(self, found: Tree, edited: Callable[[SideFile], Edits]) -> dict[str, int]:
        """Make the edited files of a folder anew where they are; how many values are replaced."""
        changes: Counter[str] = Counter()
        for file in found.files:
            if edits := edited(file):
                changes.update(self.carry(file.path, file.seen, file.path, edits))
        return dict(changes)

    def copy_tree(
        self,
        found: Tree,
        target: str,
        edited: Callable[[SideFile], Edits],
        rename: Callable[[str], str] = lambda name: name,
    ) -> dict[str, int]:
        """Copy a folder with all that is in it to a path nothing is at; how many values are replaced."""
        changes: dict[str, int] = {}
        for folder in found.folders:
            self.folder(_at(target, folder.within), folder.mode)
        for file in found.files:
            content = FromFile(path=file.path, seen=file.seen, edits=edited(file))
            place = _at(target, rename(file.within))
            for name, count in self.put(place, content, file.seen.mode, file.seen.mtime_ns).changes.items():
                changes[name] = changes.get(name, 0) + count
        return changes

    # -- words ----------------------------------------------------------------------

    def conflict(
        self,
        what: str,
        path: str | None,
        session_id: str | None,
        why: str,
        at: str,
        advice: str | None = None,
    ) -> None:
        """Something that would have to be overwritten, and so stays."""
        told = advice or f"Nothing is overwritten. Look at {at}, move one of the two away, and plan again."
        self.conflicts.append(Left(what=what, path=path, session_id=session_id, why=why, advice=told))

    def leave(
        self,
        what: str,
        why: str,
        *,
        path: str | None = None,
        session_id: str | None = None,
        advice: str | None = None,
    ) -> None:
        """Something that is not taken along."""
        self.left.append(Left(what=what, path=path, session_id=session_id, why=why, advice=advice))


def _above(within: str) -> str:
    return within.rpartition("/")[0]


def _at(folder: str, within: str) -> str:
    return os.path.join(folder, *within.split("/")) if within else folder
