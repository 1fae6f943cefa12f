"""One line of every type Claude Code is known to write, and how the tests read lines."""

import json
from collections.abc import Iterable, Iterator

from ccmcp.transcripts.decode import decode
from ccmcp.transcripts.entries import Entry, entry
from ccmcp.transcripts.passages import Passage, passages
from tests.transcript import Chat, Record

SESSION = "5c4c0000-0000-4000-8000-000000000001"


def entries(raw: bytes) -> list[Entry]:
    """The entries of a file's bytes."""
    return list(decode(_lines(raw)))


def _lines(raw: bytes) -> Iterator[bytes]:
    *whole, rest = raw.split(b"\n")
    yield from (line + b"\n" for line in whole)
    if rest:
        yield rest


def read(record: Record) -> Entry:
    """A record as the entry it is."""
    return entry(0, 1, record)


def said(record: Record) -> list[Passage]:
    """The passages of a record."""
    return list(passages(read(record)))


def spoken(record: Record) -> list[tuple[str, str, str]]:
    """Role, kind and text of a record's passages that a search may find."""
    return [(each.role, each.kind, each.text) for each in said(record) if not each.injected]


def compact(record: object) -> bytes:
    """JSON as the client writes it, without a line end."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()


def sample() -> list[Record]:
    """One record of every type."""
    chat = Chat("sample")
    chat.user("hello", permissionMode="default", promptSource="typed", origin={"kind": "human"})
    chat.user(
        [
            {"type": "text", "text": "look"},
            {"type": "image", "source": {"type": "base64", "media_type": "image/png"}},
        ]
    )
    chat.user("This session is being continued", isCompactSummary=True, isVisibleInTranscriptOnly=True)
    chat.assistant(
        {"type": "thinking", "thinking": "hm", "signature": "c2ln"},
        "hi",
        {"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {"command": "ls"}},
        {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "q"}},
        {
            "type": "web_search_tool_result",
            "tool_use_id": "srvtoolu_1",
            "content": [{"type": "web_search_result", "title": "t"}],
        },
    )
    chat.assistant("API Error: 401", isApiErrorMessage=True, model="<synthetic>")
    chat.result("toolu_1", "a.txt", toolUseResult={"stdout": "a.txt", "stderr": "", "interrupted": False})
    chat.result(
        "toolu_2",
        "no",
        is_error=True,
        toolDenialKind="user-rejected",
        permissionDecision={"decision": "reject"},
    )
    chat.system("compact_boundary", "Conversation compacted", compactMetadata={"trigger": "manual"})
    chat.system("api_error", error={"message": "529", "formatted": "529 overloaded"}, retryAttempt=1)
    chat.system("turn_duration", durationMs=12)
    chat.system("local_command", "<command-name>/cost</command-name>")
    chat.system("stop_hook_summary", hookErrors=["failed"], stopReason="")
    chat.system("away_summary", "While you were away")
    chat.attachment("file", filename="/a", content={"type": "text", "file": {"content": "x"}})
    chat.attachment("queued_command", prompt=[{"type": "text", "text": "and this"}])
    chat.attachment("hook_success", content="out", stdout="out\n", command="true", toolUseID="t")
    chat.entry("progress", data={"type": "bash_progress", "output": "x"})
    for record in _metadata():
        chat.raw(**record, sessionId=SESSION)
    return chat.records


def _metadata() -> Iterable[Record]:
    yield {"type": "summary", "summary": "A title", "leafUuid": SESSION}
    yield {"type": "custom-title", "customTitle": "mine"}
    yield {"type": "ai-title", "aiTitle": "its"}
    yield {"type": "last-prompt", "lastPrompt": "hello", "leafUuid": SESSION}
    yield {
        "type": "queue-operation",
        "operation": "enqueue",
        "content": "later",
        "timestamp": "2026-08-01T10:00:00.000Z",
    }
    yield {"type": "relocated", "relocatedCwd": "/w/other"}
    yield {"type": "continued-in", "continuedInSessionId": SESSION}
    yield {"type": "pr-link", "prNumber": 7, "prUrl": "https://example.org/pr/7"}
    yield {"type": "mode", "mode": "plan"}
    yield {"type": "cost-state", "totalCostUSD": 1.5, "modelUsage": {}}
    yield {"type": "api-request-blob", "hash": "h", "message": {"role": "user", "content": "again"}}
    yield {
        "type": "file-history-snapshot",
        "messageId": "m",
        "snapshot": {"messageId": "m", "trackedFileBackups": {}},
    }
    yield {"type": "something-new", "text": "unheard of"}
