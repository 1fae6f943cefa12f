"""What came to nothing, and what results of tools cost as context. Pure."""

from collections import defaultdict
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from ccmcp.index.activity import CallDone, Place, Spent
from ccmcp.work.cost import NOTHING, Cost
from ccmcp.work.session import EDITS, Work, tokens_of
from ccmcp.work.turns import turns

Waste: TypeAlias = Literal[
    "interrupted turns", "refused edits", "other refused calls", "failed calls", "retried calls", "failed requests"
]  # fmt: skip


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


WASTE: tuple[Waste, ...] = get_args(Waste)


def add_waste(found: Mapping[Waste, Wasted], work: Work) -> None:
    """
    Take in what a session's responses cost that came to nothing, each counted under the first kind that fits.

    Those of a turn that a person stopped; those all of whose calls were refused; those all of whose calls
    failed; those all of whose calls only repeat one that had failed. Failed requests cost nothing, and are counted.
    """
    stopped: set[Place] = set()
    for turn in turns(work):
        if turn.interrupted:
            found["interrupted turns"].count += 1
            found["interrupted turns"].cost += work.cost_of(turn.spent)
            stopped.update(each.place for each in turn.spent)
    outcomes: dict[Spent, list[Waste | None]] = defaultdict(list)
    failed: set[tuple[str, str, int]] = set()
    for call in work.calls:
        kind = _kind(call)
        given = call.tool, call.target, call.input_hash
        if kind is None and given in failed:
            kind = "retried calls"
        elif kind == "failed calls":
            failed.add(given)
        if kind:
            found[kind].count += 1
        if spent := work.response(call):
            outcomes[spent].append(kind)
    for spent, its in outcomes.items():
        kinds = [kind for kind in its if kind]
        if spent.place not in stopped and len(kinds) == len(its):
            found[min(kinds, key=WASTE.index)].cost += work.cost_of([spent])
    found["failed requests"].count += sum(each.kind == "api_error" for each in work.activity.moments)


def _kind(call: CallDone) -> Waste | None:
    match call.outcome:
        case "rejected" | "denied":
            return "refused edits" if call.tool in EDITS else "other refused calls"
        case "error":
            return "failed calls"
        case _:
            return None


def add_results(found: MutableMapping[str, Results], work: Work) -> None:
    """Take in what the results of each tool cost as context in a session, by tool."""
    for call in work.calls:
        its = found.setdefault(call.tool, Results())
        its.calls += 1
        its.tokens += tokens_of(call.result_chars)
        its.cost += work.carried(call)
