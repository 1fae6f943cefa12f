"""Files of sessions -> members of a bundle: read while others may write to them, and without their secrets if asked. I/O."""

import os
import re
import stat
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import BinaryIO

from ccmcp.migrate.bundles.archive import Archive
from ccmcp.migrate.bundles.layout import Member
from ccmcp.migrate.bundles.reading import lines_of
from ccmcp.migrate.bundles.sources import Source
from ccmcp.migrate.edits.redacting import redacted_lines, redacted_text
from ccmcp.transcripts.decode import decode_whole
from ccmcp.transcripts.entries import text_of

BLOCK = 1 << 20
"""Bytes read at once."""

_LARGEST_DOCUMENT = 64 * 1024 * 1024
"""A JSON file of up to so many bytes is redacted as JSON, whole; a larger one as text."""

_SESSION = re.compile(rb'"sessionId"\s*:\s*"([A-Za-z0-9_-]{1,80})"')

Tick = Callable[[int], None]
"""Called with each number of bytes read; may raise InterruptedError."""


class UnstableError(Exception):
    """A file has changed each time it was read."""


class Files:
    """Files on their way into a bundle."""

    def __init__(self, archive: Archive, tick: Tick, *, redact: bool, pictures: bool) -> None:
        self._archive = archive
        self._tick = tick
        self._redact = redact
        self._pictures = pictures
        self.redacted: Counter[str] = Counter()
        """How many secrets of each kind were replaced."""

    def add(self, source: Source, prompts_of: frozenset[str]) -> tuple[Member | None, int]:
        """
        The member that a file has become, and how many bytes of an unfinished last line were left out.

        No member where nothing is in it for the bundle. A file that changes meanwhile is read once more; of one that only
        grows we take what was there. Of the prompt history only the lines of the sessions `prompts_of` are taken.

        Raises:
            UnstableError: it has changed each time.
            BinaryFileError: it is no text, and secrets are to be replaced.
            OSError: it can't be read, or is no regular file.
            ArchiveError: the bundle can't be written.

        """
        grows, packed, again = source.grows, True, False
        while True:
            counts: Counter[str] = Counter()
            try:
                member, cut, too_dense = self._once(source, counts, prompts_of, grows=grows, packed=packed)
            except UnstableError:
                self._archive.drop(source.name)
                if again:
                    raise
                again, grows = True, source.is_lines
                continue
            except BaseException:
                self._archive.drop(source.name)
                raise
            if too_dense and packed:
                self._archive.drop(source.name)
                packed = False
                continue
            if source.kind == "prompts" and not member.size:
                self._archive.drop(source.name)
                return None, 0
            self.redacted += counts
            return member, cut

    def _once(
        self, source: Source, counts: Counter[str], prompts_of: frozenset[str], *, grows: bool, packed: bool
    ) -> tuple[Member, int, bool]:
        with _opened(source.path) as file:
            seen = os.fstat(file.fileno())
            read, cut = sha256(), Counter[str]()
            blocks = self._blocks(file, seen.st_size, read.update)
            if grows and source.is_lines:
                blocks = _whole_lines(blocks, cut)
            if source.kind == "prompts":
                blocks = _of_sessions(lines_of(blocks), prompts_of)
            if self._redact:
                blocks = self._redacted(source, blocks, seen.st_size, counts)
            mode, at = stat.S_IMODE(seen.st_mode) & 0o700 or 0o600, seen.st_mtime_ns
            written = self._archive.add(
                source.name, blocks, mode=mode, mtime_ns=at, size=seen.st_size, packed=packed
            )
            after = os.fstat(file.fileno())
            unchanged = (after.st_size, after.st_mtime_ns) == (seen.st_size, seen.st_mtime_ns)
            if not unchanged and not (
                grows and source.is_lines and _begins_alike(file, seen.st_size, read.hexdigest())
            ):
                raise UnstableError
        member = Member(
            name=source.name, kind=source.kind, session_id=source.session_id, place=source.place, size=written.size,
            sha256=written.sha256, mode=mode, mtime_ns=at,
        )  # fmt: skip
        return member, cut["bytes"], written.too_dense

    def _blocks(self, file: BinaryIO, size: int, update: Callable[[bytes], None]) -> Iterator[bytes]:
        """The first so many bytes of a file."""
        left = size
        while left:
            block = file.read(min(left, BLOCK))
            if not block:
                raise UnstableError
            self._tick(len(block))
            update(block)
            left -= len(block)
            yield block

    def _redacted(
        self, source: Source, blocks: Iterable[bytes], size: int, counts: Counter[str]
    ) -> Iterator[bytes]:
        if source.is_lines:
            return redacted_lines(lines_of(blocks), counts)
        if self._pictures and _is_binary(source.path):
            return iter(blocks)
        if source.path.endswith(".json") and size <= _LARGEST_DOCUMENT:
            # Once as JSON, where escapes may hide a secret, and once as the text it is, which it may be instead.
            blocks = redacted_lines([b"".join(blocks)], counts)
        return redacted_text(blocks, counts)


@contextmanager
def _opened(path: str) -> Iterator[BinaryIO]:
    """A regular file: links are not followed, and nothing waits for the other end of a pipe."""
    flags = os.O_RDONLY
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY", "O_CLOEXEC"):
        flags |= getattr(os, name, 0)
    with open(os.open(path, flags), "rb", buffering=0) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(None, "it is no regular file", path)
        yield file


def _begins_alike(file: BinaryIO, size: int, digest: str) -> bool:
    """Whether the first so many bytes of a file are those that were read."""
    found = sha256()
    file.seek(0)
    left = size
    while left and (block := file.read(min(left, BLOCK))):
        found.update(block)
        left -= len(block)
    return not left and found.hexdigest() == digest


def _is_binary(path: str) -> bool:
    """Whether a file is no text."""
    with _opened(path) as file:
        try:
            for _ in redacted_text(iter(lambda: file.read(BLOCK), b""), Counter()):
                pass
        except ValueError:
            return True
    return False


def _whole_lines(blocks: Iterable[bytes], cut: Counter[str]) -> Iterator[bytes]:
    """What is before the last line break; `cut` gets how many bytes come after it."""
    rest: list[bytes] = []
    for block in blocks:
        end = block.rfind(b"\n") + 1
        if end:
            yield from rest
            yield block[:end]
            rest = [block[end:]] if end < len(block) else []
        else:
            rest.append(block)
    cut["bytes"] += sum(map(len, rest))


def _of_sessions(lines: Iterable[bytes], sessions: frozenset[str]) -> Iterator[bytes]:
    """The lines of the prompt history that were typed in these sessions."""
    for line in lines:
        if any(each.decode() in sessions for each in _SESSION.findall(line)):
            entry = decode_whole(line, 0, 1)
            if entry is not None and text_of(entry.record, "sessionId") in sessions:
                yield line
