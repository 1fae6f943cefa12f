"""Where a folder that is gone may have gone: whether it is gone at all, and the folders around. I/O: reads only."""

import os
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ccmcp.migrate.bounded import entries, read_bounded

DEPTH = 3
"""Levels below the nearest folder that is still there."""
MOST_FOLDERS = 5_000
_MOST_NAMES = 2_000

_SKIPPED = frozenset({
    "node_modules", "__pycache__", "venv", "env", "site-packages", "target", "dist", "build", "vendor", "Library", "snap",
    "bower_components", "Applications", "proc", "sys", "dev", "lost+found",
})  # fmt: skip
_MOUNTS = ("/mnt", "/media", "/run/media", "/Volumes", "/net", "/run/user", "/misc", "/nfs", "/autofs")
_WINDOWS = re.compile(r"[A-Za-z]:[\\/]|\\\\")


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder, and what is in it."""

    path: str
    names: frozenset[str]
    """The names in it, up to a number."""


def gone(path: str, *, fstab: str = "/etc/fstab") -> tuple[str, str]:
    """
    Whether a project's folder is gone: the nearest folder above that is still there, or why it can't be said to be gone.

    Returns:
        (folder, ""): it is gone, and this is the nearest one above it.
        ("", why): it is missing, but may only be out of sight.
        ("", ""): it is there.

    """
    try:
        os.fsencode(path)
    except UnicodeEncodeError:
        path = "\0"
    if "\0" in path:
        return "", "no path that this machine can have"
    if os.path.isdir(path):
        return "", ""
    above = _nearest(path)
    why = next(_doubts(path, above, fstab), "")
    return ("" if why else above), why


def _nearest(path: str) -> str:
    """The nearest thing above a path that is there."""
    above = os.path.dirname(path)
    while not os.path.lexists(above) and above != os.path.dirname(above):
        above = os.path.dirname(above)
    return above


def _doubts(path: str, above: str, fstab: str) -> Iterator[str]:
    """Why a path that is not there may only be out of sight."""
    if sys.platform != "win32" and _WINDOWS.match(path):
        yield "on another machine (a path of Windows)"
    if not os.path.isabs(path):
        yield "no absolute path"
    if os.path.islink(path):
        yield "a link that leads nowhere, perhaps to a disk that is not mounted"
    if not os.path.isdir(above) or above == os.path.dirname(above):
        yield "nothing of the path is there: another machine's, or a disk that is not mounted"
    if not os.access(above, os.R_OK | os.X_OK):
        yield f"{above} can't be read"
    if why := _unmounted(path, above, fstab):
        yield why


def _unmounted(path: str, above: str, fstab: str) -> str:
    for place in _MOUNTS:
        inside = above == place or above.startswith(place + "/")
        levels = above.removeprefix(place).count("/")
        deepest = 2 if place in ("/media", "/run/media", "/run/user") else 1
        # Below /mnt the first name is a disk; /media and /run/media have users' names before it.
        if inside and (levels < deepest or (levels == deepest and not any(entries(above, 1)))):
            return f"{above} is where disks are mounted, and this one may not be"
    for point in _mount_points(fstab):
        if (path + "/").startswith(point + "/") and os.path.isdir(point) and not os.path.ismount(point):
            return f"the disk at {point} is not mounted"
    return ""


def _mount_points(fstab: str) -> Iterator[str]:
    data = read_bounded(fstab, follow=True) or b""
    for line in data.decode("utf-8", "replace").split("\n"):
        words = line.split()
        if (
            len(words) >= 2
            and not words[0].startswith("#")
            and words[1].startswith("/")
            and len(words[1]) > 1
        ):
            yield words[1].replace("\\040", " ").rstrip("/")


def around(
    top: str, *, most: int = MOST_FOLDERS, stopped: Callable[[], bool] | None = None
) -> tuple[Folder, ...]:
    """
    The folders below a folder: 3 levels, the nearest first, no hidden ones nor what tools fill, no links, up to a number.

    The folder itself is not among them.
    """
    found: list[Folder] = []
    level = [top]
    looked = 0
    for depth in range(DEPTH + 1):
        below: list[str] = []
        for path in level:
            looked += 1
            if looked > most or (stopped and stopped()):
                return tuple(found)
            names: list[str] = []
            for entry in entries(path, _MOST_NAMES):
                names.append(entry.name)
                if _walked(entry):
                    below.append(entry.path)
            if depth:
                found.append(Folder(path, frozenset(names)))
        level = sorted(below)
    return tuple(found)


def seen(path: str) -> Folder | None:
    """A folder by its path; none where there is none."""
    try:
        if not os.path.isdir(path):
            return None
    except ValueError:
        return None
    return Folder(path, frozenset(each.name for each in entries(path, _MOST_NAMES)))


def _walked(entry: "os.DirEntry[str]") -> bool:
    if entry.name.startswith(".") or entry.name in _SKIPPED:
        return False
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False
