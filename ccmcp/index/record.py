"""What a batch writes into the catalogue, in one transaction, and what it asks of it. I/O."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ccmcp.index import ledger
from ccmcp.index.analysis import Analyser, Observed
from ccmcp.index.catalog import Catalog
from ccmcp.index.changes import KnownFile
from ccmcp.index.done import RESULT_COLUMNS
from ccmcp.index.facts import FileFacts, one_line, utc
from ccmcp.index.harvest import Harvest, waiting_calls
from ccmcp.index.intake import Typed
from ccmcp.index.seams import seam_if_there
from ccmcp.index.sessions import fold
from ccmcp.transcripts.discover import FoundFile


@dataclass(frozen=True, slots=True)
class FileDone:
    """One file that was read in a batch."""

    file: FoundFile
    id: int
    session: int | None
    harvest: Harvest
    head: str
    copy_of: int | None
    append: bool
    """Whether the rows of earlier readings stay."""
    analysers: tuple[Analyser, ...] = ()
    """Those that looked at it."""


def file_number(catalog: Catalog, path: str) -> int | None:
    """The number of a known file."""
    rows = catalog.rows("SELECT id FROM files WHERE path = ?", (path,))
    return int(str(rows[0][0])) if rows else None


def new_file(catalog: Catalog, file: FoundFile, session: int | None) -> int:
    """A number for a file not met before; until its text is in, its row says that nothing is."""
    return int(
        catalog.execute(
            "INSERT INTO files VALUES (NULL, ?, ?, ?, ?, ?, ?, -1, 0, 0, 0, 0, 0, x'', '', NULL, 0, 0, 0, x'7b7d')",
            (file.path, file.root, file.kind, file.folder, session, file.agent_id),
        ).lastrowid
        or 0
    )


def session_number(catalog: Catalog, root: str, session_id: str) -> int:
    """The number of a session, given when it is first met."""
    rows = catalog.rows("SELECT id FROM sessions WHERE root = ? AND session_id = ?", (root, session_id))
    if rows:
        return int(str(rows[0][0]))
    return int(
        catalog.execute(
            "INSERT INTO sessions VALUES (NULL, ?, ?, NULL, '', '', '', '', NULL, NULL, 0, '', '[]', '[]', '', '', "
            "0, 0, 0, 0, 0, 0, '', '', '[]', 0, -1, '')",
            (root, session_id),
        ).lastrowid
        or 0
    )


def continued(catalog: Catalog, known: KnownFile) -> Harvest:
    """A harvest that goes on where the last reading of a file ended."""
    [(facts, lines, damaged, unknown, copied)] = catalog.rows(
        "SELECT facts, lines, damaged, unknown, copied FROM files WHERE id = ?", (known.id,)
    )
    assert isinstance(facts, bytes)
    return Harvest(
        FileFacts.from_json(facts),
        end=known.indexed_to,
        lines=int(str(lines)) if known.indexed_to else 0,
        damaged=int(str(damaged)),
        unknown=int(str(unknown)),
        copied=int(str(copied)),
    )


def pending_calls(catalog: Catalog, file: int) -> dict[str, str]:
    """The tools of a file's calls that have no result yet, by call id; ccmcp's own by its mark."""
    tools = catalog.rows("SELECT call_id, tool FROM calls WHERE file = ? AND outcome = 'pending'", (file,))
    facts = catalog.rows("SELECT facts FROM files WHERE id = ?", (file,))
    told = FileFacts.from_json(facts[0][0]) if facts and isinstance(facts[0][0], bytes) else FileFacts()
    return waiting_calls({str(call): str(tool) for call, tool in tools}, told)


def is_original(catalog: Catalog, file: int) -> bool:
    """Whether other files left out entries because this one holds them."""
    return bool(catalog.rows("SELECT 1 FROM files WHERE copy_of = ? AND copied > 0 LIMIT 1", (file,)))


def plan_slug(file: FoundFile) -> str:
    """What a plan's file is named by."""
    return file.path.replace("\\", "/").rpartition("/")[2].removesuffix(".md")


def session_of_plan(catalog: Catalog, file: FoundFile) -> int:
    """The session that wrote a plan, told by the slug it is named by; a session of its own when none did."""
    slug = plan_slug(file)
    rows = catalog.rows(
        "SELECT s.id FROM slugs g JOIN sessions s ON s.id = g.session WHERE g.slug = ? AND s.root = ? ORDER BY s.ended DESC LIMIT 1",
        (slug, file.root),
    )
    return int(str(rows[0][0])) if rows else session_number(catalog, file.root, f"plan:{slug}")


def announce(catalog: Catalog, doomed: Sequence[KnownFile]) -> None:
    """Say, before it is done, whose text is about to be deleted, and whose may be missing with it."""
    if doomed:
        with catalog.transaction():
            catalog.set_meta("unsettled", 1)
            for known in doomed:
                catalog.set_meta(f"doomed:{known.id}", known.id)
            # Copies left out what these hold: they are read again, those that are away now when they are back.
            catalog.connection.executemany(
                "UPDATE files SET size = -1, copy_of = NULL WHERE head = ? AND head != '' AND copied > 0",
                sorted({(known.head,) for known in doomed}),
            )


def announced(catalog: Catalog) -> list[int]:
    """The files whose text may have been deleted by a writer that then died."""
    return [int(str(value)) for [value] in catalog.rows("SELECT value FROM meta WHERE key LIKE 'doomed:%'")]


def forget_text(catalog: Catalog, files: Iterable[int]) -> None:
    """Note that the text of these files is not in the index: the next refresh reads them from the start."""
    with catalog.transaction():
        touched: set[int] = set()
        units: set[int] = set()
        for file in files:
            touched |= _sessions_of(catalog, file)
            _stale_document(catalog, file)
            units |= _drop_rows(catalog, file)
            catalog.execute("UPDATE files SET size = -1, indexed_to = 0, prose_to = 0 WHERE id = ?", (file,))
        ledger.recount(catalog, units)
        catalog.execute("DELETE FROM meta WHERE key LIKE 'doomed:%'")
        fold(catalog, touched)


def move(catalog: Catalog, moved: Sequence[tuple[KnownFile, FoundFile]]) -> None:
    """Files at another place with the same text: their paths change, and their sessions' projects."""
    if not moved:
        return
    with catalog.transaction():
        catalog.set_meta("unsettled", 1)
        for known, file in moved:
            catalog.execute(
                "UPDATE files SET path = ?, folder = ?, size = ?, mtime_ns = ?, inode = ? WHERE id = ?",
                (file.path, file.folder, file.size, file.mtime_ns, file.inode, known.id),
            )
        rows = (
            row
            for known, _ in moved
            for row in catalog.rows("SELECT session FROM files WHERE id = ?", (known.id,))
        )
        fold(catalog, sorted({int(str(session)) for [session] in rows if session is not None}))
        # Of lines that are alike those of the first path count.
        ledger.recount(catalog, ledger.units_of_files(catalog, [known.id for known, _ in moved]))


def write(
    catalog: Catalog,
    done: Sequence[FileDone],
    typed: Sequence[Typed],
    tools: Mapping[str, int],
    gone: Sequence[KnownFile],
    *,
    batch: int,
    whole: bool,
) -> set[int]:
    """
    Record a batch whose text has been committed; the sessions it touched.

    `whole` is false for a pass that took in prose alone.
    """
    touched: set[int] = set()
    units: set[int] = set()
    with catalog.transaction():
        for known in gone:
            touched |= _forget_file(catalog, known.id, units)
        for each in done:
            touched |= _write_file(catalog, each, units, whole=whole)
        catalog.execute("DELETE FROM tools")
        catalog.insert("tools", [(number, name) for name, number in tools.items()], 2)
        touched |= _write_typed(catalog, typed)
        leaves = [leaf for each in done for leaf in each.harvest.leaves]
        touched |= _named_by_summaries(catalog, done, leaves)
        fold(catalog, touched)
        catalog.connection.executemany(
            "INSERT OR IGNORE INTO unjudged VALUES (?)", [(each,) for each in touched]
        )
        # Last, when it is settled which sessions there are.
        ledger.recount(catalog, units | ledger.strays(catalog))
        # Those of later batches, and one that could not be read, stay announced.
        catalog.connection.executemany(
            "DELETE FROM meta WHERE key = ?",
            [(f"doomed:{each}",) for each in (*(known.id for known in gone), *(each.id for each in done))],
        )
        catalog.set_meta("unsettled", 1)
        catalog.set_meta("last_batch", batch)
    return touched


_RESULT = (
    f"UPDATE calls SET {', '.join(f'{column} = ?{at}' for at, column in enumerate(RESULT_COLUMNS, 1))} "  # noqa: S608 - our own names
    "WHERE call_id = ?9 AND session = ?10"
).replace("result_offset = ?5", "result_offset = CASE WHEN file = ?11 THEN ?5 ELSE -1 END")
"""What came of a call; where in its file that stands only where it does."""


def _write_file(catalog: Catalog, each: FileDone, units: set[int], *, whole: bool) -> set[int]:
    file, harvest = each.file, each.harvest
    touched = {each.session} if each.session is not None else set()
    [(prose_to, before_to)] = catalog.rows("SELECT prose_to, indexed_to FROM files WHERE id = ?", (each.id,))
    met_before = bool(prose_to or before_to)
    if not each.append and met_before:
        touched |= _sessions_of(catalog, each.id)
        _stale_document(catalog, each.id)
        units |= _drop_rows(catalog, each.id)
    indexed_to = harvest.end if whole else 0
    # What follows a build that was cut short is read no further than its prose was: what was appended since is still to be read.
    size = min(file.size, harvest.end) if each.append and prose_to and not before_to else file.size
    facts = harvest.facts
    catalog.execute(
        "UPDATE files SET folder=?, session=?, agent_id=?, size=?, mtime_ns=?, inode=?, indexed_to=?, prose_to=?, "
        "lines=?, seam=?, head=CASE WHEN ? AND ?='' THEN head ELSE ? END, copy_of=COALESCE(?, CASE WHEN ? THEN copy_of END), "
        "copied=?, damaged=?, "
        "unknown=?, facts=? WHERE id=?",
        (
            file.folder, each.session, file.agent_id, size if whole else -1, file.mtime_ns, file.inode, indexed_to,
            harvest.end, harvest.lines, seam_if_there(file.path, harvest.end), each.append, each.head, each.head, each.copy_of, each.append,
            harvest.copied, harvest.damaged, harvest.unknown, facts.to_json(), each.id,
        ),
    )  # fmt: skip
    session = each.session or 0
    if each.append and before_to:
        # A file may repeat its own lines: a call counts once, as when all is read at once.
        catalog.connection.executemany(
            "DELETE FROM calls WHERE call_id = ? AND file = ?",
            [(row[1], each.id) for row in harvest.calls.values()],
        )
    catalog.insert("calls", ((each.id, row[0], session, *row[1:]) for row in harvest.calls.values()), 20)
    catalog.insert("usage", ((each.id, row[0], session, *row[1:]) for row in harvest.usage), 27)
    catalog.insert("moments", ((each.id, row[0], session, *row[1:]) for row in harvest.moments), 10)
    for analyser in each.analysers:
        write_observed(catalog, each.id, session, analyser, harvest.observed.get(analyser.name))
        if whole:
            _note_analysed(catalog, each.id, analyser, (indexed_to, harvest.lines), goes_on=each.append)
    if whole:
        # What a pass for prose alone took in waits for this: a response may have lines in both.
        units |= ledger.units_of_files(catalog, [each.id] if each.append and not before_to else [])
        units.update(int(str(row[-1])) for row in harvest.usage)
    if met_before:
        for table in ("accounts", "agents"):
            catalog.execute(f"DELETE FROM {table} WHERE file = ?", (each.id,))  # noqa: S608 - our own table names
    kinds = [(agent, kind, 0) for agent, kind in facts.agents.items()]
    kinds += [(file.agent_id, facts.agent_type, 1)] if facts.agent_type else []
    catalog.insert("agents", ((each.id, session, *kind) for kind in kinds), 5)
    # A file that was copied by hand under another id has the account of the session it was copied from.
    theirs = bool(facts.inner_session) and facts.inner_session != file.session_id and not facts.parent_session
    catalog.insert(
        "accounts",
        (
            (each.id, session, model, *told, facts.parent_session)
            for model, told in (() if theirs else facts.cost_state.items())
        ),
        11,
    )
    if harvest.summaries or harvest.leaves:
        catalog.set_meta("unplaced", 1)  # a summary, or whose it is
    catalog.insert("summaries", ((each.id, *row, None, 0) for row in harvest.summaries), 6)
    if met_before:
        catalog.execute("DELETE FROM slugs WHERE file = ?", (each.id,))
    catalog.insert("slugs", ((slug, session, each.id) for slug in harvest.facts.slugs), 3)
    for slug in harvest.facts.slugs:
        # A plan met before its session: it is read again, now that its session is known.
        catalog.execute(
            "UPDATE files SET size = -1 WHERE kind = 'plan' AND session IN (SELECT id FROM sessions WHERE session_id = ?)",
            (f"plan:{slug}",),
        )
    catalog.insert("leaves", ((uuid, session, each.id) for uuid in harvest.leaves), 3)
    if harvest.results:
        # A call's result may stand in a later reading than the call, or (background agents) in another file.
        catalog.connection.executemany(_RESULT, [(*result, session, each.id) for result in harvest.results])
    return touched


def write_observed(
    catalog: Catalog, file: int, session: int, analyser: Analyser, observed: Observed | None
) -> None:
    """Write what a reading of a file gave an analyser."""
    if observed is None:
        return
    rows = ((file, row.offset, session, analyser.name, *row[1:]) for row in observed.findings)
    catalog.insert("findings", rows, 18)
    sights = ((file, row.offset, session, analyser.name, *row[1:]) for row in observed.sights)
    catalog.insert("sights", sights, 11)


def _note_analysed(
    catalog: Catalog, file: int, analyser: Analyser, upto: tuple[int, int], *, goes_on: bool
) -> None:
    """Note how far an analyser has seen a file; where it went on from another version's rows, they are still that one's."""
    if goes_on:
        rows = catalog.rows(
            "SELECT version FROM analysed WHERE file = ? AND analyser = ?", (file, analyser.name)
        )
        if rows and rows[0][0] != analyser.version:
            return
    catalog.execute(
        "INSERT OR REPLACE INTO analysed VALUES (?, ?, ?, ?, ?)",
        (file, analyser.name, analyser.version, *upto),
    )


def _sessions_of(catalog: Catalog, file: int) -> set[int]:
    """The sessions whose rows say something that stands in this file."""
    rows = catalog.rows(
        "SELECT session FROM files WHERE id = ?1 AND session IS NOT NULL UNION SELECT session FROM typed WHERE file = ?1 "
        "UNION SELECT l.session FROM summaries s JOIN leaves l ON l.uuid = s.leaf WHERE s.file = ?1",
        (file,),
    )
    return {int(str(session)) for [session] in rows}


def _stale_document(catalog: Catalog, file: int) -> None:
    """Have the session's own document made anew: words of this file in it may be no more."""
    catalog.execute(
        "UPDATE sessions SET doc_bytes = -2 WHERE doc_bytes >= 0 AND id = "
        "(SELECT session FROM files WHERE id = ? AND prose_to > 0 AND kind IN ('main', 'agent'))",
        (file,),
    )


def _drop_rows(catalog: Catalog, file: int) -> set[int]:
    """Forget what a file said; the units whose lines it had."""
    units = ledger.units_of_files(catalog, [file])
    for table in (
        "calls", "usage", "moments", "accounts", "agents", "summaries", "leaves", "slugs", "typed", "findings", "sights", "analysed",
    ):  # fmt: skip
        gone = catalog.execute(f"DELETE FROM {table} WHERE file = ?", (file,)).rowcount  # noqa: S608 - our own table names
        if gone and table in ("summaries", "leaves"):
            catalog.set_meta("unplaced", 1)
    return units


def _forget_file(catalog: Catalog, file: int, units: set[int]) -> set[int]:
    sessions = _sessions_of(catalog, file)
    _stale_document(catalog, file)
    units |= _drop_rows(catalog, file)
    catalog.execute("DELETE FROM files WHERE id = ?", (file,))
    return sessions


def _write_typed(catalog: Catalog, typed: Sequence[Typed]) -> set[int]:
    touched = set()
    for each in typed:
        session = session_number(catalog, *each.session)
        touched.add(session)
        at = utc(datetime.fromtimestamp(each.at, UTC).isoformat(timespec="milliseconds")) if each.at else ""
        catalog.execute(
            "INSERT INTO typed VALUES (?, ?, ?, ?, ?, 1, ?) ON CONFLICT (session) DO UPDATE SET "
            "first_at = MIN(first_at, excluded.first_at), last_at = MAX(last_at, excluded.last_at), prompts = prompts + 1",
            (session, each.file, each.project, at, at, one_line(each.text)),
        )
    return touched


def _named_by_summaries(catalog: Catalog, done: Sequence[FileDone], leaves: Sequence[str]) -> set[int]:
    """Sessions that a summary in some file is about, now that both are known."""
    found: set[int] = set()
    for each in done:
        for _, leaf, _ in each.harvest.summaries:
            found |= {
                int(str(row[0])) for row in catalog.rows("SELECT session FROM leaves WHERE uuid = ?", (leaf,))
            }
    if leaves and catalog.rows("SELECT 1 FROM summaries LIMIT 1"):
        found |= {
            int(str(row[0]))
            for row in catalog.rows(
                "SELECT DISTINCT l.session FROM summaries s JOIN leaves l ON l.uuid = s.leaf"
            )
        }
    return found
