"""A call -> what it asks of the net. Pure; never raises."""

from collections.abc import Iterator

from ccmcp.audit.call import Call, Fetch
from ccmcp.audit.shell.command import Script
from ccmcp.audit.shell_hosts import fetch, hosts

_TOOLS = {"WebFetch": "url", "web_fetch": "url"}
_BROWSERS = (
    "navigate", "goto", "fetch", "open_url", "new_page", "new_tab", "tabs_create", "scrape", "crawl",
    "extract",
)  # fmt: skip


def fetches(call: Call, script: Script | None) -> Iterator[Fetch]:
    """The URLs and hosts a call asks or sends to."""
    if script is not None:
        for command in script.commands:
            yield from hosts(command)
    elif call.tool in _TOOLS:
        if url := call.text(_TOOLS[call.tool]):
            yield fetch(url)
    elif call.tool.startswith("mcp__") and any(word in call.tool.rpartition("__")[2] for word in _BROWSERS):
        url = call.text("url") or call.text("uri")
        if url and url not in ("back", "forward"):
            yield fetch(url)
