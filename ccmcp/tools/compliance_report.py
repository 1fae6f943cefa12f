"""A period's activity for those who have to account for it, with what makes the report verifiable."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ccmcp.audit.compliance import ComplianceReport
from ccmcp.history import History
from ccmcp.result import plain
from ccmcp.screen import Screen, cut
from ccmcp.tools import Call, Tool
from ccmcp.tools._filters import Narrowed

if TYPE_CHECKING:
    from collections.abc import Callable

_PERIOD = "last-week"
"""What a report is of, if nothing else is said."""


@dataclass(frozen=True, kw_only=True)
class ReportQuestion(Narrowed):
    """Of which time and sessions: last week, if neither since nor until is given."""

    checklist: bool = False
    """The weekly checklist of a manager or reviewer instead of the full report: one page, a box to tick for each thing to look at."""


def _period(asked: ReportQuestion) -> ReportQuestion:
    if asked.since.strip() or asked.until.strip():
        return asked
    return replace(asked, since=_PERIOD, until=_PERIOD)


def _run(history: History, asked: ReportQuestion, call: Call) -> ComplianceReport:
    from ccmcp.tools._accounted import accounted  # noqa: PLC0415 - other commands do without rules

    report = accounted(history, _period(asked), call, thorough=False)
    # Of use in a document only, which is made anew.
    bare = replace(
        report,
        integrity=replace(report.integrity, transcripts=()),
        rule_set=replace(report.rule_set, rules=()),
    )
    return _fitting(bare, int(call.most_characters * _FOR_STRUCTURE)) if call.most_characters else bare


_FOR_STRUCTURE = 0.9
"""The share of an answer's longest length that a report may take: JSON is longer where it is sent."""

_LISTS = (
    "people", "projects", "models", "client_versions", "tools", "files", "commands", "domains", "mcp_servers", "permission_modes",
    "bypass", "outside_writes", "secrets", "failures", "findings", "gaps",
)  # fmt: skip


def _fitting(report: ComplianceReport, room: int) -> ComplianceReport:
    """The report with its lists cut until it fits, how many of each are left out, and a page made of all of them."""
    page = _page(report)
    most = 32
    while True:
        cut = _cut(report, most, page)
        if most == 1 or len(json.dumps(plain(cut, nulls=False), ensure_ascii=False)) <= room:
            return cut
        most //= 2


def _cut(report: ComplianceReport, most: int, page: str) -> ComplianceReport:
    lists: dict[str, Any] = {name: getattr(report, name) for name in _LISTS}
    left_out = {name: len(each) - most for name, each in lists.items() if len(each) > most}
    shorter: Any = {name: each[:most] for name, each in lists.items()}
    shorter["integrity"] = replace(report.integrity, events=report.integrity.events[-most:])
    return replace(report, **shorter, summary=page, left_out=left_out)


def _page(report: ComplianceReport) -> str:
    from ccmcp.audit.formats import markdown  # noqa: PLC0415

    return markdown.checklist(report)


def _text(report: ComplianceReport) -> str:
    """What a model reads: the page of a reviewer, and where the rest is."""
    page = report.summary or _page(report)
    return f"{page}\nIn full, and verifiable: `ccmcp report --format json` (or html, markdown)."


def _screen(report: ComplianceReport, screen: Screen) -> str:
    """What a person reads: the same page, without what is for Markdown and for a pen."""
    page = (report.summary or _page(report)).partition("\nLooked at, and followed up")[0]
    lines = [_shown(line, screen) for line in page.rstrip().splitlines()]
    more = "To print: ccmcp report --format html, or with --checklist for this page. To verify later: --format json."
    return "\n".join([*lines, "", screen.style(more, "dim")])


def _shown(line: str, screen: Screen) -> str:
    plain = re.sub(r"\\(.)", r"\1", re.sub(r"`([^`]*)`", r"\1", line.replace("**", "")))
    if plain.startswith("# "):
        return screen.style(plain[2:], "bold")
    if plain.startswith("* [ ] "):
        title, colon, verdict = plain[6:].partition(": ")
        return f"[ ] {screen.style(title, 'bold')}{colon}{verdict}"
    return cut(plain, screen.width)


def _as_json(history: History, asked: ReportQuestion, call: Call) -> str:
    from ccmcp.tools._accounted import chained, document  # noqa: PLC0415

    report = _whole(history, asked, call)
    values = document(report)
    chained(history, report, values["integrity"]["report_digest"])
    return json.dumps(values, ensure_ascii=False, indent=1)


def _whole(history: History, asked: ReportQuestion, call: Call) -> ComplianceReport:
    from ccmcp.tools._accounted import accounted  # noqa: PLC0415

    return accounted(history, _period(asked), call, thorough=True)


def _as(name: str) -> "Callable[[History, Any, Call], str]":
    def rendered(history: History, asked: ReportQuestion, call: Call) -> str:
        import importlib  # noqa: PLC0415

        from ccmcp.tools._accounted import chained, document  # noqa: PLC0415

        report = _whole(history, asked, call)
        digest = str(document(report)["integrity"]["report_digest"])
        if not asked.checklist:
            chained(history, report, digest)
        named = replace(report, integrity=replace(report.integrity, report_digest=digest))
        formats = importlib.import_module(f"ccmcp.audit.formats.{name}")
        made = formats.checklist(named) if asked.checklist else formats.render(named)
        return str(made)

    return rendered


FORMATS: "Mapping[str, Callable[[History, Any, Call], str]]" = {
    "json": _as_json,
    "markdown": _as("markdown"),
    "html": _as("html"),
}

TOOL = Tool(
    name="compliance_report",
    command="report",
    title="Compliance report",
    description=(
        "Account for what was done with Claude Code in a period, for a manager, reviewer or auditor: sessions, people (by root), "
        "projects, models, tools, files, commands, domains, permission modes, findings by severity and outcome, secrets seen again, "
        "how much could be read, gaps, retention, and integrity (SHA-256 of every transcript, Merkle root, digest of the rules and of "
        "the report before). It supports a review, and decides nothing. Without arguments: last week. Single findings with evidence: "
        'audit_findings. Example: {"since": "2026-08", "until": "2026-08", "checklist": true}.'
    ),
    hint="weekly checklist, auditor, SOC 2 evidence, who did what, activity report, audit trail, integrity, retention",
    contract="data",
    parameters=ReportQuestion,
    result=ComplianceReport,
    run=_run,
    text=_text,
    screen=_screen,
    formats=FORMATS,
    examples=(
        "ccmcp report --checklist",
        "ccmcp report --since 2026-08 --until 2026-08 --format html > august.html",
        "ccmcp report --since last-week --format json > week.json",
        "ccmcp report verify week.json",
    ),
)
