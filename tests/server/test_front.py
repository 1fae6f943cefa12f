"""The front: what it answers, and that the real server would answer the same."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import anyio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mcp.shared.message import SessionMessage
from mcp.types import JSONRPCRequest, jsonrpc_message_adapter

from ccmcp.server import MANIFEST
from ccmcp.server.app import build_server, local_now
from ccmcp.server.front import REPLAYED, Front
from ccmcp.server.manifest import manifest
from ccmcp.tools import all_tools
from tests.server.catalogue import TOOLS, Notebook
from tests.server.raw import opening, request

ANSWERS = manifest(TOOLS)
LISTS = (
    "tools/list",
    "prompts/list",
    "resources/list",
    "resources/templates/list",
    "ping",
    "server/discover",
)


def line(message: object) -> bytes:
    return json.dumps(message).encode()


def opened(era: str) -> Front:
    front = Front(ANSWERS)
    for message in opening(era):
        assert front.answer(line(message)) is not None
    return front


def test_the_manifest_in_the_package_is_what_the_server_answers() -> None:
    renew = "run `python -m ccmcp.server.manifest`"
    assert Path(MANIFEST).is_file(), renew
    assert json.loads(Path(MANIFEST).read_text(encoding="utf-8")) == manifest(all_tools()), renew


def test_nothing_of_weight_is_imported_for_the_front() -> None:
    code = "import sys, ccmcp.server; print(*sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, encoding="utf-8"
    ).stdout.split()
    assert "ccmcp.server.front" in found
    assert not {
        "mcp",
        "pydantic",
        "anyio",
        "tantivy",
        "sqlite3",
        "dataclasses",
        "ccmcp.tools",
        "ccmcp.history",
    } & set(found)


@pytest.mark.parametrize("method", LISTS)
def test_what_is_known_is_answered_at_once(era: str, method: str) -> None:
    answer = opened(era).answer(line(request(era, "x", method)))
    assert answer is not None
    assert json.loads(answer)["id"] == "x"


def test_the_tools_tell_that_a_call_may_come(era: str) -> None:
    front = opened(era)
    assert not front.listed
    front.answer(line(request(era, 1, "tools/list")))
    assert front.listed


def test_the_real_server_is_told_what_was_settled() -> None:
    [hello, done] = opening("legacy")
    assert [json.loads(each) for each in opened("legacy").replay] == [{**hello, "id": REPLAYED}, done]
    [probe] = opening("auto")
    assert [json.loads(each) for each in opened("auto").replay] == [{**probe, "id": REPLAYED}]


def test_notifications_and_empty_lines_are_not_answered(era: str) -> None:
    front = opened(era)
    for method in ("notifications/cancelled", "notifications/roots/list_changed", "notifications/whatever"):
        assert front.answer(line({"jsonrpc": "2.0", "method": method})) == b""
    assert front.answer(b" \r") == b""


@pytest.mark.parametrize(
    "message",
    [
        request("auto", 1, "tools/call", {"name": "count_notes"}),
        request("auto", 1, "tools/list", {"cursor": "x"}),
        request(
            "auto", 1, "tools/list", {"_meta": {"io.modelcontextprotocol/protocolVersion": "2099-01-01"}}
        ),
        request(
            "auto", 1, "tools/list", {"_meta": {"io.modelcontextprotocol/clientCapabilities": {"roots": 1}}}
        ),
        request("auto", 1, "tools/list", {"_meta": {"io.modelcontextprotocol/logLevel": "loud"}}),
        request("legacy", 1, "tools/list"),
        {**request("auto", 1, "tools/list"), "id": None},
        {**request("auto", 1, "tools/list"), "id": True},
        {**request("auto", 1, "tools/list"), "id": 1.5},
        {**request("auto", 1, "tools/list"), "jsonrpc": "1.0"},
        {"jsonrpc": "2.0", "id": 1, "result": {}},
        [],
        "text",
    ],
    ids=str,
)
def test_anything_else_is_left_to_the_real_server(message: object) -> None:
    assert Front(ANSWERS).answer(line(message)) is None


def test_a_second_handshake_is_left_to_the_real_server() -> None:
    [hello, _] = opening("legacy")
    for again in (hello, request("legacy", 1, "initialize")):
        assert opened("legacy").answer(line(again)) is None


def test_without_a_manifest_everything_is_left_to_the_real_server(era: str) -> None:
    for found in ({}, {"modern": 1, "legacy": "x", "answers": [], "outcomes": {}}):
        assert Front(found).answer(line(opening(era)[0])) is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(
    st.binary(max_size=60)
    | json_values.map(line)
    | json_values.map(lambda value: line({**opening("auto")[0], "params": value}))
)
def test_no_line_is_too_odd(odd: bytes) -> None:
    for era in ("auto", "legacy"):
        opened(era).answer(odd)
    Front(ANSWERS).answer(odd)


@st.composite
def nearly_right(draw: st.DrawFn) -> list[dict[str, Any]]:
    """An opening and a list, with one value somewhere replaced or one key removed."""
    era = draw(st.sampled_from(("auto", "legacy")))
    messages = json.loads(json.dumps([*opening(era), request(era, "x", draw(st.sampled_from(LISTS)))]))
    place: Any = draw(st.sampled_from(messages))
    while draw(st.booleans()) and isinstance(place.get("params" if "params" in place else "_meta"), dict):
        place = place["params" if "params" in place else "_meta"]
    key = draw(st.sampled_from([*place, "new"]))
    if key in place and draw(st.booleans()):
        del place[key]
    else:
        choices = st.sampled_from(
            ("2024-11-05", "2026-07-28", {}, {"roots": {"listChanged": True}}, {"name": "n", "version": "1"})
        )
        place[key] = draw(json_values | choices)
    return list(messages)


async def _answer(messages: list[dict[str, Any]]) -> dict[str, Any]:
    """What the real server answers to the last of these messages."""
    inbox, received = anyio.create_memory_object_stream[SessionMessage | Exception](10)
    answers, outbox = anyio.create_memory_object_stream[SessionMessage](10)
    server = build_server(TOOLS, Notebook().opened, {}, now=local_now)
    found: dict[str, Any] = {}
    async with anyio.create_task_group() as group, inbox, outbox:
        group.start_soon(server.run, received, answers, server.create_initialization_options())
        for message in messages:
            parsed = jsonrpc_message_adapter.validate_json(line(message), by_name=False)
            await inbox.send(SessionMessage(parsed))
            if isinstance(parsed, JSONRPCRequest):
                answer = (await outbox.receive()).message
                found = answer.model_dump(by_alias=True, exclude_unset=True, mode="json")
        await inbox.aclose()
    return found


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(nearly_right())
def test_the_real_server_would_have_said_the_same(messages: list[dict[str, Any]]) -> None:
    front = Front(ANSWERS)
    for number, message in enumerate(messages):
        answer = front.answer(line(message))
        if answer is None:
            break
        if answer:
            assert json.loads(answer) == anyio.run(_answer, messages[: number + 1])
