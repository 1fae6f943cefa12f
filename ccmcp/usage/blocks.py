"""Blocks of five hours, as plans' limits count them: how fast one is spent and where the running one leads. Pure."""

from dataclasses import dataclass
from decimal import Decimal

from ccmcp.usage.amount import Amount

HOURS_5 = 5 * 3_600_000
"""The length of a block, in milliseconds."""

_MINUTE = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block, or a time without any. Times are milliseconds since 1970, UTC."""

    start: int
    end: int
    last: int
    """Its last response; 0 in a gap."""
    active: bool = False
    """Whether it runs, and something happened in the last five hours."""
    gap: bool = False
    tokens_per_minute: float | None = None
    """From its first response to its last; none where these are one."""
    usd_per_hour: Decimal | None = None
    projected_tokens: int | None = None
    """At its end, if it goes on so; of the running one alone."""
    projected_usd: Decimal | None = None
    minutes_left: int | None = None


def block(start: int, amount: Amount, now: int) -> Block:
    """The block that starts at a moment and holds this; `now` tells whether it runs."""
    end, minutes = start + HOURS_5, (amount.last - amount.first) / _MINUTE
    active = amount.last > now - HOURS_5 and start <= now < end
    pace = amount.total / minutes if minutes > 0 else None
    usd_pace = amount.usd * 60 / Decimal(str(minutes)) if amount.usd is not None and minutes > 0 else None
    left = (end - now) / _MINUTE
    ahead = active and pace is not None
    return Block(
        start=start,
        end=end,
        last=amount.last,
        active=active,
        tokens_per_minute=pace,
        usd_per_hour=usd_pace,
        projected_tokens=round(amount.total + pace * left) if ahead and pace is not None else None,
        projected_usd=amount.usd + usd_pace * Decimal(str(left)) / 60
        if ahead and usd_pace is not None and amount.usd is not None
        else None,
        minutes_left=round(left) if active else None,
    )


def gap(last: int, following: int) -> Block | None:
    """What lies between the last response of a block and the first of the next, where that is more than a block's length."""
    start = last + HOURS_5
    return Block(start=start, end=following, last=0, gap=True) if following > start else None
