"""A passage's place -> its words, and the part of them that shows why it was found. I/O: reads transcripts."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path

from ccmcp.index.codes import PARTS
from ccmcp.index.folding import Folded, folded
from ccmcp.index.harvest import BLOCK
from ccmcp.index.query import Term
from ccmcp.index.words import parts_of, spaced
from ccmcp.transcripts.decode import decode_line
from ccmcp.transcripts.entries import Entry, User
from ccmcp.transcripts.passages import Passage, passages, typed_prompt
from ccmcp.transcripts.results import original_file

LENGTH = 280
"""Characters of an excerpt; what is not ASCII counts for more, because it costs a model more."""

_MOST_SPOTS, _MOST_READ = 40, 4_000_000
"""So many places of each word are looked at, in so many characters of a passage."""


@dataclass(frozen=True, slots=True)
class Found:
    """A passage as it stands in its file."""

    entry_id: str
    timestamp: str
    text: str
    tool: str


def read_passage(path: str, kind: str, place: int) -> Found | None:
    """The passage at a place; none when the file has changed or gone since it was indexed."""
    offset, part = divmod(place, PARTS)
    try:
        with Path(path).open("rb") as file:
            file.seek(offset)
            raw = file.read(BLOCK) + file.readline(BLOCK) if kind in ("result", "plan") else file.readline()
    except OSError:
        return None
    if kind in ("result", "plan"):
        name = re.split(r"[/\\]", path)[-1]
        return Found(f"file:{name}", "", raw.decode("utf-8", "replace"), "")
    for entry in decode_line(raw.rstrip(b"\r\n"), offset, 0):
        if kind == "history":
            return Found(f"L{_line_number(path, offset)}", "", typed_prompt(entry.record), "")
        found = list(passages(entry))
        if part < len(found):
            return Found(
                _entry_id(entry, path, offset), entry.timestamp, _text(entry, found[part]), found[part].tool
            )
        part -= len(found)  # two objects on one line: parts are numbered through
    return None


def time_at(path: str, offset: int) -> str:
    """The timestamp of the line at an offset; empty when there is none."""
    try:
        with Path(path).open("rb") as file:
            file.seek(offset)
            line = file.readline()
    except OSError:
        return ""
    return next((entry.timestamp for entry in decode_line(line, offset, 0)), "")


def _entry_id(entry: Entry, path: str, offset: int) -> str:
    return entry.uuid or f"L{_line_number(path, offset)}"


@lru_cache(maxsize=512)
def _line_number(path: str, offset: int) -> int:
    """The number of the line that starts at an offset. Asked for the few kinds of entries that have no uuid."""
    number, left = 1, offset
    with Path(path).open("rb") as file:
        while left > 0 and (block := file.read(min(BLOCK, left))):
            number += block.count(b"\n")
            left -= len(block)
    return number


def _text(entry: Entry, passage: Passage) -> str:
    original = (
        original_file(entry.tool_use_result)
        if isinstance(entry, User) and passage.kind == "tool_result"
        else ""
    )
    return "\n".join(filter(None, (passage.text, passage.extra, original)))


@dataclass(frozen=True, slots=True)
class Sought:
    """Something that shows a query's terms in a folded text."""

    pattern: "re.Pattern[str]"
    """Begins with plain letters: those are found far faster than anything before them could be."""
    inside: bool = False
    """Whether it may stand within a word, instead of at its start."""


def sought(terms: Iterable[Term], beginnings: Iterable[str] = ()) -> tuple[Sought, ...]:
    """
    What shows these terms.

    Words are looked for at their start, phrases and paths with anything but words between
    their parts; of a run without spaces its pairs are looked for too. `beginnings` are
    beginnings of further words.
    """
    found: dict[str, bool] = {}
    for term in terms:
        words = _WORDS.findall(folded(term.text).text)
        if not words:
            continue
        found[_BETWEEN.join(map(_loose, words))] = False
        if not term.phrase and len(words) > 1:
            found.update((_loose(word), False) for word in words if len(word) > 2)
        if not term.phrase and (parts := parts_of(term.text)):
            found[_BETWEEN.join(re.escape(folded(part).text) for part in parts)] = True
        for word in words if not term.phrase else ():
            if _is_spaceless(word):
                found.update((re.escape(word[at : at + 2]), True) for at in range(min(len(word) - 1, 24)))
    found.update((re.escape(word), False) for word in beginnings)
    return tuple(Sought(re.compile(pattern), inside) for pattern, inside in found.items())


def excerpt(
    text: str,
    wanted: Sequence[Sought] = (),
    otherwise: Callable[[], Sequence[Sought]] = tuple,
    length: int = LENGTH,
) -> str:
    """
    The part of a text with the most different wanted words in it, on one line.

    Where it has none of them it is shown by what is looked for otherwise. It begins and ends with a
    sentence or a line where one begins or ends near, else between words. An ellipsis says where
    something was left out.
    """
    if len(text) <= length and _fitting(text, length) == len(text):
        return " ".join(text.split())
    spots = _spots(text, wanted) or _spots(text, otherwise())
    first = spots[0][0] if spots else 0
    window = _fitting(text[first : first + 2 * length], length)
    best = _best_start(spots, window)
    start = _begin(text, best, min((at for at, _, _ in spots if at >= best), default=best))
    end = start + _fitting(text[start : start + 2 * length], length)
    if end < len(text):
        shown = max((at + size for at, size, _ in spots if start <= at and at + size <= end), default=start)
        end = _end(text, max(shown, end - 2 * length // 5), end)
    words = " ".join(text[start:end].split())
    return f"{'… ' if text[:start].strip() else ''}{words}{' …' if text[end:].strip() else ''}"


_WORDS = re.compile(r"[^\W_]+")
_BETWEEN = r"[\W_]*"
_RUNS = re.compile(r"\s{2,}")


def _loose(word: str) -> str:
    """A word's pattern: of a script without spaces it may stand anywhere, and line breaks within it."""
    return r"\s*".join(map(re.escape, word)) if _is_spaceless(word) else re.escape(word)


def _is_spaceless(text: str) -> bool:
    """Whether some of it is of a script that is written without spaces."""
    return spaced(text) != text


def _begin(text: str, start: int, spot: int) -> int:
    """Where to begin, from a place on and not after the first of what is to be seen: with a sentence or line, else with a word."""
    if start <= 0:
        return 0
    edge = _EDGE.search(text, max(0, start - 1), spot)
    gap = edge or _GAP.search(text, start, start + max(1, (spot - start) // 2))
    return gap.end() if gap else start


def _end(text: str, least: int, end: int) -> int:
    """Where to end, before a place and not before another: with a sentence or line, else with a word."""
    edge = None
    for edge in _EDGE.finditer(text, least, end):  # noqa: B007 - the last one is wanted
        pass
    if edge is not None:
        return edge.start() + len(edge.group().rstrip())
    space = max(text.rfind(mark, max(least, end - 24), end) for mark in " \n\t")
    return space if space >= 0 else end


_EDGE = re.compile(r"[.!?][\"')\]]*\s+|[\u3002\uff01\uff1f]\s*|\s*\n\s*")
"""Where a sentence or a line ends."""

_GAP = re.compile(r"\s+")


def _fitting(text: str, length: int) -> int:
    """How many of the first characters fit into a length, runs of white space counted as one."""
    if text[: 2 * length].isascii():
        for run in _RUNS.finditer(text, 0, 2 * length):
            if run.start() >= length:
                break
            length += run.end() - run.start() - 1
        return min(length, len(text))
    taken, space = 0, False
    for at, character in enumerate(text):
        white = character.isspace()
        taken += not (white and space) if character < "\x80" else 2 if character < "\u0e00" else 3
        space = white
        if taken > length:
            return at
    return len(text)


def _spots(text: str, wanted: Sequence[Sought]) -> list[tuple[int, int, int]]:
    """Where wanted words stand, how long they are, and which of them: the first of each are enough to choose from."""
    within = text[:_MOST_READ]
    found = folded(within)
    return sorted(
        (at, size, which)
        for which, each in enumerate(wanted)
        for at, size in islice(_standing(each, found, within), _MOST_SPOTS)
    )


def _standing(each: Sought, found: Folded, text: str) -> Iterator[tuple[int, int]]:
    """Where in a text it stands, and how long it is there."""
    for match in each.pattern.finditer(found.text):
        at = found.place(match.start())
        if each.inside or _begins_word(text, at) or _is_spaceless(text[at]):
            yield at, len(match.group())


def _begins_word(text: str, at: int) -> bool:
    """Whether a word begins at a place, be it within a camelCase one: the index has its parts too."""
    if at == 0 or not text[at - 1].isalnum():
        return True
    before, first, then = text[at - 1], text[at], text[at + 1 : at + 2]
    if first.isupper():
        return not before.isupper() or then.islower()
    return before.isdigit() != first.isdigit()


def _best_start(spots: Sequence[tuple[int, int, int]], length: int) -> int:
    best, best_start = 0, 0
    for index, (at, _, _) in enumerate(spots):
        seen: dict[int, int] = {}
        for other, size, which in islice(spots, index, None):
            if other + size > at + length * 3 // 4 and other > at:
                break
            seen[which] = max(seen.get(which, 0), size)
        # Longer matches are whole phrases: they count by their length too.
        worth = len(seen) * 100 + sum(seen.values())
        if worth > best:
            best, best_start = worth, max(0, at - length // 5)
    return best_start
