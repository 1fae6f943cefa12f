"""
Findings as OCSF events (Detection Finding, class 2004, schema 1.6.0), one JSON object a line, for a SIEM. Pure.

1.6.0 is a released schema that collectors take. The AI agent's own attributes (`ai_agent`) are in no release yet that
has them on findings, so who acted is the actor, and the agent, model and permission mode are in `unmapped`.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from ccmcp.audit.finding import AuditReport, Finding, Outcome, RuleDescription
from ccmcp.audit.formats._data import dumped
from ccmcp.audit.formats._taxonomies import ATLAS, ATTACK, Taxonomy, mapped
from ccmcp.audit.formats._words import OUTCOME_WORDS, TOOL, one_line
from ccmcp.audit.rule import Confidence, Severity

_Json = dict[str, Any]

VERSION = "1.6.0"
"""Of the schema that events follow."""

_SEVERITIES: dict[Severity, tuple[int, str]] = {
    "info": (1, "Informational"), "low": (2, "Low"), "medium": (3, "Medium"), "high": (4, "High"), "critical": (5, "Critical"),
}  # fmt: skip
_CONFIDENCES: dict[Confidence, tuple[int, str]] = {
    "signal": (1, "Low"), "probable": (2, "Medium"), "definite": (3, "High"),
}  # fmt: skip
_ALLOWED, _DENIED, _UNKNOWN = (1, "Allowed"), (2, "Denied"), (0, "Unknown")
_DISPOSITIONS: dict[Outcome, tuple[tuple[int, str], tuple[int, str]]] = {
    "ok": (_ALLOWED, (1, "Allowed")),
    "error": (_ALLOWED, (27, "Error")),
    "interrupted": (_ALLOWED, (27, "Error")),
    "rejected": (_DENIED, (25, "Rejected")),
    "denied": (_DENIED, (2, "Blocked")),
    "pending": (_UNKNOWN, _UNKNOWN),
    "unknown": (_UNKNOWN, _UNKNOWN),
}
"""What was done about a call, and what became of it."""

_SHELLS = ("Bash", "PowerShell", "Monitor")


def render(report: AuditReport) -> str:
    """A report as NDJSON: an event a line."""
    return "".join(dumped(event) + "\n" for event in events(report))


def events(report: AuditReport) -> Iterator[_Json]:
    """An event for each finding; those that are suppressed say so."""
    rules = {rule.id: rule for rule in report.rule_set.rules}
    for finding in report.findings:
        yield _event(finding, rules.get(finding.rule), report)


def _event(finding: Finding, rule: RuleDescription | None, report: AuditReport) -> _Json:
    severity_id, severity = _SEVERITIES[finding.severity]
    confidence_id, confidence = _CONFIDENCES[finding.confidence]
    (action_id, action), (disposition_id, disposition) = _DISPOSITIONS[finding.outcome]
    status_id, status = (3, "Suppressed") if finding.suppression else (1, "New")
    first, last = _milliseconds(finding.at), _milliseconds(finding.last_at or finding.at)
    return {
        "activity_id": 1, "activity_name": "Create",
        "category_uid": 2, "category_name": "Findings",
        "class_uid": 2004, "class_name": "Detection Finding",
        "type_uid": 200401, "type_name": "Detection Finding: Create",
        "time": _milliseconds(report.generated_at) or first or 0,
        "start_time": first,
        "end_time": last,
        "count": max(finding.times, 1),
        "severity_id": severity_id, "severity": severity,
        "confidence_id": confidence_id, "confidence": confidence,
        "status_id": status_id, "status": status,
        "action_id": action_id, "action": action,
        "disposition_id": disposition_id, "disposition": disposition,
        "is_alert": finding.severity in ("critical", "high") and finding.state != "prevented" and not finding.suppression,
        "message": _message(finding),
        "comment": one_line(finding.suppression.reason) if finding.suppression else None,
        "finding_info": _finding_info(finding, rule, first, last),
        "actor": _actor(finding),
        "resources": list(_resources(finding)),
        "evidences": [_evidence(finding)],
        "observables": list(_observables(finding)),
        "remediation": _remediation(finding),
        "metadata": _metadata(finding, report),
        "unmapped": _unmapped(finding, report),
    }  # fmt: skip


def _message(finding: Finding) -> str:
    what = finding.evidence or finding.target
    return one_line(f"{finding.title} ({OUTCOME_WORDS[finding.outcome]}){f': {what}' if what else ''}")


def _milliseconds(at: str | None) -> int | None:
    try:
        return round(datetime.fromisoformat(at or "").timestamp() * 1000)
    except (ValueError, OverflowError, OSError):
        return None


def _finding_info(
    finding: Finding, rule: RuleDescription | None, first: int | None, last: int | None
) -> _Json:
    return {
        "uid": one_line(finding.fingerprint) or "unknown",
        "title": one_line(finding.title) or finding.rule,
        "desc": rule.matches if rule else None,
        "types": [finding.category],
        "first_seen_time": first,
        "last_seen_time": last,
        "analytic": {
            "type_id": 1, "type": "Rule", "uid": finding.rule, "name": one_line(finding.title) or finding.rule,
            "version": str(rule.version) if rule else None, "category": finding.category,
        },
        "attacks": [_attack(where, each) for where, each in mapped(finding.mappings) if where in (ATTACK, ATLAS)],
        "data_sources": list(filter(None, [one_line(finding.file)])),
    }  # fmt: skip


def _attack(taxonomy: Taxonomy, id_: str) -> _Json:
    """A technique; one below another names both."""
    main, dot, below = id_.rpartition(".")
    if not dot or main == "AML":
        return {"version": taxonomy.version, "technique": {"uid": id_, "name": taxonomy.title(id_)}}
    return {
        "version": taxonomy.version,
        "technique": {"uid": main, "name": taxonomy.title(main)},
        "sub_technique": {"uid": f"{main}.{below}", "name": taxonomy.title(id_)},
    }


def _actor(finding: Finding) -> _Json:
    user = one_line(finding.root)
    return {
        "app_name": "Claude Code",
        "session": {"uid": one_line(finding.session_id) or "unknown"},
        "user": {"name": user} if user else None,
    }


def _resources(finding: Finding) -> Iterator[_Json]:
    for kind, name in (("Project", finding.project), ("Target", finding.target)):
        if told := one_line(name):
            yield {"type": kind, "name": told}


def _evidence(finding: Finding) -> _Json:
    """The call; of a shell's, as a process too, known by the call's id."""
    call = one_line(finding.call_id)
    process = {"uid": call, "cmd_line": finding.evidence, "working_directory": finding.cwd}
    return {
        "name": one_line(finding.tool),
        "uid": call,
        "process": process if call and finding.tool in _SHELLS else None,
        "data": {
            "evidence": finding.evidence, "target": finding.target, "note": finding.note, "file": finding.file,
            "line": finding.line, "entry_id": finding.entry_id,
        },
    }  # fmt: skip


def _observables(finding: Finding) -> Iterator[_Json]:
    if one_line(finding.call_id) and finding.evidence and finding.tool in _SHELLS:
        yield {
            "name": "evidences.process.cmd_line",
            "type_id": 13,
            "type": "Command Line",
            "value": finding.evidence,
        }


def _remediation(finding: Finding) -> _Json | None:
    rule = f"Permission rule that stops it: {finding.permission_rule}" if finding.permission_rule else ""
    told = " ".join(filter(None, [one_line(finding.advice), one_line(rule)]))
    return {"desc": told} if told else None


def _metadata(finding: Finding, report: AuditReport) -> _Json:
    return {
        "version": VERSION,
        "profiles": ["host", "security_control"],
        "product": {
            "name": TOOL, "vendor_name": TOOL, "version": report.tool_version, "feature": {"name": "audit"},
        },
        "event_code": finding.rule,
        "correlation_uid": one_line(finding.session_id),
        "log_name": one_line(finding.file),
        "log_provider": "Claude Code",
        "original_time": finding.at,
    }  # fmt: skip


def _unmapped(finding: Finding, report: AuditReport) -> _Json:
    mappings, decided = finding.mappings, finding.suppression
    return {
        "outcome": finding.outcome, "state": finding.state, "agent": finding.agent, "model": finding.model,
        "permission_mode": finding.permission_mode, "permission_rule": finding.permission_rule, "branch": finding.branch,
        "new": finding.new, "related_entries": list(finding.related), "owasp": list(mappings.owasp),
        "soc2": list(mappings.soc2), "auto_mode": list(mappings.auto_mode), "rule_set_version": report.rule_set.version,
        "rule_set_digest": report.rule_set.digest, "suppressed_by": decided.author if decided else None,
        "suppressed_until": decided.until if decided else None,
    }  # fmt: skip
