"""One file of any kind -> its passages in portions, and in the end its facts. I/O: reads the file; writes nothing."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from ccmcp.index import codes
from ccmcp.index.analysis import Analyser, Observed, begun
from ccmcp.index.copies import skipper
from ccmcp.index.docs import Prepared, SessionWords, prepared
from ccmcp.index.facts import FileFacts, one_line
from ccmcp.index.facts import name as clean_name
from ccmcp.index.harvest import Harvest, Reader, Word, read_lines, read_meta, text_pieces
from ccmcp.transcripts.decode import decode_line
from ccmcp.transcripts.discover import FoundFile
from ccmcp.transcripts.entries import text_of
from ccmcp.transcripts.passages import Passage, typed_prompt
from ccmcp.transcripts.projects import encode
from ccmcp.transcripts.vocabulary import Kind

PORTION = 512 * 1024
"""Characters of passages handed on at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How one file is to be read. Holds plain values only: it may go to another process."""

    file: FoundFile
    id: int
    session: int
    """The session its words are credited to; 0 where its lines tell."""
    harvest: Harvest
    """What earlier readings of it gave; empty for a first one."""
    start: int = 0
    until: int | None = None
    """Where to stop; none for the end."""
    prose: bool = True
    rest: bool = True
    originals: tuple[str, ...] = ()
    """Files whose entries are not taken in again."""
    pending: dict[str, str] = field(default_factory=dict)
    """Tools of calls whose results may follow, by call id."""
    excluded: bool = False
    """Whether settings keep its words out of the index."""
    analysers: tuple[Analyser, ...] = ()
    """What looks at its lines on the way."""
    observed: bool = False
    """Whether analysers alone look at it: its words and facts are in."""


@dataclass(frozen=True, slots=True)
class Typed:
    """One prompt of history.jsonl."""

    session: tuple[str, str]
    """Root and session id."""
    file: int
    project: str
    at: int
    text: str
    passage: Prepared


@dataclass(frozen=True, slots=True)
class Taken:
    """What the whole of a file gave beside its passages."""

    harvest: Harvest
    words: SessionWords = field(default_factory=SessionWords)
    typed: tuple[Typed, ...] = ()
    error: str = ""
    """Why it could not be read; the next scan meets it again."""


@dataclass(frozen=True, slots=True)
class Portion:
    """Some passages of a file; the last portion says what the whole of it gave."""

    passages: list[Prepared]
    taken: Taken | None = None


def take(reading: Reading) -> Iterator[Portion]:
    """Read one file. Never raises for what is on disk."""
    try:
        match reading.file.kind:
            case "main" | "agent":
                yield from _transcript(reading)
            case "result" | "plan":
                yield from _text(reading)
            case "title":
                yield _title(reading)
            case "history":
                yield _history(reading)
    except OSError as error:
        yield Portion(
            [], Taken(reading.harvest, error=f"{reading.file.path}: {error.strerror or type(error).__name__}")
        )


def _transcript(reading: Reading) -> Iterator[Portion]:
    file, harvest = reading.file, reading.harvest
    reader = Reader(
        path=file.path,
        harvest=harvest,
        start=reading.start,
        until=reading.until,
        agent=file.agent_id,
        prose=reading.prose,
        rest=reading.rest,
        known_calls=dict(reading.pending),
        skip=skipper(file.path, reading.originals) if reading.originals else None,
        analyses=() if reading.excluded else tuple(begun(each, harvest.facts) for each in reading.analysers),
    )
    if file.kind == "agent":
        harvest.facts.see_meta(read_meta(file.path))
    words = SessionWords()
    passages: list[Prepared] = []
    size = 0
    for word in reader.observe() if reading.observed else reader.words():
        if reading.excluded:
            continue
        tool = clean_name(word.passage.tool) or reader.tool_of(word.passage.call_id)
        passage = prepared(word, tool)
        words.take(word, passage[2])
        if word.copied:
            continue
        passages.append(passage)
        size += len(word.text)
        if size > PORTION:
            yield Portion(passages)
            passages, size = [], 0
    words.settle()
    for analyser, analysis in zip(reading.analysers, reader.analyses, strict=False):
        harvest.observed[analyser.name] = analysis.observed
    yield Portion(passages, Taken(harvest, words))


def _text(reading: Reading) -> Iterator[Portion]:
    """A tool result or a plan that stands in a file of its own."""
    file, harvest = reading.file, reading.harvest
    plan = file.kind == "plan"
    passage = Passage("system", "attachment", "") if plan else Passage("tool", "tool_result", "")
    name = codes.NOTED if plan else codes.OUTPUT
    if reading.rest:
        for offset, text in text_pieces(file.path, reading.start, file.size):
            if not reading.excluded:
                word = Word(name, text, passage, 0, offset, file.mtime_ns // 10**9, agent=False, own=False)
                yield Portion([prepared(word, "")])
        harvest.end = file.size
    yield Portion([], Taken(harvest))


def _title(reading: Reading) -> Portion:
    harvest = reading.harvest
    for offset, line in read_lines(reading.file.path):
        for entry in decode_line(line, offset, 1):
            harvest.facts.custom_title = one_line(text_of(entry.record, "customTitle"))
        harvest.end = offset + len(line)
    return Portion([], Taken(harvest))


def _history(reading: Reading) -> Portion:
    """history.jsonl: the prompts typed, each of a session of its own. Their documents are made by who numbers sessions."""
    harvest, file = reading.harvest, reading.file
    typed: list[Typed] = []
    end = reading.start
    for offset, line in read_lines(file.path, reading.start):
        harvest.lines += 1
        end = offset + len(line) + 1
        for entry in decode_line(line, offset, harvest.lines):
            text = typed_prompt(entry.record)
            project = text_of(entry.record, "project")
            stamp = entry.record.get("timestamp")
            at = stamp // 1000 if isinstance(stamp, int) and 0 < stamp < 10**14 else 0
            session = text_of(entry.record, "sessionId") or f"prompts:{encode(project)}"
            if text and reading.rest:
                kind: Kind = "command" if text.startswith("/") else "text"
                name = codes.SAID if kind == "text" else codes.NOTED
                word = Word(name, text, Passage("user", kind, text), 0, offset, at, agent=False, own=False)
                typed.append(Typed((file.root, session), reading.id, project, at, text, prepared(word, "")))
    harvest.end = min(end, file.size) if end > reading.start else reading.start
    return Portion([], Taken(harvest, typed=tuple(typed)))


def looked_through(path: str, agent: str, analyser: Analyser) -> Observed:
    """What an analyser sees in a transcript as it stands on disk now; kept nowhere. Nothing where it can't be read."""
    analysis = begun(analyser, FileFacts())
    reader = Reader(path=path, harvest=Harvest(FileFacts()), agent=agent, analyses=(analysis,))
    with contextlib.suppress(OSError):  # gone since it was listed
        for _ in reader.observe():
            pass
    return analysis.observed
