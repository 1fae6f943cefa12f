"""What audits find beside single calls: transcripts that were altered, gaps, short retention, secrets seen again, first-seen domains and servers."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC
from functools import partial

from ccmcp.audit import catalogue
from ccmcp.audit.finding import Finding, Suppression
from ccmcp.audit.hosts import is_local
from ccmcp.audit.rule import SEVERITIES, Hit, Rule, Severity
from ccmcp.audit.rules.records.altered import altered
from ccmcp.audit.rules.records.first_seen import Contact, new_domain, new_server
from ccmcp.audit.rules.records.gaps import Missing, gap
from ccmcp.audit.rules.records.recurring import Recurring, recurring
from ccmcp.audit.rules.records.retention import Kept, short_retention
from ccmcp.audit.watching import fingerprint
from ccmcp.decisions import Decisions
from ccmcp.errors import SettingsError
from ccmcp.history import History
from ccmcp.index.risks import RiskQuestion, Risks
from ccmcp.redact import clean
from ccmcp.tools import Call
from ccmcp.tools._filters import Narrowed, local
from ccmcp.transcripts.projects import decode
from ccmcp.transcripts.retention import cleanup_days

Found = tuple[str, Hit, str, str, str, str]
"""Rule id, hit, root label, project, session id, when (ISO 8601)."""


def recorded(
    history: History, asked: Narrowed, wanted: RiskQuestion, decided: Decisions, call: Call
) -> Iterator[Finding]:
    """What is found that stands in no call, by the question's filters; none where an agent or an outcome other than `ok` is asked for."""
    if wanted.agent or (wanted.outcomes and "ok" not in wanted.outcomes):
        return
    now = call.now.astimezone(UTC).isoformat(timespec="seconds")
    known = catalogue.rules()
    for found in _found(history, wanted, call):
        rule_id, hit, root, project, session_id, at = found
        rule = known[rule_id]
        severity = hit.severity or rule.severity
        print_ = fingerprint(rule_id, hit.target)
        if not _wanted(wanted, asked, found, severity, print_):
            continue
        suppressed = decided.suppression(print_, now)
        yield Finding(
            rule=rule_id, title=rule.title, severity=severity, confidence=hit.confidence or rule.confidence, category=rule.category,
            session_id=session_id, root=root, project=project, at=local(at or None, call), evidence=clean(hit.target)[:500],
            target=clean(hit.target)[:300], note=clean(hit.note), outcome="ok", fingerprint=print_, advice=rule.advice,
            permission_rule=rule.permission, mappings=rule.mappings, file=clean(hit.target)[:300] if rule_id.startswith("INT") else "",
            suppression=Suppression(reason=suppressed.reason, author=suppressed.author, since=suppressed.since, until=suppressed.until)
            if suppressed else None,
            new=print_ not in decided.baseline,
        )  # fmt: skip


def candidates(history: History, session: str, decided: Decisions, call: Call) -> Iterator[Finding]:
    """What only may be a secret in a session. Raises SessionNotFoundError, AmbiguousSessionError."""
    found, files, _ = history.session_or_subagent(session)
    rule = catalogue.rules()["SEC-004"]
    told: dict[str, Finding] = {}
    for file, row in history.may_be_secret(files):
        if known := told.get(row.fingerprint):
            told[row.fingerprint] = replace(known, times=known.times + 1, last_at=local(row.at or None, call))
            continue
        told[row.fingerprint] = Finding(
            rule=rule.id, title=rule.title, severity=rule.severity, confidence=rule.confidence, category=rule.category,
            session_id=found.session_id, root=found.root, project=found.project, at=local(row.at or None, call), entry_id=row.entry_id,
            call_id=row.call_id, tool=row.tool, evidence=row.evidence, target=row.target, note=row.note, outcome="ok",
            agent=file.agent_type or file.agent_id, fingerprint=row.fingerprint, advice=rule.advice, mappings=rule.mappings,
            line=row.line or None, new=row.fingerprint not in decided.baseline,
        )  # fmt: skip
    yield from told.values()


def _wanted(wanted: RiskQuestion, asked: Narrowed, found: Found, severity: Severity, print_: str) -> bool:
    rule, _, root, project, session_id, at = found
    within = wanted.sessions
    return (
        SEVERITIES.index(severity) >= wanted.least
        and (not wanted.rules or rule in wanted.rules)
        and print_.startswith(wanted.fingerprint)
        and (not wanted.session or wanted.session == (root, session_id))
        and (not within.root or within.root == root)
        and not (asked.branch or asked.model)
        and (
            not within.project
            or within.project.lower() in project.lower()
            or decode(within.project) == project
        )
        and (not within.this_project or f"{within.this_project}/".startswith(f"{project}/"))
        and (not at or ((not within.since or at >= within.since) and (not within.until or at < within.until)))
    )


def _found(history: History, wanted: RiskQuestion, call: Call) -> Iterator[Found]:
    def asked_for(rule: str, least: Severity) -> bool:
        return (not wanted.rules or rule in wanted.rules) and SEVERITIES.index(least) >= wanted.least

    if asked_for("INT-001", "critical"):
        yield from _altered(history, call)
    if asked_for("INT-002", "low"):
        yield from _gaps(history)
    if asked_for("RET-001", "low"):
        for label, path in history.roots:
            kept = Kept(label, cleanup_days(path), history.config.retention_days)
            yield from (
                (short_retention.id, hit, label, "", "", "") for hit in short_retention.find(kept, None)
            )
    if asked_for("SEC-005", "medium"):
        yield from history.risks(lambda risks: list(_again(risks, wanted)))
    for rule, kinds in ((new_domain, ("host", "sends to")), (new_server, ("mcp",))):
        if asked_for(rule.id, "low"):
            yield from history.risks(partial(_first, wanted=wanted, rule=rule, kinds=kinds))


def _altered(history: History, call: Call) -> Iterator[Found]:
    labels = {str(path): label for label, path in history.roots}
    try:
        events = history.integrity(call.now.astimezone(UTC)).events()
    except SettingsError:
        return  # nothing was recorded, so nothing can be told; the report says so
    for event in events:
        label = labels.get(event.root)
        if label is None:
            continue
        session = history.find(f"{label}:{event.session_id}") if event.session_id else None
        folder = event.file.split("/")[1] if event.file.startswith("projects/") else ""
        project = session[0].project if session else decode(folder) if folder else ""
        at = event.at.replace("+00:00", ".000Z")
        for hit in altered.find(event, None):
            yield altered.id, hit, label, project, event.session_id, at


def _gaps(history: History) -> Iterator[Found]:
    for root, session_id, project, path, damaged, ended in history.damaged_transcripts():
        for hit in gap.find(Missing(path, damaged, ""), None):
            yield gap.id, hit, root, project, session_id, ended


def _again(risks: Risks, wanted: RiskQuestion) -> Iterator[Found]:
    """The same secret in several sessions."""
    for secret in risks.secrets(wanted):
        seen = Recurring(secret.name, secret.sessions, secret.projects, secret.first_at, secret.last_at)
        for hit in recurring.find(seen, None):
            yield recurring.id, hit, secret.root, secret.project, secret.session_id, secret.last_at


def _first(risks: Risks, *, wanted: RiskQuestion, rule: Rule[Contact], kinds: Iterable[str]) -> list[Found]:
    """What is new to its project."""
    seen = risks.first_seen(tuple(kinds), wanted)
    sessions = risks.named({number for *_, number, _ in seen})
    return [
        (rule.id, hit, *_session(sessions, number, project), at)
        for kind, value, project, at, number, times in seen
        if not is_local(value)
        for hit in rule.find(Contact(value, kind == "sends to", times), None)
    ]


def _session(sessions: Mapping[int, tuple[str, str]], number: int, project: str) -> tuple[str, str, str]:
    """Root, project and id of a session, by its number."""
    root, session_id = sessions.get(number, ("", ""))
    return root, project, session_id
