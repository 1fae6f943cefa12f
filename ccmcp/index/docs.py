"""Words -> what Tantivy is given: of passages and of sessions. Pure."""

from collections import Counter
from dataclasses import dataclass, field
from typing import TypeAlias

import tantivy

from ccmcp.index.about import by_bit, levels
from ccmcp.index.codes import ANY, DONE_ABOUT, PARTS, SAID_ABOUT, TITLE, what_code
from ccmcp.index.harvest import Word
from ccmcp.index.tokens import count
from ccmcp.index.words import fed

FIRST_LENGTH = 2_000
"""So many characters of the first prompt tell what a session was begun for."""

ACTION_LENGTH = 400
"""So many of a tool's input: its values stand one a line, the target among the first; a written file's text is no action."""

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
    """The words of one session, counted until its document is written."""

    title: list[str] = field(default_factory=list)
    first: Counter[bytes] = field(default_factory=Counter)
    prompts: Counter[bytes] = field(default_factory=Counter)
    answers: Counter[bytes] = field(default_factory=Counter)
    done: Counter[bytes] = field(default_factory=Counter)

    def take(self, word: Word, parts: str) -> None:
        """
        Take in what tells what a session is about: what was said, and what its tools were aimed at.

        `parts` are the parts of the text's camelCase words. What subagents say is among what was
        done. Not the tools' names: nearly every session has them, and a filter asks for them.
        """
        passage, text = word.passage, word.text
        if word.own:
            return
        match passage.role, passage.kind:
            case _, "tool_call" | "command" if passage.kind == "tool_call" or passage.role == "system":
                if len(text) > ACTION_LENGTH:
                    text, parts = fed(text[:ACTION_LENGTH])
                into = self.done
            case _, "text" if word.agent:
                into = self.done
            case "user", "text" | "command":
                into = self.prompts
                if passage.kind == "text" and not self.first:
                    count(text[:FIRST_LENGTH], self.first)
            case "assistant", "text" | "thinking":
                into = self.answers
            case _, "summary":
                into = self.answers
            case _:
                return
        count(text, into)
        if parts:
            count(parts, into)

    def __bool__(self) -> bool:
        """Whether there is anything in it."""
        return bool(self.title or self.prompts or self.answers or self.done)

    def add(self, other: "SessionWords") -> None:
        """Take in what another file of the session gave."""
        self.title += other.title
        self.first = self.first or other.first
        self.prompts.update(other.prompts)
        self.answers.update(other.answers)
        self.done.update(other.done)

    def document(self, session: int) -> tantivy.Document:
        """The document of these words."""
        document = tantivy.Document()
        document.add_integer("session", session)
        titles: Counter[bytes] = Counter()
        for title in filter(None, self.title):
            for text in fed(title):
                if text:
                    document.add_text(TITLE, text)
                    count(text, titles)
        said = {"title": titles, "first": self.first, "prompts": self.prompts, "answers": self.answers}
        for names, fields in ((SAID_ABOUT, said), (DONE_ABOUT, {"done": self.done})):
            if any(fields.values()):
                found = levels({name: raw for name, raw in fields.items() if raw})
                found[ANY] = 0
                for name, some in zip(names, by_bit(found), strict=True):
                    document.add_text(name, " ".join(some))
        return document
