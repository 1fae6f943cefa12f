"""Raw messages to a server in this process, and all it sends back."""

import math
import threading
from collections.abc import Sequence
from typing import Any

import anyio
from anyio import to_thread
from mcp.shared.message import SessionMessage
from mcp.types import jsonrpc_message_adapter

from ccmcp.server.app import McpServer

CLIENT = {"name": "test", "version": "1"}
ENVELOPE = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": CLIENT,
}


def request(era: str, number: str | int, method: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
    """A request as a client of this era sends it."""
    params = params or {}
    if era != "legacy":
        params = {**params, "_meta": {**ENVELOPE, **params.get("_meta", {})}}
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}


def opening(era: str) -> list[dict[str, Any]]:
    """What a client of this era says first."""
    if era != "legacy":
        return [request(era, "first", "server/discover")]
    hello = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": CLIENT}
    return [
        request(era, "first", "initialize", hello),
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
    ]


async def talk(
    server: McpServer,
    era: str,
    asked: dict[str, Any],
    *,
    before: Sequence[tuple[str, dict[str, Any]] | dict[str, Any]] = (),
    ready: threading.Event | None = None,
) -> list[dict[str, Any]]:
    """
    All messages the server sends until it has answered, the opening's answer left out.

    `before` are requests by their id, and whole messages, which wait until the server is `ready`.
    """
    inbox, received = anyio.create_memory_object_stream[SessionMessage | Exception](math.inf)
    answers, outbox = anyio.create_memory_object_stream[SessionMessage](math.inf)
    found: list[dict[str, Any]] = []
    async with anyio.create_task_group() as group, inbox, outbox:
        group.start_soon(server.run, received, answers, server.create_initialization_options())
        for each in [*opening(era), *before, ("last", asked)]:
            if isinstance(each, dict) and ready is not None and each["method"] == "notifications/cancelled":
                await to_thread.run_sync(ready.wait)
            message = each if isinstance(each, dict) else request(era, each[0], **each[1])
            await inbox.send(SessionMessage(jsonrpc_message_adapter.validate_python(message)))
        while not found or found[-1].get("id") != "last":
            item = await outbox.receive()
            found.append(item.message.model_dump(by_alias=True, exclude_unset=True, mode="json"))
        await inbox.aclose()
    return [message for message in found if message.get("id") != "first"]
