"""SQL that destroys data, given to a client on the command line."""

from collections.abc import Iterator

from ccmcp.audit.call import Scene
from ccmcp.audit.rule import Hit, Severity, rule
from ccmcp.audit.rules.commands._clients import CLIENTS, is_production, is_test, queries
from ccmcp.audit.rules.commands._placed import placed
from ccmcp.audit.shell.command import Command
from ccmcp.audit.sql import Statement, destructive


@rule(
    id="DB-001",
    title="Destructive SQL",
    severity="high",
    category="databases",
    matches="DROP, TRUNCATE, DELETE and UPDATE without WHERE, DROP COLUMN: by psql, mysql, sqlite3 ... as option, here-document or pipe",
    false_positives="DROP ... IF EXISTS in a migration of a local database; test databases and files in /tmp are less.",
    advice="Run it in a transaction, take a dump first, and give the agent a read-only account.",
    permission="Bash(psql:*)",
    on=Command,
    programs=tuple(CLIENTS),
    attack=("T1485",),
    atlas=("AML.T0101",),
    owasp=("ASI02",),
    auto_mode=("Cloud Storage Mass Delete", "Irreversible Deletion (general)"),
)
def sql(command: Command, scene: Scene) -> Iterator[Hit]:
    """
    A statement that takes away rows, tables or whole databases.

    Bad:
        psql -c "DROP TABLE users"                            # high
        mysql -e "DROP DATABASE shop"                         # critical
        psql -h db.prod.example.com -c "TRUNCATE orders"      # critical
        echo "DELETE FROM users;" | psql app                  # high
        sqlite3 app.db "UPDATE users SET admin = 1"           # high
        psql app -c "ALTER TABLE users DROP COLUMN email"     # high
        psql -c "DELETE FROM users WHERE 1=1"                 # high
    Fine:
        psql -c "SELECT * FROM users"
        psql -c "DELETE FROM users WHERE id = 4"
        psql -c "INSERT INTO logs VALUES ('DROP TABLE users')"
        sqlite3 :memory: "DROP TABLE x"
        psql app -c "BEGIN; DELETE FROM users; ROLLBACK;"
        grep -r "DROP TABLE" migrations
    """
    for text in queries(command):
        for statement in destructive(text):
            severity, note = _weighed(statement, command, scene)
            yield Hit(target=statement.target or statement.verb, severity=severity, note=note)


def _weighed(statement: Statement, command: Command, scene: Scene) -> tuple[Severity, str]:
    what = f"{statement.verb}: {statement.note}" if statement.note else statement.verb
    if statement.severity == "low":
        return "low", what
    if command.name in ("sqlite3", "sqlite", "duckdb"):
        files = command.operands(frozenset({"-c", "-cmd", "-init", "-separator"}))
        if not files or files[0] == ":memory:" or placed(files[0], command, scene).where in ("temp", "build"):
            return "info", f"{what}, in memory or a temporary file"
        return ("high" if statement.severity == "critical" else statement.severity), what
    if is_production(command):
        return "critical", f"{what}, in production"
    if is_test(statement.target, *(word for word in command.args if " " not in word)):
        return "medium", f"{what}, of a test database"
    return statement.severity, what
