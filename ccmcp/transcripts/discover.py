"""
Find the files of a history. I/O: lists folders and stats files, opens none.

A scan says whether it saw everything: what could not be listed must never count as deleted.
"""

import os
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from errno import ELOOP, ENOENT
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

FileKind: TypeAlias = Literal["main", "agent", "result", "title", "plan", "history"]

_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".pdf", ".zip", ".bin")


class FoundFile(NamedTuple):
    """One file that belongs to a history. A named tuple: ten thousand of them are made at every look."""

    path: str
    root: str
    """The label of its root."""

    kind: FileKind
    """
    main: a session's transcript. agent: a subagent's. result: a tool result too large for the transcript.
    title: a title kept outside it. plan: a plan in words. history: the prompts typed, of all sessions.
    """

    folder: str
    """The encoded name of its project folder; empty for plans and history."""

    session_id: str
    """The session it belongs to by its place; empty where only its content tells (agents beside sessions)."""

    agent_id: str
    size: int
    mtime_ns: int
    inode: int


@dataclass(slots=True)
class Scan:
    """What one look at a root found."""

    files: list[FoundFile] = field(default_factory=list)
    complete: bool = True
    """Whether every folder could be listed."""

    problems: list[str] = field(default_factory=list)
    """Folders and files that could not be looked at, and why."""

    skipped: Counter[str] = field(default_factory=Counter)
    """Files that hold nothing to index, by what they are."""


def scan(label: str, root: Path) -> Scan:
    """
    Look through one root (a Claude Code config folder).

    A root that does not exist gives an empty but incomplete scan: it may be a mount that is away.
    """
    found = Scan()
    if not _is_text(str(root)):
        return _nothing(found, f"{str(root).encode(errors='backslashreplace').decode()}: {_NO_TEXT}")
    try:
        there = root.is_dir()
    except OSError as error:
        return _nothing(found, f"{root}: {_why(error)}")
    if not there:
        return _nothing(found, f"{root}: no such folder")
    walk = _Walk(label, root, found)
    for project in walk.list(str(root / "projects"), optional=True):
        match walk.kind(project):
            case "folder":
                walk.project(project.name, project.path)
            case "file":
                found.skipped["files beside the project folders"] += 1
            case "refused":
                pass
    walk.plans(str(root / "plans"))
    walk.history(root / "history.jsonl")
    return found


def beside(root: Path) -> int:
    """How many files a root holds beside what a scan looks through: settings, todos, the history of edited files."""
    count = 0
    for folder, folders, names in os.walk(root):
        kept = names
        if folder == str(root):
            folders[:] = [name for name in folders if name != "projects"]
            kept = [name for name in names if name != "history.jsonl"]
        elif folder == str(root / "plans"):
            kept = [name for name in names if not name.endswith(".md")]
        count += len(kept)
    return count


_NO_TEXT = "the name is no valid Unicode, so it can't be kept"


def _is_text(name: str) -> bool:
    """Whether a name is valid Unicode: what isn't can neither be stored nor shown."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _why(error: OSError) -> str:
    return error.strerror or type(error).__name__


def _nothing(found: Scan, problem: str) -> Scan:
    found.complete = False
    found.problems.append(problem)
    return found


class _Walk:
    """One scan under way."""

    def __init__(self, label: str, root: Path, found: Scan) -> None:
        self.label = label
        self.found = found
        self.projects = os.path.realpath(root / "projects") + os.sep
        self.inside = (os.path.realpath(root) + os.sep, self.projects)
        """Where links may lead: into the root, and where its own projects folder leads."""
        self.followed: set[str] = set()
        """The real folders that links led to: each is looked through once, so a loop ends."""

    def list(self, folder: str, *, optional: bool = False) -> Iterator["os.DirEntry[str]"]:
        """The entries of a folder; none, and an incomplete scan, when it can't be listed."""
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.name.isascii() or _is_text(entry.name):
                        yield entry
                    else:
                        self.found.skipped["names that are no valid Unicode"] += 1
        except FileNotFoundError:
            # An optional one need not be there; but a link that leads nowhere may be a mount that is away.
            if not optional or Path(folder).is_symlink():
                _nothing(self.found, f"{folder}: vanished during the scan, or leads nowhere")
        except OSError as error:
            _nothing(self.found, f"{folder}: {_why(error)}")

    def kind(self, entry: "os.DirEntry[str]") -> Literal["folder", "file", "refused"]:
        """Whether to go into it, to look at it as a file, or neither: then it is counted already."""
        try:
            if not entry.is_dir():
                return "file"
            if not entry.is_symlink():
                return "folder"
        except OSError:
            return "file"
        real = os.path.realpath(entry.path) + os.sep
        if not real.startswith(self.inside):
            self.found.skipped["links that lead out of the root"] += 1
            return "refused"
        if real in self.followed or real.startswith(self.projects) or self.projects.startswith(real):
            self.found.skipped["links to folders that are looked through anyway"] += 1
            return "refused"
        self.followed.add(real)
        return "folder"

    def project(self, folder: str, path: str) -> None:
        """Everything in one project folder."""
        for entry in self.list(path):
            name = entry.name
            if name.endswith(".jsonl"):
                if name.startswith("agent-"):
                    self.add(entry, "agent", folder, "", name[6:-6])
                else:
                    self.add(entry, "main", folder, name[:-6], "")
            elif name == "memory":
                self.found.skipped["memory files"] += sum(len(names) for _, _, names in os.walk(entry.path))
            elif (kind := self.kind(entry)) == "folder":
                self.session(folder, name, entry.path)
            elif kind == "file":
                self.found.skipped["other files in project folders"] += 1

    def session(self, folder: str, session_id: str, path: str, *, results: bool = False) -> None:
        """What stands in a session's own folder, at any depth; `results` says whether in its folder of tool results."""
        for entry in self.list(path):
            name = entry.name
            if (kind := self.kind(entry)) == "folder":
                self.session(folder, session_id, entry.path, results=results or name == "tool-results")
            elif kind == "refused":
                continue
            elif name.endswith(".jsonl"):
                self.add(entry, "agent", folder, session_id, name[:-6].removeprefix("agent-"))
            elif name == "custom-title.json":
                self.add(entry, "title", folder, session_id, "")
            elif name.endswith(".meta.json"):
                self.found.skipped["subagent meta files (read with their transcript)"] += 1
            elif results and not name.lower().endswith(_PICTURES):
                self.add(entry, "result", folder, session_id, "")
            else:
                self.found.skipped["pictures and other side files"] += 1

    def plans(self, path: str) -> None:
        """The root's folder of plans, if there is one."""
        if not self._stays(path):
            self.found.skipped["links that lead out of the root"] += 1
            return
        for plan in self.list(path, optional=True):
            if plan.name.endswith(".md"):
                self.add(plan, "plan", "", "", "")

    def history(self, path: Path) -> None:
        """The root's history.jsonl, if there is one."""
        try:
            seen = path.stat()
        except FileNotFoundError:
            return
        except OSError as error:
            _nothing(self.found, f"{path}: {_why(error)}")
            return
        if not self._stays(str(path)):
            self.found.skipped["links that lead out of the root"] += 1
        else:
            self._keep(str(path), seen, ("history", "", "", ""))

    def add(
        self, entry: "os.DirEntry[str]", kind: FileKind, folder: str, session_id: str, agent_id: str
    ) -> None:
        """One file, unless it leads out of the root or is none."""
        linked = False
        try:
            linked = entry.is_symlink()
            if linked and not self._stays(entry.path):
                self.found.skipped["links that lead out of the root"] += 1
                return
            seen = entry.stat()
        except OSError as error:
            if linked and error.errno in (ENOENT, ELOOP):
                self.found.skipped["links that lead nowhere"] += 1
            else:
                _nothing(self.found, f"{entry.path}: {_why(error)}")
            return
        self._keep(entry.path, seen, (kind, folder, session_id, agent_id))

    def _keep(self, path: str, seen: os.stat_result, what: tuple[FileKind, str, str, str]) -> None:
        if stat.S_ISREG(seen.st_mode):
            file = FoundFile(path, self.label, *what, seen.st_size, seen.st_mtime_ns, seen.st_ino)
            self.found.files.append(file)
        else:
            self.found.skipped["what is no regular file"] += 1

    def _stays(self, path: str) -> bool:
        return (os.path.realpath(path) + os.sep).startswith(self.inside)
