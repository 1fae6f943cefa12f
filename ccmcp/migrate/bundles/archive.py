"""The ZIP file of a bundle as it is written: members one after another, each of which may be taken back. I/O on an open file."""

import stat
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from types import TracebackType
from typing import IO, BinaryIO, NamedTuple, Self

from ccmcp.migrate.bundles.layout import DIGESTS, LARGEST_RATIO, MANIFEST, RATIO_COUNTS_FROM, README

LEVEL = 4
"""Of compression: a quarter of the size, at twice the speed of the usual 6."""

_ZIP64_FROM = 1 << 30
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST, _LATEST = datetime(1980, 1, 1, tzinfo=UTC), datetime(2107, 12, 31, 23, 59, 58, tzinfo=UTC)

_ABOUT = f"""\
This is a bundle of Claude Code sessions, made by ccmcp.

With ccmcp:     ccmcp bundle apply THIS_FILE
Without it:     every file here is a plain copy; {MANIFEST} says what each is and what it was.
                sessions/ID/transcript.jsonl is a conversation, one JSON object a line. To resume it, put it as ID.jsonl
                (and what is in side/ as the folder ID) into the project's folder below ~/.claude/projects.
To check it:    unzip it, then: sha256sum -c {DIGESTS}

"""
_SECRETS = """\
Transcripts hold what was typed and read, so passwords and keys may stand in them: keep this file as safe as those.
"""
_REDACTED = """\
Secrets that could be recognised were replaced by [REDACTED:...]. Other private things may still stand here.
"""


class ArchiveError(Exception):
    """The file can't be written; the cause is an OSError."""


class Written(NamedTuple):
    """A member as it was written."""

    size: int
    sha256: str
    packed: int
    """Its bytes in the file."""

    @property
    def too_dense(self) -> bool:
        """Whether it would be taken for a bomb by those who read the bundle."""
        return self.size > max(RATIO_COUNTS_FROM, LARGEST_RATIO * self.packed)


class Archive:
    """
    A ZIP file under way, and the digests of what is in it.

    Raises:
        ArchiveError: from every method: the file can't be written.

    """

    def __init__(self, file: BinaryIO, now: datetime) -> None:
        self._file = file
        self._now = now
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED)
        self._digests: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            # Closing writes a directory, which may be what failed.
            self._zip.fp = None

    def add(
        self, name: str, blocks: Iterable[bytes], *, mode: int, mtime_ns: int, size: int, packed: bool = True
    ) -> Written:
        """Add a member. `size` is about how large it will be. What `blocks` raises comes through; take the member back then."""
        info = zipfile.ZipInfo(name, _zip_time(mtime_ns))
        info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        # Until Python 3.13 there is no public way to say this of a member that is streamed.
        info._compresslevel = LEVEL  # type: ignore[attr-defined]  # noqa: SLF001
        info.create_system = 3
        info.external_attr = (stat.S_IFREG | mode & 0o700) << 16
        digest, length = sha256(), 0
        try:
            target = self._zip.open(info, "w", force_zip64=size >= _ZIP64_FROM)
        except OSError as error:
            raise ArchiveError from error
        try:
            for block in blocks:
                digest.update(block)
                length += len(block)
                _write(target, block)
        finally:
            try:
                target.close()
            except OSError as error:
                raise ArchiveError from error
        self._digests[name] = digest.hexdigest()
        return Written(length, digest.hexdigest(), info.compress_size)

    def drop(self, name: str) -> None:
        """Take the last member back, whole or not."""
        if self._zip.filelist and self._zip.filelist[-1].filename == name:
            info = self._zip.filelist.pop()
            del self._zip.NameToInfo[name]
            self._zip.start_dir = info.header_offset
        self._digests.pop(name, None)

    def finish(self, manifest: str, *, redacted: bool) -> None:
        """Add what tells of the rest, and the directory, in which the manifest comes first."""
        self._own(MANIFEST, manifest)
        self._own(README, _ABOUT + (_REDACTED if redacted else _SECRETS))
        digests = "".join(f"{digest}  {name}\n" for name, digest in sorted(self._digests.items()))
        self._own(DIGESTS, digests)
        first = {MANIFEST: 0, README: 1, DIGESTS: 2}
        self._zip.filelist.sort(key=lambda each: (first.get(each.filename, 3), each.filename))
        try:
            self._file.truncate(self._zip.start_dir)
            self._zip.close()
        except OSError as error:
            raise ArchiveError from error

    def _own(self, name: str, text: str) -> None:
        at = (self._now.astimezone(UTC) - _EPOCH) // timedelta(microseconds=1) * 1000
        data = text.encode()
        written = self.add(name, [data], mode=0o600, mtime_ns=at, size=len(data))
        if written.too_dense:
            self.drop(name)
            self.add(name, [data], mode=0o600, mtime_ns=at, size=len(data), packed=False)


def _write(target: IO[bytes], block: bytes) -> None:
    try:
        target.write(block)
    except OSError as error:
        raise ArchiveError from error


def _zip_time(mtime_ns: int) -> tuple[int, int, int, int, int, int]:
    seconds = min(max(mtime_ns // 10**9, int(_EARLIEST.timestamp())), int(_LATEST.timestamp()))
    at = _EPOCH + timedelta(seconds=seconds)
    return at.year, at.month, at.day, at.hour, at.minute, at.second
