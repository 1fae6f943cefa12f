"""Tokens and money: what work cost, by anything that tells it apart."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, tzinfo
from typing import Annotated, Literal, NamedTuple, cast

from ccmcp.errors import BadArgumentError, BadCursorError, NoBudgetError, did_you_mean
from ccmcp.history import History
from ccmcp.index.facts import milliseconds_of
from ccmcp.index.spending import NEVER, SpendingFilter
from ccmcp.limits import Ge, MaxLen
from ccmcp.result import cursor, plain, position
from ccmcp.tools import Call, Tool
from ccmcp.tools._filters import Narrowed, Short, covered, local, session_filter, stamp, times, whole
from ccmcp.tools._money import budgets, prices
from ccmcp.tools._spent_amounts import (
    budget_standings,
    unattributed,
    unattributed_row,
    usage_row,
    usage_totals,
)
from ccmcp.tools._spent_details import details, turn_rows
from ccmcp.usage.budgets import Budget
from ccmcp.usage.keys import GROUPS, TIMES, Group
from ccmcp.usage.report import Report, Request, report
from ccmcp.usage.rows import Rows
from ccmcp.usage.standings import standings
from ccmcp.views.spent import Details, UsageReport, UsageRow
from ccmcp.views.spent_screen import on_screen
from ccmcp.views.spent_text import csv, refusal, text
from ccmcp.views.words import named


@dataclass(frozen=True, kw_only=True)
class UsageQuestion(Narrowed):
    """What is counted; since and until are about the responses themselves."""

    group: Short = "day"
    """By what: day, week, month, hour, project, session, model, agent, branch, entrypoint, tool, block (5 hours); two with a comma; turn with session."""

    session: Short = ""
    """Only this session: its id, a unique prefix of 6 or more characters, or LABEL:ID."""

    agent: Short = ""
    """Whose responses: main, subagent (any), a subagent's type (reviewer, Explore ...), or the beginning of its id."""

    timezone: Short = ""
    """The IANA zone that days are counted in, as Europe/Berlin or UTC; else that of the settings or this machine."""

    mode: Literal["auto", "calculated", "recorded"] = "auto"
    """Whose figure of the cost: what the client wrote down where it did, else by price (auto); by price; only what it wrote down."""

    compatible: Literal["", "ccusage"] = ""
    """Count and price by the rules of `ccusage claude` (20.0.24), and say how that differs from ours."""

    details: bool = False
    """Also what failed or abandoned work cost, subagents by type, tool results read again as context, times of turns."""

    check: bool = False
    """Only where the budgets of the settings stand; as a command it exits 1 when one is passed."""

    limit: Annotated[int, Ge(0)] = 0
    """How many rows, the newest or dearest; 0 for all that fit."""

    cursor: Annotated[str, MaxLen(2000)] = ""
    """next_cursor of the page before."""


def _run(history: History, asked: UsageQuestion, call: Call) -> UsageReport:
    coverage = history.refresh(call.progress, call.stopped)
    zone, zone_name = _zone(history, asked, call)
    call = replace(call, now=call.now.astimezone(zone))
    request, limits = _request(history, asked, call), budgets(history.config)
    if asked.check and not limits:
        raise NoBudgetError(str(history.config.settings))
    found, ours, standing = history.spending(
        lambda ledger: (
            report(ledger, request),
            # Of ours only the totals are told, which are the same by whatever is asked fastest.
            report(ledger, replace(request, ccusage=False, groups=("model",))) if asked.compatible else None,
            standings(ledger, limits, request.prices, call.now, asked.mode),
        )
    )
    page = _page(_rows(history, asked, call, request, found, limits), history, asked, call)
    since, until = times(asked, call)
    unpriced = _most(found.totals.unpriced, call)
    beyond = unattributed(found.beyond)
    rest = (
        ()
        if asked.check or page.following or not beyond
        else (unattributed_row(beyond, len(request.groups)),)
    )
    return UsageReport(
        rows=(*page.rows, *rest),
        totals=usage_totals(found, call),
        unattributed=beyond,
        group=TURN if _of_turns(asked) else ",".join(request.groups),
        timezone=zone_name,
        since=local(stamp(since), call),
        until=local(stamp(until), call),
        mode=asked.mode,
        compatible=asked.compatible or None,
        difference=_difference(found, ours, request.groups) if ours else None,
        unpriced_models=tuple(sorted(unpriced)),
        unpriced_tokens=dict(sorted(unpriced.items())),
        budgets=tuple(budget_standings(standing)),
        details=_details(history, asked, call, request) if asked.details else None,
        marks=_marks(found),
        hints=tuple(_hints(asked, found)),
        total_rows=page.total,
        next_cursor=page.following,
        coverage=covered(history, coverage),
        check=asked.check,
    )


_NAMES = tuple(field.name for field in fields(UsageQuestion) if field.name not in ("limit", "cursor"))

# -- what is asked


TURN = "turn"


def _of_turns(asked: UsageQuestion) -> bool:
    """Whether the turns of a session are asked for. Raises BadArgumentError without one."""
    turns = asked.group.strip().lower() == TURN
    if turns and not asked.session:
        raise BadArgumentError("group", asked.group, "Turns are those of one session: name it with session.")
    if turns and (asked.compatible or asked.mode == "recorded"):
        raise BadArgumentError(
            "group", asked.group, "Turns have our own costs only: leave out compatible and mode."
        )
    return turns


def _request(history: History, asked: UsageQuestion, call: Call) -> Request:
    return Request(
        groups=("session",) if _of_turns(asked) else _groups(asked),
        wanted=_wanted(history, asked, call),
        now=call.now,
        prices=prices(history.config),
        mode=asked.mode,
        ccusage=bool(asked.compatible),
    )


def _groups(asked: UsageQuestion) -> tuple[Group, ...]:
    """The one or two groupings. Raises BadArgumentError."""
    names = [each for each in re.split(r"[\s,+]+", asked.group.strip().lower()) if each] or ["day"]
    for name in names:
        if name not in GROUPS:
            raise BadArgumentError("group", asked.group, did_you_mean(name, GROUPS))
    if len(names) > 2 or len(set(names)) < len(names):
        raise BadArgumentError(
            "group", asked.group, "Give one or two different ones, as day or project,model."
        )
    return cast("tuple[Group, ...]", tuple(names))


def _zone(history: History, asked: UsageQuestion, call: Call) -> tuple[tzinfo, str]:
    """The zone days are counted in, and what it is called. Raises BadArgumentError."""
    name = asked.timezone.strip() or history.config.timezone
    if name:
        from zoneinfo import ZoneInfo  # noqa: PLC0415 - 4 ms that only those pay who set a zone

        try:
            return ZoneInfo(name), name
        except (KeyError, ValueError, OSError):
            raise BadArgumentError("timezone", name, "Give an IANA name, as Europe/Berlin or UTC.") from None
    return call.now.tzinfo or UTC, f"local ({call.now:%Z}, UTC{call.now.isoformat()[-6:]})"


def _wanted(history: History, asked: UsageQuestion, call: Call) -> SpendingFilter:
    """The filter over responses. Raises CcmcpError for one that can't be used, and for a session that is not there."""
    since, until = times(asked, call)
    session, agent = None, asked.agent
    if asked.session:
        found, _, its = history.session_or_subagent(asked.session)
        session, agent = (found.root, found.session_id), agent or its
    return SpendingFilter(
        # Of time, branch and model each response tells itself.
        sessions=replace(session_filter(asked, call), since="", until="", branch="", model=""),
        session=session,
        since=milliseconds_of(since) if since else 0,
        until=milliseconds_of(until) if until else NEVER,
        model=whole(asked.model.strip()),
        agent=whole(agent.strip()),
        branch=whole(asked.branch.strip()),
    )


def _budget_of(
    groups: tuple[Group, ...], wanted: SpendingFilter, limits: tuple[Budget, ...]
) -> Budget | None:
    """The budget that each row is held against: rows of a budget's period, of all that was spent in it."""
    whole_periods = wanted == SpendingFilter(since=wanted.since, until=wanted.until)
    fitting_ones = (each for each in limits if (each.per,) == groups and not (each.project or each.model))
    return next(fitting_ones, None) if whole_periods else None


# -- what is answered

_BESIDE_ROWS = 6_000
"""So many characters of an answer are kept for what stands beside its rows."""


def _most(tokens: Mapping[str, int], call: Call) -> dict[str, int]:
    """All models, or where an answer may not be long those with most tokens."""
    most = _MOST_MODELS if call.most_characters else None
    return dict(sorted(tokens.items(), key=lambda pair: (-pair[1], pair[0]))[:most])


_MOST_MODELS = 20


class _Rows(NamedTuple):
    """The rows of all pages."""

    rows: Rows | Sequence[UsageRow]
    newest: bool
    """Whether a page is told from the last one back, as of times."""
    budget: Budget | None = None
    """What each is held against."""


def _rows(
    history: History,
    asked: UsageQuestion,
    call: Call,
    request: Request,
    found: Report,
    limits: tuple[Budget, ...],
) -> _Rows:
    if asked.check:
        return _Rows((), newest=False)
    if _of_turns(asked):
        turns = history.activity(
            lambda done: turn_rows(done, request.prices, call),
            session_filter(asked, call),
            request.wanted.session,
            request.wanted,
        )
        return _Rows(turns, newest=True)
    return _Rows(
        found.rows,
        newest=request.groups[0] in TIMES,
        budget=_budget_of(request.groups, request.wanted, limits),
    )


class _Page(NamedTuple):
    rows: tuple[UsageRow, ...]
    total: int
    """Rows of all pages."""
    following: str | None
    """The cursor of the next page."""


def _page(rows: _Rows, history: History, asked: UsageQuestion, call: Call) -> _Page:
    """As many rows as are asked for and fit: from the newest back where rows are times."""
    key = {"usage": [*(getattr(asked, name) for name in _NAMES), asked.this_project and call.cwd]}
    start, size = _offset(asked, key), 0
    total = len(rows.rows)
    end = min(start + asked.limit, total) if asked.limit else total
    page: list[UsageRow] = []
    for at in range(start, end):
        each = rows.rows[total - 1 - at if rows.newest else at]
        row = (
            each
            if isinstance(each, UsageRow)
            else usage_row(each, call, history.in_several_roots, rows.budget)
        )
        if call.most_characters:
            size += len(json.dumps(plain(row, nulls=False), ensure_ascii=False))
            if page and size > call.most_characters - _BESIDE_ROWS:
                break
        page.append(row)
    stop = start + len(page)
    following = cursor(key, stop) if page and stop < total else None
    return _Page(tuple(reversed(page)) if rows.newest else tuple(page), total, following)


def _offset(asked: UsageQuestion, key: object) -> int:
    match position(asked.cursor, key) if asked.cursor else 0:
        case int(offset) if offset >= 0:
            return offset
        case _:
            raise BadCursorError


def _details(history: History, asked: UsageQuestion, call: Call, request: Request) -> Details:
    return history.activity(
        lambda done: details(done, request.prices),
        session_filter(asked, call),
        request.wanted.session,
        request.wanted,
    )


def _difference(theirs: Report, ours: Report, groups: tuple[Group, ...]) -> str:
    """One line that says how ccusage's totals differ from ours, and why they may."""
    more = theirs.totals.total - ours.totals.total
    if not more and theirs.totals.usd == ours.totals.usd:
        return "No difference: our rules give the same tokens and cost."
    why = []
    if more > 0 and groups[0] == "day":
        why.append("counts each line of a response without a request id")
    if more < 0 and groups[0] != "day":
        why.append("leaves out subagents' responses that only progress lines hold")
    if more < 0:
        why.append(
            "counts an id that a gateway gave twice once in all files and leaves out lines with a null in them"
        )
    if more > 0:
        why.append("counts lines that repeat a response under other ids")
    if unpriced := sorted(set(theirs.totals.unpriced) - set(ours.totals.unpriced)):
        why.append(f"has no price for {', '.join(map(named, unpriced[:_MOST_NAMED]))}")
    if not why:
        why.append(
            "has one price of a model for all time, and a dearer one beyond 200,000 tokens of a kind for Sonnet 4 and 4.5"
        )
    return (
        f"By our rules: {ours.totals.total:,} tokens and ${ours.totals.usd or 0:,.2f}. ccusage counts {abs(more):,} tokens "
        f"{'more' if more >= 0 else 'less'} and says ${theirs.totals.usd or 0:,.2f}: it {'; '.join(why)}."
    )


_MOST_NAMED = 10


def _marks(found: Report) -> dict[str, str]:
    """Which figures are exact, derived or unknowable."""
    amount = found.totals
    output = "exact"
    if amount.no_final:
        output = f"exact but for {amount.no_final:,} of {amount.responses:,} responses, where it is unknowable: a lower bound"
    cost = "derived: tokens at list prices"
    if amount.recorded:
        cost += "; exact where the client wrote it down"
    return {
        "input_tokens": "exact",
        "cache_creation_tokens": "exact",
        "cache_read_tokens": "exact",
        "output_tokens": output,
        "cost_usd": cost,
        "context.largest_tokens": "exact",
        "context.window_tokens": "derived",
        "cache.saved_usd": "derived",
        "unattributed": "exact where the client kept an account (2.1.260 and later), else unknowable",
        "details": "derived",
        "plan limits, discounts, tokens per second": "unknowable",
    }


def _hints(asked: UsageQuestion, found: Report) -> Iterator[str]:
    """What to ask where nothing fits."""
    for name, known in found.unknown.items():
        given = getattr(asked, name)
        yield f"There is no {_KINDS.get(name, name)} {named(given)!r}. {did_you_mean(given, known[:_MOST_KNOWN])}"


_KINDS = {"agent": "subagent"}
_MOST_KNOWN = 20


TOOL = Tool(
    name="usage_report",
    command="usage",
    title="Usage report",
    description=(
        "Count tokens, money and context use of past Claude Code sessions: what last week cost, which project, session, model, branch or "
        "subagent was dear, how full contexts got, what caching saved, where budgets stand. Each API response counts once, however many "
        "lines, resumed or forked sessions repeat it. Costs are list prices in USD by a dated table; models without a price are named. "
        "details adds what failed work, re-read tool results and subagents cost. For what was said or done, use search_sessions or "
        'find_tool_calls. Example: {"group": "project,model", "since": "last-week"}.'
    ),
    hint="cost, tokens, spending, bill, budget, price, usage by day week month project model session, context window, cache hit rate, ccusage",
    contract="data",
    parameters=UsageQuestion,
    result=UsageReport,
    run=_run,
    text=text,
    screen=on_screen,
    csv=csv,
    refusal=refusal,
    examples=(
        "ccmcp usage --since 7d",
        "ccmcp usage --group project,model --since this-month",
        "ccmcp usage --group block",
        "ccmcp usage --csv > usage.csv",
        "ccmcp usage --check",
    ),
)
