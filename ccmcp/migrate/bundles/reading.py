"""
A bundle's file -> what it carries, checked, and the bytes of its members. I/O: reads only.

A bundle comes from elsewhere, so nothing in it is believed: `open_bundle` checks the ZIP's directory, every name,
size and digest before anything of it may be used, and reads no more of a member than the manifest says it has.
"""

import io
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from typing import BinaryIO

from ccmcp.errors import BundleError
from ccmcp.migrate.bundles.layout import DIGESTS, LARGEST_MANIFEST, MANIFEST, README, Contents, Member, quoted
from ccmcp.migrate.bundles.manifest import Manifest, ManifestError, NewerVersionError, from_json
from ccmcp.migrate.bundles.zipped import (
    BLOCK,
    GET_AGAIN,
    UNSAFE,
    Stored,
    UnusableError,
    stored_members,
    unpacked,
)
from ccmcp.migrate.steps import Seen
from ccmcp.migrate.survey import Progress

_OURS = frozenset({MANIFEST, README, DIGESTS})
_LARGEST_DIGESTS = 2 * LARGEST_MANIFEST
_LARGEST_README = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A bundle whose every byte was checked."""

    path: str
    seen: Seen
    """The file as it was then, with its digest."""
    manifest: Manifest
    members: Mapping[str, Member]
    stored: Mapping[str, Stored]

    @property
    def bytes(self) -> int:
        """Of all files it carries."""
        return sum(each.size for each in self.members.values())


def open_bundle(
    path: str,
    *,
    free: int | None = None,
    progress: Progress | None = None,
    stopped: Callable[[], bool] | None = None,
) -> Bundle:
    """
    Check a bundle from its first byte to its last.

    `free` is how many bytes there is space for; none to leave that to others. Progress is told in bytes of its files.

    Raises:
        BundleError: it is damaged, tampered with, made by a later ccmcp, too large for the space, or no bundle at all.
        InterruptedError: the caller has gone.

    """
    with _usable(path), _opened(path) as file:
        seen = _seen(file)
        bundle = _directory(path, file, seen)
        if free is not None and bundle.bytes > free:
            raise UnusableError(
                f"it holds {bundle.bytes:,} bytes, and there is space for {free:,}", "Make space first."
            )
        digests = _verified(file, bundle, progress, stopped)
        _check_digests(file, bundle, digests)
        if _seen(file) != seen:
            raise UnusableError("it changed while it was read", "Wait until it is written, and try again.")
        return replace(bundle, seen=replace(seen, sha256=digest_of(file)))


@lru_cache(maxsize=4)
def reopened(path: str, seen: Seen) -> Bundle:
    """
    A bundle that was checked before, as `seen` tells: the digests of its members are not read again.

    Raises:
        BundleError: it has changed since, or can't be read.

    """
    with _usable(path), _opened(path) as file:
        _check_same(file, seen)
        return _directory(path, file, seen)


def contents_of(bundle: Bundle) -> Contents:
    """What a bundle carries: its sessions with their files, and what belongs to several."""
    return bundle.manifest.contents


def read(bundle: Bundle, member: str) -> Iterator[bytes]:
    """
    The bytes of a member, in blocks; after the last one its digest has been checked.

    Raises:
        BundleError: the bundle has changed since it was checked, has no such member, or can't be read.

    """
    with _usable(bundle.path), _opened(bundle.path) as file:
        _check_same(file, bundle.seen)
        if member not in bundle.members:
            raise UnusableError(f"it has no member {quoted(member)}", GET_AGAIN)
        yield from _checked(file, bundle.members[member], bundle.stored[member])


def lines(bundle: Bundle, member: str) -> Iterator[bytes]:
    """The lines of a member, each with its line break where it has one. Raises as `read`."""
    return lines_of(read(bundle, member))


def lines_of(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Blocks of bytes as lines, each with its line break where it has one."""
    rest: list[bytes] = []
    for block in blocks:
        if b"\n" not in block:
            rest.append(block)
            continue
        found = io.BytesIO(b"".join((*rest, block)) if rest else block).readlines()
        rest = [] if found[-1].endswith(b"\n") else [found.pop()]
        yield from found
    if rest:
        yield b"".join(rest)


# -- the file -------------------------------------------------------------------------


@contextmanager
def _usable(path: str) -> Iterator[None]:
    """Whatever shows that a bundle can't be used, as an error that says so."""
    try:
        yield
    except InterruptedError:
        raise
    except NewerVersionError as error:
        raise BundleError(
            path, str(error), "Update ccmcp, or have the bundle made with this version of it."
        ) from error
    except UnusableError as error:
        raise BundleError(path, str(error), error.advice) from error
    except ManifestError as error:
        raise BundleError(path, str(error), UNSAFE) from error
    except OSError as error:
        raise BundleError(
            path, f"it can't be read ({error.strerror or error})", "Check the path and its permissions."
        ) from error
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError) as error:
        raise BundleError(path, f"it is no ZIP file, or a damaged one ({error})", GET_AGAIN) from error
    except (ValueError, NotImplementedError, OverflowError) as error:
        raise BundleError(
            path, f"its directory can't be understood ({type(error).__name__})", UNSAFE
        ) from error


@contextmanager
def _opened(path: str) -> Iterator[BinaryIO]:
    # Without waiting for the other end of a pipe.
    flags = (
        os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    )
    with open(os.open(path, flags), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise UnusableError("it is no regular file", GET_AGAIN)
        yield file


def _seen(file: BinaryIO) -> Seen:
    seen = os.fstat(file.fileno())
    return Seen(
        size=seen.st_size, mtime_ns=seen.st_mtime_ns, inode=seen.st_ino, mode=stat.S_IMODE(seen.st_mode)
    )


def _check_same(file: BinaryIO, seen: Seen) -> None:
    if replace(_seen(file), sha256=seen.sha256, mode=seen.mode) != seen:
        raise UnusableError("it has changed since it was checked", "Make a new plan from it.")


def digest_of(file: BinaryIO) -> str:
    """The SHA-256 of a whole file, in hex."""
    digest = sha256()
    file.seek(0)
    while block := file.read(BLOCK):
        digest.update(block)
    return digest.hexdigest()


# -- its directory --------------------------------------------------------------------


def _directory(path: str, file: BinaryIO, seen: Seen) -> Bundle:
    """What the ZIP's directory and the manifest say, held against each other."""
    stored = stored_members(file, seen.size)
    for name, largest in (
        (MANIFEST, LARGEST_MANIFEST),
        (README, _LARGEST_README),
        (DIGESTS, _LARGEST_DIGESTS),
    ):
        if name not in stored:
            raise UnusableError(f"it is a ZIP file without {name}", UNSAFE)
        if stored[name].size > largest:
            raise UnusableError(
                f"{name} has {stored[name].size:,} bytes, more than the {largest:,} that are read of it"
            )
    manifest = from_json(b"".join(unpacked(file, stored[MANIFEST], MANIFEST)))
    members = {each.name: each for each in manifest.contents.members}
    if surplus := stored.keys() - members.keys() - _OURS:
        raise UnusableError(f"it holds {quoted(min(surplus))}, which its manifest does not list")
    if missing := members.keys() - stored.keys():
        raise UnusableError(f"{quoted(min(missing))} of its manifest is missing", GET_AGAIN)
    for each in members.values():
        if each.size != stored[each.name].size:
            raise UnusableError(f"{quoted(each.name)} has another size than its manifest says", GET_AGAIN)
    return Bundle(path=path, seen=seen, manifest=manifest, members=members, stored=stored)


# -- its members ----------------------------------------------------------------------


def _verified(
    file: BinaryIO, bundle: Bundle, progress: Progress | None, stopped: Callable[[], bool] | None
) -> dict[str, str]:
    """Read every member to its end; their digests."""
    total, done = bundle.bytes, 0
    digests = {
        name: sha256(b"".join(unpacked(file, bundle.stored[name], name))).hexdigest()
        for name in (MANIFEST, README)
    }
    for name in sorted(bundle.members, key=lambda each: bundle.stored[each].offset):
        for block in _checked(file, bundle.members[name], bundle.stored[name]):
            if stopped is not None and stopped():
                raise InterruptedError("the caller has gone")
            done += len(block)
            if progress is not None:
                progress(done, total, "checking the bundle")
        digests[name] = bundle.members[name].sha256
    return digests


def _check_digests(file: BinaryIO, bundle: Bundle, digests: Mapping[str, str]) -> None:
    """Hold the list of digests against those that were made."""
    text = b"".join(unpacked(file, bundle.stored[DIGESTS], DIGESTS)).decode()
    told = dict(line.split("  ", 1)[::-1] for line in text.split("\n") if "  " in line)
    if told != digests:
        wrong = min(name for name in told.keys() | digests.keys() if told.get(name) != digests.get(name))
        raise UnusableError(f"{DIGESTS} has another digest for {quoted(wrong)} than its bytes", GET_AGAIN)


def _checked(file: BinaryIO, member: Member, stored: Stored) -> Iterator[bytes]:
    digest = sha256()
    for block in unpacked(file, stored, member.name):
        digest.update(block)
        yield block
    if digest.hexdigest() != member.sha256:
        raise UnusableError(
            f"the bytes of {quoted(member.name)} are not those its manifest has the digest of", GET_AGAIN
        )
