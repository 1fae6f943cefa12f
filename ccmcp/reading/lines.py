"""
Entries -> what is remembered of each while a page is looked for: its place, its parent, what kinds of passages it has. Pure.

A session of any size is gone through once for this; the words are read again for the one page that shows them.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ccmcp.index import SessionFile
from ccmcp.transcripts.calls import target
from ccmcp.transcripts.content import ToolCall, ToolResult
from ccmcp.transcripts.entries import (
    AiTitle,
    Assistant,
    Attachment,
    ContinuedIn,
    CustomTitle,
    Damaged,
    Entry,
    LastPrompt,
    QueueOperation,
    Summary,
    System,
    Unknown,
    User,
    flag_of,
    object_of,
    text_of,
)
from ccmcp.transcripts.passages import Passage, passages
from ccmcp.transcripts.results import Outcome, original_file, outcome

PROMPT, ANSWER, CALL, RESULT, THINKING = "pacrt"
SUMMARY, BOUNDARY, SHOWN, NOTED, INJECTED, ODD, SIDE = "sbmoiuf"
"""
What a passage is to a reader, one letter each: what was asked, answered, called, what came of it, what was thought;
a summary, a compaction's mark, a picture or document, a note, what the client put in, what nobody knows, a file beside.
"""

SAID = frozenset(PROMPT + ANSWER + CALL + RESULT)

_ERROR_LENGTH = 2_000
_SAVED = re.compile(r"saved to:? [^\n]{0,4000}?tool-results[/\\]([\w.@+-]+)")
_INTERRUPTED = "[Request interrupted by user"
_EDITS = frozenset({"Edit", "MultiEdit", "Write", "NotebookEdit"})


@dataclass(slots=True, eq=False)
class Line:
    """One entry as it is remembered."""

    file: int
    """Its file, by its number among the session's."""

    offset: int
    number: int

    nth: int
    """Which of the objects on its line."""

    id: str
    named: bool
    """Whether the id is its uuid."""

    parent: str
    agent: str
    """The subagent it belongs to; empty for the conversation itself."""

    codes: str
    """A letter for each of its passages; empty when there is nothing to read."""

    size: int = 0
    """Characters of its passages."""

    calls: tuple[str, ...] = ()
    """The tool calls it makes."""

    rewind: bool = False
    """Whether the client notes here that it went back to the start."""

    sides: tuple[int, ...] = ()
    """The side files that hold its results whole, by their number; -1 for one that is gone."""

    before: "Line | None" = None
    """Of an edit's result: the last one before that kept the same file as it was."""


@dataclass(slots=True)
class Called:
    """What is remembered of a tool call."""

    name: str = ""
    file: str = ""
    """The file it edits."""
    outcome: Outcome = "pending"
    error: str = ""
    """How the result of a failed one begins."""
    agent: str = ""
    """The subagent it started."""


@dataclass(slots=True)
class Survey:
    """A session as it is remembered."""

    files: Sequence[SessionFile]
    lines: list[Line] = field(default_factory=list)
    """All of them, file by file."""
    calls: defaultdict[str, Called] = field(default_factory=lambda: defaultdict(Called))
    begins: dict[int, str] = field(default_factory=dict)
    """When the first entry of each file was written."""
    referenced: set[int] = field(default_factory=set)
    """The side files that a tool result names, by their number."""
    unreadable: dict[str, str] = field(default_factory=dict)
    """Transcripts that could not be read (to their end), by path: why."""


def survey(files: Sequence[SessionFile], entries: Iterable[tuple[int, Entry]]) -> Survey:
    """Go through a session's entries, each with the number of its file, and remember what reading needs."""
    found = _Surveyor(Survey(files))
    for number, entry in entries:
        found.take(number, entry)
    found.survey.lines += _beside(found.survey)
    return found.survey


def _beside(found: Survey) -> Iterator[Line]:
    """The side files that no result names, and plans, as lines behind all others."""
    for number, file in enumerate(found.files):
        if file.kind in ("result", "plan") and number not in found.referenced:
            name = f"file:{_name(file.path)}"
            yield Line(number, 0, 0, 0, name, named=False, parent="", agent="", codes=SIDE)


class _Surveyor:
    """One going through under way."""

    def __init__(self, found: Survey) -> None:
        self.survey = found
        self._queued: dict[int, Line] = {}
        self._titles: set[int] = set()
        self._chains: dict[str, str] = {}
        self._tasks: dict[int, str] = {}
        self._kept: dict[str, Line] = {}
        self._agents_seen: set[str] = set()
        self._sides = {
            _name(file.path): number for number, file in enumerate(found.files) if file.kind == "result"
        }
        for file in found.files:
            if file.kind == "agent" and file.agent_call:
                found.calls[file.agent_call].agent = file.agent_id
                self._agents_seen.add(file.agent_id)

    def take(self, number: int, entry: Entry) -> None:
        """Remember one entry."""
        lines = self.survey.lines
        last = lines[-1] if lines else None
        again = last is not None and last.file == number and last.offset == entry.offset
        line = Line(
            file=number,
            offset=entry.offset,
            number=entry.number,
            nth=last.nth + 1 if last and again else 0,
            id=entry.id,
            named=bool(entry.uuid),
            parent=entry.parent_uuid,
            agent=self.survey.files[number].agent_id or self._chain(entry),
            codes="",
        )
        lines.append(line)
        if entry.timestamp:
            self.survey.begins.setdefault(number, entry.timestamp)
        self._passages(line, entry)
        self._join(line, entry)
        if isinstance(entry, LastPrompt):
            line.rewind = flag_of(entry.record, "explicit") and not entry.leaf_uuid.strip("0-")

    def _chain(self, entry: Entry) -> str:
        """A subagent inside the main file (up to 2.0.14) goes by the id of its first entry."""
        if not entry.sidechain:
            return ""
        name = entry.agent_id or self._chains.get(entry.parent_uuid) or entry.id
        if entry.uuid:
            self._chains[entry.uuid] = name
        return name

    def _passages(self, line: Line, entry: Entry) -> None:
        codes = []
        for passage in passages(entry):
            codes.append(code := code_of(entry, passage))
            line.size += len(passage.text) + len(passage.extra)
            if code == PROMPT:
                self._prompt(line, entry, passage)
        line.codes = "".join(codes)
        match entry:
            case CustomTitle(text=text) | AiTitle(text=text) | Summary(text=text):
                title = hash((entry.type, text))
                line.codes = "" if title in self._titles else line.codes
                self._titles.add(title)
            case ContinuedIn(to=to) if to:
                line.codes = NOTED
            case _:
                pass

    def _prompt(self, line: Line, entry: Entry, passage: Passage) -> None:
        """A prompt that was queued stands in two lines: what shows where it was taken up is kept."""
        words = hash(passage.text)
        if isinstance(entry, QueueOperation):
            self._queued[words] = line
            return
        if waited := self._queued.pop(words, None):
            waited.codes = ""
        if line.agent and line.agent not in self._agents_seen:
            self._agents_seen.add(line.agent)
            if call := self._tasks.pop(words, ""):
                self.survey.calls[call].agent = self.survey.calls[call].agent or line.agent

    def _join(self, line: Line, entry: Entry) -> None:
        match entry:
            case Assistant():
                for block in entry.blocks():
                    if isinstance(block, ToolCall):
                        self._called(line, block)
                    elif isinstance(block, ToolResult):
                        self._came(block, "error" if block.is_error else "ok")
            case User():
                for block in entry.blocks():
                    if isinstance(block, ToolResult):
                        self._came(block, outcome(entry, block), entry)
                        self._saved(line, block)
                self._keep(line, entry)
            case _:
                pass

    def _called(self, line: Line, block: ToolCall) -> None:
        line.calls = (*line.calls, block.id)
        called = self.survey.calls[block.id]
        called.name = block.name
        if block.name in _EDITS:
            called.file = target(block)
        elif block.name in ("Agent", "Task") and (prompt := block.argument("prompt")):
            self._tasks[hash(prompt)] = block.id

    def _came(self, block: ToolResult, came: Outcome, entry: User | None = None) -> None:
        called = self.survey.calls[block.call_id]
        called.outcome = came
        called.error = "" if came == "ok" else block.text[:_ERROR_LENGTH]
        if entry is not None and isinstance(entry.tool_use_result, dict):
            called.agent = called.agent or text_of(entry.tool_use_result, "agentId")

    def _saved(self, line: Line, block: ToolResult) -> None:
        if found := _SAVED.search(block.text, 0, 5_000):
            side = self._sides.get(found[1], -1)
            line.sides = (*line.sides, side)
            self.survey.referenced.add(side)

    def _keep(self, line: Line, entry: User) -> None:
        if original_file(entry.tool_use_result):
            path = text_of(object_of(entry.record, "toolUseResult"), "filePath")
            line.before = self._kept.get(path)
            self._kept[path] = line


def code_of(entry: Entry, passage: Passage) -> str:
    """What a passage is to a reader."""
    if passage.kind in _BY_KIND:
        return _BY_KIND[passage.kind]
    if isinstance(entry, Unknown | Damaged):
        return ODD
    if isinstance(entry, System) and entry.compaction:
        return BOUNDARY
    if passage.role == "user" and passage.kind == "attachment":
        return SHOWN
    if passage.text.startswith(_INTERRUPTED) and isinstance(entry, User):
        return NOTED
    if passage.injected or isinstance(entry, Summary):
        return INJECTED
    return _BY_SPEAKER.get((passage.role, passage.kind), NOTED)


_BY_KIND = {"thinking": THINKING, "tool_call": CALL, "tool_result": RESULT}
_BY_SPEAKER = {
    ("user", "text"): PROMPT,
    ("user", "command"): PROMPT,
    ("assistant", "text"): ANSWER,
    ("system", "summary"): SUMMARY,
}


def kind_of_attachment(entry: Entry) -> str:
    """The type of an attachment; empty for other entries."""
    return entry.kind if isinstance(entry, Attachment) else ""


def _name(path: str) -> str:
    return re.split(r"[/\\]", path)[-1]
