"""The real Claude Code client, offline, with ccmcp as its server and the sample history as its past."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.client.conversation import Answer, Conversation, Converse

ROOT = Path(__file__).parents[2]
DRIVE = Path(__file__).with_name("drive.py")
CLIENT = "npm/node_modules/@anthropic-ai/claude-code-linux-x64/claude"


@dataclass(frozen=True, slots=True)
class Rig:
    """What runs the client; read once, before any test changes the environment."""

    code: Path
    base: Path
    client: Path


@pytest.fixture(scope="session")
def rig() -> Rig:
    """The rig that CCMCP_RIG names; without all it needs the test is skipped."""
    code = os.environ.get("CCMCP_RIG")
    if not code:
        pytest.skip("CCMCP_RIG does not name a rig for the real client")
    if shutil.which("unshare") is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("the rig needs Linux, root and unshare")
    base = Path(os.environ.get("RIG_DIR") or Path.home() / ".cache" / "ccmcp-rig")
    client = Path(os.environ.get("CLAUDE_BIN") or base / CLIENT)
    if not client.exists():
        pytest.skip(f"the client is not installed at {client}")
    return Rig(Path(code), base, client)


@pytest.fixture(scope="session")
def converse(rig: Rig, tmp_path_factory: pytest.TempPathFactory) -> Converse:
    """Runs the client once: it makes the calls, and what its model saw comes back."""

    def run(calls: Sequence[tuple[str, Mapping[str, object]]], *arguments: str) -> Conversation:
        root = tmp_path_factory.mktemp("client")
        homes = {
            name: str(root / name.lower()) for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME")
        }
        job = {
            "rig": str(rig.code),
            "root": str(root),
            "history": str(ROOT / "examples" / "history"),
            "server": {"command": sys.executable, "args": ["-m", "ccmcp", "serve"], "env": homes},
            "calls": calls,
            "arguments": arguments,
        }
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(root),
            "RIG_DIR": str(rig.base),
            "CLAUDE_BIN": str(rig.client),
            "RIG_SANDBOX": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        driven = subprocess.run(
            ["unshare", "-n", "--", sys.executable, str(DRIVE)],
            input=json.dumps(job),
            env=environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert driven.returncode == 0, driven.stderr
        seen = json.loads(driven.stdout)
        answers = tuple(Answer(answer["text"], answer["is_error"]) for answer in seen["answers"])
        return Conversation(seen["session_id"], seen["told"], answers)

    return run
