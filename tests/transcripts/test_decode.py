"""Bytes -> entries: what stands in a line, and what is said about what was lost."""

import json
import tracemalloc
from collections.abc import Callable

import pytest

from ccmcp.transcripts import decode as decoding
from ccmcp.transcripts.decode import copy_line, decode, decode_line, decode_whole
from ccmcp.transcripts.entries import COPY_TYPES, Copy, CustomTitle, Damaged, Entry, User, text_of
from tests.transcript import Chat
from tests.transcripts.lines import compact, entries, said


def prompt(text: str, number: int = 0) -> bytes:
    """A prompt as a line, without its end."""
    chat = Chat(f"prompt {number}")
    return compact(chat.user(text))


def texts(found: list[Entry]) -> list[str]:
    """What the prompts among the entries say."""
    return [str(each.message["content"]) for each in found if isinstance(each, User)]


def damages(found: list[Entry]) -> list[Damaged]:
    return [each for each in found if isinstance(each, Damaged)]


def test_entries_know_where_they_start_and_which_line_they_are() -> None:
    first, second = prompt("one"), prompt("日本語")
    found = entries(first + b"\n\n" + second + b"\n" + prompt("no line end"))
    assert [(each.offset, each.number) for each in found] == [
        (0, 1),
        (len(first) + 2, 3),
        (len(first) + len(second) + 3, 4),
    ]


def test_lines_given_without_their_ends_are_counted_with_them() -> None:
    first, second = prompt("one", 1), prompt("two", 2)
    assert [each.offset for each in decode([first, second])] == [0, len(first) + 1]
    assert [each.offset for each in decode([first + b"\n", second + b"\n"])] == [0, len(first) + 1]


def test_decoding_goes_on_from_a_byte_and_a_line() -> None:
    [found] = decode([prompt("more") + b"\n"], offset=1000, number=41)
    assert (found.offset, found.number) == (1000, 42)


def test_lines_without_uuid_go_by_their_number() -> None:
    first, second = entries(prompt("x") + b'\n{"type":"mode","mode":"plan"}\n')
    assert first.id == first.uuid != ""
    assert second.id == "L2"


@pytest.mark.parametrize(
    "blank", [b"", b"\n", b"\r\n", b"   \n", b"\t\n", b"\x00\x00\x00\n", b"\xef\xbb\xbf\n"]
)
def test_blank_lines_give_nothing(blank: bytes) -> None:
    assert list(decode([blank])) == []


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("CRLF", prompt("kept") + b"\r\n"),
        ("a byte order mark", b"\xef\xbb\xbf" + prompt("kept")),
        ("NUL bytes before, as a crash leaves them", b"\x00" * 512 + prompt("kept")),
        ("NUL bytes behind", prompt("kept") + b"\x00" * 512),
    ],
)
def test_what_surrounds_a_whole_line_is_no_damage(name: str, line: bytes) -> None:
    found = list(decode_line(line, 7, 1))
    assert (texts(found), damages(found)) == (["kept"], []), name
    assert found[0].offset == 7


@pytest.mark.parametrize(
    "character", ["\u2028", "\u2029", "\u0085", "\x0b", "\x0c", "\x1c", "\x00", "\ufeff"]
)
def test_a_line_ends_at_a_line_feed_and_nowhere_else(character: str) -> None:
    found = entries(prompt(f"before{character}after") + b"\n")
    assert texts(found) == [f"before{character}after"]


@pytest.mark.parametrize(
    ("name", "raw", "text"),
    [
        ("a lone surrogate, escaped", rb'"a\ud83d b"', "a\ufffd b"),
        ("a low one alone", rb'"a\ude00b"', "a\ufffdb"),
        ("a pair the wrong way round", rb'"\ude00\ud83d!"', "\ufffd\ufffd!"),
        ("a lone one beside a whole pair", rb'"\ud83d\ud83d\ude00"', "\ufffd😀"),
        ("a surrogate as raw bytes", b'"a\xed\xa0\xbdb"', "a\ufffd\ufffd\ufffdb"),
        ("invalid UTF-8", b'"caf\xe9 \xff"', "caf\ufffd \ufffd"),
        ("an escaped backslash that only looks like one", rb'"a\\ud83d \ud83d"', "a\\ud83d \ufffd"),
    ],
)
def test_what_no_text_can_hold_becomes_a_replacement_character(name: str, raw: bytes, text: str) -> None:
    line = b'{"type":"user","uuid":"u-1","message":{"role":"user","content":' + raw + b"}}"
    found = list(decode_line(line, 0, 1))
    assert (texts(found), damages(found)) == ([text], []), name
    text.encode()


@pytest.mark.parametrize(
    "number", ["1e999", "-1e999", "9" * 400, "9" * 5000, "NaN", "-Infinity", "1" + "0" * 30]
)
def test_a_number_too_large_costs_nothing_else_of_its_line(number: str) -> None:
    line = prompt("kept")[:-1] + f',"odd":{number}}}'.encode()
    [found] = decode_line(line, 0, 1)
    assert texts([found]) == ["kept"]
    json.dumps(found.record["odd"], allow_nan=False)


@pytest.mark.parametrize("depth", [10, 900, 1_100, 10_000])
@pytest.mark.parametrize("inside", [("[", "]"), ('{"type":', "}"), ('{"uuid":', "}")])
def test_deep_nesting_gives_the_line_or_damage(depth: int, inside: tuple[str, str]) -> None:
    deep = inside[0] * depth + "1" + inside[1] * depth
    assert list(decode_line(deep.encode(), 0, 1))
    found = list(decode_line(prompt("kept")[:-1] + b',"odd":' + deep.encode() + b"}", 0, 1))
    assert texts(found) == ["kept"] if depth < 1_000 else texts(found) or damages(found)


def test_two_objects_on_one_line_are_two_entries_each_at_its_own_byte() -> None:
    first, second, third = prompt("日本", 1), prompt("two", 2), prompt("three", 3)
    found = list(decode_line(first + second + b" " + third, 100, 5))
    assert texts(found) == ["日本", "two", "three"]
    assert [each.offset - 100 for each in found] == [0, len(first), len(first) + len(second) + 1]
    assert {each.number for each in found} == {5}


def test_from_the_byte_of_a_second_object_on_the_line_is_that_object() -> None:
    line = b"\xff\xfe" + prompt("one", 1)[9:] + prompt("two", 2)
    [second] = [each for each in decode_line(line, 0, 1) if isinstance(each, User)]
    assert texts(list(decode_line(line[second.offset :], 0, 1))) == ["two"]


def test_a_file_that_lost_all_its_line_ends_is_read_whole() -> None:
    line = b"".join(prompt(str(each), each) for each in range(500))
    assert texts(list(decode_line(line, 0, 1))) == [str(each) for each in range(500)]


def test_behind_a_torn_line_the_whole_one_is_found_and_the_loss_is_told() -> None:
    torn, whole = prompt("torn away " * 9, 1)[:150], prompt("whole", 2)
    found = list(decode_line(torn + whole, 0, 1))
    assert texts(found) == ["whole"]
    assert [each.raw for each in damages(found)] == [torn + whole[:50]]


def test_a_lost_head_is_damage_and_its_inner_objects_are_no_lines() -> None:
    """
    The end of an answer whose beginning is gone:

        ..."content":[{"type":"text","text":"x"}]},"uuid":"u"}{"parentUuid":null,...
    """
    answer = compact(
        Chat("lost").assistant("x", {"type": "tool_use", "id": "t", "name": "Bash", "input": {"uuid": "no"}})
    )
    tail = answer[answer.index(b'"content":[{') :]
    found = list(decode_line(tail + prompt("whole"), 0, 1))
    assert texts(found) == ["whole"]
    assert len(found) == 2
    assert len(damages(found)) == 1


def test_what_stands_between_two_objects_is_damage() -> None:
    found = list(decode_line(prompt("one", 1) + b" // a comment " + prompt("two", 2), 0, 1))
    assert texts(found) == ["one", "two"]
    assert [each.raw for each in damages(found)] == [(b"// a comment " + prompt("two", 2))[:200]]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"123", "not an object"),
        (b'"text"', "not an object"),
        (b"null", "not an object"),
        (b'[{"type":"user","uuid":"u"}]', "not an object"),
        (b"// Source: a gist", "not JSON"),
        (b'{"type":"user","uuid":"u', "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
    ],
)
def test_what_is_no_object_is_damage_with_its_beginning(line: bytes, reason: str) -> None:
    [found] = decode_line(line, 3, 9)
    assert isinstance(found, Damaged)
    assert (found.reason, found.offset, found.number, found.record) == (reason, 3, 9, {})
    assert found.raw == line.rstrip(b"\x00").decode(errors="replace").encode()


def test_damage_keeps_two_hundred_bytes_and_no_more() -> None:
    [found] = decode_line(b"x" * 100_000, 0, 1)
    assert isinstance(found, Damaged)
    assert len(found.raw) == 200


@pytest.mark.parametrize(
    "piece", [b'{"type":', b'{"type":"', b'{"uuid":"a",', b"{", b'{"type":"user","uuid":"x"']
)
def test_a_torn_line_of_megabytes_is_searched_so_often_and_no_more(
    piece: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Counting:
        calls = 0

        def raw_decode(self, text: str, at: int) -> tuple[object, int]:
            Counting.calls += 1
            return json.JSONDecoder().raw_decode(text, at)

    monkeypatch.setattr(decoding, "_DECODER", Counting())
    found = list(decode_line(piece * (3_000_000 // len(piece)), 0, 1))
    assert len(damages(found)) == 1
    assert Counting.calls <= 100


def test_a_line_of_fifty_megabytes_is_one_entry_and_its_words_are_held_once() -> None:
    line = prompt("a long prompt " * 3_600_000)
    assert len(line) > 50_000_000
    tracemalloc.start()
    try:
        [found] = decode_line(line, 0, 1)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(texts([found])[0]) == 50_400_000
    assert held < 1.1 * len(line)


def test_only_a_sound_object_is_decoded_whole() -> None:
    found = decode_whole(prompt("x"), 4, 2)
    assert found is not None
    assert (texts([found]), found.offset, found.number) == (["x"], 4, 2)
    for other in (b"", b"1", b"[]", prompt("x")[:-1], prompt("x") * 2, b"\xff"):
        assert decode_whole(other, 0, 1) is None


@pytest.mark.parametrize("kind", sorted(COPY_TYPES))
def test_copies_are_told_by_their_first_bytes(kind: str) -> None:
    line = compact({"type": kind, "sessionId": "s", "message": {"role": "user", "content": "said elsewhere"}})
    for each in (line, line + b"\r", line + b"\n"):
        found = copy_line(each, 5, 2)
        assert isinstance(found, Copy)
        assert (found.type, found.offset, found.number) == (kind, 5, 2)
        assert said(dict(found.record)) == []


@pytest.mark.parametrize(
    "line",
    [
        prompt("x"),
        b'{"type":"custom-title","customTitle":"x"}',
        b'{"type":"api-request","torn":"',
        b'{"type":"api-request","torn":"' + prompt("not lost") + b"\n",
        b'{"type":"api-request"}' + prompt("not lost"),
        b'{"type":"api-request',
        b"",
    ],
)
def test_no_line_with_words_of_its_own_is_taken_for_a_copy(line: bytes) -> None:
    assert copy_line(line, 0, 1) is None


def test_a_message_behind_a_torn_copy_is_found() -> None:
    found = list(decode_line(b'{"type":"api-request","torn":"' + prompt("not lost"), 0, 1))
    assert texts(found) == ["not lost"]


def test_pretty_lines_that_others_wrote_are_read_too() -> None:
    """
    A file that another tool rewrote with spaces, its second line torn:

        {"type": "custom-title", "customTitle": "mine"}
        {"type": "user", "mess{"type": "user", "uuid": "u-2", ...}
    """
    pretty: Callable[[object], bytes] = lambda record: json.dumps(record).encode()  # noqa: E731 - names the difference
    title = pretty({"type": "custom-title", "customTitle": "mine"})
    whole = pretty({"type": "user", "uuid": "u-2", "message": {"role": "user", "content": "two"}})
    found = entries(title + b"\n" + whole[:25] + whole + b"\n")
    assert [type(each) for each in found] == [CustomTitle, User, Damaged]
    assert text_of(found[1].record, "uuid") == "u-2"
