"""
The client's two pipes, moved out of everyone else's reach: lines in, lines out.

Standard library only, and little of it: it is loaded before the first answer.
"""

import os
import sys
from collections.abc import Iterator


class Wire:
    """Two descriptors that nothing else in the process knows."""

    def __init__(self, source: int, sink: int) -> None:
        self._source = source
        self._sink = sink

    @classmethod
    def claim(cls) -> "Wire":
        """
        Take over standard input and output.

        From here on a stray `print`, or a child process, reads nothing and writes to standard error.

        Raises:
            OSError: one of the two is closed: there is no client.

        """
        wire = cls(_private(0), _private(1))
        _divert(0, os.devnull, os.O_RDONLY)
        try:
            os.dup2(2, 1)
        except OSError:
            _divert(1, os.devnull, os.O_WRONLY)
        return wire

    def lines(self) -> Iterator[bytes]:
        """Each line the client sends, however long, without its end, until the client hangs up."""
        rest = bytearray()
        while chunk := self._read():
            rest += chunk
            if b"\n" in chunk:
                *whole, last = bytes(rest).split(b"\n")
                rest = bytearray(last)
                yield from whole
        if rest:
            yield bytes(rest)

    def send(self, line: bytes) -> bool:
        """Write a line, whole, and say whether the client still listens."""
        left = memoryview(line + b"\n")
        try:
            while left:
                left = left[os.write(self._sink, left) :]
        except OSError:
            return False
        return True

    def _read(self) -> bytes:
        try:
            return os.read(self._source, 1 << 16)
        except OSError:  # a terminal that hung up
            return b""


def _private(descriptor: int) -> int:
    if sys.platform == "win32":
        return os.dup(descriptor)
    import fcntl  # noqa: PLC0415 - not there on Windows

    return fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 3)


def _divert(descriptor: int, path: str, flags: int) -> None:
    other = os.open(path, flags)
    os.dup2(other, descriptor)
    os.close(other)
