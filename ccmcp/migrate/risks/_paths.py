"""Files that sessions used -> where they must be for them to go on. On text alone."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ccmcp.migrate.risks._check import below
from ccmcp.migrate.risks._circumstances import Going

_FLEETING = ("/tmp/", "/private/tmp/", "/var/folders/", "/dev/", "/proc/", "/var/tmp/")  # noqa: S108 - nothing is written there


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that a session used."""

    was: str
    """Where it was."""
    path: str
    """Where it must be from now on."""
    within: str | None
    """Its path in the project's folder; none for one elsewhere."""


def wanted_there(sessions: Iterable[Going], source: str) -> Iterator[Wanted]:
    """The files some sessions used, by where they are once the sessions have gone; scratch files elsewhere are left out."""
    used: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for each in sessions:
        used[each.home or source, each.new_home] |= each.says.files
    for (home, new_home), files in used.items():
        for path in sorted(filter(absolute, files)):
            within = below(path, home)
            if within:
                yield Wanted(path, join(new_home, within), within)
            elif within is None and not path.startswith(_FLEETING) and below(path, source) is None:
                yield Wanted(path, path, None)


def absolute(path: str) -> bool:
    """Whether a path begins at a root: / or a drive."""
    return path.startswith("/") or (len(path) > 2 and path[1] == ":" and path[2] in "\\/")


def join(folder: str, within: str) -> str:
    """A path in a folder, with the folder's own kind of slash."""
    slash = "\\" if "\\" in folder and "/" not in folder else "/"
    return folder.rstrip("/\\") + slash + within.replace("\\" if slash == "/" else "/", slash)
