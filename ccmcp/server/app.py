"""The catalogue of tools as an MCP server of both protocol eras."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from mcp import MCPError
from mcp.server import CacheHint, Server
from mcp.server.request_state import RequestStateBoundary, RequestStateSecurity
from mcp.types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    InputRequiredResult,
    ListToolsResult,
    PaginatedRequestParams,
    ToolAnnotations,
)
from mcp.types import Tool as ListedTool

from ccmcp import __version__
from ccmcp.errors import BadArgumentsError, UnknownToolError
from ccmcp.history import History
from ccmcp.redact import clean
from ccmcp.server.arguments import Arguments, output_schema
from ccmcp.server.asking import KEEP
from ccmcp.server.calls import Calls, Context, failure
from ccmcp.server.choke import choke
from ccmcp.server.instructions import INSTRUCTIONS
from ccmcp.tools import Tool

McpServer = Server[dict[str, Any]]

STATIC = CacheHint(ttl_ms=3_600_000, scope="public")
"""Nothing of what is listed changes while the server runs, or depends on who asks."""


def local_now() -> datetime:
    """The time with this machine's present offset; the command line knows better ones."""
    return datetime.now().astimezone()


def build_server(
    tools: Sequence[Tool],
    open_history: Callable[[], History],
    env: Mapping[str, str],
    *,
    now: Callable[[], datetime],
) -> McpServer:
    """
    A server that offers these tools, over a history opened at the first call.

    It is the SDK's low-level server, whose handlers give whole results: the tools are values, so
    there are no function signatures to be inspected, and arguments and errors are ours to word.
    """
    offers = {tool.name: tool for tool in sorted(tools, key=lambda tool: tool.name)}
    arguments = {name: Arguments(name, tool.parameters) for name, tool in offers.items()}
    listed = [_listed(tool, arguments[name]) for name, tool in offers.items()]
    calls = Calls(open_history, env, now)

    async def list_tools(_context: Context, _params: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=listed)

    async def call_tool(
        context: Context, params: CallToolRequestParams
    ) -> CallToolResult | InputRequiredResult:
        if params.name not in offers:
            raise MCPError(INVALID_PARAMS, str(UnknownToolError(clean(params.name), list(offers))))
        try:
            parameters = arguments[params.name].read(params.arguments or {})
        except BadArgumentsError as error:
            return failure(error)
        return await calls.run(offers[params.name], parameters, context, params)

    server = McpServer(
        "ccmcp",
        title="Claude Code memory",
        version=__version__,
        instructions=INSTRUCTIONS,
        cache_hints={"server/discover": STATIC, "tools/list": STATIC},
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )
    # The seal is outermost: a token is made of what is cleaned already, and nothing changes it afterwards.
    security = RequestStateSecurity.ephemeral(ttl=KEEP)
    server.middleware.extend((RequestStateBoundary(security, default_audience="ccmcp"), choke))
    return server


def _listed(tool: Tool, arguments: Arguments) -> ListedTool:
    return ListedTool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=arguments.schema,
        output_schema=output_schema(tool.result) if tool.contract == "data" else None,
        annotations=ToolAnnotations(
            read_only_hint=not tool.writes,
            destructive_hint=tool.writes,
            idempotent_hint=not tool.writes,
            open_world_hint=False,
        ),
        _meta={"anthropic/searchHint": tool.hint},
    )
