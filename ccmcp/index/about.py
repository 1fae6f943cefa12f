"""
How much a session is about each of its words: a level from 0 to 7. Pure.

What counts is how dense a word is in a field, not how often it stands: a long session has
every word, and is about few of them. The levels are all that its document holds, so
they are made from what its fields say and how much that is (`weights`).
"""

from collections.abc import Iterable, Mapping

from ccmcp.index.tokens import tokens
from ccmcp.index.weights import FIELD_WEIGHTS, HALF_DENSITY, OTHER_FIELDS, SMOOTHING

LEVELS = 7


def levels(fields: Mapping[str, Mapping[bytes, int]]) -> dict[str, int]:
    """The level of each token of some fields, by their raw words."""
    shares: dict[str, list[float]] = {}
    for name, raw in fields.items():
        found, length = tokens(raw)
        weight, scale = FIELD_WEIGHTS.get(name, 1.0), 1000 / (length + SMOOTHING)
        for token, times in found.items():
            density = times * scale
            shares.setdefault(token, []).append(weight * density / (density + HALF_DENSITY))
    return {token: _level(some) for token, some in shares.items()}


def _level(shares: Iterable[float]) -> int:
    best = max(shares)
    return min(LEVELS, round(LEVELS * (best + OTHER_FIELDS * (sum(shares) - best))))


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
