"""What an audit found, and its report. Values only: every text in them is redacted and sanitised already."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from ccmcp.audit.rule import SEVERITIES, Category, Confidence, Mappings, Rule, Severity

Outcome: TypeAlias = Literal["ok", "error", "interrupted", "rejected", "denied", "pending", "unknown"]
State: TypeAlias = Literal["done", "attempted", "prevented", "unknown"]

STATES: tuple[State, ...] = ("done", "attempted", "prevented", "unknown")
"""In the order in which they deserve a look."""

MOST_SEVERE: tuple[Severity, ...] = tuple(reversed(SEVERITIES))
"""From the most to the least severe."""

LONGEST_EVIDENCE = 500
"""Characters of evidence that a finding holds at most."""

_STATES: dict[Outcome, State] = {
    "ok": "done", "error": "attempted", "interrupted": "attempted", "rejected": "prevented", "denied": "prevented",
}  # fmt: skip


def state_of(outcome: Outcome) -> State:
    """What came of an action: it was done, only attempted (failed, stopped on the way), prevented (by the user, a rule, a hook)."""
    return _STATES.get(outcome, "unknown")


# -- findings


@dataclass(frozen=True, kw_only=True)
class Suppression:
    """A decision of the user's that a finding needs no more attention."""

    reason: str
    author: str = ""
    """Who decided, as they named themselves."""

    since: str | None = None
    """ISO 8601."""

    until: str | None = None
    """When the finding comes back; none for never."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that a rule found in the history; the same thing done again is counted in `times`."""

    rule: str
    """GIT-001"""

    title: str
    severity: Severity
    confidence: Confidence
    category: Category
    session_id: str
    root: str
    """The label of the root it was found in: whose history it is."""

    project: str
    at: str | None
    """When it was done first, ISO 8601 with offset."""

    last_at: str | None = None
    """When it was done last, where it was done more than once."""

    entry_id: str = ""
    call_id: str = ""
    """The tool_use_id."""

    tool: str = ""
    evidence: str = ""
    """The command, path, URL or text, redacted; at most `LONGEST_EVIDENCE` characters."""

    target: str = ""
    """What it was done to, normalised."""

    note: str = ""
    """Why it is more or less severe than usual."""

    outcome: Outcome = "unknown"
    agent: str = ""
    """The type or id of the subagent that did it; empty for the main conversation."""

    permission_mode: str = ""
    model: str = ""
    cwd: str = ""
    branch: str = ""
    fingerprint: str = ""
    """16 hex digits that stay the same from one audit to the next."""

    times: int = 1
    sessions: int = 1
    """In so many sessions of its project."""

    advice: str = ""
    permission_rule: str = ""
    """The rule of Claude Code's settings that would have stopped it; empty when none can."""

    mappings: Mappings = field(default_factory=Mappings)
    file: str = ""
    """The transcript, as it is shown: relative to the root where it lies within."""

    line: int | None = None
    suppression: Suppression | None = None
    related: tuple[str, ...] = ()
    """Entries that have to do with it: what was read before it was sent, what was denied before it was done another way."""

    new: bool = True
    """Whether it is not in the baseline."""

    @property
    def state(self) -> State:
        """What came of it."""
        return state_of(self.outcome)


@dataclass(frozen=True, kw_only=True)
class RuleDescription:
    """What a report says of a rule."""

    id: str
    version: int
    title: str
    severity: Severity
    confidence: Confidence
    category: Category
    matches: str
    false_positives: str
    advice: str
    permission: str = ""
    mappings: Mappings = field(default_factory=Mappings)


def described(rule: Rule[Any]) -> RuleDescription:
    """What a report says of a rule."""
    return RuleDescription(
        id=rule.id, version=rule.version, title=rule.title, severity=rule.severity, confidence=rule.confidence,
        category=rule.category, matches=rule.matches, false_positives=rule.false_positives, advice=rule.advice,
        permission=rule.permission, mappings=rule.mappings,
    )  # fmt: skip


# -- what was looked at


@dataclass(frozen=True, kw_only=True)
class Period:
    """The time that a report is about."""

    since: str | None = None
    """ISO 8601 with offset; none from the first record on."""

    until: str | None = None
    """The first moment after it; none up to when the report was made."""

    timezone: str = "UTC"


@dataclass(frozen=True, kw_only=True)
class RuleSet:
    """What was looked for."""

    version: str
    digest: str
    """SHA-256 over the rules, their versions and settings, hex."""

    rules: tuple[RuleDescription, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """How much of the history was looked at."""

    files: int = 0
    bytes: int = 0
    """Of these files."""

    indexed_bytes: int = 0
    total_bytes: int = 0
    lines: int = 0
    damaged: int = 0
    """Lines that are no JSON."""

    unknown: int = 0
    """Lines of a kind that is not known."""

    secret_bytes: int = 0
    """Bytes of text that were searched for secrets."""

    unseen: tuple[str, ...] = ()
    """What could not be read, and why: one line each."""

    reading: bool = False
    """Whether more of it is being read now."""

    @property
    def complete(self) -> bool:
        """Whether all of it was looked at."""
        return self.indexed_bytes >= self.total_bytes and not self.reading and not self.unseen


@dataclass(frozen=True, kw_only=True)
class NoiseBudget:
    """How much attention the findings ask for, against how much they may."""

    calls: int = 0
    """Tool calls in the period."""

    bash_calls: int = 0
    flagged_calls: int = 0
    """Bash calls with a high or critical finding."""

    most_share: float = 0.02
    """The share of Bash calls that may be flagged so."""

    @property
    def share(self) -> float:
        """The share of Bash calls that are."""
        return self.flagged_calls / self.bash_calls if self.bash_calls else 0.0

    @property
    def kept(self) -> bool:
        """Whether the budget is kept."""
        return self.share <= self.most_share


# -- the audit's report


@dataclass(frozen=True, kw_only=True)
class AuditReport:
    """What was risky in a period."""

    findings: tuple[Finding, ...]
    """The most severe first; suppressed ones too, where they were asked for."""

    period: Period = field(default_factory=Period)
    rule_set: RuleSet
    coverage: Coverage = field(default_factory=Coverage)
    noise: NoiseBudget = field(default_factory=NoiseBudget)
    tool_version: str
    generated_at: str
    suppressed: int = 0
    """Findings that are suppressed and not among these."""

    total: int | None = None
    """All findings, where these are a page of them."""

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """How many findings there are by severity, outcome, state, rule and category; suppressed ones don't count."""
        return counted(self.findings)


def counted(findings: Iterable[Finding]) -> dict[str, dict[str, int]]:
    """How many findings there are by severity (all of them, the most severe first), outcome, state, rule and category."""
    by_severity: dict[str, int] = dict.fromkeys(MOST_SEVERE, 0)
    counts: dict[str, dict[str, int]] = {
        "severity": by_severity, "outcome": {}, "state": dict.fromkeys(STATES, 0), "rule": {}, "category": {},
    }  # fmt: skip
    for finding in findings:
        if finding.suppression is None:
            keys = finding.severity, finding.outcome, finding.state, finding.rule, finding.category
            for count, key in zip(counts.values(), keys, strict=True):
                count[key] = count.get(key, 0) + 1
    return counts
