"""The ZIP file of a bundle as it is read: its directory checked, its members inflated within bounds. I/O on an open file."""

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from ccmcp.migrate.bundles.layout import LARGEST_RATIO, RATIO_COUNTS_FROM, Names, quoted, unfit

BLOCK = 1 << 20
"""Bytes read, and bytes yielded, at once."""

GET_AGAIN = "Get it anew, or have it made anew with `ccmcp bundle create`."
UNSAFE = "It was not made by `ccmcp bundle create`, or changed since: use it only after you know how."

_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_UTF8 = 0x800
_LOCAL = struct.Struct("<4s5H3I2H")


class UnusableError(Exception):
    """Why a bundle can't be used, as it stands after a colon, and what to do."""

    def __init__(self, reason: str, advice: str = UNSAFE) -> None:
        super().__init__(reason)
        self.advice = advice


@dataclass(frozen=True, slots=True)
class Stored:
    """Where a member's bytes are in the file."""

    offset: int
    """Of its own header."""
    packed: int
    size: int
    deflated: bool
    name: bytes
    """As the file has it."""


def stored_members(file: BinaryIO, size: int) -> dict[str, Stored]:
    """The members as the ZIP's directory lists them, each checked by itself and for what it shares with others. Raises as `zipfile`."""
    with zipfile.ZipFile(file) as archive:
        listed = archive.infolist()
    names = Names()
    found: dict[str, Stored] = {}
    for each in listed:
        if why := _strange(each):
            raise UnusableError(f"{quoted(each.orig_filename)}: {why}")
        if names.clash(each.filename):
            raise UnusableError(
                f"{quoted(each.filename)}: another member has this name, or one that differs in case only"
            )
        found[each.filename] = Stored(
            each.header_offset,
            each.compress_size,
            each.file_size,
            each.compress_type == zipfile.ZIP_DEFLATED,
            each.orig_filename.encode("utf-8" if each.flag_bits & _UTF8 else "cp437"),
        )
    end = 0
    for place in sorted(found.values(), key=lambda one: one.offset):
        if place.offset < end:
            raise UnusableError("its members lie over one another")
        end = place.offset + _LOCAL.size + len(place.name) + place.packed
    if end > size:
        raise UnusableError("it is cut off", GET_AGAIN)
    return found


def _strange(info: zipfile.ZipInfo) -> str:
    """Why a member is none that a bundle has; empty where it is well."""
    if info.orig_filename != info.filename:
        return "its name has a NUL or a backslash in it, or two forms"
    if why := unfit(info.filename):
        return why
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in {0, stat.S_IFREG} or info.is_dir():
        return "it is a link, a folder or a device"
    if info.flag_bits & _ENCRYPTED:
        return "it is encrypted"
    if info.compress_type not in _METHODS:
        return "it is packed in a way that bundles are not"
    if info.file_size > max(RATIO_COUNTS_FROM, LARGEST_RATIO * info.compress_size):
        return (
            f"it would become more than {LARGEST_RATIO} times as large as it is in the file, as only bombs do"
        )
    return ""


def unpacked(file: BinaryIO, stored: Stored, name: str) -> Iterator[bytes]:
    """
    The bytes of a member, in blocks: as many as the directory says.

    Raises:
        UnusableError: there are more or fewer, or it is not that member.
        zlib.error, struct.error: it is damaged.

    """
    size = 0
    for block in _inflated(_packed(file, stored, name), stored.deflated):
        size += len(block)
        if size > stored.size:
            raise UnusableError(f"{quoted(name)} has more bytes than it says")
        yield block
    if size != stored.size:
        raise UnusableError(f"{quoted(name)} is cut off", GET_AGAIN)


def _packed(file: BinaryIO, stored: Stored, name: str) -> Iterator[bytes]:
    file.seek(stored.offset)
    mark, _, flags, method, *_, name_length, extra_length = _LOCAL.unpack(file.read(_LOCAL.size))
    known = method == (zipfile.ZIP_DEFLATED if stored.deflated else zipfile.ZIP_STORED)
    if mark != b"PK\x03\x04" or file.read(name_length) != stored.name or not known or flags & _ENCRYPTED:
        raise UnusableError(f"{quoted(name)} is another file where it stands than in the directory")
    at, left = stored.offset + _LOCAL.size + name_length + extra_length, stored.packed
    while left:
        # Others may read from the same file meanwhile.
        file.seek(at)
        block = file.read(min(left, BLOCK))
        if not block:
            raise UnusableError(f"{quoted(name)} is cut off", GET_AGAIN)
        at, left = at + len(block), left - len(block)
        yield block


def _inflated(packed: Iterable[bytes], deflated: bool) -> Iterator[bytes]:  # noqa: FBT001 - one of two ways
    if not deflated:
        yield from packed
        return
    inflating = zlib.decompressobj(-zlib.MAX_WBITS)
    for block in packed:
        waiting = block
        while waiting and not inflating.eof:
            yield inflating.decompress(waiting, BLOCK)
            waiting = inflating.unconsumed_tail
    while not inflating.eof:
        last = inflating.decompress(b"", BLOCK) or inflating.flush()
        if not last:
            return
        yield last
