"""
The same call with the same result, several in a row.

Finds a call made three or more times in a row by one conversation, each time by another response, with nothing
else between and equal results, and two such calls in turn. It means that the agent waits by asking, or does not
see that it stands still.

Files read again and again, and calls that fail, have patterns of their own.

Known false positives: waiting for something outside that has no better way to tell.
"""

from collections.abc import Iterator, Sequence

from ccmcp.index.activity import CallDone
from ccmcp.insights._pattern import Advice, Finding, Pattern, Sign
from ccmcp.insights._shell import call_name
from ccmcp.work.session import Work

_TIMES = 3
"""Twice is a second look."""
_PERIODS = (1, 2)
"""One call over and over, or two in turn."""


def _find(work: Work) -> Iterator[Sign]:
    for calls in work.calls_by_context():
        for run, period in _runs(work, calls):
            first = next((call for call in run[:period] if call.tool != "Read"), None)
            if first is None:
                continue
            again = run[period:]
            target = " ".join(first.target.split())[:80]
            yield Sign(
                subject=call_name(first.tool, first.target),
                entry_id=run[-1].entry_id,
                at=run[-1].at,
                times=len(again),
                note=f"{len(run)} in a row: {target}",
                cost=work.shares(again),
            )


def _runs(work: Work, calls: Sequence[CallDone]) -> Iterator[tuple[Sequence[CallDone], int]]:
    """Stretches that repeat themselves, and after how many calls they do."""
    start = 0
    while start < len(calls):
        for period in _PERIODS:
            end = start + period
            while end < len(calls) and _repeats(work, calls[end], calls[end - period]):
                end += 1
            if end - start >= _TIMES * period:
                yield calls[start:end], period
                start = end - 1
                break
        start += 1


def _repeats(work: Work, call: CallDone, other: CallDone) -> bool:
    """Whether a call was made again although the result of the other was there and told all."""
    if call.outcome != "ok" or other.outcome != "ok" or _told(call) != _told(other):
        return False
    made, earlier = work.response(call), work.response(other)
    return made is None or earlier is None or made.place != earlier.place


def _told(call: CallDone) -> tuple[str, str, int, int]:
    # An edit's input is known by its texts alone: the same change to another file is another call.
    return call.tool, call.target, call.input_hash, call.result_hash


def _advise(finding: Finding) -> Advice:
    return Advice(
        do="Have it wait once instead of asking again, and stop after two tries that change nothing.",
        paste="- If a call gives the same result twice, do not make it a third time: say what is stuck. To wait, run one command that ends when it is done.",
        into=finding.memory,
    )


PATTERN = Pattern(
    name="loops",
    title="The same call with the same result",
    cost_of="the responses that made the repeated calls",
    find=_find,
    advise=_advise,
    least=2,
)
