"""How the server's process ends: by the client, or by a signal; soon, and without a thread that outlives its turn."""

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from time import monotonic

GRACE = 1.0
"""Seconds that running calls and the history get to stop in, once the client has gone."""

READER = "ccmcp reader"
"""The thread that waits for the client's lines; nobody waits for it."""


class Ending:
    """A signal handler that knows the exit code, and how to get there: by SystemExit, or in a gentler way."""

    def __init__(self) -> None:
        self.code = 0
        self.gently: Callable[[], object] | None = None

    def __call__(self, number: int, _frame: object) -> None:
        """End the conversation; at the second signal the process."""
        if self.code:
            os._exit(self.code)
        self.code = 128 + number
        if self.gently is None:
            raise SystemExit(self.code)
        self.gently()

    def leave(self, close: Callable[[], object] | None) -> int:
        """
        Run `close`, and return the exit code when no thread works any more.

        A thread that still does after a while (and any when there is nothing to close) ends with
        the process, here and now: an interpreter that exits around working threads may crash or wait.
        """
        deadline = monotonic()
        if close is not None:
            deadline += GRACE
            threading.Thread(target=_quietly, args=(close,), name="ccmcp closing", daemon=True).start()
        for thread in _working():
            with suppress(RuntimeError):  # a signal came while it was being started
                thread.join(max(0.0, deadline - monotonic()))
        if _working():
            os._exit(self.code)
        return self.code


def _working() -> list[threading.Thread]:
    me = threading.current_thread()
    return [thread for thread in threading.enumerate() if thread is not me and thread.name != READER]


def _quietly(close: Callable[[], object]) -> None:
    with suppress(Exception):  # what wasn't closed is repaired at the next start; nobody is left to tell
        close()
