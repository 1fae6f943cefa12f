"""Sessions in the order of how well they fit, those that repeat one another as one. I/O: reads the stores."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import tantivy

from ccmcp.index.source import Source
from ccmcp.index.units import Rarity, Unit
from ccmcp.index.weights import ALL_WORDS, BEST_PASSAGE, FURTHER_PASSAGE, RECENT, RECENT_DAYS

_FURTHER = 5
_DAY = 86_400
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

    @property
    def score(self) -> float:
        """What it is ranked by."""
        return (self.own + self.passage + self.further + self.whole) * (1 + RECENT * self.recent)


def rank(sources: Sequence[Source], units: Iterable[Unit], rarity: Rarity) -> dict[int, Ranked]:
    """The best sessions of all sources, by number."""
    ranked: dict[int, Ranked] = defaultdict(Ranked)
    for source in sources:
        for number, score, address in source.best_passages():
            ranked[number].scores.append(score)
            ranked[number].shown.append((source, address))
        for number, score in source.best_documents():
            # What was said and what was done may stand in a document each.
            ranked[number].own += score
    words = [unit for unit in units if not unit.extra]
    if words and len(words) <= _MOST_WHOLE:
        candidates = list(ranked)
        for source in sources:
            for number in source.having_all(words, rarity, candidates):
                ranked[number].whole = ALL_WORDS / len(words) ** 2
    return ranked


def in_order(sources: Sequence[Source], ranked: Mapping[int, Ranked], now: int) -> list[int]:
    """The ranked sessions, best first; `now` in seconds since 1970, 0 where being recent is no merit."""
    ended = when_ended(sources, ranked)
    for number, each in ranked.items() if now else ():
        if at := ended.get(number):
            each.recent = 0.5 ** (max(0, now - at) / _DAY / RECENT_DAYS)
    scores = {number: each.score for number, each in ranked.items()}
    return sorted(scores, key=lambda number: (-scores[number], -ended.get(number, 0), number))


def when_ended(sources: Sequence[Source], numbers: Iterable[int]) -> dict[int, int]:
    """When sessions ended, in seconds since 1970; 0 where that is unknown."""
    return {number: int(str(ended)) for number, ended in _column(sources, "ended", numbers)}


def folded(sources: Sequence[Source], order: Sequence[int]) -> dict[int, list[int]]:
    """
    Sessions in their order, each with those after it that repeat it.

    Those are its forks and resumed copies, which begin with the same entries, and those that
    were asked the very same in the same project.
    """
    begun = dict(_column(sources, "(SELECT head FROM files WHERE files.id = main_file)", order))
    asked = dict(_column(sources, "CASE asked WHEN '' THEN '' ELSE asked || project END", order))
    heads: dict[tuple[str, object], int] = {}
    found: dict[int, list[int]] = {}
    for number in order:
        marks = [
            (kind, mark)
            for kind, mark in (("begun", begun.get(number)), ("asked", asked.get(number)))
            if mark
        ]
        first = next((heads[mark] for mark in marks if mark in heads), number)
        if first == number:
            found[number] = []
        else:
            found[first].append(number)
        for mark in marks:
            heads.setdefault(mark, first)
    return found


def _column(sources: Sequence[Source], column: str, numbers: Iterable[int]) -> Iterable[tuple[int, object]]:
    """One column of sessions; where several sources know a session, as the last one has it."""
    wanted = list(numbers)
    for source in sources:
        for start in range(0, len(wanted), 500):
            some = wanted[start : start + 500]
            places = ", ".join("?" * len(some))
            rows = source.catalog.rows(f"SELECT id, {column} FROM sessions WHERE id IN ({places})", some)  # noqa: S608 - our own names, placeholders
            for number, value in rows:
                yield int(str(number)), value
