"""
Project folders: real path -> the folder name Claude Code gives it, and back as far as it can be undone. Pure.

Proved against the client's own results in 36 folders (2.1.330; the hash also 2.1.100
to 2.1.260). Clients up to 2.1.40 did not shorten long names.
"""

from collections.abc import Iterable
from functools import lru_cache

LONGEST = 200
"""Longer names are cut here and get a hash (2.1.100 and later)."""

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def encode(path: str) -> str:
    """
    The folder name for a real path.

    Each UTF-16 code unit that is no ASCII letter or digit becomes a dash, without any
    normalisation; a name of over 200 gets `-` and the hash of the whole path instead of its rest.
    """
    name = _unshortened(path)
    return name if len(name) <= LONGEST else f"{name[:LONGEST]}-{_hash(_units(path))}"


def encodes(path: str, folder: str) -> bool:
    """Whether the folder is this path's: by today's rule, by that of clients up to 2.1.40, or but for case (Windows)."""
    return folder.lower() in (encode(path).lower(), _unshortened(path).lower())


@lru_cache(maxsize=4096)
def _unshortened(path: str) -> str:
    return "".join(chr(unit) if unit < 128 and chr(unit).isalnum() else "-" for unit in _units(path))


def decode(folder: str, known: Iterable[str] = ()) -> str:
    """
    A path that this folder name may stand for.

    One of the known paths that encode to it if there is one; else every dash is read
    as a separator, which is right for paths of letters and digits only. A guess: where
    a transcript names its `cwd`, that is the truth.
    """
    for path in known:
        if encodes(path, folder):
            return path
    if len(folder) > 3 and folder[0].isalpha() and folder[1:3] == "--":
        return f"{folder[0]}:\\" + folder[3:].replace("-", "\\")
    return folder.replace("-", "/")


def _units(path: str) -> list[int]:
    raw = path.encode("utf-16-le", "surrogatepass")
    return [raw[i] | raw[i + 1] << 8 for i in range(0, len(raw), 2)]


def _hash(units: list[int]) -> str:
    """Java's string hash in 32 bits, its absolute value in base 36."""
    value = 0
    for unit in units:
        value = (value * 31 + unit) & 0xFFFFFFFF
    value = abs(value - (1 << 32) if value >= 1 << 31 else value)
    digits = ""
    while True:
        value, digit = divmod(value, 36)
        digits = _DIGITS[digit] + digits
        if not value:
            return digits
