"""A period's activity -> the report that compliance_report answers with. A module of its own: it loads rules and formats."""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from ccmcp import __version__
from ccmcp.audit.compliance import (
    BypassSession,
    ComplianceReport,
    Gap,
    Integrity,
    Person,
    ProjectActivity,
    RepeatedFailure,
    Retention,
    SecretSighting,
    Tally,
    ToolActivity,
    TranscriptDigest,
)
from ccmcp.audit.finding import Coverage, NoiseBudget, Period
from ccmcp.audit.hosts import is_local
from ccmcp.audit.rule import SEVERITIES
from ccmcp.errors import SettingsError
from ccmcp.history import History
from ccmcp.index.deeds import Deeds
from ccmcp.index.integrity import Event, Record, merkle_root
from ccmcp.index.risks import RiskQuestion, Risks, Secret
from ccmcp.redact import cleaned
from ccmcp.tools import Call
from ccmcp.tools._audited import (
    NOISE_BUDGET,
    AuditFilters,
    audited,
    coverage_of,
    decided_in,
    findings,
    question,
    rule_set,
    under,
    zone_of,
)
from ccmcp.tools._filters import Narrowed, local, stamp, times
from ccmcp.transcripts.retention import cleanup_days

_MOST = 25
"""So many of what is counted by name are listed."""


def accounted(history: History, asked: Narrowed, call: Call, *, thorough: bool) -> ComplianceReport:
    """
    The report of a period; with `thorough` each byte of every transcript is read again for its digest.

    Raises:
        CcmcpError: a filter or a time can't be used.

    """
    indexed = history.refresh(call.progress, call.stopped)
    seen = history.analyse(call.progress, call.stopped)
    decided = decided_in(history)
    filters = AuditFilters(
        project=asked.project, this_project=asked.this_project, since=asked.since, until=asked.until, branch=asked.branch,
        model=asked.model, root=asked.root, suppressed=True,
    )  # fmt: skip
    wanted = question(history, filters, call, "low")
    found = audited(history, filters, wanted, decided, call)
    told = tuple(findings(history, found.entries, decided, call))
    done, contacts, secrets = history.risks(
        lambda risks: (
            risks.deeds(wanted),
            (risks.sights(("host", "sends to"), wanted), risks.sights(("mcp",), wanted), risks.first_seen(("host", "sends to", "mcp"), wanted)),
            risks.secrets(wanted),
        )
    )  # fmt: skip
    serious = _serious(history, wanted)
    coverage = coverage_of(history, indexed, seen)
    integrity, events = _integrity(history, call, thorough=thorough)
    since, until = times(asked, call)
    new = {(kind == "mcp", value) for kind, value, *_ in contacts[2]}
    return ComplianceReport(
        period=Period(
            since=local(stamp(since), call), until=local(stamp(until), call), timezone=zone_of(history, call)
        ),
        generated_at=call.now.isoformat(timespec="seconds"),
        tool_version=__version__,
        rule_set=rule_set(),
        sessions=done.sessions,
        calls=done.calls,
        people=tuple(
            Person(
                label=each.name, sessions=each.sessions, projects=each.projects, calls=each.calls,
                serious=sum(root == each.name for root, _, _ in serious), first_at=local(each.first_at, call), last_at=local(each.last_at, call),
            )
            for each in done.roots
        ),
        projects=tuple(
            ProjectActivity(
                project=each.name, sessions=each.sessions, calls=each.calls, files_changed=each.files_changed,
                serious=sum(project == each.name for _, project, _ in serious),
            )
            for each in done.projects
        ),
        models=_tallies(done.models),
        client_versions=_tallies(done.versions[:_MOST]),
        tools=tuple(
            ToolActivity(tool=each.tool, calls=each.calls, failed=each.failed, refused=each.refused)
            for each in done.tools
        ),
        files_read=done.files_read,
        files_changed=done.files_changed,
        files=_tallies(done.changed),
        commands=_tallies(done.programs),
        domains=_contacts(contacts[0], new, mcp=False),
        mcp_servers=_contacts(contacts[1], new, mcp=True),
        permission_modes=_tallies(done.modes),
        bypass=_bypass(done, serious, call),
        outside_writes=_outside(history, wanted),
        secrets=tuple(_secret(each, call) for each in secrets),
        failures=_failures(history, wanted, call),
        findings=told,
        noise=NoiseBudget(
            calls=done.calls, bash_calls=found.noise[0], flagged_calls=found.noise[1], most_share=NOISE_BUDGET
        ),
        coverage=coverage,
        gaps=tuple(_gaps(history, coverage, events)),
        retention=_retention(history, done, call),
        integrity=integrity,
    )  # fmt: skip


def _serious(history: History, wanted: RiskQuestion) -> list[tuple[str, str, int]]:
    """Root, project and session of each high or critical finding that was not prevented."""

    def ask(risks: Risks) -> list[tuple[str, str, int]]:
        found = risks.found(replace(wanted, least=SEVERITIES.index("high")))
        numbers = {risk.session for risk in found}
        projects, names = risks.projects(numbers), risks.named(numbers)
        return [
            (names.get(risk.session, ("", ""))[0], projects.get(risk.session, ""), risk.session)
            for risk in found
        ]

    return history.risks(ask)


def _tallies(counted: Sequence[tuple[str, int]]) -> tuple[Tally, ...]:
    return tuple(Tally(name=name, count=count) for name, count in counted)


def _contacts(
    seen: Sequence[tuple[str, str, int]], new: set[tuple[bool, str]], *, mcp: bool
) -> tuple[Tally, ...]:
    """Hosts or servers: the new ones first, then the most frequent."""
    counts: dict[str, int] = {}
    sent: set[str] = set()
    for kind, value, count in seen:
        if not mcp and is_local(value):
            continue
        counts[value] = counts.get(value, 0) + count
        if kind == "sends to":
            sent.add(value)
    found = [
        Tally(name=name, count=count, note="data sent" if name in sent else "", new=(mcp, name) in new)
        for name, count in counts.items()
    ]
    return tuple(sorted(found, key=lambda each: (not each.new, -each.count, each.name)))


def _bypass(done: Deeds, serious: Sequence[tuple[str, str, int]], call: Call) -> tuple[BypassSession, ...]:
    return tuple(
        BypassSession(
            session_id=each.session_id, project=each.project, root=each.root, at=local(each.at, call), mode=each.mode, calls=each.calls,
            serious=sum(session == each.session for _, _, session in serious),
        )
        for each in done.unasked
    )  # fmt: skip


def _outside(history: History, wanted: RiskQuestion) -> tuple[Tally, ...]:
    """Writes outside the project, by folder."""

    def ask(risks: Risks) -> tuple[Tally, ...]:
        found = risks.found(replace(wanted, rules=("FS-007",), least=1))
        counts: dict[str, int] = {}
        for risk, each in risks.details(found):
            folder = str(PurePosixPath(each.target.replace("\\", "/")).parent)
            counts[folder] = counts.get(folder, 0) + risk.times
        return _tallies(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:_MOST])

    return history.risks(ask)


def _secret(secret: Secret, call: Call) -> SecretSighting:
    kind, _, print_ = secret.name.rpartition(" ")
    return SecretSighting(
        kind=kind or secret.name, fingerprint=print_, sessions=secret.sessions, first_at=local(secret.first_at, call),
        last_at=local(secret.last_at, call), rotated=False if secret.sessions > 1 else None,
    )  # fmt: skip


def _failures(history: History, wanted: RiskQuestion, call: Call) -> tuple[RepeatedFailure, ...]:
    """What was tried again and again without success."""

    def ask(risks: Risks) -> tuple[RepeatedFailure, ...]:
        found = risks.found(replace(wanted, rules=("OPS-001",), least=0))
        return tuple(
            RepeatedFailure(
                tool=each.tool, target=each.target, times=max(risk.times, _number(each.note)), session_id=each.session.session_id,
                at=local(risk.at, call),
            )
            for risk, each in risks.details(found[:_MOST])
        )  # fmt: skip

    return history.risks(ask)


def _number(note: str) -> int:
    found = re.search(r"\d+", note)
    return int(found[0]) if found else 1


def _gaps(history: History, coverage: Coverage, events: Sequence[Event]) -> list[Gap]:
    found = [Gap(what=path, why=why) for path, why in (_split(each) for each in coverage.unseen)]
    found += (
        Gap(what=under(path, history), why=f"{lines} damaged lines" if lines > 1 else "1 damaged line")
        for _, _, _, path, lines, _ in history.damaged_transcripts()
    )
    found += (
        Gap(what=event.file, why=f"{event.kind}{f': {event.explained}' if event.explained else ''}")
        for event in events
    )
    return found[:200]


def _split(problem: str) -> tuple[str, str]:
    path, _, why = problem.rpartition(": ")
    return (path, why) if path else (problem, "could not be read")


def _retention(history: History, done: Deeds, call: Call) -> Retention:
    days = None
    if done.oldest_at:
        days = (call.now.astimezone(UTC) - datetime.fromisoformat(done.oldest_at)).days
    return Retention(
        oldest_at=local(done.oldest_at or None, call),
        days=days,
        policy_days=history.config.retention_days or None,
        cleanup_days=min((cleanup_days(path) for _, path in history.roots), default=None),
    )


def _integrity(history: History, call: Call, *, thorough: bool) -> tuple[Integrity, list[Event]]:
    """What the transcripts are now, as recorded; nothing where no records can be kept."""
    try:
        records = history.integrity(call.now.astimezone(UTC), thorough=thorough)
    except SettingsError:
        return Integrity(), []
    labels = {str(path): label for label, path in history.roots}
    here = [each for each in records.records().values() if each.root in labels and each.gone is None]
    here.sort(key=lambda each: (labels[each.root], each.file))
    events = [event for event in records.events() if event.root in labels]
    changed = {(event.root, event.file): event.kind for event in events}
    digests = tuple(_digest(each, labels, changed) for each in here)
    return Integrity(
        transcripts=digests,
        transcript_count=len(here),
        transcript_bytes=sum(each.whole for each in here),
        events=tuple(
            f"{event.kind}: {event.file}{f' ({event.explained})' if event.explained else ''}"
            for event in events[-200:]
        ),
        merkle_root=merkle_root(each.sha256 for each in digests),
        previous_digest=last_digest(history),
    ), events


def _digest(record: Record, labels: dict[str, str], changed: dict[tuple[str, str], Any]) -> TranscriptDigest:
    return TranscriptDigest(
        root=labels[record.root], file=record.file, session_id=record.session_id, bytes=record.whole, lines=record.lines,
        sha256=record.sha256, status=changed.get((record.root, record.file), "ok"),
    )  # fmt: skip


# -- documents, and the chain they make

_CHAIN = "reports.jsonl"


def document(report: ComplianceReport) -> dict[str, Any]:
    """A report as JSON values that can be verified: redacted, with its own digest in `integrity.report_digest`."""
    values: dict[str, Any] = cleaned(asdict(report))
    values["integrity"]["report_digest"] = digest_of(values)
    return values


def digest_of(values: dict[str, Any]) -> str:
    """The SHA-256 of a report as JSON with sorted keys and no blanks, without its own digest and its signer."""
    integrity = {**values["integrity"], "report_digest": None, "signed_by": None}
    text = json.dumps(
        {**values, "integrity": integrity}, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def last_digest(history: History) -> str | None:
    """The digest of the last report that was made as a document here; none for a first one."""
    try:
        *_, last = (history.config.state / _CHAIN).read_text("utf-8").splitlines()
        return str(json.loads(last)["digest"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def chained(history: History, report: ComplianceReport, digest: str) -> None:
    """Note a report that was made as a document, as the last link of the chain. Raises SettingsError."""
    entry = {"digest": digest, "previous": report.integrity.previous_digest, "at": report.generated_at}
    state = history.config.state
    try:
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (state / _CHAIN).open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")
    except OSError as error:
        raise SettingsError(
            f"The state folder {state} can't be written to: {error.strerror or error}. Set CCMCP_STATE_DIR to another one."
        ) from error
