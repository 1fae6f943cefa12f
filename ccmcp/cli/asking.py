"""A question to the person at the terminal, before anything of theirs is changed."""

import sys
from collections.abc import Callable
from typing import Literal

from ccmcp.cli.terminal import Terminal, tell
from ccmcp.redact import clean

Asked = Literal["accept", "decline", "cancel", "unable"]


def asker(
    terminal: Terminal, *, yes: bool, clear: Callable[[], None] = lambda: None
) -> Callable[[str], Asked]:
    """
    Ask a question and wait for the answer.

    `yes` answers it beforehand; without a terminal nobody can be asked ("unable"); the end of input is "cancel".
    `clear` takes away what stands on the terminal's last line.
    """

    def ask(question: str) -> Asked:
        if yes:
            return "accept"
        if not (terminal.in_is_tty and terminal.err_is_tty):
            return "unable"
        clear()
        tell(f"{clean(question)} [y/N] ")
        line = sys.stdin.readline()
        if not line:
            tell("\n")
            return "cancel"
        return "accept" if line.strip().lower() in ("y", "yes") else "decline"

    return ask
