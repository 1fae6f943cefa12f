"""Findings as CSV (RFC 4180), one row a finding; no cell of it runs as a formula in a spreadsheet. Pure."""

import re
from collections.abc import Iterable

from ccmcp.audit.finding import AuditReport, Finding
from ccmcp.audit.formats._words import one_line

FIELDS = (
    "rule", "title", "severity", "confidence", "category", "state", "outcome", "at", "last_at", "times", "project", "session_id",
    "root", "entry_id", "call_id", "tool", "evidence", "target", "note", "agent", "permission_mode", "model", "cwd", "branch", "file",
    "line", "new", "advice", "permission_rule", "attack", "atlas", "owasp", "soc2", "suppressed", "suppressed_by", "suppressed_until",
    "fingerprint",
)  # fmt: skip
"""The columns."""

_FORMULA = re.compile(r"(^|;)(?=\s*[=+\-@\uff1d\uff0b\uff0d\uff20])")
"""Where a cell would run: at its start, wide forms included, and behind what separates cells where commas stand in numbers."""


def render(report: AuditReport) -> str:
    """A report as a CSV file with a line of heads."""
    return "".join(_line(row) for row in (FIELDS, *map(cells, report.findings)))


def cells(finding: Finding) -> tuple[str, ...]:
    """A finding's cells, in the order of `FIELDS`: one line each, and made harmless (an apostrophe goes before a formula)."""
    return tuple(_plain(_value(finding, name)) for name in FIELDS)


def _value(finding: Finding, name: str) -> object:
    match name:
        case "attack" | "atlas" | "owasp" | "soc2":
            return " ".join(getattr(finding.mappings, name))
        case "suppressed":
            return finding.suppression.reason if finding.suppression else ""
        case "suppressed_by":
            return finding.suppression.author if finding.suppression else ""
        case "suppressed_until":
            return finding.suppression.until if finding.suppression else ""
        case _:
            return getattr(finding, name)


def _plain(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return _FORMULA.sub(r"\1'", one_line(value))
        case _:
            return str(value)


def _line(row: Iterable[str]) -> str:
    return ",".join(map(_quoted, row)) + "\r\n"


def _quoted(cell: str) -> str:
    return f'"{cell.replace(chr(34), chr(34) * 2)}"' if re.search(r'[",;\r\n]', cell) else cell
