"""How much a folder is like one that is gone: by its remote, commits, files, name and sessions, each in words. I/O: reads only."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ccmcp.migrate.orphans.evidence import Evidence, first_at
from ccmcp.migrate.orphans.nearby import Folder, seen
from ccmcp.migrate.repository import Git, Repository, has_commits, repository

LEAST = 0.2
"""What speaks less for a folder is not proposed."""
_SOME = 0.1
"""What its remote, commits, files or name must tell at least for it to matter that the user names it."""
_MOST_REPOSITORIES = 300
_ENOUGH_FILES = 5
_MOST_FILES = 0.8
_SOME_COMMITS = 0.3
_MANY_COMMITS = 20
_PLAIN = frozenset({
    "readme.md", "package.json", "package-lock.json", "tsconfig.json", "pyproject.toml", "cargo.toml", "go.mod", "makefile",
    "dockerfile", ".gitignore", "license", "claude.md", "agents.md", "index.html", "index.js", "index.ts", "main.py",
    "__init__.py", "requirements.txt", "setup.py", ".env", "todo.md", "changelog.md", "settings.json",
})  # fmt: skip

_WORKTREES = re.compile(r"(.+?)/(?:\.claude/worktrees|\.?worktrees)/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A project that sessions belong to."""

    project: str
    """Its folder."""
    root: str = ""
    """The label of the root they are in."""
    transcripts: tuple[str, ...] = ()
    """Their paths, the newest first."""
    sessions: int = 0
    last_at: str = ""
    """When the last of them was written to, ISO 8601; empty when nothing tells."""


@dataclass(slots=True)
class Likeness:
    """What speaks for a folder to be the one that is gone, and what against it."""

    path: str
    reasons: list[str] = field(default_factory=list)
    against: list[str] = field(default_factory=list)
    doubt: float = 1.0
    """The product of what is left unsaid by each reason."""
    factor: float = 1.0
    strong: bool = False
    """Whether one reason alone is enough to be sure."""
    half: bool = False
    """Whether a reason is enough together with files or the name."""
    alike: bool = False
    """Whether its name or half of the files are the same."""
    by_git: bool = False
    top: str = ""
    """The repository it is in."""

    def add(self, weight: float, reason: str, *, first: bool = False) -> None:
        """Something speaks for it, with a weight from 0 to 1."""
        self.doubt *= 1 - weight
        self.reasons.insert(0 if first else len(self.reasons), reason)

    def less(self, factor: float, reason: str) -> None:
        """Something speaks against it: all that speaks for it counts only so much."""
        self.factor *= factor
        self.against.append(reason)

    @property
    def enough(self) -> bool:
        """Whether what speaks for it is enough to be sure, and nothing speaks against it."""
        return not self.against and (self.strong or (self.half and self.alike))

    @property
    def score(self) -> float:
        """From 0 to 1."""
        return round((1 - self.doubt) * self.factor, 3)


class Comparison:
    """Folders compared with those that are gone; what was looked up once is kept."""

    def __init__(
        self,
        every: Mapping[str, Known],
        *,
        here: str,
        named: Sequence[str],
        git: Git | None,
        asked: Sequence[str],
    ) -> None:
        """`asked`: the commits that stand in the sessions of any of them."""
        self._every = every
        self._here = here
        self._named = named
        self._git = git
        self._asked = asked
        self._folders: dict[str, Folder | None] = {}
        self._repositories: dict[str, Repository | None] = {}
        self._commits: dict[str, frozenset[str]] = {}
        self._began: dict[str, str] = {}

    def folder(self, path: str) -> Folder | None:
        """A folder by its path; none where there is none."""
        if path not in self._folders:
            self._folders[path] = seen(path)
        return self._folders[path]

    def likeness(self, lost: Known, said: Evidence, folder: Folder) -> Likeness:
        """How much a folder is like the one a project has lost."""
        case = Likeness(path=folder.path)
        name, old = os.path.basename(folder.path), os.path.basename(lost.project)
        if name == old:
            case.add(0.25, "it has the same name")
            case.alike = True
        elif name.casefold() == old.casefold():
            case.add(0.2, "it has the same name but for case")
        self._by_git(case, lost, said, folder)
        self._by_files(case, said, folder)
        if folder.path in self._named and case.score >= _SOME:
            case.add(0.2, "you named it", first=True)
        self._by_sessions(case, lost)
        if folder.path == self._here and case.score >= LEAST:
            case.add(0.05, "it is the current folder")
        return case

    def _by_git(self, case: Likeness, lost: Known, said: Evidence, folder: Folder) -> None:
        found = self._repository(folder.path)
        if found is None:
            return
        case.top = found.root
        within = os.path.relpath(folder.path, found.root).replace("\\", "/")
        if within != "." and not lost.project.replace("\\", "/").endswith("/" + within):
            return  # some folder in a repository: what speaks for the repository does not speak for it
        remotes = frozenset(found.remotes.values())
        if same := sorted(remotes & said.remotes):
            case.add(0.55, f"it has the same remote ({same[0]})")
            case.by_git = True
            # Commands may have run in another repository: one of several remotes needs a second witness.
            case.strong = said.remotes <= remotes
            case.half = not case.strong
        elif cloned := sorted(remotes & said.cloned):
            case.add(0.15, f"its remote was cloned in a session ({cloned[0]})")
        elif remotes and said.remotes:
            case.less(0.5, f"its remote is another ({min(remotes)})")
        has = self._has(found) & frozenset(said.commits)
        if not has:
            return
        told = f"it has {len(has):,} of {len(said.commits):,} commits that stand in the sessions"
        some = len(has) >= _SOME_COMMITS * len(said.commits) or len(has) >= _MANY_COMMITS
        if some and (len(has) > 1 or len(max(has, key=len)) >= 40):
            case.add(0.5, told)
            case.strong = case.by_git = True
        else:
            case.add(0.2, told)
            case.half = True

    def _by_files(self, case: Likeness, said: Evidence, folder: Folder) -> None:
        own = [each for each in said.files if each.rpartition("/")[2].lower() not in _PLAIN]
        looked = own if len(own) >= _ENOUGH_FILES else said.files
        if not looked:
            return
        there = sum(
            each.partition("/")[0] in folder.names
            and os.path.lexists(os.path.join(folder.path, *each.split("/")))
            for each in looked
            if "\0" not in each
        )
        share = there / len(looked)
        if there:
            weight = 0.5 * share * min(1.0, len(looked) / _ENOUGH_FILES)
            case.add(weight, f"it has {there:,} of {len(looked):,} files the sessions used")
        case.alike = case.alike or share >= 0.5
        if len(looked) < _ENOUGH_FILES:
            return
        if share >= _MOST_FILES and looked is own:
            case.strong = True
        elif share <= 0.1:
            case.less(0.5, f"it has {there:,} of {len(looked):,} files the sessions used")
            if there:
                case.reasons.pop()

    def _by_sessions(self, case: Likeness, lost: Known) -> None:
        theirs = self._every.get(case.path)
        if theirs is None or not theirs.sessions or case.score < LEAST:
            return
        began = self.began(theirs)
        if began and lost.last_at and later(lost.last_at, began):
            case.less(0.7, "it had sessions of its own at the same time")
        elif later(theirs.last_at, lost.last_at):
            case.add(0.1, "sessions ran there later")

    def worktree_of(self, lost: Known, said: Evidence) -> Likeness | None:
        """The folder that a worktree was made of, if it is still there; the worktree itself was then removed."""
        path = lost.project.replace("\\", "/")
        by_path = _WORKTREES.match(path)
        home = said.worktree_of or (by_path[1] if by_path else "")
        folder = self.folder(home) if home else None
        if folder is None or not (
            said.worktree_of or ".git" in folder.names or "/.claude/worktrees/" in path
        ):
            return None
        case = Likeness(path=home)
        case.add(0.6, "it was a worktree of this folder, and has been removed")
        return case

    def began(self, project: Known) -> str:
        """When the first session of a project began; empty when nothing tells."""
        if project.project not in self._began:
            self._began[project.project] = first_at(project.transcripts)
        return self._began[project.project]

    def _repository(self, path: str) -> Repository | None:
        if path not in self._repositories:
            self._repositories[path] = repository(path)
        return self._repositories[path]

    def _has(self, found: Repository) -> frozenset[str]:
        """Which of all commits that stand in any orphan's sessions a repository has: asked once for all."""
        if found.git not in self._commits:
            asked = self._git if len(self._commits) < _MOST_REPOSITORIES else None
            self._commits[found.git] = has_commits(asked, found.root, found.git, self._asked)
        return self._commits[found.git]


def later(one: str, other: str) -> bool:
    """Whether a time is after another; one that is no time is after none."""
    first, second = time_of(one), time_of(other)
    return first is not None and (second is None or first > second)


def time_of(text: str) -> datetime | None:
    """A time from ISO 8601, in UTC where it names no zone; none for what is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
