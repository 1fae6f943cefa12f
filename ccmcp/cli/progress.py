"""A bar on the terminal while long work runs."""

import time
from collections.abc import Callable

from ccmcp.cli.terminal import Terminal, tell
from ccmcp.screen import columns, cut

PATIENCE = 0.3
"""Seconds that work goes unmentioned: most is done sooner, and a flash of a bar is no help."""

_CELLS = 24
_BYTES = 1_000_000


class Bar:
    """One line on standard error that is drawn over and over; nothing where that is no terminal."""

    def __init__(self, terminal: Terminal, clock: Callable[[], float] = time.monotonic) -> None:
        self._terminal = terminal
        self._clock = clock
        self._began = clock()
        self._shown = ""

    def draw(self, done: int, total: int, what: str) -> None:
        """Show that so many of all bytes (or steps, of fewer than a million) are done, and what is being done."""
        if not self._terminal.err_is_tty or self._clock() - self._began < PATIENCE:
            return
        line = self._line(done, total, what)
        if line != self._shown:
            tell(f"\r{line}{' ' * (columns(self._shown) - columns(line))}")
            self._shown = line

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            tell(f"\r{' ' * columns(self._shown)}\r")
            self._shown = ""

    def _line(self, done: int, total: int, what: str) -> str:
        full, empty = ("━", "─") if self._terminal.unicode else ("#", "-")
        share = min(max(done / total, 0.0), 1.0) if total > 0 else 0.0
        filled = int(share * _CELLS)
        bar = full * filled + empty * (_CELLS - filled)
        # Less than a megabyte is done before anything is shown: a small total counts things, not bytes.
        amount = (
            f"{done / 1e6:,.0f} of {total / 1e6:,.0f} MB" if total >= _BYTES else f"{done:,} of {total:,}"
        )
        figures = f"{bar} {int(share * 100):3d} %  {amount}"
        room = self._terminal.width - 1 - len(figures) - 2
        return f"{cut(what, room)}  {figures}" if room >= 8 else figures[: self._terminal.width - 1]
