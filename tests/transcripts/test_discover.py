"""Folders -> files of a history: every layout there was, nothing outside the root, and whether all was seen."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ccmcp.transcripts.discover import FoundFile, Scan, scan
from tests.transcript import Chat, Home, session_id

SID = session_id("a session")
P = "-work-demo"

links = pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")


@pytest.fixture
def project(home: Home) -> Path:
    return home.claude / "projects" / P


def put(home: Home, *paths: Path) -> None:
    for path in paths:
        home.put(path, b"{}\n")


def seen(found: Scan) -> set[tuple[str, str, str, str]]:
    """Kind, project folder, session and agent of what was found."""
    return {(each.kind, each.folder, each.session_id, each.agent_id) for each in found.files}


def only(found: Scan) -> FoundFile:
    [file] = found.files
    return file


def test_a_session_is_found_with_its_facts(home: Home) -> None:
    chat = Chat("plain", cwd="/work/demo")
    chat.user("hi")
    path = home.write(chat)
    found = scan("mine", home.claude)
    file = only(found)
    facts = path.stat()
    assert (file.path, file.root, file.kind, file.folder, file.session_id) == (
        str(path),
        "mine",
        "main",
        P,
        chat.id,
    )
    assert (file.size, file.mtime_ns, file.inode) == (facts.st_size, facts.st_mtime_ns, facts.st_ino)
    assert (found.complete, found.problems, found.skipped) == (True, [], {})


def test_subagents_are_found_in_each_layout(home: Home, project: Path) -> None:
    """
    projects/-work-demo/
      agent-1a2b3c4.jsonl                                    up to 2.0.76: beside the session, whose id only its lines tell
      SID.jsonl
      SID/subagents/agent-a0123456789abcdef.jsonl            from 2.1.40 on
      SID/subagents/agent-acompact-1.jsonl                   what a compaction asked
      SID/subagents/workflows/run-1/agent-a9.jsonl           nested
      SID/subagents/workflows/run-1/journal.jsonl
    """
    agents = project / SID / "subagents"
    put(
        home, project / f"{SID}.jsonl", project / "agent-1a2b3c4.jsonl", agents / "agent-a0123456789abcdef.jsonl",
        agents / "agent-acompact-1.jsonl", agents / "workflows/run-1/agent-a9.jsonl", agents / "workflows/run-1/journal.jsonl",
    )  # fmt: skip
    assert seen(scan("r", home.claude)) == {
        ("main", P, SID, ""),
        ("agent", P, "", "1a2b3c4"),
        ("agent", P, SID, "a0123456789abcdef"),
        ("agent", P, SID, "acompact-1"),
        ("agent", P, SID, "a9"),
        ("agent", P, SID, "journal"),
    }


def test_side_files_plans_and_history_are_found(home: Home, project: Path) -> None:
    results = project / SID / "tool-results"
    put(
        home, results / "b1234567.txt", results / "toolu_01.json", results / "deep/er.txt", project / SID / "custom-title.json",
        home.claude / "plans/brave-fox.md", home.claude / "history.jsonl",
    )  # fmt: skip
    found = scan("r", home.claude)
    assert sorted(each.kind for each in found.files) == [
        "history",
        "plan",
        "result",
        "result",
        "result",
        "title",
    ]
    assert {(each.folder, each.session_id) for each in found.files} == {(P, SID), ("", "")}
    assert found.complete


def test_what_holds_nothing_to_index_is_counted_by_what_it_is(home: Home, project: Path) -> None:
    put(
        home, project / SID / "subagents/agent-a1.meta.json", project / SID / "tool-results/mcp-x-blob-1.PNG", project / SID / "notes.txt",
        project / "memory/MEMORY.md", project / "memory/more/notes.md", project / "sessions-index.json", home.claude / "projects/.DS_Store", home.claude / "plans/draft.txt",
        home.claude / "settings.json", home.claude / "todos/x.json",
    )  # fmt: skip
    (project / "folder.jsonl").mkdir()
    found = scan("r", home.claude)
    assert found.files == []
    assert found.complete
    assert found.skipped == {
        "subagent meta files (read with their transcript)": 1,
        "pictures and other side files": 2,
        "memory files": 2,
        "other files in project folders": 1,
        "files beside the project folders": 1,
        "what is no regular file": 1,
    }


def test_a_root_without_projects_is_empty_and_complete(home: Home) -> None:
    (home.claude / "projects").rmdir()
    found = scan("r", home.claude)
    assert (found.files, found.complete) == ([], True)


@pytest.mark.parametrize("there", ["nothing", "a file"])
def test_a_root_that_is_away_is_incomplete(tmp_path: Path, there: str) -> None:
    root = tmp_path / "mnt"
    if there == "a file":
        root.write_bytes(b"")
    found = scan("r", root)
    assert (found.files, found.complete) == ([], False)
    assert found.problems == [f"{root}: no such folder"]


# -- links ---------------------------------------------------------------------------------------------------------


@links
def test_links_out_of_the_root_are_refused_and_counted(home: Home, project: Path) -> None:
    outside = home.folder / "outside"
    put(home, outside / "secret.jsonl", outside / "proj/x.jsonl", outside / "h.jsonl")
    (project / SID).mkdir(parents=True)
    (project / "x.jsonl").symlink_to(outside / "secret.jsonl")
    (project / "more").symlink_to(outside)
    (project / SID / "subagents").symlink_to(outside)
    (project.parent / "-proj").symlink_to(outside / "proj")
    (home.claude / "history.jsonl").symlink_to(outside / "h.jsonl")
    found = scan("r", home.claude)
    assert found.files == []
    assert found.skipped == {"links that lead out of the root": 5}
    assert found.complete


@links
def test_plans_kept_outside_the_root_are_refused_and_counted(home: Home) -> None:
    outside = home.folder / "outside"
    put(home, outside / "brave-fox.md")
    (home.claude / "plans").symlink_to(outside)
    found = scan("r", home.claude)
    assert found.files == []
    assert found.skipped == {"links that lead out of the root": 1}
    assert found.complete


@links
def test_plans_kept_elsewhere_inside_the_root_are_found(home: Home) -> None:
    put(home, home.claude / "more/brave-fox.md")
    (home.claude / "plans").symlink_to(home.claude / "more")
    assert only(scan("r", home.claude)).kind == "plan"


@links
def test_a_folder_whose_name_only_begins_like_the_root_s_is_outside(home: Home, project: Path) -> None:
    beside = home.claude.with_name(".claude-other")
    put(home, beside / "x.jsonl")
    project.mkdir(parents=True)
    (project / "x.jsonl").symlink_to(beside / "x.jsonl")
    assert scan("r", home.claude).files == []


@links
def test_links_inside_the_root_are_followed_where_nothing_else_leads_there(home: Home, project: Path) -> None:
    put(home, home.claude / "archive/old.jsonl", home.claude / "archive/one.jsonl")
    project.mkdir(parents=True)
    (project / "one.jsonl").symlink_to(home.claude / "archive/one.jsonl")
    (project.parent / "-archive").symlink_to(home.claude / "archive")
    assert {
        Path(each.path).relative_to(project.parent).as_posix() for each in scan("r", home.claude).files
    } == {
        "-work-demo/one.jsonl",
        "-archive/old.jsonl",
        "-archive/one.jsonl",
    }


@links
def test_a_link_to_a_project_that_is_found_anyway_gives_nothing_twice(home: Home, project: Path) -> None:
    put(home, project / f"{SID}.jsonl")
    (project.parent / "-alias").symlink_to(project)
    found = scan("r", home.claude)
    assert only(found).folder == P
    assert found.skipped == {"links to folders that are looked through anyway": 1}


@links
def test_loops_of_links_end(home: Home, project: Path) -> None:
    """
    SID/up -> its project, SID/self -> SID, SID/top -> the root, and through a followed link:
    -archive -> archive, archive/round -> archive
    """
    put(
        home,
        project / f"{SID}.jsonl",
        project / SID / "subagents/agent-a1.jsonl",
        home.claude / "archive/s/agent-b.jsonl",
    )
    (project / SID / "up").symlink_to(project)
    (project / SID / "self").symlink_to(project / SID)
    (project / SID / "top").symlink_to(home.claude)
    (project.parent / "-archive").symlink_to(home.claude / "archive")
    (home.claude / "archive/s/round").symlink_to(home.claude / "archive")
    found = scan("r", home.claude)
    assert sorted(each.path.removeprefix(str(home.claude)) for each in found.files) == [
        "/projects/-archive/s/agent-b.jsonl",
        f"/projects/-work-demo/{SID}.jsonl",
        f"/projects/-work-demo/{SID}/subagents/agent-a1.jsonl",
    ]
    assert found.complete


@links
def test_links_that_lead_nowhere_do_not_make_a_scan_incomplete(home: Home, project: Path) -> None:
    project.mkdir(parents=True)
    (project / "gone.jsonl").symlink_to(project / "was-here.jsonl")
    (project / "self.jsonl").symlink_to(project / "self.jsonl")
    found = scan("r", home.claude)
    assert (found.files, found.complete) == ([], True)
    assert found.skipped == {"links that lead nowhere": 2}


@links
def test_a_projects_folder_kept_elsewhere_is_looked_through_with_the_links_in_it(home: Home) -> None:
    synced = home.folder / "synced"
    put(home, synced / P / f"{SID}.jsonl", synced / "store/other.bin")
    (synced / P / "other.jsonl").symlink_to(synced / "store/other.bin")
    (home.claude / "projects").rmdir()
    (home.claude / "projects").symlink_to(synced)
    found = scan("r", home.claude)
    assert {each.session_id for each in found.files} == {SID, "other"}
    assert found.complete


@links
def test_a_projects_folder_whose_mount_is_away_is_incomplete(home: Home) -> None:
    (home.claude / "projects").rmdir()
    (home.claude / "projects").symlink_to(home.folder / "unmounted")
    found = scan("r", home.claude)
    assert (found.files, found.complete) == ([], False)
    assert len(found.problems) == 1


@links
def test_a_root_that_is_a_link_is_looked_through(home: Home, project: Path) -> None:
    put(home, project / f"{SID}.jsonl")
    link = home.folder / "link"
    link.symlink_to(home.claude)
    assert only(scan("r", link)).path == str(link / "projects" / P / f"{SID}.jsonl")


# -- what can't be looked at -----------------------------------------------------------------------------------------


def test_a_folder_that_can_t_be_listed_is_reported_and_the_rest_found(
    home: Home, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(home, project / f"{SID}.jsonl", project.parent / "-locked/x.jsonl")
    scandir = os.scandir

    def locked(path: str) -> "os._ScandirIterator[str]":
        if path.endswith("-locked"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", locked)
    found = scan("r", home.claude)
    assert only(found).session_id == SID
    assert not found.complete
    assert found.problems == [f"{project.parent / '-locked'}: Permission denied"]


@pytest.mark.parametrize("gone", ["file", "folder"])
def test_what_vanishes_during_the_scan_is_reported(
    home: Home, project: Path, monkeypatch: pytest.MonkeyPatch, gone: str
) -> None:
    put(home, project / f"{SID}.jsonl", project.parent / "-z/x.jsonl")
    scandir = os.scandir

    class Listing:
        """A folder's entries, from which one is taken away after it was listed."""

        def __init__(self, path: str) -> None:
            with scandir(path) as entries:
                self.entries = list(entries)
            if gone == "file" and path == str(project):
                (project / f"{SID}.jsonl").unlink()
            if gone == "folder" and path == str(project.parent):
                (project / f"{SID}.jsonl").unlink()
                project.rmdir()

        def __enter__(self) -> Iterator["os.DirEntry[str]"]:
            return iter(self.entries)

        def __exit__(self, *_: object) -> None:
            pass

    monkeypatch.setattr(os, "scandir", Listing)
    found = scan("r", home.claude)
    assert only(found).folder == "-z"
    assert not found.complete
    assert len(found.problems) == 1
    assert str(project) in found.problems[0]


def test_a_history_that_can_t_be_looked_at_makes_the_scan_incomplete(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(home, home.claude / "history.jsonl")
    stat = Path.stat

    def locked(path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        if path.name == "history.jsonl":
            raise PermissionError(13, "Permission denied")
        return stat(path, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(Path, "stat", locked)
    assert not scan("r", home.claude).complete


# -- names ---------------------------------------------------------------------------------------------------------


def test_names_that_are_no_valid_unicode_are_counted_and_left_out(home: Home, project: Path) -> None:
    put(home, project / f"{SID}.jsonl", project / "日本.jsonl")
    try:
        put(home, project / os.fsdecode(b"torn-\xff.jsonl"), project / os.fsdecode(b"torn-\xff") / "x.jsonl")
    except OSError:
        pytest.skip("this file system takes no such names")
    found = scan("r", home.claude)
    assert {each.session_id for each in found.files} == {SID, "日本"}
    assert found.skipped == {"names that are no valid Unicode": 2}
    assert found.complete


def test_a_root_whose_name_is_no_valid_unicode_is_a_problem_that_can_be_shown(tmp_path: Path) -> None:
    found = scan("r", tmp_path / os.fsdecode(b"torn-\xff"))
    assert (found.files, found.complete) == ([], False)
    [problem] = found.problems
    problem.encode()
    assert "no valid Unicode" in problem
