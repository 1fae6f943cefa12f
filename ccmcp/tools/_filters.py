"""What several tools are asked and answer alike: which sessions, of which time, and where an answer goes on."""

import os
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

from ccmcp.history import History
from ccmcp.index import Coverage, Session, SessionFilter
from ccmcp.limits import MaxLen
from ccmcp.resume import resume_short
from ccmcp.timeframe import interval
from ccmcp.tools import Call
from ccmcp.views.words import Covered

if TYPE_CHECKING:
    from ccmcp.index import Caller

Short = Annotated[str, MaxLen(500)]


@dataclass(frozen=True, kw_only=True)
class Narrowed:
    """Filters over sessions; each left empty means all."""

    project: Short = ""
    """Only this project: its path, encoded folder name, or a unique part of the path."""

    this_project: bool = False
    """Only the project of the caller's working folder."""

    since: Short = ""
    """From this time on: 2026-08-01, 2026-08, 7d, 12h, yesterday, last-week."""

    until: Short = ""
    """Up to and including this time; the same forms."""

    branch: Short = ""
    """Only this git branch; * stands for any characters."""

    model: Short = ""
    """Only sessions that used this model: its name or a part of it."""

    root: Short = ""
    """Only this root, by its label (index_status lists them)."""


def times(narrowed: Narrowed, call: Call) -> tuple[datetime | None, datetime | None]:
    """The interval asked for, in UTC. Raises BadTimeError, BadArgumentError."""
    since, until = interval(narrowed.since, narrowed.until, call.now)
    return since and since.astimezone(UTC), until and until.astimezone(UTC)


def session_filter(narrowed: Narrowed, call: Call, **more: str) -> SessionFilter:
    """The filter over sessions. Raises BadTimeError, BadArgumentError."""
    since, until = times(narrowed, call)
    texts: dict[str, str] = {
        "project": narrowed.project,
        "this_project": call.cwd if narrowed.this_project else "",
        "branch": narrowed.branch,
        "model": narrowed.model,
        "root": narrowed.root,
        **more,
    }
    return SessionFilter(
        since=stamp(since) or "",
        until=stamp(until) or "",
        **{name: whole(text.strip()) for name, text in texts.items()},
    )


def whole(text: str) -> str:
    """The text without lone surrogates, which JSON may bring in and no catalogue can be asked for."""
    return text.encode("utf-8", "replace").decode()


def titled(session: Session) -> str:
    """A session's title, or what it is without one."""
    return session.title or ("(no prompt)" if session.messages else "(no messages)")


def naming(session: Session, history: History, call: Call, several: Collection[str]) -> dict[str, Any]:
    """The fields of a NamedSession; `several` are the ids that occur in several roots."""
    resume = resume_short(session, history.config.roots, windows=call.windows, exists=os.path.isdir)
    return {
        "session_id": session.session_id,
        "root": session.root,
        "reference": reference(session, several),
        "project": session.project,
        "title": titled(session),
        "started_at": local(session.started_at, call),
        "ended_at": local(session.ended_at, call),
        "branch": session.branch or None,
        "resume": resume or None,
    }


def reference(session: Session, several: Collection[str]) -> str:
    """What a session is asked for by: its id, with its root's label where the id occurs in several roots."""
    return f"{session.root}:{session.session_id}" if session.session_id in several else session.session_id


def stamp(moment: datetime | None) -> str | None:
    """A time as the catalogue writes it."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z") if moment else None


def local(at: str | None, call: Call) -> str | None:
    """A time of the catalogue as ISO 8601 with the reader's offset, in whole seconds."""
    if not at:
        return None
    return datetime.fromisoformat(at).astimezone(call.now.tzinfo).isoformat(timespec="seconds")


def caller(history: History, call: Call) -> "Caller | None":
    """The session that asks, where the front end knows it and the catalogue has it."""
    from ccmcp.index import Caller  # noqa: PLC0415 - a listing needs none

    asked = (call.tool_use_id and history.session_of_call(call.tool_use_id)) or call.session_id
    if not asked:
        return None
    found = history.find(asked)
    if found is None:
        return None
    session, files = found
    main = next((file for file in files if file.path == session.main_path), None)
    return Caller(
        session=session.number,
        main_file=main.number if main else 0,
        compacted_at=main.compacted_at if main else -1,
    )


# -- what could not be seen


def covered(history: History, coverage: Coverage) -> Covered:
    """How much of the history an answer covers, as the answer says it."""
    return Covered(
        indexed_bytes=coverage.indexed_bytes,
        total_bytes=coverage.total_bytes,
        complete=coverage.complete,
        reading=coverage.reading,
        unseen=coverage.unseen,
        nothing_in=nothing_in(history, coverage),
    )


def nothing_in(history: History, coverage: Coverage) -> tuple[str, ...]:
    """The roots, when there is nothing in any of them."""
    empty = coverage.complete and not coverage.total_bytes
    return tuple(str(path) for _, path in history.roots) if empty else ()
