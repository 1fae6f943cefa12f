"""Who asks from a terminal, as a tool is told; and the question to them before anything of theirs is changed."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from ccmcp.cli.terminal import Terminal, tell, working_folder
from ccmcp.redact import clean

if TYPE_CHECKING:  # they load the index, which help does without
    from ccmcp.cli.command import Invocation
    from ccmcp.cli.progress import Bar
    from ccmcp.config import Config
    from ccmcp.tools import Answer, Call


def call_of(invocation: "Invocation", config: "Config", bar: "Bar", *, asks: bool) -> "Call":
    """What a tool is told of a run of the command line; `asks`: it may ask before it changes anything."""
    from ccmcp.cli import clock  # noqa: PLC0415 - only commands that ask pay for it
    from ccmcp.tools import Call  # noqa: PLC0415

    return Call(
        now=clock.now(config.timezone),
        cwd=working_folder(),
        session_id=invocation.env.get("CLAUDE_CODE_SESSION_ID", ""),
        windows=sys.platform == "win32",
        progress=bar.draw,
        ask=asker(invocation.terminal, yes=invocation.common.yes, clear=bar.clear) if asks else None,
    )


def asker(
    terminal: Terminal, *, yes: bool, clear: Callable[[], None] = lambda: None
) -> "Callable[[str], Answer]":
    """
    Ask a question and wait for the answer.

    `yes` answers it beforehand; without a terminal nobody can be asked ("unable"); the end of input is "cancel".
    `clear` takes away what stands on the terminal's last line.
    """

    def ask(question: str) -> "Answer":
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
