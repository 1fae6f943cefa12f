"""A word that stands nowhere -> words that do: those it is the beginning of, else those one slip away. I/O: reads the indexes' words."""

from collections import Counter
from collections.abc import Iterable, Sequence

import tantivy

from ccmcp.index.codes import INPUT, NOTED, OUTPUT, SAID, THOUGHT

_FIELDS = (SAID, NOTED, THOUGHT, INPUT, OUTPUT)
_LEAST = 3
"""Shorter words begin, and are one slip away from, too many others."""

_LEAST_FOR_SLIPS = 4
_MOST = 5
_LONGEST_PLAIN = 20
_MOST_LOOKED_AT = 20_000


def stands(word: str, searchers: Iterable[tantivy.Searcher]) -> bool:
    """Whether a word of the index's form (lower case, no accents) stands in any passage."""
    return any(each.doc_freq(field, word) for each in searchers for field in _FIELDS)


def near(word: str, searchers: Sequence[tantivy.Searcher]) -> list[str]:
    """What a word that stands nowhere may have been meant as, the most frequent first; at most 5 words."""
    if len(word) < _LEAST or not word.isascii() or not word.isalnum():
        return []
    longer = _beginning(word, searchers)
    if longer or len(word) < _LEAST_FOR_SLIPS or not word.isalpha():
        return [each for each, _ in longer.most_common(_MOST)]
    slips = Counter[str]()
    for start in dict.fromkeys((word[:2], word[1::-1], word[1:3], word[0] + word[2])):
        slips.update(
            {
                each: count
                for each, count in _beginning(start, searchers).items()
                if one_slip(word, each) or one_slip(word, each.removesuffix("s"))
            }
        )
    return [each for each, _ in slips.most_common(_MOST)]


def is_plain(word: str) -> bool:
    """Whether a word of the index may be shown: it may be a part of a secret, and has lost the shape to tell that by."""
    return word.isalpha() and len(word) <= _LONGEST_PLAIN


def _beginning(start: str, searchers: Iterable[tantivy.Searcher]) -> "Counter[str]":
    found: Counter[str] = Counter()
    for each in searchers:
        for field in _FIELDS:
            for word, count in each.terms_with_prefix(field, start, limit=_MOST_LOOKED_AT):
                if is_plain(word):
                    found[word] += count
    return found


def one_slip(one: str, two: str) -> bool:
    """Whether two words are a letter too many, missing, changed or swapped with its neighbour apart."""
    if len(one) < len(two):
        one, two = two, one
    if len(one) > len(two) + 1:
        return False
    at = next((at for at, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), len(two))
    if len(one) > len(two):
        return one[at + 1 :] == two[at:]
    swapped = one[at : at + 2] == two[at : at + 2][::-1]
    return one[at + 1 :] == two[at + 1 :] or (swapped and one[at + 2 :] == two[at + 2 :])
