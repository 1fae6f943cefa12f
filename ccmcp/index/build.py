"""
Changes on disk -> the index and the catalogue, in batches. I/O: the only writer of both.

Each batch commits the text first, then the catalogue's record of how far it goes
(invariant 5). Every passage carries its batch's number; a batch that is in the text but
not in the record was cut short, and is removed before anything else is written. What
deletes text is announced in the record first, for all batches of a build, so that a crash
after the deletion, or between a file's batch and that of its copies, is known and mended by
reading those files anew.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import tantivy

from ccmcp.errors import CcmcpError
from ccmcp.index import judging, record, renew
from ccmcp.index.analysis import NOBODY, Analyser, Analysers
from ccmcp.index.catalog import Catalog
from ccmcp.index.changes import Changes, KnownFile, Work
from ccmcp.index.codes import EXCLUDED_BY_SETTINGS
from ccmcp.index.copies import Head, head
from ccmcp.index.docs import SessionTokens, passage_document
from ccmcp.index.facts import FileFacts
from ccmcp.index.fulltext import Fulltext
from ccmcp.index.harvest import Harvest
from ccmcp.index.intake import Reading, Taken, Typed
from ccmcp.index.known import known_file, unsettled
from ccmcp.index.order import batches, groups, met_twice, newest_first, split
from ccmcp.index.readahead import ReadAhead
from ccmcp.index.record import FileDone
from ccmcp.transcripts.discover import FoundFile
from ccmcp.transcripts.projects import decode

PHASED = 32 * 1024 * 1024
"""More new bytes than this are built in phases: prose of the newest first, all prose, then everything."""

BATCH = 192 * 1024 * 1024
"""Bytes of transcripts read between two commits."""

SMALL_MEMORY = 15_000_000
"""Less to read than this is written with as little memory as Tantivy takes."""

_NO_HEAD = Head("", forked=False, session_id="", cwd="")


class StoppedError(CcmcpError):
    """The caller has gone: what was not yet committed is dropped, and is read again next time."""

    def __init__(self) -> None:
        super().__init__("Stopped before the index was complete; the next call goes on from here.")


@dataclass(slots=True)
class Build:
    """One run of changes into the stores. The caller holds the writer's lock."""

    catalog: Catalog
    fulltext: Fulltext
    excludes: Callable[[str, str], bool]
    """(project path, session id) -> whether settings leave it out."""
    analysers: Analysers = NOBODY
    """What looks at transcripts on the way."""
    memory: int = 300_000_000
    """Bytes of memory to stay within, as far as that goes: both writers get their shares of it."""
    progress: Callable[[int, int, str], None] | None = None
    stopped: Callable[[], bool] | None = None
    committed: Callable[[], None] | None = None
    """Told after each batch: what it holds can be searched."""
    unreadable: list[str] = field(default_factory=list)
    """Files that could not be read, and why; the next scan meets them again."""
    _batch: int = 0
    _tools: dict[str, int] = field(default_factory=dict)
    _heads: dict[str, Head] = field(default_factory=dict)
    _numbers: dict[str, tuple[int, int | None]] = field(default_factory=dict)
    """(file, session) by path."""
    _families: dict[str, list[tuple[str, int | None]]] = field(default_factory=dict)
    _ahead: ReadAhead = field(default_factory=ReadAhead)
    _touched: set[int] = field(default_factory=set)
    """Sessions that its batches changed."""
    _what: str = ""
    _half_bytes: int = 0
    """Bytes read, half of them for each of prose and the others: a file that is read in two passes counts once."""
    _all_bytes: int = 0

    @property
    def _at_once(self) -> tuple[Analyser, ...]:
        return tuple(analyser for analyser in self.analysers.of_files if not analyser.deferred)

    def apply(self, changes: Changes) -> None:
        """
        Bring both stores up to these changes.

        Raises:
            StoppedError: the caller went away; what was committed stays.

        """
        self._batch = recover(self.catalog, self.fulltext)
        left_over = unsettled(self.catalog) >= 0
        self._tools = {
            str(name): int(str(id_)) for id_, name in self.catalog.rows("SELECT id, name FROM tools")
        }
        record.move(self.catalog, changes.moved)
        # All at once: what one batch records of a file may be why a later one reads its copies anew.
        record.announce(self.catalog, _doomed(changes.work) + changes.gone)
        self._meet_families(changes)
        plans = [work for work in changes.work if work.file.kind == "plan"]
        large = changes.bytes > PHASED
        phased = (
            [work for work in changes.work if work.how in ("new", "rest") and work.file.kind != "plan"]
            if large
            else []
        )
        waiting = {id(work) for work in phased}
        direct = [work for work in changes.work if id(work) not in waiting and work.file.kind != "plan"]
        self._all_bytes = sum(work.bytes for work in (*direct, *phased))
        self._half_bytes = sum(work.bytes for work in changes.work if work.how == "rest")
        documents = renew.SessionDocuments(
            self.catalog, self.fulltext, memory=self.memory // 15 if large else 0
        )
        try:
            if direct or changes.gone:
                self._pass(list(batches(newest_first(direct), BATCH)) or [[]], documents, gone=changes.gone)
            if phased:
                self._phases(newest_first(phased), documents)
            if plans:
                # Last: whose a plan is stands in the sessions' lines.
                self._pass([plans], documents)
            documents.commit()
        except BaseException:
            documents.drop()
            raise
        finally:
            self._ahead.close()
        renew.place_summaries(self.catalog, self.fulltext, self._batch)
        # What this build did not touch is as it was, unless a killed writer left something to be settled.
        # Before the last step, which says that all is settled.
        judging.judge(self.catalog, self.analysers, self.stopped)
        renew.session_documents(self.catalog, self.fulltext, None if left_over else self._touched)
        self.fulltext.reload()

    def _phases(self, ordered: list[Work], documents: renew.SessionDocuments) -> None:
        newest, others = split(
            [work for work in ordered if work.how == "new"], sum(work.bytes for work in ordered) // 10
        )
        self._pass([newest], documents, rest=False, what="newest prose")
        self._pass(batches(others, BATCH), documents, rest=False, what="prose")
        self._pass(batches(ordered, BATCH), documents, prose=False)

    def _pass(
        self,
        parts: Iterable[list[Work]],
        documents: renew.SessionDocuments,
        *,
        prose: bool = True,
        rest: bool = True,
        what: str = "everything",
        gone: list[KnownFile] | None = None,
    ) -> None:
        self._what = what
        for group in groups(parts):
            self._number([work for works in group for work in works])
            readings = [[self._reading(work, prose=prose, rest=rest) for work in works] for works in group]
            if sum(work.bytes for works in group for work in works) > SMALL_MEMORY:
                self._ahead.begin([reading for its in readings for reading in its])
            for works, its in zip(group, readings, strict=True):
                self._write(works, its, documents, gone or [], whole=rest)
                gone = None

    def _write(
        self,
        works: list[Work],
        readings: list[Reading],
        documents: renew.SessionDocuments,
        gone: list[KnownFile],
        *,
        whole: bool,
    ) -> None:
        """One batch: the text, then the record of it, then what can be told of its sessions."""
        batch = _Batch()
        small = sum(work.bytes for work in works) < SMALL_MEMORY
        memory = SMALL_MEMORY if small else self.memory // 6
        with self.fulltext.writing(self.fulltext.passages, memory) as writer:
            for known in (*_doomed(works), *gone):
                writer.delete_documents_by_term("file", known.id)
            for reading in readings:
                self._read(writer, reading, batch)
            writer.commit()
            self._touched |= record.write(
                self.catalog, batch.done, batch.typed, self._tools, gone, batch=self._batch, whole=whole
            )
        documents.add(batch.tokens, whole=whole)
        self._batch += 1
        self.fulltext.reload()
        if self.committed:
            self.committed()

    def _read(self, writer: tantivy.IndexWriter, reading: Reading, batch: "_Batch") -> None:
        """A file's passages into the writer, all else into the batch."""
        tools = self._tools
        for portion in self._ahead.read(reading):
            if self.stopped and self.stopped():
                raise StoppedError
            for passage in portion.passages:
                tool = passage[4]
                number = tools.setdefault(tool, len(tools) + 1) if tool else 0
                writer.add_document(
                    passage_document(
                        passage, session=reading.session, file=reading.id, tool=number, batch=self._batch
                    )
                )
            if portion.taken is not None:
                self._take(writer, reading, portion.taken, batch)

    def _take(self, writer: tantivy.IndexWriter, reading: Reading, taken: Taken, batch: "_Batch") -> None:
        """The end of a file."""
        file = reading.file
        self._half_bytes += (file.size - reading.start) * (reading.prose + reading.rest)
        if self.progress:
            self.progress(min(self._half_bytes // 2, self._all_bytes), self._all_bytes, self._what)
        if taken.error:
            self.unreadable.append(taken.error)
            return
        for typed in taken.typed:
            session = record.session_number(self.catalog, *typed.session)
            writer.add_document(
                passage_document(typed.passage, session=session, file=typed.file, tool=0, batch=self._batch)
            )
        batch.typed.extend(taken.typed)
        batch.tokens.setdefault(reading.session, SessionTokens()).add(taken.words.tokens())
        start_head = self._head(file)
        originals = self._originals(file, start_head)
        copy_of = (
            next((original for _, original in originals if original), None) if taken.harvest.copied else None
        )
        batch.done.append(
            FileDone(
                file,
                reading.id,
                reading.session or None,
                taken.harvest,
                start_head.key,
                copy_of,
                append=bool(reading.start) or not reading.prose,
                analysers=reading.analysers,
            )
        )

    def _reading(self, work: Work, *, prose: bool, rest: bool) -> Reading:
        """How a file of a pass is to be read."""
        file = work.file
        start_head = self._head(file)
        number, session = self._numbers[file.path]
        known = known_file(self.catalog, file.path)
        how, until = work.how, None
        if known and known.prose_to and (not prose or how == "rest"):
            # Its prose is in: the same lines again, but only the others, and no further than then.
            how, prose, until = "rest", False, known.prose_to
        goes_on = known if how in ("append", "rest") else None
        settled = how == "append" and not self._still_copies(work)
        # After a build that was cut short: others left out what this one holds, so it holds it.
        settled = settled or (how == "rest" and record.is_original(self.catalog, number))
        originals = [] if settled else self._originals(file, start_head)
        return Reading(
            file=file,
            id=number,
            session=session or 0,
            harvest=record.continued(self.catalog, goes_on) if goes_on else Harvest(FileFacts()),
            start=goes_on.indexed_to if goes_on else 0,
            until=until,
            prose=prose,
            rest=rest,
            originals=tuple(path for path, _ in originals),
            pending=record.pending_calls(self.catalog, number) if how == "append" or not prose else {},
            excluded=self._excluded(session, file, start_head),
            analysers=self._at_once if file.kind in ("main", "agent") else (),
        )

    # -- whose a file is

    def _number(self, works: list[Work]) -> None:
        """Give the files and sessions of a batch their numbers, in one transaction: text is indexed under them."""
        with self.catalog.transaction():
            for work in works:
                file = work.file
                session = self._session(file, self._head(file))
                number = record.file_number(self.catalog, file.path) or record.new_file(
                    self.catalog, file, session
                )
                self._numbers[file.path] = number, session

    def _session(self, file: FoundFile, start_head: Head) -> int | None:
        if file.kind == "plan":
            return record.session_of_plan(self.catalog, file)
        session_id = file.session_id or (start_head.session_id if file.kind == "agent" else "")
        if file.kind == "agent" and not session_id:
            session_id = f"agent-{file.agent_id}"
        return record.session_number(self.catalog, file.root, session_id) if session_id else None

    def _excluded(self, session: int | None, file: FoundFile, start_head: Head) -> bool:
        if session is None or not self.excludes(
            start_head.cwd or decode(file.folder), file.session_id or start_head.session_id
        ):
            return False
        self.catalog.execute("UPDATE sessions SET excluded = ? WHERE id = ?", (EXCLUDED_BY_SETTINGS, session))
        return True

    # -- copies

    def _head(self, file: FoundFile) -> Head:
        if file.kind not in ("main", "agent"):
            return _NO_HEAD
        if file.path not in self._heads:
            self._heads[file.path] = head(file.path)
        return self._heads[file.path]

    def _meet_families(self, changes: Changes) -> None:
        """Order the files that start alike: the first of each family keeps what they share."""
        members: dict[str, list[tuple[tuple[object, ...], str]]] = {}
        twice = met_twice(changes)
        for work in changes.work:
            if work.how == "append" and work.known and self._still_copies(work):
                members.setdefault(work.known.head, [])
            start_head = self._head(work.file) if work.how != "append" else _NO_HEAD
            if start_head.key:
                file = work.file
                rank = (
                    start_head.forked,
                    file.kind != "main",
                    -file.size if file.session_id in twice else 0,
                    file.mtime_ns,
                    file.path,
                )
                members.setdefault(start_head.key, []).append((rank, file.path))
        working = {work.file.path for work in changes.work if work.how != "append"}
        for key, ranked in members.items():
            before = [
                (str(path), int(str(id_)))
                for path, id_ in self.catalog.rows(
                    "SELECT path, id FROM files WHERE head = ? ORDER BY copied, id", (key,)
                )
                if path not in working
            ]
            ordered: list[tuple[str, int | None]] = [*before, *((path, None) for _, path in sorted(ranked))]
            if len(ordered) > 1:
                self._families[key] = ordered

    def _still_copies(self, work: Work) -> bool:
        """Whether all that was read of a file so far were copies: what is appended may be more of them."""
        if work.known is None or not work.known.copied:
            return False
        so_far = record.continued(self.catalog, work.known)
        return so_far.facts.messages <= so_far.copied

    def _originals(self, file: FoundFile, start_head: Head) -> list[tuple[str, int | None]]:
        """The files of its family that come before this one."""
        if file.kind not in ("main", "agent"):
            return []
        family = self._families.get(start_head.key, [])
        place = next((index for index, (path, _) in enumerate(family) if path == file.path), 0)
        return [(path, id_ or record.file_number(self.catalog, path)) for path, id_ in family[:place]]


def _doomed(works: Iterable[Work]) -> list[KnownFile]:
    """The files whose text goes before they are read anew."""
    return [work.known for work in works if work.known and work.how == "replace"]


@dataclass(slots=True)
class _Batch:
    """What the files of a batch gave beside their passages."""

    done: list[FileDone] = field(default_factory=list)
    typed: list[Typed] = field(default_factory=list)
    tokens: dict[int, SessionTokens] = field(default_factory=dict)


def recover(catalog: Catalog, fulltext: Fulltext) -> int:
    """Remove what a killed writer left in the text beyond the catalogue's record; the next batch's number."""
    batch = catalog.meta("last_batch") + 1
    doomed = record.announced(catalog)
    if doomed or fulltext.passages.searcher().doc_freq("batch", batch) > 0:
        with fulltext.writing(fulltext.passages, SMALL_MEMORY) as writer:
            writer.delete_documents_by_term("batch", batch)
            for file in doomed:
                writer.delete_documents_by_term("file", file)
            writer.commit()
        record.forget_text(catalog, doomed)
        fulltext.reload()
    return batch
