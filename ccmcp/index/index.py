"""
The index as one object: it follows the files, and answers. I/O.

Any number of processes share one cache. Whoever finds something new takes the writer's
lock for that one refresh; whoever can't get it soon reads the missing tails into memory
and answers from both. A cold build, or a backlog larger than a set size, runs beside the
questions: they are answered from what is there, and say how much that is.
"""

import gc
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from ccmcp.config import Config
from ccmcp.errors import CcmcpError
from ccmcp.index import listing
from ccmcp.index.analysis import NOBODY, Analysers
from ccmcp.index.beside import Beside, Progress, Stopped
from ccmcp.index.catalog import Catalog
from ccmcp.index.changes import Changes, changes
from ccmcp.index.coverage import Coverage, coverage_of
from ccmcp.index.known import Known, known_files, unread, unsettled
from ccmcp.index.listing import Session, SessionFile, SessionFilter
from ccmcp.index.seams import seam_if_there
from ccmcp.index.stores import Stores, is_damage
from ccmcp.transcripts.discover import FoundFile, Scan, scan

if TYPE_CHECKING:
    from ccmcp.index.activity import Activity
    from ccmcp.index.calling import CallAnswer, CallQuestion
    from ccmcp.index.fulltext import Fulltext
    from ccmcp.index.integrity import Records
    from ccmcp.index.overlay import Overlay
    from ccmcp.index.projects import Project
    from ccmcp.index.question import Answer, Question
    from ccmcp.index.risks import Risks
    from ccmcp.index.spending import SpendingFilter
    from ccmcp.index.sums import Ledger

T = TypeVar("T")

LOCK_SECONDS = 1.0
"""So long a question waits for another process's refresh before it reads the missing tails itself."""

_MOST_MENDINGS = 3
"""So often one process begins a damaged cache anew before it takes that for a fault of its own."""

_MOST_ROUNDS = 3
"""What one round of changes brings to light (a copy whose original has gone) is taken in by the next, up to so many."""


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without looking for cycles meanwhile: among thousands of sums, all of them in use, that takes a sixth of the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


class Index:
    """Search and facts over the transcripts of some roots. Safe to use from several threads."""

    def __init__(self, config: Config, analysers: Analysers = NOBODY) -> None:
        """
        Open the cache, or begin one. `analysers` look at transcripts as these are read, and their rows are kept.

        Raises:
            SettingsError: the cache folder can't be made.
            CacheInUseError: it must be begun anew, and another process has it open.

        """
        self.config = config
        self.analysers = analysers
        self.stores = Stores(config)
        self.scans: dict[str, Scan] = {}
        self.unreadable: list[str] = []
        """Files that could not be read at the last writing, and why."""
        self._lock = threading.RLock()
        self._known = Known()
        self._behind = True
        self._patient = False
        self._mendings = 0
        self._beside = Beside()
        self._built_beside = False
        """Whether a build ran beside whose end has not been looked at."""
        self._after = Beside()
        """What analysers see of what is indexed."""
        self._records: Records | None = None
        self._recorded: dict[str, list[FoundFile]] = {}
        """The files as they were when the records were last brought up to them."""
        self._seen: tuple[tuple[int, int], dict[str, tuple[int, int]]] | None = None
        """How far analysers are, and the catalogue's state then."""
        self._analysed_at: tuple[int, int] | None = None
        """The catalogue's state when nothing was left for them."""
        self._overlay: Overlay | None = None

    def close(self) -> None:
        """Stop what runs beside, and close the stores. What was not committed is read again next time."""
        self._after.end()
        self._beside.end()
        with self._lock:
            self._drop_overlay()
            self.stores.close()

    # -- following the files

    def refresh(
        self, progress: Progress | None = None, stopped: Stopped | None = None, *, wait: bool = False
    ) -> Coverage:
        """
        Bring the index up to what is on disk now; how much of it the answers then cover.

        A backlog over the set size is built beside: this returns when the newest prose can be
        searched, or with `wait` when everything can. `progress` is told meanwhile; `stopped` ends
        the waiting, and with `wait` the build too.
        """
        self._patient = wait
        for _ in range(2):
            with self._lock:
                begun_before = self._beside.running
                self._mended(lambda: self._look(stopped))
            self._beside.watch(progress, stopped, wait=wait)
            if not (wait and begun_before):
                break  # else it may have begun before what is now on disk was written
        with self._lock:
            self._mended(self._look_at_build)
            if not wait:
                self._mended(lambda: self._analyse(at_once=False))
            return self._mended(self._coverage)

    # -- what comes after the indexing

    def analyse(
        self, progress: Progress | None = None, stopped: Stopped | None = None, *, wait: bool = False
    ) -> dict[str, tuple[int, int]]:
        """
        Have analysers see what they have not seen of what is indexed; by their names, how many bytes they have, of how many.

        Little is seen at once; much is begun beside, newest sessions first, and waited for with `wait`.
        """
        with self._lock:
            self._mended(lambda: self._analyse(at_once=True))
        self._after.watch(progress, stopped, wait=wait)
        if wait and self._after.error is not None and not isinstance(self._after.error, CcmcpError):
            raise self._after.error

        def seen(catalog: Catalog) -> dict[str, tuple[int, int]]:
            from ccmcp.index.afterwards import analysed_bytes  # noqa: PLC0415

            state = catalog.state()
            if self._seen is None or self._seen[0] != state:
                self._seen = (
                    state,
                    {each.name: analysed_bytes(catalog, each) for each in self.analysers.of_files},
                )
            return self._seen[1]

        return self._answered(seen)

    def _analyse(self, *, at_once: bool) -> None:
        """See at once what is little, begin what is much."""
        if not self.analysers.of_files or self._beside.running or self._after.running:
            return
        if self._analysed_at == self.stores.catalog.state():
            return
        from ccmcp.index import afterwards, judging  # noqa: PLC0415 - most refreshes bring nothing for it

        left = sum(each.bytes for each in afterwards.waiting(self.stores.catalog, self.analysers))
        if not left and not judging.left_to_judge(self.stores.catalog, self.analysers):
            self._analysed_at = self.stores.catalog.state()
        elif left > afterwards.SMALL:
            self._after.start(self._analyse_beside)
            self._after.first_batch.set()
        elif at_once:
            with self.stores.locked(LOCK_SECONDS) as held:
                if held:
                    afterwards.analyse(self.stores.catalog, self.analysers, self.stores.locked)
                    self._known.forget()

    def _analyse_beside(self) -> None:
        from ccmcp.index import afterwards  # noqa: PLC0415

        catalog = self.stores.another_connection()
        try:
            afterwards.analyse(
                catalog,
                self.analysers,
                self.stores.locked,
                progress=self._after.tell,
                stopped=self._after.stopped,
            )
        finally:
            catalog.close()

    def _look(self, stopped: Stopped | None) -> None:
        """Scan, and take in what is new: at once when it is little, else beside."""
        self._follow()
        if self._beside.running:
            return
        self._look_at_build()
        self._scan()
        found = self._compare(self.stores.catalog)
        self._behind = bool(found)
        left = unsettled(self.stores.catalog)
        if found.bytes + left > self.config.backlog_bytes:
            self._built_beside = True
            self._beside.start(self._build)
        elif found or left >= 0:
            self._catch_up(found, stopped)
        else:
            self._drop_overlay()

    def _look_at_build(self) -> None:
        """What a build beside has changed, once it has ended. Raises what ended it, where that is damage."""
        if not self._built_beside or self._beside.running:
            return
        self._built_beside = False
        error = self._beside.error
        if error is not None and is_damage(error):
            raise error
        if error is not None and not isinstance(error, CcmcpError):
            self.unreadable = [*self.unreadable, f"the build ended early: {type(error).__name__}"]
        self._known.forget()
        self._behind = bool(self._compare(self.stores.catalog))

    def _follow(self) -> None:
        """Go over to other stores where these were replaced."""
        if self.stores.follow():
            self._known.forget()
            self._seen = None
            self._drop_overlay()

    def _scan(self) -> None:
        self.scans = {root.label: scan(root.label, root.path) for root in self.config.roots}

    def _compare(self, catalog: Catalog) -> Changes:
        known = self._known.files(catalog) if catalog is self.stores.catalog else known_files(catalog)
        return changes(known, self._files(), self._seen_whole(), seam_if_there)

    def _files(self) -> list[FoundFile]:
        return [file for each in self.scans.values() for file in each.files]

    def _seen_whole(self) -> dict[str, bool]:
        """Whether what was not found in a root is gone. A root without projects is a mount that is away, or never was one."""
        return {
            root.label: self.scans[root.label].complete and (root.path / "projects").is_dir()
            for root in self.config.roots
        }

    def _catch_up(self, found: Changes, stopped: Stopped | None) -> None:
        """Take in a small backlog: into the stores, or while another process writes them into memory."""
        with self.stores.locked(LOCK_SECONDS) as held:
            if held:
                self._write_here(found, stopped)
                return
        from ccmcp.index.overlay import Overlay  # noqa: PLC0415 - loads Tantivy

        self._drop_overlay()
        disk = self.stores.catalog
        with disk.snapshot():
            found = changes(known_files(disk), self._files(), self._seen_whole(), seam_if_there, moves=False)
            if found:
                self._overlay = Overlay(disk, found, self._excludes, self.analysers)
        self._behind = False

    def _write_here(self, found: Changes, stopped: Stopped | None) -> None:
        self._follow()
        self._drop_overlay()
        catalog = self.stores.catalog
        same = self._known.is_current(catalog)
        if not same:
            self._scan()  # another process wrote meanwhile, from a later look than this one's
        written = self._write(catalog, self.stores.fulltext(), found if same else None, stopped=stopped)
        if same and written is found:
            self._known.learn(catalog, found)
        self._behind = bool(self.unreadable)

    def _write(
        self,
        catalog: Catalog,
        fulltext: "Fulltext",
        found: Changes | None,
        *,
        stopped: Stopped | None,
        beside: bool = False,
    ) -> Changes | None:
        """Bring the stores up to the disk; the changes, if no more than these were made. The caller holds the writer's lock."""
        from ccmcp.index.build import Build  # noqa: PLC0415 - Tantivy is loaded only when there is something to write

        self.unreadable = []
        for _ in range(_MOST_ROUNDS):
            first, found = found, found or self._compare(catalog)
            if not found and unsettled(catalog) < 0:
                break
            build = Build(
                catalog,
                fulltext,
                self._excludes,
                self.analysers,
                memory=self.config.memory_mb * 1_000_000,
                progress=self._beside.tell if beside else None,
                stopped=stopped,
                committed=self._beside.first_batch.set if beside else None,
            )
            self._known.forget()
            build.apply(found)
            self.unreadable = build.unreadable
            if self.unreadable:
                break
            if not unread(catalog):
                return first
            found = None
        return None

    def _excludes(self, project: str, session_id: str) -> bool:
        return self.config.excludes_project(project) or self.config.excludes_session(session_id)

    def _drop_overlay(self) -> None:
        if self._overlay is not None:
            self._overlay.close()
            self._overlay = None

    # -- a damaged cache

    def _mended(self, ask: Callable[[], T]) -> T:
        """What `ask` gives, from stores begun anew when these turn out to be damaged."""
        try:
            return ask()
        except BaseException as error:
            if not is_damage(error) or self._mendings >= _MOST_MENDINGS:
                raise
        self._mendings += 1
        self._after.end()
        self._beside.end()
        self._built_beside = False
        self._drop_overlay()
        self._known.forget()
        self.stores.begin_anew()
        self._look(None)
        self._beside.watch(None, None, wait=self._patient)
        return ask()

    # -- a large backlog, built beside

    def _build(self) -> None:
        """Build with stores opened anew, once it is this process's turn; until then others' batches may answer."""
        while not self._beside.stopped():
            with self.stores.locked(0.2) as held:
                if held:
                    self._build_now()
                    return
            if self.stores.any_written():
                self._beside.first_batch.set()

    def _build_now(self) -> None:
        catalog = self.stores.another_connection()
        try:
            if unsettled(catalog) >= 0 and catalog.meta("last_batch"):
                self._beside.first_batch.set()  # what an earlier build committed can be searched
            self._scan()  # what was seen before the wait may be old
            self._write(
                catalog, self.stores.another_fulltext(), None, stopped=self._beside.stopped, beside=True
            )
        finally:
            catalog.close()

    def _coverage(self) -> Coverage:
        [(indexed,)] = self.stores.catalog.rows(
            "SELECT COALESCE(SUM(MAX(indexed_to, prose_to)), 0) FROM files"
        )
        return coverage_of(
            self.scans.values(),
            self.unreadable,
            indexed=int(str(indexed)),
            behind=self._behind,
            running=self._beside.running,
        )

    # -- answers

    def _answered(self, ask: Callable[[Catalog], T]) -> T:
        """What the catalogue answers, be it that it must be opened or even made anew for it."""

        def asked() -> T:
            if self.stores.follow():
                self._known.forget()
                self._look(None)
            return ask(self.stores.catalog)

        with self._lock:
            return self._mended(asked)

    def search(self, question: "Question") -> "Answer":
        """
        The sessions a question is about. Does not look at the disk first: `refresh` does.

        Raises:
            CcmcpError: a filter names what is not there.

        """
        from ccmcp.index.search import Search, joined  # noqa: PLC0415 - loads Tantivy

        def ask(catalog: Catalog) -> "Answer":
            fulltext = self.stores.fulltext()
            if self._overlay is None:
                return Search(catalog, fulltext).answer(question)
            disk = Search(catalog, fulltext, self._overlay.stale(catalog))
            return joined(disk, Search(self._overlay.catalog, self._overlay.fulltext), question)

        return self._answered(ask)

    def telling_words(self, session: Session) -> list[str]:
        """The words that a session is most about: what to ask for to find others like it."""
        from ccmcp.index.similar import telling_words  # noqa: PLC0415 - loads Tantivy

        def ask(catalog: Catalog) -> list[str]:
            # What changed since stands beside, whole; there too where it is new.
            its = catalog
            for state, _ in self._states(catalog):
                if state.rows("SELECT 1 FROM files WHERE session = ? LIMIT 1", (session.number,)):
                    its = state
            return telling_words(its, self.stores.fulltext(), session.number)

        return self._answered(ask)

    def sessions(
        self, wanted: SessionFilter, *, limit: int, after: tuple[int, int] | None = None, oldest: bool = False
    ) -> tuple[list[Session], int]:
        """
        Sessions by time, and how many there are in all.

        Raises:
            CcmcpError: a filter names what is not there.

        """

        def ask(catalog: Catalog) -> tuple[list[Session], int]:
            return listing.joined_lists(
                self._states(catalog), wanted, limit=limit, after=after, oldest=oldest
            )

        return self._answered(ask)

    def session(self, asked: str) -> tuple[Session, tuple[SessionFile, ...]]:
        """
        One session and its files, by id, unique prefix or LABEL:ID.

        Raises:
            SessionNotFoundError: none has it.
            AmbiguousSessionError: several have.

        """
        return self._answered(lambda catalog: listing.find_in(self._states(catalog), asked))

    def in_several_roots(self, ids: Collection[str]) -> frozenset[str]:
        """Which of these ids are those of sessions in several roots."""
        return self._answered(lambda catalog: listing.ids_in_several_roots(self._states(catalog), ids))

    def tool_calls(self, question: "CallQuestion") -> "CallAnswer":
        """
        Tool calls, or groups of them.

        Raises:
            CcmcpError: a filter names what is not there, or is no regular expression.

        """
        from ccmcp.index.callrows import answer  # noqa: PLC0415 - other questions do without

        return self._of_all(lambda whole: answer(whole, question))

    def spending(self, ask: "Callable[[Ledger], T]") -> T:
        """What `ask` makes of one moment's ledger of tokens. Raises CcmcpError for a filter that names nothing."""
        from ccmcp.index.sums import Ledger  # noqa: PLC0415 - other questions do without

        with _uncollected():
            return self._of_all(lambda whole: ask(Ledger(whole)))

    def activity(
        self,
        ask: "Callable[[Iterator[Activity]], T]",
        wanted: SessionFilter,
        session: tuple[str, str] | None,
        responses: "SpendingFilter | None" = None,
    ) -> T:
        """What `ask` makes of what sessions did, one by one. Raises CcmcpError for a filter that names nothing."""
        from ccmcp.index.activity import activity  # noqa: PLC0415 - other questions do without

        return self._of_all(lambda whole: ask(activity(whole, wanted, session=session, responses=responses)))

    def risks(self, ask: "Callable[[Risks], T]") -> T:
        """What `ask` makes of one moment's findings. Raises CcmcpError for a filter that names nothing."""
        from ccmcp.index.risks import Risks  # noqa: PLC0415 - other questions do without

        return self._of_all(lambda whole: ask(Risks(whole)))

    def damaged_transcripts(self) -> list[tuple[str, str, str, str, int, str]]:
        """Transcripts with lines that are no JSON: root, session id, project, path, how many, when the session ended."""
        rows = self.catalog_rows(
            "SELECT s.root, s.session_id, s.project, f.path, f.damaged, COALESCE(s.ended_at, '') FROM files f "
            "JOIN sessions s ON s.id = f.session WHERE f.damaged > 0 AND s.excluded IN (0, 3) ORDER BY f.path"
        )
        return [(str(a), str(b), str(c), str(d), int(str(e)), str(f)) for a, b, c, d, e, f in rows]

    def projects(self) -> "list[Project]":
        """Every project with sessions that are not left out."""
        from ccmcp.index.projects import projects  # noqa: PLC0415 - only migrations ask

        return self._of_all(projects)

    def integrity(
        self, now: datetime, *, thorough: bool = False, explained: Callable[[str], str] = lambda _: ""
    ) -> "Records":
        """
        The records of all transcripts, after a look at those that have changed, or at all. Raises SettingsError.

        `explained` says for a path what has moved or changed it on the user's behalf; empty for nothing.
        """
        from ccmcp.index.integrity import Records, Seen  # noqa: PLC0415 - only audits need it
        from ccmcp.transcripts.retention import cleanup_days  # noqa: PLC0415

        with self._lock:
            if self._records is None:
                self._records = Records(self.config.state)
            files = {label: each.files for label, each in self.scans.items()}
            if thorough or files != self._recorded:
                whole = self._seen_whole()
                seen = [
                    Seen(root.path, tuple(files[root.label]), whole[root.label], cleanup_days(root.path))
                    for root in self.config.roots
                    if root.label in files
                ]
                self._records.check(seen, now, thorough=thorough, explained=explained)
                self._recorded = files
            return self._records

    def _of_all(self, ask: Callable[[Catalog], T]) -> T:
        """What is answered by the catalogue and what is beside it as one."""
        from ccmcp.index.union import as_one  # noqa: PLC0415 - other questions do without

        def answer(catalog: Catalog) -> T:
            with catalog.snapshot(), as_one(self._states(catalog)) as whole:
                return ask(whole)

        return self._answered(answer)

    def _states(self, catalog: Catalog) -> list[listing.State]:
        """The catalogue, and what is beside it: each with the sessions whose rows in it do not stand."""
        if self._overlay is None:
            return [(catalog, frozenset())]
        return [(catalog, self._overlay.stale(catalog).sessions), (self._overlay.catalog, frozenset())]

    def session_of_agent(self, asked: str) -> tuple[str, str] | None:
        """The session of a subagent as LABEL:ID, and the subagent's whole id. Raises AmbiguousSessionError."""

        def ask(catalog: Catalog) -> tuple[str, str] | None:
            beside = self._overlay and listing.session_of_agent(self._overlay.catalog, asked)
            return beside or listing.session_of_agent(catalog, asked)

        return self._answered(ask)

    def session_of_call(self, call_id: str) -> str | None:
        """The id of the session that made a tool call; none when it is not known (yet)."""
        sql = (
            "SELECT s.root || ':' || s.session_id FROM calls c JOIN sessions s ON s.id = c.session "
            "WHERE c.call_id = ? LIMIT 1"
        )

        def ask(catalog: Catalog) -> str | None:
            rows = catalog.rows(sql, (call_id,))
            if not rows and self._overlay is not None:
                rows = self._overlay.catalog.rows(sql, (call_id,))
            return str(rows[0][0]) if rows else None

        return self._answered(ask)

    def catalog_rows(self, sql: str) -> list[tuple[object, ...]]:
        """Rows of a query over the catalogue, for the status."""
        return self._answered(lambda catalog: catalog.rows(sql))

    def refresh_coverage(self) -> Coverage:
        """How much of the history answers cover, as of the last refresh."""
        return self._answered(lambda _: self._coverage())

    def writer(self) -> str:
        """Who writes the stores now: nobody, this process, or another one."""
        if self._beside.running:
            return "this process"
        with self.stores.locked(0) as free:
            return "nobody" if free else "another process"
