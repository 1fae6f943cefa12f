"""What the lines of a table of tokens and money are about: rows, times without any, columns that name them. Pure."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TypeAlias

from ccmcp.screen import Screen
from ccmcp.views.columns import Column, cut_path
from ccmcp.views.figures import TO, lasting, short_model
from ccmcp.views.spent import UsageRow, UsageTotals
from ccmcp.views.spent_text import keys_of
from ccmcp.views.words import counted, one_line


@dataclass(frozen=True, slots=True)
class Nothing:
    """A time without anything: a day, a week, a month, or several."""

    label: str


Line: TypeAlias = UsageRow | UsageTotals | Nothing

_MOST_SHOWN = 3
"""So many days in a row without anything have a line each; more have one together."""


# -- time without anything


def with_gaps(rows: Sequence[UsageRow], groups: Sequence[str]) -> Iterator[Line]:
    """The rows; between days, weeks, months or blocks the time without any, so that a table reads as time."""
    before = None
    for row in rows:
        if before and len(groups) == 1:
            yield from _gap(before, row, groups[0])
        before = row
        if not (row.block and row.block.gap):
            yield row


def _gap(before: UsageRow, after: UsageRow, group: str) -> Iterator[Nothing]:
    if group == "block":
        yield from _pause(before, after)
    elif group in ("day", "week", "month"):
        first, last = _number(before.key), _number(after.key)
        if first is not None and last is not None:
            yield from _missing(first, last, group)


def _pause(before: UsageRow, after: UsageRow) -> Iterator[Nothing]:
    """The time between two blocks; a row for it says nothing more."""
    if before.block and after.block and not after.block.gap:
        end = before.block.started_at if before.block.gap else before.block.ends_at
        seconds = (
            datetime.fromisoformat(after.block.started_at) - datetime.fromisoformat(end)
        ).total_seconds()
        if seconds > 0:
            yield Nothing(f"⋯ {lasting(seconds)}")


def _number(key: str) -> int | None:
    """A day, week or month as a number that the next one is one more than."""
    try:
        if found := re.fullmatch(r"(\d{4})-W(\d\d)", key):
            return date.fromisocalendar(int(found[1]), int(found[2]), 1).toordinal() // 7
        if found := re.fullmatch(r"(\d{4})-(\d\d)", key):
            return int(found[1]) * 12 + int(found[2]) - 1
        return date.fromisoformat(key).toordinal()
    except ValueError:  # what has no time
        return None


def _missing(before: int, after: int, group: str) -> Iterator[Nothing]:
    step = 1 if after > before else -1
    missing = range(before + step, after, step)
    if len(missing) > _MOST_SHOWN:
        yield Nothing(f"⋯ {counted(len(missing), group)}")
    else:
        yield from (Nothing(_name(number, group)) for number in missing)


def _name(number: int, group: str) -> str:
    match group:
        case "day":
            return date.fromordinal(number).isoformat()
        case "week":
            year, week, _ = date.fromordinal(number * 7 + 1).isocalendar()
            return f"{year}-W{week:02}"
        case _:
            return f"{number // 12}-{number % 12 + 1:02}"


# -- columns

NARROW = 60
"""Below so many columns only the most needed is said."""


def labels(lines: Sequence[Line], groups: Sequence[str], every: str, screen: Screen) -> list[Column]:
    """The columns that name each line, that of all rows as `every`; what it has in common with the one above is said once."""
    keys = [_Keys(lines, at, every) for at in range(len(groups))]
    return _unrepeated(
        [column for group, its in zip(groups, keys, strict=True) for column in _columns(group, its, screen)]
    )


def _unrepeated(found: Sequence[Column]) -> list[Column]:
    """All but the last say nothing where they and those before them repeat the line above."""
    told: list[tuple[str, ...]] = [() for _ in found[0].cells]
    changed = []
    for column in found:
        told = [(*before, cell) for before, cell in zip(told, column.cells, strict=True)]
        cells = tuple(
            "" if at and each == told[at - 1] and column is not found[-1] else each[-1]
            for at, each in enumerate(told)
        )
        changed.append(replace(column, cells=cells))
    return changed


@dataclass(frozen=True, slots=True)
class _Keys:
    """What lines say of one of the groupings."""

    lines: Sequence[Line]
    at: int
    """Which of them."""
    every: str

    @property
    def names(self) -> tuple[str, ...]:
        """The keys themselves."""
        return self.named(self.key)

    def named(self, said: Callable[[UsageRow], str]) -> tuple[str, ...]:
        """What is said of each row; in the first column a line that is no row has a name too."""
        return tuple(
            one_line(said(line)) if isinstance(line, UsageRow)
            else "" if self.at
            else line.label if isinstance(line, Nothing)
            else self.every
            for line in self.lines
        )  # fmt: skip

    def told(self, said: Callable[[UsageRow], str | None]) -> tuple[str, ...]:
        """What is said of each row beside its name."""
        return tuple(one_line(said(line) or "") if isinstance(line, UsageRow) else "" for line in self.lines)

    def key(self, row: UsageRow) -> str:
        """The key of a row."""
        return keys_of(row)[self.at] or "(none)"


def _columns(group: str, keys: _Keys, screen: Screen) -> list[Column]:
    """The columns for one grouping."""
    first, least = Column(head=group, cells=keys.names), max(screen.width // 5, 8)
    match group:
        case "day":
            return [first, Column(head="", cells=tuple(map(_weekday, keys.names)), styles=("dim",), rank=2)]
        case "week":
            return [first, Column(head="", cells=tuple(map(_days, keys.names)), styles=("dim",), rank=5)]
        case "hour":
            dates, clocks = (
                keys.named(lambda row: _date(keys.key(row))),
                keys.told(lambda row: keys.key(row)[11:16]),
            )
            return [replace(first, cells=dates), Column(head="", cells=clocks)]
        case "block":
            dates = keys.named(lambda row: row.block.started_at[:10] if row.block else row.key)
            least = 5 if screen.width < NARROW else 0
            return [
                replace(first, cells=dates),
                Column(head="", cells=keys.told(_span), least=least, shorten=_start),
            ]
        case "session":
            ids = keys.named(lambda row: _short_id(keys.key(row)))
            projects = keys.told(lambda row: _folder(row.project))
            return [
                replace(first, cells=ids, styles=("yellow",)),
                _titles(keys, screen),
                Column(head="", cells=projects, styles=("cyan",), least=12, rank=4),
            ]
        case "turn":
            dates = keys.named(lambda row: (row.first_at or "")[:10])
            clocks = keys.told(lambda row: (row.first_at or "")[11:16])
            return [replace(first, cells=dates), Column(head="", cells=clocks), _titles(keys, screen)]
        case "project":
            return [replace(first, styles=("cyan",), least=least, shorten=cut_path)]
        case _:
            names = _short_models(keys.names) if group == "model" else keys.names
            return [replace(first, cells=names, least=least)]


def _titles(keys: _Keys, screen: Screen) -> Column:
    """What sessions are called, or how prompts begin."""
    return Column(head="", cells=keys.told(lambda row: row.title), least=screen.width * 28 // 100, rank=2)


def _date(name: str) -> str:
    return name[:10] if re.match(r"\d{4}-\d\d-\d\dT", name) else name


def _weekday(name: str) -> str:
    return f"{date.fromisoformat(name):%a}" if re.fullmatch(r"\d{4}-\d\d-\d\d", name) else ""


def _days(name: str) -> str:
    """The first and the last day of a week."""
    if not (found := re.fullmatch(r"(\d{4})-W(\d\d)", name)):
        return ""
    first = date.fromisocalendar(int(found[1]), int(found[2]), 1)
    last = first + timedelta(days=6)
    month = f" {first:%b}" if first.month != last.month else ""
    return f"{first.day}{month} {TO} {last.day} {last:%b}"


def _span(row: UsageRow) -> str:
    return f"{row.block.started_at[11:16]}{TO}{row.block.ends_at[11:16]}" if row.block else ""


def _start(span: str, width: int) -> str:
    """A span of time, or when it begins."""
    return span if len(span) <= width else span[:5]


def _short_models(names: Sequence[str]) -> tuple[str, ...]:
    """Models in short, unless two of them would be called the same."""
    short = {name: short_model(name) for name in names}
    return tuple(map(short.__getitem__, names)) if len({*short.values()}) == len(short) else tuple(names)


def _short_id(reference: str) -> str:
    """A session's id as it is typed, after its root's label if there is one."""
    label, colon, session = reference.rpartition(":")
    return f"{label}{colon}{session[:8]}"


def _folder(project: str | None) -> str:
    return re.split(r"[/\\]", (project or "").rstrip("/\\"))[-1] or project or ""
