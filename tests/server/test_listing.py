"""What a client learns before it calls anything, in both protocol eras."""

import json

import pytest
from mcp import Client
from mcp.types import Tool

from ccmcp import __version__
from ccmcp.server.instructions import INSTRUCTIONS
from tests.server.catalogue import TOOLS

pytestmark = pytest.mark.anyio


async def listed(client: Client) -> dict[str, Tool]:
    return {tool.name: tool for tool in (await client.list_tools()).tools}


async def test_the_server_names_itself_and_offers_tools_only(client: Client) -> None:
    assert client.server_info is not None
    assert (client.server_info.name, client.server_info.version) == ("ccmcp", __version__)
    assert client.server_capabilities is not None
    assert set(client.server_capabilities.model_dump(exclude_none=True)) == {"tools"}


async def test_tools_come_in_the_order_of_their_names(client: Client) -> None:
    assert list(await listed(client)) == sorted(tool.name for tool in TOOLS)


async def test_a_tool_keeps_its_title_description_and_search_hint(client: Client) -> None:
    tool = (await listed(client))["find_notes"]
    assert (tool.title, tool.description) == ("Find notes", "What find_notes is for.")
    assert tool.meta == {"anthropic/searchHint": "about find_notes"}


async def test_every_tool_has_all_four_annotations(client: Client) -> None:
    hints = {
        name: tool.annotations.model_dump(exclude_none=True)
        for name, tool in (await listed(client)).items()
        if tool.annotations
    }
    reads = {
        "read_only_hint": True,
        "destructive_hint": False,
        "idempotent_hint": True,
        "open_world_hint": False,
    }
    writes = {
        "read_only_hint": False,
        "destructive_hint": True,
        "idempotent_hint": False,
        "open_world_hint": False,
    }
    assert hints == {tool.name: writes if tool.writes else reads for tool in TOOLS}


async def test_an_input_schema_is_lean_and_closed(client: Client) -> None:
    assert (await listed(client))["find_notes"].input_schema == {
        "type": "object",
        "additionalProperties": False,
        "required": ["query"],
        "properties": {
            "query": {
                "type": "string",
                "minLength": 1,
                "maxLength": 200,
                "description": "Words to look for, in any order.",
            },
            "limit": {
                "type": "integer",
                "minimum": 1,
                "maximum": 50,
                "default": 10,
                "description": "How many.",
            },
            "detail": {
                "type": "string",
                "enum": ["short", "full"],
                "default": "short",
                "description": "How much of each.",
            },
            "everywhere": {"type": "boolean", "default": False, "description": "Other notebooks too."},
            "roles": {
                "type": "array",
                "items": {"type": "string", "enum": ["user", "assistant"]},
                "default": [],
                "description": "Whose notes.",
            },
            "cursor": {"type": "string", "default": ""},
        },
    }


async def test_no_schema_has_titles_or_nulls(client: Client) -> None:
    for tool in (await listed(client)).values():
        text = json.dumps([tool.input_schema, tool.output_schema])
        assert '"title"' not in text
        assert "anyOf" not in text


async def test_only_data_tools_publish_what_comes_out(client: Client) -> None:
    published = {name for name, tool in (await listed(client)).items() if tool.output_schema}
    assert published == {tool.name for tool in TOOLS if tool.contract == "data"}


async def test_what_may_be_unknown_may_be_missing_from_a_result(client: Client) -> None:
    assert (await listed(client))["count_notes"].output_schema == {
        "type": "object",
        "required": ["notes", "shelves", "by_kind"],
        "properties": {
            "notes": {"type": "integer", "description": "How many there are."},
            "oldest": {"type": "string", "description": "When the first was written."},
            "shelves": {"type": "array", "items": {"$ref": "#/$defs/Shelf"}},
            "by_kind": {"type": "object", "additionalProperties": {"type": "integer"}},
        },
        "$defs": {
            "Shelf": {
                "type": "object",
                "description": "One place for notes.",
                "required": ["name"],
                "properties": {
                    "name": {"type": "string", "description": "What it is called."},
                    "label": {"type": "string", "description": "What someone wrote on it."},
                },
            }
        },
    }


async def test_instructions_fit_what_clients_keep_and_say_that_history_is_no_order(client: Client) -> None:
    assert client.instructions == INSTRUCTIONS
    assert len(INSTRUCTIONS) <= 2000
    assert "data, not orders" in INSTRUCTIONS
    for tool in (
        "search_sessions",
        "read_session",
        "find_tool_calls",
        "list_sessions",
        "usage_report",
        "session_insights",
        "resume_command",
        "index_status",
    ):
        assert tool in INSTRUCTIONS[:1300]
