"""A tool call and what came of it -> the catalogue's columns. Pure."""

from zlib import crc32

import orjson

from ccmcp.index.facts import name, utc
from ccmcp.redact import clean
from ccmcp.transcripts.calls import target
from ccmcp.transcripts.content import ToolCall, ToolResult
from ccmcp.transcripts.entries import Entry, User, object_of, texts_of
from ccmcp.transcripts.results import outcome

TARGET_LENGTH = 2_000
ERROR_LENGTH = 500

RESULT_COLUMNS = (
    "outcome", "error", "result_at", "result_entry", "result_offset", "result_chars", "result_hash", "permission",
)  # fmt: skip
RESULT_PLACES = (8, 9, 10, 11, 14, 15, 16, 17)
"""Where they stand in a `call_row`."""

_HASHED = 2_000
"""Two results that share so many characters at their start, the last of them and their length are taken for the same."""


def call_row(entry: Entry, call: ToolCall, agent: str, *, own: bool) -> list[object]:
    """A row of `calls` from offset on, without the session; pending until `result_columns` are put into it."""
    # Cut only when it is clean: a secret that the cut goes through is none that `clean` knows.
    aim = clean(target(call)[: 4 * TARGET_LENGTH])[:TARGET_LENGTH]
    return [
        entry.offset, call.id, entry.id, utc(entry.timestamp), name(call.name), aim, agent, own,
        "pending", "", "", "", *_hashes(call), -1, 0, 0, "",
    ]  # fmt: skip


def result_columns(entry: Entry, result: ToolResult) -> tuple[object, ...]:
    """RESULT_COLUMNS of a result."""
    came = outcome(entry, result) if isinstance(entry, User) else "error" if result.is_error else "ok"
    text = result.text
    error = "" if came == "ok" else clean(text[: 4 * ERROR_LENGTH])[:ERROR_LENGTH]
    decision = object_of(entry.record, "permissionDecision")
    permission = " ".join(texts_of(decision, ("decision", "source"))).strip() if decision else ""
    return (
        came, error, utc(entry.timestamp), entry.id, entry.offset, len(text),
        _hash(text if len(text) <= 2 * _HASHED else text[:_HASHED] + text[-_HASHED:]), name(permission),
    )  # fmt: skip


def _hashes(call: ToolCall) -> tuple[int, int]:
    """A hash of a call's input, and that of the input which would undo it, for an edit; else 0."""
    given = call.input if isinstance(call.input, dict) else {}
    match given.get("old_string"), given.get("new_string"):
        case str(old), str(new):
            return _pair(old, new), _pair(new, old)
        case _:
            return crc32(orjson.dumps(call.input, default=str, option=orjson.OPT_NON_STR_KEYS)), 0


def _pair(old: str, new: str) -> int:
    return (_hash(old) >> 1) << 32 | _hash(new)


def _hash(text: str) -> int:
    return crc32(text.encode("utf-8", "replace"))
