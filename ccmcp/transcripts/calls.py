"""Tool calls -> what they were aimed at: a command, a file, a URL. Pure."""

from ccmcp.transcripts.content import ToolCall

_TARGETS: dict[str, tuple[str, ...]] = {
    "Bash": ("command",),
    "BashOutput": ("bash_id", "shell_id"),
    "PowerShell": ("command",),
    "Read": ("file_path", "path"),
    "Edit": ("file_path", "path"),
    "MultiEdit": ("file_path",),
    "Write": ("file_path", "path"),
    "NotebookEdit": ("notebook_path",),
    "NotebookRead": ("notebook_path",),
    "Glob": ("pattern",),
    "Grep": ("pattern",),
    "LS": ("path",),
    "WebFetch": ("url",),
    "WebSearch": ("query",),
    "web_search": ("query",),
    "Agent": ("description", "prompt"),
    "Task": ("description", "prompt"),
    "Skill": ("skill", "command"),
    "SlashCommand": ("command",),
    "ToolSearch": ("query",),
    "TaskCreate": ("subject",),
    "TaskUpdate": ("subject", "taskId"),
    "TaskStop": ("task_id", "shell_id"),
    "SendMessage": ("to", "message"),
    "KillShell": ("shell_id",),
    "Monitor": ("command", "description"),
    "CronCreate": ("prompt",),
    "ScheduleWakeup": ("reason", "prompt"),
    "Workflow": ("name", "title", "description", "scriptPath"),
    "Artifact": ("file_path", "url", "title"),
    "Projects": ("path", "query", "method"),
    "ReadMcpResource": ("uri",),
    "ReadMcpResourceTool": ("uri",),
    "EnterWorktree": ("name", "path"),
}
"""Which argument of a known tool is its target, the first one given; for others the first text is."""

_TELLING = ("file_path", "path", "url", "command", "query")
"""The arguments that tell of a tool we do not know."""


def target(call: ToolCall) -> str:
    """What a call was aimed at, in one text; empty when nothing it was given tells."""
    for name in _TARGETS.get(call.name, _TELLING):
        if found := call.argument(name):
            return found
    return _first_text(call.input)


def _first_text(value: object) -> str:
    """The first text in a JSON value: an object's own before those further in."""
    level = [value]
    while level:
        inner: list[object] = []
        for each in level:
            if isinstance(each, str) and each:
                return each
            if isinstance(each, dict):
                inner.extend(each.values())
            elif isinstance(each, list):
                inner.extend(each)
        level = inner
    return ""


def subagent_type(call: ToolCall) -> str:
    """The kind of subagent an Agent (before 2.1.63: Task) call starts; empty for other calls."""
    return call.argument("subagent_type") if call.name in ("Agent", "Task") else ""
