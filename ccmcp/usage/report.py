"""
A question about tokens and money -> rows, totals, what no line accounts for. Pure but for the ledger it is given.

Every grouping sums the same responses, so every grouping has the same totals.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal

from ccmcp.index.counting import SYNTHETIC, Book, told_by_rate
from ccmcp.index.spending import Spender, SpendingFilter, SpendingQuestion
from ccmcp.index.sums import Ledger
from ccmcp.usage.amount import Amount, Pricing
from ccmcp.usage.blocks import HOURS_5, Block, block, gap
from ccmcp.usage.cost import CCUSAGE_TIER, Mode, Tokens
from ccmcp.usage.keys import TIMES, Group, Key, Keys
from ccmcp.usage.periods import clock
from ccmcp.usage.prices import PriceTable


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
class Row:
    """What shares its keys."""

    keys: tuple[str, ...]
    amount: Amount
    session: Spender | None = None
    """Of a session's row."""
    compactions: tuple[int, int] | None = None
    """Of a session's row: how often its context was summed up, and the largest that was, in tokens."""
    block: Block | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Beyond:
    """What the client's own accounts of sessions have beyond their lines."""

    sessions: int
    tokens: Tokens
    usd: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The answer."""

    rows: tuple[Row, ...]
    """By the groupings' order: times as they go by, all else the dearest first."""
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
    starts = [-1, *(start for start, _ in ledger.windows(book, HOURS_5))] if "block" in request.groups else []
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
        rows=tuple(_rows(request, keys, amounts, compactions, spenders)),
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


def _rows(
    request: Request,
    keys: Keys,
    amounts: Mapping[tuple[Key, ...], Amount],
    compactions: Mapping[int, tuple[int, int]],
    spenders: Mapping[int, Spender],
) -> Iterator[Row]:
    groups, now = request.groups, round(request.now.timestamp() * 1000)
    before = 0
    for key in _in_order(groups, amounts):
        amount = amounts[key]
        if request.ccusage and _left_out(groups, key, amount):
            continue
        sessions = [
            each
            for group, each in zip(groups, key, strict=True)
            if group == "session" and isinstance(each, int)
        ]
        starts = [
            each
            for group, each in zip(groups, key, strict=True)
            if group == "block" and isinstance(each, int)
        ]
        if request.ccusage and groups == ("block",):
            between = gap(before, amount.first) if before else None
            before = amount.last
            if between:
                yield Row(keys=(f"gap-{keys.moment(between.start)}",), amount=Amount(), block=between)
        yield Row(
            keys=tuple(keys.name(place, each) for place, each in enumerate(key)),
            amount=amount,
            session=spenders.get(sessions[0]) if sessions else None,
            compactions=compactions.get(sessions[0], (0, 0)) if sessions else None,
            block=block(starts[0], amount, now) if starts and starts[0] >= 0 else None,
        )


def _left_out(groups: tuple[Group, ...], key: tuple[Key, ...], amount: Amount) -> bool:
    """Ccusage shows no sessions without tokens, and nothing of what the client wrote itself by model."""
    if "session" in groups and not amount.total:
        return True
    return any(group == "model" and each in (SYNTHETIC, "") for group, each in zip(groups, key, strict=True))


def _in_order(groups: tuple[Group, ...], amounts: Mapping[tuple[Key, ...], Amount]) -> list[tuple[Key, ...]]:
    """Times as they go by, those that are unknown last; all else the dearest first, by what it cost in all."""
    whole: list[dict[Key, tuple[int, int]]] = [defaultdict(lambda: (0, 0)) for _ in groups]
    for key, amount in amounts.items():
        for part, each in zip(whole, key, strict=True):
            units, tokens = part[each]
            part[each] = units + amount.units, tokens + amount.total

    def place(key: tuple[Key, ...]) -> tuple[object, ...]:
        return tuple(
            (each == -1, each) if group in TIMES else (-part[each][0], -part[each][1], str(each))
            for group, part, each in zip(groups, whole, key, strict=True)
        )

    return sorted(amounts, key=place)


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
        pricing.add(lines[each.keys[0], told_by_rate(each.rate)[0]], each)
    tokens, usd, sessions = Tokens(), Decimal(0), set()
    for account in accounts:
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
