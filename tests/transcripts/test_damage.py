"""Decoding is total: whatever bytes a file holds, entries come out, nothing raises and nothing is lost in silence."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccmcp.transcripts.decode import decode, decode_line
from ccmcp.transcripts.entries import Assistant, Damaged, Entry, User
from tests.transcript import Record
from tests.transcripts.lines import compact, entries, read, sample
from tests.transcripts.sound import check

LINES = [compact(record) for record in sample()]
BLANK = b"\x00\r\n\t \xef\xbb\xbf"

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)
"""Any JSON, with lone surrogates, NaN and numbers of any size."""

keys = sorted(
    {key for record in sample() for key in record} | {"content", "source", "input", "subtype", "stdout"}
)
types = sorted(
    {str(record["type"]) for record in sample()} | {"text", "tool_use", "tool_result", "document", "image"}
)
likely = st.recursive(
    json_values | st.sampled_from(types),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(keys), inner, max_size=6),
    max_leaves=20,
)
"""JSON with the keys and types of real lines in all the wrong places."""


def escaped(value: object) -> bytes:
    """JSON in ASCII, lone surrogates and all."""
    return json.dumps(value, separators=(",", ":")).encode()


def check_all(raw: bytes) -> list[Entry]:
    """Decode and read everything; as many entries as there are lines with anything on them."""
    found = entries(raw)
    for each in found:
        check(each)
    lines = [line for line in raw.split(b"\n") if line.strip(BLANK)]
    assert len(found) >= len(lines)
    assert {each.number for each in found} >= {
        n for n, line in enumerate(raw.split(b"\n"), 1) if line.strip(BLANK)
    }
    return found


@given(st.binary(max_size=400))
def test_any_bytes_give_entries(raw: bytes) -> None:
    check_all(raw)


@given(st.lists(json_values | likely, max_size=4))
def test_any_json_gives_entries(values: list[object]) -> None:
    found = check_all(b"\n".join(map(escaped, values)))
    whole = [each for each in found if not isinstance(each, Damaged)]
    assert len(whole) == sum(isinstance(value, dict) for value in values)


@given(likely, likely)
def test_any_message_gives_passages_of_the_right_types(content: object, kept: object) -> None:
    for kind in (
        "user",
        "assistant",
        "system",
        "attachment",
        "queue-operation",
        "summary",
        "progress",
        "new",
    ):
        line = escaped({"type": kind, "message": {"content": content}, "content": content, "attachment": content,
                        "toolUseResult": kept, "summary": content, "error": kept})  # fmt: skip
        [found] = decode_line(line, 0, 1)
        check(found)


tears = st.tuples(st.sampled_from(LINES), st.integers(0, 400)).map(lambda cut: cut[0][: -cut[1] or None])
rubbish = st.binary(max_size=12) | st.sampled_from(
    [b"\x00" * 64, b"\xff", b"\xed\xa0\x80", rb"\ud83d", b'{"type":', b'"', b"}"]
)


@given(st.lists(st.sampled_from(LINES) | tears | rubbish | st.just(b"\n"), max_size=12))
def test_lines_torn_joined_and_smeared_give_entries(pieces: list[bytes]) -> None:
    check_all(b"".join(pieces))


@given(st.sampled_from(LINES), st.data())
def test_a_line_with_a_part_overwritten_gives_entries(line: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(line)))
    check_all(line[:at] + data.draw(rubbish) + line[at + data.draw(st.integers(0, 9)) :])


@given(st.sampled_from(LINES), st.integers(1, 10_000))
def test_a_line_cut_off_anywhere_is_told_as_damage(line: bytes, cut: int) -> None:
    torn = line[: 1 + cut % (len(line) - 1)]
    assert any(isinstance(each, Damaged) for each in decode_line(torn, 0, 1))


@given(st.lists(st.sampled_from(LINES), min_size=1, max_size=5))
def test_whole_lines_without_their_line_ends_lose_nothing(lines: list[bytes]) -> None:
    found = list(decode_line(b"".join(lines), 0, 1))
    assert [each.record for each in found] == [each.record for each in decode(lines)]


@given(tears.filter(bool), st.sampled_from(LINES))
def test_behind_a_torn_line_a_message_is_always_found(torn: bytes, whole: bytes) -> None:
    [last] = decode_line(whole, 0, 1)
    if isinstance(last, User | Assistant):
        found = list(decode_line(torn + whole, 0, 1))
        assert last.record in [each.record for each in found]


def _deep_documents(depth: int) -> object:
    inner: object = [{"type": "text", "text": "at the bottom"}]
    for _ in range(depth):
        inner = [{"type": "document", "source": {"type": "content", "content": inner}}]
    return inner


def _nested(depth: int) -> object:
    inner: object = "deep"
    for number in range(depth):
        inner = [inner] if number % 2 else {"content": inner, "type": "tool_result"}
    return inner


WRONG: list[object] = [
    None, True, False, 0, -1, 2**63, 1.5, "", "text", "x" * 100_000, "<command-name>", "<ide_selection>" * 3,
    "<system-reminder>" * 3, [], {}, [[]], [None], [1, "two", {}], {"type": None}, {"type": ["text"]}, {"type": {}},
    {"type": "text", "text": 1}, {"type": "document", "source": 1}, {"content": [{"type": "image", "source": []}]},
    [{"type": "tool_result", "content": {"a": [1]}}], [{"type": "tool_use", "input": "text"}],
    _deep_documents(320), _nested(900),
]  # fmt: skip


def _places(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every field in a record, however deep."""
    inner: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    for key, each in inner:
        yield (*path, key)
        yield from _places(each, (*path, key))


def _replaced(record: Record, path: tuple[str | int, ...], wrong: object) -> Record:
    changed = copy.deepcopy(record)
    inner: Any = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = wrong
    return changed


@pytest.mark.parametrize("record", sample(), ids=[f"{n} {each['type']}" for n, each in enumerate(sample())])
def test_the_wrong_type_in_any_field_reads_as_absent(record: Record) -> None:
    check(read(record))
    for path in _places(record):
        for wrong in WRONG:
            check(read(_replaced(record, path, wrong)))


def test_a_line_without_any_of_its_fields_is_still_an_entry() -> None:
    for record in sample():
        found = read({"type": record["type"]})
        check(found)
        assert found.id == "L1"
