"""
Turns that the user stopped.

Finds turns ended with Esc, by the command that ran at that moment, else by project. It means that a
command does not end, or that the answer went nobody wanted; what was written next tells where it should have gone.

Known false positives: a prompt sent too early and stopped to be completed, if an answer had begun; where none had, it
is left out. A "no" at a permission prompt
is a refusal, not an interruption, though the client writes both.
"""

from collections.abc import Iterator

from ccmcp.index.aims import is_shell
from ccmcp.insights._paths import last, quoted
from ccmcp.insights._pattern import Advice, Finding, Pattern, Sign
from ccmcp.insights._shell import call_name
from ccmcp.work.session import Work


def _find(work: Work) -> Iterator[Sign]:
    for moment, call in work.interruptions:
        # What is no shell has no background to run in: of it the answer was stopped.
        running = call is not None and call.outcome in ("interrupted", "pending") and is_shell(call.tool)
        prompt = work.prompt_after(moment.place)
        turn = work.turn_before(moment)
        if not turn:
            continue
        yield Sign(
            subject=call_name(call.tool, call.target)
            if call and running
            else last(work.activity.session.project),
            local=not running,
            kind="running" if running else "answering",
            entry_id=moment.entry_id,
            at=moment.at,
            note=prompt.text[:200] if prompt else "",
            cost=work.cost_of(turn),
        )


def _advise(finding: Finding) -> Advice:
    if finding.kind == "running":
        name = quoted(finding.subject, "command")
        return Advice(
            do=f"{name} ran when Esc was pressed: if it does not end by itself, it belongs in the background.",
            paste=f"- {name}: run it in the background (run_in_background), or with a timeout.",
            into=finding.memory,
        )
    return Advice(
        do="Read what was written next: what was said more than once is a rule. Larger work is better begun in plan mode (shift+tab).",
        paste="- Before larger changes say in three lines what you are going to do, and wait for a yes.",
        into=finding.memory,
    )


PATTERN = Pattern(
    name="interruptions",
    title="Turns the user stopped",
    cost_of="the responses of the stopped turns",
    find=_find,
    advise=_advise,
    least=2,
)
