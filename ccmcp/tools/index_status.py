"""What is indexed, how fresh it is, what was damaged."""

from collections.abc import Iterable
from dataclasses import dataclass

from ccmcp.history import History
from ccmcp.index.status import Status
from ccmcp.screen import Screen
from ccmcp.tools import Call, Tool
from ccmcp.views.words import one_line


@dataclass(frozen=True, kw_only=True)
class IndexStatus:
    """Nothing is asked for."""


@dataclass(frozen=True, kw_only=True)
class IndexedRoot:
    """One root: a Claude Code config folder."""

    label: str
    path: str
    sessions: int
    files: int
    bytes: int
    complete: bool
    """Whether everything in it could be looked at."""


@dataclass(frozen=True, kw_only=True)
class StatusCoverage:
    """How much of the history answers cover."""

    indexed_bytes: int
    total_bytes: int
    complete: bool
    reading: bool
    """Whether more of it is being read now; else what is missing could not be looked at."""


@dataclass(frozen=True, kw_only=True)
class DamagedFile:
    """A file with lines that are no entries."""

    path: str
    lines: int
    first: tuple[int, ...]
    """Numbers of the first of these lines."""


@dataclass(frozen=True, kw_only=True)
class IndexReport:
    """The state of the index."""

    roots: tuple[IndexedRoot, ...]
    sessions: int
    files: int
    coverage: StatusCoverage
    damaged: tuple[DamagedFile, ...]
    damaged_files: int
    unfinished_files: int
    """Files whose last line is not whole yet: it is read once it is."""

    unknown_entries: dict[str, int]
    """Entries of types this version does not know, by type: kept, readable, not searched."""

    not_listed: dict[str, int]
    """Sessions that are left out of lists, by why."""

    skipped_files: dict[str, int]
    """Files that hold nothing to index, by what they are."""

    problems: tuple[str, ...]
    """Files and folders that could not be read."""

    writer: str
    """Who writes the index at this moment: nobody, this process, another process."""

    cache: str
    cache_bytes: int


def _run(history: History, asked: IndexStatus, call: Call) -> IndexReport:
    del asked
    history.refresh(call.progress, call.stopped)
    status: Status = history.status()
    coverage = status.coverage
    return IndexReport(
        roots=tuple(
            IndexedRoot(
                label=each.label,
                path=each.path,
                sessions=each.sessions,
                files=each.files,
                bytes=each.bytes,
                complete=each.complete,
            )
            for each in status.roots
        ),
        sessions=status.sessions,
        files=status.files,
        coverage=StatusCoverage(
            indexed_bytes=coverage.indexed_bytes,
            total_bytes=coverage.total_bytes,
            complete=coverage.complete,
            reading=coverage.reading,
        ),
        damaged=tuple(
            DamagedFile(path=each.path, lines=each.lines, first=each.first) for each in status.damaged
        ),
        damaged_files=status.damaged_files,
        unfinished_files=status.unfinished,
        unknown_entries=status.unknown,
        not_listed=status.left_out,
        skipped_files=status.skipped,
        problems=status.problems,
        writer=status.writer,
        cache=status.cache,
        cache_bytes=status.cache_bytes,
    )


def _size(count: int) -> str:
    size = float(count)
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.2f} GB"


def _lines(result: IndexReport) -> list[tuple[str, str]]:
    coverage = result.coverage
    share = 100 * coverage.indexed_bytes / max(coverage.total_bytes, 1)
    searched = (
        f"{share:.0f} % so far, the newest first" if coverage.reading else "all that could be looked at"
    )
    searched = "all of it" if coverage.complete else searched
    lines = [
        ("root", f"{each.label}: {each.path}, {each.sessions} sessions, {each.files} files, {_size(each.bytes)}"
         + ("" if each.complete else " (could not be looked at in full)"))
        for each in result.roots
    ]  # fmt: skip
    lines += [
        ("sessions", f"{result.sessions}" + _counts("; not listed: ", result.not_listed)),
        ("searched", f"{searched} ({_size(coverage.indexed_bytes)} of {_size(coverage.total_bytes)})"),
        ("writer", result.writer),
        ("cache", f"{result.cache} ({_size(result.cache_bytes)})"),
    ]
    if result.damaged_files:
        lines.append(("damaged", f"{_lines_in(result.damaged)}, in {result.damaged_files} files"))
        lines += [("", f"{each.path}: {_lines_in([each])}, {_numbers(each)}") for each in result.damaged[:5]]
        if result.damaged_files > 5:
            lines.append(("", f"... and {result.damaged_files - 5} more files (--json names up to 50)"))
    if result.unfinished_files:
        lines.append(
            ("unfinished", f"{result.unfinished_files} files end within a line; it is read once it is whole")
        )
    if result.unknown_entries:
        lines.append(("unknown", "entries of unknown types: " + _counts("", result.unknown_entries)))
    if result.skipped_files:
        lines.append(("skipped", _counts("", result.skipped_files)))
    lines += [("problem", problem) for problem in result.problems[:10]]
    return [(name, one_line(value)) for name, value in lines]


def _lines_in(files: Iterable[DamagedFile]) -> str:
    count = sum(each.lines for each in files)
    return f"{count} line{'' if count == 1 else 's'}"


def _numbers(file: DamagedFile) -> str:
    more = " ..." if file.lines > 5 else ""
    return f"number {', '.join(map(str, file.first[:5]))}{more}"


def _counts(before: str, counts: dict[str, int]) -> str:
    return before + ", ".join(f"{count} {what}" for what, count in counts.items()) if counts else ""


def _text(result: IndexReport) -> str:
    return "\n".join(f"{name}: {value}" if name else f"  {value}" for name, value in _lines(result))


def _screen(result: IndexReport, screen: Screen) -> str:
    return "\n".join(f"{screen.style(f'{name:<11}', 'cyan')} {value}" for name, value in _lines(result))


TOOL = Tool(
    name="index_status",
    command="status",
    title="Index status",
    description=(
        "Say what is indexed: roots, sessions, files, how much is searched, damaged lines, what is left out and why. "
        "For doubts about an answer's completeness; not needed before searching."
    ),
    hint="is the history index complete, fresh, damaged transcripts, where is the cache",
    contract="data",
    parameters=IndexStatus,
    result=IndexReport,
    run=_run,
    text=_text,
    screen=_screen,
    examples=("ccmcp status", "ccmcp status --json"),
)
