"""A usage report as CSV: what a spreadsheet or a program reads of it."""

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccmcp.views.spent import BudgetStanding, UsageReport
from ccmcp.views.spent_text import csv as csv_of
from ccmcp.views.words import one_line
from tests.cli.spent import report, row

NUMBERS = (
    "input_tokens", "output_tokens", "cache_creation_tokens", "cache_read_tokens", "total_tokens", "cost_usd", "responses",
    "no_final", "web_searches",
)  # fmt: skip
TEXTS = st.text(max_size=40) | st.sampled_from(
    [
        "=cmd|' /C calc'!A0",
        "+1",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        " =1",
        "\r\n=1",
        "\uff1d1",
        "a;=1+1",
        'say "hi", or\nnot',
        "検索",
        "",
    ]
)
COUNTS = st.integers(0, 10**15)
COSTS = st.none() | st.floats(0, 10**7).map(lambda usd: round(usd, 6))


def read(result: UsageReport) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(csv_of(result), newline=""), strict=True))


def harmless(text: str) -> str:
    """What a cell is without the sign that makes it harmless."""
    return text.replace("'", "")


@given(TEXTS, TEXTS, COSTS, st.lists(COUNTS, min_size=8, max_size=8))
def test_every_value_reads_back_as_it_was(
    key: str, title: str, cost: float | None, counts: list[int]
) -> None:
    numbers = dict(zip([name for name in NUMBERS if name != "cost_usd"], counts, strict=True))
    [found] = read(report(row(key, cost, title=title, **numbers), group="branch"))

    assert {name: int(found[name]) for name in numbers} == numbers
    assert (float(found["cost_usd"]) if found["cost_usd"] else None) == cost
    assert harmless(found["branch"]) == harmless(one_line(key))
    assert harmless(found["title"]) == harmless(one_line(title))


@given(st.lists(TEXTS, min_size=1, max_size=6))
def test_a_row_is_a_line_whatever_its_texts_hold(keys: list[str]) -> None:
    lines = csv_of(report(*(row(key, title=key, models=(key,)) for key in keys), group="tool")).split("\r\n")
    assert len(lines) == len(keys) + 2
    assert lines[-1] == ""
    assert not any("\n" in line or "\r" in line for line in lines)


@given(TEXTS)
def test_no_cell_is_run_as_a_formula_by_whichever_sign_cells_are_told_apart(text: str) -> None:
    made = csv_of(report(row(text, title=text, project=text, models=(text, text)), group="agent"))
    for separator in (",", ";"):
        for line in csv.reader(io.StringIO(made, newline=""), delimiter=separator):
            assert not [
                cell
                for cell in line
                if cell.lstrip().startswith(("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20"))
            ]


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("-rf", "'-rf"),
        ("@me", "'@me"),
        ("  =1", "'  =1"),
        ("a;=1", "a;'=1"),
        ("a=1", "a=1"),
        ("1-2", "1-2"),
    ],
)
def test_only_a_text_that_begins_as_a_formula_is_changed(text: str, cell: str) -> None:
    assert read(report(row(text), group="branch"))[0]["branch"] == cell


def test_numbers_stay_numbers_in_full() -> None:
    [found] = read(report(row("x", 0.000001, total_tokens=6_039_760_833), group="model"))
    assert (found["cost_usd"], found["total_tokens"]) == ("0.000001", "6039760833")
    assert read(report(row("x", 12.5), group="model"))[0]["cost_usd"] == "12.5"


def test_the_first_line_names_the_columns_the_groupings_first() -> None:
    one = csv_of(report(row("2026-11-25"))).split("\r\n")[0].split(",")
    assert one == ["day", *NUMBERS, "models", "unpriced_models", "first_at", "last_at", "title", "project"]
    two = report(row("a · b", keys=("a", "b")), group="project,model")
    assert csv_of(two).split("\r\n")[0].split(",")[:3] == ["project", "model", "input_tokens"]
    assert (read(two)[0]["project"], read(two)[0]["model"]) == ("a", "b")


def test_what_is_unknown_is_empty_and_models_stand_in_one_cell() -> None:
    [found] = read(report(row("2026-11-25", None, models=("b", "a"), unpriced_models=("a",))))
    assert (found["cost_usd"], found["title"], found["models"], found["unpriced_models"]) == (
        "",
        "",
        "b a",
        "a",
    )


def test_a_report_without_rows_has_its_first_line_only() -> None:
    assert csv_of(report()).count("\r\n") == 1


def test_a_check_gives_the_budgets() -> None:
    month = BudgetStanding(
        name="month", usd=300, spent_usd=354.1, used=1.1803, passed=True, projected_usd=424.2, passes_at=None,
        period_started_at="2026-11-01T00:00:00+01:00", period_ends_at="2026-12-01T00:00:00+01:00",
    )  # fmt: skip
    [found] = read(replace(report(), check=True, budgets=(month,)))
    assert found == {
        "budget": "month", "usd": "300", "spent_usd": "354.1", "used": "1.1803", "passed": "true", "projected_usd": "424.2",
        "passes_at": "", "period_started_at": "2026-11-01T00:00:00+01:00", "period_ends_at": "2026-12-01T00:00:00+01:00",
    }  # fmt: skip
