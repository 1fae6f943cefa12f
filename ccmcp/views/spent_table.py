"""Rows of tokens and money as a table with bars, for a terminal. Pure."""

from collections.abc import Callable, Iterator, Sequence

from ccmcp.screen import Screen, Style, columns, cut
from ccmcp.views.columns import Bars, Column, table
from ccmcp.views.figures import dollars, human, lasting, percent, short_model
from ccmcp.views.spent import RowBudget, UsageReport, UsageRow, UsageTotals
from ccmcp.views.spent_labels import NARROW, Line, Nothing, labels, with_gaps
from ccmcp.views.spent_text import NEAR, groups_of
from ccmcp.views.words import one_line


def row_table(result: UsageReport, screen: Screen) -> list[str]:
    """The rows, what all of them come to, and how they compare."""
    groups = groups_of(result)
    lines = [*with_gaps(result.told_rows, groups)]
    if result.total_rows > 1:
        lines.append(result.totals)
    every = "total" if len(result.told_rows) == result.total_rows else f"all {result.total_rows:,}"
    found = [*labels(lines, groups, every, screen), *_numbers(lines, groups, screen)]
    return table(found, screen, [_emphasis(line) for line in lines], _bars(lines, groups, screen))


def _emphasis(line: Line) -> Style | None:
    match line:
        case UsageTotals():
            return "bold"
        case Nothing():
            return "dim"
        case UsageRow(block=block):
            return "bold" if block and block.active else None


def standing_style(used: float, *, passed: bool, soon: bool = False) -> Style:
    """Green, yellow when a budget is near, red when it has been passed."""
    return "red" if passed else "yellow" if used >= NEAR or soon else "green"


# -- numbers

_FULL = 0.9
"""A context is nearly full from here on."""


def _numbers(lines: Sequence[Line], groups: Sequence[str], screen: Screen) -> Iterator[Column]:
    """Columns of numbers, by how much they matter: money, all tokens, what was said, what was read, what was cached."""
    of_one = bool({"session", "turn"} & {*groups})

    def numbers(
        head: str, said: Callable[[UsageRow | UsageTotals], str], rank: int, *styles: Style
    ) -> Column:
        cells = tuple("" if isinstance(line, Nothing) else said(line) for line in lines)
        return Column(head=head, cells=cells, right=True, rank=rank, styles=styles)

    def of_rows(head: str, said: Callable[[UsageRow], str], rank: int, *styles: Style) -> Column:
        return numbers(head, lambda line: said(line) if isinstance(line, UsageRow) else "", rank, *styles)

    if "model" not in groups:
        models = tuple(_models(line) if isinstance(line, UsageRow) else "" for line in lines)
        yield Column(head="models", cells=models, styles=("dim",), least=12, rank=7, shorten=_fewer)
    yield numbers("responses", lambda line: f"{line.responses:,}", 8)
    yield of_rows("context", lambda row: _context(row, screen), 3 if of_one else 8)
    yield of_rows("took", _took, 3)
    yield numbers("input", lambda line: human(line.input_tokens), 4)
    yield numbers("output", lambda line: human(line.output_tokens), 3)
    yield numbers("cache\nwrite", lambda line: human(line.cache_creation_tokens), 6)
    yield numbers("cache\nread", lambda line: human(line.cache_read_tokens), 5)
    yield numbers("total", lambda line: human(line.total_tokens), 1)
    yield of_rows("per\nhour", _pace, 3)
    yield _costs(lines)


def _costs(lines: Sequence[Line]) -> Column:
    """What each line cost."""
    costs = ["" if isinstance(line, Nothing) else _cost(line) for line in lines]
    if any(cost.endswith("+") for cost in costs):
        costs = [cost if cost.endswith("+") else f"{cost} " for cost in costs]
    return Column(head="cost", cells=tuple(costs), right=True)


def _cost(line: UsageRow | UsageTotals) -> str:
    """Money; more than so much where models in it have no price."""
    if line.cost_usd is None:
        return "unpriced"
    return dollars(line.cost_usd) + ("+" if isinstance(line, UsageRow) and line.unpriced_models else "")


def _models(row: UsageRow) -> str:
    return ", ".join(dict.fromkeys(short_model(one_line(model)) for model in row.models))


def _fewer(models: str, width: int) -> str:
    """The first of some models, and how many more there are."""
    if columns(models) <= width:
        return models
    names = models.split(", ")
    for kept in range(len(names) - 1, 0, -1):
        shorter = f"{', '.join(names[:kept])} +{len(names) - kept}"
        if columns(shorter) <= width:
            return shorter
    return cut(models, width)


def _context(row: UsageRow, screen: Screen) -> str:
    """How much of the window the largest prompt took."""
    context = row.context
    if context is None:
        return ""
    if context.headroom is None:
        return human(context.largest_tokens)
    taken = 1 - context.headroom
    return screen.style(percent(taken), *(("yellow",) if taken >= _FULL else ()))


def _took(row: UsageRow) -> str:
    return lasting(row.timing.turn_seconds) if row.timing and row.timing.turn_seconds is not None else ""


def _pace(row: UsageRow) -> str:
    rate = row.block.burn_rate if row.block else None
    return dollars(rate.cost_per_hour) if rate else ""


# -- bars

_LEAST_BAR, _USUAL_BAR = 10, 16


def _bars(lines: Sequence[Line], groups: Sequence[str], screen: Screen) -> Bars | None:
    """How lines compare: by what they cost, or by their tokens where nothing has a price."""
    rows = [line for line in lines if isinstance(line, UsageRow)]
    if len(rows) < 2:
        return None
    priced = any(row.cost_usd for row in rows)
    sizes = [
        (line.cost_usd if priced else float(line.total_tokens)) if isinstance(line, UsageRow) else None
        for line in lines
    ]
    most = max((size for size in sizes if size), default=0.0)
    return Bars(
        shares=tuple(size / most if size and size > 0 else None for size in sizes),
        styles=tuple(_colour(line.budget) if isinstance(line, UsageRow) else "cyan" for line in lines),
        least=_LEAST_BAR if screen.width < NARROW or {"session", "turn"} & {*groups} else _USUAL_BAR,
    )


def _colour(budget: RowBudget | None) -> Style:
    return standing_style(budget.used, passed=budget.passed) if budget else "blue"
