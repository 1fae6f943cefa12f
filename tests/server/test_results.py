"""What comes back from a call, in both protocol eras, and that nothing leaves except through the choke point."""

import ast
import json
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, MCPError
from mcp.types import ListToolsResult, PaginatedRequestParams, TextContent

import ccmcp.server
from ccmcp.server.app import McpServer
from ccmcp.server.choke import LIMIT
from tests.server.catalogue import DIRTY, SECRET
from tests.server.raw import talk

pytestmark = pytest.mark.anyio


async def text_of(client: Client, tool: str, arguments: dict[str, Any]) -> str:
    [block] = (await client.call_tool(tool, arguments)).content
    assert isinstance(block, TextContent)
    return block.text


async def test_a_text_tool_gives_text_and_nothing_else(client: Client) -> None:
    result = await client.call_tool("find_notes", {"query": "q"})
    assert (result.is_error, result.structured_content, len(result.content)) == (False, None, 1)


async def test_a_data_tool_gives_data_without_nulls_and_the_same_as_text(client: Client) -> None:
    result = await client.call_tool("count_notes", {})
    assert result.structured_content == {
        "notes": 3,
        "shelves": [{"name": "top"}, {"name": "low", "label": "old"}],
        "by_kind": {"blue": 1},
    }
    assert result.content == [TextContent(type="text", text="3 notes")]


async def test_an_expected_error_is_its_message_and_nothing_around_it(client: Client) -> None:
    result = await client.call_tool("fail", {"how": "told"})
    [block] = result.content
    assert isinstance(block, TextContent)
    assert result.is_error
    assert block.text.startswith("No session matches '")


@pytest.mark.parametrize(
    ("how", "kind"), [("crash", "ValueError"), ("panic", "Panic"), ("exit", "SystemExit")]
)
async def test_a_crash_tells_its_kind_and_none_of_its_values(
    client: Client, capsys: pytest.CaptureFixture[str], how: str, kind: str
) -> None:
    result = await client.call_tool("fail", {"how": how})
    [block] = result.content
    assert isinstance(block, TextContent)
    assert result.is_error
    assert block.text.startswith(f"ccmcp failed internally ({kind}).")
    stderr = capsys.readouterr().err
    assert stderr.startswith(f"ccmcp: {kind} in fail at _fail (catalogue.py:")
    assert stderr.count("\n") == 1
    for told in (block.text, stderr):
        assert "private" not in told
        assert SECRET not in told


async def test_the_server_goes_on_after_a_crash(client: Client) -> None:
    await client.call_tool("fail", {"how": "panic"})
    assert await text_of(client, "fail", {"how": "print"}) == "went well"


async def test_a_text_too_long_is_cut_at_a_line_and_says_what_is_missing(client: Client) -> None:
    text = await text_of(client, "say", {"what": "long"})
    *kept, last = text.split("\n")
    whole = [f"line {number} of many" for number in range(5000)]
    assert len(text) <= LIMIT
    assert kept == whole[: len(kept)]
    left = len("\n".join(whole)) - len("\n".join(kept))
    assert (
        last
        == f"[{left} characters were left out here. Ask for less at once: a smaller limit, or a page at a time with cursor.]"
    )


async def test_a_line_too_long_is_cut_too(client: Client) -> None:
    text = await text_of(client, "say", {"what": "line"})
    assert len(text) <= LIMIT
    assert "characters were left out" in text


async def test_data_too_long_is_an_error_that_asks_for_less(client: Client) -> None:
    result = await client.call_tool("tell", {"what": "line"})
    assert (result.is_error, result.structured_content) == (True, None)
    [block] = result.content
    assert isinstance(block, TextContent)
    assert block.text.startswith(
        "The answer would have 90012 characters, more than the 40000 a client takes."
    )


WAYS_OUT: dict[str, dict[str, Any]] = {
    "text": {"name": "say", "arguments": {"what": "dirty"}},
    "data": {"name": "tell", "arguments": {"what": "dirty"}},
    "error": {"name": "fail", "arguments": {"how": "told"}},
    "crash": {"name": "fail", "arguments": {"how": "crash"}},
    "progress": {"name": "work", "arguments": {"steps": 2}, "_meta": {"progressToken": "t"}},
    "unknown tool": {"name": f"{'x' * 30} {SECRET} \x1b[31m"},
    "unknown argument": {"name": "say", "arguments": {f"{'x' * 30} {SECRET} \x1b[31m": 1}},
    "bad value": {"name": "say", "arguments": {"what": f"\x1b[31m \u202e {SECRET}"}},
    "no parameters": {"name": [SECRET]},
}


@pytest.mark.parametrize("way", WAYS_OUT)
async def test_nothing_leaves_with_control_characters_or_secrets(
    server: McpServer, era: str, way: str
) -> None:
    messages = await talk(server, era, {"method": "tools/call", "params": WAYS_OUT[way]})
    sent = json.dumps(messages, ensure_ascii=False)
    assert messages[-1]["id"] == "last"
    if way == "progress":
        assert messages[0]["method"] == "notifications/progress"
    for unwanted in (SECRET, SECRET[:20], "\\u001b", "\x1b", "\u202e", "\u200b", "\U000e0041", "private"):
        assert unwanted not in sent


async def test_what_was_cleaned_still_says_what_it_said(client: Client) -> None:
    expected = "red alert, txt.exe, zerowidth, tag, [REDACTED:github-token]"
    assert await text_of(client, "say", {"what": "dirty"}) == expected
    assert (await client.call_tool("tell", {"what": "dirty"})).structured_content == {"text": expected}


async def test_a_result_says_how_many_secrets_are_redacted_in_it(client: Client) -> None:
    for tool in "say", "tell":
        result = await client.call_tool(tool, {"what": "dirty"})
        assert (result.meta or {}).get("ccmcp/redacted") == 1


async def test_a_failing_server_tells_no_details_either(server: McpServer, era: str) -> None:
    async def broken(_context: object, _params: object) -> ListToolsResult:
        raise ValueError(f"private {SECRET}")

    server.add_request_handler("tools/list", PaginatedRequestParams, broken)
    [message] = await talk(server, era, {"method": "tools/list", "params": {}})
    assert message["error"]["message"].startswith("ccmcp failed internally (ValueError).")
    assert SECRET not in json.dumps(message)


async def test_a_protocol_error_is_cleaned_too(server: McpServer, era: str) -> None:
    async def refusing(_context: object, _params: object) -> ListToolsResult:
        raise MCPError(-32099, DIRTY, {"why": DIRTY})

    server.add_request_handler("tools/list", PaginatedRequestParams, refusing)
    [message] = await talk(server, era, {"method": "tools/list", "params": {}})
    text = "red alert, txt.exe, zerowidth, tag, [REDACTED:github-token]"
    assert message["error"] == {"code": -32099, "message": text, "data": {"why": text}}


def test_every_message_is_made_by_the_sdk_inside_the_middleware() -> None:
    """Only `conversation.py` writes to the client, and only what the SDK hands it; the front sends a file's answers."""
    senders = {
        path.name
        for path in Path(ccmcp.server.__file__).parent.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "send" and ast.unparse(node.value) == "wire"
    }
    assert senders == {"__init__.py", "conversation.py"}
