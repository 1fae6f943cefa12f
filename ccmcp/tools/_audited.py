"""
What audit_findings and compliance_report have found: the catalogue's findings with what is known of their rules and decided about them.

A module of its own, so that a command line that asks for something else loads no rules.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import PurePath

from ccmcp import __version__, decisions
from ccmcp.audit import catalogue, ruleset
from ccmcp.audit.finding import (
    AuditReport,
    Coverage,
    Finding,
    NoiseBudget,
    Outcome,
    Period,
    RuleSet,
    Suppression,
    state_of,
)
from ccmcp.audit.rule import SEVERITIES, Confidence, Severity
from ccmcp.decisions import Decisions
from ccmcp.errors import BadArgumentError, did_you_mean
from ccmcp.history import History
from ccmcp.index import Coverage as Indexed
from ccmcp.index.risks import OUTCOMES, Risk, RiskQuestion, Risks
from ccmcp.tools import Call
from ccmcp.tools._filters import Narrowed, Short, local, session_filter, stamp, times, whole
from ccmcp.tools._recorded import candidates, recorded

CONFIDENCES: tuple[Confidence, ...] = ("signal", "probable", "definite")

NOISE_BUDGET = 0.02
"""High and critical findings on a larger share of the shell calls are more than anybody reads."""

ALIKE = 25
"""So many findings of one rule in one project are shown one by one; the others are counted."""


@dataclass(frozen=True, kw_only=True)
class AuditFilters(Narrowed):
    """Which findings; each left empty means all."""

    session: Short = ""
    """Only this session: its id, a unique prefix of 6 or more characters, or LABEL:ID."""

    rule: Short = ""
    """Only these rules, with commas: GIT-001, CRD (all of that family)."""

    category: Short = ""
    """Only these, with commas: files, git, databases, containers, cloud, execution, credentials, secrets, exfiltration, privilege,
    supply chain, scope, agents, injection, operations, integrity, retention."""

    agent: Short = ""
    """Whose doing: main, subagent (any), a subagent's type (reviewer, Explore ...), or the beginning of its id."""

    outcome: Short = ""
    """Only with these outcomes, with commas: ok, error, interrupted, rejected, denied, pending, unknown; or done, attempted, prevented."""

    fingerprint: Short = ""
    """Only the finding with this fingerprint, or the beginning of one."""

    suppressed: bool = False
    """Also findings that are suppressed."""

    new: bool = False
    """Only findings that are not in the baseline."""

    candidates: bool = False
    """Also what only may be a secret (SEC-004), whatever the severity asked for; of one session, which must be given."""


Entry = Risk | Finding
"""What was found in a call, to be looked up; or beside calls, and told already."""


@dataclass(frozen=True, slots=True)
class Audited:
    """What was found for a question, before it is cut to a page."""

    entries: tuple[Entry, ...]
    """Those to be shown, in order."""
    suppressed: int
    folded: int
    counts: Mapping[str, Mapping[str, int]]
    sessions: int
    """In how many sessions there are any, of any severity."""
    noise: tuple[int, int]
    """Shell calls, and how many of them are flagged high or critical."""
    faults: int


def question(history: History, asked: AuditFilters, call: Call, least: str) -> RiskQuestion:
    """
    What is asked of the catalogue.

    Raises:
        BadArgumentError: there is no such severity, rule, category or outcome.
        CcmcpError: a session or time that is none.

    """
    session = None
    if asked.candidates and not asked.session.strip():
        raise BadArgumentError(
            "candidates", "true", "They are looked for in one session: give session as well."
        )
    if asked.session:
        found, _, _ = history.session_or_subagent(asked.session)
        session = (found.root, found.session_id)
    return RiskQuestion(
        sessions=session_filter(asked, call),
        session=session,
        rules=_rules(asked),
        least=SEVERITIES.index(_one_of("min_severity", least, SEVERITIES)),
        outcomes=_outcomes(asked.outcome),
        agent=whole(asked.agent.strip()),
        fingerprint=whole(asked.fingerprint.strip().lower()),
    )


def _one_of(name: str, asked: str, known: Sequence[Severity]) -> Severity:
    for each in known:
        if each == asked.strip().lower():
            return each
    raise BadArgumentError(name, asked, did_you_mean(asked.strip().lower(), list(known)))


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _rules(asked: AuditFilters) -> frozenset[str]:
    known = catalogue.rules()
    wanted: set[str] = set()
    for part in _listed(asked.rule):
        these = {each for each in known if each == part.upper() or each.startswith(f"{part.upper()}-")}
        if not these:
            raise BadArgumentError("rule", part, did_you_mean(part.upper(), list(known)))
        wanted |= these
    if not asked.category.strip():
        return frozenset(wanted)
    categories = {rule.category for rule in known.values()}
    kept: set[str] = set()
    for part in _listed(asked.category):
        if part.lower() not in categories:
            raise BadArgumentError("category", part, did_you_mean(part.lower(), sorted(categories)))
        kept |= {each for each, rule in known.items() if rule.category == part.lower()}
    both = kept & wanted if wanted else kept
    return frozenset(both or {"(none)"})


def _outcomes(asked: str) -> frozenset[str]:
    wanted: set[str] = set()
    for part in map(str.lower, _listed(asked)):
        these = {each for each in OUTCOMES if part in (each, state_of(_outcome(each)))}
        if not these:
            raise BadArgumentError(
                "outcome", part, did_you_mean(part, [*OUTCOMES, "done", "attempted", "prevented"])
            )
        wanted |= these
    return frozenset(wanted)


def _outcome(text: str) -> Outcome:
    return next((known for known in _OUTCOMES if known == text), "unknown")


_OUTCOMES: tuple[Outcome, ...] = ("ok", "error", "interrupted", "rejected", "denied", "pending", "unknown")


def audited(
    history: History, asked: AuditFilters, wanted: RiskQuestion, decided: Decisions, call: Call
) -> Audited:
    """Everything that is found for a question. Raises BadArgumentError for an agent that nobody is, CcmcpError for other filters."""
    now = _utc(call)
    beside = list(recorded(history, asked, wanted, decided, call))
    if asked.candidates:
        beside += candidates(history, asked.session, decided, call)

    def ask(risks: Risks) -> Audited:
        every: list[Entry] = [*risks.found(wanted), *beside]
        if risks.unknown:
            raise BadArgumentError("agent", asked.agent, did_you_mean(asked.agent, risks.unknown))
        every.sort(key=lambda each: _rank(each, call), reverse=True)
        kept = [each for each in every if not asked.new or each.fingerprint not in decided.baseline]
        shown = [
            each for each in kept if asked.suppressed or decided.suppression(each.fingerprint, now) is None
        ]
        told = list(
            _unlike(shown, risks.projects({each.session for each in shown if isinstance(each, Risk)}))
        )
        counts = _counts(risks.counted(wanted), beside)
        faults = sum(many for _, _, many in risks.sights(("fault",), wanted))
        return Audited(
            tuple(told), len(kept) - len(shown), len(shown) - len(told), counts, risks.sessions(wanted), risks.shell_calls(wanted, SERIOUS), faults
        )  # fmt: skip

    return history.risks(ask)


def _rank(entry: Entry, call: Call) -> tuple[int, int, str]:
    """The more severe, the more was done of it, the later."""
    if isinstance(entry, Risk):
        return entry.level, -OUTCOMES.index(_outcome(entry.outcome)), entry.last_at
    moment = datetime.fromisoformat(entry.at).astimezone(UTC).isoformat() if entry.at else ""
    _ = call
    return SEVERITIES.index(entry.severity), 0, moment


SERIOUS = SEVERITIES.index("high")


def _unlike(entries: Sequence[Entry], projects: Mapping[int, str]) -> Iterator[Entry]:
    """The findings without what has been said often enough: the same rule in the same project again and again."""
    seen: Counter[tuple[str, str]] = Counter()
    for each in entries:
        key = each.rule, projects.get(each.session, "") if isinstance(each, Risk) else each.project
        seen[key] += 1
        if seen[key] <= ALIKE:
            yield each


def _counts(
    counted: Mapping[tuple[str, int, str], int], beside: Sequence[Finding]
) -> dict[str, dict[str, int]]:
    known = catalogue.rules()
    severity: dict[str, int] = dict.fromkeys(reversed(SEVERITIES), 0)
    counts: dict[str, dict[str, int]] = {
        "severity": severity, "state": {"done": 0, "attempted": 0, "prevented": 0, "unknown": 0}, "outcome": {}, "rule": {}, "category": {},
    }  # fmt: skip
    every = Counter(counted)
    every.update((each.rule, SEVERITIES.index(each.severity), each.outcome) for each in beside)
    for (rule, level, outcome), many in sorted(every.items()):
        category = known[rule].category if rule in known else "operations"
        keys = SEVERITIES[level], state_of(_outcome(outcome)), outcome, rule, category
        for count, key in zip(counts.values(), keys, strict=True):
            count[key] = count.get(key, 0) + many
    return counts


def findings(history: History, entries: Sequence[Entry], decided: Decisions, call: Call) -> Iterator[Finding]:
    """What is known of these findings, in their order."""
    known = catalogue.rules()
    now = _utc(call)
    risks = [each for each in entries if isinstance(each, Risk)]
    details = {risk.number: each for risk, each in history.risks(lambda every: every.details(risks))}
    for risk in entries:
        if not isinstance(risk, Risk):
            yield risk
            continue
        each = details.get(risk.number)
        if each is None:
            continue  # its session has gone since
        rule = known.get(risk.rule) or catalogue.unknown_rule(risk.rule)
        suppressed = decided.suppression(risk.fingerprint, now)
        yield Finding(
            rule=risk.rule,
            title=rule.title,
            severity=SEVERITIES[risk.level],
            confidence=CONFIDENCES[each.confidence],
            category=rule.category,
            session_id=each.session.session_id,
            root=each.session.root,
            project=each.session.project,
            at=local(risk.at, call),
            last_at=local(risk.last_at, call) if risk.times > 1 else None,
            entry_id=each.entry_id,
            call_id=each.call_id,
            tool=each.tool,
            evidence=each.evidence,
            target=each.target,
            note=each.note,
            outcome=_outcome(risk.outcome),
            agent=each.agent_kind or each.agent,
            permission_mode=each.mode,
            model=", ".join(each.session.models),
            cwd=each.session.cwd,
            branch=each.session.branch,
            fingerprint=risk.fingerprint,
            times=risk.times,
            sessions=risk.sessions,
            advice=rule.advice,
            permission_rule=rule.permission,
            mappings=rule.mappings,
            file=under(each.file, history),
            line=each.line or None,
            suppression=Suppression(
                reason=suppressed.reason,
                author=suppressed.author,
                since=suppressed.since,
                until=suppressed.until,
            )
            if suppressed
            else None,
            related=each.related,
            new=risk.fingerprint not in decided.baseline,
        )


def under(path: str, history: History) -> str:
    """A transcript's path within its root."""
    for _, root in history.roots:
        if path.startswith((f"{root}/", f"{root}\\")):
            return PurePath(path[len(str(root)) + 1 :]).as_posix()
    return path


def _utc(call: Call) -> str:
    return call.now.astimezone(UTC).isoformat(timespec="seconds")


def decided_in(history: History) -> Decisions:
    """What the user has decided. Raises SettingsError."""
    return decisions.load(history.config.state)


def rule_set() -> RuleSet:
    """What was looked for."""
    known = catalogue.rules()
    return RuleSet(version=__version__, digest=ruleset.digest(), rules=tuple(known.values()))


def zone_of(history: History, call: Call) -> str:
    """The zone that times are shown in."""
    return history.config.timezone or str(
        getattr(call.now.tzinfo, "key", "") or f"UTC{call.now.isoformat()[-6:]}"
    )


def coverage_of(history: History, indexed: Indexed, seen: Mapping[str, tuple[int, int]]) -> Coverage:
    """How much was looked at, for a report."""
    told = history.status()
    return Coverage(
        files=told.files,
        bytes=told.coverage.total_bytes,
        indexed_bytes=indexed.indexed_bytes,
        total_bytes=indexed.total_bytes,
        lines=0,
        damaged=sum(each.lines for each in told.damaged) if told.damaged else 0,
        unknown=0,
        secret_bytes=seen.get("secrets", (0, 0))[0],
        unseen=tuple(indexed.unseen),
        reading=indexed.reading,
    )


def report(history: History, asked: AuditFilters, call: Call, least: str) -> AuditReport:
    """The whole of what is found, for a document. Raises as `question` and `audited`."""
    coverage = history.refresh(call.progress, call.stopped)
    seen = history.analyse(call.progress, call.stopped)
    decided = decided_in(history)
    wanted = question(history, asked, call, least)
    found = audited(history, replace(asked, suppressed=True), wanted, decided, call)
    since, until = times(asked, call)
    every = tuple(findings(history, found.entries, decided, call))
    return AuditReport(
        findings=every,
        period=Period(
            since=local(stamp(since), call), until=local(stamp(until), call), timezone=zone_of(history, call)
        ),
        rule_set=rule_set(),
        coverage=coverage_of(history, coverage, seen),
        noise=NoiseBudget(bash_calls=found.noise[0], flagged_calls=found.noise[1], most_share=NOISE_BUDGET),
        tool_version=__version__,
        generated_at=call.now.isoformat(timespec="seconds"),
        total=len(every) + found.folded,
    )
