"""Transcripts that are not what they were."""

from collections.abc import Iterator

from ccmcp.audit.rule import Hit, rule
from ccmcp.index.integrity import Event


@rule(
    id="INT-001",
    title="Transcript altered, shortened or removed",
    severity="critical",
    category="integrity",
    matches="a transcript whose earlier bytes changed, that got shorter, or that vanished since ccmcp last looked",
    false_positives="The client's own clean-up after cleanupPeriodDays, sessions that were moved, and migrations are notes (info).",
    advice="Find out who changed it: restore it from a backup, and keep copies where agents can't write.",
    on=Event,
    attack=("T1070", "T1565.001"),
    owasp=("ASI09",),
    soc2=("CC7.2", "CC7.3"),
    auto_mode=("Session Transcript Tampering",),
)
def altered(event: Event, scene: object) -> Iterator[Hit]:
    """
    A transcript is appended to and never changed otherwise, so whatever else happens to it is worth a look.

    What is compared is the SHA-256 of its whole lines as they were recorded when ccmcp last looked, kept in the state folder.
    """
    _ = scene
    if event.kind in ("cleaned up", "moved") or event.explained:
        yield Hit(event.file, "info", f"{event.kind}: {event.explained}" if event.explained else event.kind)
    elif event.kind == "vanished":
        yield Hit(event.file, "high", "removed before the client's clean-up would have")
    else:
        change = f"{event.bytes_before:,} bytes before, {event.bytes_after:,} now"
        yield Hit(event.file, "critical", f"{event.kind}: {change}")
