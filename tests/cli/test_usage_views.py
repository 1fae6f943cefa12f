"""How a usage report reads: for a model, and for a person in terminals of all widths."""

import re
import unicodedata
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccmcp.screen import Screen, columns
from ccmcp.views.spent import (
    AgentUse,
    Block,
    BudgetStanding,
    BurnRate,
    CacheUse,
    Context,
    Details,
    Projection,
    RowBudget,
    Timing,
    ToolContext,
    TurnTiming,
    Unattributed,
    UsageReport,
    Wasted,
)
from ccmcp.views.spent_screen import on_screen
from ccmcp.views.spent_text import refusal, text
from tests.cli.spent import ALL_SEEN, report, row, totals

ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 25, 19, 6, tzinfo=ZONE)
WIDTHS = (40, 60, 80, 100, 140)
STYLES = re.compile(r"\x1b\[[\d;]+m")

HOSTILE = st.text(min_size=1, max_size=60) | st.sampled_from(
    [
        "x\nTotal $0.00",
        "\x1b[2Jgone",
        "a\u2028b\rc",
        "\u202eevil",
        "検索インデックスの再構築を速くする" * 3,
        "=1+1",
        "|" * 9,
        "é" * 200,
    ]
)


def screen(width: int = 100, *, colour: bool = False) -> Screen:
    return Screen(now=NOW, width=width, colour=colour)


def budget(name: str, usd: float, spent: float, **more: Any) -> BudgetStanding:
    given = {
        "name": name,
        "usd": usd,
        "spent_usd": spent,
        "used": spent / usd,
        "passed": spent > usd,
        "projected_usd": spent * 1.25,
        "passes_at": None,
        "period_started_at": "2026-11-01T00:00:00+01:00",
        "period_ends_at": "2026-12-01T00:00:00+01:00",
        **more,
    }
    return BudgetStanding(**given)


def block(start: str, end: str, **more: Any) -> Block:
    given = {"last_at": None, "active": False, "gap": False, "burn_rate": None, "projection": None, **more}
    return Block(started_at=start, ends_at=end, **given)


CONTEXT = Context(
    largest_tokens=191_000, window_tokens=200_000, headroom=0.045, compactions=2, at_compaction_tokens=167_000
)
DETAILS = Details(
    wasted=(Wasted(kind="interrupted turns", count=12, total_tokens=1_234_000, cost_usd=3.2),),
    agents=(AgentUse(agent="Explore", runs=14, total_tokens=12_300_000, cost_usd=8.2),),
    tools=(ToolContext(tool="Bash", calls=1203, result_tokens=450_000, reread_tokens=12_300_000, cost_usd=6.1),),
    timing=Timing(turns=412, first_answer_seconds=4.21, first_answer_p90_seconds=18.2, model_seconds_per_turn=42.4),
)  # fmt: skip
ANSWERS = "first answer after 4.2 s, one in ten after more than 18 s"
WHOSE = "by the own accounts of 3 sessions (titles, summaries, compactions)"
BEYOND = Unattributed(
    key="unattributed", sessions=3, input_tokens=1, output_tokens=2, cache_creation_tokens=3, cache_read_tokens=4,
    total_tokens=10, cost_usd=1.2,
)  # fmt: skip
BUDGETS = (
    budget("day", 20, 12.4),
    budget("week", 100, 83.2, passes_at="2026-11-27T14:00:00+01:00"),
    budget("month", 300, 354.1),
)


def whole(group: str, *keys: str) -> UsageReport:
    """A report with all there can be in it; everything that transcripts say is one of these keys."""
    first = "2026-11-25T08:00:00+01:00"
    rows = [
        row(
            key,
            cost,
            keys=tuple(keys[at : at + 2] * 2)[:2] if "," in group else None,
            models=(key, "claude-opus-5-5"),
            unpriced_models=(key,) if at % 2 else None,
            no_final=3,
            web_searches=1,
            title=key,
            project=key,
            first_at=first,
            last_at=first,
            context=CONTEXT,
            timing=TurnTiming(first_answer_seconds=1.0, model_seconds=2.0, turn_seconds=3.0),
            budget=RowBudget(usd=20, used=0.9, passed=False),
            block=block(first, "2026-11-25T13:00:00+01:00", active=True) if group == "block" else None,
        )
        for at, (key, cost) in enumerate(zip(keys, (1234.5, None, 0.001, 0, 7) * 9, strict=False))
    ]
    return report(
        *rows,
        group=group,
        totals=totals(*rows, context=CONTEXT, recorded_usd=1.5),
        unattributed=BEYOND,
        compatible="ccusage",
        difference=f"{keys[0]} is why.",
        unpriced_models=keys,
        unpriced_tokens=dict.fromkeys(keys, 1_234_567),
        budgets=(*BUDGETS, budget(keys[0], 5, 1)),
        details=replace(
            DETAILS,
            agents=(AgentUse(agent=keys[0], runs=1, total_tokens=1, cost_usd=None),),
            tools=(ToolContext(tool=keys[0], calls=1, result_tokens=1, reread_tokens=1, cost_usd=0.1),),
        ),
        marks={"input_tokens": "exact", "cost_usd": "derived"},
        total_rows=len(rows) + 5,
        next_cursor="WyIxYTJiM2M0ZCIsNDBd",
        coverage=replace(ALL_SEEN, reading=True, unseen=("/gone: no such folder",)),
    )


GROUPS = st.sampled_from(
    ["project", "session", "model", "agent", "branch", "entrypoint", "tool", "turn", "block", "project,model", "session,tool",
     "entrypoint,branch"]
)  # fmt: skip


# -- every view


@given(GROUPS, st.lists(HOSTILE, min_size=1, max_size=8), st.sampled_from(WIDTHS))
def test_no_line_is_wider_than_the_screen(group: str, keys: list[str], width: int) -> None:
    lines = on_screen(whole(group, *keys), screen(width)).split("\n")
    assert [line for line in lines if columns(line) > width] == []


@given(GROUPS, st.lists(HOSTILE, min_size=1, max_size=8), st.sampled_from(WIDTHS))
def test_styles_change_nothing_but_the_colour(group: str, keys: list[str], width: int) -> None:
    result = whole(group, *keys)
    assert STYLES.sub("", on_screen(result, screen(width, colour=True))) == on_screen(result, screen(width))


@given(GROUPS, st.lists(HOSTILE, min_size=1, max_size=8))
def test_nothing_of_a_transcript_controls_a_terminal_or_begins_a_line(group: str, keys: list[str]) -> None:
    result = whole(group, *keys)
    tame = whole(group, *("x" for _ in keys))

    for view in (text(result), on_screen(result, screen())):
        assert [
            sign for sign in view if sign != "\n" and unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp")
        ] == []
    assert text(result).count("\n") == text(tame).count("\n")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("check", [True, False])
def test_budgets_fit_every_screen(width: int, *, check: bool) -> None:
    names = ("project /home/dev/work/a-long-way-down per month", "model プロジェクト per week")
    result = report(
        row("2026-11-25"), budgets=(*BUDGETS, *(budget(name, 5, 1) for name in names)), check=check
    )
    assert max(map(columns, on_screen(result, screen(width)).split("\n"))) <= width


# -- the table in a terminal


def shown(result: UsageReport, width: int = 100) -> list[str]:
    return on_screen(result, screen(width)).split("\n")


def line_of(result: UsageReport, start: str, width: int = 100) -> str:
    return next(line for line in shown(result, width) if line.startswith(start))


def test_the_first_line_sums_up() -> None:
    rows = (row("2026-11-24", 10.0), row("2026-11-25", 30.5))
    result = report(
        *rows, since="2026-11-24T00:00:00+01:00", totals=totals(*rows, cache=CacheUse(hit_rate=0.956, saved_usd=99.5))
    )  # fmt: skip
    assert shown(result)[:2] == [
        "24 \u2013 25 Nov · $40.50 · 17.6M tokens · 2.0k responses",
        "96% of prompt tokens from cache · caching saved $99.50",
    ]


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [
        ("2026-11-25T00:00:00+01:00", None, "today"),
        ("2026-11-24T00:00:00+01:00", "2026-11-25T00:00:00+01:00", "Tue 24 Nov"),
        ("2026-08-01T00:00:00+02:00", "2026-09-01T00:00:00+02:00", "1 \u2013 31 Aug"),
        ("2025-12-01T00:00:00+01:00", "2026-02-01T00:00:00+01:00", "1 Dec 2025 \u2013 31 Jan"),
        (None, "2026-02-01T00:00:00+01:00", "until 31 Jan"),
        (None, None, "all time"),
    ],
)
def test_the_period_is_said_as_people_say_it(since: str | None, until: str | None, said: str) -> None:
    assert shown(report(row("x"), group="model", since=since, until=until))[0].startswith(f"{said} · ")


def test_a_period_that_was_not_asked_for_is_from_the_first_response_to_the_last() -> None:
    rows = (row("a"), row("b"))
    sums = totals(*rows, first_at="2025-10-03T10:00:00+02:00", last_at="2026-11-04T23:30:00+00:00")
    result = report(*rows, group="model", totals=sums)
    assert shown(result)[0].startswith("3 Oct 2025 \u2013 5 Nov · ")
    assert shown(replace(result, since="2026-11-01T00:00:00+01:00"))[0].startswith("1 \u2013 25 Nov · ")
    assert shown(replace(result, until="2026-11-01T00:00:00+01:00"))[0].startswith(
        "3 Oct 2025 \u2013 31 Oct · "
    )


def test_days_without_anything_stand_between_the_others_and_many_of_them_together() -> None:
    days = ("2026-10-30", "2026-11-02", "2026-11-12")
    labels = [
        re.split(" {2,}", line)[0]
        for line in shown(report(*map(row, days)), 40)
        if line[:3] in ("202", "⋯ 9")
    ]
    assert labels == ["2026-10-30", "2026-10-31", "2026-11-01", "2026-11-02", "⋯ 9 days", "2026-11-12"]


def test_weeks_and_months_without_anything_stand_between_the_others_in_either_order() -> None:
    weeks = shown(report(row("2027-W01"), row("2026-W52"), group="week"))
    assert [line[:8] for line in weeks if line.startswith("202")] == ["2027-W01", "2026-W53", "2026-W52"]
    months = shown(report(row("2025-11"), row("2026-02"), group="month"))
    assert [line[:7] for line in months if line.startswith("202")] == [
        "2025-11",
        "2025-12",
        "2026-01",
        "2026-02",
    ]


def test_a_day_whose_time_is_unknown_leaves_no_gap() -> None:
    assert not any("⋯" in line for line in shown(report(row("2026-11-12"), row("(no time)"))))


def test_bars_compare_what_was_spent_with_the_dearest() -> None:
    lines = shown(report(row("2026-11-23", 4.0), row("2026-11-24", 8.0), row("2026-11-25", 0.0)), 80)
    bars = {line[:10]: line.count("█") for line in lines if line.startswith("2026")}
    assert bars["2026-11-24"] // 2 == bars["2026-11-23"] >= 8
    assert bars["2026-11-25"] == 0


def test_bars_compare_tokens_where_nothing_has_a_price() -> None:
    lines = shown(
        report(row("glm", None, total_tokens=80), row("qwen", None, total_tokens=20), group="model")
    )
    assert [line.count("█") for line in lines if "unpriced" in line][:2] == [36, 9]


def test_the_bars_of_a_budget_s_periods_tell_where_it_stands() -> None:
    rows = (
        row("2026-11-23", 9.0, budget=RowBudget(usd=20, used=0.45, passed=False)),
        row("2026-11-24", 18.0, budget=RowBudget(usd=20, used=0.9, passed=False)),
        row("2026-11-25", 22.0, budget=RowBudget(usd=20, used=1.1, passed=True)),
    )
    coloured = on_screen(report(*rows), screen(colour=True)).split("\n")
    colours = [re.findall(r"\x1b\[(\d+)m█", line) for line in coloured]
    assert [colour for colour in colours if colour] == [["32"], ["33"], ["31"]]


def test_numbers_are_human_and_end_in_the_same_column() -> None:
    result = report(row("2026-11-24", 1234.5), row("2026-11-25", 0.25))
    first, second, all_of_them = (
        line_of(result, start, 80).split("█")[0].split("▏")[0].rstrip()
        for start in ("2026-11-24", "2026-11-25", "total")
    )
    assert first.endswith("537M  $1,234.50")
    assert second.endswith("109k      $0.25")
    assert len(first) == len(second) == len(all_of_them)


@pytest.mark.parametrize(
    ("width", "heads"),
    [
        (40, ["total", "cost"]),
        (60, ["output", "total", "cost"]),
        (80, ["input", "output", "write", "read", "total", "cost"]),
        (140, ["models", "responses", "input", "output", "write", "read", "total", "cost"]),
    ],
)
def test_a_narrow_screen_shows_what_matters_most(width: int, heads: list[str]) -> None:
    assert line_of(report(row("2026-11-24", 12.0), row("2026-11-25")), "day ", width).split()[1:] == heads


def test_rows_of_sessions_show_the_short_id_the_title_and_the_project() -> None:
    sessions = (
        row("f1681958-e329-492a-bece-56ac78ecaa08", title="Fix the\nlogin", project="/home/dev/work/api"),
        row("old:f744aef5-5139-4c21-91e5-3f44ce902105", title="検索", project="C:\\work\\shop"),
    )
    lines = shown(report(*sessions, group="session"))
    assert any(re.match(r"f1681958 +Fix the login +api ", line) for line in lines)
    assert any(re.match(r"old:f744aef5 +検索 +shop ", line) for line in lines)


def test_what_a_line_shares_with_the_one_above_is_said_once() -> None:
    keys = [
        ("2026-11-24", "claude-opus-5-5"),
        ("2026-11-24", "claude-haiku-5-5"),
        ("2026-11-25", "claude-haiku-5-5"),
    ]
    lines = shown(report(*(row(" · ".join(each), keys=each) for each in keys), group="day,model"))
    assert [line.split()[:3] for line in lines if "-5-5" in line][:3] == [
        ["2026-11-24", "Tue", "opus-5-5"],
        ["haiku-5-5", "75", "1.5k"],
        ["2026-11-25", "Wed", "haiku-5-5"],
    ]


def test_models_are_called_in_full_where_their_short_names_would_be_the_same() -> None:
    same = ("claude-opus-4-20250514", "us.anthropic.claude-opus-4-20250514-v1:0")
    lines = shown(report(*map(row, same), group="model"), 140)
    assert [line.split()[0] for line in lines if "opus-4" in line] == [*same]


def test_models_that_do_not_fit_are_counted() -> None:
    models = ("claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5")
    result = report(row("2026-11-24", models=models), row("2026-11-25"))
    assert "opus-5-5 +2" in line_of(result, "2026-11-24", 96)
    assert "opus-5-5, sonnet-5-5, haiku-5-5" in line_of(result, "2026-11-24", 140)


def test_a_cost_that_lacks_a_price_says_so() -> None:
    result = report(
        row("a", 2.0, unpriced_models=("glm-4.6",)), row("b", None, unpriced_models=("glm-4.6",)), row("c", 3.0),
        group="branch", unpriced_models=("glm-4.6",), unpriced_tokens={"glm-4.6": 1_234_567},
    )  # fmt: skip
    assert "$2.00+" in line_of(result, "a ")
    assert "unpriced" in line_of(result, "b ")
    assert "$3.00 " in line_of(result, "c ")
    assert "Not in the cost, for want of a price: glm-4.6 (1.2M tokens)." in shown(result)


def test_a_context_that_is_nearly_full_catches_the_eye() -> None:
    free = replace(CONTEXT, headroom=0.5)
    result = report(row("a" * 12, context=CONTEXT), row("b" * 12, context=free), group="session")
    coloured = on_screen(result, screen(colour=True))
    assert "\x1b[33m96%\x1b[0m" in coloured
    assert re.search(r"(?<!m)50%(?!\x1b)", coloured)


def test_hours_and_turns_name_their_day_once() -> None:
    hours = shown(report(row("2026-11-25T08:00+01:00"), row("2026-11-25T09:00+01:00"), group="hour"))
    assert [line[:17] for line in hours[5:7]] == ["2026-11-25  08:00", "            09:00"]
    times = ("2026-11-25T08:03:00+01:00", "2026-11-25T08:17:00+01:00")
    turns = shown(report(*(row("e1", first_at=at, title="Do it") for at in times), group="turn"))
    assert [line[:24] for line in turns if "Do it" in line] == [
        "2026-11-25  08:03  Do it",
        "            08:17  Do it",
    ]


def blocks() -> UsageReport:
    return report(
        row("a", 4.0, block=block("2026-11-24T20:00:00+01:00", "2026-11-25T01:00:00+01:00")),
        row("gap", None, block=block("2026-11-25T01:00:00+01:00", "2026-11-25T17:00:00+01:00", gap=True)),
        row(
            "b",
            6.0,
            block=block(
                "2026-11-25T17:00:00+01:00",
                "2026-11-25T22:00:00+01:00",
                active=True,
                burn_rate=BurnRate(tokens_per_minute=45_210.4, cost_per_hour=3.0),
                projection=Projection(total_tokens=22_300_000, cost_usd=14.5, remaining_minutes=174),
            ),
        ),
        group="block",
    )


def test_blocks_are_spans_of_time_with_the_pauses_between_them() -> None:
    told = blocks()
    untold = replace(told, rows=(told.rows[0], told.rows[2]))
    for result in (told, untold):
        starts = [line[:23].rstrip() for line in shown(result)[5:8]]
        assert starts == ["2026-11-24  20:00\u201301:00", "⋯ 16 h", "2026-11-25  17:00\u201322:00"]


def test_blocks_that_follow_each_other_have_no_pause_between_them() -> None:
    first = row("a", block=block("2026-11-24T20:00:00+01:00", "2026-11-25T01:00:00+01:00"))
    second = row("b", block=block("2026-11-25T01:00:00+01:00", "2026-11-25T06:00:00+01:00"))
    assert not any("⋯" in line for line in shown(report(first, second, group="block")))


def test_the_block_that_runs_shows_how_far_it_is_and_where_it_leads() -> None:
    lines = shown(blocks())
    at = next(number for number, line in enumerate(lines) if line.startswith("Now"))
    assert lines[at].startswith("Now  17:00 ━━━━━━━━")
    assert lines[at].endswith("22:00  2 h 54 min left")
    assert lines[at + 1] == "     $6.00 so far · $3.00 an hour · 45.2k tokens a minute"
    assert lines[at + 2] == "     $14.50, 22.3M tokens by 22:00 at this pace"
    assert not any("so far" in line for line in shown(report(row("2026-11-25"))))


def test_budgets_are_gauges_that_turn_yellow_and_red() -> None:
    lines = on_screen(report(row("2026-11-25"), budgets=BUDGETS), screen(colour=True)).split("\n")
    gauges = [line for line in lines if "━" in line]
    assert [re.search(r"\x1b\[(\d+)m━", line)[1] for line in gauges] == ["32", "33", "31"]  # type: ignore[index]  # it has one
    plain = [STYLES.sub("", line) for line in gauges]
    assert plain[0].endswith(" 62%    $12.40 of $20  on pace for $15.50")
    assert plain[1].endswith(" 83%   $83.20 of $100  lasts until Fri 27 Nov 14:00")
    assert plain[2].endswith("118%  $354.10 of $300  passed by $54.10")
    assert [line.count("━") for line in plain] == [18, 25, 30]


def test_details_have_their_sections_only_when_they_were_asked_for() -> None:
    bare, full = report(row("2026-11-25")), report(row("2026-11-25"), details=DETAILS)
    titles = ("Came to nothing", "Subagents", "Tool results as context", "A turn")
    assert [any(line.startswith(title) for line in shown(full)) for title in titles] == [True] * 4
    assert not any(line.startswith(titles) for line in shown(bare))
    assert (
        "A turn  median of 412 · first answer after 4.2 s · one in ten after more than 18 s · 42 s of model time"
        in shown(full, 140)
    )


def test_what_lines_do_not_tell_is_said_below() -> None:
    rows = (row("2026-11-25", no_final=7),)
    result = report(
        *rows, unattributed=BEYOND, difference="ccusage counts more.", total_rows=40, next_cursor="abc"
    )
    assert shown(result, 140)[-4:] == [
        "Beyond these: $1.20, 10 tokens unattributed, by the own accounts of 3 sessions (titles, summaries, compactions).",
        "Output of 7 responses is a lower bound: their transcripts lack the final count.",
        "ccusage counts more.",
        "39 more: --limit N, or --cursor abc",
    ]


def test_a_cursor_is_never_broken() -> None:
    result = report(row("2026-11-25"), total_rows=40, next_cursor="x" * 38)
    assert "x" * 38 in shown(result, 40)


def test_where_nothing_was_spent_both_views_say_what_would_fit() -> None:
    result = report(hints=("There is no model 'opsu'. Did you mean 'opus'?",))
    said = "Nothing was spent on what was asked for. There is no model 'opsu'. Did you mean 'opus'?"
    assert on_screen(result, screen()) == said
    assert text(result) == said
    empty = replace(result, coverage=replace(ALL_SEEN, nothing_in=("/home/dev/.claude",)))
    assert on_screen(empty, screen()) == text(empty) == "No sessions yet in /home/dev/.claude."


@pytest.mark.parametrize("rows", [1, 0])
def test_both_views_say_what_could_not_be_counted(rows: int) -> None:
    coverage = replace(ALL_SEEN, complete=False, reading=True, unseen=("/gone: no such folder",))
    result = report(*[row("2026-11-25")] * rows, coverage=coverage)
    for view in (on_screen(result, screen(200)), text(result)):
        assert "The history is still being read: figures will grow." in view
        assert "Could not be looked at: /gone (no such folder)." in view


# -- for a model


def test_a_model_reads_totals_first_then_a_line_for_each_row() -> None:
    rows = (
        row("2026-11-24", 1.0, no_final=2),
        row("2026-11-25", None, unpriced_models=("glm-4.6",), models=("glm-4.6",)),
    )
    result = report(
        *rows, since="2026-11-24T00:00:00+01:00", timezone="Europe/Berlin", unpriced_models=("glm-4.6",),
        unpriced_tokens={"glm-4.6": 435_000}, unattributed=BEYOND, budgets=BUDGETS,
        marks={"input_tokens": "exact", "cost_usd": "derived", "cache_read_tokens": "exact"},
        totals=totals(*rows, context=CONTEXT), total_rows=9, next_cursor="abc",
    )  # fmt: skip
    assert text(result).split("\n") == [
        "Usage from 2026-11-24 00:00 until now (Europe/Berlin): $1.00, 870,000 tokens in 100 responses.",
        "Input 2,000, output 8,000, cache writes 60,000, cache reads 800,000.",
        "input_tokens, cache_read_tokens: exact. cost_usd: derived.",
        "The output of 2 responses is a lower bound: their transcripts lack the final count.",
        "Without a known price, so in the tokens but not in the cost: glm-4.6 (435,000 tokens).",
        f"unattributed: $1.20, 10 tokens beyond these totals, {WHOSE}: input 1, output 2, cache writes 3, cache reads 4.",
        "Cache: 93% of prompt tokens came from it, $12.50 saved.",
        "Context: largest prompt 191,000 of 200,000 tokens (4% left); 2 compactions, the largest at 167,000.",
        "Budget week: $83.20 of $100.00 spent (83%), will be passed 2026-11-27 14:00 at this pace ($104.00 by 2026-12-01 00:00).",
        "Budget month: $354.10 of $300.00 spent (118%), passed by $54.10 ($442.62 by 2026-12-01 00:00).",
        "2 of 9 rows: day | cost | tokens in all = input + output + cache writes + cache reads | responses | models | more",
        "2026-11-24 | $1.00 | 435,000 = 1,000 + 4,000 + 30,000 + 400,000 | 50 | claude-opus-5-5 | 2 without a final count",
        "2026-11-25 | unpriced | 435,000 = 1,000 + 4,000 + 30,000 + 400,000 | 50 | glm-4.6",
        "More: the same arguments and cursor=abc",
    ]


def test_a_model_reads_blocks_contexts_times_and_budgets_of_rows() -> None:
    lines = text(blocks()).split("\n")
    assert lines[-2] == "gap | nothing until 2026-11-25 17:00"
    assert lines[-1].endswith(
        "runs until 2026-11-25 22:00; 45,210 tokens a minute, $3.00 an hour; "
        "174 min left, 22,300,000 tokens, $14.50 by its end at this pace"
    )
    timing = TurnTiming(first_answer_seconds=4.2, model_seconds=42, turn_seconds=185)
    turn = row("e1", context=CONTEXT, timing=timing, title="Do it", web_searches=2)
    assert text(report(turn, group="turn")).endswith(
        "web searches: 2; largest prompt 191,000 of 200,000 tokens (4% left); 2 compactions, the largest at 167,000; "
        "first answer after 4.2 s; model time 42 s; turn 3 min 5 s; Do it"
    )
    over = row("2026-11-25", 22.0, budget=RowBudget(usd=20, used=1.1, passed=True))
    assert text(report(over)).endswith("110% of a budget of $20.00, passed")


def test_a_model_reads_what_bills_do_not_say() -> None:
    lines = text(report(row("2026-11-25"), details=DETAILS, difference="ccusage counts more.")).split("\n")
    assert lines[3:8] == [
        "ccusage counts more.",
        "Wasted on interrupted turns: 12; 1,234,000 tokens, $3.20.",
        "Subagent Explore: 14 runs; 12,300,000 tokens, $8.20.",
        "Results of Bash: 1,203 calls; 450,000 tokens, read again as context 12,300,000, $6.10.",
        f"Timing of 412 turns (medians, upper bounds): {ANSWERS}, model time a turn 42 s.",
    ]


def test_a_cell_can_not_pass_for_several() -> None:
    assert (
        text(report(row("a | $0.00 | 1"), group="branch"))
        .split("\n")[-1]
        .startswith("a ¦ $0.00 ¦ 1 | $1.50 | ")
    )


# -- a check of budgets


def test_a_check_shows_every_budget_and_nothing_else() -> None:
    result = report(budgets=BUDGETS, check=True, total_rows=30)
    assert [line.split()[0] for line in shown(result)] == ["Budgets", "day", "week", "month"]
    assert [line.split(":")[0] for line in text(result).split("\n")] == [
        "Budget day",
        "Budget week",
        "Budget month",
    ]


def test_a_check_is_refused_where_a_budget_is_passed_and_names_each_with_how_much() -> None:
    passed = (*BUDGETS, budget("model opus per week", 10, 10.5))
    assert refusal(report(budgets=passed, check=True)) == (
        "Over budget: month by $54.10 ($354.10 of $300.00); model opus per week by $0.5000 ($10.50 of $10.00)."
    )
    assert refusal(report(budgets=BUDGETS[:2], check=True)) == ""
    assert refusal(report(budgets=passed)) == "", "nobody asked for a check"
