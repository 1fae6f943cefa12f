"""Tokens and money as a person reads them in a terminal. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from ccmcp.screen import Screen, columns, cut
from ccmcp.views.columns import Bars, Column, gauge, table
from ccmcp.views.figures import (
    TO,
    budgeted,
    date_of,
    dollars,
    flowing,
    human,
    lasting,
    moment,
    percent,
    wrapped,
)
from ccmcp.views.spent import (
    BudgetStanding,
    Context,
    Details,
    Timing,
    UsageReport,
    UsageRow,
)
from ccmcp.views.spent_table import row_table, standing_style
from ccmcp.views.spent_text import marked, nothing, unseen
from ccmcp.views.words import counted, named, one_line


def on_screen(result: UsageReport, screen: Screen) -> str:
    """What a person reads: what it comes to, the rows, where budgets stand, what else has to be known."""
    if result.check:
        return "\n".join(_budgets(result.budgets, screen))
    parts = [
        [*_summary(result, screen)],
        row_table(result, screen) if result.told_rows else [],
        [*_running(result.told_rows, screen)],
        [*_budgets(result.budgets, screen)],
        *(_details(result.details, screen) if result.details else ()),
        [*_notes(result, screen)],
    ]
    return "\n\n".join("\n".join(lines) for lines in parts if lines)


# -- what it comes to


def _summary(result: UsageReport, screen: Screen) -> Iterator[str]:
    totals, dot = result.totals, screen.style(" · ", "dim")
    if not result.total_rows:
        yield from wrapped(nothing(result), screen.width)
        return
    parts = [
        _period(result, screen.now),
        screen.style("no known price" if totals.cost_usd is None else dollars(totals.cost_usd), "bold"),
        f"{human(totals.total_tokens)} tokens",
        f"{human(totals.responses)} response{'' if totals.responses == 1 else 's'}",
    ]
    yield from flowing(parts, screen.width, dot)
    cache, saved = totals.cache, totals.cache.saved_usd or 0
    more = [f"{percent(cache.hit_rate)} of prompt tokens from cache" if cache.hit_rate is not None else ""]
    if saved:
        more.append(
            f"caching saved {dollars(saved)}" if saved > 0 else f"caching cost {dollars(-saved)} more"
        )
    more += [*_context(totals.context)] if totals.context else []
    yield from flowing([screen.style(part, "dim") for part in more], screen.width, dot)


def _period(result: UsageReport, now: datetime) -> str:
    """The time it is about: as it was asked for, else from the first response to the last."""
    since = result.since or result.totals.first_at
    last = _local(result.until, now) - timedelta(seconds=1) if result.until else now
    if not result.since and not result.until and result.totals.last_at:
        last = _local(result.totals.last_at, now)
    if not since:
        return f"until {date_of(last, now)}" if result.until else "all time"
    first = _local(since, now)
    if first.date() == last.date():
        return "today" if first.date() == now.date() else f"{first:%a} {date_of(first, now)}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} {TO} {date_of(last, now)}"
    return f"{date_of(first, now if first.year != last.year else first)} {TO} {date_of(last, now)}"


def _local(at: str, now: datetime) -> datetime:
    return datetime.fromisoformat(at).astimezone(now.tzinfo)


def _context(context: Context) -> Iterator[str]:
    if context.window_tokens:
        yield f"largest context {human(context.largest_tokens)} of {human(context.window_tokens)}"
    if context.compactions:
        yield counted(context.compactions, "compaction")


# -- now, and where budgets stand


def _running(rows: Sequence[UsageRow], screen: Screen) -> Iterator[str]:
    """The block that runs now: how far it is, and where it leads."""
    for row in rows:
        block = row.block
        if block is None or not block.active:
            continue
        start, end = datetime.fromisoformat(block.started_at), datetime.fromisoformat(block.ends_at)
        gone = min(max((screen.now - start) / (end - start), 0.0), 1.0)
        left = lasting((end - screen.now).total_seconds())
        yield from flowing(
            [
                screen.style("Now", "bold"),
                f"{block.started_at[11:16]} {gauge(gone, 20, screen, 'blue')} {block.ends_at[11:16]}",
                screen.style(f"{left} left", "dim"),
            ],
            screen.width,
            "  ",
        )
        facts = [f"{dollars(row.cost_usd)} so far" if row.cost_usd is not None else ""]
        if rate := block.burn_rate:
            facts.append(f"{dollars(rate.cost_per_hour)} an hour" if rate.cost_per_hour is not None else "")
            facts.append(f"{human(round(rate.tokens_per_minute))} tokens a minute")
        if ahead := block.projection:
            cost = f"{dollars(ahead.cost_usd)}, " if ahead.cost_usd is not None else ""
            facts.append(f"{cost}{human(ahead.total_tokens)} tokens by {block.ends_at[11:16]} at this pace")
        yield from (f"     {line}" for line in flowing(facts, screen.width - 5, screen.style(" · ", "dim")))


def _budgets(budgets: Sequence[BudgetStanding], screen: Screen) -> Iterator[str]:
    """Each budget as a gauge, and where it leads."""
    if not budgets:
        return
    yield screen.style("Budgets", "bold")
    shares = [percent(each.used) for each in budgets]
    sums = [f"{dollars(each.spent_usd)} of {budgeted(each.usd)}" for each in budgets]
    outlooks = [_outlook(each, screen.now) for each in budgets]
    percents, spent, ahead = (max(map(columns, cells)) for cells in (shares, sums, outlooks))
    room = screen.width - percents - 5
    names = [cut(named(each.name), min(room - _LEAST_GAUGE, 40)) for each in budgets]
    widest = max(map(columns, names))
    beside = room - widest - spent - ahead - 4
    length = min(beside if beside >= _LEAST_GAUGE else room - widest, _MOST_GAUGE)
    for name, share, money, outlook, each in zip(names, shares, sums, outlooks, budgets, strict=True):
        style = standing_style(each.used, passed=each.passed, soon=each.passes_at is not None)
        bar = gauge(min(each.used, 1), length, screen, style)
        head = f"  {name}{' ' * (widest - columns(name))}  {bar} {screen.style(share.rjust(percents), style)}"
        more = screen.style(outlook, "dim")
        if beside >= _LEAST_GAUGE:
            yield f"{head}  {money.rjust(spent)}  {more}"
        else:
            yield head
            yield from (f"    {line}" for line in flowing([money, more], screen.width - 4, "  "))


_LEAST_GAUGE, _MOST_GAUGE = 12, 30


def _outlook(budget: BudgetStanding, now: datetime) -> str:
    if budget.passed:
        ahead = f"passed by {dollars(budget.spent_usd - budget.usd)}"
    elif budget.passes_at:
        ahead = f"lasts until {moment(budget.passes_at, now)}"
    else:
        ahead = f"on pace for {dollars(budget.projected_usd)}"
    return f"{ahead}, without {human(budget.unpriced_tokens)} unpriced" if budget.unpriced_tokens else ahead


# -- what bills don't say


def _details(details: Details, screen: Screen) -> Iterator[list[str]]:
    """A section for each thing that there is something to say of."""
    yield _section(
        "Came to nothing",
        [one_line(each.kind) for each in details.wasted],
        {
            "times": [f"{each.count:,}" for each in details.wasted],
            "tokens": [human(each.total_tokens) for each in details.wasted],
        },
        [each.cost_usd for each in details.wasted],
        screen,
    )
    yield _section(
        "Subagents",
        [named(each.agent) for each in details.agents],
        {
            "runs": [f"{each.runs:,}" for each in details.agents],
            "tokens": [human(each.total_tokens) for each in details.agents],
        },
        [each.cost_usd for each in details.agents],
        screen,
    )
    yield _section(
        "Tool results as context",
        [named(each.tool) for each in details.tools],
        {
            "calls": [f"{each.calls:,}" for each in details.tools],
            "results": [human(each.result_tokens) for each in details.tools],
            "read\nagain": [human(each.reread_tokens) for each in details.tools],
        },
        [each.cost_usd for each in details.tools],
        screen,
    )
    yield [*_timing(details.timing, screen)]


def _section(
    title: str,
    names: Sequence[str],
    numbers: Mapping[str, Sequence[str]],
    costs: Sequence[float | None],
    screen: Screen,
) -> list[str]:
    """Names, numbers and what each cost, with a bar."""
    if not names:
        return []
    found = [
        Column(head=title, head_style="bold", cells=tuple(names), least=len(title)),
        *(
            Column(head=head, cells=tuple(cells), right=True, rank=len(numbers) - at)
            for at, (head, cells) in enumerate(numbers.items())
        ),
        Column(head="cost", cells=tuple(map(dollars, costs)), right=True),
    ]
    most = max((cost for cost in costs if cost), default=0.0)
    shares = tuple(cost / most if cost and cost > 0 else None for cost in costs)
    bars = Bars(shares=shares, styles=tuple("blue" for _ in names), least=10, most=20)
    return table(found, screen, [None] * len(names), bars)


def _timing(timing: Timing, screen: Screen) -> Iterator[str]:
    facts = []
    if timing.first_answer_seconds is not None:
        facts.append(f"first answer after {lasting(timing.first_answer_seconds)}")
    if timing.first_answer_p90_seconds is not None:
        facts.append(f"one in ten after more than {lasting(timing.first_answer_p90_seconds)}")
    if timing.model_seconds_per_turn is not None:
        facts.append(f"{lasting(timing.model_seconds_per_turn)} of model time")
    if facts:
        head = f"{screen.style('A turn', 'bold')}  " + screen.style(f"median of {timing.turns:,}", "dim")
        yield from flowing([head, *facts], screen.width, screen.style(" · ", "dim"))


# -- what else has to be known


def _notes(result: UsageReport, screen: Screen) -> Iterator[str]:
    for note in _remarks(result):
        yield from (screen.style(line, "dim") for line in wrapped(note, screen.width))
    if result.next_cursor:
        more = f"{result.total_rows - len(result.told_rows):,} more: --limit N, or"
        yield from (
            screen.style(line, "dim")
            for line in wrapped(f"{more} --cursor {result.next_cursor}", screen.width)
        )


def _remarks(result: UsageReport) -> Iterator[str]:
    totals, beyond = result.totals, result.unattributed
    if beyond:
        whose = f"by the own accounts of {counted(beyond.sessions, 'session')}"
        yield (
            f"Beyond these: {dollars(beyond.cost_usd)}, {human(beyond.total_tokens)} tokens unattributed, {whose} "
            "(titles, summaries, compactions)."
        )
    if result.unpriced_models:
        each = (
            named(model)
            + (f" ({human(result.unpriced_tokens[model])} tokens)" if model in result.unpriced_tokens else "")
            for model in result.unpriced_models
        )
        yield f"Not in the cost, for want of a price: {', '.join(each)}."
    if totals.no_final:
        yield (
            f"Output of {counted(totals.no_final, 'response')} is a lower bound: "
            "their transcripts lack the final count."
        )
    if result.difference:
        yield one_line(result.difference)
    if result.details and result.marks:
        yield marked(result.marks).replace("_", " ")
    yield from unseen(result)
