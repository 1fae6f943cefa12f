"""
Files read in a process of their own, ahead of the one that writes. I/O.

Reading is Python's work and writing mostly Tantivy's: in two processes a cold build uses
two cores, and a server that builds beside its questions keeps its own interpreter free
for them. Where no process can be started, or it dies, the same work is done in this one.
"""

import contextlib
import gc
import pickle
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from typing import IO, Final

from ccmcp.index.intake import Portion, Reading, take
from ccmcp.redact import salt, use_salt

_PROGRAM = "import sys; sys.path[:] = {path!r}; from ccmcp.index.readahead import work; work()"
_DEAD = (EOFError, OSError, ValueError, pickle.UnpicklingError)
"""What reading from a process that has died raises, at a portion's border or within one."""

AHEAD: Final = 24
"""So many portions are read ahead: about 12 MB."""


class ReadAhead:
    """The other process, started when there is much to read."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._portions: queue.Queue[Portion | None] = queue.Queue(AHEAD)
        self._asked = 0
        """Files that the process was asked for and has not given whole."""

    def begin(self, readings: Sequence[Reading]) -> None:
        """Have these files read, in order, from now on."""
        if self._process is None:
            self._process = _start()
            if self._process is None:
                return
            threading.Thread(target=_fetch, args=(self._process.stdout, self._portions), daemon=True).start()
        assert self._process.stdin is not None
        with contextlib.suppress(*_DEAD):  # it has died: nothing comes, and all is read here
            pickle.dump(list(readings), self._process.stdin, protocol=pickle.HIGHEST_PROTOCOL)
            self._process.stdin.flush()
        self._asked += len(readings)

    def read(self, reading: Reading) -> Iterator[Portion]:
        """The portions of a file: of those begun the next one, or any other, which is read here."""
        handed = 0
        while self._asked:
            portion = self._portions.get()
            if portion is None:
                self._asked = 0
                break
            handed += 1
            yield portion
            if portion.taken is not None:
                self._asked -= 1
                return
        # Portions come in the same order again, so those that came before are passed over.
        for number, portion in enumerate(take(reading)):
            if number >= handed:
                yield portion

    def close(self) -> None:
        """End the process, whatever it was at."""
        if self._process is None:
            return
        self._process.kill()
        while self._asked and self._portions.get() is not None:
            pass  # its last portions, so that the thread that fetches them ends too
        with self._process:
            self._process = None


def _start() -> "subprocess.Popen[bytes] | None":
    if not sys.executable:
        return None
    try:
        process = subprocess.Popen(  # noqa: S603 - this interpreter, and a program that stands above
            [sys.executable, "-c", _PROGRAM.format(path=sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        return None
    assert process.stdin is not None
    with contextlib.suppress(
        *_DEAD
    ):  # what it redacts gets the same marks; an argument would be seen by others
        pickle.dump(salt(), process.stdin)
        process.stdin.flush()
    return process


def _fetch(stream: IO[bytes], portions: "queue.Queue[Portion | None]") -> None:
    """In a thread: take what the process has read off its hands, so that it need not wait for the writing."""
    with contextlib.suppress(*_DEAD):
        while True:
            portions.put(pickle.load(stream))  # noqa: S301 - our own process at the other end
    portions.put(None)


def work() -> None:
    """The other process: read the files named on stdin, write their portions to stdout, until there are no more."""
    gc.disable()  # it makes no cycles, and ends when the files do
    with contextlib.suppress(*_DEAD, KeyboardInterrupt):
        known: bytes = pickle.load(sys.stdin.buffer)  # noqa: S301 - our own process at the other end
        use_salt(lambda: known)
        while True:
            readings: list[Reading] = pickle.load(sys.stdin.buffer)  # noqa: S301 - our own process at the other end
            for reading in readings:
                for portion in take(reading):
                    pickle.dump(portion, sys.stdout.buffer, protocol=pickle.HIGHEST_PROTOCOL)
                sys.stdout.buffer.flush()
