"""Secrets that come up again."""

from collections.abc import Iterator
from dataclasses import dataclass

from ccmcp.audit.rule import Hit, rule


@dataclass(frozen=True, slots=True)
class Recurring:
    """One secret, known by its fingerprint, and where it came up."""

    name: str
    """Kind and fingerprint."""
    sessions: int
    projects: int
    first_at: str
    last_at: str


@rule(
    id="SEC-005",
    title="The same secret comes up in several sessions",
    severity="medium",
    category="secrets",
    matches="a secret whose fingerprint was found in more than one session",
    false_positives="Keys of test systems that nobody means to keep secret.",
    advice="Replace it: it has been in use since it first came up. A new one has another fingerprint.",
    on=Recurring,
    attack=("T1552",),
    owasp=("ASI03",),
    soc2=("CC6.1", "CC7.2"),
)
def recurring(secret: Recurring, scene: object) -> Iterator[Hit]:
    """The fingerprint is an HMAC with a salt of this machine's own, so it tells secrets apart without giving anything away."""
    _ = scene
    if secret.sessions > 1:
        projects = f" of {secret.projects} projects" if secret.projects > 1 else ""
        span = f"from {secret.first_at[:10]} to {secret.last_at[:10]}"
        yield Hit(
            secret.name, note=f"in {secret.sessions} sessions{projects}, {span}: not replaced in between"
        )
