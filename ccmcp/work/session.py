"""One session's activity, and what patterns ask of it: contexts, turns, and what calls and texts cost there. Pure."""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import TypeAlias, TypeVar

from ccmcp.index.activity import Activity, CallDone, Moment, Place, Spent
from ccmcp.work.cost import NOTHING, Cost, Prices, whole_cost

ContextKey: TypeAlias = tuple[int, str]
"""(file, agent): whoever reads what stands in it."""


EDITS = frozenset({"Edit", "MultiEdit", "NotebookEdit", "Update", "Write"})
"""Tools that change files."""
LOOKS = frozenset({"BashOutput", "Glob", "Grep", "LS", "NotebookRead", "Read", "TaskOutput", "TodoWrite"})
"""Tools that change nothing a person would mind."""
ASKS = frozenset({"AskUserQuestion", "EnterPlanMode", "ExitPlanMode"})
"""Tools whose result is what a person says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One conversation: the session's own, or that of a subagent."""

    responses: tuple[Spent, ...]
    """In order."""
    starts: tuple[Place, ...]
    """Where each begins."""
    compactions: tuple[Place, ...]

    def epoch(self, place: Place) -> int:
        """How often the context was summed up before this place: what stood before is gone from it."""
        return bisect_left(self.compactions, place)

    def carriers(self, place: Place) -> range:
        """Which responses had in their prompts what stands at this place: those up to the next compaction."""
        epoch = self.epoch(place)
        summed_up = epoch < len(self.compactions)
        end = bisect_left(self.starts, self.compactions[epoch]) if summed_up else len(self.starts)
        return range(bisect_right(self.starts, place), end)

    def after(self, place: Place) -> Spent | None:
        """The first response that had in its prompt what stands at this place."""
        carriers = self.carriers(place)
        return self.responses[carriers[0]] if carriers else None

    def before(self, place: Place) -> Spent | None:
        """The last response that began before this place."""
        at = bisect_left(self.starts, place)
        return self.responses[at - 1] if at else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """The last thing that happened in a session's own conversation: one of moment, call and response."""

    entry_id: str
    at: int
    moment: Moment | None = None
    call: CallDone | None = None
    response: Spent | None = None
    turn: tuple[Spent, ...] = ()
    """The responses since the last prompt."""


class Work:
    """A session's activity with what patterns ask of it."""

    def __init__(self, activity: Activity, prices: Prices, *, goes_on: bool = False) -> None:
        """Prices say what its tokens cost; `goes_on` that the session did, after all that is seen of it."""
        self.activity = activity
        self.calls = activity.calls
        self.prices = prices
        self.goes_on = goes_on

    # -- contexts

    @cached_property
    def contexts(self) -> dict[ContextKey, Context]:
        """The conversations of the session."""
        responses: defaultdict[ContextKey, list[Spent]] = defaultdict(list)
        compactions: defaultdict[ContextKey, list[Place]] = defaultdict(list)
        for spent in self.activity.spent:
            responses[spent.place[0], spent.agent].append(spent)
        for moment in self.activity.moments:
            if moment.kind == "compaction":
                compactions[moment.place[0], moment.agent].append(moment.place)
        found = {}
        for key in responses.keys() | compactions.keys():
            own = sorted(responses[key], key=lambda spent: spent.place)
            found[key] = Context(
                responses=tuple(own),
                starts=tuple(spent.place for spent in own),
                compactions=tuple(sorted(compactions[key])),
            )
        return found

    def context(self, place: Place, agent: str) -> Context:
        """The conversation of an agent (empty: the main one) in a file."""
        return self.contexts.get((place[0], agent), _EMPTY)

    def calls_by_context(self) -> Iterator[list[CallDone]]:
        """The calls of each conversation, in order."""
        found: defaultdict[ContextKey, list[CallDone]] = defaultdict(list)
        for call in self.calls:
            found[call.place[0], call.agent].append(call)
        for calls in found.values():
            yield sorted(calls, key=lambda call: call.place)

    def epoch(self, call: CallDone) -> tuple[int, str, int]:
        """What a call's result can be remembered in: calls of one epoch have each other's results in their prompts."""
        return call.place[0], call.agent, self.context(call.place, call.agent).epoch(call.place)

    # -- what calls cost

    def response(self, call: CallDone) -> Spent | None:
        """The response that made a call; none where it is counted elsewhere, as in a copy."""
        found = self.context(call.place, call.agent).before((call.place[0], call.place[1] + 1))
        return found if found and call.place <= found.end_place else None

    @cached_property
    def _calls_of(self) -> Counter[Place]:
        """How many calls each response made, by where it begins."""
        return Counter(spent.place for spent in map(self.response, self.calls) if spent)

    def share(self, call: CallDone) -> Cost:
        """What a call cost: its equal part of the response that made it."""
        spent = self.response(call)
        return whole_cost(spent, self.prices).over(self._calls_of[spent.place]) if spent else NOTHING

    def shares(self, calls: Iterable[CallDone]) -> Cost:
        """The same of several calls."""
        return sum(map(self.share, calls), NOTHING)

    def carried(self, call: CallDone) -> Cost:
        """
        What a call's result cost as context, estimated from its length.

        The next response writes it into the cache, each later one up to the next compaction reads
        it from there, or writes it again where the cache did not reach so far any more.
        """
        tokens = tokens_of(call.result_chars)
        if not tokens or call.result_place is None:
            return NOTHING
        of_one = self._carried.get((call.result_place, call.agent), NOTHING)
        return Cost(
            tokens=tokens * of_one.tokens, priced=tokens * of_one.priced, unpriced=tokens * of_one.unpriced
        )

    @cached_property
    def _carried(self) -> dict[tuple[Place, str], Cost]:
        """What one token of a result costs as context, by where it stands and who reads it."""
        epochs: defaultdict[tuple[int, str, int], set[Place]] = defaultdict(set)
        for call in self.calls:
            if place := call.result_place:
                epoch = self.context(place, call.agent).epoch(place)
                epochs[place[0], call.agent, epoch].add(place)
        return {
            (place, agent): cost
            for (file, agent, _), places in epochs.items()
            for place, cost in self._carried_from(
                self.contexts.get((file, agent), _EMPTY), sorted(places, reverse=True)
            )
        }

    def _carried_from(self, context: Context, places: Sequence[Place]) -> Iterator[tuple[Place, Cost]]:
        """The same of one epoch, from its end: what stands earlier is in all prompts that later texts are in, and in some more."""
        carriers = context.carriers(places[-1])
        read, unpriced, done = Decimal(0), 0, carriers.stop
        broken = _Sums(context.responses[number].cache_read for number in carriers)
        for place in places:
            first = context.carriers(place).start
            for spent in context.responses[first:done]:
                rates = self.prices.rates(spent)
                if rates is None:
                    unpriced += 1
                else:
                    anew = rates.write if spent.cache_write else rates.input
                    read += rates.read
                    broken.add(spent.cache_read, anew - rates.read)
            done = first
            previous = context.before(place)
            usd = read + broken.up_to(previous.context if previous else 0)
            yield place, Cost(tokens=carriers.stop - first, priced=usd, unpriced=unpriced)

    # -- turns

    @cached_property
    def prompts(self) -> tuple[Moment, ...]:
        """What a person asked for in the session, in order."""
        return tuple(
            moment for moment in self.activity.moments if moment.kind == "prompt" and not moment.agent
        )

    @cached_property
    def _prompts(self) -> Mapping[int, Sequence[Moment]]:
        return _by_file(self.prompts, lambda prompt: prompt.place)

    @cached_property
    def _own_calls(self) -> Mapping[int, Sequence[CallDone]]:
        return _by_file((call for call in self.calls if not call.agent), lambda call: call.place)

    @cached_property
    def _timed_prompts(self) -> Sequence[Moment]:
        return sorted((prompt for prompt in self.prompts if prompt.at), key=lambda prompt: prompt.at)

    @cached_property
    def agents_spent(self) -> Sequence[Spent]:
        """The responses of subagents whose time is known, by time."""
        return sorted(
            (each for each in self.activity.spent if each.agent and each.at), key=lambda each: each.at
        )

    def prompt_before(self, place: Place) -> Moment | None:
        """The last prompt before a place in the same file."""
        return _last_before(self._prompts, place, lambda prompt: prompt.place)

    def turn_before(self, moment: Moment) -> list[Spent]:
        """The responses, subagents' too, between the prompt that was answered at this moment and the moment itself."""
        start = self.prompt_before(moment.place)
        own = self.context(moment.place, moment.agent)
        first = bisect_right(own.starts, start.place) if start else 0
        found = list(own.responses[first : bisect_left(own.starts, moment.place)])
        if start and start.at and moment.at:
            others = self.agents_spent
            since, until = (bisect_left(others, at, key=lambda each: each.at) for at in (start.at, moment.at))
            found += others[since:until]
        return found

    def turn(self, call: CallDone) -> Place | None:
        """The prompt a call was made for, by its place; None before the first. A subagent's belongs to the last one by time."""
        if not call.agent:
            prompt = self.prompt_before(call.place)
        else:
            number = bisect_right(self._timed_prompts, call.at, key=lambda each: each.at)
            prompt = self._timed_prompts[number - 1] if number else None
        return prompt.place if prompt else None

    def prompt_after(self, place: Place) -> Moment | None:
        """The next prompt in the same file."""
        own = self._prompts.get(place[0], ())
        number = bisect_right(own, place, key=lambda prompt: prompt.place)
        return own[number] if number < len(own) else None

    @cached_property
    def interruptions(self) -> tuple[tuple[Moment, CallDone | None], ...]:
        """
        Turns that a person stopped, each with the call it ended.

        Without those where a call was refused: the client writes an interruption after each of these.
        """
        stopped = [
            moment for moment in self.activity.moments if moment.kind == "interruption" and not moment.agent
        ]
        found = ((moment, self._ended_by(moment)) for moment in stopped)
        return tuple(
            (moment, call) for moment, call in found if not call or call.outcome not in ("rejected", "denied")
        )

    def _ended_by(self, moment: Moment) -> CallDone | None:
        """The last call before an interruption; none when an answer came between."""
        call = _last_before(self._own_calls, moment.place, lambda call: call.place)
        response = self.context(moment.place, "").before(moment.place)
        return None if call and response and response.place > call.place else call

    @cached_property
    def ending(self) -> Ending | None:
        """How the session's own conversation ended; None when nothing happened in it, or it goes on out of sight."""
        ends: list[tuple[Place, Ending]] = [
            (moment.place, Ending(entry_id=moment.entry_id, at=moment.at, moment=moment))
            for moment in self.activity.moments
            if not moment.agent and moment.kind != "turn_end"
        ]
        ends += [
            (call.result_place or call.place, Ending(entry_id=call.entry_id, at=call.at, call=call))
            for call in self.calls
            if not call.agent
        ]
        # A response that made calls ends with them; others go by the prompt they answered.
        asked = self.prompts[-1].entry_id if self.prompts else ""
        ends += [
            (spent.end_place, Ending(entry_id=asked, at=spent.end_at, response=spent))
            for spent in self.activity.spent
            if not spent.agent and not self._calls_of[spent.place]
        ]
        if not ends or self.goes_on:
            return None
        place, ending = max(ends, key=lambda end: end[0])
        prompt = self.prompt_before(place)
        own = self.context(place, "")
        first = bisect_right(own.starts, prompt.place) if prompt else 0
        return replace(ending, turn=own.responses[first : bisect_right(own.starts, place)])

    def cost_of(self, responses: Iterable[Spent]) -> Cost:
        """What responses cost, each with all its tokens."""
        return sum((whole_cost(spent, self.prices) for spent in responses), NOTHING)


_EMPTY = Context(responses=(), starts=(), compactions=())


T = TypeVar("T")


def _by_file(things: Iterable[T], place: Callable[[T], Place]) -> Mapping[int, Sequence[T]]:
    """Things in the order of their places, file by file."""
    found: defaultdict[int, list[T]] = defaultdict(list)
    for thing in sorted(things, key=place):
        found[place(thing)[0]].append(thing)
    return found


def _last_before(things: Mapping[int, Sequence[T]], place: Place, of: Callable[[T], Place]) -> T | None:
    own = things.get(place[0], ())
    number = bisect_left(own, place, key=of)
    return own[number - 1] if number else None


class _Sums:
    """Sums of what was added under keys up to a given one: a Fenwick tree."""

    def __init__(self, keys: Iterable[int]) -> None:
        self._keys = sorted(set(keys))
        self._sums = [Decimal(0)] * (len(self._keys) + 1)

    def add(self, key: int, amount: Decimal) -> None:
        """Add to one of the keys."""
        at = bisect_left(self._keys, key) + 1
        while at < len(self._sums):
            self._sums[at] += amount
            at += at & -at

    def up_to(self, key: int) -> Decimal:
        """What was added under this key and smaller ones."""
        at, found = bisect_right(self._keys, key), Decimal(0)
        while at:
            found += self._sums[at]
            at &= at - 1
        return found


def asked_and_allowed(call: CallDone) -> bool:
    """Whether a person was asked for permission and gave it; known from 2.1.330 on."""
    return call.permission.startswith("accept user")


def tokens_of(characters: int) -> int:
    """About how many tokens so many characters are: a quarter, as `result.estimated_tokens` has it of ASCII."""
    return (max(characters, 0) + 3) // 4
