"""Trees as nobody expects them: links, odd names, files with two names, one id twice, folders that are not what they seem."""

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ccmcp.config import Root
from ccmcp.migrate.steps import Step
from ccmcp.migrate.survey import Survey, survey
from ccmcp.transcripts.projects import encode
from tests.migrate.conftest import FailedError, World, snapshot
from tests.migrate.crashing import Site, Steps, quietly
from tests.migrate.test_crashes import cut_everywhere


def whole(folder: Path) -> object:
    """What is below a folder, and where its links lead."""
    links = {str(each): str(each.readlink()) for each in sorted(folder.rglob("*")) if each.is_symlink()}
    return snapshot(folder), links


def both(world: World) -> object:
    """All roots, as they are."""
    return whole(world.home.claude), whole(world.folder / "roots")


def surveyed(root: Path, home: Path, *, default: bool = True) -> Survey:
    return survey(Root(label="home", path=root, default=default), lambda _: True, home=home)


def second_root(world: World, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A further root, known by the label `second`."""
    root = world.folder / "roots" / "second"
    (root / "projects").mkdir(parents=True)
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", f"{world.home.claude},{root}")
    return root


def left(plan: object) -> set[str]:
    assert isinstance(plan, dict)
    return {each["path"] for each in plan["left"]}


# -- renamed in place, with rewritten paths -----------------------------------------------


def test_paths_are_rewritten_where_a_renamed_folder_keeps_its_encoded_name(world: World) -> None:
    old, new = world.project("app-2"), world.folder / "work" / "app.2"
    chat = world.chat("talk", old)
    path = world.transcript(chat)
    own = path.with_suffix("")
    (own / "empty").mkdir()
    beside = world.home.put(path.parent / "agent-beside1.jsonl", chat.bytes())
    before = whole(world.home.claude)
    old.rename(new)

    plan = world.plan(old, new, "--rewrite-paths")
    assert plan["mode"] == "rename"
    assert plan["conflicts"] == []
    world.apply(plan)
    for each in (path, own / "subagents" / "agent-a1.jsonl", beside):
        assert str(old).encode() not in each.read_bytes()
        assert str(new).encode() in each.read_bytes()
    assert (own / "tool-results" / "b1.txt").read_bytes() == b"a big result\n"
    assert (own / "empty").is_dir()

    world.undo(plan, "--exact")
    assert whole(world.home.claude) == before


# -- links and names that are no text -------------------------------------------------------


@pytest.mark.parametrize("how", [(), ("--rewrite-paths",)])
def test_what_is_refused_in_a_session_s_own_folder_stays(world: World, how: tuple[str, ...]) -> None:
    old, new = world.project("old"), world.project("new")
    chat = world.chat("talk", old)
    own = world.transcript(chat).with_suffix("")
    stay = [own / "tool-results" / "link", own / "away"]
    for each in stay:
        each.symlink_to(world.folder)
    if sys.platform == "linux":
        stay.append(Path(os.fsdecode(os.fsencode(own) + b"/\xff.txt")))
        stay[-1].write_text("x")
    before = whole(world.home.claude)

    plan = world.plan(old, new, *how)
    assert len(left(plan)) >= len(stay)
    world.apply(plan)
    assert all(os.path.lexists(each) for each in stay)
    there = world.transcript(chat, new).with_suffix("")
    assert {each.relative_to(there).as_posix() for each in there.rglob("*") if not each.is_dir()} == {
        "subagents/agent-a1.jsonl",
        "tool-results/b1.txt",
    }
    world.undo(plan, "--exact")
    assert whole(world.home.claude) == before


def test_a_folder_of_links_alone_is_nothing_to_move(world: World) -> None:
    old, new = world.project("old"), world.project("new")
    chat = world.chat("talk", old)
    own = world.transcript(chat).with_suffix("")
    (own / "link").symlink_to(world.folder)
    world.apply(world.plan(old, new))
    assert (own / "link").is_symlink()
    with pytest.raises(FailedError):
        world.plan(old, new)


def test_a_link_among_memory_stays(world: World) -> None:
    old, new = world.project("old"), world.project("new")
    folder = world.transcript(world.chat("talk", old)).parent
    world.home.put(folder / "memory" / "MEMORY.md", b"remember\n")
    (folder / "memory" / "shared.md").symlink_to(world.folder)
    before = whole(world.home.claude)
    plan = world.plan(old, new)
    assert str(folder / "memory" / "shared.md") in left(plan)
    world.apply(plan)
    assert (folder / "memory" / "shared.md").is_symlink()
    assert not (folder / "memory" / "MEMORY.md").exists()
    world.undo(plan, "--exact")
    assert whole(world.home.claude) == before


@pytest.mark.parametrize("mode", [(), ("--mode", "copy")])
def test_links_in_what_is_kept_by_id_stay_and_are_named(
    world: World, monkeypatch: pytest.MonkeyPatch, mode: tuple[str, ...]
) -> None:
    second = second_root(world, monkeypatch)
    old = world.project("old")
    chat = world.chat("talk", old)
    link = world.home.claude / "file-history" / chat.id / "link"
    link.symlink_to(world.folder)
    tasks = world.home.claude / "tasks" / chat.id
    tasks.parent.mkdir()
    tasks.symlink_to(world.folder)
    before = whole(world.home.claude)
    plan = world.plan(old, world.project("new") if mode else old, "--target-root", "second", *mode)
    assert {str(link), str(tasks)} <= left(plan)
    world.apply(plan)
    assert link.is_symlink()
    assert tasks.is_symlink()
    assert [each.read_bytes() for each in second.glob("file-history/*/*")] == [b"an old version\n"]
    world.undo(plan, "--exact")
    assert whole(world.home.claude) == before


# -- files with several names ---------------------------------------------------------------


@pytest.mark.parametrize("target", ["new", "my-app"])
@pytest.mark.parametrize("how", [(), ("--rewrite-paths",)])
def test_the_other_name_of_a_transcript_keeps_its_bytes(
    world: World, target: str, how: tuple[str, ...]
) -> None:
    old, new = world.project("my.app"), world.project(target)
    chat, twin = world.chat("talk", old), world.chat("twin", old)
    path, second = world.transcript(chat), world.transcript(twin)
    second.unlink()
    second.hardlink_to(path)
    backup = world.folder / "backup.jsonl"
    backup.hardlink_to(path)
    before = whole(world.home.claude)

    plan = world.plan(old, new, *how)
    assert plan["conflicts"] == []
    world.apply(plan)
    assert backup.read_bytes() == chat.bytes()
    for each in (chat, twin):
        lines = world.transcript(each, new).read_bytes().splitlines()
        told = {"type": "relocated", "relocatedCwd": str(new), "sessionId": each.id}
        assert len(lines) == len(chat.records) + 1
        assert json.loads(lines[-1]) == told
    world.undo(plan, "--exact")
    assert whole(world.home.claude) == before
    assert backup.read_bytes() == chat.bytes()


def test_a_transcript_with_another_name_that_has_grown_comes_back_with_its_new_lines(world: World) -> None:
    old, new = world.project("my.app"), world.project("my-app")
    chat = world.chat("talk", old)
    path = world.transcript(chat)
    (world.folder / "backup.jsonl").hardlink_to(path)
    plan = world.plan(old, new)
    world.apply(plan)
    with path.open("ab") as file:
        file.write(b'{"type":"user"}\n')
    world.undo(plan)
    assert path.read_bytes().startswith(chat.bytes())
    assert b'{"type":"user"}\n' in path.read_bytes()


# -- one id in several places ---------------------------------------------------------------


def test_what_is_kept_by_an_id_goes_once_though_two_folders_have_a_session_of_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = second_root(world, monkeypatch)
    old = world.project("old")
    chat = world.chat("talk", old)
    world.chat("talk", world.project("old/sub"))
    world.home.put(world.home.claude / "tasks" / chat.id / "1.json", b"{}")
    before = both(world)
    plan = world.plan(old, old, "--target-root", "second")
    assert plan["sessions"] == 2
    assert plan["conflicts"] == []
    assert [each["what"] for each in plan["actions"]].count("file history") == 1
    world.apply(plan)
    assert len(list(second.glob("file-history/*/*"))) == len(list(second.glob("tasks/*/*"))) == 1
    world.undo(plan, "--exact")
    assert both(world) == before


@pytest.mark.parametrize("other", ["MEMORY.md", "other.md", "deep/other.md"])
def test_two_folders_that_become_one_are_joined(
    world: World, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    second = second_root(world, monkeypatch)
    third = world.folder / "roots" / "third"
    (third / "projects").mkdir(parents=True)
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", f"{world.home.claude},{second},{third}")
    old = world.project("old")
    world.chat("one", old)
    world.chat("two", old, root=second)
    world.home.put(world.home.claude / "projects" / encode(str(old)) / "memory" / "MEMORY.md", b"one\n")
    stays = world.home.put(second / "projects" / encode(str(old)) / "memory" / other, b"two\n")
    before = both(world)
    plan = world.plan(old, old, "--target-root", "third")
    joins = other == "other.md"
    assert [each["path"] for each in plan["conflicts"]] == ([] if joins else [str(stays)])
    world.apply(plan)
    memory = third / "projects" / encode(str(old)) / "memory"
    assert (memory / "MEMORY.md").read_bytes() == b"one\n"
    assert stays.exists() is not joins
    world.undo(plan, "--exact")
    assert both(world) == before


@pytest.mark.parametrize("name", ["memory", "memory/deep"])
@pytest.mark.parametrize("link", [True, False])
def test_a_folder_does_not_go_through_a_link_or_a_file_of_its_name(
    world: World, name: str, *, link: bool
) -> None:
    old, new = world.project("old"), world.project("new")
    here = world.transcript(world.chat("one", old)).parent
    there = world.transcript(world.chat("two", new)).parent
    (there / name).parent.mkdir(exist_ok=True)
    if link:
        (there / name).symlink_to(world.folder)
    else:
        (there / name).write_text("a file")
    stays = world.home.put(here / "memory" / "deep" / "er" / "topic.md", b"topic\n")
    goes = world.home.put(here / "memory" / "MEMORY.md", b"remember\n")
    before = whole(world.home.claude)
    plan = world.plan(old, new)
    assert {each["path"] for each in plan["conflicts"]} == {
        str(stays),
        *([str(goes)] if name == "memory" else ()),
    }
    world.apply(plan)
    assert stays.exists()
    assert goes.exists() is (name == "memory")
    world.undo(plan, "--exact")
    assert whole(world.home.claude) == before


# -- the client's own files -----------------------------------------------------------------


def as_link(path: Path) -> None:
    path.rename(path.with_name("elsewhere.json"))
    path.symlink_to("elsewhere.json")


def as_text(text: str) -> Callable[[Path], None]:
    def spoil(path: Path) -> None:
        path.write_text(text)

    return spoil


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (as_link, "it is a link"),
        (as_text("{"), "no JSON"),
        (as_text("[]"), "no JSON object"),
        (as_text('{"projects":{},"projects":{}}'), "names projects twice"),
        (as_text('{"projects":{"/a":{},"\\/a":{}}}'), "names /a twice"),
        (as_text('{"a":' + "[" * 100_000 + "]" * 100_000 + "}"), "nested too deep|no JSON object"),
    ],
)
@pytest.mark.parametrize("own", [True, False])
def test_settings_that_cannot_be_edited_are_told(
    tmp_path: Path, spoil: Callable[[Path], None], why: str, *, own: bool
) -> None:
    root, home = tmp_path / "root", tmp_path / "home"
    root.mkdir()
    home.mkdir()
    path = (root if own else home) / ".claude.json"
    for each in (home / ".claude.json", path):
        each.write_text('{"projects":{"/a":{}}}')
    assert surveyed(root, home).settings == str(path)
    spoil(path)
    found = surveyed(root, home)
    assert found.settings is None
    ((told, reason),) = found.unusable
    assert told == str(path)
    assert any(each in reason for each in why.split("|"))
    assert surveyed(root, home, default=False).unusable == (found.unusable if own else ())


@pytest.mark.parametrize("text", ['{"projects":[]}', "{}", '\ufeff{"projects":{"/a":{"projects":{}}}}'])
def test_settings_that_can_be_edited(tmp_path: Path, text: str) -> None:
    path = tmp_path / ".claude.json"
    path.write_text(text)
    found = surveyed(tmp_path, tmp_path)
    assert (found.settings, found.unusable) == (str(path), ())


def test_a_prompt_history_that_is_a_link_is_told(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    path.write_text("")
    assert surveyed(tmp_path, tmp_path).prompts == str(path)
    as_link(path)
    found = surveyed(tmp_path, tmp_path)
    assert (found.prompts, found.unusable) == (None, ((str(path), "it is a link"),))


# -- folders that are links -----------------------------------------------------------------


@pytest.mark.parametrize("mode", ["move", "copy"])
@pytest.mark.parametrize("what", ["out", "nowhere", "file", "inside"])
def test_a_project_folder_of_the_target_that_cannot_be_written_in_is_told_in_the_plan(
    world: World, mode: str, what: str
) -> None:
    old, new = world.project("old"), world.project("new")
    world.chat("talk", old)
    world.chat("other", world.project("old/sub"))
    place = world.home.claude / "projects" / encode(str(new))
    inside = world.home.claude / "projects" / "inside"
    inside.mkdir()
    if what == "file":
        place.write_text("x")
    else:
        place.symlink_to({"out": world.folder, "nowhere": world.folder / "gone", "inside": inside}[what])
    before = whole(world.home.claude)
    plan = world.plan(old, new, "--mode", mode)
    assert len(plan["conflicts"]) == (what != "inside")
    if what != "inside":
        assert str(place) in plan["conflicts"][0]["why"]
    world.apply(plan)
    world.undo(plan, "--exact")
    assert whole(world.home.claude) == before


@pytest.mark.parametrize("mode", ["move", "copy"])
def test_a_root_whose_projects_are_a_link_is_told(world: World, mode: str) -> None:
    old, new = world.project("old"), world.project("new")
    world.chat("talk", old)
    projects = world.home.claude / "projects"
    shutil.move(projects, world.folder / "elsewhere")
    projects.symlink_to(world.folder / "elsewhere")
    before = whole(world.home.claude), whole(world.folder / "elsewhere")
    with pytest.raises(FailedError, match="link that leads out of the root"):
        world.plan(old, new, "--mode", mode)
    assert (whole(world.home.claude), whole(world.folder / "elsewhere")) == before


def test_what_is_kept_by_id_does_not_go_through_a_link(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    second = second_root(world, monkeypatch)
    (second / "file-history").symlink_to(world.folder)
    old = world.project("old")
    chat = world.chat("talk", old)
    plan = world.plan(old, old, "--target-root", "second")
    assert str(world.home.claude / "file-history" / chat.id) in left(plan)
    world.apply(plan)
    world.undo(plan, "--exact")


# -- crashes --------------------------------------------------------------------------------


def joining(site: Site) -> list[Step]:
    """A folder is moved whole, and files of another one into it."""
    here, there = f"{site.root}/projects", f"{site.root}/projects/there"
    steps = Steps(site)
    steps.move_folder(f"{here}/one/memory", f"{there}/memory")
    steps.made |= {f"{there}/memory", f"{there}/memory/deep"}
    for name in ("c.md", "deep/d.md"):
        steps.move(f"{here}/two/memory/{name}", f"{there}/memory/{name}")
    for name in ("two/memory/deep", "two/memory", "two", "one"):
        steps.remove_folder(f"{here}/{name}")
    return steps.all()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="crashes are children's")
@pytest.mark.parametrize("undo", [False, True])
def test_a_crash_while_two_folders_become_one(tmp_path: Path, *, undo: bool) -> None:
    site = Site(tmp_path, tmp_path / "elsewhere")
    site.elsewhere.mkdir(exist_ok=True)
    for name in ("one/memory/a.md", "one/memory/deep/b.md", "two/memory/c.md", "two/memory/deep/d.md"):
        site.put(f"projects/{name}", name.encode())
    site.put("projects/there/x.jsonl", b"{}\n")
    site.keep()
    steps: list[Step] = []

    def build() -> None:
        site.again()
        steps[:] = joining(site)
        if undo:
            quietly(lambda: site.run(steps))

    site.again()
    quietly(lambda: site.run(joining(site)))
    assert (site.root / "projects" / "there" / "memory" / "deep" / "d.md").exists()
    quietly(site.take_back)
    assert (site.root / "projects" / "two" / "memory" / "deep" / "d.md").exists()
    if undo:
        cut_everywhere(site, build, site.take_back, site.undo)
    else:
        cut_everywhere(site, build, lambda: site.run(steps), site.place)
