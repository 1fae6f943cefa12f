"""Starting the driver: a process of its own on a test's home."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.transcript import Home

CHECKOUT = Path(__file__).parents[2]


def start(home: Home, *arguments: str, **env: str) -> "subprocess.Popen[bytes]":
    """Start the driver."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.index.driver", *arguments],
        cwd=CHECKOUT,
        env={**kept, **home.env, **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def answer(process: "subprocess.Popen[bytes]") -> Any:
    """What it found, once it has ended."""
    told, errors = process.communicate(timeout=100)
    assert process.returncode == 0, errors.decode(errors="replace")
    assert errors == b"", errors.decode(errors="replace")
    return json.loads(told)
