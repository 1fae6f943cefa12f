"""What was risky, what came of it, and what to do."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Annotated, Any

from ccmcp.errors import BadCursorError
from ccmcp.history import History
from ccmcp.limits import Ge, Le, MaxLen
from ccmcp.result import cursor, plain, position
from ccmcp.tools import Call, Tool
from ccmcp.tools._audited import (
    NOISE_BUDGET,
    Audited,
    AuditFilters,
    audited,
    decided_in,
    findings,
    question,
    report,
    zone_of,
)
from ccmcp.tools._filters import Short, covered, local, stamp, times
from ccmcp.views.risks import MOST, AuditCovered, AuditFinding, FoundRisks, Noise, on_screen, text
from ccmcp.views.words import fitting


@dataclass(frozen=True, kw_only=True)
class AuditQuestion(AuditFilters):
    """What is looked for; since and until are about when things were done."""

    min_severity: Short = "medium"
    """The least severity: critical, high, medium, low or info."""

    limit: Annotated[int, Ge(1), Le(MOST)] = 20
    """How many findings."""

    cursor: Annotated[str, MaxLen(2000)] = ""
    """next_cursor of the page before."""


_FOR_FINDINGS = 3 / 4
"""The share of an answer's longest length that findings may take: the rest is for what is counted."""


def _run(history: History, asked: AuditQuestion, call: Call) -> FoundRisks:
    coverage = history.refresh(call.progress, call.stopped)
    seen = history.analyse(call.progress, call.stopped)
    decided = decided_in(history)
    wanted = question(history, asked, call, asked.min_severity)
    found = audited(history, asked, wanted, decided, call)
    key = {"audit": [*(getattr(asked, name) for name in _NAMES), asked.this_project and call.cwd]}
    start = _offset(asked, key)
    page = found.entries[start : start + asked.limit]
    these = list(findings(history, page, decided, call))
    several = history.in_several_roots({each.session_id for each in these})
    told = [_answered(each, several, decided.baseline_at) for each in these]
    room = int(call.most_characters * _FOR_FINDINGS)
    fit = fitting((json.dumps(plain(each, nulls=False)) for each in told), room) if told else 0
    stop = start + fit
    since, until = times(asked, call)
    secret, transcripts = seen.get("secrets", (0, 0))
    shared = covered(history, coverage)
    return FoundRisks(
        since=local(stamp(since), call),
        until=local(stamp(until), call),
        timezone=zone_of(history, call),
        findings=tuple(told[:fit]),
        counts=found.counts,
        sessions=found.sessions,
        total=len(found.entries),
        suppressed=found.suppressed,
        folded=found.folded,
        noise=_noise(found),
        next_cursor=cursor(key, stop) if fit and stop < len(found.entries) else None,
        hint=None,
        coverage=AuditCovered(
            **{field.name: getattr(shared, field.name) for field in fields(shared)},
            secret_bytes=secret,
            transcript_bytes=transcripts,
            faults=found.faults,
        ),
    )


_NAMES = tuple(field.name for field in fields(AuditQuestion) if field.name not in ("limit", "cursor"))


def _offset(asked: AuditQuestion, key: object) -> int:
    match position(asked.cursor, key) if asked.cursor else 0:
        case int(offset) if offset >= 0:
            return offset
        case _:
            raise BadCursorError


def _noise(found: Audited) -> Noise:
    every, flagged = found.noise
    return Noise(
        bash_calls=every,
        flagged=flagged,
        share=round(flagged / every, 6) if every else 0.0,
        budget=NOISE_BUDGET,
    )


def _answered(each: Any, several: Any, baseline_at: str | None) -> AuditFinding:
    return AuditFinding(
        rule=each.rule,
        title=each.title,
        severity=each.severity,
        confidence=each.confidence,
        category=each.category,
        session_id=each.session_id,
        reference=f"{each.root}:{each.session_id}" if each.session_id in several else None,
        project=each.project,
        at=each.at,
        last_at=each.last_at,
        times=each.times,
        sessions=each.sessions,
        entry_id=each.entry_id or None,
        tool=each.tool or None,
        evidence=each.evidence,
        target=each.target or None,
        note=each.note or None,
        outcome=each.outcome,
        state=each.state,
        agent=each.agent or None,
        permission_mode=each.permission_mode or None,
        fingerprint=each.fingerprint,
        advice=each.advice,
        permission_rule=each.permission_rule or None,
        related=each.related,
        new=each.new if baseline_at else None,
        suppressed=each.suppression.reason if each.suppression else None,
    )


def _as(render: str) -> Callable[[History, AuditQuestion, Call], str]:
    """An answer in full as a document of one of the formats."""

    def rendered(history: History, asked: AuditQuestion, call: Call) -> str:
        import importlib  # noqa: PLC0415 - only who asks for a document pays for it

        made = importlib.import_module(f"ccmcp.audit.formats.{render}").render(
            report(history, asked, call, asked.min_severity)
        )
        return str(made)

    return rendered


FORMATS: Mapping[str, Callable[[History, Any, Call], str]] = {
    "sarif": _as("sarif"),
    "ocsf": _as("ocsf"),
    "csv": _as("comma"),
    "markdown": _as("markdown"),
    "html": _as("html"),
}

TOOL = Tool(
    name="audit_findings",
    command="audit",
    title="Audit findings",
    description=(
        "Look for what was risky in past Claude Code sessions and say what came of it: files and data deleted, history rewritten, "
        "force pushes, foreign code run, credentials read or printed, secrets in transcripts, data sent out, privileges and "
        "persistence, permission bypass, writes outside the project, prompt-injection signs, sequences of these. Shell commands are "
        "parsed, not searched, so quoted text is no command. Each finding says whether it was done, only attempted or prevented, "
        "with redacted evidence, session and entry to read, what to do, and the permission rule that would have stopped it. "
        "One page, the most severe first. For auditors' figures of a whole period: compliance_report. "
        'Example: {"since": "7d", "min_severity": "high"}.'
    ),
    hint="security audit, risky commands, rm -rf, force push, leaked secrets, credentials, dangerous, permissions bypass, prompt injection",
    contract="data",
    parameters=AuditQuestion,
    result=FoundRisks,
    run=_run,
    text=text,
    screen=on_screen,
    formats=FORMATS,
    examples=(
        "ccmcp audit --since 7d",
        "ccmcp audit --this-project --min-severity low --category git,files",
        "ccmcp audit --outcome done --rule CRD,EXF",
        "ccmcp audit --since last-week --format html > audit.html",
        "ccmcp audit --format sarif > audit.sarif",
    ),
)
