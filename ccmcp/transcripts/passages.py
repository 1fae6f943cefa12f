"""
Entries -> passages: what was said or done, by whom, in words. Pure.

One place decides what counts as said: the index makes documents of passages and
the reader shows them. What the client injects or repeats is marked `injected`:
a reader that wants everything sees it, a search never does.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ccmcp.transcripts.content import Document, Image, Text, Thinking, ToolCall, ToolResult, blocks, leaves
from ccmcp.transcripts.entries import (
    AiTitle,
    Assistant,
    Attachment,
    CustomTitle,
    Damaged,
    Entry,
    PullRequest,
    QueueOperation,
    Relocated,
    Summary,
    System,
    Unknown,
    User,
    object_of,
    text_of,
)
from ccmcp.transcripts.results import extra_text
from ccmcp.transcripts.vocabulary import Kind, Role


@dataclass(frozen=True, slots=True)
class Passage:
    """Some words of one entry."""

    role: Role
    """tool for calls and results alike; system for what the client notes."""

    kind: Kind
    text: str
    tool: str = ""
    """The tool's name, of a call."""

    call_id: str = ""
    """Which call, of a call or a result."""

    extra: str = ""
    """Of a result: words that only the client's own record of it holds (`toolUseResult`)."""

    block: ToolCall | ToolResult | None = None
    """The call or result itself."""

    injected: bool = False
    """Whether the client put it there, or it repeats other lines: no search finds it."""


INJECTED_ATTACHMENTS = frozenset(
    {
        "account_memory_recall", "advisor_stripped", "agent_ask_notice", "agent_listing_delta",
        "already_read_file", "artifact_opening_prefetch", "attention_budget", "auto_mode", "auto_mode_exit",
        "bash_output_audience_note", "batching_reminder", "batching_reminder_sent", "budget_usd",
        "claude_app_notice", "command_permissions", "compact_file_reference", "compaction_reminder",
        "companion_intro", "context_efficiency", "context_sections", "coordinator_context",
        "cowork_memory_context", "credential_org", "critical_system_reminder", "date", "date_change",
        "deferred_tools_delta", "deferred_tools_record", "dir_sync_notice", "dynamic_skill",
        "elapsed_time_reminder", "environment", "first_week", "fork_briefing", "hook_plugin_listing",
        "instruction_files_not_loaded", "instructions", "invoked_skills", "language",
        "linked_plugin_tools_note", "max_turns_reached", "mcp_dropped_tools_delta", "mcp_instructions_delta",
        "model", "nested_memory", "output_limit_note", "output_style", "output_style_instructions",
        "output_token_usage", "plan_file_reference", "plan_mode", "plan_mode_exit", "plan_mode_reentry",
        "plugin_note", "poll_events", "prefix_delta", "proactivity", "prompt_render_point", "prompt_snapshot",
        "read_truncation_notice", "relevant_memories", "remote_session_change", "repl_mcp_needs_auth",
        "repl_mcp_servers", "sandbox_instructions", "secondary_reminder", "secondary_reminder_sent",
        "session_context", "session_cron_carry", "silent_turn_reminder", "skill_listing", "structured_output",
        "task_reminder", "team_context", "teammate_shutdown_batch", "thinking_drop", "thinking_stripped",
        "thread_state", "todo", "todo_reminder", "token_usage", "tool_host_result_lines",
        "tool_hosts_correction", "tool_hosts_notice", "tool_offer_record", "tool_results_cut",
        "tool_search_usage_reminder", "total_tokens_reminder", "ultra_effort_enter", "ultra_effort_exit",
        "ultramemory", "ultrathink_effort", "unknown_command_fallback", "verify_plan_reminder",
        "whole_texts_withdrawn", "widget_context_hint", "withheld_memory", "workflow_keyword_request",
        "workflow_size_guideline_change",
    }
)  # fmt: skip
"""Attachments the client adds by itself. All others a person caused (a file named, a hook set up, a prompt queued)."""

_NO_WORDS = frozenset(
    {
        "type", "toolUseID", "hookEvent", "displayPath", "ideName", "severity", "mimeType", "timestamp", "base64",
        "uuid", "id", "source_uuid", "delivery_id", "taskId", "taskType", "processId", "outputFilePath", "originalSize",
    }
)  # fmt: skip
"""Keys of attachments whose values nobody would search: ids, what repeats the rest in another form, pictures."""

_TAG = re.compile(r"\s*<([a-z_-]+)[\s>]")
_COMMAND = re.compile(r"<command-(name|args|message|contents)>(.*?)</command-\1>", re.DOTALL)
_OUTPUT = re.compile(
    r"<(?:local-command-(?:stdout|stderr)|bash-(?:stdout|stderr))>(.*?)(?:</[a-z-]+>|\Z)", re.DOTALL
)
_BASH_INPUT = re.compile(r"<bash-input>(.*?)(?:</bash-input>|\Z)", re.DOTALL)
_IDE = re.compile(r"\s*<(ide_[a-z_]+)>(.*?)(?:</\1>|\Z)", re.DOTALL)
INTERRUPTED = "[Request interrupted by user"
"""So begins the line that the client writes when a person stopped it."""
_NO_RESPONSE = "No response requested."


def passages(entry: Entry) -> Iterator[Passage]:
    """The passages of one entry, in order; none for lines that carry no words."""
    match entry:
        case User():
            yield from _user(entry)
        case Assistant():
            yield from _assistant(entry)
        case System():
            yield from _system(entry)
        case Attachment():
            yield from _attachment(entry)
        case QueueOperation(operation="enqueue", text=text) if text:
            yield from _prompt(text)
        case Summary(text=text) | CustomTitle(text=text) | AiTitle(text=text) if text:
            yield Passage("system", "summary", text, injected=not isinstance(entry, Summary))
        case PullRequest(url=url) if url:
            yield Passage("system", "attachment", url)
        case Relocated(to=to) if to:
            yield Passage("system", "unknown", f"Moved to {to}", injected=True)
        case Unknown():
            yield Passage("system", "unknown", leaves(entry.record), injected=True)
        case Damaged():
            yield Passage("system", "unknown", entry.raw.decode(errors="replace"), injected=True)
        case _:
            pass


def typed_prompt(record: Mapping[str, object]) -> str:
    """What one line of history.jsonl says was typed: the prompt as it was shown, and what was pasted into it."""
    pasted = record.get("pastedContents")
    pieces = pasted.values() if isinstance(pasted, dict) else ()
    words = [
        text_of(piece, "content")
        for piece in pieces
        if isinstance(piece, dict) and piece.get("type") != "image"
    ]
    return "\n".join(filter(None, [text_of(record, "display").strip(), *words]))


def is_prompt(entry: Entry, passage: Passage) -> bool:
    """Whether a passage is what a person (or a program in their place) asked for in a main conversation."""
    return (
        passage.role == "user"
        and passage.kind == "text"
        and not passage.injected
        and not entry.sidechain
        and isinstance(entry, User | Attachment)
    )


def _user(entry: User) -> Iterator[Passage]:
    for block in entry.blocks():
        match block:
            case ToolResult():
                extra = extra_text(entry.tool_use_result, block.text)
                yield Passage("tool", "tool_result", block.text, "", block.call_id, extra, block)
            case Text(text=text):
                if entry.compact_summary:
                    yield Passage("system", "summary", text)
                elif entry.meta:
                    yield Passage("system", "unknown", text, injected=True)
                else:
                    yield from _prompt(text)
            case Image(text=text):
                yield Passage("user", "attachment", f"[image {text}]", injected=True)
            case Document(text=text):
                yield Passage("user", "attachment", text)
            case _ if block.text:
                yield Passage("user", "unknown", block.text)
            case _:
                pass


def _prompt(text: str) -> Iterator[Passage]:
    """A text in the user's place: a prompt, a slash command, its output, a notification."""
    if "<system-reminder>" in text:
        text = _without(text, "<system-reminder>", "</system-reminder>")
    if text.startswith("<fork-boilerplate>"):
        text = _without(text, "<fork-boilerplate>", "</fork-boilerplate>")
    while seen_in_ide := _IDE.match(text):
        yield Passage("system", "attachment", seen_in_ide.group(2).strip())
        text = text[seen_in_ide.end() :]
    if not text.strip():
        return
    tag = _TAG.match(text)
    match tag.group(1) if tag else "":
        case "command-name" | "command-message" | "command-args":
            parts = {name: words.strip() for name, words in _COMMAND.findall(text)}
            line = f"{parts.get('name') or parts.get('message', '')} {parts.get('args', '')}".strip()
            yield Passage("user", "command", line or text)
        case "bash-input":
            yield Passage("user", "command", "! " + "\n".join(_BASH_INPUT.findall(text)))
        case "local-command-stdout" | "local-command-stderr" | "bash-stdout" | "bash-stderr":
            output = "\n".join(filter(None, (found.strip() for found in _OUTPUT.findall(text))))
            if output:
                yield Passage("system", "command", output)
        case "local-command-caveat":
            yield Passage("system", "unknown", text, injected=True)
        case "task-notification" | "bash-notification" | "agent-notification" | "teammate-message":
            yield Passage("system", "attachment", text)
        case _ if text.startswith(INTERRUPTED):
            yield Passage("system", "unknown", text, injected=True)
        case _ if text.startswith(
            "Caveat: The messages below were generated by the user while running local commands"
        ):
            yield Passage("system", "unknown", text, injected=True)  # up to 1.0, without a tag
        case _:
            yield Passage("user", "text", text)


def _without(text: str, start: str, end: str) -> str:
    """The text without what stands between two marks; a start without an end stays."""
    kept = []
    at = 0
    while (opened := text.find(start, at)) >= 0 and (closed := text.find(end, opened)) >= 0:
        kept.append(text[at:opened])
        at = closed + len(end)
        while at < len(text) and text[at].isspace():
            at += 1
    return "".join(kept) + text[at:]


def _assistant(entry: Assistant) -> Iterator[Passage]:
    for block in entry.blocks():
        match block:
            case Text(text=text) if text:
                if entry.api_error:
                    yield Passage("system", "text", text)
                else:
                    yield Passage("assistant", "text", text, injected=text == _NO_RESPONSE)
            case Thinking(text=text):
                if text:
                    yield Passage("assistant", "thinking", text)
            case ToolCall():
                yield Passage("tool", "tool_call", block.text, block.name, block.id, "", block)
            case ToolResult():
                yield Passage("tool", "tool_result", block.text, "", block.call_id, "", block)
            case _ if block.text:
                yield Passage("assistant", "unknown", block.text)
            case _:
                pass


def _system(entry: System) -> Iterator[Passage]:
    match entry.subtype:
        case "local_command":
            yield from _prompt(entry.content)
        case "compact_boundary" | "microcompact_boundary" | "turn_duration":
            yield Passage("system", "unknown", entry.content or entry.subtype, injected=True)
        case "api_error":
            error = object_of(entry.record, "error")
            words = text_of(error, "formatted") or text_of(error, "message") or leaves(error) or entry.content
            if words:
                yield Passage("system", "text", words)
        case "stop_hook_summary":
            hooks = leaves(
                [entry.record.get(key) for key in ("hookErrors", "hookAdditionalContext", "stopReason")]
            )
            if hooks.strip():
                yield Passage("system", "text", hooks)
        case "away_summary":
            yield Passage("system", "summary", entry.content)
        case _ if entry.content:
            yield Passage("system", "text", entry.content)
        case _:
            pass


def _attachment(entry: Attachment) -> Iterator[Passage]:
    attachment = entry.attachment
    if entry.kind in INJECTED_ATTACHMENTS:
        yield Passage("system", "unknown", entry.kind, injected=True)
    elif entry.kind == "queued_command":
        prompt = attachment.get("prompt")
        words = "\n".join(block.text for block in blocks(prompt) if isinstance(block, Text))
        yield from _prompt(words)
    elif words := _attachment_words(attachment):
        yield Passage("system", "attachment", words)


def _attachment_words(attachment: object) -> str:
    """The texts of an attachment in their order, each once: a hook's output stands in two places."""
    found: dict[str, None] = {}
    waiting = [attachment]
    while waiting:
        match waiting.pop():
            case str(text) if text := text.strip():
                found[text] = None
            case dict() as record:
                waiting.extend(value for key, value in reversed(record.items()) if key not in _NO_WORDS)
            case list() as values:
                waiting.extend(reversed(values))
            case _:
                pass
    return "\n".join(found)
