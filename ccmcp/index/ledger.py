"""The table `responses`, kept in step with the lines that state usage. I/O: reads and writes the catalogue."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from ccmcp.index.catalog import Catalog
from ccmcp.index.counting import Line, Response, counted
from ccmcp.index.stated import UsageFlag

_LINES = f"""
SELECT u.unit, u.message_id, u.request_id, u.inner_session, u.request_session, u.uuid, u.model, u.at, u.stop_reason, u.input, u.output,
    u.cache_write, u.cache_write_5m, u.cache_write_1h, u.cache_read, u.web_searches, u.speed, u.service_tier, u.geo,
    u.cost_usd, u.version, u.agent, u.branch, u.flags, u.file, u.offset,
    CASE WHEN u.flags & {int(UsageFlag.STRAY)} AND f.path LIKE '%' || f.folder || '_agent-' || f.agent_id || '.jsonl' THEN COALESCE(
        (SELECT s.id FROM sessions s WHERE s.root = f.root AND s.session_id = u.inner_session), u.session
    ) ELSE u.session END, f.path,
    f.kind = 'main' AND u.inner_session NOT IN ('', (SELECT s.session_id FROM sessions s WHERE s.id = u.session))
FROM touched t CROSS JOIN usage u ON u.unit = t.unit JOIN files f ON f.id = u.file ORDER BY t.unit
"""  # noqa: S608 - a number of ours
_TOOLS = """
SELECT c.file, c.offset, c.call_id, c.tool FROM touched t CROSS JOIN usage u ON u.unit = t.unit
    JOIN calls c ON c.file = u.file AND c.offset = u.offset
"""


def units_of_files(catalog: Catalog, files: Iterable[int]) -> set[int]:
    """The units of the lines in these files."""
    return {
        int(str(unit))
        for file in files
        for [unit] in catalog.rows("SELECT DISTINCT unit FROM usage WHERE file = ?", (file,))
    }


def strays(catalog: Catalog) -> set[int]:
    """The units of lines in subagents' files that name another session than their file: it may have been met since."""
    flag = int(UsageFlag.STRAY)
    return {int(str(unit)) for [unit] in catalog.rows(f"SELECT unit FROM usage WHERE flags & {flag}")}  # noqa: S608 - a number of ours


def recount(catalog: Catalog, units: Iterable[int], *, fresh: str = "") -> None:
    """Count the lines of these units anew; with `fresh` into tables of that prefix, which hold nothing else."""
    wanted = [(unit,) for unit in units]
    if not wanted:
        return
    catalog.execute("CREATE TEMP TABLE touched (unit INTEGER PRIMARY KEY)")
    try:
        catalog.insert("temp.touched", wanted, 1)
        if not fresh:
            catalog.execute("DELETE FROM responses WHERE unit IN (SELECT unit FROM touched)")
        rows = list(_rows(catalog))
        catalog.insert(f"{fresh}responses", rows, len(rows[0]) if rows else 0)
        rates = {(row[_RATE],) for row in rows}
        catalog.connection.executemany(f"INSERT OR IGNORE INTO {fresh}rates VALUES (?)", rates)  # noqa: S608 - our own table names
    finally:
        catalog.execute("DROP TABLE temp.touched")


_RATE = Response._fields.index("rate")


def _rows(catalog: Catalog) -> Iterator[tuple[object, ...]]:
    """The rows of `responses` for the units in `touched`."""
    calls: dict[tuple[int, int], list[tuple[str, str]]] = defaultdict(list)
    for file, offset, call, tool in catalog.execute(_TOOLS):
        calls[file, offset].append((call, tool))
    for unit, its in groupby(catalog.execute(_LINES), key=lambda row: row[0]):
        lines = [Line._make(row[1:]) for row in its]
        if len(lines) > 1:
            lines.sort(key=lambda line: (line.path, line.offset))
        for response, books, told in counted(lines):
            made = [call for line in told for call in calls.get((line.file, line.offset), ())]
            yield (*response, books, unit, _called(made) if made else "")


def _called(calls: Sequence[tuple[str, str]]) -> str:
    """The tools of calls, by id, as `tools_of` reads them: a call that was copied is one."""
    if len(calls) == 1:
        return f"{calls[0][1]} 1"
    tools = Counter(dict(calls).values())
    return _APART.join(f"{tool} {tools[tool]}" for tool in sorted(tools))


_APART = "\x1f"


def tools_of(called: str) -> list[tuple[str, int]]:
    """The tools in a `responses.tools`, and how often each was called; none for none."""
    pairs = (each.rpartition(" ") for each in called.split(_APART) if each)
    return [(tool, int(calls)) for tool, _, calls in pairs]
