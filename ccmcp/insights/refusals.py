"""
Calls that the user or a rule refused.

Finds what was refused two or more times, by command or tool: rejected at the prompt, or denied by
a rule, a mode or a hook. It means that the agent does not know what it is not to do.

Known false positives: a plan or a question that was answered in other words is part of a conversation and
left out, and so is a "no" to what only looks (ls, cat, Read): it is meant for the turn. One "no" refuses
all calls of a response, of which the first is counted. In edits that are refused to be made by hand,
nothing is wrong. What the prompt had asked for, or was allowed later on, was wanted all the same: no rule is
offered against it.
"""

import json
import re
from collections.abc import Iterator

from ccmcp.index.activity import CallDone, Place
from ccmcp.index.aims import is_shell
from ccmcp.insights._paths import quoted
from ccmcp.insights._pattern import Advice, Finding, Pattern, Sign
from ccmcp.insights._shell import allow_rule, call_name, is_looking
from ccmcp.work.session import ASKS, EDITS, LOOKS, Work

_NOT_GRANTED, _WANTED = "not granted", "wanted"
_UNASKED = re.compile(r"haven't granted|requires? approval|needs the user's approval|auto-denied")
"""How clients word that nobody was there to be asked."""
_SAID = re.compile(r"the user said:\s*(.+)", re.DOTALL)


def _find(work: Work) -> Iterator[Sign]:
    refused = list(_refused(work))
    made = _made(work) if refused else {}
    for call in refused:
        name = call_name(call.tool, call.target)
        wanted = call.outcome == "rejected" and call.tool not in EDITS
        wanted = wanted and (made.get(name, -1) >= call.at or _asked_for(work, call, name))
        yield Sign(
            subject=name,
            kind=_NOT_GRANTED if _UNASKED.search(call.error) else _WANTED if wanted else call.outcome,
            entry_id=call.entry_id,
            at=call.at,
            note=_why(work, call),
            remedy=allow_rule(call.tool, call.target),
            cost=work.share(call),
        )


def _refused(work: Work) -> Iterator[CallDone]:
    """The calls that a "no" was meant for."""
    answered: set[Place] = set()
    for call in work.calls:
        if call.outcome == "denied":
            yield call
        elif call.outcome == "rejected" and call.tool not in ASKS | LOOKS:
            response = work.response(call)
            place = response.place if response else call.place
            if place not in answered and not (is_shell(call.tool) and is_looking(call.target)):
                yield call
            answered.add(place)


def _made(work: Work) -> dict[str, int]:
    """When calls of each name were made last."""
    found: dict[str, int] = {}
    for call in work.calls:
        if call.outcome == "ok":
            name = call_name(call.tool, call.target)
            found[name] = max(found.get(name, 0), call.at)
    return found


def _asked_for(work: Work, call: CallDone, name: str) -> bool:
    """Whether the prompt before a call has a word of its name: "push it"."""
    prompt = work.prompt_before(call.place)
    words = set(re.findall(r"\w+", prompt.text.lower())) if prompt else set()
    return not words.isdisjoint(name.lower().split())


def _why(work: Work, call: CallDone) -> str:
    """What was said with it, or right after it; what a rule says of itself."""
    if call.outcome == "denied":
        return " ".join(call.error.split())[:200]
    if found := _SAID.search(call.error):
        return " ".join(found[1].split())[:200]
    prompt = work.prompt_after(call.result_place or call.place)
    return prompt.text[:200] if prompt else ""


def _advise(finding: Finding) -> Advice:
    if finding.kind == _NOT_GRANTED:
        rule = finding.remedy
        return Advice(
            do="Nobody was there to be asked: allow it before such a run, or say what to do without it.",
            paste=json.dumps({"permissions": {"allow": [rule]}}) if rule else "",
            into=".claude/settings.json" if rule else "",
        )
    if finding.kind == "denied":
        return Advice(
            do="A rule forbids it and it is tried all the same: say what to do instead, or change the rule.",
            paste=f"- {quoted(finding.subject, 'command')} is not allowed here: [what to do instead].",
            into=finding.memory,
        )
    if finding.kind == _WANTED:
        return Advice(
            do="It was asked for, or allowed later on: not in this way, or not yet. See what was said, and make a rule of that."
        )
    if finding.subject in EDITS:
        return Advice(
            do="Changes that are stopped were not agreed on: begin in plan mode (shift+tab), or say when to ask.",
            paste="- Before the first edit of a task say in three lines what changes where, and wait for a yes.",
            into=finding.memory,
        )
    return Advice(
        do="It is refused again and again: say so once and for all, or deny it by a rule.",
        paste=f"- Don't run {quoted(finding.subject, 'command')} without being asked to: [who does it, or when it is fine].",
        into=finding.memory,
    )


PATTERN = Pattern(
    name="refusals",
    title="Calls refused",
    cost_of="the responses that made these calls",
    find=_find,
    advise=_advise,
    least=2,
)
