"""Tool calls as they are answered: what is said of each, and how it reads. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ccmcp.screen import Screen, Style, cut
from ccmcp.views.words import (
    Covered,
    NamedSession,
    clipped,
    counted,
    empty_note,
    named,
    one_line,
    short_entry,
    shortened,
    unseen_notes,
)


@dataclass(frozen=True, kw_only=True)
class FoundCall:
    """One tool call."""

    session_id: str
    reference: str
    """What its session is asked for by: its id, or LABEL:ID where several roots have it."""

    project: str
    at: str | None
    tool: str
    target: str
    """What it was called on: a command, a path, a URL ..., at most 2,000 characters of it."""

    status: str
    error: str | None
    """What it said when it was not ok, at most 500 characters of it."""

    agent: str | None
    """The subagent's id; none for the main conversation."""

    agent_type: str | None
    """The subagent's kind, where it is known."""

    entry_id: str


@dataclass(frozen=True, kw_only=True)
class FoundGroup:
    """Calls that have something in common."""

    key: str
    """That: the session, target, tool, server, kind of agent, project or status."""

    calls: int
    sessions: int
    failed: int
    last: FoundCall
    """The newest of them."""


@dataclass(frozen=True, kw_only=True)
class FoundCalls:
    """Tool calls or groups of them, and how many there are."""

    calls: tuple[FoundCall, ...]
    group: str | None
    """By what they are counted: then groups stand in place of calls."""

    groups: tuple[FoundGroup, ...]
    sessions: tuple[NamedSession, ...]
    """The sessions that this page names."""

    total: int
    """Calls that fit, on all pages."""

    total_sessions: int
    total_groups: int
    by_status: dict[str, int]
    hidden: int
    """Calls that would fit but are of ccmcp itself."""

    part: str | None
    """A text that stands in each target: shown targets begin near it, where it is far in."""

    hints: tuple[str, ...]
    """Where nothing fits: what would."""

    sort: str
    next_cursor: str | None
    coverage: Covered


# -- for a model

_TARGET_LENGTH, _ERROR_LENGTH = 200, 160


def text(result: FoundCalls) -> str:
    """What a model reads."""
    if not result.calls and not result.groups:
        return "\n".join([_nothing(result), *_notes(result)])
    titles, part = {each.reference: each for each in result.sessions}, result.part or ""
    lines = [f"{_total(result)} {_page(result)}"]
    lines += _by_session(result.calls, call_blocks(result.calls, titles, part))
    lines += group_blocks(result.groups, result.group or "", titles, part)
    lines += _notes(result)
    if result.next_cursor:
        lines.append(f"More: the same arguments and cursor={result.next_cursor}")
    lines.append("Read on: read_session with a session id and around=[entry id].")
    return "\n".join(lines)


def _total(result: FoundCalls) -> str:
    """How many calls there are, of how many sessions, and what came of them."""
    came = ", ".join(f"{number:,} {status}" for status, number in result.by_status.items())
    came = "all ok" if [*result.by_status] == ["ok"] else came
    return f"{counted(result.total, 'call')} in {counted(result.total_sessions, 'session')}: {came}."


def _page(result: FoundCalls) -> str:
    """What of it this page shows, in which order."""
    order = "most calls" if result.sort == "most" else result.sort
    if not result.group:
        return (
            f"{len(result.calls)} here, {order} first:"
            if result.next_cursor
            else f"{order.capitalize()} first:"
        )
    some = f"{len(result.groups)} of " if len(result.groups) < result.total_groups else ""
    return f"By {result.group}, {order} first ({some}{result.total_groups:,}):"


def call_blocks(calls: Sequence[FoundCall], titles: Mapping[str, NamedSession], part: str) -> list[str]:
    """Each call; the first one of a session with its session's line before it."""
    blocks = []
    days: dict[str, str] = {}
    for each in calls:
        when, before = _when(each), days.get(each.reference)
        head = f"{_session_line(titles[each.reference])}\n" if before is None else ""
        blocks.append(f"{head}  > {when.removeprefix(before or ' ')} {_call_line(each, part)}")
        days[each.reference] = f"{when[:10]} "
    return blocks


def _by_session(calls: Sequence[FoundCall], blocks: Sequence[str]) -> Iterator[str]:
    """The blocks of calls, session by session, in the order of their first calls."""
    by_session: dict[str, list[str]] = {}
    for each, block in zip(calls, blocks, strict=True):
        by_session.setdefault(each.reference, []).append(block)
    for its in by_session.values():
        yield from its


def _when(call: FoundCall) -> str:
    return (call.at or "time unknown")[:16].replace("T", " ")


def _session_line(session: NamedSession) -> str:
    title = clipped(one_line(session.title), 100)
    return f"{one_line(session.reference)} · {named(session.project)} · {title}"


def _call_line(call: FoundCall, part: str) -> str:
    came = "" if call.status == "ok" else f" {call.status}"
    target = clipped(_beginning(one_line(call.target), part, _TARGET_LENGTH * 2 // 3), _TARGET_LENGTH)
    said = _said(call)
    line = f"[{short_entry(call.entry_id)}] {_who(call)}{came}: {target}"
    return f"{line}\n      {clipped(said, _ERROR_LENGTH)}" if said else line


def _beginning(line: str, part: str, room: int) -> str:
    """A target from near the part of it that is looked for, where that would not be seen."""
    at = line.lower().find(part.lower())
    return line if at + len(part) <= room else "… " + line[max(at - room // 4, 0) :].lstrip()


def _who(call: FoundCall) -> str:
    return named(call.tool) + (f" @{named(call.agent_type or call.agent[:9])}" if call.agent else "")


def _said(call: FoundCall) -> str:
    """The first line of an error; behind an exit code the next one too. What the user stopped or refused its status tells."""
    if call.status in ("interrupted", "rejected"):
        return ""
    words = re.sub(r"</?\w*error>", "", call.error or "")
    lines = [line for line in (" ".join(one_line(line).split()) for line in words.split("\n")) if line]
    return " · ".join(lines[: 2 if lines and re.fullmatch(r"(?:Error: )?Exit code \d+", lines[0]) else 1])


def group_blocks(
    groups: Sequence[FoundGroup], by: str, titles: Mapping[str, NamedSession], part: str
) -> Iterator[str]:
    """Each group: its key, how many calls, and the newest of them."""
    for each in groups:
        facts = [counted(each.calls, "call"), f"{each.failed:,} failed" if each.failed else ""]
        if by == "session":
            head, where = f"{_session_line(titles[each.key])}\n  ", ""
        else:
            head = f"{clipped(one_line(each.key), _TARGET_LENGTH) or '(nothing)'}\n  "
            facts.append(counted(each.sessions, "session"))
            where = f" in {one_line(each.last.reference)}"
        yield f"{head}{', '.join(filter(None, facts))}; last {_when(each.last)}{where} {_call_line(each.last, part)}"


def _nothing(result: FoundCalls) -> str:
    if result.coverage.nothing_in:
        return empty_note(result.coverage.nothing_in)
    head = ["No tool call fits."] if not result.total else [] if result.hints else ["There are no more."]
    return " ".join([*head, *result.hints])


def _notes(result: FoundCalls) -> list[str]:
    notes = []
    if result.hidden:
        of_own = counted(result.hidden, "call")
        notes.append(f"Left out: {of_own} of ccmcp itself (own shows them).")
    if result.coverage.reading:
        notes.append("The history is still being read, tool calls last: there will be more.")
    return [*notes, *unseen_notes(result.coverage.unseen)]


# -- for a person

_CD = re.compile(r"cd (?:'[^']*'|\"[^\"]*\"|[^\s;&|]+) (?:&&|;) (?=\S)")
"""Where a command runs, before what it is: left out, a line has room for one of them."""

_COLOURS: dict[str, Style] = {"error": "red", "interrupted": "red", "rejected": "yellow", "denied": "yellow"}


def on_screen(result: FoundCalls, screen: Screen) -> str:
    """What a person reads."""
    if not result.calls and not result.groups:
        return "\n".join([_nothing(result), *_notes(result)])
    shown = _call_table(result, screen) if result.calls else _group_table(result, screen)
    notes = _notes(result)
    if result.next_cursor:
        notes.append(f"More: --limit N, or --cursor {result.next_cursor}")
    return "\n".join(
        [screen.style(_total(result), "bold"), *shown, *(screen.style(note, "dim") for note in notes)]
    )


def _call_table(result: FoundCalls, screen: Screen) -> Iterator[str]:
    rows = [
        (
            screen.style(_clock(each.at, screen), "dim"),
            screen.style(shortened(each.reference, each.session_id), "yellow"),
            screen.style(short_entry(each.entry_id), "dim"),
            screen.style(cut(_who(each), max(screen.width // 4, 16)), "cyan"),
            _beginning(_CD.sub("… ", one_line(each.target), count=1), result.part or "", screen.width // 3),
            "" if each.status == "ok" else screen.style(each.status, _COLOURS.get(each.status, "dim")),
        )
        for each in result.calls
    ]
    for line, each in zip(screen.table(rows, flexible=4).split("\n"), result.calls, strict=True):
        yield line
        if said := _said(each):
            yield "    " + screen.style(cut(said, screen.width - 4), "dim")


def _group_table(result: FoundCalls, screen: Screen) -> Iterator[str]:
    titles = {each.reference: each for each in result.sessions}
    rows = []
    for each in result.groups:
        name, count = [one_line(each.key) or "(nothing)"], counted(each.sessions, "session")
        if result.group == "session":
            session = titles[each.key]
            short = shortened(each.key, session.session_id)
            folder = re.split(r"[/\\]", session.project.rstrip("/\\"))[-1]
            name, count = [screen.style(short, "yellow"), one_line(session.title)], one_line(folder)
        failed = screen.style(f"{each.failed:,} failed", "red") if each.failed else ""
        rows.append(
            (
                f"{each.calls:>6,}",
                *name,
                failed,
                screen.style(cut(count, 24), "dim"),
                screen.style(screen.ago(each.last.at), "dim"),
            )
        )
    yield screen.table(rows, flexible=2 if result.group == "session" else 1)


def _clock(at: str | None, screen: Screen) -> str:
    """A time as short as the present day allows."""
    if not at:
        return ""
    moment = datetime.fromisoformat(at)
    year = "" if moment.year == screen.now.year else f" {moment.year}"
    return (
        f"{moment:%H:%M}"
        if moment.date() == screen.now.date()
        else f"{moment.day} {moment:%b}{year} {moment:%H:%M}"
    )
