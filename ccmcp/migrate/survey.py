"""
What there is of some projects in one root: their sessions with all that belongs to them, and what stands at the target. I/O: reads only.

Links are never followed and devices never opened: what is no regular file or folder is named and left alone.
"""

import json
import os
import stat
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ccmcp.config import Root
from ccmcp.migrate.edits import members, settings
from ccmcp.migrate.steps import Seen
from ccmcp.transcripts.belonging import Belonging, read_belonging
from ccmcp.transcripts.projects import LONGEST, encode

Progress = Callable[[int, int, str], None]

_BY_ID = ("file-history", "tasks", "todos", "plans")
"""Folders of a root that hold what belongs to sessions, beside their project folders."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SideFile:
    """A file that belongs to a session or a project."""

    path: str
    within: str
    """Its path below the session's own folder, the project folder or the folder of its kind; with / on every system."""
    seen: Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class SideFolder:
    """A folder below a session's own or a project's memory, itself included."""

    path: str
    within: str
    """As a side file's; empty for the top one."""
    mode: int
    mtime_ns: int
    inode: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """A folder with all that is in it."""

    path: str
    folders: tuple[SideFolder, ...]
    files: tuple[SideFile, ...]
    refused: tuple[tuple[str, str], ...] = ()
    """What in it is left alone: path and why."""

    @property
    def bytes(self) -> int:
        """Of all its files."""
        return sum(each.seen.size for each in self.files)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSession:
    """A session and what belongs to it."""

    session_id: str
    """The name of its transcript."""
    path: str
    seen: Seen
    says: Belonging
    home: str
    """The folder it belongs to; empty when nothing tells."""
    own: Tree | None
    """Its own folder beside the transcript: subagents, tool results, a title."""
    agents: tuple[SideFile, ...]
    """Subagents' transcripts beside it (clients up to 2.1.30)."""
    kept: Mapping[str, Tree]
    """What stands in the root under its id: `file-history`, `tasks`, `todos`; a tree of those files alone."""
    refused: tuple[tuple[str, str], ...] = ()
    """What is left alone of its own folder, and that itself: path and why."""
    refused_kept: tuple[tuple[str, str], ...] = ()
    """What is left alone of what stands in the root under its id: path and why."""

    @property
    def bytes(self) -> int:
        """Of its files in the project folder."""
        return (
            self.seen.size + (self.own.bytes if self.own else 0) + sum(each.seen.size for each in self.agents)
        )

    @property
    def files(self) -> int:
        """How many these are."""
        return 1 + (len(self.own.files) if self.own else 0) + len(self.agents)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFolder:
    """One project folder."""

    name: str
    path: str
    mode: int
    mtime_ns: int
    device: int
    sessions: tuple[FoundSession, ...]
    orphaned: tuple[Tree, ...]
    """Own folders of sessions whose transcript is not here."""
    memory: Tree | None
    other: tuple[SideFile, ...]
    """Files of no session."""
    refused: tuple[tuple[str, str], ...]
    """What is left alone, also in the folders of its sessions: path and why."""
    names: tuple[str, ...]
    """All names in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """One root, as far as it concerns some projects."""

    root: Root
    real: str
    """The root's real path."""
    projects: str
    """The path of its folder of projects."""
    device: int
    folders: tuple[FoundFolder, ...]
    refused: tuple[tuple[str, str], ...]
    """Project folders that are left alone: path and why."""
    prompts: str | None
    """The path of its prompt history; none when there is none."""
    settings: str | None
    """The path of the client's `.claude.json` for it; none when there is none."""
    case_counts: bool = True
    """Whether its file system tells upper and lower case apart."""
    unusable: tuple[tuple[str, str], ...] = ()
    """Its prompt history or `.claude.json`, where it is there and can't be worked on: path and why."""
    shut: Mapping[str, str] = field(default_factory=dict)
    """Folders, present or by name, that nothing can be put into or taken out of, and why: links that leave the root mostly."""

    def why_shut(self, *folders: str) -> str:
        """Why one of some folders of this root can't be written in; empty where all can, as far as is known."""
        return next((self.shut[each] for each in (self.projects, *folders) if each in self.shut), "")


def survey(
    root: Root,
    wanted: Callable[[str], bool],
    *,
    home: Path,
    progress: Progress | None = None,
    stopped: Callable[[], bool] | None = None,
) -> Survey:
    """
    Look at the project folders of a root whose names are wanted, and read their transcripts.

    A root or folder that is not there gives an empty survey.

    Raises:
        OSError: a folder can't be listed: a plan without what is in it would leave it behind unsaid.

    """
    real = os.path.realpath(root.path)
    projects = os.path.join(real, "projects")
    every = list(_entries(projects))
    found = [each for each in every if wanted(each.name)]
    prompts, settings_path, unusable = _files_of(root, real, home)
    kept = _Kept(real)
    total = sum(_size(each.path) for each in found)
    reading = _Reading(kept, total, progress, stopped)
    return Survey(
        root=root,
        real=real,
        projects=projects,
        device=_device(projects, real),
        folders=tuple(
            reading.folder(each.name, each.path) for each in found if not refusal(each) and _is_folder(each)
        ),
        refused=tuple((each.path, why) for each in found if (why := refusal(each))),
        prompts=prompts,
        settings=settings_path,
        case_counts=_case_counts(projects if found else real),
        unusable=unusable,
        shut=_shut(real, projects, every),
    )


def may_encode(path: str) -> Callable[[str], bool]:
    """Whether a project folder's name may be that of a path or of one below it; what stands inside decides."""
    start = encode(path).lower()[:LONGEST]

    def may(name: str) -> bool:
        return name.lower().startswith(start)

    return may


class _Reading:
    def __init__(
        self, kept: "_Kept", total: int, progress: Progress | None, stopped: Callable[[], bool] | None
    ) -> None:
        self._kept = kept
        self._total = total
        self._done = 0
        self._progress = progress
        self._stopped = stopped

    def folder(self, name: str, path: str) -> FoundFolder:
        """One project folder."""
        seen = os.lstat(path)
        refused: list[tuple[str, str]] = []
        mains: dict[str, os.DirEntry[str]] = {}
        folders: dict[str, os.DirEntry[str]] = {}
        agents: list[os.DirEntry[str]] = []
        other: list[os.DirEntry[str]] = []
        names: list[str] = []
        for entry in sorted(_entries(path), key=lambda each: each.name):
            names.append(entry.name)
            why = refusal(entry)
            if why:
                refused.append((entry.path, why))
            elif entry.is_dir(follow_symlinks=False):
                folders[entry.name] = entry
            elif entry.name.endswith(".jsonl"):
                if entry.name.startswith("agent-"):
                    agents.append(entry)
                else:
                    mains[entry.name[:-6]] = entry
            else:
                other.append(entry)
        links = {os.path.basename(at): (at, why) for at, why in refused}
        memory = self._tree(folders.pop("memory").path, refused) if "memory" in folders else None
        beside = self._beside(agents, name)
        sessions = [
            self._session(id_, entry, name, folders.pop(id_, None), beside.pop(id_, ()), refused)
            for id_, entry in mains.items()
        ]
        sessions = [
            replace(each, refused=(*each.refused, links[each.session_id]))
            if each.session_id in links
            else each
            for each in sessions
        ]
        homes = [each.home for each in sessions if each.home]
        return FoundFolder(
            name=name,
            path=path,
            mode=stat.S_IMODE(seen.st_mode),
            mtime_ns=seen.st_mtime_ns,
            device=seen.st_dev,
            sessions=tuple(_at_home(each, homes) for each in sessions),
            orphaned=tuple(self._tree(each.path, refused) for each in folders.values()),
            memory=memory,
            other=(*map(_side_file, other), *(each for some in beside.values() for each in some)),
            refused=tuple(refused),
            names=tuple(names),
        )

    def _session(
        self,
        session_id: str,
        entry: "os.DirEntry[str]",
        folder: str,
        own: "os.DirEntry[str] | None",
        agents: Sequence[SideFile],
        refused: list[tuple[str, str]],
    ) -> FoundSession:
        if self._stopped is not None and self._stopped():
            raise InterruptedError("the caller has gone")
        says = read_belonging(entry.path, folder)
        self._done += says.size
        if self._progress is not None:
            self._progress(self._done, self._total, "reading transcripts")
        tree_of_it = self._tree(own.path, refused) if own else None
        kept, refused_kept = self._kept.of(session_id)
        return FoundSession(
            session_id=session_id,
            path=entry.path,
            seen=Seen(
                size=says.size, mtime_ns=says.mtime_ns, inode=says.inode, mode=says.mode, sha256=says.sha256
            ),
            says=says,
            home=says.home,
            own=tree_of_it,
            agents=tuple(agents),
            kept=kept,
            refused=tree_of_it.refused if tree_of_it else (),
            refused_kept=refused_kept,
        )

    def _beside(self, agents: Sequence["os.DirEntry[str]"], folder: str) -> dict[str, tuple[SideFile, ...]]:
        """Subagents' transcripts beside sessions, by the session their lines name."""
        found: dict[str, tuple[SideFile, ...]] = {}
        for entry in agents:
            says = read_belonging(entry.path, folder)
            found[says.session_id] = (*found.get(says.session_id, ()), _side_file(entry, says.sha256))
        return found

    def _tree(self, path: str, refused: list[tuple[str, str]]) -> Tree:
        return tree(path, refused)


def tree(path: str, refused: list[tuple[str, str]]) -> Tree:
    """A folder with all that is in it; what is no regular file or folder is told in it, and goes to `refused`. Raises OSError."""
    left: list[tuple[str, str]] = []
    folders: list[SideFolder] = []
    files: list[SideFile] = []
    waiting = [(path, "")]
    while waiting:
        at, within = waiting.pop()
        seen = os.lstat(at)
        folders.append(
            SideFolder(
                path=at,
                within=within,
                mode=stat.S_IMODE(seen.st_mode),
                mtime_ns=seen.st_mtime_ns,
                inode=seen.st_ino,
            )
        )
        for entry in sorted(_entries(at), key=lambda each: each.name):
            name = f"{within}/{entry.name}" if within else entry.name
            if why := refusal(entry):
                left.append((entry.path, why))
            elif entry.is_dir(follow_symlinks=False):
                waiting.append((entry.path, name))
            else:
                files.append(_side_file(entry, within=name))
    refused += left
    return Tree(path=path, folders=tuple(folders), files=tuple(files), refused=tuple(left))


def refusal(entry: "os.DirEntry[str]") -> str:
    """Why something is left alone; empty for a regular file or folder."""
    try:
        entry.name.encode()
    except UnicodeEncodeError:
        return "its name is no valid Unicode"
    if entry.is_symlink():
        return "it is a link"
    if not entry.is_dir(follow_symlinks=False) and not entry.is_file(follow_symlinks=False):
        return "it is no regular file (a device, a pipe or a socket)"
    return ""


def names_in(path: str) -> dict[str, bool] | None:
    """The names in a folder, and whether each is a folder; none where there is no such folder. Raises OSError."""
    return {each.name: _is_folder(each) for each in _entries(path)} if os.path.isdir(path) else None


class _Kept:
    """What stands in the root by session id: looked at once, as there may be thousands."""

    def __init__(self, real: str) -> None:
        self._folders: dict[str, dict[str, os.DirEntry[str]]] = {"file-history": {}, "tasks": {}}
        self._refused: dict[str, list[tuple[str, str]]] = {}
        for kind, known in self._folders.items():
            for entry in _entries(os.path.join(real, kind)):
                if why := refusal(entry):
                    self._refused.setdefault(entry.name, []).append((entry.path, why))
                else:
                    known[entry.name] = entry
        self._todos: dict[str, list[SideFile]] = {}
        for entry in _entries(os.path.join(real, "todos")):
            owner = entry.name.partition("-agent-")[0].removesuffix(".json")
            if why := refusal(entry):
                self._refused.setdefault(owner, []).append((entry.path, why))
            elif entry.is_file(follow_symlinks=False):
                self._todos.setdefault(owner, []).append(_side_file(entry))
        self._todo_folder = os.path.join(real, "todos")

    def of(self, session_id: str) -> tuple[dict[str, Tree], tuple[tuple[str, str], ...]]:
        """The trees of one session, and what is left alone of what stands under its id: path and why."""
        refused = list(self._refused.get(session_id, ()))
        found = {
            kind: tree(entries[session_id].path, refused)
            for kind, entries in self._folders.items()
            if session_id in entries and entries[session_id].is_dir(follow_symlinks=False)
        }
        if files := self._todos.get(session_id):
            found["todos"] = Tree(path=self._todo_folder, folders=(), files=tuple(files))
        return {kind: each for kind, each in found.items() if each.files}, tuple(refused)


def _at_home(session: FoundSession, homes: Sequence[str]) -> FoundSession:
    """A session that names no folder belongs where the others of its project folder do, if they agree."""
    if session.home or len(set(homes)) != 1:
        return session
    return replace(session, home=homes[0])


def _side_file(entry: "os.DirEntry[str]", digest: str = "", within: str = "") -> SideFile:
    seen = entry.stat(follow_symlinks=False)
    return SideFile(
        path=entry.path,
        within=within or entry.name,
        seen=Seen(
            size=seen.st_size, mtime_ns=seen.st_mtime_ns, inode=seen.st_ino, mode=stat.S_IMODE(seen.st_mode), sha256=digest
        ),
    )  # fmt: skip


def _entries(path: str) -> Iterator["os.DirEntry[str]"]:
    """The entries of a folder; none where there is none. Raises OSError where it can't be listed."""
    try:
        with os.scandir(path) as entries:
            yield from entries
    except (FileNotFoundError, NotADirectoryError):
        return


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    return entry.is_dir(follow_symlinks=False)


def _files_of(
    root: Root, real: str, home: Path
) -> tuple[str | None, str | None, tuple[tuple[str, str], ...]]:
    """The paths of a root's prompt history and of its `.claude.json`, and which of the two can't be worked on, and why."""
    prompts, client = os.path.join(real, "history.jsonl"), os.path.join(real, ".claude.json")
    if root.default and not os.path.lexists(client):
        client = str(home / ".claude.json")
    unusable: dict[str, str] = {}
    if why := _no_file(prompts):
        unusable[prompts] = why
    if why := _no_file(client) or _no_settings(client):
        unusable[client] = why
    usable = (each if each not in unusable and os.path.lexists(each) else None for each in (prompts, client))
    return next(usable), next(usable), tuple(unusable.items())


def _no_file(path: str) -> str:
    """Why what is at a path is no file to work on; empty for a regular one, and for nothing."""
    try:
        mode = os.lstat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return ""
    if stat.S_ISREG(mode):
        return ""
    return "it is a link" if stat.S_ISLNK(mode) else "it is no regular file"


def _no_settings(path: str) -> str:
    """Why a `.claude.json` can't be edited; empty where it can, and where there is none. Raises OSError."""
    try:
        data = Path(path).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return ""
    try:
        json.loads(data)
        settings.moved(data, "", "")
        for each in members.members(data):
            if (
                members.text_of(data[each.key_start : each.key_end]) == "projects"
                and data[each.start : each.start + 1] == b"{"
            ):
                inner = Counter(
                    members.text_of(data[one.key_start : one.key_end])
                    for one in members.members(data, each.start)
                )
                if twice := [key for key, count in inner.items() if count > 1]:
                    return f"it can't be understood: it names {twice[0].encode('utf-8', 'replace').decode()} twice"
    except RecursionError:
        return "it can't be understood: it is nested too deep"
    except UnicodeDecodeError:
        return "it can't be understood: it is no UTF-8"
    except json.JSONDecodeError:
        return "it can't be understood: it is no JSON"
    except ValueError as error:
        return f"it can't be understood: {error}"
    return ""


def _shut(real: str, projects: str, entries: Sequence["os.DirEntry[str]"]) -> dict[str, str]:
    """Folders of a root that can't be written in, and why: what is a link out of the root, or to nothing, or no folder."""
    paths = [each.path for each in entries if not each.is_dir(follow_symlinks=False)]
    paths += [projects, *(os.path.join(real, each) for each in _BY_ID)]
    return {path: why for path in paths if (why := why_shut(path, real))}


def why_shut(folder: str, real: str) -> str:
    """Why a folder of a root (whose real path is given) can't be written in; empty where it can, or is not there."""
    if not os.path.lexists(folder):
        return ""
    if os.path.isdir(folder):
        inside = os.path.join(os.path.realpath(folder), "").startswith(os.path.join(real, ""))
        return "" if inside else f"{folder} is a link that leads out of the root"
    return f"{folder} is a link that leads nowhere" if os.path.islink(folder) else f"{folder} is no folder"


def _size(folder: str) -> int:
    return sum(
        each.stat(follow_symlinks=False).st_size for each in _entries(folder) if each.name.endswith(".jsonl")
    )


def _device(*paths: str) -> int:
    for path in paths:
        try:
            return os.stat(path).st_dev
        except OSError:
            continue
    return 0


def _case_counts(folder: str) -> bool:
    """Whether the file system of a folder tells case apart: it does where the folder has no other name in the other case."""
    head, name = os.path.split(folder)
    swapped = os.path.join(head, name.swapcase())
    try:
        return swapped == folder or not os.path.samefile(folder, swapped)
    except OSError:
        return True
