"""The weekly checklist: one page, each line of it a box to tick."""

from collections.abc import Iterator, Sequence

from ccmcp.audit.compliance import ComplianceReport, Tally
from ccmcp.audit.finding import Finding
from ccmcp.audit.formats._document import (
    Box,
    Boxes,
    Code,
    Document,
    Inline,
    SignOff,
    Small,
    Strong,
    Text,
    Tone,
)
from ccmcp.audit.formats._reports import made_by, period_of, retained
from ccmcp.audit.formats._words import (
    OUTCOME_WORDS,
    clipped,
    counted,
    day,
    is_serious,
    moment,
    one_line,
    share,
    short_session,
)

_MOST_LINES = 4
"""Lines under a box: the page is one."""


def weekly(report: ComplianceReport) -> Document:
    """The weekly checklist."""
    return Document(
        title="Claude Code: weekly checklist",
        subtitle=one_line(report.organisation),
        facts=(
            ("Period", period_of(report.period)),
            ("Seen", f"{counted(report.sessions, 'session')}, {counted(report.calls, 'tool call')}, {counted(len(report.projects), 'project')}"),
            *made_by(report.tool_version, report.rule_set, report.generated_at)[:1],
        ),
        blocks=(
            Boxes(tuple(_boxes(report))),
            SignOff("Looked at, and followed up where needed:", ("Reviewer", "Date", "Signature")),
        ),
        footer="Details: ccmcp report. This list supports a review; it does not replace one.",
        one_page=True,
    )  # fmt: skip


def _boxes(report: ComplianceReport) -> Iterator[Box]:
    yield _serious(report.findings)
    yield _new("New domains", report.domains, "domain")
    yield _new("New MCP servers", report.mcp_servers, "server")
    yield _outside(report.outside_writes)
    yield _unasked(report)
    yield _secrets(report)
    yield _failures(report)
    yield _coverage(report)


def _serious(findings: Sequence[Finding]) -> Box:
    serious = [each for each in findings if is_serious(each) and each.new]
    open_ = [each for each in serious if each.state != "prevented"]
    verdict = f"{len(open_):,} not prevented, {len(serious) - len(open_):,} prevented" if serious else "none"
    tone: Tone = "critical" if open_ else "medium" if serious else "good"
    return Box(
        "New high and critical findings",
        verdict,
        tone,
        _lines([_finding(each) for each in [*open_, *(each for each in serious if each not in open_)]]),
    )


def _finding(finding: Finding) -> Text:
    return (
        Strong(f"{finding.rule} "), Code(clipped(finding.evidence or finding.target, 64)),
        Small(f" {OUTCOME_WORDS[finding.outcome]}, {moment(finding.at)}, {one_line(finding.root)}, session {short_session(finding.session_id)}"),
    )  # fmt: skip


def _new(title: str, entries: Sequence[Tally], what: str) -> Box:
    new = [each for each in entries if each.new]
    verdict = (
        f"{len(new):,} of {counted(len(entries), what)}" if new else f"none of {counted(len(entries), what)}"
    )
    lines = [(Code(clipped(each.name, 64)), _noted(each)) for each in new]
    return Box(title, verdict, "medium" if new else "good", _lines(lines))


def _noted(each: Tally) -> Inline:
    note = f", {clipped(each.note, 34)}" if each.note else ""
    return Small(f" {each.count:,} times{note}" if each.count != 1 else f" once{note}")


def _outside(folders: Sequence[Tally]) -> Box:
    writes = sum(each.count for each in folders)
    verdict = f"{counted(writes, 'write')} to {counted(len(folders), 'folder')}" if folders else "none"
    lines = [(Code(clipped(each.name, 64)), _noted(each)) for each in folders]
    return Box("Writes outside the project", verdict, "medium" if folders else "good", _lines(lines))


def _unasked(report: ComplianceReport) -> Box:
    calls = sum(each.calls for each in report.bypass)
    verdict = (
        f"{counted(len(report.bypass), 'session')}, {counted(calls, 'call')}" if report.bypass else "none"
    )
    tone: Tone = (
        "high" if any(each.serious for each in report.bypass) else "medium" if report.bypass else "good"
    )
    lines = [
        (Code(clipped(each.project, 44)),
         Small(f" {counted(each.calls, 'call')}, {counted(each.serious, 'high or critical finding')}, {moment(each.at)}, session {short_session(each.session_id)}"))
        for each in report.bypass
    ]  # fmt: skip
    return Box("Sessions in which nobody was asked", verdict, tone, _lines(lines))


def _secrets(report: ComplianceReport) -> Box:
    open_ = [each for each in report.secrets if not each.rotated]
    verdict = (
        f"{len(open_):,} of {len(report.secrets):,} not known to be replaced"
        if report.secrets
        else "none seen"
    )
    lines = [
        (Strong(f"{clipped(each.kind, 40)} "), Code(clipped(each.fingerprint, 20)),
         Small(f" in {counted(each.sessions, 'session')}{_last(each.last_at or each.first_at)}"))
        for each in open_
    ]  # fmt: skip
    return Box("Secrets seen and not replaced", verdict, "critical" if open_ else "good", _lines(lines))


def _last(at: str | None) -> str:
    return f", last {day(at)}" if day(at) else ""


def _failures(report: ComplianceReport) -> Box:
    verdict = f"{len(report.failures):,}" if report.failures else "none"
    lines = [
        (Code(clipped(f"{each.tool} {each.target}", 64)), Small(f" {each.times:,} times, session {short_session(each.session_id)}"))
        for each in report.failures
    ]  # fmt: skip
    return Box("Repeated failures", verdict, "low" if report.failures else "good", _lines(lines))


def _coverage(report: ComplianceReport) -> Box:
    coverage = report.coverage
    part = coverage.indexed_bytes / coverage.total_bytes if coverage.total_bytes else 1.0
    altered = [each for each in report.integrity.transcripts if each.status in ("altered", "missing")]
    told, tone_kept = retained(report.retention)
    lines: list[Text] = [(Strong("Altered or missing: "), Code(clipped(each.file, 64))) for each in altered]
    lines += [(Code(clipped(each.what, 60)), Small(f" {clipped(each.why, 44)}")) for each in report.gaps]
    lines += [told] if tone_kept else []
    verdict = f"{share(part)} looked at, {counted(coverage.damaged, 'damaged line')}, {counted(len(report.gaps), 'gap')}"
    verdict += f", {counted(len(altered), 'transcript')} altered or missing" if altered else ""
    tone: Tone = (
        "critical" if altered else "medium" if report.gaps or not coverage.complete or tone_kept else "good"
    )
    return Box("Coverage and integrity", verdict, tone, _lines(lines))


def _lines(lines: Sequence[Text]) -> tuple[Text, ...]:
    if len(lines) <= _MOST_LINES:
        return tuple(lines)
    return (*lines[: _MOST_LINES - 1], Small(f"and {len(lines) - _MOST_LINES + 1:,} more"))
