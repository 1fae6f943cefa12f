"""Why a session stands where it does. I/O: reads the index."""

from collections.abc import Mapping, Sequence

from ccmcp.index.question import Why
from ccmcp.index.ranking import Ranked
from ccmcp.index.source import Source
from ccmcp.index.units import Rarity, Unit
from ccmcp.index.weights import RECENT


def reasons(
    sources: Sequence[Source],
    units: Sequence[Unit],
    rarity: Rarity,
    ranked: Mapping[int, Ranked],
    page: Sequence[int],
) -> dict[int, Why]:
    """Why each session of a page stands where it does."""
    shares: dict[int, dict[str, float]] = {number: {} for number in page}
    for source in sources:
        for unit in units:
            for number, share in source.shares(unit, rarity, page):
                shares[number][unit.word] = shares[number].get(unit.word, 0.0) + share
    return {
        number: Why(
            about=round(ranked[number].own, 4),
            words=tuple(
                (word, round(share, 4))
                for word, share in sorted(shares[number].items(), key=lambda each: -each[1])
            ),
            passage=round(ranked[number].passage, 4),
            further=round(ranked[number].further, 4),
            all_words=round(ranked[number].whole, 4),
            recent=round(RECENT * ranked[number].recent, 4),
        )
        for number in page
    }
