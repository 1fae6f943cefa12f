"""
The writer's lock: one process writes the stores at a time. I/O.

It is the operating system's lock on a file, so it goes with the process that holds it,
however that ends.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def writer_lock(path: Path, *, seconds: float) -> Iterator[bool]:
    """Hold the lock; whether it was got within so many seconds."""
    # Loaded here: it brings logging along, which costs a listing more than its answer.
    from filelock import FileLock, Timeout  # noqa: PLC0415

    lock = FileLock(path, thread_local=False)
    try:
        lock.acquire(timeout=seconds)
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()
