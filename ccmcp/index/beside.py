"""A build that runs beside the questions, in a thread of its own: watched, stopped, and asked how it ended."""

import threading
from collections.abc import Callable
from typing import TypeAlias

Progress: TypeAlias = Callable[[int, int, str], None]
"""Told bytes read, bytes to read, and what they are read for."""
Stopped: TypeAlias = Callable[[], bool]

_STEP, _LONGEST = 0.05, 10.0
"""Seconds between two looks at whether to wait on, and for which an end is waited for at most."""


class Beside:
    """At most one build at a time."""

    def __init__(self) -> None:
        self.first_batch = threading.Event()
        """Set when something can be searched: the build's first batch, or what was there before it."""
        self.error: BaseException | None = None
        """What ended the last build, where it did not come to its end."""
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._listeners: list[Progress] = []

    @property
    def running(self) -> bool:
        """Whether it is at work, or waits for its turn."""
        return self._thread is not None and self._thread.is_alive()

    def start(self, build: Callable[[], None]) -> None:
        """Begin one; what it raises is kept as `error`."""

        def run() -> None:
            try:
                build()
            except BaseException as error:  # noqa: BLE001 - a thread has nobody to raise it to
                self.error = error
            finally:
                self.first_batch.set()

        self.error = None
        self.first_batch.clear()
        self._stop.clear()
        self._thread = threading.Thread(target=run, name="ccmcp-build", daemon=True)
        self._thread.start()

    def stopped(self) -> bool:
        """Whether it is to end: asked by the build itself."""
        return self._stop.is_set()

    def end(self) -> None:
        """Have it end, and wait for that. What it committed stays."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(_LONGEST)

    def tell(self, done: int, total: int, what: str) -> None:
        """Tell all who watch how far it is."""
        for listener in tuple(self._listeners):
            listener(done, total, what)

    def watch(self, progress: Progress | None, stopped: Stopped | None, *, wait: bool) -> None:
        """
        Wait for its first batch, or with `wait` for its end.

        `stopped` ends the waiting, and with `wait` the build too.
        """
        thread = self._thread
        if thread is None:
            return
        if progress:
            self._listeners.append(progress)
        try:
            while thread.is_alive() and (wait or not self.first_batch.is_set()):
                if stopped and stopped():
                    if wait:
                        self._stop.set()
                    return
                if wait:
                    thread.join(_STEP)
                else:
                    self.first_batch.wait(_STEP)
        finally:
            if progress:
                self._listeners.remove(progress)
