"""What is asked of the index, and what it answers. Values only."""

from dataclasses import dataclass, field

from ccmcp.index.listing import Session, SessionFilter
from ccmcp.index.query import Term


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The session that asks, whose own words since its last compaction are no history yet."""

    session: int
    main_file: int
    compacted_at: int
    """The offset of its last compaction; -1 without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of the index."""

    terms: tuple[Term, ...] = ()
    sessions: SessionFilter = field(default_factory=SessionFilter)
    only_sessions: tuple[int, ...] | None = None
    """Sessions by number; none for all."""
    role: str = ""
    kind: str = ""
    tool: str = ""
    """A tool's name, or a pattern with * in it."""
    since: int | None = None
    until: int | None = None
    """Passages of a time, in seconds since 1970: from `since` on, before `until`."""
    subagents: bool = True
    own: bool = False
    """Whether ccmcp's own calls and answers count."""
    caller: Caller | None = None
    limit: int = 10
    offset: int = 0
    passages: int = 3
    """Passages shown of each session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A passage that shows why a session was found."""

    role: str
    kind: str
    at: str | None
    text: str
    entry_id: str
    tool: str
    agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One session found."""

    session: Session
    score: float
    matches: tuple[Match, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a search found."""

    hits: tuple[Hit, ...]
    total: int
    """How many sessions there are in all."""
    hidden: int
    """Passages that match but are the asking session's own, or ccmcp's own calls and answers."""
