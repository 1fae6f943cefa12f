"""Words -> what Tantivy is given: of passages and of sessions. Pure."""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TypeAlias

import tantivy

from ccmcp.index.about import Counted, by_bit, levels
from ccmcp.index.codes import ANY, DONE_ABOUT, PARTS, SAID_ABOUT, TITLE, what_code
from ccmcp.index.harvest import Word
from ccmcp.index.tokens import Words, tokens
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
class SessionTokens:
    """What a session's document is made from, gathered from its files until it is written."""

    title: str = ""
    fields: dict[str, Counted] = field(default_factory=dict)
    """By the field's name (`weights.FIELD_WEIGHTS`, and `done`)."""

    def __bool__(self) -> bool:
        """Whether there is anything in it."""
        return bool(self.fields)

    def name(self, title: str, project: str) -> None:
        """Take in its title, and the path of its project: of that the last two folders' names."""
        self.title = title
        folders = re.split(r"[/\\]", project.rstrip("/\\"))[-2:]
        for name, texts in (("title", fed(title)), ("project", fed(" ".join(folders)))):
            if any(texts):
                self.fields[name] = tokens(Words(*texts).counts())

    def add(self, other: "SessionTokens") -> None:
        """Take in what another file of the session gave."""
        for name, (found, length) in other.fields.items():
            if name not in self.fields:
                self.fields[name] = found, length
            elif name != "first":
                before, already = self.fields[name]
                self.fields[name] = Counter(before) + Counter(found), already + length

    def document(self, session: int) -> tantivy.Document:
        """The document of a session of which this is all, or all that was said or done."""
        document = tantivy.Document()
        document.add_integer("session", session)
        for text in fed(self.title):
            if text:
                document.add_text(TITLE, text)
        said = {name: counted for name, counted in self.fields.items() if name != "done"}
        done = {name: counted for name, counted in self.fields.items() if name == "done"}
        for names, counted in ((SAID_ABOUT, said), (DONE_ABOUT, done)):
            if counted:
                found = levels(counted)
                found[ANY] = 0
                for name, some in zip(names, by_bit(found), strict=True):
                    document.add_text(name, " ".join(some))
        return document


@dataclass(slots=True)
class SessionWords:
    """The words of one file that tell what its session is about, counted as they are read."""

    first: Words = field(default_factory=Words)
    prompts: Words = field(default_factory=Words)
    answers: Words = field(default_factory=Words)
    done: Words = field(default_factory=Words)

    def take(self, word: Word, parts: str) -> None:
        """
        Take in what was said, and what tools were aimed at.

        `parts` are the parts of the text's camelCase words. What subagents say is among what was
        done. Not the tools' names: nearly every session has them, and a filter asks for them.
        """
        passage, text = word.passage, word.text
        if word.own:
            return
        match passage.role, passage.kind:
            case (_, "tool_call") | ("system", "command"):
                into = self.done
                if len(text) > ACTION_LENGTH:
                    text, parts = fed(text[:ACTION_LENGTH])
            case _, "text" | "thinking" | "command" | "summary" if word.agent:
                into = self.done
            case "user", "text" | "command":
                into = self.prompts
                if passage.kind == "text" and not self.first:
                    self.first.add(text[:FIRST_LENGTH])
            case ("assistant", "text" | "thinking") | (_, "summary"):
                into = self.answers
            case _:
                return
        into.add(text)
        if parts:
            into.add(parts)

    def settle(self) -> None:
        """Count all that waits to be: counts are quicker to hand on than texts."""
        for words in (self.first, self.prompts, self.answers, self.done):
            words.counts()

    def tokens(self) -> SessionTokens:
        """What a document is made from. Left to the process that writes, which waits for the other one."""
        fields = {"first": self.first, "prompts": self.prompts, "answers": self.answers, "done": self.done}
        return SessionTokens(fields={name: tokens(words.counts()) for name, words in fields.items() if words})
