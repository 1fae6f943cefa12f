"""Databases emptied from a program text on the command line."""

import re
from collections.abc import Iterator
from functools import cache

from ccmcp.audit.call import Scene
from ccmcp.audit.rule import Hit, Severity, rule
from ccmcp.audit.shell.command import Script
from ccmcp.audit.sql import destructive


@rule(
    id="DB-005",
    title="Database emptied by inline code",
    severity="high",
    category="databases",
    matches="python -c, node -e, rails runner ... with DROP, TRUNCATE, DELETE without WHERE in an execute() or query(), or an ORM's delete of everything",
    false_positives="In-memory and test databases.",
    advice="Write it as a reviewed migration or script.",
    on=Script,
    attack=("T1485",),
    atlas=("AML.T0101",),
    owasp=("ASI02",),
    auto_mode=("Irreversible Deletion (general)",),
)
def database_code(script: Script, scene: Scene) -> Iterator[Hit]:
    """
    A program text on the command line takes tables or all rows away.

    Bad:
        python3 -c "import sqlite3; sqlite3.connect('app.db').execute('DROP TABLE users')"   # high
        node -e "await db.collection('users').deleteMany({})"                                 # high
        rails runner "User.delete_all"                                                        # high
    Fine:
        python3 -c "import sqlite3; sqlite3.connect(':memory:').execute('DROP TABLE users')"
        python3 -c "print('DROP TABLE users')"
        node -e "await db.collection('users').deleteOne({id: 1})"
    """
    _ = scene
    texts = [code.text for code in script.code]
    for command in script.commands:
        if command.name in ("rails", "rake", "tinker", "artisan") and command.args[:1] in (
            ("runner",),
            ("r",),
            ("tinker",),
        ):
            texts += [str(word) for word in command.args[1:]]
        elif command.name == "python" and command.args[1:2] == ("shell",):
            texts += [str(command.value("-c", "--command") or "")]
    for text in texts:
        if ":memory:" in text or not _hint().search(text):
            continue
        yield from _in(text)


def _in(text: str) -> Iterator[Hit]:
    text = _kept().sub("=''", text)
    for match in _executed().finditer(text):
        sql = next((group for group in match.groups() if group is not None), "")
        for statement in destructive(sql):
            yield Hit(
                target=statement.target or statement.verb, severity=statement.severity, note=statement.verb
            )
    for match in _orm().finditer(text):
        severity: Severity = "critical" if "database" in match[0].lower() else "high"
        yield Hit(target=match[0].strip("( {})"), severity=severity, note="everything in it")


@cache
def _hint() -> re.Pattern[str]:
    return re.compile(r"(?i)drop|truncate|delete|update|flush|destroy_all|reset")


@cache
def _kept() -> re.Pattern[str]:
    """A long text that is put into a variable: written to a file, mostly, and not run."""
    return re.compile(r"=\s*[rfb]?('{3}|\"{3})(?:(?!\1).)*\1", re.DOTALL)


@cache
def _executed() -> re.Pattern[str]:
    return re.compile(
        r"(?:execute|executemany|executescript|query|raw|exec|prepare|run|unsafe|exec_driver_sql|executeRaw\w*|queryRaw\w*|text|sql)\s*\(?\s*(?:await\s+)?(?:text\(\s*)?[frb]{0,2}"
        r"(?:\"\"\"(.*?)\"\"\"|'''(.*?)'''|\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)'|`([^`]*)`)",
        re.DOTALL,
    )  # fmt: skip


@cache
def _orm() -> re.Pattern[str]:
    return re.compile(
        r"\b\w+\.(?:delete_all|destroy_all)\b|\.objects\.all\(\)\.delete\(\)|\bdrop_all\(|\bdropDatabase\(|\.deleteMany\(\s*(?:\{\s*\})?\s*\)"
        r"|\.delete_many\(\s*\{\s*\}\s*\)|\bflushall\(\)|\bflushdb\(\)|\.drop_database\(|\.dropCollection\(|\.dropSchema\(|\.sync\(\s*\{\s*force:\s*true"
        r"|\b\w+::truncate\(\)|\.drop_collection\("
    )
