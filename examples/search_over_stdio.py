"""
A client that starts ccmcp as Claude Code does, searches, and reads on around the best match.

    python examples/search_over_stdio.py
    python examples/search_over_stdio.py legacy    # the protocol before 2026-07-28, with its handshake

It uses the MCP SDK and the sample history beside it, and a cache that is thrown away.
"""

import re
import sys
import tempfile
from pathlib import Path

import anyio
from mcp import Client, StdioServerParameters
from mcp.types import TextContent

HISTORY = Path(__file__).resolve().parent / "history"
WEBHOOKS = "1b24761e-1aa7-4038-9036-47d6307157d5"


async def main(mode: str, cache: str) -> None:
    """Ask what was decided, and why."""
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "ccmcp", "serve"],
        env={"CLAUDE_CONFIG_DIR": str(HISTORY), "CCMCP_CACHE_DIR": cache},
    )
    async with Client(server, mode=mode) as client:
        print(f"protocol {client.protocol_version}")
        found = await ask(client, "search_sessions", query="unique index or a redis lock", limit=3)
        print(found, end="\n\n")

        # An answer names sessions by their full ids, best first, and passages by the start of their entry's id.
        [session, *_] = re.findall(r"^\d+\. (\S+)", found, re.MULTILINE)
        assert session == WEBHOOKS
        [entry] = re.findall(r"> assistant \[(\w+)\] [\d:]+: A \*\*unique index", found)
        page = await ask(client, "read_session", session=session, around=entry, max_tokens=600)
        assert "A lock needs an expiry, and a slow handler can outlive it." in page
        print(page)


async def ask(client: Client, tool: str, **arguments: object) -> str:
    """A tool's answer, as a model reads it."""
    result = await client.call_tool(tool, arguments)
    [content] = result.content
    assert isinstance(content, TextContent)
    assert not result.is_error, content.text
    return content.text


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        anyio.run(main, (sys.argv[1:] or ["auto"])[0], folder)
