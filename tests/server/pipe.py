"""A server process, and the raw lines to and from it."""

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parents[2]
"""Where `python -m tests.server.program` works."""


class Pipe:
    """One process; every wait in here ends with the process, which ends with the test."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.process = process
        assert process.stdin is not None
        assert process.stdout is not None
        self._stdin: IO[bytes] = process.stdin
        self._stdout: IO[bytes] = process.stdout
        process.stdin = None  # so that waiting for the end doesn't bring it about

    def write(self, *lines: bytes, end: bytes = b"\n") -> None:
        self._stdin.write(b"".join(line + end for line in lines))
        self._stdin.flush()

    def send(self, *messages: object) -> None:
        """Whole messages, in one piece."""
        self.write(*(json.dumps(message).encode() for message in messages))

    def receive(self) -> dict[str, Any]:
        line = self._stdout.readline()
        assert line, f"the server hung up: {self.ended()}"
        message = json.loads(line)
        assert isinstance(message, dict)
        return message

    def answers(self, count: int) -> dict[object, dict[str, Any]]:
        """The next messages, by id."""
        messages = [self.receive() for _ in range(count)]
        found = {message.get("id"): message for message in messages}
        assert len(found) == count, messages
        return found

    def next_error(self) -> str:
        assert self.process.stderr is not None
        return self.process.stderr.readline().decode()

    def hang_up(self) -> None:
        self._stdin.close()

    def stop_reading(self) -> None:
        self._stdout.close()
        self.process.stdout = None

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self._stdin, self._stdout, self.process.stderr):
            with suppress(BrokenPipeError):
                if stream is not None:
                    stream.close()

    def ended(self) -> tuple[int, str, str]:
        """The exit code, what else it wrote, and its standard error."""
        output, errors = self.process.communicate(timeout=60)
        return self.process.returncode, (output or b"").decode(), errors.decode()


@contextmanager
def started(command: Sequence[str], env: Mapping[str, str] | None = None) -> Iterator[Pipe]:
    """A process for the time of a test."""
    pipe = Pipe(
        subprocess.Popen(
            command,
            cwd=ROOT,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    )
    try:
        yield pipe
    finally:
        pipe.close()
