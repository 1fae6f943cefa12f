"""
How much a session is about each of its words: a level from 0 to 7. Pure.

What counts is how dense a word is in a field, not how often it stands: a long session has
every word, and is about few of them. The levels are all that its document holds, so
they are made from what its fields say and how much that is (`weights`).
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import TypeAlias

from ccmcp.index.weights import FIELD_WEIGHTS, HALF_DENSITY, OTHER_FIELDS, SMOOTHING

LEVELS = 7


Counted: TypeAlias = tuple[Mapping[str, int], int]
"""The tokens of a field and how often each stands there; and how many words the field has."""


def levels(fields: Mapping[str, Counted]) -> dict[str, int]:
    """The level of each token of some fields."""
    found: dict[str, _Share] = {}
    for name, (counts, length) in fields.items():
        share = _shares(FIELD_WEIGHTS.get(name, 1.0), length)
        for token, times in counts.items():
            if token in found:
                best, further, _ = found[token]
                more = share(times)[0]
                found[token] = max(best, more), further + min(best, more), -1
            else:
                found[token] = share(times)
    return {
        token: level if level >= 0 else _level(best + OTHER_FIELDS * further)
        for token, (best, further, level) in found.items()
    }


_Share: TypeAlias = tuple[float, float, int]
"""How much the best field is about a word, as a share of always; how much others are; the level, -1 when it is not worked out."""


def _shares(weight: float, length: int) -> Callable[[int], _Share]:
    """How much a field is about a word, by how often it stands in it."""
    scale = 1000 / (length + SMOOTHING)

    @cache
    def share(times: int) -> _Share:
        density = times * scale
        found = weight * density / (density + HALF_DENSITY)
        return found, 0.0, _level(found)

    return share


def _level(share: float) -> int:
    return min(LEVELS, round(LEVELS * share))


def by_bit(found: Mapping[str, int]) -> list[list[str]]:
    """The tokens, then those whose level has the bit 1, 2 and 4."""
    bits: list[list[str]] = [list(found), [], [], []]
    for token, level in found.items():
        if level & 1:
            bits[1].append(token)
        if level & 2:
            bits[2].append(token)
        if level & 4:
            bits[3].append(token)
    return bits
