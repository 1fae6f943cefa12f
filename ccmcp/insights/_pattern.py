"""What a pattern is, what it sees, and what that adds up to. Values only."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ccmcp.index.listing import Session
from ccmcp.work.cost import NOTHING, Cost
from ccmcp.work.session import Work

Place: TypeAlias = Literal[
    "CLAUDE.md", "~/.claude/CLAUDE.md", ".claude/settings.json", ".claude/skills/check/SKILL.md", ""
]
"""Where a text to paste belongs; empty when there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One sighting of a pattern in a session. Signs of one subject and kind make one finding: of all sessions, or those of a project."""

    subject: str
    """The file, command, tool, agent ... it is about, as it is shown."""
    kind: str = ""
    """What tells signs of one subject apart: an error in which its repetitions are alike."""
    entry_id: str
    """The entry to read."""
    at: int
    """Milliseconds since 1970, UTC; 0 when unknown."""
    local: bool = False
    """Whether another project's subject of this name is another one: a relative path, a project."""
    times: int = 1
    """How often, where one sign stands for several."""
    note: str = ""
    """What happened, in the words of the transcript: an error, a prompt."""
    remedy: str = ""
    """What would have helped: the name of what worked right afterwards, the rule that would have allowed it."""
    cost: Cost = NOTHING
    seconds: int = 0
    """How long it took, where that is what is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Where a sign can be read."""

    session: Session
    entry_id: str
    at: int
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What the signs of one subject add up to."""

    pattern: "Pattern"
    subject: str
    kind: str
    times: int
    sessions: int
    projects: tuple[str, ...]
    """In which it was seen, most often first."""
    note: str
    """What was said most often."""
    remedy: str
    """What would have helped most often; empty when nothing is known."""
    evidence: tuple[Evidence, ...]
    """A few sightings, newest first."""
    cost: Cost
    seconds: int

    @property
    def memory(self) -> Place:
        """The CLAUDE.md that a line about it belongs in: the project's, or the user's where several are concerned."""
        return "CLAUDE.md" if len(self.projects) < 2 else "~/.claude/CLAUDE.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What to do about a finding."""

    do: str
    """One sentence."""
    paste: str = ""
    """A text to paste, if there is one."""
    into: Place = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """One kind of thing that says a habit, a rule or a CLAUDE.md needs work."""

    name: str
    """What it is asked for by: repeated_reads."""
    title: str
    """Files read again and again."""
    cost_of: str
    """What the tokens and money of its findings are; empty when it has none."""
    find: Callable[[Work], Iterable[Sign]]
    advise: Callable[[Finding], Advice]
    least: int
    """Fewer sightings of a subject are a chance, not a pattern."""
