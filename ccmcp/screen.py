"""How an answer looks in a terminal: columns, colours, relative times. Pure: text in, text out."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Style = Literal["bold", "dim", "red", "green", "yellow", "blue", "magenta", "cyan"]

_CODES: dict[Style, int] = {
    "bold": 1, "dim": 2, "red": 31, "green": 32, "yellow": 33, "blue": 34, "magenta": 35, "cyan": 36,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """The terminal an answer is shown in."""

    now: datetime
    """The current time, with the reader's zone."""

    width: int = 100
    """Columns."""

    colour: bool = False
    """Whether styles may be used: only on a TTY."""

    def style(self, text: str, *styles: Style) -> str:
        """The text in these styles, or as it is where there is no colour."""
        if not self.colour or not styles or not text:
            return text
        return f"\x1b[{';'.join(str(_CODES[style]) for style in styles)}m{text}\x1b[0m"

    def ago(self, at: str | None) -> str:
        """An ISO time as people say it: "3 min ago", "yesterday", "12 Aug", "12 Aug 2025"; "" for none."""
        if not at:
            return ""
        moment = datetime.fromisoformat(at).astimezone(self.now.tzinfo)
        seconds = (self.now - moment).total_seconds()
        days = (self.now.date() - moment.date()).days
        if 0 <= seconds < 60:
            return "just now"
        if 0 <= seconds < 3600:
            return f"{int(seconds // 60)} min ago"
        if seconds >= 0 and days == 0:
            return f"{int(seconds // 3600)} h ago"
        if days == 1:
            return "yesterday"
        if 0 < days < 7:
            return f"{days} days ago"
        year = "" if moment.year == self.now.year else f" {moment.year}"
        return f"{moment.day} {moment:%b}{year}"

    def table(self, rows: Sequence[Sequence[str]], *, gap: int = 2, flexible: int = -1) -> str:
        """Rows as aligned columns; the flexible column gives way so that a line fits the width."""
        if not rows:
            return ""
        widths = [max(columns(cell) for cell in column) for column in zip(*rows, strict=True)]
        flexible %= len(widths)
        room = self.width - sum(widths) + widths[flexible] - gap * (len(widths) - 1)
        widths[flexible] = min(widths[flexible], max(room, 16))
        return "\n".join(self._row(row, widths, gap).rstrip() for row in rows)

    def _row(self, row: Sequence[str], widths: Sequence[int], gap: int) -> str:
        cells = (cut(cell, width) for cell, width in zip(row, widths, strict=True))
        return (" " * gap).join(
            cell + " " * (width - columns(cell)) for cell, width in zip(cells, widths, strict=True)
        )


def columns(text: str) -> int:
    """How many terminal columns a text without line breaks takes: wide characters two, combining marks and styles none."""
    if text.isascii() and "\x1b" not in text:
        return len(text)
    return sum(_columns_of(character) for character in _without_styles(text))


def cut(text: str, width: int) -> str:
    """The text, or its start and an ellipsis when it takes more columns than there are; styled text is left whole."""
    if columns(text) <= width or "\x1b" in text:
        return text
    taken, kept = 0, []
    for character in text:
        taken += _columns_of(character)
        if taken > width - 1:
            break
        kept.append(character)
    return "".join(kept).rstrip() + "…"


def _columns_of(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Cf", "Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _without_styles(text: str) -> Iterable[str]:
    inside = False
    for character in text:
        if character == "\x1b":
            inside = True
        elif inside:
            inside = character != "m"
        else:
            yield character
