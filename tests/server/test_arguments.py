"""What a tool accepts, and what it says when it doesn't, in both protocol eras."""

import pytest
from mcp import Client, MCPError
from mcp.types import INVALID_PARAMS, TextContent

from tests.server.catalogue import SECRET

pytestmark = pytest.mark.anyio


async def told(client: Client, tool: str, arguments: dict[str, object]) -> tuple[bool, str]:
    result = await client.call_tool(tool, arguments)
    [block] = result.content
    assert isinstance(block, TextContent)
    return bool(result.is_error), block.text


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ({}, "limit=10, detail='short', everywhere=False, roles=()"),
        (
            {"limit": 50, "detail": "full", "everywhere": True},
            "limit=50, detail='full', everywhere=True, roles=()",
        ),
        ({"roles": ["user"]}, "limit=10, detail='short', everywhere=False, roles=('user',)"),
        ({"limit": "5", "everywhere": "true"}, "limit=5, detail='short', everywhere=True, roles=()"),
        ({"limit": 5.0, "everywhere": "false"}, "limit=5, detail='short', everywhere=False, roles=()"),
        ({"limit": None, "cursor": None}, "limit=10, detail='short', everywhere=False, roles=()"),
    ],
)
async def test_arguments_arrive_as_meant(client: Client, arguments: dict[str, object], found: str) -> None:
    assert await told(client, "find_notes", {"query": "q", **arguments}) == (
        False,
        f"Found(query='q', {found})",
    )


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"limt": 1}, "Unknown argument 'limt'. Did you mean 'limit'?"),
        ({"zzz": None}, "Unknown argument 'zzz'. Known: cursor, detail, everywhere, limit, query, roles."),
        ({"limit": 999}, "limit: '999' can't be used. Give an integer from 1 to 50."),
        ({"limit": "many"}, "limit: 'many' can't be used. Give an integer from 1 to 50."),
        ({"limit": 2.5}, "limit: '2.5' can't be used. Give an integer from 1 to 50."),
        ({"limit": True}, "limit: 'true' can't be used. Give an integer from 1 to 50."),
        ({"detail": "fully"}, "detail: 'fully' can't be used. Give one of 'short', 'full'."),
        ({"everywhere": 1}, "everywhere: '1' can't be used. Give true or false."),
        ({"roles": "user"}, "roles: 'user' can't be used. Give a list, each one of 'user', 'assistant'."),
        (
            {"roles": ["tool"]},
            """roles: '["tool"]' can't be used. Give a list, each one of 'user', 'assistant'.""",
        ),
        ({"query": ""}, "query: '' can't be used. Give a text of 1 to 200 characters."),
        ({"query": 12345}, "query: '12345' can't be used. Give a text of 1 to 200 characters."),
        ({"query": None}, "query is missing. Give a text of 1 to 200 characters."),
    ],
)
async def test_arguments_that_do_not_fit_are_refused_with_what_would(
    client: Client, arguments: dict[str, object], why: str
) -> None:
    assert await told(client, "find_notes", {"query": "q", **arguments}) == (
        True,
        f"find_notes did not run. {why}",
    )


async def test_a_tool_without_arguments_says_that_it_takes_none(client: Client) -> None:
    assert await told(client, "count_notes", {"limit": 1}) == (
        True,
        "count_notes did not run. Unknown argument 'limit'. It takes none.",
    )


async def test_a_missing_argument_is_named(client: Client) -> None:
    assert await told(client, "find_notes", {}) == (
        True,
        "find_notes did not run. query is missing. Give a text of 1 to 200 characters.",
    )


async def test_all_problems_are_told_at_once(client: Client) -> None:
    refused, text = await told(client, "find_notes", {"limt": 1, "detail": "x"})
    assert refused
    assert text == (
        "find_notes did not run. query is missing. Give a text of 1 to 200 characters. "
        "detail: 'x' can't be used. Give one of 'short', 'full'. Unknown argument 'limt'. Did you mean 'limit'?"
    )


async def test_a_refused_value_is_not_quoted_when_it_is_a_secret(client: Client) -> None:
    _, text = await told(client, "find_notes", {"query": "q", "detail": "x" * 30 + " " + SECRET, SECRET: 1})
    assert SECRET[:20] not in text


async def test_an_unknown_tool_is_a_protocol_error_that_names_the_nearest(client: Client) -> None:
    with pytest.raises(MCPError) as caught:
        await client.call_tool("find_note", {})
    assert caught.value.code == INVALID_PARAMS
    assert caught.value.message == "There is no tool 'find_note'. Did you mean 'find_notes'?"
