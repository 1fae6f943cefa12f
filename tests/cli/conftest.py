"""A home of its own for each test, and the command line in the same process or in one of its own."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ccmcp.cli import main
from ccmcp.cli.terminal import Terminal
from tests.cli import catalogue

REPOSITORY = Path(__file__).parents[2]
HOME = "USERPROFILE" if sys.platform == "win32" else "HOME"


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


Ccmcp = Callable[..., Outcome]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home folder; nothing else of this machine's environment is left but what processes need."""
    found = tmp_path / "home"
    found.mkdir()
    for name in list(os.environ):
        if name.startswith(("CLAUDE", "CCMCP", "XDG", "CODEX", "NO_COLOR", "CLICOLOR", "COLUMNS", "PYTHON")):
            monkeypatch.delenv(name)
    monkeypatch.setenv(HOME, str(found))
    monkeypatch.setenv("APPDATA", str(found / "AppData" / "Roaming"))
    monkeypatch.setenv("LOCALAPPDATA", str(found / "AppData" / "Local"))
    return found


@pytest.fixture
def ccmcp(home: Path, capsys: pytest.CaptureFixture[str]) -> Ccmcp:
    """Run a command line over the catalogue's tools, in this process."""
    assert home.is_dir()
    catalogue.opened.clear()

    def run(*arguments: str) -> Outcome:
        code = main(arguments, catalogue=catalogue.catalogue, open_history=catalogue.open_shelf)
        found = capsys.readouterr()
        return Outcome(code, found.out, found.err)

    return run


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Make the command line in this process see such a terminal."""

    def see(**what: Any) -> None:
        found = Terminal(**what)
        monkeypatch.setattr(Terminal, "of", lambda *_arguments: found)

    return see


@pytest.fixture
def command(home: Path) -> list[str]:
    """The same as a process's command line; run it in REPOSITORY."""
    assert home.is_dir()
    return [sys.executable, "-m", "tests.cli.program"]


@pytest.fixture
def process(command: list[str]) -> Ccmcp:
    """Run a command line in a process of its own, without a terminal."""

    def run(*arguments: str, stdin: str | None = None, **env: str) -> Outcome:
        done = subprocess.run(
            [*command, *arguments],
            cwd=REPOSITORY,
            env={**os.environ, **env},
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    return run


def python(code: str, arguments: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
    """Run Python code in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=REPOSITORY,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
