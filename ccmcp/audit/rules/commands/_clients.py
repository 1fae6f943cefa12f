"""Database clients: which of a command's words, or of what it reads, is a query text."""

from collections.abc import Iterator

from ccmcp.audit.shell.command import Command, Word

CLIENTS: dict[str, tuple[str, ...]] = {
    "psql": ("-c", "--command"), "mysql": ("-e", "--execute"), "mariadb": ("-e", "--execute"), "sqlite3": ("-cmd",), "sqlite": ("-cmd",),
    "duckdb": ("-c", "-s", "-cmd"), "clickhouse-client": ("-q", "--query"), "clickhouse": ("-q", "--query"), "sqlcmd": ("-Q", "-q"),
    "osql": ("-Q", "-q"), "isql": (), "bq": (), "cqlsh": ("-e", "--execute"), "influx": ("-execute", "--execute"),
    "cockroach": ("-e", "--execute"), "snowsql": ("-q", "--query"), "snow": ("-q", "--query"), "mycli": ("-e", "--execute"),
    "pgcli": ("-c",), "usql": ("-c", "--command"), "trino": ("--execute",), "presto": ("--execute",), "hive": ("-e",),
    "beeline": ("-e",), "impala-shell": ("-q", "--query"), "spark-sql": ("-e",), "sqlplus": (), "turso": (), "litecli": ("-e", "--execute"),
    "wrangler": ("--command",), "prisma": (), "vsql": ("-c",), "db2": (), "tsql": (), "tidb": ("-e",), "ysqlsh": ("-c", "--command"),
    "libsql": (), "sql": (), "surreal": (), "pscale": (), "steampipe": (), "ksql": ("--execute", "-e"), "mssql-cli": ("-Q",),
    "questdb": (), "cubestore": (), "phoenix": (), "gcloud": ("--sql", "--ddl"), "aws": ("--query-string", "--sql"), "supabase": (),
    "singlestore": ("-e",), "memsql": ("-e",), "crash": ("-c",), "fbsql": (), "isql-fb": (), "drush": (), "wp": (), "heroku": ("-c", "--command"),
    "usqlite": (), "rails": (), "manage.py": (), "neonctl": (), "dolt": ("-q", "--query"), "monetdb": (), "mclient": ("-s",),
    "dbaccess": (), "spanner-cli": ("-e", "--execute"), "ysql": ("-c",),
}  # fmt: skip
"""The options whose value is a query, by program."""

_IN_OPERANDS = frozenset({
    "sqlite3", "sqlite", "duckdb", "bq", "turso", "db2", "sql", "surreal", "steampipe", "drush", "wp", "libsql", "clickhouse", "heroku", "pscale",
})  # fmt: skip
"""Programs that take the query as an operand too."""


def queries(command: Command) -> Iterator[str]:
    """The query texts that a client of a database is given: as an option, an operand, a here-document or by a pipe."""
    options = CLIENTS.get(command.name)
    if options is None:
        return
    for at, word in enumerate(command.args):
        for option in options:
            if word == option:
                # Where somebody forgot the quotes, what was meant goes on to the end.
                given = command.args[at + 1 : at + 2]
                yield from (
                    (" ".join(command.args[at + 1 :]),) if given and given[0].upper() in _VERBS else given
                )
            elif option[:2] == "--" and word.startswith(f"{option}="):
                yield word[len(option) + 1 :]
            elif option[:2] != "--" and len(option) == 2 and word.startswith(option) and len(word) > 6:
                yield word[2:]
            elif _bundled(word, option) and len(option) == 2:
                yield from command.args[at + 1 : at + 2]
    if command.name in _IN_OPERANDS:
        yield from (word for word in command.operands() if " " in word)
    if command.heredoc:
        yield command.heredoc
    yield from fed(command)


_VERBS = frozenset({"DROP", "TRUNCATE", "DELETE", "UPDATE", "ALTER", "GRANT", "REVOKE"})


def fed(command: Command) -> Iterator[str]:
    """What echo, printf and here-documents pipe into a command, as far as that is known."""
    for source in command.reads[-1:]:
        if source.name in ("echo", "printf"):
            yield " ".join(word for word in source.args if word[:1] != "-")
        elif source.heredoc:
            yield source.heredoc


def _bundled(word: Word, option: str) -> bool:
    """-tAc, -Nse: short options with that for the query at the end."""
    return (
        word[:1] == "-"
        and word[1:2] != "-"
        and 2 < len(word) < 7
        and word[-1] == option[-1]
        and word[1:].isalpha()
    )


_PRODUCTION = frozenset({"prod", "production", "prd", "live"})
_TEST = frozenset({"test", "tests", "testing", "ci", "e2e", "sandbox", "tmp", "temp", "scratch"})


def segments(text: str) -> set[str]:
    """The words a name is made of: db.prod-eu.example -> db, prod, eu, example."""
    made = text.lower()
    for sign in "-_./:@=\\\"'`;,()":
        made = made.replace(sign, " ")
    return set(made.split())


def is_production(command: Command) -> bool:
    """Whether something in what it is told says production."""
    texts = [word for word in command.args if " " not in word] + [*command.sets.values(), command.host]
    return any(not _PRODUCTION.isdisjoint(segments(text)) for text in texts if text)


def is_test(*names: str) -> bool:
    """Whether a name says that it is for tests."""
    return any(not _TEST.isdisjoint(segments(name)) for name in names)
