"""Statements of databases that stand where a shell command should."""

import re
from collections.abc import Iterator
from functools import cache

from ccmcp.audit.call import Scene
from ccmcp.audit.rule import Hit, rule
from ccmcp.audit.shell.command import Script
from ccmcp.audit.sql import destructive


@rule(
    id="DB-006",
    title="Destructive database statement typed into a shell",
    severity="medium",
    confidence="probable",
    category="databases",
    matches="DROP, TRUNCATE, DELETE or UPDATE without WHERE, db.x.drop(), FLUSHALL ... as the whole of a shell call",
    false_positives="A shell does not run it: it was meant for a client that was open elsewhere, or is a slip.",
    advice="See which client it was meant for, and give the agent a read-only account there.",
    on=Script,
    attack=("T1485",),
    atlas=("AML.T0101",),
    owasp=("ASI02",),
    auto_mode=("Irreversible Deletion (general)",),
)
def statements(script: Script, scene: Scene) -> Iterator[Hit]:
    """
    What is typed is meant for a database's own prompt, in a terminal that runs one or by mistake.

    Bad:
        DROP TABLE users;
        DELETE FROM orders
        db.orders.drop()
        FLUSHALL
    Fine:
        DELETE FROM orders WHERE id = 4
        echo "DROP TABLE users"
        truncate -s 0 app.log
        drop
    """
    _ = scene
    text = script.text.strip()
    if not _begins().match(text):
        return
    for statement in destructive(text):
        yield Hit(target=statement.target or statement.verb, note=statement.verb)
    if found := _prompt().match(text):
        yield Hit(target=found[0].rstrip("( "), note="for a database's own prompt")


@cache
def _begins() -> re.Pattern[str]:
    return re.compile(
        r"(?i)(?:drop|truncate|alter|grant|revoke)\s+(?!-)\w+|delete\s+from\s|update\s+[\w.\"`\[\]]+\s+set\s|use\s+\w+\s*;"
        r"|db\s*\.|flush(?:all|db)(?:\s+a?sync)?\s*(?:;\s*)?$|shutdown\s+(?:no)?save\b|config\s+(?:set|rewrite)\s|debug\s+(?:segfault|flushall)"
    )


@cache
def _prompt() -> re.Pattern[str]:
    return re.compile(
        r"(?i)db\s*(?:\.[\w$-]+|\.getCollection\([^)]*\)|\.getSiblingDB\([^)]*\))*\s*\.\s*"
        r"(?:drop|dropdatabase|dropindex(?:es)?|droprole|dropuser|dropallusers|dropallroles|remove|deletemany|shutdownserver|"
        r"renamecollection|fsynclock|repairdatabase)\s*\(|flush(?:all|db)\b|shutdown\s+(?:no)?save|config\s+(?:set|rewrite)\b|debug\s+\w+"
    )
