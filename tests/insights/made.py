"""Sessions that never were: each method adds what one line of a transcript would tell."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from ccmcp.index.activity import Activity, AgentRun, CallDone, Moment, MomentKind, Spent
from ccmcp.index.listing import Session
from ccmcp.insights import Finding, Prices, Rates, Review, Window, all_patterns, review

MINUTE = 60_000
START = 1_754_042_400_000
"""2025-08-01 10:00 UTC."""

INPUT, OUTPUT, WRITE, READ = Decimal("0.01"), Decimal("0.05"), Decimal("0.02"), Decimal("0.001")
"""USD a token: so dear that a test can reckon with it."""


def cost(spent: Spent) -> Decimal | None:
    """What a response cost; models of glm have no price."""
    if spent.model.startswith("glm"):
        return None
    return spent.input * INPUT + spent.output * OUTPUT + spent.cache_write * WRITE + spent.cache_read * READ


def rates(spent: Spent) -> Rates | None:
    return None if spent.model.startswith("glm") else Rates(input=INPUT, write=WRITE, read=READ)


PRICES = Prices(cost=cost, rates=rates)


def digest(text: str) -> int:
    return zlib.crc32(text.encode()) + 1


@dataclass
class Made:
    """A session under construction; a minute passes from line to line."""

    name: str = "it"
    project: str = "/work/demo"
    number: int = 1
    start: int = START
    model: str = "claude-opus-5"
    _calls: list[CallDone] = field(default_factory=list)
    _moments: list[Moment] = field(default_factory=list)
    _spent: list[Spent] = field(default_factory=list)
    _agents: list[AgentRun] = field(default_factory=list)
    _line: int = 0

    def _next(self, agent: str) -> tuple[tuple[int, int], int]:
        """The place and the time of the next line: of a file of its own for each agent."""
        self._line += 1
        file = 10 * self.number + (digest(agent) % 7 + 1 if agent else 0)
        return (file, 1000 * self._line), self.start + self._line * MINUTE

    def moment(
        self, kind: MomentKind, text: str = "", *, agent: str = "", amount: int = 0, after: int = 0
    ) -> str:
        place, at = self._next(agent)
        entry = f"{self.name}-{self._line}"
        self._moments.append(
            Moment(
                place=place,
                entry_id=entry,
                at=at,
                kind=kind,
                agent=agent,
                text=text,
                amount=amount,
                after=after,
            )
        )
        return entry

    def prompt(self, text: str = "go on") -> str:
        return self.moment("prompt", text)

    def stopped(self) -> str:
        return self.moment("interruption")

    def answer(self, *, agent: str = "", **tokens: Any) -> Spent:
        """A response; without tokens a hundred are read from the cache, and ten come back."""
        place, at = self._next(agent)
        given: dict[str, Any] = {
            "place": place, "end_place": place, "at": at, "end_at": at, "model": self.model, "agent": agent, "branch": "main",
            "stop_reason": "end_turn", "input": 0, "output": 10, "cache_write": 0, "cache_write_5m": 0, "cache_write_1h": 0,
            "cache_read": 100, "web_searches": 0, "speed": "", "service_tier": "", "geo": "",
        }  # fmt: skip
        spent = Spent(**given | tokens)
        self._spent.append(spent)
        return spent

    def call(
        self,
        tool: str,
        target: str,
        result: str = "done",
        *,
        agent: str = "",
        given: str = "",
        seconds: int = 1,
        together: bool = False,
        **more: Any,
    ) -> CallDone:
        """A call and its result, by a response of its own unless it comes together with the call before."""
        if not together:
            self.answer(agent=agent, stop_reason="tool_use")
        spent = self._spent[-1]
        place = (spent.place[0], spent.place[1] + 1 + sum(call.place >= spent.place for call in self._calls))
        self._spent[-1] = replace(spent, end_place=place)
        result_place, _ = self._next(agent)
        outcome = more.get("outcome", "ok")
        call = CallDone(
            place=place, entry_id=f"{self.name}-{self._line}", call_id=f"toolu-{self.name}-{self._line}", at=spent.at, tool=tool,
            target=target, agent=agent, input_hash=digest(tool + target + given), undo_hash=0, outcome=outcome,
            error=result if outcome != "ok" else "", result_at=spent.at + 1000 * seconds, result_entry=f"{self.name}-{self._line}r",
            result_place=None if outcome == "pending" else result_place, result_chars=len(result), result_hash=digest(result),
            permission="",
        )  # fmt: skip
        self._calls.append(replace(call, **{key: value for key, value in more.items() if key != "outcome"}))
        return self._calls[-1]

    def shell(self, command: str, result: str = "done", **more: Any) -> CallDone:
        return self.call("Bash", command, result, **more)

    def failing(self, command: str, error: str, **more: Any) -> CallDone:
        return self.shell(command, error, outcome="error", **more)

    def read(self, path: str = "/work/demo/app.py", characters: int = 400, **more: Any) -> CallDone:
        return self.call("Read", path, "x" * characters, **more)

    def edit(self, path: str, old: str, new: str, **more: Any) -> CallDone:
        hashes = {"input_hash": digest(f"{old}\0{new}"), "undo_hash": digest(f"{new}\0{old}")}
        return self.call("Edit", path, **hashes | more)

    def agent(
        self, agent: str, call: CallDone, kind: str = "Explore", description: str = "look around"
    ) -> None:
        self._agents.append(AgentRun(agent=agent, kind=kind, description=description, call_id=call.call_id))

    @property
    def ended(self) -> int:
        """When its last line was written, in milliseconds."""
        return self.start + self._line * MINUTE

    @property
    def activity(self) -> Activity:
        session = Session(
            number=self.number, root="claude", session_id=self.name, project=self.project, cwd=self.project, folder="f",
            title=self.name, title_from="prompt", started_at=None, ended_at=None, branch="main", models=(), turns=0, messages=1,
            tool_calls=len(self._calls), subagents=len(self._agents), compactions=0, version="2.1.330", entrypoint="cli",
            ended=self.ended // 1000, main_path=None,
        )  # fmt: skip
        return Activity(
            session=session,
            calls=tuple(self._calls),
            moments=tuple(self._moments),
            spent=tuple(self._spent),
            agents=tuple(self._agents),
        )


def reviewed(made: Made | Sequence[Made], *names: str, window: Window | None = None) -> Review:
    """A review of these sessions, by all patterns or those named."""
    sessions = [made] if isinstance(made, Made) else made
    patterns = [pattern for pattern in all_patterns() if not names or pattern.name in names]
    return review([each.activity for each in sessions], patterns, PRICES, window or Window())


def found(made: Made | Sequence[Made], name: str) -> dict[str, Finding]:
    """What one pattern finds, by subject."""
    return {finding.subject: finding for finding in reviewed(made, name).findings}


def pasted(finding: Finding) -> str:
    return finding.pattern.advise(finding).paste
