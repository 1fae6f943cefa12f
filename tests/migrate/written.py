"""JSON texts in every form that JSON allows, and what they say, for tests of edits by byte spans."""

import json
import re
from typing import Any

from hypothesis import strategies as st

Pairs = list[tuple[str, Any]]
"""An object as its members in order, doubled keys too."""


class Number(str):
    """A number as it is written."""

    __slots__ = ()


class Members(tuple[tuple[str, Any], ...]):
    """An object, told from an array."""

    __slots__ = ()


def read(text: bytes) -> Any:
    """What a JSON text says: members in order, numbers as written, lone surrogates kept."""
    return json.loads(
        text.decode("utf-8", "surrogatepass"),
        object_pairs_hook=Members,
        parse_int=Number,
        parse_float=Number,
    )


_TOKEN = re.compile(rb'("(?:[^"\\]|\\.)*")', re.DOTALL)


def tokens(text: bytes) -> list[bytes]:
    """A text cut before and behind each string: strings stand at odd places."""
    return _TOKEN.split(text)


numbers = st.sampled_from(["0", "-0", "1.0", "1e400", "-1E+2", "123456789012345678901234567890", "0.10"])


@st.composite
def string(draw: st.DrawFn, text: str) -> bytes:
    """A string, each character in one of the forms it may have."""
    forms = draw(st.integers(0, 3))
    out = bytearray(b'"')
    for character in text:
        form = draw(st.integers(0, 3)) if forms == 3 else forms
        units = character.encode("utf-16-be", "surrogatepass")
        codes = [f"\\u{int.from_bytes(units[at : at + 2], 'big'):04x}" for at in range(0, len(units), 2)]
        lone = "\ud800" <= character <= "\udfff"
        if form == 1 or lone:
            codes = [each[:2] + each[2:].upper() for each in codes] if form == 2 else codes
            out += "".join(codes).encode()
        elif form == 2 and character == "/":
            out += b"\\/"
        else:
            out += json.dumps(character, ensure_ascii=False)[1:-1].encode()
    return bytes(out + b'"')


spaces = st.sampled_from([b"", b"", b"", b" ", b"\t"])


@st.composite
def value(draw: st.DrawFn, said: Any) -> bytes:
    """A value written down: lists, `Members`, texts, numbers as written, True, False, None."""
    match said:
        case Number():
            return said.encode()
        case str():
            return draw(string(said))
        case Members():
            inner = [
                draw(spaces) + draw(string(key)) + draw(spaces) + b":" + draw(spaces) + draw(value(each))
                for key, each in said
            ]
            return b"{" + b",".join(inner) + draw(spaces) + b"}"
        case list():
            return b"[" + draw(spaces) + b",".join(draw(value(each)) for each in said) + b"]"
        case _:
            return json.dumps(said).encode()
