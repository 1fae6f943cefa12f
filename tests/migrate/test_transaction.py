"""Steps done as one and taken back, over real files."""

# ruff: noqa: PTH112, PTH116, PTH208, PTH211

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ccmcp.errors import (
    MigrationBusyError,
    MigrationRefusedError,
    MigrationRolledBackError,
    MigrationStuckError,
    MigrationUnfinishedError,
    PlanExpiredError,
    UndoRefusedError,
)
from ccmcp.migrate.doing import disk, journal
from ccmcp.migrate.doing.recovering import recover
from ccmcp.migrate.doing.transaction import locked, run, state_of, unfinished
from ccmcp.migrate.steps import Append, Edits, FromFile, MakeFolder, Move, Put, Step, Truncate
from tests.migrate.crashing import NEW, OLD, Cut, Site, Steps, seen_of, shared
from tests.migrate.test_crashes import ID, LINE, TAIL, all_kinds, full_site, only_moves

if sys.version_info >= (3, 12):
    from typing import override
else:
    from typing_extensions import override

Plans = Callable[[Site], list[Step]]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return full_site(tmp_path, tmp_path / "elsewhere")


def times(site: Site) -> dict[str, int]:
    """Modification times of folders."""
    return {top: os.stat(top).st_mtime_ns for top, _, _ in os.walk(site.root)}


@pytest.mark.parametrize("plan", [all_kinds, only_moves])
def test_what_is_done_is_taken_back_byte_for_byte(site: Site, plan: Plans) -> None:
    old, folders = site.all(), times(site)
    site.run(plan(site))
    new = site.all()
    assert new != old
    assert not [path for path in new if "ccmcp-" in path]
    found = site.take_back(exact=True)
    assert site.all() == old
    assert times(site) == folders
    assert (found.notes, state_of(site.place), state_of(site.undo)) == ([], "done", "done")


def test_a_moved_session_keeps_inode_mode_and_time_and_gets_its_line(site: Site) -> None:
    source, target = f"{site.root}/projects/-w-old-app/b.jsonl", f"{site.root}/projects/-w-x/b.jsonl"
    before, data = os.stat(source), Path(source).read_bytes()
    steps = Steps(site)
    steps.move(source, target, "\n" + TAIL % ID)
    site.run(steps.all())
    after = os.stat(target)
    assert Path(target).read_bytes() == data + b"\n" + (TAIL % ID).encode()
    for name in ("st_ino", "st_mode", "st_mtime_ns", "st_nlink"):
        assert getattr(after, name) == getattr(before, name)
    assert not os.path.lexists(source)
    assert (os.stat(site.place).st_mode & 0o777, os.stat(journal.place(site.place)).st_mode & 0o777) == (
        0o700,
        0o600,
    )


def test_what_is_not_unicode_and_what_is_long_has_a_name_too(site: Site) -> None:
    names = ["n\udcffame.jsonl", "x" * 250, "a\nb", "💥" * 60]
    steps = Steps(site)
    for name in names:
        source = site.put(f"odd/{name}", name.encode("utf-8", "surrogateescape"))
        steps.carry(source, f"{site.elsewhere}/odd/{name}")
        steps.copy(source, f"{site.root}/copies/{name}")
    old = site.all()
    site.run(steps.all())
    assert sorted(os.listdir(site.elsewhere / "odd")) == sorted(names)
    site.take_back(exact=True)
    assert site.all() == old


# -- what is refused -----------------------------------------------------------------


def bad_steps(site: Site) -> Iterator[tuple[str, list[Step], type[Exception]]]:
    here = f"{site.root}/projects/-w-old-app"
    seen = seen_of(f"{here}/a.jsonl")
    outside = site.folder / "outside"
    outside.mkdir()
    shutil.copy2(f"{here}/a.jsonl", outside / "a.jsonl")
    os.symlink(outside, site.root / "link")
    os.symlink(f"{here}/a.jsonl", f"{here}/linked.jsonl")
    os.mkfifo(f"{here}/pipe")

    def move(source: str, target: str) -> Move:
        return Move(source=source, target=target, folder=False, seen=seen)

    def put(path: str, source: str = f"{here}/a.jsonl", digest: str = seen.sha256) -> Put:
        content = FromFile(path=source, seen=None)
        return Put(path=path, content=content, size=seen.size, sha256=digest, mode=0o600, mtime_ns=1)

    yield "outside", [put(str(outside / "new"))], MigrationRefusedError
    yield "behind a link", [put(f"{site.root}/link/new")], MigrationRefusedError
    yield "from outside", [move(str(outside / "a.jsonl"), f"{here}/new")], MigrationRefusedError
    yield "dots", [put(f"{here}/../../../outside/new")], MigrationRefusedError
    yield "nul", [put(f"{here}/a\0b")], MigrationRefusedError
    yield "relative", [put("a.jsonl")], MigrationRefusedError
    yield "taken", [put(f"{here}/b.jsonl")], MigrationRefusedError
    yield "taken by a broken link", [move(f"{here}/a.jsonl", f"{here}/linked.jsonl")], MigrationRefusedError
    yield "twice", [put(f"{here}/new"), put(f"{here}/new")], MigrationRefusedError
    yield "a link", [move(f"{here}/linked.jsonl", f"{here}/new")], MigrationRefusedError
    yield "a pipe", [move(f"{here}/pipe", f"{here}/new")], MigrationRefusedError
    yield "a folder as a file", [move(f"{here}/a", f"{here}/new")], MigrationRefusedError
    yield "gone", [move(f"{here}/none.jsonl", f"{here}/new")], PlanExpiredError
    yield "another file", [move(f"{here}/b.jsonl", f"{here}/new")], PlanExpiredError
    yield (
        "moved twice",
        [move(f"{here}/a.jsonl", f"{here}/n1"), move(f"{here}/a.jsonl", f"{here}/n2")],
        PlanExpiredError,
    )
    yield (
        "grown",
        [Append(path=f"{here}/a.jsonl", text=TAIL, size=1, mtime_ns=seen.mtime_ns)],
        PlanExpiredError,
    )
    yield (
        "shorter",
        [Truncate(path=f"{here}/a.jsonl", text=TAIL, size=seen.size, mtime_ns=1)],
        PlanExpiredError,
    )
    yield "another digest", [put(f"{here}/new", digest="0" * 64)], MigrationRolledBackError
    yield "reading a pipe", [put(f"{here}/new", f"{here}/pipe")], MigrationRolledBackError
    yield "reading a link", [put(f"{here}/new", f"{here}/linked.jsonl")], MigrationRolledBackError


def test_no_step_leaves_its_place_or_overwrites_or_works_on_another_file(site: Site) -> None:
    for name, steps, error in list(bad_steps(site)):
        before = {path: os.lstat(path).st_mtime_ns for path in site.root.rglob("*")}
        for each in (steps, [MakeFolder(path=f"{site.root}/fresh"), *steps]):
            with pytest.raises(error):
                site.run(each)
            assert {path: os.lstat(path).st_mtime_ns for path in site.root.rglob("*")} == before, name
            assert not (site.folder / "outside" / "new").exists()
            assert unfinished(site.migrations) == []


def test_a_named_file_beside_the_roots_may_be_edited(site: Site) -> None:
    path = site.folder / ".claude.json"
    path.write_bytes(b'{"projects":{"%s":{"a":1}},"x":1.0}' % OLD.encode())
    steps = Steps(site)
    steps.settings(str(path))
    with pytest.raises(MigrationRefusedError):
        site.run(steps.all())
    run(replace(site.transaction(steps.all()), files=(str(path),)), site.migrations)
    assert path.read_bytes() == b'{"projects":{"%s":{"a":1}},"x":1.0}' % NEW.encode()


# -- failures ------------------------------------------------------------------------


class Failing(Cut):
    """A call that fails; and, on a disk that is full, all that follow and need room."""

    def __init__(self, at: int, *, full: bool) -> None:
        super().__init__(at)
        self.full = full

    @override
    def _count(self, name: str, what: object) -> None:
        self.calls += 1
        needs = name in ("open", "write", "mkdir", "link", "rename", "replace")
        if self.calls == self.at or (self.full and self.calls > self.at and needs):
            raise OSError(28, "No space left on device", str(what))
        self.log.append(f"{name} {what!r}")


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("plan", [all_kinds, only_moves])
def test_a_call_that_fails_takes_everything_back(
    site: Site, plan: Plans, monkeypatch: pytest.MonkeyPatch, *, full: bool
) -> None:
    site.keep()
    at = 0
    while True:
        at += 1
        site.again()
        old, folders = site.all(), times(site)
        steps = plan(site)
        failing = Failing(at, full=full)
        with monkeypatch.context() as patched:
            patched.setattr(disk, "os", failing)
            try:
                site.run(steps)
            except Exception as error:  # noqa: BLE001 - whichever it is, the files tell
                failed: Exception | None = error
            else:
                failed = None
        if state_of(site.place) in journal.UNFINISHED:
            recover(site.place, site.migrations)
        if state_of(site.place) != "done":
            assert failed is not None
            assert site.all() == old, (at, failed)
            assert times(site) == folders, (at, failed)
        if failing.calls < at:
            break


def test_what_stands_in_the_way_of_going_back_is_named_and_it_goes_on_when_that_is_gone(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, fresh = site.root / "projects/-w-old-app/a.jsonl", site.root / "projects/-w-new-app/fresh.jsonl"
    old = site.all()
    steps = Steps(site)
    steps.move(str(source), str(fresh.with_name("a.jsonl")), TAIL % ID)
    steps.copy(f"{source.parent}/b.jsonl", str(fresh))

    def write() -> None:
        source.write_bytes(b"made anew by a client")
        fresh.write_bytes(b"and this one too")

    monkeypatch.setattr(disk, "os", Client(f"link ('{fresh.parent}/.fresh", write))
    with pytest.raises(MigrationStuckError, match=r"a\.jsonl"):
        site.run(steps.all())
    monkeypatch.undo()
    with pytest.raises(MigrationUnfinishedError):
        site.run(steps.all())
    with pytest.raises(MigrationStuckError, match=r"a\.jsonl"):
        recover(site.place, site.migrations)
    assert source.read_bytes() == b"made anew by a client"
    source.unlink()
    assert recover(site.place, site.migrations) == "rolled back"
    assert fresh.read_bytes() == b"and this one too"
    fresh.unlink()
    assert site.all() == old


def test_it_can_be_stopped_until_the_commit(site: Site) -> None:
    old, asked, told = site.all(), 0, []

    def stopped() -> bool:
        nonlocal asked
        asked += 1
        return asked > 5

    with pytest.raises(MigrationRolledBackError, match="stopped"):
        run(site.transaction(all_kinds(site)), site.migrations, stopped=stopped)
    assert site.all() == old
    run(site.transaction(all_kinds(site)), site.migrations, progress=lambda *each: told.append(each))
    done, total, _ = told[-1]
    assert done == total


def test_one_migration_at_a_time_and_none_after_one_that_was_cut_short(site: Site) -> None:
    steps = only_moves(site)
    with locked(site.migrations), pytest.raises(MigrationBusyError):
        site.run(steps)
    journal_of = Path(site.migrations, "fedcba987654")
    journal_of.mkdir()
    journal.start(str(journal_of), journal.Begin(mark="x", steps=(), backups=""))
    with pytest.raises(MigrationUnfinishedError, match="recover"):
        site.run(steps)
    assert recover(str(journal_of), site.migrations) == "rolled back"
    site.run(steps)


def test_a_line_of_the_journal_that_is_torn_was_never_written(site: Site) -> None:
    place = Path(journal.place(site.place))
    place.parent.mkdir(parents=True)
    journal.start(site.place, journal.Begin(mark="x", steps=tuple(only_moves(site)), backups="b"))
    whole = place.read_bytes()
    journal.note(site.place, "committed", inodes={"/x": 1})
    lines = place.read_bytes()
    assert journal.read(site.place).state == "committed"
    assert journal.read(site.place).begin == journal.Begin(
        mark="x", steps=tuple(only_moves(site)), backups="b"
    )
    for end in range(len(lines)):
        place.write_bytes(lines[:end])
        assert journal.read(site.place).state == ("begun" if end >= len(whole) else "none")


# -- taken back when more has happened since -----------------------------------------


def moved_session(site: Site) -> tuple[Path, Path]:
    source, target = site.root / "projects/-w-old-app/a.jsonl", site.root / "projects/-w-new-app/a.jsonl"
    steps = Steps(site)
    steps.move(str(source), str(target), TAIL % ID, digest=True)
    site.run(steps.all())
    site.homes = {str(target): (NEW, ID)}
    return source, target


@pytest.mark.parametrize("more", [LINE, LINE + b'{"torn', b"x" * 3_000_000])
def test_a_session_that_has_grown_goes_back_with_its_lines(site: Site, more: bytes) -> None:
    before = (site.root / "projects/-w-old-app/a.jsonl").read_bytes()
    source, target = moved_session(site)
    with target.open("ab") as file:
        file.write(more)
    with pytest.raises(UndoRefusedError):
        site.take_back(exact=True)
    now = os.stat(target).st_mtime_ns
    found = site.take_back()
    told = (
        json.dumps({"type": "relocated", "relocatedCwd": OLD, "sessionId": ID}, separators=(",", ":")) + "\n"
    )
    line = told if more.endswith(b"\n") else "\n" + told
    assert source.read_bytes() == before + (TAIL % ID).encode() + more + line.encode()
    assert os.stat(source).st_mtime_ns == now
    assert not target.exists()
    assert "new lines" in found.notes[0]


def test_what_has_changed_otherwise_is_named_and_nothing_is_undone(site: Site) -> None:
    source, target = moved_session(site)
    data = target.read_bytes()
    for changed in (b"X" + data[1:], data[:-1], b"X" + data[1:] + LINE, None):
        target.unlink() if changed is None else target.write_bytes(changed)
        before = site.all()
        with pytest.raises(UndoRefusedError, match=r"a\.jsonl"):
            site.take_back()
        assert site.all() == before
    target.write_bytes(data)
    source.write_bytes(b"taken")
    with pytest.raises(UndoRefusedError, match="something else"):
        site.take_back()


def test_touched_but_equal_it_goes_back(site: Site) -> None:
    old = site.all()
    _, target = moved_session(site)
    data = target.read_bytes()
    target.unlink()
    target.write_bytes(data)
    target.chmod(0o600)
    site.take_back(exact=True)
    assert site.all() == old


def test_a_copy_that_has_grown_stays_and_the_rest_is_undone(site: Site) -> None:
    old = site.all()
    steps = Steps(site)
    source = f"{site.root}/projects/-w-old-app/a.jsonl"
    for name in ("one", "two"):
        steps.copy(source, f"{site.root}/projects/-w-fork/{name}.jsonl", Edits(session=(ID, ID[::-1])))
    site.run(steps.all())
    grown = site.root / "projects/-w-fork/two.jsonl"
    with grown.open("ab") as file:
        file.write(LINE)
    data = grown.read_bytes()
    with pytest.raises(UndoRefusedError):
        site.take_back(exact=True)
    found = site.take_back()
    left = site.all()
    assert left.pop(str(grown))[2] == data
    left.pop(str(grown.parent))
    assert left == old
    assert "stays" in found.notes[0]


@pytest.mark.parametrize("edits", [None, Edits(paths=((OLD, NEW),))])
@pytest.mark.parametrize("place", ["elsewhere", "beside", "same"])
def test_what_was_made_anew_goes_back_with_what_was_added(
    site: Site, edits: Edits | None, place: str
) -> None:
    source = site.root / "projects/-w-old-app/far.jsonl"
    if place == "same" and edits is None:
        pytest.skip("nothing to be done")
    target = {"elsewhere": site.elsewhere / "far.jsonl", "beside": site.root / "x/far.jsonl", "same": source}[
        place
    ]
    before = source.read_bytes()
    steps = Steps(site)
    steps.carry(str(source), str(target), edits, TAIL % ID)
    site.run(steps.all())
    site.homes = {str(target): (NEW, ID)}
    with target.open("ab") as file:
        file.write(b"more\n")
    with pytest.raises(UndoRefusedError):
        site.take_back(exact=True)
    site.take_back()
    line = (TAIL % ID).replace(NEW, OLD).encode()
    ours = (TAIL % ID).encode() if edits is None else b""
    assert source.read_bytes() == before + ours + b"more\n" + line
    assert place == "same" or not target.exists()


def test_new_files_in_folders_that_were_made_stay(site: Site) -> None:
    old = site.all()
    site.run(only_moves(site))
    new = site.root / "projects/-w-else/mine.jsonl"
    new.write_bytes(LINE)
    site.take_back()
    assert new.read_bytes() == LINE
    left = site.all()
    del left[str(new)], left[str(new.parent)]
    assert shared(left) == shared(old)


def test_a_folder_that_moved_whole_goes_back_with_what_is_new_in_it(site: Site) -> None:
    site.run(only_moves(site))
    new = site.root / "projects/-w-else/a/subagents/agent-2.jsonl"
    new.write_bytes(LINE)
    with pytest.raises(UndoRefusedError, match="newer"):
        site.take_back(exact=True)
    assert "newer" in site.take_back().notes[0]
    assert (site.root / "projects/-w-old-app/a/subagents/agent-2.jsonl").read_bytes() == LINE


# -- files shared with the client ----------------------------------------------------


def settings_of(site: Site) -> Any:
    return json.loads((site.root / ".claude.json").read_bytes())


def moved_settings(site: Site) -> None:
    steps = Steps(site)
    steps.settings(f"{site.root}/.claude.json")
    steps.prompts(f"{site.root}/history.jsonl")
    site.run(steps.all())


def test_what_the_client_wrote_elsewhere_in_its_files_stays(site: Site) -> None:
    before = site.all()
    moved_settings(site)
    settings, prompts = site.root / ".claude.json", site.root / "history.jsonl"
    settings.write_bytes(settings.read_bytes().replace(b'"/w/other": {}', b'"/w/other": {"new": 1}'))
    prompts.write_bytes(prompts.read_bytes() + b'{"display":"later","project":"%s"}\n' % NEW.encode())
    assert site.take_back(exact=True).notes == []
    was_settings, was_prompts = before[str(settings)][2], before[str(prompts)][2]
    assert was_settings is not None
    assert was_prompts is not None
    assert settings.read_bytes() == was_settings.replace(b'"/w/other": {}', b'"/w/other": {"new": 1}')
    assert prompts.read_bytes() == was_prompts + b'{"display":"later","project":"%s"}\n' % NEW.encode()


def test_an_entry_the_client_changed_since_goes_back_as_it_is(site: Site) -> None:
    moved_settings(site)
    settings = site.root / ".claude.json"
    settings.write_bytes(settings.read_bytes().replace(b'["x"]', b'["x","y"]'))
    with pytest.raises(UndoRefusedError):
        site.take_back(exact=True)
    assert "changed since" in site.take_back().notes[0]
    assert settings_of(site)["projects"] == {OLD: {"allowedTools": ["x", "y"]}, "/w/other": {}}


class Client(Cut):
    """A client that writes to a file just before one of our calls, once."""

    def __init__(self, call: str, write: Callable[[], object]) -> None:
        super().__init__()
        self._when, self._write = call, write

    @override
    def _count(self, name: str, what: object) -> None:
        super()._count(name, what)
        if f"{name} {what!r}".startswith(self._when):
            self._when = "never"
            self._write()


@pytest.mark.parametrize("call", ["open '{}/.history", "link ('{}/history", "replace ('{}/.history"])
def test_prompts_that_are_typed_meanwhile_are_kept(
    site: Site, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = site.root / "history.jsonl"
    typed = b'{"display":"typed meanwhile","project":"/w/z"}\n'
    steps = Steps(site)
    steps.prompts(str(history))
    before = history.read_bytes()
    with history.open("ab", buffering=0) as client:
        monkeypatch.setattr(disk, "os", Client(call.format(site.root), lambda: client.write(typed)))
        site.run(steps.all())
    monkeypatch.undo()
    assert history.read_bytes() == before.replace(b'"%s"' % OLD.encode(), b'"%s"' % NEW.encode()) + typed
    site.take_back(exact=True)
    assert history.read_bytes() == before + typed
    assert not [each for each in os.listdir(site.root) if "ccmcp" in each]


@pytest.mark.parametrize("call", ["open '{}/..claude", "link ('{}/.claude", "replace ('{}/..claude"])
@pytest.mark.parametrize("anew", [False, True])
def test_settings_that_are_written_meanwhile_are_kept(
    site: Site, call: str, monkeypatch: pytest.MonkeyPatch, *, anew: bool
) -> None:
    path = site.root / ".claude.json"
    steps = Steps(site)
    steps.settings(str(path))
    newer = path.read_bytes().replace(b'["x"]', b'["x","meanwhile"]')

    def write() -> None:
        if anew and not call.startswith("replace"):
            (path.parent / "tmp").write_bytes(newer)
            (path.parent / "tmp").replace(path)
        else:
            path.write_bytes(newer)

    monkeypatch.setattr(disk, "os", Client(call.format(site.root), write))
    site.run(steps.all())
    monkeypatch.undo()
    assert settings_of(site)["projects"] == {NEW: {"allowedTools": ["x", "meanwhile"]}, "/w/other": {}}
    site.take_back(exact=True)
    assert path.read_bytes() == newer
    assert not [each for each in os.listdir(site.root) if "ccmcp" in each]


# -- two file systems ----------------------------------------------------------------


@pytest.mark.skipif(not os.path.isdir("/dev/shm"), reason="needs a second file system")
def test_over_to_another_file_system_and_back(tmp_path: Path) -> None:
    elsewhere = Path("/dev/shm") / f"ccmcp-{os.getpid()}-{tmp_path.name}"
    if os.stat("/dev/shm").st_dev == os.stat(tmp_path).st_dev:
        pytest.skip("it is the same file system")
    try:
        site = full_site(tmp_path, elsewhere)
        old = site.all()
        steps = Steps(site)
        source = site.root / "projects/-w-old-app/b.jsonl"
        steps.move(str(source), f"{elsewhere}/b.jsonl")
        with pytest.raises(MigrationRolledBackError, match="cross-device"):
            site.run(steps.all())
        assert site.all() == old
        site.run(all_kinds(site))
        assert (elsewhere / "deep/er/far.jsonl").read_bytes() == LINE * 5 + (TAIL % ID).encode()
        site.take_back(exact=True)
        assert site.all() == old
    finally:
        shutil.rmtree(elsewhere, ignore_errors=True)
