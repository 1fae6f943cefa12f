"""Where the bytes of a file to be made come from. I/O: reads only."""

import os
import stat
from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import sha256

from ccmcp.migrate.bundles.reading import lines_of, read, reopened
from ccmcp.migrate.edits.spans import edited
from ccmcp.migrate.steps import Content, Edits, FromBackup, FromBundle, FromFile

BLOCK = 1 << 20
"""So many bytes are read at once."""

_OPEN = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def written(content: Content, backup: str, counts: Counter[str]) -> Iterator[bytes]:
    """
    The bytes a content stands for, in blocks or lines.

    `backup`: the folder that `FromBackup` names a file of. `counts` gets how many values of which field were replaced.

    Raises:
        OSError: a file can't be read, or is none.
        BundleError: the bundle can't be read, or has changed.

    """
    match content:
        case FromFile():
            yield from _edited(blocks(content.path, 0, content.length), content.edits, counts)
        case FromBundle():
            found = read(reopened(content.bundle, content.seen), content.member)
            yield from _edited(found, content.edits, counts)
        case FromBackup():
            yield from blocks(os.path.join(backup, content.name))
            if content.grown_path:
                yield from blocks(content.grown_path, content.grown_from)
    if content.tail:
        yield content.tail.encode("utf-8", "surrogatepass")


def blocks(path: str, start: int = 0, length: int = -1) -> Iterator[bytes]:
    """The bytes of a regular file from a place on, all or so many, in blocks. Raises OSError."""
    descriptor = opened(path)
    try:
        if start:
            os.lseek(descriptor, start, os.SEEK_SET)
        while length and (block := os.read(descriptor, BLOCK if length < 0 else min(BLOCK, length))):
            yield block
            length -= len(block) if length > 0 else 0
    finally:
        os.close(descriptor)


def measured(found: Iterable[bytes]) -> tuple[int, str]:
    """How many bytes there are in all, and their SHA-256 in hex. Raises as what gives them."""
    digest, size = sha256(), 0
    for block in found:
        digest.update(block)
        size += len(block)
    return size, digest.hexdigest()


def opened(path: str) -> int:
    """A descriptor of a regular file, for reading; links are not followed, devices not waited for. Raises OSError."""
    descriptor = os.open(path, _OPEN)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(None, "not a regular file", path)
    return descriptor


def _edited(found: Iterator[bytes], edits: Edits, counts: Counter[str]) -> Iterator[bytes]:
    return edited(lines_of(found), edits, counts) if edits else found
