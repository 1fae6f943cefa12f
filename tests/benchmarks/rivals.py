"""
Other tools over the same files: fast-resume, the fastest search of the kind, a program in Rust that indexes
prose only; ccusage, which counts tokens and is a program in Rust too.

    python -m tests.benchmarks.rivals CONFIG_FOLDER

It is found through `FAST_RESUME` (the path of its `fr`), on PATH, or run by uvx.
"""

import contextlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from tests.benchmarks.measure import ChildError, Cost, run

PACKAGE = "fast-resume==2.14.0"


def fast_resume() -> list[str] | None:
    """How to start it, or None where there is no way."""
    given = os.environ.get("FAST_RESUME") or shutil.which("fr")
    if given and Path(given).exists():
        return [given]
    if not shutil.which("uvx"):
        return None
    # uvx starts it from its own cache; asked once, so that the cache is there before a clock runs.
    command = ["uvx", "--from", PACKAGE, "fr"]
    with contextlib.suppress(ChildError):
        return [str(run([*command[:-1], "python", "-c", _WHERE]).said)]
    return None


_WHERE = "import json, shutil; print(json.dumps(shutil.which('fr')))"


def ccusage() -> list[str] | None:
    """How to start ccusage, or None where there is no way: `CCUSAGE` names its program (the one its launcher starts, too)."""
    given = os.environ.get("CCUSAGE") or shutil.which("ccusage")
    return [given] if given and Path(given).exists() else None


def cold_index(command: list[str], home: Path) -> Cost:
    """One run with an empty cache that lists a single session; `said` is how many sessions it knows."""
    with _user(home) as environment:
        cost = run([*command, "--list", "--limit", "1"], environment, watched=True)
        known = run([*command, "--json", "--limit", "1", "--no-refresh"], environment).said
    return Cost(wall=cost.wall, cpu=cost.cpu, rss=cost.rss, said=known)


@contextlib.contextmanager
def _user(home: Path) -> Iterator[dict[str, str]]:
    """The environment of a user whose ~/.claude is this folder and who has no cache yet."""
    kept = {
        name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "TERM", "UV_CACHE_DIR")
    }
    with tempfile.TemporaryDirectory(dir=home.parent) as folder:
        (Path(folder) / ".claude").symlink_to(home.resolve(), target_is_directory=True)
        yield {**kept, "HOME": folder}


def main() -> None:
    """Print what one cold index costs."""
    command = fast_resume()
    if command is None:
        raise SystemExit("No fast-resume: set FAST_RESUME to its `fr`, or install uv.")
    print(json.dumps(asdict(cold_index(command, Path(sys.argv[1]))), indent=1))


if __name__ == "__main__":
    main()
