"""
The calls to the file system, each of which may be the last one before a crash. I/O.

What changes anything is called here, as `os.name(...)` and nowhere else, so that a test can count the calls and cut them
short. Every function may be called again after it was cut short, and then ends what was begun. All of them raise OSError.
"""

import errno
import os
import stat
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from hashlib import sha256
from typing import NamedTuple

_NEW = os.O_RDWR | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_OLD = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0)
_NO_LINKS = {errno.EPERM, errno.ENOSYS, errno.EMLINK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EACCES}
_CHMOD, _UTIME = os.chmod in os.supports_fd, os.utime in os.supports_fd
"""Whether these take a descriptor."""
MANY = 64
"""From so many files on, all file systems are synced at once rather than file by file."""


class Made(NamedTuple):
    """A file as it was written."""

    size: int
    sha256: str
    inode: int


def stat_of(path: str) -> os.stat_result | None:
    """What is at a path itself, not behind a link there; none for nothing."""
    try:
        return os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None


def tree_of(folder: str) -> list[tuple[str, int, int, int]]:
    """All files below a folder: path below it, size, modification time in nanoseconds, inode."""
    found: list[tuple[str, int, int, int]] = []
    for top, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(top, name)
            if (there := stat_of(path)) is not None:
                found.append((os.path.relpath(path, folder), there.st_size, there.st_mtime_ns, there.st_ino))
    return found


# -- folders -------------------------------------------------------------------------


def make_folder(path: str, mode: int) -> None:
    """Have a folder; one that is there stays as it is."""
    try:
        os.mkdir(path, 0o700)
    except FileExistsError:
        if not stat.S_ISDIR(os.lstat(path).st_mode):
            raise
        return
    if mode != 0o700:
        os.chmod(path, mode)


def make_private(path: str) -> None:
    """Have a folder and all above it; those that are made are for their owner only, whatever the umask."""
    if os.path.isdir(path):
        return
    above = os.path.dirname(path)
    if above != path:
        make_private(above)
    with suppress(FileExistsError):
        os.mkdir(path, 0o700)
        os.chmod(path, 0o700)


def remove_folder(path: str) -> bool:
    """Remove a folder that is empty; whether it is gone."""
    try:
        os.rmdir(path)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def set_times(times: Mapping[str, int]) -> None:
    """Give folders their modification times, where they are there still, have others, and are ours."""
    for path, mtime_ns in times.items():
        found = stat_of(path)
        if found is not None and found.st_mtime_ns != mtime_ns:
            # A folder of another owner can be written in, but only that one sets its time.
            with suppress(PermissionError):
                os.utime(path, ns=(found.st_atime_ns, mtime_ns))


# -- names ---------------------------------------------------------------------------


def move_file(source: str, target: str) -> None:
    """
    Give a file another name, never that of another file. The bytes have a name at every moment.

    A link and an unlink where there are hard links, so nothing is overwritten whatever appears at the target meanwhile.
    """
    if os.name == "nt":
        os.rename(source, target)
        return
    if give_name(source, target):
        os.unlink(source)
        return
    rename(source, target)


def give_name(source: str, target: str) -> bool:
    """A second name for a file, which both names share; false where the file system can't do that."""
    try:
        os.link(source, target, follow_symlinks=False)
    except FileExistsError as error:
        raise FileExistsError(errno.EEXIST, "something is there already", target) from error
    except OSError as error:
        if error.errno in _NO_LINKS:
            return False
        raise
    return True


def rename(source: str, target: str) -> None:
    """Give a folder, or a file that is set aside, another path, at which nothing is."""
    if stat_of(target) is not None:
        raise FileExistsError(errno.EEXIST, "something is there already", target)
    os.rename(source, target)


def replace(source: str, target: str) -> None:
    """Give a file the name of another one, whose bytes are kept elsewhere."""
    os.replace(source, target)


def remove(path: str) -> None:
    """Remove a file, if it is there: one of our own, or one whose bytes are elsewhere."""
    try:
        os.unlink(path)
    except (FileNotFoundError, NotADirectoryError):
        return


# -- bytes ---------------------------------------------------------------------------


def write(path: str, blocks: Iterable[bytes], mode: int, mtime_ns: int, *, synced: bool) -> Made:
    """Write a file of our own; what was there of an earlier attempt goes. `mtime_ns` of -1 is the time of writing."""
    digest, size = sha256(), 0
    descriptor = os.open(path, _NEW, 0o600)
    try:
        for block in blocks:
            digest.update(block)
            size += len(block)
            _write(descriptor, block)
        if mode != 0o600:
            os.chmod(descriptor if _CHMOD else path, mode)
        if mtime_ns >= 0:
            os.utime(descriptor if _UTIME else path, ns=(mtime_ns, mtime_ns))
        if synced:
            os.fsync(descriptor)
        return Made(size, digest.hexdigest(), os.fstat(descriptor).st_ino)
    finally:
        os.close(descriptor)


def _write(descriptor: int, block: bytes) -> None:
    done = os.write(descriptor, block)
    if done < len(block):
        rest = memoryview(block)[done:]
        while rest:
            rest = rest[os.write(descriptor, rest) :]


def read(path: str) -> tuple[bytes, os.stat_result]:
    """All bytes of a regular file, and its facts when they had been read."""
    descriptor = os.open(path, _READ)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(None, "not a regular file", path)
        found: list[bytes] = []
        while block := os.read(descriptor, 1 << 20):
            found.append(block)
        return b"".join(found), os.fstat(descriptor)
    finally:
        os.close(descriptor)


def add(path: str, data: bytes) -> None:
    """Put bytes at the end of a file, wherever that is, and sync it."""
    descriptor = os.open(path, _OLD | os.O_APPEND)
    try:
        _write(descriptor, data)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def append(path: str, data: bytes, size: int, mtime_ns: int) -> bool:
    """
    Have these bytes at the end of a file of such a size, whose modification time stays.

    False: the file ends otherwise, and nothing was done.
    """
    descriptor = os.open(path, _OLD)
    try:
        found = os.fstat(descriptor)
        there = found.st_size - size
        if there > len(data):
            return _is_whole(descriptor, data, size)
        if there and not _is_begun(descriptor, data, size, there):
            return False
        if there < len(data) or not _is_whole(descriptor, data, size):
            os.lseek(descriptor, size, os.SEEK_SET)
            _write(descriptor, data)
            os.utime(descriptor if _UTIME else path, ns=(found.st_atime_ns, mtime_ns))
        elif found.st_mtime_ns != mtime_ns:
            os.utime(descriptor if _UTIME else path, ns=(found.st_atime_ns, mtime_ns))
    finally:
        os.close(descriptor)
    return True


def truncate(path: str, data: bytes, size: int, mtime_ns: int) -> bool:
    """
    Have a file of such a size, without these bytes (or the first of them) at its end; with such a modification time.

    False: the file ends otherwise, and nothing was done.
    """
    as_it_is = stat_of(path)
    if as_it_is is not None and (as_it_is.st_size, as_it_is.st_mtime_ns) == (size, mtime_ns):
        return True  # Where there is nothing to do, one that can't be written to is no failure.
    descriptor = os.open(path, _OLD)
    try:
        found = os.fstat(descriptor)
        there = found.st_size - size
        if there and not _is_begun(descriptor, data, size, there):
            return False
        if there:
            os.ftruncate(descriptor, size)
        if there or found.st_mtime_ns != mtime_ns:
            os.utime(descriptor if _UTIME else path, ns=(found.st_atime_ns, mtime_ns))
    finally:
        os.close(descriptor)
    return True


def _is_begun(descriptor: int, data: bytes, size: int, there: int) -> bool:
    """Whether so many bytes from a place on are the first of these, or zeros: what a file system leaves of a write."""
    if not 0 < there <= len(data):
        return False
    os.lseek(descriptor, size, os.SEEK_SET)
    return all(one in (0, other) for one, other in zip(os.read(descriptor, there), data, strict=False))


def _is_whole(descriptor: int, data: bytes, size: int) -> bool:
    os.lseek(descriptor, size, os.SEEK_SET)
    return os.read(descriptor, len(data)) == data


# -- durability ----------------------------------------------------------------------


def sync(files: Iterable[str], folders: Iterable[str]) -> None:
    """Have the bytes of files and the names in folders on the disk; those that are gone are none to sync."""
    files, folders = list(files), list(folders)
    if sys.platform == "linux" and len(files) + len(folders) >= MANY:
        os.sync()
        return
    for path in files:
        _sync(path, _READ if os.name != "nt" else _OLD)
    if os.name != "nt":
        for path in folders:
            _sync(path, _FOLDER)


def _sync(path: str, flags: int) -> None:
    try:
        descriptor = os.open(path, flags)
    except (FileNotFoundError, NotADirectoryError):
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
