"""Words of answers: what is quoted of transcripts fits a line among our own, and what several answers say alike. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ccmcp.redact import sanitise


@dataclass(frozen=True, kw_only=True)
class NamedSession:
    """What every answer says of a session it names."""

    session_id: str
    root: str
    reference: str
    """What the session is asked for by: its id, or LABEL:ID where several roots have it."""

    project: str
    title: str
    started_at: str | None
    ended_at: str | None
    branch: str | None
    resume: str | None
    """The line that resumes it; none when it can't be resumed."""


@dataclass(frozen=True, kw_only=True)
class Covered:
    """How much of the history was looked at."""

    indexed_bytes: int
    total_bytes: int
    complete: bool
    reading: bool
    """Whether more of it is being read now."""

    unseen: tuple[str, ...]
    """What could not be looked at, and why."""

    nothing_in: tuple[str, ...]
    """The roots, when there is no session in any of them yet."""


def one_line(text: str) -> str:
    """What a transcript says, fit to stand in a line among our own words: nothing in it begins another one."""
    return sanitise(text).replace("\n", " ").replace("\t", " ")


def named(text: str) -> str:
    """The same for a name or a path, which has no reason to be long."""
    return clipped(one_line(text), 500)


def short_entry(entry_id: str) -> str:
    """An entry's id as read_session takes it: the start of a uuid, and the whole of any other."""
    return entry_id[:8] if re.match(r"[0-9a-f]{8}-", entry_id) else one_line(entry_id)


def counted(number: int, what: str) -> str:
    """A number of things: "1 call", "1,200 calls"."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def shortened(reference: str, session_id: str) -> str:
    """The same for a person: the start of the id, after the label if there is one."""
    return one_line(reference.removesuffix(session_id) + session_id[:8])


def fitting(blocks: Iterable[str], most: int) -> int:
    """How many of the first blocks fit into so many characters, but at least one; all of them where `most` is 0."""
    count = size = 0
    for block in blocks:
        size += len(block) + 1
        if most and count and size > most:
            break
        count += 1
    return count


def clipped(text: str, length: int) -> str:
    """The start of a text, for a model: what is not ASCII counts for more, because it costs more."""
    taken = 0
    for at, character in enumerate(text):
        taken += 1 if character < "\x80" else 2 if character < "\u0e00" else 3
        if taken > length:
            return text[:at].rstrip() + " …"
    return text


# -- what could not be seen

_MOST_NAMED = 3


def empty_note(roots: Iterable[str]) -> str:
    """The sentence for a history without sessions."""
    return f"No sessions yet in {', '.join(map(named, roots))}."


def unseen_notes(unseen: Sequence[str]) -> Iterator[str]:
    """Sentences for what could not be looked at, and what to do where a whole root is not there."""
    if not unseen:
        return
    each = "; ".join(map(_with_reason, unseen[:_MOST_NAMED]))
    further = len(unseen) - _MOST_NAMED
    more = f"; and {further} more (index_status names them)" if further > 0 else ""
    yield f"Could not be looked at: {each}{more}."
    if any(problem.endswith(": no such folder") for problem in unseen):
        yield (
            "Claude Code makes its folder when it is first used. If it keeps its sessions elsewhere, "
            "set CLAUDE_CONFIG_DIR to that folder."
        )


def _with_reason(problem: str) -> str:
    path, _, why = problem.rpartition(": ")
    return f"{named(path)} ({named(why)})" if path else named(why)
