"""Lines -> typed views: which type is which class, and what each tells."""

import pytest

from ccmcp.transcripts.entries import (
    COPY_TYPES,
    STATE_TYPES,
    AiTitle,
    Assistant,
    Attachment,
    ContinuedIn,
    Copy,
    CustomTitle,
    Entry,
    LastPrompt,
    Message,
    Progress,
    PullRequest,
    QueueOperation,
    Relocated,
    State,
    Summary,
    System,
    Unknown,
    Usage,
    User,
)
from tests.transcript import Chat, Record
from tests.transcripts.lines import read

CLASSES: dict[str, type[Entry]] = {
    "user": User,
    "assistant": Assistant,
    "system": System,
    "attachment": Attachment,
    "progress": Progress,
    "summary": Summary,
    "custom-title": CustomTitle,
    "ai-title": AiTitle,
    "last-prompt": LastPrompt,
    "queue-operation": QueueOperation,
    "relocated": Relocated,
    "continued-in": ContinuedIn,
    "pr-link": PullRequest,
    "mode": State,
    "permission-mode": State,
    "agent-name": State,
    "agent-color": State,
    "agent-setting": State,
    "tag": State,
    "cost-state": State,
    "tools-used": State,
    "worktree-state": State,
    "atis-latch": State,
    "file-history-snapshot": Copy,
    "file-history-delta": Copy,
    "api-request": Copy,
    "api-request-shape": Copy,
    "api-request-blob": Copy,
    "content-replacement": Copy,
}


@pytest.mark.parametrize(("kind", "known"), CLASSES.items())
def test_every_type_of_line_has_its_class(kind: str, known: type[Entry]) -> None:
    assert type(read({"type": kind})) is known


def test_state_and_copies_share_no_type() -> None:
    assert not STATE_TYPES & COPY_TYPES


@pytest.mark.parametrize("kind", ["never heard of", "", None, 7, ["user"], {"type": "user"}])
def test_a_line_of_an_unknown_type_is_carried_as_it_is(kind: object) -> None:
    record: Record = {"type": kind, "text": "kept"}
    found = read(record)
    assert isinstance(found, Unknown)
    assert found.record == record


def test_a_message_tells_what_the_client_wrote_around_it() -> None:
    chat = Chat("around", cwd="/w/a b", branch="topic", version="2.1.330")
    first = read(
        chat.user(
            "hi", entrypoint="sdk-cli", permissionMode="plan", promptSource="typed", origin={"kind": "human"}
        )
    )
    second = read(chat.assistant("ho", requestSessionId="other"))
    assert isinstance(first, User)
    assert isinstance(second, Assistant)
    assert (first.cwd, first.git_branch, first.version, first.entrypoint) == (
        "/w/a b",
        "topic",
        "2.1.330",
        "sdk-cli",
    )
    assert (first.permission_mode, first.prompt_source, first.origin) == ("plan", "typed", "human")
    assert (first.session_id, first.timestamp) == (chat.id, "2026-08-01T10:00:00.000Z")
    assert (first.parent_uuid, second.parent_uuid) == ("", first.uuid)
    assert (second.model, second.stop_reason, second.request_session_id) == (
        "claude-opus-5-5",
        "end_turn",
        "other",
    )
    assert second.message_id.startswith("msg_01")
    assert second.request_id == "req_around_1"


def test_outside_git_there_is_no_branch() -> None:
    assert read({"gitBranch": "HEAD"}).git_branch == ""


def test_after_a_compaction_the_last_entry_before_it_is_the_parent() -> None:
    found = read(
        {"type": "system", "subtype": "compact_boundary", "parentUuid": None, "logicalParentUuid": "u-9"}
    )
    assert isinstance(found, System)
    assert (found.parent_uuid, found.compaction) == ("u-9", True)
    other = read({"type": "system", "subtype": "microcompact_boundary"})
    assert isinstance(other, System)
    assert not other.compaction


@pytest.mark.parametrize(
    ("usage", "read_as"),
    [
        ({}, Usage()),
        (
            {"input_tokens": 3, "output_tokens": 88, "cache_creation_input_tokens": 6, "cache_read_input_tokens": 9,
             "cache_creation": {"ephemeral_5m_input_tokens": 2, "ephemeral_1h_input_tokens": 4},
             "server_tool_use": {"web_search_requests": 1}, "speed": "fast", "service_tier": "batch", "inference_geo": "eu"},
            Usage(3, 88, 6, 2, 4, 9, 1, "fast", "batch", "eu", cache_breakdown=True),
        ),
        ({"cache_creation": {}, "speed": None, "inference_geo": None}, Usage(cache_breakdown=True)),
        ({"input_tokens": "3", "output_tokens": True, "cache_read_input_tokens": 1.5}, Usage()),
        ({"input_tokens": 2**53, "output_tokens": -5}, Usage(output=-5)),
    ],
)  # fmt: skip
def test_usage_is_what_the_line_states_and_wrong_types_count_nothing(usage: Record, read_as: Usage) -> None:
    found = read({"type": "assistant", "message": {"usage": usage}})
    assert isinstance(found, Assistant)
    assert found.usage == read_as


@pytest.mark.parametrize("message", [{}, {"usage": None}, {"usage": []}, None, "x"])
def test_a_line_without_usage_states_none(message: object) -> None:
    found = read({"type": "assistant", "message": message})
    assert isinstance(found, Assistant)
    assert found.usage is None


@pytest.mark.parametrize(
    ("record", "attribute", "value"),
    [
        ({"type": "summary", "summary": "t", "leafUuid": "u"}, "leaf_uuid", "u"),
        ({"type": "custom-title", "customTitle": "t"}, "text", "t"),
        ({"type": "ai-title", "aiTitle": "t"}, "text", "t"),
        ({"type": "last-prompt", "leafUuid": "u"}, "leaf_uuid", "u"),
        ({"type": "relocated", "relocatedCwd": "/x"}, "to", "/x"),
        ({"type": "continued-in", "continuedInSessionId": "s"}, "to", "s"),
        ({"type": "pr-link", "prUrl": "https://x"}, "url", "https://x"),
        ({"type": "queue-operation", "operation": "enqueue", "content": "p"}, "text", "p"),
        (
            {"type": "queue-operation", "content": [{"type": "text", "text": "p"}, {"type": "image"}]},
            "text",
            "p",
        ),
        ({"type": "queue-operation", "operation": "popAll"}, "operation", "popAll"),
        ({"type": "system", "subtype": "turn_duration", "durationMs": 12}, "duration_ms", 12),
        ({"type": "attachment", "attachment": {"type": "file"}}, "kind", "file"),
        ({"type": "user", "isMeta": True}, "meta", True),
        ({"type": "user", "isSidechain": True, "agentId": "a1"}, "sidechain", True),
        ({"type": "user", "agentId": "a1"}, "agent_id", "a1"),
        ({"type": "user", "isCompactSummary": True}, "compact_summary", True),
        ({"type": "assistant", "isApiErrorMessage": True}, "api_error", True),
        ({"type": "assistant", "isApiErrorMessage": "true"}, "api_error", False),
    ],
)
def test_each_kind_of_line_tells_its_own(record: Record, attribute: str, value: object) -> None:
    assert getattr(read(record), attribute) == value


@pytest.mark.parametrize(
    ("content", "kinds"),
    [
        ("hi", ["text"]),
        (
            [{"type": "text", "text": "a"}, {"type": "image"}, {"type": "document"}],
            ["text", "image", "document"],
        ),
        (["bare", 5, None], ["text", "unknown", "unknown"]),
        ({"type": "text", "text": "a"}, ["text"]),
        (None, []),
        (7, []),
        ([{"type": "redacted_thinking", "data": "x"}, {"type": "thinking"}], ["thinking", "thinking"]),
        ([{"type": "mcp_tool_use"}, {"type": "mcp_tool_result"}], ["tool_call", "tool_result"]),
        ([{"type": "server_tool_use"}, {"type": "code_execution_tool_result"}], ["tool_call", "tool_result"]),
        ([{"type": "fallback", "from": {"model": "a"}}], ["unknown"]),
    ],
)
def test_content_in_every_shape_is_blocks(content: object, kinds: list[str]) -> None:
    for kind in ("user", "assistant"):
        found = read({"type": kind, "message": {"content": content}})
        assert isinstance(found, Message)
        assert [block.kind for block in found.blocks()] == kinds
