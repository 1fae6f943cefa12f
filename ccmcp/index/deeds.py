"""What was done in a period, counted: by people, projects, tools, models, files, programs, hosts. I/O: reads the catalogue."""

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ccmcp.index.catalog import Catalog
from ccmcp.index.commands import simple_commands
from ccmcp.index.counting import SYNTHETIC, Book, told_by_rate
from ccmcp.index.facts import milliseconds
from ccmcp.index.listing import WITH_UNLISTED, SessionFilter, where

WRITERS = ("Edit", "MultiEdit", "Write", "NotebookEdit")
UNASKED = ("bypassPermissions", "dontAsk")
"""Permission modes in which nobody is asked."""


class Doer(NamedTuple):
    """A root or a project, and what was done there."""

    name: str
    sessions: int
    projects: int
    calls: int
    files_changed: int
    first_at: str
    last_at: str


class Used(NamedTuple):
    """A tool and how its calls ended."""

    tool: str
    calls: int
    failed: int
    refused: int


class Unasked(NamedTuple):
    """A session in whose course nobody was asked."""

    session: int
    root: str
    session_id: str
    project: str
    at: str
    mode: str
    calls: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Deeds:
    """What was done in a period."""

    sessions: int
    calls: int
    roots: tuple[Doer, ...]
    projects: tuple[Doer, ...]
    tools: tuple[Used, ...]
    models: tuple[tuple[str, int], ...]
    """By responses."""
    versions: tuple[tuple[str, int], ...]
    """Of the client, by sessions."""
    modes: tuple[tuple[str, int], ...]
    """Permission modes, by sessions that were in them."""
    unasked: tuple[Unasked, ...]
    files_read: int
    files_changed: int
    changed: tuple[tuple[str, int], ...]
    """The files changed most, with how many calls."""
    programs: tuple[tuple[str, int], ...]
    """Run from the shell, the most frequent first."""
    oldest_at: str
    """The first record of all there is in these roots and projects."""


def deeds(
    catalog: Catalog, wanted: SessionFilter, session: tuple[str, str] | None = None, *, most: int = 25
) -> Deeds:
    """
    What was done in the times of a filter, in the sessions it leaves; `most` of what is listed by frequency.

    Raises:
        CcmcpError: the filter names a project or root that is not there.

    """
    return _Counting(catalog, wanted, session, most).deeds()


class _Counting:
    def __init__(
        self, catalog: Catalog, wanted: SessionFilter, session: tuple[str, str] | None, most: int
    ) -> None:
        self._catalog, self._wanted, self._most = catalog, wanted, most
        self._lasting = SessionFilter(
            project=wanted.project, this_project=wanted.this_project, branch=wanted.branch, model=wanted.model, root=wanted.root,
        )  # fmt: skip
        self._among, self._among_values = where(catalog, self._lasting, session=session, kept=WITH_UNLISTED)
        self._within, self._within_values = where(catalog, wanted, session=session, kept=WITH_UNLISTED)

    def deeds(self) -> Deeds:
        sessions = self._rows(
            f"SELECT s.id, s.root, s.project, s.version, s.permission_modes, s.started_at, s.ended_at FROM sessions s WHERE {self._within}",  # noqa: S608 - our own condition
            self._within_values,
        )
        calls: dict[int, int] = dict(
            self._rows(
                f"SELECT c.session, COUNT(*) FROM calls c WHERE {self._of('c')} GROUP BY 1",  # noqa: S608 - our own condition
                self._values(),
            )
        )
        changed = self._changed()
        files: dict[str, dict[str, set[str]]] = {"root": defaultdict(set), "project": defaultdict(set)}
        for root, project, target, _ in changed:
            files["root"][root].add(target)
            files["project"][project].add(target)
        per_file: Counter[str] = Counter()
        for _, _, target, times in changed:
            per_file[target] += times
        [(oldest,)] = self._rows(
            f"SELECT MIN(s.started_at) FROM sessions s WHERE {self._among}",  # noqa: S608 - our own condition
            self._among_values,
        )
        read = self._rows(
            f"SELECT COUNT(DISTINCT c.target) FROM calls c WHERE c.tool = 'Read' AND {self._of('c')}",  # noqa: S608 - our own condition
            self._values(),
        )
        return Deeds(
            sessions=len(sessions),
            calls=sum(calls.values()),
            roots=_doers(sessions, calls, 1, files["root"]),
            projects=_doers(sessions, calls, 2, files["project"]),
            tools=tuple(Used._make(row) for row in self._tools()),
            models=self._models(),
            versions=_counted(row[3] for row in sessions),
            modes=_counted(mode for row in sessions for mode in _listed(row[4])),
            unasked=self._unasked(sessions, calls),
            files_read=int(read[0][0]),
            files_changed=len(per_file),
            changed=tuple(per_file.most_common(self._most)),
            programs=self._programs(),
            oldest_at=oldest or "",
        )

    def _rows(self, sql: str, values: Sequence[object]) -> list[Any]:
        return self._catalog.rows(sql, values)

    def _of(self, row: str) -> str:
        """A condition over rows with a session and a time as text, with `_values`."""
        return (
            f"(? = '' OR {row}.at >= ?) AND (? = '' OR ({row}.at < ? AND {row}.at != '')) "  # noqa: S608 - our own condition
            f"AND {row}.session IN (SELECT s.id FROM sessions s WHERE {self._among})"
        )

    def _values(self) -> list[object]:
        since, until = self._wanted.since, self._wanted.until
        return [since, since, until, until, *self._among_values]

    def _tools(self) -> list[Any]:
        return self._rows(
            "SELECT c.tool, COUNT(*), SUM(c.outcome IN ('error', 'interrupted')), SUM(c.outcome IN ('rejected', 'denied')) "  # noqa: S608 - our own condition
            f"FROM calls c WHERE {self._of('c')} GROUP BY 1 ORDER BY 2 DESC, 1",
            self._values(),
        )

    def _changed(self) -> list[Any]:
        return self._rows(
            "SELECT s.root, s.project, c.target, COUNT(*) FROM calls c JOIN sessions s ON s.id = c.session "  # noqa: S608 - our own condition
            f"WHERE c.tool IN ({', '.join('?' * len(WRITERS))}) AND c.outcome = 'ok' AND {self._of('c')} GROUP BY 1, 2, 3",
            [*WRITERS, *self._values()],
        )

    def _models(self) -> tuple[tuple[str, int], ...]:
        since, until = milliseconds(self._wanted.since), milliseconds(self._wanted.until) or 1 << 62
        rows = self._rows(
            "SELECT r.rate, COUNT(*) FROM responses r WHERE r.books & ? AND r.at >= ? AND r.at < ? "  # noqa: S608 - our own condition
            f"AND r.session IN (SELECT s.id FROM sessions s WHERE {self._among}) GROUP BY 1",
            [int(Book.OURS), since, until, *self._among_values],
        )
        found: Counter[str] = Counter()
        for rate, times in rows:
            found[told_by_rate(rate).model] += times
        return tuple((model, times) for model, times in found.most_common() if model and model != SYNTHETIC)

    def _unasked(self, sessions: Sequence[Any], calls: dict[int, int]) -> tuple[Unasked, ...]:
        these = {row[0]: row for row in sessions if set(_listed(row[4])).intersection(UNASKED)}
        rows = self._rows(
            "SELECT m.session, m.text, MIN(m.at), s.session_id FROM moments m JOIN sessions s ON s.id = m.session "  # noqa: S608 - our own condition
            f"WHERE m.kind = 'mode' AND m.text IN ('bypassPermissions', 'dontAsk') AND s.id IN (SELECT s.id FROM sessions s WHERE {self._within}) "
            "GROUP BY 1 ORDER BY 3 DESC",
            self._within_values,
        )
        return tuple(
            Unasked(
                number, these[number][1], session_id, these[number][2], at or "", mode, calls.get(number, 0)
            )
            for number, mode, at, session_id in rows
            if number in these
        )

    def _programs(self) -> tuple[tuple[str, int], ...]:
        found: Counter[str] = Counter()
        rows = self._catalog.execute(
            f"SELECT c.target, COUNT(*) FROM calls c WHERE c.tool = 'Bash' AND {self._of('c')} GROUP BY 1",  # noqa: S608 - our own condition
            self._values(),
        )
        for line, times in rows:
            programs = {command.split(None, 1)[0] for command in simple_commands(line) if command.strip()}
            for program in programs:
                if (
                    program.isascii()
                    and program[0].isalpha()
                    and program.isprintable()
                    and "=" not in program
                ):
                    found[program[:60]] += times
        return tuple(found.most_common(self._most))


def _listed(text: str) -> list[str]:
    return [str(each) for each in json.loads(text)]


def _counted(texts: Any) -> tuple[tuple[str, int], ...]:
    return tuple(Counter(text for text in texts if text).most_common())


def _doers(
    sessions: Sequence[Any], calls: dict[int, int], column: int, files: dict[str, set[str]]
) -> tuple[Doer, ...]:
    groups: dict[str, list[Any]] = defaultdict(list)
    for row in sessions:
        groups[row[column]].append(row)
    found = [
        Doer(
            name=name,
            sessions=len(rows),
            projects=len({row[2] for row in rows}),
            calls=sum(calls.get(row[0], 0) for row in rows),
            files_changed=len(files.get(name, ())),
            first_at=min((row[5] for row in rows if row[5]), default=""),
            last_at=max((row[6] for row in rows if row[6]), default=""),
        )
        for name, rows in groups.items()
    ]
    return tuple(sorted(found, key=lambda each: (-each.calls, each.name)))
