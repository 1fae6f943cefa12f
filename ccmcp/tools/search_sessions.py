"""Full-text search over everything said and done."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from ccmcp.errors import BadCursorError, CcmcpError, ProjectNotFoundError
from ccmcp.history import History
from ccmcp.index import Hit, Match, Query, Question, parse
from ccmcp.index.query import FILTERS, nearest_filter
from ccmcp.limits import Ge, Le, MaxLen
from ccmcp.result import cursor, position
from ccmcp.screen import Screen, columns, cut
from ccmcp.timeframe import moment
from ccmcp.tools import Call, Tool
from ccmcp.tools._filters import (
    NamedSession,
    Narrowed,
    caller,
    clipped,
    empty_note,
    fitting,
    local,
    named,
    naming,
    nothing_in,
    one_line,
    session_filter,
    shortened,
    times,
    unseen_notes,
    whole,
)

_ROLES = ("user", "assistant", "tool", "system")
_KINDS = ("text", "thinking", "tool_call", "tool_result", "summary", "attachment", "command")


@dataclass(frozen=True, kw_only=True)
class SearchSessions(Narrowed):
    """What to look for."""

    query: Annotated[str, MaxLen(4000)] = ""
    """Words, "exact phrases", +required, -without, and field:value filters (project, branch, role, kind, tool, model, since, until, title, session)."""

    role: Literal["", "user", "assistant", "tool", "system"] = ""
    """Only passages of this role: user (prompts), assistant (answers, thinking), tool (calls and results), system."""

    tool: Annotated[str, MaxLen(200)] = ""
    """Only calls and results of this tool: Bash, Edit, mcp__github__* ..."""

    subagents: bool = True
    """What subagents said and did; it is credited to their session."""

    passages: Annotated[int, Ge(0), Le(5)] = 2
    """Passages shown of each session."""

    limit: Annotated[int, Ge(1), Le(50)] = 10
    """How many sessions."""

    include_current: bool = False
    """Whether the asking session's own words since its last compaction, and ccmcp's own earlier answers, count too."""

    cursor: Annotated[str, MaxLen(2000)] = ""
    """next_cursor of the page before."""


@dataclass(frozen=True, kw_only=True)
class FoundPassage:
    """A passage that shows why a session was found."""

    role: str
    at: str | None
    text: str
    entry_id: str | None
    tool: str | None


@dataclass(frozen=True, kw_only=True)
class FoundSession(NamedSession):
    """One session found."""

    score: float
    matches: tuple[FoundPassage, ...]


@dataclass(frozen=True, kw_only=True)
class SearchCoverage:
    """How much of the history was searched."""

    indexed_bytes: int
    total_bytes: int
    complete: bool
    reading: bool
    """Whether more of it is being read now."""

    unseen: tuple[str, ...]
    """What could not be looked at, and why."""

    nothing_in: tuple[str, ...]
    """The roots, when there is no session in any of them yet."""


@dataclass(frozen=True, kw_only=True)
class SearchResult:
    """Sessions, best first."""

    query: str
    sessions: tuple[FoundSession, ...]
    total: int
    """Sessions that fit, on all pages."""

    hidden: int
    """Passages that fit but are the asking session's own, or ccmcp's own answers."""

    read_as_words: tuple[str, ...]
    """Filters in the query that name nothing there is, have a sign, or have a field much like a filter's."""

    next_cursor: str | None
    coverage: SearchCoverage


def _run(history: History, asked: SearchSessions, call: Call) -> SearchResult:
    coverage = history.refresh(call.progress, call.stopped)
    key = {"search": [asked.query, asked.role, asked.tool, asked.subagents, asked.include_current, asked.project,
                      asked.this_project and call.cwd, asked.since, asked.until, asked.branch, asked.model, asked.root]}  # fmt: skip
    start = _start(asked.cursor, key)
    refused: list[str] = []
    query = parse(asked.query, lambda field, value: _usable(field, value, history, call, refused))
    try:
        answer = history.search(replace(_question(history, asked, query, call), offset=start))
    except ProjectNotFoundError:
        if "project" not in dict(query.filters):
            raise
        # Written in the query it may have been meant as words.
        refused.append(f"project:{dict(query.filters)['project']}")
        query = parse(
            asked.query,
            lambda field, value: field != "project" and _usable(field, value, history, call, refused),
        )
        answer = history.search(replace(_question(history, asked, query, call), offset=start))
    several = history.in_several_roots([hit.session.session_id for hit in answer.hits])
    found = [_found(hit, history, call, several) for hit in answer.hits]
    found = found[: fitting((_block(0, each) for each in found), call.most_characters)]
    end = start + len(found)
    return SearchResult(
        query=asked.query.encode("utf-8", "replace").decode(),
        sessions=tuple(found),
        total=answer.total,
        hidden=answer.hidden,
        read_as_words=tuple(dict.fromkeys([*refused, *query.near_filters])),
        next_cursor=cursor(key, end) if answer.hits and end < answer.total else None,
        coverage=SearchCoverage(
            indexed_bytes=coverage.indexed_bytes,
            total_bytes=coverage.total_bytes,
            complete=coverage.complete,
            reading=coverage.reading,
            unseen=coverage.unseen,
            nothing_in=nothing_in(history, coverage),
        ),
    )


def _usable(field: str, value: str, history: History, call: Call, refused: list[str]) -> bool:
    """Whether a filter written in the query can be one; what can't is words, and is noted."""
    match field:
        case "role":
            usable = value.lower() in _ROLES
        case "kind":
            usable = value.lower() in _KINDS
        case "session":
            usable = history.find(value) is not None
        case "since" | "until":
            try:
                usable = bool(moment(value, call.now))
            except CcmcpError:
                usable = False
        case _:
            return True
    if not usable:
        refused.append(f"{field}:{value}")
    return usable


def _start(text: str, key: object) -> int:
    if not text:
        return 0
    match position(text, key):
        case int(start) if start >= 0:
            return start
        case _:
            raise BadCursorError


def _question(history: History, asked: SearchSessions, query: Query, call: Call) -> Question:
    written = dict(query.filters)
    narrowed = replace(
        asked,
        project=written.get("project", asked.project),
        branch=written.get("branch", asked.branch),
        model=written.get("model", asked.model),
        since=written.get("since", asked.since),
        until=written.get("until", asked.until),
    )
    title = " ".join(value for field, value in query.filters if field == "title")
    since, until = times(narrowed, call)
    found = history.find(written["session"]) if "session" in written else None
    return Question(
        terms=query.terms,
        # Of what time a session is its passages tell.
        sessions=replace(session_filter(narrowed, call, title=title), since="", until=""),
        only_sessions=(found[0].number,) if found else None,
        role=written.get("role", asked.role).lower(),
        kind=written.get("kind", "").lower(),
        tool=whole(written.get("tool", asked.tool)),
        since=int(since.timestamp()) if since else None,
        until=int(until.timestamp()) if until else None,
        subagents=asked.subagents,
        own=asked.include_current,
        caller=None if asked.include_current else caller(history, call),
        limit=asked.limit,
        passages=asked.passages,
    )


def _found(hit: Hit, history: History, call: Call, several: Collection[str]) -> FoundSession:
    session = hit.session
    return FoundSession(
        **naming(session, history, call, several),
        score=hit.score,
        matches=tuple(_passage(match, call) for match in hit.matches),
    )


def _passage(match: Match, call: Call) -> FoundPassage:
    return FoundPassage(
        role=match.role,
        at=local(match.at, call),
        text=match.text,
        entry_id=match.entry_id or None,
        tool=match.tool or None,
    )


def _text(result: SearchResult) -> str:
    if not result.sessions:
        return "\n".join([_nothing(result), *_notes(result)])
    lines = [f"{len(result.sessions)} of {result.total} sessions, best first"]
    lines += (_block(number, each) for number, each in enumerate(result.sessions, start=1))
    lines += _notes(result)
    if result.next_cursor:
        lines.append(f"More: the same arguments and cursor={result.next_cursor}")
    shown = any(each.matches for each in result.sessions)
    lines.append("Read on: read_session with a session id" + (" and around=[entry id]." if shown else "."))
    return "\n".join(lines)


def _block(number: int, session: FoundSession) -> str:
    where = " · ".join(filter(None, (_day(session), named(session.project), named(session.branch or ""))))
    title = clipped(one_line(session.title), 120)
    lines = [f"{number}. {one_line(session.reference)} · {where}", f"   {title}"]
    for match in session.matches:
        entry = f" [{_short_entry(match.entry_id)}]" if match.entry_id else ""
        lines.append(f"   > {_who(match)}{entry}: {one_line(match.text)}")
    return "\n".join(lines)


def _who(match: FoundPassage) -> str:
    return clipped(one_line(match.tool or match.role), 80)


def _short_entry(entry_id: str) -> str:
    """An entry's id as read_session takes it: the start of a uuid, and the whole of any other."""
    return entry_id[:8] if re.match(r"[0-9a-f]{8}-", entry_id) else one_line(entry_id)


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
    notes = []
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


def _why_words(text: str) -> str:
    """What was searched as words, and why it is no filter."""
    shown, field = named(text), text.partition(":")[0]
    if field in FILTERS:
        return f"{shown} (it names nothing there is)"
    if field[:1] in "+-":
        return f"{shown} (a filter takes no sign)"
    return f"{shown} (did you mean {nearest_filter(field)}:?)"


def _screen(result: SearchResult, screen: Screen) -> str:
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
        who, entry = cut(_who(match), room // 3), cut(_short_entry(match.entry_id or ""), room // 3)
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


TOOL = Tool(
    name="search_sessions",
    command="search",
    title="Search sessions",
    description=(
        "Find past Claude Code sessions by what was said or done in them: prompts, answers, thinking, commands, edits, "
        "tool output, subagents, plans. Best first, with the passages that show why and entry ids to read on from with "
        'read_session. Any of the words may match, more rank higher; "quoted phrases" and +words must, -words must not. '
        'Example: {"query": "decided redis \\"session store\\" -jwt", "since": "30d"}.'
    ),
    hint="find past conversations, what did we decide, which session touched, history, memory, earlier work, how did we fix",
    contract="text",
    parameters=SearchSessions,
    result=SearchResult,
    run=_run,
    text=_text,
    screen=_screen,
    positional=("query",),
    examples=(
        "ccmcp search auth decision",
        "ccmcp search '\"exit code 1\" npm -lint' --since 7d",
        "ccmcp search 'getUserName tool:Edit' --this-project",
    ),
)
