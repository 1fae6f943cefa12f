from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccmcp.errors import BadArgumentError, BadTimeError
from ccmcp.timeframe import interval, moment

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 8, 19, 15, 30, tzinfo=BERLIN)  # a Wednesday
ZONES = [BERLIN, ZoneInfo("America/New_York"), ZoneInfo("Asia/Beirut"), ZoneInfo("Australia/Lord_Howe"), UTC]


def spans(text: str, now: datetime = NOW) -> tuple[str, str]:
    return moment(text, now).isoformat(), moment(text, now, end=True).isoformat()


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026-08-01", "2026-08-01", "2026-08-02"),
        ("2026-08", "2026-08-01", "2026-09-01"),
        ("2026-07", "2026-07-01", "2026-08-01"),
        ("2026-W33", "2026-08-10", "2026-08-17"),
        ("2026w33", "2026-08-10", "2026-08-17"),
        ("today", "2026-08-19", "2026-08-20"),
        ("yesterday", "2026-08-18", "2026-08-19"),
        ("this-week", "2026-08-17", "2026-08-24"),
        ("last week", "2026-08-10", "2026-08-17"),
        ("This_Month", "2026-08-01", "2026-09-01"),
        ("  LAST  month ", "2026-07-01", "2026-08-01"),
    ],
)
def test_a_span_has_a_start_and_an_exclusive_end(text: str, start: str, end: str) -> None:
    assert spans(text) == (f"{start}T00:00:00+02:00", f"{end}T00:00:00+02:00")


def test_a_year_begins_and_ends_in_winter_time() -> None:
    assert spans("2026") == ("2026-01-01T00:00:00+01:00", "2027-01-01T00:00:00+01:00")


def test_a_leap_day_is_a_day() -> None:
    assert spans("2024-02-29") == ("2024-02-29T00:00:00+01:00", "2024-03-01T00:00:00+01:00")


def test_last_month_of_january_is_december() -> None:
    january = datetime(2026, 1, 31, 12, tzinfo=UTC)
    assert spans("last-month", january) == ("2025-12-01T00:00:00+00:00", "2026-01-01T00:00:00+00:00")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-08-01T14:30", "2026-08-01T14:30:00+02:00"),
        ("2026-08-01 14:30:05", "2026-08-01T14:30:05+02:00"),
        ("2026-01-01T14", "2026-01-01T14:00:00+01:00"),
        ("2026-08-01T14:30Z", "2026-08-01T16:30:00+02:00"),
        ("2026-08-01t14:30:00.123z", "2026-08-01T16:30:00.123000+02:00"),
        ("2026-08-01T14:30-07:00", "2026-08-01T23:30:00+02:00"),
        ("2026-08-01T14:30 +0530", "2026-08-01T11:00:00+02:00"),
        ("30m", "2026-08-19T15:00:00+02:00"),
        ("12h", "2026-08-19T03:30:00+02:00"),
        ("7d", "2026-08-12T15:30:00+02:00"),
        ("2 W", "2026-08-05T15:30:00+02:00"),
        ("3mo", "2026-05-19T15:30:00+02:00"),
        ("1y", "2025-08-19T15:30:00+02:00"),
        ("0d", "2026-08-19T15:30:00+02:00"),
    ],
)
def test_a_time_or_an_age_is_a_moment_and_its_own_end(text: str, expected: str) -> None:
    assert spans(text) == (expected, expected)


def test_months_ago_from_a_long_month_are_the_last_day_of_a_short_one() -> None:
    assert moment("1mo", datetime(2026, 3, 31, 9, tzinfo=UTC)).isoformat() == "2026-02-28T09:00:00+00:00"


def test_hours_are_counted_by_the_clock_and_days_by_the_calendar_across_summer_time() -> None:
    after = datetime(2026, 3, 29, 12, tzinfo=BERLIN)  # clocks went from 02:00 to 03:00 that night
    assert moment("24h", after).isoformat() == "2026-03-28T11:00:00+01:00"
    assert moment("1d", after).isoformat() == "2026-03-28T12:00:00+01:00"
    assert moment("today", after, end=True).astimezone(UTC) - moment("today", after).astimezone(
        UTC
    ) == timedelta(hours=23)


def test_a_day_without_a_midnight_begins_with_its_first_moment() -> None:
    beirut = datetime(2026, 3, 29, 12, tzinfo=ZoneInfo("Asia/Beirut"))  # clocks went from 00:00 to 01:00
    assert moment("today", beirut).isoformat() == "2026-03-29T01:00:00+03:00"


def test_a_time_that_summer_time_skips_is_the_one_just_after() -> None:
    assert moment("2026-03-29T02:30", NOW).isoformat() == "2026-03-29T03:30:00+02:00"


REFUSED = [
    "", " ", "soon", "7", "d", "7x", "-7d", "1.5h", "7d7d", "today 7d", "next-week", "20260", "2026-8", "2026-13", "2026-00",
    "2026-W54", "2026-W00", "2026-02-30", "2026-08-01T25:00", "2026-08-01T14:30+99:00", "0000", "0000-01", "9999",
    "9999-12-31", "999999y", "999999w", "0001-01-01T00:00+14:00", "9999-12-31T23:59-12:00", "٢٠٢٦", "9" * 5000,
]  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_time_or_out_of_range_is_refused(text: str) -> None:
    zone = timezone(timedelta(hours=3))
    with pytest.raises(BadTimeError, match="is no time"):
        moment(text, NOW.astimezone(zone), end=True)


def test_since_and_until_of_one_month_are_the_whole_month() -> None:
    start, end = interval("2026-08", "2026-08", NOW)
    assert start == datetime(2026, 8, 1, tzinfo=BERLIN)
    assert end == datetime(2026, 9, 1, tzinfo=BERLIN)


def test_an_empty_side_is_open() -> None:
    assert interval("", " ", NOW) == (None, None)
    assert interval("7d", "", NOW) == (NOW - timedelta(days=7), None)
    assert interval("", "7d", NOW) == (None, NOW - timedelta(days=7))


@pytest.mark.parametrize(("since", "until"), [("today", "yesterday"), ("7d", "7d"), ("2026-09", "2026-08")])
def test_a_start_that_is_not_before_the_end_is_refused(since: str, until: str) -> None:
    with pytest.raises(BadArgumentError, match="before until"):
        interval(since, until, NOW)


def test_the_hour_that_autumn_repeats_is_compared_as_moments() -> None:
    start, end = interval("2026-10-25T02:50+02:00", "2026-10-25T02:10+01:00", NOW)
    assert start
    assert end
    assert end.astimezone(UTC) - start.astimezone(UTC) == timedelta(minutes=20)


NOWS = st.datetimes(timezones=st.sampled_from(ZONES)) | st.just(NOW)
PARTS = st.sampled_from(
    ["-", ":", " ", "T", "W", "Z", "+", "0", "1", "9", "99", "2026", "08", "12", "mo", "w", "y", "h"]
)
TEXTS = (
    st.text()
    | st.lists(PARTS, max_size=9).map("".join)
    | st.sampled_from(
        ["today", "this-week", "last-month", "9999-12", "0001-01-01", "1mo", "999999d", "999999mo"]
    )
    | st.datetimes().map(datetime.isoformat)
    | st.dates().map(str)
)


@given(TEXTS, NOWS, st.booleans())
def test_any_text_is_a_moment_or_a_bad_time(text: str, now: datetime, end: bool) -> None:  # noqa: FBT001 - hypothesis passes by position
    try:
        found = moment(text, now, end=end)
        start = moment(text, now)
    except BadTimeError:
        return
    assert found.tzinfo is now.tzinfo
    assert start <= found
