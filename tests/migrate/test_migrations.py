"""Sessions that follow their project: planned, applied, undone, from the command line over real files."""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ccmcp.migrate.plan import from_json, identified
from ccmcp.tools._migrating import question_back
from ccmcp.transcripts.projects import encode
from tests.migrate.conftest import FailedError, World, snapshot
from tests.transcript import Chat


def relocated(cwd: Path | str, chat: Chat) -> bytes:
    told = {"type": "relocated", "relocatedCwd": str(cwd), "sessionId": chat.id}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def test_sessions_follow_a_project_that_moved_and_come_back_byte_for_byte(world: World) -> None:
    old, new = world.project("old"), world.folder / "work" / "new place"
    chats = [world.chat(f"talk {number}", old) for number in range(3)]
    below = world.chat("below", old / "part.one")
    other = world.chat("other", world.project("other"))
    memory = world.home.put(world.transcript(chats[0]).parent / "memory" / "MEMORY.md", b"remember\n")
    world.remember(old, world.project("other"))
    before = snapshot(world.home.claude)
    old.rename(new)

    plan = world.plan(old, new)
    assert snapshot(world.home.claude) == before
    assert (plan["mode"], plan["source"], plan["target"], plan["sessions"]) == ("move", str(old), str(new), 4)
    done = world.apply(plan)

    after = snapshot(world.home.claude)
    for chat in [*chats, below]:
        here, there = Path(chat.cwd), Path(str(new) + chat.cwd[len(str(old)) :])
        was = str(world.transcript(chat, here).relative_to(world.home.claude))
        now = str(world.transcript(chat, there).relative_to(world.home.claude))
        mode, mtime, content = before[was]
        assert was not in after
        assert after[now] == (mode, mtime, (content or b"") + relocated(there, chat))
        for side in ("subagents/agent-a1.jsonl", "tool-results/b1.txt"):
            assert after[f"{now[:-6]}/{side}"] == before[f"{was[:-6]}/{side}"]
    assert not (memory.parent.parent).exists()
    assert (world.transcript(chats[0], new).parent / "memory" / "MEMORY.md").read_bytes() == b"remember\n"
    assert (
        after[str(world.transcript(other).relative_to(world.home.claude))]
        == before[str(world.transcript(other).relative_to(world.home.claude))]
    )
    prompts = [json.loads(line) for line in (world.home.claude / "history.jsonl").read_text().splitlines()]
    assert {each["project"] for each in prompts} == {str(new), str(world.project("other"))}
    settings = json.loads((world.home.claude / ".claude.json").read_text())
    assert list(settings["projects"]) == [str(new), str(world.project("other"))]
    assert all(each["checked"] for each in done["after"] if each["session_id"] != below.id)
    assert done["continue_line"].startswith("cd ")

    world.undo(plan)
    assert snapshot(world.home.claude) == before


def test_a_move_is_found_in_the_new_place_at_once(world: World) -> None:
    old, new = world.project("old"), world.project("new")
    chat = world.chat("talk", old)
    assert [each["project"] for each in world.run("list")["sessions"]] == [str(old)]
    world.apply(world.plan(old, new))
    listed = world.run("list", "--project", str(new))["sessions"]
    assert [each["session_id"] for each in listed] == [chat.id]
    assert [each["project"] for each in world.run("search", "please look")["sessions"]] == [str(new)]
    assert str(new) in world.run("resume", chat.id)["command"]


def integrity(world: World) -> list[tuple[str, str]]:
    """What the audit finds of transcripts that were changed."""
    found = world.run("audit", "--rule", "INT-001", "--min-severity", "low")["findings"]
    return [(each["severity"], each["evidence"]) for each in found]


@pytest.mark.parametrize("how", [(), ("--rewrite-paths",)])
@pytest.mark.parametrize("target", ["new", "my-app"])
def test_an_audit_takes_a_migration_for_no_tampering_but_what_comes_after_it(
    world: World, how: tuple[str, ...], target: str
) -> None:
    old, new = world.project("my.app"), world.project(target)
    chat = world.chat("talk", old)
    assert integrity(world) == []
    plan = world.plan(old, new, *how)
    world.apply(plan)
    assert integrity(world) == []
    world.undo(plan)
    assert integrity(world) == []
    plan = world.plan(old, new, *how)
    world.apply(plan)
    assert integrity(world) == []
    there = world.transcript(chat, new)
    there.write_bytes(there.read_bytes().replace(b"please look", b"PLEASE look"))
    assert len(integrity(world)) == 1


def test_a_plan_is_void_when_anything_it_saw_has_changed(world: World) -> None:
    old, new = world.project("old"), world.project("new")
    chat = world.chat("talk", old)
    plan = world.plan(old, new)
    with world.transcript(chat).open("ab") as file:
        file.write(relocated(old, chat))
    before = snapshot(world.home.claude)
    with pytest.raises(FailedError, match="plan again"):
        world.apply(plan)
    assert snapshot(world.home.claude) == before

    plan = world.plan(old, new)
    world.chat("came later", old)
    with pytest.raises(FailedError, match="plan again"):
        world.apply(plan)


def test_a_folder_renamed_to_one_of_the_same_encoded_name_is_only_marked(world: World) -> None:
    old, new = world.project("my.app"), world.project("my-app")
    chat = world.chat("talk", old)
    before = snapshot(world.home.claude)
    plan = world.plan(old, new)
    assert plan["mode"] == "rename"
    world.apply(plan)
    assert world.transcript(chat).read_bytes() == chat.bytes() + relocated(new, chat)
    world.undo(plan)
    assert snapshot(world.home.claude) == before


def test_two_projects_become_one_and_what_is_in_the_way_stays(world: World) -> None:
    old, new = world.project("old"), world.project("new")
    moved, there = world.chat("moved", old), world.chat("there", new)
    world.home.put(world.transcript(moved).parent / "memory" / "MEMORY.md", b"old\n")
    world.home.put(world.transcript(moved).parent / "memory" / "topic.md", b"topic\n")
    world.home.put(world.transcript(there).parent / "memory" / "MEMORY.md", b"new\n")
    before = snapshot(world.home.claude)
    plan = world.plan(old, new)
    assert plan["mode"] == "merge"
    assert [each["path"] for each in plan["conflicts"]] == [
        str(world.transcript(moved).parent / "memory" / "MEMORY.md")
    ]
    world.apply(plan)
    folder = world.transcript(there).parent
    assert {each.name for each in folder.glob("*.jsonl")} == {f"{moved.id}.jsonl", f"{there.id}.jsonl"}
    assert (folder / "memory" / "MEMORY.md").read_bytes() == b"new\n"
    assert (folder / "memory" / "topic.md").read_bytes() == b"topic\n"
    assert (world.transcript(moved).parent / "memory" / "MEMORY.md").read_bytes() == b"old\n"
    world.undo(plan)
    assert snapshot(world.home.claude) == before


def test_a_copy_is_a_fork_under_a_new_id_and_counts_no_money_twice(world: World) -> None:
    old, new = world.project("old"), world.project("new")
    chat = world.chat("talk", old)
    tokens = world.run("usage")["totals"]
    before = snapshot(world.home.claude)
    plan = world.plan(old, new, "--mode", "copy")
    world.apply(plan)
    after = snapshot(world.home.claude)
    assert {path: after.get(path) for path in before} == before
    (copy,) = world.transcript(chat, new).parent.glob("*.jsonl")
    assert copy.stem != chat.id
    (action,) = [each for each in plan["actions"] if each["what"] == "session"]
    assert (action["session_id"], action["new_session_id"]) == (chat.id, copy.stem)
    lines = [json.loads(line) for line in copy.read_text().splitlines()]
    assert lines[-1] == {"type": "relocated", "relocatedCwd": str(new), "sessionId": copy.stem}
    for line, original in zip(lines, chat.records, strict=False):
        assert line["sessionId"] == copy.stem
        assert line["forkedFrom"] == {"sessionId": chat.id, "messageUuid": original["uuid"]}
        assert line["uuid"] == original["uuid"]
        if line["type"] == "assistant":
            assert line["requestSessionId"] == chat.id
    assert (copy.with_suffix("") / "tool-results" / "b1.txt").exists()
    assert (world.home.claude / "file-history" / copy.stem / "0123456789abcdef@v1").exists()
    assert world.run("usage")["totals"] == tokens
    world.undo(plan)
    assert snapshot(world.home.claude) == before


def test_only_the_chosen_sessions_go(world: World) -> None:
    old, new = world.project("old"), world.project("new")
    chosen, stays = world.chat("chosen", old), world.chat("stays", old)
    world.remember(old)
    plan = world.plan(old, new, "--session", chosen.id[:8])
    world.apply(plan)
    assert world.transcript(chosen, new).exists()
    assert world.transcript(stays).exists()
    assert any(each["what"] == "project settings" for each in plan["left"])
    prompts = [json.loads(line) for line in (world.home.claude / "history.jsonl").read_text().splitlines()]
    assert {each["sessionId"]: each["project"] for each in prompts} == {
        chosen.id: str(new),
        stays.id: str(old),
    }
    with pytest.raises(FailedError, match="no session of this project"):
        world.plan(old, new, "--session", "ffffffff")


def running(world: World, chat: Chat) -> Path:
    """Have this very process be the one that runs a session, as the client's registry says it."""
    start = Path("/proc/self/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19]
    entry = {
        "pid": os.getpid(),
        "sessionId": chat.id,
        "cwd": chat.cwd,
        "procStart": start,
        "version": "2.1.330",
        "kind": "interactive",
    }
    return world.home.put(world.home.claude / "sessions" / f"{os.getpid()}.json", json.dumps(entry).encode())


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_a_session_that_runs_is_left_out_and_named(world: World) -> None:
    old, new = world.project("old"), world.project("new")
    live, done = world.chat("live", old), world.chat("done", old)
    running(world, live)
    plan = world.plan(old, new)
    assert plan["sessions"] == 1
    (left,) = [each for each in plan["left"] if each["session_id"] == live.id]
    assert live.id in left["advice"]
    world.apply(plan)
    assert world.transcript(live).exists()
    assert world.transcript(done, new).exists()
    with pytest.raises(FailedError, match="runs now"):
        world.plan(old, new)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_the_last_session_of_a_project_brings_its_settings_along(world: World) -> None:
    old, new = world.project("old"), world.project("new")
    live, _ = world.chat("live", old), world.chat("done", old)
    world.remember(old)
    entry = running(world, live)
    world.apply(world.plan(old, new))
    settings = world.home.claude / ".claude.json"
    assert list(json.loads(settings.read_text())["projects"]) == [str(old)]
    entry.unlink()
    world.apply(world.plan(old, new, "--session", live.id))
    assert list(json.loads(settings.read_text())["projects"]) == [str(new)]
    prompts = [json.loads(line) for line in (world.home.claude / "history.jsonl").read_text().splitlines()]
    assert {each["project"] for each in prompts} == {str(new)}


def test_a_project_of_which_only_the_settings_are_left_can_be_moved(world: World) -> None:
    old, new = world.project("old"), world.project("new")
    world.remember(old)
    plan = world.plan(old, new)
    assert [each["what"] for each in plan["actions"]] == ["project settings"]
    world.apply(plan)
    assert list(json.loads((world.home.claude / ".claude.json").read_text())["projects"]) == [str(new)]
    world.undo(plan)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_a_session_that_began_to_run_after_the_plan_is_not_moved_under_its_client(world: World) -> None:
    old, new = world.project("old"), world.project("new")
    chat = world.chat("talk", old)
    plan = world.plan(old, new)
    running(world, chat)
    with pytest.raises(FailedError, match="runs now"):
        world.apply(plan)
    assert world.transcript(chat).exists()


def test_the_session_that_asks_stays_and_its_new_files_do_not_void_the_plan(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = world.project("old"), world.project("new")
    chat, asking = world.chat("talk", old), world.chat("asking", new)
    monkeypatch.setenv("CLAUDE_CODE_SESSION_ID", asking.id)
    plan = world.plan(old, new)
    with world.transcript(asking).open("ab") as file:
        file.write(b'{"type":"mode","mode":"default"}\n')
    world.home.put(world.transcript(asking).with_suffix("") / "subagents" / "agent-b2.jsonl", b"{}\n")
    world.apply(plan)
    assert world.transcript(chat, new).exists()


def test_paths_inside_are_rewritten_on_demand_and_put_back(world: World) -> None:
    old, new = world.project("old"), world.project("new")
    chat = world.chat("talk", old)
    before = snapshot(world.home.claude)
    plan = world.plan(old, new, "--rewrite-paths")
    (action,) = [each for each in plan["actions"] if each["what"] == "session"]
    assert action["changes"]["cwd"] >= len(chat.records)
    assert action["changes"]["file_path"] >= 1
    world.apply(plan)
    text = world.transcript(chat, new).read_text(encoding="utf-8")
    assert str(old) not in text
    assert f'"file_path":"{new}/src/main.py"' in text
    world.undo(plan)
    assert snapshot(world.home.claude) == before


def test_a_session_that_has_grown_since_comes_back_with_its_new_lines(world: World) -> None:
    old, new = world.project("old"), world.project("new")
    chat, other = world.chat("talk", old), world.chat("other", old)
    plan = world.plan(old, new)
    world.apply(plan)
    there = world.transcript(chat, new)
    more = (
        b'{"type":"user","message":{"role":"user","content":"more"},"uuid":"u9","cwd":"x","sessionId":"'
        + chat.id.encode()
        + b'"}\n'
    )
    with there.open("ab") as file:
        file.write(more)
    with pytest.raises(FailedError, match="has new lines"):
        world.undo(plan, "--exact")
    assert there.exists()
    taken_back = world.undo(plan)
    assert world.transcript(chat).read_bytes() == chat.bytes() + relocated(new, chat) + more + relocated(
        old, chat
    )
    assert world.transcript(other).read_bytes() == other.bytes()
    assert any(chat.id in note for note in taken_back["notes"])


def test_what_was_changed_otherwise_is_named_and_nothing_is_undone(world: World) -> None:
    old, new = world.project("old"), world.project("new")
    chat = world.chat("talk", old)
    plan = world.plan(old, new)
    world.apply(plan)
    there = world.transcript(chat, new)
    there.write_bytes(there.read_bytes().replace(b"please", b"PLEASE"))
    before = snapshot(world.home.claude)
    with pytest.raises(FailedError, match=chat.id):
        world.undo(plan)
    assert snapshot(world.home.claude) == before


def test_what_is_applied_is_not_applied_again_and_what_is_undone_not_undone_again(world: World) -> None:
    old, new = world.project("old"), world.project("new")
    world.chat("talk", old)
    plan = world.plan(old, new)
    with pytest.raises(FailedError, match="not applied"):
        world.undo(plan)
    world.apply(plan)
    with pytest.raises(FailedError, match="applied already"):
        world.apply(plan)
    world.undo(plan)
    with pytest.raises(FailedError, match="undone"):
        world.undo(plan)
    assert [each["state"] for each in world.run("migrate", "list")["migrations"]] == ["undone"]
    with pytest.raises(FailedError, match="There is no plan"):
        world.run("migrate", "apply", "ffffffffffff", "--yes")


def test_without_a_yes_nothing_is_done_and_the_command_is_told(world: World) -> None:
    old, new = world.project("old"), world.project("new")
    chat = world.chat("talk", old)
    plan = world.plan(old, new)
    with pytest.raises(FailedError, match="nothing was done") as refused:
        world.run("migrate", "apply", plan["plan_id"])
    answer = json.loads(refused.value.out)
    assert (answer["done"], answer["command"]) == (False, f"ccmcp migrate apply {plan['plan_id']} --yes")
    assert world.transcript(chat).exists()


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_links_are_left_alone_and_named(world: World) -> None:
    old, new = world.project("old"), world.project("new")
    chat = world.chat("talk", old)
    secret = world.folder / "elsewhere.jsonl"
    secret.write_bytes(chat.bytes())
    link = world.transcript(chat).with_name("11111111-1111-4111-8111-111111111111.jsonl")
    link.symlink_to(secret)
    plan = world.plan(old, new)
    assert any(each["path"] == str(link) and "link" in each["why"] for each in plan["left"])
    world.apply(plan)
    assert link.is_symlink()
    assert secret.read_bytes() == chat.bytes()


def test_a_torn_last_line_gets_an_end_and_stays(world: World) -> None:
    old, new = world.project("old"), world.project("new")
    chat = world.chat("talk", old)
    torn = chat.bytes() + b'{"type":"user","mess'
    world.transcript(chat).write_bytes(torn)
    before = snapshot(world.home.claude)
    plan = world.plan(old, new)
    world.apply(plan)
    assert world.transcript(chat, new).read_bytes() == torn + b"\n" + relocated(new, chat)
    world.undo(plan)
    assert snapshot(world.home.claude) == before


def test_several_roots_are_taken_together_and_one_can_be_chosen(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = world.project("old"), world.project("new")
    here = world.chat("here", old)
    second = world.folder / "second" / ".claude"
    (second / "projects").mkdir(parents=True)
    there = world.chat("there", old, root=second)
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", f"{world.home.claude},{second}")
    before = snapshot(world.folder / "second")
    plan = world.plan(old, new)
    assert plan["sessions"] == 2
    world.apply(plan)
    assert (second / "projects" / encode(str(new)) / f"{there.id}.jsonl").exists()
    assert world.transcript(here, new).exists()
    world.undo(plan)
    assert snapshot(world.folder / "second") == before
    labels = {each["root"] for each in world.run("list")["sessions"]}
    first = next(each["root"] for each in world.run("list")["sessions"] if each["session_id"] == here.id)
    target = (labels - {first}).pop()
    plan = world.plan(old, new, "--root", first, "--target-root", target)
    world.apply(plan)
    assert (second / "projects" / encode(str(new)) / f"{here.id}.jsonl").exists()
    assert (second / "file-history" / here.id).exists()
    assert (second / "projects" / encode(str(old)) / f"{there.id}.jsonl").exists()
    world.undo(plan)
    assert snapshot(world.folder / "second") == before


def test_a_project_whose_folder_is_gone_is_proposed(world: World) -> None:
    old, new = world.project("shop"), world.folder / "work" / "moved" / "shop"
    chat = world.chat("talk", old)
    (old / "src").mkdir()
    (old / "src" / "main.py").write_bytes(b"pass\n")
    world.run("list")
    new.parent.mkdir()
    old.rename(new)
    proposed = world.run("migrate", "plan", "", str(world.folder))
    assert proposed["plan_id"] is None
    (one,) = proposed["proposals"]
    assert (one["source"], one["target"], one["sessions"]) == (str(old), str(new), 1)
    world.apply(world.plan(one["source"], one["target"]))
    assert world.transcript(chat, new).exists()


def test_sessions_travel_in_a_bundle_to_another_machine(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = world.project("app")
    chat, below = world.chat("talk", old), world.chat("below", old / "part")
    bundle = world.folder / "app.zip"
    made = world.run("bundle", "create", str(bundle), str(old))
    assert made["sessions"] == 2
    other = world.folder / "another machine"
    target = other / "checkout"
    (target / "part").mkdir(parents=True)
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(other))
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(other / ".claude"))
    done = world.run("bundle", "apply", str(bundle), str(target), "--yes")
    assert (done["sessions"], done["state"]) == (2, "applied")
    for each, home in ((chat, target), (below, target / "part")):
        path = other / ".claude" / "projects" / encode(str(home)) / f"{each.id}.jsonl"
        assert path.read_bytes() == each.bytes() + relocated(home, each)
        assert path.stat().st_mtime_ns == world.transcript(each).stat().st_mtime_ns
        assert (path.with_suffix("") / "tool-results" / "b1.txt").read_bytes() == b"a big result\n"
        assert (other / ".claude" / "file-history" / each.id / "0123456789abcdef@v1").exists()
    with pytest.raises(FailedError, match="already"):
        world.run("bundle", "apply", str(bundle), str(target), "--yes")
    world.run("migrate", "undo", done["plan_id"], "--yes")
    assert not list((other / ".claude").rglob("*.jsonl"))


def test_who_names_a_wrong_folder_is_told_the_right_ones(world: World) -> None:
    old = world.project("old")
    world.chat("talk", old)
    with pytest.raises(FailedError, match="old"):
        world.plan(world.folder / "work" / "odl", world.project("new"))
    with pytest.raises(FailedError, match="same folder"):
        world.plan(old, old)
    shutil.rmtree(world.folder / "work" / "new")
    plan = world.plan(old, world.folder / "work" / "new")
    assert any(each["kind"] == "target-missing" for each in plan["risks"])


def kept_plan(world: World, plan: Any) -> Path:
    """The file a plan is kept in."""
    (path,) = world.folder.rglob(f"{plan['plan_id']}/plan.json")
    return path


@pytest.mark.parametrize(
    "change",
    [
        lambda plan, folder: plan["roots"].append(str(folder)),
        lambda plan, folder: next(each for each in plan["steps"] if each["kind"] == "Move").update(
            target=str(folder / "x.jsonl")
        ),
        lambda plan, folder: plan["steps"].append(
            {
                "kind": "Settings",
                "path": str(folder / "other.json"),
                "source": "a",
                "target": "b",
                "kept": "k",
            }
        ),
    ],
    ids=["roots", "target", "settings"],
)
@pytest.mark.parametrize("signed", [True, False])
def test_a_plan_that_was_tampered_with_is_refused(
    world: World,
    change: Callable[[Any, Path], None],
    signed: bool,  # noqa: FBT001 - a parameter
) -> None:
    old, new = world.project("old"), world.project("new")
    world.chat("talk", old)
    (world.folder / "other.json").write_text('{"projects": {"a": {}}}')
    plan = world.plan(old, new)
    path = kept_plan(world, plan)
    told = json.loads(path.read_text())
    change(told, world.folder)
    plan_id = plan["plan_id"]
    if signed:  # by one who knows how ids are made
        made = replace(from_json(json.dumps(told)), plan_id="")
        plan_id = identified(made).plan_id
        path.parent.rename(path.parent.with_name(plan_id))
        path = path.parent.with_name(plan_id) / "plan.json"
        told["plan_id"] = plan_id
    path.write_text(json.dumps(told))
    before = snapshot(world.folder / "home" / ".claude")
    with pytest.raises(FailedError, match="Nothing was done"):
        world.run("migrate", "apply", plan_id, "--yes")
    assert snapshot(world.folder / "home" / ".claude") == before
    assert (world.folder / "other.json").read_text() == '{"projects": {"a": {}}}'


def test_a_plan_is_void_when_a_subagent_came_since(world: World) -> None:
    old, new = world.project("old"), world.project("new")
    chat = world.chat("talk", old)
    plan = world.plan(old, new, "--mode", "copy")
    world.home.put(world.transcript(chat).with_suffix("") / "subagents" / "agent-late.jsonl", b"{}\n")
    with pytest.raises(FailedError, match="plan again"):
        world.apply(plan)


def test_folders_below_a_home_are_projects_of_their_own(world: World) -> None:
    home, new = world.home.folder, world.project("new home")
    own, below = world.chat("own", home), world.chat("below", home / "app")
    plan = world.plan(home, new)
    assert plan["sessions"] == 1
    assert any("below" in each["what"] for each in plan["left"])
    world.apply(plan)
    assert world.transcript(own, new).exists()
    assert world.transcript(below).exists()


def test_everything_below_the_root_of_a_file_system_stays(world: World) -> None:
    new = world.project("new")
    chat = world.chat("talk", Path("/"))
    world.chat("other", world.project("other"))
    world.apply(world.plan("/", new))
    assert world.transcript(chat, new).read_bytes() == chat.bytes() + relocated(new, chat)


def test_a_folder_with_a_name_of_its_own_is_told(world: World) -> None:
    old, new = world.project("old"), world.project("new")
    world.chat("talk", old)
    named = Chat("named", cwd=str(old))
    named.user("hello")
    world.home.put(world.home.claude / "projects" / "my-name" / f"{named.id}.jsonl", named.bytes())
    plan = world.plan(old, new)
    assert [each["path"] for each in plan["left"] if "name of its own" in each["why"]] == [
        str(world.home.claude / "projects" / "my-name")
    ]


def test_sessions_that_are_in_the_target_root_already_stay_as_they_are(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = world.project("work")
    here = world.chat("here", work)
    second = world.folder / "second" / ".claude"
    there = world.chat("there", work, root=second)
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", f"{world.home.claude},{second}")
    labels = {each["session_id"]: each["root"] for each in world.run("list")["sessions"]}
    plan = world.plan(work, work, "--target-root", labels[there.id])
    assert [each["session_id"] for each in plan["actions"] if each["what"] == "session"] == [here.id]
    world.apply(plan)
    path = second / "projects" / encode(str(work)) / f"{there.id}.jsonl"
    assert path.read_bytes() == there.bytes()


def test_a_name_that_fits_several_projects_is_answered_with_them(world: World) -> None:
    one, two = world.project("a/cli"), world.project("b/cli")
    world.chat("one", one)
    world.chat("two", two)
    with pytest.raises(FailedError) as refused:
        world.plan("cli", world.project("new"))
    assert str(one) in refused.value.err
    assert str(two) in refused.value.err


def test_a_bundle_is_searched_for_secrets_and_taken_in_twice_only_under_new_ids(world: World) -> None:
    old = world.project("app")
    chat = world.chat("talk", old)
    key = "AKIA" + "Q3EGRSYT7VN5ZXWD"
    with world.transcript(chat).open("ab") as file:
        file.write(
            json.dumps({"type": "user", "message": {"role": "user", "content": f"key {key}"}}).encode()
            + b"\n"
        )
    bundle = world.folder / "app.zip"
    made = world.run("bundle", "create", str(bundle), str(old))
    assert {each["what"] for each in made["left"]} <= {"memory", "prompt history", "project settings"}
    target = world.project("copy")
    with pytest.raises(FailedError, match="--new-ids"):
        world.run("bundle", "apply", str(bundle), str(target), "--yes")
    with pytest.raises(FailedError, match="no session of this bundle"):
        world.run("bundle", "apply", str(bundle), str(target), "--session", "ffffffff", "--new-ids", "--yes")
    plan = world.plan(bundle, target, "--mode", "copy")
    assert {each["kind"]: each["severity"] for each in plan["risks"]}["secrets"] == "high"
    world.apply(plan)
    (copy,) = world.transcript(chat, target).parent.glob("*.jsonl")
    lines = [json.loads(line) for line in copy.read_text().splitlines()]
    assert copy.stem != chat.id
    assert {each["sessionId"] for each in lines if "sessionId" in each} == {copy.stem}
    assert any(each.get("forkedFrom", {}).get("sessionId") == chat.id for each in lines)


def test_what_is_asked_before_an_undo_says_what_it_does(world: World) -> None:
    old, new = world.project("old"), world.project("new")
    world.chat("talk", old)
    plan = world.plan(old, new, "--mode", "copy")
    world.apply(plan)
    kept = from_json(kept_plan(world, plan).read_text())
    assert question_back(kept, ()).startswith("Remove the 1 session")
    assert question_back(replace(kept, mode="move"), ("it has grown",)).endswith(
        "Not as before: it has grown"
    )


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_settings_that_are_a_link_or_broken_are_named_and_left(world: World) -> None:
    old, new = world.project("old"), world.project("new")
    chat = world.chat("talk", old)
    world.remember(old)
    settings = world.home.claude / ".claude.json"
    elsewhere = world.folder / "dotfiles.json"
    settings.rename(elsewhere)
    settings.symlink_to(elsewhere)
    plan = world.plan(old, new)
    assert [each["path"] for each in plan["left"] if each["what"] == "project settings"] == [str(settings)]
    settings.unlink()
    settings.write_text("{broken")
    plan = world.plan(old, new)
    assert [each["path"] for each in plan["left"] if each["what"] == "project settings"] == [str(settings)]
    world.apply(plan)
    assert settings.read_text() == "{broken"
    assert world.transcript(chat, new).exists()
