"""
What ccmcp can do: one operation per file, each an MCP tool and a command.

To add one, copy a neighbour; nothing else needs to change. A tool's parameters
and result are frozen dataclasses with a docstring under each attribute: the
server makes schemas of them, the command line makes flags and help.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Literal, TypeAlias

from ccmcp import plugins
from ccmcp.history import History
from ccmcp.screen import Screen

Answer: TypeAlias = Literal["accept", "decline", "cancel", "unable"]
"""What a user says to a question; unable: there is no way to ask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Who asks, when and from where: what a front end knows and an operation may need."""

    now: datetime
    """The current time, with its zone: relative times count from it, days begin by it."""

    cwd: str = ""
    """The caller's working folder, for "this project"; empty when there is none."""

    session_id: str = ""
    """The Claude Code session that asks (CLAUDE_CODE_SESSION_ID); empty for a person."""

    tool_use_id: str = ""
    """The tool call that asks (`_meta["claudecode/toolUseId"]`); empty for a person."""

    windows: bool = False
    """Whether lines to paste are for PowerShell instead of a POSIX shell."""

    most_characters: int = 0
    """So long a page's text may be: one that would be longer ends early and says where it goes on; 0 for any length."""

    progress: Callable[[int, int, str], None] | None = None
    """Told while a cold build runs: bytes done, bytes in all, what is being done."""

    stopped: Callable[[], bool] | None = None
    """Whether the caller has gone: long work asks it often and ends early."""

    ask: Callable[[str], Answer] | None = None
    """
    Asks the user a question before something is written, and waits for the answer; none where a front end can't.

    Over MCP the run may end at the question and begin anew with the answer: a tool asks before it changes
    anything, in words that depend on nothing but its parameters and what it found, as an answer counts only for
    that very question; and it lets what `ask` raises pass, which is no Exception. "cancel": the user did not say
    either; "unable": the client has no way to ask.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One operation: what it takes, does and gives, and how the answer reads."""

    name: str
    """The MCP tool's name: `search_sessions`."""

    command: str
    """The command's name: `search`; two words are a group and its command: `migrate plan`."""

    title: str
    """A short title for people: "Search sessions"."""

    description: str
    """What it answers and when to reach for it, then its relation to other tools, limits, an example. Static."""

    hint: str
    """Words a model may search for when tools are deferred (`_meta["anthropic/searchHint"]`)."""

    contract: Literal["text", "data"]
    """text: lean text only. data: compact structured content, and the same facts as text."""

    parameters: type[Any]
    """A frozen dataclass; every field but the required ones has a default ("" or 0 or False for "not given")."""

    result: type[Any]
    """A frozen dataclass (without slots): its fields are the keys of `--json`, always all there."""

    run: Callable[[History, Any, Call], Any]
    """(history, parameters, call) -> result. Raises CcmcpError."""

    text: Callable[[Any], str]
    """result -> what a model reads."""

    screen: Callable[[Any, Screen], str]
    """result -> what a person reads in a terminal."""

    csv: Callable[[Any], str] | None = None
    """result -> CSV as RFC 4180 says, for the command's --csv; none where it has no rows to give."""

    formats: Mapping[str, Callable[[History, Any, Call], str]] = field(default_factory=dict)
    """(history, parameters, call) -> the whole answer as a document, by the format's name, for the command's --format. Raises CcmcpError."""

    refusal: Callable[[Any], str] | None = None
    """result -> why the command is to exit with 1 although it has an answer; empty for no reason."""

    command_parameters: type[Any] | None = None
    """The command's parameters, where it takes more than the MCP tool: a subclass of `parameters`."""

    positional: tuple[str, ...] = ()
    """Fields that are positional on the command line; all others are flags."""

    examples: tuple[str, ...] = ()
    """Command lines shown by --help."""

    writes: bool = False
    """Whether it changes anything of the user's."""


@cache
def all_tools() -> tuple[Tool, ...]:
    """Every tool there is, by file name."""
    return plugins.load(__name__, Tool)
