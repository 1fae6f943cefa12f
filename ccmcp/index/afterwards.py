"""
What analysers still have to see of files that are indexed: those that come after the indexing, and those of another version. I/O.

Newest sessions first, a batch at a time under the writer's lock, so that a refresh need not wait long for it, nor
another process. A batch that is not recorded is seen again.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

from ccmcp.index import judging, record
from ccmcp.index.analysis import Analyser, Analysers
from ccmcp.index.catalog import Catalog
from ccmcp.index.facts import FileFacts
from ccmcp.index.harvest import Harvest
from ccmcp.index.intake import Reading
from ccmcp.index.readahead import ReadAhead
from ccmcp.transcripts.discover import FoundFile

BATCH = 48 * 1024 * 1024
"""Bytes of transcripts seen between two records."""

SMALL = 2 * 1024 * 1024
"""Less than this is seen at once, by whoever asks."""

_SECONDS = 30.0
"""So long another process's refresh is waited for before a batch is given up."""

_WAITING = """
SELECT f.id, f.path, f.root, f.kind, f.folder, COALESCE(s.session_id, ''), f.agent_id, f.size, f.mtime_ns, f.inode,
    f.session, f.indexed_to, f.seam, f.copied, o.path, CASE WHEN a.version = ?2 THEN a.upto ELSE 0 END,
    CASE WHEN a.version = ?2 THEN a.lines ELSE 0 END
FROM files f JOIN sessions s ON s.id = f.session LEFT JOIN analysed a ON a.file = f.id AND a.analyser = ?1
    LEFT JOIN files o ON o.id = f.copy_of
WHERE f.kind IN ('main', 'agent') AND f.indexed_to > 0 AND f.size >= 0 AND s.excluded != 1
    AND (a.version IS NOT ?2 OR a.upto < f.indexed_to)
ORDER BY s.ended DESC, f.session, f.id
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One file that an analyser has not seen to its end."""

    analyser: Analyser
    file: FoundFile
    id: int
    session: int
    start: int
    """From where on; 0 also where another version of the analyser has seen it."""
    lines: int
    """Lines before it."""
    until: int
    seam: bytes
    """As it was when this was asked: a file that was replaced since has another."""
    original: str
    """The file whose entries it repeats; empty for none."""

    @property
    def bytes(self) -> int:
        """How many bytes there are to see."""
        return self.until - self.start


def waiting(catalog: Catalog, analysers: Analysers) -> list[Waiting]:
    """What analysers have not seen, newest sessions first."""
    return [each for analyser in analysers.of_files for each in _waiting(catalog, analyser)]


def _waiting(catalog: Catalog, analyser: Analyser) -> Iterator[Waiting]:
    for row in catalog.execute(_WAITING, (analyser.name, analyser.version)):
        file = FoundFile._make(row[1:10])
        session, until, seam, copied, original, start, lines = row[10:]
        repeated = original if copied and original else ""
        yield Waiting(analyser, file, row[0], session, start, lines, until, seam, repeated)


def analyse(
    catalog: Catalog,
    analysers: Analysers,
    locked: Callable[[float], AbstractContextManager[bool]],
    *,
    progress: Callable[[int, int, str], None] | None = None,
    stopped: Callable[[], bool] | None = None,
) -> None:
    """Have analysers see what they have not, until nothing is left, or `stopped` says so."""
    todo = waiting(catalog, analysers)
    total, done = sum(each.bytes for each in todo), 0
    ahead = ReadAhead()
    try:
        for batch in _batches(todo):
            if stopped and stopped():
                return
            readings = [_reading(catalog, each) for each in batch]
            if total > SMALL:
                ahead.begin(readings)
            seen: list[tuple[Waiting, Harvest]] = []
            for each, reading in zip(batch, readings, strict=True):
                taken = [portion.taken for portion in ahead.read(reading) if portion.taken is not None]
                seen += ((each, whole.harvest) for whole in taken if not whole.error)
                done += each.bytes
                if progress:
                    progress(done, total, each.analyser.name)
                if stopped and stopped():
                    return
            with locked(_SECONDS) as held:
                if not held:
                    return
                _write(catalog, seen)
                judging.judge(catalog, analysers, stopped)
    finally:
        ahead.close()
    if judging.left_to_judge(catalog, analysers):  # who wrote them did not get so far
        with locked(_SECONDS) as held:
            if held:
                judging.judge(catalog, analysers, stopped)


def _batches(todo: list[Waiting]) -> Iterator[list[Waiting]]:
    some: list[Waiting] = []
    size = 0
    for each in todo:
        some.append(each)
        size += each.bytes
        if size > BATCH:
            yield some
            some, size = [], 0
    if some:
        yield some


def _reading(catalog: Catalog, each: Waiting) -> Reading:
    rows = catalog.rows("SELECT facts FROM files WHERE id = ?", (each.id,))
    facts = FileFacts.from_json(rows[0][0]) if rows and isinstance(rows[0][0], bytes) else FileFacts()
    return Reading(
        file=each.file,
        id=each.id,
        session=each.session,
        harvest=Harvest(facts, lines=each.lines),
        start=each.start,
        until=each.until,
        originals=(each.original,) if each.original else (),
        pending=record.pending_calls(catalog, each.id) if each.start else {},
        analysers=(each.analyser,),
        observed=True,
    )


def _write(catalog: Catalog, seen: list[tuple[Waiting, Harvest]]) -> None:
    with catalog.transaction():
        for each, harvest in seen:
            rows = catalog.rows("SELECT seam, session FROM files WHERE id = ?", (each.id,))
            if not rows or rows[0][0] != each.seam:
                continue  # it has changed meanwhile, and is seen again
            session, analyser = int(str(rows[0][1])), each.analyser
            if not each.start:
                for table in ("findings", "sights"):
                    catalog.execute(
                        f"DELETE FROM {table} WHERE file = ? AND analyser = ?",  # noqa: S608 - our own names and placeholders
                        (each.id, analyser.name),
                    )
            record.write_observed(catalog, each.id, session, analyser, harvest.observed.get(analyser.name))
            catalog.execute(
                "INSERT OR REPLACE INTO analysed VALUES (?, ?, ?, ?, ?)",
                (each.id, analyser.name, analyser.version, each.until, harvest.lines),
            )
            catalog.execute("INSERT OR IGNORE INTO unjudged VALUES (?)", (session,))


def analysed_bytes(catalog: Catalog, analyser: Analyser) -> tuple[int, int]:
    """How many bytes of transcripts an analyser has seen by its present version, and how many there are."""
    [(seen, total)] = catalog.rows(
        "SELECT COALESCE(SUM(MIN(CASE WHEN a.version = ? THEN a.upto ELSE 0 END, f.indexed_to)), 0), COALESCE(SUM(f.indexed_to), 0) "
        "FROM files f JOIN sessions s ON s.id = f.session LEFT JOIN analysed a ON a.file = f.id AND a.analyser = ? "
        "WHERE f.kind IN ('main', 'agent') AND s.excluded != 1",
        (analyser.version, analyser.name),
    )
    return int(str(seen or 0)), int(str(total))
