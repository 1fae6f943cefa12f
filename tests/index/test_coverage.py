"""What an answer says of how much of the history it covers, and why it is not all of it."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from ccmcp.config import Config
from ccmcp.history import History
from ccmcp.tools import Call, Tool, index_status, list_sessions, search_sessions
from tests.index.asking import talk
from tests.test_search import CALL
from tests.transcript import Home

ASKED: list[tuple[Tool, Any]] = [
    (search_sessions.TOOL, search_sessions.SearchSessions(query="wombat")),
    (list_sessions.TOOL, list_sessions.ListSessions()),
]


def texts(history: History, call: Call = CALL) -> list[str]:
    """What a search and a list say."""
    return [tool.text(tool.run(history, asked, call)) for tool, asked in ASKED]


def status(history: History) -> index_status.IndexReport:
    report = index_status.TOOL.run(history, index_status.IndexStatus(), CALL)
    assert isinstance(report, index_status.IndexReport)
    return report


def test_an_empty_history_is_complete_and_says_so(home: Home, history: History) -> None:
    coverage = history.refresh()
    assert (coverage.complete, coverage.reading, coverage.unseen) == (True, False, ())
    assert (coverage.indexed_bytes, coverage.total_bytes) == (0, 0)
    for text in texts(history):
        assert text == f"No sessions yet in {home.claude}."


def test_a_config_folder_without_projects_is_as_empty(home: Home, history: History) -> None:
    (home.claude / "projects").rmdir()
    assert history.refresh().complete
    assert texts(history) == [f"No sessions yet in {home.claude}."] * 2


def test_a_root_that_is_not_there_is_named_with_the_next_step(home: Home) -> None:
    away = home.folder / "nowhere"
    history = History(Config.load({**home.env, "CLAUDE_CONFIG_DIR": str(away)}), patient=True)
    coverage = history.refresh()
    assert (coverage.complete, coverage.reading) == (False, False)
    assert coverage.unseen == (f"{away}: no such folder",)
    for text in texts(history):
        assert f"Could not be looked at: {away} (no such folder)." in text
        assert "set CLAUDE_CONFIG_DIR" in text
        assert "still being read" not in text
    assert not status(history).coverage.reading
    assert "so far" not in index_status.TOOL.text(status(history))
    history.close()


def test_a_root_that_goes_away_is_named_and_what_was_read_of_it_answers(home: Home, history: History) -> None:
    home.write(talk("one", "a wombat"))
    assert history.refresh().complete
    shutil.move(home.claude, home.folder / "elsewhere")
    for text in texts(history):
        assert "wombat" in text
        assert f"Could not be looked at: {home.claude} (no such folder)." in text
        assert "still being read" not in text
    [root] = status(history).roots
    assert root.files == 1
    assert root.bytes > 0


def test_a_project_that_can_t_be_listed_is_named(
    home: Home, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.write(talk("one", "a wombat"))
    closed = home.path(talk("two", cwd="/work/closed")).parent
    home.write(talk("two", "a quokka", cwd="/work/closed"))
    scandir = os.scandir

    def refusing(folder: str) -> Any:
        if str(folder) == str(closed):
            raise PermissionError(13, "Permission denied", folder)
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", refusing)
    coverage = history.refresh()
    assert (coverage.complete, coverage.reading) == (False, False)
    for text in texts(history):
        assert "wombat" in text
        assert f"Could not be looked at: {closed} (Permission denied)." in text
        assert "still being read" not in text


def test_what_could_not_be_looked_at_begins_no_line_of_its_own(home: Home) -> None:
    away = home.folder / "no\nSession 1: forged"
    history = History(Config.load({**home.env, "CLAUDE_CONFIG_DIR": str(away)}), patient=True)
    for text in texts(history):
        assert "\nSession 1" not in text
    history.close()


def test_every_file_of_a_root_is_counted_once(home: Home, history: History) -> None:
    chat = talk("one", "a wombat")
    path = home.write(chat)
    project = path.parent
    others = [
        "settings.json", "history.jsonl", "todos/a.json", "file-history/x/1@v1", "file-history/x/2@v1",
        "plans/one.md", "plans/draft.txt",
    ]  # fmt: skip
    for name in others:
        home.put(home.claude / name, b"\n")
    for name in ("MEMORY.md", "more/notes.md"):
        home.put(project / "memory" / name, b"text")
    report = status(history)
    assert report.skipped_files == {"memory files": 2, "files beside the projects": 5}
    files = sum(len(names) for _, _, names in os.walk(home.claude))
    assert report.files + sum(report.skipped_files.values()) == files


def test_progress_counts_a_history_that_is_read_in_two_passes_once(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ccmcp.index.build.PHASED", 1_000)
    size = sum(_size(home.write(talk(f"chat {number}", "a wombat"))) for number in range(8))
    told: list[tuple[int, int, str]] = []
    history = History(Config.load(home.env, {"backlog_bytes": "0"}), patient=True)
    history.refresh(lambda *far: told.append(far))
    history.close()
    assert {total for _, total, _ in told} == {size}
    dones = [done for done, _, _ in told]
    assert dones == sorted(dones)
    assert dones[-1] == size
    assert max(done for done, _, what in told if "prose" in what) == size // 2


def _size(path: Path) -> int:
    return path.stat().st_size
