"""One state of the stores, asked one question: which sessions match, how well, by which passages. I/O: reads the stores."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import NamedTuple

import tantivy

from ccmcp.index import codes, schema
from ccmcp.index.catalog import Catalog
from ccmcp.index.excerpts import Sought, excerpt, read_passage, time_at
from ccmcp.index.facts import seconds, utc
from ccmcp.index.folding import folded
from ccmcp.index.fulltext import Fulltext
from ccmcp.index.listing import pattern_of
from ccmcp.index.match import (
    TITLE_WEIGHTS,
    Terms,
    among,
    beginnings,
    both,
    hiding,
    narrowing,
    one_of,
    preferring,
    without,
)
from ccmcp.index.query import Term
from ccmcp.index.question import Match, Question
from ccmcp.index.units import Rarity, Unit, about, members_of, standing, worth
from ccmcp.index.weights import PASSAGE_WEIGHTS
from ccmcp.redact import clean

CANDIDATES = 400
"""So many of the best passages, and of the best session documents, tell how well sessions fit."""

_MOST_BUCKETS = 65_000
_FEW = 3
"""So many passages with a word are looked at for whether it may be shown."""

_NONE: set[int] = set()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """What of one state of the stores counts as not there, because another source has it as it is now."""

    files: frozenset[int] = frozenset()
    """Files none of whose passages stand any more."""
    after: int | None = None
    """Passages of later batches than this."""
    documents: frozenset[int] = frozenset()
    """Sessions whose own documents do not stand any more."""
    sessions: frozenset[int] = frozenset()
    """Sessions whose rows in the catalogue do not stand any more."""

    def passages(self, index: tantivy.Index) -> list[tantivy.Query]:
        """The passages that count as not there."""
        found = [among(index, "file", self.files)] if self.files else []
        if self.after is not None:
            found.append(
                tantivy.Query.range_query(
                    index.schema,
                    "batch",
                    tantivy.FieldType.Integer,
                    lower_bound=self.after,
                    include_lower=False,
                )
            )
        return found


class Source:
    """One state of the stores, asked one question."""

    def __init__(self, catalog: Catalog, fulltext: Fulltext, stale: Stale, question: Question) -> None:
        """Take as not there what is stale."""
        self.catalog = catalog
        self.stale = stale
        self.question = question
        self._index, documents = fulltext.passages, fulltext.sessions
        self.searcher, self.documents = self._index.searcher(), documents.searcher()
        self._passages = Terms(self._index, schema.plain_words(), PASSAGE_WEIGHTS)
        self._document_index = documents
        self._titles = Terms(documents, schema.stemmed_words(), TITLE_WEIGHTS)
        self.scope = narrowing(self._index, question, self._tools(question.tool) if question.tool else ())
        self._stale = stale.passages(self._index)
        self._stale_documents = [among(documents, "session", stale.documents)] if stale.documents else []
        self._hiding = hiding(self._index, question, self._compacted())
        self._veil = [*self._hiding, *self._stale]
        self._titled = not (question.role or question.kind or question.tool)
        """Whether a title can answer: it is of no role and no tool's."""
        self._fitting: tantivy.Query | None = None
        """What a passage must match, whichever session it is of."""
        self._having: dict[Term, set[int]] = {}
        """The sessions that have a term in a passage, as far as that was asked."""
        self._shown: tantivy.Query | None = None
        self._own: tantivy.Query | None = None
        self._wanted: Sequence[Term] = ()
        self._asked: Sequence[Term] = ()
        self._known: Sequence[Term] = ()
        """Those of the terms that stand somewhere."""
        self._worth = 1.0
        """The score of a document that is about all that is asked."""
        self._units: Sequence[Unit] = ()
        self.found: set[int] = set()
        """The sessions that match, by number."""

    def _compacted(self) -> int:
        """When the asking session was last compacted, in seconds since 1970; 0 when it was not."""
        caller = self.question.caller
        if caller is None or caller.compacted_at < 0:
            return 0
        rows = self.catalog.rows("SELECT path FROM files WHERE id = ?", (caller.main_file,))
        return seconds(time_at(str(rows[0][0]), caller.compacted_at)) if rows else 0

    def _tools(self, name: str) -> list[int]:
        """The numbers of the tools of a name: as it is written, else in any case, else of a pattern with *."""
        rows = self.catalog.rows("SELECT id FROM tools WHERE name = ?", (name,))
        rows = rows or self.catalog.rows("SELECT id FROM tools WHERE name GLOB ?", (pattern_of(name),))
        return [int(str(row[0])) for row in rows]

    def having(self, term: Term) -> set[int] | None:
        """The sessions that have a term in a passage within the question's scope, or in their title; none without a word in it."""
        query = self._passages.exactly(term)
        if query is None:
            return None
        scope = [] if term.without else self.scope
        found = _distinct(self.searcher, without(both(query, *scope), self._veil))
        self._having[term] = found
        titles = self._titles.exactly(term) if self._titled or term.without else None
        return found | _distinct(self.documents, without(titles, self._stale_documents)) if titles else found

    def look_for(
        self,
        wanted: Sequence[Term],
        meant: Mapping[str, Sequence[str]],
        units: Sequence[Unit],
        rarity: Rarity,
        allowed: set[int] | None,
        denied: set[int] = _NONE,
    ) -> None:
        """
        Find the passages that match the words and the documents about their units; without words, the passages within the scope.

        Only those of allowed sessions (none: all) that are not denied.
        """
        instead = [Term(word) for term in wanted for word in meant.get(term.text, ())]
        words = self._passages.any_of([*wanted, *instead])
        if words is None and (wanted or not self.scope):
            return
        self._fitting = both(*([words] if words else []), *self.scope)
        self._wanted = wanted if not meant else [*wanted, *instead]
        self._asked = wanted
        self._known = [term for term in wanted if term.text not in meant]
        # A phrase alone has just been looked for, and among most sessions that have it.
        having = self._having.get(wanted[0]) if len(wanted) == 1 and wanted[0].phrase else None
        if having is not None and allowed is not None and having <= allowed - denied:
            self._shown, self.found = self._fitting, set(having)
        else:
            self._shown = _limited(self._index, self._fitting, allowed, denied)
            self.found = _distinct(self.searcher, without(self._shown, self._veil))
        self._units = units
        own = about(self._document_index, units, rarity)
        self._worth = worth(units, rarity) or 1.0
        if own is None:
            return
        if self.scope:
            # A document tells of no role and no time: it ranks what passages found. A title is of the whole session.
            ways = [both(own, among(self._document_index, "session", self.found))]
            titles = self._titles.any_of(wanted) if self._titled else None
            if titles is not None:
                titles = tantivy.Query.const_score_query(titles, 0.0)  # found by it, not ranked
                ways.append(_limited(self._document_index, titles, self._in_time(allowed), denied))
            own = one_of(ways)
            assert own is not None
        else:
            own = _limited(self._document_index, own, allowed, denied)
        caller = self.question.caller
        asking = [among(self._document_index, "session", [caller.session])] if caller else []
        self._own = without(own, [*asking, *self._stale_documents])
        self.found |= _distinct(self.documents, self._own)

    def _in_time(self, allowed: set[int] | None) -> set[int]:
        """The sessions that were alive within the question's time."""
        since, until = self.question.since, self.question.until
        rows = self.catalog.rows(
            "SELECT id FROM sessions WHERE (? IS NULL OR ended >= ?) AND (? IS NULL OR started_at < ?)",
            (since, since, until, _iso(until) if until is not None else None),
        )
        found = {int(str(row[0])) for row in rows}
        return found if allowed is None else found & allowed

    def best_passages(self) -> Iterable[tuple[int, float, tantivy.DocAddress]]:
        """The best passages: (session, score against one that has all words, address)."""
        if self._shown is None:
            return []
        closer = list(self._passages.close(self._asked))
        ranked = preferring(without(self._shown, self._veil), closer)
        hits = self.searcher.search(ranked, CANDIDATES).hits
        owners = self.searcher.fast_field_values("session", [address for _, address in hits])
        full = self._passages.worth(self._known, self.searcher) or (hits[0][0] if hits else 1.0)
        return [
            (int(owner or 0), score / full, address)
            for (score, address), owner in zip(hits, owners, strict=True)
        ]

    def best_documents(self) -> Iterable[tuple[int, float]]:
        """The best documents of sessions: (session, score against one that is about all that is asked)."""
        if self._own is None:
            return []
        return self._scored(self._own, CANDIDATES)

    def _scored(self, query: tantivy.Query, most: int) -> list[tuple[int, float]]:
        """The best documents that match: (session, score against one that is about all that is asked)."""
        hits = self.documents.search(query, most).hits
        owners = self.documents.fast_field_values("session", [address for _, address in hits])
        return [
            (int(owner or 0), score / self._worth) for (score, _), owner in zip(hits, owners, strict=True)
        ]

    def having_all(self, units: Sequence[Unit], rarity: Rarity, sessions: Sequence[int]) -> set[int]:
        """Those of these sessions that have all of the units: anywhere in their documents, or in one passage."""
        left = set(sessions)
        for unit in units:
            query = standing(self._document_index, unit, rarity)
            if query is None or not left:
                left = set()
                break
            left &= {number for number, _ in self._of_sessions(query, left)}
        rest = set(sessions) - left
        every = self._passages.all_of(self._wanted)
        if every is not None and rest:
            query = both(every, *self.scope, among(self._index, "session", rest))
            left |= _distinct(self.searcher, without(query, self._veil))
        return left

    def says(self, word: str) -> bool:
        """Whether a word of the index stands in a text as it may be shown: it may be a part of a secret."""
        query = self._passages.exactly(Term(word))
        if query is None:
            return False
        hits = self.searcher.search(without(query, self._stale), _FEW).hits
        return any(
            word in folded(clean(found.text)).text
            for place in self.places([address for _, address in hits])
            for path, kind in self.catalog.rows("SELECT path, kind FROM files WHERE id = ?", (place.file,))
            if (found := read_passage(str(path), str(kind), place.place)) is not None
        )

    def shares(self, unit: Unit, rarity: Rarity, sessions: Sequence[int]) -> Iterable[tuple[int, float]]:
        """How much of what is asked these sessions have by one unit of it."""
        query = about(self._document_index, [unit], rarity)
        return [] if query is None or not sessions else self._of_sessions(query, sessions)

    def _of_sessions(self, query: tantivy.Query, sessions: Collection[int]) -> list[tuple[int, float]]:
        """The documents of these sessions that match, as `_scored` gives them."""
        here = both(query, among(self._document_index, "session", sessions))
        return self._scored(without(here, self._stale_documents), 2 * len(sessions))

    def matching_tools(self) -> dict[str, int]:
        """The tools of the matching calls and results, and how many each has."""
        if self._shown is None:
            return {}
        tools = {"tools": {"terms": {"field": "tool", "size": 8}}}
        found = self.searcher.aggregate(without(self._shown, self._veil), tools)
        counts = {int(bucket["key"]): int(bucket["doc_count"]) for bucket in found["tools"]["buckets"]}
        places = ", ".join("?" * len(counts))
        names = self.catalog.rows(f"SELECT id, name FROM tools WHERE id IN ({places})", list(counts))  # noqa: S608 - placeholders
        return {str(name): counts[int(str(number))] for number, name in names}

    def further(
        self, session: int, seen: Sequence[tantivy.DocAddress], wanted: int
    ) -> list[tantivy.DocAddress]:
        """Passages of one session beside those seen, best first."""
        if self._fitting is None:
            return []
        here = _of(self._index, session)
        hits = self.searcher.search(without(both(self._fitting, here), self._veil), wanted).hits
        if not (hits or seen) and self._otherwise is not None:
            near = both(self._otherwise, here, *self.scope)
            hits = self.searcher.search(without(near, self._veil), wanted).hits
        known = {(address.segment_ord, address.doc) for address in seen}
        return [address for _, address in hits if (address.segment_ord, address.doc) not in known]

    @cached_property
    def _otherwise(self) -> tantivy.Query | None:
        """What shows a session that only its own document was found by: other forms of the words, or others that mean the same."""
        ways = (
            self._passages.starting(beginnings(self._wanted)),
            self._passages.any_of(map(Term, members_of(self._units))),
        )
        return one_of([way for way in ways if way is not None])

    def last(self, session: int, wanted: int) -> list[tantivy.DocAddress]:
        """The last passages of one session within the question's scope."""
        if self._fitting is None or not wanted:
            return []
        here = both(self._fitting, _of(self._index, session))
        hits = self.searcher.search(without(here, self._veil), wanted, order_by_field="at").hits
        return [address for _, address in hits]

    def hidden(self) -> int:
        """How many passages match but are no history."""
        hidden = one_of(self._hiding)
        if self._shown is None or hidden is None:
            return 0
        found = self.searcher.search(without(both(self._shown, hidden), self._stale), 1)
        return int(found.count)  # type: ignore[attr-defined]  # count is missing from tantivy's stubs

    def places(self, addresses: list[tantivy.DocAddress]) -> list["Place"]:
        """Where passages stand and what they are, in the order of their addresses."""
        columns = (self.searcher.fast_field_values(name, addresses) for name in Place._fields)
        return [Place(*(int(value or 0) for value in row)) for row in zip(*columns, strict=True)]

    def match(
        self, place: "Place", wanted: Sequence[Sought], otherwise: Callable[[], Sequence[Sought]]
    ) -> Match | None:
        """A passage as it is shown, by what is wanted or what is looked for otherwise; none when its file has changed or gone since."""
        rows = self.catalog.rows(
            "SELECT f.path, f.kind, f.agent_id, s.main_file IS NOT NULL, "
            "CASE f.kind WHEN 'agent' THEN COALESCE(json_extract(CAST(f.facts AS TEXT), '$.agent_type'), '') END FROM files f "
            "LEFT JOIN sessions s ON s.id = ? WHERE f.id = ?",
            (place.session, place.file),
        )
        if not rows:
            return None
        path, kind, agent = map(str, rows[0][:3])
        agent = str(rows[0][4] or agent)
        found = read_passage(path, kind, place.place)
        if found is None:
            return None
        role, passage_kind = codes.role_and_kind(place.what)
        tool = found.tool
        if place.tool and not tool:
            names = self.catalog.rows("SELECT name FROM tools WHERE id = ?", (place.tool,))
            tool = next((str(row[0]) for row in names), "")
        return Match(
            role=role,
            kind=passage_kind,
            at=utc(found.timestamp) or (_iso(place.at) if place.at else None),
            text=excerpt(found.text, wanted, otherwise),
            # A typed prompt is read by its line only where there is no transcript that has it too.
            entry_id="" if kind == "history" and rows[0][3] else found.entry_id,
            tool=tool,
            agent=agent,
        )


class Place(NamedTuple):
    """What the index keeps of a passage beside its words: its fast fields."""

    session: int
    file: int
    place: int
    what: int
    at: int
    tool: int


def _of(index: tantivy.Index, session: int) -> tantivy.Query:
    """What is of one session: a list of its passages, where `among` would make a set of all there are."""
    return tantivy.Query.const_score_query(tantivy.Query.term_query(index.schema, "session", session), 0.0)


def _limited(
    index: tantivy.Index, query: tantivy.Query, allowed: set[int] | None, denied: set[int]
) -> tantivy.Query:
    """What matches a query, of these sessions only."""
    query = query if allowed is None else both(query, among(index, "session", allowed - denied))
    # The few that must not be are cheaper to leave out than all others are to ask for.
    return without(query, [among(index, "session", denied)] if denied and allowed is None else [])


def _distinct(searcher: tantivy.Searcher, query: tantivy.Query) -> set[int]:
    """The sessions of all hits."""
    found = searcher.aggregate(query, {"sessions": {"terms": {"field": "session", "size": _MOST_BUCKETS}}})
    return {int(bucket["key"]) for bucket in found["sessions"]["buckets"]}


def _iso(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
