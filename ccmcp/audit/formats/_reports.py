"""Reports as documents: what stands in them, in which order."""

from collections.abc import Iterator, Sequence

from ccmcp.audit.compliance import ComplianceReport, Integrity, Retention, Tally
from ccmcp.audit.finding import AuditReport, Period, RuleSet
from ccmcp.audit.formats._document import (
    Block,
    Code,
    Column,
    Document,
    Facts,
    Figure,
    Figures,
    Heading,
    Label,
    Paragraph,
    Strong,
    Table,
    Text,
    Tone,
)
from ccmcp.audit.formats._findings import (
    attention,
    by_rule,
    covered,
    figures,
    matrix,
    signed,
    supports,
    suppressed,
)
from ccmcp.audit.formats._words import TOOL, counted, day, days, moment, one_line, short_session, size

_MOST_ROWS = 20
"""Rows of a table of what was used; the rest is summed up."""


def document_of(report: AuditReport | ComplianceReport) -> Document:
    """The whole report."""
    return _audit(report) if isinstance(report, AuditReport) else _compliance(report)


def period_of(period: Period) -> str:
    """The time a report is about."""
    zone = f" ({one_line(period.timezone)})"
    ends = [
        f"from {moment(period.since)}" if period.since else "from the first record",
        f"until {moment(period.until)}" if period.until else "until now",
    ]
    return " ".join(ends) + zone


def made_by(tool_version: str, rule_set: RuleSet, generated_at: str) -> tuple[tuple[str, Text], ...]:
    """When and by what a report was made."""
    return (
        ("Made", f"{moment(generated_at)} by {TOOL} {one_line(tool_version)}"),
        ("Rules", (f"set {one_line(rule_set.version)}, {counted(len(rule_set.rules), 'rule')}, digest ", Code(rule_set.digest[:16]))),
    )  # fmt: skip


# -- the audit's


def _audit(report: AuditReport) -> Document:
    return Document(
        title="Audit of Claude Code sessions",
        subtitle="What was risky, what came of it, and what to do",
        facts=(
            ("Period", period_of(report.period)),
            *made_by(report.tool_version, report.rule_set, report.generated_at),
        ),
        blocks=tuple(_audit_blocks(report)),
        footer=_footer(report.tool_version, report.rule_set),
    )


def _audit_blocks(report: AuditReport) -> Iterator[Block]:
    findings = report.findings
    yield Figures(
        (
            Figure(f"{sum(each.suppression is None for each in findings):,}", "findings"),
            *figures(findings, report.noise),
        )
    )
    if report.total is not None and report.total > len(findings):
        yield Paragraph(f"This is a part: {len(findings):,} of {counted(report.total, 'finding')}.", "medium")
    yield from attention(findings)
    yield Heading("All findings")
    if any(each.suppression is None for each in findings):
        yield matrix(findings)
        yield from by_rule(findings)
    else:
        yield Paragraph("None.")
    yield from suppressed(findings, report.suppressed)
    yield from covered(report.coverage)
    yield from supports(findings)
    yield from signed()


def _footer(tool_version: str, rule_set: RuleSet) -> str:
    return (
        f"Made by {TOOL} {one_line(tool_version)} from transcripts on this machine; nothing left it. "
        f"Secrets are replaced by their kind and fingerprint. Rule set {one_line(rule_set.digest)}."
    )


# -- the compliance report


def _compliance(report: ComplianceReport) -> Document:
    whose = one_line(report.organisation)
    return Document(
        title="Use of Claude Code: compliance report",
        subtitle=f"{whose}. What was done, by whom, and how far it can be verified" if whose else "What was done, by whom, and how far it can be verified",
        facts=(
            ("Period", period_of(report.period)),
            *made_by(report.tool_version, report.rule_set, report.generated_at),
        ),
        blocks=tuple(_compliance_blocks(report)),
        footer=_footer(report.tool_version, report.rule_set),
    )  # fmt: skip


def _compliance_blocks(report: ComplianceReport) -> Iterator[Block]:
    findings = report.findings
    yield Figures((
        Figure(f"{report.sessions:,}", "sessions"), Figure(f"{len(report.people):,}", "people"),
        Figure(f"{len(report.projects):,}", "projects"), Figure(f"{report.calls:,}", "tool calls"),
        Figure(f"{report.files_changed:,}", "files changed"),
    ))  # fmt: skip
    yield Figures(figures(findings, report.noise))
    yield from attention(findings)
    yield Heading("Findings by severity and outcome")
    yield matrix(findings)
    yield from _rules_seen(report)
    yield from suppressed(findings)
    yield from _activity(report)
    yield from _unasked(report)
    yield from _secrets(report)
    yield from _failures(report)
    yield from covered(report.coverage)
    yield from _missing(report)
    yield from _integrity(report.integrity, report.rule_set)
    yield from supports(findings)
    yield from signed()


def _rules_seen(report: ComplianceReport) -> Iterator[Block]:
    """How often each rule found something, which stands for the list that the audit has."""
    rules: dict[str, list[str]] = {}
    for each in report.findings:
        if each.suppression is None:
            rules.setdefault(f"{each.rule} {each.title}", []).append(each.state)
    if rules:
        yield Heading("Findings by rule", 3)
        yield Table(
            (Column("Rule", 61), Column("done", 13, number=True), Column("prevented", 13, number=True), Column("all", 13, number=True)),
            tuple(
                (name, f"{states.count('done'):,}", f"{states.count('prevented'):,}", Strong(f"{len(states):,}"))
                for name, states in sorted(rules.items(), key=lambda item: (-len(item[1]), item[0]))
            ),
            "Findings by rule",
        )  # fmt: skip


def _activity(report: ComplianceReport) -> Iterator[Block]:
    yield Heading("Activity")
    yield Heading("People", 3)
    yield _table(
        "People, by the label of their history's root",
        (Column("Root"), Column("Sessions", 12, number=True), Column("Projects", 12, number=True), Column("Tool calls", 13, number=True),
         Column("High, critical", 13, number=True), Column("First and last", 24)),
        [(Strong(each.label), f"{each.sessions:,}", f"{each.projects:,}", f"{each.calls:,}", _number(each.serious),
          days(each.first_at, each.last_at)) for each in report.people],
    )  # fmt: skip
    yield Heading("Projects", 3)
    yield _table(
        "Projects",
        (Column("Project"), Column("Sessions", 12, number=True), Column("Tool calls", 13, number=True),
         Column("Files changed", 14, number=True), Column("High, critical", 13, number=True)),
        [(Code(each.project), f"{each.sessions:,}", f"{each.calls:,}", f"{each.files_changed:,}", _number(each.serious))
         for each in report.projects],
    )  # fmt: skip
    yield Heading("Tools", 3)
    yield _table(
        "Tools",
        (Column("Tool"), Column("Calls", 15, number=True), Column("Failed", 15, number=True), Column("Refused", 15, number=True)),
        [(Code(each.tool), f"{each.calls:,}", f"{each.failed:,}", f"{each.refused:,}") for each in report.tools],
    )  # fmt: skip
    yield Heading("What was used", 3)
    tallies = (
        ("Models (responses)", report.models), ("Client versions (sessions)", report.client_versions),
        ("Permission modes (sessions)", report.permission_modes), ("Programs run", report.commands),
        ("Domains", report.domains), ("MCP servers (calls)", report.mcp_servers),
    )  # fmt: skip
    yield Facts(tuple((name, _tallied(entries)) for name, entries in tallies))
    yield Heading("Files", 3)
    yield Paragraph(
        f"{report.files_read:,} read, {report.files_changed:,} changed. Those changed most, and writes outside the project:"
    )
    rows = [(Code(each.name), "changed", f"{each.count:,}") for each in report.files[:_MOST_ROWS]]
    rows += [
        (Code(each.name), _outside(each), f"{each.count:,}") for each in report.outside_writes[:_MOST_ROWS]
    ]
    yield _table(
        "Files", (Column("File or folder"), Column("How", 24), Column("Times", 11, number=True)), rows
    )


def _outside(folder: Tally) -> str:
    return f"outside the project ({one_line(folder.note)})" if folder.note else "outside the project"


def _table(caption: str, columns: tuple[Column, ...], rows: Sequence[tuple[Text, ...]]) -> Table | Paragraph:
    shown = tuple(rows[:_MOST_ROWS])
    if not shown:
        return Paragraph("None.")
    if len(rows) > len(shown):
        shown += ((f"and {len(rows) - len(shown):,} more", *[""] * (len(columns) - 1)),)
    return Table(columns, shown, caption)


def _number(number: int) -> Text:
    return Label(f"{number:,}", "high") if number else "0"


def _tallied(entries: Sequence[Tally]) -> Text:
    """Names with how often: those that are new stand out."""
    parts: list[Text] = []
    for each in entries[:_MOST_ROWS]:
        parts += [", " if parts else "", Code(each.name), f" {each.count:,}"]
        parts += [" ", Label("new", "medium")] if each.new else []
    if len(entries) > _MOST_ROWS:
        parts.append(f" and {len(entries) - _MOST_ROWS:,} more")
    return tuple(part for part in parts if not isinstance(part, tuple)) or "none"


def _unasked(report: ComplianceReport) -> Iterator[Block]:
    if report.bypass:
        yield Heading("Sessions in which nobody was asked")
        yield _table(
            "Sessions in a mode that asks nobody",
            (Column("Session", 14), Column("Mode", 20), Column("Project"), Column("When", 18), Column("Calls", 9, number=True),
             Column("High, critical", 12, number=True)),
            [(Code(short_session(each.session_id)), each.mode, Code(each.project), moment(each.at), f"{each.calls:,}", _number(each.serious))
             for each in report.bypass],
        )  # fmt: skip


def _secrets(report: ComplianceReport) -> Iterator[Block]:
    if report.secrets:
        yield Heading("Secrets that came up")
        yield Paragraph("Known by kind and fingerprint only; the values are in no report.")
        yield _table(
            "Secrets",
            (Column("Kind"), Column("Fingerprint", 16), Column("Sessions", 11, number=True), Column("First and last seen", 28), Column("Replaced", 14)),
            [(each.kind, Code(each.fingerprint), f"{each.sessions:,}", days(each.first_at, each.last_at),
              rotated(each.rotated)) for each in report.secrets],
        )  # fmt: skip


def rotated(answer: bool | None) -> Label:  # noqa: FBT001 - the value itself
    """Whether a secret was replaced."""
    return {True: Label("yes", "good"), False: Label("no", "critical"), None: Label("not known", "medium")}[
        answer
    ]


def _failures(report: ComplianceReport) -> Iterator[Block]:
    if report.failures:
        yield Heading("Repeated failures")
        yield _table(
            "Repeated failures",
            (Column("Tool", 18), Column("Target"), Column("Times", 10, number=True), Column("Session", 14), Column("When", 18)),
            [(Code(each.tool), Code(each.target), f"{each.times:,}", Code(short_session(each.session_id)), moment(each.at))
             for each in report.failures],
        )  # fmt: skip


def _missing(report: ComplianceReport) -> Iterator[Block]:
    if report.gaps:
        yield Heading("Gaps", 3)
        yield _table(
            "Gaps",
            (Column("What", 55), Column("Why", 45)),
            [(Code(each.what), each.why) for each in report.gaps],
        )
    yield Heading("Retention", 3)
    yield Paragraph(*retained(report.retention))


def retained(retention: Retention) -> tuple[str, Tone | None]:
    """How far back the history goes, against how far it should; with a tone where that is too short."""
    if retention.oldest_at is None:
        return "There is no record with a time.", "medium"
    told = f"The oldest record is of {day(retention.oldest_at)}"
    told += f", {counted(retention.days, 'day')} back." if retention.days is not None else "."
    if retention.cleanup_days is not None:
        told += f" Claude Code deletes transcripts after {counted(retention.cleanup_days, 'day')} (cleanupPeriodDays)."
    if retention.policy_days is None:
        return f"{told} No retention period is set to measure this against.", None
    kept = retention.cleanup_days is None or retention.cleanup_days >= retention.policy_days
    if retention.days is not None and retention.days < retention.policy_days:
        told += f" They are to be kept {counted(retention.policy_days, 'day')}."
        return (told, None) if kept else (f"{told} Raise cleanupPeriodDays.", "medium")
    return f"{told} That covers the {counted(retention.policy_days, 'day')} they are to be kept.", None


def _integrity(integrity: Integrity, rule_set: RuleSet) -> Iterator[Block]:
    yield Heading("Integrity")
    facts: list[tuple[str, Text]] = [
        ("Merkle root of the transcripts", Code(integrity.merkle_root) if integrity.merkle_root else "none"),
        ("Rule set", Code(rule_set.digest)),
        ("Report before this", Code(integrity.previous_digest) if integrity.previous_digest else "none"),
    ]
    facts += [("This report", Code(integrity.report_digest))] if integrity.report_digest else []
    facts += [("Signed by", one_line(integrity.signed_by))] if integrity.signed_by else []
    yield Facts(tuple(facts))
    yield Paragraph(
        (
            "All digests are SHA-256. Verify with ",
            Code(f"{TOOL} report verify FILE"),
            ", FILE being the report's JSON.",
        )
    )
    broken = [each for each in integrity.transcripts if each.status in ("altered", "missing")]
    if broken:
        yield Paragraph(
            f"{counted(len(broken), 'transcript')} altered or missing since last recorded, marked below.",
            "critical",
        )
    if integrity.transcripts:
        yield Heading("Transcripts", 3)
        yield Table(
            (Column("Transcript", 47), Column("Size", 11, number=True), Column("Lines", 8, number=True), Column("State", 9), Column("SHA-256", 25)),
            tuple(
                ((f"{one_line(each.root)}: ", Code(each.file)), size(each.bytes), f"{each.lines:,}",
                 Label(each.status, "critical") if each in broken else each.status, Code(each.sha256))
                for each in integrity.transcripts
            ),
            "Digests of transcripts",
        )  # fmt: skip
