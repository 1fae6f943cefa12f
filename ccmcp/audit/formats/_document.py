"""What a report for people is made of, however it is written: Markdown and HTML are made of the same document. Values only."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from ccmcp.audit.rule import Severity

Tone: TypeAlias = Severity | Literal["good", "plain"]


# -- within a line


@dataclass(frozen=True, slots=True)
class Code:
    """A command, path, id or digest, as it stands; may break anywhere."""

    text: str


@dataclass(frozen=True, slots=True)
class Label:
    """A word that stands out: a severity, a state."""

    text: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Strong:
    """What the eye should meet first."""

    text: str


@dataclass(frozen=True, slots=True)
class Small:
    """What may be read later."""

    text: str


@dataclass(frozen=True, slots=True)
class Break:
    """A new line, where there is room for one."""


BREAK = Break()

Inline: TypeAlias = str | Code | Label | Strong | Small | Break
Text: TypeAlias = Inline | tuple[Inline, ...]
"""Parts of a line; nothing stands between them that they don't hold."""


# -- blocks


@dataclass(frozen=True, slots=True)
class Heading:
    """The head of a section (level 2) or of a part of one (level 3)."""

    text: Text
    level: Literal[2, 3] = 2


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; one with a tone is set off."""

    text: Text
    tone: Tone | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that counts, and of what."""

    value: str
    caption: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers to begin with."""

    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values."""

    facts: tuple[tuple[str, Text], ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    head: str
    width: int = 0
    """Its part of the width in per cent; 0 for what the others leave."""

    number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table; its head is repeated on every page."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Text, ...], ...]
    caption: str = ""
    """What it is, for those who don't see what stands above it."""


@dataclass(frozen=True, slots=True)
class Box:
    """Something to look at and tick."""

    title: str
    verdict: str
    tone: Tone
    details: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Boxes:
    """A list of them."""

    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class SignOff:
    """Where a reviewer signs: names of fields to be filled in by hand."""

    statement: str
    fields: tuple[str, ...]


Block: TypeAlias = Heading | Paragraph | Figures | Facts | Table | Boxes | SignOff


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A report for people."""

    title: str
    subtitle: str = ""
    facts: tuple[tuple[str, Text], ...] = ()
    """What it is about and how it was made."""

    blocks: tuple[Block, ...] = ()
    footer: str = ""
    one_page: bool = False
    """Whether it is to fit on one page."""


def flat(text: Text) -> tuple[Inline, ...]:
    """The parts of a text."""
    return text if isinstance(text, tuple) else (text,)
