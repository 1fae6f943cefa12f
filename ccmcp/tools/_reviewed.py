"""
The review that session_insights answers with: what sessions did -> what stands out, priced and cut to a page.

A module of its own, so that a command line that asks for something else loads neither patterns nor prices.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache

from ccmcp.config import Config
from ccmcp.errors import BadArgumentError, did_you_mean
from ccmcp.history import History
from ccmcp.index import Coverage
from ccmcp.index.facts import milliseconds_of
from ccmcp.insights import (
    Cost,
    Evidence,
    Finding,
    Pattern,
    Prices,
    Review,
    Totals,
    Window,
    all_patterns,
    review,
)
from ccmcp.result import plain
from ccmcp.tools import Call
from ccmcp.tools._filters import Narrowed, covered, local, reference, session_filter, stamp, times
from ccmcp.tools._money import prices, work_prices
from ccmcp.views.patterns import Activities, FoundInsights, Insight, PatternTrend, Sighting
from ccmcp.views.words import clipped, fitting, one_line

_OF_A_KIND = 2
"""So many insights of one pattern come before those of others: a page is to show what there is."""

_RESPONSES = 1 << 14
"""So many prices are remembered: most responses are asked for several times while their session is looked at."""

_FOR_INSIGHTS = 2 / 3
"""The share of an answer's longest length that insights may take: the rest is for what is counted."""


def reviewed(
    history: History,
    asked: Narrowed,
    call: Call,
    coverage: Coverage,
    *,
    session: tuple[str, str] | None,
    pattern: str,
    limit: int,
) -> FoundInsights:
    """
    What is asked for: with `session` (root, id) of that one alone, of the patterns named, at most so many insights.

    Raises:
        BadArgumentError: there is no such pattern, or a time can't be used.
        SettingsError: the user's file of prices can't be used.
        CcmcpError: a filter names nothing.

    """
    patterns = patterns_named(pattern)
    since, until, window = _span(asked, call)
    before = _moment(window.before.since or 0) if window.before else None
    wanted = replace(session_filter(asked, call), since=stamp(before or since) or "")
    book = work_prices(prices(history.config))
    book = Prices(cost=lru_cache(_RESPONSES)(book.cost), rates=lru_cache(_RESPONSES)(book.rates))
    seen = history.activity(lambda found: review(found, patterns, book, window), wanted, session)
    ids = {each.session.session_id for finding in seen.findings for each in finding.evidence}
    several = history.in_several_roots(ids | {session[1]} if session else ids)
    insights = [_insight(finding, several, call) for finding in _page(seen.findings, limit)]
    room = int(call.most_characters * _FOR_INSIGHTS)
    fit = fitting((json.dumps(plain(each, nulls=False)) for each in insights), room)
    too_long = _TOO_LONG if fit < len(insights) else None
    return FoundInsights(
        since=local(stamp(since), call),
        until=local(stamp(until), call),
        timezone=_zone(history.config, call),
        session=(f"{session[0]}:{session[1]}" if session[1] in several else session[1]) if session else None,
        totals=_activities(seen.totals),
        since_before=local(stamp(before), call),
        before=_activities(seen.before) if seen.before else None,
        insights=tuple(insights[:fit]),
        total=len(seen.findings),
        trends=tuple(_trends(seen)),
        nothing_found=tuple(each.pattern.name for each in seen.trends if each.direction == "none"),
        unpriced_models=seen.totals.unpriced,
        hint=too_long if seen.totals.sessions else _hint(asked, session),
        coverage=covered(history, coverage),
    )


# -- what is asked


def patterns_named(asked: str) -> tuple[Pattern, ...]:
    """The patterns that a text names, with commas; all for an empty one. Raises BadArgumentError."""
    known = {pattern.name: pattern for pattern in all_patterns()}
    names = [name.strip().lower().replace("-", "_") for name in asked.split(",") if name.strip()]
    for name in names:
        if name not in known:
            raise BadArgumentError("pattern", name, did_you_mean(name, list(known)))
    return tuple(known[name] for name in dict.fromkeys(names)) or tuple(known.values())


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _milliseconds(moment: datetime | None) -> int | None:
    return milliseconds_of(moment) if moment else None


def _moment(milliseconds: int) -> datetime | None:
    """The moment so long after 1970; none for 0, which stands for no time, and for what no calendar has."""
    try:
        return _EPOCH + timedelta(milliseconds=milliseconds) if milliseconds else None
    except OverflowError:
        return None


def _span(asked: Narrowed, call: Call) -> tuple[datetime | None, datetime | None, Window]:
    """The time asked for, up to now where it has a beginning only, and what is compared with what."""
    since, until = times(asked, call)
    until = until or (call.now.astimezone(UTC) if since else None)
    start = since_before(since, until, call) if since and until else None
    window = Window(since=_milliseconds(since), until=_milliseconds(until), since_before=_milliseconds(start))
    return since, until, window


def since_before(since: datetime, until: datetime, call: Call) -> datetime | None:
    """
    Where the span before begins, if both ends are midnights where the reader is: so many days earlier, or months.

    None for any other span: the one before it is of equal length.
    """
    zone = call.now.tzinfo
    first, last = (moment.astimezone(zone) for moment in (since, until))
    if first.time() != time() or last.time() != time():
        return None
    if first.day == 1 and last.day == 1:
        months = 12 * (2 * first.year - last.year) + 2 * first.month - last.month - 1
        year, month = divmod(months, 12)
        return datetime(year, month + 1, 1, tzinfo=zone) if year > 0 else None
    try:
        start = first.date() - (last.date() - first.date())
    except OverflowError:
        return None
    return datetime.combine(start, time(), zone)


def _zone(config: Config, call: Call) -> str:
    """The zone that days are counted and times are shown in."""
    return config.timezone or str(getattr(call.now.tzinfo, "key", "") or f"UTC{call.now.isoformat()[-6:]}")


def _hint(asked: Narrowed, session: tuple[str, str] | None) -> str:
    if session:
        return "There are no prompts, calls or answers in it."
    narrowed = any((asked.project, asked.this_project, asked.branch, asked.model, asked.root))
    time = "another time" if asked.until.strip() else "a longer time (30d)"
    return f"Ask for {time}{', or leave out a filter' if narrowed else ''}."


_TOO_LONG = "they would make the answer too long. Ask for one pattern, or for less time."


# -- what is found


def _page(findings: Sequence[Finding], limit: int) -> list[Finding]:
    """The first findings, but no more than a few of one pattern while there are others; in their order."""
    seen: Counter[str] = Counter()
    early: list[int] = []
    late: list[int] = []
    for number, finding in enumerate(findings):
        seen[finding.pattern.name] += 1
        (early if seen[finding.pattern.name] <= _OF_A_KIND else late).append(number)
    return [findings[number] for number in sorted([*early, *late][:limit])]


_SUBJECT, _NOTE, _PASTE = 200, 200, 600


def _insight(finding: Finding, several: Collection[str], call: Call) -> Insight:
    advice = finding.pattern.advise(finding)
    counted = bool(finding.cost.tokens)
    return Insight(
        pattern=finding.pattern.name,
        title=finding.pattern.title,
        subject=_cut(finding.subject, _SUBJECT) or "(unknown)",
        project=_cut(finding.projects[0], _SUBJECT) or None if len(finding.projects) == 1 else None,
        times=finding.times,
        sessions=finding.sessions,
        seconds=finding.seconds or None,
        tokens=finding.cost.tokens if counted else None,
        cost_usd=_usd(finding.cost) if counted else None,
        cost_of=f"derived: {finding.pattern.cost_of}" if counted else None,
        note=_cut(finding.note, _NOTE) or None,
        advice=one_line(advice.do),
        paste=_cut(advice.paste, _PASTE) or None,
        paste_into=advice.into or None,
        evidence=tuple(_sighting(each, finding.note, several, call) for each in finding.evidence),
    )


def _cut(text: str, length: int) -> str:
    return clipped(one_line(text), length)


def _sighting(evidence: Evidence, known: str, several: Collection[str], call: Call) -> Sighting:
    return Sighting(
        session_id=evidence.session.session_id,
        reference=reference(evidence.session, several) if evidence.session.session_id in several else None,
        entry_id=evidence.entry_id or None,
        at=local(stamp(_moment(evidence.at)), call),
        note=None if evidence.note == known else _cut(evidence.note, _NOTE) or None,
    )


def _activities(totals: Totals) -> Activities:
    return Activities(
        sessions=totals.sessions,
        turns=totals.turns,
        tool_calls=totals.calls,
        failed=totals.failed,
        refused=totals.refused,
        interruptions=totals.interruptions,
        corrections=totals.corrections,
        compactions=totals.compactions,
        subagents=totals.agents,
        tokens=totals.cost.tokens,
        cost_usd=_usd(totals.cost),
    )


def _trends(seen: Review) -> Iterator[PatternTrend]:
    compared = seen.before is not None
    for trend in seen.trends:
        if trend.direction != "none":
            yield PatternTrend(
                pattern=trend.pattern.name,
                title=trend.pattern.title,
                times=trend.times,
                times_before=trend.times_before if compared else None,
                sessions=trend.sessions,
                cost_usd=_usd(trend.cost) if trend.cost.tokens else None,
                cost_usd_before=_usd(trend.cost_before) if trend.cost_before.tokens else None,
                direction=trend.direction if compared else None,
            )


def _usd(cost: Cost) -> float | None:
    """US dollars as they are answered."""
    return None if cost.usd is None else float(round(cost.usd, 6))
