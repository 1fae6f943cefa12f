"""
Whole sessions -> what can only be told of them as such: sequences, repetitions. I/O: reads and writes the catalogue.

What files gave is written batch by batch; the sessions of a batch are noted, and judged once their files are in.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from zlib import crc32

from ccmcp.index.activity import CallDone, Moment, Place, done_in
from ccmcp.index.analysis import Analysers, FindingRow, SessionAnalyser, Sight, named
from ccmcp.index.catalog import Catalog

AT_ONCE = 200
"""So many sessions are in memory together."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A finding of a file, as it is known again with its session."""

    place: Place
    row: FindingRow


@dataclass(frozen=True, slots=True)
class Seen:
    """A sight of a file, as it is known again with its session."""

    place: Place
    row: Sight


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionTree:
    """One session with its subagents: what was done, and what was found in its files. In order, file by file, the main one first."""

    session_id: str
    project: str
    calls: Sequence[CallDone]
    moments: Sequence[Moment]
    findings: Sequence[Kept]
    sights: Sequence[Seen]


class Judged(NamedTuple):
    """Something found of a session as a whole: a row, and the file it is credited to."""

    file: int
    row: FindingRow


_NOTHING_IN = """
DELETE FROM unjudged WHERE NOT EXISTS (SELECT 1 FROM findings f WHERE f.session = unjudged.session)
    AND NOT EXISTS (SELECT 1 FROM sights g WHERE g.session = unjudged.session)
    AND NOT EXISTS (SELECT 1 FROM calls c WHERE c.session = unjudged.session AND c.outcome NOT IN ('ok', 'pending'))
    AND NOT EXISTS (SELECT 1 FROM moments m WHERE m.session = unjudged.session AND m.kind = 'mode')
"""
"""Of sessions in which nothing was found, seen, refused or changed there is nothing to be told as a whole."""


def left_to_judge(catalog: Catalog, analysers: Analysers) -> bool:
    """Whether sessions are noted as to be judged, or another version of the analyser judged them."""
    analyser = analysers.of_sessions
    if analyser is None:
        return False
    return catalog.meta("judged_by", -1) != _version(analyser) or bool(
        catalog.rows("SELECT 1 FROM unjudged LIMIT 1")
    )


def _version(analyser: SessionAnalyser) -> int:
    return crc32(analyser.version.encode())


def _judge_anew(catalog: Catalog, analyser: SessionAnalyser) -> None:
    """Note all sessions as to be judged, where another version of the analyser did."""
    if catalog.meta("judged_by", -1) != _version(analyser):
        with catalog.transaction():
            catalog.execute("INSERT OR IGNORE INTO unjudged SELECT id FROM sessions")
            catalog.set_meta("judged_by", _version(analyser))


def judge(catalog: Catalog, analysers: Analysers, stopped: Callable[[], bool] | None = None) -> None:
    """Judge every session that is noted for it; what is not done when `stopped` says so stays noted."""
    analyser = analysers.of_sessions
    if analyser is None:
        return
    _judge_anew(catalog, analyser)
    with catalog.transaction():
        catalog.execute(_NOTHING_IN)
    while not (stopped and stopped()):
        some = [
            int(str(number))
            for [number] in catalog.rows(f"SELECT session FROM unjudged LIMIT {AT_ONCE}")  # noqa: S608 - our own names and placeholders
        ]
        if not some:
            return
        these = ", ".join(map(str, some))
        judged: list[tuple[int, Judged]] = []
        faults: list[tuple[int, str]] = []
        for number, tree in _trees(catalog, some):
            try:
                judged += ((number, each) for each in named(analyser.judge)(tree))
            except Exception as error:  # noqa: BLE001 - a rule at fault must not cost the index; it is counted
                faults.append((number, type(error).__name__))
        with catalog.transaction():
            catalog.execute(
                f"DELETE FROM findings WHERE session IN ({these}) AND analyser = ?",  # noqa: S608 - numbers
                (analyser.name,),
            )
            catalog.execute(
                f"DELETE FROM sights WHERE session IN ({these}) AND analyser = ?",  # noqa: S608 - numbers
                (analyser.name,),
            )
            told = (
                (0, 0, number, analyser.name, "fault", kind, "", "", "", "", "") for number, kind in faults
            )
            catalog.insert("sights", told, 11)
            catalog.execute(f"DELETE FROM unjudged WHERE session IN ({these})")  # noqa: S608 - numbers
            _write(catalog, ((each.file, number, each.row) for number, each in judged), analyser.name)


def _trees(catalog: Catalog, sessions: Sequence[int]) -> list[tuple[int, SessionTree]]:
    findings: dict[int, list[Kept]] = defaultdict(list)
    sights: dict[int, list[Seen]] = defaultdict(list)
    these = ", ".join(map(str, sessions))
    order = "JOIN files f ON f.id = r.file ORDER BY f.kind = 'agent', r.file, r.offset"
    rows = catalog.execute(
        "SELECT r.session, r.file, r.offset, r.rule, r.level, r.confidence, r.entry_id, r.call_id, r.at, r.tool, r.agent, r.target, "  # noqa: S608 - numbers
        f"r.evidence, r.note, r.fingerprint, r.related, r.line FROM findings r {order.replace('ORDER', f'WHERE r.session IN ({these}) ORDER')}"
    )
    for session, file, *columns in rows:
        findings[session].append(Kept((file, columns[0]), FindingRow._make(columns)))
    rows = catalog.execute(
        "SELECT r.session, r.file, r.offset, r.kind, r.value, r.entry_id, r.call_id, r.at, r.agent, r.note "  # noqa: S608 - numbers
        f"FROM sights r {order.replace('ORDER', f'WHERE r.session IN ({these}) ORDER')}"
    )
    for session, file, *columns in rows:
        sights[session].append(Seen((file, columns[0]), Sight._make(columns)))
    named_as = {
        int(str(number)): (str(session), str(project))
        for number, session, project in catalog.rows(
            f"SELECT id, session_id, project FROM sessions WHERE id IN ({these})"  # noqa: S608 - our own names and placeholders
        )
    }
    done = done_in(catalog, [number for number in sessions if number in named_as])
    return [
        (
            number,
            SessionTree(
                session_id=named_as[number][0], project=named_as[number][1], calls=calls, moments=moments,
                findings=findings[number], sights=sights[number],
            ),
        )
        for number, (calls, moments) in done.items()
    ]  # fmt: skip


def _write(catalog: Catalog, rows: Iterable[tuple[int, int, FindingRow]], analyser: str) -> None:
    catalog.insert(
        "findings", ((file, row.offset, session, analyser, *row[1:]) for file, session, row in rows), 18
    )
