"""What is asked about tool calls, and what is answered. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from ccmcp.index.listing import Session, SessionFilter

Group: TypeAlias = Literal["", "session", "target", "tool", "server", "agent", "project", "status"]
Order: TypeAlias = Literal["newest", "oldest", "most"]
Place: TypeAlias = tuple[str, int]
"""Where a call stands among all others: its time, and its number in the catalogue."""

FAILED = ("error", "interrupted")
"""What counts as a failure."""

MAIN, ANY_AGENT, UNKNOWN_AGENT = "main", "subagent", "unknown"
"""The main conversation as a caller; any subagent; one of whose kind nothing tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFilter:
    """Which tool calls are meant; empty fields mean all."""

    sessions: SessionFilter = field(default_factory=SessionFilter)
    """Of which sessions; times are those of the calls, below."""
    session: tuple[str, str] | None = None
    """Of this one: its root's label and its id."""
    tool: str = ""
    """Names in any case, with * and commas; an MCP tool's also without its server."""
    server: str = ""
    """An MCP server: its name in any case, with *, or a part of it."""
    query: str = ""
    """What any tool was aimed at: a text, a glob or a /regular expression/ (aims.text_aim)."""
    command: str = ""
    """A shell command: the same (aims.command_aim)."""
    file: str = ""
    """A file or folder: a path, a part of one, a glob (aims.file_aim)."""
    url: str = ""
    """A host, a URL, a part of one, a glob, a /regular expression/ (aims.url_aim)."""
    error: str = ""
    """A text or /regular expression/ in what a call that was not ok said."""
    outcomes: tuple[str, ...] = ()
    agent: str = ""
    """main, subagent (any of them), a kind of subagent, or the beginning of a subagent's id."""
    since: str = ""
    """ISO 8601 in UTC with Z."""
    until: str = ""
    """The same: before it."""
    own: bool = False
    """Also the calls of ccmcp itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallQuestion:
    """What is asked about tool calls."""

    wanted: CallFilter
    group: Group = ""
    more_than: int = 0
    """Only groups of more calls than so many."""
    order: Order = "newest"
    limit: int = 20
    offset: int = 0
    """So many groups are left out: those of the pages before."""
    after: Place | None = None
    """The last call of the page before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """One tool call."""

    session: Session
    place: Place
    entry_id: str
    tool: str
    target: str
    outcome: str
    error: str
    agent: str
    """The subagent's id; empty for the main conversation."""
    agent_kind: str
    """The subagent's kind, where it is known."""

    @property
    def at(self) -> str:
        """When it was made."""
        return self.place[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallGroup:
    """The calls that have something in common."""

    key: str
    """What that is; a session's id."""
    calls: int
    sessions: int
    failed: int
    last: Called
    """The newest of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAnswer:
    """Tool calls, or groups of them, and what there is in all."""

    outcomes: Mapping[str, int] = field(default_factory=dict)
    """How many calls fit, by what came of them."""
    sessions: int = 0
    """How many sessions made them."""
    hidden: int = 0
    """How many more would fit, were they not of ccmcp itself."""
    part: str = ""
    """A text that stands in each of their targets, where what is looked for tells one."""
    calls: tuple[Called, ...] = ()
    groups: tuple[CallGroup, ...] = ()
    total_groups: int = 0
    unknown: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Where nothing fits: what is asked for and does not occur at all (tool, server, agent), and the names that do."""
    without: Mapping[str, int] = field(default_factory=dict)
    """Where nothing fits: how many calls fit all other conditions but this one."""
    instead: Mapping[str, int] = field(default_factory=dict)
    """Where nothing fits: how many calls fit what may have been meant, as `name=value`."""
