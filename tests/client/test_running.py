"""Which sessions of the real client run, seen from outside while they do and after they ended or were killed."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.client.conftest import ROOT, Rig

DRIVE = """
import json, subprocess, sys, threading, time
job = json.load(sys.stdin)
sys.path[:0] = [job["rig"], job["ccmcp"]]
import rig as real
from datetime import UTC, datetime
from pathlib import Path
from ccmcp.migrate.running import read_registry

real.enter_sandbox()
SLEEP = "hello #tool Bash {\\"command\\":\\"sleep %d\\"} #say done"

with real.Rig(Path(job["root"]) / "rig") as rig:
    def seen():
        found = read_registry(rig.config, now=datetime.now(UTC))
        return {"running": sorted(found.running), "sure": all(each.sure for each in found.running.values()), "ended": found.ended}

    def until_seen():
        end = time.monotonic() + 30
        while time.monotonic() < end and not (found := seen())["running"]:
            time.sleep(0.05)
        return found

    told = {}
    rig.onboard()
    with rig.tui("--permission-mode", "bypassPermissions") as tui:
        tui.ready()
        tui.say("hello #say hi", "idle")
        told["typed"] = {**seen(), "ids": sorted(each.stem for each in rig.transcripts())}
        tui.exit()
    told["typed, ended"] = seen()

    print_mode = ["-p", SLEEP % 2, "--output-format", "json", "--permission-mode", "bypassPermissions"]
    start = {"cwd": rig.work, "env": rig.env(), "stdin": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    client = subprocess.Popen([str(real.CLAUDE), *print_mode], stdout=subprocess.PIPE, **start)
    found = until_seen()
    told["printed"] = {**found, "ids": [json.loads(client.communicate()[0])["session_id"]]}
    told["printed, ended"] = seen()

    print_mode[1] = SLEEP % 5
    client = subprocess.Popen([str(real.CLAUDE), *print_mode], stdout=subprocess.DEVNULL, **start)
    told["killed, before"] = until_seen()
    client.kill()
    client.wait()
    told["killed"] = seen()
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def seen(rig: Rig, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What was seen of a typed session, a printed one and one that was killed."""
    root = tmp_path_factory.mktemp("running")
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(root), "RIG_DIR": str(rig.base), "CLAUDE_BIN": str(rig.client), "RIG_SANDBOX": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip
    job = {"rig": str(rig.code), "root": str(root), "ccmcp": str(ROOT)}
    driven = subprocess.run(
        ["unshare", "-n", "--", sys.executable, "-c", DRIVE], input=json.dumps(job), env=environment, capture_output=True,
        encoding="utf-8", check=False,
    )  # fmt: skip
    assert driven.returncode == 0, driven.stderr
    found: dict[str, Any] = json.loads(driven.stdout)
    return found


@pytest.mark.parametrize("how", ["typed", "printed"])
def test_a_session_is_seen_while_it_runs_and_no_longer(seen: dict[str, Any], how: str) -> None:
    assert seen[how]["running"] == seen[how]["ids"]
    assert len(seen[how]["ids"]) == 1
    assert seen[how]["sure"]
    assert seen[f"{how}, ended"]["running"] == []


def test_what_a_killed_client_leaves_behind_does_not_run(seen: dict[str, Any]) -> None:
    assert len(seen["killed, before"]["running"]) == 1
    assert seen["killed"] == {"running": [], "sure": True, "ended": 1}
