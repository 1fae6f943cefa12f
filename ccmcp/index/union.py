"""Several catalogues as one: for questions that SQL counts and orders. I/O."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from ccmcp.index.catalog import Catalog
from ccmcp.index.listing import State

_TABLES = {"calls": "session", "sessions": "id", "files": "session", "tools": "0"}
"""The tables that are asked, and what tells of which session a row is: of none, in the last."""

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
            first.execute(
                f"CREATE TEMP VIEW {table} AS SELECT rowid AS rowid, {listed} FROM main.{table} "  # noqa: S608 - our own names and numbers
                f"WHERE {session} NOT IN ({stale}) UNION ALL SELECT rowid + {_BEYOND}, {listed} FROM fresh_{table}"
            )
        yield first
    finally:
        for table in _TABLES:
            first.execute(f"DROP VIEW IF EXISTS temp.{table}")
            first.execute(f"DROP TABLE IF EXISTS temp.fresh_{table}")
