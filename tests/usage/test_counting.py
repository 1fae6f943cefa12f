"""What is counted is what the reference counts, by our rule and by ccusage's, whatever stands in the transcripts."""

import json
import os
import subprocess
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, cast
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given

from ccmcp.config import Config
from ccmcp.history import History
from ccmcp.index.spending import SpendingFilter
from ccmcp.usage.keys import Group
from tests.usage.asked import ask, counted, counts, history_of, no_final, paid
from tests.usage.made import FLAT, ZONES, Json, Made, answer, made, transcripts
from tests.usage.reference import PRICES, Block, Counted, Kept, Response, blocks, kept, responses, sums

ROUNDING = 1e-9
_5M, _1H = "ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens"
TIMED = SpendingFilter(since=1)
"""The reference leaves out what has no time."""


class Case(NamedTuple):
    """A grouping, and the key that the reference groups by for it."""

    groups: tuple[Group, ...]
    key: Callable[[Any], Hashable]
    zone: str = "UTC"


def _day(zone: str) -> Callable[[Counted], str]:
    return lambda row: row.at.astimezone(ZoneInfo(zone)).date().isoformat()


def _month(zone: str) -> Callable[[Counted], str]:
    return lambda row: _day(zone)(row)[:7]


def _iso_week(zone: str) -> Callable[[Counted], str]:
    return lambda row: f"{row.at.astimezone(ZoneInfo(zone)):%G-W%V}"


def _sunday(zone: str) -> Callable[[Counted], str]:
    def key(row: Counted) -> str:
        at = row.at.astimezone(ZoneInfo(zone))
        return (at - timedelta(days=at.isoweekday() % 7)).date().isoformat()

    return key


def _model(row: Counted) -> str:
    return row.model


def _by_time(week: Callable[[str], Callable[[Counted], str]]) -> Iterator[Case]:
    for zone in ZONES:
        yield Case(("day",), _day(zone), zone)
        yield Case(("week",), week(zone), zone)
        yield Case(("month",), _month(zone), zone)


OURS = [
    *_by_time(_iso_week),
    Case(("session",), lambda row: row.session),
    Case(("model",), _model),
    Case(("session", "model"), lambda row: (row.session, row.model)),
    Case(("model", "day"), lambda row: (row.model, _day("UTC")(row))),
]
CCUSAGES = [
    *_by_time(_sunday),
    Case(("session", "project"), lambda row: (row.session, row.project)),
    Case(("model",), _model),
    Case(("day", "model"), lambda row: (_day("UTC")(row), row.model)),
    Case(("month", "model"), lambda row: (_month("UTC")(row), row.model)),
]


def _dollars(rows: Iterable[Any], key: Callable[[Any], Hashable], cost: Callable[[Any], float]) -> Any:
    """US dollars by key, to compare with."""
    found: dict[Hashable, float] = defaultdict(float)
    for row in rows:
        found[key(row)] += cost(row)
    return pytest.approx(dict(found), abs=ROUNDING)


class Span(NamedTuple):
    """A block or a gap."""

    start: int
    end: int
    gap: bool
    responses: int
    tokens: int


def _spans(found: Iterable[Block]) -> list[Span]:
    """The blocks and gaps of the reference."""
    return [
        Span(
            _ms(each.start), _ms(each.end), each.gap, len(each.lines), sum(line.total for line in each.lines)
        )
        for each in found
    ]


def _told_spans(history: History, *, ccusage: bool) -> list[Span]:
    """Ours."""
    rows = ask(history, "block", ccusage=ccusage, wanted=TIMED).rows
    return [
        Span(each.start, each.end, each.gap, row.amount.responses, row.amount.tokens.total)
        for row in rows
        if (each := row.block)
    ]


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


# -- made transcripts


@given(transcripts())
def test_each_response_counts_once_by_any_grouping(some: Made) -> None:
    with history_of(some) as (history, claude):
        _agrees_by_our_rule(history, claude)


def _agrees_by_our_rule(history: History, claude: Path) -> None:
    expected = responses(claude)
    for case in OURS:
        told = ask(history, *case.groups, zone=case.zone, wanted=TIMED)
        assert counted(told) == sums(expected, case.key), case
        assert no_final(told) == Counter(case.key(row) for row in expected if row.no_final), case
    # The reference's blocks are of anything that has a time; gaps are ccusage's.
    spans = _spans(blocks(cast("list[Kept]", expected)))
    assert _told_spans(history, ccusage=False) == [each for each in spans if not each.gap]


@given(transcripts())
def test_each_response_costs_its_list_price_by_any_grouping(some: Made) -> None:
    with history_of(some) as (history, claude):
        flat = [row for row in responses(claude) if row.model in FLAT]
        for case in OURS:
            if case.groups in (("model",), ("session", "model"), ("model", "day")):
                continue  # those of one grouping, with the model beside it, have all that these have
            told = ask(history, *case.groups, "model", zone=case.zone, mode="calculated", wanted=TIMED)
            mine = {key: usd for key, usd in paid(told).items() if cast("tuple[str, str]", key)[1] in FLAT}
            assert mine == _dollars(flat, lambda row: (case.key(row), row.model), _list_price), case  # noqa: B023 - called at once


def _list_price(row: Response) -> float:
    """With what the reference leaves out: fast modes and searches."""
    if row.model not in PRICES:
        return 0.0
    return row.cost * (PRICES[row.model].fast if row.speed == "fast" else 1) + row.web_searches * 0.01


@given(transcripts())
def test_compatible_counts_are_those_of_ccusage(some: Made) -> None:
    """Of lines with as many tokens each its daily report keeps the dearer one, ours the first: no such are made."""
    with history_of(some) as (history, claude):
        _agrees_by_its_rule(history, claude)


def _agrees_by_its_rule(history: History, claude: Path) -> None:
    lines = {daily: kept(claude, daily=daily) for daily in (True, False)}
    for case in CCUSAGES:
        expected = lines[case.groups[0] == "day"]
        told = ask(history, *case.groups, zone=case.zone, ccusage=True)
        summed = sums(expected, case.key)
        shown = {key: row for key, row in summed.items() if _is_shown(case, key, row)}
        assert counted(told) == shown, case
        costs = _dollars([row for row in expected if case.key(row) in shown], case.key, lambda row: row.cost)
        assert paid(told) == costs, case
        assert counts(told.totals) == sum(summed.values(), Counter()), case
    assert sorted(_told_spans(history, ccusage=True)) == sorted(_spans(blocks(lines[False])))


def _is_shown(case: Case, key: Hashable, row: Counter[str]) -> bool:
    """It shows no sessions without tokens, and no model where there was none."""
    if "session" in case.groups:
        return row.total() > row["rows"]
    return not ("model" in case.groups and "" in (key if isinstance(key, tuple) else (key,)))


def _stating(number: int = 1, **usage: Any) -> Json:
    """A line with these tokens."""
    line = answer(number)
    tokens = {**line["message"]["usage"], **usage}
    return {**line, "message": {**line["message"], "usage": tokens}}


def _progress(line: Json, **wrapper: Any) -> Json:
    """A line as a progress line copies it."""
    around = {
        "type": "progress",
        "uuid": "p",
        "timestamp": "2026-08-03T00:00:00.000Z",
        "sessionId": "s1",
        **wrapper,
    }
    told = {name: value for name, value in around.items() if value is not ...}
    return {**told, "data": {"type": "agent_progress", "message": line}}


_FORKED: Json = {"requestSessionId": "s1"}
_CASES = {
    "tokens below nothing": made(s1=[_stating(input_tokens=-5), _stating(2, output_tokens=-5)]),
    "the parts of what was written, and no total": made(s1=[_stating(cache_creation={_5M: 3, _1H: 4})]),
    "a total of nothing beside parts": made(
        s1=[_stating(cache_creation_input_tokens=0, cache_creation={_5M: 3, _1H: 4})]
    ),
    "progress that names no session": made(
        s1=[answer(requestId=...), _progress(answer(session="s2", requestId=...), sessionId=...)]
    ),
    "progress that copies no time": made(s1=[_progress(answer(timestamp=...))]),
    "progress that copies an odd version": made(s1=[_progress(answer(version=""))]),
    "progress that copies a prompt": made(s1=[_progress(answer(type="user"))]),
    "an answer in what is no progress": made(s1=[_progress(answer(), type="attachment")]),
    "a cost that is none": made(s1=[answer(costUSD=True), answer(2, costUSD="1"), answer(3, costUSD=None)]),
    "what the client wrote itself, in fast mode": made(
        s1=[{**(line := _stating(speed="fast")), "message": {**line["message"], "model": "<synthetic>"}}]
    ),
    "a later line that came first": made(s1=[answer(), answer(at="2026-08-02T19:00:00.000+09:00")]),
    "a time that is none before all others": made(s1=[answer(at="0"), answer(), answer(at="2026-00-01T00:00:00.000Z")]),
    "a subagent's line that names another session": made(
        s1=[], s2=[answer(2, session="s2")], s1__subagents__x=[answer(3), answer(4, session="s2")]
    ),
    "lines of two sessions in one subagent's file": made(
        s1=[answer()], s2=[answer(2, session="s2")], **{"agent-x": [answer(3), answer(4, session="s2")]}
    ),
    "a fork before its original": made(s0=[answer(session="s0", **_FORKED), answer(2, session="s0")], s1=[answer()]),
    "two forks of what is gone": made(
        s2=[answer(session="s2", **_FORKED), answer(2, session="s2")], s3=[answer(session="s3", **_FORKED)]
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", _CASES)
def test_odd_lines_count_as_the_reference_counts_them(case: str) -> None:
    with history_of(_CASES[case]) as (history, claude):
        _agrees_by_our_rule(history, claude)
        _agrees_by_its_rule(history, claude)


# -- the program itself


@pytest.mark.skipif(
    "CCUSAGE" not in os.environ, reason="CCUSAGE does not name the program of ccusage 20.0.24"
)
@given(transcripts())
def test_compatible_counts_are_those_that_ccusage_prints(some: Made) -> None:
    with history_of(some) as (history, claude):
        for command, rows, field, group in _COMMANDS:
            zone = "America/New_York"
            told = ask(history, *group, zone=zone, ccusage=True)
            assert {key: _four(row) for key, row in counted(told).items()} == {
                tuple(row[name] for name in field) if len(field) > 1 else row[field[0]]: _printed(row)
                for row in _ccusage(claude, command, zone)[rows]
            }, command


_COMMANDS: list[tuple[str, str, tuple[str, ...], tuple[Group, ...]]] = [
    ("daily", "daily", ("date",), ("day",)),
    ("weekly", "weekly", ("week",), ("week",)),
    ("monthly", "monthly", ("month",), ("month",)),
    ("session", "sessions", ("sessionId", "projectPath"), ("session", "project")),
]


def _ccusage(claude: Path, command: str, zone: str) -> Any:
    env = {"HOME": str(claude.parent), "CLAUDE_CONFIG_DIR": str(claude), "PATH": os.environ["PATH"]}
    arguments = [os.environ["CCUSAGE"], "claude", command, "--offline", "--json", "-z", zone]
    return json.loads(subprocess.run(arguments, env=env, capture_output=True, check=True, timeout=60).stdout)


def _printed(row: Any) -> tuple[int, ...]:
    return tuple(row[f"{name}Tokens"] for name in ("input", "output", "cacheCreation", "cacheRead"))


def _four(row: Counter[str]) -> tuple[int, ...]:
    return tuple(row[name] for name in ("input", "output", "cache_write", "cache_read"))


# -- real transcripts


@pytest.fixture(scope="module")
def real(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    """A history of real transcripts."""
    home = str(tmp_path_factory.mktemp("home"))
    history = History(Config.load({"HOME": home, "CLAUDE_CONFIG_DIR": str(data)}), patient=True)
    history.refresh()
    yield history
    history.close()


def _recorded(data: Path, name: str) -> Any:
    return json.loads((data / "usage" / f"{name}.json").read_bytes())


@pytest.mark.parametrize("group", ["day", "month", "model", "session"])
def test_real_histories_come_to_what_was_recorded_of_them(group: Group, real: History, data: Path) -> None:
    told, recorded = ask(real, group), _recorded(data, f"right-{group}")
    assert {key: (*_four(row), row["rows"]) for key, row in counted(told).items()} == {
        key: (*_printed(row), row["responses"]) for key, row in recorded.items()
    }
    assert no_final(told) == Counter({key: row["noFinal"] for key, row in recorded.items()})
    costs = {key: row["totalCost"] for key, row in recorded.items()}
    assert paid(ask(real, group, mode="calculated")) == pytest.approx(costs, abs=1e-6)


@pytest.mark.parametrize(
    ("command", "rows", "field", "groups"), _COMMANDS, ids=[each[0] for each in _COMMANDS]
)
def test_real_histories_come_to_what_ccusage_printed_of_them(
    command: str, rows: str, field: tuple[str, ...], groups: tuple[Group, ...], real: History, data: Path
) -> None:
    recorded = _recorded(data, f"ccusage-{command}")[rows]

    def key(row: Any) -> Hashable:
        return tuple(row[name] for name in field) if len(field) > 1 else row[field[0]]

    told = ask(real, *groups, ccusage=True)
    assert {each: _four(row) for each, row in counted(told).items()} == {
        key(row): _printed(row) for row in recorded
    }
    if command != "session":
        by_model = paid(ask(real, *groups, "model", ccusage=True))
        costs = {
            (key(row), model["modelName"]): model["cost"]
            for row in recorded
            for model in row["modelBreakdowns"]
        }
        assert by_model.keys() == costs.keys()
        claude = {each: cost for each, cost in costs.items() if each[1].startswith("claude-")}
        assert {each: by_model[each] for each in claude} == pytest.approx(claude, abs=1e-6)


def test_real_blocks_are_those_that_ccusage_printed(real: History, data: Path) -> None:
    recorded = [
        Span(
            _ms(datetime.fromisoformat(row["startTime"])),
            _ms(datetime.fromisoformat(row["endTime"])),
            row["isGap"],
            row["entries"],
            row["totalTokens"],
        )
        for row in _recorded(data, "ccusage-blocks")["blocks"]
    ]
    assert sorted(_told_spans(real, ccusage=True)) == sorted(recorded)
