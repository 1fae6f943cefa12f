"""Calls of MCP tools that delete things where the server reaches."""

from collections.abc import Iterator

from ccmcp.audit.call import Call, Scene
from ccmcp.audit.rule import Hit, rule
from ccmcp.audit.rules.commands._verbs import destroys

_LOCAL = frozenset({
    "memory", "filesystem", "serena", "ide", "playwright", "puppeteer", "browser", "chrome", "todo", "tasks",
    "taskmaster",
})  # fmt: skip
"""Servers whose tools act on this machine: words of their names."""


@rule(
    id="API-003",
    title="Destructive MCP tool call",
    severity="medium",
    confidence="probable",
    category="cloud",
    matches="A tool of an MCP server whose name says delete, destroy, purge, drop ...",
    false_positives="Servers that only work on this machine under a name that does not say so.",
    advice="Deny the server's deleting tools in the permissions, or give it a token that may not delete.",
    permission="mcp__<server>__<tool>",
    on=Call,
    attack=("T1485",),
    owasp=("ASI02",),
    auto_mode=("External System Writes",),
)
def mcp_deletion(call: Call, scene: Scene) -> Iterator[Hit]:
    """
    A tool of a server, called by a name that says it deletes.

    Bad:
        mcp__github__delete_file: README.md
        mcp__linear__deleteIssue: ENG-4
        mcp__claude_ai_Notion__notion-delete-page: x
    Fine:
        mcp__github__list_deleted_branches: main
        mcp__github__create_issue: delete the old code
        mcp__memory__delete_entities: x  # low
    """
    _ = scene
    if not call.tool.startswith("mcp__"):
        return
    server, _, tool = call.tool[5:].partition("__")
    words = server.lower().replace("-", "_").split("_")
    plain = tool.replace("-", "_")
    for word in words:
        plain = plain.removeprefix(f"{word}_")
    if destroys(plain):
        local = not _LOCAL.isdisjoint(words)
        yield Hit(f"{server} {tool}", "low" if local else "medium", "on this machine" if local else "")
