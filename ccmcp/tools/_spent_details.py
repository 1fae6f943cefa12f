"""What bills don't say: work that came to nothing, results read again, subagents by type, times of turns. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Protocol, TypeVar

from ccmcp.index.activity import Activity
from ccmcp.screen import cut
from ccmcp.tools import Call
from ccmcp.tools._money import work_prices
from ccmcp.tools._spent_amounts import context, cost_of, moment, usd
from ccmcp.usage.amount import Amount, amount_of
from ccmcp.usage.prices import PriceTable
from ccmcp.views.spent import AgentUse, Details, Timing, ToolContext, TurnTiming, UsageRow, Wasted
from ccmcp.work import waste
from ccmcp.work.cost import NOTHING, Cost
from ccmcp.work.session import Work
from ccmcp.work.turns import Turn, turns

_UNKNOWN = "(unknown)"

MOST = 20
"""So many tools and types of subagents are named, the dearest."""


def details(activities: Iterable[Activity], table: PriceTable) -> Details:
    """What sessions' activity tells beside their tokens."""
    prices = work_prices(table)
    wasted = {kind: waste.Wasted() for kind in waste.WASTE}
    results: dict[str, waste.Results] = {}
    agents: dict[str, _Agents] = defaultdict(_Agents)
    timing = _Times()
    for activity in activities:
        work = Work(activity, prices)
        waste.add_waste(wasted, work)
        waste.add_results(results, work)
        _add_agents(agents, work)
        timing.add(work)
    return Details(
        wasted=tuple(
            Wasted(kind=kind, count=each.count, total_tokens=each.cost.tokens, cost_usd=usd(each.cost.usd))
            for kind, each in wasted.items()
        ),
        agents=tuple(
            AgentUse(agent=kind, runs=each.runs, total_tokens=each.cost.tokens, cost_usd=usd(each.cost.usd))
            for kind, each in _dearest(agents)
        ),
        tools=tuple(
            ToolContext(
                tool=tool,
                calls=each.calls,
                result_tokens=each.tokens,
                reread_tokens=max(0, each.cost.tokens - each.tokens),
                cost_usd=usd(each.cost.usd),
            )
            for tool, each in _dearest(results)
        ),
        timing=timing.told(),
    )


class _Costly(Protocol):
    @property
    def cost(self) -> Cost: ...


C = TypeVar("C", bound=_Costly)


def _dearest(found: Mapping[str, C]) -> Iterator[tuple[str, C]]:
    """Those with a name that cost most."""
    ordered = sorted(found.items(), key=lambda pair: (-pair[1].cost.priced, -pair[1].cost.tokens, pair[0]))
    yield from ordered[:MOST]


@dataclass(slots=True)
class _Agents:
    """Subagents of one type."""

    runs: int = 0
    cost: Cost = NOTHING


def _add_agents(found: Mapping[str, _Agents], work: Work) -> None:
    kinds = {each.agent: each.kind for each in work.activity.agents}
    seen = set()
    for spent in work.activity.spent:
        if spent.agent:
            its = found[kinds.get(spent.agent) or _UNKNOWN]
            its.cost += work.cost_of([spent])
            its.runs += spent.agent not in seen
            seen.add(spent.agent)


@dataclass(slots=True)
class _Times:
    """Times of turns, in seconds."""

    turns: int = 0
    first_answers: list[float] = field(default_factory=list)
    in_requests: list[float] = field(default_factory=list)

    def add(self, work: Work) -> None:
        for turn in turns(work):
            self.turns += 1
            if turn.first_answer is not None:
                self.first_answers.append(turn.first_answer / 1000)
            if turn.responses:
                self.in_requests.append(turn.in_requests / 1000)

    def told(self) -> Timing:
        first = self.first_answers
        return Timing(
            turns=self.turns,
            first_answer_seconds=round(median(first), 1) if first else None,
            first_answer_p90_seconds=round(quantiles(first, n=10)[-1], 1) if len(first) > 1 else None,
            model_seconds_per_turn=round(median(self.in_requests), 1) if self.in_requests else None,
        )


# -- turn by turn

_TITLE = 80


def turn_rows(activities: Iterable[Activity], table: PriceTable, call: Call) -> list[UsageRow]:
    """The turns of sessions as rows, each by the entry of its prompt."""
    works = (Work(each, work_prices(table)) for each in activities)
    return [_turn_row(work, turn, call) for work in works for turn in turns(work)]


def _turn_row(work: Work, turn: Turn, call: Call) -> UsageRow:
    amount = _amount(work, turn)
    return UsageRow(
        key=turn.prompt.entry_id,
        keys=None,
        input_tokens=amount.tokens.input,
        output_tokens=amount.tokens.output,
        cache_creation_tokens=amount.tokens.cache_write,
        cache_read_tokens=amount.tokens.cache_read,
        total_tokens=amount.tokens.total,
        cost_usd=cost_of(amount),
        models=tuple(amount.models),
        responses=amount.responses,
        no_final=amount.no_final,
        web_searches=amount.tokens.web_searches,
        unpriced_models=tuple(amount.unpriced) or None,
        first_at=moment(turn.prompt.at, call),
        last_at=moment(amount.last, call),
        title=cut(turn.prompt.text, _TITLE),
        project=None,
        block=None,
        context=context(
            amount, (len(turn.compactions), max((each.amount for each in turn.compactions), default=0))
        ),
        timing=TurnTiming(
            first_answer_seconds=_seconds(turn.first_answer),
            model_seconds=turn.in_requests / 1000,
            turn_seconds=_seconds(turn.whole),
        ),
        budget=None,
    )


def _seconds(milliseconds: int | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000


def _amount(work: Work, turn: Turn) -> Amount:
    """What a turn cost, its subagents' work included; the largest prompt is that of the conversation itself."""
    found = Amount()
    for spent in turn.spent:
        found.add(amount_of(spent, work.prices.cost(spent)))
        if not spent.agent and spent.context > found.largest:
            found.largest, found.largest_model = spent.context, spent.model
    return found
