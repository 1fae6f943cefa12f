"""
A question about tokens and money -> rows, totals, what no line accounts for. Pure but for the ledger it is given.

Every grouping sums the same responses, so every grouping has the same totals.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal

from ccmcp.index.counting import Book, told_by_rate
from ccmcp.index.facts import milliseconds_of
from ccmcp.index.spending import SpendingFilter, SpendingQuestion
from ccmcp.index.sums import Ledger
from ccmcp.usage.amount import Amount, Pricing
from ccmcp.usage.blocks import HOURS_5
from ccmcp.usage.cost import CCUSAGE_TIER, Mode, Tokens
from ccmcp.usage.keys import Group, Key, Keys
from ccmcp.usage.periods import clock
from ccmcp.usage.prices import PriceTable
from ccmcp.usage.rows import Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked for."""

    groups: tuple[Group, ...]
    """One or two."""
    wanted: SpendingFilter
    now: datetime
    """With the zone that days are counted in."""
    prices: PriceTable
    mode: Mode = "auto"
    ccusage: bool = False
    """By the rules and prices of `ccusage claude`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beyond:
    """What the client's own accounts of sessions have beyond their lines."""

    sessions: int
    tokens: Tokens
    usd: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The answer."""

    rows: Rows
    totals: Amount
    compactions: tuple[int, int]
    """How often contexts were summed up, and the largest that was, in tokens."""
    beyond: Beyond | None
    unknown: Mapping[str, tuple[str, ...]]
    """Names asked for that are not there, with those that are."""


def report(ledger: Ledger, request: Request) -> Report:
    """
    Tokens and money by what is asked for.

    Raises:
        ProjectNotFoundError: no session is of such a project.
        BadArgumentError: no root has this label.

    """
    book = _book(request)
    zone = request.now.tzinfo or UTC
    pricing = Pricing.of(request.prices, ledger.models(), mode=request.mode, ccusage=request.ccusage)
    # Responses of no known time are one span.
    starts = [-1, *ledger.windows(book, HOURS_5)] if "block" in request.groups else []
    spenders = ledger.spenders() if _OF_SESSIONS.intersection(request.groups) else {}
    keys = Keys(
        request.groups,
        zone,
        spenders=spenders,
        paths=ledger.paths() if request.ccusage else None,
        starts=starts,
    )
    question = SpendingQuestion(
        wanted=request.wanted,
        by=keys.by,
        book=book,
        clock=clock(zone, *ledger.times()),
        moments=pricing.milliseconds,
        sizes=pricing.sizes,
        spans=tuple(_spans(starts)),
        above=CCUSAGE_TIER if request.ccusage else 0,
    )
    found = ledger.spending(question)
    amounts: dict[tuple[Key, ...], Amount] = defaultdict(Amount)
    for each in found.sums:
        pricing.add(amounts[keys.of(each)], each)
    totals = Amount()
    for amount in amounts.values():
        totals.add(amount)
    compactions = {} if request.ccusage else ledger.compactions(request.wanted)
    return Report(
        rows=Rows(keys, amounts, compactions, spenders, milliseconds_of(request.now)),
        totals=totals,
        compactions=(
            sum(number for number, _ in compactions.values()),
            max((largest for _, largest in compactions.values()), default=0),
        ),
        beyond=None if request.ccusage else _beyond(ledger, request.wanted, pricing),
        unknown=found.unknown,
    )


_OF_SESSIONS = frozenset({"session", "project", "entrypoint"})


def _spans(starts: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The first and last moment of each block: what ends one to the millisecond is not the first of the next as well."""
    last = -1
    for start in starts:
        first, last = max(start, last + 1), start + HOURS_5 if start >= 0 else 0
        yield first, last


def _book(request: Request) -> Book:
    """Whose way of counting: ccusage's report by day has one of its own."""
    if not request.ccusage:
        return Book.OURS
    return Book.CCUSAGE_DAILY if request.groups[0] == "day" else Book.CCUSAGE


def _beyond(ledger: Ledger, wanted: SpendingFilter, pricing: Pricing) -> Beyond | None:
    """
    What the client counted for sessions beyond what their lines state, where it did.

    Calls without a line (titles, summaries, searches within searches) stand in its account alone.
    """
    accounts = ledger.accounts(wanted)
    if not accounts:
        return None
    question = SpendingQuestion(
        wanted=replace(wanted, accounted=True),
        by=("session",),
        moments=pricing.milliseconds,
        sizes=pricing.sizes,
    )
    lines: dict[tuple[object, str], Amount] = defaultdict(Amount)
    for each in ledger.spending(question).sums:
        pricing.add(lines[each.keys[0], told_by_rate(each.rate).model.partition("[")[0]], each)
    tokens, usd, sessions = Tokens(), Decimal(0), set()
    known = {session for session, _ in lines}
    for account in accounts:
        if account.session not in known:
            continue  # a copy of a session: its responses are that one's, and so is its account
        its = lines[account.session, account.model]
        more = Tokens(
            input=max(0, account.input - its.input),
            output=max(0, account.output - its.output),
            cache_write=max(0, account.cache_write - its.cache_write),
            cache_write_1h=max(0, account.cache_write_1h - its.cache_write_1h),
            cache_read=max(0, account.cache_read - its.cache_read),
            web_searches=max(0, account.web_searches - its.web_searches),
        )
        if more.total or more.web_searches:
            sessions.add(account.session)
            tokens += more
            usd += max(Decimal(0), Decimal(str(account.cost_usd)) - (its.usd or 0))
    return Beyond(sessions=len(sessions), tokens=tokens, usd=usd) if sessions else None
