"""What holds of every entry whatever its line holds: nothing raises, and every value is of the type it says."""

import inspect
from collections.abc import Mapping
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from ccmcp.transcripts.calls import subagent_type, target
from ccmcp.transcripts.content import Block, ToolCall, ToolResult
from ccmcp.transcripts.entries import Entry, Json, Message, Unknown, User
from ccmcp.transcripts.passages import Passage, is_prompt, passages
from ccmcp.transcripts.results import Outcome, extra_text, original_file, outcome
from ccmcp.transcripts.vocabulary import Kind, Role

_DECLARED: dict[str, dict[str, Any]] = {}


def _properties(kind: type[Entry]) -> dict[str, Any]:
    """Name and declared type of the properties of a class of entries."""
    if kind.__name__ not in _DECLARED:
        found = inspect.getmembers(kind, lambda member: isinstance(member, property))
        _DECLARED[kind.__name__] = {name: get_type_hints(each.fget)["return"] for name, each in found}
    return _DECLARED[kind.__name__]


def _is_a(value: object, declared: Any) -> bool:
    if declared is object:
        return True
    if declared is Json or get_origin(declared) is Mapping:
        return isinstance(value, dict)
    if isinstance(declared, UnionType):
        return any(_is_a(value, each) for each in get_args(declared))
    if declared in (str, bool, int, NoneType):
        return type(value) is declared
    return isinstance(value, declared)


def check(entry: Entry) -> list[Passage]:
    """Read everything an entry offers; its passages."""
    for name, declared in _properties(type(entry)).items():
        value = getattr(entry, name)
        assert _is_a(value, declared), (name, value)
        if isinstance(value, str):
            value.encode()
    if isinstance(entry, Message):
        for block in entry.blocks():
            _check_block(entry, block)
    found = list(passages(entry))
    for each in found:
        assert each.role in get_args(Role)
        assert each.kind in get_args(Kind)
        for text in (each.text, each.tool, each.call_id, each.extra):
            assert type(text) is str
            text.encode()
        assert each.block is None or isinstance(each.block, ToolCall | ToolResult)
        assert type(each.injected) is bool
        assert type(is_prompt(entry, each)) is bool
    if isinstance(entry, Unknown):
        assert all(each.injected for each in found)
    return found


def _check_block(entry: Message, block: Block) -> None:
    block.text.encode()
    match block:
        case ToolCall():
            assert [type(each) for each in (block.id, block.name, target(block), subagent_type(block))] == [
                str
            ] * 4
        case ToolResult():
            assert type(block.is_error) is bool
            if isinstance(entry, User):
                assert outcome(entry, block) in get_args(Outcome)
                kept = entry.tool_use_result
                assert type(extra_text(kept, block.text)) is type(original_file(kept)) is str
        case _:
            pass
