"""Sessions in which nobody was asked."""

from collections.abc import Iterator

from ccmcp.audit.course import BYPASSING, SERIOUS, Course, Step, TreeHit
from ccmcp.audit.rule import rule
from ccmcp.index.judging import SessionTree

_MODES = BYPASSING | {"dontAsk"}


@rule(
    id="AGT-001", title="Permission bypass mode in use", severity="medium", category="agents",
    matches="a session, or a part of one, in the mode bypassPermissions or dontAsk; high when a high or critical finding was done in it",
    false_positives="containers and CI machines that hold nothing of value; dontAsk refuses what no rule allows",
    advice='Use the mode in a container only, or switch it off: "permissions": {"disableBypassPermissionsMode": "disable"}.',
    on=SessionTree, attack=("T1562.001",), owasp=("ASI03", "ASI10"), soc2=("CC6.1", "CC7.2"),
    auto_mode=("Create Unsafe Agents", "Safety Bypass Flag"),
)  # fmt: skip
def bypass_mode(tree: SessionTree, course: Course) -> Iterator[TreeHit]:
    """
    One finding a session, whatever number of calls were made so.

    Bad:
        mode: bypassPermissions ; Bash: npm test  # medium
        mode: bypassPermissions ; Bash: git push --force origin main !GIT-001 critical  # high
        mode: dontAsk ; Bash: npm test  # medium

    Fine:
        mode: acceptEdits ; Bash: npm test
        mode: plan ; Read: src/app.ts ; mode: default ; Bash: git push --force origin main !GIT-001 critical
    """
    moments = [moment for moment in course.modes if moment.text in _MODES]
    if not moments:
        return
    first = min(moments, key=lambda moment: (moment.at, moment.place))
    made = [step for step in course.steps if step.mode in _MODES and step.made]
    risky = [step for step in made if step.level >= SERIOUS and step.done]
    yield TreeHit(
        first.text, "high" if risky else None if made else "low", _note(len(made), risky), place=first.place, entry_id=first.entry_id, at=first.at,
        agent=first.agent, evidence=f"permissionMode: {first.text}", related=tuple(step.call.entry_id for step in risky[:10]),
    )  # fmt: skip
    _ = tree


def _note(calls: int, risky: list[Step]) -> str:
    note = f"{calls:,} call{'s' if calls != 1 else ''} nobody was asked about"
    return f"{note}, {len(risky):,} of them with a high or critical finding" if risky else note
