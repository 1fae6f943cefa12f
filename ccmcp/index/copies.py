"""
Which entries of a file another file already holds. I/O: reads transcripts.

`--fork-session` and /branch copy lines with the same uuids (2.0 and later); up to 1.0
every resume wrote a new file with new uuids, but the same message ids and contents;
some subagent files (`agent-acompact-*`) start as a copy of their parent. Copies start
alike, so files are only compared with those whose first message is the same.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from ccmcp.index.harvest import read_lines
from ccmcp.transcripts.decode import copy_line, decode_line
from ccmcp.transcripts.entries import Assistant, Copy, Entry, Message

_HEAD_BYTES = 256 * 1024
_MESSAGE_ID = re.compile(rb'"id":"([^"\\]{6,80})","type":"message"')
_UUID = re.compile(rb'"uuid":"([0-9a-f-]{36})"')
_FORK_MARKS = (b'"forkedFrom":{', b'"requestSessionId":"')


@dataclass(frozen=True, slots=True)
class Head:
    """What the first bytes of a transcript tell."""

    key: str
    """The id of its first message, else its first uuid: files that start alike share it; empty when it has neither."""

    forked: bool
    """Whether its first lines say that they are copies."""

    session_id: str
    """The sessionId of its first line that names one."""

    cwd: str
    """The cwd of its first line that names one."""


def head(path: str) -> Head:
    """Read the head of a transcript; an unreadable file has an empty one."""
    try:
        with Path(path).open("rb") as file:
            start = file.read(_HEAD_BYTES)
    except OSError:
        return Head("", forked=False, session_id="", cwd="")
    found = _MESSAGE_ID.search(start) or _UUID.search(start)
    return Head(
        key=found.group(1).decode(errors="replace") if found else "",
        forked=any(mark in start for mark in _FORK_MARKS),
        session_id=_first_text(start, b'"sessionId":"'),
        cwd=_first_text(start, b'"cwd":"'),
    )


def _first_text(start: bytes, marker: bytes) -> str:
    at = start.find(marker)
    if at < 0:
        return ""
    text = re.match(rb'"(?:[^"\\]|\\.)*"', start[at + len(marker) - 1 :])
    try:
        found = orjson.loads(text.group()) if text else ""
    except orjson.JSONDecodeError:
        return ""
    return found if isinstance(found, str) else ""


@dataclass(slots=True)
class Held:
    """What other files hold: names and contents of their entries, and in what order."""

    uuids: set[str] = field(default_factory=set)
    contents: set[int] = field(default_factory=set)
    _order: list[int] = field(default_factory=list)
    """The contents of all messages as they follow each other."""
    _places: dict[str, int] = field(default_factory=dict)
    """How many messages stand up to the entry of a name, itself among them."""

    def add(self, path: str) -> None:
        """Take in the entries of a file."""
        for entry in _entries(path):
            if isinstance(entry, Message):
                content = _content(entry)
                self.contents.add(content)
                self._order.append(content)
            if entry.uuid:
                self.uuids.add(entry.uuid)
                self._places[entry.uuid] = len(self._order)
            if isinstance(entry, Assistant) and entry.message_id:
                self._places[entry.message_id] = len(self._order)
        self._order.append(0)

    def _place(self, entry: Entry) -> int | None:
        """Where an entry stands by one of its names; none when they are not held."""
        if (place := self._places.get(entry.uuid)) is not None or not isinstance(entry, Assistant):
            return place
        return self._places.get(entry.message_id)

    def shared_until(self, path: str) -> int:
        """
        The offset of a file's last entry that is held; -1 when none is.

        The last one by name, and the messages without a held name (prompts and results, up to 1.0)
        that follow on it as they do where it is held.
        """
        until = -1
        place: int | None = None
        for entry in _entries(path):
            if (named := self._place(entry)) is not None:
                until, place = entry.offset, named
            elif place is not None and isinstance(entry, Message):
                follows = place < len(self._order) and self._order[place] == _content(entry)
                until, place = (entry.offset, place + 1) if follows else (until, None)
        return until


def skipper(path: str, originals: Iterable[str]) -> Callable[[Entry], bool] | None:
    """Tells which entries of a file the originals hold; none when they share nothing."""
    held = Held()
    for original in originals:
        held.add(original)
    until = held.shared_until(path)
    if until < 0:
        return None

    def skip(entry: Entry) -> bool:
        if entry.offset > until:
            return False
        if entry.uuid in held.uuids:
            return True
        return isinstance(entry, Message) and _content(entry) in held.contents

    return skip


def _entries(path: str) -> Iterable[Entry]:
    try:
        for number, (offset, line) in enumerate(read_lines(path), start=1):
            if copy_line(line, offset, number) is None:
                yield from (each for each in decode_line(line, offset, number) if not isinstance(each, Copy))
    except OSError:
        return


def _content(entry: Message) -> int:
    return hash(orjson.dumps([entry.type, entry.message.get("content")]))
