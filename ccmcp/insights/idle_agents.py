"""
Subagents with many calls and little result.

Finds subagents that made fifteen or more calls and gave back less than 400 characters, or none because
they failed or were stopped. It means that the task was too wide, or that nobody said what to bring back.

Known false positives: an agent that was sent to change files needs few words; agents in the background
report later, by a notification, and are left out, and so are agents of old clients, where nothing
tells which call started them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator

from ccmcp.index.activity import CallDone, Spent
from ccmcp.insights._paths import quoted
from ccmcp.insights._pattern import Advice, Finding, Pattern, Sign
from ccmcp.work.session import EDITS, Work

_CALLS = 15
"""So many calls are a task of its own, not a look-up."""
_LITTLE = 400
"""Characters: four lines."""


def _find(work: Work) -> Iterator[Sign]:
    started = {call.call_id: call for call in work.calls if call.call_id}
    made = Counter(call.agent for call in work.calls)
    writing = {call.agent for call in work.calls if call.tool in EDITS and call.outcome == "ok"}
    spent_by: defaultdict[str, list[Spent]] = defaultdict(list)
    for spent in work.activity.spent:
        spent_by[spent.agent].append(spent)
    for run in work.activity.agents:
        call = started.get(run.call_id) if run.call_id else None
        if call is None or made[run.agent] < _CALLS or run.agent in writing:
            continue
        responses = spent_by[run.agent]
        ended = max((spent.end_at for spent in responses), default=0)
        if (
            call.result_at and ended > call.result_at
        ):  # it went on after the call that started it: in the background
            continue
        if what := _brought(call):
            yield Sign(
                subject=run.kind or "agent",
                entry_id=call.entry_id,
                at=call.at,
                note=f"{made[run.agent]} calls, {what}: {run.description or ' '.join(call.target.split())[:80]}",
                cost=work.cost_of(responses),
            )


def _brought(call: CallDone) -> str:
    """How little it gave back; empty when it was enough, or is not known."""
    match call.outcome:
        case "ok":
            return f"{call.result_chars} characters back" if call.result_chars < _LITTLE else ""
        case "error" | "interrupted":
            return f"ended {call.outcome}" if call.outcome == "interrupted" else "failed"
        case _:
            return ""


def _advise(finding: Finding) -> Advice:
    return Advice(
        do=f"Give {quoted(finding.subject, 'kind')} agents a narrower task, an end, and say what to bring back.",
        paste="- Tasks for subagents name: the question, where to look, when to stop, and what to bring back (findings with file:line, at most 20 lines).",
        into=finding.memory,
    )


PATTERN = Pattern(
    name="idle_agents",
    title="Subagents with many calls and little result",
    cost_of="all responses of these subagents",
    find=_find,
    advise=_advise,
    least=1,
)
