"""
What was recorded of each transcript, against what it is now. I/O: reads transcripts, keeps records in the state folder.

Transcripts are appended to and never changed otherwise. So of each the digest of its whole lines is kept; next time the
same bytes must have the same digest, and what follows them is new. What has changed, shrunk or vanished is an event;
where the client's own clean-up or a move explains it, the event says so.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

from ccmcp.errors import SettingsError
from ccmcp.transcripts.discover import FoundFile

Kind: TypeAlias = Literal["altered", "shrunk", "vanished", "moved", "cleaned up"]

_NAME, _VERSION = "integrity.sqlite3", 1
_BLOCK = 1 << 20
_TABLES = """
CREATE TABLE transcripts (
    root TEXT NOT NULL,             -- the real path
    file TEXT NOT NULL,             -- within it, with /
    session_id TEXT NOT NULL,
    size INTEGER NOT NULL,          -- as last seen, with mtime_ns and inode
    mtime_ns INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    whole INTEGER NOT NULL,         -- bytes of whole lines
    lines INTEGER NOT NULL,
    sha256 TEXT NOT NULL,           -- of these bytes
    first_seen TEXT NOT NULL,       -- ISO 8601, UTC
    last_seen TEXT NOT NULL,
    gone TEXT,                      -- since when it is not there any more
    PRIMARY KEY (root, file)
) WITHOUT ROWID;
CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    root TEXT NOT NULL,
    file TEXT NOT NULL,
    session_id TEXT NOT NULL,
    at TEXT NOT NULL,
    kind TEXT NOT NULL,
    bytes_before INTEGER NOT NULL,
    bytes_after INTEGER NOT NULL,
    sha256_before TEXT NOT NULL,
    sha256_after TEXT NOT NULL,
    explained TEXT NOT NULL         -- what explains it; empty for nothing
);
"""


class Record(NamedTuple):
    """One transcript as it was when it was last looked at."""

    root: str
    file: str
    session_id: str
    size: int
    mtime_ns: int
    inode: int
    whole: int
    lines: int
    sha256: str
    first_seen: str
    last_seen: str
    gone: str | None


class Event(NamedTuple):
    """Something that happened to a transcript other than being appended to."""

    id: int
    root: str
    file: str
    session_id: str
    at: str
    """When it was noticed, ISO 8601, UTC."""
    kind: Kind
    bytes_before: int
    bytes_after: int
    sha256_before: str
    sha256_after: str
    explained: str


@dataclass(frozen=True, slots=True)
class Seen:
    """One root as a scan saw it."""

    path: Path
    files: tuple[FoundFile, ...]
    complete: bool
    """Whether what was not found is gone."""
    cleanup_days: int
    """After how many days the client may delete its transcripts."""


class Digest(NamedTuple):
    """The whole lines of a file."""

    before: str
    """The digest of as many bytes as were recorded; empty when there are fewer."""
    sha256: str
    whole: int
    lines: int


def digest(path: str, recorded: int = 0) -> Digest | None:
    """The digests of a file's whole lines, and of the first `recorded` bytes of it; none when it can't be read."""
    found, whole, lines = sha256(), 0, 0
    before = found.hexdigest() if not recorded else ""
    rest = b""
    try:
        with Path(path).open("rb", buffering=0) as file:
            while block := file.read(_BLOCK):
                rest += block
                end = rest.rfind(b"\n") + 1
                if not end:
                    continue
                if whole < recorded <= whole + end:
                    cut = recorded - whole
                    found.update(rest[:cut])
                    before = found.hexdigest()
                    found.update(rest[cut:end])
                else:
                    found.update(rest[:end])
                lines += rest.count(b"\n", 0, end)
                whole += end
                rest = rest[end:]
    except OSError:
        return None
    return Digest(before, found.hexdigest(), whole, lines)


class Records:
    """The records of one state folder."""

    def __init__(self, state: Path) -> None:
        """
        Open the records, or begin them.

        Raises:
            SettingsError: the state folder can't be written to, or what is there is damaged.

        """
        self._path = state / _NAME
        try:
            state.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._path.touch(mode=0o600)
            with closing(self._connect()) as connection:
                [version] = connection.execute("PRAGMA user_version").fetchone()
                if not version:
                    connection.execute("PRAGMA journal_mode = WAL")
                    connection.executescript(
                        f"BEGIN IMMEDIATE; {_TABLES} PRAGMA user_version = {_VERSION}; COMMIT;"
                    )
        except (OSError, sqlite3.Error) as error:
            # Another process may just have made them.
            if isinstance(error, sqlite3.OperationalError) and "already exists" in str(error):
                return
            raise SettingsError(
                f"{self._path}: the records of transcripts can't be kept: {error}. Make the state folder writable, set CCMCP_STATE_DIR "
                "to another one, or move the file away: then what changed until now is not known."
            ) from error

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None, timeout=5)
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection

    def records(self) -> dict[tuple[str, str], Record]:
        """Every transcript that was ever recorded, by root and file."""
        with closing(self._connect()) as connection:
            rows = connection.execute("SELECT * FROM transcripts").fetchall()
        return {(row[0], row[1]): Record._make(row) for row in rows}

    def events(self) -> list[Event]:
        """All that happened, in the order it was noticed."""
        with closing(self._connect()) as connection:
            return [Event._make(row) for row in connection.execute("SELECT * FROM events ORDER BY id")]

    def check(
        self,
        seen: Iterable[Seen],
        now: datetime,
        *,
        thorough: bool = False,
        explained: Callable[[str], str] = lambda _: "",
    ) -> None:
        """
        Look at the transcripts that have changed, or with `thorough` at all, and record what they are and what happened to them.

        `now` in UTC. `explained` says for a path what has moved or changed it on the user's behalf; empty for nothing.
        """
        known = self.records()
        at = now.isoformat(timespec="seconds")
        fresh: list[Record] = []
        events: list[tuple[Record, Kind, int, str, str]] = []
        homes: dict[tuple[str, str], Record] = {}
        missing: list[tuple[Seen, Record]] = []
        for root in seen:
            real = str(root.path)
            here = {
                within(file.path, root.path): file for file in root.files if file.kind in ("main", "agent")
            }
            for name, file in here.items():
                before = known.get((real, name))
                record, event = _looked_at(real, name, file, before, at, thorough=thorough)
                if record is not None:
                    fresh.append(record)
                    homes[record.session_id, record.sha256] = record
                    if event and before is not None:
                        events.append((before, event, record.whole, record.sha256, explained(file.path)))
            if root.complete:
                missing += (
                    (root, record) for (its, name), record in known.items()
                    if its == real and name not in here and record.gone is None
                )  # fmt: skip
        for root, record in missing:
            kind, why = _gone(record, root, now, self._elsewhere(record, homes, fresh))
            events.append((record, kind, 0, "", explained(str(root.path / record.file)) or why))
            fresh.append(record._replace(gone=at))
        self._write(known, fresh, events, at)

    @staticmethod
    def _elsewhere(record: Record, homes: Mapping[tuple[str, str], Record], fresh: Iterable[Record]) -> str:
        """Where a file that is gone stands now: the same bytes, or at the same session's new place more of them."""
        if same := homes.get((record.session_id, record.sha256)):
            return same.file
        name = record.file.rpartition("/")[2]
        for each in fresh:
            if (
                each.gone is None
                and each.file != record.file
                and each.file.endswith(f"/{name}")
                and each.whole >= record.whole
            ):
                told = digest(str(Path(each.root) / each.file), record.whole)
                if told and told.before == record.sha256:
                    return each.file
        return ""

    def _write(
        self,
        known: Mapping[tuple[str, str], Record],
        fresh: Iterable[Record],
        events: Iterable[tuple[Record, Kind, int, str, str]],
        at: str,
    ) -> None:
        fresh, events = list(fresh), list(events)
        if not fresh:
            return
        with closing(self._connect()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            told = set()
            for record in fresh:
                key = record.root, record.file
                row = connection.execute(
                    "SELECT * FROM transcripts WHERE root = ? AND file = ?", key
                ).fetchone()
                before = known.get(key)
                if (Record._make(row) if row else None) != before:
                    continue  # another process has looked meanwhile, and has said what there is to say
                told.add(key)
                connection.execute(
                    f"INSERT OR REPLACE INTO transcripts VALUES ({', '.join('?' * len(record))})",  # noqa: S608 - placeholders
                    record,
                )
            for record, kind, size, sha, why in events:
                if (record.root, record.file) in told:
                    connection.execute(
                        "INSERT INTO events VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        (
                            record.root,
                            record.file,
                            record.session_id,
                            at,
                            kind,
                            record.whole,
                            size,
                            record.sha256,
                            sha,
                            why,
                        ),
                    )
            connection.execute("COMMIT")


def within(path: str, root: Path) -> str:
    """A path within its root, with / on every system."""
    return path.removeprefix(str(root)).lstrip("/\\").replace("\\", "/")


def _looked_at(
    root: str, name: str, file: FoundFile, before: Record | None, at: str, *, thorough: bool
) -> tuple[Record | None, Kind | None]:
    """The new record of a file, where there is one to make, and what has happened to it."""
    stat = file.size, file.mtime_ns, file.inode
    if before is not None and before.gone is None and not thorough and before[3:6] == stat:
        return None, None
    found = digest(file.path, before.whole if before else 0)
    if found is None:
        return None, None
    record = Record(
        root=root, file=name, session_id=file.session_id, size=file.size, mtime_ns=file.mtime_ns, inode=file.inode,
        whole=found.whole, lines=found.lines, sha256=found.sha256, first_seen=before.first_seen if before else at, last_seen=at, gone=None,
    )  # fmt: skip
    if before is None or found.before == before.sha256:
        return record, None
    return record, "shrunk" if found.whole < before.whole else "altered"


def _gone(record: Record, root: Seen, now: datetime, elsewhere: str) -> tuple[Kind, str]:
    """What became of a file that is not there any more, and what explains it."""
    if elsewhere:
        return "moved", f"now at {elsewhere}"
    written = datetime.fromtimestamp(record.mtime_ns / 1e9, now.tzinfo)
    if now - written > timedelta(days=root.cleanup_days):
        return "cleaned up", f"older than cleanupPeriodDays ({root.cleanup_days})"
    return "vanished", ""


def merkle_root(digests: Iterable[str]) -> str:
    """
    The root of a SHA-256 tree over these digests (hex, in order): pairs are hashed together, level by level; an odd one goes up as it is.

    Leaves and inner nodes are hashed with different first bytes (0 and 1), as RFC 6962 does, so that none can stand for the other.
    """
    level = [sha256(b"\0" + bytes.fromhex(each)).digest() for each in digests]
    if not level:
        return sha256(b"").hexdigest()
    while len(level) > 1:
        level = list(_above(level))
    return level[0].hex()


def _above(level: list[bytes]) -> Iterator[bytes]:
    for at in range(0, len(level) - 1, 2):
        yield sha256(b"\1" + level[at] + level[at + 1]).digest()
    if len(level) % 2:
        yield level[-1]
