"""Attachments -> words: what a person caused is found by what they would search for, the rest is not found."""

import pytest

from ccmcp.transcripts.passages import INJECTED_ATTACHMENTS
from tests.transcript import Chat
from tests.transcripts.lines import said, spoken

PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ"


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        (
            "file",
            {
                "filename": "/w/plan.md",
                "content": {"type": "text", "file": {"filePath": "/w/plan.md", "content": "# Plan\nfirst", "numLines": 2, "startLine": 1}},
                "displayPath": "plan.md",
            },
            "/w/plan.md\n# Plan\nfirst",
        ),
        (
            "file",
            {
                "filename": "/w/dot.png",
                "content": {"type": "image", "file": {"base64": PICTURE, "type": "image/png", "originalSize": 70}},
                "savedCopyFraming": {"enveloped": False},
            },
            "/w/dot.png",
        ),
        ("directory", {"path": "/w/src", "content": "a.py\nb.py", "displayPath": "src"}, "/w/src\na.py\nb.py"),
        ("pdf_reference", {"filename": "/w/paper.pdf", "pageCount": 40, "displayPath": "paper.pdf"}, "/w/paper.pdf"),
        ("edited_text_file", {"filename": "/w/a.py", "snippet": "1\tprint()"}, "/w/a.py\n1\tprint()"),
        ("opened_file_in_ide", {"filename": "/w/a.py"}, "/w/a.py"),
        (
            "selected_lines_in_ide",
            {"ideName": "Visual Studio Code", "lineStart": 1, "lineEnd": 2, "filename": "/w/a.py", "content": "def f():", "displayPath": "a.py"},
            "/w/a.py\ndef f():",
        ),
        (
            "diagnostics",
            {
                "files": [{"uri": "file:///w/a.ts", "diagnostics": [
                    {"message": "Cannot find name 'x'", "severity": "Error", "source": "ts", "code": "2304",
                     "range": {"start": {"line": 4, "character": 1}, "end": {"line": 4, "character": 2}}},
                    {"message": "Cannot find name 'x'", "severity": "Error", "source": "ts", "code": "2304"},
                ]}],
                "isNew": True,
            },
            "file:///w/a.ts\nCannot find name 'x'\nts\n2304",
        ),
        (
            "hook_success",
            {
                "hookName": "SessionStart:startup", "toolUseID": "fb92c377", "hookEvent": "SessionStart",
                "content": "be terse", "stdout": "be terse\n", "stderr": "", "exitCode": 0, "command": "cat style.txt", "durationMs": 49,
            },
            "SessionStart:startup\nbe terse\ncat style.txt",
        ),
        (
            "hook_non_blocking_error",
            {"hookName": "PostToolUse:Read", "toolUseID": "toolu_1", "hookEvent": "PostToolUse", "stderr": "oops", "stdout": "", "exitCode": 1, "command": "lint"},
            "PostToolUse:Read\noops\nlint",
        ),
        (
            "hook_blocking_error",
            {"hookName": "PostToolUse:Bash", "toolUseID": "toolu_1", "blockingError": {"blockingError": "says no", "command": "guard"}},
            "PostToolUse:Bash\nsays no\nguard",
        ),
        ("hook_additional_context", {"content": ["mind the tests"], "hookName": "UserPromptSubmit"}, "mind the tests\nUserPromptSubmit"),
        ("hook_system_message", {"content": "\n\nlinked", "hookName": "Stop"}, "linked\nStop"),
        (
            "task_status",
            {"taskId": "a9d9dc36e94dedfc7", "taskType": "local_agent", "description": "run the suite", "status": "completed",
             "deltaSummary": None, "outputFilePath": "/tmp/claude-0/x.output"},
            "run the suite\ncompleted",
        ),
        ("mcp_resource", {"server": "docs", "uri": "docs://a", "name": "A", "content": {"contents": [
            {"uri": "docs://a", "mimeType": "text/plain", "text": "words of it"}]}}, "docs\ndocs://a\nA\nwords of it"),
        ("of_the_future", {"id": "x1", "anything": {"deep": ["words"]}, "count": 3}, "words"),
    ],
)  # fmt: skip
def test_what_a_person_caused_is_found_by_its_words(kind: str, fields: dict[str, object], words: str) -> None:
    assert spoken(Chat("a").attachment(kind, **fields)) == [("system", "attachment", words)]


@pytest.mark.parametrize(
    ("prompt", "passages"),
    [
        ("then the docs", [("user", "text", "then the docs")]),
        ([{"type": "text", "text": "then"}, {"type": "image", "source": {"data": PICTURE}}], [("user", "text", "then")]),
        ("<task-notification>done</task-notification>", [("system", "attachment", "<task-notification>done</task-notification>")]),
        ("", []),
        (None, []),
    ],
)  # fmt: skip
def test_a_prompt_queued_while_the_model_was_busy_is_a_prompt(
    prompt: object, passages: list[tuple[str, str, str]]
) -> None:
    assert (
        spoken(Chat("q").attachment("queued_command", prompt=prompt, source_uuid="u-1", commandMode="prompt"))
        == passages
    )


@pytest.mark.parametrize("kind", sorted(INJECTED_ATTACHMENTS))
def test_what_the_client_attached_by_itself_is_named_and_not_found(kind: str) -> None:
    [passage] = said(Chat("i").attachment(kind, content="You are powered by a model", text="Today is Monday"))
    assert (passage.text, passage.injected) == (kind, True)


def test_an_attachment_without_words_says_nothing() -> None:
    for fields in ({}, {"toolUseID": "t", "exitCode": 0}, {"content": {"file": {"base64": PICTURE}}}):
        assert said(Chat("n").attachment("hook_cancelled", **fields)) == []
