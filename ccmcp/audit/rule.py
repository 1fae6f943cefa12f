"""What a rule is, what it looks at, and what it says of it. Values only."""

from collections.abc import Callable, Iterable
from typing import Any, Generic, Literal, TypeAlias, TypeVar

from ccmcp.values import dataclass, field

Severity: TypeAlias = Literal["critical", "high", "medium", "low", "info"]
Confidence: TypeAlias = Literal["definite", "probable", "signal"]
Category: TypeAlias = Literal[
    "files", "git", "databases", "containers", "cloud", "execution", "credentials", "secrets", "exfiltration", "privilege",
    "supply chain", "scope", "agents", "injection", "operations", "integrity", "retention",
]  # fmt: skip

SEVERITIES: tuple[Severity, ...] = ("info", "low", "medium", "high", "critical")
"""From the least to the most severe: what the catalogue keeps is the place in this."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing a rule found in what it looked at."""

    target: str
    """What it was done to, normalised: an absolute path, `origin/main`, a host. Makes the fingerprint with the rule's id."""
    severity: Severity | None = None
    """Other than the rule's own, as the circumstances are."""
    note: str = ""
    """Why it is more or less severe than usual, or what exactly was found: a few words of our own."""
    confidence: Confidence | None = None
    hidden: str = ""
    """A part of what it looked at that no finding of the call may show: a password."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mappings:
    """Where a rule stands in the catalogues of others."""

    attack: tuple[str, ...] = ()
    """MITRE ATT&CK techniques (mitre/cti 421deacb77, 2025-11-13)."""
    atlas: tuple[str, ...] = ()
    """MITRE ATLAS techniques (5.6.0)."""
    owasp: tuple[str, ...] = ()
    """OWASP Top 10 for Agentic Applications 2026 (ASI01 to ASI10), and for LLM Applications 2025 (LLM01 to LLM10)."""
    soc2: tuple[str, ...] = ("CC7.2",)
    """SOC 2 trust services criteria that a finding is evidence for."""
    auto_mode: tuple[str, ...] = ()
    """Names of Claude Code's own auto-mode rules (2.1.330)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Generic[T]):
    """One kind of risk."""

    id: str
    """GIT-001"""
    version: int = 1
    """Raised with each change of what it finds: then it is asked anew about what is on disk."""
    title: str
    """Force push or deletion of a remote ref"""
    severity: Severity
    """As a rule; a hit may say otherwise."""
    confidence: Confidence
    category: Category
    matches: str
    """What it looks for, in one sentence."""
    false_positives: str
    """Where it is known to be wrong or of no interest."""
    advice: str
    """What to do about a finding, in one sentence to the user."""
    permission: str = ""
    """The permission rule of Claude Code's settings that would have stopped it: `Bash(git push --force:*)`. Empty when none can."""
    mappings: Mappings = field(default_factory=Mappings)
    on: type[T]
    """What it looks at: Command, Script, Access, Fetch, Call, Line (of PowerShell), Tree (a session with its subagents)."""
    programs: frozenset[str] = frozenset()
    """Of a rule on commands: the programs it is asked about, by base name; empty for all."""
    find: Callable[[T, Any], Iterable[Hit]]
    """(what it looks at, Scene) -> hits. Never raises. Its docstring is the user's documentation and holds Bad: and Fine: examples."""


def rule(  # noqa: PLR0913 - one for each thing the catalogue says of a rule
    *,
    id: str,  # noqa: A002 - the name it has in the catalogue
    title: str,
    severity: Severity,
    confidence: Confidence = "definite",
    category: Category,
    matches: str,
    false_positives: str,
    advice: str,
    on: type[T],
    programs: Iterable[str] = (),
    permission: str = "",
    version: int = 1,
    attack: tuple[str, ...] = (),
    atlas: tuple[str, ...] = (),
    owasp: tuple[str, ...] = (),
    soc2: tuple[str, ...] = ("CC7.2",),
    auto_mode: tuple[str, ...] = (),
) -> Callable[[Callable[[T, Any], Iterable[Hit]]], Rule[T]]:
    """Make a rule of the function below it."""

    def made(find: Callable[[T, Any], Iterable[Hit]]) -> Rule[T]:
        return Rule(
            id=id, version=version, title=title, severity=severity, confidence=confidence, category=category, matches=matches,
            false_positives=false_positives, advice=advice, permission=permission, on=on, programs=frozenset(programs), find=find,
            mappings=Mappings(attack=attack, atlas=atlas, owasp=owasp, soc2=soc2, auto_mode=auto_mode),
        )  # fmt: skip

    return made
