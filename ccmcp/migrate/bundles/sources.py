"""What a bundle is to hold -> the files that go into it, in order. I/O: reads the sizes of a few."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ccmcp.migrate.bundles.layout import PROMPTS, TRANSCRIPT, Kind, member_name
from ccmcp.migrate.survey import FoundSession, SideFile, Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a bundle is to hold, and how."""

    project: str
    """The project's folder, an absolute path."""
    sessions: Sequence[FoundSession]
    plans: Mapping[str, str] = field(default_factory=dict)
    """Plans by slug: the paths of their files."""
    memory: Tree | None = None
    prompts: str | None = None
    """The path of the prompt history, of which the lines of the sessions are taken."""
    running: frozenset[str] = frozenset()
    """Sessions that run: a last line that is being written is left out."""
    redact: bool = False
    """Whether secrets are replaced by [REDACTED:...]."""
    project_path: bool | None = None
    """Whether the manifest tells the project's whole path; by default where nothing is redacted."""
    pictures: bool = False
    """Whether files that are no text are taken although secrets in them can't be found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file to be bundled."""

    kind: Kind
    session_id: str | None
    place: str
    path: str
    size: int
    grows: bool = False
    """Whether it is written to while we read."""

    @property
    def name(self) -> str:
        """Of the member."""
        return member_name(self.kind, self.session_id, self.place)

    @property
    def is_lines(self) -> bool:
        """Whether it is made of lines, and is only added to."""
        return self.path.endswith(".jsonl")


def of_session(session: FoundSession, grows: bool) -> list[Source]:  # noqa: FBT001 - a fact of it
    """Its files, the transcript first."""
    id_ = session.session_id

    def side(kind: Kind, files: Sequence[SideFile]) -> list[Source]:
        found = [
            Source(
                kind=kind, session_id=id_, place=each.within, path=each.path, size=each.seen.size, grows=grows
            )
            for each in files
        ]
        return sorted(found, key=lambda each: each.place)

    found = [
        Source(
            kind="transcript",
            session_id=id_,
            place=TRANSCRIPT,
            path=session.path,
            size=session.seen.size,
            grows=grows,
        )
    ]
    found += side("agent", session.agents)
    found += side("side", session.own.files if session.own else ())
    for kind, kept in sorted(session.kept.items()):
        match kind:
            case "file-history" | "tasks" | "todos":
                found += side(kind, kept.files)
            case _:
                raise ValueError(f"nothing is known of {kind}")
    return found


def of_several(wanted: Wanted) -> list[Source]:
    """Files of several sessions."""
    found = [
        Source(kind="plan", session_id=None, place=f"{slug}.md", path=path, size=_size(path))
        for slug, path in sorted(wanted.plans.items())
    ]
    memory = sorted(wanted.memory.files, key=lambda each: each.within) if wanted.memory else []
    found += [
        Source(kind="memory", session_id=None, place=each.within, path=each.path, size=each.seen.size)
        for each in memory
    ]
    if wanted.prompts:
        size = _size(wanted.prompts)
        found.append(
            Source(kind="prompts", session_id=None, place=PROMPTS, path=wanted.prompts, size=size, grows=True)
        )
    return found


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0
