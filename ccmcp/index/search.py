"""
A question -> the sessions it is about, best first, with the passages that show it. I/O: reads the stores.

Sessions are ranked by their own documents and by their best passages together. What
narrows (filters, phrases, + and -) is part of the queries, never a cut through their
results, so no hit is lost behind a limit. Only how well a session fits is told by the
best so many passages and documents: those with none among them follow, the newest first,
so every page goes on where the one before ended.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import groupby
from operator import itemgetter

import tantivy

from ccmcp.index import schema, spelling
from ccmcp.index.catalog import Catalog
from ccmcp.index.excerpts import Sought, sought
from ccmcp.index.facets import facets
from ccmcp.index.fulltext import Fulltext
from ccmcp.index.listing import Session, sessions_by_number
from ccmcp.index.match import beginnings
from ccmcp.index.narrow import everyone, in_catalogue, with_musts
from ccmcp.index.query import Term
from ccmcp.index.question import Answer, Hit, Match, Question
from ccmcp.index.ranking import Ranked, in_order, rank, when_ended
from ccmcp.index.reasons import reasons
from ccmcp.index.source import Source, Stale
from ccmcp.index.units import Rarity, Unit, members_of, units_of
from ccmcp.index.words import parts_of

MOST_ALIKE = 3
"""So many of the sessions that repeat one are named with it."""

_MOST_MEANT = 8

GOOD = 0.5
"""Sessions with so much of the best one's score are those that facets are of."""


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
class _Page:
    """What is to be answered."""

    sessions: Sequence[int]
    total: int
    ranked: Mapping[int, Ranked] = field(default_factory=lambda: defaultdict(Ranked))
    alike: Mapping[int, Sequence[int]] = field(default_factory=dict)
    """For each of the sessions those that repeat it."""
    good: Sequence[int] = ()
    """The sessions that match best, where these are not all."""


def _answer(searches: Sequence[Search], question: Question) -> Answer:
    sources = [Source(each.catalog, each.fulltext, each.stale, question) for each in searches]
    allowed, denied = with_musts(sources, question, in_catalogue(sources, question))
    wanted = [term for term in question.terms if not term.without]
    meant = _meant([term for term in wanted if not term.must], sources)
    units, rarity = units_of(wanted, meant), Rarity([source.documents for source in sources])
    for source in sources:
        source.look_for(wanted, meant, units, rarity, allowed, denied)
    if not wanted:
        page = _by_time(sources, question, _all(sources, question, allowed, denied))
    elif question.order != "best":
        found = set[int]().union(*(source.found for source in sources))
        page = _by_time(sources, question, found - {question.without_like})
    else:
        page = _best(sources, question, units, rarity)
    for number in page.sessions:
        shown = page.ranked[number].shown
        for source in sources if len(shown) < question.passages else ():
            if wanted:
                seen = [address for its, address in shown if its is source]
                shown += [
                    (source, address) for address in source.further(number, seen, 3 * question.passages)
                ]
            elif source.scope:
                shown += [(source, each) for each in source.last(number, question.passages)]
    if not page.total:
        meant |= _meant(wanted, sources)
    answer = _answered(sources, question, page, units, meant)
    if question.explain:
        scored = [number for number in page.sessions if number in page.ranked and page.ranked[number].score]
        why = reasons(sources, units, rarity, page.ranked, scored)
        hits = (replace(hit, why=why.get(hit.session.number)) for hit in answer.hits)
        answer = replace(answer, hits=tuple(hits))
    return answer


def _best(sources: Sequence[Source], question: Question, units: Sequence[Unit], rarity: Rarity) -> _Page:
    """The page of the sessions that fit best: the ranked ones, those that repeat one with it; then all others, the newest first."""
    ranked = rank(sources, units, rarity)
    like = question.without_like
    alike = in_order(sources, ranked, question.now, like)
    if like is not None:
        alike.pop(like)
    best = list(alike)
    others = set[int]().union(*(source.found for source in sources)) - ranked.keys() - {like}
    end = question.offset + question.limit
    rest = _newest_first(sources, others) if end > len(best) else []
    good = [number for number in best if ranked[number].score >= GOOD * ranked[best[0]].score]
    return _Page(
        sessions=[*best, *rest][question.offset : end],
        total=len(best) + len(others),
        ranked=ranked,
        alike=alike,
        good=good if len(good) > end and not question.offset else (),
    )


def _all(
    sources: Sequence[Source], question: Question, allowed: set[int] | None, denied: set[int]
) -> set[int]:
    """What answers filters without words: all that fits."""
    if any(source.scope for source in sources):
        return set[int]().union(*(source.found for source in sources))
    found = set(allowed) if allowed is not None else set[int]().union(*map(everyone, sources))
    found -= denied
    if question.caller is not None and question.caller.compacted_at < 0:
        found.discard(question.caller.session)
    return found


def _by_time(sources: Sequence[Source], question: Question, found: set[int]) -> _Page:
    order = _newest_first(sources, found)
    if question.order == "oldest":
        order.reverse()
    return _Page(order[question.offset : question.offset + question.limit], len(order))


def _newest_first(sources: Sequence[Source], numbers: set[int]) -> list[int]:
    ended = when_ended(sources, numbers)
    return sorted(numbers, key=lambda number: (-ended.get(number, 0), number))


def _meant(terms: Iterable[Term], sources: Sequence[Source]) -> dict[str, list[str]]:
    """What words that stand nowhere may have been meant as."""
    searchers = [source.searcher for source in sources]
    found: dict[str, list[str]] = {}
    for term in terms:
        if len(found) >= _MOST_MEANT:
            break
        words = schema.plain_words().analyze(term.text)
        if len(words) != 1 or parts_of(term.text) or spelling.stands(words[0], searchers):
            continue
        near = spelling.near(words[0], searchers)
        if said := [word for word in near if any(source.says(word) for source in sources)]:
            found[term.text] = said
    return found


def _answered(
    sources: Sequence[Source],
    question: Question,
    page: _Page,
    units: Sequence[Unit],
    meant: Mapping[str, Sequence[str]],
) -> Answer:
    wanted = [term for term in question.terms if not term.without]
    instead = [Term(word) for words in meant.values() for word in words]
    show = sought([*wanted, *instead], beginnings(wanted))
    otherwise = cache(lambda: sought(map(Term, members_of(units))))
    alike = {number: page.alike.get(number, ())[:MOST_ALIKE] for number in page.sessions}
    known: dict[int, Session] = {}
    for source in sources:
        known |= sessions_by_number(
            source.catalog, [*page.sessions, *(each for some in alike.values() for each in some)]
        )
    hits = tuple(
        Hit(
            session=known[number],
            score=round(page.ranked[number].score, 4) if number in page.ranked else 0.0,
            matches=tuple(
                _matches(page.ranked[number].shown, (show, otherwise), question.passages, known[number].title)
            ),
            alike=tuple(known[each] for each in alike[number] if each in known),
            more_alike=max(0, len(page.alike.get(number, ())) - MOST_ALIKE),
        )
        for number in page.sessions
        if number in known
    )
    return Answer(
        hits=hits,
        total=page.total,
        meant=tuple((word, tuple(words)) for word, words in meant.items()),
        facets=facets(sources, page.good) if page.good else None,
        hidden=sum(source.hidden() for source in sources),
    )


# -- passages


def _matches(
    shown: Sequence[tuple[Source, tantivy.DocAddress]],
    wanted: tuple[Sequence[Sought], Callable[[], Sequence[Sought]]],
    most: int,
    title: str,
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
            match = source.match(place, *wanted)
            if match is None or (match.kind == "summary" and match.text == " ".join(title.split())):
                continue
            if match.text in found or len(found) < most:
                before = found.get(match.text)
                found[match.text] = match if before is None or not before.entry_id else before
    return found.values()
