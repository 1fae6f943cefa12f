"""A session with its subagents -> what only the whole of it tells: the rules on sessions, one after the other. Pure."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from itertools import islice

from ccmcp.audit.course import Course, TreeHit
from ccmcp.audit.modules import rules_in
from ccmcp.audit.rule import SEVERITIES, Rule
from ccmcp.audit.watching import (
    CONFIDENCES,
    EVIDENCE_LENGTH,
    NOTE_LENGTH,
    TARGET_LENGTH,
    fingerprint,
    relative,
)
from ccmcp.index.analysis import FindingRow
from ccmcp.index.judging import Judged, SessionTree
from ccmcp.redact import clean

MOST = 40
"""So many findings of one rule a session are told."""


def judge(tree: SessionTree) -> list[Judged]:
    """What the rules on sessions find."""
    roots = (tree.project,) if tree.project else ()
    return [Judged(hit.place[0], _row(rule, hit, roots)) for rule, hit in told(tree)]


@cache
def session_rules() -> tuple[Rule[SessionTree], ...]:
    """The rules on sessions, by module."""
    return tuple(rules_in("sessions"))


def told(tree: SessionTree) -> Iterator[tuple[Rule[SessionTree], TreeHit]]:
    """What each rule finds, rule by rule."""
    course = Course(tree)
    for rule in session_rules():
        for hit in islice(rule.find(tree, course), MOST):
            if isinstance(hit, TreeHit):
                yield rule, hit


def _row(rule: Rule[SessionTree], hit: TreeHit, roots: tuple[str, ...]) -> FindingRow:
    target = clean(hit.target[: 4 * TARGET_LENGTH])[:TARGET_LENGTH]
    return FindingRow(
        offset=hit.place[1],
        rule=rule.id,
        level=SEVERITIES.index(hit.severity or rule.severity),
        confidence=CONFIDENCES.index(hit.confidence or rule.confidence),
        entry_id=hit.entry_id,
        call_id=hit.call_id,
        at=_iso(hit.at),
        tool=hit.tool[:100],
        agent=hit.agent,
        target=target,
        evidence=clean(hit.evidence[: 4 * EVIDENCE_LENGTH])[:EVIDENCE_LENGTH],
        note=clean(hit.note)[:NOTE_LENGTH],
        fingerprint=fingerprint(rule.id, relative(target, roots)),
        related=" ".join(hit.related),
    )


def _iso(at: int) -> str:
    if not at:
        return ""
    try:
        return (
            datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        )
    except (ValueError, OverflowError, OSError):
        return ""
