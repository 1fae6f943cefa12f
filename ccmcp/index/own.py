"""Calls of ccmcp itself, told from all others: their answers repeat history. Pure."""

import re

from ccmcp.transcripts.content import ToolCall

_OWN_COMMAND = re.compile(
    r"(?:^|[;&|(\n])\s*(?:\w+=\S*\s+)*(?:(?:uvx|uv run|pipx run)\s+)?(?:python[\d.]*\s+-m\s+)?(?:\S*/)?ccmcp(?:@\S+)?(?=\s|$)"
)
"""A shell command that runs ccmcp: by any path, after a `cd`, with variables set, through a runner."""

OWN_TOOLS: dict[str, frozenset[str]] = {
    name: frozenset(parameters.split())
    for name, parameters in {
        "apply_migration": "plan_id",
        "audit_findings": (
            "agent branch candidates category cursor fingerprint limit min_severity model new outcome project root rule session since "
            "suppressed this_project until"
        ),
        "compliance_report": "branch checklist model project root since this_project until",
        "find_tool_calls": (
            "agent branch command cursor error file group limit model more_than own project query "
            "root server session since sort status this_project tool until url"
        ),
        "index_status": "",
        "list_sessions": "branch cursor limit model order project root since this_project title until",
        "plan_migration": "mode rewrite_paths root session source target target_root",
        "read_session": "agent around branches cursor detail max_tokens session",
        "resume_command": "fork session shell",
        "search_sessions": (
            "branch cursor explain include_current limit model passages project query role root "
            "similar_to since sort subagents this_project tool until"
        ),
        "session_insights": "branch limit model pattern project root session since this_project until",
        "undo_migration": "plan_id",
        "usage_report": (
            "agent branch check compatible cursor details group limit mode model project root session "
            "since this_project timezone until"
        ),
    }.items()
}
"""ccmcp's tools and their parameters: the server may be registered under any name."""


def is_own(call: ToolCall) -> bool:
    """
    Whether a call asks ccmcp: its answer repeats history, so no search should find it again.

    Told by a server with ccmcp in its name, by one of its tools called with nothing but that
    tool's parameters (one without any could be anybody's), or by its command.
    """
    if call.name.startswith("mcp__"):
        parameters = OWN_TOOLS.get(call.name.rpartition("__")[2], frozenset())
        given = call.input.keys() if isinstance(call.input, dict) else {""}
        return "ccmcp" in call.name or (bool(parameters) and parameters.issuperset(given))
    words = call.argument("command") if call.name in ("Bash", "PowerShell") else ""
    return "ccmcp" in words and bool(_OWN_COMMAND.search(words))
