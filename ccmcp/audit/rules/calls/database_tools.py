"""Databases behind MCP tools."""

import re
from collections.abc import Iterator
from functools import cache

from ccmcp.audit.call import Call, Scene
from ccmcp.audit.rule import Hit, Severity, rule
from ccmcp.audit.sql import destructive

_KEYS = (
    "sql", "query", "statement", "queries", "statements", "command", "sql_query", "sqlQuery", "text",
    "script", "mutation", "q", "ddl", "code",
)  # fmt: skip
_VERBS: dict[str, tuple[Severity, str]] = {
    "dropdatabase": ("critical", "a whole database"), "dropcollection": ("high", "a collection"), "droptable": ("high", "a table"),
    "deletedatabase": ("critical", "a whole database"), "deletecollection": ("high", "a collection"), "deletetable": ("high", "a table"),
    "flushall": ("high", "every key"), "flushdb": ("high", "every key"), "truncatetable": ("high", "every row"),
    "deleteindex": ("medium", "an index"), "dropindex": ("medium", "an index"), "deletebranch": ("medium", "a branch"),
    "resetbranch": ("high", "a branch"), "deleteproject": ("critical", "a whole project"), "resetdatabase": ("critical", "a whole database"),
    "dropschema": ("critical", "a whole schema"),
}  # fmt: skip


@rule(
    id="DB-004",
    title="Destructive query through an MCP tool",
    severity="high",
    category="databases",
    matches="SQL in the arguments of an MCP server's tool that drops, truncates or empties; its drop-database and delete-many tools",
    false_positives="Branches and databases made for a test.",
    advice="Start the database's server read-only, and ask before tools that write.",
    permission="mcp__postgres__query",
    on=Call,
    attack=("T1485",),
    atlas=("AML.T0101",),
    owasp=("ASI02",),
    auto_mode=("Irreversible Deletion (general)",),
)
def database_tools(call: Call, scene: Scene) -> Iterator[Hit]:
    """
    A database is emptied by a tool of an MCP server.

    Bad:
        mcp__postgres__query: DROP TABLE users                  # high
        mcp__supabase__execute_sql: DELETE FROM profiles        # high
        mcp__mysql__run: DROP DATABASE shop                     # critical
    Fine:
        mcp__postgres__query: SELECT * FROM users
        mcp__postgres__query: DELETE FROM users WHERE id = 3
        mcp__docs__search: drop table in sqlite
    """
    _ = scene
    if call.tool[:5] != "mcp__":
        return
    if _of_databases().search(call.tool) or "sql" in call.input:
        for text in _texts(call):
            for statement in destructive(text):
                note = f"{statement.verb}: {statement.note}" if statement.note else statement.verb
                yield Hit(target=statement.target or statement.verb, severity=statement.severity, note=note)
    verb = call.tool.rpartition("__")[2].lower().replace("-", "").replace("_", "")
    if verb in _VERBS:
        severity, note = _VERBS[verb]
        yield Hit(target=_named(call), severity=severity, note=note)
    elif verb in ("deletemany", "updatemany") and call.input.get("filter") in ({}, None, "", "{}"):
        yield Hit(target=_named(call), note="every document")


@cache
def _of_databases() -> re.Pattern[str]:
    return re.compile(
        r"sql|postgres|pg|maria|database|db|supabase|neon|bigquery|snowflake|redshift|clickhouse|duckdb|cockroach|turso|planetscale|oracle|"
        r"dbhub|prisma|databricks|trino|athena|spanner|d1_|motherduck|singlestore|query_data|tidb",
        re.IGNORECASE,
    )  # fmt: skip


def _texts(call: Call) -> Iterator[str]:
    for key in _KEYS:
        value = call.input.get(key)
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            yield from (each for each in value if isinstance(each, str))


def _named(call: Call) -> str:
    names = ("database", "db", "collection", "table", "name", "project_id", "branch_id", "index")
    return ".".join(call.text(name) for name in names if call.text(name)) or call.tool
