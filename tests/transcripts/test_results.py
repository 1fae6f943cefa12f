"""What came of a call, by the marks of new clients and the wordings of old ones, and what only the client kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccmcp.transcripts.content import ToolResult
from ccmcp.transcripts.entries import User
from ccmcp.transcripts.results import Outcome, extra_text, original_file, outcome
from tests.transcript import Chat, Record
from tests.transcripts.lines import read

NO = "The user doesn't want to proceed with this tool use. The tool use was rejected (eg. if it was a file edit ..."
KEPT_NO = "User rejected tool use"


def came(content: str, *, is_error: bool = True, version: str = "2.1.330", **more: object) -> Outcome:
    """The outcome of a call with such a result."""
    entry = read(Chat("r", version=version).result("toolu_1", content, is_error=is_error, **more))
    assert isinstance(entry, User)
    [result] = entry.blocks()
    assert isinstance(result, ToolResult)
    return outcome(entry, result)


def test_a_result_without_error_is_ok() -> None:
    assert came("a.txt", is_error=False, toolUseResult={"stdout": "a.txt", "interrupted": False}) == "ok"
    assert came("a.txt", is_error=False, toolUseResult="a.txt") == "ok"
    assert came("", is_error=False) == "ok"


def test_a_command_that_was_stopped_is_interrupted() -> None:
    assert (
        came("so far", is_error=False, toolUseResult={"stdout": "so far", "interrupted": True})
        == "interrupted"
    )


def test_a_result_saved_to_a_file_for_its_length_is_ok() -> None:
    text = "Error: result (99,000 characters across 2,475 lines) exceeds maximum allowed tokens. Output has been saved to /x"
    assert came(text, is_error=False, toolUseResult=text) == "ok"
    assert came("No such tool", is_error=False, toolUseResult="Error: No such tool") == "error"


@pytest.mark.parametrize(
    "content",
    [
        "Exit code 3\nboom", "Error", "File does not exist.", "<tool_use_error>File has not been read yet.</tool_use_error>",
        "<tool_use_error>InputValidationError: Grep failed</tool_use_error>", "Command timed out after 2m 0.0s",
        "Exit code 1\ncat: /x: Permission denied", "Request failed with status code 403", "gh: command not found",
        "Cannot create agent worktree: no WorktreeCreate hooks are configured", "",
    ],
)  # fmt: skip
def test_a_failure_is_an_error(content: str) -> None:
    assert came(content, toolUseResult=f"Error: {content}") == "error"
    ran = {"decision": "accept", "source": "config", "reasonType": "mode"}
    assert came(content, permissionDecision=ran) == "error"


@pytest.mark.parametrize(
    ("version", "content"),
    [
        ("0.2.126", "Claude requested permissions to use Bash, but you haven't granted it yet."),
        (
            "1.0.24",
            "ERROR: cd to '/etc' was blocked. For security, Claude Code may only change directories to child directories",
        ),
        ("1.0.60", "This command requires approval"),
        ("1.0.60", "Bash operation blocked by hook:\n- [guard]: no"),
        ("2.1.7", "Permission to use Bash has been auto-denied in dontAsk mode."),
        ("2.1.40", "Hook PreToolUse:Bash denied this tool"),
        ("2.1.40", "File is in a directory that is denied by your permission settings."),
        (
            "2.1.170",
            "Permission for this action was denied by the Claude Code auto mode classifier. Reason: elevated",
        ),
        ("2.1.170", "Remove-Item on system path '/' is blocked. This path is protected from removal."),
        ("2.1.218", "Permission for this tool use was denied. The tool use was rejected"),
        ("2.1.330", "<tool_use_error>Permission to use Agent has been denied.</tool_use_error>"),
        (
            "2.1.330",
            "This call was denied and did not run. It needs the user's answer, and the user has not written since",
        ),
        ("2.1.330", "Bash did not run. It needs the user's approval, and the user was not asked"),
    ],
)
def test_what_a_rule_a_mode_or_a_hook_kept_from_running_is_denied(version: str, content: str) -> None:
    assert came(content, version=version, toolUseResult=f"Error: {content}") == "denied"


@pytest.mark.parametrize(
    ("content", "kind", "decision"),
    [
        (
            "PreToolUse:Write hook error: [guard]: no",
            "permission-rule",
            {"decision": "reject", "source": "hook"},
        ),
        (
            "Permission to use Bash with command touch x has been denied.",
            "permission-rule",
            {"decision": "reject", "source": "config"},
        ),
        ("touch in '/w/x.txt' needs approval.", "user-rejected", {"decision": "reject", "source": "config"}),
        (
            "Cannot write to /w/n.txt while in plan mode.",
            "user-rejected",
            {"decision": "reject", "source": "config"},
        ),
        ("Can't interact with browser-internal URLs.", "permission-rule", None),
        ("Blocked by the classifier", "automode-blocked", None),
        ("The classifier was away", "automode-unavailable", None),
    ],
)
def test_today_s_client_names_a_denial(content: str, kind: str, decision: object) -> None:
    assert came(content, toolDenialKind=kind, permissionDecision=decision) == "denied"


@pytest.mark.parametrize(
    ("version", "content", "marks"),
    [
        ("0.2.126", "The user doesn't want to take this action right now. STOP what you are doing", {}),
        ("1.0.60", NO, {"toolUseResult": f"Error: {NO}"}),
        ("2.1.40", NO, {"toolUseResult": KEPT_NO}),
        ("2.1.14", "User chose to stay in plan mode and continue planning", {}),
        ("2.1.229", NO, {"toolDenialKind": "user-rejected", "toolUseResult": KEPT_NO}),
        ("2.1.330", NO, {"toolDenialKind": "user-rejected", "userFeedback": "use rg", "toolUseResult": f"Error: {NO}"}),
        ("2.1.330", NO, {"toolDenialKind": "user-rejected", "toolDenialBeforeRun": True, "toolUseResult": KEPT_NO}),
        ("2.1.330", NO, {"toolDenialKind": "user-rejected", "permissionDecision": {"decision": "reject", "source": "user_reject"}}),
        ("2.1.330", "no words we know", {"toolDenialKind": "user-rejected", "permissionDecision": {"decision": "reject", "source": "user_reject"}}),
        ("not a version", NO, {"toolDenialKind": "user-rejected"}),
    ],
)  # fmt: skip
def test_a_person_s_no_is_rejected(version: str, content: str, marks: Record) -> None:
    assert came(content, version=version, **marks) == "rejected"


def test_a_no_that_stands_in_a_result_without_error_is_rejected() -> None:
    assert came("", is_error=False, toolUseResult=KEPT_NO) == "rejected"


@pytest.mark.parametrize(
    ("content", "marks"),
    [
        (
            "[Request interrupted by user for tool use]",
            {"toolUseResult": "Error: [Request interrupted by user for tool use]"},
        ),
        ("Interrupted by user", {"toolUseResult": "Interrupted by user"}),
        ("<error>[Request interrupted by user]</error>", {}),
        (NO, {"toolDenialKind": "user-rejected", "toolUseResult": KEPT_NO}),
        (NO, {"permissionDecision": {"decision": "accept", "source": "config"}, "toolUseResult": KEPT_NO}),
        ("<tool_use_error>Cancelled: parallel tool call Bash(ls) errored</tool_use_error>", {}),
        ("<tool_use_error>Sibling tool call errored</tool_use_error>", {}),
        ("anything", {"toolDenialKind": "cancelled"}),
        ("anything", {"toolDenialKind": "interrupted"}),
    ],
)
def test_esc_while_it_ran_and_a_cancelled_call_are_interrupted(content: str, marks: Record) -> None:
    assert came(content, **marks) == "interrupted"


# -- extra ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kept", "seen"),
    [
        ("nothing kept", None, "x"),
        ("the same text", "x\ny", "x\ny"),
        ("the same error", "Error: Exit code 3", "Exit code 3"),
        ("a refusal's mark", KEPT_NO, NO),
        ("output and numbers", {"stdout": "a\nb", "stderr": "", "interrupted": False, "exitCode": 0}, "a\nb\n"),
        ("a file with line numbers between", {"type": "text", "file": {"filePath": "/a", "content": "x\ny\n"}}, "     1→x\n     2→y"),
        ("a picture", {"type": "image", "file": {"base64": "aGk=", "originalSize": 2}}, ""),
        ("a picture a command printed", {"stdout": "data:image/png;base64,aGk=", "isImage": True}, ""),
        ("an edit", {"filePath": "/a", "oldString": "x", "newString": "y", "originalFile": "x", "structuredPatch": [{"lines": ["-x", "+y"]}]}, "updated"),
        ("a file written", {"type": "create", "filePath": "/a", "content": "all of it", "structuredPatch": []}, "File created"),
        ("an MCP tool's blocks", [{"type": "text", "text": "one"}, {"type": "text", "text": "two"}], "one\ntwo"),
        ("an MCP tool's picture", [{"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "aGk="}}], ""),
        ("a subagent's answer", {"content": [{"type": "text", "text": "report"}], "prompt": "do", "agentType": "Explore", "totalTokens": 5}, "report"),
        ("files found", {"filenames": ["/a", "/b"], "numFiles": 2}, "/a\n/b"),
        ("links found", {"query": "q", "results": [{"tool_use_id": "srvtoolu_1", "content": [{"title": "T", "url": "https://x"}]}]}, '[{"title":"T","url":"https://x"}]'),
        ("tools found", {"matches": ["TaskList"], "query": "select:TaskList"}, "TaskList"),
        ("a notebook edited", {"new_source": "y", "original_file": "{}", "updated_file": "{y}", "cell_id": "c1"}, "Updated cell"),
        ("a question asked", {"questions": [{"question": "Which?"}], "answers": {"Which?": "this"}}, 'answered: "Which?"="this"'),
    ],
)  # fmt: skip
def test_what_was_seen_or_asked_for_is_no_extra(name: str, kept: object, seen: str) -> None:
    assert extra_text(kept, seen) == "", name


@pytest.mark.parametrize(
    ("kept", "seen", "extra"),
    [
        ({"stdout": "one\ntwo\nthree", "stderr": "warned"}, "one\n... cut ...\nthree", "two\nwarned"),
        ({"stdout": "}\nhidden\n}"}, "}\nseen\n}", "hidden"),
        ({"type": "text", "file": {"content": "a whole\nlong file"}}, "too large", "a whole\nlong file"),
        (
            {
                "type": "notebook",
                "file": {"filePath": "/n.ipynb", "cells": [{"cellType": "code", "source": "import x"}]},
            },
            "",
            "code\nimport x",
        ),
        (
            {"type": "text", "file": {"content": "first\na long hidden line\nlast"}},
            "first ... last",
            "first\na long hidden line\nlast",
        ),
        ({"plan": "1. look"}, "User has approved your plan.", "1. look"),
        ({"findings": [{"file": "a.py", "summary": "leaks"}]}, "1 finding reported.", "a.py\nleaks"),
        ({"filenames": ["/a", "/b"]}, "Too many files", "/a\n/b"),
        ('{"blob":"x"}', "Output too large", '{"blob":"x"}'),
        ("Error: one\ntwo", "one", "two"),
        ([{"type": "text", "text": "not shown"}], "", "not shown"),
        ({"of": {"the": "future"}}, "", "future"),
    ],
)
def test_what_only_the_client_kept_is_extra(kept: object, seen: str, extra: str) -> None:
    assert extra_text(kept, seen) == extra


def test_a_text_that_was_not_seen_at_all_is_kept_as_it_is() -> None:
    text = "\n".join(f"{{{number}}}" for number in range(1_000))
    assert extra_text({"stdout": text}, "Output too large") == text


@given(
    st.lists(st.text(st.characters(categories=["L", "N"]), min_size=1), max_size=200),
    st.lists(st.text(st.characters(categories=["L", "N"]), min_size=1), max_size=200),
)
def test_no_line_of_an_output_is_lost(printed: list[str], shown: list[str]) -> None:
    seen = "\n".join(shown)
    extra = extra_text({"stdout": "\n".join(printed)}, seen)
    for line in printed:
        assert line.strip() in seen or line in extra


def test_a_long_output_costs_no_more_than_its_length() -> None:
    """Neither a million lines that were not seen, nor a text of a million lines to look in."""
    lines = [f"line {number} of them" for number in range(200_000)]
    assert extra_text({"stdout": "\n".join(lines)}, "nothing of it " * 100_000).endswith(lines[-1])
    assert extra_text({"stdout": "\n".join(lines)}, "\n\n".join(lines)) == ""


@pytest.mark.parametrize(
    ("kept", "text"),
    [
        ({"originalFile": "before"}, "before"),
        ({"originalFileContents": "before"}, "before"),
        ({"original_file": "before"}, "before"),
        ({"originalFile": None}, ""),
        ({"originalFile": 5}, ""),
        ("originalFile", ""),
        (None, ""),
    ],
)
def test_the_file_before_an_edit_is_kept_by_the_client(kept: object, text: str) -> None:
    assert original_file(kept) == text
