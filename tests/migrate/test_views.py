"""Plans and what became of them, as a person and a model read them: short however long the history, and whole sentences."""

from datetime import UTC, datetime
from typing import Any

import pytest

from ccmcp.cli.migrate import LIST, Migrations, OneMigration
from ccmcp.errors import UndoRefusedError
from ccmcp.screen import Screen, columns
from ccmcp.views import migrated, migration
from ccmcp.views.migrated import CheckedSession, Migrated, refusal
from ccmcp.views.planned import LeftBehind, PlannedAction, PlannedMigration, PlannedRisk, Proposed
from tests.migrate.conftest import FailedError, World

OLD, NEW = "/home/ann/old/app", "/home/ann/work/app"
LONG = "/home/ann/a/company/of/many/departments/each/with/projects/of/its/own/web"


def screen(width: int = 80) -> Screen:
    return Screen(now=datetime(2026, 11, 26, tzinfo=UTC), width=width)


def id_of(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-000000000000"


def action(what: str, number: int = 0, **more: Any) -> PlannedAction:
    usual: dict[str, Any] = {
        "do": "move", "what": what, "source": OLD, "target": NEW, "session_id": id_of(number) if what == "session" else None,
        "new_session_id": None, "title": f"Talk {number}", "files": 1, "bytes": 1000, "changes": {}, "detail": None,
    }  # fmt: skip
    return PlannedAction(**usual | more)


def plan(**more: Any) -> PlannedMigration:
    usual: dict[str, Any] = {
        "plan_id": "3f2a91c07d3e", "mode": "move", "source": OLD, "target": NEW, "root": "claude", "target_root": "claude",
        "actions": (), "more_actions": 0, "risks": (), "more_risks": 0, "conflicts": (), "more_conflicts": 0, "left": (),
        "more_left": 0, "sessions": 0, "bytes": 3000, "after": (), "proposals": (), "more_proposals": 0,
        "command": "ccmcp migrate apply 3f2a91c07d3e",
    }  # fmt: skip
    return PlannedMigration(**usual | more)


def proposals(*found: Proposed, more: int = 0) -> PlannedMigration:
    return plan(plan_id=None, mode=None, command=None, proposals=found, more_proposals=more)


def proposed(source: str, target: str | None = None, *reasons: str, **more: Any) -> Proposed:
    usual: dict[str, Any] = {
        "sessions": 3,
        "last_at": "2026-11-20T10:00:00+00:00",
        "score": 0.9,
        "sure": False,
    }
    return Proposed(**usual | {"source": source, "target": target, "reasons": reasons} | more)


def left(number: int, why: str, *, what: str = "session", advice: str | None = None) -> LeftBehind:
    path = f"{OLD}/{id_of(number)}.jsonl"
    session = id_of(number) if what == "session" else None
    return LeftBehind(what=what, path=path, session_id=session, why=why, advice=advice)


def checked(number: int, problem: str | None = None) -> CheckedSession:
    return CheckedSession(
        session_id=id_of(number), title=f"Talk {number}", cwd=NEW, resume=f"claude --resume {id_of(number)}",
        checked=problem is None, problem=problem,
    )  # fmt: skip


def outcome(**more: Any) -> Migrated:
    usual: dict[str, Any] = {
        "plan_id": "3f2a91c07d3e", "done": True, "mode": "move", "state": "applied", "source": OLD, "target": NEW,
        "sessions": 6, "bytes": 3000, "notes": (), "continue_line": None, "after": (), "unchecked": 0, "command": None,
    }  # fmt: skip
    return Migrated(**usual | more)


# -- a plan -------------------------------------------------------------------------


def test_sessions_that_stay_for_one_reason_are_one_line() -> None:
    found = plan(
        conflicts=tuple(left(at, "one of this id is there", advice=f"Look at {at}.") for at in range(40))
    )

    shown, told = migration.screen(found, screen()), migration.text(found)

    assert "- 40 sessions (00000000, 00000001, 00000002, ...): one of this id is there. For" in shown
    assert told.count("Conflict: ") == 1
    assert f"40 sessions ({id_of(0)}, " in told


def test_a_reason_is_the_same_however_it_is_known() -> None:
    found = plan(left=tuple(left(at, f"it runs now (process {at})") for at in range(5)))

    assert "- 5 sessions (00000000, 00000001, 00000002, ...): it runs now." in migration.screen(
        found, screen()
    )
    assert "session 00000000: it runs now (process 0)." in migration.screen(
        plan(left=found.left[:1]), screen()
    )


def test_what_stays_takes_a_few_lines_and_what_is_not_shown_is_counted() -> None:
    found = plan(left=tuple(left(at, f"reason {at}", what="file") for at in range(40)), more_left=7)

    lines = (
        migration.screen(found, screen())
        .partition("Stays where it is\n")[2]
        .partition("\n\n")[0]
        .splitlines()
    )
    shown = sum(line.startswith("- ") for line in lines)
    assert len(lines) <= 9
    assert lines[-1] == f"… and {47 - shown} more; --json has all"
    told = [line for line in migration.text(found).splitlines() if line.startswith("Stays: ")]
    assert (len(told), told[-1]) == (9, "Stays: ... and 39 more.")


def test_what_the_answer_has_not_is_counted() -> None:
    risk = PlannedRisk(kind="space", severity="low", detail="Little is left.", advice="Make some.")
    sessions = tuple(action("session", at) for at in range(30))
    found = plan(actions=sessions, sessions=500, more_actions=470, risks=(risk,), more_risks=2, conflicts=(left(1, "x"),), more_conflicts=3)  # fmt: skip

    shown, told = migration.screen(found, screen()), migration.text(found)

    assert "… and 488 more sessions" in shown
    assert "… and 2 more; --json has all" in shown
    assert "… and 3 more; --json has all" in shown
    for line in ("... and 475 further actions.", "... and 2 further risks.", "Conflict: ... and 3 more."):
        assert line in told.splitlines()


def test_entries_of_shared_files_are_counted_as_what_they_are() -> None:
    found = plan(actions=(action("prompt history", do="edit", title=None, changes={"project": 15}), action("project settings", do="edit", title=None, changes={"projects": 1})))  # fmt: skip

    told, shown = migration.text(found), migration.screen(found, screen())

    assert "- edit prompt history (15 lines)" in told
    assert f"- edit project settings -> {NEW} (1 entry)" in told
    assert "prompt history    15 lines" in shown
    assert "project settings  1 entry" in shown


def test_a_plan_without_sessions_counts_files() -> None:
    found = plan(actions=(action("memory", files=3, bytes=3000),))

    assert "0 sessions" not in migration.screen(found, screen()) + migration.text(found)
    assert "what  3 files, 3.0 kB · moved" in migration.screen(found, screen())
    assert migration.headline(found).startswith("move 3 files (3.0 kB) from ")


def test_long_paths_are_broken_after_a_slash() -> None:
    shown = migration.screen(plan(source=f"{LONG}/service"), screen())

    assert f"from  {LONG}/\n      service" in shown


# -- proposals ----------------------------------------------------------------------


@pytest.mark.parametrize("width", [80, 100])
def test_a_hundred_projects_that_are_gone_are_fit_for_reading(width: int) -> None:
    windows = [proposed(f"C:\\Users\\ann\\app{at}", None, "on another machine") for at in range(60)]
    nowhere = [proposed(f"/data/{at}", None, "nothing of the path is there") for at in range(40)]
    found = proposals(proposed(OLD, NEW, "it has the same name"), *windows, *nowhere, more=5)

    shown = migration.screen(found, screen(width))

    assert len(shown.splitlines()) < 25
    assert max(map(columns, shown.splitlines())) <= width
    assert "60 projects (180 sessions): on another machine\n  C:\\Users\\ann\\app0, C:\\Users" in shown
    assert "40 projects (120 sessions): nothing of the path is there" in shown
    assert "… and 5 more projects; --json has all" in shown
    told = migration.text(found)
    assert "60 projects (180 sessions): on another machine: C:\\Users\\ann\\app0, " in told
    assert len(told.splitlines()) == 5


def test_folders_go_with_the_project_they_are_in() -> None:
    inside = [proposed(f"{OLD}/{name}", f"{NEW}/{name}", "it goes with it") for name in ("a", "b", "a/c")]
    elsewhere = proposed(f"{OLD}/d", "/other/d", "it has the same remote")
    found = proposals(proposed(OLD, NEW, "it has the same remote"), *inside, elsewhere)

    shown, told = migration.screen(found, screen()), migration.text(found)

    assert "with 3 folders in it that had sessions of their own (9 sessions)" in shown
    assert shown.count("ccmcp migrate plan ") == 2
    assert len(told.splitlines()) == 3


def test_many_proposals_are_capped_and_counted() -> None:
    found = proposals(*(proposed(f"/old/{at}", f"/new/{at}", "it has the same name") for at in range(40)))

    assert "… and 28 more projects; --json has all" in migration.screen(found, screen())
    assert "... and 15 further projects whose folder is gone." in migration.text(found)


def test_a_command_too_long_for_a_line_is_broken_as_shells_allow() -> None:
    shown = migration.screen(
        proposals(proposed(f"{OLD}/{'x' * 20}", f"{NEW}/a b{'y' * 30}", "the same name")), screen()
    )

    assert f"  ccmcp migrate plan {OLD}/{'x' * 20} \\\n    '{NEW}/a b{'y' * 30}'" in shown


# -- what became of it --------------------------------------------------------------


def test_sessions_in_order_come_first_and_problems_are_folded() -> None:
    wrong = [checked(at, f"the folder {LONG} is not there") for at in range(5)]
    found = outcome(sessions=20, after=(*wrong, *(checked(at) for at in range(5, 10))), unchecked=10)

    shown, told = migrated.screen(found, screen()), migrated.text(found)

    assert shown.index("--resume 00000005") < shown.index(
        "- 5 sessions (00000000, 00000001, 00000002, ...): "
    )
    assert "--resume 00000000" not in shown
    assert "… and 12 more sessions: ccmcp list" in shown
    assert max(map(columns, shown.splitlines())) <= 80
    assert told.index(f"- {id_of(5)} (Talk 5)") < told.index("- NOT in order: 5 sessions (")
    assert "... and 10 further sessions" in told


def test_the_others_follow_the_line_that_continues_only_where_there_is_one() -> None:
    one = outcome(sessions=1, after=(checked(1),))
    assert "Go on with it\n" in migrated.screen(one, screen())
    several = outcome(after=(checked(1), checked(2)))
    assert "Go on with one of them\n" in migrated.screen(several, screen())
    both = outcome(after=several.after, continue_line="claude --continue")
    assert "claude --continue\n\nOr with one of them\n" in migrated.screen(both, screen())


def test_copies_are_removed_again_and_moved_sessions_go_back() -> None:
    back = {"state": "undone", "source": NEW, "target": OLD}

    assert (
        migrated.text(outcome(mode="copy", **back)) == f"Undone. Removed again: 6 copies (3.0 kB) in {NEW}."
    )
    one = migrated.text(outcome(mode="bundle", sessions=1, **back))
    assert one == f"Undone. Removed again: 1 unpacked session (3.0 kB) in {NEW}."
    assert migrated.text(outcome(**back)) == f"Undone. Back again: 6 sessions (3.0 kB) from {NEW} to {OLD}."
    assert (
        migrated.screen(outcome(mode="copy", **back), screen())
        == f"Removed again  6 copies, 3.0 kB\n\nin  {NEW}"
    )
    assert migrated.screen(outcome(**back), screen()).startswith("Taken back  6 sessions, 3.0 kB\n\nfrom  ")
    assert "0 " not in migrated.text(outcome(sessions=0, bytes=3111, **back))


@pytest.mark.parametrize(
    ("state", "person", "model"),
    [
        ("declined", "you said no", "the user declined"),
        ("cancelled", "the question was not answered", "nobody answered"),
        ("unable", "there was no terminal to ask on (--yes says it beforehand)", "can't ask its user"),
    ],
)
def test_why_nothing_was_done_is_said_once(state: str, person: str, model: str) -> None:
    found = outcome(done=False, state=state, command="ccmcp migrate apply 3f2a91c07d3e --yes")

    assert refusal(found) == f"nothing was done: {person}"
    assert migrated.screen(found, screen()) == "To do it:  ccmcp migrate apply 3f2a91c07d3e --yes"
    assert model in migrated.text(found)
    assert refusal(outcome()) == ""


def test_undoing_exactly_says_what_becomes_of_it_without() -> None:
    only = str(UndoRefusedError([], ["'/a': it has new lines (without --exact they go back with it)"]))
    assert only == (
        "Nothing was undone: --exact refuses what would not be byte for byte as it was: "
        "'/a': it has new lines (without --exact they go back with it). Undo without --exact to have it so."
    )
    assert str(UndoRefusedError(["'/a': it has changed"])).endswith("Set that right, and undo again.")


def test_new_lines_refuse_an_exact_undo_and_go_back_without(world: World) -> None:
    old, new = world.project("old"), world.project("new")
    chat = world.chat("talk", old)
    plan = world.plan(old, new)
    world.apply(plan)
    with world.transcript(chat, new).open("ab") as file:
        file.write(b'{"type":"user","sessionId":"x"}\n')

    with pytest.raises(FailedError, match=r"without --exact they go back with it\). Undo without --exact"):
        world.undo(plan, "--exact")
    assert "it has new lines, and they go back with it" in world.undo(plan)["notes"][0]


# -- the list -----------------------------------------------------------------------


def test_the_list_shows_the_target_whole() -> None:
    one = OneMigration(
        plan_id="3f2a91c07d3e", state="applied", mode="move", source=OLD, target=NEW, sessions=1, bytes=3000,
        made_at="2026-11-25T10:00:00+00:00",
    )  # fmt: skip
    far = OneMigration(
        plan_id="9e2a91c07d3e", state="interrupted", mode="copy", source=LONG, target=f"{LONG}2", sessions=0, bytes=3000,
        made_at="2026-11-25T10:00:00+00:00",
    )  # fmt: skip

    assert LIST.screen(Migrations(migrations=(one, far)), screen()) == (
        "3f2a91c07d3e  applied      move · 1 session, 3.0 kB · yesterday\n"
        f"  {OLD} → {NEW}\n"
        "9e2a91c07d3e  interrupted  copy · 3.0 kB · yesterday\n"
        f"  {LONG}\n"
        f"  → {LONG}2"
    )
