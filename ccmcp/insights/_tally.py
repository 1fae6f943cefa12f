"""Signs of a pattern, as they come -> what they add up to. Pure."""

from collections import Counter
from dataclasses import dataclass, field

from ccmcp.index.listing import Session
from ccmcp.insights._pattern import Evidence, Finding, Pattern, Sign
from ccmcp.work.cost import NOTHING, Cost

_EVIDENCE = 3
"""How many sightings a finding keeps: enough to see that it is one."""


@dataclass(slots=True)
class _Heap:
    """Signs of one subject and kind, where it is local of one project."""

    times: int = 0
    seconds: int = 0
    cost: Cost = NOTHING
    sessions: set[int] = field(default_factory=set)
    projects: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    remedies: Counter[str] = field(default_factory=Counter)
    evidence: list[Evidence] = field(default_factory=list)

    def add(self, session: Session, sign: Sign) -> None:
        self.times += sign.times
        self.seconds += sign.seconds
        self.cost += sign.cost
        self.sessions.add(session.number)
        self.projects[session.project] += sign.times
        self.notes.update([sign.note] if sign.note else ())
        self.remedies.update([sign.remedy] if sign.remedy else ())
        self.evidence.append(Evidence(session=session, entry_id=sign.entry_id, at=sign.at, note=sign.note))
        if len(self.evidence) > 10 * _EVIDENCE:
            self.evidence = _newest(self.evidence)


class Tally:
    """What was seen of one pattern."""

    def __init__(self, pattern: Pattern) -> None:
        """Of this one."""
        self.pattern = pattern
        self.times = 0
        self.cost = NOTHING
        self.sessions: set[int] = set()
        self._heaps: dict[tuple[str, str, str], _Heap] = {}

    def add(self, session: Session, sign: Sign) -> None:
        """Count a sign."""
        self.times += sign.times
        self.cost += sign.cost
        self.sessions.add(session.number)
        key = (sign.subject, sign.kind, session.project if sign.local else "")
        self._heaps.setdefault(key, _Heap()).add(session, sign)

    def findings(self) -> list[Finding]:
        """What was seen often enough."""
        return [
            Finding(
                pattern=self.pattern,
                subject=subject,
                kind=kind,
                times=heap.times,
                sessions=len(heap.sessions),
                projects=tuple(project for project, _ in heap.projects.most_common()),
                note=_most(heap.notes),
                remedy=_most(heap.remedies),
                evidence=tuple(_newest(heap.evidence)),
                cost=heap.cost,
                seconds=heap.seconds,
            )
            for (subject, kind, _), heap in self._heaps.items()
            if heap.times >= self.pattern.least
        ]


def _most(said: Counter[str]) -> str:
    return said.most_common(1)[0][0] if said else ""


def _newest(evidence: list[Evidence]) -> list[Evidence]:
    return sorted(evidence, key=lambda each: each.at, reverse=True)[:_EVIDENCE]
