"""An entry -> what is shown of it at a level of detail. Pure: what reads files and cleans texts is handed in."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ccmcp.reading.lines import (
    ANSWER,
    BOUNDARY,
    CALL,
    INJECTED,
    NOTED,
    PROMPT,
    RESULT,
    SHOWN,
    SUMMARY,
    Called,
    Line,
    Survey,
    code_of,
    kind_of_attachment,
)
from ccmcp.transcripts.calls import target
from ccmcp.transcripts.content import ToolCall, leaves
from ccmcp.transcripts.entries import Attachment, ContinuedIn, Entry, Message, User
from ccmcp.transcripts.passages import Passage, passages
from ccmcp.transcripts.results import original_file
from ccmcp.transcripts.vocabulary import Kind, Role

Detail: TypeAlias = Literal["outline", "dialogue", "full"]

DIALOGUE = frozenset(PROMPT + ANSWER + CALL + SUMMARY + BOUNDARY + SHOWN + NOTED)
"""What the dialogue shows."""

_SHORTENED = {SUMMARY: 1_200, NOTED: 400}
"""So many characters the dialogue shows of what neither of the two said."""

_TARGET_LENGTH = 160
_ERROR_LENGTH = 160
_PLACES = 10
"""A passage may be several items: its words, the client's record, the file before an edit, side files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing to show, with all its words, which are clean."""

    place: int
    """Which of its entry's."""
    at: str
    """When, as it stands in the transcript."""
    role: Role
    kind: Kind
    text: str
    tool: str = ""
    note: str = ""
    """What to know of it, in our words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Where the words of entries come from."""

    survey: Survey
    clean: Callable[[str], str]
    """Any text -> what may be shown of it."""
    side_text: Callable[[str], str]
    """A side file's path -> its words."""
    entry_at: Callable[[Line], Entry | None]
    """A line -> its entry."""


def items(line: Line, entry: Entry, shelf: Shelf, *, full: bool, whole: bool = False) -> Iterator[Item]:
    """
    What is shown of an entry: everything when `full`, else what belongs to the dialogue.

    `whole` is for the entry a reader asked for by its id: nothing of it is left out or shortened.
    """
    if line.codes or whole:
        yield from _Showing(line, entry, shelf).items(full=full, whole=whole)


@dataclass(frozen=True, slots=True)
class _Showing:
    """One entry on its way to be shown."""

    line: Line
    entry: Entry
    shelf: Shelf

    def items(self, *, full: bool, whole: bool) -> Iterator[Item]:
        found = list(passages(self.entry))
        if isinstance(self.entry, ContinuedIn):
            found = [Passage("system", "unknown", f"Went on as session {self.entry.to}")]
        elif whole and not found:
            found = [Passage("system", "unknown", leaves(self.entry.record))]
        for part, passage in enumerate(found):
            code = code_of(self.entry, passage)
            if full or whole:
                yield from self._all(passage, code, part * _PLACES, whole=whole)
            elif code in DIALOGUE:
                yield self._short(passage, code, part * _PLACES)

    def _item(self, place: int, passage: Passage, text: str, note: str = "", tool: str = "") -> Item:
        return Item(
            place=place,
            at=self.entry.timestamp,
            role=passage.role,
            kind=passage.kind,
            text=self.shelf.clean(text),
            tool=slug(tool or passage.tool),
            note=note,
        )

    def _short(self, passage: Passage, code: str, place: int) -> Item:
        note = slug(kind_of_attachment(self.entry)) if code == NOTED else ""
        if code == CALL:
            called = self._called(passage)
            return self._item(place, passage, self._outcome(passage, called), _subagent(called))
        item = self._item(place, passage, passage.text, note)
        most, size = _SHORTENED.get(code, 0), len(item.text)
        if not most or size <= most:
            return item
        told = ", ".join(filter(None, (note, f"its first {most:,} of {size:,} characters")))
        return self._item(place, passage, item.text[:most], told)

    def _outcome(self, passage: Passage, called: Called) -> str:
        """A call on one line: what it was aimed at, and what came of it."""
        clean = self.shelf.clean
        block = self._block(passage)
        aim = cut(one_line(clean(target(block) if block else passage.text)), _TARGET_LENGTH)
        error = cut(one_line(clean(re.sub(r"</?tool_use_error>", "", called.error))), _ERROR_LENGTH)
        return f"{aim} → {called.outcome}{': ' if error else ''}{error}".strip()

    def _all(self, passage: Passage, code: str, place: int, *, whole: bool) -> Iterator[Item]:
        match code:
            case _ if code == CALL:
                called, block = self._called(passage), self._block(passage)
                note = ", ".join(filter(None, (_unless_ok(called), _subagent(called))))
                yield self._item(place, passage, written(block.input) if block else passage.text, note)
            case _ if code == RESULT:
                yield from self._result(passage, place)
            case _ if code == INJECTED:
                yield from self._injected(passage, place, whole=whole)
            case _:
                yield self._item(place, passage, passage.text, slug(kind_of_attachment(self.entry)))

    def _result(self, passage: Passage, place: int) -> Iterator[Item]:
        called = self._called(passage)
        yield self._item(place, passage, passage.text, _unless_ok(called), called.name)
        if passage.extra:
            yield self._item(place + 1, passage, passage.extra, "the client's record of it", called.name)
        if original := self._original():
            yield self._item(place + 2, passage, original, "the file before this edit", called.name)
        for extra, side in enumerate(self.line.sides[: _PLACES - 3], start=3):
            words, note = "", "its whole output was kept in a file that is gone"
            if side >= 0:
                words = self.shelf.side_text(self.shelf.survey.files[side].path)
                note = "the whole output, from its side file"
            yield self._item(place + extra, passage, words, note, called.name)

    def _original(self) -> str:
        """The file as it was before an edit; after its first edit only the lines that were not in it before."""
        text = original_file(self.entry.tool_use_result) if isinstance(self.entry, User) else ""
        before = self.shelf.entry_at(self.line.before) if text and self.line.before else None
        if not isinstance(before, User):
            return text
        known = set(original_file(before.tool_use_result).split("\n"))
        return "\n".join(each for each in text.split("\n") if each not in known)

    def _injected(self, passage: Passage, place: int, *, whole: bool) -> Iterator[Item]:
        if not isinstance(self.entry, Attachment):
            yield self._item(place, passage, passage.text, "injected")
            return
        words = leaves({key: value for key, value in self.entry.attachment.items() if key != "type"})
        yield self._item(place, passage, passage.text, f"injected, {len(words):,} characters")
        if whole and words:
            yield self._item(place + 1, passage, words, "injected")

    def _called(self, passage: Passage) -> Called:
        return self.shelf.survey.calls.get(passage.call_id, Called())

    def _block(self, passage: Passage) -> ToolCall | None:
        """The call as the model made it."""
        if isinstance(self.entry, Message):
            for block in self.entry.blocks():
                if isinstance(block, ToolCall) and block.id == passage.call_id and block.text == passage.text:
                    return block
        return None


def _unless_ok(called: Called) -> str:
    return "" if called.outcome == "ok" else called.outcome


def _subagent(called: Called) -> str:
    return f"subagent {short_agent(called.agent)}" if called.agent else ""


def written(value: object) -> str:
    """A tool's input for a reader: one argument a line with its name, texts as they are."""
    if not isinstance(value, Mapping):
        return value if isinstance(value, str) else _json(value)
    if len(value) == 1 and isinstance(only := next(iter(value.values())), str):
        return only
    return "\n".join(
        f"{name}: {inner if isinstance(inner, str) else _json(inner)}" for name, inner in value.items()
    )


def _json(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False)
    except (ValueError, RecursionError):
        return leaves(value)


def one_line(text: str) -> str:
    """The words of a text on one line."""
    return " ".join(text.split())


def cut(text: str, length: int) -> str:
    """A text of at most so many characters, an ellipsis where something was left out."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def slug(text: str) -> str:
    """A name from a transcript (a tool, a type, an agent) that can stand among our own words."""
    return re.sub(r"[^\w.:/@-]+", "_", text)[:80]


def short_agent(name: str) -> str:
    """A subagent's id, cut where that is enough to name it."""
    return name[:8] if re.fullmatch(r"[0-9a-f]{8}[0-9a-f-]*", name) else slug(name)
