"""The catalogue -> the projects there are, each with its transcripts."""

from dataclasses import dataclass
from itertools import groupby

from ccmcp.index.catalog import Catalog
from ccmcp.index.listing import WITH_UNLISTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project in one root."""

    path: str
    """Its folder, as its sessions say it."""
    root: str
    transcripts: tuple[str, ...]
    """Of its sessions, the newest first."""
    sessions: int
    last_at: str
    """When the last of them ended: ISO 8601, UTC; empty when no line tells."""


def projects(catalog: Catalog) -> list[Project]:
    """Every project with sessions that say where they ran, and are not left out by settings, in the order of paths."""
    rows = catalog.rows(
        "SELECT s.project, s.root, coalesce(f.path, ''), coalesce(s.ended_at, '') FROM sessions s "  # noqa: S608 - our own condition
        f"LEFT JOIN files f ON f.id = s.main_file WHERE {WITH_UNLISTED} AND s.cwd != '' "
        "ORDER BY s.project, s.root, s.ended DESC, s.id DESC"
    )
    return [
        _project(str(path), str(root), [(str(row[2]), str(row[3])) for row in some])
        for (path, root), some in groupby(rows, key=lambda row: (row[0], row[1]))
    ]


def _project(path: str, root: str, sessions: list[tuple[str, str]]) -> Project:
    return Project(
        path=path,
        root=root,
        transcripts=tuple(transcript for transcript, _ in sessions if transcript),
        sessions=len(sessions),
        last_at=max(ended for _, ended in sessions),
    )
