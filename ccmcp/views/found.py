"""What a search found, and how it reads."""

from collections.abc import Iterator
from dataclasses import dataclass

from ccmcp.index.query import FILTERS, nearest_filter
from ccmcp.screen import Screen, columns, cut
from ccmcp.views.words import (
    Covered,
    NamedSession,
    clipped,
    counted,
    empty_note,
    named,
    one_line,
    short_entry,
    shortened,
    unseen_notes,
)


@dataclass(frozen=True, kw_only=True)
class FoundPassage:
    """A passage that shows why a session was found."""

    role: str
    at: str | None
    text: str
    entry_id: str | None
    tool: str | None
    agent: str | None
    """Which subagent said or did it: its kind, else its id."""


@dataclass(frozen=True, kw_only=True)
class WordShare:
    """What one word of the query adds to how much a session is about it."""

    word: str
    """As it was asked; =word for all that mean the same."""

    share: float


@dataclass(frozen=True, kw_only=True)
class WhyFound:
    """Why a session ranks where it does: score = (about + passage + further + all_words) * (1 + recent)."""

    about: float
    """How much it is about the words, whichever of its messages they stand in."""

    words: tuple[WordShare, ...]
    passage: float
    """What its best passage adds."""

    further: float
    """What its further passages add."""

    all_words: float
    """What having all of the words adds."""

    recent: float


@dataclass(frozen=True, kw_only=True)
class FoundSession(NamedSession):
    """One session found."""

    score: float
    matches: tuple[FoundPassage, ...]
    alike: tuple[str, ...]
    """Some that repeat it, by what they are asked for by: forks, resumed copies, sessions that were asked the very same."""

    more_alike: int
    """How many more of these there are."""

    why: WhyFound | None
    """With `explain`."""


@dataclass(frozen=True, kw_only=True)
class FacetCount:
    """One value of a facet, and how many there are of it."""

    name: str
    count: int


@dataclass(frozen=True, kw_only=True)
class FoundFacets:
    """How the sessions that match best spread; the most frequent of each."""

    sessions: int
    """How many these are."""

    projects: tuple[FacetCount, ...]
    months: tuple[FacetCount, ...]
    models: tuple[FacetCount, ...]
    tools: tuple[FacetCount, ...]
    """Of tools the counts are of matching calls and results in all sessions."""


@dataclass(frozen=True, kw_only=True)
class MeantWord:
    """A word of the query that stands nowhere."""

    word: str
    meant: tuple[str, ...]
    """Words that do stand somewhere: they were looked for too, but for a word that must be there."""


@dataclass(frozen=True, kw_only=True)
class SearchResult:
    """Sessions, best first."""

    query: str
    order: str
    """best, newest or oldest."""

    sessions: tuple[FoundSession, ...]
    total: int
    """Sessions that fit, on all pages."""

    hidden: int
    """Passages that fit but are the asking session's own, or ccmcp's own answers."""

    read_as_words: tuple[str, ...]
    """Filters in the query that name nothing there is, have a sign, or have a field much like a filter's."""

    meant: tuple[MeantWord, ...]
    facets: FoundFacets | None
    """Where more sessions match well than are shown."""

    next_cursor: str | None
    coverage: Covered


def as_text(result: SearchResult) -> str:
    """What a model reads."""
    if not result.sessions:
        return "\n".join([_nothing(result), *_notes(result)])
    lines = [f"{len(result.sessions)} of {result.total} sessions, {result.order} first"]
    lines += (block(number, each) for number, each in enumerate(result.sessions, start=1))
    lines += _notes(result)
    if result.next_cursor:
        lines.append(f"More: the same arguments and cursor={result.next_cursor}")
    shown = any(each.matches for each in result.sessions)
    lines.append("Read on: read_session with a session id" + (" and around=[entry id]." if shown else "."))
    return "\n".join(lines)


def block(number: int, session: FoundSession) -> str:
    """One session of it, by its rank."""
    where = " · ".join(filter(None, (_day(session), named(session.project), named(session.branch or ""))))
    title = clipped(one_line(session.title), 120)
    lines = [f"{number}. {one_line(session.reference)} · {where}", f"   {title}"]
    for match in session.matches:
        entry = f" [{short_entry(match.entry_id)}]" if match.entry_id else ""
        lines.append(f"   > {_who(match)}{entry}{_when(match, session)}: {one_line(match.text)}")
    if session.alike:
        lines.append(f"   = {_alike(session)}")
    if session.why:
        lines.append(f"   ? {_why(session.score, session.why)}")
    return "\n".join(lines)


def _alike(session: FoundSession) -> str:
    """The sessions that repeat this one."""
    more = f" and {session.more_alike} more" if session.more_alike else ""
    return f"repeated by {', '.join(map(one_line, session.alike))}{more}"


def _why(score: float, why: WhyFound) -> str:
    """Why a session ranks where it does, as a sum."""
    words = ", ".join(f"{one_line(each.word)} {each.share:.2f}" for each in why.words if each.share >= _TOLD)
    return (
        f"score {score:.2f} = (about {why.about:.2f} + best passage {why.passage:.2f} + further {why.further:.2f} "
        f"+ all words {why.all_words:.2f}) "
        f"x {1 + why.recent:.2f} for being recent; about: {words or 'none of the words'}"
    )


_TOLD = 0.005
"""Smaller shares are not worth a word."""


def _who(match: FoundPassage) -> str:
    who = match.tool or match.role
    return clipped(one_line(f"{match.agent}: {who}" if match.agent else who), 80)


def _when(match: FoundPassage, session: FoundSession) -> str:
    """When a passage was said: the time, and the day where the session had several."""
    day, _, time = (match.at or "")[:16].partition("T")
    several = (session.started_at or "")[:10] != (session.ended_at or "")[:10]
    return f" {day} {time}" if day and several else f" {time}" if time else ""


def _day(session: FoundSession) -> str:
    """The day it ended, and the one it began when that is another."""
    ended, started = (session.ended_at or "")[:10], (session.started_at or "")[:10]
    return f"{started} to {ended}" if started != ended else ended or "time unknown"


def _nothing(result: SearchResult) -> str:
    if result.coverage.nothing_in:
        return empty_note(result.coverage.nothing_in)
    if not result.query.strip():
        return "No session fits."
    if not any(map(str.isalnum, result.query)):
        return f"{result.query[:100]!r} has no word to look for: letters or digits of any script."
    return (
        f"No session matches {result.query[:200]!r}. Try fewer or other words; "
        'leave out quotes, + and filters: only "phrases" and +words must be there.'
    )


def _notes(result: SearchResult) -> list[str]:
    notes = [*_meant(result)]
    if result.facets:
        notes.append(_facets(result.facets))
    if result.read_as_words:
        notes.append(f"Searched as words: {', '.join(map(_why_words, result.read_as_words))}.")
    if result.hidden:
        notes.append(
            f"Hidden: {result.hidden} matching passages of the asking session itself or of earlier ccmcp answers "
            "(include_current shows them)."
        )
    coverage = result.coverage
    if coverage.reading:
        share = 100 * coverage.indexed_bytes // max(coverage.total_bytes, 1)
        notes.append(f"The history is still being read: {share} % is searched so far, the newest first.")
    return [*notes, *unseen_notes(coverage.unseen)]


def _meant(result: SearchResult) -> Iterator[str]:
    """What was searched for words that stand nowhere, or may be tried."""
    for each in result.meant:
        others = ", ".join(map(named, each.meant))
        yield f"{named(each.word)} stands nowhere; {'searched too' if result.sessions else 'did you mean'}: {others}{'.' if result.sessions else '?'}"


def _facets(facets: FoundFacets) -> str:
    """How the best sessions spread, in one line; a facet with one value tells nothing."""
    told = (
        ("projects", facets.projects),
        ("months", facets.months),
        ("models", facets.models),
        ("matches by tool", facets.tools),
    )
    parts = [
        f"{name}: {', '.join(f'{clipped(one_line(each.name), 60)} {each.count}' for each in values)}"
        for name, values in told
        if len(values) > 1
    ]
    return f"{counted(facets.sessions, 'session')} match about as well. {'; '.join(parts)}".rstrip(". ") + "."


def _why_words(text: str) -> str:
    """What was searched as words, and why it is no filter."""
    shown, field = named(text), text.partition(":")[0]
    if field in FILTERS:
        return f"{shown} (it names nothing there is)"
    if field[:1] in "+-":
        return f"{shown} (a filter takes no sign)"
    return f"{shown} (did you mean {nearest_filter(field)}:?)"


def as_screen(result: SearchResult, screen: Screen) -> str:
    """What a person reads in a terminal."""
    if not result.sessions:
        return "\n".join([_nothing(result), *_notes(result)])
    blocks = ["\n".join(_shown(each, screen)) for each in result.sessions]
    notes = _notes(result)
    if result.next_cursor:
        notes.append(f"{result.total} in all. More: --limit N, or --cursor {result.next_cursor}")
    return "\n\n".join(filter(None, [*blocks, "\n".join(screen.style(note, "dim") for note in notes)]))


_INDENT = 10


def _shown(session: FoundSession, screen: Screen) -> Iterator[str]:
    """One session in a terminal: its title, where and when it was, and its passages, wrapped."""
    room = max(screen.width - _INDENT, 30)
    name = shortened(session.reference, session.session_id)
    head = cut(one_line(session.title), max(room + _INDENT - columns(name) - 2, 8))
    yield f"{screen.style(name, 'yellow')}  {screen.style(head, 'bold')}"
    where = "  ".join(filter(None, (screen.ago(session.ended_at), session.project, session.branch)))
    yield " " * _INDENT + screen.style(cut(one_line(where), room), "dim")
    for match in session.matches:
        who, entry = cut(_who(match), room // 3), cut(short_entry(match.entry_id or ""), room // 3)
        label = f"{entry} {who}:".lstrip()
        first, *others = _wrapped(f"{label} {one_line(match.text)}", room)
        shown = first[: len(label)]
        yield (
            " " * _INDENT
            + screen.style(shown[: len(entry)], "dim")
            + screen.style(shown[len(entry) :], "cyan")
            + first[len(label) :]
        )
        yield from (" " * _INDENT + line for line in others)
    told = [_alike(session)] if session.alike else []
    told += [_why(session.score, session.why)] if session.why else []
    for line in (line for text in told for line in _wrapped(text, room)):
        yield " " * _INDENT + screen.style(line, "dim")


def _wrapped(text: str, width: int) -> Iterator[str]:
    """The text in lines of so many columns, broken between words, or within one that is longer."""
    line = ""
    for word in text.split(" "):
        if line and columns(line) + 1 + columns(word) <= width:
            line += " " + word
            continue
        if line:
            yield line
        line = word
        while columns(line) > width:
            taken = len(cut(line, width + 1)) - 1
            yield line[:taken]
            line = line[taken:]
    yield line
