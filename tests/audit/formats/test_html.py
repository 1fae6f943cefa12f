"""HTML that needs nothing else, and in which no field is more than text."""

import re
import sys
from html.parser import HTMLParser

import pytest
from hypothesis import given

from ccmcp.audit.compliance import ComplianceReport
from ccmcp.audit.finding import AuditReport
from ccmcp.audit.formats import html
from ccmcp.audit.formats._words import one_line
from tests.audit.formats import hostile, made

if sys.version_info >= (3, 12):
    from typing import override
else:
    from typing_extensions import override

TAGS = {
    "html", "head", "meta", "title", "style", "body", "main", "header", "h1", "h2", "h3", "p", "dl", "dt", "dd", "ul", "li", "div",
    "span", "strong", "small", "code", "br", "table", "caption", "colgroup", "col", "thead", "tbody", "tr", "th", "td", "section",
    "footer",
}  # fmt: skip
ATTRIBUTES = {
    "lang", "charset", "http-equiv", "content", "name", "class", "style", "scope", "role", "aria-label",
}  # fmt: skip
VOID = {"meta", "br", "col"}


class Page(HTMLParser):
    """What a browser would make of a page: its tags must be ours and nest."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert not self.open

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, tag
        assert {name for name, _ in attrs} <= ATTRIBUTES, attrs
        for _, value in attrs:
            assert "//" not in (value or "")
            assert "javascript" not in (value or "")
        if tag not in VOID:
            self.open.append(tag)

    @override
    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    @override
    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data

    @override
    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    @override
    def unknown_decl(self, data: str) -> None:
        raise AssertionError(data)

    @override
    def handle_pi(self, data: str) -> None:
        raise AssertionError(data)


@given(hostile.audits)
def test_any_text_in_an_audit_is_text(report: AuditReport) -> None:
    page = html.render(report)
    page.encode()
    shown = Page(page).text
    for each in report.findings:
        if each.suppression is None:
            assert one_line(each.evidence) in shown


@given(hostile.compliances())
def test_any_text_in_a_compliance_report_is_text(report: ComplianceReport) -> None:
    Page(html.render(report))
    Page(html.checklist(report))


@pytest.mark.parametrize(
    "page",
    [
        html.render(made.AUDIT), html.render(made.COMPLIANCE), html.render(made.EMPTY_AUDIT), html.render(made.EMPTY_COMPLIANCE),
        html.checklist(made.COMPLIANCE), html.checklist(made.EMPTY_COMPLIANCE),
    ],
)  # fmt: skip
def test_a_page_needs_nothing_else(page: str) -> None:
    text = Page(page).text
    assert not re.search(r"src=|href=|url\(|@import|<script|<link", page)
    assert not re.search(r"compl(y|ies|iant)\b|conform", text, re.IGNORECASE)
    assert "default-src 'none'" in page
    assert '<html lang="en">' in page


def test_tables_can_be_read_without_being_seen() -> None:
    page = html.render(made.COMPLIANCE)
    tables = re.findall(r"<table>.*?</table>", page, re.DOTALL)
    assert len(tables) > 8
    for table in tables:
        assert re.search(r"<caption>[^<]+</caption>", table)
        assert table.count('<th scope="col"') == len(re.findall(r"<col[ >]", table))
    for rule in ("thead{display:table-header-group}", "@page{", "break-inside:avoid"):
        assert rule in page


def test_the_report_shows_what_makes_it_verifiable() -> None:
    text = Page(html.render(made.COMPLIANCE)).text
    for digest in (made.COMPLIANCE.integrity.merkle_root, made.DIGEST, "77aa02ef" * 8, "e9" * 32):
        assert digest in text
    assert "1 transcript altered or missing" in text
    assert "Reviewer" in text


def test_the_checklist_is_short_however_much_there_is() -> None:
    page = Page(html.checklist(made.CROWDED)).text
    assert "and 57 more" in page
    assert len(page) < 6_000
