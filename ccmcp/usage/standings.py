"""Where the budgets stand now. Pure but for the ledger it is given."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

from ccmcp.index.counting import told_by_rate
from ccmcp.index.facts import milliseconds_of
from ccmcp.index.spending import SpendingFilter, SpendingQuestion
from ccmcp.index.sums import Ledger
from ccmcp.usage.amount import Amount, Pricing
from ccmcp.usage.budgets import Budget, Standing, standing
from ccmcp.usage.cost import Mode
from ccmcp.usage.periods import bounds, clock, day_of
from ccmcp.usage.prices import PriceTable


class Now(NamedTuple):
    """Where a budget stands in the present period."""

    standing: Standing
    start: datetime
    end: datetime
    unpriced: int
    """Tokens of models without a price that it covers: what they cost is not in it."""


def standings(
    ledger: Ledger, budgets: Sequence[Budget], prices: PriceTable, now: datetime, mode: Mode = "auto"
) -> list[Now]:
    """Each budget as it stands in the period that `now` lies in, by the wall clock of its zone."""
    if not budgets:
        return []
    zone = now.tzinfo or UTC
    periods = {budget.per: bounds(budget.per, now) for budget in budgets}
    since = min(start for start, _ in periods.values())
    pricing = Pricing.of(prices, ledger.models(), mode=mode)
    question = SpendingQuestion(
        wanted=SpendingFilter(since=milliseconds_of(since)),
        by=("day", "session"),
        clock=clock(zone, *ledger.times()),
        moments=pricing.milliseconds,
        sizes=pricing.sizes,
    )
    spenders = ledger.spenders()
    spent, unpriced = dict.fromkeys(budgets, Decimal(0)), dict.fromkeys(budgets, 0)
    for each in ledger.spending(question).sums:
        number, session = each.keys
        amount = Amount()
        pricing.add(amount, each)
        day, model = day_of(int(number)), told_by_rate(each.rate)[0]
        project = spenders[int(session)].project if int(session) in spenders else ""
        for budget in budgets:
            start, end = periods[budget.per]
            if start.date() <= day < end.date() and budget.covers(project, model):
                spent[budget] += amount.usd or 0
                unpriced[budget] += sum(amount.unpriced.values())
    return [
        Now(standing(budget, spent[budget], start, now, end), start, end, unpriced[budget])
        for budget in budgets
        for start, end in [periods[budget.per]]
    ]
