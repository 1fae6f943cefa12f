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
    """What other files hold: names and contents of their entries."""

    uuids: set[str] = field(default_factory=set)
    message_ids: set[str] = field(default_factory=set)
    contents: set[int] = field(default_factory=set)

    def add(self, path: str) -> None:
        """Take in the entries of a file."""
        for entry in _entries(path):
            if entry.uuid:
                self.uuids.add(entry.uuid)
            if isinstance(entry, Assistant) and entry.message_id:
                self.message_ids.add(entry.message_id)
            if isinstance(entry, Message):
                self.contents.add(_content(entry))

    def names(self, entry: Entry) -> bool:
        """Whether an entry has a name that is held."""
        return entry.uuid in self.uuids or (
            isinstance(entry, Assistant) and entry.message_id in self.message_ids
        )

    def shared_until(self, path: str) -> int:
        """The offset of a file's last entry that has a held name; -1 when none has."""
        return max((entry.offset for entry in _entries(path) if self.names(entry)), default=-1)


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
