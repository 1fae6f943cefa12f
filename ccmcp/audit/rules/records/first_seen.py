"""What a project had not been in touch with before: the baseline is its own history."""

from collections.abc import Iterator
from dataclasses import dataclass

from ccmcp.audit.rule import Hit, rule


@dataclass(frozen=True, slots=True)
class Contact:
    """The first sight of a host or server in a project."""

    name: str
    sends: bool
    """Whether data went there."""
    times: int
    """How often it was seen in the time that is looked at."""

    @property
    def note(self) -> str:
        """How often, and whether data went there."""
        often = f"{self.times:,} times" if self.times > 1 else "once"
        return f"data sent there, {often}" if self.sends else often


@rule(
    id="EXF-006",
    title="Domain asked for the first time in its project",
    severity="info",
    category="exfiltration",
    matches="a host that no earlier call of the project has asked; low where data was sent",
    false_positives="Every new project: look at these where a project has been at work for a while.",
    advice="Look at domains you don't know, and allow only those that the work needs.",
    on=Contact,
    permission="WebFetch(domain:example.com)",
    attack=("T1071",),
    atlas=("AML.T0086",),
    owasp=("ASI02",),
    auto_mode=("Browser Navigate Exfil",),
)
def new_domain(contact: Contact, scene: object) -> Iterator[Hit]:
    """A fetch is nothing by itself, and nearly all are of well-known hosts; a host that is new to a project is worth one look."""
    _ = scene
    yield Hit(contact.name, "low" if contact.sends else None, contact.note)


@rule(
    id="SUP-003",
    title="MCP server called for the first time in its project",
    severity="low",
    category="supply chain",
    matches="a call of an MCP server that no earlier session of the project has called",
    false_positives="Servers you have just added yourself.",
    advice="Check where the server comes from and what it may do, before its answers are trusted.",
    on=Contact,
    attack=("T1195",),
    atlas=("AML.T0110",),
    owasp=("ASI04",),
    soc2=("CC6.8", "CC7.2"),
    auto_mode=("Untrusted Code Integration",),
)
def new_server(contact: Contact, scene: object) -> Iterator[Hit]:
    """What a server answers is read by the model as it stands, so a new one is a new source of instructions."""
    _ = scene
    yield Hit(contact.name, note=contact.note)
