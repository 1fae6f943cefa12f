"""
The catalogue -> tool calls: filtered, counted, grouped, page by page. I/O: reads the catalogue.

SQL does what it can. What it can't tell of a target (globs, regular expressions, paths, hosts)
is looked at here, in the rows that all else has left.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from ccmcp.index.agents import Kinds, kinds_of_agents, of_agents
from ccmcp.index.aims import (
    Aim,
    command_aim,
    file_aim,
    is_mcp,
    named,
    server_of,
    text_aim,
    tools_named,
    url_aim,
)
from ccmcp.index.calling import (
    FAILED,
    MAIN,
    UNKNOWN_AGENT,
    CallAnswer,
    Called,
    CallFilter,
    CallGroup,
    CallQuestion,
)
from ccmcp.index.catalog import Catalog
from ccmcp.index.listing import OF_LISTED, Condition, sessions_by_number, where
from ccmcp.index.patterns import regular_expression

_COLUMNS = "c.rowid, c.session, c.at, c.entry_id, c.tool, c.target, c.outcome, c.error, c.agent"
_KEYS = {
    "session": "c.session",
    "target": "c.target",
    "tool": "c.tool",
    "server": "server_of(c.tool)",
    "agent": "kind_of(c.session, c.agent)",
    "project": "(SELECT project FROM sessions WHERE id = c.session)",
    "status": "c.outcome",
}
_GROUP_ORDERS = {
    "most": "calls DESC, at DESC, key",
    "newest": "at DESC, key",
    "oldest": "at = '', at, key",
}


def answer(catalog: Catalog, question: CallQuestion) -> CallAnswer:
    """
    The tool calls a question is about.

    Raises:
        CcmcpError: a filter names a project or root that is not there, or is no regular expression.

    """
    found = _answer(catalog, question)
    if found.outcomes or found.unknown:
        return found
    wanted = question.wanted
    without, instead = dict(_without(catalog, wanted)), dict(_instead(catalog, wanted))
    return replace(found, without=without, instead=instead)


def _answer(catalog: Catalog, question: CallQuestion) -> CallAnswer:
    wanted = question.wanted
    aims = list(_aims(wanted))
    kinds = kinds_of_agents(catalog) if wanted.agent or question.group == "agent" else {}
    names = _Names(catalog, question, kinds, aims)
    conditions = [*_conditions(catalog, wanted, aims), *names.conditions()]
    rows = _Rows(catalog, _matched(catalog, wanted.error, aims, conditions))
    outcomes: Counter[str] = Counter()
    sessions = set()
    hidden = 0
    for session, outcome, own, number in rows.select(
        "c.session, c.outcome, c.own, COUNT(*)", "GROUP BY 1, 2, 3"
    ):
        if own and not wanted.own:
            hidden += _int(number)
        else:
            outcomes[str(outcome)] += _int(number)
            sessions.add(session)
    if not outcomes:
        return CallAnswer(hidden=hidden, unknown=names.unknown)
    if not wanted.own:
        rows = rows.narrowed("NOT c.own")
    groups, total = _groups(rows, question, kinds) if question.group else ((), 0)
    return CallAnswer(
        outcomes=outcomes,
        sessions=len(sessions),
        hidden=hidden,
        part=max((aim.part for aim in aims), key=len, default=""),
        calls=() if question.group else _page(rows, question),
        groups=groups,
        total_groups=total,
    )


_MOST_TRIED = 4


def _without(catalog: Catalog, wanted: CallFilter) -> Iterator[tuple[str, int]]:
    """How many calls there are without one of the conditions, where there are any; the likeliest to be wrong first."""
    names = ("error", "since", "until", "agent", "tool", "server", "command", "file", "url", "query")
    wider = {name: replace(wanted, **{name: ""}) for name in names if getattr(wanted, name)}  # type: ignore[arg-type]  # texts all
    if wanted.outcomes:
        wider = {"status": replace(wanted, outcomes=()), **wider}
    if wanted.session:
        wider["session"] = replace(wanted, session=None)
    of_sessions = wanted.sessions
    for name in ("project", "this_project", "branch", "model", "root"):
        if getattr(of_sessions, name):
            wider[name] = replace(wanted, sessions=replace(of_sessions, **{name: ""}))
    if len(wider) > 1:
        counts = ((name, _count(catalog, each)) for name, each in [*wider.items()][:_MOST_TRIED])
        yield from ((name, number) for name, number in counts if number)


def _instead(catalog: Catalog, wanted: CallFilter) -> Iterator[tuple[str, int]]:
    """How many calls fit what may have been meant, where any do."""
    meant = {}
    if wanted.query and not wanted.tool:
        meant[f"tool={wanted.query}"] = replace(wanted, query="", tool=wanted.query)
    if wanted.file and "*" not in wanted.file:
        any_part = f"**{wanted.file.strip('/')}**"
        meant[f"file={any_part}"] = replace(wanted, file=any_part)
    if wanted.url and "*" not in wanted.url:
        any_part = f"*{wanted.url}*"
        meant[f"url={any_part}"] = replace(wanted, url=any_part)
    for said, each in meant.items():
        if number := _count(catalog, each):
            yield said, number


def _count(catalog: Catalog, wanted: CallFilter) -> int:
    return sum(_answer(catalog, CallQuestion(wanted=wanted, limit=0)).outcomes.values())


class _Rows:
    """The calls that some conditions leave."""

    def __init__(self, catalog: Catalog, conditions: Iterable[Condition]) -> None:
        self.catalog = catalog
        found = list(conditions)
        self._condition = " AND ".join(condition for condition, _ in found)
        self._values = [value for _, values in found for value in values]

    def select(self, columns: str, rest: str = "", *more: object) -> list[tuple[object, ...]]:
        return self.catalog.rows(*self.query(columns, rest, *more))

    def query(self, columns: str, rest: str = "", *more: object) -> tuple[str, list[object]]:
        sql = f"SELECT {columns} FROM calls c WHERE {self._condition} {rest}"  # noqa: S608 - our own columns and conditions
        return sql, [*self._values, *more]

    def narrowed(self, condition: str, *values: object) -> "_Rows":
        return _Rows(self.catalog, [(self._condition, self._values), (condition, values)])


# -- which calls


def _aims(wanted: CallFilter) -> Iterator[Aim]:
    if wanted.query:
        yield text_aim("query", wanted.query)
    if wanted.command:
        yield command_aim(wanted.command)
    if wanted.file:
        yield file_aim(wanted.file)
    if wanted.url:
        yield url_aim(wanted.url)


def _conditions(catalog: Catalog, wanted: CallFilter, aims: Iterable[Aim]) -> Iterator[Condition]:
    condition, values = where(catalog, wanted.sessions, session=wanted.session)
    yield f"c.session IN (SELECT s.id FROM sessions s WHERE {condition})", values  # noqa: S608 - our own condition
    if wanted.outcomes:
        yield f"c.outcome IN ({_marks(wanted.outcomes)})", wanted.outcomes
    if wanted.since:
        yield "c.at >= ?", [wanted.since]
    if wanted.until:
        yield "c.at < ? AND c.at != ''", [wanted.until]
    if wanted.error:
        yield "c.error != ''", []
    for part in (aim.part for aim in aims if aim.part):
        yield "c.target LIKE ? ESCAPE '\\'", [_containing(part)]


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def _containing(text: str) -> str:
    """A LIKE pattern: the text anywhere, in any case of ASCII."""
    for special in "\\%_":
        text = text.replace(special, f"\\{special}")
    return f"%{text}%"


def _matched(
    catalog: Catalog, error: str, aims: Sequence[Aim], conditions: list[Condition]
) -> list[Condition]:
    """The conditions; where targets or errors are looked at, the rows they leave of which these fit."""
    if not aims and not error:
        return conditions
    project = _KEYS["project"] if any(aim.by_project for aim in aims) else "''"
    words = "c.error" if error else "''"
    rows = _Rows(catalog, conditions).select(f"c.rowid, c.tool, c.target, {project}, {words}")
    for fits in (aim.fits for aim in aims if aim.fits):
        rows = [row for row in rows if fits(str(row[1]), str(row[2]), str(row[3]))]
    said = _saying(error)
    found = [row[0] for row in rows if said(str(row[4]))]
    return [("c.rowid IN (SELECT value FROM json_each(?))", [json.dumps(found)])]


def _saying(error: str) -> Callable[[str], bool]:
    """Whether a message has a text, or what a /regular expression/ finds; all have an empty one."""
    if pattern := regular_expression("error", error):
        return lambda words: bool(pattern.search(words))
    folded = error.casefold()
    return lambda words: folded in words.casefold()


class _Names:
    """The tools, servers and subagents that a question names, looked up among those there are."""

    def __init__(self, catalog: Catalog, question: CallQuestion, kinds: Kinds, aims: Sequence[Aim]) -> None:
        self._wanted = question.wanted
        self._aims = aims
        self._by_server = question.group == "server"
        self._kinds = kinds
        # Of a tool that was never given nor answered anything only its calls know; but such are aimed at nothing.
        by_name = question.wanted.tool or question.wanted.server or self._by_server
        sql = f"SELECT DISTINCT tool FROM calls WHERE {OF_LISTED}" if by_name else "SELECT name FROM tools"  # noqa: S608 - our own condition
        self._tools = sorted({str(tool) for [tool] in catalog.rows(sql)})
        self.unknown: dict[str, tuple[str, ...]] = {}

    def conditions(self) -> Iterator[Condition]:
        """What they leave of the calls; fills `unknown`."""
        kept = self._these_tools()
        if len(kept) < len(self._tools):
            yield f"c.tool IN ({_marks(kept)})", kept
        if self._wanted.agent:
            condition, unknown = of_agents(self._wanted.agent, "c", lambda: self._kinds)
            if unknown:
                self.unknown["agent"] = unknown
            yield condition

    def _these_tools(self) -> list[str]:
        wanted, kept = self._wanted, self._tools
        if wanted.tool:
            these = tools_named(wanted.tool, self._tools)
            kept = [tool for tool in kept if tool in these]
            if not these:
                self.unknown["tool"] = tuple(self._tools)
        if wanted.server or self._by_server:
            servers = sorted({server_of(tool) for tool in self._tools if is_mcp(tool)})
            these = named(wanted.server or "*", servers)
            kept = [tool for tool in kept if is_mcp(tool) and server_of(tool) in these]
            if wanted.server and not these:
                self.unknown["server"] = tuple(servers)
        return [tool for tool in kept if all(aim.tools is None or aim.tools(tool) for aim in self._aims)]


# -- the calls themselves


def _page(rows: _Rows, question: CallQuestion) -> tuple[Called, ...]:
    oldest = question.order == "oldest"
    columns = [*(["c.at = ''"] if oldest else []), "c.at", "c.rowid"]  # those without a time come last
    if question.after:
        after = [*([not question.after[0]] if oldest else []), *question.after]
        rows = rows.narrowed(f"({', '.join(columns)}) {'>' if oldest else '<'} ({_marks(after)})", *after)
    order = ", ".join(column if oldest else f"{column} DESC" for column in columns)
    found = rows.select("c.rowid", f"ORDER BY {order} LIMIT ?", question.limit)
    return tuple(_called(rows.catalog, [_int(row) for [row] in found]))


def _called(catalog: Catalog, wanted: Sequence[int]) -> list[Called]:
    """The calls of these numbers, in this order."""
    rows = catalog.rows(f"SELECT {_COLUMNS} FROM calls c WHERE c.rowid IN ({_marks(wanted)})", wanted)  # noqa: S608 - placeholders only
    numbers = list({_int(row[1]) for row in rows})
    sessions = sessions_by_number(catalog, numbers)
    kinds = kinds_of_agents(catalog, numbers) if any(row[8] for row in rows) else {}
    found = {
        row: Called(
            session=sessions[_int(session)], place=(str(at), _int(row)), entry_id=str(entry), tool=str(tool), target=str(target),
            outcome=str(outcome), error=str(error), agent=str(agent), agent_kind=kinds.get((_int(session), str(agent)), ""),
        )
        for row, session, at, entry, tool, target, outcome, error, agent in rows
    }  # fmt: skip
    return [found[row] for row in wanted]


def _groups(rows: _Rows, question: CallQuestion, kinds: Kinds) -> tuple[tuple[CallGroup, ...], int]:
    """A page of groups, and how many there are."""

    def kind_of(session: int, agent: str) -> str:
        return kinds.get((session, agent), "") or UNKNOWN_AGENT if agent else MAIN

    rows.catalog.connection.create_function("server_of", 1, server_of, deterministic=True)
    rows.catalog.connection.create_function("kind_of", 2, kind_of)
    inner, values = rows.query(
        f"{_KEYS[question.group]} AS key, COUNT(*) AS calls, COUNT(DISTINCT c.session) AS sessions, "
        f"SUM(c.outcome IN {FAILED}) AS failed, MAX(c.at) AS at, c.rowid AS last",  # the row that MAX is of
        "GROUP BY 1 HAVING COUNT(*) > ?",
        question.more_than,
    )
    found = rows.catalog.rows(
        f"SELECT key, calls, sessions, failed, last, COUNT(*) OVER () FROM ({inner}) "  # noqa: S608 - our own query
        f"ORDER BY {_GROUP_ORDERS[question.order]} LIMIT ? OFFSET ?",
        [*values, question.limit, question.offset],
    )
    lasts = _called(rows.catalog, [_int(row[4]) for row in found])
    groups = tuple(
        CallGroup(key=str(key), calls=_int(calls), sessions=_int(sessions), failed=_int(failed), last=last)
        for (key, calls, sessions, failed, *_), last in zip(found, lasts, strict=True)
    )
    return groups, _int(found[0][5]) if found else 0


def _int(value: object) -> int:
    return value if isinstance(value, int) else 0
