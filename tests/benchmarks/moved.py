"""
How long sessions take to move and to be copied, beside scripts that do no more than the least of it.

    python -m tests.benchmarks.moved --sessions 10000 --size 1GB

Moving is held against a script that renames file by file, appends a line and syncs; copying against `cp -a`, `sync` and
`sha256sum` of both sides. Each round does both, one after the other; quoted are medians and the median of the ratios.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

from ccmcp.transcripts.projects import encode
from tests.benchmarks.measure import machine
from tests.transcript import Chat

SCRIPT = """
import os, sys
source, target, cwd = sys.argv[1:]
os.mkdir(target)
for name in os.listdir(source):
    path = os.path.join(target, name)
    os.rename(os.path.join(source, name), path)
    if name.endswith(".jsonl"):
        with open(path, "ab") as file:
            file.write(b'{"type":"relocated","relocatedCwd":"%s","sessionId":"%s"}\\n' % (cwd.encode(), name[:-6].encode()))
os.sync()
"""


class Machine:
    """A user with one project of many sessions."""

    def __init__(self, folder: Path, sessions: int, size: int) -> None:
        self.folder = folder
        self.claude = folder / "home" / ".claude"
        self.work = folder / "old"
        self.work.mkdir(parents=True)
        place = self.project(self.work)
        place.mkdir(parents=True)
        each = size // sessions
        for number in range(sessions):
            chat = Chat(f"talk {number}", cwd=str(self.work))
            while sum(len(json.dumps(record)) for record in chat.records) < min(each, 40_000):
                chat.user(f"please look at file {number} once more " * 40)
                chat.assistant("It is well. " * 100)
            lines = chat.bytes()
            identity = str(uuid.uuid5(uuid.NAMESPACE_URL, f"bench {number}"))
            (place / f"{identity}.jsonl").write_bytes(lines * max(1, each // len(lines)))

    def project(self, work: Path) -> Path:
        """The project folder of a folder."""
        return self.claude / "projects" / encode(str(work))

    def ccmcp(self, *arguments: str) -> dict[str, object]:
        """What the command line answers."""
        environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.folder / "home"), "CLAUDE_CONFIG_DIR": str(self.claude),
            "CCMCP_BACKLOG_BYTES": "0",
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-m", "ccmcp", *arguments, "--json"], env=environment, capture_output=True, check=True,
            encoding="utf-8", stdin=subprocess.DEVNULL,
        )  # fmt: skip
        found: dict[str, object] = json.loads(done.stdout)
        return found


def timed(do: Callable[[], object]) -> float:
    """Seconds on the wall, after all that was written before is on the disk."""
    os.sync()
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def moves(user: Machine, rounds: int) -> tuple[list[float], list[float], list[float]]:
    """Seconds of: the script, apply, plan."""
    scripts, applies, plans = [], [], []
    for number in range(rounds):
        new = user.folder / f"script {number}"
        new.mkdir()
        places = (str(user.project(user.work)), str(user.project(new)), str(new))
        scripts.append(timed(partial(subprocess.run, [sys.executable, "-c", SCRIPT, *places], check=True)))
        user.work = new
        target = user.folder / f"ccmcp {number}"
        target.mkdir()
        planned, applied = migrated(user, target)
        plans.append(planned)
        applies.append(applied)
        user.work = target
    return scripts, applies, plans


def copies(user: Machine, rounds: int) -> tuple[list[float], list[float], list[float]]:
    """The same of copies: `cp -a` and digests of both sides, apply, plan."""
    tools, applies, plans = [], [], []
    for number in range(rounds):
        here, there = user.project(user.work), user.folder / f"cp {number}"
        command = (
            f"cp -a '{here}' '{there}' && sync && find '{here}' '{there}' -type f -print0 "
            "| xargs -0 sha256sum > /dev/null"
        )
        tools.append(timed(partial(subprocess.run, ["sh", "-c", command], check=True)))
        shutil.rmtree(there)
        target = user.folder / f"copy {number}"
        target.mkdir()
        planned, applied = migrated(user, target, "--mode", "copy")
        plans.append(planned)
        applies.append(applied)
        shutil.rmtree(user.project(target))
    return tools, applies, plans


def migrated(user: Machine, target: Path, *how: str) -> tuple[float, float]:
    """Seconds of the plan and of applying it, each a process of its own."""
    plan: dict[str, object] = {}

    def ask() -> None:
        plan.update(user.ccmcp("migrate", "plan", str(user.work), str(target), *how))

    planned = timed(ask)
    return planned, timed(lambda: user.ccmcp("migrate", "apply", str(plan["plan_id"]), "--yes"))


def told(what: str, floor: str, target: float, figures: tuple[list[float], list[float], list[float]]) -> None:
    """One kind of migration in a line."""
    floors, applies, plans = figures
    ratio = median(ours / theirs for ours, theirs in zip(applies, floors, strict=True))
    print(
        f"{what}: {median(applies):.2f} s ({floor}: {median(floors):.2f} s), ratio {ratio:.2f}, target {target:g}; "
        f"its plan {median(plans):.2f} s"
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sessions", type=int, default=10_000)
    parser.add_argument("--size", default="1GB", help="of all of them together: 200MB, 1GB")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()))
    asked = parser.parse_args()
    size = int(asked.size.removesuffix("MB").removesuffix("GB")) * (
        1_000_000_000 if asked.size.endswith("GB") else 1_000_000
    )
    print(machine())
    with tempfile.TemporaryDirectory(dir=asked.work) as folder:
        user = Machine(Path(folder), asked.sessions, size)
        told(
            f"{asked.sessions:,} sessions, {asked.size} moved",
            "rename, append, sync",
            3,
            moves(user, asked.rounds),
        )
        told("copied", "cp -a, sync, sha256sum of both", 1.5, copies(user, asked.rounds))


if __name__ == "__main__":
    main()
