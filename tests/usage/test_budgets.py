"""Budgets say where they stand, and when they will be passed at this pace; settings that are no budgets say so."""

import re
import tomllib
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccmcp.errors import SettingsError
from ccmcp.usage.budgets import Budget, Standing, budgets_of, standing

BERLIN = ZoneInfo("Europe/Berlin")
DAY = datetime(2026, 11, 20, tzinfo=BERLIN)
NEXT = datetime(2026, 11, 21, tzinfo=BERLIN)


def budgets(text: str, home: str = "") -> tuple[Budget, ...]:
    return budgets_of(tomllib.loads(f"[budgets]\n{text}")["budgets"], home=home)


def stands(
    spent: str, now: datetime, usd: str = "20", start: datetime = DAY, end: datetime = NEXT
) -> Standing:
    return standing(Budget(usd=Decimal(usd), per="day"), Decimal(spent), start, now, end)


# -- settings -----------------------------------------------------------------------


def test_budgets_are_read_from_the_settings() -> None:
    read = budgets(
        """
        month = 300
        day = 20.5
        projects = { "~/work/api" = 50 }
        models = { "opus" = { usd = 100, per = "week" }, "haiku" = { usd = 1 } }
        """,
        home="/home/me/",
    )
    assert read == (
        Budget(usd=Decimal("20.5"), per="day"),
        Budget(usd=Decimal(300), per="month"),
        Budget(usd=Decimal(50), per="month", project="/home/me/work/api"),
        Budget(usd=Decimal(100), per="week", model="opus"),
        Budget(usd=Decimal(1), per="month", model="haiku"),
    )
    assert [budget.name for budget in read] == [
        "day",
        "month",
        "project /home/me/work/api per month",
        "model opus per week",
        "model haiku per month",
    ]


def test_no_budgets_are_no_budgets() -> None:
    assert budgets("") == ()


def test_an_amount_is_the_one_that_was_written() -> None:
    assert budgets("day = 0.1")[0].usd == Decimal("0.1")


@pytest.mark.parametrize(
    ("project", "path", "covered"),
    [
        ("/home/me/work/api", "/home/me/work/api", True),
        ("/home/me/work/api/", "/home/me/work/api/sub", True),
        ("/home/me/work/api", "/home/me/work/api-2", False),
        ("/work/api", "/home/me/work/api", False),
        ("work/API", "/home/me/work/api-2", True),
        (r"C:\work", r"C:\work\api", True),
        (r"C:\work", r"C:\workshop", False),
    ],
)
def test_a_project_is_its_folder_with_all_below_or_a_part_of_a_path(
    project: str, path: str, covered: object
) -> None:
    assert Budget(usd=Decimal(1), per="day", project=project).covers(path, "claude-opus-5") is covered


def test_a_model_is_any_part_of_its_name() -> None:
    budget = Budget(usd=Decimal(1), per="day", model="Opus")
    assert budget.covers("/p", "us.anthropic.claude-opus-5")
    assert not budget.covers("/p", "claude-sonnet-5")


def test_a_budget_for_everything_covers_everything() -> None:
    assert Budget(usd=Decimal(1), per="week").covers("", "")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dya = 20", "budgets: there is no 'dya'. Did you mean 'day'?"),
        ("project = { x = 1 }", "Did you mean 'projects'?"),
        ("day = 0", "budgets: day: 0 is no amount. Give US dollars above 0"),
        ("day = -5", "budgets: day: -5 is no amount"),
        ("day = true", "budgets: day: True is no amount"),
        ("day = inf", "budgets: day: inf is no amount"),
        ("day = nan", "budgets: day: nan is no amount"),
        ('day = "much"', "budgets: day: 'much' is no amount"),
        ("day = { usd = 5 }", "is no amount"),
        ("projects = 50", 'budgets: projects: 50 is no table. Write projects = { "~/work/api" = 50 }.'),
        ("models = 50", 'Write models = { "opus" = 100 }.'),
        ("models = { opus = 0 }", "budgets: models: 'opus': 0 is no amount"),
        ('models = { " " = 5 }', "budgets: models: a name is empty"),
        ("models = { opus = { per = 'week' } }", "budgets: models: 'opus': how much is missing"),
        ("models = { opus = { usd = 5, per = 'weak' } }", "per: 'weak' is no period. Did you mean 'week'?"),
        ("models = { opus = { usd = 5, per = 7 } }", "per: 7 is no period. Known: day, month, week."),
        ("models = { opus = { usd = 5, pre = 'week' } }", "there is no 'pre'. Did you mean 'per'?"),
    ],
)
def test_what_is_no_budget_is_refused_with_its_place(text: str, message: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(message)):
        budgets(text)


def test_something_else_than_a_table_is_refused() -> None:
    with pytest.raises(SettingsError, match=re.escape("config.toml: budgets: 20 is no table")):
        budgets_of(20, "config.toml: budgets")


# -- where one stands ---------------------------------------------------------------


def test_at_half_time_twice_as_much_is_foretold() -> None:
    where = stands("5", DAY + timedelta(hours=12))
    assert (where.spent, where.used, where.projected) == (Decimal(5), Decimal("0.25"), Decimal(10))
    assert (where.passed, where.passes_at) == (False, None)


def test_a_budget_that_this_pace_passes_says_when() -> None:
    where = stands("15", DAY + timedelta(hours=12))
    assert where.projected == 30
    assert not where.passed
    assert where.passes_at == DAY + timedelta(hours=16)
    assert where.passes_at.tzinfo is BERLIN


def test_a_budget_is_passed_by_more_than_it_allows_and_not_before() -> None:
    noon = DAY + timedelta(hours=12)
    assert not stands("20", noon).passed
    assert stands("20", noon).passes_at == noon
    passed = stands("20.01", noon)
    assert passed.passed
    assert passed.passes_at is None
    assert passed.used > 1


def test_the_first_minutes_foretell_no_ruin() -> None:
    assert stands("1", DAY).projected == stands("1", DAY + timedelta(minutes=1)).projected + Decimal(1) / 60
    assert stands("1", DAY + timedelta(hours=1)).projected == 24
    assert stands("0.5", DAY + timedelta(minutes=1)).passes_at is None


def test_nothing_spent_foretells_nothing() -> None:
    where = stands("0", DAY + timedelta(hours=3))
    assert where.used == where.projected == 0
    assert where.passes_at is None


def test_at_the_end_what_is_spent_is_all() -> None:
    for late in (NEXT, NEXT + timedelta(days=3)):
        assert stands("19", late).projected == 19
        assert stands("19", late).passes_at is None


def test_before_its_start_a_period_has_hardly_begun() -> None:
    assert stands("1", DAY - timedelta(hours=2)) == stands("1", DAY)


def test_an_hour_that_summer_time_takes_is_no_time_gone_by() -> None:
    start = datetime(2026, 3, 29, tzinfo=BERLIN)  # a day of 23 hours
    where = stands(
        "10", datetime(2026, 3, 29, 12, tzinfo=BERLIN), start=start, end=datetime(2026, 3, 30, tzinfo=BERLIN)
    )
    assert where.projected == Decimal(10) + Decimal(10) * 12 / 11


MONEY = st.decimals(0, 1000, places=2)
SPANS = st.timedeltas(timedelta(0), timedelta(days=1))


@given(MONEY, MONEY, SPANS, SPANS)
def test_spending_more_or_sooner_never_looks_better(
    less: Decimal, more: Decimal, one: timedelta, other: timedelta
) -> None:
    less, more = sorted((less, more))
    early, late = (DAY + span for span in sorted((one, other)))
    lighter, heavier = stands(str(less), late), stands(str(more), late)
    assert less <= lighter.projected <= heavier.projected
    assert lighter.used <= heavier.used
    assert lighter.passed <= heavier.passed
    if lighter.passes_at:
        assert heavier.passed or (heavier.passes_at and heavier.passes_at <= lighter.passes_at)
    assert stands(str(less), early).projected >= lighter.projected


@given(MONEY, SPANS)
def test_a_budget_is_passed_soon_if_and_only_if_more_is_foretold_than_it_allows(
    spent: Decimal, span: timedelta
) -> None:
    where = stands(str(spent), DAY + span)
    assert (where.passes_at is not None) == (not where.passed and where.projected > where.budget.usd)
    if where.passes_at:
        assert DAY + span <= where.passes_at <= NEXT


def test_any_time_zone_gives_the_same_answer() -> None:
    noon = DAY + timedelta(hours=12)
    assert stands("15", noon) == stands("15", noon.astimezone(UTC))
