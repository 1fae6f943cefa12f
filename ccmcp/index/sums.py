"""The catalogue -> tokens, summed by what is asked for. I/O: reads the catalogue."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from ccmcp.index.agents import known_kinds
from ccmcp.index.calling import MAIN, UNKNOWN_AGENT
from ccmcp.index.catalog import Catalog
from ccmcp.index.chosen import Chosen, of_sessions
from ccmcp.index.counting import Book, told_by_rate
from ccmcp.index.facts import utc
from ccmcp.index.ledger import tools_of
from ccmcp.index.spending import (
    NEVER,
    Account,
    Clock,
    Dimension,
    Spender,
    Spending,
    SpendingFilter,
    SpendingQuestion,
    Sum,
)


class Ledger:
    """What one moment's catalogue knows of tokens."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def models(self) -> list[str]:
        """Every model there was."""
        rates = self._catalog.rows("SELECT rate FROM rates")
        return sorted({told_by_rate(str(rate))[0] for [rate] in rates})

    def spenders(self) -> dict[int, Spender]:
        """Every session, by the number that sums have."""
        rows = self._catalog.execute("SELECT id, root, session_id, project, entrypoint, title FROM sessions")
        return {row[0]: Spender._make(row[1:]) for row in rows}

    def paths(self) -> dict[int, str]:
        """The path of every file, by the number that sums have."""
        return {_int(number): str(path) for number, path in self._catalog.rows("SELECT id, path FROM files")}

    def times(self) -> tuple[int, int]:
        """When the first and the last response was, in milliseconds; 0 where there is none."""
        first = self._catalog.rows("SELECT MIN(at) FROM responses WHERE at > 0")
        last = self._catalog.rows("SELECT MAX(at) FROM responses")
        return _int(first[0][0]), _int(last[0][0])

    def compactions(self, wanted: SpendingFilter) -> dict[int, tuple[int, int]]:
        """How often the context of each session was summed up within a filter's times, and the largest that was, in tokens."""
        condition, values = of_sessions(self._catalog, wanted)
        since, until = (_stamp(at) if 0 < at < NEVER else "" for at in (wanted.since, wanted.until))
        rows = self._catalog.rows(
            f"SELECT session, COUNT(*), MAX(amount) FROM moments WHERE kind = 'compaction' AND at >= ? AND (? = '' OR at < ?) "  # noqa: S608 - our own condition
            f"AND session IN (SELECT s.id FROM sessions s WHERE {condition}) GROUP BY session",
            [since, until, until, *values],
        )
        return {_int(session): (_int(number), _int(largest)) for session, number, largest in rows}

    def spending(self, question: SpendingQuestion) -> Spending:
        """
        The tokens a question is about.

        Raises:
            ProjectNotFoundError: no session is of such a project.
            BadArgumentError: no root has this label.

        """
        catalog = self._catalog
        chosen = Chosen(catalog, question.wanted, question.book)
        if "agent" in question.by:
            kinds = known_kinds(catalog)

            def kind_of(session: int, agent: str) -> str:
                return kinds.get((session, agent), "") or UNKNOWN_AGENT

            catalog.connection.create_function("kind_of", 2, kind_of)
        if "span" not in question.by:
            return Spending(
                sums=tuple(_sums(catalog, question, chosen, "responses r")), unknown=chosen.unknown
            )
        catalog.execute("CREATE TEMP TABLE spans (number INTEGER, first INTEGER, last INTEGER)")
        try:
            catalog.insert("temp.spans", ((at, *span) for at, span in enumerate(question.spans)), 3)
            tables = "spans p CROSS JOIN responses r ON r.at BETWEEN p.first AND p.last"
            return Spending(sums=tuple(_sums(catalog, question, chosen, tables)), unknown=chosen.unknown)
        finally:
            catalog.execute("DROP TABLE temp.spans")

    def windows(self, book: Book, length: int) -> list[int]:
        """
        When the windows of a length in milliseconds start that responses fall into.

        A window starts at the full UTC hour of its first response, and takes in what comes no later than
        its length after that; the next one starts with the first response after it.
        """
        found: list[int] = []
        left_out = self._catalog.rows("SELECT id FROM sessions WHERE excluded = 1")
        shown = f"session NOT IN ({', '.join(str(number) for [number] in left_out)})"
        first = f"SELECT at FROM responses WHERE at > ? AND books & ? AND {shown} ORDER BY at LIMIT 1"  # noqa: S608 - our own condition
        at = 0
        while rows := self._catalog.rows(first, (at, int(book))):
            start = _int(rows[0][0]) // _HOUR * _HOUR
            at = start + length
            found.append(start)
        return found

    def accounts(self, wanted: SpendingFilter) -> list[Account]:
        """
        What the client itself counted for sessions that lie wholly within a filter's times; none where it asks for a part of sessions.

        A fork's account goes on from that of the session it was forked from: that one's is taken off.
        """
        if wanted.agent or wanted.branch:
            return []
        condition, values = of_sessions(self._catalog, wanted)
        if wanted.since:
            condition, values = f"{condition} AND s.started_at >= ?", [*values, _stamp(wanted.since)]
        if wanted.until < NEVER:
            condition, values = f"{condition} AND s.ended_at < ?", [*values, _stamp(wanted.until)]
        each = ", ".join(f"MAX({name}) AS {name}" for name in _ACCOUNTED)
        whole = ", ".join(f"SUM({name}) AS {name}" for name in _ACCOUNTED)
        counts = ", ".join(f"MAX(0, a.{name} - COALESCE(b.{name}, 0))" for name in _ACCOUNTED)
        rows = self._catalog.rows(
            # A model with a large window has a name with a suffix here, and another one in the lines.
            f"WITH told AS (SELECT session, model, MAX(parent) AS parent, {each} FROM accounts GROUP BY session, model), "  # noqa: S608 - our own names
            "a AS (SELECT session, CASE WHEN instr(model, '[') THEN substr(model, 1, instr(model, '[') - 1) ELSE model END AS base, "
            f"MAX(parent) AS parent, {whole} FROM told GROUP BY session, base) "
            f"SELECT a.session, a.base, {counts} FROM a JOIN sessions s ON s.id = a.session "
            "LEFT JOIN sessions p ON a.parent != '' AND p.root = s.root AND p.session_id = a.parent "
            f"LEFT JOIN a b ON b.session = p.id AND b.base = a.base WHERE {condition}",
            values,
        )
        asked = wanted.model.lower()
        return [Account(*row) for row in rows if asked in str(row[1]).lower()]  # type: ignore[arg-type]  # as the table's columns are


_ACCOUNTED = ("input", "output", "cache_write", "cache_write_1h", "cache_read", "web_searches", "cost_usd")
_HOUR = 3_600_000
_DAY = 24 * _HOUR


def _sums(catalog: Catalog, question: SpendingQuestion, chosen: Chosen, tables: str) -> Iterator[Sum]:
    keys = [_KEYS[each].format(wall=_wall(question.clock)) for each in question.by]
    width = len(keys)
    moment = " + ".join(f"(r.at >= {each})" for each in question.moments) or "0"
    size = " + ".join(f"(r.input + r.cache_write + r.cache_read > {each})" for each in question.sizes) or "0"
    columns = [*keys, "r.rate", moment, size]
    grouped = [
        str(at) for at, column in enumerate(columns, 1) if column != "0"
    ]  # each more makes all of it slower
    above = [f"SUM(MAX({each} - {question.above}, 0))" if question.above else "0" for each in _ABOVE]
    condition, values = chosen.condition
    rows: Iterator[tuple[Any, ...]] = catalog.execute(
        f"SELECT {', '.join((*columns, _TOTALS, *above))} FROM {tables} WHERE {condition} GROUP BY {', '.join(grouped)}",  # noqa: S608 - our own columns and numbers
        values,
    )
    if "tool" in question.by:
        rows = (shared for row in rows for shared in _by_tool(question.by.index("tool"), row, width))
    for row in rows:
        yield Sum._make((row[:width], *row[width : width + 16], row[width + 16 :]))


_KEYS: Mapping[Dimension, str] = {
    "hour": f"CASE WHEN r.at THEN (r.at + {{wall}}) / {_HOUR} * {_HOUR} - ({{wall}}) ELSE -1 END",
    "day": f"CASE WHEN r.at THEN (r.at + {{wall}}) / {_DAY} ELSE -1 END",
    "span": "p.number",
    "session": "+r.session",  # in the order of its index each row would have to be looked up
    "file": "r.file",
    "agent": f"CASE WHEN r.agent = '' THEN '{MAIN}' ELSE kind_of(r.session, r.agent) END",
    "branch": "r.branch",
    "tool": "r.tools",
}
_TOTALS = (
    "SUM(r.recorded), COUNT(*), SUM(r.stop_reason = ''), SUM(r.input), SUM(r.output), SUM(r.cache_write), SUM(r.cache_write_5m), "
    "SUM(r.cache_write_1h), SUM(r.cache_read), SUM(r.web_searches), COALESCE(MIN(NULLIF(r.at, 0)), 0), MAX(r.at), "
    "MAX(r.input + r.cache_write + r.cache_read)"
)
"""The fields of a `Sum` from `recorded` to `largest`."""
_ABOVE = ("r.input", "r.output", "r.cache_write - r.cache_write_1h", "r.cache_write_1h", "r.cache_read")


def _wall(clock: Clock) -> str:
    """How far the wall clock is ahead at `r.at`, as SQL."""
    *parts, (_, last) = clock
    if not parts:
        return str(last)
    return f"CASE {' '.join(f'WHEN r.at < {until} THEN {ahead}' for until, ahead in parts)} ELSE {last} END"


def _by_tool(place: int, row: tuple[Any, ...], width: int) -> Iterator[tuple[Any, ...]]:
    """
    A row with the one tool that its responses called at this place of its keys, or shared out among several.

    By how often each was called; in whole tokens, which add up to what they were.
    """
    tools = tools_of(str(row[place]))
    if len(tools) < 2:
        yield (*row[:place], tools[0][0] if tools else "", *row[place + 1 :])
        return
    calls, before = sum(number for _, number in tools), 0
    for tool, number in tools:
        after = before + number
        shares = (
            total if at in _NO_COUNTS else _share(total, before, after, calls)
            for at, total in enumerate(row[width:], 1)
        )
        yield (*row[:place], tool, *row[place + 1 : width], *shares)
        before = after


_NO_COUNTS = frozenset(map(Sum._fields.index, ("rate", "moment", "size", "first", "last", "largest")))
"""Which fields of a `Sum`, whose columns stand behind the keys, are not shared out."""


def _share(total: Any, before: int, after: int, calls: int) -> Any:
    if total is None or isinstance(total, float):
        return total and total * (after - before) / calls
    return total * after // calls - total * before // calls


def _stamp(at: int) -> str:
    return utc(datetime.fromtimestamp(at / 1000, UTC).isoformat())


def _int(value: object) -> int:
    return value if isinstance(value, int) else 0
