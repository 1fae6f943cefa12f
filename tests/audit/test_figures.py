"""How often the rules are right on labelled commands, and the secrets' detector on labelled texts."""

import base64
import csv
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from ccmcp.audit.call import Call
from ccmcp.audit.engine import examine
from ccmcp.redact import found
from tests.transcript import Home

FLAGGED = {"medium", "high", "critical"}
CWD = "/home/user/project"
GIVEN = {"Read": "file_path", "Write": "file_path", "Edit": "file_path", "WebFetch": "url"}


def commands(data: Path) -> list[dict[str, str]]:
    with (data / "audit" / "commands.csv").open(encoding="utf-8", newline="") as file:
        return [
            row for row in csv.DictReader(file) if row["core"] == "1" and row["label_strength"] == "strong"
        ]


def given(row: dict[str, str]) -> dict[str, str]:
    """What the tool is given."""
    return {GIVEN.get(row["tool"], "command"): row["command"]}


def flagged(row: dict[str, str]) -> bool:
    call = Call(tool=row["tool"], input=given(row), cwd=CWD)
    return any(each.severity in FLAGGED for each in examine(call, roots=(CWD,), home="/home/user").found)


def share(part: int, of: int) -> float:
    return part / of if of else 1.0


def test_commands_are_told_apart(data: Path) -> None:
    rows = commands(data)
    hits = [flagged(row) for row in rows]
    bad = [row["expected"] == "flag" for row in rows]
    right = sum(hit and is_bad for hit, is_bad in zip(hits, bad, strict=True))

    precision, recall = share(right, sum(hits)), share(right, sum(bad))
    wrong = share(sum(hits) - right, len(bad) - sum(bad))

    told = f"precision {precision:.3f}, recall {recall:.3f}, fine commands flagged {wrong:.3f}"
    assert (precision >= 0.97, recall >= 0.9, wrong <= 0.03) == (True, True, True), told


def test_the_command_says_what_the_rules_say(data: Path, home: Home) -> None:
    rows = commands(data)[::10]
    lines = [json.dumps({"tool": row["tool"], "input": given(row), "cwd": CWD}) for row in rows]

    done = subprocess.run(
        [sys.executable, "-m", "ccmcp", "classify", "--jsonl"],
        env={**home.env, "PATH": ""},
        input="\n".join(lines),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )

    answers = [json.loads(line)["findings"] for line in done.stdout.splitlines()]
    assert [_any(each) for each in answers] == [flagged(row) for row in rows]


def _any(findings: Sequence[dict[str, str]]) -> bool:
    return any(each["severity"] in FLAGGED for each in findings)


def test_secrets_are_told_apart(data: Path) -> None:
    with (data / "audit" / "secrets.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    hits = [any(found(base64.b64decode(row["text_b64"]).decode("utf-8", "replace"))) for row in rows]
    right = sum(hit and row["expected"] == "secret" for hit, row in zip(hits, rows, strict=True))

    precision = share(right, sum(hits))

    assert right > 300
    assert precision >= 0.98, f"precision {precision:.3f} of {sum(hits)}"
