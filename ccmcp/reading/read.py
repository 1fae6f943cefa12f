"""The whole of reading: a session's files and a request in, a page out. I/O: reads transcripts."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, TypeAlias

from ccmcp.index import SessionFile
from ccmcp.reading import scope as scopes
from ccmcp.reading import source
from ccmcp.reading.items import DIALOGUE, Detail, Item, Shelf, items, slug
from ccmcp.reading.layout import entry_head, entry_text, who
from ccmcp.reading.lines import PROMPT, SIDE, Line, Survey, survey
from ccmcp.reading.omitted import left_out, unread
from ccmcp.reading.outline import Turn, turn_item, turns
from ccmcp.reading.page import Piece, Place, before, fill, text_cost
from ccmcp.reading.position import Start, file_key
from ccmcp.transcripts.entries import Entry

Branches: TypeAlias = Literal["active", "all"]

_FOOT = 75
"""Tokens that the line of the next call and the count of what comes before may take."""

_LEAST = 40
_WIDEST_TIME = "2026-12-31 23:59"
_TYPED = -1
"""The number of a file for lines that stand for prompts of history.jsonl."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to read of a session."""

    session_id: str
    detail: Detail = "dialogue"
    around: str = ""
    """An entry that has to be on the page."""
    agent: str = ""
    branches: Branches = "active"
    tokens: int = 8_000
    """The budget of the whole answer."""
    head: int = 0
    """Tokens of the answer that the front end needs for itself."""
    start: object = None
    """`Page.next` of the page before; none for the first page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One thing on a page: a passage of an entry, or a part of it."""

    entry_id: str
    short_id: str
    at: datetime | None
    role: str
    kind: str
    text: str
    tool: str
    agent: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of a session."""

    shown: tuple[Shown, ...]
    next: object
    """Where the next page starts, as JSON; none at the end."""
    omitted: str
    """What is not shown and how to get it, in words; empty when nothing is left out."""


def read(
    files: Sequence[SessionFile],
    request: Request,
    *,
    clean: Callable[[str], str],
    history: Path | None = None,
) -> Page:
    """
    Read a page of a session.

    Takes its files, a function that makes texts fit to be shown (applied before anything is cut),
    and the history.jsonl that may hold prompts of a session whose transcript is gone.

    Raises:
        EntryNotFoundError, BadArgumentError: the request names an entry or a subagent that is not there.
        BadCursorError: `start` is no place in this session.

    """
    unreadable: dict[str, str] = {}
    found = survey(files, source.entries(files, unreadable))
    found.unreadable = unreadable
    typed = _typed(found, history, request.session_id) if history and not found.lines else {}
    return _Reading(found, request, clean, typed).page()


def _typed(found: Survey, history: Path, session_id: str) -> dict[int, Item]:
    """The prompts that history.jsonl kept, by line number, with a line each in the survey."""
    kept = {}
    for number, at, prompt in source.typed_prompts(history, session_id):
        stamp = _from_ms(at)
        found.lines.append(
            Line(
                _TYPED,
                number,
                number,
                0,
                f"L{number}",
                named=False,
                parent="",
                agent="",
                codes=PROMPT,
                size=len(prompt),
            )
        )
        kept[number] = Item(place=0, at=stamp, role="user", kind="text", text=prompt, note="typed")
    return kept


def _from_ms(milliseconds: int) -> str:
    try:
        return (
            (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)).isoformat()
            if milliseconds
            else ""
        )
    except OverflowError:
        return ""


class _Reading:
    """One page on its way."""

    def __init__(
        self, found: Survey, request: Request, clean: Callable[[str], str], typed: dict[int, Item]
    ) -> None:
        self._survey = found
        self._request = request
        self._typed = typed
        self._start = (
            Start(request.agent, request.around) if request.start is None else Start.at(request.start)
        )
        self._shelf = Shelf(survey=found, clean=clean, side_text=source.side_text, entry_at=self._entry_at)
        self._short = scopes.ShortIds(found)
        self._target, agent = self._asked_entry()
        keep = self._target.id if self._target else ""
        self._scope = scopes.scope(found, agent=agent, branches=request.branches, keep=keep)
        self._order: list[Line] = []
        self._turns: list[Turn] = []
        if request.detail == "outline":
            self._turns = list(turns(self._scope.lines))
            self._order = [turn.start for turn in self._turns]
        else:
            self._order = [line for line in self._scope.lines if self._shows(line)]

    def page(self) -> Page:
        """The page asked for."""
        omitted = self._omitted()
        room = max(_LEAST, self._request.tokens - self._request.head - text_cost(omitted) - _FOOT)
        start = self._place(room)
        pieces, following = fill(len(self._order), start, room, self._load, self._cost)
        if start.index and pieces:
            first = slug(self._short(self._order[pieces[0].index]))
            what = "turns" if self._turns else "entries"
            omitted = "; ".join(
                filter(None, (f"{start.index} {what} before this page (around={first})", omitted))
            )
        return Page(shown=tuple(map(self._shown, pieces)), next=self._position(following), omitted=omitted)

    def _asked_entry(self) -> tuple[Line | None, str]:
        """The entry that has to be on the page, and whose entries are read: that one's subagent's if need be."""
        asked, agent = self._start.around, scopes.whose(self._survey, self._start.agent)
        if not asked:
            return None, agent
        lines = self._survey.lines
        own = lines if agent == scopes.EVERYONE else [line for line in lines if line.agent == agent]
        asked = self._holder(asked) or asked
        line = scopes.find(asked, own, lines, self._request.session_id)
        return line, agent if agent == scopes.EVERYONE else line.agent

    def _shows(self, line: Line) -> bool:
        if self._request.detail == "full":
            return bool(line.codes) or line is self._target
        return not DIALOGUE.isdisjoint(line.codes) or line is self._target

    def _place(self, room: int) -> Place:
        """Where the page begins."""
        if self._start.key:
            return self._start.within(self._survey, self._order)
        if self._target is None:
            return Place(0)
        if self._turns:
            within = (
                n for n, turn in enumerate(self._turns) if any(line is self._target for line in turn.lines)
            )
            index = next(within, 0)
        else:
            same = (n for n, line in enumerate(self._order) if line is self._target)
            index = next(same, None) or next(
                n for n, line in enumerate(self._order) if line.id == self._target.id
            )
        return Place(before(index, room // 3, self._load, self._cost))

    def _load(self, index: int) -> Sequence[Item]:
        line = self._order[index]
        entry = self._entry_at(line)
        if line.file == _TYPED:
            item = self._typed[line.number]
            return [
                Item(
                    place=0,
                    at=item.at,
                    role="user",
                    kind="text",
                    text=self._shelf.clean(item.text),
                    note=item.note,
                )
            ]
        if line.codes == SIDE:
            return [self._side(line)]
        if entry is None:
            return []
        if self._turns:
            return [turn_item(self._turns[index], entry, self._shelf)]
        full = self._request.detail == "full"
        return list(items(line, entry, self._shelf, full=full, whole=line is self._target))

    def _side(self, line: Line) -> Item:
        file = self._survey.files[line.file]
        text = self._shelf.clean(source.side_text(file.path))
        note = f"{'a plan' if file.kind == 'plan' else 'a tool result'} kept in {slug(line.id.removeprefix('file:'))}"
        return Item(place=0, at="", role="system", kind="attachment", text=text, note=note)

    def _holder(self, asked: str) -> str:
        """The entry that shows a side file which a tool result names; empty when it is asked for no such one."""
        kind, _, name = asked.strip().strip("[]").partition(":")
        if kind != "file":
            return ""
        sides = {side for side in self._survey.referenced if side >= 0}
        wanted = {side for side in sides if re.split(r"[/\\]", self._survey.files[side].path)[-1] == name}
        return next((line.id for line in self._survey.lines if wanted.intersection(line.sides)), "")

    def _entry_at(self, line: Line) -> Entry | None:
        return source.entry_at(self._survey.files[line.file].path, line) if line.file >= 0 else None

    def _note(self, line: Line, item: Item) -> str:
        return ", ".join(
            filter(None, ("abandoned branch" if id(line) in self._scope.left else "", item.note))
        )

    def _cost(self, index: int, item: Item) -> int:
        if len(item.text) > 4 * self._request.tokens:
            return len(item.text) // 4  # no page has room for it, and laying it out would copy it three times
        line = self._order[index]
        head = entry_head(
            short_id=slug(self._short(line)),
            when=_WIDEST_TIME,
            who=who(item.role, item.kind, item.tool, slug(line.agent)),
            note=self._note(line, item),
        )
        return text_cost(entry_text(head, item.text))

    def _shown(self, piece: Piece) -> Shown:
        line, item = self._order[piece.index], piece.item
        return Shown(
            entry_id=line.id,
            short_id=slug(self._short(line)),
            at=moment(item.at),
            role=item.role,
            kind=item.kind,
            text=item.text,
            tool=item.tool,
            agent=slug(line.agent),
            note=self._note(line, item),
        )

    def _position(self, place: Place | None) -> object:
        if place is None:
            return None
        line = self._order[place.index]
        around = self._short(self._target) if self._target else ""
        key = file_key(self._survey, line.file)
        return Start(
            self._start.agent, around, key, line.offset, line.nth, place.place, place.character
        ).json()

    def _omitted(self) -> str:
        parts = list(left_out(self._scope, self._request.detail, self._order))
        told = "; ".join(part for part, _ in parts)
        if text_cost(told) > self._request.tokens // 6:
            told = "; ".join(short for _, short in parts if short)
        lost = unread(self._survey.unreadable, self._shelf.clean)
        return "; ".join(filter(None, (lost, told)))


def moment(text: str) -> datetime | None:
    """A time of a transcript, in UTC; none when it is no time."""
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
