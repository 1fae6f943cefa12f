"""
Calls that take long.

Finds commands and MCP tools that took a minute or more in at least half of their runs in a session. It
means waiting, and after five minutes a prompt cache that has to be written anew.

Known false positives: clients before 2.1.330 do not tell how long a call waited for permission. So sessions are
left out in which calls took long that are over at once (ls, git status, Read, Edit), and all that is longer than
the client lets a command run; of MCP tools only calls are counted of which it is known that nobody was asked. What
timed out, agents, questions and calls made to wait are left out.
"""

import re
from collections import defaultdict
from collections.abc import Iterator

from ccmcp.index.activity import CallDone
from ccmcp.index.aims import is_mcp, is_shell
from ccmcp.insights._paths import quoted
from ccmcp.insights._pattern import Advice, Finding, Pattern, Sign
from ccmcp.insights._shell import is_waiting, slow_name
from ccmcp.work.cost import NOTHING, Cost
from ccmcp.work.session import EDITS, LOOKS, Work, asked_and_allowed

_SLOW = 60_000
"""Milliseconds: long enough to go and do something else."""
_LONGEST = 660_000
"""The client ends a shell command after ten minutes; what took longer waited for a person."""
_CACHED = 300_000
"""Milliseconds that a prompt cache lasts, if nothing else is asked for."""

_WAITING = re.compile(r"wait|sleep")


def _find(work: Work) -> Iterator[Sign]:
    if not any(_took(call) >= _SLOW for call in work.calls) or any(map(_waited, work.calls)):
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
                times=len(slow),
                seconds=sum(map(_took, slow)) // 1000,
                cost=sum((_written_anew(work, call) for call in slow), NOTHING),
            )


def _waited(call: CallDone) -> bool:
    """Whether a call waited for a person though nothing says so: what is over at once took long."""
    if _took(call) < _SLOW or call.outcome not in ("ok", "error") or asked_and_allowed(call):
        return False
    if call.at and _is_client_shell(call):
        return not is_waiting(call.target) and not slow_name(call.target)
    return bool(call.at) and call.tool in EDITS | LOOKS - {"BashOutput", "TaskOutput"}


def _is_client_shell(call: CallDone) -> bool:
    return is_shell(call.tool) and not is_mcp(call.tool)


def _name(call: CallDone) -> str:
    """What a call is counted as; empty when its time tells nothing."""
    ended = call.outcome in ("ok", "error") and call.at and call.result_at
    if not ended or asked_and_allowed(call) or _took(call) > _LONGEST or "timed out" in call.error:
        return ""
    if _is_client_shell(call):
        return "" if is_waiting(call.target) else slow_name(call.target)
    known = is_mcp(call.tool) and call.permission and not _WAITING.search(call.tool)
    return call.tool if known else ""


def _took(call: CallDone) -> int:
    return call.result_at - call.at


def _written_anew(work: Work, call: CallDone) -> Cost:
    """What it cost more that the cache had run out when the call was over."""
    if _took(call) < _CACHED or call.result_place is None:
        return NOTHING
    context = work.context(call.result_place, call.agent)
    previous, following = context.before(call.result_place), context.after(call.result_place)
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
    name = quoted(finding.subject, "command")
    if is_mcp(finding.subject):
        return Advice(do=f"Have a subagent do what needs {name}, so that work goes on.")
    return Advice(
        do="Run the part that is needed (one test, one package), or have it run in the background while work goes on.",
        paste=f"- {name} takes long: run it in the background, or only for [the part that changed].",
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
