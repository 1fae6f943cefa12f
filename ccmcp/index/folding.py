"""Text -> the same text folded as the index folds it (lower case, without accents), and where each part of it stood. Pure."""

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

_LATIN = "\u00c0-\u024f\u1e00-\u1eff\ufb00-\ufb06\uff10-\uff5a"
_ACCENTED = re.compile(f"[{_LATIN}\u0300-\u036f]+")
_IS_LATIN = re.compile(f"[{_LATIN}]")
_ALL_OTHER_BYTES = bytes(
    byte for byte in range(256) if byte not in (*range(0xC3, 0xCA), 0xCC, 0xCD, 0xE1, 0xEF)
)
"""What to delete from UTF-8 to see whether one of these may be in it: far cheaper than to search for one."""

_LETTERS = str.maketrans(
    {
        "ß": "ss", "ẞ": "ss", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "ø": "o", "Ø": "o", "đ": "d", "Đ": "d",
        "ð": "d", "Ð": "d", "þ": "th", "Þ": "th", "ł": "l", "Ł": "l", "ħ": "h", "Ħ": "h", "\u0131": "i", "ŋ": "n", "Ŋ": "n",
    }
)  # fmt: skip
"""Letters that are no other letter with an accent."""


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text that knows where it came from."""

    text: str
    starts: tuple[int, ...] = ()
    """Places in it from which on all stands further to the left or right of where it stood."""
    shifts: tuple[int, ...] = ()
    """By how much, for each of these."""

    def place(self, at: int) -> int:
        """Where something stood before the folding."""
        before = bisect_right(self.starts, at)
        return at + self.shifts[before - 1] if before else at


def folded(text: str) -> Folded:
    """Fold a text."""
    if text.isascii() or not text.encode("utf-8", "replace").translate(None, _ALL_OTHER_BYTES):
        return Folded(text.lower())
    pieces: list[str] = []
    starts: list[int] = []
    shifts: list[int] = []
    end = shift = 0
    for match in _ACCENTED.finditer(text):
        start = match.start()
        if start > end and unicodedata.combining(text[start]):
            start -= 1  # the letter whose accent it is
        letters = _fold(text[start : match.end()])
        pieces += text[end:start].lower(), letters
        end = match.end()
        if grown := end - start - len(letters):
            shift += grown
            starts.append(end - shift)
            shifts.append(shift)
    pieces.append(text[end:].lower())
    return Folded("".join(pieces), tuple(starts), tuple(shifts))


@lru_cache(maxsize=10_000)
def _fold(letters: str) -> str:
    """Letters with accents: without them where they are Latin, else each as one character where there is such a one."""
    return "".join(map(_fold_letter, unicodedata.normalize("NFC", letters))).lower()


def _fold_letter(letter: str) -> str:
    if _IS_LATIN.match(letter):
        letter = unicodedata.normalize("NFKD", letter.translate(_LETTERS))
    return "".join(each for each in letter if not unicodedata.combining(each))
