"""From where to where: what a wish makes of paths, and what all parts of a plan share while it is made. Pure."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from ccmcp.migrate.draft import Draft
from ccmcp.migrate.plan import Mode, Read
from ccmcp.migrate.steps import Edits
from ccmcp.migrate.survey import Survey
from ccmcp.transcripts.projects import encode

KEPT = {"file-history": "file history", "tasks": "task list", "todos": "todo list"}
"""The folders in a root where things stand under a session's id, and what they are called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be done."""

    mode: Mode
    source: str
    """The project's folder as its sessions know it: absolute, real."""
    target: str
    """The folder they are to belong to."""
    sessions: tuple[str, ...] = ()
    """Whole ids of the chosen ones; empty for all."""
    rewrite_paths: bool = False
    alone: bool = False
    """Whether only the source's own sessions are meant, and none of the folders below it."""
    folders: tuple[str, ...] = ()
    """Names of further project folders to look in: some sessions lie in the folder of another path than they say."""
    only_roots: tuple[str, ...] = ()
    """The labels of the roots whose sessions are meant; empty for all."""
    target_root: str = ""
    """The label of the root they go to; empty for the one they are in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circle:
    """What a plan asks of the world."""

    draft: Callable[[bool], Draft]
    """An empty draft, for a file system that folds case or not."""
    new_id: Callable[[], str]
    """An id for a copy: a UUID nobody has."""
    running: Mapping[str, str]
    """Ids of sessions that run now, and how that is known."""
    settings_projects: Callable[[str], Sequence[str]]
    """The path of a `.claude.json` -> the paths of its projects."""
    prompted: Callable[[str], Mapping[tuple[str, str], int]]
    """The path of a prompt history -> how many lines each (project, session id) has; no id is an empty one."""
    made_at: str


@dataclass(slots=True)
class Route:
    """A wish on its way to a plan."""

    wish: Wish
    circle: Circle
    draft: Draft
    read: dict[str, Read] = field(default_factory=dict)
    """Folders whose names the plan relies on."""
    running: list[str] = field(default_factory=list)
    """Ids of sessions that run, and are left out."""

    def new_home(self, home: str) -> str:
        """What becomes of the source's folder, or of one below it."""
        return home_there(home, self.wish.source, self.wish.target)

    def target_folder(self, goal: Survey, home: str) -> str:
        """The project folder in a root of what a folder becomes."""
        return os.path.join(goal.projects, encode(self.new_home(home)))

    def reads(self, path: str, names: Sequence[str]) -> None:
        """The plan holds while the names in a folder stay as they are, but for those of sessions that run."""
        if path not in self.read:
            without = tuple(sorted(self.circle.running))
            self.read[path] = Read(path=path, state=state_of(names, without), without=without)

    def edits(self, *pairs: tuple[str, str], session: tuple[str, str] | None = None) -> Edits:
        """What is edited in transcripts: a session's id, and with rewritten paths the project's and these pairs."""
        if not self.wish.rewrite_paths:
            return Edits(session=session)
        every = {(self.wish.source, self.wish.target), *pairs}
        paths = sorted((each for each in every if each[0] != each[1]), key=lambda each: -len(each[0]))
        return Edits(session=session, paths=tuple(paths))

    def is_mine(self, path: str) -> bool:
        """Whether a path is the source, or below it; what is in a target below the source is there already."""
        return is_meant(path, self.wish)


def below(path: str, folder: str) -> bool:
    """Whether a path is a folder, or in it."""
    top = folder.rstrip("/\\")
    return path == folder or path.startswith((top + "/", top + "\\"))


def is_meant(path: str, wish: Wish) -> bool:
    """Whether a folder goes with a wish's source: it is that, or below it and not in a target that is itself below it."""
    if wish.alone:
        return path == wish.source
    inner = wish.target != wish.source and below(wish.target, wish.source)
    return below(path, wish.source) and not (inner and below(path, wish.target))


def home_there(home: str, source: str, target: str) -> str:
    """What becomes of a folder below the source (or of that itself) when the source becomes the target: with its slashes."""
    rest = home[len(source.rstrip("/\\")) :].lstrip("/\\")
    if not rest:
        return target
    here, there = _slash(source), _slash(target)
    return target.rstrip("/\\") + there + (rest.replace(here, there) if here != there else rest)


def _slash(path: str) -> str:
    """What stands between the parts of an absolute path."""
    return "\\" if "\\" in path and not path.startswith("/") else "/"


def line_of(cwd: str, session_id: str) -> str:
    """The line the client itself writes when a session is moved (`/cd`, 2.1.197 and later), as compact as its own."""
    told = {"type": "relocated", "relocatedCwd": cwd, "sessionId": session_id}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")) + "\n"


def state_of(names: Sequence[str] | Mapping[str, bool] | None, without: Sequence[str]) -> str:
    """What a plan remembers of the names in a folder; empty for no folder."""
    if names is None:
        return ""
    kept = sorted(each for each in names if each.partition(".")[0] not in without)
    return sha256("\0".join(kept).encode("utf-8", "surrogateescape")).hexdigest()[:32]
