"""Secrets that stand in a transcript: in what a tool gave back, in a prompt, in what the model wrote."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ccmcp.audit.rule import Hit, Severity, rule

Spot: TypeAlias = Literal["result", "prompt", "call", "answer"]


@dataclass(frozen=True, slots=True)
class SecretSeen:
    """One secret where it stood; nothing of its value is in here but its masked ends."""

    kind: str
    """github-token"""
    fingerprint: str
    """16 hex digits, by this machine's salt."""
    spot: Spot
    tool: str
    path: str
    """The file that was read or written, or the shell command; empty for none."""

    @property
    def name(self) -> str:
        """What tells it from all others: the target of its findings."""
        return f"{self.kind} {self.fingerprint}"


_PASSING = frozenset({"jwt", "authorization", "url-password", "google-api-key", "azure-signature"})
"""Kinds that often are short-lived, local or meant for browsers."""

_TRIED_OUT = ("test", "fixture", "mock", "example", "sample", "spec", "dummy", "node_modules", "docs/")


def _severity(secret: SecretSeen, usual: Severity) -> tuple[Severity, str]:
    """How severe it is there, and why it is less than usual."""
    path = secret.path.lower()
    if "/" in path and "\n" not in path and any(part in path for part in _TRIED_OUT):
        return "low", "in what looks like a test or an example"
    if secret.kind in _PASSING:
        return "medium", "of a kind that is often short-lived or public"
    return usual, ""


@rule(
    id="SEC-001",
    title="Secret in what a tool gave back",
    severity="high",
    category="secrets",
    matches="a secret of a definite kind in the result of a tool, which the model has read and the transcript keeps",
    false_positives="Keys of test systems; public keys of browsers. Tests, fixtures and examples are low, short-lived kinds medium.",
    advice="Replace the secret, and keep it out of what agents read (permissions.deny on the file, masked output).",
    permission="Read(./.env)",
    on=SecretSeen,
    attack=("T1552",),
    owasp=("ASI03", "LLM02"),
    soc2=("CC6.1", "CC7.2"),
    auto_mode=("Credential Materialization",),
)
def in_result(secret: SecretSeen, scene: object) -> Iterator[Hit]:
    """What a tool prints goes to the model's maker and stays in the transcript, so a secret in it is known in two more places."""
    _ = scene
    if secret.spot in ("result", "answer"):
        severity, why = _severity(secret, "high" if secret.spot == "result" else "medium")
        yield Hit(secret.name, severity, why or ("in the model's answer" if secret.spot == "answer" else ""))


@rule(
    id="SEC-002",
    title="Secret pasted into a prompt",
    severity="high",
    category="secrets",
    matches="a secret of a definite kind in what a person typed",
    false_positives="Keys of test systems.",
    advice="Replace the secret, and give agents secrets by the environment or a secrets manager instead of the prompt.",
    on=SecretSeen,
    attack=("T1552",),
    owasp=("LLM02",),
    soc2=("CC6.1", "CC7.2"),
    auto_mode=("Credential Leakage",),
)
def in_prompt(secret: SecretSeen, scene: object) -> Iterator[Hit]:
    """A prompt is sent as it stands, and kept in the transcript and the prompt history."""
    _ = scene
    if secret.spot == "prompt":
        severity, why = _severity(secret, "high")
        yield Hit(secret.name, severity, why)


@rule(
    id="SEC-003",
    title="Secret written into a file, a command or a request",
    severity="critical",
    category="secrets",
    matches="a secret of a definite kind in what a tool was given: a file's content, a command, a URL, an MCP call",
    false_positives="A .env file of the project is where secrets belong (medium); tests and examples are low.",
    advice="Replace the secret, take it out of the file and the history, and read it from the environment where it is needed.",
    on=SecretSeen,
    attack=("T1552.001",),
    atlas=("AML.T0086",),
    owasp=("ASI03",),
    soc2=("CC6.1", "CC7.2"),
    auto_mode=("Credential Leakage",),
)
def in_call(secret: SecretSeen, scene: object) -> Iterator[Hit]:
    """What the model writes down goes on from there: into a file that is committed, a process list, a server's log."""
    _ = scene
    if secret.spot != "call":
        return
    name = secret.path.replace("\\", "/").rpartition("/")[2]
    if secret.tool in ("Write", "Edit", "MultiEdit") and name.startswith(".env"):
        yield Hit(secret.name, "medium", "in an environment file")
        return
    usual: Severity = "critical" if secret.tool in ("Write", "Edit", "MultiEdit", "WebFetch") else "high"
    severity, why = _severity(secret, usual)
    yield Hit(secret.name, severity, why)


@rule(
    id="SEC-004",
    title="What may be a secret",
    severity="low",
    confidence="signal",
    category="secrets",
    matches="a value after a telling name (password=...), after curl -u, or long and drawn at random; only where it is asked for",
    false_positives="Most of them: hashes, ids, test values. It is for who looks through one session.",
    advice="Look at each, and replace those that are secrets.",
    on=SecretSeen,
    attack=("T1552",),
    owasp=("LLM02",),
    soc2=("CC6.1",),
)
def candidate(secret: SecretSeen, scene: object) -> Iterator[Hit]:
    """On demand, for one session: `ccmcp audit --candidates --session ID`. What is found so is neither kept nor redacted."""
    _ = scene
    if secret.kind in CANDIDATES:
        yield Hit(secret.name, note=f"in a {_SPOTS[secret.spot]}")


CANDIDATES = frozenset({"assigned", "high-entropy"})
_SPOTS: dict[Spot, str] = {
    "result": "tool's result",
    "prompt": "prompt",
    "call": "tool call",
    "answer": "model's answer",
}
