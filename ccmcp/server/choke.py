"""
The choke point: what leaves the server passes here, whatever it is and whoever made it.

A middleware around every request: results and errors come in as they would go out, and go
out without control characters and secrets, and no longer than a client takes; how many secrets
were left out stands in the result's `_meta`. No argument turns that off. Progress is
no answer to a request, so its messages are cleaned where they are sent (`calls.Progress`).
"""

import json
from typing import Any

from mcp import MCPError
from mcp.server import ServerRequestContext
from mcp.server.context import CallNext, HandlerResult
from mcp.types import INTERNAL_ERROR
from pydantic import BaseModel, ValidationError

from ccmcp.errors import AnswerTooLongError, FailedInternallyError
from ccmcp.redact import clean, cleaned, marks

LIMIT = 40_000
"""Characters a text may have. Claude Code puts what is longer than 50,000 into a file the model has to read."""

ROOM = 32_000
"""Characters that tools which answer by the page fill: what is left is for what stands around a page, and for cleaning."""


REDACTED = "ccmcp/redacted"
"""The key of a result's `_meta` that says how many secrets are redacted in it."""


async def choke(ctx: ServerRequestContext[Any], call_next: CallNext) -> HandlerResult:
    """Let a request through, and what comes back only when it is fit to leave."""
    try:
        result = await call_next(ctx)
    except MCPError as error:
        raise MCPError(error.code, clean(error.message), cleaned(error.data)) from None
    except ValidationError:  # the SDK tells the client that its request is none, and nothing else
        raise
    except Exception as error:  # noqa: BLE001 - the SDK would send its text
        raise MCPError(INTERNAL_ERROR, str(FailedInternallyError(type(error).__name__))) from None
    found = _plain(result)
    # What the server is to get back as it is, and the boundary seals before it leaves.
    state = {"requestState": found.pop("requestState")} if "requestState" in found else {}
    return {**_counted(_bounded(cleaned(found))), **state}


def _plain(result: HandlerResult) -> dict[str, Any]:
    if isinstance(result, BaseModel):
        return result.model_dump(by_alias=True, mode="json", exclude_none=True)
    return dict(result or {})


def _counted(result: dict[str, Any]) -> dict[str, Any]:
    """The result with how many secrets are redacted in it, where there are any and it is a tool's."""
    match result:
        case {"content": [*blocks], **rest}:
            texts = (block["text"] for block in blocks if isinstance(block, dict) and "text" in block)
            # What a tool answers as data it also says as text: the same secrets, counted once.
            number = max(sum(map(marks, texts)), marks(json.dumps(rest.get("structuredContent"))))
        case _:
            return result
    return {**result, "_meta": {**(result.get("_meta") or {}), REDACTED: number}} if number else result


def _bounded(result: dict[str, Any]) -> dict[str, Any]:
    match result:
        case {"structuredContent": data, **rest} if (
            size := len(json.dumps(data, ensure_ascii=False))
        ) > LIMIT:
            text = str(AnswerTooLongError(size, LIMIT))
            return {**rest, "content": [{"type": "text", "text": text}], "isError": True}
        case {"content": [*blocks]}:
            return {**result, "content": [_short(block) for block in blocks]}
        case _:
            return result


def _short(block: object) -> object:
    match block:
        case {"type": "text", "text": str(text), **rest} if len(text) > LIMIT:
            return {"type": "text", "text": _cut(text), **rest}
        case _:
            return block


def _cut(text: str) -> str:
    room = LIMIT - 200
    end = text.rfind("\n", room // 2, room)
    end = room if end < 0 else end
    return (
        f"{text[:end]}\n[{len(text) - end} characters were left out here. "
        "Ask for less at once: a smaller limit, or a page at a time with cursor.]"
    )
