"""The server as a process: over real pipes, behind its front, in both protocol eras."""

import json
import signal
import sys
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters
from mcp.types import TextContent

from ccmcp.server.instructions import INSTRUCTIONS
from tests.server.catalogue import TOOLS
from tests.server.pipe import ROOT, Pipe, started
from tests.server.raw import opening, request

CANCELLED = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": "first"}}


def lists(era: str) -> list[dict[str, object]]:
    methods = ("tools/list", "prompts/list", "resources/list", "resources/templates/list", "ping")
    return [request(era, number, method) for number, method in enumerate(methods)]


@pytest.mark.anyio
async def test_the_sdk_client_lists_and_calls(command: list[str], era: str) -> None:
    parameters = StdioServerParameters(command=command[0], args=command[1:], cwd=ROOT)
    async with Client(parameters, mode=era) as client:
        assert client.protocol_version == ("2025-11-25" if era == "legacy" else "2026-07-28")
        assert client.instructions == INSTRUCTIONS
        assert len((await client.list_tools()).tools) == len(TOOLS)
        [block] = (await client.call_tool("find_notes", {"query": "q", "limt": 1})).content
        assert isinstance(block, TextContent)
        assert block.text.endswith("Unknown argument 'limt'. Did you mean 'limit'?")
        assert (await client.call_tool("count_notes", {})).structured_content is not None
        assert len((await client.list_tools()).tools) == len(TOOLS)


def test_everything_asked_in_one_piece_is_answered_once(pipe: Pipe, era: str) -> None:
    call = request(era, "call", "tools/call", {"name": "meet_not", "arguments": {}})
    late = request(era, "late", "tools/list")
    pipe.send(*opening(era), CANCELLED, *lists(era), call, late)
    answers = pipe.answers(8)
    assert set(answers) == {"first", 0, 1, 2, 3, 4, "call", "late"}
    assert answers[0]["result"] == answers["late"]["result"]
    assert [answers[number]["error"]["code"] for number in (1, 2, 3)] == [-32601] * 3
    assert ("error" in answers[4]) == (era != "legacy")
    assert answers["call"]["error"]["code"] == -32602
    pipe.hang_up()
    assert pipe.ended() == (0, "", "")


def conversations() -> dict[str, list[dict[str, object]]]:
    [hello, done] = opening("legacy")
    [probe] = opening("auto")
    call = {"name": "count_notes", "arguments": {}}
    odd = {"protocolVersion": "2025-11-25", "capabilities": {"roots": "yes"}, "clientInfo": {"name": "odd"}}
    future = {"_meta": {"io.modelcontextprotocol/protocolVersion": "2099-01-01"}}
    return {
        "modern": [
            probe,
            *lists("auto"),
            request("auto", 9, "tools/call", call),
            request("auto", 10, "tools/list"),
        ],
        "legacy": [hello, done, *lists("legacy"), request("legacy", 9, "tools/call", call)],
        "modern, then legacy": [probe, {**hello, "id": 1}, request("legacy", 2, "tools/list")],
        "legacy, then modern": [hello, done, request("auto", 1, "tools/list"), {**probe, "id": 2}],
        "legacy, twice": [hello, {**hello, "id": 1}, request("legacy", 2, "tools/list")],
        "no opening": [request("legacy", 1, "tools/list"), hello, done, request("legacy", 2, "tools/list")],
        "no opening, modern": [request("auto", 1, "tools/list"), request("auto", 2, "tools/call", call)],
        "ping first": [request("legacy", 1, "ping"), request("legacy", 2, "tools/list"), hello],
        "odd opening": [request("legacy", 1, "initialize", odd), request("legacy", 2, "tools/list")],
        "modern of the future": [request("auto", 1, "server/discover", future), {**probe, "id": 2}],
        "with a cursor": [
            hello,
            request("legacy", 1, "tools/list", {"cursor": "x"}),
            request("legacy", 2, "tools/list"),
        ],
        "ids that come again": [
            {**hello, "id": 1},
            request("legacy", 1, "tools/list"),
            request("legacy", 1, "tools/call", call),
        ],
    }


@pytest.mark.parametrize("name", conversations())
def test_the_front_changes_no_answer(command: list[str], name: str) -> None:
    messages = conversations()[name]
    count = sum("id" in message for message in messages)
    found = []
    for manifest in (command[-1], ""):
        with started([*command[:-1], manifest]) as pipe:
            pipe.send(*messages)
            found.append(sorted(([pipe.receive() for _ in range(count)]), key=str))
    assert found[0] == found[1]


def test_an_era_is_settled_by_the_first_request(pipe: Pipe, era: str) -> None:
    other = "legacy" if era == "auto" else "auto"
    pipe.send(*opening(era), request(other, "other", "tools/list"))
    answers = pipe.answers(2)
    assert answers["other"]["error"]["code"] == (-32602 if era == "auto" else -32600)


def test_a_handshake_after_a_modern_request_is_refused(pipe: Pipe) -> None:
    [hello, _] = opening("legacy")
    pipe.send(request("auto", 1, "tools/list"), {**hello, "id": 2})
    assert pipe.answers(2)[2]["error"]["code"] == -32022


def test_a_modern_version_that_is_not_served_is_refused(pipe: Pipe) -> None:
    future = request(
        "auto", 1, "server/discover", {"_meta": {"io.modelcontextprotocol/protocolVersion": "2099-01-01"}}
    )
    pipe.send(future)
    error = pipe.receive()["error"]
    assert (error["code"], error["data"]["supported"]) == (-32022, ["2026-07-28"])


@pytest.mark.parametrize(
    ("asked", "served"),
    [
        ("2024-11-05", "2024-11-05"),
        ("2025-06-18", "2025-06-18"),
        ("2026-07-28", "2025-11-25"),
        ("1999-01-01", "2025-11-25"),
    ],
)
def test_a_handshake_is_answered_in_the_version_asked_for_or_the_newest(
    pipe: Pipe, asked: str, served: str
) -> None:
    [hello, done] = opening("legacy")
    hello["params"]["protocolVersion"] = asked
    pipe.send(hello, done, request("legacy", 2, "tools/call", {"name": "count_notes"}))
    answers = pipe.answers(2)
    assert answers["first"]["result"]["protocolVersion"] == served
    assert answers[2]["result"]["content"] == [{"type": "text", "text": "3 notes"}]


def test_a_request_before_the_handshake_is_refused(pipe: Pipe) -> None:
    pipe.send(request("legacy", 1, "tools/list"), *opening("legacy"), request("legacy", 2, "tools/list"))
    answers = pipe.answers(3)
    assert answers[1]["error"]["code"] == -32602
    assert answers[2]["result"]["tools"]


def test_lines_that_are_no_messages_are_passed_over(pipe: Pipe, era: str) -> None:
    pipe.write(b"", b"   ", b"{", b"[]", b"nonsense \xff", b"[" * 100_000, b'{"jsonrpc": "2.0", "id": null}')
    pipe.send(*opening(era), request(era, 1, "tools/call", {"name": "count_notes"}))
    assert set(pipe.answers(2)) == {"first", 1}


def test_a_broken_character_spoils_no_message(pipe: Pipe, era: str) -> None:
    call = request(era, 1, "tools/call", {"name": "find_notes", "arguments": {"query": "BROKEN"}})
    pipe.send(*opening(era))
    pipe.write(json.dumps(call).encode().replace(b"BROKEN", b"caf\xe9"))
    assert "query='caf\ufffd'" in pipe.answers(2)[1]["result"]["content"][0]["text"]


def test_the_rest_is_loaded_once_the_tools_are_listed(answers: Path, era: str) -> None:
    with started([sys.executable, "-m", "tests.server.program", str(answers), "tell"]) as pipe:
        pipe.send(*opening(era), request(era, 1, "tools/list"))
        pipe.answers(2)
        assert pipe.next_error() == "the tools are loaded\n"


def test_the_history_is_closed_at_the_end(answers: Path, era: str) -> None:
    with started([sys.executable, "-m", "tests.server.program", str(answers), "tell"]) as pipe:
        pipe.send(*opening(era), request(era, 1, "tools/call", {"name": "ask"}))
        pipe.answers(2)
        pipe.hang_up()
        assert pipe.ended() == (0, "", "the tools are loaded\nthe notebook is closed\n")


def test_nothing_is_loaded_for_a_client_that_does_not_list(answers: Path, era: str) -> None:
    with started([sys.executable, "-m", "tests.server.program", str(answers), "tell"]) as pipe:
        pipe.send(*opening(era))
        pipe.answers(1)
        pipe.hang_up()
        assert pipe.ended() == (0, "", "")


def test_a_huge_line_is_read_whole(pipe: Pipe, era: str) -> None:
    pipe.send(
        *opening(era),
        request(era, 1, "tools/call", {"name": "find_notes", "arguments": {"query": "x" * 3_000_000}}),
    )
    text = pipe.answers(2)[1]["result"]["content"][0]["text"]
    assert (
        text
        == f"find_notes did not run. query: '{'x' * 60}' can't be used. Give a text of 1 to 200 characters."
    )


def test_an_unknown_method_is_refused(pipe: Pipe, era: str) -> None:
    pipe.send(*opening(era), request(era, 1, "tools/dance"))
    assert pipe.answers(2)[1]["error"]["code"] == -32601


def test_a_print_in_a_tool_does_not_reach_the_client(pipe: Pipe, era: str) -> None:
    pipe.send(*opening(era), request(era, 1, "tools/call", {"name": "fail", "arguments": {"how": "print"}}))
    assert pipe.answers(2)[1]["result"]["content"][0]["text"] == "went well"
    pipe.hang_up()
    assert pipe.ended() == (0, "", "a line that is no message\n")


def test_a_crash_leaves_one_line_without_values(pipe: Pipe, era: str) -> None:
    pipe.send(*opening(era), request(era, 1, "tools/call", {"name": "fail", "arguments": {"how": "crash"}}))
    pipe.answers(2)
    pipe.hang_up()
    code, output, errors = pipe.ended()
    assert (code, output, errors.count("\n")) == (0, "", 1)
    assert errors.startswith("ccmcp: ValueError in fail at _fail (catalogue.py:")


@pytest.mark.parametrize("said", [0, 1, 2])
def test_a_client_that_hangs_up_ends_it(pipe: Pipe, era: str, said: int) -> None:
    messages = [*opening(era)[:1], request(era, 1, "tools/list")][:said]
    if messages:
        pipe.send(*messages)
    pipe.answers(said)
    pipe.hang_up()
    assert pipe.ended() == (0, "", "")


def test_a_last_line_without_an_end_is_a_line_too(pipe: Pipe, era: str) -> None:
    pipe.send(*opening(era))
    pipe.write(json.dumps(request(era, 1, "tools/list")).encode(), end=b"")
    pipe.hang_up()
    assert set(pipe.answers(2)) == {"first", 1}


def test_a_client_that_hangs_up_within_a_line_ends_it(pipe: Pipe) -> None:
    pipe.write(b'{"jsonrpc": "2.0", "id"', end=b"")
    pipe.hang_up()
    assert pipe.ended() == (0, "", "")


@pytest.mark.parametrize("served", [False, True])
def test_a_client_that_stops_reading_ends_it(pipe: Pipe, era: str, *, served: bool) -> None:
    call = request(era, 1, "tools/call", {"name": "count_notes"})
    pipe.send(*opening(era), *([call] if served else []))
    pipe.answers(2 if served else 1)
    pipe.stop_reading()
    pipe.send({**call, "id": 2}, {**call, "id": 3})
    assert pipe.ended() == (0, "", "")


def working(pipe: Pipe, era: str, marker: Path) -> None:
    """Have a call run that ends only when it is told that nobody waits."""
    arguments = {"marker": str(marker)}
    params = {"name": "work", "arguments": arguments, "_meta": {"progressToken": 1}}
    pipe.send(*opening(era), request(era, 1, "tools/call", params))
    assert pipe.receive()["id"] == "first"
    assert pipe.receive()["method"] == "notifications/progress"


def test_a_client_that_hangs_up_during_a_call_stops_the_work(pipe: Pipe, era: str, tmp_path: Path) -> None:
    working(pipe, era, tmp_path / "marker")
    pipe.hang_up()
    code, _, errors = pipe.ended()
    assert (code, errors) == (0, "")
    assert (tmp_path / "marker").read_text(encoding="utf-8") == "stopped"


posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals between processes")
signals = pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])


@posix
@signals
def test_a_signal_ends_it_while_it_waits(pipe: Pipe, era: str, number: int, code: int) -> None:
    pipe.send(*opening(era), request(era, 1, "tools/list"))
    pipe.answers(2)
    pipe.process.send_signal(number)
    assert pipe.ended() == (code, "", "")


@posix
@signals
def test_a_signal_during_a_call_stops_the_work(
    pipe: Pipe, era: str, tmp_path: Path, number: int, code: int
) -> None:
    working(pipe, era, tmp_path / "marker")
    pipe.process.send_signal(number)
    found, output, errors = pipe.ended()
    assert (found, errors) == (code, "")
    last = json.loads(output.splitlines()[-1])
    assert (last["id"], last["error"]["message"]) == (1, "Connection closed")
    assert (tmp_path / "marker").read_text(encoding="utf-8") == "stopped"


@posix
def test_work_that_does_not_stop_ends_with_the_process(pipe: Pipe, era: str) -> None:
    params = {"name": "sulk", "arguments": {}, "_meta": {"progressToken": 1}}
    pipe.send(*opening(era), request(era, 1, "tools/call", params))
    assert pipe.receive()["id"] == "first"
    assert pipe.receive()["method"] == "notifications/progress"
    pipe.process.send_signal(signal.SIGTERM)
    code, _, errors = pipe.ended()
    assert (code, errors) == (143, "")


def test_a_manifest_of_another_version_is_not_used(tmp_path: Path, answers: Path) -> None:
    stale = answers.read_text(encoding="utf-8").replace('"ccmcp": "', '"ccmcp": "0.0.0.')
    (tmp_path / "stale.json").write_text(stale.replace("What ask is for", "STALE"), encoding="utf-8")
    with started([sys.executable, "-m", "tests.server.program", str(tmp_path / "stale.json")]) as pipe:
        pipe.send(*opening("auto"), request("auto", 1, "tools/list"))
        assert "STALE" not in str(pipe.answers(2))
