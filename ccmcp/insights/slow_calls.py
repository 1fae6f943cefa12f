"""
Calls that take long.

Finds commands and MCP tools that took a minute or more in at least half of their runs in a session. It
means waiting, and after five minutes a prompt cache that has to be written anew.

Known false positives: clients before 2.1.330 do not tell how long a call waited for permission, so
calls that are over at once (ls, git status, Read, Edit) are left out, and all that is longer than the
client lets a command run. Agents, questions and calls made to wait are left out.
"""

import re
from collections import defaultdict
from collections.abc import Iterator

from ccmcp.index.activity import CallDone
from ccmcp.index.aims import is_mcp, is_shell
from ccmcp.insights._pattern import Advice, Finding, Pattern, Sign
from ccmcp.insights._shell import call_name, is_quick
from ccmcp.work.cost import NOTHING, Cost
from ccmcp.work.session import Work, asked_and_allowed

_SLOW = 60_000
"""Milliseconds: long enough to go and do something else."""
_LONGEST = 660_000
"""The client ends a shell command after ten minutes; what took longer waited for a person."""
_CACHED = 300_000
"""Milliseconds that a prompt cache lasts, if nothing else is asked for."""

_ELSEWHERE = re.compile(r"WebFetch|WebSearch|mcp__(?!.*(?:wait|sleep)).*")


def _find(work: Work) -> Iterator[Sign]:
    if not any(_took(call) >= _SLOW for call in work.calls):
        return
    runs: defaultdict[str, list[CallDone]] = defaultdict(list)
    for call in work.calls:
        if name := _name(call):
            runs[name].append(call)
    for name, calls in runs.items():
        slow = [call for call in calls if _took(call) >= _SLOW]
        if slow and 2 * len(slow) >= len(calls):
            longest = max(slow, key=_took)
            yield Sign(
                subject=name,
                entry_id=longest.entry_id,
                at=longest.at,
                agent=longest.agent,
                times=len(slow),
                seconds=sum(map(_took, slow)) // 1000,
                cost=sum((_written_anew(work, call) for call in slow), NOTHING),
            )


def _name(call: CallDone) -> str:
    """What a call is counted as; empty when its time tells nothing."""
    ended = call.outcome in ("ok", "error") and call.at and call.result_at
    if not ended or asked_and_allowed(call) or _took(call) > _LONGEST:
        return ""
    if is_shell(call.tool) and not is_mcp(call.tool):
        return "" if is_quick(call.target) else call_name(call.tool, call.target)
    return call.tool if _ELSEWHERE.fullmatch(call.tool) else ""


def _took(call: CallDone) -> int:
    return call.result_at - call.at


def _written_anew(work: Work, call: CallDone) -> Cost:
    """What it cost more that the cache had run out when the call was over."""
    if _took(call) < _CACHED or call.result_place is None:
        return NOTHING
    context = work.context(call.result_place, call.agent)
    previous, following = (
        context.before(call.result_place),
        next(iter(context.after(call.result_place)), None),
    )
    if previous is None or following is None:
        return NOTHING
    tokens = min(previous.context - following.cache_read, following.cache_write)
    if tokens <= previous.context // 2:
        return NOTHING
    rates = work.prices.rates(following)
    if rates is None:
        return Cost(tokens=tokens, unpriced=tokens)
    return Cost(tokens=tokens, priced=tokens * (rates.write - rates.read))


def _advise(finding: Finding) -> Advice:
    if _ELSEWHERE.fullmatch(finding.subject):
        return Advice(
            do=f"Have a subagent do what needs {finding.subject}, so that work goes on; where it waits for a yes, allow it (/permissions)."
        )
    return Advice(
        do="Run the part that is needed (one test, one package), or have it run in the background while work goes on.",
        paste=f"- `{finding.subject}` takes long: run it in the background, or only for [the part that changed].",
        into=finding.memory,
    )


PATTERN = Pattern(
    name="slow_calls",
    title="Slow calls",
    cost_of="prompts written into the cache anew because it ran out meanwhile",
    find=_find,
    advise=_advise,
    least=3,
)
