"""What is asked of the index, and what it answers. Values only."""

from dataclasses import dataclass, field
from typing import Literal

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
    order: Literal["best", "newest", "oldest"] = "best"
    now: int = 0
    """The time of asking in seconds since 1970, for which being recent is a small merit; 0 for none."""
    limit: int = 10
    offset: int = 0
    passages: int = 3
    """Passages shown of each session."""
    without_like: int | None = None
    """A session that is not found, nor what repeats it: the one that others are to be like."""
    explain: bool = False
    """Whether each session says why it stands where it does."""


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
class Why:
    """Why a session stands where it does: its score is (about + passage + further + all_words) * (1 + recent)."""

    about: float
    """How much it is about the words, of 1 for all that is asked."""
    words: tuple[tuple[str, float], ...]
    """Of that the part of each word, as it was asked; =word stands for all that mean the same."""
    passage: float
    """What its best passage adds."""
    further: float
    """What its further passages add."""
    all_words: float
    """What having all of the words adds."""
    recent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One session found."""

    session: Session
    score: float
    matches: tuple[Match, ...]
    alike: tuple[Session, ...] = ()
    """Some of the sessions that repeat it: forks, resumed copies, those that were asked the very same."""
    more_alike: int = 0
    """How many more there are of these."""
    why: Why | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """How the sessions that match best spread, each the most frequent first, by name and count."""

    sessions: int
    """How many these are."""
    projects: tuple[tuple[str, int], ...]
    months: tuple[tuple[str, int], ...]
    """2026-08, in UTC."""
    models: tuple[tuple[str, int], ...]
    tools: tuple[tuple[str, int], ...]
    """Of these the counts are of matching calls and results, in all sessions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a search found."""

    hits: tuple[Hit, ...]
    total: int
    """How many sessions there are in all."""
    meant: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Words that stand nowhere, and those that were looked for too: longer ones, or one slip away."""
    facets: Facets | None = None
    """Where there are more sessions than are shown."""
    hidden: int
    """Passages that match but are the asking session's own, or ccmcp's own calls and answers."""
