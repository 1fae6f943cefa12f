"""What `ccmcp init` is asked, and what it answers: a client's entry for ccmcp. Values only."""

from dataclasses import dataclass
from typing import Annotated, Literal

from ccmcp.limits import MaxLen, MinLen


@dataclass(frozen=True, kw_only=True)
class Init:
    """Which client, and whether to write."""

    client: Literal["", "claude-code", "claude-desktop", "cursor", "vscode", "codex", "gemini"] = ""
    """The client to register with; when left out, all are printed."""

    write: bool = False
    """Add it to the client's settings file. All else in the file stays, and its old content is kept in FILE.bak."""

    scope: Literal["user", "project"] = "user"
    """For all your projects, or only for the one in this folder."""

    name: Annotated[str, MinLen(1), MaxLen(64)] = "ccmcp"
    """What the client calls the server."""


@dataclass(frozen=True, kw_only=True)
class Registration:
    """One client's entry."""

    client: str
    title: str
    file: str
    """Where it goes."""

    content: str
    """What that file needs to hold, as text."""

    state: Literal["shown", "written", "unchanged"]
    """unchanged: asked to write, but everything was there already."""

    backup: str | None
    """Where the file's old content is, if it was changed."""

    command_line: str | None
    """A line that does the same in a shell, for clients that have one."""

    after: str
    """What makes the client see it."""


@dataclass(frozen=True, kw_only=True)
class Registrations:
    """The entries asked for."""

    registrations: tuple[Registration, ...]
    scope: str
