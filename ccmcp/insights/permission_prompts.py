"""
Permission prompts that are always answered with yes.

Finds calls that the user was asked about and allowed, by what would be allowed: three times the same question
is two too many. Clients before 2.1.330 do not write down who allowed a call: of them nothing is known.

What it cost is time: from the call to its result, running it included, and never more than ten minutes.

Known false positives: what somebody wants to see each time. A rule is offered only for what is known to look, to
add to the local repository, to test, lint, format or build.
"""

import json
from collections.abc import Iterator

from ccmcp.insights._pattern import Advice, Finding, Pattern, Sign
from ccmcp.insights._shell import allow_rule, call_name
from ccmcp.work.session import EDITS, Work, asked_and_allowed

_EDIT = "edit"
_LONGEST = 600_000
"""Milliseconds: who took longer to answer was not there."""


def _find(work: Work) -> Iterator[Sign]:
    for call in work.calls:
        if asked_and_allowed(call):
            yield Sign(
                subject=call_name(call.tool, call.target),
                kind=_EDIT if call.tool in EDITS else "",
                seconds=min(max(call.result_at - call.at, 0), _LONGEST) // 1000 if call.at else 0,
                remedy=allow_rule(call.tool, call.target),
                entry_id=call.entry_id,
                at=call.at,
            )


def _advise(finding: Finding) -> Advice:
    if finding.kind == _EDIT:
        return Advice(
            do="Start such work with edits accepted: shift+tab, or --permission-mode acceptEdits.",
            paste='{"permissions": {"defaultMode": "acceptEdits"}}',
            into=".claude/settings.json",
        )
    if not finding.remedy:
        return Advice(
            do="It was allowed each time, but a rule for it could allow too much: choose exact commands in /permissions."
        )
    return Advice(
        do="Allow it for good: add the rule to permissions.allow, or choose it in /permissions.",
        paste=json.dumps({"permissions": {"allow": [finding.remedy]}}),
        into=".claude/settings.json",
    )


PATTERN = Pattern(
    name="permission_prompts",
    title="Permission asked again and again",
    cost_of="",
    find=_find,
    advise=_advise,
    least=3,
)
