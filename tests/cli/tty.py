"""A command run on a terminal of its own."""

import os
import pty
import subprocess
import termios
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.cli.conftest import REPOSITORY


@dataclass(frozen=True)
class Seen:
    code: int
    shown: str
    """Everything that went to the terminal."""


def on_terminal(command: Sequence[str], *, columns: int = 100, env: Mapping[str, str] | None = None) -> Seen:
    """Run a command with all three streams on a pseudo-terminal of this width."""
    primary, secondary = pty.openpty()
    termios.tcsetwinsize(secondary, (24, columns))
    started = subprocess.Popen(
        command, cwd=REPOSITORY, env={**os.environ, "TERM": "xterm", **(env or {})},
        stdin=secondary, stdout=secondary, stderr=secondary, start_new_session=True,
    )  # fmt: skip
    os.close(secondary)
    shown = b""
    try:
        while more := os.read(primary, 4096):
            shown += more
    except OSError:  # what Linux says when the last writer has closed it
        pass
    os.close(primary)
    return Seen(started.wait(60), shown.decode().replace("\r\n", "\n"))
