"""
The examples of rules on sessions: steps with ` ; ` between them, as a session.

`Tool: what it is aimed at` is a call that went well; `=> denied` (an outcome) at its end says what else came of it,
`=> error 3 times` that it was made more than once; `!GIT-001 critical` a finding in it, whose target is that of the call
unless `|` and another follow; `~sends to a.example|note` something seen in it. `prompt: words`, `mode: plan` and
`agent: a1` (what follows is done by that subagent) stand for themselves.
"""

import re
from dataclasses import dataclass, field

from ccmcp.audit.rule import SEVERITIES
from ccmcp.audit.watching import SIGHTS
from ccmcp.index.activity import CallDone, Moment, MomentKind
from ccmcp.index.analysis import FindingRow, Sight
from ccmcp.index.judging import Kept, Seen, SessionTree

START, MINUTE = 1_754_042_400_000, 60_000
_EXTRA = re.compile(r" (?=![A-Z]+-\d+ |~(?:" + "|".join(SIGHTS) + r") |=> )")


@dataclass
class Steps:
    """A session under construction; a minute passes from step to step."""

    calls: list[CallDone] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)
    findings: list[Kept] = field(default_factory=list)
    sights: list[Seen] = field(default_factory=list)
    agent: str = ""
    line: int = 0

    @property
    def tree(self) -> SessionTree:
        """The session as it is judged."""
        return SessionTree(
            session_id="s", project="/home/me/project", calls=self.calls, moments=self.moments, findings=self.findings, sights=self.sights,
        )  # fmt: skip

    def next(self) -> tuple[tuple[int, int], int]:
        self.line += 1
        return (2 if self.agent else 1, 1000 * self.line), START + self.line * MINUTE

    def moment(self, kind: MomentKind, text: str) -> None:
        place, at = self.next()
        self.moments.append(
            Moment(
                place=place,
                entry_id=f"e{self.line}",
                at=at,
                kind=kind,
                agent=self.agent,
                text=text,
                amount=0,
                after=0,
            )
        )

    def call(self, tool: str, target: str, extras: list[str]) -> None:
        outcome, times = "ok", 1
        for extra in extras:
            if found := re.fullmatch(r"=> (\w+)(?: (\d+) times)?", extra):
                outcome, times = found[1], int(found[2] or 1)
        for _ in range(times):
            self.one(tool, target, outcome, extras)

    def one(self, tool: str, target: str, outcome: str, extras: list[str]) -> None:
        place, at = self.next()
        name = f"{self.line}"
        self.calls.append(
            CallDone(
                place=place, entry_id=f"e{name}", call_id=f"c{name}", at=at, tool=tool, target=target, agent=self.agent,
                input_hash=0, undo_hash=0, outcome=outcome, error="it failed" if outcome != "ok" else "", result_at=at + 1000,
                result_entry=f"r{name}", result_place=(place[0], place[1] + 1), result_chars=0, result_hash=0, permission="",
            )
        )  # fmt: skip
        for extra in extras:
            if found := re.fullmatch(r"!([A-Z]+-\d+) (\w+)(?:\|(.*))?", extra):
                row = FindingRow(
                    place[1], found[1], SEVERITIES.index(found[2]), 2, f"e{name}", f"c{name}", "", tool, self.agent, found[3] or target, "",
                    "", "",
                )  # fmt: skip
                self.findings.append(Kept(place, row))
            elif extra.startswith("~"):
                kind = next(
                    each for each in sorted(SIGHTS, key=len, reverse=True) if extra[1:].startswith(f"{each} ")
                )
                value, _, note = extra[len(kind) + 2 :].partition("|") if "|INJ" in extra or "|FS" in extra or "|GIT" in extra else (extra[len(kind) + 2 :], "", "")  # fmt: skip
                self.sights.append(
                    Seen(place, Sight(place[1], kind, value, f"e{name}", f"c{name}", "", self.agent, note))
                )


def tree_of(text: str) -> SessionTree:
    """The session that an example stands for."""
    steps = Steps()
    for step in text.split(" ; "):
        tool, _, rest = step.strip().partition(":")
        target, *extras = (part.strip() for part in _EXTRA.split(rest))
        if tool == "agent":
            steps.agent = target
        elif tool in ("prompt", "mode"):
            steps.moment("prompt" if tool == "prompt" else "mode", rest.strip())
        else:
            steps.call(tool, target, extras)
    return steps.tree
