"""What the stores hold, in names and numbers: the index's fields, codes of roles and kinds, the version. Values only."""

from collections.abc import Iterator
from itertools import product
from typing import Final

from ccmcp.transcripts.vocabulary import Kind, Role

SCHEMA_VERSION = 7
"""Raised with every change of what is indexed or how; another version on disk means: build anew."""

SAID, THOUGHT, INPUT, OUTPUT, NOTED = "said", "thought", "input", "output", "noted"
PASSAGE_FIELDS: Final = (SAID, THOUGHT, INPUT, OUTPUT, NOTED)
"""Prompts and answers; thinking; tool inputs; tool results; what the client noted, summaries, attachments, commands."""

TITLE: Final = "title"
"""All titles of a session, as a text to find phrases in."""

SAID_ABOUT: Final = ("said_words", "said_1", "said_2", "said_4")
DONE_ABOUT: Final = ("done_words", "done_1", "done_2", "done_4")
"""
Tokens of what was said and of what was done: all of them, then those whose level (0 to 7) has this bit.

A level that is a sum of fields is one that a query can add up: Tantivy's own ranking knows
a fixed share of a document's length, and how much a session is about a word needs all of it.
"""

ANY: Final = "*"
"""A token that every document has in SAID_ABOUT or DONE_ABOUT it has words in: tells how many have."""

ROLES: Final[tuple[Role, ...]] = ("user", "assistant", "tool", "system")
KINDS: Final[tuple[Kind, ...]] = (
    "text", "thinking", "tool_call", "tool_result", "summary", "attachment", "command", "unknown",
)  # fmt: skip
EXCLUDED_BY_SETTINGS, COPY_OF_ANOTHER, SIDE_FILES_ONLY = 1, 2, 3
"""Why a session is not listed: settings leave it out; it is a shorter copy; only typed prompts or side files of it are left."""

PARTS = 1024
"""`place` is a line's offset times this, plus the passage's number in its line."""


def what_code(role: Role, kind: Kind, *, agent: bool = False, own: bool = False) -> int:
    """A passage's role and kind, whether a subagent's and whether about ccmcp itself, in one number."""
    return (((ROLES.index(role) * len(KINDS)) + KINDS.index(kind)) * 2 + agent) * 2 + own


def what_codes(
    *, role: str = "", kind: str = "", agent: bool | None = None, own: bool | None = None
) -> Iterator[int]:
    """Every code that fits; "" and None fit all."""
    for a_role, a_kind, an_agent, an_own in product(ROLES, KINDS, (False, True), (False, True)):
        if (
            role in ("", a_role)
            and kind in ("", a_kind)
            and agent in (None, an_agent)
            and own in (None, an_own)
        ):
            yield what_code(a_role, a_kind, agent=an_agent, own=an_own)


def role_and_kind(code: int) -> tuple[Role, Kind]:
    """The role and kind of a code."""
    role, kind = divmod(code // 4, len(KINDS))
    return ROLES[role], KINDS[kind]
