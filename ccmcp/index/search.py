"""
A question -> the sessions it is about, best first, with the passages that show it. I/O: reads the stores.

Sessions are ranked by their own documents and by their best passages together. What
narrows (filters, phrases, + and -) is part of the queries, never a cut through their
results, so no hit is lost behind a limit. Only how well a session fits is told by the
best so many passages: those with none among them follow, the newest first, so every
page goes on where the one before ended.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter

import tantivy

from ccmcp.errors import CcmcpError
from ccmcp.index.catalog import Catalog
from ccmcp.index.excerpts import Sought, sought
from ccmcp.index.fulltext import Fulltext
from ccmcp.index.listing import Session, SessionFilter, sessions_by_number, where
from ccmcp.index.match import beginnings
from ccmcp.index.question import Answer, Hit, Match, Question
from ccmcp.index.source import Source, Stale

SESSION_SHARE, PASSAGE_SHARE, FURTHER_SHARE = 1.0, 0.7, 0.1
"""What a session's own document, its best passage and each further one (up to 5) add, each against the best there is."""


@dataclass(frozen=True, slots=True)
class Search:
    """The search over one state of the stores."""

    catalog: Catalog
    fulltext: Fulltext
    stale: Stale = field(default_factory=Stale)

    def answer(self, question: Question) -> Answer:
        """
        The sessions a question is about.

        Raises:
            CcmcpError: a filter names what is not there.

        """
        return _answer((self,), question)


def joined(disk: Search, fresh: Search, question: Question) -> Answer:
    """One answer from the stores and from what is not in them yet. Raises CcmcpError as `Search.answer` does."""
    return _answer((disk, fresh), question)


@dataclass(slots=True)
class _Ranked:
    """One session on its way into the answer."""

    own: float = 0.0
    scores: list[float] = field(default_factory=list)
    """Of its passages among the best, each against the best there is."""
    shown: list[tuple[Source, tantivy.DocAddress]] = field(default_factory=list)
    """Passages that may be shown, best first."""

    @property
    def score(self) -> float:
        best, *further = sorted(self.scores, reverse=True)[:6] or [0.0]
        return SESSION_SHARE * self.own + PASSAGE_SHARE * best + FURTHER_SHARE * sum(further)


def _answer(searches: Sequence[Search], question: Question) -> Answer:
    sources = [Source(each.catalog, each.fulltext, each.stale, question) for each in searches]
    allowed, denied = _with_musts(sources, question, _in_catalogue(sources, question))
    wanted = [term for term in question.terms if not term.without]
    for source in sources:
        source.look_for(wanted, allowed, denied)
    if not wanted:
        return _newest(sources, question, allowed, denied)
    ranked = _rank(sources)
    order = _order(sources, ranked, set[int]().union(*(source.found for source in sources)), question)
    page = order[question.offset : question.offset + question.limit]
    scores = {number: ranked[number].score for number in page}
    for number in page:
        shown = ranked[number].shown
        for source in sources if len(shown) < question.passages else ():
            seen = [address for its, address in shown if its is source]
            shown += [(source, address) for address in source.further(number, seen, 3 * question.passages)]
    return _answered(sources, question, page, scores, ranked, total=len(order))


def _newest(
    sources: Sequence[Source], question: Question, allowed: set[int] | None, denied: set[int]
) -> Answer:
    """The answer to filters without words: all that fits, the newest first, with its last passages if it is about such."""
    if any(source.scope for source in sources):
        found = set[int]().union(*(source.found for source in sources))
    else:
        found = set(allowed) if allowed is not None else set[int]().union(*map(_everyone, sources))
        found -= denied
        if question.caller is not None and question.caller.compacted_at < 0:
            found.discard(question.caller.session)
    ended = _ended(sources, found)
    order = sorted(found, key=lambda number: (-ended.get(number, 0), number))
    page = order[question.offset : question.offset + question.limit]
    ranked: dict[int, _Ranked] = defaultdict(_Ranked)
    for number in page:
        for source in sources if question.role or question.kind or question.tool else ():
            ranked[number].shown += [(source, each) for each in source.last(number, question.passages)]
    return _answered(sources, question, page, {}, ranked, total=len(order))


def _answered(
    sources: Sequence[Source],
    question: Question,
    page: Sequence[int],
    scores: Mapping[int, float],
    ranked: Mapping[int, _Ranked],
    *,
    total: int,
) -> Answer:
    wanted = [term for term in question.terms if not term.without]
    show = sought(wanted, beginnings(wanted))
    known: dict[int, Session] = {}
    for source in sources:
        known |= sessions_by_number(source.catalog, page)
    hits = tuple(
        Hit(
            session=known[number],
            score=round(scores.get(number, 0.0), 4),
            matches=tuple(_matches(ranked[number].shown, show, question.passages, known[number].title)),
        )
        for number in page
        if number in known
    )
    return Answer(hits=hits, total=total, hidden=sum(source.hidden() for source in sources))


# -- which sessions may be found


def _in_catalogue(sources: Sequence[Source], question: Question) -> set[int] | None:
    """
    The sessions that fit the filters over sessions; none for all of them.

    A session that several states know is as the last one has it. Those that are not
    listed because only typed prompts are left of them are found all the same.
    """
    every = question.sessions == SessionFilter() and question.only_sessions is None
    if every and not any(map(_some_left_out, sources)):
        return None
    fitting: set[int] = set()
    errors: list[CcmcpError] = []
    for number, source in enumerate(sources):
        if number:
            fitting -= _everyone(source)
        try:
            condition, values = where(source.catalog, question.sessions, unlisted=True)
        except CcmcpError as error:  # a filter may name what only another state has
            errors.append(error)
        else:
            rows = source.catalog.rows(f"SELECT s.id FROM sessions s WHERE {condition}", values)  # noqa: S608 - our own condition
            fitting |= {int(str(row[0])) for row in rows} - source.stale.sessions
    if len(errors) == len(sources):
        raise errors[0]
    return fitting if question.only_sessions is None else fitting & set(question.only_sessions)


def _some_left_out(source: Source) -> bool:
    return bool(source.catalog.rows("SELECT 1 FROM sessions WHERE excluded NOT IN (0, 3) LIMIT 1"))


def _everyone(source: Source) -> set[int]:
    return {
        int(str(row[0])) for row in source.catalog.rows("SELECT id FROM sessions")
    } - source.stale.sessions


def _with_musts(
    sources: Sequence[Source], question: Question, allowed: set[int] | None
) -> tuple[set[int] | None, set[int]]:
    """Of these sessions (none: all) those that have what they must have; and those that have what they must not."""
    denied: set[int] = set()
    for term in question.terms:
        if not (term.must or term.without):
            continue
        having = [found for source in sources if (found := source.having(term)) is not None]
        if not having:
            continue  # there is no word in it
        these = set[int]().union(*having)
        if term.without:
            denied |= these
        else:
            allowed = these if allowed is None else allowed & these
    return allowed, denied


# -- ranking


def _rank(sources: Iterable[Source]) -> dict[int, _Ranked]:
    """The best sessions of each source, each score against the source's best."""
    ranked: dict[int, _Ranked] = defaultdict(_Ranked)
    for source in sources:
        for number, score, address in source.best_passages():
            ranked[number].scores.append(score)
            ranked[number].shown.append((source, address))
        for number, score in source.best_documents():
            ranked[number].own = max(ranked[number].own, score)
    return ranked


def _order(
    sources: Sequence[Source], ranked: Mapping[int, _Ranked], found: set[int], question: Question
) -> list[int]:
    """All that was found: the ranked ones by score, then the others, either the newest first."""
    scores = {number: each.score for number, each in ranked.items()}
    ended = _ended(sources, scores)
    best = sorted(scores, key=lambda number: (-scores[number], -ended.get(number, 0), number))
    others = found - scores.keys()
    if question.offset + question.limit > len(best):
        ended = _ended(sources, others)
    return [*best, *sorted(others, key=lambda number: (-ended.get(number, 0), number))]


def _ended(sources: Sequence[Source], numbers: Iterable[int]) -> dict[int, int]:
    wanted = list(numbers)
    found: dict[int, int] = {}
    for source in sources:
        for start in range(0, len(wanted), 500):
            some = wanted[start : start + 500]
            places = ", ".join("?" * len(some))
            rows = source.catalog.rows(f"SELECT id, ended FROM sessions WHERE id IN ({places})", some)  # noqa: S608 - placeholders
            found.update((int(str(number)), int(str(ended))) for number, ended in rows)
    return found


# -- passages


def _matches(
    shown: Sequence[tuple[Source, tantivy.DocAddress]], wanted: Sequence[Sought], most: int, title: str
) -> Iterable[Match]:
    """
    The passages of one session, each text once, but for its title, which is shown anyway.

    A typed prompt stands in history.jsonl and in the transcript: the one that can be read on from is shown.
    """
    found: dict[str, Match] = {}
    for source, some in groupby(shown[: 3 * most], key=itemgetter(0)):
        for place in source.places([address for _, address in some]):
            if len(found) >= most and all(match.entry_id for match in found.values()):
                return found.values()
            match = source.match(place, wanted)
            if match is None or (match.kind == "summary" and match.text == " ".join(title.split())):
                continue
            if match.text in found or len(found) < most:
                before = found.get(match.text)
                found[match.text] = match if before is None or not before.entry_id else before
    return found.values()
