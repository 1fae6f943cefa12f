"""CSV that comes back as it went, and that no spreadsheet runs."""

import csv
import io
import re

from hypothesis import given

from ccmcp.audit.finding import AuditReport
from ccmcp.audit.formats import comma
from tests.audit.formats import hostile, made


def rows_of(report: AuditReport) -> list[list[str]]:
    return list(csv.reader(io.StringIO(comma.render(report), newline=""), strict=True))


@given(hostile.audits)
def test_any_text_comes_back_and_is_no_formula(report: AuditReport) -> None:
    head, *rows = rows_of(report)
    assert tuple(head) == comma.FIELDS
    assert [tuple(row) for row in rows] == [comma.cells(each) for each in report.findings]
    for cell in (cell for row in rows for cell in row):
        assert not re.search(r"(^|;)\s*[=+\-@\uff1d\uff0b\uff0d\uff20]", cell)
    comma.render(report).encode()


def test_lines_end_as_the_rfc_says_and_numbers_stay_numbers() -> None:
    lines = comma.render(made.AUDIT).split("\r\n")
    assert len(lines) == len(made.FINDINGS) + 2
    assert lines[-1] == ""
    first = dict(zip(comma.FIELDS, rows_of(made.AUDIT)[1], strict=True))
    assert (first["line"], first["times"], first["state"], first["new"]) == ("211", "1", "done", "true")
    assert first["soc2"] == "CC6.1 CC7.2 CC7.3 C1.1"


def test_a_formula_gets_an_apostrophe() -> None:
    finding = made.of(made.PUSH, evidence="=cmd|' /C calc'!A0", target="x;@SUM(1)")
    cells = dict(zip(comma.FIELDS, comma.cells(finding), strict=True))
    assert cells["evidence"] == "'=cmd|' /C calc'!A0"
    assert cells["target"] == "x;'@SUM(1)"
