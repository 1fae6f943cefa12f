"""What is known of a migration before it is done: what all checks look at. Values only."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from ccmcp.migrate.plan import Mode
from ccmcp.migrate.surroundings import RootFacts, Surroundings
from ccmcp.migrate.survey import FoundSession
from ccmcp.transcripts.belonging import Belonging


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """A session that goes somewhere."""

    session_id: str
    home: str
    """The folder it belongs to; empty when nothing tells."""
    new_home: str
    """The folder it is to belong to."""
    says: Belonging
    saved_outputs: int = 0
    """Big results of tools that are kept in its own folder."""
    names: tuple[str, ...] = ()
    """Names that its files get in the project folder."""

    @classmethod
    def of(cls, found: FoundSession, new_home: str) -> Self:
        """A session that was found on disk."""
        own = found.own.files if found.own else ()
        return cls(
            session_id=found.session_id,
            home=found.home,
            new_home=new_home,
            says=found.says,
            saved_outputs=sum(each.within.startswith("tool-results/") for each in own),
            names=tuple(each.within for each in own),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StillRunning:
    """A session that is left out because it runs."""

    session_id: str
    how: str
    """How that is known, as the end of a sentence."""
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What is known of a migration before it is done."""

    mode: Mode
    source: str
    """The project's folder as its sessions know it, or the bundle's file."""
    target: str
    """The folder they are to belong to."""
    sessions: Sequence[Going] = ()
    """Those that go."""
    running: Sequence[StillRunning] = ()
    """Those that are left out because they run."""
    here: Surroundings
    """The source's folder, which may be gone."""
    there: Surroundings
    """The target's folder, which need not exist yet."""
    roots: Sequence[RootFacts] = ()
    """The roots the sessions are in."""
    target_roots: Sequence[RootFacts] = ()
    """The roots they go to."""
    writes: Mapping[str, int] = field(default_factory=dict)
    """Bytes that are written in a root (by its label): nothing for what only gets another name."""
    same_file_system: bool = True
    """Whether each file stays on the file system it is on."""
    secrets: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Kinds of secrets that stand in the transcripts: how many, and in how many sessions."""
    searched: tuple[int, int] = (0, 0)
    """So many bytes of so many were looked through for secrets."""
    rewrite_paths: bool = False
    """Whether the old folder's path is replaced inside the transcripts."""
    elsewhere: bool = False
    """Whether they go to, or come from, another machine or user: a bundle, or a root that others see."""
    windows: bool = False
    exists: Callable[[str], bool] = lambda _: True
    """Whether a path is there, as it was looked up before: of those in `ccmcp.migrate.risks.asked`."""
