"""What a session did, in the order of the clock: each call with what was found and seen in it. Pure."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ccmcp.audit.rule import Hit, Severity
from ccmcp.index.activity import CallDone, Moment, Place
from ccmcp.index.analysis import FindingRow, Sight
from ccmcp.index.judging import SessionTree

REFUSED = frozenset({"rejected", "denied"})
"""Outcomes of calls that were not made."""

BYPASSING = frozenset({"bypassPermissions"})
"""Modes in which nobody is asked, and nothing is refused."""

UNASKED = BYPASSING | {"acceptEdits", "auto", "dontAsk"}
"""Modes in which an action may run that nobody was asked about."""

SERIOUS = 3
"""The level of a high finding."""

MINUTE = 60_000


@dataclass(frozen=True, slots=True)
class TreeHit(Hit):
    """Something found of a session as a whole, at one place of it."""

    place: Place = (0, 0)
    entry_id: str = ""
    call_id: str = ""
    at: int = 0
    """Milliseconds since 1970, UTC; 0 when unknown."""
    tool: str = ""
    agent: str = ""
    evidence: str = ""
    related: tuple[str, ...] = ()
    """Entries that have to do with it."""


@dataclass(frozen=True, slots=True)
class Step:
    """One call, with all that is known of it."""

    number: int
    """Its place in the course."""
    call: CallDone
    mode: str
    """The permission mode it was made in; empty when unknown."""
    findings: tuple[FindingRow, ...] = ()
    sights: tuple[Sight, ...] = ()

    @property
    def made(self) -> bool:
        """Whether it was not refused."""
        return self.call.outcome not in REFUSED

    @property
    def done(self) -> bool:
        """Whether it did what it was to do, as far as is known."""
        return self.call.outcome in ("ok", "unknown", "pending")

    @property
    def allowed(self) -> bool:
        """Whether the user was asked about this very call, and said yes (2.1.330)."""
        return self.call.permission.startswith("accept user")

    @property
    def level(self) -> int:
        """The level of the worst that was found in it; -1 when nothing was."""
        return max((row.level for row in self.findings), default=-1)

    def seen(self, *kinds: str) -> Iterator[Sight]:
        """What was seen in it of these kinds."""
        return (sight for sight in self.sights if sight.kind in kinds)


class Course:
    """A session with its subagents as one line of steps."""

    def __init__(self, tree: SessionTree) -> None:
        modes = _Modes(tree.moments)
        findings, sights = defaultdict[str, list[FindingRow]](list), defaultdict[str, list[Sight]](list)
        for kept in tree.findings:
            findings[kept.row.call_id].append(kept.row)
        for seen in tree.sights:
            sights[seen.row.call_id].append(seen.row)
        self.project = tree.project
        self.steps: tuple[Step, ...] = tuple(
            Step(
                number,
                call,
                modes.at(at, call.place),
                tuple(findings.get(call.call_id, ())) if call.call_id else (),
                tuple(sights.get(call.call_id, ())) if call.call_id else (),
            )
            for number, (at, call) in enumerate(_by_clock(tree.calls))
        )
        self.prompts: tuple[Moment, ...] = tuple(
            moment
            for _, moment in _by_clock([each for each in tree.moments if each.kind in ("prompt", "command")])
        )
        self.modes: tuple[Moment, ...] = tuple(moment for moment in tree.moments if moment.kind == "mode")
        self.by_call = {step.call.call_id: step for step in self.steps if step.call.call_id}
        self._prompt_times = [moment.at for moment in self.prompts]

    def after(self, step: Step, *, calls: int, minutes: int) -> Sequence[Step]:
        """The steps after one, at most so many, and not later than so many minutes where the time is known."""
        some = self.steps[step.number + 1 : step.number + 1 + calls]
        if not step.call.at:
            return some
        last = step.call.at + minutes * MINUTE
        return [each for each in some if each.call.at <= last]

    def prompts_between(self, start: int, end: int) -> Sequence[Moment]:
        """What the user said from one time to another."""
        return self.prompts[bisect_left(self._prompt_times, start) : bisect_right(self._prompt_times, end)]

    def prompts_before(self, at: int) -> Sequence[Moment]:
        """What the user had said by then."""
        return self.prompts[: bisect_right(self._prompt_times, at)]

    def hit(
        self,
        step: Step,
        target: str,
        *,
        severity: Severity | None = None,
        note: str = "",
        related: Sequence[str] = (),
        evidence: str = "",
    ) -> TreeHit:
        """A hit at a step."""
        call = step.call
        return TreeHit(
            target, severity, note, place=call.place, entry_id=call.entry_id, call_id=call.call_id, at=call.at, tool=call.tool, agent=call.agent,
            evidence=evidence or call.target, related=tuple(dict.fromkeys(filter(None, related))),
        )  # fmt: skip


class _Modes:
    """Which permission mode held when: by the place in a file that tells of modes, else by the clock of the main one."""

    def __init__(self, moments: Sequence[Moment]) -> None:
        changes = [moment for moment in moments if moment.kind == "mode"]
        self._places: dict[int, tuple[list[int], list[str]]] = {}
        for moment in sorted(changes, key=lambda each: each.place):
            offsets, modes = self._places.setdefault(moment.place[0], ([], []))
            offsets.append(moment.place[1])
            modes.append(moment.text)
        timed = sorted(
            (moment for moment in changes if moment.at and not moment.agent), key=lambda each: each.at
        )
        self._times = [moment.at for moment in timed]
        self._modes = [moment.text for moment in timed]

    def at(self, at: int, place: Place) -> str:
        offsets, modes = self._places.get(place[0], ([], []))
        if number := bisect_right(offsets, place[1]):
            return modes[number - 1]
        number = bisect_right(self._times, at)
        return self._modes[number - 1] if number else ""


R = TypeVar("R", CallDone, Moment)


def _by_clock(rows: Sequence[R]) -> list[tuple[int, R]]:
    """The rows by time, one without a time right after the one before it in its file."""
    timed: list[tuple[int, R]] = []
    last = (-1, 0)
    for row in sorted(rows, key=lambda each: each.place):
        file, at = row.place[0], row.at
        if not at:
            at = last[1] if last[0] == file else 0
        last = (file, at)
        timed.append((at, row))
    return sorted(timed, key=lambda each: (each[0], each[1].place))
