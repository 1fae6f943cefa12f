"""What undoing must not take away: the last copy of a session, a part of one, or what somebody wrote since."""

import os
from pathlib import Path

import pytest

from ccmcp.errors import MigrationRefusedError, UndoRefusedError
from ccmcp.migrate.doing import disk, safety
from ccmcp.migrate.doing.journal import Begin
from ccmcp.migrate.doing.stepwise import Doing
from ccmcp.migrate.doing.transaction import locked
from ccmcp.migrate.steps import Append, Edits, FromFile, Put
from tests.migrate.crashing import OLD, Site, Steps, seen_of
from tests.migrate.test_crashes import ID, LINE, TAIL, full_site

FORK = ID.replace("1", "9")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return full_site(tmp_path, tmp_path / "elsewhere")


def forked(site: Site) -> tuple[str, str]:
    """A session with side files, copied; the transcript it was made of, and the copy."""
    source = site.put(f"projects/-w-x/{ID}.jsonl", LINE)
    target = f"{site.root}/projects/-w-y/{FORK}.jsonl"
    side = site.put(f"projects/-w-x/{ID}/subagents/agent-1.jsonl", LINE)
    history = site.put(f"file-history/{ID}/f@v1", b"x")
    steps = Steps(site)
    steps.copy(source, target, Edits(session=(ID, FORK)))
    steps.copy(side, f"{site.root}/projects/-w-y/{FORK}/subagents/agent-1.jsonl")
    steps.copy(history, f"{site.root}/file-history/{FORK}/f@v1")
    site.run(steps.all())
    return source, target


@pytest.mark.parametrize("gone", [True, False])
def test_the_last_instance_of_a_session_is_not_removed(site: Site, *, gone: bool) -> None:
    source, target = forked(site)
    if gone:
        os.unlink(source)  # noqa: PTH108
    else:
        Path(source).write_bytes(b"other\n")
    old = site.all()
    with pytest.raises(UndoRefusedError, match=FORK):
        site.take_back()
    assert site.all() == old
    assert os.path.exists(target)  # noqa: PTH110


def test_a_copy_goes_when_what_it_was_made_of_has_only_grown(site: Site) -> None:
    source, target = forked(site)
    with open(source, "ab") as file:  # noqa: PTH123
        file.write(LINE)
    site.take_back(exact=True)
    assert not os.path.lexists(target)


def test_a_copy_that_has_grown_stays_whole(site: Site) -> None:
    _, target = forked(site)
    with open(target, "ab") as file:  # noqa: PTH123
        file.write(LINE)
    with pytest.raises(UndoRefusedError, match="new lines"):
        site.inverse(exact=True)
    old = site.all()
    assert len(site.take_back().notes) == 1
    assert site.all() == old


def test_what_was_written_to_a_file_that_was_made_survives_a_roll_back(site: Site) -> None:
    _, target = forked(site)
    made = seen_of(target)
    step = Put(
        path=target, content=FromFile(path=target), size=made.size, sha256=made.sha256, mode=made.mode, mtime_ns=made.mtime_ns,
    )  # fmt: skip
    doing = Doing(Begin(mark="m", steps=(), backups=""), "", {target: made.inode})
    with open(target, "ab") as file:  # noqa: PTH123
        file.write(LINE)
    doing.take_back(step)
    assert doing.grown == [target]
    assert Path(target).read_bytes().endswith(LINE)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_what_can_not_be_written_to_is_refused_before_anything(site: Site) -> None:
    path = site.put("projects/-w-x/r.jsonl", LINE, 0o400)
    seen = seen_of(path)
    step = Append(path=path, text=TAIL % ID, size=seen.size, mtime_ns=seen.mtime_ns)
    with pytest.raises(MigrationRefusedError, match="written to"):
        safety.check([step], (str(site.root),), ())


def test_a_file_of_another_that_can_not_be_written_to_is_refused(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = site.put("projects/-w-x/r.jsonl", LINE)
    steps = Steps(site)
    steps.move(path, f"{site.root}/projects/-w-z/r.jsonl", TAIL % ID)
    monkeypatch.setattr(os, "geteuid", lambda: os.lstat(path).st_uid + 7)
    with pytest.raises(MigrationRefusedError, match="another user"):
        site.run(steps.all())


def test_times_of_folders_of_another_owner_are_let_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "utime", refused)
    disk.set_times({str(tmp_path): 1})


def test_files_lost_or_rewritten_in_a_folder_that_moved_whole_are_named(site: Site) -> None:
    steps = Steps(site)
    folder = f"{site.root}/projects/-w-old-app/a"
    site.put("projects/-w-old-app/a/two.txt", b"two")
    steps.move_folder(folder, f"{site.root}/projects/-w-z/a")
    site.run(steps.all())
    os.unlink(f"{site.root}/projects/-w-z/a/two.txt")  # noqa: PTH108
    with pytest.raises(UndoRefusedError, match="gone since"):
        site.inverse()
    site.put("projects/-w-z/a/two.txt", b"owt")
    os.utime(f"{site.root}/projects/-w-z/a/two.txt", ns=(5, 5))
    with pytest.raises(UndoRefusedError, match="rewritten since"):
        site.inverse()


def test_a_folder_made_since_goes_back_with_its_session(site: Site) -> None:
    source = site.put(f"projects/-w-x/{ID}.jsonl", LINE)
    target = f"{site.root}/projects/-w-z/{ID}.jsonl"
    steps = Steps(site)
    steps.move(source, target, TAIL % ID, digest=True)
    site.homes[target] = (OLD, ID)
    site.run(steps.all())
    site.put(f"projects/-w-z/{ID}/subagents/agent-2.jsonl", LINE)
    with pytest.raises(UndoRefusedError, match="made since"):
        site.inverse(exact=True)
    assert "made since" in site.take_back().notes[0]
    assert Path(site.root, "projects/-w-x", ID, "subagents/agent-2.jsonl").read_bytes() == LINE


@pytest.mark.skipif(os.name == "nt", reason="modes")
def test_the_folders_of_migrations_are_for_their_owner_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with locked(str(tmp_path / "s" / "state" / "migrations")):
            pass
    finally:
        os.umask(before)
    for name, mode in (("s", 0o700), ("s/state", 0o700), ("s/state/migrations", 0o700), ("s/state/migrations/lock", 0o600)):  # fmt: skip
        assert (tmp_path / name).stat().st_mode & 0o777 == mode
