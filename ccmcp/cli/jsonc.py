"""JSON files that people write (comments, trailing commas, their own layout): set one value, leave the rest. Pure."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_BLANK = re.compile(r"(?:[ \t\r\n\ufeff]+|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)*")
_DECODER = json.JSONDecoder()
_SCALAR = re.compile(r"true|false|null|-?[0-9][0-9.eE+-]*")


@dataclass(frozen=True, slots=True)
class Value:
    """A value and where it stands in the text."""

    plain: Any
    start: int
    end: int
    members: "Mapping[str, Member] | None" = None
    """An object's members by name; None for all other values."""


@dataclass(frozen=True, slots=True)
class Member:
    """A name in an object and its value."""

    start: int
    value: Value


def read(text: str) -> Value:
    """
    The value a text holds.

    Raises:
        ValueError: it holds none; says in which line.

    """
    try:
        value = _value(text, _blank(text, 0))
    except RecursionError:
        raise ValueError("it is nested too deep") from None
    if (end := _blank(text, value.end)) != len(text):
        raise _broken(text, end)
    return value


def with_value(text: str, path: Sequence[str], value: Any) -> str:
    """
    The text with the value at this path of names set; objects on the way are made if need be.

    Everything else stays as it is: comments, order, indentation, line ends. An empty text becomes an object.

    Raises:
        ValueError: the text is no JSON, or there is something else than an object on the way.

    """
    if not text.strip("\ufeff \t\r\n"):
        return text.rstrip() + pretty(_nested(path, value)) + "\n"
    return _set(text, read(text), path, value)


def pretty(value: Any, unit: str = "  ") -> str:
    """A value as people write it: indented, but lists of plain values in one line."""
    text = json.dumps(value, indent=unit, ensure_ascii=False)
    # A line feed in a string is written \n, so what begins with a real one is layout.
    return re.sub(
        r"\[\n\s*([^\[\]{}]*?)\n\s*\]", lambda found: "[" + re.sub(r"\n\s*", " ", found[1]) + "]", text
    )


# -- reading -------------------------------------------------------------------------


def _blank(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    assert found
    return found.end()


def _value(text: str, at: int) -> Value:
    match text[at : at + 1]:
        case "{":
            return _object(text, at)
        case "[":
            return _array(text, at)
        case '"':
            plain, end = _string(text, at)
            return Value(plain, at, end)
        case _:
            found = _SCALAR.match(text, at)
            if not found:
                raise _broken(text, at)
            try:
                return Value(json.loads(found[0]), at, found.end())
            except ValueError:
                raise _broken(text, at) from None


def _string(text: str, at: int) -> tuple[str, int]:
    if text[at : at + 1] != '"':
        raise _broken(text, at)
    try:
        found, end = _DECODER.raw_decode(text, at)
    except ValueError:
        raise _broken(text, at) from None
    return str(found), end


def _object(text: str, start: int) -> Value:
    members: dict[str, Member] = {}
    at = _blank(text, start + 1)
    while text[at : at + 1] != "}":
        name, end = _string(text, at)
        colon = _blank(text, end)
        if text[colon : colon + 1] != ":":
            raise _broken(text, colon)
        value = _value(text, _blank(text, colon + 1))
        members[name] = Member(at, value)
        at = _next(text, value.end, "}")
    return Value({name: member.value.plain for name, member in members.items()}, start, at + 1, members)


def _array(text: str, start: int) -> Value:
    items = []
    at = _blank(text, start + 1)
    while text[at : at + 1] != "]":
        item = _value(text, at)
        items.append(item.plain)
        at = _next(text, item.end, "]")
    return Value(items, start, at + 1)


def _next(text: str, end: int, closing: str) -> int:
    """Where the next item or the closing bracket stands."""
    at = _blank(text, end)
    if text[at : at + 1] == ",":
        return _blank(text, at + 1)
    if text[at : at + 1] != closing:
        raise _broken(text, at)
    return at


def _broken(text: str, at: int) -> ValueError:
    return ValueError(f"it is no valid JSON (line {text.count(chr(10), 0, at) + 1})")


# -- writing -------------------------------------------------------------------------


def _set(text: str, node: Value, path: Sequence[str], value: object) -> str:
    name, *rest = path
    if node.members is None:
        raise ValueError(f"there is something else than an object around {name!r}")
    member = node.members.get(name)
    if member is None:
        return _insert(text, node, name, _nested(rest, value))
    if rest:
        return _set(text, member.value, rest, value)
    if member.value.plain == value:
        return text
    here = _Layout.of(text, node)
    return text[: member.value.start] + here.dumped(value) + text[member.value.end :]


def _nested(path: Sequence[str], value: object) -> object:
    for name in reversed(path):
        value = {name: value}
    return value


def _insert(text: str, node: Value, name: str, value: object) -> str:
    here = _Layout.of(text, node)
    member = f"{json.dumps(name, ensure_ascii=False)}: {here.dumped(value)}"
    if not node.members:
        before = text[: node.end - 1].rstrip(" \t\r\n") if not here.inline else text[: node.end - 1]
        after = "" if here.inline else f"{here.newline}{here.outer}"
        return f"{before}{here.before_member}{member}{after}{text[node.end - 1 :]}"
    last = max(each.value.end for each in node.members.values())
    comma = _blank(text, last)
    if text[comma] == ",":
        edge, joint = comma + 1, text[: comma + 1]
    else:
        edge, joint = last, text[:last] + ","
    # A comment behind the last member belongs to it.
    note = re.compile(r"[ \t]*(?://[^\n\r]*|/\*[^\n]*?\*/)").match(text, edge)
    end = note.end() if note else edge
    return joint + text[edge:end] + here.before_member + member + text[end:]


@dataclass(frozen=True, slots=True)
class _Layout:
    """How an object's members are laid out."""

    inline: bool
    outer: str
    """The indentation of the object's own line."""

    indent: str
    """The indentation of its members."""

    unit: str
    newline: str

    @classmethod
    def of(cls, text: str, node: Value) -> "_Layout":
        newline = "\r\n" if "\r\n" in text else "\n"
        outer = _indentation(text, node.start)
        unit = _unit(text)
        body = text[node.start : node.end]
        whole = text.strip("\ufeff \t\r\n")
        if node.members:
            last = max(member.start for member in node.members.values())
            inline = "\n" not in body
            indent = outer + unit if inline else _indentation(text, last)
        else:
            inline = "\n" not in whole and node.end - node.start != len(whole)
            indent = outer + unit
        return cls(inline, outer, indent, unit, newline)

    @property
    def before_member(self) -> str:
        if self.inline:
            return " "
        return f"{self.newline}{self.indent}"

    def dumped(self, value: object) -> str:
        if self.inline:
            return json.dumps(value, ensure_ascii=False)
        lines = pretty(value, self.unit).split("\n")
        return (self.newline + self.indent).join(lines)


def _indentation(text: str, at: int) -> str:
    start = text.rfind("\n", 0, at) + 1
    found = re.compile(r"[ \t]*").match(text, start)
    assert found
    return found[0][: at - start]


def _unit(text: str) -> str:
    found = re.search(r"\n([ \t]+)\S", text)
    return found[1] if found else "  "
