"""How much of the history answers cover, and why it is not all of it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from ccmcp.transcripts.discover import Scan


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How much of the history the answers cover."""

    indexed_bytes: int
    total_bytes: int
    complete: bool
    """Whether every line that was whole on disk when it was asked can be found."""

    reading: bool = False
    """Whether more will be covered by itself: a build runs, or a backlog is left."""

    unseen: tuple[str, ...] = ()
    """What could not be looked at, each with why; until that changes it stays out of the answers."""


def coverage_of(
    scans: Iterable[Scan], unreadable: Iterable[str], *, indexed: int, behind: bool, running: bool
) -> Coverage:
    """
    The coverage after a look at the disk.

    `indexed` counts bytes, `unreadable` names files that could not be read, `behind` says
    whether the stores lack something that was found, and `running` whether a build is at work.
    """
    looks = list(scans)
    failed = tuple(unreadable)
    total = sum(file.size for look in looks for file in look.files)
    complete = not behind and not running and all(look.complete for look in looks)
    return Coverage(
        indexed_bytes=total if complete else min(total, indexed),
        total_bytes=total,
        complete=complete,
        reading=running or (behind and not failed),
        unseen=tuple(dict.fromkeys((*(problem for look in looks for problem in look.problems), *failed))),
    )
