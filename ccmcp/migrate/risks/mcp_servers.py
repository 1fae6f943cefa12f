"""MCP servers whose tools the sessions used and the target has not."""

from collections import Counter
from collections.abc import Iterator

from ccmcp.migrate.risks._check import Said, check, examples, number
from ccmcp.migrate.risks._circumstances import Circumstances

_BROUGHT = ("plugin_", "claude_ai_")
_BUILT_IN = frozenset({"ide", "claude-in-chrome", "computer-use"})
"""Servers that come with a plug-in, an account, an editor or the client: no settings file names them."""


@check("mcp-servers", looks_at="tools of MCP servers that were called, and the servers the target has")
def mcp_servers(circumstances: Circumstances) -> Iterator[Said]:
    """
    A resumed session calls the tools it knows, and they may be gone.

    Bad: the sessions asked a database through a server that was added for the old project only.
    Fine: a server of the user's own, which every project has; one whose entry in .claude.json follows the project.
    """
    used = Counter(server for each in circumstances.sessions for server in each.says.servers)
    had = _had(circumstances) | _BUILT_IN
    missing = sorted(name for name in used if name not in had and not name.startswith(_BROUGHT))
    if missing:
        told = examples(f"{name} ({number(used[name], 'session')})" for name in missing)
        yield Said(
            "medium",
            f"The target does not have {number(len(missing), 'MCP server')} whose tools the sessions called: {told}.",
            f"Add them where they are wanted: in {circumstances.target}, `claude mcp add NAME ...`, or its .mcp.json.",
        )


def _had(circumstances: Circumstances) -> frozenset[str]:
    """The servers that the sessions have in their new place."""
    found = set(circumstances.there.servers)
    targets = circumstances.target_roots or circumstances.roots
    for root in targets:
        found |= root.servers
        if entry := root.projects.get(circumstances.target):
            found |= entry.servers
    if circumstances.mode in (
        "move",
        "rename",
        "merge",
    ):  # the project's own entry goes along where there is none
        for root in circumstances.roots:
            entry = root.projects.get(circumstances.source)
            if entry and circumstances.target not in root.projects:
                found |= entry.servers
    return frozenset(found)
