"""
What can be asked about tokens, and what the answer holds. Values only.

Sums are of responses that share everything a price depends on, so that whoever knows prices can
put one on each sum: the model and how it was served, on which side of some moments and some prompt
sizes. Nothing about money is known here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from ccmcp.index.counting import Book
from ccmcp.index.listing import SessionFilter

Dimension: TypeAlias = Literal["hour", "day", "span", "session", "file", "agent", "branch", "tool"]
"""By what sums are kept apart beside the model. A span is one of those asked for; a session tells project and entry point, a file what other tools take for these."""

Clock: TypeAlias = Sequence[tuple[int, int]]
"""A time zone: (until when, how far the wall clock is ahead of UTC then), both in milliseconds, in order; the last is for ever."""

NEVER = 1 << 62


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendingFilter:
    """Which responses; what is empty means all. Times are milliseconds since 1970, UTC."""

    sessions: SessionFilter = field(default_factory=SessionFilter)
    """Of which sessions: by project and root; its times, branch and model are not looked at."""
    session: tuple[str, str] | None = None
    """Root and id of one session."""
    since: int = 0
    until: int = NEVER
    model: str = ""
    """Part of a model's name."""
    agent: str = ""
    """main, subagent, or a subagent's type or id."""
    branch: str = ""
    """A git branch; * stands for any characters."""
    accounted: bool = False
    """Only of sessions that the client kept its own account of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendingQuestion:
    """What is asked for."""

    wanted: SpendingFilter = field(default_factory=SpendingFilter)
    by: tuple[Dimension, ...] = ()
    book: Book = Book.OURS
    clock: Clock = ((NEVER, 0),)
    """The zone that days and hours are of."""
    moments: tuple[int, ...] = ()
    """Prices change at these."""
    sizes: tuple[int, ...] = ()
    """Prices change where a prompt is larger than this many tokens."""
    spans: tuple[tuple[int, int], ...] = ()
    """First and last moment of each span, in order and apart; responses in none are left out."""
    above: int = 0
    """What each kind of token has above so many in a response is summed too (ccusage's tiers); 0 for not at all."""


class Sum(NamedTuple):
    """Tokens of some responses of one price."""

    keys: tuple[int | str, ...]
    """
    One for each dimension asked for: an hour's first millisecond (UTC), days since 1970 by the zone's wall clock, the
    number of a span, session or file, a name; -1 for an unknown time.
    """
    rate: str
    """What the price depends on beside moment and size: `counting.told_by_rate` takes it apart."""
    moment: int
    """How many of the question's `moments` are not after it."""
    size: int
    """How many of the question's `sizes` its prompts are larger than."""
    recorded: float | None
    """The cost in USD that the client wrote into the lines; none where it wrote none."""
    responses: int
    no_final: int
    """Responses without a final usage: their output is a lower bound."""
    input: int
    output: int
    cache_write: int
    cache_write_5m: int
    cache_write_1h: int
    cache_read: int
    web_searches: int
    first: int
    """When the first of them was; 0 when unknown."""
    last: int
    largest: int
    """The largest prompt among them, in tokens."""
    above: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)
    """Input, output, 5-minute and 1-hour cache writes and cache reads beyond the question's `above`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """What was found."""

    sums: tuple[Sum, ...]
    unknown: Mapping[str, tuple[str, ...]]
    """Names that were asked for and are not there (`agent`, `model`, `branch`), with those that are."""


@dataclass(frozen=True, slots=True)
class Account:
    """What the client counted for one session and model (cost-state), calls that left no line included."""

    session: int
    model: str
    input: int
    output: int
    cache_write: int
    cache_write_1h: int
    cache_read: int
    web_searches: int
    cost_usd: float
    """By the client's own prices."""


class Spender(NamedTuple):
    """A session, as far as sums are told apart by it."""

    root: str
    session_id: str
    project: str
    entrypoint: str
    """How the client was run: cli, sdk-cli ...; empty before 2.1.100."""
    title: str
