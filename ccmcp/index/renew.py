"""
Session documents and summaries: what is settled after a batch, when all files are known. I/O.

A session's own document is derived from its files once more, so nothing is lost when a
writer dies before it is written: `sessions.doc_bytes` is negative until it is. What a
dead writer left unsettled is told by a mark, set with each batch and taken away at the end.
"""

import contextlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

import tantivy

from ccmcp.index import codes
from ccmcp.index.about import Counted
from ccmcp.index.catalog import Catalog
from ccmcp.index.docs import SessionTokens, SessionWords, passage_document, prepared
from ccmcp.index.facts import FileFacts
from ccmcp.index.fulltext import Fulltext, drop
from ccmcp.index.harvest import Harvest, Reader, Word
from ccmcp.index.words import fed
from ccmcp.redact import clean
from ccmcp.transcripts.passages import Passage

GROWTH, GROWTH_BYTES = 1.25, 64 * 1024
"""A session's document is made anew when its files have grown by so much; until then its passages find the rest."""

_MOST_KEPT = 20_000
"""So many sessions' first part of what was done are kept; of more it is left out, which bounds memory."""

_FEW = 200
"""With more sessions touched, looking at all costs no more."""

_TITLE = (
    "(CASE WHEN s.title_from = 'prompt' AND EXISTS "
    "(SELECT 1 FROM files m WHERE m.id = s.main_file AND m.copied > 0) THEN '' ELSE s.title END)"
)
"""The title that a session's document has: the first prompt of a fork is its original's."""


class SessionDocuments:
    """
    The session documents of one build: added as its files are read, committed at its end.

    Only sessions that are new in this build: the others have words in files that it does not
    read. They are left to `session_documents`, and so are those of a build that was cut short.
    """

    def __init__(self, catalog: Catalog, fulltext: Fulltext, *, memory: int) -> None:
        self._catalog = catalog
        self._index = fulltext.sessions
        self._fulltext = fulltext
        self._writer: tantivy.IndexWriter | None = None
        self._memory = memory
        self._begun: dict[int, str] = {}
        """The titles their documents have."""
        self._kept: dict[int, Counted] = {}
        """What was done by what was read so far."""
        catalog.execute(
            "UPDATE sessions SET doc_bytes = -2 WHERE doc_bytes = -1 "
            "AND EXISTS (SELECT 1 FROM files f WHERE f.session = sessions.id AND f.prose_to > 0)"
        )

    def add(self, tokens: Mapping[int, SessionTokens], *, whole: bool) -> None:
        """
        Add what a batch read of its sessions, after the batch is in the record.

        Of a batch that is not `whole` only prose was read: what was done by then waits for the rest.
        """
        missing = {
            int(str(row[0])): (str(row[1]), str(row[2]))
            for row in self._catalog.rows(
                f"SELECT s.id, {_TITLE}, s.project FROM sessions s WHERE s.doc_bytes = -1"  # noqa: S608 - our own text
            )
        }
        for session, some in tokens.items():
            if session not in missing or (session in self._begun and not some and session not in self._kept):
                continue
            self._keep(session, some, whole=whole)
            if self._writer is None:
                self._writer = self._fulltext.writer(self._index, self._memory)
            if session not in self._begun:
                self._writer.delete_documents_by_term("session", session)
                title, project = missing[session]
                self._begun[session] = title
                some.name(title, project)
            self._writer.add_document(some.document(session))

    def _keep(self, session: int, some: SessionTokens, *, whole: bool) -> None:
        if whole:
            if kept := self._kept.pop(session, None):
                some.add(SessionTokens(fields={"done": kept}))
        elif (done := some.fields.pop("done", None)) and len(self._kept) < _MOST_KEPT:
            self._kept[session] = done

    def commit(self) -> None:
        """Commit them, then note which sessions have all of theirs."""
        if self._writer is None:
            return
        self._writer.commit()
        self._fulltext.settle(self._index, self._writer)
        self._writer = None  # and with it goes its lock
        with self._catalog.transaction():
            for session, size in _whole_sessions(self._catalog, self._begun).items():
                _note(self._catalog, session, size, self._begun[session])

    def drop(self) -> None:
        """Let go of what was not committed."""
        if self._writer is not None:
            drop(self._writer)


def _whole_sessions(catalog: Catalog, sessions: Iterable[int]) -> dict[int, int]:
    """The sessions all of whose files have been read whole, with their bytes."""
    found = {}
    for session in sessions:
        [(unread, size)] = catalog.rows(
            "SELECT SUM(size < 0), SUM(indexed_to) FROM files WHERE session = ?", (session,)
        )
        if not unread and size is not None:
            found[session] = int(str(size))
    return found


def _note(catalog: Catalog, session: int, size: int, title: str) -> None:
    catalog.execute("UPDATE sessions SET doc_bytes = ?, doc_title = ? WHERE id = ?", (size, title, session))


def session_documents(catalog: Catalog, fulltext: Fulltext, touched: Collection[int] | None) -> None:
    """
    Make anew the documents of sessions that have none, have grown, or whose title or text has changed.

    Those of sessions that are no more are removed. With this all is settled. Looked at are the
    touched ones, which is quick where they are few, and such as have no document; all for none.
    """
    few = touched is not None and len(touched) <= _FEW
    among = (
        f"AND (s.doc_bytes < 0 OR s.id IN ({', '.join('?' * len(touched))})) "
        if few and touched is not None
        else ""
    )
    stale = {
        int(str(row[0])): (str(row[1]), str(row[2]))
        for row in catalog.rows(
            f"SELECT s.id, {_TITLE}, s.project FROM sessions s JOIN files f ON f.session = s.id "  # noqa: S608 - our own text
            f"WHERE f.kind IN ('main', 'agent', 'title') AND s.excluded != 1 {among}GROUP BY s.id HAVING MIN(f.size) >= 0 "
            f"AND (s.doc_bytes < 0 OR s.doc_title != {_TITLE} OR SUM(f.indexed_to) > s.doc_bytes * ? + ?)",
            (*(touched or () if few else ()), GROWTH, GROWTH_BYTES),
        )
    }
    dead = [int(str(row[0])) for row in catalog.rows("SELECT value FROM meta WHERE key LIKE 'dead:%'")]
    if stale or dead:
        with fulltext.writing(fulltext.sessions, 0) as writer:
            for session in (*dead, *stale):
                writer.delete_documents_by_term("session", session)
            for session, (title, project) in stale.items():
                found = _tokens_of(catalog, session)
                found.name(title, project)
                writer.add_document(found.document(session))
            writer.commit()
    with catalog.transaction():
        for session, size in _whole_sessions(catalog, stale).items():
            _note(catalog, session, size, stale[session][0])
        catalog.execute("DELETE FROM meta WHERE key LIKE 'dead:%' OR key = 'unsettled'")


def _tokens_of(catalog: Catalog, session: int) -> SessionTokens:
    """A session's tokens from its files, of what they repeat of another session's too: it is about that as well."""
    found = SessionTokens()
    for words in words_of(catalog, session):
        found.add(words.tokens())
    return found


def words_of(catalog: Catalog, session: int, *, shown: bool = False) -> Iterator[SessionWords]:
    """The words of a session's files, file by file, its main transcript first; without those of secrets if they are to be shown."""
    files = catalog.rows(
        "SELECT path, agent_id, indexed_to FROM files WHERE session = ? AND kind IN ('main', 'agent') "
        "ORDER BY kind DESC, id",
        (session,),
    )
    for path, agent, end in files:
        words = SessionWords()
        reader = Reader(path=str(path), harvest=Harvest(FileFacts()), until=int(str(end)), agent=str(agent))
        with contextlib.suppress(OSError):  # gone since the scan: the next refresh sees it
            for word in reader.words():
                said = replace(word, text=clean(word.text)) if shown else word
                words.take(said, fed(said.text)[1])
        yield words


def place_summaries(catalog: Catalog, fulltext: Fulltext, batch: int) -> None:
    """Make passages of summary lines: credited to the session they name as far as it is known, else to their file's."""
    if not catalog.meta("unplaced"):
        return
    owned = (
        "(SELECT s.rowid AS number, s.*, COALESCE((SELECT l.session FROM leaves l WHERE l.uuid = s.leaf ORDER BY l.file LIMIT 1), "
        "f.session, 0) AS owner FROM summaries s JOIN files f ON f.id = s.file)"
    )
    groups = catalog.rows(f"SELECT DISTINCT file, batch FROM {owned} WHERE session IS NOT owner")  # noqa: S608 - our own text
    rows = [
        row
        for group in groups
        for row in catalog.rows(
            f"SELECT number, file, offset, text, owner, batch FROM {owned} WHERE file = ? AND batch = ?",  # noqa: S608 - our own text
            group,
        )
    ]
    if not rows:
        catalog.execute("DELETE FROM meta WHERE key = 'unplaced'")
        return
    passage = Passage("system", "summary", "")
    placed = {(int(str(file)), int(str(old))) for _, file, _, _, _, old in rows if old}
    with fulltext.writing(fulltext.passages, 0) as writer:
        for their_file, their_batch in placed:
            # That batch holds nothing but summaries: they are all here, and are added again.
            writer.delete_documents_by_query(_of(fulltext, their_file, their_batch))
        for _, file, offset, text, owner, _ in rows:
            word = Word(codes.NOTED, str(text), passage, 0, int(str(offset)), 0, agent=False, own=False)
            writer.add_document(
                passage_document(
                    prepared(word, ""), session=int(str(owner)), file=int(str(file)), tool=0, batch=batch
                )
            )
        writer.commit()
        with catalog.transaction():
            catalog.connection.executemany(
                "UPDATE summaries SET session = ?, batch = ? WHERE rowid = ?",
                [(owner, batch, number) for number, _, _, _, owner, _ in rows],
            )
            catalog.execute("DELETE FROM meta WHERE key = 'unplaced'")
            catalog.set_meta("last_batch", batch)


def _of(fulltext: Fulltext, file: int, batch: int) -> tantivy.Query:
    terms = (
        tantivy.Query.term_query(fulltext.passages.schema, name, number)
        for name, number in (("file", file), ("batch", batch))
    )
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, term) for term in terms])
