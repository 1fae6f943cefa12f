"""Files that others wrote, read within bounds: regular ones only, never through a last link, never more than so many bytes. I/O: reads only."""

import json
import os
import stat
from collections.abc import Iterator

MOST = 1_000_000
"""Bytes of a settings file that are read; a larger one is no settings file."""

_FLAGS = (
    os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
)


def read_bounded(path: str, most: int = MOST, *, follow: bool = False) -> bytes | None:
    """A regular file's bytes; none where there is no such file, it can't be read, or it has more than `most`."""
    found = read_ends(path, most, 0, follow=follow)
    return None if found is None or found[1] else found[0]


def read_ends(path: str, head: int, tail: int, *, follow: bool = False) -> tuple[bytes, bytes] | None:
    """
    The first and the last bytes of a regular file, none of them twice; none where it can't be read.

    Of a file of no more than `head` the second part is empty. `follow` allows that the path itself is a link to a
    regular file.
    """
    try:
        descriptor = os.open(path, _FLAGS & ~getattr(os, "O_NOFOLLOW", 0) if follow else _FLAGS)
    except (OSError, ValueError):
        return None
    try:
        seen = os.fstat(descriptor)
        if not stat.S_ISREG(seen.st_mode):
            return None
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            first = file.read(head)
            file.seek(max(len(first), os.fstat(descriptor).st_size - tail))
            return first, file.read(max(tail, 1))
    except OSError:
        return None
    finally:
        os.close(descriptor)


def read_json(path: str, most: int = MOST, *, follow: bool = False) -> object:
    """What a JSON file says; none where there is none, it is too large or can't be understood."""
    data = read_bounded(path, most, follow=follow)
    try:
        return json.loads(data) if data is not None else None
    except (ValueError, RecursionError):
        return None


def entries(path: str, most: int) -> Iterator["os.DirEntry[str]"]:
    """The entries of a folder, up to so many, in the file system's order; none where it can't be listed."""
    try:
        with os.scandir(path) as found:
            for number, entry in enumerate(found):
                if number >= most:
                    return
                yield entry
    except (OSError, ValueError):
        return
