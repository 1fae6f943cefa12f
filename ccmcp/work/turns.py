"""A session -> its turns: what was asked, what answering it took. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ccmcp.index.activity import Moment, Place, Spent
from ccmcp.work.session import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One prompt and what came of it. Times are milliseconds."""

    prompt: Moment
    responses: tuple[Spent, ...]
    """Of the conversation itself, in order."""
    subagents: tuple[Spent, ...]
    """Of the subagents that worked meanwhile."""
    interrupted: bool
    compactions: tuple[Moment, ...]
    first_answer: int | None
    """From the prompt to the first line of an answer; none without one."""
    in_requests: int
    """From what went before each response to its last line, summed: an upper bound of the model's time."""
    whole: int | None
    """By the client's own account where it kept one (2.1.197 and later), else to the last line of the last response."""

    @property
    def spent(self) -> tuple[Spent, ...]:
        """All responses of the turn."""
        return self.responses + self.subagents


def turns(work: Work) -> Iterator[Turn]:
    """The turns of a session, in order; what came before its first prompt is in none."""
    prompts, others, sent = work.prompts, work.agents_spent, _sent(work)
    times = [each.at for each in others]
    own = sorted((each for each in work.activity.moments if not each.agent), key=lambda each: each.place)
    places = [each.place for each in own]
    for prompt, following in zip(prompts, (*prompts[1:], None), strict=False):
        file = prompt.place[0]
        end = following.place if following and following.place[0] == file else (file + 1, 0)
        context = work.context(prompt.place, "")
        first, last = bisect_right(context.starts, prompt.place), bisect_left(context.starts, end)
        responses = context.responses[first:last]
        until = following.at if following and following.at else None
        meanwhile = others[bisect_left(times, prompt.at) : bisect_left(times, until) if until else None]
        moments = own[bisect_right(places, prompt.place) : bisect_left(places, end)]
        yield Turn(
            prompt=prompt,
            responses=tuple(responses),
            subagents=tuple(meanwhile) if prompt.at else (),
            interrupted=any(each.kind == "interruption" for each in moments),
            compactions=tuple(each for each in moments if each.kind == "compaction"),
            first_answer=_between(prompt.at, responses[0].at) if responses else None,
            in_requests=_in_requests(sent, responses),
            whole=_whole(prompt, responses, moments),
        )


def _between(start: int, end: int) -> int | None:
    """So much time; none where one of them is unknown, or the clock went back."""
    return end - start if start and end >= start else None


def _sent(work: Work) -> Sequence[tuple[Place, int]]:
    """What a session's own conversation sent, prompts and results: where each stands, and when it went."""
    results = [
        (call.result_place, call.result_at)
        for call in work.calls
        if not call.agent and call.result_place and call.result_at
    ]
    return sorted([(prompt.place, prompt.at) for prompt in work.prompts] + results)


def _in_requests(sent: Sequence[tuple[Place, int]], responses: Sequence[Spent]) -> int:
    """The time of each response of a turn from the last thing before it: what was sent, or the response before."""
    total = before = 0
    for each in responses:
        _, start = sent[bisect_left(sent, each.place, key=lambda one: one[0]) - 1]
        total += _between(max(start, before), each.end_at) or 0
        before = max(before, each.end_at)
    return total


def _whole(prompt: Moment, responses: Sequence[Spent], moments: Sequence[Moment]) -> int | None:
    if told := [each.amount for each in moments if each.kind == "turn_end" and each.amount]:
        return sum(told)
    return _between(prompt.at, responses[-1].end_at) if responses else None
