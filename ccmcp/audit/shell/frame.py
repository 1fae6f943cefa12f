"""What surrounds a part of a shell text, and what is found in the whole of it."""

from collections.abc import Callable
from typing import Any

from ccmcp.audit.shell.command import Code, Command, Redirect, Word
from ccmcp.values import dataclass, field, replace

MOST_COMMANDS = 2000
MOST_DEPTH = 10
MOST_NESTING = 60


@dataclass(frozen=True, slots=True)
class Frame:
    """The surroundings of a command."""

    through: tuple[str, ...] = ()
    host: str = ""
    text: str = ""
    """What the commands' text is, when it is not the part they stand in: inside another's argument."""
    reads: tuple[Command, ...] = ()
    stdin: str | None = None
    """What there is to read, when it is known."""
    redirects: tuple[Redirect, ...] = ()
    """Of the loops and groups around it."""
    depth: int = 0
    """How many texts it is nested in."""
    nesting: int = 0
    """How many statements it is nested in."""
    ran: bool = False
    """Whether the $(...) written in the text have been run by the text around."""

    def inside(self, through: str, *, text: str = "", host: str = "", ran: bool = False) -> "Frame":
        """The surroundings of what a program runs."""
        return replace(
            self, through=(*self.through, through), host=host or self.host, text=self.text or text, depth=self.depth + 1,
            ran=self.ran or ran,
        )  # fmt: skip


@dataclass(slots=True)
class Record:
    """What was found so far."""

    read: "Callable[[str, Frame, Any, Record], list[Command]]"
    """Reads a text that stands in another one: bash -c 'text'."""
    commands: list[Command] = field(default_factory=list)
    pipelines: list[tuple[Command, ...]] = field(default_factory=list)
    code: list[Code] = field(default_factory=list)
    sets: dict[str, Word] = field(default_factory=dict)
    functions: dict[str, tuple[Any, Any, Any]] = field(default_factory=dict)
    """Those that are defined: where they stand, their body, what the shell knew there."""
    called: set[str] = field(default_factory=set)
    broken: bool = False
    steps: int = 0

    @property
    def full(self) -> bool:
        """Whether no more is looked at."""
        return len(self.commands) >= MOST_COMMANDS or self.steps > 20 * MOST_COMMANDS


@dataclass(slots=True)
class Simple:
    """A simple command before it is known what it runs."""

    words: list[Word] = field(default_factory=list)
    sets: dict[str, Word] = field(default_factory=dict)
    redirects: list[Redirect] = field(default_factory=list)
    heredoc: str = ""
    text: str = ""
    inner: list[Command] = field(default_factory=list)
    reads: list[Command] = field(default_factory=list)
    """Those in its <(...)."""
    open: bool = False
