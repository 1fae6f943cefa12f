"""
A query's words -> what session documents are asked for, and how well they match at best. Knows the documents' fields and weights.

Each unit is one thing asked for, with all that can stand for it: the word, its stem in
another language, what means the same. The best that a session has of these counts, so
that a word and its synonyms never count twice.
"""

import math
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import tantivy

from ccmcp.index import codes, languages, weights
from ccmcp.index.concepts import concepts
from ccmcp.index.query import Term
from ccmcp.index.tokens import is_token, pieces
from ccmcp.index.words import fed

MOST_UNITS = 96
"""Of a longer query the rest is left out: a pasted page is no question."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One thing that is asked for."""

    word: str
    """As it was asked for."""
    token: str
    others: tuple[tuple[str, float], ...] = ()
    """What can stand for it, and how much of it that is worth."""
    share: float = 1.0
    """How much of a whole word it is worth."""
    most: tuple[str, ...] = ()
    """Tokens that it counts no more than together, however rare it is; empty for no such bound."""
    extra: bool = False
    """Whether a session can be all that is asked for without it: two words written as one, a concept in a run of CJK."""

    @property
    def tokens(self) -> tuple[str, ...]:
        """Its own token and those that can stand for it."""
        return self.token, *(token for token, _ in self.others)


def units_of(terms: Iterable[Term], meant: Mapping[str, Sequence[str]]) -> list[Unit]:
    """
    What is asked for, each thing once; stop words only where there is nothing else.

    `meant` are the words that others, which stand nowhere, may have been meant as.
    """
    found: dict[str, Unit] = {}
    texts = [term.text for term in terms if not term.without]
    telling = [text for text in texts if not _is_stop_word(text)] or texts
    for text in telling:
        if text not in meant:
            for unit in _units(text):
                found.setdefault(unit.token, unit)
        if near := meant.get(text):
            first, *others = (Unit(each, languages.stem(each)) for each in near)
            choices = tuple((each.token, 1.0) for each in others)
            found.setdefault(first.token, replace(first, others=choices, share=weights.MEANT))
    whole = " ".join(texts).lower()
    for pair in languages.pairs(whole):
        token = pair.decode()
        meaning = _concepts(concepts().of_tokens([token], "vietnamese"))
        found.setdefault(token, Unit(token.replace("+", " "), token, meaning))
    for one, two in pairwise(telling):
        if one.isascii() and two.isascii() and one.isalnum() and two.isalnum():
            token = languages.stem((one + two).lower())
            both = languages.stem(one.lower()), languages.stem(two.lower())
            found.setdefault(token, Unit(one + two, token, most=both, extra=True))
    return list(found.values())[:MOST_UNITS]


def _units(text: str) -> Iterator[Unit]:
    for word, spaceless in pieces(unicodedata.normalize("NFC", text)):
        if spaceless:
            for one, two in pairwise(word):
                yield Unit(one + two, one + two)
            if len(word) == 1:
                yield Unit(word, word)
            for token in concepts().in_run(word):
                yield Unit(token, token, share=weights.CONCEPT, extra=True)
        elif is_token(word):
            lower = word.lower()
            stem = languages.stem(lower)
            foreign = {languages.stem(lower, each) for each in languages.STEMMED} - {stem}
            others = [(each, 1.0) for each in sorted(foreign)]
            yield Unit(word, stem, (*others, *_concepts(concepts().of_word(word))))
            for part in fed(word)[1].lower().split():
                yield Unit(part, languages.stem(part), _concepts(concepts().of_word(part)))


def _concepts(found: Iterable[str]) -> tuple[tuple[str, float], ...]:
    return tuple((token, weights.CONCEPT) for token in found)


def _is_stop_word(text: str) -> bool:
    return languages.is_stop_word(text.lower().encode("utf-8", "replace"), "question")


def members_of(units: Iterable[Unit]) -> list[str]:
    """All words that mean the same as something that is asked for."""
    tokens = (token for unit in units for token in unit.tokens)
    found = (word for token in tokens for word in concepts().members.get(token, ()))
    return list(dict.fromkeys(found))


def rareness(having: int, every: int) -> float:
    """The inverse document frequency, as BM25 has it. Documents that were deleted may be among those having it, and not among all."""
    having = min(having, every)
    return math.log(1 + (every - having + 0.5) / (having + 0.5))


class Rarity:
    """How rare tokens are in the documents of sessions, over all states of the stores that are asked."""

    def __init__(self, searchers: Sequence[tantivy.Searcher]) -> None:
        self._searchers = searchers
        self._known: dict[str, float] = {}
        self._all = self._count(codes.ANY)

    def __call__(self, token: str) -> float:
        """The inverse document frequency, as BM25 has it."""
        if token not in self._known:
            self._known[token] = rareness(self._count(token), self._all)
        return self._known[token]

    def stands(self, token: str) -> bool:
        """Whether any session has it."""
        return self._count(token) > 0

    def shared(self, token: str) -> bool:
        """Whether more than one session has it."""
        return self._count(token) > 1

    def _count(self, token: str) -> int:
        # What was said and what was done may stand in documents of their own: the more frequent tells.
        return sum(
            max(each.doc_freq(name, token) for name in (codes.SAID_ABOUT[0], codes.DONE_ABOUT[0]))
            for each in self._searchers
        )


def worth(units: Iterable[Unit], rarity: Rarity) -> float:
    """The score of a session that is about all of it."""
    return sum(unit.share * rarity(unit.token) * (weights.PRESENT + 1) for unit in units if not unit.extra)


def about(index: tantivy.Index, units: Iterable[Unit], rarity: Rarity) -> tantivy.Query | None:
    """What is about any of it: the denser and the rarer, the better; none when no session is."""
    clauses = []
    for unit in units:
        rare = rarity(unit.token)
        if unit.most:
            rare = min(rare, sum(map(rarity, unit.most)))
        rare *= unit.share
        choices = [(unit.token, rare)]
        choices += [(token, min(rare, rarity(token)) * share) for token, share in unit.others]
        there = [(token, value) for token, value in choices if rarity.stands(token)]
        # Each half for itself, as the two may stand in a document each.
        for scales in (_SAID_SCALES, _DONE_SCALES) if there else ():
            dense = [_dense(index, token, value, scales) for token, value in there]
            clauses.append(dense[0] if len(dense) == 1 else tantivy.Query.disjunction_max_query(dense))
    return (
        tantivy.Query.boolean_query([(tantivy.Occur.Should, each) for each in clauses]) if clauses else None
    )


def standing(index: tantivy.Index, unit: Unit, rarity: Rarity) -> tantivy.Query | None:
    """What has a unit at all, or what stands for it; none when nothing does."""
    clauses = [
        (tantivy.Occur.Should, tantivy.Query.term_query(index.schema, name, token, "basic"))
        for token in unit.tokens
        if rarity.stands(token)
        for name in (codes.SAID_ABOUT[0], codes.DONE_ABOUT[0])
    ]
    return tantivy.Query.boolean_query(clauses) if clauses else None


_SAID_SCALES: Mapping[str, float] = dict(
    zip(codes.SAID_ABOUT, (weights.PRESENT, 1 / 7, 2 / 7, 4 / 7), strict=True)
)
_DONE_SCALES: Mapping[str, float] = dict(
    zip(codes.DONE_ABOUT, (weights.DONE_PRESENT, *(weights.DONE * bit / 7 for bit in (1, 2, 4))), strict=True)
)


def _dense(index: tantivy.Index, token: str, value: float, scales: Mapping[str, float]) -> tantivy.Query:
    """How dense a token is in what was said, or in what was done, at best worth this much."""
    return tantivy.Query.boolean_query(
        [
            (
                tantivy.Occur.Should,
                tantivy.Query.const_score_query(
                    tantivy.Query.term_query(index.schema, name, token, "basic"), value * scale
                ),
            )
            for name, scale in scales.items()
        ]
    )
