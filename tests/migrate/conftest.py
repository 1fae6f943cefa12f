"""A home with projects in it, the command line over it, and what all files were at a moment."""

import json
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from ccmcp.cli import main
from ccmcp.transcripts.projects import encode
from tests.transcript import Chat, Home

Snapshot: TypeAlias = dict[str, tuple[int, int, bytes | None]]
"""Paths below a folder: permission bits, modification time (of files), bytes (none for a folder)."""


def snapshot(folder: Path) -> Snapshot:
    """Everything below a folder."""
    found: Snapshot = {}
    for path in sorted(folder.rglob("*")):
        seen = path.lstat()
        if stat.S_ISDIR(seen.st_mode):
            found[str(path.relative_to(folder))] = stat.S_IMODE(seen.st_mode), 0, None
        else:
            content = path.read_bytes() if stat.S_ISREG(seen.st_mode) else b""
            found[str(path.relative_to(folder))] = stat.S_IMODE(seen.st_mode), seen.st_mtime_ns, content
    return found


@dataclass
class FailedError(Exception):
    """A command that ended with another exit code than 0."""

    code: int
    err: str
    out: str


@dataclass
class World:
    """A user's machine: homes, project folders and ccmcp."""

    folder: Path
    home: Home
    run: Callable[..., Any]
    """The command line's answer as JSON. Raises FailedError."""

    made: list[Chat] = field(default_factory=list)

    def project(self, name: str) -> Path:
        """A project's folder, which is there."""
        path = self.folder / "work" / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    def chat(self, name: str, cwd: Path, *, root: Path | None = None) -> Chat:
        """A session of a project with all that a session may have; files get old times and the client's modes."""
        chat = Chat(name, cwd=str(cwd))
        chat.user(f"please look at {name}")
        chat.assistant("I will.")
        chat.call("Read", f"toolu_{name}", file_path=f"{cwd}/src/main.py")
        chat.result(f"toolu_{name}", "contents")
        home = Home(root.parent) if root else self.home
        base = root or home.claude
        path = base / "projects" / encode(str(cwd)) / f"{chat.id}.jsonl"
        home.put(path, chat.bytes())
        home.put(path.with_suffix("") / "subagents" / "agent-a1.jsonl", chat.bytes())
        home.put(path.with_suffix("") / "tool-results" / "b1.txt", b"a big result\n")
        home.put(base / "file-history" / chat.id / "0123456789abcdef@v1", b"an old version\n")
        home.put(base / "todos" / f"{chat.id}-agent-{chat.id}.json", b"[]")
        for number, each in enumerate(
            sorted((*path.parent.rglob("*"), path, *(base / "file-history").rglob("*")))
        ):
            if each.is_file():
                each.chmod(0o600)
                os.utime(each, ns=(1, 1_700_000_000_123_456_789 + number * 1_000_000_000))
        self.made.append(chat)
        return chat

    def transcript(self, chat: Chat, cwd: Path | None = None) -> Path:
        """Where a session's transcript is, of a project."""
        return self.home.claude / "projects" / encode(str(cwd or chat.cwd)) / f"{chat.id}.jsonl"

    def remember(self, *projects: Path) -> None:
        """Prompts and the client's own settings of some projects."""
        prompts = [
            json.dumps({"display": f"hello {number}", "pastedContents": {}, "timestamp": number, "project": str(each),
                        "sessionId": chat.id}, separators=(",", ":"))
            for number, chat in enumerate(self.made)
            for each in projects
            if chat.cwd == str(each)
        ]  # fmt: skip
        self.home.put(self.home.claude / "history.jsonl", "".join(f"{each}\n" for each in prompts).encode())
        settings = {
            "numStartups": 3,
            "projects": {
                str(each): {"allowedTools": ["Bash(ls)"], "hasTrustDialogAccepted": True} for each in projects
            },
            "userID": "x",
        }
        self.home.put(self.home.claude / ".claude.json", json.dumps(settings, indent=2).encode())

    def plan(self, *arguments: object) -> Any:
        return self.run("migrate", "plan", *map(str, arguments))

    def apply(self, plan: Any) -> Any:
        return self.run("migrate", "apply", plan["plan_id"], "--yes")

    def undo(self, plan: Any, *more: str) -> Any:
        return self.run("migrate", "undo", plan["plan_id"], "--yes", *more)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> World:
    """A machine of its own for each test."""
    home = Home(tmp_path / "home")
    for name in list(os.environ):
        if name.startswith(("CLAUDE", "CCMCP", "XDG", "PYTHON")):
            monkeypatch.delenv(name)
    for name, value in home.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("APPDATA", str(tmp_path / "home" / "AppData" / "Roaming"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "home" / "AppData" / "Local"))

    def run(*arguments: str) -> Any:
        capsys.readouterr()
        code = main([*arguments, "--json"])
        found = capsys.readouterr()
        if code:
            raise FailedError(code, found.err, found.out)
        return json.loads(found.out)

    return World(tmp_path, home, run)
