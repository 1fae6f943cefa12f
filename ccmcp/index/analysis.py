"""
What analysers see of transcripts as these are read, and the rows they give. Values, and what an analyser must offer.

An analyser rides along with the reading that indexes a file, or comes after it (`deferred`) newest first, when
text can be searched already. Its rows are kept per file, with the version that made them: only another version, or
bytes that it has not seen, have a file read again. What is named by "module:function" is imported where it runs,
which may be another process.
"""

import importlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any, NamedTuple, Protocol

from ccmcp.index.facts import FileFacts
from ccmcp.transcripts.entries import Entry
from ccmcp.transcripts.passages import Passage


@dataclass(frozen=True, slots=True)
class Analyser:
    """One that looks at transcripts, by name."""

    name: str
    version: str
    """Of its rules: where the rows of a file are of another version, it is asked anew."""
    begin: str
    """"module:function" of (FileFacts, project root of a folder) -> Analysis: a new one for each reading of a file."""
    deferred: bool = False
    """Whether it comes after the reading that indexes, because it takes long."""


@dataclass(frozen=True, slots=True)
class SessionAnalyser:
    """One that looks at whole sessions, when the rows of their files are there."""

    name: str
    version: str
    judge: str
    """"module:function" of SessionTree -> rows."""


@dataclass(frozen=True, slots=True)
class Analysers:
    """All that look at transcripts for one history."""

    of_files: tuple[Analyser, ...] = ()
    of_sessions: SessionAnalyser | None = None


NOBODY = Analysers()
"""No analyser."""


class FindingRow(NamedTuple):
    """Something an analyser found, as the catalogue keeps it: no text in it holds a secret."""

    offset: int
    """Where its line stands in the file."""
    rule: str
    level: int
    """The severity: 0 info to 4 critical."""
    confidence: int
    """0 signal, 1 probable, 2 definite."""
    entry_id: str
    call_id: str
    at: str
    """ISO 8601, UTC, as `index.facts.utc` writes it; empty when unknown."""
    tool: str
    agent: str
    target: str
    """What it was done to, at most 300 characters."""
    evidence: str
    """The part of the transcript that shows it, at most 500 characters."""
    note: str
    fingerprint: str
    """16 hexadecimal digits: the same for the same thing done again."""
    related: str = ""
    """Ids of further entries to read, with blanks between."""
    line: int = 0
    """The line's number in its file, from 1; 0 when unknown."""


class Sight(NamedTuple):
    """Something that was seen and is no finding by itself: a host, an MCP server, a script that was run."""

    offset: int
    kind: str
    value: str
    """At most 300 characters, without secrets."""
    entry_id: str
    call_id: str
    at: str
    agent: str
    note: str = ""


@dataclass(slots=True)
class Observed:
    """What one reading of a file gave an analyser."""

    findings: list[FindingRow] = field(default_factory=list)
    sights: list[Sight] = field(default_factory=list)


class Analysis(Protocol):
    """One reading of one file by one analyser."""

    observed: Observed

    def wants(self, line: bytes) -> bool:
        """Whether a line may hold anything for it. Asked only where nothing else needs the line decoded."""

    def see(self, entry: Entry, passage: Passage, tool: str, agent: str) -> None:
        """Look at a passage; `tool` is that of a result's call, where it is known. Never raises."""


RootOf = Callable[[str], str]


@lru_cache(maxsize=4096)
def root_of(folder: str) -> str:
    """
    The root of the project a folder belongs to: the nearest folder at or above it that git keeps, else itself.

    Asked of the disk; a folder that is not there (any more, or on this machine) is taken for the root.
    """
    at = folder
    while at:
        try:
            if os.path.lexists(os.path.join(at, ".git")):  # noqa: PTH118 - asked for each folder of a history
                return at
        except ValueError:
            break
        above = os.path.dirname(at)  # noqa: PTH120
        if above == at:
            break
        at = above
    return folder


@cache
def named(name: str) -> Callable[..., Any]:
    """The function that "module:function" names, imported now."""
    module, _, function = name.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), function)
    return found


def begun(analyser: Analyser, facts: FileFacts) -> Analysis:
    """The analyser's look at one reading of a file whose facts these are."""
    analysis: Analysis = named(analyser.begin)(facts, root_of)
    return analysis
