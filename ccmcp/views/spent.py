"""Tokens and money as they are answered: what is said of them, and how it reads. Pure."""

from dataclasses import dataclass, field

from ccmcp.views.words import Covered


@dataclass(frozen=True, kw_only=True)
class BurnRate:
    """How fast a block is spent, from its first response to its last."""

    tokens_per_minute: float
    cost_per_hour: float | None


@dataclass(frozen=True, kw_only=True)
class Projection:
    """Where a running block leads at its pace."""

    total_tokens: int
    cost_usd: float | None
    remaining_minutes: int


@dataclass(frozen=True, kw_only=True)
class Block:
    """Five hours, from the full hour (UTC) of their first response on."""

    started_at: str
    ends_at: str
    last_at: str | None
    """The last response in it."""

    active: bool
    """Whether it runs now."""

    gap: bool
    """Whether it stands for a time without any response, between two blocks."""

    burn_rate: BurnRate | None
    projection: Projection | None


@dataclass(frozen=True, kw_only=True)
class Context:
    """How full the context was."""

    largest_tokens: int
    """The largest prompt: input, cache reads and cache writes of one request."""

    window_tokens: int | None
    """What the model takes, where it is known."""

    headroom: float | None
    """The share of the window that the largest prompt left free."""

    compactions: int | None
    """How often the context was summed up; only of sessions, turns and in totals."""

    at_compaction_tokens: int | None
    """The largest context that was summed up."""


@dataclass(frozen=True, kw_only=True)
class TurnTiming:
    """How long a turn took, as far as the transcript tells: upper bounds, derived from the times of lines."""

    first_answer_seconds: float | None
    """From the prompt to the first line of an answer."""

    model_seconds: float
    """Spent in requests: from what went before each response to its last line."""

    turn_seconds: float | None
    """From the prompt to the last line of the turn; the client's own figure where it wrote one."""


@dataclass(frozen=True, kw_only=True)
class RowBudget:
    """Where a row stands against the budget for such a period, project or model."""

    usd: float
    used: float
    passed: bool


@dataclass(frozen=True, kw_only=True)
class UsageRow:
    """Tokens and cost of what shares a key."""

    key: str
    keys: tuple[str, ...] | None
    """Both keys, where two groupings were asked for; `key` joins them."""

    input_tokens: int
    output_tokens: int
    cache_creation_tokens: int
    cache_read_tokens: int
    total_tokens: int
    cost_usd: float | None
    """None when no model in it has a known price."""

    models: tuple[str, ...]
    responses: int
    no_final: int
    """Responses whose transcript lacks the final count: their output is a lower bound."""

    web_searches: int
    unpriced_models: tuple[str, ...] | None
    """Models in it that no price is known of: their tokens are counted, their cost is not."""

    first_at: str | None
    last_at: str | None
    title: str | None
    """Of a session's row: its title; of a turn's: how the prompt begins."""

    project: str | None
    """Of a session's row."""

    block: Block | None
    context: Context | None
    timing: TurnTiming | None
    budget: RowBudget | None


@dataclass(frozen=True, kw_only=True)
class CacheUse:
    """What caching did."""

    hit_rate: float | None
    """The share of all prompt tokens that came from the cache."""

    saved_usd: float | None
    """What the same tokens would have cost more without it; below 0 where writes were never read."""


@dataclass(frozen=True, kw_only=True)
class UsageTotals:
    """All rows together (of all pages): what lines of transcripts say."""

    input_tokens: int
    output_tokens: int
    cache_creation_tokens: int
    cache_read_tokens: int
    total_tokens: int
    cost_usd: float | None
    responses: int
    no_final: int
    web_searches: int
    recorded_usd: float | None
    """The part of the cost that clients of 0.2 wrote down themselves; none where that is nothing."""

    first_at: str | None = None
    last_at: str | None = None
    """The first response and the last one."""

    cache: CacheUse
    context: Context | None


UNATTRIBUTED = "unattributed"


@dataclass(frozen=True, kw_only=True)
class Unattributed:
    """What sessions' own accounts (cost-state) know beyond their lines: titles, summaries, compactions, searches within searches."""

    key: str
    """unattributed"""

    sessions: int
    input_tokens: int
    output_tokens: int
    cache_creation_tokens: int
    cache_read_tokens: int
    total_tokens: int
    cost_usd: float


@dataclass(frozen=True, kw_only=True)
class BudgetStanding:
    """Where one budget of the settings stands in its present period."""

    name: str
    usd: float
    spent_usd: float
    used: float
    """The share that is spent: 1 is all of it."""

    passed: bool
    projected_usd: float
    """By the end of the period at this pace."""

    passes_at: str | None
    """When it will be passed at this pace; none when it won't be in this period, or has been."""

    period_started_at: str
    period_ends_at: str
    unpriced_tokens: int = 0
    """Of models without a price that it covers: what they cost is not in it."""


@dataclass(frozen=True, kw_only=True)
class Wasted:
    """Work that came to nothing, of one kind."""

    kind: str
    """interrupted turns, refused edits, other refused calls, failed calls, retried calls, failed requests"""

    count: int
    total_tokens: int
    cost_usd: float | None


@dataclass(frozen=True, kw_only=True)
class ToolContext:
    """What the results of one tool cost as context."""

    tool: str
    calls: int
    result_tokens: int
    """Of its results, estimated at four characters a token."""

    reread_tokens: int
    """The same, once for each later request that read them again, until the context was summed up."""

    cost_usd: float | None
    """Of writing them to the cache once and reading them again."""


@dataclass(frozen=True, kw_only=True)
class AgentUse:
    """What subagents of one type cost."""

    agent: str
    runs: int
    total_tokens: int
    cost_usd: float | None


@dataclass(frozen=True, kw_only=True)
class Timing:
    """Times of turns, derived from the times of lines: upper bounds."""

    turns: int
    first_answer_seconds: float | None
    """The median from a prompt to the first line of an answer."""

    first_answer_p90_seconds: float | None
    model_seconds_per_turn: float | None
    """The median time spent in requests."""


@dataclass(frozen=True, kw_only=True)
class Details:
    """What bills don't say. All but the subagents' tokens is derived."""

    wasted: tuple[Wasted, ...]
    agents: tuple[AgentUse, ...]
    """The 20 dearest types."""

    tools: tuple[ToolContext, ...]
    """The 20 dearest."""

    timing: Timing


@dataclass(frozen=True, kw_only=True)
class UsageReport:
    """Tokens and money by what was asked for."""

    rows: tuple[UsageRow, ...]
    """What lines of transcripts say; behind the last of them, under the key `unattributed`, what no line accounts for."""

    totals: UsageTotals
    unattributed: Unattributed | None
    group: str
    timezone: str
    since: str | None
    until: str | None
    """The first moment after the time asked for."""

    mode: str
    compatible: str | None
    difference: str | None
    """One line: how and why the totals differ from ours, where another tool's rules were asked for."""

    unpriced_models: tuple[str, ...]
    unpriced_tokens: dict[str, int] = field(default_factory=dict)
    """The tokens of each of them."""

    budgets: tuple[BudgetStanding, ...]
    details: Details | None
    marks: dict[str, str]
    """exact, derived or unknowable, by figure."""

    hints: tuple[str, ...]
    """Where nothing fits: what would."""

    total_rows: int
    next_cursor: str | None
    coverage: Covered
    check: bool = False
    """Whether nothing but the budgets was asked for."""

    @property
    def told_rows(self) -> tuple[UsageRow, ...]:
        """The rows that lines of transcripts account for."""
        return tuple(row for row in self.rows if row.key != UNATTRIBUTED)
