"""What comes to nothing: loops, slow calls, full contexts, subagents that bring little back."""

from decimal import Decimal
from typing import Any

import pytest

from tests.insights.made import READ, WRITE, Made, found

# -- loops


def test_a_call_made_three_times_in_a_row_with_one_result_is_a_loop() -> None:
    made = Made()
    for _ in range(4):
        made.shell("gh run view 12", "in progress")
    finding = found(made, "loops")["gh run view"]
    assert (finding.times, finding.note) == (3, "4 in a row: gh run view 12")
    assert finding.cost.tokens == 3 * 110


def test_two_calls_in_turn_are_a_loop_too() -> None:
    made = Made()
    for _ in range(3):
        made.shell("make check", "1 failed")
        made.call("Grep", "failed", "1 match")
    finding = found(made, "loops")["make check"]
    assert (finding.times, finding.note) == (4, "6 in a row: make check")


@pytest.mark.parametrize(
    "what", ["another result", "something between", "another agent", "refused", "failed", "a look between"]
)
def test_what_moves_on_is_no_loop(what: str) -> None:
    made = Made()
    for number in range(5):
        made.shell(
            "make check",
            f"{number} failed" if what == "another result" else "1 failed",
            agent=f"a{number}" if what == "another agent" else "",
            outcome={"refused": "rejected", "failed": "error"}.get(what, "ok"),
        )
        if what == "a look between":
            made.read(characters=100 + number)
        if what == "something between":
            made.edit("/work/demo/a.py", f"{number}", f"{number + 1}")
    assert not found(made, "loops")


def test_a_loop_ends_where_something_else_comes_and_another_may_begin() -> None:
    made = Made()
    for _ in range(3):
        made.shell("make one", "1 failed")
    for _ in range(4):
        made.shell("make two", "1 failed")
    times = {subject: finding.times for subject, finding in found(made, "loops").items()}
    assert times == {"make one": 2, "make two": 3}


def test_a_file_read_again_and_again_is_no_loop_but_may_be_part_of_one() -> None:
    made = Made()
    for _ in range(4):
        made.read()
    assert not found(made, "loops")
    other = Made()
    for _ in range(3):
        other.read()
        other.shell("make check", "1 failed")
    assert found(other, "loops")["make check"].times == 4


def test_calls_of_one_response_do_not_know_of_each_other() -> None:
    made = Made()
    for _ in range(2):
        made.shell("make check", "1 failed")
        for _ in range(4):
            made.shell("make check", "1 failed", together=True)
    assert not found(made, "loops")


def test_the_same_change_of_several_files_is_no_loop() -> None:
    made = Made()
    for number in range(5):
        made.edit(f"/work/demo/{number}.py", "import a", "import b")
    assert not found(made, "loops")


# -- slow calls


def test_commands_that_take_a_minute_are_found_with_how_long_they_took() -> None:
    made = Made()
    for seconds in (60, 90, 120):
        made.shell("cd web && npm run build", seconds=seconds)
    finding = found(made, "slow_calls")["npm run build"]
    assert (finding.times, finding.seconds) == (3, 270)


def test_what_is_mostly_fast_is_not_slow() -> None:
    made = Made()
    for number in range(8):
        made.shell("npm run build", seconds=90 if number < 3 else 5)
    assert not found(made, "slow_calls")


def test_a_line_is_slow_for_its_first_command_that_takes_its_time() -> None:
    made = Made()
    for _ in range(3):
        made.shell("cd web && docker build . && docker service update web", seconds=90)
    assert list(found(made, "slow_calls")) == ["docker build"]


def test_what_timed_out_is_not_slow_but_failed() -> None:
    made = Made()
    for _ in range(5):
        made.failing("npm run dev", "Command timed out after 2m", seconds=120)
    assert not found(made, "slow_calls")


@pytest.mark.parametrize("tool", ["Edit", "Bash"])
def test_where_what_is_over_at_once_took_long_somebody_was_asked(tool: str) -> None:
    made = Made()
    for _ in range(5):
        made.shell("npm run build", seconds=90)
    assert found(made, "slow_calls")
    made.call(tool, "ls", seconds=90, permission="accept user_temporary")
    assert found(made, "slow_calls")
    made.call(tool, "ls", seconds=90)
    assert not found(made, "slow_calls")


def test_an_mcp_tool_is_slow_only_where_it_is_known_that_nobody_was_asked() -> None:
    made = Made()
    for _ in range(3):
        made.call("mcp__db__query", "select", seconds=90)
    assert not found(made, "slow_calls")
    for _ in range(3):
        made.call("mcp__db__query", "select", seconds=90, permission="accept config")
    assert found(made, "slow_calls")["mcp__db__query"].times == 3


@pytest.mark.parametrize(
    ("tool", "target", "seconds"),
    [
        ("Bash", "git status && ls", 300),
        ("Bash", "sleep 90; gh run view 12", 90),
        ("Bash", "npm run build", 700),
        ("Edit", "/work/demo/a.py", 300),
        ("AskUserQuestion", "which?", 300),
        ("Agent", "look around", 300),
        ("WebFetch", "https://x.org", 90),
    ],
)
def test_waiting_for_a_person_or_on_purpose_is_not_slow(tool: str, target: str, seconds: int) -> None:
    made = Made()
    for _ in range(5):
        made.call(tool, target, seconds=seconds)
    assert not found(made, "slow_calls")


def test_where_a_person_was_asked_the_time_tells_nothing() -> None:
    made = Made()
    for _ in range(5):
        made.shell("npm run build", seconds=90, permission="accept user_temporary")
    assert not found(made, "slow_calls")


def test_a_cache_that_ran_out_meanwhile_is_what_a_slow_call_costs() -> None:
    made = Made()
    for _ in range(3):
        made.answer(cache_read=10_000)
        made.shell("npm run build", seconds=400, together=True)
        made.answer(cache_write=10_000, cache_read=0)
    finding = found(made, "slow_calls")["npm run build"]
    assert finding.cost.usd == 3 * 10_000 * (WRITE - READ)


def test_a_cache_costs_no_more_than_what_had_been_in_it() -> None:
    made = Made()
    for _ in range(3):
        made.answer(cache_read=10_000)
        made.shell("npm run build", seconds=400, together=True)
        made.answer(cache_write=12_000, cache_read=1_000)
    assert found(made, "slow_calls")["npm run build"].cost.tokens == 3 * 9_000


@pytest.mark.parametrize(
    ("seconds", "read", "written"), [(299, 0, 10_000), (400, 9_000, 1_000), (400, 0, 4_000)]
)
def test_a_cache_that_was_still_there_costs_nothing_more(seconds: int, read: int, written: int) -> None:
    made = Made()
    for _ in range(3):
        made.answer(cache_read=10_000)
        made.shell("npm run build", seconds=seconds, together=True)
        made.answer(cache_write=written, cache_read=read)
    assert found(made, "slow_calls")["npm run build"].cost.tokens == 0


def test_times_that_are_not_known_are_no_times() -> None:
    made = Made()
    for _ in range(5):
        made.shell("npm run build", at=0, result_at=500_000)
        made.shell("npm run build", result_at=0)
    assert not found(made, "slow_calls")


# -- full contexts


def test_compactions_are_found_by_project_with_what_had_filled_the_context() -> None:
    made = Made()
    for _ in range(2):
        made.read("/work/demo/a.py", 200_000)
        made.shell("ls", "x" * 400)
        made.answer(cache_read=99_000)
        made.moment("compaction", "auto", amount=100_000, after=5_000)
        made.answer(cache_write=5_000)
    finding = found(made, "compactions")["demo"]
    assert (finding.times, finding.note) == (2, "mostly Read 50 %")
    assert finding.cost.tokens == 2 * 105_000
    assert finding.cost.usd == 2 * (100_000 * READ + 5_000 * WRITE)


def test_what_an_earlier_compaction_took_away_did_not_fill_the_context() -> None:
    made = Made()
    for tool in ("Read", "Grep"):
        made.call(tool, "/work/demo/a.py", "x" * 200_000)
        made.answer(cache_read=99_000)
        made.moment("compaction", "auto", amount=100_000, after=5_000)
    finding = found(made, "compactions")["demo"]
    assert {each.note for each in finding.evidence} == {"mostly Read 50 %", "mostly Grep 50 %"}


def test_where_a_client_wrote_no_sizes_the_responses_around_tell_them() -> None:
    made = Made()
    for _ in range(2):
        made.answer(cache_read=80_000)
        made.moment("compaction")
        made.answer(cache_write=4_000, cache_read=0)
    assert found(made, "compactions")["demo"].cost.tokens == 2 * 84_000


def test_a_compaction_of_nothing_costs_nothing() -> None:
    made = Made()
    made.moment("compaction")
    made.moment("compaction")
    finding = found(made, "compactions")["demo"]
    assert (finding.cost.tokens, finding.cost.usd) == (0, Decimal(0))


# -- subagents


def task(made: Made, agent: str, calls: int, result: str, **more: Any) -> None:
    """A subagent that makes calls and gives a result back."""
    start = made.call("Agent", "find the bug", result, seconds=36_000, **more)
    for number in range(calls):
        made.read(f"/work/demo/{number}.py", agent=agent)
    made.agent(agent, start)


def test_a_subagent_with_many_calls_and_little_result_is_found_with_all_it_cost() -> None:
    made = Made()
    task(made, "a1", 20, "nothing found")
    finding = found(made, "idle_agents")["Explore"]
    assert finding.note == "20 calls, 13 characters back: look around"
    assert finding.cost.tokens == 20 * 110


@pytest.mark.parametrize(
    ("calls", "result", "outcome"), [(20, "x" * 400, "ok"), (14, "nothing", "ok"), (20, "", "rejected")]
)
def test_a_subagent_that_did_little_or_brought_something_back_is_fine(
    calls: int, result: str, outcome: str
) -> None:
    made = Made()
    task(made, "a1", calls, result, outcome=outcome)
    assert not found(made, "idle_agents")


def test_a_subagent_that_failed_brought_nothing_back() -> None:
    made = Made()
    task(made, "a1", 20, "x" * 900, outcome="error")
    assert found(made, "idle_agents")["Explore"].note.startswith("20 calls, failed")


def test_a_subagent_that_changes_files_or_reports_later_need_not_say_much() -> None:
    made = Made()
    task(made, "a1", 20, "done")
    made.edit("/work/demo/a.py", "a", "b", agent="a1")
    task(made, "a2", 20, "started", result_at=1)
    assert not found(made, "idle_agents")
