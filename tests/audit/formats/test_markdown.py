"""Markdown whose tables hold, whatever stands in them."""

import re

import pytest
from hypothesis import given

from ccmcp.audit.compliance import ComplianceReport
from ccmcp.audit.finding import AuditReport
from ccmcp.audit.formats import markdown
from tests.audit.formats import hostile, made


def outside_code(line: str) -> str:
    """A line without its code spans and without what is escaped: what Markdown takes for more than characters."""
    kept, at = "", 0
    while at < len(line):
        if line[at] == "\\":
            at += 2
        elif ticks := re.compile("`+").match(line, at):
            closing = re.compile(f"(?<!`){ticks[0]}(?!`)").search(line, ticks.end())
            assert closing, line
            at = closing.end()
        else:
            kept += line[at]
            at += 1
    return kept


def check(text: str) -> None:
    """Each table has as many cells in every row as in its head, and no HTML but ours is live."""
    width = 0
    for line in text.split("\n"):
        if not line.startswith("| "):
            assert not line.startswith("|")
            width = 0
            continue
        cells = len(re.split(r"(?<!\\)\|", line)) - 2
        assert line.endswith(" |")
        assert width in (0, cells), line
        width = cells
    outside = "\n".join(map(outside_code, text.split("\n")))
    assert set(re.findall(r"<[^>\n]*>?", outside)) <= {"<br>", "<code>", "</code>"}
    assert "](" not in outside
    text.encode()


@given(hostile.audits)
def test_any_text_keeps_an_audit_whole(report: AuditReport) -> None:
    check(markdown.render(report))


@given(hostile.compliances())
def test_any_text_keeps_a_compliance_report_whole(report: ComplianceReport) -> None:
    check(markdown.render(report))
    check(markdown.checklist(report))


@pytest.mark.parametrize("report", [made.AUDIT, made.COMPLIANCE, made.EMPTY_AUDIT, made.EMPTY_COMPLIANCE])
def test_a_report_says_what_it_supports_and_claims_no_more(report: AuditReport | ComplianceReport) -> None:
    text = markdown.render(report)
    check(text)
    assert "## What this supports" in text
    assert not re.search(r"compl(y|ies|iant)\b|conform", text, re.IGNORECASE)


def test_the_weekly_checklist_has_a_box_for_each_question() -> None:
    lines = [line for line in markdown.checklist(made.COMPLIANCE).split("\n") if line.startswith("* [ ]")]
    assert [re.findall(r"\*\*(.*?)\*\*", line)[0] for line in lines] == [
        "New high and critical findings", "New domains", "New MCP servers", "Writes outside the project",
        "Sessions in which nobody was asked", "Secrets seen and not replaced", "Repeated failures", "Coverage and integrity",
    ]  # fmt: skip


def test_what_was_prevented_stands_apart_from_what_needs_attention() -> None:
    text = markdown.render(made.AUDIT)
    attention = text[text.index("## What needs attention") : text.index("### Prevented")]
    prevented = text[text.index("### Prevented") : text.index("## All findings")]
    assert "curl" in attention
    assert "DROP TABLE" not in attention
    assert "DROP TABLE" in prevented
    assert "checkout-redesign" not in attention + prevented, "suppressed"
    assert "Own branch after a rebase" in text
