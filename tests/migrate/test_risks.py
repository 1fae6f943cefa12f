"""What is to be known before a migration: what folders and roots are (real files, real git), and what each check makes of it."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccmcp.config import Root
from ccmcp.migrate.plan import Mode, Risk, Severity
from ccmcp.migrate.repository import Git, Repository, has_commits, normalised, repository
from ccmcp.migrate.risks import Circumstances, Going, StillRunning, asked, checks, look
from ccmcp.migrate.surroundings import (
    ProjectEntry,
    RootFacts,
    Setting,
    Surroundings,
    existing,
    is_environment,
    root_facts,
    surroundings,
)
from ccmcp.transcripts.belonging import Belonging

Run = Callable[..., str]
OLD, NEW = "/work/old", "/work/new"
KINDS = {
    "secrets", "missing-paths", "mcp-servers", "ignore-rules", "settings", "environment-files", "hooks", "git", "visibility",
    "running", "case", "space", "permissions", "source-still-there", "target-missing", "saved-outputs", "old-clients",
}  # fmt: skip


@pytest.fixture
def git(tmp_path: Path) -> Run:
    """git in a folder, with an identity and a home of its own."""
    env = {
        "PATH": os.environ["PATH"], "HOME": str(tmp_path), "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t@example.org", "GIT_COMMITTER_NAME": "t",
        "GIT_COMMITTER_EMAIL": "t@example.org",
    }  # fmt: skip

    def run(folder: Path, *words: str) -> str:
        told = subprocess.run(
            ["git", *words], cwd=folder, env=env, capture_output=True, text=True, check=True
        )
        return told.stdout.strip()

    return run


def repo(git: Run, folder: Path, remote: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "a.py").write_text("a")
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "start")
    if remote:
        git(folder, "remote", "add", "origin", remote)
    return folder


def going(name: str = "s", **more: Any) -> Going:
    about: dict[str, Any] = {"session_id": name, "home": OLD, "new_home": NEW}
    about |= {key: more.pop(key) for key in ("home", "new_home", "saved_outputs", "names") if key in more}
    return Going(**about, says=Belonging(version="2.1.330", **more))


def folder(path: str, **more: Any) -> Surroundings:
    return Surroundings(path=path, exists=True, folder=True, real=path, **more)


def looked(**more: Any) -> list[Risk]:
    """What is said of a move between two folders, of which the old one is gone."""
    usual: dict[str, Any] = {
        "mode": "move",
        "source": OLD,
        "target": NEW,
        "here": Surroundings(path=OLD),
        "there": folder(NEW),
    }
    return list(look(Circumstances(**usual | more)))


def told(kind: str, **more: Any) -> list[Risk]:
    return [each for each in looked(**more) if each.kind == kind]


def one(kind: str, **more: Any) -> Risk:
    found = told(kind, **more)
    assert len(found) == 1, found
    return found[0]


# -- all of them --------------------------------------------------------------------


def test_every_kind_has_its_file_and_says_what_is_bad_and_what_is_fine() -> None:
    assert {each.kind for each in checks()} == KINDS
    for check in checks():
        assert check.find.__doc__
        assert "Bad: " in check.find.__doc__
        assert "Fine: " in check.find.__doc__
        assert check.kind == check.find.__name__.replace("_", "-")


def test_nothing_is_said_where_there_is_nothing_to_say() -> None:
    assert looked() == []
    assert looked(sessions=[going(files={f"{OLD}/a.py"}, servers={"x"})], target_roots=[RootFacts(label="r", path="/r", servers=frozenset({"x"}))]) == []  # fmt: skip


def test_the_most_severe_comes_first() -> None:
    found = looked(
        secrets={"aws-key": (1, 1)},
        elsewhere=True,
        sessions=[going(saved_outputs=1)],
        there=Surroundings(path=NEW),
    )
    order = [get_args(Severity).index(each.severity) for each in found]

    assert [each.kind for each in found] == ["secrets", "target-missing", "saved-outputs"]
    assert order == sorted(order)


text = st.text(max_size=12)
names = st.frozensets(text, max_size=4)
settings = st.frozensets(
    st.builds(Setting, st.sampled_from(["allow", "deny", "ask", "hook", "setting"]), text, text), max_size=4
)
maybe = st.none() | st.booleans()
counts = st.none() | st.integers(0, 9)
repositories = st.none() | st.builds(
    Repository, root=text, git=text, remotes=st.dictionaries(text, text, max_size=2), roots=st.none() | st.tuples(text),
    head=text, changed=counts, untracked=counts,
)  # fmt: skip
folders = st.builds(
    Surroundings, path=text, exists=st.booleans(), folder=st.booleans(), real=text, owner=text, mine=maybe, writable=maybe,
    repository=repositories, settings=settings, servers=names, ignores=st.dictionaries(text, text, max_size=3),
    environment=st.tuples(text), unreadable=st.tuples(text),
)  # fmt: skip
roots = st.builds(
    RootFacts, label=text, path=text, mine=maybe, writable=maybe, free=st.none() | st.integers(0, 10**15), case_counts=maybe,
    servers=names, settings=settings,
    projects=st.dictionaries(text, st.builds(ProjectEntry, servers=names, settings=settings, trusted=maybe), max_size=2),
)  # fmt: skip
sessions = st.builds(
    Going, session_id=text, home=text, new_home=text, saved_outputs=st.integers(0, 3), names=st.tuples(text, text),
    says=st.builds(Belonging, version=text, servers=names.map(set), files=names.map(set), environment=names.map(set), hooks=st.booleans()),
)  # fmt: skip


@given(
    circumstances=st.builds(
        Circumstances, mode=st.sampled_from(get_args(Mode)), source=text, target=text, sessions=st.lists(sessions, max_size=3),
        running=st.lists(st.builds(StillRunning, session_id=text, how=text, title=text), max_size=2), here=folders, there=folders,
        roots=st.lists(roots, max_size=2), target_roots=st.lists(roots, max_size=2), writes=st.dictionaries(text, st.integers(0, 10**15)),
        secrets=st.dictionaries(text, st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=3),
        searched=st.tuples(st.integers(0, 9), st.integers(0, 9)), elsewhere=st.booleans(), windows=st.booleans(),
        exists=names.map(lambda there: there.__contains__),
    )
)  # fmt: skip
def test_whatever_is_so_no_check_crashes_and_each_gives_advice(circumstances: Circumstances) -> None:
    for risk in look(circumstances):
        assert risk.kind in KINDS
        assert risk.detail
        assert risk.advice
        assert len(risk.detail) < 2000


# -- each of them -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "severity"),
    [
        ({}, "low"),
        ({"mode": "copy"}, "medium"),
        ({"mode": "copy", "elsewhere": True}, "high"),
        ({"mode": "bundle"}, "high"),
    ],
)
def test_secrets_weigh_what_who_gets_them_weighs(more: dict[str, Any], severity: str) -> None:
    risk = one(
        "secrets", secrets={"aws-key": (2, 1), "token": (5, 3), "none": (0, 0)}, searched=(50, 100), **more
    )

    assert risk.severity == severity
    assert (
        risk.detail
        == "7 secrets in 3 sessions or more: 5 x token, 2 x aws-key. Only 50% of the bytes were looked through."
    )


def test_that_not_everything_was_searched_is_said() -> None:
    assert one("secrets", searched=(1, 2)).severity == "info"
    assert told("secrets", searched=(2, 2)) == []


def test_files_that_are_not_at_the_target_are_counted_in_the_project_and_elsewhere() -> None:
    goes = [
        going(files={f"{OLD}/a.py", f"{OLD}/b.py", f"{OLD}/c/d.py", "/opt/data.csv", "/tmp/x", "relative"})
    ]
    assert set(asked(goes, OLD)) == {
        NEW, "/opt/data.csv", *(f"{at}/{name}" for at in (OLD, NEW) for name in ("a.py", "b.py", "c/d.py"))
    }  # fmt: skip

    found = told("missing-paths", sessions=goes, exists={f"{NEW}/a.py"}.__contains__)

    assert [each.severity for each in found] == ["medium", "low"]
    assert found[0].detail == f"2 of 3 files the sessions used in the project are not in {NEW}: b.py, c/d.py."
    assert found[1].detail == "1 file the sessions used outside the project is not there: /opt/data.csv."


def test_a_file_that_the_source_has_not_either_is_not_missed() -> None:
    goes = [going(files={f"{OLD}/a.py", f"{OLD}/b.py"})]

    found = one("missing-paths", sessions=goes, here=folder(OLD), exists={f"{OLD}/b.py"}.__contains__)

    assert "1 of 2 files" in found.detail


def test_a_subfolders_session_and_windows_paths_are_looked_for_where_they_go() -> None:
    inner = going(home=f"{OLD}/x", new_home=f"{NEW}/x", files={f"{OLD}/x/a.py", f"{OLD}/README.md"})
    windows = going(home="C:\\old", new_home="D:\\new", files={"C:\\old\\src\\a.py"})

    assert set(asked([inner], OLD)) == {f"{NEW}/x", f"{NEW}/x/a.py", f"{OLD}/x/a.py"}
    assert set(asked([windows], "C:\\old")) == {"D:\\new", "D:\\new\\src\\a.py", "C:\\old\\src\\a.py"}


def test_servers_that_were_used_and_are_not_there() -> None:
    goes = [going("1", servers={"db", "web", "plugin_x_y"}), going("2", servers={"db"})]
    old = RootFacts(label="r", path="/r", projects={OLD: ProjectEntry(servers=frozenset({"web"}))})

    risk = one("mcp-servers", sessions=goes, roots=[old], target_roots=[old])
    assert risk.severity == "medium"
    assert (
        risk.detail
        == "The target does not have 1 MCP server whose tools the sessions called: db (2 sessions)."
    )
    assert "web" in one("mcp-servers", sessions=goes, mode="copy", roots=[old], target_roots=[old]).detail
    assert told("mcp-servers", sessions=goes, roots=[old], there=folder(NEW, servers=frozenset({"db"}))) == []


def test_ignore_rules_that_differ() -> None:
    here = folder(OLD, ignores={".gitignore": "1", ".claudeignore": "2"})

    assert one("ignore-rules", here=here, there=folder(NEW, ignores={".gitignore": "1"})).severity == "medium"
    risk = one(
        "ignore-rules", here=here, there=folder(NEW, ignores={".gitignore": "3", ".claudeignore": "2"})
    )
    assert (risk.severity, risk.detail) == ("low", ".gitignore says other things there.")
    assert told("ignore-rules", here=here, there=folder(NEW, ignores=here.ignores)) == []


def test_settings_that_allow_more_weigh_more() -> None:
    denies = frozenset({Setting("deny", "Read", "1"), Setting("setting", "model", "2")})
    risk = one("settings", here=folder(OLD, settings=denies), there=folder(NEW))
    assert risk.severity == "medium"
    assert risk.detail == "Only the old folder's settings deny 1 thing (Read), set model."

    allows = frozenset({Setting("allow", "Bash", "1")})
    assert one("settings", here=folder(OLD, settings=allows), there=folder(NEW)).severity == "low"
    assert one("settings", here=folder(OLD), there=folder(NEW, settings=allows)).severity == "medium"
    assert "/work/new/.mcp.json" in one("settings", there=folder(NEW, unreadable=(".mcp.json",))).detail


def test_what_the_client_keeps_of_a_project_is_compared_where_it_does_not_follow() -> None:
    allows = ProjectEntry(settings=frozenset({Setting("allow", "Bash", "1")}), trusted=True)
    root = RootFacts(label="r", path="/r", projects={OLD: allows})

    assert told("settings", roots=[root]) == []
    assert one("settings", roots=[root], mode="copy").severity == "low"
    both = RootFacts(label="r", path="/r", projects={OLD: allows, NEW: ProjectEntry(trusted=False)})
    assert [each.severity for each in told("settings", roots=[both])] == ["low", "info"]


def test_environment_files_are_named() -> None:
    goes = [going("1", environment={".env", ".env.example"}), going("2", environment={".env"})]

    risk = one("environment-files", sessions=goes)
    assert (risk.severity, risk.detail) == (
        "low",
        f"The sessions name 1 environment file: .env (2 sessions). {NEW} has no .env.",
    )
    assert (
        one("environment-files", sessions=goes, there=folder(NEW, environment=(".env",))).severity == "info"
    )
    assert one("environment-files", sessions=goes, elsewhere=True).severity == "medium"


def test_hooks_that_come_and_go() -> None:
    some = frozenset({Setting("hook", "PreToolUse", "1"), Setting("hook", "Stop", "2")})

    assert "2 hooks would run" in one("hooks", here=folder(OLD), there=folder(NEW, settings=some)).detail
    assert "PreToolUse, Stop" in one("hooks", here=folder(OLD, settings=some), there=folder(NEW)).detail
    assert told("hooks", here=folder(OLD, settings=some), there=folder(NEW, settings=some)) == []
    assert one("hooks", sessions=[going(hooks=True)]).severity == "low"


def test_sessions_that_run_are_each_named_with_how_to_take_them_later() -> None:
    run = [
        StillRunning(session_id="1-2", how="process 7 runs it", title="Fix\nit"),
        StillRunning(session_id="3-4", how="it asks"),
    ]

    found = told("running", running=run, source="/work/my app")

    assert found[0].detail == "1-2 (Fix it) is left out: process 7 runs it."
    assert found[0].advice == "When it has ended: ccmcp migrate plan '/work/my app' /work/new --session 1-2"
    assert told("running", running=run, mode="copy")[1].advice.endswith("--session 3-4 --mode copy")


def test_names_that_differ_in_case_only() -> None:
    folds = [RootFacts(label="r", path="/r", case_counts=False)]
    both = [going("1", new_home="/w/App"), going("2", new_home="/w/app")]

    assert one("case", sessions=both, target_roots=folds).severity == "high"
    assert told("case", sessions=both, target_roots=[RootFacts(label="r", path="/r", case_counts=True)]) == []
    assert one("case", source="/w/App", target="/w/app", target_roots=folds).severity == "info"
    assert "A.txt" in one("case", sessions=[going(names=("A.txt", "a.txt"))], target_roots=folds).detail


def test_too_little_space() -> None:
    def risks(free: int | None) -> list[str]:
        return [
            each.severity
            for each in told(
                "space", writes={"r": 10**9}, target_roots=[RootFacts(label="r", path="/r", free=free)]
            )
        ]

    assert risks(10**8) == ["high"]
    assert risks(10**9 + 1) == ["medium"]
    assert risks(10**10) == []
    assert risks(None) == ["info"]


def test_folders_that_can_not_be_written_to() -> None:
    closed = [RootFacts(label="r", path="/r", writable=False, owner="kim")]

    assert one("permissions", target_roots=closed).severity == "high"
    assert one("permissions", roots=closed).severity == "high"
    assert told("permissions", roots=closed, mode="copy") == []
    assert (
        one("permissions", target_roots=[RootFacts(label="r", path="/r", writable=True, mine=False)]).severity
        == "medium"
    )
    assert one("permissions", there=folder(NEW, writable=False)).severity == "medium"
    assert one("permissions", there=folder(NEW, mine=False)).severity == "low"


def test_folders_that_are_there_or_not() -> None:
    assert one("source-still-there", here=folder(OLD)).severity == "medium"
    assert told("source-still-there", here=folder(OLD), mode="copy") == []
    assert told("source-still-there", here=Surroundings(path=OLD, exists=True, folder=True, real=NEW)) == []
    assert one("target-missing", there=Surroundings(path=NEW)).severity == "medium"
    assert one("target-missing", there=Surroundings(path=NEW, exists=True)).severity == "high"


def test_folders_within_the_target_that_sessions_belong_to_are_looked_for_too() -> None:
    goes = [
        going(str(at), home=f"{OLD}{rest}", new_home=f"{NEW}{rest}")
        for at, rest in enumerate(("", "/a", "/b", "/c"))
    ]
    assert asked(goes, OLD)[:4] == (NEW, f"{NEW}/a", f"{NEW}/b", f"{NEW}/c")

    three = one("target-missing", sessions=goes, exists={NEW}.__contains__)
    assert three.detail == f"3 folders sessions belong to are not there yet: {NEW}/a, {NEW}/b, {NEW}/c."
    assert three.severity == "medium"
    single = one("target-missing", sessions=goes, exists={NEW, f"{NEW}/a", f"{NEW}/b"}.__contains__)
    assert (single.severity, single.detail) == ("low", f"{NEW}/c is not there yet.")
    assert "1 session belongs there" in single.advice
    every = one("target-missing", sessions=goes, there=Surroundings(path=NEW), exists=set[str]().__contains__)
    assert every.detail.startswith(f"4 folders sessions belong to are not there yet: {NEW}, ")


def test_of_many_that_run_one_sentence_tells() -> None:
    runs = [StillRunning(session_id=f"id{at}", how="it runs") for at in range(9)]

    found = one("running", running=runs)

    assert found.detail.startswith("9 sessions that run are left out: id0, ")
    assert found.advice == f"When they have ended: ccmcp migrate plan {OLD} {NEW}"


def test_only_flags_that_the_command_has_are_advised() -> None:
    secret = {"aws-key": (1, 1)}
    for more in ({"elsewhere": True}, {"mode": "bundle"}):
        advice = one("secrets", secrets=secret, **more).advice
        assert "`ccmcp bundle create --redact`" in advice
        assert advice.count("--redact") == 1


def test_saved_outputs_are_referred_to_by_old_paths() -> None:
    goes = [going(saved_outputs=3)]

    assert "3 saved tool results" in one("saved-outputs", sessions=goes).detail
    assert told("saved-outputs", sessions=goes, rewrite_paths=True) == []
    same = [going(saved_outputs=3, home="/work/a.b", new_home="/work/a-b")]
    assert told("saved-outputs", sessions=same, mode="rename") == []
    assert len(told("saved-outputs", sessions=same, mode="copy")) == 1


def test_old_clients_show_old_paths() -> None:
    old = Going(session_id="1", home=OLD, new_home=NEW, says=Belonging(version="2.1.100"))

    assert "2.1.100 (1)" in one("old-clients", sessions=[old, going("2")]).detail
    assert told("old-clients", sessions=[old], rewrite_paths=True) == []


def test_another_project_is_told_by_remotes_and_first_commits() -> None:
    def at(path: str, remote: str, first: str, **more: Any) -> Surroundings:
        return folder(
            path,
            repository=Repository(
                root=path, git=f"{path}/.git", remotes={"o": remote}, roots=(first,), **more
            ),
        )

    other = told("git", here=at(OLD, "a.example/x/y", "1" * 40), there=at(NEW, "b.example/x/y", "2" * 40))
    assert [each.severity for each in other] == ["medium", "medium"]
    assert (
        told("git", here=at(OLD, "a.example/x/y", "1" * 40), there=at(NEW, "a.example/x/y", "1" * 40)) == []
    )
    dirty = at(NEW, "a.example/x/y", "1" * 40, changed=2, untracked=1)
    assert (
        one("git", there=dirty).detail == f"{NEW} has 2 uncommitted changes and 1 untracked file or folder."
    )

    corp, hub = at(OLD, "git.corp.example/pay/x", "1" * 40), at(NEW, "github.com/acme/x", "1" * 40)
    assert one("visibility", here=corp, there=hub).severity == "medium"
    assert one("visibility", here=hub, there=at(NEW, "github.com/other/x", "1" * 40)).severity == "low"
    assert told("visibility", here=hub, there=hub) == []
    assert told("visibility", here=hub, there=corp) == []


# -- what folders are ---------------------------------------------------------------


def test_a_folder_is_told_without_the_values_in_its_settings(tmp_path: Path, git: Run) -> None:
    at = repo(git, tmp_path / "app", "https://me:hunter2@github.com/Acme/App.git")
    (at / ".claude").mkdir()
    (at / ".claude" / "settings.json").write_text(json.dumps({
        "$schema": "x", "model": "opus", "env": {"API_KEY": "hunter2"},
        "permissions": {"allow": ["Bash(curl -H hunter2:*)"], "deny": ["Read(.env)"], "defaultMode": "plan"},
        "hooks": {"Stop": [{"hooks": [{"type": "command", "command": "echo hunter2"}]}]},
    }))  # fmt: skip
    (at / ".claude" / "settings.local.json").write_text("{broken")
    (at / ".mcp.json").write_text(json.dumps({"mcpServers": {"my db": {"env": {"PW": "hunter2"}}}}))
    (at / ".gitignore").write_text("# a comment\n*.pyc\n\n")
    for name in (".env", ".env.local", ".env.example", ".envrc", "env"):
        (at / name).write_text("KEY=hunter2")

    found = surroundings(str(at), git=Git())

    assert (found.exists, found.folder, found.mine, found.writable, found.real) == (
        True,
        True,
        True,
        True,
        str(at),
    )
    assert {(each.kind, each.name) for each in found.settings} == {
        ("setting", "model"), ("setting", "env.API_KEY"), ("allow", "Bash"), ("deny", "Read"),
        ("setting", "permissions.defaultMode"), ("hook", "Stop"),
    }  # fmt: skip
    assert set(found.servers) == {"my_db"}
    assert found.unreadable == (".claude/settings.local.json",)
    assert found.environment == (".env", ".env.local", ".envrc")
    assert set(found.ignores) == {".gitignore"}
    assert found.repository is not None
    assert found.repository.remotes == {"origin": "github.com/acme/app"}
    assert "hunter2" not in repr(found)


def test_ignore_rules_are_the_same_whatever_their_comments(tmp_path: Path) -> None:
    for name, rules in (("a", "# one\n*.pyc\n"), ("b", "*.pyc\r\n\n# two"), ("c", "*.pyo")):
        (tmp_path / name).mkdir()
        (tmp_path / name / ".gitignore").write_text(rules)
    a, b, c = (surroundings(str(tmp_path / name)).ignores for name in "abc")

    assert a == b != c


def test_what_is_no_folder_and_what_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "none")

    assert surroundings(str(tmp_path / "none")) == Surroundings(path=str(tmp_path / "none"))
    assert (surroundings(str(tmp_path / "file")).exists, surroundings(str(tmp_path / "file")).folder) == (
        True,
        False,
    )
    assert surroundings(str(tmp_path / "link")).exists
    assert not surroundings("/a\0b").exists


def test_pipes_devices_and_huge_files_are_not_read(tmp_path: Path) -> None:
    (tmp_path / ".claude").mkdir()
    os.mkfifo(tmp_path / ".claude" / "settings.json")
    (tmp_path / ".claude" / "settings.local.json").symlink_to("/dev/zero")
    (tmp_path / ".mcp.json").write_text(" " * 2_000_000 + "{}")
    (tmp_path / ".gitignore").symlink_to(tmp_path)
    (tmp_path / ".git").symlink_to("/dev/zero")

    found = surroundings(str(tmp_path), git=Git())

    assert found.unreadable == (".claude/settings.json", ".claude/settings.local.json", ".mcp.json")
    assert (found.ignores, found.repository) == ({}, None)


def test_a_root_is_told_with_what_its_client_keeps_of_projects(tmp_path: Path) -> None:
    at = tmp_path / ".claude"
    at.mkdir()
    (at / "settings.json").write_text(json.dumps({"hooks": {"Stop": [1]}}))
    client = {
        "mcpServers": {"mine": {}},
        "projects": {
            OLD: {"mcpServers": {"db": {}}, "allowedTools": ["Bash(ls:*)"], "hasTrustDialogAccepted": True},
            "/x": 5,
        },
    }
    (tmp_path / ".claude.json").write_text(json.dumps(client))

    found = root_facts(Root(label="r", path=at, default=True), [OLD, NEW, "/x"], home=tmp_path)

    assert (found.exists, found.mine, found.writable, set(found.servers)) == (True, True, True, {"mine"})
    assert {(each.kind, each.name) for each in found.settings} == {("hook", "Stop")}
    assert set(found.projects) == {OLD}
    assert (set(found.projects[OLD].servers), found.projects[OLD].trusted) == ({"db"}, True)
    assert found.free is not None
    assert found.free > 0
    assert root_facts(Root(label="r", path=at), [OLD], home=tmp_path).projects == {}
    missing = root_facts(Root(label="r", path=tmp_path / "a" / "b"), [OLD], home=tmp_path)
    assert (missing.exists, missing.writable) == (False, True)


def test_paths_are_looked_up_up_to_a_number(tmp_path: Path) -> None:
    (tmp_path / "a").touch()

    assert existing([str(tmp_path / "a"), str(tmp_path / "b"), "/\0"]) == {str(tmp_path / "a")}
    assert existing([str(tmp_path / "a"), str(tmp_path / "b")], 1) == {
        str(tmp_path / "a"),
        str(tmp_path / "b"),
    }


def test_names_of_environment_files() -> None:
    assert [each for each in (".env", ".ENV", ".env.production", ".envrc", ".env.sample", "env", ".environment") if is_environment(each)] == [
        ".env", ".ENV", ".env.production", ".envrc",
    ]  # fmt: skip


# -- git ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("git@github.com:Acme/App.git", "github.com/acme/app"),
        ("https://user:token@github.com/acme/app", "github.com/acme/app"),
        ("ssh://git@github.com:22/acme/app.git/", "github.com/acme/app"),
        ("github.com:acme/app.git", "github.com/acme/app"),
        ("git://git.corp.example/Team/App", "git.corp.example/Team/App"),
        ("https://git.corp.example:8443/Team/App.git?x=1#y", "git.corp.example/Team/App"),
        ("/srv/git/app.git", "/srv/git/app"),
        ("file:///srv/git/app.git", "/srv/git/app"),
        ("C:\\git\\app", "C:/git/app"),
        ("nonsense", ""),
        ("", ""),
    ],
)
def test_a_remote_is_the_same_in_all_its_forms(url: str, same: str) -> None:
    assert normalised(url) == same


@given(url=st.text(alphabet="htps:/@git.comAB-_~\\ ?#0\n", max_size=40) | st.text(max_size=30))
def test_no_remote_is_a_crash_or_keeps_a_password(url: str) -> None:
    normalised(url)
    assert "hunter2" not in normalised(f"https://x:hunter2@host.example/{url}".partition("\n")[0])


def test_git_is_told_with_and_without_the_program(tmp_path: Path, git: Run) -> None:
    at = repo(git, tmp_path / "app", "git@github.com:acme/app.git")
    head = git(at, "rev-parse", "HEAD")
    (at / "a.py").write_text("changed")
    (at / "new.py").write_text("new")
    (at / "deep").mkdir()

    asked_git, files_only = repository(str(at / "deep"), Git()), repository(str(at / "deep"), Git(""))

    assert asked_git is not None
    assert (asked_git.root, asked_git.branch, asked_git.head, asked_git.roots) == (
        str(at),
        "main",
        head,
        (head,),
    )
    assert (asked_git.changed, asked_git.untracked, asked_git.worktree) == (1, 1, False)
    assert files_only is not None
    assert (files_only.head, files_only.remotes) == (head, asked_git.remotes)
    assert (files_only.roots, files_only.changed) == (None, None)
    git(at, "pack-refs", "--all")
    packed = repository(str(at))
    assert packed is not None
    assert packed.head == head
    assert repository(str(tmp_path)) is None


def test_a_worktree_shares_its_repository(tmp_path: Path, git: Run) -> None:
    at = repo(git, tmp_path / "app", "git@github.com:acme/app.git")
    git(at, "worktree", "add", "-q", "-b", "fix", str(tmp_path / "fix"))

    found = repository(str(tmp_path / "fix"), Git())

    assert found is not None
    assert (found.root, found.git, found.worktree, found.branch) == (
        str(tmp_path / "fix"),
        str(at / ".git"),
        True,
        "fix",
    )
    assert (found.remotes, found.changed, found.untracked) == ({"origin": "github.com/acme/app"}, 0, 0)


def test_looking_at_a_repository_runs_nothing_of_it_and_changes_nothing(tmp_path: Path, git: Run) -> None:
    at = repo(git, tmp_path / "app")
    trap = tmp_path / "trap"
    script = tmp_path / "trap.sh"
    script.write_text(f"#!/bin/sh\ntouch {trap}\ncat\n")
    script.chmod(0o755)
    (at / ".gitattributes").write_text("* filter=evil diff=evil\n")
    for name in (
        "core.fsmonitor",
        "filter.evil.clean",
        "filter.evil.smudge",
        "filter.evil.process",
        "core.pager",
        "diff.external",
    ):
        git(at, "config", name, str(script))
    git(at, "config", "filter.evil.required", "true")
    hooks = at / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    (hooks / "post-index-change").symlink_to(script)
    os.utime(at / "a.py", (1, 1))
    before = {path: path.stat().st_mtime_ns for path in sorted((at / ".git").rglob("*"))}

    found = repository(str(at), Git())

    assert found is not None
    assert found.roots
    assert not trap.exists()
    assert {path: path.stat().st_mtime_ns for path in sorted((at / ".git").rglob("*"))} == before


def test_a_git_that_hangs_or_fails_leaves_it_unknown(tmp_path: Path, git: Run) -> None:
    at = repo(git, tmp_path / "app")
    slow = tmp_path / "git"
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)

    for program in (Git(str(slow), patience=0.1), Git("/bin/false"), Git("git"), Git(str(tmp_path / "none"))):
        found = repository(str(at), program)
        assert found is not None
        assert (found.roots, found.changed) == (None, None)


def test_which_commits_a_repository_has(tmp_path: Path, git: Run) -> None:
    at = repo(git, tmp_path / "app")
    head = git(at, "rev-parse", "HEAD")
    wanted = [head, head[:7], "0" * 40, "zzz", "--help", head[:6]]

    for program in (Git(), None):
        assert has_commits(program, str(at), str(at / ".git"), wanted) == {head, head[:7]}
    git(at, "gc", "-q")
    assert has_commits(None, str(at), str(at / ".git"), wanted) == {head, head[:7]}


def test_damaged_repositories_are_no_crash(tmp_path: Path) -> None:
    for name, said in (("a", b"gitdir: nowhere"), ("b", b"\xff\0"), ("c", b"gitdir:" + b"x" * 20_000)):
        (tmp_path / name).mkdir()
        (tmp_path / name / ".git").write_bytes(said)
        repository(str(tmp_path / name), Git())
    bare = tmp_path / "d" / ".git"
    bare.mkdir(parents=True)
    (bare / "HEAD").write_bytes(b"ref: refs/heads/../../../etc/passwd")
    (bare / "config").write_bytes(
        b'[remote "o"\n[remote "p"] url = \xff\n[core]\nurl = https://github.com/a/b\n'
    )

    found = repository(str(tmp_path / "d"), Git())

    assert found is not None
    assert (found.head, found.remotes) == ("", {})


def test_a_filter_in_a_worktrees_own_settings_runs_neither(tmp_path: Path, git: Run) -> None:
    at = repo(git, tmp_path / "app")
    trap = tmp_path / "trap"
    script = tmp_path / "trap.sh"
    script.write_text(f"#!/bin/sh\ntouch {trap}\ncat\n")
    script.chmod(0o755)
    git(at, "config", "extensions.worktreeConfig", "true")
    git(at, "config", "--worktree", "filter.Evil.One.clean", str(script))
    (at / ".git" / "info" / "attributes").write_text("* filter=Evil.One\n")
    os.utime(at / "a.py", (1, 1))

    found = repository(str(at), Git())

    assert found is not None
    assert not trap.exists()
