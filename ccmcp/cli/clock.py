"""The time, in the zone its reader lives by."""

from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from typing_extensions import override
else:  # typing has it from 3.12 on only
    T = TypeVar("T")

    def override(method: T) -> T:
        """Mark a method as one of the parent's."""
        return method


class LocalZone(tzinfo):
    """
    The machine's own zone, summer time included.

    `datetime.now().astimezone()` has the offset of today only, so it shows half of last year an hour off.
    """

    @override
    def utcoffset(self, dt: datetime | None) -> timedelta | None:
        """What the machine's clock was ahead of UTC by then."""
        return None if dt is None else _aware(dt).utcoffset()

    @override
    def dst(self, dt: datetime | None) -> None:
        """Not known: the offset has it in it."""
        del dt

    @override
    def tzname(self, dt: datetime | None) -> str | None:
        """What the zone was called then."""
        return None if dt is None else _aware(dt).tzname()

    @override
    def fromutc(self, dt: datetime) -> datetime:
        """A time of UTC as the machine's clock showed it."""
        local = dt.replace(tzinfo=UTC).astimezone()
        wall = local.replace(tzinfo=self)
        # The second time through an hour that autumn repeats.
        return wall if _aware(wall).utcoffset() == local.utcoffset() else wall.replace(fold=1)


def now(zone: str = "") -> datetime:
    """The current time in an IANA zone, or in this machine's."""
    if not zone:
        return datetime.now(LocalZone())
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - 4 ms that only those pay who set a zone

    return datetime.now(ZoneInfo(zone))


def _aware(wall: datetime) -> datetime:
    return wall.replace(tzinfo=None).astimezone()
