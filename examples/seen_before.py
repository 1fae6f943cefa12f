"""
An error was met before: where, what came of it, and how to get back there. Three commands, one after the other.

    python examples/seen_before.py
    python examples/seen_before.py "Error 111 connecting to localhost:6379"

It looks in the sample history beside it, with a cache that is thrown away.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HISTORY = Path(__file__).resolve().parent / "history"
ERROR = "UniqueViolation: duplicate key value violates unique constraint"


def main(error: str, env: dict[str, str]) -> None:
    """Find the error in what tools returned, read what was said next, and say how to resume."""
    found = ccmcp(env, "search", f'"{error}"', "--role", "tool", "--limit", "1")
    assert found["sessions"], f"{error!r} was not met before"
    [session] = found["sessions"]
    match = session["matches"][0]
    print(
        f"{session['title']} ({match['at'][:10]}, {session['project']})\n\n  {match['tool']}: {match['text']}\n"
    )

    page = ccmcp(env, "read", session["session_id"], "--around", match["entry_id"], "--max-tokens", "1000")
    after = page["entries"][[entry["entry_id"] for entry in page["entries"]].index(match["entry_id"]) + 1 :]
    answer = next(entry for entry in after if (entry["role"], entry["kind"]) == ("assistant", "text"))
    print(f"  then: {answer['text']}\n")

    resumed = ccmcp(env, "resume", session["session_id"])
    assert resumed["argv"] == ["claude", "--resume", session["session_id"]]
    print(resumed["command"])


def ccmcp(env: dict[str, str], *arguments: str) -> dict[str, Any]:
    """What a command answers."""
    command = [sys.executable, "-m", "ccmcp", *arguments, "--json"]
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, check=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        home = {"CLAUDE_CONFIG_DIR": str(HISTORY), "CCMCP_CACHE_DIR": folder}
        main(" ".join(sys.argv[1:]) or ERROR, os.environ | home)
