"""Sessions in the order of how well they fit, those that repeat one another as one. I/O: reads the stores."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nlargest
from typing import NamedTuple

import tantivy

from ccmcp.index.catalog import portions
from ccmcp.index.source import Source
from ccmcp.index.units import Rarity, Unit
from ccmcp.index.weights import ALL_WORDS, BEST_PASSAGE, FURTHER_PASSAGE, RECENT, RECENT_DAYS

_FURTHER = 5
_DAY = 86_400
_MOST_LOOKED_AT = 200
"""So many of the best sessions are asked for all words: one that has them is among these by its words alone."""

_MOST_WHOLE = 12
"""Having all of more words than this adds next to nothing."""


@dataclass(slots=True)
class Ranked:
    """One session on its way into the answer."""

    own: float = 0.0
    """How much it is about the words."""
    scores: list[float] = field(default_factory=list)
    """Of its passages among the best, each against one that has all words."""
    whole: float = 0.0
    """What having all of the words adds."""
    recent: float = 0.0
    """From 1 for a session of right now down to 0."""
    score: float = 0.0
    """All together, when it is known."""
    shown: list[tuple[Source, tantivy.DocAddress]] = field(default_factory=list)
    """Passages that may be shown, best first."""

    @property
    def passage(self) -> float:
        """What its best passage adds."""
        return BEST_PASSAGE * max(self.scores, default=0.0)

    @property
    def further(self) -> float:
        """What its further passages add."""
        return FURTHER_PASSAGE * sum(
            min(score, 1.0) for score in sorted(self.scores, reverse=True)[1 : _FURTHER + 1]
        )


def rank(sources: Sequence[Source], units: Iterable[Unit], rarity: Rarity) -> dict[int, Ranked]:
    """The best sessions of all sources, by number."""
    ranked: dict[int, Ranked] = defaultdict(Ranked)
    for source in sources:
        for number, score, address in source.best_passages():
            ranked[number].scores.append(score)
            ranked[number].shown.append((source, address))
        for number, score in source.best_documents():
            # What was said and what was done may stand in a document each, even several where files came in batches.
            ranked[number].own += score
    words = [unit for unit in units if not unit.extra]
    if 1 < len(words) <= _MOST_WHOLE:
        candidates = nlargest(
            _MOST_LOOKED_AT, ranked, key=lambda number: ranked[number].own + ranked[number].passage
        )
        for source in sources:
            for number in source.having_all(words, rarity, candidates):
                ranked[number].whole = ALL_WORDS / len(words) ** 3
    return ranked


def in_order(
    sources: Sequence[Source], ranked: Mapping[int, Ranked], now: int, first: int | None = None
) -> dict[int, list[int]]:
    """
    The ranked sessions, best first, each with those further down that repeat it.

    Those are its forks and resumed copies, which begin with the same entries, and those that
    were asked the very same in the same project. `now` in seconds since 1970, 0 where being
    recent is no merit. The `first` session stands before all others, whatever its score.
    """
    rows = _known(sources, ranked if first is None else [first, *ranked])
    for number, each in ranked.items():
        ended = rows[number].ended if number in rows else 0
        if now and ended:
            each.recent = 0.5 ** (max(0, now - ended) / _DAY / RECENT_DAYS)
        each.score = (each.own + each.passage + each.further + each.whole) * (1 + RECENT * each.recent)
    unknown = _Row(0, "", "")
    order = sorted(
        ranked, key=lambda number: (-ranked[number].score, -rows.get(number, unknown).ended, number)
    )
    if first is not None:
        order = [first, *(number for number in order if number != first)]
    return _folded(order, rows)


def _folded(order: Iterable[int], rows: Mapping[int, "_Row"]) -> dict[int, list[int]]:
    heads: dict[tuple[int, str], int] = {}
    found: dict[int, list[int]] = {}
    for number in order:
        row = rows.get(number)
        marks = [(kind, mark) for kind, mark in enumerate(row[1:]) if mark] if row else []
        first = next((heads[mark] for mark in marks if mark in heads), number)
        if first == number:
            found[number] = []
        else:
            found[first].append(number)
        for mark in marks:
            heads.setdefault(mark, first)
    return found


class _Row(NamedTuple):
    """What the catalogue knows of a session."""

    ended: int
    begun: str
    """What its forks and resumed copies begin with too."""
    asked: str
    """What it was asked, and where."""


def _known(sources: Sequence[Source], numbers: Iterable[int]) -> dict[int, _Row]:
    """Sessions by number; where several sources know one, as the last has it."""
    wanted = list(numbers)
    found: dict[int, _Row] = {}
    for source in sources:
        for some, places in portions(wanted):
            rows = source.catalog.rows(
                "SELECT s.id, s.ended, f.head, CASE s.asked WHEN '' THEN '' ELSE s.asked || s.project END "  # noqa: S608 - placeholders
                f"FROM sessions s LEFT JOIN files f ON f.id = s.main_file WHERE s.id IN ({places})",
                some,
            )
            found.update(
                (int(str(row[0])), _Row(int(str(row[1])), str(row[2] or ""), str(row[3]))) for row in rows
            )
    return found


def when_ended(sources: Sequence[Source], numbers: Iterable[int]) -> dict[int, int]:
    """When sessions ended, in seconds since 1970; 0 where that is unknown."""
    wanted = list(numbers)
    return {
        int(str(number)): int(str(ended))
        for source in sources
        for some, places in portions(wanted)
        for number, ended in source.catalog.rows(
            f"SELECT id, ended FROM sessions WHERE id IN ({places})",  # noqa: S608 - placeholders
            some,
        )
    }
