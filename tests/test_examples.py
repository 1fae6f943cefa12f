"""The examples do what they say: each as its reader runs it, a program of its own."""

import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from ccmcp.config import Config

EXAMPLES = Path(__file__).parents[1] / "examples"
RUNS = [
    ("search_over_stdio.py",),
    ("search_over_stdio.py", "legacy"),
    ("raw_protocol.py",),
    ("raw_protocol.py", "legacy"),
    ("decisions_digest.py",),
    ("seen_before.py",),
    ("seen_before.py", "Error 111 connecting to localhost:6379"),
]


@pytest.mark.parametrize("run", RUNS, ids=" ".join)
def test_an_example_runs_from_any_folder_and_shows_something(run: tuple[str, ...], tmp_path: Path) -> None:
    script, *arguments = run
    done = subprocess.run(
        [sys.executable, EXAMPLES / script, *arguments],
        cwd=tmp_path,
        env=environment(tmp_path / "home"),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) >= 3


def test_every_example_is_run_here() -> None:
    assert {path.name for path in EXAMPLES.glob("*.py")} == {script for script, *_ in RUNS}


def test_examples_leave_nothing_behind(tmp_path: Path) -> None:
    home = tmp_path / "home"
    before = {path: path.stat().st_mtime_ns for path in (EXAMPLES / "history").rglob("*")}

    subprocess.run(
        [sys.executable, EXAMPLES / "seen_before.py"],
        cwd=tmp_path,
        env=environment(home),
        stdout=subprocess.DEVNULL,
        check=True,
    )

    assert {path: path.stat().st_mtime_ns for path in (EXAMPLES / "history").rglob("*")} == before
    assert list(home.iterdir()) == []


def test_the_settings_example_is_accepted_and_shows_every_setting(tmp_path: Path) -> None:
    path = EXAMPLES / "settings.toml"
    home = str(tmp_path)

    config = Config.load({"HOME": home, "USERPROFILE": home, "CCMCP_CONFIG": str(path)})

    assert [root.label for root in config.roots][1:] == ["archive"]
    assert config.excludes_project(str(tmp_path / "private" / "diary"))
    assert config.excludes_session("46c6442b-a41e-4b3d-b2e5-98f8bf45f3bb")
    assert config.memory_mb == 200
    defaults = Config.load({"HOME": home, "USERPROFILE": home})
    settable = {field.name for field in fields(Config)} - {"settings", "cache", "state", "home"}
    written = path.read_text(encoding="utf-8")
    assert [name for name in settable if f"\n{name} = " not in written and f"[{name}]" not in written] == []
    assert (config.cache.parent, config.state) == (tmp_path / ".cache/ccmcp", tmp_path / ".local/state/ccmcp")
    assert config.cache != defaults.cache


def environment(home: Path) -> dict[str, str]:
    """A fake home's, with what processes need and no more; output is UTF-8 in every locale."""
    home.mkdir()
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    folders = ("HOME", "USERPROFILE", "LOCALAPPDATA", "TMPDIR", "TEMP")
    return kept | dict.fromkeys(folders, str(home)) | {"PYTHONUTF8": "1"}
