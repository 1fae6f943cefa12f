"""What bills don't say: work that came to nothing, results read again, subagents by type, times of turns. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from statistics import median, quantiles

from ccmcp.index.activity import Activity
from ccmcp.screen import cut
from ccmcp.tools import Call
from ccmcp.tools._money import work_prices
from ccmcp.tools._spent_amounts import context, cost_of, moment, usd
from ccmcp.usage.amount import Amount, amount_of
from ccmcp.usage.prices import PriceTable
from ccmcp.views.spent import AgentUse, Details, Timing, ToolContext, TurnTiming, UsageRow, Wasted
from ccmcp.work.cost import NOTHING, Cost
from ccmcp.work.session import Work
from ccmcp.work.turns import Turn, turns
from ccmcp.work.waste import results, wasted

_UNKNOWN = "(unknown)"

MOST = 20
"""So many tools and types of subagents are named, the dearest."""


def details(activities: Sequence[Activity], table: PriceTable) -> Details:
    """What sessions' activity tells beside their tokens."""
    prices = work_prices(table)
    works = [Work(each, prices) for each in activities]
    return Details(
        wasted=tuple(
            Wasted(kind=kind, count=each.count, total_tokens=each.cost.tokens, cost_usd=usd(each.cost.usd))
            for kind, each in wasted(works).items()
        ),
        agents=tuple(islice(_agents(works), MOST)),
        tools=tuple(islice(_tools(works), MOST)),
        timing=_timing([turn for work in works for turn in turns(work)]),
    )


def _agents(works: Iterable[Work]) -> Iterator[AgentUse]:
    """Subagents by type, the dearest first."""
    costs: dict[str, Cost] = defaultdict(lambda: NOTHING)
    runs: dict[str, set[tuple[int, str]]] = defaultdict(set)
    for work in works:
        kinds = {each.agent: each.kind for each in work.activity.agents}
        for spent in work.activity.spent:
            if spent.agent:
                kind = kinds.get(spent.agent) or _UNKNOWN
                costs[kind] += work.cost_of([spent])
                runs[kind].add((work.activity.session.number, spent.agent))
    for kind, cost in sorted(costs.items(), key=lambda pair: (-pair[1].priced, -pair[1].tokens, pair[0])):
        yield AgentUse(agent=kind, runs=len(runs[kind]), total_tokens=cost.tokens, cost_usd=usd(cost.usd))


def _tools(works: Iterable[Work]) -> Iterator[ToolContext]:
    """Tools by what their results cost as context, the dearest first."""
    found = sorted(
        results(works).items(), key=lambda pair: (-pair[1].cost.priced, -pair[1].cost.tokens, pair[0])
    )
    for tool, each in found:
        yield ToolContext(
            tool=tool,
            calls=each.calls,
            result_tokens=each.tokens,
            reread_tokens=max(0, each.cost.tokens - each.tokens),
            cost_usd=usd(each.cost.usd),
        )


def _timing(found: Sequence[Turn]) -> Timing:
    first = [turn.first_answer / 1000 for turn in found if turn.first_answer is not None]
    requests = [turn.in_requests / 1000 for turn in found if turn.responses]
    return Timing(
        turns=len(found),
        first_answer_seconds=round(median(first), 1) if first else None,
        first_answer_p90_seconds=round(quantiles(first, n=10)[-1], 1) if len(first) > 1 else None,
        model_seconds_per_turn=round(median(requests), 1) if requests else None,
    )


# -- turn by turn

_TITLE = 80


def turn_rows(activity: Activity, table: PriceTable, call: Call) -> Iterator[UsageRow]:
    """The turns of a session as rows: each by the entry of its prompt."""
    work = Work(activity, work_prices(table))
    for turn in turns(work):
        amount = _amount(work, turn)
        yield UsageRow(
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
