"""
The missing tails, read into memory: for a process that can't write while another one does.

A small catalogue and a small full-text index hold what changed since the stores were
written. They begin with all that the stores know of the sessions that changed, under the
same numbers, so that of those sessions the overlay's rows stand and the stores' do not.
"""

from collections.abc import Callable, Iterable, Iterator

from ccmcp.index.analysis import Analysers
from ccmcp.index.build import Build
from ccmcp.index.catalog import Catalog
from ccmcp.index.changes import Changes, Work
from ccmcp.index.copies import Head, head
from ccmcp.index.fulltext import Fulltext
from ccmcp.index.harvest import read_lines
from ccmcp.index.record import plan_slug
from ccmcp.index.source import Stale
from ccmcp.transcripts.decode import decode_line
from ccmcp.transcripts.entries import text_of

_FIRST_NEW = 1 << 40
"""Numbers of files and sessions that the stores don't know begin here."""

_OF_FILES = ("calls", "usage", "moments", "accounts", "agents", "findings", "sights")
"""Tables whose rows belong to a file, and go when it goes."""


class Overlay:
    """What the stores do not hold yet."""

    def __init__(
        self, disk: Catalog, found: Changes, excludes: Callable[[str, str], bool], analysers: Analysers
    ) -> None:
        """Read the changes between the files and this moment's catalogue, which stays as it is; moves are no changes here."""
        self.catalog = Catalog.make(None)
        self.fulltext = Fulltext(None)
        self._batch = disk.meta("last_batch")
        hidden = [*found.gone, *(work.known for work in found.work if work.known and work.how == "replace")]
        self._hidden_files = frozenset(each.id for each in hidden)
        with self.catalog.transaction():
            self._sessions = self._seed(disk, found)
            # Sessions that stay have their documents in the stores; those that lost text are made anew.
            self.catalog.execute("UPDATE sessions SET doc_bytes = ?", (_FIRST_NEW,))
        self._documents = {
            int(str(row[0]))
            for each in hidden
            if each.kind in ("main", "agent")
            for row in disk.rows("SELECT session FROM files WHERE id = ? AND session IS NOT NULL", (each.id,))
        }
        Build(self.catalog, self.fulltext, excludes, analysers).apply(found)
        self._documents |= self.fulltext.sessions_with_documents()

    def stale(self, disk: Catalog) -> Stale:
        """What of the stores does not stand any more, because it is here."""
        # Meanwhile the one that writes may have given sessions that are new here numbers of its own.
        twins = frozenset(
            int(str(row[0]))
            for root, session in self.catalog.rows(
                "SELECT root, session_id FROM sessions WHERE id >= ?", (_FIRST_NEW,)
            )
            for row in disk.rows("SELECT id FROM sessions WHERE root = ? AND session_id = ?", (root, session))
        )
        return Stale(
            files=self._hidden_files,
            after=self._batch,
            documents=frozenset(self._documents) | twins,
            sessions=self._sessions | twins,
        )

    # -- what the stores know of what changed

    def _seed(self, disk: Catalog, found: Changes) -> frozenset[int]:
        """Copy all rows of the sessions that changed; their numbers."""
        sessions = set(_sessions(disk, found))
        for session in sessions:
            self._copy(disk, "sessions", "id = ?", session)
            for table in ("files", "leaves", "slugs", "typed"):
                self._copy(disk, table, "session = ?", session)
            for table in _OF_FILES:
                self._copy(disk, table, "file IN (SELECT id FROM files WHERE session = ?)", session)
            # Titles that stand in files of other sessions.
            self._copy(disk, "summaries", "leaf IN (SELECT uuid FROM leaves WHERE session = ?)", session)
        known = [work.known for work in found.work if work.known] + found.gone
        for each in known:
            if not self.catalog.rows("SELECT 1 FROM files WHERE id = ?", (each.id,)):
                for table, key in (
                    ("files", "id"),
                    ("calls", "file"),
                    ("usage", "file"),
                    ("moments", "file"),
                    ("findings", "file"),
                    ("sights", "file"),
                ):
                    self._copy(disk, table, f"{key} = ?", each.id)
        # What is new gets numbers beyond all others.
        self.catalog.execute("DELETE FROM sqlite_sequence")
        self.catalog.insert("sqlite_sequence", [("files", _FIRST_NEW), ("sessions", _FIRST_NEW)], 2)
        return frozenset(sessions)

    def _copy(self, disk: Catalog, table: str, condition: str, value: object) -> None:
        rows = disk.rows(f"SELECT * FROM {table} WHERE {condition}", (value,))  # noqa: S608 - our own names
        if rows:
            self.catalog.insert(table, rows, len(rows[0]))

    def close(self) -> None:
        """Let go of the memory."""
        self.catalog.close()


def _sessions(disk: Catalog, found: Changes) -> Iterator[int]:
    """The numbers of the sessions that changes may be about, and of those that files among them may repeat."""
    for known in (*(work.known for work in found.work if work.known), *found.gone):
        yield from _numbers(
            disk,
            "SELECT session FROM files WHERE id = ?1 AND session IS NOT NULL UNION SELECT session FROM typed WHERE file = ?1 "
            "UNION SELECT l.session FROM summaries s JOIN leaves l ON l.uuid = s.leaf WHERE s.file = ?1",
            known.id,
        )
    for work in found.work:
        start = (
            head(work.file.path)
            if work.file.kind in ("main", "agent")
            else Head("", forked=False, session_id="", cwd="")
        )
        for session in _named(work, start):
            yield from _numbers(
                disk, "SELECT id FROM sessions WHERE root = ? AND session_id = ?", work.file.root, session
            )
        if work.file.kind == "plan":
            yield from _numbers(disk, "SELECT session FROM slugs WHERE slug = ?", plan_slug(work.file))
        if start.key:
            yield from _numbers(
                disk, "SELECT session FROM files WHERE head = ? AND session IS NOT NULL", start.key
            )


def _named(work: Work, start: Head) -> Iterable[str]:
    """The ids of the sessions that a changed file names."""
    file = work.file
    if file.kind == "history":
        lines = read_lines(file.path, work.known.indexed_to if work.known and work.how == "append" else 0)
        entries = (entry for offset, line in lines for entry in decode_line(line, offset, 0))
        return {text_of(entry.record, "sessionId") for entry in entries} - {""}
    if file.kind == "plan":
        return ()
    return (file.session_id or start.session_id or f"agent-{file.agent_id}",)


def _numbers(disk: Catalog, sql: str, *values: object) -> Iterator[int]:
    yield from (int(str(row[0])) for row in disk.rows(sql, values))
