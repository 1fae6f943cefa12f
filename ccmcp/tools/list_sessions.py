"""Sessions by time."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated, Literal

from ccmcp.errors import BadCursorError
from ccmcp.history import History
from ccmcp.index import Session
from ccmcp.limits import Ge, Le, MaxLen
from ccmcp.result import cursor, position
from ccmcp.screen import Screen, cut
from ccmcp.tools import Call, Tool
from ccmcp.tools._filters import Narrowed, naming, nothing_in, session_filter
from ccmcp.views.words import (
    NamedSession,
    clipped,
    empty_note,
    fitting,
    named,
    one_line,
    shortened,
    unseen_notes,
)


@dataclass(frozen=True, kw_only=True)
class ListSessions(Narrowed):
    """What to list."""

    title: Annotated[str, MaxLen(500)] = ""
    """Only sessions whose title has these words."""

    order: Literal["newest", "oldest"] = "newest"
    """By the time of the last entry."""

    limit: Annotated[int, Ge(1), Le(200)] = 20
    """How many sessions."""

    cursor: Annotated[str, MaxLen(2000)] = ""
    """next_cursor of the page before."""


@dataclass(frozen=True, kw_only=True)
class ListedSession(NamedSession):
    """One session."""

    models: tuple[str, ...]
    turns: int
    tool_calls: int
    subagents: int


@dataclass(frozen=True, kw_only=True)
class SessionList:
    """Sessions, and what there is beyond them."""

    sessions: tuple[ListedSession, ...]
    total: int
    """Sessions that fit, on all pages."""

    next_cursor: str | None
    left_out: dict[str, int]
    """Sessions that are never listed, by why."""

    complete: bool
    """Whether the whole history has been looked at."""

    reading: bool
    """Whether more of it is being read now."""

    unseen: tuple[str, ...]
    """What could not be looked at, and why."""

    nothing_in: tuple[str, ...]
    """The roots, when there is no session in any of them yet."""


def _run(history: History, asked: ListSessions, call: Call) -> SessionList:
    coverage = history.refresh(call.progress, call.stopped)
    question = {"list": [asked.project, asked.this_project and call.cwd, asked.since, asked.until, asked.branch, asked.model,
                         asked.root, asked.title, asked.order]}  # fmt: skip
    after = _after(asked.cursor, question)
    found, total = history.sessions(
        session_filter(asked, call, title=asked.title),
        limit=asked.limit + 1,
        after=after,
        oldest=asked.order == "oldest",
    )
    page = found[: asked.limit]
    several = history.in_several_roots([session.session_id for session in page])
    rows = [_listed(session, history, call, several) for session in page]
    rows = rows[: fitting(map(_row, rows), call.most_characters)]
    more = len(found) > len(rows)
    page = page[: len(rows)]
    return SessionList(
        sessions=tuple(rows),
        total=total,
        next_cursor=cursor(question, [page[-1].ended, page[-1].number]) if more else None,
        left_out=history.left_out(),
        complete=coverage.complete,
        reading=coverage.reading,
        unseen=coverage.unseen,
        nothing_in=nothing_in(history, coverage),
    )


def _after(text: str, question: object) -> tuple[int, int] | None:
    if not text:
        return None
    match position(text, question):
        case [int(ended), int(number)]:
            return ended, number
        case _:
            raise BadCursorError


def _listed(session: Session, history: History, call: Call, several: Collection[str]) -> ListedSession:
    return ListedSession(
        **naming(session, history, call, several),
        models=session.models,
        turns=session.turns,
        tool_calls=session.tool_calls,
        subagents=session.subagents,
    )


def _text(result: SessionList) -> str:
    if not result.sessions:
        return "\n".join([_nothing(result), *_beyond(result)])
    lines = [f"{len(result.sessions)} of {result.total} sessions"]
    lines += map(_row, result.sessions)
    lines += _beyond(result)
    if result.next_cursor:
        lines.append(f"More: the same arguments and cursor={result.next_cursor}")
    lines.append("Read one: read_session with its session id.")
    return "\n".join(lines)


def _row(session: ListedSession) -> str:
    when = (session.ended_at or "time unknown")[:16].replace("T", " ")
    where = " · ".join(filter(None, (when, named(session.project), named(session.branch or ""))))
    facts = [_count(session.turns, "turn"), _count(session.tool_calls, "tool call")]
    facts += [_count(session.subagents, "subagent")] if session.subagents else []
    title = clipped(one_line(session.title), 120)
    return f"{one_line(session.reference)} · {where}\n  {title} ({', '.join(facts)})"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _nothing(result: SessionList) -> str:
    return empty_note(result.nothing_in) if result.nothing_in else "No session fits."


def _beyond(result: SessionList) -> list[str]:
    lines = []
    if result.left_out:
        lines.append(
            "Not listed: " + "; ".join(f"{count} {why}" for why, count in result.left_out.items()) + "."
        )
    if result.reading:
        lines.append("The history is still being read: sessions may be missing.")
    return [*lines, *unseen_notes(result.unseen)]


def _screen(result: SessionList, screen: Screen) -> str:
    if not result.sessions:
        return "\n".join([_nothing(result), *_beyond(result)])
    rows = [
        (
            screen.style(shortened(each.reference, each.session_id), "yellow"),
            screen.ago(each.ended_at),
            screen.style(cut(one_line(_project_name(each.project)), screen.width // 5), "cyan"),
            one_line(each.title),
            screen.style(_count(each.turns, "turn"), "dim"),
        )
        for each in result.sessions
    ]
    lines = [screen.table(rows, flexible=3), *(screen.style(line, "dim") for line in _beyond(result))]
    if result.next_cursor:
        lines.append(
            screen.style(f"{result.total} in all. More: --limit N, or --cursor {result.next_cursor}", "dim")
        )
    return "\n".join(lines)


def _project_name(path: str) -> str:
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2] or path


TOOL = Tool(
    name="list_sessions",
    command="list",
    title="List sessions",
    description=(
        "List Claude Code sessions by time, newest first: id, title, project, time, branch, turns. "
        "For what was worked on lately or in a project; to find a session by what was said in it, search_sessions. "
        'Example: {"project": "shop", "since": "7d"}.'
    ),
    hint="recent sessions, past conversations, history, what did I work on yesterday, last week",
    contract="text",
    parameters=ListSessions,
    result=SessionList,
    run=_run,
    text=_text,
    screen=_screen,
    examples=(
        "ccmcp list",
        "ccmcp list --project shop --since 7d",
        "ccmcp list --this-project --limit 50 --json",
    ),
)
