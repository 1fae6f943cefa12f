"""
Files read in a process of their own, ahead of the one that writes. I/O.

Reading is Python's work and writing mostly Tantivy's: in two processes a cold build uses
two cores, and a server that builds beside its questions keeps its own interpreter free
for them. Where no process can be started the same work is done in this one.
"""

import contextlib
import gc
import pickle
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import IO

from ccmcp.index.intake import Portion, Reading, take

_PROGRAM = "import sys; sys.path[:] = {path!r}; from ccmcp.index.readahead import work; work()"


def read(readings: Sequence[Reading], *, ahead: bool) -> Iterator[tuple[Reading, Portion]]:
    """The portions of each file in order, read by another process if `ahead`."""
    process = _start() if ahead and sys.executable else None
    if process is None:
        yield from ((reading, portion) for reading in readings for portion in take(reading))
        return
    try:
        yield from _portions(process, readings)
    finally:
        process.kill()
        with process:
            pass


def _start() -> "subprocess.Popen[bytes] | None":
    program = _PROGRAM.format(path=sys.path)
    try:
        return subprocess.Popen(  # noqa: S603 - this interpreter, and a program that stands above
            [sys.executable, "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        return None


def _portions(
    process: "subprocess.Popen[bytes]", readings: Sequence[Reading]
) -> Iterator[tuple[Reading, Portion]]:
    assert process.stdin is not None
    assert process.stdout is not None
    with contextlib.suppress(OSError):  # it died at once: nothing comes back, and all is read here
        pickle.dump(list(readings), process.stdin, protocol=pickle.HIGHEST_PROTOCOL)
        process.stdin.close()
    for reading in readings:
        yield from ((reading, portion) for portion in _file(process.stdout, reading))


def _file(stream: IO[bytes], reading: Reading) -> Iterator[Portion]:
    """One file's portions from the other process; from the file itself when that process has died."""
    handed = 0
    while True:
        try:
            portion = pickle.load(stream)  # noqa: S301 - our own process at the other end
        except (EOFError, OSError, pickle.UnpicklingError):
            break
        handed += 1
        yield portion
        if portion.taken is not None:
            return
    # Portions come in the same order again, so those that came before are passed over.
    for number, portion in enumerate(take(reading)):
        if number >= handed:
            yield portion


def work() -> None:
    """The other process: read the files named on stdin, write their portions to stdout."""
    gc.disable()  # it makes no cycles, and ends when the files do
    readings: Iterable[Reading] = pickle.load(sys.stdin.buffer)  # noqa: S301 - our own process at the other end
    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):
        for reading in readings:
            for portion in take(reading):
                pickle.dump(portion, sys.stdout.buffer, protocol=pickle.HIGHEST_PROTOCOL)
        sys.stdout.buffer.flush()
