"""Conversations of the real client, moved, copied, merged and bundled: what the client sends when it goes on in the new place."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.client.conftest import Rig
from tests.client.migrate_drive import CASES

DRIVE = Path(__file__).with_name("migrate_drive.py")


@pytest.fixture(scope="module")
def report(rig: Rig, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    """Every case, played once."""
    root = tmp_path_factory.mktemp("migrated")
    job = {
        "rig": str(rig.code),
        "root": str(root),
        "python": sys.executable,
        "client": str(rig.client),
        "cases": list(CASES),
    }
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(root), "RIG_DIR": str(rig.base), "CLAUDE_BIN": str(rig.client), "RIG_SANDBOX": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip
    driven = subprocess.run(
        ["unshare", "-n", "--", sys.executable, str(DRIVE)], input=json.dumps(job), env=environment, capture_output=True,
        encoding="utf-8", check=False,
    )  # fmt: skip
    assert driven.returncode == 0, driven.stderr
    found: dict[str, list[dict[str, Any]]] = json.loads(driven.stdout)
    return found


@pytest.mark.parametrize("case", CASES)
def test_the_client_goes_on_with_the_old_conversation(
    report: dict[str, list[dict[str, Any]]], case: str
) -> None:
    ways = report[case]
    assert {each["how"] for each in ways} >= (
        {"resume"} if case in ("below", "asked", "unasked") else {"continue", "resume"}
    ), ways
    assert [each for each in ways if not each["sent"]] == []
    assert [each for each in ways if each["how"] == "resume" and not each["checked"]] == []
