"""The files of a session -> entries, and single entries and side files read again. I/O: reads transcripts."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from ccmcp.index import SessionFile
from ccmcp.index.harvest import read_lines
from ccmcp.reading.lines import Line
from ccmcp.transcripts.decode import copy_line, decode_line
from ccmcp.transcripts.entries import Entry, number_of, text_of
from ccmcp.transcripts.projects import encode

MOST_BYTES = 32_000_000
"""So much of a side file is read; what is larger no reader pages through."""

TRANSCRIPTS = ("main", "agent")


def entries(files: Sequence[SessionFile], unreadable: dict[str, str]) -> Iterator[tuple[int, Entry]]:
    """Every entry of a session's transcripts with the number of its file; notes the paths of files it can't read, and why."""
    for number, file in enumerate(files):
        if file.kind in TRANSCRIPTS:
            for entry in _entries(file.path, unreadable):
                yield number, entry


def _entries(path: str, unreadable: dict[str, str] | None = None) -> Iterator[Entry]:
    try:
        for number, (offset, line) in enumerate(read_lines(path), start=1):
            if (copy := copy_line(line, offset, number)) is not None:
                yield copy
            else:
                yield from decode_line(line, offset, number)
    except OSError as error:
        if unreadable is not None:
            unreadable[path] = error.strerror or type(error).__name__


def entry_at(path: str, line: Line) -> Entry | None:
    """The entry of a line; none when the file has changed since or is gone."""
    try:
        with Path(path).open("rb") as file:
            file.seek(line.offset)
            found = list(decode_line(file.readline().rstrip(b"\r\n"), line.offset, line.number))
    except OSError:
        return None
    return found[line.nth] if line.nth < len(found) and found[line.nth].id == line.id else None


def side_text(path: str) -> str:
    """The words of a side file; empty when it can't be read."""
    try:
        with Path(path).open("rb") as file:
            return file.read(MOST_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""


def typed_prompts(history: Path, session_id: str) -> Iterator[tuple[int, int, str]]:
    """
    What history.jsonl kept of a session whose transcript is gone: line number, time in ms since 1970, the prompt.

    Prompts without a session are those of `prompts:` and their project's folder name.
    """
    for entry in _entries(str(history)):
        prompt = text_of(entry.record, "display")
        named = text_of(entry.record, "sessionId") or f"prompts:{encode(text_of(entry.record, 'project'))}"
        if prompt and named == session_id:
            yield entry.number, number_of(entry.record, "timestamp"), prompt


def folders(files: Sequence[SessionFile]) -> tuple[str, ...]:
    """The folders a session's own transcript names as its working folder, each once, the latest last."""
    found: dict[str, None] = {}
    for file in files:
        if file.kind == "main":
            for entry in _entries(file.path):
                if cwd := entry.cwd:
                    found.pop(cwd, None)
                    found[cwd] = None
    return tuple(found)
