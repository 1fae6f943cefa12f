"""What came to nothing, and what results of tools cost as context. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ccmcp.index.activity import Place
from ccmcp.work.cost import NOTHING, Cost
from ccmcp.work.session import Work, tokens_of
from ccmcp.work.turns import turns

Waste: TypeAlias = Literal["interrupted turns", "refused calls", "failed calls", "failed requests"]


@dataclass(slots=True)
class Wasted:
    """Work of one kind that came to nothing."""

    count: int = 0
    cost: Cost = NOTHING


@dataclass(slots=True)
class Results:
    """What the results of one tool cost as context."""

    calls: int = 0
    tokens: int = 0
    """Estimated from their length."""
    cost: Cost = NOTHING
    """Once for each request that had them in its prompt, until the context was summed up."""


_KINDS: dict[str, Waste] = {
    "rejected": "refused calls", "denied": "refused calls", "error": "failed calls", "interrupted": "interrupted turns",
}  # fmt: skip


def wasted(works: Iterable[Work]) -> dict[Waste, Wasted]:
    """
    What responses cost that came to nothing, each counted under the first kind that fits.

    Those of a turn that a person stopped; those all of whose calls were refused; those all of whose calls
    failed. Failed requests cost nothing by themselves, and are counted.
    """
    found: dict[Waste, Wasted] = {
        kind: Wasted() for kind in ("interrupted turns", "refused calls", "failed calls", "failed requests")
    }
    for work in works:
        counted: set[Place] = set()
        for turn in turns(work):
            if turn.interrupted:
                found["interrupted turns"].count += 1
                found["interrupted turns"].cost += work.cost_of(turn.spent)
                counted.update(each.place for each in turn.spent)
        outcomes = defaultdict(set)
        for call in work.calls:
            if spent := work.response(call):
                outcomes[spent].add(_KINDS.get(call.outcome))
            if kind := _KINDS.get(call.outcome):
                found[kind].count += kind != "interrupted turns"
        for spent, kinds in outcomes.items():
            if spent.place not in counted and None not in kinds:
                kind = "refused calls" if "refused calls" in kinds else "failed calls"
                found[kind].cost += work.cost_of([spent])
        found["failed requests"].count += sum(each.kind == "api_error" for each in work.activity.moments)
    return found


def results(works: Iterable[Work]) -> dict[str, Results]:
    """What the results of each tool cost as context, by tool."""
    found: dict[str, Results] = defaultdict(Results)
    for work in works:
        for call in work.calls:
            its = found[call.tool]
            its.calls += 1
            its.tokens += tokens_of(call.result_chars)
            its.cost += work.carried(call)
    return found
