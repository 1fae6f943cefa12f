"""What several tools are asked and answer alike: which sessions, of which time, and where an answer goes on."""

import os
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

from ccmcp.history import History
from ccmcp.index import Coverage, Session, SessionFilter
from ccmcp.limits import MaxLen
from ccmcp.redact import sanitise
from ccmcp.resume import resume_short
from ccmcp.timeframe import interval
from ccmcp.tools import Call

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


def one_line(text: str) -> str:
    """What a transcript says, fit to stand in a line among our own words: nothing in it begins another one."""
    return sanitise(text).replace("\n", " ").replace("\t", " ")


def named(text: str) -> str:
    """The same for a name or a path, which has no reason to be long."""
    return clipped(one_line(text), 500)


@dataclass(frozen=True, kw_only=True)
class NamedSession:
    """What every answer says of a session it names."""

    session_id: str
    root: str
    reference: str
    """What the session is asked for by: its id, or LABEL:ID where several roots have it."""

    project: str
    title: str
    started_at: str | None
    ended_at: str | None
    branch: str | None
    resume: str | None
    """The line that resumes it; none when it can't be resumed."""


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


def short_entry(entry_id: str) -> str:
    """An entry's id as read_session takes it: the start of a uuid, and the whole of any other."""
    return entry_id[:8] if re.match(r"[0-9a-f]{8}-", entry_id) else one_line(entry_id)


def counted(number: int, what: str) -> str:
    """A number of things: "1 call", "1,200 calls"."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def shortened(reference: str, session_id: str) -> str:
    """The same for a person: the start of the id, after the label if there is one."""
    return one_line(reference.removesuffix(session_id) + session_id[:8])


def fitting(blocks: Iterable[str], most: int) -> int:
    """How many of the first blocks fit into so many characters, but at least one; all of them where `most` is 0."""
    count = size = 0
    for block in blocks:
        size += len(block) + 1
        if most and count and size > most:
            break
        count += 1
    return count


def clipped(text: str, length: int) -> str:
    """The start of a text, for a model: what is not ASCII counts for more, because it costs more."""
    taken = 0
    for at, character in enumerate(text):
        taken += 1 if character < "\x80" else 2 if character < "\u0e00" else 3
        if taken > length:
            return text[:at].rstrip() + " …"
    return text


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


@dataclass(frozen=True, kw_only=True)
class Covered:
    """How much of the history was looked at."""

    indexed_bytes: int
    total_bytes: int
    complete: bool
    reading: bool
    """Whether more of it is being read now."""

    unseen: tuple[str, ...]
    """What could not be looked at, and why."""

    nothing_in: tuple[str, ...]
    """The roots, when there is no session in any of them yet."""


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


_MOST_NAMED = 3


def nothing_in(history: History, coverage: Coverage) -> tuple[str, ...]:
    """The roots, when there is nothing in any of them."""
    empty = coverage.complete and not coverage.total_bytes
    return tuple(str(path) for _, path in history.roots) if empty else ()


def empty_note(roots: Iterable[str]) -> str:
    """The sentence for a history without sessions."""
    return f"No sessions yet in {', '.join(map(named, roots))}."


def unseen_notes(unseen: Sequence[str]) -> Iterator[str]:
    """Sentences for what could not be looked at, and what to do where a whole root is not there."""
    if not unseen:
        return
    each = "; ".join(map(_with_reason, unseen[:_MOST_NAMED]))
    further = len(unseen) - _MOST_NAMED
    more = f"; and {further} more (index_status names them)" if further > 0 else ""
    yield f"Could not be looked at: {each}{more}."
    if any(problem.endswith(": no such folder") for problem in unseen):
        yield (
            "Claude Code makes its folder when it is first used. If it keeps its sessions elsewhere, "
            "set CLAUDE_CONFIG_DIR to that folder."
        )


def _with_reason(problem: str) -> str:
    path, _, why = problem.rpartition(": ")
    return f"{named(path)} ({named(why)})" if path else named(why)
