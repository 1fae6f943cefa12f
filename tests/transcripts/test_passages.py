"""Entries -> passages: who said what, and what no search should find."""

from typing import Any

import pytest

from ccmcp.transcripts.content import ToolResult
from ccmcp.transcripts.entries import COPY_TYPES, STATE_TYPES
from ccmcp.transcripts.passages import is_prompt
from tests.transcript import Chat, Record
from tests.transcripts.lines import read, said, spoken

PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ"


def user(content: Any, **more: Any) -> Record:
    return Chat("u").user(content, **more)


def assistant(*blocks: Any, **more: Any) -> Record:
    return Chat("a").assistant(*blocks, **more)


def system(subtype: str, content: str = "", **more: Any) -> Record:
    return Chat("s").system(subtype, content, **more)


@pytest.mark.parametrize(
    ("content", "passages"),
    [
        ("fix the tests", [("user", "text", "fix the tests")]),
        ([{"type": "text", "text": "one"}, {"type": "text", "text": "two"}], [("user", "text", "one"), ("user", "text", "two")]),
        ("", []),
        (" \n ", []),
        ([{"type": "document", "title": "Plan", "source": {"type": "text", "data": "words"}}], [("user", "attachment", "Plan\nwords")]),
        ([{"type": "document", "source": {"type": "content", "content": [{"type": "text", "text": "w"}]}}], [("user", "attachment", "w")]),
        ([{"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": PICTURE}}], [("user", "attachment", "document")]),
        ([{"type": "search_result", "title": "T", "source": "https://x"}], [("user", "unknown", "T\nhttps://x")]),
    ],
)  # fmt: skip
def test_what_a_user_said(content: object, passages: list[tuple[str, str, str]]) -> None:
    assert spoken(user(content)) == passages


def test_a_picture_is_shown_but_not_searched() -> None:
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PICTURE}}
    text, picture = said(user([{"type": "text", "text": "what is this"}, image]))
    assert (picture.text, picture.injected) == ("[image image/png]", True)
    assert (text.text, text.injected) == ("what is this", False)


@pytest.mark.parametrize(
    ("text", "passages"),
    [
        (
            "<command-name>/compact</command-name>\n   <command-message>compact</command-message>\n   <command-args>keep it</command-args>",
            [("user", "command", "/compact keep it")],
        ),
        (
            "<command-message>init is analyzing your codebase…</command-message>\n<command-name>/init</command-name>",
            [("user", "command", "/init")],
        ),
        ("<command-message>review</command-message>", [("user", "command", "review")]),
        ("<command-name>torn", [("user", "command", "<command-name>torn")]),
        ("<command-args>a\nb</command-args>", [("user", "command", "a\nb")]),
        ("<bash-input>git status</bash-input>", [("user", "command", "! git status")]),
        ("<bash-input>torn", [("user", "command", "! torn")]),
        ("<bash-stdout>clean</bash-stdout><bash-stderr>warned</bash-stderr>", [("system", "command", "clean\nwarned")]),
        ("<bash-stdout></bash-stdout><bash-stderr></bash-stderr>", []),
        ("<local-command-stdout>Set model</local-command-stdout>", [("system", "command", "Set model")]),
        ("<local-command-stderr>No such file</local-command-stderr>", [("system", "command", "No such file")]),
        ("<local-command-stdout>torn", [("system", "command", "torn")]),
        ("<task-notification>\n<status>done</status>\n</task-notification>", [
            ("system", "attachment", "<task-notification>\n<status>done</status>\n</task-notification>")]),
        ("<bash-notification>b1 failed</bash-notification>", [("system", "attachment", "<bash-notification>b1 failed</bash-notification>")]),
        ('<teammate-message teammate_id="lead">go</teammate-message>', [
            ("system", "attachment", '<teammate-message teammate_id="lead">go</teammate-message>')]),
        ("<ide_opened_file>The user opened /a.py</ide_opened_file>", [("system", "attachment", "The user opened /a.py")]),
        ("<ide_selection>lines 1 to 2</ide_selection>why?", [("system", "attachment", "lines 1 to 2"), ("user", "text", "why?")]),
        ("<h>no tag of the client's</h>", [("user", "text", "<h>no tag of the client's</h>")]),
        ("<div class='x'>mine</div>", [("user", "text", "<div class='x'>mine</div>")]),
    ],
)  # fmt: skip
def test_what_stands_in_the_user_s_place_is_told_by_its_tag(
    text: str, passages: list[tuple[str, str, str]]
) -> None:
    assert spoken(user(text)) == passages
    assert spoken(user([{"type": "text", "text": text}])) == passages


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("<system-reminder>\nToday is Monday.\n</system-reminder>\nhello", "hello"),
        (
            "before <system-reminder>a</system-reminder>\n\nafter <system-reminder>b</system-reminder>",
            "before after ",
        ),
        ("<system-reminder>only this</system-reminder>", ""),
        ("<system-reminder>torn", "<system-reminder>torn"),
        ("a closing </system-reminder> alone", "a closing </system-reminder> alone"),
        (
            "<fork-boilerplate>\nYou are a fork.\n</fork-boilerplate>\n\nYour directive: look",
            "Your directive: look",
        ),
    ],
)
def test_what_the_client_put_into_a_prompt_is_taken_out(text: str, left: str) -> None:
    assert spoken(user(text)) == ([("user", "text", left)] if left else [])


def test_many_reminders_cost_no_more_than_their_length() -> None:
    assert spoken(user("<system-reminder>" * 100_000)) == [("user", "text", "<system-reminder>" * 100_000)]
    assert spoken(user("<ide_selection></ide_selection>" * 5_000 + "then"))[-1] == ("user", "text", "then")


@pytest.mark.parametrize(
    "record",
    [
        user("Base directory for this skill: /x", isMeta=True),
        user("<local-command-caveat>Caveat: ...</local-command-caveat>", isMeta=True),
        user("<local-command-caveat>Caveat: ...</local-command-caveat>"),
        user(
            "Caveat: The messages below were generated by the user while running local commands. DO NOT respond"
        ),
        user([{"type": "text", "text": "[Request interrupted by user]"}]),
        user([{"type": "text", "text": "[Request interrupted by user for tool use]"}]),
        assistant("No response requested.", model="<synthetic>"),
        system("compact_boundary", "Conversation compacted"),
        system("microcompact_boundary", "Context microcompacted"),
        system("turn_duration", durationMs=5),
    ],
)
def test_what_the_client_injected_is_seen_by_readers_only(record: Record) -> None:
    assert said(record) != []
    assert spoken(record) == []


def test_a_compaction_s_summary_is_a_summary() -> None:
    record = user("This session is being continued <system-reminder>", isCompactSummary=True)
    assert spoken(record) == [("system", "summary", "This session is being continued <system-reminder>")]


@pytest.mark.parametrize(
    ("block", "passage"),
    [
        ("an answer", ("assistant", "text", "an answer")),
        ({"type": "thinking", "thinking": "let me see", "signature": "c2ln"}, ("assistant", "thinking", "let me see")),
        ({"type": "thinking", "thinking": "", "signature": "c2ln"}, None),
        ({"type": "redacted_thinking", "data": "c2VjcmV0"}, None),
        ({"type": "text", "text": ""}, None),
        ({"type": "fallback", "from": {"model": "m-1"}, "to": {"model": "m-2"}}, ("assistant", "unknown", "m-1\nm-2")),
        ({"type": "tool_use", "id": "t", "name": "Bash", "input": {"command": "ls", "timeout": 5}}, ("tool", "tool_call", "ls\n5")),
        ({"type": "tool_use", "id": "t", "name": "Old", "input": "as a text"}, ("tool", "tool_call", "as a text")),
        ({"type": "tool_use", "id": "t", "name": "Edit", "input": {"edits": [{"old": "a"}, {"old": "b"}]}}, ("tool", "tool_call", "a\nb")),
        ({"type": "tool_use", "id": "t", "name": "X", "input": {"data": "words", "signature": "def f()"}}, ("tool", "tool_call", "words\ndef f()")),
        ({"type": "tool_use", "id": "t", "name": "X", "input": None}, ("tool", "tool_call", "")),
        ({"type": "server_tool_use", "id": "t", "name": "web_search", "input": {"query": "q"}}, ("tool", "tool_call", "q")),
        ({"type": "mcp_tool_use", "id": "t", "name": "find", "server_name": "s", "input": {"q": "x"}}, ("tool", "tool_call", "x")),
        ({"type": "mcp_tool_result", "tool_use_id": "t", "content": [{"type": "text", "text": "x"}]}, ("tool", "tool_result", "x")),
        ({"type": "web_search_tool_result", "tool_use_id": "t", "content": [
            {"type": "web_search_result", "title": "T", "url": "https://x", "encrypted_content": "c2VjcmV0", "page_age": "1 day"}]},
         ("tool", "tool_result", "T\nhttps://x\n1 day")),
        ({"type": "code_execution_tool_result", "tool_use_id": "t", "content": {
            "type": "code_execution_result", "stdout": "4\n", "stderr": "", "return_code": 0}}, ("tool", "tool_result", "4\n\n0")),
        ({"type": "web_fetch_tool_result", "tool_use_id": "t", "content": {
            "type": "web_fetch_tool_result_error", "error_code": "url_not_allowed"}}, ("tool", "tool_result", "url_not_allowed")),
    ],
)  # fmt: skip
def test_what_an_answer_says_and_calls(block: Record | str, passage: tuple[str, str, str] | None) -> None:
    assert spoken(assistant(block)) == ([passage] if passage else [])


def test_a_server_tool_s_error_is_an_error() -> None:
    for kind, is_error in (("web_search_tool_result_error", True), ("web_search_result", False)):
        content = {"type": kind, "error_code": "max_uses_exceeded"}
        [passage] = said(
            assistant({"type": "web_search_tool_result", "tool_use_id": "t", "content": content})
        )
        assert isinstance(passage.block, ToolResult)
        assert passage.block.is_error is is_error


def test_a_call_carries_its_tool_and_its_id_and_a_result_the_same_id() -> None:
    chat = Chat("call")
    [call] = said(chat.call("Read", "toolu_7", file_path="/a.py"))
    [result] = said(chat.result("toolu_7", "text of a"))
    assert (call.tool, call.call_id, call.text) == ("Read", "toolu_7", "/a.py")
    assert (result.tool, result.call_id, result.text, result.extra) == ("", "toolu_7", "text of a", "")


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("done", "done"),
        ([{"type": "text", "text": "one"}, {"type": "text", "text": "two"}], "one\ntwo"),
        ([{"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PICTURE}}], ""),
        ([{"type": "text", "text": "shot"}, {"type": "image", "source": {"data": PICTURE}}], "shot"),
        ([{"type": "tool_reference", "tool_name": "TaskCreate"}, {"type": "tool_reference", "tool_name": "TaskList"}], "TaskCreate\nTaskList"),
        ([{"type": "document", "title": "D", "source": {"type": "text", "data": "w"}}], "D\nw"),
        (["bare", "texts"], "bare\ntexts"),
        ({"files": ["a", "b"], "count": 2}, "a\nb\n2"),
        ({"type": "image", "data": PICTURE, "mimeType": "image/png"}, "image\nimage/png"),
        (None, ""),
        ([], ""),
        ([None], ""),
    ],
)  # fmt: skip
def test_a_tool_s_result_in_every_shape(content: object, text: str) -> None:
    [passage] = said(Chat("r").result("t", content))
    assert (passage.role, passage.kind, passage.text) == ("tool", "tool_result", text)


def test_words_only_the_client_kept_of_a_result_are_its_extra() -> None:
    record = Chat("x").result(
        "t", "Output too large", toolUseResult={"stdout": "Output too large\nthe rest", "stderr": ""}
    )
    [passage] = said(record)
    assert (passage.text, passage.extra) == ("Output too large", "the rest")


@pytest.mark.parametrize(
    ("record", "passages"),
    [
        (system("informational", "Stopped by a hook"), [("system", "text", "Stopped by a hook")]),
        (system("of the future", "words"), [("system", "text", "words")]),
        (system("informational"), []),
        (system("away_summary", "While you were away"), [("system", "summary", "While you were away")]),
        (system("local_command", "<command-name>/cost</command-name><command-args></command-args>"), [("user", "command", "/cost")]),
        (system("local_command", "<local-command-stdout>Total cost</local-command-stdout>"), [("system", "command", "Total cost")]),
        (system("api_error", error={"message": "529 {...}", "formatted": "529 overloaded"}), [("system", "text", "529 overloaded")]),
        (system("api_error", error={"message": "fetch failed"}), [("system", "text", "fetch failed")]),
        (system("api_error", error={"cause": {"code": "ECONNRESET"}}), [("system", "text", "ECONNRESET")]),
        (system("api_error", error={}), []),
        (system("stop_hook_summary", hookErrors=["lint failed"], hookAdditionalContext=["see log"], stopReason="no", hookCount=2),
         [("system", "text", "lint failed\nsee log\nno")]),
        (system("stop_hook_summary", hookErrors=[], stopReason="", preventedContinuation=False), []),
        (assistant("API Error: 401", isApiErrorMessage=True), [("system", "text", "API Error: 401")]),
        ({"type": "queue-operation", "operation": "enqueue", "content": "and the docs"}, [("user", "text", "and the docs")]),
        ({"type": "queue-operation", "operation": "enqueue", "content": "<bash-input>ls</bash-input>"}, [("user", "command", "! ls")]),
        ({"type": "queue-operation", "operation": "dequeue", "content": "and the docs"}, []),
        ({"type": "queue-operation", "operation": "enqueue"}, []),
        ({"type": "summary", "summary": "Parser rewrite", "leafUuid": "u"}, [("system", "summary", "Parser rewrite")]),
        ({"type": "pr-link", "prNumber": 7, "prUrl": "https://example.org/pull/7"}, [("system", "attachment", "https://example.org/pull/7")]),
        ({"type": "last-prompt", "lastPrompt": "said before"}, []),
        ({"type": "continued-in", "continuedInSessionId": "s"}, []),
        (Chat("p").entry("progress", data={"type": "agent_progress", "message": {"message": {"content": "said elsewhere"}}}), []),
    ],
)  # fmt: skip
def test_what_the_client_noted(record: Record, passages: list[tuple[str, str, str]]) -> None:
    assert spoken(record) == passages


def test_titles_moves_and_unknown_lines_are_seen_by_readers_only() -> None:
    for record, text in (
        ({"type": "custom-title", "customTitle": "mine"}, "mine"),
        ({"type": "ai-title", "aiTitle": "its"}, "its"),
        ({"type": "relocated", "relocatedCwd": "/w/new"}, "Moved to /w/new"),
        ({"type": "of the future", "text": "words"}, "of the future\nwords"),
    ):
        [passage] = said(record)
        assert (passage.text, passage.injected) == (text, True)


@pytest.mark.parametrize("kind", sorted(STATE_TYPES | COPY_TYPES))
def test_state_and_copies_say_nothing(kind: str) -> None:
    assert said({"type": kind, "message": {"role": "user", "content": "a copy"}, "mode": "plan"}) == []


@pytest.mark.parametrize(
    ("record", "asked"),
    [
        (user("do it"), True),
        (Chat("q").attachment("queued_command", prompt="do it too"), True),
        (user("sub prompt", isSidechain=True), False),
        (user("injected", isMeta=True), False),
        (user("<command-name>/clear</command-name>"), False),
        (user("summary", isCompactSummary=True), False),
        (assistant("done"), False),
        ({"type": "queue-operation", "operation": "enqueue", "content": "do it too"}, False),
    ],
)
def test_a_prompt_is_what_was_asked_in_the_main_conversation(record: Record, *, asked: bool) -> None:
    assert any(is_prompt(read(record), passage) for passage in said(record)) is asked
