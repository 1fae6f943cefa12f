"""
What was decided lately, project by project, as a Markdown list: made of what the command line says as JSON.

    python examples/decisions_digest.py

It runs on the sample history beside it, with a cache that is thrown away.
"""

import json
import os
import subprocess
import sys
import tempfile
import textwrap
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HISTORY = Path(__file__).resolve().parent / "history"
WORDS = "recommend decided replace instead rather over because reasons"
"""What answers say when they choose. Any of the words may match; more of them rank higher."""


def main(cache: str) -> None:
    """Print the digest."""
    env = os.environ | {"CLAUDE_CONFIG_DIR": str(HISTORY), "CCMCP_CACHE_DIR": cache}
    asked = [WORDS, "--role", "assistant", "--since", "2026-10", "--passages", "1", "--limit", "50", "--json"]
    found = subprocess.run(
        [sys.executable, "-m", "ccmcp", "search", *asked], env=env, stdout=subprocess.PIPE, check=True
    )
    sessions = json.loads(found.stdout)["sessions"]
    digest = "\n".join(lines(sessions))
    assert "server-side sessions in Redis" in digest
    assert "argparse instead of click" in digest
    print(digest)


def lines(sessions: list[dict[str, Any]]) -> Iterator[str]:
    """Sessions as found -> the digest: a heading a project, an item a session, the latest first."""
    projects: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for session in sorted(sessions, key=lambda session: str(session["ended_at"]), reverse=True):
        projects[session["project"]].append(session)
    for project, items in projects.items():
        yield f"## {project}\n"
        for session in items:
            [match] = session["matches"]
            title = textwrap.shorten(session["title"], 80, placeholder=" ...")
            yield f"- {session['ended_at'][:10]} **{title}** (`{session['session_id'][:8]}`)"
            yield f"  {match['text']}"
        yield ""


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        main(folder)
