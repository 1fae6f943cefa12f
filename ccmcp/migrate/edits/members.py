"""
Where keys and values stand in the bytes of a JSON text: looked for by their form, nothing is decoded. Pure.

Nothing here checks what it reads: ask only about texts that are known to be sound JSON (`is_object`). Positions are in
bytes; a span is (start, end), the end not included; a string's span has its quotes.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple, NoReturn

import orjson

STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
"""A string, quotes included."""

_BETWEEN = rb'[^"{}\[\]]*+'


def _container(depth: int) -> bytes:
    # The standard library's patterns know no recursion, so each depth is spelled out: still many times faster than Python.
    inside = b"%s(?:%s%s)*+" % (_BETWEEN, STRING, _BETWEEN)
    for _ in range(depth):
        inside = rb"%s(?:(?:%s|[{\[]%s[}\]])%s)*" % (_BETWEEN, STRING, inside, _BETWEEN)
    return rb"[{\[]%s[}\]]" % inside


_SPACE = rb"[ \t\r\n]*+"
_MEMBER = re.compile(
    rb"%s(%s)%s:%s(%s|%s|[^\"{\[\]},: \t\r\n]++)%s(?:,|(?=\}))"
    % (_SPACE, STRING, _SPACE, _SPACE, STRING, _container(12), _SPACE),
    re.DOTALL,
)
_KEY = re.compile(rb"%s(%s)%s:%s" % (_SPACE, STRING, _SPACE, _SPACE), re.DOTALL)
_MARK = re.compile(rb"%s|[{}\[\]:,]" % STRING, re.DOTALL)
_AFTER = re.compile(rb"%s(?:,|(?=\}))" % _SPACE)
_string = re.compile(STRING, re.DOTALL)


class Member(NamedTuple):
    """One member of an object."""

    key_start: int
    key_end: int
    start: int
    """Where its value begins and ends."""
    end: int


class Place(NamedTuple):
    """Where in the whole a string stands."""

    key: bytes
    """The key it is the value of, itself or within arrays; the key of the object for a string that is a key. With quotes."""
    is_key: bool


def read_object(text: bytes) -> dict[str, object] | None:
    """What a text says that is one sound JSON object, as the client would read it; none for any other."""
    if not text.lstrip(b" \t\r\n").startswith(b"{"):
        return None
    try:
        said: dict[str, object] = _read(text)
    except (ValueError, RecursionError):
        return None
    return said


def is_object(text: bytes) -> bool:
    """Whether a text is one sound JSON object."""
    return read_object(text) is not None


def is_json(text: bytes) -> bool:
    """Whether a text is one sound JSON value of any kind."""
    try:
        _read(text)
    except (ValueError, RecursionError):
        return False
    return True


def _read(text: bytes) -> Any:
    try:
        return orjson.loads(text)
    except ValueError:
        # Lone surrogates, numbers no float can hold; bytes that are no UTF-8, which do no harm.
        return json.loads(text.decode("utf-8", "replace"), parse_constant=_refuse)


def members(text: bytes, start: int = 0) -> Iterator[Member]:
    """The members of the object that begins at or behind `start`, in order; doubled keys too."""
    at = text.index(b"{", start) + 1
    while True:
        if seen := _MEMBER.match(text, at):
            yield Member(*seen.span(1), *seen.span(2))
            at = seen.end()
        elif key := _KEY.match(text, at):
            end = _end(text, key.end())
            yield Member(*key.span(1), key.end(), end)
            after = _AFTER.match(text, end)
            at = after.end() if after else end
        else:
            return


def end_of_string(text: bytes, start: int) -> int:
    """Where the string that begins at `start` ends."""
    seen = _string.match(text, start)
    return seen.end() if seen else start + 1


def strings(text: bytes) -> Iterator[tuple[int, int]]:
    """The spans of all strings, keys too."""
    return (each.span() for each in _string.finditer(text))


def places(text: bytes, wanted: set[int]) -> dict[int, Place]:
    """For strings that begin at these positions: where they stand."""
    found: dict[int, Place] = {}
    last = max(wanted, default=-1)
    outer: list[tuple[bytes, bool]] = []
    own, key, in_object, is_key = b"", b"", False, False
    for seen in _MARK.finditer(text):
        if (start := seen.start()) > last:
            break
        match text[start]:
            case 0x22:
                if start in wanted:
                    found[start] = Place(own if is_key else key, is_key)
                if is_key:
                    key = seen[0]
            case 0x3A:
                is_key = False
            case 0x2C:
                is_key = in_object
            case 0x7B | 0x5B:
                outer.append((own, in_object))
                own, in_object = key, text[start] == 0x7B
                is_key = in_object
            case _ if outer:
                key = own
                own, in_object = outer.pop()
                is_key = False
            case _:
                pass
    return found


def text_of(token: bytes) -> str:
    """What a string says. Bytes that are no UTF-8 are told by lone surrogates."""
    if b"\\" not in token:
        return token[1:-1].decode("utf-8", "surrogateescape")
    said: str = json.loads(token.decode("utf-8", "surrogateescape"), strict=False)
    return said


def token_of(text: str, like: bytes = b"") -> bytes:
    """
    A string as JSON has it, compact; written as `like`, a string or a part of one, is.

    That is with escapes of slashes and of all that is no ASCII where it has them, and with bytes that are no UTF-8, as
    `text_of` tells them. Other lone surrogates can only be told by an escape.
    """
    as_ascii = b"\\u" in like and like.isascii() and _wide(like)
    said = json.dumps(text, ensure_ascii=as_ascii)
    if like.isascii() or _is_utf8(like):
        token = said.encode("utf-8", "backslashreplace")
    else:
        said = _LONE.sub(lambda seen: f"\\u{ord(seen[0]):04x}", said)
        token = said.encode("utf-8", "surrogateescape")
    return token.replace(b"/", b"\\/") if b"\\/" in like else token


_LONE = re.compile("[\ud800-\udc7f\udd00-\udfff]")


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _wide(token: bytes) -> bool:
    return re.search(rb"\\u(?!00[0-7])", token) is not None


def _end(text: bytes, start: int) -> int:
    """Where a value ends, at any depth."""
    if text[start] not in b"{[":
        return end_of_string(text, start)
    depth = 0
    for seen in _MARK.finditer(text, start):
        mark = text[seen.start()]
        depth += (mark in b"{[") - (mark in b"}]")
        if not depth:
            return seen.end()
    return len(text)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)
