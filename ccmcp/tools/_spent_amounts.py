"""What was counted -> what is answered: amounts as numbers, moments as times of the reader. Pure."""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from ccmcp.tools import Call
from ccmcp.usage import blocks
from ccmcp.usage.amount import Amount
from ccmcp.usage.budgets import Budget
from ccmcp.usage.report import Beyond, Report
from ccmcp.usage.rows import Row
from ccmcp.usage.standings import Now
from ccmcp.usage.windows import window
from ccmcp.views.spent import (
    UNATTRIBUTED,
    Block,
    BudgetStanding,
    BurnRate,
    CacheUse,
    Context,
    Projection,
    RowBudget,
    Unattributed,
    UsageRow,
    UsageTotals,
)


def usd(amount: Decimal | None) -> float | None:
    """An amount in USD as a JSON number with at most 6 places."""
    return None if amount is None else round(float(amount), 6)


def cost_of(amount: Amount) -> float | None:
    """What it cost: nothing at all for no tokens, none where nothing of it has a price."""
    return usd(amount.usd) if amount.usd is not None or amount.unpriced else 0.0


def moment(at: int, call: Call) -> str | None:
    """A time in milliseconds as the reader's; none for 0."""
    return datetime.fromtimestamp(at // 1000, call.now.tzinfo).isoformat() if at else None


_MOST_MODELS = 10
"""So many models of a row are named where an answer may not be long."""


def usage_row(
    row: Row,
    call: Call,
    in_several_roots: Callable[[Collection[str]], Collection[str]],
    budget: Budget | None,
) -> UsageRow:
    """A row; with the root's label where a session's id occurs in several, and held against the budget for such a period."""
    amount, session = row.amount, row.session
    most = _MOST_MODELS if call.most_characters else None
    keys = row.keys
    if session and session.session_id in in_several_roots([session.session_id]):
        keys = tuple(f"{session.root}:{key}" if key == session.session_id else key for key in keys)
    return UsageRow(
        key=" · ".join(keys),
        keys=keys if len(keys) > 1 else None,
        input_tokens=amount.input,
        output_tokens=amount.output,
        cache_creation_tokens=amount.cache_write,
        cache_read_tokens=amount.cache_read,
        total_tokens=amount.total,
        cost_usd=cost_of(amount),
        models=tuple(amount.models)[:most],
        responses=amount.responses,
        no_final=amount.no_final,
        web_searches=amount.web_searches,
        unpriced_models=tuple(amount.unpriced)[:most] or None,
        first_at=moment(amount.first, call),
        last_at=moment(amount.last, call),
        title=session.title or None if session else None,
        project=session.project or None if session else None,
        block=_block(row.block, call) if row.block else None,
        context=context(amount, row.compactions),
        timing=None,
        budget=_row_budget(amount, budget) if budget else None,
    )


def context(amount: Amount, compactions: tuple[int, int] | None) -> Context | None:
    """How full the context was; none where nothing was asked of a model."""
    if not amount.largest:
        return None
    size = window(amount.largest_model, amount.largest)
    return Context(
        largest_tokens=amount.largest,
        window_tokens=size,
        headroom=round(max(0.0, 1 - amount.largest / size), 4) if size else None,
        compactions=compactions[0] if compactions else None,
        at_compaction_tokens=compactions[1] or None if compactions else None,
    )


def _block(block: blocks.Block, call: Call) -> Block:
    pace = block.tokens_per_minute
    burn = (
        None
        if pace is None
        else BurnRate(tokens_per_minute=round(pace, 2), cost_per_hour=usd(block.usd_per_hour))
    )
    ahead = None
    if block.projected_tokens is not None:
        ahead = Projection(
            total_tokens=block.projected_tokens,
            cost_usd=usd(block.projected_usd),
            remaining_minutes=block.minutes_left or 0,
        )
    return Block(
        started_at=moment(block.start, call) or "",
        ends_at=moment(block.end, call) or "",
        last_at=moment(block.last, call),
        active=block.active,
        gap=block.gap,
        burn_rate=burn,
        projection=ahead,
    )


def _row_budget(amount: Amount, budget: Budget) -> RowBudget:
    spent = amount.usd or Decimal(0)
    return RowBudget(usd=float(budget.usd), used=_share(spent / budget.usd), passed=spent > budget.usd)


def _share(share: Decimal) -> float:
    return round(float(share), 4)


def usage_totals(report: Report, call: Call) -> UsageTotals:
    """All rows together."""
    amount = report.totals
    prompt = amount.tokens.prompt
    return UsageTotals(
        input_tokens=amount.input,
        output_tokens=amount.output,
        cache_creation_tokens=amount.cache_write,
        cache_read_tokens=amount.cache_read,
        total_tokens=amount.total,
        cost_usd=cost_of(amount),
        responses=amount.responses,
        no_final=amount.no_final,
        web_searches=amount.web_searches,
        recorded_usd=usd(amount.recorded) or None,
        cache=CacheUse(
            hit_rate=round(amount.cache_read / prompt, 4) if prompt else None,
            saved_usd=usd(amount.saved),
        ),
        context=context(amount, report.compactions),
        first_at=moment(amount.first, call),
        last_at=moment(amount.last, call),
    )


def unattributed(beyond: Beyond | None) -> Unattributed | None:
    """What no line accounts for; none where that is nothing."""
    if beyond is None:
        return None
    return Unattributed(
        key=UNATTRIBUTED,
        sessions=beyond.sessions,
        input_tokens=beyond.tokens.input,
        output_tokens=beyond.tokens.output,
        cache_creation_tokens=beyond.tokens.cache_write,
        cache_read_tokens=beyond.tokens.cache_read,
        total_tokens=beyond.tokens.total,
        cost_usd=usd(beyond.usd) or 0.0,
    )


def unattributed_row(beyond: Unattributed, keys: int) -> UsageRow:
    """The same as a row among those of so many groupings."""
    return UsageRow(
        key=UNATTRIBUTED,
        keys=(UNATTRIBUTED,) * keys if keys > 1 else None,
        input_tokens=beyond.input_tokens,
        output_tokens=beyond.output_tokens,
        cache_creation_tokens=beyond.cache_creation_tokens,
        cache_read_tokens=beyond.cache_read_tokens,
        total_tokens=beyond.total_tokens,
        cost_usd=beyond.cost_usd,
        models=(),
        responses=0,
        no_final=0,
        web_searches=0,
        unpriced_models=None,
        first_at=None,
        last_at=None,
        title=None,
        project=None,
        block=None,
        context=None,
        timing=None,
        budget=None,
    )


def budget_standings(found: Sequence[Now]) -> Iterator[BudgetStanding]:
    """Where the budgets stand."""
    for standing, start, end, unpriced in found:
        yield BudgetStanding(
            name=standing.budget.name,
            usd=float(standing.budget.usd),
            spent_usd=usd(standing.spent) or 0.0,
            used=_share(standing.used),
            passed=standing.passed,
            projected_usd=usd(standing.projected) or 0.0,
            passes_at=standing.passes_at.isoformat(timespec="minutes") if standing.passes_at else None,
            period_started_at=start.isoformat(timespec="seconds"),
            period_ends_at=end.isoformat(timespec="seconds"),
            unpriced_tokens=unpriced,
        )
