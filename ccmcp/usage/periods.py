"""Time zones as plain arithmetic, and what hours, days, weeks and months are called. Pure."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal, TypeAlias

from ccmcp.index.facts import milliseconds_of
from ccmcp.index.spending import NEVER, Clock

Period: TypeAlias = Literal["hour", "day", "week", "month"]

UNKNOWN_TIME = "(no time)"
"""What stands for the day of responses whose lines have no time."""

_EPOCH = date(1970, 1, 1)
_WEEK = timedelta(days=7)


def clock(zone: tzinfo, first: int, last: int) -> Clock:
    """
    How far a zone's wall clock was ahead of UTC between two moments, all in milliseconds since 1970.

    Changes are found to the second they happen in; a zone is taken to change at most once in a week.
    """
    parts: list[tuple[int, int]] = []
    here = _at(first)
    end = _at(max(first, last))
    ahead = _ahead(zone, here)
    while here < end:
        there = min(here + _WEEK, end)
        later = _ahead(zone, there)
        if later != ahead:
            parts.append((milliseconds_of(_change(zone, here, there)), ahead // timedelta(milliseconds=1)))
            ahead = later
        here = there
    return (*parts, (NEVER, ahead // timedelta(milliseconds=1)))


def _change(zone: tzinfo, before: datetime, after: datetime) -> datetime:
    """The first second at which the clock stands as it does `after`."""
    old = _ahead(zone, before)
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        middle = middle if middle > before else before + timedelta(seconds=1)
        before, after = (middle, after) if _ahead(zone, middle) == old else (before, middle)
    return after.replace(microsecond=0)


def _ahead(zone: tzinfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def _at(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds // 1000, UTC)


def day_of(number: int) -> date:
    """The day that is so many days after 1970-01-01."""
    return _EPOCH + timedelta(days=number)


def name_of(period: Period, number: int, zone: tzinfo, *, sundays: bool = False) -> str:
    """
    What a period is called: 2026-08-14T13:00+02:00, 2026-08-14, 2026-W33, 2026-08.

    `number` is an hour's first millisecond, else a day's number; -1 for an unknown time. With
    `sundays` a week is called by the Sunday it begins with, as ccusage does.
    """
    if number < 0:
        return UNKNOWN_TIME
    if period == "hour":
        return _at(number).astimezone(zone).isoformat(timespec="minutes")
    day = day_of(number)
    match period:
        case "week" if sundays:
            return (day - timedelta(days=(day.weekday() + 1) % 7)).isoformat()
        case "week":
            year, week, _ = day.isocalendar()
            return f"{year}-W{week:02}"
        case "month":
            return f"{day:%Y-%m}"
        case _:
            return day.isoformat()


def bounds(period: Literal["day", "week", "month"], now: datetime) -> tuple[datetime, datetime]:
    """The first moment of the period that `now` lies in, and the first one after it, in the zone of `now`."""
    first = now.date()
    if period == "week":
        first -= timedelta(days=first.weekday())
    elif period == "month":
        first = first.replace(day=1)
    following = {
        "day": first + timedelta(days=1),
        "week": first + _WEEK,
        "month": (first.replace(day=1) + timedelta(days=32)).replace(day=1),
    }[period]
    return _midnight(first, now.tzinfo), _midnight(following, now.tzinfo)


def _midnight(day: date, zone: tzinfo | None) -> datetime:
    """The first moment of a day; where a change to summer time skips midnight, the one just after."""
    return datetime.combine(day, time(), zone).astimezone(UTC).astimezone(zone)
