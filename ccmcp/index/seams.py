"""The end of what was indexed, remembered: tells an append from a rewrite. I/O: reads a few bytes."""

from pathlib import Path

SEAM = 256
"""So many bytes before the indexed end are remembered by digest."""


def seam(path: str, end: int) -> bytes:
    """A digest of the last bytes before `end`. Raises OSError."""
    import hashlib  # noqa: PLC0415 - only where a file has changed

    with Path(path).open("rb") as file:
        file.seek(max(0, end - SEAM))
        return hashlib.blake2b(file.read(min(SEAM, end)), digest_size=16).digest()


def seam_if_there(path: str, end: int) -> bytes:
    """The same; empty for a file that can't be read."""
    try:
        return seam(path, end)
    except OSError:
        return b""
