"""The tools ccmcp has, through `ccmcp serve` and a client of either era, over a home with one session."""

import sys

import pytest
from mcp import Client, StdioServerParameters
from mcp.types import TextContent

from tests.server.pipe import ROOT
from tests.transcript import Chat, Home

NAMES = [
    "apply_migration",
    "audit_findings",
    "compliance_report",
    "find_tool_calls",
    "index_status",
    "list_sessions",
    "plan_migration",
    "read_session",
    "resume_command",
    "search_sessions",
    "session_insights",
    "undo_migration",
    "usage_report",
]
DATA = (
    "audit_findings",
    "compliance_report",
    "index_status",
    "plan_migration",
    "session_insights",
    "usage_report",
)
"""Those that answer with structured content."""
WRITING = ("apply_migration", "undo_migration")
"""Those that need a plan: `test_migrating` calls them."""


@pytest.fixture
def chat(home: Home) -> Chat:
    chat = Chat("fox")
    chat.user("Why does the quick brown fox jump?")
    chat.assistant("Because of the lazy dog.")
    chat.call("Bash", "toolu_fox", command="jump")
    home.write(chat)
    return chat


@pytest.mark.anyio
async def test_every_tool_answers(home: Home, chat: Chat, era: str) -> None:
    command = StdioServerParameters(
        command=sys.executable, args=["-m", "ccmcp", "serve"], env=home.env, cwd=ROOT
    )
    arguments: dict[str, dict[str, object]] = {
        "search_sessions": {"query": "lazy dog"},
        "read_session": {"session": chat.id[:8]},
        "resume_command": {"session": chat.id},
        "session_insights": {"session": chat.id},
        "usage_report": {"group": "session"},
        "plan_migration": {"source": chat.cwd, "target": "/work/elsewhere"},
    }
    async with Client(command, mode=era) as client:
        assert [tool.name for tool in (await client.list_tools()).tools] == NAMES
        reading = [name for name in NAMES if name not in WRITING]
        answers = {name: await client.call_tool(name, arguments.get(name, {})) for name in reading}
    for name, answer in answers.items():
        [block] = answer.content
        assert isinstance(block, TextContent)
        assert not answer.is_error, block.text
        assert (answer.structured_content is not None) == (name in DATA)
        assert name in DATA or chat.id in block.text
    status = answers["index_status"].structured_content
    assert status is not None
    assert status["sessions"] == 1
    usage = answers["usage_report"].structured_content
    assert usage is not None
    assert [row["key"] for row in usage["rows"]] == [chat.id]
    assert usage["totals"]["responses"] == 2
