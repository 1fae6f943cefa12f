"""Findings as SARIF 2.1.0, for code scanning and whatever else collects alerts. Pure."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from ccmcp.audit.finding import AuditReport, Finding, RuleDescription
from ccmcp.audit.formats._data import dumped
from ccmcp.audit.formats._taxonomies import TAXONOMIES, Taxonomy, ids_of, mapped
from ccmcp.audit.formats._words import OUTCOME_WORDS, TOOL, one_line
from ccmcp.audit.rule import Confidence, Mappings, Severity

_Json = dict[str, Any]

_LEVELS: dict[Severity, str] = {
    "critical": "error", "high": "error", "medium": "warning", "low": "note", "info": "note",
}  # fmt: skip
_SCORES: dict[Severity, str] = {
    "critical": "9.5",
    "high": "8.0",
    "medium": "5.5",
    "low": "2.5",
    "info": "0.5",
}
_PRECISION: dict[Confidence, str] = {"definite": "very-high", "probable": "high", "signal": "medium"}


def render(report: AuditReport) -> str:
    """A report as a SARIF file."""
    return dumped(log(report), indent=2) + "\n"


def log(report: AuditReport) -> _Json:
    """A report as a SARIF log of one run."""
    rules = _rules(report)
    mappings = [rule.mappings for rule in rules]
    used = [taxonomy for taxonomy in TAXONOMIES if ids_of(mappings, taxonomy)]
    places = {rule.id: at for at, rule in enumerate(rules)}
    return {
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": TOOL,
                        "version": report.tool_version or None,
                        "shortDescription": {"text": "What was risky in Claude Code sessions, and what came of it"},
                        "supportedTaxonomies": [
                            {"name": taxonomy.name, "index": at} for at, taxonomy in enumerate(used)
                        ],
                        "rules": [_rule(rule, used) for rule in rules],
                        "properties": {"ruleSetVersion": report.rule_set.version, "ruleSetDigest": report.rule_set.digest},
                    }
                },
                "taxonomies": [_taxonomy(taxonomy, ids_of(mappings, taxonomy)) for taxonomy in used],
                "automationDetails": {"id": f"{TOOL}/audit/"},
                "invocations": [_invocation(report)],
                "originalUriBaseIds": {
                    label: {"description": {"text": f"The folder of Claude Code's history known as {label}"}}
                    for label in sorted({_root_name(each) for each in report.findings if each.file and _within(each.file)})
                },
                "columnKind": "unicodeCodePoints",
                "results": [_result(finding, places[finding.rule]) for finding in report.findings],
                "properties": _run_properties(report),
            }
        ],
    }  # fmt: skip


# -- rules and what they are mapped to


def _rules(report: AuditReport) -> list[RuleDescription]:
    """Every rule that was asked; those of findings too, should they be of an earlier set."""
    rules = {rule.id: rule for rule in report.rule_set.rules}
    for each in report.findings:
        if each.rule not in rules:
            title = one_line(each.title) or each.rule
            rules[each.rule] = RuleDescription(
                id=each.rule, version=1, title=title, severity=each.severity, confidence=each.confidence,
                category=each.category, matches=title, false_positives="", advice=one_line(each.advice),
                permission=each.permission_rule, mappings=each.mappings,
            )  # fmt: skip
    return list(rules.values())


def _rule(rule: RuleDescription, used: list[Taxonomy]) -> _Json:
    help_text = [
        rule.advice,
        f"Permission rule that stops it: {rule.permission}" if rule.permission else "",
        f"Known to be wrong: {rule.false_positives}" if rule.false_positives else "",
    ]
    return {
        "id": rule.id,
        "name": rule.title or rule.id,
        "shortDescription": {"text": rule.title or rule.id},
        "fullDescription": {"text": rule.matches or rule.title or rule.id},
        "help": {"text": "\n".join(filter(None, help_text)) or rule.title or rule.id},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "relationships": [
            {
                "target": {
                    "id": id_,
                    "toolComponent": {"name": taxonomy.name, "index": used.index(taxonomy)},
                },
                "kinds": ["relevant"],
            }
            for taxonomy, id_ in dict.fromkeys(mapped(rule.mappings))
        ],
        "properties": {
            "tags": ["security", rule.category],
            "precision": _PRECISION[rule.confidence],
            "security-severity": _SCORES[rule.severity],
            "ruleVersion": rule.version,
            **_beside(rule.mappings),
        },
    }


def _taxonomy(taxonomy: Taxonomy, ids: list[str]) -> _Json:
    return {
        "name": taxonomy.name,
        "fullName": taxonomy.full_name,
        "version": taxonomy.version,
        "organization": taxonomy.organisation,
        "informationUri": taxonomy.url,
        "isComprehensive": False,
        "taxa": [{"id": id_, "name": taxonomy.title(id_) or None} for id_ in ids],
    }


def _beside(mappings: Mappings) -> _Json:
    """Mappings to what is no taxonomy of risks."""
    return {"soc2": list(mappings.soc2), "autoMode": list(mappings.auto_mode)}


# -- the run


def _invocation(report: AuditReport) -> _Json:
    coverage = report.coverage
    notes = [("warning", f"Could not be looked at: {each}") for each in coverage.unseen]
    if coverage.damaged:
        notes.append(("warning", f"{coverage.damaged} damaged lines were left out"))
    if coverage.reading:
        notes.append(("note", "The history is still being read: there may be more findings"))
    return {
        "executionSuccessful": True,
        "endTimeUtc": _utc(report.generated_at),
        "toolExecutionNotifications": [
            {"level": level, "message": {"text": _message(text)}} for level, text in notes
        ],
    }


def _utc(at: str | None) -> str | None:
    try:
        return datetime.fromisoformat(at or "").astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError):
        return None


def _run_properties(report: AuditReport) -> _Json:
    coverage, noise = report.coverage, report.noise
    return {
        "since": report.period.since, "until": report.period.until, "timezone": report.period.timezone,
        "counts": report.counts, "suppressed": report.suppressed, "total": report.total,
        "coverage": {
            "files": coverage.files, "bytes": coverage.bytes, "indexedBytes": coverage.indexed_bytes,
            "totalBytes": coverage.total_bytes, "lines": coverage.lines, "damagedLines": coverage.damaged,
            "unknownLines": coverage.unknown, "secretScannedBytes": coverage.secret_bytes, "complete": coverage.complete,
        },
        "noise": {"bashCalls": noise.bash_calls, "flaggedBashCalls": noise.flagged_calls, "budget": noise.most_share},
    }  # fmt: skip


# -- results


def _result(finding: Finding, rule_index: int) -> _Json:
    return {
        "ruleId": finding.rule,
        "ruleIndex": rule_index,
        "kind": "fail",
        "level": _LEVELS[finding.severity],
        "message": {"text": _message(_told(finding))},
        "locations": [_location(finding)],
        "relatedLocations": [
            {"id": at, "logicalLocations": [{"name": entry, "kind": "entry"}]}
            for at, entry in enumerate(filter(None, finding.related))
        ],
        "partialFingerprints": {
            f"{TOOL}/v1": finding.fingerprint,
            "primaryLocationLineHash": f"{finding.fingerprint}:1" if finding.fingerprint else "",
        },
        "occurrenceCount": max(finding.times, 1),
        "baselineState": "new" if finding.new else "unchanged",
        "suppressions": list(_suppressions(finding)),
        "properties": {
            "security-severity": _SCORES[finding.severity], "severity": finding.severity, "confidence": finding.confidence,
            "category": finding.category, "outcome": finding.outcome, "state": finding.state, "sessionId": finding.session_id,
            "root": finding.root, "project": finding.project, "entryId": finding.entry_id, "toolUseId": finding.call_id,
            "tool": finding.tool, "target": finding.target, "evidence": finding.evidence, "note": finding.note,
            "agent": finding.agent, "permissionMode": finding.permission_mode, "model": finding.model, "cwd": finding.cwd,
            "branch": finding.branch, "at": finding.at, "lastAt": finding.last_at, "advice": finding.advice,
            "permissionRule": finding.permission_rule,
        },
    }  # fmt: skip


def _told(finding: Finding) -> str:
    """A finding in a sentence, for lists of alerts."""
    of = f" ({OUTCOME_WORDS[finding.outcome]})"
    what = finding.evidence or finding.target
    note = f" [{finding.note}]" if finding.note else ""
    return one_line(f"{finding.title or finding.rule}{of}{f': {what}' if what else ''}{note}") or finding.rule


def _message(text: str) -> str:
    """A plain text as SARIF writes one, where brackets would make a link and braces a placeholder."""
    for special in "\\[]":
        text = text.replace(special, "\\" + special)
    return text.replace("{", "{{").replace("}", "}}") or "-"


def _location(finding: Finding) -> _Json:
    steps = [
        ("project", finding.project),
        ("session", finding.session_id),
        ("toolCall", finding.call_id or finding.entry_id),
    ]
    named = [(kind, one_line(name)) for kind, name in steps if one_line(name)]
    return {
        "physicalLocation": _file(finding),
        "logicalLocations": [
            {"kind": kind, "name": name, "fullyQualifiedName": "#".join(each for _, each in named[: at + 1])}
            for at, (kind, name) in enumerate(named)
        ],
    }  # fmt: skip


def _file(finding: Finding) -> _Json | None:
    file = one_line(finding.file)
    if not file:
        return None
    uri = quote(file.replace("\\", "/"), safe="/~")
    if _within(file):
        where = {"uri": uri, "uriBaseId": _root_name(finding)}
    else:
        where = {"uri": "file://" + (uri if uri.startswith("/") else "/" + uri.replace("%3A", ":", 1))}
    region = {"startLine": finding.line} if finding.line and finding.line > 0 else None
    return {"artifactLocation": where, "region": region}


def _within(file: str) -> bool:
    """Whether a transcript is named from its root on."""
    return not file.startswith(("/", "\\")) and file[1:2] != ":"


def _root_name(finding: Finding) -> str:
    return one_line(finding.root) or "claude"


def _suppressions(finding: Finding) -> Iterator[_Json]:
    if decided := finding.suppression:
        yield {
            "kind": "external", "status": "accepted", "justification": decided.reason,
            "properties": {"author": decided.author, "since": decided.since, "until": decided.until},
        }  # fmt: skip
