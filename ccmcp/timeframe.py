"""What people write for a time (7d, yesterday, 2026-08, 2026-08-01T14:30) -> moments. Pure: "now" is an argument."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

from ccmcp.errors import BadArgumentError, BadTimeError

_AGE = re.compile(r"([0-9]{1,6}) ?(min|mo|[mhdwy])")
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
_WEEK = re.compile(r"([0-9]{4})-?w([0-9]{2})")
_YEAR = re.compile(r"[0-9]{4}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[t ]([0-9]{2}(?::?[0-9]{2}(?::?[0-9]{2}(?:[.,][0-9]+)?)?)?) ?(z|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)

Days = tuple[date, date]
"""The first day of a span, and the first one after it."""


def _month(first: date, count: int = 1) -> Days:
    return first, _shifted(first, count)


def _week(monday: date) -> Days:
    return monday, monday + timedelta(weeks=1)


def _shifted(day: date, months: int) -> date:
    """The same day so many months later; the last of the month when there is no such day."""
    index = day.year * 12 + day.month - 1 + months
    following = date((index + 1) // 12, (index + 1) % 12 + 1, 1)
    return day.replace(
        year=index // 12, month=index % 12 + 1, day=min(day.day, (following - timedelta(days=1)).day)
    )


_WORDS: dict[str, Callable[[date], Days]] = {
    "today": lambda today: (today, today + timedelta(days=1)),
    "yesterday": lambda today: (today - timedelta(days=1), today),
    "this-week": lambda today: _week(today - timedelta(days=today.weekday())),
    "last-week": lambda today: _week(today - timedelta(days=today.weekday() + 7)),
    "this-month": lambda today: _month(today.replace(day=1)),
    "last-month": lambda today: _month(_shifted(today.replace(day=1), -1)),
}


def moment(text: str, now: datetime, *, end: bool = False) -> datetime:
    """
    The moment a text names, in the zone of `now` (which must have one; times without an offset are taken to be in it).

    A day, week, month or year begins at its first moment; with `end` it is the first moment after it, so
    `since=2026-08, until=2026-08` is all of August. A time or an age (`12h`, `7d`: so long before now) is a moment
    already, whatever `end` says. Weeks begin on Monday. Days, weeks and months count by the calendar, hours by the
    clock, so that a change to summer time shifts nothing.

    Raises:
        BadTimeError: the text is none of these, or lies outside the years 1 to 9999.

    """
    folded = " ".join(text.lower().split())
    try:
        days = _days(folded, now.date())
        if days:
            return _real(datetime.combine(days[end], time(), now.tzinfo))
        if age := _AGE.fullmatch(folded):
            return _before(now, int(age[1]), age[2])
        if instant := _INSTANT.fullmatch(folded):
            return _instant(instant[1], instant[2], instant[3], now)
    except (ValueError, OverflowError) as error:
        raise BadTimeError(text) from error
    raise BadTimeError(text)


def interval(since: str, until: str, now: datetime) -> tuple[datetime | None, datetime | None]:
    """
    The start and the exclusive end that two texts name, each None when its text is empty.

    Raises:
        BadTimeError: one of them is no time.
        BadArgumentError: the start is not before the end.

    """
    start = moment(since, now) if since.strip() else None
    stop = moment(until, now, end=True) if until.strip() else None
    # Compared in UTC: within one zone Python compares wall clocks, which run twice through an hour in autumn.
    if start and stop and start.astimezone(UTC) >= stop.astimezone(UTC):
        raise BadArgumentError("since", since, f"It must lie before until ({until.strip()[:60]}).")
    return start, stop


def _days(text: str, today: date) -> Days | None:
    if word := _WORDS.get(re.sub("[ _]", "-", text)):
        return word(today)
    if _DAY.fullmatch(text):
        day = date.fromisoformat(text)
        return day, day + timedelta(days=1)
    if found := _MONTH.fullmatch(text):
        return _month(date(int(found[1]), int(found[2]), 1))
    if found := _WEEK.fullmatch(text):
        return _week(date.fromisocalendar(int(found[1]), int(found[2]), 1))
    if _YEAR.fullmatch(text):
        return _month(date(int(text), 1, 1), 12)
    return None


def _before(now: datetime, count: int, unit: str) -> datetime:
    match unit:
        case "m" | "min":
            return (now.astimezone(UTC) - timedelta(minutes=count)).astimezone(now.tzinfo)
        case "h":
            return (now.astimezone(UTC) - timedelta(hours=count)).astimezone(now.tzinfo)
        case "d":
            day = now.date() - timedelta(days=count)
        case "w":
            day = now.date() - timedelta(weeks=count)
        case _:
            day = _shifted(now.date(), -count * (12 if unit == "y" else 1))
    return _real(datetime.combine(day, now.time(), now.tzinfo))


def _instant(day: str, clock: str, offset: str | None, now: datetime) -> datetime:
    found = datetime.fromisoformat(f"{day}T{clock.replace(',', '.')}{(offset or '').upper()}")
    return _real(found.astimezone(now.tzinfo) if offset else found.replace(tzinfo=now.tzinfo))


def _real(local: datetime) -> datetime:
    """A wall clock time as a moment that exists: one that a change to summer time skips becomes the one just after."""
    return local.astimezone(UTC).astimezone(local.tzinfo)
