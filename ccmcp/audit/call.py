"""A tool call as the rules see it: what it touches on disk and asks of the net, and the circumstances. Values only."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

from ccmcp.audit.shell.command import Command, Script
from ccmcp.values import dataclass, field

How: TypeAlias = Literal["read", "write", "delete", "list", "run"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of a tool."""

    tool: str
    """Bash, Read, WebFetch, mcp__github__create_issue ..."""
    input: Mapping[str, object] = field(default_factory=dict)
    cwd: str = ""
    """The folder it was made in; empty when unknown."""

    def text(self, key: str) -> str:
        """A text among its arguments; empty when there is none."""
        value = self.input.get(key)
        return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """A file or folder that a call reads, writes, deletes, lists or runs."""

    path: str
    """As written."""
    how: How
    command: Command | None = None
    """The shell command that does; none for a file tool."""
    content: str = ""
    """What a file tool writes: the content of a Write, the new text of an Edit."""
    open: bool = False
    """Whether a part of the path is known only when it runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """Something asked of the net, or sent there."""

    url: str
    """As written; a host and path where the program takes no URL."""
    host: str
    """Lower case, without user and port; empty when it is known only when it runs."""
    sends: bool = False
    """Whether data goes there: an upload, a body, scp ..."""
    command: Command | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One PowerShell command line."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The circumstances of a call."""

    call: Call
    roots: tuple[str, ...] = ()
    """The project's root first, then the folders that were added to the session; absolute. Empty when unknown."""
    home: str = ""
    """The user's home folder, as far as the session tells; empty when unknown."""
    script: Script | None = None
    """What a shell call comes down to."""
    accesses: tuple[Access, ...] = ()
    fetches: tuple[Fetch, ...] = ()


def home_of(folder: str) -> str:
    """The home folder that a path lies in, as systems lay them out; empty when it tells of none."""
    parts = folder.replace("\\", "/").split("/")
    if parts[:2] == ["", "root"]:
        return "/root"
    if len(parts) > 2 and (parts[:2] in (["", "home"], ["", "Users"]) or parts[1].lower() == "users"):
        return folder[: len("/".join(parts[:3]))]
    return ""
