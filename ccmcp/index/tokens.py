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
from itertools import pairwise

from ccmcp.index import languages
from ccmcp.index.concepts import concepts
from ccmcp.index.words import SPACELESS

LONGEST = 40
"""Longer runs are hashes and data: no session is about them, and passages find them."""

_SEPARATE = bytes(byte if byte >= 128 or chr(byte).isalnum() else 32 for byte in range(256))
"""Bytes of UTF-8, with a space for whatever is neither a letter nor a digit of ASCII."""

_WORD = re.compile(r"[^\W_]+")
_RUN = re.compile(f"([{SPACELESS}]+)")


def count(text: str, into: "Counter[bytes]") -> None:
    """Add the raw words of a text: in lower case; what is not ASCII is not taken apart yet."""
    lower = text.lower()
    if not lower.isascii():
        lower = unicodedata.normalize("NFC", lower)
        into.update(languages.pairs(lower))
    into.update(lower.encode("utf-8", "replace").translate(_SEPARATE).split())


def tokens(raw: Mapping[bytes, int]) -> tuple["Counter[str]", int]:
    """Raw words, and how often each stands -> tokens, and how often each does; and how many words that was."""
    words: Counter[str] = Counter()
    meant: Counter[str] = Counter()
    stem = languages.stem
    for word, times in raw.items():
        if not word.isascii():
            for token, is_concept in _taken_apart(word.decode("utf-8", "replace")):
                (meant if is_concept else words)[token] += times
        elif len(word) <= LONGEST:
            words[stem(word.decode()) if b"+" not in word else word.decode()] += times
    length = words.total()
    known = concepts()
    for token, times in known.of_stems(words, "english"):
        meant[token] += times
    if any(word > "\u0400" for word in words):
        for token, times in known.of_stems(words, "russian"):
            meant[token] += times
    language = languages.of(raw)
    if language != "english":
        native = _native(raw, language)
        for token, times in known.of_stems(native, language):
            meant[token] += times
        for token, times in native.items():
            if token not in words:
                words[token] = times
    words.update(meant)
    return words, length


def _native(raw: Mapping[bytes, int], language: str) -> "Counter[str]":
    """The words of a text that is of another language than English, by that language's stems."""
    found: Counter[str] = Counter()
    for word, times in raw.items():
        if b"+" in word:
            found[word.decode()] += times
        if b"+" in word or languages.is_stop_word(word, language):
            continue
        for part in _WORD.findall(word.decode("utf-8", "replace")):
            if len(part) <= LONGEST and not _RUN.search(part):
                found[languages.stem(part, language)] += times
    return found


def _taken_apart(text: str) -> Iterator[tuple[str, bool]]:
    """The tokens of what is not ASCII, and whether each is a concept's."""
    for piece, spaceless in pieces(text):
        if not spaceless:
            if is_token(piece):
                yield languages.stem(piece), False
            continue
        if len(piece) == 1:
            yield piece, False
        for one, two in pairwise(piece):
            yield one + two, False
        for concept in concepts().in_run(piece):
            yield concept, True


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The words of a text as they are written, and whether each is a run of a script without spaces."""
    for word in _WORD.findall(unicodedata.normalize("NFC", text)):
        for number, piece in enumerate(_RUN.split(word)):
            if piece:
                yield piece, number % 2 == 1


def is_token(word: str) -> bool:
    """Whether documents have words of this length."""
    return len(word) <= LONGEST
