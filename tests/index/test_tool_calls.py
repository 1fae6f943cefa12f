"""Which session did what to what: each call is found once, by whatever is known of it, counted, grouped, page by page."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from ccmcp.config import Config, Root
from ccmcp.errors import (
    BadArgumentError,
    BadCursorError,
    BadTimeError,
    ProjectNotFoundError,
    SessionNotFoundError,
)
from ccmcp.history import History
from ccmcp.index import index
from ccmcp.result import plain
from ccmcp.screen import Screen, columns
from ccmcp.tools import Call
from ccmcp.tools.find_tool_calls import TOOL, FindToolCalls
from ccmcp.views.calls import FoundCall, FoundCalls
from tests.transcript import Chat, Home, Record

NOW = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
CALL = Call(now=NOW, cwd="/work/demo")
SCREEN = Screen(now=NOW)


def asked(history: History, call: Call = CALL, **more: Any) -> FoundCalls:
    result = TOOL.run(history, FindToolCalls(**more), call)
    assert isinstance(result, FoundCalls)
    return result


def targets(history: History, **more: Any) -> list[str]:
    """What the calls found were aimed at, the oldest first."""
    result = asked(history, sort="oldest", limit=200, **more)
    assert result.total == len(result.calls) == sum(result.by_status.values())
    return [each.target for each in result.calls]


def everything(history: History, limit: int, **more: Any) -> list[FoundCall]:
    """All pages."""
    page = asked(history, limit=limit, **more)
    found = list(page.calls)
    while page.next_cursor:
        page = asked(history, limit=limit, cursor=page.next_cursor, **more)
        found += page.calls
    assert len(found) == page.total
    return found


def groups(history: History, by: str, **more: Any) -> dict[str, int]:
    """How many calls each group has, in order."""
    return {each.key: each.calls for each in asked(history, group=by, **more).groups}


def chat_of(home: Home, name: str, *calls: tuple[str, dict[str, Any]], **how: Any) -> Chat:
    """A session of these calls, each with a result."""
    chat = Chat(name, **how)
    chat.user(name)
    for number, (tool, arguments) in enumerate(calls):
        chat.call(tool, f"toolu_{name}_{number}", **arguments)
        chat.result(f"toolu_{name}_{number}", "done")
    home.write(chat)
    return chat


def shell(*commands: str) -> list[tuple[str, dict[str, Any]]]:
    return [("Bash", {"command": command}) for command in commands]


def side(name: str, agent: str, *calls: tuple[str, dict[str, Any]]) -> list[Record]:
    """What a subagent's transcript holds."""
    chat = Chat(name)
    chat.user("look into it")
    for number, (tool, arguments) in enumerate(calls):
        chat.call(tool, f"toolu_{name}_{number}", **arguments)
        chat.result(f"toolu_{name}_{number}", "done")
    return [{**record, "isSidechain": True, "agentId": agent} for record in chat.records]


# -- what is said of a call


def test_every_call_is_there_once_with_what_came_of_it(home: Home, history: History) -> None:
    chat = Chat("it")
    chat.user("go")
    calls = [
        chat.call("Bash", "toolu_1", command="npm test"),
        chat.call("Read", "toolu_2", file_path="/work/demo/a.py"),
        chat.call("Edit", "toolu_3", file_path="/work/demo/a.py", old_string="a", new_string="b"),
        chat.call("WebFetch", "toolu_4", url="https://example.com", prompt="what?"),
    ]
    chat.result("toolu_1", "Exit code 1\nnpm ERR! missing script: test", is_error=True)
    chat.result("toolu_2", "1\tx")
    chat.result("toolu_3", "The user doesn't want to proceed with this tool use.", is_error=True)
    home.write(chat)
    found = asked(history)
    assert [(each.tool, each.target, each.status) for each in found.calls] == [
        ("WebFetch", "https://example.com", "pending"),
        ("Edit", "/work/demo/a.py", "rejected"),
        ("Read", "/work/demo/a.py", "ok"),
        ("Bash", "npm test", "error"),
    ]
    assert found.by_status == {"pending": 1, "rejected": 1, "ok": 1, "error": 1}
    assert (found.total, found.total_sessions, found.next_cursor, found.hidden) == (4, 1, None, 0)
    first = found.calls[-1]
    assert (first.session_id, first.entry_id) == (chat.id, calls[0]["uuid"])
    assert (first.at, first.agent, first.project) == ("2026-08-01T10:01:00+00:00", None, "/work/demo")
    assert first.error is not None
    assert "missing script" in first.error
    assert found.calls[0].error is None
    assert [each.session_id for each in found.sessions] == [chat.id]


def test_json_has_the_keys_that_other_programs_rely_on(home: Home, history: History) -> None:
    chat_of(home, "it", *shell("ls"))
    answer = plain(asked(history))
    assert {"calls", "total", "next_cursor"} <= set(answer)
    assert {"session_id", "at", "tool", "target", "status", "error", "agent", "entry_id"} <= set(
        answer["calls"][0]
    )
    json.dumps(answer)


# -- commands

COMMANDS = (
    "npm test",
    "cd app && npm run build",
    "CI=1 sudo -u dev npm ci 2>&1 | tail -5",
    "pnpm test",
    "echo 'npm test; npm x'",
    "git commit -m \"$(cat <<'EOF'\nnpm is fine\nEOF\n)\"",
    "cat > run.sh <<'EOF'\nnpm start\nEOF\nnpm audit",
    "for i in 1 2; do npm t$i; done",
    "bash -lc 'cd x && npm exec y'",
    "timeout 30s ./node_modules/.bin/npm ls",
    "echo $(npm prefix)",
)


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("npm *", {0, 1, 2, 6, 7, 8, 9, 10}),
        ("NPM ?*", {0, 1, 2, 6, 7, 8, 9, 10}),
        ("npm run *", {1}),
        ("* test", {0, 3}),
        ("*npm*", set(range(11))),
        ("npm", set(range(11))),
        ("npm test", {0, 3, 4}),
        ("NPM TEST", {0, 3, 4}),
        ("/^npm (test|ci)/", {0, 2}),
        ("/^NPM (test|ci)/i", {0, 2}),
        ("/^NPM/", set()),
        (r"/npm \w+$/", {0, 3, 6, 9, 10}),
        ("sudo *", {2}),
        ("100%", set()),
        ("npm_test", set()),
    ],
)
def test_commands_are_found_by_text_glob_and_regular_expression(
    command: str, expected: set[int], home: Home, history: History
) -> None:
    chat_of(home, "it", *shell(*COMMANDS), ("Read", {"file_path": "/work/npm test"}))
    assert targets(history, command=command) == [COMMANDS[number] for number in sorted(expected)]


@pytest.mark.parametrize("text", ["/(/", "/a{2,1}/", "/(a+)+$/", r"/(\w+\s?)*x/"])
@pytest.mark.parametrize("name", ["query", "command", "url", "error"])
def test_a_regular_expression_that_is_wrong_or_without_an_end_is_refused(
    name: str, text: str, home: Home, history: History
) -> None:
    chat_of(home, "it", *shell("a" * 60))
    given: dict[str, Any] = {name: text}
    with pytest.raises(BadArgumentError, match=rf"^{name}: "):
        asked(history, **given)


@pytest.mark.parametrize(
    "line",
    [
        "npx --yes jest a", "uv run jest a", "python3 -m jest a", "env A=1 jest a", "if jest a; then ls; fi",
        "! time jest a", "(cd x; jest a)", "ls | xargs -n 1 jest a", "echo `jest a`", 'echo "$(jest a)"',
        "A='b c' B=\"d e\" jest a", "ls &&\n  jest a", "sudo -E bash -c 'jest a'",
    ],
)  # fmt: skip
def test_a_command_is_found_wherever_a_line_runs_it(line: str, home: Home, history: History) -> None:
    chat_of(
        home, "it", *shell(line, "echo jest a", "ls # x; jest a", "echo 'x; jest a'", "cat <<E\njest a\nE")
    )
    assert targets(history, command="jest *") == [line]


def test_other_shells_count_and_other_tools_do_not(home: Home, history: History) -> None:
    chat_of(
        home,
        "it",
        ("PowerShell", {"command": "npm test"}),
        ("mcp__box__run_command", {"command": "npm start"}),
        ("Agent", {"description": "npm test", "prompt": "npm test", "subagent_type": "x"}),
        ("mcp__hub__create_issue", {"title": "npm test"}),
    )
    assert targets(history, command="npm *") == ["npm test", "npm start"]
    assert len(targets(history, query="npm*")) == 4


def test_a_query_is_looked_for_in_the_targets_of_all_tools(home: Home, history: History) -> None:
    chat_of(
        home,
        "it",
        ("Read", {"file_path": "/work/demo/Größe.md"}),
        ("Grep", {"pattern": "größe|Maß"}),
        ("WebSearch", {"query": "東京の天気"}),
        *shell("ls"),
    )
    assert targets(history, query="GRÖẞE") == ["/work/demo/Größe.md", "größe|Maß"]
    assert targets(history, query="東京") == ["東京の天気"]
    assert targets(history, query="*.md") == ["/work/demo/Größe.md"]


# -- files

FILES: tuple[tuple[str, str], ...] = (
    ("Read", "/work/demo/src/auth/login.py"),
    ("Edit", "/work/demo/src/auth.ts"),
    ("Write", "/work/demo/src/authors.py"),
    ("Read", r"C:\code\app\src\auth\token.ts"),
    ("Bash", "cat src/auth/login.py | head"),
    ("Bash", "npm run auth"),
    ("Bash", "git show HEAD:src/auth.ts"),
    ("Bash", "curl https://host.example/src/auth"),
    ("Bash", "pytest --rootdir=./src/auth -q"),
    ("Grep", "src/auth"),
    ("Glob", "src/auth/**/*.ts"),
    ("mcp__files__read", "/work/demo/src/auth/login.py"),
    ("WebFetch", "https://host.example/src/auth"),
)


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("src/auth", {0, 1, 3, 4, 6, 8, 10, 11}),
        ("src/auth/", {0, 3, 4, 8, 10, 11}),
        (r"src\auth", {0, 1, 3, 4, 6, 8, 10, 11}),
        ("SRC/Auth", {0, 1, 3, 4, 6, 8, 10, 11}),
        ("auth", {0, 1, 3, 4, 6, 8, 10, 11}),
        ("/work/demo/src/auth", {0, 1, 4, 6, 8, 11}),
        ("/work/demo/src/auth/login.py", {0, 4, 11}),
        ("./src/auth", {0, 1, 4, 6, 8, 11}),
        ("../demo/src/auth/login.py", {0, 4, 11}),
        ("/work/demo", {0, 1, 2, 11}),
        ("/src/auth", set()),
        ("C:/code/app", {3}),
        ("login.py", {0, 4, 11}),
        ("~/src/auth", {0, 1, 3, 4, 6, 8, 10, 11}),
        ("src/auth*", {1, 2, 6, 8}),
        ("*.ts", {1, 3, 6, 10}),
        ("src/**/*.{py,ts}", {0, 1, 2, 3, 4, 6, 10, 11}),
        ("/work/**/login.??", {0, 11}),
        ("ogin.py", set()),
    ],
)
def test_files_are_found_at_whole_parts_of_their_paths(
    file: str, expected: set[int], home: Home, history: History
) -> None:
    names = {
        "Bash": "command",
        "Grep": "pattern",
        "Glob": "pattern",
        "WebFetch": "url",
        "mcp__files__read": "path",
    }
    chat_of(home, "it", *((tool, {names.get(tool, "file_path"): target}) for tool, target in FILES))
    assert targets(history, file=file) == [FILES[number][1] for number in sorted(expected)]


def test_a_file_may_be_only_changed_or_only_read(home: Home, history: History) -> None:
    chat_of(
        home, "it", ("Read", {"file_path": "/a/b.py"}), ("Edit", {"file_path": "/a/b.py"}), *shell("cat b.py")
    )
    assert [each.tool for each in asked(history, file="b.py", tool="Edit,Write").calls] == ["Edit"]
    assert [each.tool for each in asked(history, file="b.py", tool="read").calls] == ["Read"]
    with pytest.raises(BadArgumentError, match="file"):
        asked(history, file="/")


# -- URLs and servers

URLS: tuple[tuple[str, str], ...] = (
    ("WebFetch", "https://example.com/docs/api"),
    ("WebFetch", "https://api.Example.com"),
    ("WebFetch", "https://evilexample.com/"),
    ("WebFetch", "https://example.com.evil.test/"),
    ("Bash", "curl -s 'https://me@example.com:8443/docs?q=1'"),
    ("Bash", "git config user.email me@example.com"),
    ("Bash", "ssh root@example.com uptime"),
    ("Bash", "git clone git@example.com:me/it.git"),
    ("Bash", "ls ~/go/src/example.com/it"),
    ("mcp__browser__navigate", "example.com/docs"),
    ("Read", "/go/src/example.com/it"),
    ("Bash", "curl localhost:8080/health"),
    ("WebSearch", "what is example.com"),
)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("example.com", {0, 1, 4, 6, 7, 9}),
        ("https://example.com/", {0, 1, 4, 6, 7, 9}),
        ("api.example.com", {1}),
        ("https://example.com/docs", {0, 9}),
        ("docs/api", {0}),
        ("localhost", {11}),
        ("localhost:8080", {11}),
        ("localhost:80", set()),
        ("*.example.com/*", {1}),
        ("example.com/docs*", {0, 9}),
        (r"/evil.*\.(com|test)/", {2, 3}),
    ],
)
def test_urls_are_found_by_host_beginning_part_and_pattern(
    url: str, expected: set[int], home: Home, history: History
) -> None:
    names = {"Bash": "command", "Read": "file_path", "WebSearch": "query"}
    chat_of(home, "it", *((tool, {names.get(tool, "url"): target}) for tool, target in URLS))
    assert targets(history, url=url) == [URLS[number][1] for number in sorted(expected)]


def test_mcp_calls_are_found_by_server_and_by_either_name_of_the_tool(home: Home, history: History) -> None:
    chat_of(
        home,
        "it",
        ("mcp__linear-server__get_issue", {"id": "A-1"}),
        ("mcp__plugin_play_wright__click", {"id": "b"}),
        ("mcp__github__get_issue", {"id": "3"}),
        ("Read", {"file_path": "/x"}),
    )
    assert targets(history, server="linear-server") == targets(history, server="Linear Server") == ["A-1"]
    assert targets(history, server="linear") == ["A-1"]
    assert targets(history, server="play*") == []
    assert targets(history, server="play") == ["b"]
    assert targets(history, server="*wright") == ["b"]
    assert targets(history, tool="get_issue") == ["A-1", "3"]
    assert targets(history, tool="mcp__GitHub__*") == ["3"]
    assert targets(history, tool="read, mcp__github__*") == ["3", "/x"]
    assert groups(history, "server") == {"github": 1, "plugin_play_wright": 1, "linear-server": 1}
    assert "Did you mean 'github'?" in TOOL.text(asked(history, server="gihtub"))
    assert "Did you mean 'Read'?" in TOOL.text(asked(history, tool="Raed"))
    assert "linear-server" in TOOL.text(asked(history, server="x"))


# -- what came of it


def test_calls_are_found_by_status_and_by_what_they_said(home: Home, history: History) -> None:
    chat = Chat("it")
    came = {
        "fine": ("ok", False),
        "broken": ("Exit code 1\nEADDRINUSE: address in use", True),
        "stopped": ("[Request interrupted by user for tool use]", True),
        "refused": ("The user doesn't want to proceed with this tool use.", True),
        "forbidden": ("Permission to use Bash with command rm has been denied.", True),
    }
    for name, (words, is_error) in came.items():
        chat.call("Bash", name, command=name)
        chat.result(name, words, is_error=is_error)
    chat.call("Bash", "waiting", command="waiting")
    home.write(chat)
    for status, expected in (
        ("ok", ["fine"]),
        ("failed", ["broken", "stopped"]),
        ("Error", ["broken"]),
        ("rejected,denied", ["refused", "forbidden"]),
        ("denied pending", ["forbidden", "waiting"]),
    ):
        assert targets(history, status=status) == expected, status
    assert targets(history, error="eaddrinuse") == ["broken"]
    assert targets(history, error=r"/^Permission .* denied/") == ["forbidden"]
    assert targets(history, error="/EADDR.*/", status="denied") == []
    with pytest.raises(BadArgumentError, match="failed"):
        asked(history, status="broken")


# -- whose and when


def test_calls_are_found_by_kind_and_id_of_the_agent(home: Home, history: History) -> None:
    chat = Chat("it")
    chat.user("go")
    chat.call("Agent", "toolu_told", description="see", prompt="p", subagent_type="old-reviewer")
    chat.result("toolu_told", "done", toolUseResult={"status": "completed", "agentId": "a0ld1234567"})
    home.write(chat)
    meta = {"agentType": "team:reviewer", "toolUseId": "toolu_x"}
    home.agent(chat, "anew1234567", side("new", "anew1234567", *shell("ls new", "ls newer")), meta)
    home.agent(chat, "a0ld1234567", side("old", "a0ld1234567", *shell("ls old")))
    home.agent(chat, "alost123456", side("lost", "alost123456", *shell("ls lost")))
    everyone = {"ls new", "ls newer", "ls old", "ls lost"}
    for agent, expected in (
        ("main", {"see"}),
        ("subagent", everyone),
        ("team:reviewer", {"ls new", "ls newer"}),
        ("Old Reviewer", {"ls old"}),
        ("reviewer", {"ls new", "ls newer", "ls old"}),
        ("old-*", {"ls old"}),
        ("alost1", {"ls lost"}),
        ("agent-anew1234567", {"ls new", "ls newer"}),
    ):
        assert set(targets(history, agent=agent)) == expected, agent
    assert groups(history, "agent") == {"team:reviewer": 2, "old-reviewer": 1, "main": 1, "unknown": 1}
    kinds = {each.target: (each.agent, each.agent_type) for each in asked(history).calls}
    assert kinds["ls new"] == ("anew1234567", "team:reviewer")
    assert kinds["ls old"] == ("a0ld1234567", "old-reviewer")
    assert kinds["ls lost"] == ("alost123456", None)
    assert "Did you mean 'old-reviewer'?" in TOOL.text(asked(history, agent="old-revewer"))


def test_a_kind_that_is_told_only_when_the_agent_is_done_is_known_then(home: Home, history: History) -> None:
    chat = Chat("it")
    chat.user("go")
    chat.call("Task", "toolu_1", description="see", prompt="p", subagent_type="reviewer")
    home.write(chat)
    home.agent(chat, "a1234567", side("old", "a1234567", *shell("ls")))
    assert groups(history, "agent") == {"main": 1, "unknown": 1}
    home.append(chat, [chat.result("toolu_1", "done", toolUseResult={"agentId": "a1234567"})])
    assert groups(history, "agent") == {"main": 1, "reviewer": 1}


def test_subagents_inside_an_old_main_file_are_not_the_main_conversation(
    home: Home, history: History
) -> None:
    chat = Chat("it", version="1.0.60")
    chat.call("Bash", "toolu_1", command="ls main")
    chat.records += [
        {key: value for key, value in record.items() if key != "agentId"}
        for record in side("old", "", *shell("ls side"))
    ]
    home.write(chat)
    assert targets(history, agent="main") == ["ls main"]
    assert targets(history, agent="subagent") == ["ls side"]


def test_sessions_where_an_agent_made_more_than_so_many_calls(home: Home, history: History) -> None:
    meta = {"agentType": "reviewer"}
    for name, number in (("few", 2), ("many", 5), ("most", 7)):
        chat = chat_of(home, name, *shell(*["ls"] * 9))
        home.agent(
            chat, f"a{name}12345", side(f"{name} side", f"a{name}12345", *shell(*["id"] * number)), meta
        )
    found = asked(history, agent="reviewer", more_than=3)
    assert found.group == "session"
    assert {each.key: each.calls for each in found.groups} == {Chat("most").id: 7, Chat("many").id: 5}
    assert (found.total, found.total_groups, found.total_sessions) == (14, 2, 3)
    none = asked(history, agent="reviewer", more_than=20)
    assert none.groups == ()
    assert "14 calls would fit, but no session has more than 20" in TOOL.text(none)


def test_times_are_those_of_the_calls(home: Home, history: History) -> None:
    chat = Chat("long")
    for day in (1, 3, 5):
        chat.call("Bash", f"toolu_{day}", command=f"day {day}")["timestamp"] = f"2026-08-0{day}T10:00:00.000Z"
    timeless = chat.call("Bash", "toolu_0", command="no day")
    del timeless["timestamp"]
    home.write(chat)
    assert targets(history, since="2026-08-03", until="2026-08-03") == ["day 3"]
    assert targets(history, since="2026-08-02") == ["day 3", "day 5"]
    assert targets(history, until="2026-08-03") == ["day 1", "day 3"]
    assert targets(history) == ["day 1", "day 3", "day 5", "no day"]
    assert [each.target for each in asked(history).calls] == ["day 5", "day 3", "day 1", "no day"]
    with pytest.raises(BadTimeError):
        asked(history, since="someday")


def test_sessions_narrow_by_project_branch_model_and_id(home: Home, history: History) -> None:
    shop = chat_of(home, "shop", *shell("ls shop"), cwd="/work/shop", branch="topic/a")
    other = chat_of(home, "other", *shell("ls other"), cwd="/work/other", start="2026-08-02T10:")
    home.agent(other, "a1234567", side("side", "a1234567", *shell("ls first", "ls side")))
    here = Call(now=NOW, cwd="/work/shop/src")
    ways: list[dict[str, Any]] = [{"project": "shop"}, {"branch": "topic/*"}, {"session": shop.id[:8]}]
    for more in ways:
        assert targets(history, **more) == ["ls shop"], more
    assert [each.target for each in asked(history, here, this_project=True).calls] == ["ls shop"]
    assert targets(history, model="opus") == ["ls first", "ls shop", "ls side", "ls other"]
    assert targets(history, model="haiku") == []
    assert targets(history, session="agent-a1234567") == ["ls first", "ls side"]
    with pytest.raises(ProjectNotFoundError):
        asked(history, project="nowhere")
    with pytest.raises(SessionNotFoundError):
        asked(history, session="ffffffff")


# -- counted


def test_calls_are_counted_by_what_they_have_in_common(home: Home, history: History) -> None:
    one = chat_of(home, "one", *shell("ls", "ls", "id"), ("Read", {"file_path": "/a"}), cwd="/work/one")
    two = chat_of(home, "two", *shell("ls"), cwd="/work/two", start="2026-08-02T10:")
    two.call("Bash", "toolu_wrong", command="id")
    two.result("toolu_wrong", "no", is_error=True)
    home.write(two)
    assert groups(history, "session") == {one.id: 4, two.id: 2}
    assert groups(history, "target") == {"ls": 3, "id": 2, "/a": 1}
    assert groups(history, "tool") == {"Bash": 5, "Read": 1}
    assert groups(history, "project") == {"/work/one": 4, "/work/two": 2}
    assert groups(history, "status") == {"ok": 5, "error": 1}
    assert groups(history, "session", sort="newest") == {two.id: 2, one.id: 4}
    assert list(groups(history, "session", sort="oldest")) == [one.id, two.id]
    ls, identity, _ = asked(history, group="target").groups
    assert (ls.sessions, ls.failed, ls.last.session_id) == (2, 0, two.id)
    assert (identity.sessions, identity.failed, identity.last.status) == (2, 1, "error")
    with pytest.raises(BadArgumentError, match="group"):
        asked(history, sort="most")


@pytest.mark.parametrize("limit", [1, 3, 200])
@pytest.mark.parametrize("sort", ["newest", "oldest"])
def test_pages_hold_each_call_once_in_order(limit: int, sort: str, home: Home, history: History) -> None:
    for name in ("one", "two"):  # at the same times
        chat_of(home, name, *shell(*(f"{name} {number}" for number in range(4))))
    found = everything(history, limit, sort=sort)
    assert len({each.target for each in found}) == len(found) == 8
    times = [each.at or "" for each in found]
    assert times == sorted(times, reverse=sort == "newest")


def test_pages_go_on_where_they_ended_when_calls_are_added(home: Home, history: History) -> None:
    chat = chat_of(home, "it", *shell("1", "2", "3"))
    first = asked(history, limit=1)
    home.append(chat, [chat.call("Bash", "toolu_new", command="4")])
    second = asked(history, limit=2, cursor=first.next_cursor)
    assert [each.target for each in (*first.calls, *second.calls)] == ["3", "2", "1"]


@pytest.mark.parametrize("limit", [1, 2, 200])
def test_pages_hold_each_group_once(limit: int, home: Home, history: History) -> None:
    chat_of(home, "it", *shell("a", "b", "b", "c", "d", "d", "d"))
    page = asked(history, group="target", limit=limit)
    found = list(page.groups)
    while page.next_cursor:
        page = asked(history, group="target", limit=limit, cursor=page.next_cursor)
        found += page.groups
    assert [(each.key, each.calls) for each in found] == [("d", 3), ("b", 2), ("c", 1), ("a", 1)] or [
        each.key for each in found[:2]
    ] == ["d", "b"]
    assert {each.key for each in found} == {"a", "b", "c", "d"}
    assert page.total_groups == len(found) == 4


def test_a_cursor_of_another_question_is_refused(home: Home, history: History) -> None:
    chat_of(home, "it", *shell("1", "2"))
    found = asked(history, limit=1)
    others: list[dict[str, Any]] = [{"sort": "oldest"}, {"group": "tool"}, {"command": "1"}]
    for more in others:
        with pytest.raises(BadCursorError):
            asked(history, limit=1, cursor=found.next_cursor, **more)
    with pytest.raises(BadCursorError):
        asked(history, cursor="nonsense")


def test_a_page_whose_calls_have_gone_says_so(home: Home, history: History) -> None:
    chat = chat_of(home, "it", *shell("1", "2"))
    other = chat_of(home, "other", *shell("3"), start="2026-08-02T10:")
    first = asked(history, limit=1)
    home.path(chat).unlink()
    gone = asked(history, limit=1, cursor=first.next_cursor)
    assert (gone.calls, gone.total, gone.next_cursor) == ((), 1, None)
    assert TOOL.text(gone) == "There are no more."
    assert asked(history).calls[0].session_id == other.id


# -- what counts


def test_what_a_fork_repeats_counts_once_and_what_is_left_out_not_at_all(home: Home) -> None:
    chat = chat_of(home, "it", *shell("ls it"))
    fork = Chat("fork", start="2026-08-03T10:")
    fork.records = [{**record, "sessionId": fork.id} for record in chat.records]
    fork.call("Bash", "toolu_fork", command="ls fork")
    home.write(fork)
    chat_of(home, "secret", *shell("ls secret"), ("mcp__vault__read", {"path": "x"}), cwd="/work/secret")
    home.put(home.folder / "settings.toml", b'exclude_projects = ["/work/secret"]')
    history = History(Config.load(home.env, {"config": str(home.folder / "settings.toml")}), patient=True)
    assert targets(history) == ["ls it", "ls fork"]
    assert groups(history, "session") == {fork.id: 1, chat.id: 1}
    assert "vault" not in TOOL.text(asked(history, server="valt"))
    history.close()


def test_calls_of_ccmcp_itself_count_only_where_they_are_asked_for(home: Home, history: History) -> None:
    chat_of(
        home,
        "it",
        ("mcp__ccmcp__find_tool_calls", {"url": "example.com"}),
        ("mcp__memory__find_tool_calls", {"url": "example.com", "limit": 3}),
        ("WebFetch", {"url": "https://example.com"}),
        *shell("uvx ccmcp calls --url example.com", "curl example.com"),
    )
    found = asked(history, url="example.com")
    assert [each.target for each in found.calls] == ["curl example.com", "https://example.com"]
    assert (found.total, found.hidden) == (2, 3)
    for text in (TOOL.text(found), TOOL.screen(found, SCREEN)):
        assert "3 calls of ccmcp itself" in text
    assert asked(history, url="example.com", own=True).total == 5
    assert asked(history, server="ccmcp").total == 1
    assert asked(history, command="ccmcp calls *").total == 1
    assert asked(history, server="memory").hidden == 1


def test_a_session_in_two_roots_is_named_by_its_label_too(home: Home, config: Config, tmp_path: Path) -> None:
    away = Home(tmp_path / "away")
    two = replace(config, roots=(*config.roots, Root(label="archive", path=away.claude)))
    chat_of(home, "it", *shell("ls here"))
    there = Chat("there", start="2026-07-01T10:")
    there.call("Bash", "toolu_there", command="ls there")
    away.put(away.path(Chat("it")), there.bytes())
    history = History(two, patient=True)
    found = asked(history)
    assert max(each.reference for each in found.calls) == f"claude:{Chat('it').id}"
    assert [each.target for each in asked(history, session=f"archive:{Chat('it').id}").calls] == ["ls there"]
    assert [each.target for each in asked(history, root="archive").calls] == ["ls there"]
    assert f"archive:{Chat('it').id} · " in TOOL.text(found)
    history.close()


def test_who_can_t_write_answers_as_if_it_had(
    home: Home, history: History, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "LOCK_SECONDS", 0.01)
    chat = chat_of(home, "grown", *shell("ls 1", "ls 2"))
    home.agent(chat, "a1234567", side("side", "a1234567", *shell("ls side")), {"agentType": "reviewer"})
    chat_of(home, "same", *shell("ls same"), start="2026-08-03T10:")
    gone = chat_of(home, "gone", *shell("ls gone"), start="2026-08-04T10:")
    history.refresh()
    home.append(
        chat,
        [
            chat.result("toolu_grown_1", "late"),
            chat.call("Read", "toolu_more", file_path="/work/demo/new.py"),
        ],
    )
    chat_of(
        home, "new", *shell("ls new"), ("mcp__hub__get", {"id": "x"}), cwd="/work/new", start="2026-08-05T10:"
    )
    home.path(gone).unlink()

    questions: list[dict[str, Any]] = [
        {}, {"sort": "oldest"}, {"limit": 2}, {"file": "new.py"}, {"server": "hub"}, {"agent": "reviewer"},
        {"project": "/work/new"}, {"command": "ls *", "status": "ok"}, {"agent": "main", "group": "session"},
        *({"group": by} for by in ("session", "target", "tool", "server", "agent", "project", "status")),
        {"group": "target", "limit": 2, "sort": "oldest"}, {"tool": "nothing"},
    ]  # fmt: skip

    def told() -> list[FoundCalls]:
        return [replace(asked(history, **question), next_cursor=None) for question in questions]

    with FileLock(config.cache / "writer.lock"):
        beside = told()
        assert history.status().writer == "another process"
        first = asked(history, limit=3)
        assert len({each.entry_id for each in everything(history, 2)}) == first.total == 7
    assert beside == told()
    assert history.status().writer == "nobody"


# -- how it reads


def test_a_text_names_each_session_once_by_its_full_id_and_each_call_by_its_entry(
    home: Home, history: History
) -> None:
    old, new = (
        chat_of(home, name, *shell(f"ls {name}", f"id {name}"), start=f"2026-08-0{day}T10:")
        for name, day in (("old", 1), ("new", 2))
    )
    text = TOOL.text(asked(history))
    assert text.startswith("4 calls in 2 sessions: all ok. Newest first:\n")
    assert text.index(new.id) < text.index("id new") < text.index("ls new") < text.index(old.id)
    assert text.count(old.id) == 1
    for record in (*old.records, *new.records):
        assert (f"[{record['uuid'][:8]}]" in text) == (record["type"] == "assistant")
    grouped = TOOL.text(asked(history, group="target"))
    assert grouped.count(old.id) == grouped.count(new.id) == 2
    assert "By target, most calls first (4):" in grouped


def test_nothing_in_a_target_or_an_error_begins_a_line_of_its_own(home: Home, history: History) -> None:
    chat = Chat("it")
    chat.call("Bash", "toolu_1", command="echo a\nMore: the same arguments\n\x1b[31mred")
    chat.result("toolu_1", "Exit code 2\n\nRead on: elsewhere", is_error=True)
    home.write(chat)
    found = asked(history)
    for text in (TOOL.text(found), TOOL.screen(found, SCREEN), TOOL.text(asked(history, group="target"))):
        assert "echo a More: the same arguments" in text
        assert "\x1b" not in text
        assert not any(line.startswith(("More:", "Read on: elsewhere")) for line in text.splitlines())
    assert "Exit code 2 · Read on: elsewhere" in TOOL.text(found)


def test_a_long_target_is_shown_from_near_what_was_looked_for(home: Home, history: History) -> None:
    chat_of(home, "it", *shell(f"echo {'filler ' * 100}&& npm publish && echo end"))
    found = asked(history, command="npm publish*")
    for text in (TOOL.text(found), TOOL.screen(found, SCREEN)):
        assert "npm publish" in text
        assert "filler " * 50 not in text
    assert len(found.calls[0].target) > 600


def test_a_page_fits_into_what_a_client_takes(home: Home, history: History) -> None:
    for number in range(40):
        chat_of(home, f"chat {number}", *shell(*(f"echo {'x' * 300} {each}" for each in range(5))))
    small = replace(CALL, most_characters=10_000)
    page = asked(history, small, limit=200)
    assert 5_000 < len(TOOL.text(page)) <= 10_500
    seen = [each.entry_id for each in page.calls]
    while page.next_cursor:
        page = asked(history, small, limit=200, cursor=page.next_cursor)
        assert len(TOOL.text(page)) <= 10_500
        seen += [each.entry_id for each in page.calls]
    assert len(seen) == len(set(seen)) == 200
    grouped = asked(history, small, group="session", limit=200)
    assert len(TOOL.text(grouped)) <= 10_500
    assert grouped.next_cursor


@pytest.mark.parametrize("width", [60, 100, 200])
def test_a_screen_is_aligned_cut_and_coloured(width: int, home: Home, history: History) -> None:
    chat = chat_of(home, "it", *shell("ls " + "long " * 60), ("Read", {"file_path": "/文/" + "字" * 100}))
    chat.call("Bash", "toolu_wrong", command="make")
    chat.result("toolu_wrong", "Exit code 2\n" + "no " * 100, is_error=True)
    home.write(chat)
    for by in ("", "session", "target"):
        found = asked(history, group=by)
        lines = TOOL.screen(found, Screen(now=NOW, width=width, colour=True)).split("\n")
        assert all(columns(line) <= max(width, 90) for line in lines)
        assert any("\x1b[" in line for line in lines)
        assert "\x1b" not in TOOL.screen(found, Screen(now=NOW, width=width))


def test_an_empty_answer_says_what_would_fit(home: Home, history: History) -> None:
    chat_of(home, "it", *shell("npm test"), ("Read", {"file_path": "/work/demo/authors.py"}))
    cases: tuple[tuple[dict[str, Any], str], ...] = (
        ({"command": "npm *", "status": "failed"}, "Without status: 1 call."),
        ({"command": "npm *", "since": "2026-08-20"}, "Without since: 1 call."),
        ({"file": "auth"}, "file=**auth**"),
        ({"query": "bash"}, "tool=bash"),
        ({"command": "cargo *"}, "No tool call fits."),
        ({"group": "server"}, "No tool call fits."),
    )
    for more, expected in cases:
        found = asked(history, **more)
        for text in (TOOL.text(found), TOOL.screen(found, SCREEN)):
            assert text.startswith("No tool call fits.")
            assert expected in text, more


def test_an_empty_history_is_said_to_be_empty(home: Home, history: History) -> None:
    assert TOOL.text(asked(history)) == f"No sessions yet in {home.claude}."


def test_what_was_not_looked_at_is_said(home: Home) -> None:
    history = History(Config.load({**home.env, "CLAUDE_CONFIG_DIR": str(home.folder / "away")}), patient=True)
    found = asked(history)
    assert not found.coverage.complete
    for text in (TOOL.text(found), TOOL.screen(found, SCREEN)):
        assert "Could not be looked at" in text
        assert "still being read" not in text
    reading = replace(found, coverage=replace(found.coverage, reading=True))
    assert "still being read, tool calls last" in TOOL.text(reading)
    history.close()


def test_every_call_of_real_transcripts_is_on_some_page(data: Path, home: Home) -> None:
    history = History(Config.load({**home.env, "CLAUDE_CONFIG_DIR": str(data)}), patient=True)
    total = asked(history, own=True).total
    found = everything(history, 200, own=True)
    assert len(found) == total > 1000
    assert len({(each.session_id, each.entry_id, each.tool, each.target) for each in found}) > 0.99 * total
    by_tool = groups(history, "tool", own=True, limit=200)
    assert sum(by_tool.values()) == total
    assert asked(history, tool="Bash").total == by_tool["Bash"]
    assert asked(history, command="/./").total >= by_tool["Bash"] - 5
    history.close()


@pytest.mark.parametrize(
    "text",
    [
        "/(a|a)*b/", "/(a|aa)+$/", r"/(\w+\s?)*$/", "/(.+,)+x$/", "/(.*&&)+ rm -rf/", "/(a?){30}a{30}b/", "/.*.*.*=/",
        r"/^(([a-z])+.)+[A-Z]([a-z])+$/", "/(x+x+)+y/",
    ],
)  # fmt: skip
def test_a_regular_expression_that_could_run_for_years_is_refused(text: str, history: History) -> None:
    with pytest.raises(BadArgumentError, match="could run for years"):
        TOOL.run(history, FindToolCalls(query=text), CALL)


@pytest.mark.parametrize(
    "text", [r"/git( -\S+)* push/", "/(,[^,]+)+/", "/a.*b.*c/", "/(foo|bar)/", "/x{3}/", r"/(\d\d\.)+/"]
)
def test_a_regular_expression_that_ends_soon_is_taken(text: str, history: History) -> None:
    assert TOOL.run(history, FindToolCalls(query=text), CALL).total == 0


def test_a_glob_of_many_stars_ends_soon(home: Home, history: History) -> None:
    chat = Chat("it")
    chat.call("Read", "toolu_1", file_path="/work/" + "a" * 300 + ".py")
    home.write(chat)
    assert TOOL.run(history, FindToolCalls(file="*a*a*a*a*a*a*a*a*a*a*b"), CALL).total == 0
    assert TOOL.run(history, FindToolCalls(file="*a*a*a*a*.py"), CALL).total == 1
    with pytest.raises(BadArgumentError, match=r"At most 2 \*\*"):
        TOOL.run(history, FindToolCalls(file="**a**a**a**b"), CALL)
