"""
What can be done to files, as values: a plan is a list of these, and so is what takes it back. Pure.

Each step has two states, before and after, that can be told apart by looking at the disk. So a
step may be done twice, or taken back when it was never done, and nothing happens.
"""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A file as the plan saw it."""

    size: int
    mtime_ns: int
    inode: int
    mode: int
    """Its permission bits."""

    sha256: str = ""
    """Of all its bytes, in hex; empty where nobody has read it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edits:
    """What is replaced in the lines of a transcript; everything else stays, byte by byte."""

    session: tuple[str, str] | None = None
    """A session id and the one it gets: a fork as Claude Code makes them (`sessionId`, `requestSessionId`, `forkedFrom`)."""

    paths: tuple[tuple[str, str], ...] = ()
    """Folders and where they are now: replaced where a value is such a path or one below it."""

    redacted: bool = False
    """Whether secrets are replaced by [REDACTED:...]."""

    def __bool__(self) -> bool:
        return bool(self.session or self.paths or self.redacted)


@dataclass(frozen=True, slots=True, kw_only=True)
class FromFile:
    """The bytes of a file: all of them, or the first so many; edited; with a tail."""

    path: str
    seen: Seen | None = None
    """As the plan saw it; none for a file that may grow, of which only the first bytes are taken."""

    length: int = -1
    """So many bytes from its start; -1 for all."""

    edits: Edits = Edits()
    tail: str = ""
    """Lines put after it, each with its line break."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FromBundle:
    """The bytes of a member of a bundle."""

    bundle: str
    seen: Seen
    """Of the bundle."""

    member: str
    edits: Edits = Edits()
    tail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FromBackup:
    """The bytes kept in the folder of the journal, and what was added to the file meanwhile."""

    name: str
    grown_path: str = ""
    """The file that has grown since; empty for none."""

    grown_from: int = 0
    """From this byte of it on."""

    tail: str = ""


Content: TypeAlias = FromFile | FromBundle | FromBackup


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeFolder:
    """Make a folder. Taken back where it is empty."""

    path: str
    mode: int = 0o700
    mtime_ns: int = -1
    """Its modification time when all is done; -1 for whatever it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveFolder:
    """Remove a folder that is empty by then; one that is not stays, and that is no failure."""

    path: str
    mode: int
    mtime_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Give a file or a folder another path on the same file system. What is at the target is never overwritten."""

    source: str
    target: str
    folder: bool
    seen: Seen
    """Size and digest of a folder are 0 and empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Append:
    """Put lines at a file's end; its modification time stays."""

    path: str
    text: str
    size: int
    """The file's size before."""

    mtime_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Truncate:
    """Take the lines at a file's end away again; its modification time is set to what it was before they came."""

    path: str
    text: str
    size: int
    """The file's size after."""

    mtime_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """Make a file. Written beside its place, synced and checked before it gets its name; never over another."""

    path: str
    content: Content
    size: int
    sha256: str
    mode: int
    mtime_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove:
    """Remove a file whose bytes are elsewhere by then: `again` says where."""

    path: str
    seen: Seen
    again: Content
    """What it is made of when this is taken back."""

    kept: str = ""
    """The name under which its bytes are kept in the journal's folder before it is removed; empty when they need not be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompts:
    """Give lines of the prompt history another project. The file is edited as it is when the step is done, and may grow meanwhile."""

    path: str
    projects: tuple[tuple[str, str], ...]
    """Project paths (whole) and what they become."""

    sessions: tuple[str, ...] = ()
    """Only lines of these sessions; empty for all lines of the projects."""

    kept: str = ""
    """The name of the journal's copy of the file as it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Give a project's entry in the client's .claude.json another path. Only its `projects` key is touched."""

    path: str
    source: str
    target: str
    kept: str = ""
    """The name of the journal's record: both entries' values as they were, and as they became."""


Step: TypeAlias = MakeFolder | RemoveFolder | Move | Append | Truncate | Put | Remove | Prompts | Settings
