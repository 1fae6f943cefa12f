"""Codex's TOML settings: add or renew one MCP server's table, leave the rest. Pure."""

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

Entry = Mapping[str, Any]
"""Keys of the server's table: texts, lists of texts, and a table of texts (env)."""


def table(name: str, entry: Entry) -> str:
    """A server's table as TOML."""
    return "\n".join([f"[mcp_servers.{name}]", *(_line(key, value) for key, value in entry.items())]) + "\n"


def with_server(text: str, name: str, entry: Entry) -> str:
    """
    The text with these keys set in a server's table, which is appended if there is none.

    Keys the entry doesn't name stay, as do comments; env is merged.

    Raises:
        ValueError: the text is no TOML, or the server stands in it in a way that is not understood.

    """
    old = _parsed(text)
    servers = old.get("mcp_servers", {})
    known = servers.get(name, {}) if isinstance(servers, dict) else None
    if not isinstance(known, dict):
        raise ValueError(f"mcp_servers.{name} is no table")  # noqa: TRY004 - the text is wrong, no argument
    wanted = {**entry, **({"env": {**known.get("env", {}), **entry["env"]}} if "env" in entry else {})}
    merged = {**known, **wanted}
    if name in servers and merged == known:
        return text
    newline = "\r\n" if "\r\n" in text else "\n"
    new = (
        _replaced(text, name, wanted, entry, newline)
        if name in servers
        else _appended(text, name, wanted, newline)
    )
    expected = {**old, "mcp_servers": {**servers, name: merged}}
    if _parsed(new) != expected:
        raise ValueError(f"mcp_servers.{name} is written in a way that can't be edited safely")
    return new


def _parsed(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"it is no valid TOML ({str(error)[:80]})") from error


def _line(key: str, value: object) -> str:
    return f"{key} = {_shown(value)}"


def _shown(value: object) -> str:
    match value:
        case Mapping():
            inner = ", ".join(f"{_key(str(key))} = {_shown(each)}" for key, each in value.items())
            return f"{{ {inner} }}"
        case [*items]:
            return f"[{', '.join(map(_shown, items))}]"
        case _:
            # A JSON string is a TOML string, but for DEL, which TOML wants escaped.
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _shown(key)


def _appended(text: str, name: str, entry: Entry, newline: str) -> str:
    before = text.rstrip()
    block = table(name, entry).replace("\n", newline)
    return f"{before}{newline}{newline}{block}" if before else block


def _replaced(text: str, name: str, wanted: Entry, entry: Entry, newline: str) -> str:
    lines = re.split(r"(?<=\n)", text)
    env_at = _header(lines, name, r"\s*\.\s*env")
    left = dict(wanted)
    if env_at is not None and "env" in left:
        del left["env"]
        lines = _renewed(lines, env_at, dict(entry["env"]), newline)
    at = _header(lines, name, "")
    if at is None:
        raise ValueError(f"mcp_servers.{name} has no table of its own")
    return "".join(_renewed(lines, at, left, newline))


def _header(lines: Sequence[str], name: str, more: str) -> int | None:
    pattern = re.compile(rf"\s*\[\s*mcp_servers\s*\.\s*([\"']?){re.escape(name)}\1{more}\s*\]\s*(#.*)?\s*")
    return next((number for number, line in enumerate(lines) if pattern.fullmatch(line)), None)


def _renewed(lines: list[str], header: int, values: dict[str, Any], newline: str) -> list[str]:
    """The lines with these keys of the table below the header set: in place, or right below it."""
    new: list[str] = []
    at = header + 1
    while at < len(lines) and not lines[at].lstrip().startswith("["):
        end, keys = _statement(lines, at)
        key = next(iter(keys), None)
        if key in values:
            new.append(_line(_key(key), values.pop(key)) + newline)
        else:
            new += lines[at:end]
        at = end
    if not lines[header].endswith("\n"):
        lines[header] += newline
    added = [_line(_key(key), value) + newline for key, value in values.items()]
    return [*lines[: header + 1], *added, *new, *lines[at:]]


def _statement(lines: Sequence[str], start: int) -> tuple[int, list[str]]:
    """Where the statement that begins in a line ends, and the keys it sets: a value may take several lines."""
    for end in range(start + 1, len(lines) + 1):
        try:
            return end, list(tomllib.loads("".join(lines[start:end])))
        except ValueError:
            continue
    return start + 1, []
