"""Columns that give way as a terminal gets narrower, and bars. Pure: texts in, lines out."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ccmcp.screen import Screen, Style, columns, cut

_EIGHTHS = " ▏▎▍▌▋▊▉"
_GAP = 2


def cut_path(path: str, width: int) -> str:
    """The path, or an ellipsis and its end when it takes more columns than there are: whole folders if one fits."""
    if columns(path) <= width:
        return path
    end = cut(path[::-1], width)[::-1].removeprefix("…")
    whole = re.search(r"[/\\].", end)
    return "…" + (end[whole.start() :] if whole else end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: what stands in it, and how it gives way."""

    head: str
    """Its title, of one line or two."""

    head_style: Style = "dim"

    cells: tuple[str, ...]
    """Plain, but for those of a column that is never cut."""

    styles: tuple[Style, ...] = ()

    right: bool = False
    """Whether it is aligned to the right, as numbers are."""

    least: int = 0
    """To how many columns it may be cut; 0 for never."""

    rank: int = 0
    """What has a higher one is left out first; 0 is always there."""

    shorten: Callable[[str, int], str] = cut

    @property
    def natural(self) -> int:
        """How wide it would be."""
        return max(map(columns, (*self.cells, *self.head.split("\n"))))

    @property
    def narrowest(self) -> int:
        """How narrow it can be."""
        return min(self.natural, self.least) if self.least else self.natural


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """A bar behind each line."""

    shares: tuple[float | None, ...]
    """Of the longest one; None for no bar."""

    styles: tuple[Style, ...]
    least: int = 12
    most: int = 40


def table(
    found: Sequence[Column], screen: Screen, emphasis: Sequence[Style | None], bars: Bars | None = None
) -> list[str]:
    """Heads and lines of as many columns as fit, the bars in what room is left; a line with an emphasis has no other style."""
    room = screen.width - (bars.least + _GAP if bars else 0)
    kept = _kept(found, room)
    widths = _widths(kept, room)
    left = screen.width - sum(widths) - _GAP * len(widths)
    lines = [*_heads(kept, widths, screen)]
    for at, emphasised in enumerate(emphasis):
        cells = [
            _cell(column, at, width, screen, emphasised) for column, width in zip(kept, widths, strict=True)
        ]
        share = bars.shares[at] if bars and left >= bars.least else None
        if bars and share is not None:
            cells.append(screen.style(bar(share, min(left, bars.most)), bars.styles[at]))
        lines.append((" " * _GAP).join(cells).rstrip())
    return lines


def _kept(found: Sequence[Column], width: int) -> list[Column]:
    """Those that fit, the most important first; in their order."""
    kept: set[int] = set()
    taken = -_GAP
    for at, column in sorted(enumerate(found), key=lambda pair: pair[1].rank):
        if any(column.cells) and (not column.rank or taken + _GAP + column.narrowest <= width):
            kept.add(at)
            taken += _GAP + column.narrowest
    return [column for at, column in enumerate(found) if at in kept]


def _widths(kept: Sequence[Column], width: int) -> list[int]:
    """Each as wide as it would be, as far as the room goes, the first ones first."""
    room = width - sum(column.narrowest + _GAP for column in kept) + _GAP
    widths = []
    for column in kept:
        more = min(max(room, 0), column.natural - column.narrowest)
        widths.append(column.narrowest + more)
        room -= more
    return widths


def _heads(kept: Sequence[Column], widths: Sequence[int], screen: Screen) -> Iterator[str]:
    """The titles; where some have two lines, the others stand in the second."""
    titles = [column.head.split("\n") for column in kept]
    deepest = max(map(len, titles))
    for row in range(deepest):
        cells = []
        for title, column, width in zip(titles, kept, widths, strict=True):
            above = deepest - len(title)
            word = cut(title[row - above], width) if row >= above else ""
            pad = " " * (width - columns(word))
            styled = screen.style(word, column.head_style)
            cells.append(pad + styled if column.right else styled + pad)
        yield (" " * _GAP).join(cells).rstrip()


def _cell(column: Column, at: int, width: int, screen: Screen, emphasised: Style | None) -> str:
    text = column.shorten(column.cells[at], width) if column.least else column.cells[at]
    pad = " " * (width - columns(text))
    words = text.rstrip()  # what aligns them is no part of what is styled
    styled = screen.style(words, *((emphasised,) if emphasised else column.styles)) + text[len(words) :]
    return pad + styled if column.right else styled + pad


def bar(share: float, width: int) -> str:
    """A bar that is so long a part of the width, to an eighth of a column; some of it is seen whenever there is any."""
    eighths = max(round(share * width * 8), 1 if share > 0 else 0)
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()


def gauge(share: float, width: int, screen: Screen, style: Style) -> str:
    """How full something is: a line, bright up to there."""
    halves = min(max(round(share * width * 2), 1 if share > 0 else 0), width * 2)
    full = "━" * (halves // 2) + "╸" * (halves % 2)
    return screen.style(full, style) + screen.style("─" * (width - len(full)), "dim")
