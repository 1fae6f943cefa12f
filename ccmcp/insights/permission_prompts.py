"""
Permission prompts that are always answered with yes.

Finds calls that the user was asked about and allowed, by what would be allowed: three times the same question
is two too many. Clients before 2.1.330 do not write down who allowed a call: of them nothing is known.

Known false positives: what somebody wants to see each time. No rule is offered for what deletes, publishes,
installs, reaches other machines or runs whatever it is given.
"""

import json
from collections.abc import Iterator

from ccmcp.insights._pattern import Advice, Finding, Pattern, Sign
from ccmcp.insights._shell import allow_rule, call_name
from ccmcp.work.session import EDITS, Work, asked_and_allowed

_EDIT = "edit"


def _find(work: Work) -> Iterator[Sign]:
    for call in work.calls:
        if asked_and_allowed(call):
            yield Sign(
                subject=call_name(call.tool, call.target),
                kind=_EDIT if call.tool in EDITS else "",
                remedy=allow_rule(call.tool, call.target),
                entry_id=call.entry_id,
                at=call.at,
                agent=call.agent,
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
            do="It was allowed each time, but a rule for it would allow too much: choose exact commands (/permissions)."
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
