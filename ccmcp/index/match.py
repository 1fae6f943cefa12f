"""Terms, filters and what is hidden -> Tantivy queries over passages and sessions. Knows both indexes' fields and their weights."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

import tantivy

from ccmcp.index import codes, schema
from ccmcp.index.query import Term
from ccmcp.index.question import Caller, Question
from ccmcp.index.units import rareness
from ccmcp.index.weights import CLOSE, PAIR, ROW
from ccmcp.index.words import parts_of, spaced

TITLE_WEIGHTS: Mapping[str, float] = {codes.TITLE: 1.0}

_MOST_PAIRS, _LONGEST_RUN = 24, 256
"""Of a longer run the rest is left out: a pasted page is no question."""


_MOST_CLOSE, _LEAST_ROW, _MOST_ROW = 8, 3, 12
"""So many pairs of a query's words, and rows of so many, are looked for next to each other."""


class Terms:
    """A query's terms, ready to be looked for in either index."""

    def __init__(
        self, index: tantivy.Index, analyzer: tantivy.TextAnalyzer, weights: Mapping[str, float]
    ) -> None:
        self._schema = index.schema
        self._analyzer = analyzer
        self._weights = weights

    def any_of(self, terms: Iterable[Term]) -> tantivy.Query | None:
        """What matches any of the terms, the more the better; none when no term has a word in it."""
        return one_of([clause for term in terms for clause in self._clauses(term)])

    def worth(self, terms: Iterable[Term], searcher: tantivy.Searcher) -> float:
        """About the score of a passage that has all of these terms, by how rare they are."""
        every = searcher.num_docs
        worth = 0.0
        for term in terms:
            for run in self._runs(term)[:1]:
                for word in run:
                    having = max(searcher.doc_freq(field, word) for field in self._weights)
                    worth += rareness(having, every) * len(run) ** 0.5
        return worth

    def all_of(self, terms: Iterable[Term]) -> tantivy.Query | None:
        """What has every one of these terms; none when no term has a word in it."""
        found = [query for term in terms if (query := self.exactly(term)) is not None]
        return both(*found) if found else None

    def exactly(self, term: Term) -> tantivy.Query | None:
        """What has this term: all its words in a row, in any one field; none when it has no word in it."""
        return one_of([self._run(field, run) for run in self._runs(term) for field in self._weights])

    def close(self, terms: Iterable[Term]) -> Iterator[tantivy.Query]:
        """What has neighbouring words of the query next to each other, and what has all of them in a row."""
        plain = [term for term in terms if not (term.phrase or term.without)]
        found = [run for term in plain if (run := self._analyzer.analyze(spaced(term.text)))]
        # Within one word (a path, a run of CJK) they are looked for already.
        pairs = list(dict.fromkeys((one[-1], two[0]) for one, two in pairwise(found)))[:_MOST_CLOSE]
        row = [word for run in found for word in run]
        whole = len(found) > 1 and _LEAST_ROW <= len(row) <= _MOST_ROW
        for field, weight in self._weights.items():
            for pair in pairs:
                yield tantivy.Query.boost_query(self._run(field, pair), weight * CLOSE)
            if whole:
                yield tantivy.Query.boost_query(self._run(field, row), weight * ROW)

    def starting(self, beginnings: Iterable[str]) -> tantivy.Query | None:
        """What has a word with one of these beginnings."""
        return one_of(
            [
                tantivy.Query.boost_query(
                    tantivy.Query.regex_query(self._schema, field, re.escape(beginning) + ".*"), weight
                )
                for beginning in beginnings
                for field, weight in self._weights.items()
            ]
        )

    def _runs(self, term: Term) -> list[list[str]]:
        """The rows of tokens that stand for a term: as a whole, and a camelCase word by its parts."""
        whole = self._analyzer.analyze(spaced(term.text))[:_LONGEST_RUN]
        runs = [whole] if whole else []
        if not term.phrase and len(whole) == 1 and (parts := parts_of(term.text)):
            runs.append(self._analyzer.analyze(" ".join(parts)))
        return runs

    def _clauses(self, term: Term) -> Iterator[tantivy.Query]:
        runs = self._runs(term)
        pairs: dict[tuple[str, str], None] = {}
        if not term.phrase and runs and len(runs[0]) > 2:
            # Of a path or a run of CJK its pairs are looked for too: parts of it may stand elsewhere.
            pairs = dict.fromkeys(list(zip(runs[0], runs[0][1:], strict=False))[:_MOST_PAIRS])
        for field, weight in self._weights.items():
            for run in runs:
                yield tantivy.Query.boost_query(self._run(field, run), weight * len(run) ** 0.5)
            for pair in pairs:
                yield tantivy.Query.boost_query(self._run(field, pair), weight * PAIR)

    def _run(self, field: str, run: Sequence[str]) -> tantivy.Query:
        if len(run) == 1:
            return tantivy.Query.term_query(self._schema, field, run[0], "freq")
        return tantivy.Query.phrase_query(self._schema, field, list(run))


def beginnings(terms: Iterable[Term]) -> list[str]:
    """How words of the same stem as a term's begin: what a session's document was found by may be inflected in it."""
    stems = (stem for term in terms if not term.phrase for stem in schema.stemmed_words().analyze(term.text))
    # policies, policy: polic
    return [stem.removesuffix("i") for stem in stems if len(stem) >= 4 and stem.isascii()]


def one_of(queries: Sequence[tantivy.Query]) -> tantivy.Query | None:
    """What matches any of these; none of none."""
    if not queries:
        return None
    return tantivy.Query.boolean_query([(tantivy.Occur.Should, query) for query in queries])


def both(*queries: tantivy.Query) -> tantivy.Query:
    """What matches all of these."""
    if len(queries) == 1:
        return queries[0]
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, query) for query in queries])


def without(query: tantivy.Query, unwanted: Sequence[tantivy.Query]) -> tantivy.Query:
    """What matches the query and none of the others."""
    if not unwanted:
        return query
    return tantivy.Query.boolean_query(
        [(tantivy.Occur.Must, query), *((tantivy.Occur.MustNot, each) for each in unwanted)]
    )


def preferring(query: tantivy.Query, better: Sequence[tantivy.Query]) -> tantivy.Query:
    """What matches the query; what matches the others too ranks higher."""
    if not better:
        return query
    return tantivy.Query.boolean_query(
        [(tantivy.Occur.Must, query), *((tantivy.Occur.Should, each) for each in better)]
    )


def among(index: tantivy.Index, field: str, numbers: Iterable[int]) -> tantivy.Query:
    """What has one of these numbers in a field."""
    return tantivy.Query.const_score_query(
        tantivy.Query.term_set_query(index.schema, field, list(numbers)), 0.0
    )


def narrowing(index: tantivy.Index, question: Question, tools: Iterable[int]) -> list[tantivy.Query]:
    """What a passage must match by the question's role, kind, tool (its numbers) and time."""
    found = []
    if question.role or question.kind or not question.subagents:
        agent = None if question.subagents else False
        fitting = codes.what_codes(role=question.role, kind=question.kind, agent=agent)
        found.append(among(index, "what", fitting))
    if question.tool:
        found.append(among(index, "tool", tools))
    if question.since is not None or question.until is not None:
        # From 1 on: 0 stands for entries without a time.
        lower = max(question.since, 1) if question.since is not None else 1
        found.append(_between(index, "at", lower, question.until))
    return found


def hiding(index: tantivy.Index, question: Question, compacted: int = 0) -> list[tantivy.Query]:
    """
    What is no history: ccmcp's own calls and answers, and what the asking session said since its last compaction.

    `compacted` is that compaction's time in seconds since 1970; 0 when it is unknown.
    """
    found = []
    if not question.own:
        found.append(among(index, "what", codes.what_codes(own=True)))
    if question.caller is not None:
        found.append(_said_since(index, question.caller, compacted))
    return found


def _said_since(index: tantivy.Index, caller: Caller, compacted: int) -> tantivy.Query:
    session = among(index, "session", [caller.session])
    if caller.compacted_at < 0:
        return session
    main = among(index, "file", [caller.main_file])
    earlier = [both(main, _between(index, "place", None, caller.compacted_at * codes.PARTS))]
    if compacted > 0:
        # Its subagents' lines stand in other files: of those the time tells.
        earlier.append(without(both(session, _between(index, "at", 1, compacted)), [main]))
    return without(session, earlier)


def _between(index: tantivy.Index, field: str, lower: int | None, upper: int | None) -> tantivy.Query:
    """From a number on, before another; none is no bound."""
    query = tantivy.Query.range_query(
        index.schema, field, tantivy.FieldType.Integer,
        lower_bound=lower, upper_bound=upper, include_upper=upper is None,
    )  # fmt: skip
    return tantivy.Query.const_score_query(query, 0.0)
