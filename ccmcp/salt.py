"""The salt of fingerprints: a file of this user's in the state folder, made at the first need. I/O and chance."""

import os
from pathlib import Path

_LEAST = 16
_OWN: dict[str, bytes] = {}
"""The salt of this process, where no file can be kept."""


def read_salt(folder: Path) -> bytes:
    """
    The salt kept in a folder, made if there is none; whoever asks at the same time gets the same one.

    Where the folder can't be written to, it is one of this process only, and fingerprints end with it.
    """
    place = folder / "salt"
    try:
        return _read(place) or _make(place)
    except OSError:
        return _OWN.setdefault("", os.urandom(32))


def _read(place: Path) -> bytes:
    try:
        found = place.read_bytes()
    except FileNotFoundError:
        return b""
    if len(found) < _LEAST:
        raise OSError(f"{place} is no salt")
    return found


def _make(place: Path) -> bytes:
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Written whole under a name of its own, then put in place unless another process was faster.
    own = place.with_name(f".salt-{os.getpid()}-{os.urandom(4).hex()}")
    descriptor = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(os.urandom(32))
            file.flush()
            os.fsync(file.fileno())
        _put(own, place)
    finally:
        own.unlink(missing_ok=True)
    return _read(place)


def _put(own: Path, place: Path) -> None:
    try:
        os.link(own, place)
    except FileExistsError:
        pass
    except (OSError, NotImplementedError, AttributeError):  # a file system without links
        if not place.exists():
            own.replace(place)
