"""What sessions did -> what stands out, what it cost, and whether it is more or less than in the time before. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import sqrt
from typing import Literal, TypeAlias

from ccmcp.index.activity import Activity
from ccmcp.insights._objections import objections
from ccmcp.insights._pattern import Finding, Pattern
from ccmcp.insights._tally import Tally
from ccmcp.insights._window import Window
from ccmcp.work.cost import NOTHING, Cost, Prices, whole_cost
from ccmcp.work.session import Work

Direction: TypeAlias = Literal["better", "worse", "same", "new", "gone", "none"]
"""Of counts for equally many tool calls; new is worse than 0, gone better than anything, none where both are 0."""

_CHANGE = 0.2
"""A smaller change of a rate is none that anybody would notice."""
_DEVIATIONS = 2
"""A count differs by chance by about its root; what differs by less than twice that of both counts may be it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What was done in a span of time."""

    sessions: int
    turns: int
    """Prompts of a person."""
    calls: int
    failed: int
    refused: int
    """Rejected by a person or denied by a rule."""
    interruptions: int
    corrections: int
    compactions: int
    agents: int
    cost: Cost
    unpriced: tuple[str, ...]
    """Models without a price, most tokens first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """How often a pattern was seen, now and in the time before."""

    pattern: Pattern
    times: int
    sessions: int
    cost: Cost
    times_before: int
    sessions_before: int
    cost_before: Cost
    direction: Direction


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What a span of time looks like."""

    totals: Totals
    before: Totals | None
    """None where there is no time before, or nothing was done in it."""
    findings: tuple[Finding, ...]
    """Dearest first, then most often."""
    trends: tuple[Trend, ...]
    """One for each pattern, in their order."""


def review(
    activities: Iterable[Activity], patterns: Sequence[Pattern], prices: Prices, window: Window
) -> Review:
    """
    What sessions did in a span of time, and in the one before it.

    The activities are read once, in any order; only what is reported is kept of them.
    """
    now, before = _Span(patterns), _Span(patterns)
    earlier = window.before
    for activity in activities:
        if inside := window.of(activity):
            now.add(inside, prices, goes_on=window.ends_before(activity))
        if earlier and (inside := earlier.of(activity)):
            before.add(inside, prices, goes_on=earlier.ends_before(activity))
    findings = [finding for tally in now.tallies for finding in tally.findings()]
    totals, past = now.totals(), before.totals()
    return Review(
        totals=totals,
        before=past if past.sessions else None,
        findings=tuple(sorted(findings, key=_rank)),
        trends=tuple(
            _trend(tally, other, totals.calls, past.calls)
            for tally, other in zip(now.tallies, before.tallies, strict=True)
        ),
    )


def _rank(finding: Finding) -> tuple[Decimal, int, int]:
    return -(finding.cost.usd or Decimal(0)), -finding.seconds, -finding.times


@dataclass(slots=True)
class _Counts:
    sessions: int = 0
    turns: int = 0
    calls: int = 0
    interruptions: int = 0
    corrections: int = 0
    compactions: int = 0
    agents: int = 0
    cost: Cost = NOTHING
    outcomes: Counter[str] = field(default_factory=Counter)
    unpriced: Counter[str] = field(default_factory=Counter)


class _Span:
    """What is counted of one span of time."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self.tallies = [Tally(pattern) for pattern in patterns]
        self._counts = _Counts()

    def add(self, activity: Activity, prices: Prices, *, goes_on: bool) -> None:
        work = Work(activity, prices, goes_on=goes_on)
        self._count(work)
        for tally in self.tallies:
            for sign in tally.pattern.find(work):
                tally.add(activity.session, sign)

    def _count(self, work: Work) -> None:
        counts, activity = self._counts, work.activity
        counts.sessions += 1
        counts.turns += len(work.prompts)
        counts.calls += len(activity.calls)
        counts.corrections += sum(1 for _ in objections(work))
        kinds = Counter(moment.kind for moment in activity.moments if not moment.agent)
        counts.interruptions += len(work.interruptions)
        counts.compactions += kinds["compaction"]
        counts.agents += len({spent.agent for spent in activity.spent if spent.agent})
        counts.outcomes.update(call.outcome for call in activity.calls)
        for spent in activity.spent:
            cost = whole_cost(spent, work.prices)
            counts.cost += cost
            if cost.unpriced:
                counts.unpriced[spent.model] += cost.unpriced

    def totals(self) -> Totals:
        counts = self._counts
        return Totals(
            sessions=counts.sessions,
            turns=counts.turns,
            calls=counts.calls,
            failed=counts.outcomes["error"] + counts.outcomes["interrupted"],
            refused=counts.outcomes["rejected"] + counts.outcomes["denied"],
            interruptions=counts.interruptions,
            corrections=counts.corrections,
            compactions=counts.compactions,
            agents=counts.agents,
            cost=counts.cost,
            unpriced=tuple(model for model, _ in counts.unpriced.most_common()),
        )


def _trend(now: Tally, before: Tally, calls: int, calls_before: int) -> Trend:
    return Trend(
        pattern=now.pattern,
        times=now.times,
        sessions=len(now.sessions),
        cost=now.cost,
        times_before=before.times,
        sessions_before=len(before.sessions),
        cost_before=before.cost,
        direction=direction(now.times, before.times, calls, calls_before),
    )


def direction(times: int, times_before: int, calls: int, calls_before: int) -> Direction:
    """Whether a count is better or worse than the one before, measured by how many tool calls there were."""
    if not times and not times_before:
        return "none"
    scale = calls / calls_before if calls and calls_before else 1
    expected = scale * times_before
    change = times - expected
    # What was counted among few calls says little of many; and that nothing was seen does not say that nothing is there.
    chance = sqrt(max(times, 1) + scale * scale * max(times_before, 1))
    if abs(change) < max(_CHANGE * expected, _DEVIATIONS * chance):
        return "same"
    if change > 0:
        return "worse" if times_before else "new"
    return "better" if times else "gone"
