"""How far back the record goes."""

from collections.abc import Iterator
from dataclasses import dataclass

from ccmcp.audit.rule import Hit, rule


@dataclass(frozen=True, slots=True)
class Kept:
    """How long a root's transcripts are kept."""

    root: str
    """Its label."""
    cleanup_days: int
    policy_days: int
    """How long they have to be kept, by ccmcp's settings; 0 for no such rule."""


@rule(
    id="RET-001",
    title="Transcripts are kept for less time than the policy asks",
    severity="low",
    category="retention",
    matches="a cleanupPeriodDays of less than retention_days in ccmcp's settings",
    false_positives="A root that something else backs up.",
    advice="Raise cleanupPeriodDays in Claude Code's settings.json, or copy transcripts away before they are deleted.",
    on=Kept,
    owasp=("ASI09",),
    soc2=("CC7.2",),
)
def short_retention(kept: Kept, scene: object) -> Iterator[Hit]:
    """Claude Code deletes sessions that are older than cleanupPeriodDays (30, if nothing else is set); no report can then show them."""
    _ = scene
    if 0 < kept.cleanup_days < kept.policy_days:
        yield Hit(kept.root, note=f"{kept.cleanup_days} days, and the policy asks for {kept.policy_days}")
