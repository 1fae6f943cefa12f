"""
Asks the real server what the front will answer. `python -m ccmcp.server.manifest` writes it down.

Run it when a tool, a description, the instructions, the version or the SDK changed; a test tells.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import anyio
from mcp.shared.message import SessionMessage
from mcp.types import JSONRPCRequest
from mcp.types.version import HANDSHAKE_PROTOCOL_VERSIONS, LATEST_MODERN_VERSION

from ccmcp import __version__
from ccmcp.history import History
from ccmcp.server import MANIFEST
from ccmcp.server.app import McpServer, build_server, local_now
from ccmcp.tools import Tool, all_tools

_CLIENT = {"name": "manifest", "version": "1"}
_METHODS = (
    "server/discover",
    "ping",
    "tools/list",
    "prompts/list",
    "resources/list",
    "resources/templates/list",
)


def manifest(tools: Sequence[Tool]) -> dict[str, Any]:
    """Each protocol version's answers to what clients ask first; equal answers are kept once."""
    return anyio.run(_manifest, build_server(tools, _no_history, {}, now=local_now))


def written(found: Mapping[str, object]) -> str:
    """A manifest as its file has it."""
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


async def _manifest(server: McpServer) -> dict[str, Any]:
    legacy = list(HANDSHAKE_PROTOCOL_VERSIONS)
    modern = LATEST_MODERN_VERSION
    outcomes: list[dict[str, Any]] = []
    answers: dict[str, dict[str, int]] = {}
    for version in [*legacy, modern]:
        requests = _modern(version) if version == modern else _legacy(version)
        for method, outcome in zip(requests, await _ask(server, requests), strict=True):
            if outcome not in outcomes:
                outcomes.append(outcome)
            answers.setdefault(version, {})[method] = outcomes.index(outcome)
    return {
        "ccmcp": __version__,
        "modern": modern,
        "legacy": legacy,
        "answers": answers,
        "outcomes": outcomes,
    }


def _legacy(version: str) -> dict[str, dict[str, Any]]:
    opening = {"protocolVersion": version, "capabilities": {}, "clientInfo": _CLIENT}
    return {"initialize": opening, **{method: {} for method in _METHODS}}


def _modern(version: str) -> dict[str, dict[str, Any]]:
    meta = {
        "io.modelcontextprotocol/protocolVersion": version,
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": _CLIENT,
    }
    return {method: {"_meta": meta} for method in _METHODS}


async def _ask(server: McpServer, requests: Mapping[str, dict[str, Any]]) -> list[dict[str, Any]]:
    inbox, received = anyio.create_memory_object_stream[SessionMessage | Exception](0)
    answers, outbox = anyio.create_memory_object_stream[SessionMessage](0)
    found = []
    async with anyio.create_task_group() as group:
        group.start_soon(server.run, received, answers, server.create_initialization_options())
        for number, (method, params) in enumerate(requests.items()):
            request = JSONRPCRequest(jsonrpc="2.0", id=number, method=method, params=params)
            await inbox.send(SessionMessage(request))
            answer = (await outbox.receive()).message.model_dump(
                by_alias=True, exclude_unset=True, mode="json"
            )
            found.append({key: value for key, value in answer.items() if key in ("result", "error")})
        await inbox.aclose()
        await outbox.aclose()
    return found


def _no_history() -> History:
    raise AssertionError("no tool runs here")


if __name__ == "__main__":
    Path(MANIFEST).write_text(written(manifest(all_tools())), encoding="utf-8")
    sys.stderr.write(f"{MANIFEST} is up to date\n")
