"""Asking a history what was spent, and what it says in plain numbers."""

import tempfile
from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ccmcp.config import Config
from ccmcp.history import History
from ccmcp.index.spending import SpendingFilter
from ccmcp.usage.amount import Amount
from ccmcp.usage.cost import Mode
from ccmcp.usage.keys import Group
from ccmcp.usage.prices import PriceTable
from ccmcp.usage.report import Report, Request, report
from ccmcp.usage.rows import Row
from tests.transcript import Home
from tests.usage.made import Made

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
ALL = SpendingFilter()


@contextmanager
def history_of(made: Made) -> Iterator[tuple[History, Path]]:
    """A history of made transcripts alone, up to date, and its config folder."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        made.write(home.claude)
        history = History(Config.load(home.env), patient=True)
        try:
            assert history.refresh().complete
            yield history, home.claude
        finally:
            history.close()


def ask(
    history: History,
    *groups: Group,
    zone: str = "UTC",
    ccusage: bool = False,
    mode: Mode = "auto",
    wanted: SpendingFilter = ALL,
) -> Report:
    """What was spent by some groupings."""
    now, prices = NOW.astimezone(ZoneInfo(zone)), PriceTable.shipped()
    request = Request(groups=groups, wanted=wanted, now=now, prices=prices, mode=mode, ccusage=ccusage)
    return history.spending(lambda ledger: report(ledger, request))


def key_of(row: Row) -> Hashable:
    """A row's key; of two groupings both."""
    return row.keys if len(row.keys) > 1 else row.keys[0]


def counts(amount: Amount) -> Counter[str]:
    """Tokens by kind, and as `rows` how many responses they are of."""
    tokens = amount.tokens
    return Counter(
        input=tokens.input,
        output=tokens.output,
        cache_write=tokens.cache_write,
        cache_read=tokens.cache_read,
        rows=amount.responses,
    )


def counted(told: Report) -> dict[Hashable, Counter[str]]:
    """The counts of each row."""
    found = {key_of(row): counts(row.amount) for row in told.rows}
    assert len(found) == len(told.rows), "two rows have one name"
    return found


def no_final(told: Report) -> Counter[Hashable]:
    """How many responses of each row have no final usage."""
    return Counter({key_of(row): row.amount.no_final for row in told.rows})


def paid(told: Report) -> dict[Hashable, float]:
    """The US dollars of each row; nothing where nothing in it has a price."""
    return {key_of(row): float(row.amount.usd or 0) for row in told.rows}


_OURS: tuple[tuple[Group, ...], ...] = (
    ("day", "session"), ("hour", "model"), ("project", "agent"), ("branch", "entrypoint"), ("session", "tool"), ("block",),
)  # fmt: skip
_CCUSAGES: tuple[tuple[Group, ...], ...] = (("day", "model"), ("session", "project"), ("month",), ("block",))


def spent(history: History) -> dict[str, Any]:
    """All that a history says of tokens and money, in names: two histories of the same files must say the same."""
    told = {str(groups): ask(history, *groups) for groups in _OURS}
    told |= {f"ccusage {groups}": ask(history, *groups, ccusage=True) for groups in _CCUSAGES}
    return {
        name: (
            {row.keys: (row.amount, row.session and row.session.title, row.compactions) for row in each.rows},
            each.totals,
            each.compactions,
            each.beyond,
        )
        for name, each in told.items()
    }
