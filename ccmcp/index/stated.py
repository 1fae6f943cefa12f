"""What a line states of the tokens it cost -> a row of the catalogue. Pure."""

from collections.abc import Sequence
from enum import IntFlag
from zlib import crc32

from ccmcp.index.facts import name
from ccmcp.transcripts.entries import Assistant, Entry, Usage, object_of, texts_of


class UsageFlag(IntFlag):
    """What a line's bytes say that its values no longer do, and who it is by: either counting rule needs them."""

    COMPACT = 1
    """The line has the bytes `"usage":{`."""
    NULL_KEY = 2
    """One of id, cwd, model, speed, costUSD, version, sessionId, requestId, isApiErrorMessage or the cache token keys is null anywhere."""
    SIDECHAIN = 4
    API_ERROR = 8
    PROGRESS = 16
    """The copy of a subagent's message inside a progress line (2.1.9 to 2.1.83)."""
    OTHER_TYPE = 32
    """The line is neither an assistant's nor progress."""
    BREAKDOWN = 64
    """It has the 5-minute and 1-hour parts of the cache writes."""
    COPIED = 128
    """Another file holds the same line (a fork's or resumed session's repetition)."""
    STRAY = 256
    """A line in a subagent's file that names another session than the file's first (a resumed subagent's, up to 2.0)."""
    LOOSE = 512
    """Some field is of a type, or empty, where ccusage 20.0.24 takes none such: it does not read the line."""


# Plain numbers for the one place where lines are counted by the hundred thousand.
_COMPACT, _NULL_KEY, _SIDECHAIN, _API_ERROR, _PROGRESS, _OTHER_TYPE, _BREAKDOWN, _COPIED, _STRAY, _LOOSE = (
    map(int, UsageFlag)
)

_NULLABLE = frozenset(
    {
        b"id", b"cwd", b"model", b"speed", b"costUSD", b"version", b"sessionId", b"requestId", b"isApiErrorMessage",
        b"cache_read_input_tokens", b"cache_creation_input_tokens",
    }
)  # fmt: skip


def usage_row(
    entry: Entry, line: bytes, agent: str, *, copied: bool, stray: bool = False
) -> tuple[object, ...] | None:
    """
    The catalogue's columns for a line that states usage, from offset to unit; none when it states none.

    Looked for where the counting rules look (reference: ccusage 20.0.24): in `message` of a line
    of any type, and in the message a progress line copies.
    """
    spoken, flags = _spoken(entry)
    usage = spoken.usage
    if usage is None:
        return None
    if b'"usage":{' in line:
        flags |= _COMPACT
    if _has_null(line):
        flags |= _NULL_KEY
    if spoken.sidechain:
        flags |= _SIDECHAIN
    if spoken.api_error:
        flags |= _API_ERROR
    if usage.cache_breakdown:
        flags |= _BREAKDOWN
    if copied:
        flags |= _COPIED
    if stray:
        flags |= _STRAY
    if _is_loose(spoken, _TEXTS[: 2 if flags & _PROGRESS else 3]):
        flags |= _LOOSE
    uuid, request, session, request_session, at, version, agent_id, branch = texts_of(
        spoken.record, _OF_A_LINE
    )
    message, model, stop_reason = texts_of(spoken.message, ("id", "model", "stop_reason"))
    return (
        entry.offset, uuid, message, request, session, request_session, name(model), at, name(stop_reason), *_tokens(spoken, usage),
        name(usage.speed), name(usage.service_tier), name(usage.geo), _recorded(spoken.record.get("costUSD")), name(version), agent or agent_id, name("" if branch == "HEAD" else branch), flags,
        unit_of(message, uuid, entry.offset),
    )  # fmt: skip


def _spoken(entry: Entry) -> tuple[Assistant, int]:
    """The message that may state usage, as a line of its own, and flags of where it stands."""
    if isinstance(entry, Assistant):
        return entry, 0
    inner = object_of(object_of(entry.record, "data"), "message")
    if not inner:
        return Assistant(entry.offset, entry.number, entry.record), _OTHER_TYPE
    around = {key: entry.record[key] for key in _AROUND if key in entry.record}
    record = {"isSidechain": False, **around, **inner, "sessionId": entry.record.get("sessionId")}
    flags = (
        _PROGRESS
        if entry.type == "progress" and inner.get("type") == "assistant"
        else _PROGRESS | _OTHER_TYPE
    )
    return Assistant(entry.offset, entry.number, record), flags


_AROUND = ("agentId", "gitBranch")
"""What a progress line says where the message it copies doesn't. The session is its own, all else the message's."""


def _tokens(spoken: Assistant, usage: Usage) -> tuple[int, ...]:
    """The columns from input to web_searches; what is below nothing is nothing."""
    five, hour = usage.cache_write_5m, usage.cache_write_1h
    whole = object_of(spoken.message, "usage").get("cache_creation_input_tokens") is not None
    written = usage.cache_write if whole else max(0, five) + max(0, hour)
    found = (usage.input, usage.output, written, five, hour, usage.cache_read, usage.web_searches)
    return found if min(found) >= 0 else tuple(max(0, tokens) for tokens in found)


def _recorded(cost: object) -> float | None:
    return float(cost) if type(cost) in (int, float) and 0 <= cost < _MOST_USD else None  # type: ignore[arg-type, operator]  # a number


_MOST_USD = 1e9


_OF_A_LINE = (
    "uuid",
    "requestId",
    "sessionId",
    "requestSessionId",
    "timestamp",
    "version",
    "agentId",
    "gitBranch",
)


_TEXTS = ("sessionId", "requestId", "version")
"""Texts that ccusage reads; of what a progress line copies all but the version."""


def _is_loose(spoken: Assistant, keys: Sequence[str]) -> bool:
    record, message = spoken.record, spoken.message
    for text in (*map(record.get, keys), message.get("id"), message.get("model")):
        if text is not None and (type(text) is not str or not text):
            return True
    usage = object_of(message, "usage")
    tokens = [usage.get("input_tokens"), usage.get("output_tokens")]
    tokens += [usage[key] for key in _CACHED if key in usage]
    created = usage.get("cache_creation")
    if isinstance(created, dict):
        tokens += [created[key] for key in _PARTS if key in created]
    elif created is not None:
        return True
    for count in tokens:
        if type(count) is not int or not 0 <= count < _MOST:
            return True
    return (
        usage.get("speed", "standard") not in ("standard", "fast")
        or type(record.get("costUSD", 0)) not in (int, float)
        or type(record.get("isSidechain", False)) not in (bool, type(None))
    )


_MOST = 2**64
_CACHED = ("cache_creation_input_tokens", "cache_read_input_tokens")
_PARTS = ("ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens")


def _has_null(line: bytes) -> bool:
    at = line.find(b'":null')
    while at >= 0:
        if line[line.rfind(b'"', 0, at) + 1 : at] in _NULLABLE:
            return True
        at = line.find(b'":null', at + 6)
    return False


def unit_of(message_id: str, uuid: str, offset: int) -> int:
    """What all lines that may be one response share: those of one message id, else of one uuid. Others may by chance."""
    return crc32((message_id or uuid or str(offset)).encode("utf-8", "replace"))
