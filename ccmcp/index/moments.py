"""What happens in a session beside calls and responses -> rows of the catalogue. Pure."""

from ccmcp.index.facts import utc
from ccmcp.redact import clean
from ccmcp.transcripts.entries import Assistant, Entry, System, User, number_of, object_of
from ccmcp.transcripts.passages import INTERRUPTED, Passage, is_prompt

TEXT_LENGTH = 300


def moment_row(entry: Entry, passage: Passage) -> tuple[object, ...] | None:
    """A row of `moments` from offset on, without session and agent; none where nothing happened that is kept."""
    kind, amount, after = _what(entry, passage)
    if not kind:
        return None
    text = _line(passage.text) if kind in _WITH_WORDS else ""
    return entry.offset, entry.id, utc(entry.timestamp), kind, text, amount, after


def mode_row(entry: Entry, mode: str, agent: str) -> tuple[object, ...]:
    """A row of `moments` from offset on, without the session: from here on this permission mode held."""
    return entry.offset, entry.id, utc(entry.timestamp), "mode", agent, mode, 0, 0


def _line(text: str) -> str:
    """The start of a text on one line. The word that was cut goes before what is clean does: it may be half a secret."""
    folded = " ".join(text[: 40 * TEXT_LENGTH].split())
    start = folded[: 4 * TEXT_LENGTH]
    return clean(start if start == folded else start.rpartition(" ")[0])[:TEXT_LENGTH]


_WITH_WORDS = ("prompt", "command", "api_error")


def _what(entry: Entry, passage: Passage) -> tuple[str, int, int]:
    match entry:
        case Assistant():
            return ("api_error" if entry.api_error and passage.role == "system" else ""), 0, 0
        case System() if entry.compaction:
            told = object_of(entry.record, "compactMetadata")
            return "compaction", number_of(told, "preTokens"), number_of(told, "postTokens")
        case System(subtype="turn_duration"):
            return "turn_end", entry.duration_ms, 0
        case System(subtype="api_error"):
            return "api_error", number_of(entry.record, "retryInMs"), 0
        case User() if passage.injected and passage.text.startswith(INTERRUPTED):
            return "interruption", 0, 0
        case _ if is_prompt(entry, passage):
            return "prompt", 0, 0
        case _ if passage.kind == "command" and passage.role == "user":
            return "command", 0, 0
        case _:
            return "", 0, 0
