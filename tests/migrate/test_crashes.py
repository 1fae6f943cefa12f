"""A crash at any call to the file system, and power that goes: then everything is as it was, or as it was to be."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from ccmcp.migrate.doing.recovering import recover
from ccmcp.migrate.doing.transaction import unfinished
from ccmcp.migrate.steps import Edits, Step
from tests.migrate.crashing import (
    NEW,
    OLD,
    Cut,
    Kept,
    NoLinks,
    PowerCut,
    Site,
    Steps,
    in_process,
    lose_power,
    quietly,
    shared,
)

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="crashes are children's")

ID = "11111111-2222-4333-8444-555555555555"
LINE = b'{"type":"user","cwd":"%s","sessionId":"%s","uuid":"u1","message":{"content":"x"}}\n' % (
    OLD.encode(),
    ID.encode(),
)
BROKEN = b'{"type":"user", broken \xff\x00 \xe2\x80\xa8\n' + LINE + b'{"torn":'
TAIL = '{"type":"relocated","relocatedCwd":"/w/new.app","sessionId":"%s"}\n'


def full_site(folder: Path, elsewhere: Path) -> Site:
    """A root in which each kind of step has something to do."""
    site = Site(folder, elsewhere)
    site.elsewhere.mkdir(exist_ok=True)
    for name in ("a", "b"):
        site.put(f"projects/-w-old-app/{name}.jsonl", LINE * 3 + (BROKEN if name == "b" else b""))
        site.put(f"projects/-w-old-app/{name}/subagents/agent-1.jsonl", LINE)
    site.put("projects/-w-old-app/edited.jsonl", LINE * 2)
    site.put("projects/-w-old-app/place.jsonl", LINE * 2, 0o640)
    site.put("projects/-w-old-app/far.jsonl", LINE * 5)
    site.put("projects/-w-old-app/memory/MEMORY.md", b"remember\n")
    site.put("projects/-w-new-app/there.jsonl", LINE)
    site.put("projects/-w-marked/m.jsonl", LINE)
    site.put("history.jsonl", b"".join(b'{"display":"hi %d","project":"%s","sessionId":"%s"}\n' % (number, project.encode(), ID.encode())
                                       for number, project in enumerate((OLD, "/w/other", OLD, NEW))))  # fmt: skip
    site.put(
        ".claude.json",
        b'{\n  "projects": {\n    "%s": {\n      "allowedTools": ["x"]\n    },\n    "/w/other": {}\n  }\n}'
        % OLD.encode(),
    )
    (site.root / "projects").chmod(0o700)
    return site


def all_kinds(site: Site) -> list[Step]:
    """Each kind of step."""
    here, there = f"{site.root}/projects/-w-old-app", f"{site.root}/projects/-w-new-app"
    steps = Steps(site)
    for name in ("a", "b"):
        steps.move(f"{here}/{name}.jsonl", f"{there}/{name}.jsonl", ("\n" if name == "b" else "") + TAIL % ID)
        steps.move_folder(f"{here}/{name}", f"{there}/{name}")
    edits = Edits(paths=((OLD, NEW),))
    steps.carry(f"{here}/edited.jsonl", f"{there}/edited.jsonl", edits, TAIL % ID)
    steps.carry(f"{here}/place.jsonl", f"{here}/place.jsonl", edits)
    steps.carry(f"{here}/far.jsonl", f"{site.elsewhere}/deep/er/far.jsonl", None, TAIL % ID)
    steps.copy(f"{here}/memory/MEMORY.md", f"{there}/memory/MEMORY.md")
    steps.copy(f"{there}/there.jsonl", f"{there}/fork.jsonl", Edits(session=(ID, ID.replace("1", "9"))))
    steps.mark(f"{site.root}/projects/-w-marked/m.jsonl", TAIL % ID)
    steps.prompts(f"{site.root}/history.jsonl")
    steps.settings(f"{site.root}/.claude.json")
    return steps.all()


def only_moves(site: Site) -> list[Step]:
    """What most migrations are: nothing but moves, and the folder goes."""
    here, there = f"{site.root}/projects/-w-old-app", f"{site.root}/projects/-w-else"
    steps = Steps(site)
    for name in ("a", "b", "edited", "place", "far"):
        steps.move(f"{here}/{name}.jsonl", f"{there}/{name}.jsonl", ("\n" if name == "b" else "") + TAIL % ID)
    for name in ("a", "b", "memory"):
        steps.move_folder(f"{here}/{name}", f"{there}/{name}")
    steps.settings(f"{site.root}/.claude.json", OLD, "/w/other")
    steps.remove_folder(here)
    return steps.all()


def ended(site: Site, folder: str, old: Kept, wanted: list[Kept], told: str, cut: Cut | None = None) -> None:
    """Recover, and look at what is there: one of the wanted, and when it was taken back exactly the old."""
    outcome, _ = quietly(lambda: recover(folder, site.migrations), cut)
    found = site.all()
    others = [shared(found).items() ^ shared(each).items() for each in wanted]
    assert not all(others), f"{told}: {outcome}: {min(others, key=len)}"
    if outcome == "rolled back":
        assert found == old, told
    assert unfinished(site.migrations) == []


def cut_everywhere(
    site: Site, build: Callable[[], object], action: Callable[[], object], folder: str
) -> None:
    """Cut an action short at each of its calls, and in the middle of each write."""
    build()
    old = site.all()
    _, calls = quietly(action)
    new = site.all()
    for at, call in enumerate(calls):
        for half in (False, True) if call.startswith("write") else (False,):
            build()
            before = site.all()
            assert in_process(action, at, half=half) == 9
            ended(site, folder, before, [old, new], f"call {at} ({call}), half {half}")


def cut_twice(
    site: Site, build: Callable[[], object], action: Callable[[], object], folder: str, step: int
) -> None:
    """Cut the recovery short too, at each of its calls, after some of the action's."""
    build()
    old = site.all()
    _, calls = quietly(action)
    new = site.all()
    for at in range(0, len(calls), step):
        again, code = 0, 9
        while code == 9:
            build()
            before = site.all()
            in_process(action, at)
            code = in_process(lambda: recover(folder, site.migrations), again)
            ended(
                site, folder, before, [old, new], f"calls {at} ({calls[at]}) and {again}"
            ) if code == 9 else None
            again += 1


@pytest.mark.parametrize("twice", [False, True])
@pytest.mark.parametrize("plan", [all_kinds, only_moves])
def test_a_crash_at_any_call_leaves_the_old_or_the_new(
    tmp_path: Path, plan: Callable[[Site], list[Step]], *, twice: bool
) -> None:
    site = full_site(tmp_path, tmp_path / "elsewhere")
    site.keep()
    steps: list[Step] = []

    def build() -> None:
        site.again()
        steps[:] = plan(site)

    if twice:
        cut_twice(site, build, lambda: site.run(steps), site.place, 41)
    else:
        cut_everywhere(site, build, lambda: site.run(steps), site.place)


@pytest.mark.parametrize("twice", [False, True])
@pytest.mark.parametrize("plan", [all_kinds, only_moves])
def test_a_crash_at_any_call_of_taking_it_back_leaves_all_done_or_all_undone(
    tmp_path: Path, plan: Callable[[Site], list[Step]], *, twice: bool
) -> None:
    site = full_site(tmp_path, tmp_path / "elsewhere")
    site.keep()
    old = site.all()

    def build() -> None:
        site.again()
        quietly(lambda: site.run(plan(site)))

    build()
    assert site.all() != old
    quietly(site.take_back)
    assert site.all() == old
    if twice:
        cut_twice(site, build, site.take_back, site.undo, 41)
    else:
        cut_everywhere(site, build, site.take_back, site.undo)


@pytest.mark.parametrize("plan", [all_kinds, only_moves])
@pytest.mark.parametrize("undo", [False, True])
def test_power_that_goes_leaves_the_old_or_the_new(
    tmp_path: Path, plan: Callable[[Site], list[Step]], *, undo: bool
) -> None:
    site = full_site(tmp_path, tmp_path / "elsewhere")
    site.keep()
    grave = tmp_path / "grave"
    steps: list[Step] = []
    action = site.take_back if undo else lambda: site.run(steps)
    folder = site.undo if undo else site.place

    def build() -> None:
        shutil.rmtree(grave, ignore_errors=True)
        grave.mkdir()
        site.again()
        steps[:] = plan(site)
        if undo:
            quietly(lambda: site.run(steps))

    build()
    old = site.all()
    _, calls = quietly(action)
    new = site.all()
    dice = Random(7)
    for at, call in enumerate(calls):
        chance = (0.5, 1.0, 0.2)[at % 3]
        build()
        before = site.all()
        assert in_process(action, at, cut=PowerCut(at, grave)) == 9
        lose_power(grave, lambda: dice.random() < chance)  # noqa: B023 - called at once
        ended(site, folder, before, [old, new], f"call {at} ({call}), {chance}")


@pytest.mark.parametrize("undo", [False, True])
def test_a_file_system_without_hard_links_is_no_different(tmp_path: Path, *, undo: bool) -> None:
    site = full_site(tmp_path, tmp_path / "elsewhere")
    site.keep()
    steps: list[Step] = []
    action = site.take_back if undo else lambda: site.run(steps)
    folder = site.undo if undo else site.place

    def build() -> None:
        site.again()
        steps[:] = all_kinds(site)
        if undo:
            quietly(lambda: site.run(steps), NoLinks())

    build()
    old = site.all()
    _, calls = quietly(action, NoLinks())
    new = site.all()
    for at, call in enumerate(calls):
        build()
        before = site.all()
        assert in_process(action, at, cut=NoLinks(at)) == 9
        ended(site, folder, before, [old, new], f"call {at} ({call})", NoLinks())
