"""Patterns as they are answered: what is said of each, and how a review reads on one page. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ccmcp.screen import Screen, Style, cut
from ccmcp.views.figures import dollars, human, lasting, wrapped
from ccmcp.views.words import (
    Covered,
    clipped,
    counted,
    empty_note,
    one_line,
    short_entry,
    shortened,
    unseen_notes,
)


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """Where a pattern was seen."""

    session_id: str
    reference: str | None
    """LABEL:ID, where several roots have the id: then this is what the session is asked for by."""

    entry_id: str | None
    at: str | None
    note: str | None
    """What was said there: an error, a prompt, a command; none where it is the insight's own note."""

    @property
    def session(self) -> str:
        """What its session is asked for by."""
        return self.reference or self.session_id


@dataclass(frozen=True, kw_only=True)
class Insight:
    """What several sightings of one thing add up to, and what to do about it."""

    pattern: str
    title: str
    subject: str
    """The file, command, tool, project ... it is about."""

    project: str | None
    """The project it was seen in, where that is one."""

    times: int
    sessions: int
    seconds: int | None
    """How long it took, where that is what is wrong with it."""

    tokens: int | None
    cost_usd: float | None
    """List price, derived; none where no price is known."""

    cost_of: str | None
    """What tokens and cost are those of."""

    note: str | None
    """What was said most often."""

    advice: str
    paste: str | None
    """A line to paste; what stands in [brackets] is to be filled in."""

    paste_into: str | None
    """CLAUDE.md (the project's), ~/.claude/CLAUDE.md (the user's), .claude/settings.json or a skill's SKILL.md."""

    evidence: tuple[Sighting, ...]
    """A few sightings, newest first."""


@dataclass(frozen=True, kw_only=True)
class PatternTrend:
    """How often a pattern was seen, single sightings included, now and in the time before."""

    pattern: str
    title: str
    times: int
    times_before: int | None
    sessions: int
    cost_usd: float | None
    cost_usd_before: float | None
    direction: str | None
    """For equally many tool calls: better, worse, same (or by chance), new, gone."""


@dataclass(frozen=True, kw_only=True)
class Activities:
    """What was done in a span of time."""

    sessions: int
    turns: int
    """Prompts of a person."""

    tool_calls: int
    failed: int
    """Calls that ended in an error or were interrupted."""

    refused: int
    """Calls that a person rejected or a rule denied."""

    interruptions: int
    corrections: int
    """Prompts that begin by objecting to what came before; a lower bound."""

    compactions: int
    subagents: int
    tokens: int
    cost_usd: float | None
    """List price, derived from exact tokens."""


@dataclass(frozen=True, kw_only=True)
class FoundInsights:
    """What stands out in a span of time."""

    since: str | None
    until: str | None
    timezone: str
    session: str | None
    """The one session that was looked at, if it was one."""

    totals: Activities
    since_before: str | None
    """Where the span of equal length before begins; none where there is none."""

    before: Activities | None
    """The same of that span; none when nothing was done in it."""

    insights: tuple[Insight, ...]
    """Dearest first, then longest, then most often."""

    total: int
    """How many there are."""

    trends: tuple[PatternTrend, ...]
    """Of all patterns that were seen in either span."""

    nothing_found: tuple[str, ...]
    """Patterns that were looked for and seen in neither."""

    unpriced_models: tuple[str, ...]
    """Models no price is known of: their tokens are counted, their cost is not."""

    hint: str | None
    """What to ask, where nothing was done or an answer would have been too long."""

    coverage: Covered


# -- for a model

_NOTE = 160
MOST = 50
"""So many insights can be asked for at once."""


def text(result: FoundInsights) -> str:
    """What a model reads."""
    lines = [_span(result)]
    if not result.totals.sessions:
        return "\n".join([*lines, _nothing(result), *_notes(result)])
    lines.append(_headline(result.totals))
    if result.before:
        lines.append(f"Before: {_headline(result.before)}")
    told: dict[_Told, int] = {}
    for number, each in enumerate(result.insights, start=1):
        first = told.setdefault(_told(each), number)
        lines += ["", *block(number, each, first)]
    lines += [
        "",
        *_further(result, "limit=", "pattern="),
        *_trend_lines(result),
        *_quiet(result),
        *_costs(result),
        *_notes(result),
    ]
    if result.insights:
        lines.append("Read on: read_session with a session id and around=[entry id].")
    return "\n".join(lines)


def _span(result: FoundInsights) -> str:
    """Which time, in whose clock."""
    if result.session and not result.since and not result.until:
        return f"Insights: session {one_line(result.session)}"
    since, until = (_clock(at) for at in (result.since, result.until))
    span = f"{since} to {until}" if since else f"up to {until}" if until else "all of the history"
    of = f" of session {one_line(result.session)}" if result.session else ""
    before = "; compared with the same time before" if result.before else ""
    return f"Insights{of}: {span} ({one_line(result.timezone)}){before}"


def _clock(at: str | None) -> str:
    return (at or "")[:16].replace("T", " ")


def _headline(totals: Activities) -> str:
    calls = [
        f"{totals.failed:,} failed" if totals.failed else "",
        f"{totals.refused:,} refused" if totals.refused else "",
    ]
    inner = ", ".join(filter(None, calls)) or "none failed"
    parts = [
        counted(totals.sessions, "session"),
        counted(totals.turns, "prompt"),
        f"{counted(totals.tool_calls, 'tool call')} ({inner})" if totals.tool_calls else "no tool call",
        counted(totals.subagents, "subagent") if totals.subagents else "",
        f"{_usd(totals.cost_usd)} ({human(totals.tokens)} tokens)",
        counted(totals.interruptions, "interruption"),
        counted(totals.corrections, "correction"),
        counted(totals.compactions, "compaction"),
    ]
    return ", ".join(filter(None, parts)) + "."


_Told: TypeAlias = tuple[str, str | None, str | None]


def _told(insight: Insight) -> _Told:
    """What is said once, whatever it is said of."""
    return insight.advice, insight.paste, insight.paste_into


def block(number: int, insight: Insight, first: int) -> Iterator[str]:
    """One insight for a model; `first` is the number of the one that has said what to do."""
    yield f"{number}. {insight.title}: {insight.subject} · {_size(insight)}"
    if insight.note:
        yield f'   "{clipped(insight.note, _NOTE)}"'
    yield f"   Do: {insight.advice}" if first == number else f"   Do as in {first}."
    if insight.paste and first == number:
        yield f"   Paste into {insight.paste_into}: {insight.paste}"
    seen = [
        f"{one_line(each.session)}{f' [{short_entry(each.entry_id)}]' if each.entry_id else ''}"
        for each in insight.evidence
    ]
    yield f"   See: {', '.join(seen[:2])}"


def _size(insight: Insight) -> str:
    where = f" in {counted(insight.sessions, 'session')}" + (
        f" of {insight.project}" if insight.project else ""
    )
    parts = [f"{counted(insight.times, 'time')}{where}"]
    if insight.seconds:
        parts.append(f"{lasting(insight.seconds)} in all")
    if insight.tokens:
        parts.append(f"{_usd(insight.cost_usd)}, {human(insight.tokens)} tokens")
    return ", ".join(parts)


def _usd(usd: float | None) -> str:
    return dollars(usd) or "no price known"


def _further(result: FoundInsights, limit: str, pattern: str) -> Iterator[str]:
    """What is not shown; `limit` and `pattern` are how these are asked for."""
    shown, most = len(result.insights), min(result.total, MOST)
    if result.total > shown:
        more = f"{limit}{most} shows {'them' if most == result.total else 'more'}, " if shown < most else ""
        told = result.hint or f"{more}{pattern}NAME those of one kind."
        yield f"{counted(result.total - shown, 'further insight')}: {told}"
    if not result.insights:
        yield "Nothing happened often enough to be a pattern."


_DIRECTIONS: tuple[tuple[str, str], ...] = (
    ("worse", "Worse"), ("new", "New"), ("better", "Better"), ("gone", "Gone"), ("same", "About the same"),
)  # fmt: skip


def _trend_lines(result: FoundInsights) -> Iterator[str]:
    """What became of each pattern, for as many calls as there were before."""
    if not result.before:
        counts = [f"{each.pattern} {each.times:,}" for each in result.trends]
        if counts:
            yield f"Seen, single sightings included: {', '.join(counts)}."
        if result.since_before:
            yield f"Nothing was done in the same time before (from {_clock(result.since_before)}), so there is no trend."
        return
    yield "Trend, single sightings included, for equally many tool calls:"
    for direction, label in _DIRECTIONS:
        its = [
            f"{each.pattern} {each.times_before:,} -> {each.times:,}"
            for each in result.trends
            if each.direction == direction
        ]
        if its:
            yield f"  {label}: {', '.join(its)}"


def _quiet(result: FoundInsights) -> Iterator[str]:
    if result.nothing_found:
        yield f"Nothing found: {', '.join(result.nothing_found)}."


def _costs(result: FoundInsights) -> Iterator[str]:
    """What costs are those of, once for each kind of insight."""
    kinds = dict.fromkeys(
        (each.title, each.cost_of) for each in result.insights if each.tokens and each.cost_of
    )
    if kinds:
        told = "; ".join(f"{title}: {(of or '').removeprefix('derived: ')}" for title, of in kinds)
        yield f"Costs are list prices, derived. {told}."


def _nothing(result: FoundInsights) -> str:
    if result.coverage.nothing_in:
        return empty_note(result.coverage.nothing_in)
    return " ".join(filter(None, ["Nothing was done in this time.", result.hint]))


def _notes(result: FoundInsights) -> Iterator[str]:
    if result.unpriced_models:
        models = ", ".join(map(one_line, result.unpriced_models[:5]))
        yield f"No price is known of {clipped(models, 200)}: their tokens are counted, their cost is not."
    if result.coverage.reading:
        share = 100 * result.coverage.indexed_bytes // max(result.coverage.total_bytes, 1)
        yield f"The history is still being read: {share} % of it is in this so far, the newest first."
    yield from unseen_notes(result.coverage.unseen)


# -- for a person


def on_screen(result: FoundInsights, screen: Screen) -> str:
    """What a person reads."""
    lines = [screen.style(line, "bold") for line in _wrapped(_span(result), screen)]
    if not result.totals.sessions:
        return "\n".join([*lines, _nothing(result), *_dim(_notes(result), screen)])
    lines += _wrapped(_headline(result.totals), screen)
    if result.before:
        lines += _dim(_wrapped(f"Before: {_headline(result.before)}", screen), screen)
    told: dict[_Told, Insight] = {}
    for each in result.insights:
        first = told.setdefault(_told(each), each)
        lines += ["", *_shown(each, first, screen)]
    lines += ["", *_trend_table(result, screen)]
    notes = [*_further(result, "--limit ", "--pattern "), *_quiet(result), *_notes(result)]
    if any(each.tokens for each in result.insights):
        notes.append("Costs are list prices, derived; --json says what they are those of.")
    lines += _dim([line for note in notes for line in _wrapped(note, screen)], screen)
    return "\n".join(lines)


def _dim(lines: Iterator[str] | Sequence[str], screen: Screen) -> Iterator[str]:
    return (screen.style(line, "dim") for line in lines)


def _shown(insight: Insight, first: Insight, screen: Screen) -> Iterator[str]:
    price = _usd(insight.cost_usd) if insight.tokens else lasting(insight.seconds) if insight.seconds else ""
    head = cut(f"{insight.title}: {insight.subject}", max(screen.width - 12, 20))
    yield f"{screen.style(f'{price:>10}', 'yellow')}  {screen.style(head, 'bold')}"
    seen = ", ".join(
        f"{shortened(each.session, each.session_id)}"
        + (f" [{short_entry(each.entry_id)}]" if each.entry_id else "")
        for each in insight.evidence[:2]
    )
    folder = re.split(r"[/\\]", insight.project or "")[-1]
    where = f"{counted(insight.times, 'time')} in {counted(insight.sessions, 'session')}"
    where += f" of {folder}" if folder and folder != insight.subject.partition(",")[0] else ""
    yield from _dim([_INDENT + cut(f"{where}: {seen}", screen.width - len(_INDENT))], screen)
    if insight.note:
        yield _INDENT + screen.style(cut(f"“{insight.note}”", screen.width - len(_INDENT)), "cyan")
    if first is not insight:
        yield from _wrapped(f"Do as for {first.subject} above.", screen, _INDENT)
        return
    yield from _wrapped(insight.advice, screen, _INDENT)
    if insight.paste:
        into = insight.paste_into or ""
        whose = f"{folder}/" if folder and not into.startswith("~") else ""
        # Whole, whatever the width: it is there to be pasted.
        yield _INDENT + screen.style(f"{whose}{into}: ", "dim") + screen.style(insight.paste, "green")


_INDENT = " " * 12
_COLOURS: dict[str, Style] = {"worse": "red", "new": "red", "better": "green", "gone": "green", "same": "dim"}


def _trend_table(result: FoundInsights, screen: Screen) -> Iterator[str]:
    rows = []
    for each in result.trends:
        was = f"{each.times_before:,} before" if each.times_before is not None else ""
        direction = screen.style(each.direction or "", _COLOURS.get(each.direction or "", "dim"))
        cost = _usd(each.cost_usd) if each.cost_usd else ""
        rows.append((each.title, f"{each.times:>6,}", screen.style(was, "dim"), f"{cost:>8}", direction))
    if rows:
        yield screen.table(rows, flexible=0)


def _wrapped(line: str, screen: Screen, indent: str = "") -> list[str]:
    return [indent + part for part in wrapped(line, max(screen.width - len(indent), 30))]
