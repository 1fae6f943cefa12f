"""
The content of a message as typed blocks. Pure and total: any JSON value in, blocks out.

Content is a string or a list of blocks; in real files a block's own content may be
a string, a list, an object or null, and a tool's input a string.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias

BlockKind: TypeAlias = Literal["text", "thinking", "tool_call", "tool_result", "image", "document", "unknown"]


@dataclass(frozen=True, slots=True)
class Block:
    """What all blocks share."""

    kind: ClassVar[BlockKind] = "unknown"

    text: str
    """The words in it; empty when it has none."""


@dataclass(frozen=True, slots=True)
class Text(Block):
    """Words, said or written."""

    kind: ClassVar[BlockKind] = "text"


@dataclass(frozen=True, slots=True)
class Thinking(Block):
    """The model's thinking; from 2.1.70 on often empty, with a signature only."""

    kind: ClassVar[BlockKind] = "thinking"


@dataclass(frozen=True, slots=True)
class ToolCall(Block):
    """A call of a tool, the API's own server tools included. `text` is the values of its input, one a line."""

    kind: ClassVar[BlockKind] = "tool_call"

    id: str
    name: str
    input: object
    """As the model gave it: nearly always an object."""

    def argument(self, name: str) -> str:
        """One argument when it is a text; empty otherwise."""
        value = self.input.get(name) if isinstance(self.input, dict) else None
        return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class ToolResult(Block):
    """The result of a tool call. `text` is what the model saw of it."""

    kind: ClassVar[BlockKind] = "tool_result"

    call_id: str
    is_error: bool


@dataclass(frozen=True, slots=True)
class Image(Block):
    """A picture; `text` is its media type."""

    kind: ClassVar[BlockKind] = "image"


@dataclass(frozen=True, slots=True)
class Document(Block):
    """A document; `text` is its title, and its words when they are plain."""

    kind: ClassVar[BlockKind] = "document"


@dataclass(frozen=True, slots=True)
class UnknownBlock(Block):
    """A block of a type we do not know; `text` is every text in it but the type."""

    type: str


def blocks(content: object) -> Iterator[Block]:
    """The blocks of a message's content."""
    if isinstance(content, str):
        yield Text(content)
    elif isinstance(content, list):
        for part in content:
            yield block(part)
    elif isinstance(content, dict):
        yield block(content)


def block(part: object) -> Block:  # noqa: PLR0911 - one return a type of block
    """One part of a content list as a block."""
    if not isinstance(part, dict):
        return Text(part) if isinstance(part, str) else UnknownBlock("", "")
    match part.get("type"):
        case "text":
            return Text(_text(part.get("text")))
        case "tool_use" | "server_tool_use" | "mcp_tool_use":
            given = part.get("input")
            return ToolCall(leaves(given), _text(part.get("id")), _text(part.get("name")), given)
        case "tool_result" | "mcp_tool_result":
            call_id = _text(part.get("tool_use_id"))
            return ToolResult(result_text(part.get("content")), call_id, part.get("is_error") is True)
        case "thinking":
            return Thinking(_text(part.get("thinking")))
        case "redacted_thinking":
            return Thinking("")
        case "image":
            return Image(_media_type(part))
        case "document":
            return Document(_document(part))
        case str(kind) if kind.endswith("_tool_result"):
            # web_search_tool_result, code_execution_tool_result ... of the API's own tools.
            content = part.get("content")
            return ToolResult(_server_text(content), _text(part.get("tool_use_id")), _server_error(content))
        case kind:
            return UnknownBlock(_untyped(part), kind if isinstance(kind, str) else "")


def result_text(content: object) -> str:
    """The words of a tool result: a string, a list of blocks, an object, or nothing."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        if len(content) == 1:
            return _part_text(content[0])
        return "\n".join(filter(None, map(_part_text, content)))
    return leaves(content)


def _part_text(part: object) -> str:
    if isinstance(part, dict):
        kind = part.get("type")
        if kind == "text":
            return _text(part.get("text"))
        if kind == "image":
            return ""
        if kind == "document":
            return _document(part)
        if kind == "tool_reference":
            return _text(part.get("tool_name"))
    return leaves(part)


def _server_text(content: object) -> str:
    """The words of a result of one of the API's own tools: no types, and nothing encrypted."""
    parts = content if isinstance(content, list) else [content]
    return "\n".join(
        filter(None, (_untyped(part) if isinstance(part, dict) else leaves(part) for part in parts))
    )


def _server_error(content: object) -> bool:
    kind = content.get("type") if isinstance(content, dict) else None
    return isinstance(kind, str) and kind.endswith("_error")


def _untyped(part: Mapping[str, object]) -> str:
    return leaves({key: value for key, value in part.items() if key != "type"})


_OPAQUE = frozenset(
    {
        "base64", "cache_control", "data", "encrypted_content", "encrypted_index", "encrypted_stdout",
        "signature", "tool_use_id",
    }
)  # fmt: skip
"""Keys whose values are no words: signatures, ciphers, pictures."""

_CARRIERS = frozenset({"base64", "image", "audio", "thinking", "redacted_thinking"})
"""Types of objects whose `data` or `signature` is bytes; elsewhere, as in a tool's input, they are words."""


def leaves(value: object) -> str:
    """Every text, number and truth value inside a JSON value, one a line, without keys and without pictures."""
    if isinstance(value, str):
        return value
    found: list[str] = []
    waiting = [value]  # a stack of our own: what is nested a thousand deep must not exhaust Python's
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, str):
            if inner:
                found.append(inner)
        elif isinstance(inner, dict):
            waiting.extend(reversed(inner.values() if _OPAQUE.isdisjoint(inner) else _readable(inner)))
        elif isinstance(inner, list):
            waiting.extend(reversed(inner))
        elif inner is not None:
            found.append(json.dumps(inner))
    return "\n".join(found)


def _readable(record: Mapping[str, object]) -> list[object]:
    """The values of an object with opaque keys, without what is opaque in it."""
    kind = record.get("type")
    carrier = (isinstance(kind, str) and kind in _CARRIERS) or "media_type" in record or "mimeType" in record
    return [
        value
        for key, value in record.items()
        if key not in _OPAQUE or (key in ("data", "signature") and not carrier)
    ]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _media_type(part: Mapping[str, object]) -> str:
    match part.get("source"):
        case {"media_type": str(kind)}:
            return kind
        case _:
            return "image"


def _document(part: Mapping[str, object]) -> str:
    title = _text(part.get("title"))
    match part.get("source"):
        case {"type": "text", "data": str(words)} | {"content": str(words)}:
            return "\n".join(filter(None, [title, words]))
        case {"content": list(inner)}:
            # By hand and not through result_text: documents may be nested as deep as JSON may.
            texts = (_text(each.get("text")) for each in inner if isinstance(each, dict))
            return "\n".join(filter(None, [title, *texts]))
        case _:
            return title or "document"
