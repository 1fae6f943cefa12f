"""
Text -> the tokens that a session's document is made of, with how often each stands in it; a query's word -> the same. Pure.

Passages leave this to Tantivy. What a session is about is counted here, because how
often a word stands in how much text is what tells. A token is a word's stem, in lower
case and without accents; of scripts written without spaces each pair of neighbours,
which finds a word of any length; of camelCase words their parts too; and the concepts
of all of them, so that words of several languages that mean the same meet.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import pairwise

from ccmcp.index import languages
from ccmcp.index.concepts import concepts
from ccmcp.index.words import SPACELESS

LONGEST = 40
"""Longer runs are hashes and data: no session is about them, and passages find them."""

_SEPARATE = bytes(
    byte if byte >= 128 else ord(chr(byte).lower()) if chr(byte).isalnum() else 32 for byte in range(256)
)
"""Bytes of UTF-8 in lower case, with a space for whatever is neither a letter nor a digit of ASCII."""

_AT_ONCE = 1 << 20
"""Characters of texts that wait to be counted, at most."""

_WORD = re.compile(r"[^\W_]+")
_RUN = re.compile(f"([{SPACELESS}]+)")
_FIRST_SPACELESS = "\u0e00"
_CYRILLIC_LEADS = frozenset((0xD0, 0xD1))
_SHORT = 48
"""Bytes of a raw word that many texts may have: punctuation with a word, a word with an accent."""


class Words:
    """The raw words of some texts, and how often each stands there: in lower case; what is not ASCII not taken apart yet."""

    __slots__ = ("_counts", "_size", "_waiting")

    def __init__(self, *texts: str) -> None:
        self._counts: Counter[bytes] = Counter()
        self._waiting: list[bytes] = []
        self._size = 0
        for text in texts:
            self.add(text)

    def add(self, text: str) -> None:
        """Count one more text, sooner or later: many at once are counted faster."""
        if not text.isascii():
            text = unicodedata.normalize("NFC", text.lower())
            self._counts.update(languages.pairs(text))
        self._waiting.append(text.encode("utf-8", "replace"))
        self._size += len(text)
        if self._size > _AT_ONCE:
            self._count()

    def counts(self) -> "Counter[bytes]":
        """All words of all texts so far."""
        self._count()
        return self._counts

    def __bool__(self) -> bool:
        """Whether any text was counted."""
        return bool(self._waiting or self._counts)

    def _count(self) -> None:
        if self._waiting:
            self._counts.update(b" ".join(self._waiting).translate(_SEPARATE).split())
            self._waiting, self._size = [], 0


_known: dict[bytes, str] = {}
"""The tokens of ASCII words, as far as they have been met: the same few words are most of every text."""

_MOST_KNOWN = 500_000


def tokens(raw: Mapping[bytes, int]) -> tuple[dict[str, int], int]:
    """Raw words, and how often each stands -> tokens, and how often each does; and how many words that was."""
    words: dict[str, int] = {}
    meant: Counter[str] = Counter()
    russian = False
    known, get = _known, words.get
    for word, times in raw.items():
        token = known.get(word)
        if token is None:
            if not word.isascii():
                found, concepts_of_runs = (
                    _taken_apart_once(word) if len(word) <= _SHORT else _taken_apart(word)
                )
                for token in found:
                    words[token] = get(token, 0) + times
                for token in concepts_of_runs:
                    meant[token] += times
                russian = russian or word[0] in _CYRILLIC_LEADS
                continue
            token = _ascii_token(word)
        if token:
            words[token] = get(token, 0) + times
    length = sum(words.values())
    for language in ("english", "russian") if russian else ("english",):
        for token, times in concepts().of_stems(words, language):
            meant[token] += times
    if (language := languages.of(raw)) != "english":
        native = _native(raw, language)
        for token, times in concepts().of_stems(native, language):
            meant[token] += times
        words = {**native, **words}
    words.update(meant)
    return words, length


def _ascii_token(word: bytes) -> str:
    """The token of a word of ASCII; empty for one that is too long for one."""
    text = word.decode()
    token = "" if not is_token(text) else text if "+" in text else languages.stem(text)
    if len(_known) < _MOST_KNOWN:
        _known[word] = token
    return token


def _native(raw: Mapping[bytes, int], language: str) -> "Counter[str]":
    """The words of a text that is of another language than English, by that language's stems."""
    found: Counter[str] = Counter()
    for word, times in raw.items():
        if b"+" in word:
            found[word.decode()] += times
        if b"+" in word or languages.is_stop_word(word, language):
            continue
        for part in _WORD.findall(word.decode("utf-8", "replace")):
            if is_token(part) and not _RUN.search(part):
                found[languages.stem(part, language)] += times
    return found


def _taken_apart(word: bytes) -> tuple[list[str], list[str]]:
    """The tokens of a raw word that is not ASCII, and the concepts of its runs of scripts without spaces."""
    found: list[str] = []
    meant: list[str] = []
    for piece, spaceless in pieces(word.decode("utf-8", "replace")):
        if not spaceless:
            if is_token(piece):
                found.append(languages.stem(piece))
        elif len(piece) == 1:
            found.append(piece)
        else:
            found += map("".join, pairwise(piece))
            meant += concepts().in_run(piece)
    return found, meant


_taken_apart_once = lru_cache(maxsize=50_000)(_taken_apart)


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The words of a text as they are written, and whether each is a run of a script without spaces."""
    for word in _WORD.findall(text):
        if max(word) < _FIRST_SPACELESS:
            yield word, False
            continue
        for number, piece in enumerate(_RUN.split(word)):
            if piece:
                yield piece, number % 2 == 1


def is_token(word: str) -> bool:
    """Whether documents have words of this length."""
    return len(word) <= LONGEST
