"""What the rules find in real transcripts: few calls, and mostly rightly, by a hundred findings that were looked at one by one."""

import csv
import hashlib
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from ccmcp.audit.call import Call, home_of
from ccmcp.audit.engine import examine
from ccmcp.transcripts.content import ToolCall
from ccmcp.transcripts.decode import decode_line
from ccmcp.transcripts.entries import Assistant

LABELS = Path(__file__).with_name("labels.tsv")
"""Digests of calls (not the calls), the rule, the severity it had, and whether a reader found it right."""


class Label(NamedTuple):
    digest: str
    rule: str
    severity: str
    right: str


def labels() -> list[Label]:
    with LABELS.open(encoding="utf-8", newline="") as file:
        return [Label(**row) for row in csv.DictReader(file, delimiter="\t")]


def digest(tool: str, given: object) -> str:
    return hashlib.sha256(json.dumps([tool, given], sort_keys=True).encode()).hexdigest()[:16]


def calls(folder: Path) -> Iterator[tuple[str, Call, str]]:
    """Every different call of some transcripts: its digest, the call, the folder its session began in."""
    seen = set()
    for path in sorted(folder.rglob("*.jsonl")):
        first = ""
        for number, line in enumerate(path.read_bytes().split(b"\n"), 1):
            for entry in decode_line(line, 0, number):
                first = first or entry.cwd
                for block in entry.blocks() if isinstance(entry, Assistant) else ():
                    if isinstance(block, ToolCall) and isinstance(block.input, dict):
                        key = digest(block.name, block.input)
                        if key not in seen:
                            seen.add(key)
                            yield key, Call(tool=block.name, input=block.input, cwd=entry.cwd), first


@cache
def found(data: Path) -> dict[str, Any]:
    """By call: the tool, and the severities by rule."""
    return {
        key: (
            call.tool,
            {
                each.rule.id: each.severity
                for each in reversed(
                    examine(call, roots=(first,) if first else (), home=home_of(first)).found
                )
            },
        )
        for folder in ("projects", "known-item/projects", "fixtures")
        for key, call, first in calls(data / folder)
    }


def test_a_sample_of_findings_was_judged_right(data: Path) -> None:
    told = found(data)
    serious = [
        label
        for label in labels()
        if told.get(label.digest, ("", {}))[1].get(label.rule) in ("high", "critical")
    ]
    right = sum(label.right == "yes" for label in serious)
    every = sum(label.right == "yes" for label in labels())

    assert len(labels()) == 100
    assert right >= 0.9 * len(serious), f"{right} of {len(serious)} high and critical findings are right"
    assert every >= 0.9 * len(labels()), f"{every} of {len(labels())} findings are right"


def test_every_serious_finding_of_these_transcripts_has_been_judged(data: Path) -> None:
    judged = {(label.digest, label.rule) for label in labels()}

    new = {
        (key, rule)
        for key, (_, rules) in found(data).items()
        for rule, severity in rules.items()
        if severity in ("high", "critical")
    } - judged

    assert not new, "look at these, and add them to labels.tsv"


def test_few_shell_calls_ask_for_attention(data: Path) -> None:
    shell = [rules for tool, rules in found(data).values() if tool == "Bash"]
    serious = sum(any(severity in ("high", "critical") for severity in rules.values()) for rules in shell)

    assert len(shell) > 1000
    assert serious <= 0.02 * len(shell), f"{serious} of {len(shell)} shell calls"
