"""Several catalogues as one: for questions that SQL counts and orders. I/O."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from ccmcp.index import ledger
from ccmcp.index.catalog import Catalog
from ccmcp.index.listing import State

_TABLES = {
    "calls": "session", "sessions": "id", "files": "session", "tools": "0", "usage": "session", "moments": "session",
    "accounts": "session", "agents": "session", "rates": "0", "findings": "session", "sights": "session",
}  # fmt: skip
"""The tables that are asked, and what tells of which session a row is: of none, in those with 0."""

_BEYOND = 1 << 40


@contextmanager
def as_one(states: Sequence[State]) -> Iterator[Catalog]:
    """
    The first catalogue, which for so long holds what the others do as well.

    Rows of the others are copied beside it, under numbers beyond its own; views over both stand in the
    tables' places. The others are those of an overlay: small, and of other sessions than those that stand.
    """
    (first, leaving_out), *others = states
    if not others:
        yield first
        return
    stale = ", ".join(map(str, leaving_out))
    try:
        for table, session in _TABLES.items():
            columns = [str(row[1]) for row in first.rows(f"PRAGMA main.table_info({table})")]
            listed = ", ".join(f'"{name}"' for name in columns)
            first.execute(f"CREATE TEMP TABLE fresh_{table} AS SELECT * FROM main.{table} WHERE 0")  # noqa: S608 - as below
            for other, _ in others:
                first.insert(f"fresh_{table}", other.rows(f"SELECT {listed} FROM {table}"), len(columns))  # noqa: S608 - our own names
            numbers = ("rowid AS rowid,", f"rowid + {_BEYOND},") if table != "rates" else ("", "")
            first.execute(
                f"CREATE TEMP VIEW {table} AS SELECT {numbers[0]} {listed} FROM main.{table} "  # noqa: S608 - our own names and numbers
                f"WHERE {session} NOT IN ({stale}) UNION ALL SELECT {numbers[1]} {listed} FROM fresh_{table}"
            )
        _count_responses(first, stale)
        yield first
    finally:
        for table in (*_TABLES, "responses"):
            first.execute(f"DROP VIEW IF EXISTS temp.{table}")
            first.execute(f"DROP TABLE IF EXISTS temp.fresh_{table}")
        first.execute("DROP TABLE IF EXISTS temp.fresh_units")


def _count_responses(first: Catalog, stale: str) -> None:
    """A view of `responses` as well: what has lines in sessions that changed is counted anew, over all lines."""
    first.execute("CREATE TEMP TABLE fresh_responses AS SELECT * FROM main.responses WHERE 0")
    changed = {
        int(str(unit))
        for [unit] in first.rows(
            f"SELECT unit FROM fresh_usage UNION SELECT unit FROM main.usage WHERE session IN ({stale})"  # noqa: S608 - our own numbers
        )
    }
    changed |= ledger.strays(first)
    ledger.recount(first, changed, fresh="temp.fresh_")
    first.execute("CREATE TEMP TABLE fresh_units (unit INTEGER PRIMARY KEY)")
    first.insert("fresh_units", ((unit,) for unit in changed), 1)
    first.execute(
        "CREATE TEMP VIEW responses AS SELECT * FROM main.responses WHERE unit NOT IN (SELECT unit FROM fresh_units) "
        "UNION ALL SELECT * FROM fresh_responses"
    )
