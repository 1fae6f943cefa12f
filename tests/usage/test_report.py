"""What `ccmcp usage` says, from transcripts on disk to JSON: money, budgets, context, turns, what no line accounts for."""

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ccmcp.cli import main
from tests.transcript import Chat, Home, Record, session_id

Usage = Callable[..., Any]
Settings = Callable[[str], Path]

THOUSAND = {
    "input_tokens": 1_000,
    "output_tokens": 100,
    "cache_creation_input_tokens": 0,
    "cache_read_input_tokens": 0,
}
"""On claude-opus-5-5: $0.004 + $0.002."""


def usage(**tokens: int) -> Record:
    return {
        "input_tokens": 0,
        "output_tokens": 0,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        **tokens,
    }


def answer(
    chat: Chat, tokens: Record = THOUSAND, *blocks: Any, model: str = "claude-opus-5-5", **more: Any
) -> Record:
    """One response of one line."""
    record = chat.assistant(*(blocks or ("done",)), model=model, **more)
    record["message"]["usage"] = tokens
    return record


@pytest.fixture
def run(home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Usage:
    """`ccmcp usage` in this process: its exit code, what it said, and on stderr."""
    for name in list(os.environ):
        if name.startswith(("CLAUDE", "CCMCP", "XDG")):
            monkeypatch.delenv(name)
    for name, value in home.env.items():
        monkeypatch.setenv(name, value)

    def ask(*arguments: str) -> tuple[int, str, str]:
        code = main(["usage", "--tz", "UTC", *arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return ask


@pytest.fixture
def ask(run: Usage) -> Usage:
    """The report as JSON."""

    def asked(*arguments: str) -> Any:
        code, out, err = run("--json", *arguments)
        assert code == 0, err
        return json.loads(out)

    return asked


@pytest.fixture
def settings(home: Home, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Write the settings file."""

    def write(text: str) -> Path:
        path = home.folder / "settings.toml"
        path.write_text(text, encoding="utf-8")
        monkeypatch.setenv("CCMCP_CONFIG", str(path))
        return path

    return write


def test_all_keys_are_there_and_money_is_rounded_to_six_places(home: Home, ask: Usage) -> None:
    chat = Chat("one")
    chat.user("go")
    answer(chat, usage(input_tokens=1))
    home.write(chat)

    [row] = ask()["rows"]

    assert (
        row
        | {
            "key": "2026-08-01",
            "total_tokens": 1,
            "cost_usd": 0.000004,
            "models": ["claude-opus-5-5"],
            "no_final": 0,
        }
        == row
    )
    assert {"keys", "block", "budget", "timing", "unpriced_models"} <= row.keys()


def test_two_groupings_give_both_keys_beside_the_joined_one(home: Home, ask: Usage) -> None:
    chat = Chat("one")
    answer(chat)
    home.write(chat)

    [row] = ask("--group", "project,model")["rows"]

    assert row["keys"] == ["/work/demo", "claude-opus-5-5"]
    assert all(part in row["key"] for part in row["keys"])


def test_a_model_without_a_price_is_named_and_costs_null_not_nothing(home: Home, ask: Usage) -> None:
    chat = Chat("one")
    answer(chat)
    answer(chat, model="glm-9")
    home.write(chat)

    report = ask("--group", "model")

    costs = {row["key"]: row["cost_usd"] for row in report["rows"]}
    assert costs == {"claude-opus-5-5": 0.006, "glm-9": None}
    assert report["unpriced_models"] == ["glm-9"]
    assert report["totals"]["cost_usd"] == 0.006
    assert report["totals"]["total_tokens"] == 2_200


def test_prices_of_a_file_of_the_users_go_before_ours(home: Home, ask: Usage, settings: Settings) -> None:
    chat = Chat("one")
    answer(chat, model="glm-9")
    home.write(chat)
    prices = home.folder / "prices.json"
    prices.write_text(json.dumps([{"model": "glm-9", "input": 1, "output": 10}]), encoding="utf-8")
    settings(f"usage_prices = {json.dumps(str(prices))}")

    report = ask()

    assert report["totals"]["cost_usd"] == 0.002
    assert report["unpriced_models"] == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("nothing", "is no"), ('[{"model": "glm-9"}]', "input"), ('[{"modle": "glm-9"}]', "model")],
)
def test_a_file_of_prices_that_cannot_be_used_is_named_with_what_is_wrong(
    home: Home, run: Usage, text: str, wanted: str, settings: Settings
) -> None:
    prices = home.folder / "prices.json"
    prices.write_text(text, encoding="utf-8")
    settings(f"usage_prices = {json.dumps(str(prices))}")

    code, out, err = run()

    assert (code, out) == (1, "")
    assert "prices.json" in err
    assert wanted in err


def test_a_file_of_prices_that_is_not_there_is_an_error_with_a_way_out(
    home: Home, run: Usage, settings: Settings
) -> None:
    settings(f"usage_prices = {json.dumps(str(home.folder / 'none.json'))}")

    code, _, err = run()

    assert code == 1
    assert "none.json can't be read" in err
    assert "take usage_prices out" in err


def test_a_price_holds_from_its_day_on(home: Home, ask: Usage) -> None:
    chat = Chat("one")
    answer(
        chat,
        usage(cache_read_input_tokens=1_000_000),
        model="claude-sonnet-5-5",
        timestamp="2026-10-06T23:59:59.999Z",
    )
    answer(
        chat,
        usage(cache_read_input_tokens=1_000_000),
        model="claude-sonnet-5-5",
        timestamp="2026-10-07T00:00:00.000Z",
    )
    home.write(chat)

    assert [row["cost_usd"] for row in ask()["rows"]] == [0.2, 0.1]
    assert ask("--group", "model")["totals"]["cost_usd"] == 0.3


def test_a_large_prompt_has_the_price_of_its_tier_whole(home: Home, ask: Usage) -> None:
    chat = Chat("one")
    answer(chat, usage(input_tokens=100_000), model="claude-haiku-5-5")
    answer(chat, usage(input_tokens=100_002), model="claude-haiku-5-5")
    home.write(chat)

    assert ask()["totals"]["cost_usd"] == round(0.01 + 100_002 * 0.5 / 1e6, 6)


def test_the_clients_own_figure_counts_as_the_mode_says(home: Home, ask: Usage) -> None:
    chat = Chat("old", version="0.2.126")
    answer(chat, costUSD=0.5)
    home.write(chat)

    costs = {mode: ask("--mode", mode)["totals"]["cost_usd"] for mode in ("auto", "calculated", "recorded")}

    assert costs == {"auto": 0.5, "calculated": 0.006, "recorded": 0.5}
    assert ask()["totals"]["recorded_usd"] == 0.5


# -- what no line accounts for


def account(chat: Chat, **tokens: float) -> None:
    names = {"input": "inputTokens", "output": "outputTokens", "usd": "costUSD"}
    told = {names[name]: value for name, value in tokens.items()}
    chat.raw(
        type="cost-state",
        sessionId=chat.id,
        totalCostUSD=told.get("costUSD", 0),
        modelUsage={"claude-opus-5-5": told},
    )


def test_what_the_clients_own_account_knows_beyond_the_lines_is_a_row_of_its_own(
    home: Home, ask: Usage
) -> None:
    chat = Chat("one")
    answer(chat)
    account(chat, input=1_000, output=100, usd=0.006)
    answer(chat)
    account(chat, input=2_500, output=230, usd=0.02)
    home.write(chat)

    report = ask()

    assert report["totals"]["total_tokens"] == 2_200
    beyond = report["unattributed"]
    assert (beyond["key"], beyond["sessions"], beyond["input_tokens"], beyond["output_tokens"]) == (
        "unattributed",
        1,
        500,
        30,
    )
    assert beyond["cost_usd"] == 0.008
    assert ask("--group", "model,agent")["unattributed"] == beyond


def test_an_account_that_agrees_with_the_lines_leaves_nothing_over(home: Home, ask: Usage) -> None:
    chat = Chat("one")
    answer(chat)
    account(chat, input=1_000, output=100, usd=0.006)
    home.write(chat)

    assert ask()["unattributed"] is None


def forked(mark: Record) -> tuple[Chat, Chat]:
    """A session with an account of 300 tokens beyond its line, and a fork of it whose copied lines are marked so."""
    parent, fork = Chat("parent"), Chat("fork")
    parent.user("go")
    first = answer(parent)
    account(parent, input=1_300, output=100, usd=0.0072)
    for record in parent.records[:2]:
        fork.raw(**{**record, "sessionId": fork.id, **mark})
    fork.records[1]["requestSessionId"] = parent.id
    answer(fork, parentUuid=first["uuid"])
    return parent, fork


def by_session(report: Any) -> dict[str, int]:
    return {row["key"]: row["responses"] for row in report["rows"] if row["key"] != "unattributed"}


@pytest.mark.parametrize("fork_first", [False, True])
def test_a_forks_account_goes_on_from_its_parents(home: Home, ask: Usage, *, fork_first: bool) -> None:
    parent, fork = forked({})
    account(fork, input=2_300, output=200, usd=0.0132)
    for chat in (fork, parent) if fork_first else (parent, fork):
        home.write(chat)
        ask()

    report = ask("--group", "session")

    assert by_session(report) == {parent.id: 1, fork.id: 1}
    assert report["unattributed"]["input_tokens"] == 300
    assert report["unattributed"]["cost_usd"] == 0.0012


def test_a_branchs_account_begins_with_itself(home: Home, ask: Usage) -> None:
    parent, fork = forked({"forkedFrom": {"sessionId": session_id("parent"), "messageUuid": "u"}})
    account(fork, input=1_050, output=100, usd=0.0062)
    home.write(parent)
    home.write(fork)

    report = ask("--group", "session")

    assert by_session(report) == {parent.id: 1, fork.id: 1}
    assert report["unattributed"]["input_tokens"] == 350


def test_a_file_copied_by_hand_brings_no_account_of_its_own(home: Home, ask: Usage) -> None:
    chat = Chat("one")
    answer(chat)
    account(chat, input=1_300, output=100, usd=0.0072)
    home.write(chat)
    home.put(home.path(chat).with_name(f"{session_id('copy')}.jsonl"), chat.bytes())

    assert ask()["unattributed"]["input_tokens"] == 300


def test_a_large_windows_account_is_that_of_its_model(home: Home, ask: Usage) -> None:
    chat = Chat("one")
    answer(chat)
    told = {"inputTokens": 1_300, "outputTokens": 100, "costUSD": 0.0072}
    chat.raw(type="cost-state", sessionId=chat.id, modelUsage={"claude-opus-5-5[1m]": told})
    home.write(chat)

    assert ask()["unattributed"]["input_tokens"] == 300


def test_what_no_line_accounts_for_is_the_last_row_and_in_no_total(
    home: Home, ask: Usage, run: Usage
) -> None:
    chat = Chat("one")
    answer(chat)
    account(chat, input=1_300, output=100, usd=0.0072)
    home.write(chat)

    report = ask("--group", "day,model")

    assert [row["keys"] for row in report["rows"]][1:] == [["unattributed", "unattributed"]]
    assert report["rows"][-1]["total_tokens"] == 300
    assert report["totals"]["total_tokens"] == 1_100
    assert run("--csv")[1].splitlines()[-1].startswith("unattributed,")


def test_an_account_is_of_a_whole_session_and_not_asked_for_a_part_of_it(home: Home, ask: Usage) -> None:
    chat = Chat("one")
    answer(chat, timestamp="2026-08-01T10:00:00.000Z")
    answer(chat, timestamp="2026-08-02T10:00:00.000Z")
    account(chat, input=9_000, output=900, usd=1)
    home.write(chat)

    assert ask("--since", "2026-08-02")["unattributed"] is None
    assert ask("--agent", "main")["unattributed"] is None
    assert ask("--since", "2026-08-01")["unattributed"]["input_tokens"] == 7_000


# -- context and caching


def test_context_is_the_largest_prompt_in_its_window_with_what_was_summed_up(home: Home, ask: Usage) -> None:
    chat = Chat("one")
    answer(chat, usage(input_tokens=10, cache_creation_input_tokens=40, cache_read_input_tokens=149_950))
    chat.system(
        "compact_boundary",
        "Conversation compacted",
        compactMetadata={"preTokens": 155_000, "postTokens": 9_000},
    )
    answer(chat, usage(input_tokens=9_000))
    home.write(chat)

    [row] = ask("--group", "session")["rows"]

    assert row["context"] == {
        "largest_tokens": 150_000,
        "window_tokens": 200_000,
        "headroom": 0.25,
        "compactions": 1,
        "at_compaction_tokens": 155_000,
    }


def test_a_prompt_beyond_the_usual_window_was_sent_into_the_large_one(home: Home, ask: Usage) -> None:
    chat = Chat("one")
    answer(chat, usage(cache_read_input_tokens=250_000))
    home.write(chat)

    context = ask()["totals"]["context"]

    assert (context["window_tokens"], context["headroom"]) == (1_000_000, 0.75)


def test_caching_saves_what_reads_are_cheaper_less_what_writes_are_dearer(home: Home, ask: Usage) -> None:
    chat = Chat("one")
    answer(
        chat,
        usage(
            input_tokens=1_000_000, cache_creation_input_tokens=1_000_000, cache_read_input_tokens=2_000_000
        ),
    )
    home.write(chat)

    cache = ask()["totals"]["cache"]

    assert cache == {"hit_rate": 0.5, "saved_usd": 2 * (4 - 0.2) - (5 - 4)}


# -- turns and details


def test_turns_of_a_session_say_what_each_took(home: Home, ask: Usage) -> None:
    chat = Chat("one")
    first = chat.user("first thing", timestamp="2026-08-01T10:00:00.000Z")
    answer(
        chat,
        THOUSAND,
        {"type": "tool_use", "id": "t1", "name": "Bash", "input": {"command": "ls"}},
        timestamp="2026-08-01T10:00:05.000Z",
    )
    chat.result("t1", "a\nb", timestamp="2026-08-01T10:00:35.000Z")
    answer(chat, timestamp="2026-08-01T10:00:45.000Z")
    chat.system("turn_duration", durationMs=47_000)
    second = chat.user("second thing", timestamp="2026-08-01T10:05:00.000Z")
    answer(chat, timestamp="2026-08-01T10:05:03.000Z")
    home.write(chat)

    rows = ask("--group", "turn", "--session", chat.id)["rows"]

    assert [(row["key"], row["title"], row["responses"]) for row in rows] == [
        (first["uuid"], "first thing", 2),
        (second["uuid"], "second thing", 1),
    ]
    assert rows[0]["timing"] == {"first_answer_seconds": 5.0, "model_seconds": 15.0, "turn_seconds": 47.0}
    assert rows[1]["timing"] == {"first_answer_seconds": 3.0, "model_seconds": 3.0, "turn_seconds": 3.0}
    assert rows[1]["context"]["largest_tokens"] == 1_000


def test_turns_are_asked_for_of_one_session(run: Usage) -> None:
    code, _, err = run("--group", "turn")

    assert code == 2
    assert "name it with session" in err


def test_details_tell_what_came_to_nothing_and_what_results_cost_as_context(home: Home, ask: Usage) -> None:
    chat = Chat("one")
    chat.user("stop this")
    answer(chat)
    chat.user([{"type": "text", "text": "[Request interrupted by user]"}])
    chat.user("go on")
    answer(
        chat,
        THOUSAND,
        {
            "type": "tool_use",
            "id": "t1",
            "name": "Edit",
            "input": {"file_path": "/a", "old_string": "x", "new_string": "y"},
        },
    )
    chat.result(
        "t1", "The user doesn't want to proceed with this tool use. The tool use was rejected.", is_error=True
    )
    answer(chat, THOUSAND, {"type": "tool_use", "id": "t2", "name": "Bash", "input": {"command": "make"}})
    chat.result("t2", "Exit code 2", is_error=True)
    answer(chat, THOUSAND, {"type": "tool_use", "id": "t4", "name": "Bash", "input": {"command": "make"}})
    chat.result("t4", "made")
    answer(chat, THOUSAND, {"type": "tool_use", "id": "t3", "name": "Read", "input": {"file_path": "/b"}})
    chat.result("t3", "r" * 4_000)
    answer(chat)
    answer(chat)
    home.write(chat)

    details = ask("--details")["details"]

    wasted = {
        each["kind"]: (each["count"], each["total_tokens"], each["cost_usd"]) for each in details["wasted"]
    }
    assert wasted == {
        "interrupted turns": (1, 1_100, 0.006),
        "refused edits": (1, 1_100, 0.006),
        "other refused calls": (0, 0, 0.0),
        "failed calls": (1, 1_100, 0.006),
        "retried calls": (1, 1_100, 0.006),
        "failed requests": (0, 0, 0.0),
    }
    [read] = [each for each in details["tools"] if each["tool"] == "Read"]
    assert (read["calls"], read["result_tokens"], read["reread_tokens"]) == (1, 1_000, 1_000)
    assert details["timing"]["turns"] == 2


def test_subagents_are_told_apart_by_type_and_count_to_their_session(home: Home, ask: Usage) -> None:
    chat, side = Chat("one"), Chat("side")
    answer(chat)
    home.write(chat)
    answer(side, sessionId=chat.id, isSidechain=True, agentId="a1")
    answer(side, sessionId=chat.id, isSidechain=True, agentId="a1")
    home.agent(chat, "a1", side.records, {"agentType": "reviewer"})

    rows = {row["key"]: row["responses"] for row in ask("--group", "agent")["rows"]}

    assert rows == {"main": 1, "reviewer": 2}
    assert [row["key"] for row in ask("--group", "session")["rows"]] == [chat.id]
    assert ask("--agent", "reviewer")["totals"]["responses"] == 2
    assert ask("--agent", "reviwer")["hints"] == ["There is no subagent 'reviwer'. Did you mean 'reviewer'?"]
    assert ask("--details")["details"]["agents"] == [
        {"agent": "reviewer", "runs": 1, "total_tokens": 2_200, "cost_usd": 0.012}
    ]


def test_turns_and_details_are_of_what_the_filters_leave(home: Home, ask: Usage) -> None:
    chat = Chat("one")
    chat.user("go")
    answer(chat)
    answer(chat, model="claude-haiku-4-5-20251001")
    home.write(chat)

    [turn] = ask("--group", "turn", "--session", chat.id, "--model", "haiku")["rows"]

    assert turn["models"] == ["claude-haiku-4-5-20251001"]
    assert turn["total_tokens"] == 1_100


@pytest.mark.parametrize("asked", ["review*", "Code Reviewer", "code-", "agent-a1", "a1", "subagent"])
def test_an_agent_is_the_same_one_in_totals_turns_and_details(home: Home, ask: Usage, asked: str) -> None:
    chat, side = Chat("one"), Chat("side")
    chat.user("Fix the door")
    answer(chat)
    answer(side, sessionId=chat.id, isSidechain=True, agentId="a1")
    kind = "reviewer" if asked == "review*" else "code-reviewer"
    home.agent(chat, "a1", side.records, {"agentType": kind})
    home.write(chat)
    report = ask("--group", "turn", "--session", chat.id, "--agent", asked, "--details")
    assert report["totals"]["total_tokens"] == 1_100
    assert [row["total_tokens"] for row in report["rows"]] == [1_100]
    assert report["details"]["agents"] == [
        {"agent": kind, "runs": 1, "total_tokens": 1_100, "cost_usd": 0.006}
    ]


def test_what_a_tool_cost_is_shared_out_whole_with_what_clients_wrote_down(home: Home, ask: Usage) -> None:
    chat = Chat("old", version="0.2.126")
    calls = [
        {"type": "tool_use", "id": f"t{at}", "name": name, "input": {}}
        for at, name in enumerate(("Bash", "Read", "LS"))
    ]
    answer(chat, usage(input_tokens=1_000), *calls, costUSD=1.0)
    home.write(chat)

    report = ask("--group", "tool")

    assert {row["key"]: row["input_tokens"] for row in report["rows"]} == {
        "Bash": 333,
        "LS": 333,
        "Read": 334,
    }
    assert report["totals"]["cost_usd"] == 1.0
    assert {row["first_at"] for row in report["rows"]} == {"2026-08-01T10:00:00+00:00"}


@pytest.mark.parametrize(
    "odd", [{"timestamp": "9999-12-31T23:59:59.999Z"}, {"costUSD": 1e308}, {"costUSD": -5}]
)
def test_one_odd_line_breaks_no_report(home: Home, ask: Usage, odd: Record) -> None:
    chat = Chat("one")
    for _ in range(2):
        answer(chat, **odd)
    answer(chat)
    home.write(chat)

    for group in ("day", "hour", "block", "model"):
        totals = ask("--group", group)["totals"]
        assert (totals["responses"], totals["cost_usd"]) == (3, 0.018)


def test_projects_that_settings_leave_out_are_neither_counted_nor_named(
    home: Home, ask: Usage, settings: Settings
) -> None:
    secret, chat = Chat("secret", cwd="/work/secret", branch="secret-branch"), Chat("one")
    answer(secret, model="secret-model", timestamp="2026-08-01T06:59:00.000Z")
    answer(chat, timestamp="2026-08-01T11:30:00.000Z")
    home.write(secret)
    home.write(chat)
    settings('exclude_projects = ["/work/secret"]')

    assert [row["key"] for row in ask("--group", "block")["rows"]] == ["2026-08-01T11:00+00:00"]
    for asked in ("--model", "--branch", "--agent"):
        assert "secret" not in json.dumps(ask(asked, "zzz"))


def test_a_secret_at_a_prompts_cut_is_not_in_a_turns_title(home: Home, ask: Usage) -> None:
    chat = Chat("one")
    chat.user(f"{'x ' * 140}{' ' * 700} my key {'sk-ant-api03-' + 'A1b2' * 24}")
    answer(chat)
    home.write(chat)

    [turn] = ask("--group", "turn", "--session", chat.id)["rows"]

    assert "A1b2" not in json.dumps(turn)


def test_a_budget_says_what_it_cannot_count(home: Home, ask: Usage, run: Usage, settings: Settings) -> None:
    chat = Chat("one")
    at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    answer(chat, model="acme", timestamp=at)
    home.write(chat)
    settings("[budgets]\nday = 1\n")

    assert ask()["budgets"][0]["unpriced_tokens"] == 1_100
    code, out, _ = run("--check")
    assert code == 0
    assert "1.1k unpriced" in out


# -- budgets


def today(chat: Chat, dollars: int) -> None:
    at = (datetime.now(UTC) - timedelta(seconds=1)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    answer(chat, usage(input_tokens=250_000 * dollars), timestamp=at)


def test_the_report_says_where_each_budget_stands(home: Home, ask: Usage, settings: Settings) -> None:
    chat = Chat("one")
    today(chat, 3)
    home.write(chat)
    settings('[budgets]\nmonth = 12\nprojects = { "demo" = 2 }\nmodels = { "sonnet" = 5 }\n')

    standing = {each["name"]: each for each in ask()["budgets"]}

    assert {name: (each["spent_usd"], each["passed"]) for name, each in standing.items()} == {
        "month": (3.0, False),
        "project demo per month": (3.0, True),
        "model sonnet per month": (0.0, False),
    }
    assert standing["month"]["used"] == 0.25


def test_rows_of_a_budgets_period_say_how_much_of_it_they_used(
    home: Home, ask: Usage, settings: Settings
) -> None:
    chat = Chat("one")
    answer(chat, usage(input_tokens=1_000_000))
    home.write(chat)
    settings("[budgets]\nday = 16\n")

    assert ask()["rows"][0]["budget"] == {"usd": 16.0, "used": 0.25, "passed": False}
    assert ask("--group", "week")["rows"][0]["budget"] is None
    assert ask("--model", "opus")["rows"][0]["budget"] is None


def test_a_check_exits_1_past_a_budget_and_says_which(home: Home, run: Usage, settings: Settings) -> None:
    chat = Chat("one")
    today(chat, 3)
    home.write(chat)
    path = settings("[budgets]\nday = 4\n")

    assert run("--check")[0] == 0
    path.write_text("[budgets]\nday = 2\n", encoding="utf-8")
    code, _, err = run("--check")

    assert code == 1
    assert "day" in err


def test_a_check_without_any_budget_is_wrong_usage(run: Usage) -> None:
    code, _, err = run("--check")

    assert code == 2
    assert "[budgets]" in err


def test_a_budget_that_is_none_is_named_with_the_nearest_known_key(run: Usage, settings: Settings) -> None:
    settings("[budgets]\nmoth = 4\n")

    code, _, err = run()

    assert code == 1
    assert "month" in err


# -- ccusage's rules, and what is asked wrongly


def test_the_difference_to_ccusage_is_said_in_one_line(home: Home, ask: Usage) -> None:
    chat = Chat("one")
    for second in (1, 2):
        record = answer(chat, timestamp=f"2026-08-01T10:00:0{second}.000Z")
        record["message"]["id"] = "gateway-1"
        del record["requestId"]
    home.write(chat)

    theirs = ask("--compatible", "ccusage")

    assert theirs["totals"]["total_tokens"] == 2_200
    assert "By our rules: 1,100 tokens" in theirs["difference"]
    assert "\n" not in theirs["difference"]
    assert ask()["totals"]["total_tokens"] == 1_100
    assert ask()["difference"] is None


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (["--group", "dya"], "day"),
        (["--group", "day,day"], "two different ones"),
        (["--group", "day,model,agent"], "two different ones"),
        (["--timezone", "Mars/Olympus"], "Europe/Berlin"),
        (["--since", "someday"], "someday"),
        (["--mode", "guess"], "calculated"),
        (["--cursor", "x"], "cursor"),
    ],
)
def test_what_cannot_be_used_is_refused_with_what_could(
    run: Usage, arguments: list[str], wanted: str
) -> None:
    code, out, err = run(*arguments)

    assert (code, out) == (2, "")
    assert wanted in err


def test_an_unknown_model_is_answered_with_those_there_are(home: Home, ask: Usage) -> None:
    chat = Chat("one")
    answer(chat)
    home.write(chat)

    report = ask("--model", "gpt")

    assert report["rows"] == []
    assert "claude-opus-5-5" in report["hints"][0]


def test_a_limit_keeps_the_newest_days_in_order_and_a_cursor_goes_on(home: Home, ask: Usage) -> None:
    chat = Chat("one")
    for day in range(1, 6):
        answer(chat, timestamp=f"2026-08-0{day}T10:00:00.000Z")
    home.write(chat)

    first = ask("--limit", "2")
    second = ask("--limit", "2", "--cursor", first["next_cursor"])

    assert [row["key"] for row in first["rows"]] == ["2026-08-04", "2026-08-05"]
    assert [row["key"] for row in second["rows"]] == ["2026-08-02", "2026-08-03"]
    assert first["total_rows"] == 5
    assert first["totals"] == second["totals"]


def test_one_session_is_asked_for_by_a_prefix_of_its_id(home: Home, ask: Usage) -> None:
    for name in ("one", "two"):
        chat = Chat(name)
        answer(chat)
        home.write(chat)

    assert ask("--session", session_id("one")[:8])["totals"]["responses"] == 1
