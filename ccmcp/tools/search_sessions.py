"""Full-text search over everything said and done."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from ccmcp.errors import BadCursorError, CcmcpError, NothingAlikeError, ProjectNotFoundError
from ccmcp.history import History
from ccmcp.index import Answer, Facets, Hit, Match, Query, Question, Term, Why, parse
from ccmcp.limits import Ge, Le, MaxLen
from ccmcp.result import cursor, position
from ccmcp.timeframe import moment
from ccmcp.tools import Call, Tool
from ccmcp.tools._filters import (
    Narrowed,
    caller,
    covered,
    local,
    naming,
    reference,
    session_filter,
    times,
    whole,
)
from ccmcp.views.found import (
    FacetCount,
    FoundFacets,
    FoundPassage,
    FoundSession,
    MeantWord,
    SearchResult,
    WhyFound,
    WordShare,
    as_screen,
    as_text,
    block,
)
from ccmcp.views.words import fitting

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

    similar_to: Annotated[str, MaxLen(200)] = ""
    """Instead of, or beside, words: sessions like this one, by its id."""

    sort: Literal["best", "newest", "oldest"] = "best"
    """Best match first, or by time."""

    explain: bool = False
    """Say of each session why it ranks where it does."""

    cursor: Annotated[str, MaxLen(2000)] = ""
    """next_cursor of the page before."""


def _run(history: History, asked: SearchSessions, call: Call) -> SearchResult:
    coverage = history.refresh(call.progress, call.stopped)
    key = {"search": [asked.query, asked.role, asked.tool, asked.subagents, asked.include_current, asked.project,
                      asked.this_project and call.cwd, asked.since, asked.until, asked.branch, asked.model, asked.root,
                      asked.similar_to, asked.sort]}  # fmt: skip
    start = _start(asked.cursor, key)
    like = history.session(asked.similar_to)[0] if asked.similar_to else None
    words = tuple(Term(word) for word in history.telling_words(like)) if like else ()
    if like and not words:
        raise NothingAlikeError(like.session_id)
    refused: list[str] = []
    query = parse(asked.query, lambda field, value: _usable(field, value, history, call, refused))

    def ask(query: Query) -> Answer:
        question = _question(history, asked, query, call)
        return history.search(
            replace(
                question,
                terms=(*question.terms, *words),
                without_like=like.number if like else None,
                offset=start,
            )
        )

    try:
        answer = ask(query)
    except ProjectNotFoundError:
        if "project" not in dict(query.filters):
            raise
        # Written in the query it may have been meant as words.
        refused.append(f"project:{dict(query.filters)['project']}")
        query = parse(
            asked.query,
            lambda field, value: field != "project" and _usable(field, value, history, call, refused),
        )
        answer = ask(query)
    named = [hit.session for hit in answer.hits] + [each for hit in answer.hits for each in hit.alike]
    several = history.in_several_roots([session.session_id for session in named])
    found = [_found(hit, history, call, several) for hit in answer.hits]
    found = found[: fitting((block(0, each) for each in found), call.most_characters)]
    end = start + len(found)
    ordered = asked.sort if query.wanted or words else "oldest" if asked.sort == "oldest" else "newest"
    return SearchResult(
        query=asked.query.encode("utf-8", "replace").decode(),
        order=ordered,
        sessions=tuple(found),
        total=answer.total,
        hidden=answer.hidden,
        read_as_words=tuple(dict.fromkeys([*refused, *query.near_filters])),
        meant=tuple(MeantWord(word=word, meant=meant) for word, meant in answer.meant),
        facets=_facets(answer.facets) if answer.facets else None,
        next_cursor=cursor(key, end) if answer.hits and end < answer.total else None,
        coverage=covered(history, coverage),
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
        order=asked.sort,
        now=int(call.now.timestamp()),
        limit=asked.limit,
        passages=asked.passages,
        explain=asked.explain,
    )


def _found(hit: Hit, history: History, call: Call, several: Collection[str]) -> FoundSession:
    session = hit.session
    return FoundSession(
        **naming(session, history, call, several),
        score=hit.score,
        matches=tuple(_passage(match, call) for match in hit.matches),
        alike=tuple(reference(each, several) for each in hit.alike),
        more_alike=hit.more_alike,
        why=_why(hit.why) if hit.why else None,
    )


def _why(why: Why) -> WhyFound:
    return WhyFound(
        about=why.about,
        words=tuple(WordShare(word=word, share=share) for word, share in why.words),
        passage=why.passage,
        further=why.further,
        all_words=why.all_words,
        recent=why.recent,
    )


def _facets(found: Facets) -> FoundFacets:
    def counts(values: tuple[tuple[str, int], ...]) -> tuple[FacetCount, ...]:
        return tuple(FacetCount(name=name, count=count) for name, count in values)

    return FoundFacets(
        sessions=found.sessions,
        projects=counts(found.projects),
        months=counts(found.months),
        models=counts(found.models),
        tools=counts(found.tools),
    )


def _passage(match: Match, call: Call) -> FoundPassage:
    return FoundPassage(
        role=match.role,
        at=local(match.at, call),
        text=match.text,
        entry_id=match.entry_id or None,
        tool=match.tool or None,
        agent=match.agent or None,
    )


TOOL = Tool(
    name="search_sessions",
    command="search",
    title="Search sessions",
    description=(
        "Find past Claude Code sessions by what was said or done in them: prompts, answers, thinking, commands, edits, "
        "tool output, subagents, plans. Best first, with the passages that show why and entry ids to read on from with "
        "read_session. Say what the session was about, in any language: synonyms and misspellings are understood, no word "
        'must match, those with more of them rank higher; "quoted phrases" and +words must, -words must not. similar_to '
        "finds sessions like one. For exact commands, files, URLs and failures use find_tool_calls. "
        'Example: {"query": "decided redis \\"session store\\" -jwt", "since": "30d"}.'
    ),
    hint="find past conversations, what did we decide, which session touched, history, memory, earlier work, how did we fix",
    contract="text",
    parameters=SearchSessions,
    result=SearchResult,
    run=_run,
    text=as_text,
    screen=as_screen,
    positional=("query",),
    examples=(
        "ccmcp search auth decision",
        "ccmcp search '\"exit code 1\" npm -lint' --since 7d",
        "ccmcp search 'getUserName tool:Edit' --this-project",
    ),
)
