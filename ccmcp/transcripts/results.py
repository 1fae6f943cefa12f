"""
What came of a tool call: its outcome, its error, and the words only the client's own record holds. Pure.

Checked against 0.2.126 to 2.1.330. `toolDenialKind` is of 2.1.217 and later, `permissionDecision`
and `toolDenialBeforeRun` of 2.1.330; before them only the wording tells a refusal from a failure.
"""

import re
from typing import Literal, TypeAlias

from ccmcp.transcripts.content import ToolResult, leaves, result_text
from ccmcp.transcripts.entries import Json, User, flag_of, object_of, text_of

Outcome: TypeAlias = Literal["ok", "error", "interrupted", "rejected", "denied", "pending", "unknown"]

_REJECTED = (
    "The user doesn't want to proceed with this tool use",
    "The user doesn't want to take this action right now",
    "User chose to stay in plan mode",
)
_KEPT_NO = "User rejected tool use"
"""What the client keeps instead of a result that the user refused."""

_DENIED = re.compile(
    r"""
    (?: <tool_use_error> )? (?: [Ee][Rr][Rr][Oo][Rr]:[ ] )?
    (?:
        Permission[ ](?: to[ ]use | for[ ]this[ ](?: tool[ ]use | action | command ) )[ ]
        | Claude[ ]requested[ ]permissions[ ]to[ ]
        | This[ ](?: call[ ]was[ ]denied | command[ ]requires[ ]approval | .{0,60}parts?[ ]requires?[ ]approval)
        | File[ ]is[ ](?: in[ ]a[ ]directory[ ]that[ ]is[ ]denied | covered[ ]by[ ]a[ ]\w+[ ]deny[ ]rule )
        | (?: Hook[ ] )? PreToolUse: .{0,100}? (?: hook | denied[ ]this[ ]tool )
        | .{0,100}? [ ]operation[ ]blocked[ ]by[ ]hook
        | .{0,100}? [ ]did[ ]not[ ]run\.[ ]It[ ]needs[ ]the[ ]user's[ ]approval
        | .{0,300}? [ ]was[ ]blocked\.[ ]For[ ]security,[ ]Claude[ ]Code
        | .{0,300}? [ ]is[ ]blocked\.[ ]This[ ]path[ ]is[ ]protected
    )""",
    re.VERBOSE,
)
"""How the client words that a rule, a mode or a hook kept a tool from running (0.2.126 to 2.1.330)."""

_INTERRUPTED = (
    "[Request interrupted by user", "Interrupted by user", "<error>[Request interrupted by user",
    "<tool_use_error>Sibling tool call errored", "<tool_use_error>Cancelled: parallel tool call",
)  # fmt: skip
_SAVED = "Error: result ("
"""So begins what stands for a result that was too long and went into a file: the call was a success."""

_STOPPED = ("interrupted", "cancelled")
_BEFORE_RUN = (2, 1, 233)
"""Clients before it name the kind of a denial, but never say whether it came before the tool ran."""


def outcome(entry: User, result: ToolResult) -> Outcome:
    """What came of the call whose result this is."""
    kept = entry.tool_use_result
    words = result.text.lstrip()
    if not result.is_error:
        if (
            isinstance(kept, str)
            and kept.startswith(("Error:", "User rejected"))
            and not words.startswith(_SAVED)
        ):
            return "rejected" if kept.startswith("User rejected") else "error"
        stopped = isinstance(kept, dict) and kept.get("interrupted") is True
        return "interrupted" if stopped else "ok"
    denial = text_of(entry.record, "toolDenialKind")
    if denial in _STOPPED or words.startswith(_INTERRUPTED):
        return "interrupted"
    decision = object_of(entry.record, "permissionDecision")
    source = text_of(decision, "source")
    if words.startswith(_REJECTED) or kept == _KEPT_NO:
        return "interrupted" if _had_begun(entry, denial, decision) else "rejected"
    if denial or text_of(decision, "decision") == "reject" or _DENIED.match(words):
        return "rejected" if source.startswith("user") else "denied"
    return "error"


def _had_begun(entry: User, denial: str, decision: Json) -> bool:
    """Whether a tool ran already when the user said no: Esc then reads like a refusal."""
    if text_of(decision, "decision") == "accept":
        return True
    if not denial or flag_of(entry.record, "toolDenialBeforeRun") or "userFeedback" in entry.record:
        return False
    return not text_of(decision, "source").startswith("user") and _version(entry.version) >= _BEFORE_RUN


def _version(text: str) -> tuple[int, ...]:
    return tuple(
        int(part) for part in text.split(".") if part.isascii() and part.isdecimal() and len(part) < 10
    )


_TOLD_BY_THE_CALL = frozenset(
    {
        "oldString", "newString", "edits", "structuredPatch", "oldTodos", "newTodos", "filePath", "prompt",
        "description", "agentType", "query", "url", "questions", "new_source", "old_source", "notebook_path",
        "cell_id", "cell_type", "language", "edit_mode", "replaceAll", "userModified", "statusChange", "updatedFields",
        "toolUseId", "agentId", "taskId", "task_id", "shellId", "backgroundTaskId", "harnessSectionHash", "resolvedModel",
        "type", "status", "mode", "gitDiff", "outputFile", "persistedOutputPath", "usage", "toolStats",
        "totalDurationMs", "totalTokens", "totalToolUseCount", "durationMs", "numLines", "numFiles", "startLine",
        "totalLines", "isAsync", "bytes", "code", "codeText", "interrupted", "isImage", "noOutputExpected",
        "returnCodeInterpretation", "originalFile", "originalFileContents", "original_file", "updated_file",
    }
)  # fmt: skip
"""Keys of `toolUseResult` that repeat the call's input, name or count something; originals are `original_file`'s."""

_MOST_MISSING = 64
"""After so many lines that were not seen, the rest of a text is taken as it is: bounds the work on long ones."""


def extra_text(kept: object, seen: str) -> str:
    """
    The words in a `toolUseResult` that the model did not see in the result itself.

    `kept` is the client's record, `seen` the result's text. Empty when it holds nothing more.
    """
    if isinstance(kept, str):
        return "" if kept == _KEPT_NO else _unseen(kept.removeprefix("Error: "), seen)
    if not isinstance(kept, dict):
        return _unseen(result_text(kept), seen)
    written = kept.get("type") in ("create", "update")
    found = []
    for key, value in kept.items():
        if not value or key in _TOLD_BY_THE_CALL or isinstance(value, int | float):
            continue
        if key == "file" and isinstance(value, dict):
            words = _file_words(value)
            found.append("" if _repeats(words, seen) else words)
        elif not (written and key == "content") and not (key == "stdout" and kept.get("isImage") is True):
            found.append(_unseen(result_text(value), seen))
    return "\n".join(filter(None, found))


def _file_words(file: Json) -> str:
    """What a Read kept of a file: its text or a notebook's cells; nothing of pictures and other bytes."""
    return "" if "base64" in file else text_of(file, "content") or leaves(file.get("cells"))


def original_file(kept: object) -> str:
    """The file as it was before an edit, which only the client's record of the edit holds; empty when there is none."""
    if not isinstance(kept, dict):
        return ""
    return (
        text_of(kept, "originalFile")
        or text_of(kept, "originalFileContents")
        or text_of(kept, "original_file")
    )


def _repeats(words: str, seen: str) -> bool:
    """Whether a file's words are in what was seen: as they are, or with line numbers between."""
    words = words.strip()
    if not words or words in seen:
        return True
    if len(words) > len(seen):
        return False
    first, last = words.partition("\n")[0].strip(), words.rpartition("\n")[2].strip()
    return first in seen and last in seen


def _unseen(words: str, seen: str) -> str:
    """The lines that are not in what was seen, in order."""
    words = words.strip()
    if words in seen:
        return ""
    lines = words.split("\n")
    missing: list[str] = []
    at = 0
    for number, line in enumerate(lines):
        place = seen.find(line.strip(), at)
        if place >= 0:
            at = place
        elif len(missing) < _MOST_MISSING:
            missing.append(line)
        else:
            return "\n".join([*missing, *lines[number:]])
    return "\n".join(missing)
