"""Risky actions that no human saw before they were done."""

from collections.abc import Iterator

from ccmcp.audit.course import SERIOUS, UNASKED, Course, TreeHit
from ccmcp.audit.rule import rule
from ccmcp.index.judging import SessionTree


@rule(
    id="AGT-005", title="Risky actions that nobody was asked about", severity="info", confidence="probable", category="agents",
    matches="how many high or critical findings were done in a mode that does not ask, or by a subagent, without a record of an approval",
    false_positives="a figure for the report, not an alarm; clients before 2.1.330 record no approvals",
    advice="Ask for what is risky: put these commands under permissions.ask.",
    on=SessionTree, owasp=("ASI09",), soc2=("CC6.1", "CC7.2"),
)  # fmt: skip
def unasked_risks(tree: SessionTree, course: Course) -> Iterator[TreeHit]:
    """
    A figure, one a session.

    Bad:
        mode: acceptEdits ; Bash: rm -rf ~/data !FS-001 critical  # info

    Fine:
        mode: default ; Bash: rm -rf ~/data !FS-001 critical
        mode: acceptEdits ; Bash: rm -rf ~/data !FS-001 critical => rejected
    """
    _ = tree
    steps = [
        step for step in course.steps
        if step.level >= SERIOUS and step.done and not step.allowed and (step.mode in UNASKED or step.call.agent)
    ]  # fmt: skip
    if steps:
        note = f"{len(steps):,} high or critical action{'s' if len(steps) > 1 else ''}"
        yield course.hit(steps[0], "unasked", note=note, related=[step.call.entry_id for step in steps[1:10]])
