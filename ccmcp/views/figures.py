"""Numbers, money and times as people read them. Pure."""

import re
from collections.abc import Iterator
from datetime import datetime

from ccmcp.screen import columns

TO = "\u2013"
"""An en dash, as stands between two times."""


def human(number: int) -> str:
    """A number in at most five characters, below a quadrillion: 999, 1.2k, 34.5k, 345k, 6.3B."""
    if number < 1000:
        return str(number)
    size, unit = float(number), ""
    for unit in "kMBT":
        size /= 1000
        if size < 99.95:  # else it would be shown as 100.0
            return f"{size:.1f}{unit}"
        if size < 999.5:  # else as 1000
            return f"{size:.0f}{unit}"
    return f"{size:,.0f}{unit}"


def counted_bytes(number: int) -> str:
    """Bytes as people read them: 999 B, 12.3 kB, 345 MB, 4.5 GB (of 1000 each)."""
    if number < 1000:
        return f"{number} B"
    amount, units = number / 1000, iter(("kB", "MB", "GB", "TB"))
    unit = next(units)
    while amount >= 999.5 and (larger := next(units, "")):
        amount, unit = amount / 1000, larger
    return f"{amount:.1f} {unit}" if amount < 99.95 else f"{amount:,.0f} {unit}"


def dollars(usd: float | None) -> str:
    """Money to the cent, a lot of it to the dollar: $1,234.56, -$0.30, <$0.01, $123,457; "" for none."""
    if usd is None:
        return ""
    size, sign = abs(usd), "-" if usd < 0 else ""
    if 0 < size < 0.005:
        return f"{sign}<$0.01"
    return f"{sign}${size:,.2f}" if size < 99_999.995 else f"{sign}${size:,.0f}"


def precise(usd: float | None) -> str:
    """Money with all that matters of it: to the cent from a dollar on, below it to four places or the first digit."""
    if usd is None:
        return "unpriced"
    size, sign = abs(usd), "-" if usd < 0 else ""
    places = 2 if size >= 1 or not size else 4 if size >= 0.0001 else 6
    return f"{sign}${size:,.{places}f}"


def budgeted(usd: float) -> str:
    """A budget as it was set: $20, $12.50."""
    return f"${usd:,.0f}" if usd == int(usd) else f"${usd:,.2f}"


def percent(share: float) -> str:
    """A share: 96%; never 0% where there is some, nor 100% where it isn't all."""
    if 0 < share <= 0.005:  # which would round to 0
        return "<1%"
    if 0.995 <= share < 1:
        return ">99%"
    return f"{share:,.0%}"


def lasting(seconds: float) -> str:
    """A length of time: 4.2 s, 42 s, 3 min 5 s, 2 h 10 min, 3 d 4 h."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    for size, unit, rest, smaller in ((86400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            more = whole % size // rest
            return f"{whole // size} {unit}" + (f" {more} {smaller}" if more else "")
    return f"{whole} s"


def moment(at: str, now: datetime) -> str:
    """A time to come, or just gone by: 14:00 of today, Thu 27 Nov 14:00."""
    found = datetime.fromisoformat(at).astimezone(now.tzinfo)
    return (
        f"{found:%H:%M}" if found.date() == now.date() else f"{found:%a} {date_of(found, now)} {found:%H:%M}"
    )


def date_of(found: datetime, now: datetime) -> str:
    """A day: 27 Nov, 27 Nov 2025 in another year."""
    return f"{found.day} {found:%b}" + ("" if found.year == now.year else f" {found.year}")


def short_model(name: str) -> str:
    """What is said of a model where there is little room: opus-5-5 of us.anthropic.claude-opus-5-5-20261001-v1:0."""
    words = (name.rpartition("claude-")[2] or name).partition("@")[0]
    kept: list[str] = []
    for word in words.split("-"):
        if kept and re.match(r"\d{8}\b|v\d+\b", word):  # when it was made
            break
        kept.append(word)
    return "-".join(kept)


def flowing(parts: list[str], width: int, gap: str) -> Iterator[str]:
    """Parts, styled or not, on as few lines as take them; none is broken."""
    line = ""
    for part in filter(None, parts):
        joined = f"{line}{gap}{part}" if line else part
        if line and columns(joined) > width:
            yield line
            joined = part
        line = joined
    if line:
        yield line


def wrapped(text: str, width: int) -> Iterator[str]:
    """A text in lines of so many columns, broken at spaces, and within a word only where it takes a whole line."""
    words = []
    for word in text.split(" "):
        while columns(word) > width:
            at = max(_reach(word, width), 1)
            words.append(word[:at])
            word = word[at:]  # noqa: PLW2901 - what is left of it
        words.append(word)
    yield from flowing(words, width, " ")


def _reach(text: str, width: int) -> int:
    """How many of its first characters fit into so many columns."""
    taken = 0
    for at, character in enumerate(text):
        taken += columns(character)
        if taken > width:
            return at
    return len(text)
