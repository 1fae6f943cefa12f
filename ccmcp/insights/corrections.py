"""
Prompts that correct what came before.

Finds prompts that begin by objecting, in the languages of objections.tsv: "no, ...", "that's wrong",
"undo that", "still not working". It means that something was misunderstood or called done without a look;
what has to be said twice belongs in CLAUDE.md.

Known false positives: a "no" that answers a question, and reports about a program's own errors. What
objects further in, or without any of these phrases, is not seen: the true number is higher.
"""

from collections.abc import Iterator

from ccmcp.insights._objections import objections
from ccmcp.insights._paths import last
from ccmcp.insights._pattern import Advice, Finding, Pattern, Sign
from ccmcp.work.session import Work

_HABIT = 3
"""In so many sessions it is how work is done, not how one task went."""


def _find(work: Work) -> Iterator[Sign]:
    for prompt, way in objections(work):
        project = last(work.activity.session.project)
        yield Sign(
            subject=f"{project}, still not working" if way == "still" else project,
            local=True,
            kind="still" if way == "still" else "no",
            entry_id=prompt.entry_id,
            at=prompt.at,
            note=prompt.text[:200],
            cost=work.cost_of(work.turn_before(prompt)),
        )


def _advise(finding: Finding) -> Advice:
    if finding.kind == "still" and finding.sessions >= _HABIT:
        return Advice(
            do="Session after session it was called done and was not: make the check a skill, so that it is the same each time.",
            paste="Before a change is called done: run [test, build], look at [the page, the output], and say what was not checked.",
            into=".claude/skills/check/SKILL.md",
        )
    if finding.kind == "still":
        return Advice(
            do="It was called done and was not: have results looked at before they are reported.",
            paste="- Before you say that something works, run it and look at the result: [test, build, screenshot]. Say what you did not check.",
            into=finding.memory,
        )
    return Advice(
        do="Make a rule of each thing that had to be said, so that it need not be said again; what was said is quoted.",
        paste="- [what is to be done instead, as a rule in one line].",
        into=finding.memory,
    )


PATTERN = Pattern(
    name="corrections",
    title="Corrections by the user",
    cost_of="the responses that were corrected",
    find=_find,
    advise=_advise,
    least=2,
)
