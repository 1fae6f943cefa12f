"""Words that hang beside a label, in lines of a screen's width; facts with their names beside them. Pure."""

import re
from collections.abc import Iterator, Sequence

from ccmcp.screen import Screen, columns
from ccmcp.views.figures import wrapped


def facts(rows: Sequence[tuple[str, str]], screen: Screen) -> list[str]:
    """Names in a column, and beside each what it is, whole: on several lines where one is too short."""
    indent = max(len(name) for name, _ in rows) + 2
    return [
        line for name, value in rows for line in hanging(value, screen.style(name, "dim"), indent, screen)
    ]


def hanging(words: str, label: str, indent: int, screen: Screen) -> list[str]:
    """
    Words in lines of the screen's width, after a label of so many columns on the first.

    A path that takes more than a line is broken after a slash.
    """
    width = max(screen.width - indent, 30)
    text = " ".join(piece for word in words.split(" ") for piece in _pieces(word, width))
    head = label + " " * (indent - columns(label))
    return [(" " * indent if at else head) + line for at, line in enumerate(wrapped(text, width))]


def _pieces(word: str, width: int) -> Iterator[str]:
    """A word in pieces that each fit a line, the breaks after slashes where there are some."""
    if columns(word) <= width:
        yield word
        return
    parts = re.findall(r"[^/\\]*[/\\]+|[^/\\]+$", word)
    while parts:
        taken = 1
        while taken < len(parts) and columns("".join(parts[: taken + 1])) <= width:
            taken += 1
        yield "".join(parts[:taken])
        parts = parts[taken:]
