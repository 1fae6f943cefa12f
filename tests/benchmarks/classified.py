"""
The rules on labelled commands: how often they are right, how long a command takes, and how soon a process answers.

    python -m tests.benchmarks.classified DATA/audit/commands.csv
"""

import csv
import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from ccmcp.audit.call import Call
from ccmcp.audit.engine import examine

_GIVEN = {"Read": "file_path", "Write": "file_path", "Edit": "file_path", "WebFetch": "url"}
_CWD = "/home/user/project"
_STARTED = {
    "words": "git status",
    "a finding": "git push --force origin main",
    "a parser": 'for each in a b; do rm -rf "$(pwd)/$each"; done',
}


@dataclass(frozen=True, slots=True)
class Labelled:
    """A call and what it was labelled."""

    tool: str
    text: str
    bad: bool
    set: str

    def found(self) -> bool:
        """Whether the rules flag it: at medium or more."""
        call = Call(tool=self.tool, input={_GIVEN.get(self.tool, "command"): self.text}, cwd=_CWD)
        found = examine(call, roots=(_CWD,), home="/home/user").found
        return any(each.severity in ("medium", "high", "critical") for each in found)


def labelled(path: Path) -> list[Labelled]:
    """The calls of the core set whose label is beyond doubt."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [
            row for row in csv.DictReader(file) if row["core"] == "1" and row["label_strength"] == "strong"
        ]
    return [
        Labelled(row["tool"], row["command"], row["expected"] == "flag", row["source_repo"].partition("/")[2])
        for row in rows
    ]


def judged(calls: Sequence[Labelled]) -> dict[str, dict[str, int]]:
    """How many were rightly and wrongly flagged and left alone, of each set and of all."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(("tp", "fp", "fn", "tn"), 0))
    for each in calls:
        flagged = each.found()
        kind = ("tp" if each.bad else "fp") if flagged else ("fn" if each.bad else "tn")
        for name in ("all", each.set):
            counts[name][kind] += 1
    return dict(counts)


def starts(times: int) -> dict[str, list[float]]:
    """Seconds from a process's start to its answer, taken in turns; `bare` is an interpreter that does nothing."""
    ours = [str(Path(sys.executable).with_name("ccmcp")), "classify", "--jsonl"]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    found: dict[str, list[float]] = defaultdict(list)
    for _ in range(times):
        found["bare"].append(_seconds([sys.executable, "-c", "pass"], b"", environment))
        for name, command in _STARTED.items():
            line = json.dumps({"tool": "Bash", "input": {"command": command}, "cwd": _CWD}).encode() + b"\n"
            found[name].append(_seconds(ours, line, environment))
    return dict(found)


def _seconds(argv: Sequence[str], line: bytes, environment: dict[str, str]) -> float:
    begun = time.perf_counter()
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as running:
        if line and running.stdin and running.stdout:
            running.stdin.write(line)
            running.stdin.flush()
            running.stdout.readline()
        else:
            running.wait()
        spent = time.perf_counter() - begun
        running.communicate()
    return spent


def main() -> None:
    """Print the figures as JSON."""
    calls = labelled(Path(sys.argv[1]))
    judged(calls)  # rules are imported and patterns compiled
    begun = time.perf_counter()
    counts = judged(calls)
    each = (time.perf_counter() - begun) / len(calls)
    taken = starts(21)
    started = {name: median(seconds) for name, seconds in taken.items()}
    sys.stdout.write(json.dumps({"counts": counts, "each": each, "starts": started}))


if __name__ == "__main__":
    main()
