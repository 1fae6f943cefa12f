"""
Contexts that ran full.

Finds compactions, by project, and what had filled the context before them. It means that one session
does too much, or that results come in whole where a part would do.

Known false positives: a /compact by hand at a good moment is a habit worth having; it is counted too.
What a compaction itself cost is in no transcript: it is reckoned as one more reading of the context and
one writing of what was left.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from ccmcp.index.activity import Moment
from ccmcp.insights._paths import last
from ccmcp.insights._pattern import Advice, Finding, Pattern, Sign
from ccmcp.insights._shell import call_name
from ccmcp.work.cost import NOTHING, Cost
from ccmcp.work.session import Work, tokens_of

_Epoch: TypeAlias = tuple[int, str, int]
"""(file, agent, how often the context was summed up before)."""

_TELLING = 0.15
"""What filled a smaller share of the context is not worth a word."""


def _find(work: Work) -> Iterator[Sign]:
    compactions = [moment for moment in work.activity.moments if moment.kind == "compaction"]
    results = _results(work) if compactions else {}
    for moment in compactions:
        yield Sign(
            subject=last(work.activity.session.project),
            local=True,
            entry_id=moment.entry_id,
            at=moment.at,
            note=_filled(work, moment, results),
            cost=_cost(work, moment),
        )


def _sizes(work: Work, moment: Moment) -> tuple[int, int]:
    """Tokens before and after."""
    context = work.context(moment.place, moment.agent)
    file, offset = moment.place
    previous, following = context.before(moment.place), context.after((file, offset + 1))
    before = moment.amount or (previous.context if previous else 0)
    return before, moment.after or (min(following.context, before) if following else 0)


def _cost(work: Work, moment: Moment) -> Cost:
    before, after = _sizes(work, moment)
    previous = work.context(moment.place, moment.agent).before(moment.place)
    rates = work.prices.rates(previous) if previous else None
    if previous is None:
        return NOTHING
    tokens = before + after
    if rates is None:
        return Cost(tokens=tokens, unpriced=tokens)
    return Cost(tokens=tokens, priced=before * rates.read + after * rates.write)


def _results(work: Work) -> dict[_Epoch, Counter[str]]:
    """How many tokens the results of which calls have in each stretch of a conversation."""
    found: defaultdict[_Epoch, Counter[str]] = defaultdict(Counter)
    for call in work.calls:
        if place := call.result_place:
            epoch = (place[0], call.agent, work.context(place, call.agent).epoch(place))
            found[epoch][call_name(call.tool, call.target)] += tokens_of(call.result_chars)
    return found


def _filled(work: Work, moment: Moment, results: Mapping[_Epoch, Counter[str]]) -> str:
    """What the results of calls had filled, the largest shares first."""
    before, _ = _sizes(work, moment)
    epoch = (moment.place[0], moment.agent, work.context(moment.place, moment.agent).epoch(moment.place))
    shares = [
        f"{name} {100 * tokens // before} %"
        for name, tokens in results.get(epoch, Counter[str]()).most_common(3)
        if before and tokens >= _TELLING * before
    ]
    return "mostly " + ", ".join(shares) if shares else ""


def _advise(finding: Finding) -> Advice:
    return Advice(
        do="/clear between tasks, and have subagents do what reads much and tells little.",
        paste="- What reads many files or prints much: give it to a subagent and ask for the answer alone; cut long output with head, tail or grep.",
        into=finding.memory,
    )


PATTERN = Pattern(
    name="compactions",
    title="Contexts that ran full",
    cost_of="one more reading of the context and writing what was left",
    find=_find,
    advise=_advise,
    least=2,
)
