"""Tokens and money as a model reads them, as CSV, and as a reason to refuse. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence

from ccmcp.views.figures import lasting, percent, precise
from ccmcp.views.spent import (
    Block,
    BudgetStanding,
    Context,
    Details,
    TurnTiming,
    UsageReport,
    UsageRow,
    UsageTotals,
)
from ccmcp.views.words import clipped, counted, empty_note, named, one_line, unseen_notes

NEAR = 0.8
"""A budget is near when so much of it is spent, or when it will be passed at this pace."""


def groups_of(result: UsageReport) -> list[str]:
    """What rows are counted by: one or two."""
    return result.group.replace(" ", "").split(",")


def keys_of(row: UsageRow) -> tuple[str, ...]:
    """A row's key, or both."""
    return row.keys or (row.key,)


def is_near(budget: BudgetStanding) -> bool:
    """Whether a budget deserves a look: it has been passed, or may be."""
    return budget.passed or budget.used >= NEAR or budget.passes_at is not None


# -- for a model


def text(result: UsageReport) -> str:
    """What a model reads: what all of it comes to and how sure that is, then the rows."""
    if result.check:
        return "\n".join(map(_budget, result.budgets))
    lines = (
        [*_totals(result), *_certainty(result), *_beside(result)] if result.total_rows else [nothing(result)]
    )
    lines += map(_budget, filter(is_near, result.budgets))
    lines += [one_line(result.difference)] if result.difference else []
    lines += _details(result.details) if result.details else []
    if result.told_rows:
        lines += [_head(result), *map(row_line, result.told_rows)]
    if result.next_cursor:
        lines.append(f"More: the same arguments and cursor={result.next_cursor}")
    return "\n".join([*lines, *unseen(result)])


def nothing(result: UsageReport) -> str:
    """What is said where there are no rows."""
    if result.coverage.nothing_in:
        return empty_note(result.coverage.nothing_in)
    return " ".join(["Nothing was spent on what was asked for.", *map(one_line, result.hints)])


def unseen(result: UsageReport) -> list[str]:
    """What the figures may lack."""
    reading = ["The history is still being read: figures will grow."] if result.coverage.reading else []
    return [*reading, *unseen_notes(result.coverage.unseen)]


def _totals(result: UsageReport) -> Iterator[str]:
    totals = result.totals
    cost = "no known price" if totals.cost_usd is None else precise(totals.cost_usd)
    rules = f", by the rules of {named(result.compatible)}" if result.compatible else ""
    yield f"Usage {_period(result)}{rules}: {cost}, {counted(totals.total_tokens, 'token')} in {counted(totals.responses, 'response')}."
    searches = f"; web searches {totals.web_searches:,}" if totals.web_searches else ""
    yield (
        f"Input {totals.input_tokens:,}, output {totals.output_tokens:,}, cache writes {totals.cache_creation_tokens:,}, "
        f"cache reads {totals.cache_read_tokens:,}{searches}."
    )


def _period(result: UsageReport) -> str:
    since, until = (at and at[:16].replace("T", " ") for at in (result.since, result.until))
    ends = [f"from {since}" if since else "from the first", f"until {until}" if until else "until now"]
    return f"{' '.join(ends) if since or until else 'of all time'} ({named(result.timezone)})"


def _certainty(result: UsageReport) -> Iterator[str]:
    """What of the figures is exact, and what isn't."""
    if result.marks:
        yield marked(result.marks)
    if result.totals.no_final:
        yield (
            f"The output of {counted(result.totals.no_final, 'response')} is a lower bound: "
            "their transcripts lack the final count."
        )
    if result.unpriced_models:
        yield f"Without a known price, so in the tokens but not in the cost: {unpriced(result)}."
    if result.totals.recorded_usd:
        yield f"{precise(result.totals.recorded_usd)} of the cost is as clients wrote it down."


def marked(marks: Mapping[str, str]) -> str:
    """Figures by how sure they are: what is said of several is said once."""
    by_mark: dict[str, list[str]] = {}
    for figure, mark in marks.items():
        by_mark.setdefault(one_line(mark), []).append(one_line(figure))
    return ". ".join(f"{', '.join(figures)}: {mark}" for mark, figures in by_mark.items()) + "."


def unpriced(result: UsageReport) -> str:
    """The models without a price, with their tokens."""
    tokens = result.unpriced_tokens
    return ", ".join(
        named(model) + (f" ({counted(tokens[model], 'token')})" if model in tokens else "")
        for model in result.unpriced_models
    )


def _beside(result: UsageReport) -> Iterator[str]:
    """What no line of a transcript tells, the cache, the context."""
    beyond = result.unattributed
    if beyond:
        yield (
            f"{one_line(beyond.key)}: {precise(beyond.cost_usd)}, {counted(beyond.total_tokens, 'token')} beyond these totals, "
            f"by the own accounts of {counted(beyond.sessions, 'session')} (titles, summaries, compactions): input {beyond.input_tokens:,}, output {beyond.output_tokens:,}, "
            f"cache writes {beyond.cache_creation_tokens:,}, cache reads {beyond.cache_read_tokens:,}."
        )
    yield from _cache(result.totals)
    if context := result.totals.context:
        yield f"Context: {_context(context)}."


def _cache(totals: UsageTotals) -> Iterator[str]:
    cache = totals.cache
    if cache.hit_rate is not None:
        yield f"Cache: {percent(cache.hit_rate)} of prompt tokens came from it{saving(cache.saved_usd)}."


def saving(usd: float | None) -> str:
    """What caching saved, or cost."""
    if usd is None:
        return ""
    return f", {precise(usd)} saved" if usd >= 0 else f"; it cost {precise(-usd)} more than it saved"


def _context(context: Context) -> str:
    facts = [f"largest prompt {context.largest_tokens:,}"]
    if context.window_tokens:
        facts[0] += f" of {context.window_tokens:,} tokens"
    if context.headroom is not None:
        facts[0] += f" ({percent(context.headroom)} left)"
    if context.compactions:
        largest = f", the largest at {context.at_compaction_tokens:,}" if context.at_compaction_tokens else ""
        facts.append(counted(context.compactions, "compaction") + largest)
    return "; ".join(facts)


def _budget(budget: BudgetStanding) -> str:
    facts = f"{precise(budget.spent_usd)} of {precise(budget.usd)} spent ({percent(budget.used)})"
    if budget.passed:
        ahead = f"passed by {precise(budget.spent_usd - budget.usd)}"
    elif budget.passes_at:
        ahead = f"will be passed {budget.passes_at[:16].replace('T', ' ')} at this pace"
    else:
        ahead = "will hold at this pace"
    ends = budget.period_ends_at[:16].replace("T", " ")
    told = f"Budget {named(budget.name)}: {facts}, {ahead} ({precise(budget.projected_usd)} by {ends})."
    return f"{told} {_uncounted(budget)}" if budget.unpriced_tokens else told


def _uncounted(budget: BudgetStanding) -> str:
    return f"Not in it: {counted(budget.unpriced_tokens, 'token')} of models without a price."


def _details(details: Details) -> Iterator[str]:
    for wasted in details.wasted:
        yield f"Wasted on {one_line(wasted.kind)}: {wasted.count:,}; {wasted.total_tokens:,} tokens, {precise(wasted.cost_usd)}."
    for agent in details.agents:
        yield f"Subagent {named(agent.agent)}: {counted(agent.runs, 'run')}; {agent.total_tokens:,} tokens, {precise(agent.cost_usd)}."
    for tool in details.tools:
        yield (
            f"Results of {named(tool.tool)}: {counted(tool.calls, 'call')}; {tool.result_tokens:,} tokens, "
            f"read again as context {tool.reread_tokens:,}, {precise(tool.cost_usd)}."
        )
    timing = details.timing
    facts = [
        f"{what} {lasting(seconds)}"
        for what, seconds in (
            ("first answer after", timing.first_answer_seconds),
            ("one in ten after more than", timing.first_answer_p90_seconds),
            ("model time a turn", timing.model_seconds_per_turn),
        )
        if seconds is not None
    ]
    if facts:
        yield f"Timing of {counted(timing.turns, 'turn')} (medians, upper bounds): {', '.join(facts)}."


def _head(result: UsageReport) -> str:
    """How many rows there are, and what stands in each."""
    shown = len(result.told_rows)
    some = f"{shown:,} of " if shown < result.total_rows else ""
    return (
        f"{some}{counted(result.total_rows, 'row')}: {' | '.join(groups_of(result))} | cost | tokens in all "
        "= input + output + cache writes + cache reads | responses | models | more"
    )


def row_line(row: UsageRow) -> str:
    """One row."""
    keys = [_cell(key) or "(none)" for key in keys_of(row)]
    if row.block and row.block.gap:
        return " | ".join([*keys, *_block(row.block)])
    tokens = (row.input_tokens, row.output_tokens, row.cache_creation_tokens, row.cache_read_tokens)
    cells = [
        *keys,
        precise(row.cost_usd),
        f"{row.total_tokens:,} = {' + '.join(f'{each:,}' for each in tokens)}",
        f"{row.responses:,}",
        ", ".join(map(_cell, row.models)) or "-",
        "; ".join(_more(row)),
    ]
    return " | ".join(filter(None, cells))


def _more(row: UsageRow) -> Iterator[str]:
    """What there is to say of some rows."""
    if row.no_final:
        yield f"{row.no_final:,} without a final count"
    if row.unpriced_models and row.cost_usd is not None:
        yield f"not in the cost: {', '.join(map(_cell, row.unpriced_models))}"
    if row.web_searches:
        yield f"web searches: {row.web_searches:,}"
    if row.block:
        yield from _block(row.block)
    if row.budget:
        passed = ", passed" if row.budget.passed else ""
        yield f"{percent(row.budget.used)} of a budget of {precise(row.budget.usd)}{passed}"
    if row.context:
        yield _context(row.context)
    if row.timing:
        yield from _timing(row.timing)
    if row.project is not None:
        yield f"project {_cell(row.project)}"
    if row.title is not None:
        yield clipped(_cell(row.title), 100)


def _block(block: Block) -> Iterator[str]:
    if block.gap:
        yield f"nothing until {block.ends_at[:16].replace('T', ' ')}"
        return
    if block.active:
        yield f"runs until {block.ends_at[:16].replace('T', ' ')}"
    if rate := block.burn_rate:
        cost = f", {precise(rate.cost_per_hour)} an hour" if rate.cost_per_hour is not None else ""
        yield f"{rate.tokens_per_minute:,.0f} tokens a minute{cost}"
    if ahead := block.projection:
        cost = f", {precise(ahead.cost_usd)}" if ahead.cost_usd is not None else ""
        yield f"{ahead.remaining_minutes} min left, {ahead.total_tokens:,} tokens{cost} by its end at this pace"


def _timing(timing: TurnTiming) -> Iterator[str]:
    if timing.first_answer_seconds is not None:
        yield f"first answer after {lasting(timing.first_answer_seconds)}"
    yield f"model time {lasting(timing.model_seconds)}"
    if timing.turn_seconds is not None:
        yield f"turn {lasting(timing.turn_seconds)}"


def _cell(text: str) -> str:
    """What a transcript says, within a cell: no part of it looks like another one."""
    return named(text).replace("|", "¦")


# -- for a spreadsheet

_ROW_FIELDS = (
    "input_tokens", "output_tokens", "cache_creation_tokens", "cache_read_tokens", "total_tokens", "cost_usd", "responses",
    "no_final", "web_searches", "models", "unpriced_models", "first_at", "last_at", "title", "project",
)  # fmt: skip
_BUDGET_FIELDS = (
    "usd", "spent_usd", "used", "passed", "projected_usd", "passes_at", "period_started_at", "period_ends_at",
)  # fmt: skip
_FORMULA = re.compile(r"(^|;)(?=\s*[=+\-@\uff1d\uff0b\uff0d\uff20])")
"""
Where a cell would be run as a formula: at its start, wide forms included, and behind what separates cells where
commas stand in numbers.
"""


def csv(result: UsageReport) -> str:
    """The rows as RFC 4180 says; where only budgets were asked for, these."""
    if result.check:
        return _csv(
            ["budget", *_BUDGET_FIELDS],
            ([each.name, *(getattr(each, name) for name in _BUDGET_FIELDS)] for each in result.budgets),
        )
    groups = groups_of(result)
    fields = [name for name in _ROW_FIELDS if name not in groups]
    return _csv(
        [*groups, *fields], ([*keys_of(row), *(getattr(row, name) for name in fields)] for row in result.rows)
    )


def _csv(head: Sequence[str], rows: Iterator[list[object]]) -> str:
    return "".join(",".join(map(_quoted, map(_plain, row))) + "\r\n" for row in (head, *rows))


def _plain(value: object) -> str:
    """A value as a cell's text: numbers stay numbers, a text never becomes a formula."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            whole = f"{value:.6f}"  # all there is of it, and never 1e-06
            return whole.rstrip("0").removesuffix(".")
        case tuple():
            return _plain(" ".join(map(str, value)))
        case str():
            return _FORMULA.sub(r"\1'", one_line(value))
        case _:
            return str(value)


def _quoted(cell: str) -> str:
    return f'"{cell.replace(chr(34), chr(34) * 2)}"' if re.search(r'[",;\r\n]|^\s|\s$', cell) else cell


# -- for a shell


def refusal(result: UsageReport) -> str:
    """Where budgets were to be checked: which are passed, and by how much; empty when none is."""
    passed = [
        f"{named(each.name)} by {precise(each.spent_usd - each.usd)} ({precise(each.spent_usd)} of {precise(each.usd)})"
        for each in result.budgets
        if each.passed
    ]
    if not result.check or not passed:
        return ""
    return f"Over budget: {'; '.join(passed)}."
