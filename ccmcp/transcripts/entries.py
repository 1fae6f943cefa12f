"""
What one line of a transcript can be: typed views of decoded JSON, one class a kind of line.

An entry holds the object as it was decoded and reads its fields when asked, each
checked on the way: a field of the wrong type reads as absent. So an entry costs
little to make, nothing in it can be lost, and nothing in it can raise. The kinds
are those of Claude Code 0.2.122 to 2.1.330.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from ccmcp.transcripts.content import Block, blocks

Json: TypeAlias = Mapping[str, object]


def text_of(record: Json, key: str) -> str:
    """The text under a key; empty when there is none."""
    value = record.get(key)
    return value if isinstance(value, str) else ""


def texts_of(record: Json, keys: Iterable[str]) -> list[str]:
    """The texts under several keys, as `text_of` gives each: in one call, for what every line is asked."""
    get = record.get
    return [value if isinstance(value := get(key), str) else "" for key in keys]


def flag_of(record: Json, key: str) -> bool:
    """Whether the key holds true."""
    return record.get(key) is True


def number_of(record: Json, key: str) -> int:
    """The whole number under a key; 0 when there is none, or one no counter can reach."""
    value = record.get(key)
    return value if type(value) is int and -(2**53) < value < 2**53 else 0


def object_of(record: Json, key: str) -> Json:
    """The object under a key; empty when there is none."""
    value = record.get(key)
    return value if isinstance(value, dict) else {}


@dataclass(frozen=True, slots=True)
class Entry:
    """What all lines share. `record` is the line's JSON object."""

    offset: int
    """Where it starts in its file, in bytes: at its line, or inside one when it stands behind another entry."""

    number: int
    """The line's number in its file, from 1."""

    record: Json

    @property
    def type(self) -> str:
        """The line's `type`."""
        return text_of(self.record, "type")

    @property
    def uuid(self) -> str:
        """The line's uuid; metadata has none."""
        return text_of(self.record, "uuid")

    @property
    def id(self) -> str:
        """The name an entry goes by: its uuid, else L and its line number."""
        return self.uuid or f"L{self.number}"

    @property
    def parent_uuid(self) -> str:
        """The entry this one follows; after a compaction the last one before it."""
        return text_of(self.record, "parentUuid") or text_of(self.record, "logicalParentUuid")

    @property
    def timestamp(self) -> str:
        """When it was written, as it stands in the file (ISO 8601, UTC)."""
        return text_of(self.record, "timestamp")

    @property
    def session_id(self) -> str:
        """The session the line says it belongs to; in copies and old files not always its file's."""
        return text_of(self.record, "sessionId")

    @property
    def cwd(self) -> str:
        """The working folder."""
        return text_of(self.record, "cwd")

    @property
    def git_branch(self) -> str:
        """The git branch; empty outside git, where the client writes HEAD."""
        branch = text_of(self.record, "gitBranch")
        return "" if branch == "HEAD" else branch

    @property
    def version(self) -> str:
        """The client's version."""
        return text_of(self.record, "version")

    @property
    def entrypoint(self) -> str:
        """How the client was run: cli, sdk-cli, sdk-ts, claude-vscode ... (2.1.100 and later)."""
        return text_of(self.record, "entrypoint")

    @property
    def sidechain(self) -> bool:
        """Whether it belongs to a subagent."""
        return flag_of(self.record, "isSidechain")

    @property
    def agent_id(self) -> str:
        """The subagent's id, where the line tells it."""
        return text_of(self.record, "agentId")

    @property
    def meta(self) -> bool:
        """Whether the client injected it."""
        return flag_of(self.record, "isMeta")


@dataclass(frozen=True, slots=True)
class Message(Entry):
    """A line that carries a message."""

    @property
    def message(self) -> Json:
        """The message object."""
        return object_of(self.record, "message")

    def blocks(self) -> Iterator[Block]:
        """The message's content as blocks, made anew at each call; a string is one text block."""
        return blocks(self.message.get("content"))


@dataclass(frozen=True, slots=True)
class User(Message):
    """A prompt, the results of tool calls, or text the client put in the user's place."""

    @property
    def compact_summary(self) -> bool:
        """Whether it is the summary that a compaction left (2.0.14 and later)."""
        return flag_of(self.record, "isCompactSummary")

    @property
    def permission_mode(self) -> str:
        """default, acceptEdits, plan, bypassPermissions, auto or dontAsk."""
        return text_of(self.record, "permissionMode")

    @property
    def tool_use_result(self) -> object:
        """The client's own form of a tool's result: an object, an array, or a text."""
        return self.record.get("toolUseResult")

    @property
    def prompt_source(self) -> str:
        """typed, sdk ... (2.1.197 and later)."""
        return text_of(self.record, "promptSource")

    @property
    def origin(self) -> str:
        """human, task-notification, coordinator ... (2.1.330)."""
        return text_of(object_of(self.record, "origin"), "kind")


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one API response as one line states them."""

    input: int = 0
    output: int = 0
    cache_write: int = 0
    """All cache writes: the total field, whatever the breakdown says."""
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    cache_read: int = 0
    web_searches: int = 0
    speed: str = ""
    service_tier: str = ""
    geo: str = ""
    cache_breakdown: bool = False
    """Whether the line has the 5-minute and 1-hour parts at all."""


@dataclass(frozen=True, slots=True)
class Assistant(Message):
    """A piece of an API response: one content block from 1.0 on, the whole message before."""

    @property
    def message_id(self) -> str:
        """The API's id of the message; all its lines share it, and so do copies."""
        return text_of(self.message, "id")

    @property
    def request_id(self) -> str:
        """The API request's id; gateways and 0.2 leave it out."""
        return text_of(self.record, "requestId")

    @property
    def request_session_id(self) -> str:
        """In a fork's copied lines: the session that made the request (2.1.330)."""
        return text_of(self.record, "requestSessionId")

    @property
    def model(self) -> str:
        """The model; `<synthetic>` for what the client wrote itself."""
        return text_of(self.message, "model")

    @property
    def stop_reason(self) -> str:
        """Why the response ended; empty while it had not (up to 2.1.96 nearly always)."""
        return text_of(self.message, "stop_reason")

    @property
    def api_error(self) -> bool:
        """Whether it is the client's report of a failed request."""
        return flag_of(self.record, "isApiErrorMessage")

    @property
    def usage(self) -> Usage | None:
        """The tokens; none when the line states none."""
        usage = self.message.get("usage")
        if not isinstance(usage, dict):
            return None
        created = object_of(usage, "cache_creation")
        speed, service_tier, geo = texts_of(usage, ("speed", "service_tier", "inference_geo"))
        return Usage(
            input=number_of(usage, "input_tokens"),
            output=number_of(usage, "output_tokens"),
            cache_write=number_of(usage, "cache_creation_input_tokens"),
            cache_write_5m=number_of(created, "ephemeral_5m_input_tokens"),
            cache_write_1h=number_of(created, "ephemeral_1h_input_tokens"),
            cache_read=number_of(usage, "cache_read_input_tokens"),
            web_searches=number_of(object_of(usage, "server_tool_use"), "web_search_requests"),
            speed=speed,
            service_tier=service_tier,
            geo=geo,
            cache_breakdown=isinstance(usage.get("cache_creation"), dict),
        )


@dataclass(frozen=True, slots=True)
class System(Entry):
    """What the client noted: errors, boundaries, durations, local commands, hooks."""

    @property
    def subtype(self) -> str:
        """compact_boundary, api_error, turn_duration, local_command, informational, stop_hook_summary, away_summary ..."""
        return text_of(self.record, "subtype")

    @property
    def content(self) -> str:
        """Its text."""
        return text_of(self.record, "content")

    @property
    def compaction(self) -> bool:
        """Whether the conversation was compacted here (microcompact_boundary only drops tool results)."""
        return self.subtype == "compact_boundary"

    @property
    def duration_ms(self) -> int:
        """A turn's duration in milliseconds (turn_duration)."""
        return number_of(self.record, "durationMs")


@dataclass(frozen=True, slots=True)
class Attachment(Entry):
    """What was put into the context beside the messages (2.1.90 and later)."""

    @property
    def attachment(self) -> Json:
        """The attachment object."""
        return object_of(self.record, "attachment")

    @property
    def kind(self) -> str:
        """Its type: file, queued_command, hook_success, environment, skill_listing ..."""
        return text_of(self.attachment, "type")


@dataclass(frozen=True, slots=True)
class Progress(Entry):
    """A tool's or subagent's progress (2.1.9 to 2.1.83): repeats what other lines say in full."""


@dataclass(frozen=True, slots=True)
class Summary(Entry):
    """A title made by a model (up to 2.0.14), often about a session in another file."""

    @property
    def text(self) -> str:
        """The title."""
        return text_of(self.record, "summary")

    @property
    def leaf_uuid(self) -> str:
        """The last entry of the conversation it is about."""
        return text_of(self.record, "leafUuid")


@dataclass(frozen=True, slots=True)
class CustomTitle(Entry):
    """A title given by the user; the last one wins."""

    @property
    def text(self) -> str:
        """The title."""
        return text_of(self.record, "customTitle")


@dataclass(frozen=True, slots=True)
class AiTitle(Entry):
    """A title made by a model (2.1.197 and later); the last one wins."""

    @property
    def text(self) -> str:
        """The title."""
        return text_of(self.record, "aiTitle")


@dataclass(frozen=True, slots=True)
class LastPrompt(Entry):
    """The latest prompt, cut to 200 characters, and the conversation's leaf; repeated often."""

    @property
    def leaf_uuid(self) -> str:
        """The leaf; all zeros after a rewind to the start."""
        return text_of(self.record, "leafUuid")


@dataclass(frozen=True, slots=True)
class QueueOperation(Entry):
    """A prompt queued while the model was busy, or in `-p` any prompt."""

    @property
    def operation(self) -> str:
        """enqueue, dequeue, remove, popAll."""
        return text_of(self.record, "operation")

    @property
    def text(self) -> str:
        """The prompt's text."""
        content = self.record.get("content")
        if isinstance(content, str):
            return content
        return "\n".join(block.text for block in blocks(content) if block.kind == "text")


@dataclass(frozen=True, slots=True)
class Relocated(Entry):
    """The session belongs to another folder from here on (2.1.197 and later)."""

    @property
    def to(self) -> str:
        """The folder."""
        return text_of(self.record, "relocatedCwd")


@dataclass(frozen=True, slots=True)
class ContinuedIn(Entry):
    """The session went on under another id (/background)."""

    @property
    def to(self) -> str:
        """The other session's id."""
        return text_of(self.record, "continuedInSessionId")


@dataclass(frozen=True, slots=True)
class PullRequest(Entry):
    """A pull request was opened (pr-link)."""

    @property
    def url(self) -> str:
        """Its address."""
        return text_of(self.record, "prUrl")


@dataclass(frozen=True, slots=True)
class State(Entry):
    """A setting of the session that the client repeats: its `type` says which (see STATE_TYPES)."""


@dataclass(frozen=True, slots=True)
class Copy(Entry):
    """What the client keeps of requests and files for itself: copies of what other lines hold (see COPY_TYPES)."""


@dataclass(frozen=True, slots=True)
class Unknown(Entry):
    """A JSON object of a type we do not know, carried as it is."""


@dataclass(frozen=True, slots=True)
class Damaged(Entry):
    """A line, or a part of one, that is no JSON object; `record` is empty."""

    reason: str
    """not JSON, or not an object."""

    raw: bytes
    """The first 200 bytes of what was lost."""


STATE_TYPES = frozenset(
    {
        "agent-name", "agent-color", "agent-setting", "mode", "permission-mode", "atis-latch", "worktree-state",
        "tools-used", "cost-state", "tag", "bridge-session", "isolation-latch", "memory-mode", "session-owner",
        "derived-from", "fork-context-ref", "observer-ref", "history-suppression", "data-flow-records",
        "interactive-mark", "resume-head-vouch", "ended-by-model", "line-withheld", "dev-mods", "frame-link",
        "data-flow-incomplete", "attribution-snapshot", "artifact-comment-monitor", "artifact-autoreact-ledger",
        "repl-mode", "hybrid-organization", "host-row",
    }
)  # fmt: skip
"""Types that carry only state. Seen in transcripts or in the client's binary (2.1.330)."""

COPY_TYPES = frozenset(
    {
        "api-request", "api-request-shape", "api-request-blob", "api-request-resumed",
        "file-history-snapshot", "file-history-delta", "content-replacement",
    }
)  # fmt: skip
"""Types that repeat what other lines or files hold: prompts, results, requests, file backups."""

_CLASSES: dict[str, type[Entry]] = {
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
    **dict.fromkeys(STATE_TYPES, State),
    **dict.fromkeys(COPY_TYPES, Copy),
}


def entry(offset: int, number: int, record: Json) -> Entry:
    """The typed view of one decoded line."""
    kind = record.get("type")
    return (_CLASSES.get(kind, Unknown) if isinstance(kind, str) else Unknown)(offset, number, record)
