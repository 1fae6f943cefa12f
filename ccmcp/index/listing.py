"""The catalogue -> sessions: listed, filtered, found by id. I/O: reads the catalogue."""

import contextlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ccmcp.errors import (
    AmbiguousSessionError,
    BadArgumentError,
    CcmcpError,
    ProjectNotFoundError,
    SessionNotFoundError,
)
from ccmcp.index.catalog import Catalog, portions
from ccmcp.index.codes import COPY_OF_ANOTHER
from ccmcp.transcripts.projects import encodes

SHORTEST_PREFIX = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFilter:
    """Which sessions are meant; empty fields mean all."""

    project: str = ""
    """A real path, an encoded folder name, or a unique part of the path."""
    this_project: str = ""
    """A working folder: sessions of the project it is, or lies in."""
    since: str = ""
    """ISO 8601 in UTC with Z: sessions that ended at or after it."""
    until: str = ""
    """ISO 8601 in UTC with Z: sessions that started before it."""
    branch: str = ""
    """A git branch; * stands for any characters."""
    model: str = ""
    """A model's name or a part of it."""
    title: str = ""
    """Words that the title has, in any case."""
    root: str = ""
    """A root's label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What the catalogue knows of one session."""

    number: int
    """Its number in the index: of this cache only."""
    root: str
    session_id: str
    project: str
    cwd: str
    """Where it is resumed: the last folder it was moved to, else the first it ran in."""
    folder: str
    title: str
    title_from: str
    """custom, ai, summary, prompt, or empty."""
    started_at: str | None
    ended_at: str | None
    branch: str
    models: tuple[str, ...]
    turns: int
    messages: int
    tool_calls: int
    subagents: int
    compactions: int
    version: str
    entrypoint: str
    ended: int
    """The time of its last entry in seconds since 1970; 0 when it is unknown."""
    main_path: str | None
    """Its transcript; none when only side files or typed prompts are left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFile:
    """One file of a session."""

    number: int
    path: str
    kind: str
    """main, agent, result or plan."""
    agent_id: str
    agent_type: str
    agent_description: str
    agent_call: str
    """The tool call that started the subagent, where it is known."""
    compacted_at: int
    """The offset of the last compaction in it; -1 without one."""


_COLUMNS = (
    "s.id, s.root, s.session_id, s.project, s.cwd, s.folder, s.title, s.title_from, s.started_at, s.ended_at, s.branch, "
    "s.models, s.turns, s.messages, s.tool_calls, s.subagents, s.compactions, s.version, s.entrypoint, s.ended, f.path"
)
_FROM = "FROM sessions s LEFT JOIN files f ON f.id = s.main_file"


def _session(row: Sequence[object]) -> Session:
    (
        number,
        root,
        session_id,
        project,
        cwd,
        folder,
        title,
        title_from,
        started,
        ended,
        branch,
        models,
        *counts,
    ) = row
    turns, messages, tool_calls, subagents, compactions, version, entrypoint, ended_seconds, path = counts
    return Session(
        number=_int(number), root=str(root), session_id=str(session_id), project=str(project), cwd=str(cwd),
        folder=str(folder), title=str(title), title_from=str(title_from), started_at=_text(started), ended_at=_text(ended),
        branch=str(branch), models=tuple(json.loads(str(models))), turns=_int(turns), messages=_int(messages),
        tool_calls=_int(tool_calls), subagents=_int(subagents), compactions=_int(compactions), version=str(version),
        entrypoint=str(entrypoint), ended=_int(ended_seconds), main_path=_text(path),
    )  # fmt: skip


def _int(value: object) -> int:
    return value if isinstance(value, int) else 0


def _text(value: object) -> str | None:
    return str(value) if value is not None else None


def find_session(catalog: Catalog, asked: str) -> Session:
    """
    The session with this id: whole, a unique prefix of 6 or more characters, or LABEL:ID.

    Raises:
        SessionNotFoundError: none has it.
        AmbiguousSessionError: several have.

    """
    text = asked.strip()
    label, _, bare = text.partition(":")
    # An id may have a colon in it: those of plans and typed prompts that no session claims.
    found = _with_prefix(catalog, text, "") or (_with_prefix(catalog, bare, label) if bare else [])
    listed = [session for session, excluded in found if excluded != COPY_OF_ANOTHER]
    fitting = listed or [session for session, _ in found]
    fitting = [session for session in fitting if session.session_id in (bare, text)] or fitting
    if not fitting:
        raise SessionNotFoundError(asked)
    if len(fitting) > 1:
        ids = Counter(session.session_id for session in fitting)
        raise AmbiguousSessionError(
            asked,
            [
                f"{each.root}:{each.session_id}" if ids[each.session_id] > 1 else each.session_id
                for each in fitting
            ],
        )
    return fitting[0]


def _with_prefix(catalog: Catalog, prefix: str, root: str) -> list[tuple[Session, int]]:
    """The sessions whose ids begin so, and why each is not listed; in the case it is written in, else in small letters."""
    if len(prefix) < SHORTEST_PREFIX:
        return []
    for start in dict.fromkeys((prefix, prefix.lower())):
        rows = catalog.rows(
            f"SELECT {_COLUMNS}, s.excluded {_FROM} WHERE s.session_id >= ? AND s.session_id < ? AND ? IN ('', s.root) "
            "AND s.excluded != 1 ORDER BY s.ended DESC LIMIT 50",
            (start, start + "\U0010ffff", root),
        )
        if rows:
            return [(_session(row[:-1]), _int(row[-1])) for row in rows]
    return []


def session_files(catalog: Catalog, session: Session) -> tuple[SessionFile, ...]:
    """A session's files: its transcript first, then its subagents' in the order they began, then side files."""
    from ccmcp.index.facts import FileFacts  # noqa: PLC0415 - a listing needs none, and it loads the decoder

    rows = catalog.rows(
        "SELECT id, path, kind, agent_id, facts FROM files WHERE session = ? AND kind != 'title'",
        (session.number,),
    )
    found = []
    for number, path, kind, agent, facts in rows:
        told = FileFacts.from_json(facts) if isinstance(facts, bytes) else FileFacts()
        file = SessionFile(
            number=_int(number), path=str(path), kind=str(kind), agent_id=str(agent), agent_type=told.agent_type,
            agent_description=told.agent_description, agent_call=told.agent_call, compacted_at=told.compacted_at,
        )  # fmt: skip
        order = (
            ("main", "agent", "result", "plan").index(file.kind)
            if file.kind in ("main", "agent", "result")
            else 3
        )
        found.append(((order, path != session.main_path, told.first_at, str(path)), file))
    return tuple(file for _, file in sorted(found, key=lambda pair: pair[0]))


LISTED = "s.excluded = 0"
WITH_UNLISTED = "s.excluded IN (0, 3)"
"""Also sessions of which only typed prompts or side files are left."""
WITH_COPIES = "s.excluded != 1"
"""Also those that are shorter copies of another: all but what settings leave out."""


OF_LISTED = "session IN (SELECT id FROM sessions WHERE excluded = 0)"
"""Rows of other tables that are of a listed session."""

Condition: TypeAlias = tuple[str, Sequence[object]]
"""An SQL condition, and its values."""


def where(
    catalog: Catalog,
    wanted: SessionFilter,
    *,
    session: tuple[str, str] | None = None,
    kept: str = LISTED,
) -> tuple[str, list[object]]:
    """
    A filter as an SQL condition over `sessions s`, and its values; `kept` says which there are at all.

    With `session` (root, id) that one alone, if the filter leaves it.

    Raises:
        ProjectNotFoundError: no session is of such a project.
        BadArgumentError: no root has this label.

    """
    conditions: list[str] = [kept]
    values: list[object] = []
    if wanted.project or wanted.this_project:
        folders = _projects(catalog, wanted, kept)
        conditions.append(f"s.project IN ({', '.join('?' * len(folders))})")
        values.extend(folders)
    if wanted.since:
        conditions.append("s.ended_at >= ?")
        values.append(wanted.since)
    if wanted.until:
        conditions.append("s.started_at < ?")
        values.append(wanted.until)
    if wanted.branch:
        conditions.append("EXISTS (SELECT 1 FROM json_each(s.branches) b WHERE b.value GLOB ?)")
        values.append(pattern_of(wanted.branch))
    if wanted.model:
        conditions.append("EXISTS (SELECT 1 FROM json_each(s.models) m WHERE m.value GLOB ?)")
        values.append(pattern_of(f"*{wanted.model}*"))
    for word in wanted.title.split():
        conditions.append("s.title GLOB ?")
        values.append(f"*{pattern_of(word, stars=False)}*")
    if wanted.root:
        roots = [str(row[0]) for row in catalog.rows("SELECT DISTINCT root FROM sessions")]
        if wanted.root not in roots:
            raise BadArgumentError("root", wanted.root, f"Roots: {', '.join(roots) or 'none'}.")
        conditions.append("s.root = ?")
        values.append(wanted.root)
    if session:
        conditions.append("s.root = ? AND s.session_id = ?")
        values.extend(session)
    return " AND ".join(conditions), values


def pattern_of(text: str, *, stars: bool = True) -> str:
    """A text as a GLOB pattern that fits it in any case; its * stand for any characters, where they are meant to."""
    return "".join(
        "*" if character == "*" and stars else _in_any_case(character)
        for character in re.sub(r"\*+", "*", text)
    )


def _in_any_case(character: str) -> str:
    """A character as GLOB takes it: a letter small and capital, where each is one character; a wildcard as itself."""
    cases = {character, character.lower(), character.upper()}
    forms = sorted(form for form in cases if len(form) == 1)
    return f"[{''.join(forms)}]" if len(forms) > 1 or character in "*?[" else character


def _projects(catalog: Catalog, wanted: SessionFilter, kept: str) -> list[str]:
    """The project paths that a filter's project names."""
    known = [
        (str(project), str(folder))
        for project, folder in catalog.rows(f"SELECT DISTINCT project, folder FROM sessions s WHERE {kept}")  # noqa: S608 - our own condition
    ]
    if not wanted.this_project:
        return _named(wanted.project, known)
    here = wanted.this_project.rstrip("/\\") or "/"
    inside = {path for path, _ in known if path == here or path.startswith((here + "/", here + "\\"))}
    above = {path for path, _ in known if here.startswith((path + "/", path + "\\"))} - {"", "/"}
    # A subfolder's sessions are the project's; the project of a subfolder is the nearest one above it.
    these = inside or {max(above, key=len, default=here)}
    return sorted(these & set(_named(wanted.project, known)) if wanted.project else these)


def _named(project: str, known: Sequence[tuple[str, str]]) -> list[str]:
    """The paths that a text names: whole, as a folder above, by their last part, or by any part; the first way that fits."""
    asked = project.rstrip("/\\") or project
    ways: tuple[Callable[[str, str], bool], ...] = (
        lambda path, folder: asked in (path, folder),
        lambda path, folder: path.startswith((asked + "/", asked + "\\")) or encodes(asked, folder),
        lambda path, _: _last(path).lower() == asked.lower(),
        lambda path, folder: asked.lower() in path.lower() or asked.lower() in folder.lower(),
    )
    for fits in ways:
        if found := {path for path, folder in known if fits(path, folder)}:
            return sorted(found)
    raise ProjectNotFoundError(project, sorted({_last(path) for path, _ in known if path}))


def _last(path: str) -> str:
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2]


_NEVER = 2**63 - 1
"""Where sessions without a time stand among times when they are to be last."""


def list_sessions(
    catalog: Catalog,
    wanted: SessionFilter,
    *,
    limit: int,
    after: tuple[int, int] | None = None,
    oldest: bool = False,
    leaving_out: Collection[int] = (),
) -> tuple[list[Session], int]:
    """
    Sessions newest first (or oldest), those without any time last, and how many there are in all.

    `after` is (ended, number) of the last session of the page before; sessions whose numbers
    are to be left out count as not there.
    """
    condition, values = where(catalog, wanted)
    if leaving_out:
        condition += f" AND s.id NOT IN ({', '.join(map(str, leaving_out))})"
    [(total,)] = catalog.rows(f"SELECT COUNT(*) FROM sessions s WHERE {condition}", values)  # noqa: S608 - our own condition
    # Sessions without a time have ended = 0: last when newest comes first; oldest first puts them last by hand.
    order, beyond = ("s.ended DESC, s.id DESC", "<")
    key = "s.ended"
    if oldest:
        key = f"(CASE s.ended WHEN 0 THEN {_NEVER} ELSE s.ended END)"
        order, beyond = f"{key} ASC, s.id ASC", ">"
    if after is not None:
        ended, number = after
        condition += f" AND ({key}, s.id) {beyond} (?, ?)"
        values = [*values, (ended or _NEVER) if oldest else ended, number]
    rows = catalog.rows(
        f"SELECT {_COLUMNS} {_FROM} WHERE {condition} ORDER BY {order} LIMIT ?",
        [*values, limit],
    )
    return [_session(row) for row in rows], _int(total)


State: TypeAlias = tuple[Catalog, frozenset[int]]
"""A catalogue, and the sessions that count as not there because another one has them as they are now."""


def joined_lists(
    states: Sequence[State],
    wanted: SessionFilter,
    *,
    limit: int,
    after: tuple[int, int] | None = None,
    oldest: bool = False,
) -> tuple[list[Session], int]:
    """The same from several catalogues as from one. Raises CcmcpError for a filter that names nothing in any."""
    found: list[Session] = []
    total = 0
    errors: list[CcmcpError] = []
    for catalog, leaving_out in states:
        try:
            some, number = list_sessions(
                catalog, wanted, limit=limit, after=after, oldest=oldest, leaving_out=leaving_out
            )
        except CcmcpError as error:  # a filter may name what only one of them has
            errors.append(error)
        else:
            found, total = found + some, total + number
    if len(errors) == len(states):
        raise errors[0]
    if len(states) > 1:
        found.sort(
            key=lambda each: ((each.ended or 1 << 63) if oldest else each.ended, each.number),
            reverse=not oldest,
        )
    return found[:limit], total


def find_in(states: Sequence[State], asked: str) -> tuple[Session, tuple[SessionFile, ...]]:
    """
    The session with this id and its files, from several catalogues as from one.

    Raises:
        SessionNotFoundError: none has it.
        AmbiguousSessionError: several have.

    """
    found: list[tuple[Catalog, Session]] = []
    for catalog, leaving_out in states:
        with contextlib.suppress(SessionNotFoundError):
            session = find_session(catalog, asked)
            found += [(catalog, session)] if session.number not in leaving_out else []
    if not found:
        raise SessionNotFoundError(asked)
    if len(found) > 1:
        raise AmbiguousSessionError(asked, [f"{each.root}:{each.session_id}" for _, each in found])
    [(catalog, session)] = found
    return session, session_files(catalog, session)


def ids_in_several_roots(states: Sequence[State], ids: Collection[str]) -> frozenset[str]:
    """Which of these ids are those of sessions in several roots, so that LABEL:ID has to tell them apart."""
    wanted = list(ids)
    roots: defaultdict[str, set[str]] = defaultdict(set)
    for catalog, leaving_out in states:
        for start in range(0, len(wanted), 500):
            some = wanted[start : start + 500]
            for number, session_id, root in catalog.rows(
                f"SELECT id, session_id, root FROM sessions WHERE excluded IN (0, 3) AND session_id IN ({', '.join('?' * len(some))})",  # noqa: S608 - placeholders
                some,
            ):
                if number not in leaving_out:
                    roots[str(session_id)].add(str(root))
    return frozenset(session_id for session_id, its in roots.items() if len(its) > 1)


def session_of_agent(catalog: Catalog, asked: str) -> tuple[str, str] | None:
    """
    The session of a subagent, as LABEL:ID, and the subagent's whole id; none when there is no such one.

    Takes the id, or a beginning of 6 or more characters, with or without the `agent-` of its file's name.

    Raises:
        AmbiguousSessionError: several begin so.

    """
    start = asked.strip().removeprefix("agent-")
    if len(start) < SHORTEST_PREFIX:
        return None
    rows = catalog.rows(
        "SELECT DISTINCT s.root || ':' || s.session_id, f.agent_id FROM files f JOIN sessions s ON s.id = f.session "
        "WHERE f.kind = 'agent' AND f.agent_id >= ? AND f.agent_id < ? AND s.excluded != 1 ORDER BY s.ended DESC LIMIT 50",
        (start, start + "\U0010ffff"),
    )
    found = [(str(session), str(agent)) for session, agent in rows]
    found = [pair for pair in found if pair[1] == start] or found
    if len(found) > 1:
        raise AmbiguousSessionError(asked, list(dict.fromkeys(session for session, _ in found)))
    return found[0] if found else None


def sessions_by_number(catalog: Catalog, numbers: Sequence[int]) -> dict[int, Session]:
    """Sessions by their number in the index."""
    found = {}
    for some, places in portions(numbers):
        rows = catalog.rows(f"SELECT {_COLUMNS} {_FROM} WHERE s.id IN ({places})", some)
        found.update({session.number: session for session in map(_session, rows)})
    return found
