"""Files: read again and again, edited over and over, changes taken back."""

from decimal import Decimal

import pytest

from tests.insights.made import READ, WRITE, Made, found, pasted, reviewed

FILE = "/work/demo/src/app.py"


# -- read again and again


def test_a_file_read_three_times_by_one_conversation_is_found_with_the_sessions_that_show_it() -> None:
    made = Made()
    made.prompt()
    reads = [made.read(FILE), made.read(FILE), made.read(FILE)]
    [finding] = found(made, "repeated_reads").values()
    assert (finding.subject, finding.times, finding.sessions) == ("src/app.py", 2, 1)
    assert finding.note == "3 reads in one session, 2 of the very same lines"
    assert [each.entry_id for each in finding.evidence] == [reads[-1].entry_id]
    assert "`src/app.py`" in pasted(finding)


def test_a_reader_that_changed_a_file_itself_need_not_look_again() -> None:
    made = Made()
    for number in range(3):
        made.read(FILE, 400 + number)
        made.edit(FILE, f"{number}", f"{number + 1}")
    finding = found(made, "repeated_reads")["src/app.py"]
    assert finding.note == "3 reads in one session, 2 after own edits"


def test_what_somebody_else_changed_has_to_be_read_again() -> None:
    made = Made()
    for number in range(5):
        made.read(FILE, 400 + number)
        made.edit(FILE, f"{number}", f"{number + 1}", agent="a1")
    assert not found(made, "repeated_reads")


def test_files_of_one_name_in_two_projects_are_two() -> None:
    one, other = Made("one"), Made("other", number=2, project="/work/else")
    for made in (one, other):
        for _ in range(4):
            made.read(f"{made.project}/package.json")
    findings = reviewed([one, other], "repeated_reads").findings
    assert [(each.subject, each.projects, each.memory) for each in findings] == [
        ("package.json", ("/work/demo",), "CLAUDE.md"),
        ("package.json", ("/work/else",), "CLAUDE.md"),
    ]


@pytest.mark.parametrize("path", ["c:/Work/Demo/App.py", "C:\\Work\\Demo\\App.py"])
def test_a_path_is_shown_as_its_project_would_write_it_whatever_the_case_of_its_folder(path: str) -> None:
    made = Made(project="C:\\work\\demo")
    for _ in range(3):
        made.read(path)
    assert list(found(made, "repeated_reads")) == ["App.py"]


def test_reading_twice_is_a_second_look() -> None:
    made = Made()
    made.read(FILE)
    made.read(FILE)
    assert not found(made, "repeated_reads")


def test_a_reading_that_failed_is_none() -> None:
    made = Made()
    for _ in range(4):
        made.read(FILE, outcome="error")
    assert not found(made, "repeated_reads")


def test_what_was_read_before_a_compaction_is_not_known_any_more() -> None:
    made = Made()
    made.read(FILE)
    made.moment("compaction")
    made.read(FILE)
    made.moment("compaction")
    made.read(FILE)
    assert not found(made, "repeated_reads")


def test_each_conversation_has_to_read_a_file_once() -> None:
    made = Made()
    for agent in ("", "a1", "a2"):
        made.read(FILE, agent=agent)
    assert not found(made, "repeated_reads")
    made.read(FILE, agent="a1")
    made.read(FILE, agent="a2")
    assert found(made, "repeated_reads")["src/app.py"].times == 2


def test_parts_of_a_file_count_only_when_they_are_many_and_long() -> None:
    short, long, few = Made("short"), Made("long"), Made("few")
    for part in range(8):
        short.read("/work/demo/short.py", 500, given=str(part))
        long.read("/work/demo/long.py", 8_000, given=str(part))
        if part < 4:
            few.read("/work/demo/few.py", 40_000, given=str(part))
    findings = found([short, long, few], "repeated_reads")
    assert list(findings) == ["long.py"]
    assert findings["long.py"].note == "8 reads in one session, 7 of further parts"


def test_a_repeated_text_costs_one_write_and_each_later_reading_up_to_the_compaction() -> None:
    made = Made()
    made.read(FILE, 4_000)
    made.read(FILE, 4_000)
    made.read(FILE, 4_000)  # the response that makes it has the second one in its prompt
    made.answer(cache_write=1_100, cache_read=2_000)
    made.answer(cache_read=3_000)
    made.moment("compaction")
    made.answer(cache_read=5_000)
    cost = found(made, "repeated_reads")["src/app.py"].cost
    # The second text: in three prompts, first read with nothing written (so as plain input is not cheaper than a write).
    assert cost.tokens == 1_000 * 3 + 1_000 * 2
    second = 1_000 * (Decimal("0.01") + READ + READ)
    third = 1_000 * (READ + READ)
    assert cost.usd == second + third


def test_a_text_is_written_again_where_the_cache_did_not_reach_it() -> None:
    made = Made()
    made.read(FILE, 4_000)
    made.read(FILE, 4_000)
    made.read(FILE, 4_000, outcome="error")
    made.read(FILE, 4_000)
    made.answer(cache_write=5_000, cache_read=50)
    cost = found(made, "repeated_reads")["src/app.py"].cost
    assert cost.usd is not None
    # In the last prompt both texts were written anew; before that the second one came in as input, twice.
    assert cost.usd == 1_000 * (2 * WRITE + 2 * Decimal("0.01"))


# -- edited over and over


def test_a_file_edited_ten_times_in_a_session_is_found_with_how_many_turns_it_took() -> None:
    made = Made()
    for number in range(10):
        if number % 5 == 0:
            made.prompt()
        made.edit(FILE, f"{number}", f"{number + 1}")
    [finding] = found(made, "edited_over").values()
    assert (finding.subject, finding.times) == ("src/app.py", 10)
    assert finding.note == "10 edits in one session, in 2 turns"
    assert finding.cost.tokens == 7 * 110


def test_a_subagents_edits_are_of_the_turn_it_worked_in() -> None:
    made = Made()
    for number in range(10):
        if number % 2 == 0:
            made.prompt()
        made.edit(FILE, f"{number}", f"{number + 1}", agent="a1")
    assert found(made, "edited_over")["src/app.py"].note == "10 edits in one session, in 5 turns"


@pytest.mark.parametrize(("path", "edits"), [(FILE, 9), ("/work/demo/PLAN.md", 30)])
def test_a_few_edits_and_those_of_documents_are_work_as_it_should_be(path: str, edits: int) -> None:
    made = Made()
    for number in range(edits):
        made.edit(path, f"{number}", f"{number + 1}")
    assert not found(made, "edited_over")


def test_edits_that_failed_changed_nothing() -> None:
    made = Made()
    for number in range(12):
        made.edit(FILE, f"{number}", f"{number + 1}", outcome="error")
    assert not found(made, "edited_over")


# -- taken back


def test_an_edit_that_a_later_one_undoes_was_taken_back() -> None:
    made = Made()
    made.edit(FILE, "a", "b")
    made.edit(FILE, "x", "y")
    made.edit(FILE, "b", "a")
    made.edit("/work/demo/other.py", "y", "x")
    made.edit(FILE, "y", "x")
    [finding] = found(made, "taken_back").values()
    assert (finding.subject, finding.times) == ("src/app.py", 2)
    assert finding.cost.tokens == 4 * 110


def test_an_edit_is_taken_back_once_however_often_it_is_made_again() -> None:
    made = Made()
    made.edit(FILE, "a", "b")
    made.edit(FILE, "b", "a")
    made.edit(FILE, "a", "b")
    assert not found(made, "taken_back")
    made.edit(FILE, "b", "a")
    assert found(made, "taken_back")["src/app.py"].times == 2
    made.edit(FILE, "b", "a")
    assert found(made, "taken_back")["src/app.py"].times == 2


@pytest.mark.parametrize(
    ("command", "subject"),
    [
        ("git checkout -- src/app.py", "src/app.py"),
        ("git checkout HEAD -- src/app.py", "src/app.py"),
        ("cd /work && git restore src/app.py", "src/app.py"),
        ("git checkout .", "demo"),
        ("git reset --hard HEAD~1", "demo"),
    ],
)
def test_restoring_files_with_git_takes_changes_back(command: str, subject: str) -> None:
    made = Made()
    made.shell(command)
    made.shell(command)
    assert found(made, "taken_back")[subject].times == 2


@pytest.mark.parametrize(
    "command",
    ["git checkout main", "git checkout -b new", "git restore --staged a.py", "git reset HEAD a.py", "git commit -m 'git restore a.py'"],
)  # fmt: skip
def test_other_uses_of_git_take_nothing_back(command: str) -> None:
    made = Made()
    for _ in range(3):
        made.shell(command)
    assert not found(made, "taken_back")


def test_rewinding_takes_changes_back() -> None:
    made = Made()
    made.moment("command", "/rewind")
    made.moment("command", "/rewinding is no command of it")
    made.moment("command", "/rewind to the start")
    assert found(made, "taken_back")["demo"].times == 2
