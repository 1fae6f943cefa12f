"""Projects whose folder is gone, and where they went: with real git repositories and transcripts in the real layout."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccmcp.migrate.orphans.evidence import evidence
from ccmcp.migrate.orphans.find import Known, Orphans, Proposal, orphaned
from ccmcp.migrate.orphans.nearby import MOST_FOLDERS, around, gone
from ccmcp.migrate.repository import Git
from tests.transcript import Chat, line

REMOTE = "git@github.com:acme/shop.git"
FILES = (
    "src/cart.py",
    "src/order.py",
    "src/price.py",
    "src/stock.py",
    "tests/test_cart.py",
    "docs/design.md",
)

Run = Callable[..., str]


@pytest.fixture
def git(tmp_path: Path) -> Run:
    """git in a folder, with an identity and a home of its own."""
    home = tmp_path / "home"
    home.mkdir()
    env = {
        "PATH": os.environ["PATH"], "HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t@example.org", "GIT_COMMITTER_NAME": "t",
        "GIT_COMMITTER_EMAIL": "t@example.org",
    }  # fmt: skip

    def run(folder: Path, *words: str) -> str:
        told = subprocess.run(
            ["git", *words], cwd=folder, env=env, capture_output=True, text=True, check=True
        )
        return told.stdout

    return run


def project(folder: Path, files: tuple[str, ...] = FILES) -> Path:
    for name in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return folder


def repo(git: Run, folder: Path, remote: str = "", files: tuple[str, ...] = FILES) -> Path:
    project(folder, files)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "start")
    if remote:
        git(folder, "remote", "add", "origin", remote)
    return folder


def known(
    store: Path,
    folder: Path | str,
    *,
    outputs: tuple[str, ...] = (),
    files: tuple[str, ...] = (),
    day: str = "2026-08-01",
) -> Known:
    """A project with one session: what its commands said, and which files it read."""
    chat = Chat(f"{folder} {day}", cwd=str(folder), start=f"{day}T10:")
    chat.raw(
        type="user",
        cwd=str(folder),
        timestamp=f"{day}T10:00:00.000Z",
        message={"role": "user", "content": "go"},
    )
    for output in outputs:
        result = [{"type": "tool_result", "tool_use_id": "t", "content": output}]
        chat.raw(
            type="user",
            cwd=str(folder),
            timestamp=f"{day}T10:01:00.000Z",
            message={"role": "user", "content": result},
        )
    for name in files:
        call = {"type": "tool_use", "id": "t", "name": "Read", "input": {"file_path": f"{folder}/{name}"}}
        chat.raw(type="assistant", cwd=str(folder), message={"role": "assistant", "content": [call]})
    store.mkdir(exist_ok=True)
    path = store / f"{chat.id}.jsonl"
    path.write_bytes(b"".join(map(line, chat.records)))
    return Known(project=str(folder), transcripts=(str(path),), sessions=1, last_at=f"{day}T10:01:00.000Z")


def only(found: Orphans) -> Proposal:
    assert len(found.proposals) == 1
    return found.proposals[0]


# -- what is gone -------------------------------------------------------------------


def test_a_project_whose_folder_is_there_is_no_orphan(tmp_path: Path) -> None:
    assert orphaned([known(tmp_path / "s", project(tmp_path / "app"))]) == Orphans()


def test_the_nearest_folder_above_tells_that_it_is_gone(tmp_path: Path) -> None:
    assert gone(str(tmp_path / "a" / "b")) == (str(tmp_path), "")
    assert gone(str(tmp_path)) == ("", "")


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/nowhere-at-all/app", "nothing of the path is there"),
        ("/mnt/never-mounted-here/app", "where disks are mounted"),
        ("C:\\Users\\me\\app", "a path of Windows"),
        ("relative/app", "no absolute path"),
        ("/tmp/a\0b", "no path that this machine can have"),
    ],
)
@pytest.mark.skipif(not Path("/mnt").is_dir(), reason="needs /mnt")
def test_what_is_only_out_of_sight_is_no_orphan_and_says_why(path: str, why: str) -> None:
    found = orphaned([Known(project=path, sessions=2)])

    assert found.proposals == ()
    assert (found.out_of_sight[0].project, found.out_of_sight[0].sessions) == (path, 2)
    assert why in found.out_of_sight[0].why


def test_a_link_that_leads_nowhere_is_no_orphan(tmp_path: Path) -> None:
    (tmp_path / "app").symlink_to(tmp_path / "disk" / "app")

    assert "leads nowhere" in gone(str(tmp_path / "app"))[1]


def test_a_disk_that_fstab_names_and_is_not_mounted_holds_no_orphan(tmp_path: Path) -> None:
    point = tmp_path / "my disk"
    point.mkdir()
    table = tmp_path / "fstab"
    table.write_text("# disks\nUUID=1 " + str(point).replace(" ", "\\040") + " ext4 defaults 0 2\n")

    assert "is not mounted" in gone(str(point / "app"), fstab=str(table))[1]
    assert gone(str(tmp_path / "app"), fstab=str(table)) == (str(tmp_path), "")


# -- where it went ------------------------------------------------------------------


@pytest.mark.parametrize(
    "output",
    [
        "origin\thttps://github.com/Acme/shop.git (fetch)\norigin\thttps://github.com/Acme/shop.git (push)",
        "To github.com:acme/shop.git\n   1111111..2222222  main -> main",
        "From ssh://git@github.com/acme/shop\n * branch main",
        '[remote "origin"]\n\turl = git@github.com:acme/shop.git\n',
        "core.bare=false\nremote.origin.url=https://token@github.com/acme/shop\n",
        "git remote add -f upstream git@github.com:acme/shop.git && git fetch",
        "git@github.com:acme/shop.git",
    ],
)
def test_the_same_remote_is_enough(tmp_path: Path, git: Run, output: str) -> None:
    moved = repo(git, tmp_path / "code" / "store", REMOTE)
    lost = known(tmp_path / "s", tmp_path / "old" / "shop", outputs=(output,))

    proposal = only(orphaned([lost], git=Git()))

    assert (proposal.source, proposal.target, proposal.sure) == (lost.project, str(moved), True)
    assert (proposal.sessions, proposal.last_at) == (1, lost.last_at)
    assert "it has the same remote (github.com/acme/shop)" in proposal.reasons


@pytest.mark.parametrize("with_git", [True, False])
def test_commits_that_stand_in_the_sessions_are_enough(tmp_path: Path, git: Run, *, with_git: bool) -> None:
    moved = repo(git, tmp_path / "elsewhere" / "renamed")
    head = git(moved, "rev-parse", "HEAD").strip()
    lost = known(
        tmp_path / "s", tmp_path / "old" / "shop", outputs=(f"commit {head}\nAuthor: t\n\n    start",)
    )

    proposal = only(orphaned([lost], git=Git() if with_git else None))

    assert (proposal.target, proposal.sure) == (str(moved), True)
    assert "it has 1 of 1 commits that stand in the sessions" in proposal.reasons


def test_most_of_the_files_are_enough_where_there_is_no_git(tmp_path: Path) -> None:
    moved = project(tmp_path / "archive" / "2026" / "shop-v2")
    project(tmp_path / "other", ("src/cart.py",))
    lost = known(tmp_path / "s", tmp_path / "old" / "shop", files=FILES)

    proposal = only(orphaned([lost]))

    assert (proposal.target, proposal.sure) == (str(moved), True)
    assert "it has 6 of 6 files the sessions used" in proposal.reasons


def test_files_that_every_project_has_are_not_enough(tmp_path: Path) -> None:
    plain = ("README.md", "package.json", "src/index.ts", "tsconfig.json", "LICENSE")
    project(tmp_path / "else", plain)
    lost = known(tmp_path / "s", tmp_path / "old" / "shop", files=plain)

    assert not only(orphaned([lost])).sure


def test_the_same_name_alone_is_proposed_but_not_for_sure(tmp_path: Path) -> None:
    (tmp_path / "new" / "shop").mkdir(parents=True)

    proposal = only(orphaned([known(tmp_path / "s", tmp_path / "old" / "shop")]))

    assert (proposal.target, proposal.sure) == (str(tmp_path / "new" / "shop"), False)
    assert proposal.reasons == ("it has the same name",)


def test_two_clones_of_one_remote_are_not_told_apart(tmp_path: Path, git: Run) -> None:
    repo(git, tmp_path / "a" / "shop", REMOTE)
    repo(git, tmp_path / "b" / "shop", "https://github.com/acme/shop")
    lost = known(
        tmp_path / "s", tmp_path / "old" / "shop", outputs=(f"origin\t{REMOTE} (fetch)",), files=FILES
    )

    proposal = only(orphaned([lost], git=Git()))

    assert proposal.target in (str(tmp_path / "a" / "shop"), str(tmp_path / "b" / "shop"))
    assert not proposal.sure
    assert len(proposal.others) == 1
    assert "may be it as well" in proposal.reasons[-1]


def test_another_remote_speaks_against_the_same_name_and_files(tmp_path: Path, git: Run) -> None:
    repo(git, tmp_path / "new" / "shop", "git@gitlab.com:rival/shop.git")
    lost = known(
        tmp_path / "s", tmp_path / "old" / "shop", outputs=(f"origin\t{REMOTE} (fetch)",), files=FILES
    )

    proposal = only(orphaned([lost], git=Git()))

    assert not proposal.sure
    assert "its remote is another (gitlab.com/rival/shop)" in proposal.reasons


def test_a_clone_made_in_a_session_is_no_proof(tmp_path: Path, git: Run) -> None:
    repo(git, tmp_path / "code" / "tool", REMOTE)
    lost = known(tmp_path / "s", tmp_path / "old" / "shop", outputs=(f"$ git clone {REMOTE} ",))

    proposal = only(orphaned([lost], git=Git()))

    assert not proposal.sure


def test_a_project_that_was_in_use_at_the_same_time_is_not_taken_for_sure(tmp_path: Path, git: Run) -> None:
    fork = repo(git, tmp_path / "fork", REMOTE)
    lost = known(
        tmp_path / "s", tmp_path / "old" / "shop", outputs=(f"origin\t{REMOTE} (fetch)",), day="2026-08-05"
    )
    theirs = known(tmp_path / "s", fork, day="2026-08-01")

    assert not only(orphaned([lost, theirs], git=Git())).sure


def test_sessions_that_ran_there_later_speak_for_it(tmp_path: Path, git: Run) -> None:
    moved = repo(git, tmp_path / "code" / "store", REMOTE)
    lost = known(
        tmp_path / "s", tmp_path / "old" / "shop", outputs=(f"origin\t{REMOTE} (fetch)",), day="2026-08-01"
    )
    theirs = known(tmp_path / "s", moved, day="2026-08-05")

    proposal = only(orphaned([lost, theirs], git=Git()))

    assert proposal.sure
    assert "sessions ran there later" in proposal.reasons


def test_a_folder_that_is_named_or_current_is_looked_at_wherever_it_is(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, git: Run
) -> None:
    far = repo(git, tmp_path_factory.mktemp("far") / "a" / "b" / "c" / "d" / "store", REMOTE)
    lost = known(tmp_path / "s", tmp_path / "old" / "shop", outputs=(f"origin\t{REMOTE} (fetch)",))

    assert only(orphaned([lost], git=Git())).target is None
    named = only(orphaned([lost], named=[str(far)], git=Git()))
    assert (named.target, named.sure, named.reasons[0]) == (str(far), True, "you named it")
    here = only(orphaned([lost], here=str(far), git=Git()))
    assert (here.target, here.sure) == (str(far), True)
    assert "it is the current folder" in here.reasons


def test_that_a_folder_is_named_or_current_is_no_evidence(tmp_path: Path, git: Run) -> None:
    lost = known(
        tmp_path / "s", tmp_path / "old" / "shop", outputs=(f"origin\t{REMOTE} (fetch)",), files=FILES
    )
    other = repo(git, tmp_path / "new" / "other", files=("unlike.py",))

    found = only(orphaned([lost], here=str(other), named=[str(other)], git=Git()))

    assert (found.target, found.score) == (None, 0.0)


def test_neither_a_folder_above_nor_the_home_is_proposed(tmp_path: Path, git: Run) -> None:
    home = repo(git, tmp_path / "me", REMOTE)
    lost = known(tmp_path / "s", home / "old" / "me", outputs=(f"origin\t{REMOTE} (fetch)",))

    assert only(orphaned([lost], here=str(home), named=[str(tmp_path)], git=Git())).target is None
    elsewhere = known(tmp_path / "s", tmp_path / "old" / "me", outputs=(f"origin\t{REMOTE} (fetch)",))
    assert only(orphaned([elsewhere], here=str(home), home=str(home), git=Git())).target is None


def test_a_part_of_a_repository_is_found_in_the_repository(tmp_path: Path, git: Run) -> None:
    files = tuple(f"services/billing/{name}" for name in FILES)
    moved = repo(git, tmp_path / "code" / "mono", REMOTE, (*files, "README.md"))
    source = tmp_path / "old" / "mono" / "services" / "billing"
    lost = known(tmp_path / "s", source, outputs=(f"origin\t{REMOTE} (fetch)",), files=FILES)

    proposal = only(orphaned([lost], git=Git()))

    assert (proposal.target, proposal.sure) == (str(moved / "services" / "billing"), True)


def test_a_subfolder_goes_with_the_project_it_is_in(tmp_path: Path, git: Run) -> None:
    moved = repo(git, tmp_path / "code" / "store", REMOTE)
    lost = known(tmp_path / "s", tmp_path / "old" / "shop", outputs=(f"origin\t{REMOTE} (fetch)",))
    inner = known(tmp_path / "s", tmp_path / "old" / "shop" / "src")
    gone_there = known(tmp_path / "s", tmp_path / "old" / "shop" / "legacy")

    found = {each.source: each for each in orphaned([lost, inner, gone_there], git=Git()).proposals}

    assert (found[inner.project].target, found[inner.project].sure) == (str(moved / "src"), True)
    assert found[inner.project].reasons == (f"it goes with {lost.project}, which it is in",)
    assert (found[gone_there.project].target, found[gone_there.project].sure) == (
        str(moved / "legacy"),
        False,
    )


@pytest.mark.parametrize("place", [".claude/worktrees", ".worktrees"])
def test_a_worktree_that_was_removed_leads_to_its_folder_but_not_for_sure(
    tmp_path: Path, git: Run, place: str
) -> None:
    main = repo(git, tmp_path / "shop")
    git(main, "worktree", "add", "-q", str(main / place / "fix"))
    git(main, "worktree", "remove", str(main / place / "fix"))

    proposal = only(orphaned([known(tmp_path / "s", main / place / "fix")], git=Git()))

    assert (proposal.target, proposal.sure) == (str(main), False)


def test_nothing_is_proposed_where_nothing_tells(tmp_path: Path) -> None:
    (tmp_path / "something").mkdir()

    proposal = only(orphaned([known(tmp_path / "s", tmp_path / "old" / "shop")]))

    assert (proposal.target, proposal.score, proposal.sure) == (None, 0.0, False)
    assert proposal.reasons


def test_proposals_come_best_first_and_projects_of_several_roots_are_one(tmp_path: Path, git: Run) -> None:
    repo(git, tmp_path / "code" / "store", REMOTE)
    vague = known(tmp_path / "s", tmp_path / "old" / "vague")
    clear = known(
        tmp_path / "s", tmp_path / "old" / "shop", outputs=(f"origin\t{REMOTE} (fetch)",), day="2026-07-01"
    )
    again = known(tmp_path / "t", tmp_path / "old" / "shop", day="2026-08-09")

    found = orphaned([vague, clear, again], git=Git())

    assert [each.source for each in found.proposals] == [clear.project, vague.project]
    assert (found.proposals[0].sessions, found.proposals[0].last_at) == (2, again.last_at)


def test_damaged_and_missing_transcripts_are_no_crash(tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_bytes(b'\xff\xfe{"file_path":"\\ud800/x","a":"git \\t' + b"\0" * 100 + b'commit zzz"\n{"torn')
    lost = Known(
        project=str(tmp_path / "old"),
        transcripts=(str(bad), str(tmp_path / "none"), str(tmp_path)),
        last_at="soon",
    )

    assert only(orphaned([lost])).target is None


# -- what is read -------------------------------------------------------------------


def test_what_transcripts_say_is_read_within_bounds(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    early = b'{"content":"origin\\thttps://user:token@git.corp.example:8443/team/app.git (push)"}\n'
    path.write_bytes(
        early + b'{"x":"' + b"y" * 1_000_000 + b'"}\n' + b'{"file_path":"/w/app/src/caf\\u00e9.py","git":1}\n'
    )

    said = evidence([str(path)], "/w/app", most=100_000)

    assert said.remotes == {"git.corp.example/team/app"}
    assert said.files == ("src/café.py",)


def test_commits_are_told_from_words_and_come_newest_first(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    full = "0123456789abcdef0123456789abcdef01234567"
    text = f"git [main 1a2b3c4] one\\n[feature/x (root-commit) 5d6e7f8] two\\ndefaced ones\\ncommit {full}\\n"
    path.write_text(f'{{"content":"{text}"}}\n')

    assert evidence([str(path)], "/w").commits == (full, "5d6e7f8", "1a2b3c4")


def test_the_walk_is_bounded_and_passes_over_what_tools_fill(tmp_path: Path) -> None:
    for name in ("a/b/c/d/e", ".hidden/x", "node_modules/x", "z"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "z")

    found = [os.path.relpath(each.path, tmp_path) for each in around(str(tmp_path))]

    assert found == ["a", "z", "a/b", "a/b/c"]
    assert len(around(str(tmp_path), most=3)) == 2
    assert MOST_FOLDERS == 5000


def test_projects_in_use_at_the_same_time_did_not_both_become_one_folder(tmp_path: Path, git: Run) -> None:
    repo(git, tmp_path / "code" / "store", REMOTE)
    listed = (f"origin\t{REMOTE} (fetch)",)
    one = known(tmp_path / "s", tmp_path / "a" / "shop", outputs=listed, day="2026-08-01")
    other = known(tmp_path / "s", tmp_path / "b" / "shop", outputs=listed, day="2026-08-01")
    earlier = known(tmp_path / "s", tmp_path / "c" / "shop", outputs=listed, day="2026-07-01")

    found = {each.source: each.sure for each in orphaned([one, other, earlier], git=Git()).proposals}

    assert found == {one.project: False, other.project: False, earlier.project: True}


def test_one_of_several_remotes_needs_a_second_witness(tmp_path: Path, git: Run) -> None:
    repo(git, tmp_path / "code" / "tool", "git@github.com:acme/tool.git")
    said = (f"origin\t{REMOTE} (fetch)", "origin\tgit@github.com:acme/tool.git (fetch)")

    assert not only(
        orphaned([known(tmp_path / "s", tmp_path / "old" / "shop", outputs=said)], git=Git())
    ).sure
    assert only(orphaned([known(tmp_path / "s", tmp_path / "old" / "tool", outputs=said)], git=Git())).sure


def test_a_worktree_elsewhere_is_told_by_what_the_client_wrote(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    tree = str(tmp_path / "trees" / "fix")
    path = tmp_path / "t.jsonl"
    state = {"originalCwd": str(tmp_path / "shop"), "worktreePath": tree, "worktreeName": "fix"}
    path.write_bytes(line({"type": "worktree-state", "worktreeSession": state}))

    proposal = only(orphaned([Known(project=tree, transcripts=(str(path),))]))

    assert (proposal.target, proposal.sure) == (str(tmp_path / "shop"), False)


@given(data=st.binary(max_size=400), said=st.text(max_size=60))
def test_no_transcript_is_a_crash(tmp_path_factory: pytest.TempPathFactory, data: bytes, said: str) -> None:
    path = tmp_path_factory.mktemp("t") / "t.jsonl"
    escaped = json.dumps(
        {"file_path": f"/w/{said}", "stdout": said, "url": f"git remote add origin {said}"},
        separators=(",", ":"),
    )
    path.write_bytes(data + b"\ngit " + escaped.encode() + b'\n{"content":"To ' + data + b'\\n"')

    found = evidence([str(path)], "/w")

    assert all(not each.startswith("/") for each in found.files)
