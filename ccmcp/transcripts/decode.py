r"""
Bytes -> entries. Pure and total: any bytes give entries, nothing raises, nothing is dropped in silence.

Lines end at b"\n" and nowhere else (U+2028, U+2029 and U+0085 stand raw inside
strings). orjson does the work; what it refuses is tried again with the standard
library, which takes lone surrogates, and piece by piece, which finds two objects
written onto one line and what is left of torn ones.
"""

import json
import re
from collections.abc import Iterable, Iterator
from math import isfinite

import orjson

from ccmcp.transcripts.entries import COPY_TYPES, Copy, Damaged, Entry, Json, entry

_HEAD = b'{"type":"'
_MESSAGE = b'{"parentUuid":'
_COPIES = frozenset(kind.encode() for kind in COPY_TYPES)

_BLANK = "\x00\r\n\t \ufeff"
_BLANKS = re.compile(f"[{_BLANK}]*")
_LINE_START = re.compile(
    r'\{\s*"(?:parentUuid|logicalParentUuid|type|isSidechain|sessionId|uuid|timestamp|summary|leafUuid|messageId|cwd|userType|agentId)"\s*:'
)
_LINE_KEYS = frozenset({"uuid", "sessionId", "timestamp", "leafUuid", "messageId"})
_NOT_UTF8 = re.compile("[\udc80-\udcff]")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_MOST_RESTARTS = 64
"""How often a torn line is searched for a further object: bounds the work on a line of many megabytes."""


def _whole_number(digits: str) -> int | str:
    return int(digits) if len(digits) < 400 else digits


def _number(digits: str) -> float | str:
    value = float(digits)
    return value if isfinite(value) else digits


_DECODER = json.JSONDecoder(parse_int=_whole_number, parse_float=_number, parse_constant=str)
"""Takes what orjson refuses: lone surrogates, and numbers no float can hold, which stay as they are written."""


def decode(lines: Iterable[bytes], *, offset: int = 0, number: int = 0) -> Iterator[Entry]:
    r"""
    Decode the lines of a transcript.

    Takes lines with or without their b"\n", the first one starting at `offset` and
    following `number` lines. Blank lines give no entry; a line with two objects gives two.
    """
    for line in lines:
        number += 1
        size = len(line)
        yield from decode_line(line, offset, number)
        offset += size if line.endswith(b"\n") else size + 1


def decode_line(line: bytes, offset: int, number: int) -> Iterator[Entry]:
    """Decode one line: one entry, none for a blank line, several for several objects or for damage."""
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError:
        yield from _repaired(line, offset, number)
        return
    yield entry(offset, number, record) if isinstance(record, dict) else _damaged(line, offset, number)


def decode_whole(line: bytes, offset: int, number: int) -> Entry | None:
    """The entry of a line that is one sound object, which nearly all are; none for `decode_line` to look into."""
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return entry(offset, number, record) if isinstance(record, dict) else None


def copy_line(line: bytes, offset: int, number: int) -> Entry | None:
    """
    The line as a Copy that was not decoded, when its first bytes say that it only repeats others.

    None for a line with a message behind the copy, which a lost line end leaves.
    """
    if (
        line.startswith(_HEAD)
        and (kind := line[9 : line.find(b'"', 9)]) in _COPIES
        and line.rstrip().endswith(b"}")
        and line.rfind(_MESSAGE) < 0
    ):
        return Copy(offset, number, {"type": kind.decode()})
    return None


def _repaired(line: bytes, offset: int, number: int) -> Iterator[Entry]:
    """What stands in a line that is not one object: the whole objects in it, and one damage for all that is lost."""
    raw = line.decode("utf-8", "surrogateescape")
    text = _NOT_UTF8.sub("\ufffd", raw).rstrip(_BLANK)
    search = _Search(text)
    counted, place = 0, offset  # so many characters of the line are so many bytes
    alone = True
    for start, record in search.objects():
        place += len(raw[counted:start].encode("utf-8", "surrogateescape"))
        counted = start
        yield entry(offset if alone and not search.lost else place, number, record)
        alone = False
    if search.lost:
        yield Damaged(offset, number, {}, "not JSON", search.lost[:200].encode())


class _Search:
    """A search for whole objects in the text of a line."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.torn = False
        """Whether what comes next may be part of something torn."""
        self.lost = ""
        """The first piece that belongs to no whole object."""

    def objects(self) -> Iterator[tuple[int, Json]]:
        """Each whole object and where it starts."""
        text = self.text
        at, restarts = 0, 0
        while restarts < _MOST_RESTARTS and (start := self._next(at)) >= 0:
            try:
                record, at = _DECODER.raw_decode(text, start)
                if _SURROGATE.search(text, start, at):
                    record = _without_surrogates(record)
            except (ValueError, RecursionError):
                # A whole line may have been written behind it: go on at what looks like the start of one.
                self._lose(start)
                at, restarts = start + 1, restarts + 1
                continue
            if not self.torn or ("type" in record and _LINE_KEYS & record.keys()):
                self.torn = False
                yield start, record

    def _next(self, at: int) -> int:
        """Where the next object starts, -1 for nowhere."""
        text = self.text
        if blank := _BLANKS.match(text, at):
            at = blank.end()
        if at == len(text):
            return -1
        if text[at] == "{" and not self.torn:
            return at
        self._lose(at)
        found = _LINE_START.search(text, at)
        return found.start() if found else -1

    def _lose(self, at: int) -> None:
        self.torn = True
        self.lost = self.lost or self.text[at : at + 200]


def _without_surrogates(record: object) -> Json:
    """The same object with U+FFFD in place of lone surrogates, which no UTF-8 can hold."""
    text = json.dumps(record, ensure_ascii=False)
    whole: Json = _DECODER.decode(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
    return whole


def _damaged(line: bytes, offset: int, number: int) -> Damaged:
    return Damaged(offset, number, {}, "not an object", bytes(line[:200]))
