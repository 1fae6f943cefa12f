"""Things to show -> one page of them within a budget, and where the next one starts. Pure but for what loads them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ccmcp.reading.items import Item
from ccmcp.result import estimated_tokens

Load = Callable[[int], Sequence[Item]]
"""The number of an entry in reading order -> what is shown of it."""

Cost = Callable[[int, Item], int]
"""The number of an entry and a thing shown of it -> tokens."""

_WORTH_CUTTING = 0.4
"""A passage that does not fit is begun on this page when so much of the page is free, else it starts the next one."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: in the middle of a passage when it did not fit the page before."""

    index: int
    """Which entry, in reading order."""
    place: int = 0
    """Which of the things shown of it."""
    character: int = 0
    """The first one of its words that is still to be shown."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A thing on a page, or the part of it that fits."""

    index: int
    item: Item


def fill(count: int, start: Place, room: int, load: Load, cost: Cost) -> tuple[list[Piece], Place | None]:
    """
    Fill a page from a place on.

    A page holds something whatever its room, so that paging always ends. Returns the pieces,
    and the place of what comes next; none at the end.
    """
    pieces: list[Piece] = []
    left = room
    for index in range(start.index, count):
        for item in load(index):
            at = start.character if index == start.index and item.place == start.place else 0
            if index == start.index and item.place < start.place:
                continue
            at = min(at, len(item.text))
            rest = part_of(item, at, len(item.text))
            price = cost(index, rest)
            if price <= left:
                pieces.append(Piece(index, rest))
                left -= price
                continue
            if pieces and left < room * _WORTH_CUTTING:
                return pieces, Place(index, item.place, at)
            end = _end(item, at, left, lambda piece, index=index: cost(index, piece))  # type: ignore[misc]  # mypy can't type a default of a lambda
            if end <= at and pieces:
                return pieces, Place(index, item.place, at)
            end = max(end, min(at + 1, len(item.text)))
            pieces.append(Piece(index, part_of(item, at, end)))
            if end < len(item.text):
                return pieces, Place(index, item.place, end)
            left = 0
    return pieces, None


def before(index: int, room: int, load: Load, cost: Cost) -> int:
    """The first of the entries before one that fit into the room with all that is shown of them."""
    while index > 0:
        room -= sum(cost(index - 1, item) for item in load(index - 1))
        if room < 0:
            break
        index -= 1
    return index


def part_of(item: Item, start: int, end: int) -> Item:
    """A part of a thing, which says that it is one."""
    size = len(item.text)
    if start == 0 and end >= size:
        return item
    told = f"characters {start + 1:,} to {end:,} of {size:,}"
    goes_on = "" if end >= size else "; the next page goes on"
    note = ", ".join(filter(None, (item.note, told + goes_on)))
    return replace(item, text=item.text[start:end], note=note)


def _end(item: Item, start: int, room: int, cost: Callable[[Item], int]) -> int:
    """How far the words fit, cut at the end of a line or a word where one is near."""
    low, high = start, min(len(item.text), start + 4 * room)
    while low < high:
        middle = (low + high + 1) // 2
        if cost(part_of(item, start, middle)) <= room:
            low = middle
        else:
            high = middle - 1
    if low >= len(item.text):
        return low
    line = item.text.rfind("\n", start, low) + 1
    if line > start + (low - start) * 0.7:
        return line
    word = item.text.rfind(" ", start, low) + 1
    return word if word > start + (low - start) * 0.9 else low


def text_cost(text: str) -> int:
    """Tokens of a text and the line break behind it."""
    return estimated_tokens(text + "\n")
