"""
A file's lines -> documents, facts and rows. Reads the file; writes nothing.

The lines that hold prose can be read alone and first: tool calls, their results and
progress are then not even decoded. A second reading takes the others and goes on with
the facts of the first, so each line is decoded once.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from ccmcp.index.analysis import Analysis, Observed
from ccmcp.index.codes import INPUT, NOTED, OUTPUT, SAID, THOUGHT
from ccmcp.index.done import RESULT_PLACES, call_row, result_columns
from ccmcp.index.facts import FileFacts, name, seconds
from ccmcp.index.moments import mode_row, moment_row
from ccmcp.index.own import is_own
from ccmcp.index.stated import usage_row
from ccmcp.redact import clean
from ccmcp.transcripts.calls import subagent_type
from ccmcp.transcripts.content import ToolCall, ToolResult
from ccmcp.transcripts.decode import copy_line, decode_line, decode_whole
from ccmcp.transcripts.entries import (
    AiTitle,
    Assistant,
    CustomTitle,
    Damaged,
    Entry,
    QueueOperation,
    Summary,
    Unknown,
    User,
)
from ccmcp.transcripts.passages import Passage, passages
from ccmcp.transcripts.results import original_file

BLOCK = 1 << 20
"""Files are read in blocks of so many bytes."""

_FIELDS = {"text": SAID, "thinking": THOUGHT, "tool_call": INPUT, "tool_result": OUTPUT}


@dataclass(frozen=True, slots=True)
class Word:
    """One document to be: the words of a passage and where it stands."""

    field: str
    text: str
    passage: Passage
    part: int
    """The passage's number in its line."""
    offset: int
    at: int
    agent: bool
    own: bool
    copied: bool = False
    """Whether another file gave it already: it tells what this session is about, and is found there."""


@dataclass(slots=True)
class Harvest:
    """What one reading of a file gave beside its documents."""

    facts: FileFacts
    end: int = 0
    """Bytes up to the end of the last whole line."""
    lines: int = 0
    damaged: int = 0
    unknown: int = 0
    copied: int = 0
    calls: dict[str, list[object]] = field(default_factory=dict)
    """Rows of `calls` by call id, from call_id on, without file and session."""
    results: list[tuple[object, ...]] = field(default_factory=list)
    """`done.RESULT_COLUMNS`, then the call's id, of results whose call stands elsewhere."""
    usage: list[tuple[object, ...]] = field(default_factory=list)
    """Rows of `usage`: offset, then uuid to unit."""
    moments: list[tuple[object, ...]] = field(default_factory=list)
    """Rows of `moments`: offset, then entry_id to after."""
    summaries: list[tuple[int, str, str]] = field(default_factory=list)
    """(offset, leaf uuid, text): whose they are is settled when all files are known."""
    observed: dict[str, Observed] = field(default_factory=dict)
    """What analysers found, by their names."""
    leaves: list[str] = field(default_factory=list)
    """Uuids of messages of clients old enough to be named by a summary line (before 2.1)."""


def read_lines(path: str, start: int = 0) -> Iterator[tuple[int, bytes]]:
    r"""
    The whole lines of a file from a byte on: each one's offset, and its bytes without b"\n".

    What follows the last b"\n" is no whole line yet, unless it is a whole JSON
    value: 221 of 14,022 real files end so. A b"\n" that later ends such a line is passed over.
    """
    with Path(path).open("rb") as file:
        if start:
            file.seek(start - 1)
            if file.read(1) != b"\n" and file.read(1) == b"\n":
                start += 1
            file.seek(start)
        offset, rest = start, b""
        while block := file.read(BLOCK):
            *whole, rest = (rest + block).split(b"\n")
            for line in whole:
                yield offset, line
                offset += len(line) + 1
            if len(rest) > BLOCK:
                # A line of many megabytes: on to its end at once, instead of joining it block by block.
                line = rest + file.readline()
                rest = b""  # no second copy of it while it is looked at
                if line.endswith(b"\n"):
                    line = line[:-1]
                    yield offset, line
                    offset += len(line) + 1
                else:
                    rest = line
        if rest and rest.rstrip().endswith(b"}") and _is_json(rest):
            yield offset, rest


def _is_json(text: bytes) -> bool:
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True


def is_prose_line(line: bytes) -> bool:
    """
    Whether a line is read in the pass for prose: it may hold prose, and nothing large.

    Up to 0.2 a message with text and tool calls is one line: such lines are prose too.
    """
    if b'"tool_use_id"' in line:
        return False
    if b'"type":"tool_use"' in line or b'"type":"server_tool_use"' in line:
        return b'"type":"text"' in line
    return b'"type":"progress"' not in line


@dataclass(slots=True, kw_only=True)
class Reader:
    """
    One reading of a transcript, from a byte on.

    `words` gives the documents; when it is through, `harvest` holds the rest.
    """

    path: str
    harvest: Harvest
    start: int = 0
    until: int | None = None
    """Where to stop; none for the end."""
    agent: str = ""
    """The subagent's id; empty for a main transcript."""
    prose: bool = True
    rest: bool = True
    """Which lines this reading is for: those of prose, all others, or both."""
    known_calls: dict[str, str] = field(default_factory=dict)
    """Tool names of calls that stand before `start`, by call id."""
    skip: Callable[[Entry], bool] | None = None
    """Whether an entry is a copy that another file already gave."""
    analyses: tuple[Analysis, ...] = ()
    """What looks at each passage that is no copy."""
    _queued: dict[str, Word] = field(default_factory=dict)
    _lines_seen: set[int] = field(default_factory=set)

    def words(self) -> Iterator[Word]:
        """The documents of every whole line, in order."""
        harvest = self.harvest
        number = harvest.lines
        end = self.start
        all_lines = self.prose and self.rest
        for offset, line in read_lines(self.path, self.start):
            if self.until is not None and offset >= self.until:
                break
            number += 1
            end = offset + len(line)
            if line.startswith(b'{"type":"') and copy_line(line, offset, number) is not None:
                continue
            if not all_lines and is_prose_line(line) != self.prose:
                if self.prose and not harvest.facts.inner_session:
                    self._see_session(line, offset, number)
                continue
            entry = decode_whole(line, offset, number)
            if entry is not None:
                yield from self._take(entry, line)
            else:
                for part in decode_line(line, offset, number):
                    yield from self._take(part, line)
        harvest.lines = number
        harvest.end = end + 1 if _byte(self.path, end) == b"\n" else end
        yield from self._queued.values()

    def _see_session(self, line: bytes, offset: int, number: int) -> None:
        """Take in which session a line names that is left to the other reading: the file's first names its own, whichever reads it."""
        if b'"sessionId"' in line:
            for entry in decode_line(line, offset, number):
                self.harvest.facts.see_session(entry)

    def tool_of(self, call_id: str) -> str:
        """The tool of a call that was read; empty when it was not, or is ccmcp's own."""
        tool = self.known_calls.get(call_id, "")
        return "" if tool == _OWN else tool

    def observe(self) -> Iterator[Word]:
        """Have the analysers look at every whole line that may hold anything for them; no words, and no facts."""
        number = self.harvest.lines
        for offset, line in read_lines(self.path, self.start):
            if self.until is not None and offset >= self.until:
                break
            number += 1
            if not any(analysis.wants(line) for analysis in self.analyses):
                continue
            for entry in decode_line(line, offset, number):
                if self.skip is not None and self.skip(entry):
                    continue
                for passage in passages(entry):
                    match passage.block:
                        case ToolCall() as call:
                            self.known_calls[call.id] = _OWN if is_own(call) else name(call.name)
                        case _:
                            pass
                    if self._called(passage) != _OWN or isinstance(passage.block, ToolCall):
                        for analysis in self.analyses:
                            analysis.see(entry, passage, self._called(passage), self._agent(entry))
        self.harvest.lines = number
        yield from ()

    def _called(self, passage: Passage) -> str:
        """The tool of a call, or of the call a result belongs to; empty for everything else."""
        return self.known_calls.get(passage.call_id, "") if passage.call_id else ""

    def _take(self, entry: Entry, line: bytes) -> Iterator[Word]:
        harvest = self.harvest
        mode = harvest.facts.mode
        harvest.facts.see(entry)
        copied = self.skip is not None and self.skip(entry)
        harvest.copied += copied
        if b'"usage"' in line:
            stray = bool(self.agent) and entry.session_id != harvest.facts.inner_session
            if row := usage_row(entry, line, self.agent, copied=copied, stray=stray):
                harvest.usage.append(row)
        self._count(entry)
        if harvest.facts.mode != mode and not copied:
            harvest.moments.append(mode_row(entry, harvest.facts.mode, self._agent(entry)))
        at = -1
        for part, passage in enumerate(passages(entry)):
            own = self._see(entry, passage, copied=copied)
            # What ccmcp answered repeats history; what stands beside a call of it in a shell line does not.
            if not copied and not (own and isinstance(passage.block, ToolResult)):
                for analysis in self.analyses:
                    analysis.see(entry, passage, self._called(passage), self._agent(entry))
            if passage.block is None and not copied and (moment := moment_row(entry, passage)):
                harvest.moments.append((*moment[:4], self._agent(entry), *moment[4:]))
            title = isinstance(entry, CustomTitle | AiTitle) and harvest.facts.see_title(passage.text)
            if (passage.injected and not title) or isinstance(entry, Summary):
                continue
            if copied and (passage.kind == "tool_result" or isinstance(entry, QueueOperation)):
                continue
            text = passage.text if passage.kind != "tool_result" else self._result_text(entry, passage)
            if not text:
                continue
            if at < 0:
                at = seconds(entry.timestamp)
            agent = bool(self.agent) or entry.sidechain
            field_name = _FIELDS.get(passage.kind, NOTED)
            word = Word(field_name, text, passage, part, entry.offset, at, agent, own, copied)
            if isinstance(entry, QueueOperation):
                self._queued[passage.text] = word
                continue
            if self._queued and passage.role == "user":
                self._queued.pop(passage.text, None)
            yield word

    def _see(self, entry: Entry, passage: Passage, *, copied: bool) -> bool:
        """Take a passage's facts; whether it is a call of ccmcp itself or its answer."""
        match passage.block:
            case ToolCall() as call:
                self.harvest.facts.tool_calls += 1
                own = is_own(call)
                self.known_calls[call.id] = _OWN if own else name(call.name)
                if own:
                    self.harvest.facts.own_calls.append(call.id)
                if kind := subagent_type(call):
                    self.harvest.facts.agent_calls[call.id] = name(kind)
                if not copied:
                    self._add_call(entry, call, own=own)
                return own
            case ToolResult() as result:
                if isinstance(entry, User):
                    self.harvest.facts.see_result(result.call_id, entry.tool_use_result)
                if not copied:
                    self._add_result(entry, result)
                if own := self.known_calls.get(result.call_id) == _OWN:
                    waiting = self.harvest.facts.own_calls
                    waiting[:] = [each for each in waiting if each != result.call_id]
                return own
            case None:
                self.harvest.facts.see_passage(entry, passage)
                return False

    def _result_text(self, entry: Entry, passage: Passage) -> str:
        original = original_file(entry.tool_use_result) if isinstance(entry, User) else ""
        if original:
            # Each edit's record repeats the whole file: a line is taken when it is new.
            seen = self._lines_seen
            fresh = {key: each for each in original.split("\n") if (key := hash(each)) not in seen}
            seen.update(fresh)
            original = "\n".join(fresh.values())
        if not (original or passage.extra):
            return passage.text
        return "\n".join(filter(None, (passage.text, passage.extra, original)))

    def _count(self, entry: Entry) -> None:
        """What is counted of an entry whatever it says."""
        harvest = self.harvest
        match entry:
            case User() | Assistant():
                version = entry.version
                if version and entry.uuid and (version[0] in "01" or version.startswith("2.0.")):
                    harvest.leaves.append(entry.uuid)
            case Summary(text=text, leaf_uuid=leaf) if text:
                harvest.summaries.append((entry.offset, leaf, clean(text)))
            case Damaged():
                harvest.damaged += 1
            case Unknown():
                harvest.unknown += 1
            case _:
                pass

    def _add_call(self, entry: Entry, call: ToolCall, *, own: bool) -> None:
        self.harvest.calls[call.id or f"{entry.offset}"] = call_row(entry, call, self._agent(entry), own=own)

    def _add_result(self, entry: Entry, result: ToolResult) -> None:
        columns = result_columns(entry, result)
        if row := self.harvest.calls.get(result.call_id):
            for place, value in zip(RESULT_PLACES, columns, strict=True):
                row[place] = value
        else:
            self.harvest.results.append((*columns, result.call_id))

    def _agent(self, entry: Entry) -> str:
        return self.agent or entry.agent_id or ("sidechain" if entry.sidechain else "")


_OWN = "(own)"
"""What `known_calls` keeps for a call of ccmcp itself, so that its result is known for one too."""


def waiting_calls(tools: Mapping[str, str], facts: FileFacts) -> dict[str, str]:
    """What `known_calls` begins with where a reading goes on: the calls that have no result yet, by id."""
    return {**tools, **dict.fromkeys(facts.own_calls, _OWN)}


def _byte(path: str, at: int) -> bytes:
    with Path(path).open("rb") as file:
        file.seek(at)
        return file.read(1)


def read_meta(path: str) -> object:
    """The meta.json beside a subagent's transcript as JSON; None without one."""
    try:
        return orjson.loads(Path(path).with_suffix(".meta.json").read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return None


def text_pieces(path: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    """A plain text file (a tool result, a plan) from byte to byte, in pieces of about a megabyte cut at lines: (offset, text)."""
    with Path(path).open("rb") as file:
        file.seek(start)
        offset = start
        while offset < end and (block := file.read(min(BLOCK, end - offset))):
            block += file.readline(min(BLOCK, end - offset - len(block)))
            yield offset, block.decode("utf-8", "replace")
            offset += len(block)
