"""The findings of a history, filtered, with what came of each and the same thing done again as one. I/O: reads the catalogue."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ccmcp.index.agents import kinds_of_agents, known_kinds, of_agents
from ccmcp.index.catalog import Catalog, portions
from ccmcp.index.deeds import Deeds, deeds
from ccmcp.index.listing import WITH_UNLISTED, Session, SessionFilter, sessions_by_number, where

OUTCOMES = ("ok", "error", "interrupted", "rejected", "denied", "pending", "unknown")
"""Those that were done come first, then what was tried, then what was prevented."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskQuestion:
    """Which findings are asked for; what is left empty leaves all."""

    sessions: SessionFilter = field(default_factory=SessionFilter)
    """Its times bound when things were done, not whole sessions."""
    session: tuple[str, str] | None = None
    """Root and id: of this session alone."""
    rules: Collection[str] = ()
    least: int = 0
    """The least severity: 0 info to 4 critical."""
    outcomes: Collection[str] = ()
    agent: str = ""
    """main, subagent, a kind of subagents or the beginning of an id."""
    fingerprint: str = ""
    """Or the beginning of one."""


@dataclass(frozen=True, slots=True)
class Risk:
    """One thing that was found in a project, however often it was done there."""

    number: int
    """Of the row that tells it best: the most severe, of those done the first."""
    session: int
    """Of that row."""
    rule: str
    fingerprint: str
    level: int
    outcome: str
    at: str
    """When that row's was done; ISO 8601, UTC, empty when unknown."""
    first_at: str
    last_at: str
    times: int
    sessions: int
    """In so many of its project."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskDetails:
    """All that is kept of a finding."""

    session: Session
    rule: str
    level: int
    confidence: int
    entry_id: str
    call_id: str
    tool: str
    agent: str
    agent_kind: str
    target: str
    evidence: str
    note: str
    related: tuple[str, ...]
    mode: str
    """The permission mode that held; empty when the transcript does not say."""
    file: str
    offset: int
    line: int
    """Its number in the file, from 1; 0 when unknown."""


class Secret(NamedTuple):
    """One secret that came up, known by its fingerprint only."""

    name: str
    """Kind and fingerprint."""
    sessions: int
    projects: int
    first_at: str
    last_at: str
    root: str
    """With project and session_id: of the last session it came up in."""
    project: str
    session_id: str
    level: int


class _Group:
    """The same thing, done again and again in a project."""

    __slots__ = ("first", "last", "number", "outcome", "rank", "rule", "session", "sessions", "times")

    def __init__(
        self, rank: tuple[int, int, str], number: int, session: int, rule: str, outcome: str
    ) -> None:
        self.rank, self.number, self.session, self.rule, self.outcome = rank, number, session, rule, outcome
        self.first = self.last = rank[2]
        self.times = 0
        self.sessions: set[int] = set()

    def see(self, rank: tuple[int, int, str], number: int, session: int, outcome: str) -> None:
        """Take in one more."""
        if rank < self.rank:
            self.rank, self.number, self.session, self.outcome = rank, number, session, outcome
        at = rank[2]
        self.first, self.last = min(self.first or at, at or self.first), max(self.last, at)
        self.times += 1
        self.sessions.add(session)

    def risk(self, fingerprint: str) -> Risk:
        """What they come to."""
        return Risk(
            self.number, self.session, self.rule, fingerprint, -self.rank[0], self.outcome, self.rank[2], self.first, self.last,
            self.times, len(self.sessions),
        )  # fmt: skip


class Risks:
    """What one moment's catalogue knows of findings."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self.unknown: tuple[str, ...] = ()
        """Where the agent asked for is nobody, who could have been."""

    def found(self, question: RiskQuestion) -> list[Risk]:
        """
        What was found, the most severe first, of those what was done, of those the latest.

        Raises:
            CcmcpError: a filter names what is not there.

        """
        condition, values = self._condition(question)
        rows = self._catalog.execute(
            "SELECT r.rowid, r.session, s.project, r.rule, r.fingerprint, r.level, r.at, "  # noqa: S608 - our own condition
            "CASE WHEN r.call_id = '' THEN 'ok' ELSE COALESCE((SELECT c.outcome FROM calls c WHERE c.call_id = r.call_id "
            "AND c.session = r.session), 'unknown') END FROM findings r JOIN sessions s ON s.id = r.session "
            f"WHERE r.level >= ? AND {condition}",
            [question.least, *values],
        )
        groups: dict[tuple[str, str], _Group] = {}
        for number, session, project, rule, print_, level, at, outcome in rows:
            if question.outcomes and outcome not in question.outcomes:
                continue
            rank = (-level, _RANKS.get(outcome, _LAST), at)
            group = groups.setdefault((project, print_), _Group(rank, number, session, rule, outcome))
            group.see(rank, number, session, outcome)
        found = [group.risk(print_) for (_, print_), group in groups.items()]
        found.sort(key=lambda risk: risk.last_at, reverse=True)
        found.sort(key=lambda risk: (-risk.level, _RANKS.get(risk.outcome, _LAST)))
        return found

    def counted(self, question: RiskQuestion) -> dict[tuple[str, int, str], int]:
        """How many findings there are of each rule, severity and outcome, of every severity; repetitions count."""
        condition, values = self._condition(question)
        rows = self._catalog.execute(
            "SELECT r.rule, r.level, CASE WHEN r.call_id = '' THEN 'ok' ELSE COALESCE(c.outcome, 'unknown') END AS outcome, COUNT(*) "  # noqa: S608 - our own condition
            "FROM findings r LEFT JOIN calls c ON c.call_id = r.call_id AND c.session = r.session "
            f"WHERE {condition} GROUP BY 1, 2, 3",
            values,
        )
        return {(rule, level, outcome): count for rule, level, outcome, count in rows}

    def sessions(self, question: RiskQuestion) -> int:
        """In how many sessions something was found, of any severity."""
        condition, values = self._condition(question)
        [(count,)] = self._catalog.rows(
            f"SELECT COUNT(DISTINCT r.session) FROM findings r WHERE {condition}",  # noqa: S608 - our own condition
            values,
        )
        return int(str(count))

    def details(self, risks: Sequence[Risk]) -> list[tuple[Risk, RiskDetails]]:
        """All that is kept of these, in their order; without those that are no more."""
        sessions = sessions_by_number(self._catalog, sorted({risk.session for risk in risks}))
        kinds = known_kinds(self._catalog, sorted(sessions)) if risks else {}
        rows: dict[int, Any] = {}
        for some, places in portions([risk.number for risk in risks]):
            for number, *columns in self._catalog.execute(
                "SELECT r.rowid, r.confidence, r.entry_id, r.call_id, r.tool, r.agent, r.target, r.evidence, r.note, r.related, "  # noqa: S608 - placeholders
                "COALESCE((SELECT m.text FROM moments m WHERE m.session = r.session AND m.kind = 'mode' AND m.at <= r.at "
                "ORDER BY m.at DESC, m.offset DESC LIMIT 1), ''), f.path, r.offset, r.line FROM findings r JOIN files f ON f.id = r.file "
                f"WHERE r.rowid IN ({places})",
                some,
            ):
                rows[number] = columns
        return [
            (risk, _details(risk, sessions[risk.session], kinds, rows[risk.number]))
            for risk in risks
            if risk.number in rows and risk.session in sessions
        ]

    def projects(self, sessions: Collection[int]) -> dict[int, str]:
        """The projects of these sessions, by the sessions' numbers."""
        return {
            int(str(number)): str(project)
            for some, places in portions(sorted(sessions))
            for number, project in self._catalog.rows(
                f"SELECT id, project FROM sessions WHERE id IN ({places})",  # noqa: S608 - placeholders
                some,
            )
        }

    def first_seen(
        self, kinds: Collection[str], question: RiskQuestion
    ) -> list[tuple[str, str, str, str, int, int]]:
        """
        What was seen for the first time in its project within the question's times, newest first.

        (kind, value, project, when, in which session by its number, how often since).
        """
        wanted = question.sessions
        condition, values = where(
            self._catalog,
            SessionFilter(project=wanted.project, this_project=wanted.this_project, root=wanted.root),
            kept=WITH_UNLISTED,
        )
        rows = self._catalog.rows(
            f"SELECT g.kind, g.value, s.project, MIN(g.at), s.id, COUNT(*) FROM sights g JOIN sessions s ON s.id = g.session "  # noqa: S608 - placeholders
            f"WHERE g.kind IN ({', '.join('?' * len(kinds))}) AND g.at != '' AND {condition} GROUP BY 1, 2, 3",
            [*kinds, *values],
        )
        found = [
            (str(kind), str(value), str(project), str(at), int(str(session)), int(str(times)))
            for kind, value, project, at, session, times in rows
            if str(at) >= wanted.since and (not wanted.until or str(at) < wanted.until)
        ]
        return sorted(found, key=lambda row: row[3], reverse=True)

    def named(self, sessions: Collection[int]) -> dict[int, tuple[str, str]]:
        """Root and id of these sessions, by their numbers."""
        return {
            int(str(number)): (str(root), str(session))
            for some, places in portions(sorted(sessions))
            for number, root, session in self._catalog.rows(
                f"SELECT id, root, session_id FROM sessions WHERE id IN ({places})",  # noqa: S608 - placeholders
                some,
            )
        }

    def secrets(self, question: RiskQuestion) -> list[Secret]:
        """The secrets that came up in what is asked for, the one seen in most sessions first."""
        condition, values = self._within(question, "r")
        rows = self._catalog.rows(
            "SELECT r.target, COUNT(DISTINCT r.session), COUNT(DISTINCT s.project), MIN(r.at), MAX(r.at), s.root, s.project, "  # noqa: S608 - our own condition
            "s.session_id, MAX(r.level) FROM findings r JOIN sessions s ON s.id = r.session "
            f"WHERE r.rule IN ('SEC-001', 'SEC-002', 'SEC-003') AND r.level >= 1 AND {condition} GROUP BY r.target ORDER BY 2 DESC, 1",
            values,
        )
        return [Secret._make(row) for row in rows]

    def deeds(self, question: RiskQuestion) -> Deeds:
        """What was done in what is asked for, found to be risky or not."""
        return deeds(self._catalog, question.sessions, question.session)

    def sights(self, kinds: Collection[str], question: RiskQuestion) -> list[tuple[str, str, int]]:
        """How often each was seen: (kind, value, times), the most frequent first."""
        condition, values = self._within(question, "g")
        rows = self._catalog.rows(
            f"SELECT g.kind, g.value, COUNT(*) FROM sights g WHERE g.kind IN ({', '.join('?' * len(kinds))}) AND {condition} "  # noqa: S608 - placeholders
            "GROUP BY 1, 2 ORDER BY 3 DESC, 2",
            [*kinds, *values],
        )
        return [(str(kind), str(value), int(str(times))) for kind, value, times in rows]

    def shell_calls(self, question: RiskQuestion, least: int) -> tuple[int, int]:
        """How many shell calls there are, and on how many of them something of at least this severity was found."""
        condition, values = self._within(question, "c")
        [(every,)] = self._catalog.rows(
            f"SELECT COUNT(*) FROM calls c WHERE c.tool = 'Bash' AND {condition}",  # noqa: S608 - our own condition
            values,
        )
        condition, values = self._within(question, "r")
        [(some,)] = self._catalog.rows(
            f"SELECT COUNT(DISTINCT r.call_id) FROM findings r WHERE r.tool = 'Bash' AND r.level >= ? AND {condition}",  # noqa: S608 - our own condition
            [least, *values],
        )
        return int(str(every)), int(str(some))

    def _condition(self, question: RiskQuestion) -> tuple[str, list[object]]:
        condition, values = self._within(question, "r")
        if question.rules:
            condition += f" AND r.rule IN ({', '.join('?' * len(question.rules))})"
            values.extend(question.rules)
        if question.fingerprint:
            condition += " AND r.fingerprint >= ? AND r.fingerprint < ?"
            values.extend((question.fingerprint, f"{question.fingerprint}g"))
        if question.agent:
            (told, its), self.unknown = of_agents(question.agent, "r", lambda: kinds_of_agents(self._catalog))
            condition += f" AND {told}"
            values.extend(its)
        return condition, values

    def _within(self, question: RiskQuestion, row: str) -> tuple[str, list[object]]:
        """The sessions and times asked for, as a condition over rows with a session and a time."""
        wanted = question.sessions
        parts = list(_times(wanted, row))
        without = SessionFilter(
            project=wanted.project, this_project=wanted.this_project, branch=wanted.branch, model=wanted.model, root=wanted.root,
        )  # fmt: skip
        condition, values = where(self._catalog, without, session=question.session, kept=WITH_UNLISTED)
        parts.append((f"{row}.session IN (SELECT s.id FROM sessions s WHERE {condition})", values))  # noqa: S608 - our own condition
        return " AND ".join(part for part, _ in parts), [value for _, its in parts for value in its]


_RANKS = {outcome: place for place, outcome in enumerate(OUTCOMES)}
_LAST = len(OUTCOMES)


def _times(wanted: SessionFilter, row: str) -> Iterator[tuple[str, list[object]]]:
    if wanted.since:
        yield f"{row}.at >= ?", [wanted.since]
    if wanted.until:
        yield f"{row}.at < ? AND {row}.at != ''", [wanted.until]


def _details(risk: Risk, session: Session, kinds: Any, row: Sequence[Any]) -> RiskDetails:
    confidence, entry, call, tool, agent, target, evidence, note, related, mode, path, offset, line = row
    return RiskDetails(
        session=session, rule=risk.rule, level=risk.level, confidence=confidence, entry_id=entry, call_id=call, tool=tool,
        agent=agent, agent_kind=kinds.get((risk.session, agent), ""), target=target, evidence=evidence, note=note,
        related=tuple(related.split()), mode=mode, file=path, offset=offset, line=line,
    )  # fmt: skip
