"""SQL text -> the statements in it that destroy data. Pure; never raises."""

import re
from collections.abc import Iterator
from functools import cache

from ccmcp.audit.rule import Severity
from ccmcp.values import dataclass


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement that takes data away."""

    verb: str
    """DROP TABLE, DELETE ..."""
    target: str
    """The table, schema ... as written, without quotes; empty when it is not told."""
    severity: Severity
    note: str = ""


def destructive(sql: str) -> Iterator[Statement]:
    """The statements of an SQL text that take data away, in order; words in strings and comments are none."""
    if not _words().search(sql):
        return
    text = " ".join(_noise().sub(_blank, sql[:200_000]).split())
    undone = _undone().search(text) is not None
    for part in text.split(";"):
        for found in _statement(part.strip()):
            yield Statement(found.verb, found.target, "low", "rolled back at the end") if undone else found


# -- reading ---------------------------------------------------------------------------------------------------------


@cache
def _words() -> re.Pattern[str]:
    return re.compile(
        r"\b(?:drop|truncate|delete|update|detach|xp_cmdshell|shutdown|purge|optimize|reset|vacuum|replace)\b",
        re.IGNORECASE,
    )


@cache
def _noise() -> re.Pattern[str]:
    """Strings, comments, and psql's own commands; a conditional comment of MySQL (/*! ... */) is code."""
    return re.compile(
        r"'(?:[^'\\]|''|\\.)*'|--[^\n]*|/\*(?!!).*?(?:\*/|\Z)|(?<=\s)#[^\n]*|\A#[^\n]*|^[ \t]*\\[^\n]*",
        re.DOTALL | re.MULTILINE,
    )


def _blank(match: re.Match[str]) -> str:
    return "''" if match[0][0] == "'" else " "


@cache
def _undone() -> re.Pattern[str]:
    return re.compile(
        r"\A(?:begin|start transaction)\b(?!.*; ?(?:commit|end)\b).*; ?rollback(?: work| tran| transaction)? ?;?\Z",
        re.IGNORECASE,
    )


_NAME = r"(?:only\s+)?((?:\$\{[^}]*\}|[\w$@#.\-*]|\"[^\"]*\"|`[^`]*`|\[[^\]]*\])+)"


@cache
def _drop() -> re.Pattern[str]:
    return re.compile(
        r"\bdrop\s+(?:(?:global|temporary|temp|materialized|foreign|external|public|transient|unique)\s+)*"
        r"(\w+)(?:\s+family)?(?:\s+concurrently)?(\s+if\s+exists)?\s+" + _NAME,
        re.IGNORECASE,
    )


@cache
def _alter() -> re.Pattern[str]:
    return re.compile(
        r"\balter\s+(table|database|keyspace|user|role|system)\s+(?:if\s+exists\s+)?" + _NAME + r"\s*(.*)",
        re.IGNORECASE | re.DOTALL,
    )


@cache
def _plain() -> re.Pattern[str]:
    return re.compile(
        r"\b(?:(?P<truncate>truncate)(?:\s+table)?(?:\s+if\s+exists)?\s+(?!\()" + _NAME
        + r"|(?P<delete>delete)(?:\s+(?:low_priority|quick|ignore|top\s*\(\s*\d+\s*\)))*\s+from\s+" + _NAME
        + r"|(?P<update>update)(?:\s+(?:low_priority|ignore|or\s+\w+))*\s+" + _NAME + r"(?:\s+(?:as\s+)?(?!set\b)\w+)?\s+set\b"
        + r"|(?P<detach>detach)\s+(?:table|database|partition)\s+" + _NAME
        + r"|(?P<shell>xp_cmdshell)\b|(?P<shutdown>\A\s*shutdown\b)|(?P<purge>\bpurge\s+(?:binary|master)\s+logs|\breset\s+(?:master|slave|replica)))",
        re.IGNORECASE,
    )  # fmt: skip


@cache
def _always() -> re.Pattern[str]:
    """A condition that every row meets."""
    return re.compile(
        r"\b(?:where (?:(\d+) ?= ?\1|true|1|not false|'' ?= ?''|(\w+) ?= ?\2|\w+ is not null)|or (\d+) ?= ?\3) ?"
        r"(?:\Z|returning|limit \d{4,})",
        re.IGNORECASE,
    )


@cache
def _bracketed() -> re.Pattern[str]:
    """A condition that is all in brackets."""
    return re.compile(r"\A ?where \(([^()]*)\)", re.IGNORECASE)


@cache
def _where() -> re.Pattern[str]:
    return re.compile(r"\b(?:where|limit|join|using)\b", re.IGNORECASE)


def _statement(part: str) -> Iterator[Statement]:
    low = part[:20].lower()
    harmless = low.startswith(("explain ", "select ", "comment ", "grant ")) and not low.startswith(
        ("explain ana", "explain (ana")
    )
    if harmless and "xp_cmdshell" not in part:
        return
    if low.startswith(("create ", "replace ")) and not _dynamic(part):
        return  # ON DELETE, triggers and procedures are not run now
    for match in _drop().finditer(part):
        if not low.startswith("alter") and not _before(part, match.start(), "alter", "on"):
            yield from _dropped(match[1].lower(), _bare(match[3]), careful=bool(match[2]))
    for match in _alter().finditer(part):
        yield from _altered(match[1].upper(), _bare(match[2]), match[3])
    found = list(_plain().finditer(part))
    for match, end in zip(found, (*(after.start() for after in found[1:]), len(part)), strict=False):
        yield from _emptied(match, part, end)


def _dynamic(part: str) -> bool:
    return "create or replace table" in part[:40].lower()


_DROPS: dict[str, tuple[Severity, str]] = {
    "database": ("critical", "a whole database"), "schema": ("critical", "a whole schema"), "keyspace": ("critical", "a whole database"),
    "tablespace": ("critical", "a tablespace"), "catalog": ("critical", "a catalog"), "owned": ("critical", "all that a role owns"),
    "table": ("high", "a table"), "collection": ("high", "a collection"), "graph": ("high", "a graph"), "measurement": ("high", "a series"),
    "series": ("high", "a series"), "bucket": ("high", "a bucket"), "columnfamily": ("high", "a table"), "dataset": ("high", "a dataset"),
    "stage": ("medium", ""), "warehouse": ("medium", ""), "retention": ("medium", ""), "dictionary": ("medium", ""), "share": ("medium", ""),
    "user": ("medium", "an account"), "role": ("medium", "a role"), "login": ("medium", "an account"), "publication": ("medium", ""),
    "subscription": ("medium", ""), "server": ("medium", ""), "extension": ("medium", "with what depends on it"), "view": ("medium", "a view"),
    "index": ("medium", "an index"), "function": ("medium", "a function"), "procedure": ("medium", "a procedure"),
    "trigger": ("medium", "a trigger"), "sequence": ("medium", "a sequence"), "type": ("medium", "a type"), "domain": ("medium", ""),
    "policy": ("medium", "a policy"), "event": ("medium", ""), "partition": ("high", "a partition"), "aggregate": ("medium", ""),
    "package": ("medium", ""), "constraint": ("low", ""), "task": ("medium", ""), "stream": ("medium", ""), "pipe": ("medium", ""),
    "external": ("high", "a table"), "synonym": ("low", ""), "rule": ("low", ""), "statistics": ("low", ""), "cast": ("low", ""),
    "credential": ("medium", ""), "assembly": ("medium", ""), "continuous": ("medium", "a continuous query"), "shard": ("critical", "a shard"),
    "model": ("medium", ""), "changefeed": ("medium", ""), "snapshot": ("medium", ""), "resource": ("medium", ""), "quota": ("low", ""),
}  # fmt: skip


def _dropped(kind: str, name: str, *, careful: bool) -> Iterator[Statement]:
    if kind not in _DROPS:
        return
    severity, note = _DROPS[kind]
    if careful and severity != "critical":
        severity = "medium" if severity == "high" else "low"
    yield Statement(f"DROP {kind.upper()}", name, severity, note)


@cache
def _drops_part() -> re.Pattern[str]:
    return re.compile(
        r"\b(drop|truncate|detach|discard)\s+(?:(column|partition|constraint|index|primary|foreign|default|not|key|identity|expression|check)\b)?\s*(?:if\s+exists\s+)?([\w\"`\[\]$.]*)",
        re.IGNORECASE,
    )


def _altered(kind: str, name: str, rest: str) -> Iterator[Statement]:
    if kind != "TABLE":
        return
    for match in _drops_part().finditer(rest):
        part = (match[2] or "column").lower()
        if match[1].lower() in ("truncate", "discard") or part in ("column", "partition"):
            if part == "column" and not match[3]:
                continue
            yield Statement(
                f"ALTER TABLE {match[1].upper()} {part.upper()}",
                f"{name}.{_bare(match[3])}",
                "high",
                f"a {part}",
            )
        elif part in ("constraint", "primary", "foreign", "index", "key", "check"):
            yield Statement(f"ALTER TABLE DROP {part.upper()}", name, "low", part)
    if re.match(r"delete\b(?!.*\bwhere\s+\w+\s*(?:=|<|>|in\b|like\b))", rest, re.IGNORECASE | re.DOTALL):
        yield Statement("ALTER TABLE DELETE", name, "high", "every row")


def _emptied(match: re.Match[str], part: str, end: int) -> Iterator[Statement]:
    """What a match in a statement says; what bears on it ends at `end`, where the next begins."""
    names = [
        group
        for group in match.groups()
        if group and group.lower() not in ("truncate", "delete", "update", "detach")
    ]
    name = _bare(names[0]) if names else ""
    rest = _same_level(_bracketed().sub(r"where \1", part[match.end() : end]))
    if match["truncate"]:
        if name.lower() not in ("only", "cascade", "if", "partition"):
            yield Statement("TRUNCATE", name, "high", "every row")
    elif match["delete"]:
        if _before(part, match.start(), "on"):
            return
        if not _where().search(rest) or _always().search(rest):
            yield Statement("DELETE", name, "high", "every row")
    elif match["update"]:
        if _before(part, match.start(), "on", "for", "do", "key", "after", "before"):
            return
        if not _where().search(rest) or _always().search(rest):
            yield Statement("UPDATE", name, "high", "every row")
    elif match["detach"]:
        yield Statement("DETACH", name, "medium", "taken away")
    elif match["shell"]:
        yield Statement("xp_cmdshell", "", "high", "a shell on the database's host")
    elif match["shutdown"]:
        yield Statement("SHUTDOWN", "", "high", "the server")
    elif match["purge"]:
        yield Statement("PURGE", "logs", "high", "the logs for recovery or replication")


def _same_level(text: str) -> str:
    """A text up to the bracket that closes what it stands in, without what is in brackets."""
    depth, kept = 0, list[str]()
    for piece in re.split(r"([()])", text):
        if piece == "(":
            depth += 1
        elif piece == ")":
            depth -= 1
            if depth < 0:
                break
        elif depth == 0 or "=" in piece:
            kept.append(piece if depth == 0 else " ")
    return " ".join(kept) if depth <= 0 or kept else text


def _before(part: str, at: int, *words: str) -> bool:
    return f" {part[max(0, at - 20) : at]}".rstrip().lower().endswith(tuple(f" {word}" for word in words))


def _bare(name: str) -> str:
    return name.translate(_QUOTES)


_QUOTES = str.maketrans("", "", '"`[]')
