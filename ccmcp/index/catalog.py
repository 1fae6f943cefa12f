"""
The catalogue: an SQLite database of facts about files, sessions, tool calls and usage. I/O.

Derived like the whole cache: a wrong version or damage means a new one. It is the
record of how far each file's text is in the full-text index, and it is written after
that index has been committed, so what it states is always there.

No text in it holds a secret of a known shape, but for paths (files.path and folder, project and
cwd of sessions, typed.project, the folders in facts) and ids: these are where things are and what
they are found by, so they stay as they are and are cleaned when they are shown.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ccmcp.index.codes import SCHEMA_VERSION

_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE files (
    id INTEGER PRIMARY KEY AUTOINCREMENT,   -- the text names it: never given twice
    path TEXT NOT NULL UNIQUE,
    root TEXT NOT NULL,
    kind TEXT NOT NULL,             -- transcripts.discover.FileKind
    folder TEXT NOT NULL,           -- encoded project folder
    session INTEGER,                -- sessions.id; null while only the file's content can tell
    agent_id TEXT NOT NULL,
    size INTEGER NOT NULL,          -- as last seen, with mtime_ns and inode
    mtime_ns INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    indexed_to INTEGER NOT NULL,    -- bytes whose text is in the index, whole lines
    prose_to INTEGER NOT NULL,      -- bytes whose prose is; ahead of indexed_to only during a cold build
    lines INTEGER NOT NULL,         -- lines up to indexed_to
    seam BLOB NOT NULL,             -- digest of the last bytes before indexed_to: tells an append from a rewrite
    head TEXT NOT NULL,             -- the first uuid or message id: copies share it
    copy_of INTEGER,                -- files.id of the file whose first entries this one repeats
    copied INTEGER NOT NULL,        -- entries left out because that file holds them
    damaged INTEGER NOT NULL,
    unknown INTEGER NOT NULL,       -- entries of types we do not know
    facts BLOB NOT NULL             -- index.facts.FileFacts as JSON
);
CREATE INDEX files_session ON files (session);
CREATE INDEX files_unread ON files (size) WHERE size = -1;
CREATE INDEX files_head ON files (head) WHERE head != '';
CREATE INDEX files_copies ON files (copy_of) WHERE copy_of IS NOT NULL;
CREATE TABLE sessions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,   -- the text names it: never given twice
    root TEXT NOT NULL,
    session_id TEXT NOT NULL,
    main_file INTEGER,              -- files.id of its transcript; null when only side files are there
    folder TEXT NOT NULL,
    project TEXT NOT NULL,          -- real path, as the session says it
    title TEXT NOT NULL,
    title_from TEXT NOT NULL,       -- custom, ai, summary, prompt or ''
    started_at TEXT,                -- ISO 8601, UTC; null when no line has a time
    ended_at TEXT,
    ended INTEGER NOT NULL,         -- the same in seconds, 0 when unknown: the order of lists
    branch TEXT NOT NULL,           -- the last one
    branches TEXT NOT NULL,         -- all of them, JSON
    models TEXT NOT NULL,           -- JSON
    cwd TEXT NOT NULL,              -- where it is resumed: the last relocation, else the first cwd
    asked TEXT NOT NULL,            -- a digest of its prompts, '' when they are too short to tell sessions alike
    turns INTEGER NOT NULL,
    messages INTEGER NOT NULL,
    tool_calls INTEGER NOT NULL,
    subagents INTEGER NOT NULL,
    compactions INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    version TEXT NOT NULL,
    entrypoint TEXT NOT NULL,
    permission_modes TEXT NOT NULL, -- JSON
    excluded INTEGER NOT NULL,      -- left out by settings
    doc_bytes INTEGER NOT NULL,     -- bytes of its files when its document was made; -1: none yet, -2: to be made anew
    doc_title TEXT NOT NULL,        -- the title in it
    UNIQUE (root, session_id)
);
CREATE INDEX sessions_ended ON sessions (ended DESC, id DESC);
CREATE INDEX sessions_left_out ON sessions (id) WHERE excluded NOT IN (0, 3);
CREATE INDEX sessions_by_id ON sessions (session_id);
CREATE INDEX sessions_document ON sessions (doc_bytes);
CREATE TABLE calls (
    file INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    session INTEGER NOT NULL,
    call_id TEXT NOT NULL,
    entry_id TEXT NOT NULL,
    at TEXT NOT NULL,
    tool TEXT NOT NULL,
    target TEXT NOT NULL,           -- redacted, at most 2,000 characters
    agent TEXT NOT NULL,            -- the subagent's id, 'sidechain' where old clients name none, or ''
    own INTEGER NOT NULL,           -- a call of ccmcp itself
    outcome TEXT NOT NULL,
    error TEXT NOT NULL,            -- redacted, at most 500 characters
    result_at TEXT NOT NULL,
    result_entry TEXT NOT NULL,
    input_hash INTEGER NOT NULL,    -- tells calls with the same input
    undo_hash INTEGER NOT NULL,     -- of an edit: the input_hash of the one that takes it back
    result_offset INTEGER NOT NULL, -- -1 without a result in this file
    result_chars INTEGER NOT NULL,
    result_hash INTEGER NOT NULL,
    permission TEXT NOT NULL        -- who allowed or refused it (2.1.330)
);
CREATE INDEX calls_file ON calls (file, offset);
CREATE INDEX calls_id ON calls (call_id);
CREATE INDEX calls_facts ON calls (   -- counts, without the targets
    session, outcome, own, tool, agent, at
);
CREATE INDEX calls_agents ON calls (session, agent) WHERE agent != '';
CREATE TABLE usage (
    file INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    session INTEGER NOT NULL,
    uuid TEXT NOT NULL,
    message_id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    inner_session TEXT NOT NULL,    -- the sessionId in the line
    request_session TEXT NOT NULL,  -- requestSessionId: who made the request, in a fork's copies
    model TEXT NOT NULL,
    at TEXT NOT NULL,               -- as written in the line
    stop_reason TEXT NOT NULL,
    input INTEGER NOT NULL,
    output INTEGER NOT NULL,
    cache_write INTEGER NOT NULL,
    cache_write_5m INTEGER NOT NULL,
    cache_write_1h INTEGER NOT NULL,
    cache_read INTEGER NOT NULL,
    web_searches INTEGER NOT NULL,
    speed TEXT NOT NULL,
    service_tier TEXT NOT NULL,
    geo TEXT NOT NULL,
    cost_usd REAL,                  -- costUSD of 0.2 lines
    version TEXT NOT NULL,
    agent TEXT NOT NULL,
    branch TEXT NOT NULL,
    flags INTEGER NOT NULL,         -- index.stated.UsageFlag
    unit INTEGER NOT NULL           -- index.stated.unit_of: what may be one response shares it
);
CREATE INDEX usage_file ON usage (file);
CREATE INDEX usage_unit ON usage (unit);
CREATE INDEX usage_strays ON usage (unit) WHERE flags & 256;
CREATE TABLE responses (            -- index.counting: usage with each response counted once
    at INTEGER NOT NULL,            -- milliseconds since 1970, UTC; 0 when unknown
    file INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    session INTEGER NOT NULL,
    rate TEXT NOT NULL,             -- index.counting.rate_of: model, speed, service tier, region
    agent TEXT NOT NULL,
    branch TEXT NOT NULL,
    stop_reason TEXT NOT NULL,      -- empty: the output is a lower bound
    input INTEGER NOT NULL,
    output INTEGER NOT NULL,
    cache_write INTEGER NOT NULL,
    cache_write_5m INTEGER NOT NULL,
    cache_write_1h INTEGER NOT NULL,
    cache_read INTEGER NOT NULL,
    web_searches INTEGER NOT NULL,
    recorded REAL,                  -- costUSD of 0.2 lines
    end_at INTEGER NOT NULL,
    end_offset INTEGER NOT NULL,    -- its last line in that file
    books INTEGER NOT NULL,         -- index.counting.Book: by whose rules it counts
    unit INTEGER NOT NULL,
    tools TEXT NOT NULL,            -- the tools it called and how often: index.ledger.tools_of
    PRIMARY KEY (at, file, offset, books)
) WITHOUT ROWID;
CREATE INDEX responses_unit ON responses (unit);
CREATE INDEX responses_session ON responses (session);
CREATE TABLE rates (                -- every one that there was in responses
    rate TEXT PRIMARY KEY
) WITHOUT ROWID;
CREATE TABLE accounts (             -- what the client itself counted for a session (cost-state): facts.COST_STATE
    file INTEGER NOT NULL,
    session INTEGER NOT NULL,
    model TEXT NOT NULL,
    input INTEGER NOT NULL,
    output INTEGER NOT NULL,
    cache_read INTEGER NOT NULL,
    cache_write INTEGER NOT NULL,
    cache_write_1h INTEGER NOT NULL,
    web_searches INTEGER NOT NULL,
    cost_usd REAL NOT NULL,
    parent TEXT NOT NULL            -- the id of the session whose account it goes on from, of a fork
);
CREATE INDEX accounts_file ON accounts (file);
CREATE TABLE moments (              -- what happened beside calls and responses
    file INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    session INTEGER NOT NULL,
    entry_id TEXT NOT NULL,
    at TEXT NOT NULL,
    kind TEXT NOT NULL,             -- index.activity.MomentKind
    agent TEXT NOT NULL,
    text TEXT NOT NULL,             -- redacted, one line, at most 300 characters
    amount INTEGER NOT NULL,        -- tokens before a compaction, milliseconds of a turn or a wait
    after INTEGER NOT NULL          -- tokens after a compaction
);
CREATE INDEX moments_file ON moments (file);
CREATE INDEX moments_session ON moments (session);
CREATE TABLE findings (             -- index.analysis.FindingRow: what analysers found; no text in it holds a secret
    file INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    session INTEGER NOT NULL,
    analyser TEXT NOT NULL,
    rule TEXT NOT NULL,
    level INTEGER NOT NULL,         -- severity, 0 info to 4 critical
    confidence INTEGER NOT NULL,    -- 0 signal, 1 probable, 2 definite
    entry_id TEXT NOT NULL,
    call_id TEXT NOT NULL,
    at TEXT NOT NULL,
    tool TEXT NOT NULL,
    agent TEXT NOT NULL,
    target TEXT NOT NULL,
    evidence TEXT NOT NULL,
    note TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    related TEXT NOT NULL,
    line INTEGER NOT NULL           -- its number in the file, from 1; 0 when unknown
);
CREATE INDEX findings_file ON findings (file);
CREATE INDEX findings_session ON findings (session);
CREATE INDEX findings_level ON findings (level) WHERE level >= 2;
CREATE INDEX findings_fingerprint ON findings (fingerprint);
CREATE TABLE sights (               -- index.analysis.Sight
    file INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    session INTEGER NOT NULL,
    analyser TEXT NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    entry_id TEXT NOT NULL,
    call_id TEXT NOT NULL,
    at TEXT NOT NULL,
    agent TEXT NOT NULL,
    note TEXT NOT NULL
);
CREATE INDEX sights_file ON sights (file);
CREATE INDEX sights_session ON sights (session);
CREATE INDEX sights_kind ON sights (kind, value, at);
CREATE TABLE analysed (             -- how far each analyser has seen each file, and by which of its versions
    file INTEGER NOT NULL,
    analyser TEXT NOT NULL,
    version TEXT NOT NULL,
    upto INTEGER NOT NULL,
    lines INTEGER NOT NULL,         -- up to there
    PRIMARY KEY (file, analyser)
) WITHOUT ROWID;
CREATE TABLE unjudged (             -- sessions whose findings as a whole are to be worked out anew
    session INTEGER PRIMARY KEY
);
CREATE TABLE agents (               -- the kinds of subagents, as far as a file tells them
    file INTEGER NOT NULL,
    session INTEGER NOT NULL,
    agent TEXT NOT NULL,            -- its id
    kind TEXT NOT NULL,
    own INTEGER NOT NULL            -- whether its own meta.json says so; else the call that started it
);
CREATE INDEX agents_file ON agents (file);
CREATE INDEX agents_session ON agents (session);
CREATE TABLE summaries (
    file INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    leaf TEXT NOT NULL,
    text TEXT NOT NULL,
    session INTEGER,                -- whose it is; null until its document is in the index
    batch INTEGER NOT NULL          -- the batch of that document
);
CREATE INDEX summaries_leaf ON summaries (leaf);
CREATE TABLE leaves (uuid TEXT NOT NULL, session INTEGER NOT NULL, file INTEGER NOT NULL);
CREATE INDEX leaves_uuid ON leaves (uuid);
CREATE TABLE slugs (slug TEXT NOT NULL, session INTEGER NOT NULL, file INTEGER NOT NULL);
CREATE INDEX slugs_slug ON slugs (slug);
CREATE TABLE typed (                -- what history.jsonl says of a session
    session INTEGER PRIMARY KEY,
    file INTEGER NOT NULL,
    project TEXT NOT NULL,
    first_at TEXT NOT NULL,
    last_at TEXT NOT NULL,
    prompts INTEGER NOT NULL,
    first_prompt TEXT NOT NULL
);
CREATE TABLE tools (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
"""

_BUSY_MS = 5_000
_AT_ONCE = 500


def _connect(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    for pragma in (
        f"busy_timeout = {_BUSY_MS}",
        "synchronous = NORMAL",
        "temp_store = MEMORY",
        "cache_size = -16000",
    ):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def portions(numbers: Sequence[int]) -> Iterator[tuple[Sequence[int], str]]:
    """Some numbers at a time, and as many placeholders: a statement takes no more."""
    for start in range(0, len(numbers), _AT_ONCE):
        some = numbers[start : start + _AT_ONCE]
        yield some, ", ".join("?" * len(some))


class Catalog:
    """One connection to the catalogue. Used by one thread at a time."""

    def __init__(self, path: Path) -> None:
        """
        Open the catalogue that is there.

        Raises:
            sqlite3.DatabaseError: there is none, it is damaged, or of another version (`WrongVersionError`).

        """
        self.connection = _connect(f"{path.absolute().as_uri()}?mode=rw")
        try:
            [version] = self.connection.execute("PRAGMA user_version").fetchone()
        except BaseException:
            self.connection.close()
            raise
        if version != SCHEMA_VERSION:
            self.connection.close()
            raise WrongVersionError(version)

    @classmethod
    def make(cls, path: Path | None, settings: int = 0) -> "Catalog":
        """A new and empty one, in memory when there is no path. It is there whole or not at all."""
        catalog = cls.__new__(cls)
        catalog.connection = _connect(path.absolute().as_uri() if path else ":memory:")
        catalog.connection.execute("PRAGMA journal_mode = WAL")
        with catalog.transaction():
            for statement in _TABLES.split(";\n"):
                if statement.strip():
                    catalog.execute(statement)
            catalog.set_meta("settings", settings)
            catalog.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        return catalog

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing of what is written inside."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if self.connection.in_transaction:  # damage ends it by itself
                self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All that is read inside is of one moment, whatever another process writes meanwhile."""
        self.connection.execute("BEGIN")
        try:
            yield
        finally:
            if self.connection.in_transaction:
                self.connection.execute("COMMIT")

    def state(self) -> tuple[int, int]:
        """Changes whenever a batch, or another connection anything, has been written."""
        [version] = self.connection.execute("PRAGMA data_version").fetchone()
        return self.meta("last_batch"), int(version)

    def meta(self, key: str, default: int = 0) -> int:
        """A number kept under a key."""
        found = self.connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return int(found[0]) if found else default

    def set_meta(self, key: str, value: int) -> None:
        """Keep a number under a key."""
        self.connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[object, ...]]:
        """All rows of a query."""
        return self.connection.execute(sql, values).fetchall()

    def execute(self, sql: str, values: Sequence[object] = ()) -> sqlite3.Cursor:
        """Run one statement."""
        return self.connection.execute(sql, values)

    def insert(self, table: str, rows: Iterable[Sequence[object]], width: int) -> None:
        """Insert rows of `width` values, in the table's own order of columns."""
        if found := list(rows):
            self.connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * width)})", found)  # noqa: S608 - our own table names


class WrongVersionError(sqlite3.DatabaseError):
    """The catalogue on disk is of another version: it is made anew, never migrated."""

    def __init__(self, version: int) -> None:
        super().__init__(f"catalogue version {version}, not {SCHEMA_VERSION}")
