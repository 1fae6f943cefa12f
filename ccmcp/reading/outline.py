"""Lines -> turns: a prompt and what followed it, as one line each. Pure."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from ccmcp.reading.items import Item, Shelf, cut, one_line, short_agent
from ccmcp.reading.lines import ANSWER, BOUNDARY, CALL, PROMPT, Line, Survey, code_of
from ccmcp.transcripts.entries import Entry
from ccmcp.transcripts.passages import passages

_PROMPT_LENGTH = 140
_FIRST_LINE = re.compile(r"\S[^\n]{0,2000}")
_MOST_FILES = 4
_FAILED = frozenset({"error", "interrupted", "rejected", "denied"})


@dataclass(slots=True)
class Turn:
    """A prompt and what followed it."""

    start: Line
    """The prompt's line; before the first prompt, the first line there is."""
    lines: list[Line] = field(default_factory=list)

    def tells(self) -> bool:
        """Whether there is anything to read in it."""
        return any(line.codes for line in self.lines)

    def facts(self, survey: Survey, clean: Callable[[str], str]) -> str:
        """What followed, in words."""
        codes = "".join(line.codes for line in self.lines)
        calls = [survey.calls[call] for line in self.lines for call in line.calls]
        failed = sum(1 for call in calls if call.outcome in _FAILED)
        edited = list(dict.fromkeys(_name(call.file) for call in calls if call.file))
        agents = list(dict.fromkeys(short_agent(call.agent) for call in calls if call.agent))
        made = _number(codes.count(CALL), "tool call") + (f" ({failed} failed)" if failed else "")
        more = f" and {len(edited) - _MOST_FILES} more" if len(edited) > _MOST_FILES else ""
        names = [cut(one_line(clean(name)), 60) for name in edited[:_MOST_FILES]]
        facts = (
            _number(codes.count(ANSWER), "answer"),
            made if CALL in codes else "",
            f"edited {', '.join(names)}{more}" if edited else "",
            f"subagents {', '.join(agents)}" if agents else "",
            "compacted" if BOUNDARY in codes else "",
        )
        return ", ".join(filter(None, facts)) or "nothing followed"


def turns(lines: Iterable[Line]) -> Iterator[Turn]:
    """The turns of lines in reading order; each subagent's task begins one too."""
    turn: Turn | None = None
    for line in lines:
        if turn is None or PROMPT in line.codes:
            if turn is not None and turn.tells():
                yield turn
            turn = Turn(line)
        turn.lines.append(line)
    if turn is not None and turn.tells():
        yield turn


def turn_item(turn: Turn, entry: Entry, shelf: Shelf) -> Item:
    """A turn as it is shown; `entry` is its first."""
    prompt = next((each for each in passages(entry) if code_of(entry, each) == PROMPT), None)
    first = _FIRST_LINE.search(shelf.clean(prompt.text)) if prompt else None
    words = first[0] if first else "" if prompt else "(before the first prompt)"
    return Item(
        place=0,
        at=entry.timestamp,
        role="user" if prompt else "system",
        kind=prompt.kind if prompt else "unknown",
        text=f"{cut(one_line(words), _PROMPT_LENGTH)} — {turn.facts(shelf.survey, shelf.clean)}",
    )


def _number(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}" if count else ""


def _name(path: str) -> str:
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2] or path
