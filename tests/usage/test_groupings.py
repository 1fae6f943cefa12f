"""What holds of every answer: the same responses whatever they are grouped by, each in one row, and filters that take them apart."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccmcp.config import Config
from ccmcp.history import History
from ccmcp.index import SessionFilter
from ccmcp.index.spending import SpendingFilter
from ccmcp.usage.budgets import Budget
from ccmcp.usage.keys import GROUPS, TIMES, Group
from ccmcp.usage.periods import UNKNOWN_TIME, bounds
from ccmcp.usage.prices import PriceTable
from ccmcp.usage.report import Report
from ccmcp.usage.standings import standings
from tests.transcript import Home
from tests.usage.asked import ask, counted, counts, history_of
from tests.usage.made import FEWER, INSTANTS, SESSIONS, ZONES, Made, answer, made, transcripts

PAIRS: list[tuple[Group, ...]] = list(permutations(GROUPS, 2))


def _summed(told: Report) -> Counter[str]:
    return sum(counted(told).values(), Counter())


def _usd(told: Report) -> Decimal:
    return sum((row.amount.usd or Decimal(0) for row in told.rows), Decimal(0))


# -- groupings


@FEWER
@given(transcripts(), st.lists(st.sampled_from(PAIRS), min_size=4, max_size=4), st.sampled_from(ZONES))
def test_all_groupings_come_to_the_same(some: Made, pairs: list[tuple[Group, ...]], zone: str) -> None:
    with history_of(some) as (history, _):
        whole = ask(history, "model").totals
        for groups in [*((group,) for group in GROUPS), *pairs]:
            told = ask(history, *groups, zone=zone)
            assert counts(told.totals) == counts(whole) == _summed(told), groups
            assert told.totals.no_final == whole.no_final
            assert float(told.totals.usd or 0) == pytest.approx(float(whole.usd or 0)), groups
            assert float(_usd(told)) == pytest.approx(float(whole.usd or 0)), groups


@FEWER
@given(transcripts(), st.lists(st.sampled_from(PAIRS), min_size=4, max_size=4), st.sampled_from(ZONES))
def test_compatible_groupings_come_to_what_their_loader_counts(
    some: Made, pairs: list[tuple[Group, ...]], zone: str
) -> None:
    with history_of(some) as (history, _):
        daily, others = (counts(ask(history, group, ccusage=True).totals) for group in ("day", "month"))
        for groups in [*((group,) for group in GROUPS), *pairs]:
            told = ask(history, *groups, zone=zone, ccusage=True)
            assert counts(told.totals) == (daily if groups[0] == "day" else others), groups


@FEWER
@given(transcripts(), st.lists(st.sampled_from(PAIRS), min_size=6, max_size=6), st.sampled_from(ZONES))
def test_the_rows_of_two_groupings_add_up_to_those_of_either(
    some: Made, pairs: list[tuple[Group, Group]], zone: str
) -> None:
    with history_of(some) as (history, _):
        for groups in pairs:
            told = counted(ask(history, *groups, zone=zone))
            for place, group in enumerate(groups):
                # What a response is to its tools is shared out in whole tokens, among fewer responses in other ways.
                if group != "tool":
                    assert _added(told, place) == counted(ask(history, group, zone=zone)), groups


def _added(told: Mapping[Hashable, Counter[str]], place: int) -> dict[Hashable, Counter[str]]:
    found: dict[Hashable, Counter[str]] = defaultdict(Counter)
    for key, row in told.items():
        assert isinstance(key, tuple)
        found[key[place]] += row
    return dict(found)


def test_a_response_is_shared_out_among_its_tools_in_whole_tokens() -> None:
    calls = [
        {"type": "tool_use", "id": f"toolu_{number}", "name": name, "input": {}}
        for number, name in enumerate(["Bash", "Read", "Bash"])
    ]
    message = {**answer()["message"], "content": calls, "usage": {"input_tokens": 100, "output_tokens": 2}}
    with history_of(made(s1=[answer(message=message), answer(2)])) as (history, _):
        told = counted(ask(history, "tool"))
        assert {key: (row["input"], row["output"]) for key, row in told.items()} == {
            "Bash": (66, 1),
            "Read": (34, 1),
            "(no tool)": (2, 64),
        }
        assert sum(row["rows"] for row in told.values()) == 2


# -- filters


_FAR = 4_000_000_000_000
"""A moment after all of these."""


@FEWER
@given(transcripts(), st.sampled_from(INSTANTS), st.booleans())
def test_filters_take_a_history_apart(some: Made, instant: str, ccusage: bool) -> None:  # noqa: FBT001 - hypothesis draws it
    at = round(datetime.fromisoformat(f"{instant}Z").timestamp() * 1000)
    with history_of(some) as (history, _):

        def told(wanted: SpendingFilter) -> Counter[str]:
            return counts(ask(history, "month", wanted=wanted, ccusage=ccusage).totals)

        whole = told(SpendingFilter())
        assert told(SpendingFilter(agent="main")) + told(SpendingFilter(agent="subagent")) == whole
        timed = told(SpendingFilter(since=1))
        assert told(SpendingFilter(since=1, until=at)) + told(SpendingFilter(since=at)) == timed
        assert told(SpendingFilter(until=_FAR)) == timed


@FEWER
@given(transcripts())
def test_a_filter_leaves_what_the_row_of_its_name_has(some: Made) -> None:
    with history_of(some) as (history, _):
        for row in ask(history, "session").rows:
            assert row.session is not None
            wanted = SpendingFilter(session=(row.session.root, row.session.session_id))
            assert _summed(ask(history, "day", wanted=wanted)) == counts(row.amount)
        for group, filter_by in _FILTERS.items():
            for name, has in counted(ask(history, group)).items():
                if name not in ("", "(no branch)"):
                    assert _summed(ask(history, "day", wanted=filter_by(str(name)))) == has


_FILTERS: dict[Group, Callable[[str], SpendingFilter]] = {
    "project": lambda name: SpendingFilter(sessions=SessionFilter(project=name)),
    "model": lambda name: SpendingFilter(model=name),
    "branch": lambda name: SpendingFilter(branch=name),
}


@FEWER
@given(transcripts(SESSIONS[:3]), st.booleans())
def test_what_settings_leave_out_never_counts(some: Made, ccusage: bool) -> None:  # noqa: FBT001 - hypothesis draws it
    with history_of(some) as (history, claude):
        home = Home(claude.parent)
        settings = {
            **home.env,
            "CCMCP_EXCLUDE_PROJECTS": "/work/two",
            "CCMCP_CACHE_DIR": str(home.folder / "other"),
        }
        without = History(Config.load(settings), patient=True)
        without.refresh()
        try:
            for groups in [
                ("day", "project"),
                ("project", "model"),
                ("session", "project"),
                ("tool", "project"),
            ]:
                told = counted(ask(history, *groups, ccusage=ccusage))  # type: ignore[arg-type]  # these are groups
                place = groups.index("project")
                left = {
                    key: row
                    for key, row in told.items()
                    if isinstance(key, tuple) and "two" not in key[place]
                }
                assert counted(ask(without, *groups, ccusage=ccusage)) == left  # type: ignore[arg-type]  # as above
        finally:
            without.close()


# -- times


@pytest.mark.parametrize(
    ("zone", "day", "rows"),
    [
        ("America/New_York", "2026-03-08", 23),
        ("America/New_York", "2026-11-01", 25),
        ("Australia/Lord_Howe", "2026-04-05", 25),  # of 24 and a half: one of half an hour
        ("Australia/Lord_Howe", "2026-10-04", 24),
        ("Asia/Kolkata", "2026-03-08", 24),
    ],
)
def test_a_day_has_as_many_hours_as_the_clock_went_through(zone: str, day: str, rows: int) -> None:
    first = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    following = (
        (datetime.fromisoformat(day) + timedelta(days=1)).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    )
    # A last response of its own day keeps each zone's change between two responses.
    moments = [
        first + timedelta(minutes=10) * number
        for number in range((following - first) // timedelta(minutes=10))
    ]
    lines = [answer(number, f"{at:%Y-%m-%dT%H:%M:%S.000Z}") for number, at in enumerate(moments)]
    with history_of(made(s1=lines)) as (history, _):
        hours = ask(history, "hour", zone=zone).rows
        assert len({row.keys for row in hours}) == len(hours) == rows
        assert [key for (key,) in (row.keys for row in ask(history, "day", zone=zone).rows)] == [day]
        assert all(str(row.keys[0]).startswith(day) for row in hours)
        assert sum(row.amount.responses for row in hours) == len(moments)


@pytest.mark.parametrize("zone", ZONES)
def test_a_millisecond_parts_two_days(zone: str) -> None:
    midnight = datetime(2026, 8, 2, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    before = midnight - timedelta(milliseconds=1)
    lines = [answer(n, at.isoformat().replace("+00:00", "Z")) for n, at in enumerate([before, midnight], 1)]
    with history_of(made(s1=lines)) as (history, _):
        told = counted(ask(history, "day", zone=zone))
        assert {key: row["input"] for key, row in told.items()} == {"2026-08-01": 1, "2026-08-02": 2}
        hours = ask(history, "hour", zone=zone).rows
        assert [row.amount.tokens.input for row in hours] == [1, 2]


def test_what_comes_less_than_a_millisecond_before_midnight_is_of_the_day_before() -> None:
    with history_of(made(s1=[answer(1, "2026-08-01T23:59:59.999999Z")])) as (history, _):
        assert list(counted(ask(history, "day"))) == ["2026-08-01"]


@pytest.mark.parametrize("group", TIMES)
def test_what_has_no_time_has_a_row_of_its_own_at_the_end(group: Group) -> None:
    lines = [answer(1, "no time"), answer(2), answer(3, "2026-07-01T00:00:00.000Z"), answer(4, timestamp=...)]
    with history_of(made(s1=lines)) as (history, _):
        told = ask(history, group)
        assert [row.amount.tokens.input for row in told.rows] == [3, 2, 1 + 4]
        assert told.rows[-1].keys == (UNKNOWN_TIME,)
        assert counts(told.totals)["rows"] == 4


def test_a_line_without_a_time_takes_no_part_in_when_its_response_came() -> None:
    lines = [answer(1, "2026-08-03T10:00:00.000Z"), answer(1, "0"), answer(1, "2026-08-02T23:00:00-04:00")]
    lines += [answer(1, "2026-13-01T00:00:00.000Z"), answer(1, "2026-08-03T09:00:00Z")]
    with history_of(made(s1=lines)) as (history, _):
        [row] = ask(history, "hour").rows
        assert row.keys == ("2026-08-03T03:00+00:00",)


def test_what_ends_one_block_is_not_in_the_next_as_well() -> None:
    lines = [answer(1, "2026-08-02T10:30:00.000Z"), answer(2, "2026-08-02T15:00:00.000Z")]
    lines += [answer(3, "2026-08-02T15:00:00.001Z"), answer(4, "1970-01-01T00:30:00.000Z")]
    with history_of(made(s1=lines)) as (history, _):
        told = ask(history, "block")
        assert [row.amount.tokens.input for row in told.rows] == [4, 1 + 2, 3]
        assert counts(told.totals)["rows"] == 4


# -- budgets


@FEWER
@given(transcripts(), st.sampled_from(INSTANTS), st.sampled_from(ZONES))
def test_a_budget_has_spent_what_the_report_says_of_its_period(some: Made, instant: str, zone: str) -> None:
    now = datetime.fromisoformat(f"{instant}Z").astimezone(ZoneInfo(zone))
    budgets = [
        Budget(usd=Decimal(1), per=per, **more) for per in ("day", "week", "month") for more in _SCOPES
    ]
    with history_of(some) as (history, _):
        stand = history.spending(lambda ledger: standings(ledger, budgets, PriceTable.shipped(), now))
        for budget, (standing, start, end, _) in zip(budgets, stand, strict=True):
            assert (start, end) == bounds(budget.per, now)
            since, until = (round(each.timestamp() * 1000) for each in (start, end))
            wanted = SpendingFilter(since=since, until=until)
            rows = ask(history, "project", "model", zone=zone, wanted=wanted).rows
            spent = sum(row.amount.usd or 0 for row in rows if budget.covers(*row.keys))
            assert float(standing.spent) == pytest.approx(float(spent)), budget


_SCOPES: list[dict[str, str]] = [{}, {"project": "/work/one"}, {"model": "opus"}]
