"""The catalogue and the last scan -> what is indexed, how fresh it is, what was damaged. I/O: reads the catalogue."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from ccmcp.index.coverage import Coverage
from ccmcp.index.index import Index
from ccmcp.transcripts.discover import beside

MOST_DAMAGED = 50
"""So many damaged files are named; the others are counted."""

WHY_LEFT_OUT = {
    1: "left out by settings",
    2: "copies of a longer one in another root",
    3: "known only from prompts typed or side files",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RootStatus:
    """One root."""

    label: str
    path: str
    sessions: int
    files: int
    bytes: int
    complete: bool
    """Whether everything in it could be looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """What of one file could not be read as entries."""

    path: str
    lines: int
    first: tuple[int, ...]
    """The numbers of the first of these lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What is indexed."""

    roots: tuple[RootStatus, ...]
    sessions: int
    """Sessions that are listed."""
    left_out: dict[str, int]
    """Sessions that are not, by why."""
    files: int
    coverage: Coverage
    damaged: tuple[Damage, ...]
    damaged_files: int
    unknown: dict[str, int]
    """Entries of types not known, by type."""
    unfinished: int
    """Files whose last line is not whole."""
    skipped: dict[str, int]
    """Files on disk that hold nothing to index, by what they are."""
    problems: tuple[str, ...]
    writer: str
    cache: str
    cache_bytes: int


def left_out(index: Index) -> dict[str, int]:
    """How many sessions are never listed, by why."""
    rows = index.catalog_rows(
        "SELECT excluded, COUNT(*) FROM sessions WHERE excluded IN (1, 2, 3) GROUP BY excluded"
    )
    return {WHY_LEFT_OUT[int(str(why))]: int(str(count)) for why, count in rows}


def status_of(index: Index) -> Status:
    """The status of an index, as of its last refresh."""
    rows = index.catalog_rows(
        "SELECT root, COUNT(*), SUM(MAX(size, 0)), SUM(indexed_to < size AND kind IN ('main', 'agent', 'history')) FROM files GROUP BY root"
    )
    known = {str(label): (int(str(files)), int(str(size or 0))) for label, files, size, _ in rows}
    sizes = {
        root.label: _on_disk(index, root.label, known.get(root.label, (0, 0))) for root in index.config.roots
    }
    counts = {(str(root), int(str(why))): int(str(count)) for root, why, count in index.catalog_rows(
        "SELECT root, excluded, COUNT(*) FROM sessions GROUP BY root, excluded"
    )}  # fmt: skip
    roots = tuple(
        RootStatus(
            label=root.label,
            path=str(root.path),
            sessions=counts.get((root.label, 0), 0),
            files=sizes[root.label][0],
            bytes=sizes[root.label][1],
            complete=index.scans[root.label].complete if root.label in index.scans else False,
        )
        for root in index.config.roots
    )
    damaged, damaged_files, unknown = _damage(index)
    skipped: Counter[str] = Counter()
    problems = list(index.unreadable)
    for scan in index.scans.values():
        skipped.update(scan.skipped)
        problems.extend(scan.problems)
    skipped.update({"files beside the projects": sum(beside(root.path) for root in index.config.roots)})
    return Status(
        roots=roots,
        sessions=sum(root.sessions for root in roots),
        left_out=left_out(index),
        files=sum(root.files for root in roots),
        coverage=index.refresh_coverage(),
        damaged=damaged,
        damaged_files=damaged_files,
        unknown=dict(unknown),
        unfinished=sum(int(str(row[3] or 0)) for row in rows),
        skipped={what: count for what, count in skipped.items() if count},
        problems=tuple(problems),
        writer=index.writer(),
        cache=str(index.config.cache),
        cache_bytes=_size(index.config.cache),
    )


def _on_disk(index: Index, label: str, known: tuple[int, int]) -> tuple[int, int]:
    """Files and bytes of a root as the last scan saw them; where that did not see everything, at least those known."""
    scan = index.scans.get(label)
    if scan is None:
        return known
    files, size = len(scan.files), sum(file.size for file in scan.files)
    return (files, size) if scan.complete else (max(files, known[0]), max(size, known[1]))


def _damage(index: Index) -> tuple[tuple[Damage, ...], int, Counter[str]]:
    rows = index.catalog_rows(
        "SELECT path, damaged, unknown, facts FROM files WHERE damaged > 0 OR unknown > 0 ORDER BY damaged DESC, path"
    )
    from ccmcp.index.facts import FileFacts  # noqa: PLC0415 - a listing needs none, and it loads the decoder

    found: list[Damage] = []
    unknown: Counter[str] = Counter()
    files = 0
    for path, lines, _, facts in rows:
        told = FileFacts.from_json(facts) if isinstance(facts, bytes) else FileFacts()
        unknown.update(told.unknown_types)
        if lines:
            files += 1
            if len(found) < MOST_DAMAGED:
                numbers = tuple(sorted(line for line, _ in told.damaged_lines))
                found.append(Damage(path=str(path), lines=int(str(lines)), first=numbers))
    return tuple(found), files, unknown


def _size(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size
        except OSError:
            continue
    return total
