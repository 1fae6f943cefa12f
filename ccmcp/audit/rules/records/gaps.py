"""Parts of transcripts that are missing or can't be read."""

from collections.abc import Iterator
from dataclasses import dataclass

from ccmcp.audit.rule import Hit, rule


@dataclass(frozen=True, slots=True)
class Missing:
    """What a transcript lacks."""

    file: str
    lines: int
    """Damaged lines."""
    agent: str
    """A subagent whose transcript is not there; empty for damaged lines."""


@rule(
    id="INT-002",
    title="Gap in a transcript",
    severity="low",
    category="integrity",
    matches="lines that are no JSON, and subagents whose transcripts are missing",
    false_positives="A line cut short when the client was killed; clients that kept no subagent transcripts.",
    advice="Take it into account when you rely on the record: what stood there is not known.",
    on=Missing,
    attack=("T1070",),
    owasp=("ASI09",),
    soc2=("CC7.2",),
)
def gap(missing: Missing, scene: object) -> Iterator[Hit]:
    """Damaged lines are counted a file; a subagent's transcript is missed where its call says that there was one."""
    _ = scene
    if missing.agent:
        yield Hit(missing.file, note=f"the transcript of subagent {missing.agent} is not there")
    elif missing.lines:
        yield Hit(
            missing.file, note=f"{missing.lines:,} damaged lines" if missing.lines > 1 else "1 damaged line"
        )
