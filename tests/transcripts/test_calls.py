"""Calls -> what they were aimed at."""

import pytest

from ccmcp.transcripts.calls import subagent_type, target
from ccmcp.transcripts.content import ToolCall, leaves


def call(name: str, given: object) -> ToolCall:
    return ToolCall(leaves(given), "toolu_1", name, given)


@pytest.mark.parametrize(
    ("name", "given", "aim"),
    [
        ("Bash", {"command": "git status", "description": "Show state", "timeout": 5000}, "git status"),
        ("BashOutput", {"bash_id": "b1"}, "b1"),
        ("PowerShell", {"description": "list", "command": "Get-Item"}, "Get-Item"),
        ("Read", {"offset": 5, "file_path": "/a.py"}, "/a.py"),
        ("Read", {"path": "/a.py"}, "/a.py"),
        ("Edit", {"old_string": "x", "new_string": "y", "file_path": "/a.py"}, "/a.py"),
        ("MultiEdit", {"edits": [{"old_string": "x"}], "file_path": "/a.py"}, "/a.py"),
        ("Write", {"content": "all of it", "file_path": "/a.py"}, "/a.py"),
        ("NotebookEdit", {"new_source": "x", "notebook_path": "/n.ipynb"}, "/n.ipynb"),
        ("NotebookRead", {"notebook_path": "/n.ipynb"}, "/n.ipynb"),
        ("Glob", {"path": "/src", "pattern": "**/*.py"}, "**/*.py"),
        ("Grep", {"path": "/src", "pattern": "def main", "output_mode": "content"}, "def main"),
        ("LS", {"path": "/src"}, "/src"),
        ("WebFetch", {"prompt": "summarise", "url": "https://x"}, "https://x"),
        ("WebSearch", {"allowed_domains": ["x"], "query": "rust"}, "rust"),
        ("web_search", {"query": "rust"}, "rust"),
        ("Agent", {"prompt": "look at everything", "description": "look around", "subagent_type": "Explore"}, "look around"),
        ("Task", {"prompt": "look"}, "look"),
        ("Skill", {"args": "x", "skill": "commit"}, "commit"),
        ("SlashCommand", {"command": "/review"}, "/review"),
        ("ToolSearch", {"max_results": 1, "query": "select:Glob"}, "select:Glob"),
        ("TaskCreate", {"description": "long", "subject": "write tests"}, "write tests"),
        ("TaskUpdate", {"status": "completed", "taskId": "3"}, "3"),
        ("TaskUpdate", {"taskId": "3", "subject": "renamed"}, "renamed"),
        ("TaskGet", {"taskId": "3"}, "3"),
        ("TaskOutput", {"task_id": "b1", "block": True}, "b1"),
        ("TaskStop", {"shell_id": "b1"}, "b1"),
        ("TodoWrite", {"todos": [{"content": "first", "status": "pending"}]}, "first"),
        ("AskUserQuestion", {"questions": [{"question": "Which?", "header": "h"}]}, "Which?"),
        ("ExitPlanMode", {"plan": "1. look"}, "1. look"),
        ("KillShell", {"shell_id": "b1"}, "b1"),
        ("SendMessage", {"message": "hi", "to": "a1"}, "a1"),
        ("Monitor", {"description": "watch", "timeout_ms": 5, "command": "tail -f log"}, "tail -f log"),
        ("CronCreate", {"cron": "0 9 * * *", "prompt": "stand-up"}, "stand-up"),
        ("ScheduleWakeup", {"delaySeconds": 60, "prompt": "go on", "reason": "waiting"}, "waiting"),
        ("ReadMcpResourceTool", {"server": "docs", "uri": "docs://a"}, "docs://a"),
        ("ListMcpResourcesTool", {"server": "docs"}, "docs"),
        ("EnterWorktree", {"name": "beta"}, "beta"),
        ("ExitWorktree", {"action": "keep"}, "keep"),
        ("Workflow", {"script": "a long script", "name": "nightly"}, "nightly"),
        ("Artifact", {"title": "t", "file_path": "/a.html"}, "/a.html"),
        ("PushNotification", {"message": "done"}, "done"),
        ("RemoteTrigger", {"action": "list"}, "list"),
        ("ReportFindings", {"findings": [{"file": "a.py", "summary": "leaks"}]}, "a.py"),
        ("EnterPlanMode", {}, ""),
        ("TaskList", {}, ""),
    ],
)  # fmt: skip
def test_a_known_tool_s_target_is_its_telling_argument(name: str, given: object, aim: str) -> None:
    assert target(call(name, given)) == aim


@pytest.mark.parametrize(
    ("given", "aim"),
    [
        ({"verbose": True, "note": "x", "url": "https://x"}, "https://x"),
        ({"limit": 5, "note": "the first text"}, "the first text"),
        ({"deep": {"er": "inner"}, "outer": "an object's own first"}, "an object's own first"),
        ({"items": [{}, {"x": [1, "inside"]}]}, "inside"),
        ({"path": ["wrong type"], "x": ""}, "wrong type"),
        ({"limit": 5}, ""),
        ({}, ""),
        ("as a text", "as a text"),
        (["a", "list"], "a"),
        (None, ""),
        (7, ""),
    ],
)
def test_an_unknown_tool_s_target_is_the_first_text_it_was_given(given: object, aim: str) -> None:
    assert target(call("mcp__docs__find", given)) == aim


@pytest.mark.parametrize("given", [{"command": None}, {"command": ["ls"]}, {"command": ""}, None, [], "ls"])
def test_a_known_tool_with_odd_arguments_still_has_a_target(given: object) -> None:
    assert target(call("Bash", given)) in ("", "ls")


def test_only_subagents_have_a_type() -> None:
    for name in ("Agent", "Task"):
        assert subagent_type(call(name, {"subagent_type": "Explore"})) == "Explore"
        assert subagent_type(call(name, {})) == ""
    assert subagent_type(call("Bash", {"subagent_type": "Explore"})) == ""
