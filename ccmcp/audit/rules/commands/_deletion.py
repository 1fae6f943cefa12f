"""How bad it is to delete something, by where it lies."""

import re
from functools import cache

from ccmcp.audit.places import Place
from ccmcp.audit.rule import Severity
from ccmcp.values import dataclass


@dataclass(frozen=True, slots=True)
class Deletion:
    """A verdict."""

    severity: Severity
    note: str = ""
    beyond: bool = False
    """Whether it concerns the system, a home folder or data of services rather than somebody's work."""


def deletion(found: Place, *, recursive: bool, many: bool = False) -> Deletion:
    """The verdict on deleting what lies there; `recursive` with all below, `many` when a pattern stands for the names."""
    if recursive:
        return _whole_tree(found, many=many)
    return _files(found, many=many)


def _whole_tree(found: Place, *, many: bool) -> Deletion:  # noqa: PLR0911, PLR0912, C901 - one line a place
    match found.where:
        case "root":
            return Deletion("critical", "the whole disk", beyond=True)
        case "system":
            if found.whole or found.path.startswith(_DATA):
                return Deletion("critical", "a system folder", beyond=True)
            return Deletion("high", "in a system folder", beyond=True)
        case "home":
            return Deletion("critical", "a whole home folder", beyond=True)
        case "dotfile":
            if _last(found) in _PRECIOUS:
                return Deletion("critical", "keys or settings of programs", beyond=True)
            return Deletion("high", "settings in the home folder", beyond=found.whole)
        case "device":
            return Deletion("critical" if found.whole else "medium", "a device", beyond=True)
        case "agent":
            return Deletion("high" if found.whole else "medium", "an agent's own files")
        case "home file":
            return Deletion("high", "outside the project")
        case "outside":
            if found.whole:
                return Deletion("critical", "a folder that holds the project, or a top one", beyond=True)
            return Deletion("high", "outside the project")
        case "unknown":
            if found.path[-2:] == "/*" or found.path[-1:] == "/" or (many and found.path.count("/") > 1):
                return Deletion("high", "an empty variable makes this the whole disk")
            return Deletion("medium", "not known before it runs")
        case "temp":
            return (
                Deletion("low" if many else "medium", "all temporary files")
                if found.whole
                else Deletion("info", "temporary")
            )
        case "build":
            return Deletion("info", "made anew by a build")
        case "project":
            if found.whole:
                return Deletion("high", "the whole project")
            if "/.git/" in f"/{found.path}/":
                return Deletion("high", "the repository itself")
            return (
                Deletion("low", "a file") if not many and _file().search(_last(found)) else Deletion("medium")
            )


def _files(found: Place, *, many: bool) -> Deletion:  # noqa: PLR0911 - one line a place
    match found.where:
        case "root":
            return Deletion("critical" if many else "high", "the root folder", beyond=True)
        case "system":
            return Deletion("high" if many and found.whole else "medium", "a system file", beyond=True)
        case "home":
            return Deletion("high" if many else "low", "a home folder", beyond=True)
        case "dotfile":
            if found.path.rpartition("/")[0].rpartition("/")[2] in _PRECIOUS - {".config", ".local"}:
                return Deletion("high", "a key or credential", beyond=True)
            return Deletion("medium" if found.whole else "low", "a program's settings", beyond=found.whole)
        case "device":
            return Deletion("low" if found.path == "/dev" else "medium", "a device", beyond=True)
        case "agent":
            return Deletion("low", "an agent's own files")
        case "home file" | "outside":
            return Deletion("medium" if many and _every(found) else "low", "outside the project")
        case "unknown":
            return Deletion("low" if many else "info", "not known before it runs")
        case "project":
            if "/.git/" in f"/{found.path}/":
                return Deletion("low", "in the repository's own files")
            return Deletion("medium" if found.whole and many else "info")
        case "build" | "temp":
            return Deletion("info")


def _every(found: Place) -> bool:
    return not _file().search(_last(found)) and "*" not in _last(found)


def _last(found: Place) -> str:
    return found.path.rpartition("/")[2]


_DATA = ("/var/lib/", "/var/www", "/var/log/", "/etc/", "/boot/", "/System/", "C:/Windows/")
_PRECIOUS = frozenset({
    ".ssh", ".gnupg", ".aws", ".kube", ".config", ".local", ".docker", ".password-store", ".azure", ".gcloud",
    ".pki",
})  # fmt: skip


@cache
def _file() -> re.Pattern[str]:
    """A name that is a file's rather than a folder's."""
    return re.compile(r"^[^.].*\.[A-Za-z][A-Za-z0-9]{0,4}$")
