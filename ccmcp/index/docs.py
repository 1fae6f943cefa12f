"""Words -> what Tantivy is given: of passages and of sessions. Pure."""

from dataclasses import dataclass, field
from typing import TypeAlias

import tantivy

from ccmcp.index import codes
from ccmcp.index.codes import PARTS, what_code
from ccmcp.index.harvest import Word
from ccmcp.index.words import fed

PIECE = 256 * 1024
"""A session's words are written in documents of about so many characters: bounds memory and a giant session's weight."""

Prepared: TypeAlias = tuple[str, str, str, int, str, int, int]
"""A passage ready for the index: field, text, camelCase parts, what, tool, place, at."""


def prepared(word: Word, tool: str) -> Prepared:
    """What is indexed of a passage. A plain tuple: it may go from one process to another."""
    passage = word.passage
    text, parts = fed(word.text)
    what = what_code(passage.role, passage.kind, agent=word.agent, own=word.own)
    return word.field, text, parts, what, tool, word.offset * PARTS + min(word.part, PARTS - 1), word.at


def passage_document(
    passage: Prepared, *, session: int, file: int, tool: int, batch: int
) -> tantivy.Document:
    """The document of a passage."""
    name, text, parts, what, _, place, at = passage
    document = tantivy.Document()
    document.add_text(name, text)
    if parts:
        document.add_text(name, parts)
    add = document.add_integer
    add("session", session)
    add("file", file)
    add("what", what)
    add("tool", tool)
    add("batch", batch)
    add("place", place)
    add("at", at)
    return document


@dataclass(slots=True)
class SessionWords:
    """The words of one session, gathered until they are written."""

    title: list[str] = field(default_factory=list)
    first: str = ""
    prompts: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)
    size: int = 0

    def take(self, word: Word) -> None:
        """Take in what belongs in a session's document: its words in prose, and what its tools were aimed at."""
        passage = word.passage
        if word.own:
            return
        if passage.kind in ("text", "summary", "command", "attachment"):
            spoken = self.answers if passage.role == "assistant" else self.prompts
            spoken.append(word.text if len(word.text) <= PIECE else word.text[:PIECE])
            if not self.first and passage.role == "user" and passage.kind == "text" and not word.agent:
                self.first = word.text[:2_000]
        elif passage.kind == "tool_call":
            # The values of the input stand one a line, the target among the first: a written file's text is no action.
            # Not the tool's name: nearly every session has it, no passage shows it, and a filter asks for it.
            self.actions.append(word.text[:400])
        else:
            return
        self.size += min(len(word.text), PIECE)

    def add(self, other: "SessionWords") -> None:
        """Take in what another file of the session gave."""
        self.title += other.title
        self.first = self.first or other.first
        self.prompts += other.prompts
        self.answers += other.answers
        self.actions += other.actions
        self.size += other.size

    def document(self, session: int) -> tantivy.Document:
        """The document of these words."""
        document = tantivy.Document()
        document.add_integer("session", session)
        for name, texts in (
            (codes.TITLE, self.title),
            (codes.FIRST, [self.first]),
            (codes.PROMPTS, self.prompts),
            (codes.ANSWERS, self.answers),
            (codes.ACTIONS, self.actions),
        ):
            text, parts = fed("\n".join(filter(None, texts)))
            if text:
                document.add_text(name, text)
                if parts:
                    document.add_text(name, parts)
        return document
