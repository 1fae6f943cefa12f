"""The compliance report: what was done in a period, and how far it can be verified. Values only, redacted and sanitised already."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ccmcp.audit.finding import Coverage, Finding, NoiseBudget, Period, RuleSet, counted


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How often something was there."""

    name: str
    count: int
    note: str = ""
    new: bool = False
    """Whether it was there for the first time in the period."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """Whose history it is: the label of a root."""

    label: str
    sessions: int
    projects: int = 0
    calls: int = 0
    serious: int = 0
    """High and critical findings."""

    first_at: str | None = None
    last_at: str | None = None


@dataclass(frozen=True, kw_only=True)
class ProjectActivity:
    """What was done in a project."""

    project: str
    sessions: int
    calls: int = 0
    files_changed: int = 0
    serious: int = 0
    """High and critical findings."""


@dataclass(frozen=True, kw_only=True)
class ToolActivity:
    """How a tool was used."""

    tool: str
    calls: int
    failed: int = 0
    refused: int = 0
    """Rejected by the user, denied by a rule, a hook or the client."""


@dataclass(frozen=True, kw_only=True)
class BypassSession:
    """A session, or a part of one, in which nobody was asked."""

    session_id: str
    project: str
    root: str = ""
    at: str | None = None
    mode: str = "bypassPermissions"
    calls: int = 0
    serious: int = 0
    """High and critical findings in it."""


@dataclass(frozen=True, kw_only=True)
class SecretSighting:
    """A secret that came up, known by its fingerprint only."""

    kind: str
    """What it is: GitHub token, AWS access key ..."""

    fingerprint: str
    sessions: int = 1
    first_at: str | None = None
    last_at: str | None = None
    rotated: bool | None = None
    """Whether it was replaced since; none when nobody said."""


@dataclass(frozen=True, kw_only=True)
class RepeatedFailure:
    """The same thing tried again and again."""

    tool: str
    target: str
    times: int
    session_id: str
    at: str | None = None


@dataclass(frozen=True, kw_only=True)
class Gap:
    """A part of the history that is missing or can't be read."""

    what: str
    """File, session or time."""

    why: str


@dataclass(frozen=True, kw_only=True)
class Retention:
    """How far back the history goes."""

    oldest_at: str | None = None
    days: int | None = None
    """From the oldest record to the report."""

    policy_days: int | None = None
    """How long it has to be kept, by the settings."""

    cleanup_days: int | None = None
    """After how many days Claude Code deletes transcripts (cleanupPeriodDays)."""


@dataclass(frozen=True, kw_only=True)
class TranscriptDigest:
    """What a transcript was when the report was made."""

    root: str
    file: str
    """Relative to the root."""

    session_id: str
    bytes: int
    lines: int
    sha256: str
    status: str = "ok"
    """ok, new, grown, altered, missing ..., against the last record of it."""


@dataclass(frozen=True, kw_only=True)
class Integrity:
    """What makes the report verifiable."""

    transcripts: tuple[TranscriptDigest, ...] = ()
    """All of them in a document; none in an answer to a model."""

    transcript_count: int = 0
    transcript_bytes: int = 0
    """Of whole lines: what the digests are of."""

    events: tuple[str, ...] = ()
    """What happened to transcripts other than being appended to, and what explains it; one line each."""

    merkle_root: str = ""
    """SHA-256 tree over the transcripts' digests, hex."""

    previous_digest: str | None = None
    """The digest of the report before this one."""

    report_digest: str | None = None
    """Of this report; none while it is being made."""

    signed_by: str | None = None
    """Whose ssh key signed it."""


@dataclass(frozen=True, kw_only=True)
class ComplianceReport:
    """A period's activity for those who have to account for it."""

    period: Period
    generated_at: str
    tool_version: str
    rule_set: RuleSet
    organisation: str = ""
    """Whose report it is, by the settings."""

    sessions: int = 0
    calls: int = 0
    people: tuple[Person, ...] = ()
    projects: tuple[ProjectActivity, ...] = ()
    models: tuple[Tally, ...] = ()
    """By responses."""

    client_versions: tuple[Tally, ...] = ()
    """By sessions."""

    tools: tuple[ToolActivity, ...] = ()
    files_read: int = 0
    files_changed: int = 0
    files: tuple[Tally, ...] = ()
    """Those changed most."""

    commands: tuple[Tally, ...] = ()
    """Programs that were run."""

    domains: tuple[Tally, ...] = ()
    mcp_servers: tuple[Tally, ...] = ()
    permission_modes: tuple[Tally, ...] = ()
    """By sessions."""

    bypass: tuple[BypassSession, ...] = ()
    outside_writes: tuple[Tally, ...] = ()
    """Writes outside the project's root, by folder."""

    secrets: tuple[SecretSighting, ...] = ()
    failures: tuple[RepeatedFailure, ...] = ()
    findings: tuple[Finding, ...] = ()
    """Suppressed ones too."""

    noise: NoiseBudget = field(default_factory=NoiseBudget)
    coverage: Coverage = field(default_factory=Coverage)
    gaps: tuple[Gap, ...] = ()
    retention: Retention = field(default_factory=Retention)
    integrity: Integrity = field(default_factory=Integrity)

    summary: str = ""
    """The reviewer's page, made of all there is, where the lists here are cut; else empty."""

    left_out: Mapping[str, int] = field(default_factory=dict)
    """Of each list that is cut, how many of it are not here."""

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """As `AuditReport.counts`."""
        return counted(self.findings)
