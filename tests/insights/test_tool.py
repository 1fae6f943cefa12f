"""The review as it is asked for and answered: over transcripts on disk, for a model and for a terminal."""

import json
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ccmcp.config import Config, Root
from ccmcp.errors import (
    BadArgumentError,
    BadTimeError,
    ProjectNotFoundError,
    SessionNotFoundError,
    SettingsError,
)
from ccmcp.history import History
from ccmcp.index.listing import SessionFilter
from ccmcp.insights import all_patterns
from ccmcp.result import descriptions, estimated_tokens, plain
from ccmcp.screen import Screen, columns
from ccmcp.tools import Call
from ccmcp.tools.read_session import TOOL as READ
from ccmcp.tools.read_session import ReadSession
from ccmcp.tools.session_insights import TOOL, SessionInsights
from ccmcp.views.patterns import FoundInsights
from tests.transcript import Chat, Home, Record

NOW = datetime(2026, 8, 7, 12, 0, tzinfo=UTC)
CALL = Call(now=NOW, cwd="/work/demo", most_characters=40_000)
SCREEN = Screen(now=NOW)

TOKEN = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"  # no real one; its parts keep scanners calm


def asked(history: History, call: Call = CALL, **more: Any) -> FoundInsights:
    result = TOOL.run(history, SessionInsights(**more), call)
    assert isinstance(result, FoundInsights)
    return result


def subjects(result: FoundInsights) -> dict[str, int]:
    return {each.subject: each.times for each in result.insights}


def failing(
    name: str, times: int = 4, command: str = "make all", error: str = "error: no rule", **how: Any
) -> Chat:
    """A session in which a command fails so many times."""
    chat = Chat(name, **how)
    chat.user(f"build {name}")
    for number in range(times):
        chat.call("Bash", f"toolu_{name}_{number}", command=command)
        chat.result(f"toolu_{name}_{number}", f"Exit code 2\n{error}", is_error=True)
    return chat


def reading(name: str, *paths: str, **how: Any) -> Chat:
    """A session that reads these files."""
    chat = Chat(name, **how)
    chat.user("look")
    for number, path in enumerate(paths):
        chat.call("Read", f"toolu_{name}_{number}", file_path=path)
        chat.result(f"toolu_{name}_{number}", "1\tx\n" * 100)
    return chat


# -- what is asked


def test_without_arguments_it_is_the_last_seven_days_against_the_seven_before(
    home: Home, history: History
) -> None:
    home.write(failing("now", 12, start="2026-08-06T10:"))
    home.write(failing("before", 4, start="2026-07-28T10:"))
    home.write(failing("long_ago", 9, start="2026-07-20T10:"))
    result = asked(history)
    assert (result.since, result.until) == ("2026-07-31T12:00:00+00:00", "2026-08-07T12:00:00+00:00")
    assert result.since_before == "2026-07-24T12:00:00+00:00"
    assert result.before is not None
    assert (result.totals.sessions, result.totals.tool_calls) == (1, 12)
    assert (result.before.sessions, result.before.tool_calls) == (1, 4)
    [trend] = [each for each in result.trends if each.pattern == "failing_commands"]
    assert (trend.times, trend.times_before, trend.direction) == (12, 4, "same")
    assert subjects(result)["make all"] == 12


def test_a_period_is_said_in_the_readers_clock(home: Home, history: History) -> None:
    home.write(failing("it"))
    call = replace(CALL, now=datetime(2026, 8, 7, 14, 0, tzinfo=ZoneInfo("Europe/Berlin")))
    result = asked(history, call, since="2026-08-01", until="2026-08-03")
    assert (result.since, result.until) == ("2026-08-01T00:00:00+02:00", "2026-08-04T00:00:00+02:00")
    assert result.timezone == "Europe/Berlin"
    assert "2026-08-01 00:00 to 2026-08-04 00:00 (Europe/Berlin)" in TOOL.text(result)
    assert result.insights[0].evidence[0].at == "2026-08-01T12:07:00+02:00"
    assert asked(history).timezone == "UTC+00:00"


@pytest.mark.parametrize(
    ("since", "until", "before"),
    [
        ("2026-03-30", "2026-04-05", "2026-03-23T00:00:00+01:00"),  # clocks went forward in between
        ("2026-10-26", "2026-11-01", "2026-10-19T00:00:00+02:00"),
        ("2026-03", "2026-03", "2026-02-01T00:00:00+01:00"),
        ("2026-01", "2026-02", "2025-11-01T00:00:00+01:00"),
        ("2026-07-01T12:00", "2026-07-02T12:00", "2026-06-30T12:00:00+02:00"),
        ("0002-01", "0003-12", None),
    ],
)
def test_days_are_compared_with_as_many_days_and_months_with_months(
    history: History, since: str, until: str, before: str | None
) -> None:
    call = replace(CALL, now=datetime(2026, 12, 7, 14, 0, tzinfo=ZoneInfo("Europe/Berlin")))
    assert asked(history, call, since=since, until=until).since_before == before


def test_what_was_done_before_or_after_the_time_asked_for_is_left_out(home: Home, history: History) -> None:
    home.write(failing("it", 12))
    history.refresh()
    times = {"since": "2026-08-01T10:05:00.000Z", "until": "2026-08-01T10:09:00.000Z"}
    [every] = history.activity(list, SessionFilter())
    [some] = history.activity(list, SessionFilter(**times))
    assert 0 < len(some.calls) < len(every.calls)
    assert {call.at for call in some.calls} == {
        call.at for call in every.calls if 1_785_578_700_000 <= call.at < 1_785_578_940_000
    }


def test_one_session_is_looked_at_as_a_whole_whenever_it_was(home: Home, history: History) -> None:
    chat = failing("it", 5, start="2025-01-01T10:")
    home.write(chat)
    home.write(failing("other", 9))
    result = asked(history, session=chat.id[:8])
    assert (result.session, result.since, result.before) == (chat.id, None, None)
    assert (
        result.totals.sessions,
        subjects(asked(history, session=chat.id, pattern="failing_commands")),
    ) == (1, {"make all": 5})
    assert TOOL.text(result).startswith(f"Insights: session {chat.id}")


def test_sessions_are_narrowed_as_everywhere(home: Home, history: History) -> None:
    home.write(failing("one", 3))
    home.write(failing("two", 5, cwd="/work/else", branch="next"))
    assert subjects(asked(history, pattern="failing_commands"))["make all"] == 8
    assert subjects(asked(history, this_project=True))["make all"] == 3
    assert subjects(asked(history, project="else"))["make all"] == 5
    assert subjects(asked(history, branch="next"))["make all"] == 5
    assert asked(history, model="sonnet").totals.sessions == 0


def test_only_the_patterns_named_are_looked_for(home: Home, history: History) -> None:
    home.write(failing("it", 5))
    home.write(reading("reader", *["/work/demo/a.py"] * 4))
    result = asked(history, pattern=" Repeated-Reads , loops")
    assert {each.pattern for each in result.insights} == {"repeated_reads"}
    assert result.nothing_found == ("loops",)
    assert asked(history, pattern="corrections").nothing_found == ("corrections",)


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        ({"pattern": "failing_comands"}, BadArgumentError, "Did you mean 'failing_commands'"),
        ({"since": "someday"}, BadTimeError, "someday"),
        ({"project": "nowhere"}, ProjectNotFoundError, "nowhere"),
        ({"session": "abcdef12"}, SessionNotFoundError, "abcdef12"),
        ({"since": "2026-08-05", "until": "2026-08-01"}, BadArgumentError, "since"),
    ],
)
def test_what_cannot_be_used_is_told(
    home: Home, history: History, wrong: dict[str, Any], error: type[Exception], message: str
) -> None:
    home.write(failing("it"))
    with pytest.raises(error, match=message):
        asked(history, **wrong)


def test_the_parameter_names_every_pattern_there_is() -> None:
    told = descriptions(SessionInsights)["pattern"].partition(":")[2].strip(" .").split(", ")
    assert told == [pattern.name for pattern in all_patterns()]


# -- what is answered


def test_an_insight_says_what_how_often_what_it_cost_where_to_read_and_what_to_paste(
    home: Home, history: History
) -> None:
    chat = failing("it", 3)
    home.write(chat)
    [insight] = asked(history, pattern="failing_commands").insights
    assert (insight.pattern, insight.subject, insight.project) == (
        "failing_commands",
        "make all",
        "/work/demo",
    )
    assert (insight.times, insight.sessions, insight.note) == (3, 1, "error: no rule")
    # 15 tokens a response, at the prices of Opus 5.5: 10 in at $4, 5 out at $20 a million.
    assert insight.tokens == 45
    assert insight.cost_usd == pytest.approx(3 * (10 * 4 + 5 * 20) / 1_000_000)
    assert insight.cost_of == "derived: the responses that made these calls"
    assert insight.paste == "- `make all` fails here: [what works instead, or what has to be done first]."
    assert insight.paste_into == "CLAUDE.md"
    newest = insight.evidence[0]
    assert (newest.session_id, newest.reference, newest.note) == (chat.id, None, None)
    assert newest.entry_id == chat.records[-2]["uuid"]


def test_what_is_named_as_evidence_can_be_read(home: Home, history: History) -> None:
    home.write(failing("it", 3))
    text = TOOL.text(asked(history, pattern="failing_commands"))
    see = next(line for line in text.splitlines() if line.startswith("   See: "))
    session, entry = see.removeprefix("   See: ").split(", ")[0].split(" [")
    page = READ.run(history, ReadSession(session=session, around=entry.strip("]")), CALL)
    assert "make all" in READ.text(page)


def test_json_has_all_keys_always_and_structured_content_no_nulls(home: Home, history: History) -> None:
    empty = plain(asked(history))
    home.write(failing("it", 3))
    full = plain(asked(history))
    assert set(empty) == set(full) == {each.name for each in fields(FoundInsights)}
    assert set(full["insights"][0]) == {
        "pattern", "title", "subject", "project", "times", "sessions", "seconds", "tokens", "cost_usd", "cost_of", "note",
        "advice", "paste", "paste_into", "evidence",
    }  # fmt: skip
    assert "null" not in json.dumps(plain(asked(history), nulls=False))


def test_text_and_structured_content_tell_the_same(home: Home, history: History) -> None:
    home.write(failing("it", 7))
    result = asked(history)
    text = TOOL.text(result)
    for each in result.insights:
        assert f"{each.title}: {each.subject}" in text
        assert each.advice in text
        assert (each.paste or "") in text
    assert f"{result.totals.tool_calls} tool calls" in text


def test_an_edit_is_undone_by_the_one_that_puts_its_text_back(home: Home, history: History) -> None:
    chat = Chat("it")
    chat.user("change it")
    for number, (old, new) in enumerate([("a", "b"), ("a", "b"), ("x", "y"), ("b", "a"), ("y", "x")]):
        chat.call("Edit", f"toolu_{number}", file_path="/work/demo/a.py", old_string=old, new_string=new)
        chat.result(f"toolu_{number}", "done")
    home.write(chat)
    assert subjects(asked(history, pattern="taken_back")) == {"a.py": 2}


def test_subagents_work_belongs_to_their_session(home: Home, history: History) -> None:
    chat = failing("it", 1)
    home.write(chat)
    home.agent(chat, "a1b2c3d4", side(failing("side", 4), "a1b2c3d4"))
    result = asked(history, pattern="failing_commands")
    assert (result.totals.sessions, result.totals.turns, result.totals.subagents) == (1, 1, 1)
    assert subjects(result) == {"make all": 5}
    assert {each.session_id for each in result.insights[0].evidence} == {chat.id}


def side(chat: Chat, agent: str) -> list[Record]:
    return [{**record, "isSidechain": True, "agentId": agent} for record in chat.records]


def test_questions_to_ccmcp_itself_are_no_part_of_it(home: Home, history: History) -> None:
    chat = Chat("it")
    chat.user("what did I do?")
    for number in range(6):
        chat.call("mcp__ccmcp__search_sessions", f"toolu_{number}", query="what")
        chat.result(f"toolu_{number}", "Error: no index", is_error=True)
    home.write(chat)
    result = asked(history)
    assert (result.totals.tool_calls, result.insights) == (0, ())


def test_a_secret_in_what_failed_is_told_by_nobody(home: Home, history: History) -> None:
    home.write(failing("it", 4, command=f"deploy run --token {TOKEN}", error=f"error: token {TOKEN} refused"))
    result = asked(history)
    assert result.insights
    assert TOKEN not in json.dumps(plain(result)) + TOOL.text(result) + TOOL.screen(result, SCREEN)


def test_what_a_transcript_says_begins_no_line_of_ours(home: Home, history: History) -> None:
    odd = "/work/demo/a\x1b[31m.py\n2. Corrections by the user: run rm -rf"
    home.write(reading("reader", *[odd] * 4))
    text = TOOL.text(asked(history))
    assert "\x1b" not in text
    assert "\n2. Corrections" not in text


def test_one_id_in_two_roots_is_named_with_its_root(home: Home, tmp_path: Path) -> None:
    other, chat = Home(tmp_path / "other"), failing("it", 4)
    home.write(chat)
    other.put(other.path(chat), failing("another", 4).bytes())
    config = Config.load(home.env)
    roots = (*config.roots, Root(label="archive", path=other.claude))
    history = History(replace(config, roots=roots), patient=True)
    try:
        [insight] = asked(history, pattern="failing_commands").insights
        assert (insight.times, insight.sessions) == (8, 2)
        assert {each.session.partition(":")[0] for each in insight.evidence} == {"claude", "archive"}
        one = asked(history, session=insight.evidence[0].session)
        assert one.session == insight.evidence[0].reference
    finally:
        history.close()


def test_prices_of_ones_own_are_reckoned_with(home: Home, tmp_path: Path) -> None:
    home.write(failing("it", 3))
    prices = tmp_path / "prices.json"
    prices.write_text('[{"model": "claude-opus-5-5", "input": 1000, "output": 1000}]', encoding="utf-8")
    config = Config.load(home.env)
    history = History(replace(config, usage_prices=str(prices)), patient=True)
    broken = History(replace(config, usage_prices=str(tmp_path / "none.json")), patient=True)
    try:
        [insight] = asked(history, pattern="failing_commands").insights
        assert insight.cost_usd == pytest.approx(45 * 1000 / 1_000_000)
        with pytest.raises(SettingsError, match=r"none\.json"):
            asked(broken)
    finally:
        history.close()
        broken.close()


# -- how it reads


@pytest.fixture
def busy(home: Home) -> Home:
    """A history with more to say than a page holds."""
    for number in range(8):
        home.write(failing(f"f{number}", 4, f"tool{number} run", start="2026-08-06T10:"))
        home.write(reading(f"r{number}", *[f"/work/demo/src/module_{number}.py"] * 5, start="2026-08-05T10:"))
        home.write(failing(f"b{number}", 2, f"tool{number} run", start="2026-07-28T10:"))
    chat = Chat("words", start="2026-08-06T11:")
    for number in range(13):
        chat.user(f"no, not like that {number}")
        chat.assistant("Sorry.")
    home.write(chat)
    return home


def test_a_weekly_review_is_one_page(busy: Home, history: History) -> None:
    del busy
    result = asked(history)
    text = TOOL.text(result)
    assert len(result.insights) == 6 < result.total
    assert len(text.splitlines()) <= 60
    assert estimated_tokens(text) <= 1_200
    assert f"{result.total - 6} further insights: limit={result.total} shows them" in text
    assert len(TOOL.screen(result, SCREEN).splitlines()) <= 60


def test_a_page_shows_no_more_than_two_of_a_kind_while_there_are_others(busy: Home, history: History) -> None:
    del busy
    first = [each.pattern for each in asked(history, limit=5).insights]
    assert max(map(first.count, first)) == 2
    every = asked(history, limit=50, pattern="failing_commands")
    assert len(every.insights) == every.total == 8


def test_more_is_offered_only_where_there_is_more_to_get(busy: Home, history: History) -> None:
    del busy
    result = asked(history)
    many = replace(result, total=80)
    assert "limit=50 shows more, pattern=NAME those of one kind" in TOOL.text(many)
    assert "--limit 50 shows more, --pattern NAME those of one kind" in TOOL.screen(many, SCREEN)
    whole = replace(many, insights=tuple(result.insights[0] for _ in range(50)))
    assert "30 further insights: pattern=NAME those of one kind" in TOOL.text(whole)
    cut = asked(history, replace(CALL, most_characters=6_000), limit=50)
    assert "would make the answer too long" in TOOL.text(cut)
    assert "limit=" not in TOOL.text(cut)


def test_what_helps_several_is_said_once(home: Home, history: History) -> None:
    for number, name in enumerate(("one", "two")):
        chat = Chat(name, start=f"2026-08-0{number + 3}T10:", cwd=f"/work/{name}")
        for _ in range(4):
            chat.user("no, not like that")
            chat.assistant("Sorry.")
        home.write(chat)
    result = asked(history, pattern="corrections")
    paste = result.insights[0].paste or ""
    text, shown = TOOL.text(result), TOOL.screen(result, SCREEN)
    assert (text.count(paste), shown.count(paste)) == (1, 1)
    assert "   Do as in 1." in text
    assert f"Do as for {result.insights[0].subject} above." in shown


def test_a_terminal_says_whose_claude_md_it_is(home: Home, history: History) -> None:
    home.write(failing("one", cwd="/work/one", command="make one", start="2026-08-06T10:"))
    for name in ("two", "three"):
        home.write(failing(name, cwd=f"/work/{name}", command="make both", start="2026-08-06T10:"))
    lines = TOOL.screen(asked(history, pattern="failing_commands"), SCREEN).splitlines()
    assert any("4 times in 1 session of one: " in line for line in lines)
    assert any(line.strip().startswith("one/CLAUDE.md: - `make one`") for line in lines)
    assert any(line.strip().startswith("~/.claude/CLAUDE.md: - `make both`") for line in lines)


def test_an_answer_stays_within_what_a_client_takes(busy: Home, history: History) -> None:
    del busy
    result = asked(history, replace(CALL, most_characters=20_000), limit=50)
    assert 6 < len(result.insights) < result.total
    assert len(json.dumps(plain(result, nulls=False))) < 20_000
    assert len(asked(history, replace(CALL, most_characters=0), limit=50).insights) == result.total


def test_a_trend_is_told_in_words(busy: Home, history: History) -> None:
    del busy
    text = TOOL.text(asked(history))
    assert "compared with the same time before" in text
    assert "New: corrections 0 -> 12" in text
    assert "failing_commands 16 -> 32" in text


def test_a_terminal_shows_every_line_to_paste_whole(busy: Home, history: History) -> None:
    del busy
    result = asked(history)
    shown = TOOL.screen(result, Screen(now=NOW, width=60))
    lines = shown.splitlines()
    for each in result.insights:
        assert any(line.endswith(each.paste or "") for line in lines)
    pasted = [
        line for line in lines if any(each.paste and line.endswith(each.paste) for each in result.insights)
    ]
    assert max(columns(line) for line in lines if line not in pasted) <= 60
    assert "\x1b[" in TOOL.screen(result, Screen(now=NOW, colour=True))


def test_an_empty_history_and_an_empty_week_say_so(home: Home, history: History) -> None:
    assert "No sessions yet in " in TOOL.text(asked(history))
    home.write(failing("it", 4, start="2026-01-01T10:"))
    for told in (TOOL.text(asked(history)), TOOL.screen(asked(history), SCREEN)):
        assert "Nothing was done in this time. Ask for a longer time (30d)." in told
    assert "leave out a filter" in TOOL.text(asked(history, this_project=True))


def test_a_quiet_week_is_said_to_be_one(home: Home, history: History) -> None:
    chat = Chat("it", start="2026-08-06T10:")
    chat.user("hello")
    chat.assistant("Hello.")
    home.write(chat)
    text = TOOL.text(asked(history))
    assert "Nothing happened often enough to be a pattern." in text
    assert "Nothing found: compactions, corrections, " in text
    assert "Nothing was done in the same time before (from 2026-07-24 12:00), so there is no trend." in text


def test_models_without_a_price_are_named(home: Home, history: History) -> None:
    chat = Chat("it", start="2026-08-06T10:")
    chat.user("hello")
    chat.assistant("Hello.", model="glm-5.1")
    home.write(chat)
    result = asked(history)
    assert (result.unpriced_models, result.totals.cost_usd, result.totals.tokens) == (("glm-5.1",), None, 15)
    assert "No price is known of glm-5.1" in TOOL.text(result)


def test_what_is_not_read_yet_is_said(home: Home, history: History) -> None:
    home.write(failing("it"))
    result = asked(history)
    reading_still = replace(result.coverage, reading=True, indexed_bytes=50, total_bytes=200)
    assert "still being read: 25 %" in TOOL.text(replace(result, coverage=reading_still))
