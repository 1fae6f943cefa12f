"""
ccmcp as an MCP server over standard input and output.

`serve` is all the command line needs. Nothing here imports the SDK before the client's
first questions are answered.
"""

import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence

from ccmcp import __version__
from ccmcp.server.ending import Ending
from ccmcp.server.front import Front
from ccmcp.server.wire import Wire

TYPE_CHECKING = False  # typing's own takes 2 ms to import
if TYPE_CHECKING:  # these load everything else, which is what the front is faster than
    from datetime import datetime

    from ccmcp.history import History
    from ccmcp.server.app import McpServer
    from ccmcp.tools import Tool

MANIFEST = os.path.join(os.path.dirname(__file__), "manifest.json")  # noqa: PTH118, PTH120 - pathlib is slow to import
"""What the front answers; `python -m ccmcp.server.manifest` writes it."""


def serve(
    open_history: "Callable[[], History]",
    env: Mapping[str, str],
    *,
    now: "Callable[[], datetime] | None" = None,
    catalogue: "Callable[[], Sequence[Tool]] | None" = None,
    manifest: str | None = None,
) -> int:
    """
    Serve MCP over stdio until the client hangs up, or SIGINT or SIGTERM comes, and return the exit code.

    It owns the process from here on: standard input and output belong to the client, signals end it,
    and work that doesn't stop in time ends with it. `open_history` is called at the first call of a
    tool, in a worker thread; `now` at each call, after that. `catalogue` gives the tools, all of them by
    default, and `manifest` is the file of answers that fit them; without one everything waits for the SDK.
    """
    ending = Ending()
    opened: list[History] = []

    def open_and_keep() -> "History":
        opened.append(open_history())
        return opened[-1]

    manifest = (MANIFEST if catalogue is None else "") if manifest is None else manifest
    loading = _Loading(lambda: _build(catalogue, open_and_keep, env, now))
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, ending)
        _serve(Wire.claim(), Front(_read(manifest)), loading, ending)
    except SystemExit:
        pass
    except Exception as error:  # noqa: BLE001 - whatever it is, no traceback: the client shows stderr to people
        sys.stderr.write(f"ccmcp: the server failed ({type(error).__name__})\n")
        ending.code = ending.code or 1
    return ending.leave(opened[0].close if opened else None)


class _Loading:
    """The real server, made in a thread of its own while the front still answers."""

    def __init__(self, build: "Callable[[], McpServer]") -> None:
        self._build = build
        self._thread = threading.Thread(target=self._run, name="ccmcp loading", daemon=True)
        self._server: McpServer | None = None
        self._error: BaseException | None = None

    def start(self) -> None:
        """Begin, unless it has begun."""
        if self._thread.ident is None:
            self._thread.start()

    def result(self) -> "McpServer":
        """The server, waited for."""
        self.start()
        self._thread.join()
        if self._error is not None:
            raise self._error
        assert self._server is not None
        return self._server

    def _run(self) -> None:
        try:
            self._server = self._build()
        except BaseException as error:  # noqa: BLE001 - raised again where the result is asked for
            self._error = error


def _build(
    catalogue: "Callable[[], Sequence[Tool]] | None",
    open_history: "Callable[[], History]",
    env: Mapping[str, str],
    now: "Callable[[], datetime] | None",
) -> "McpServer":
    import gc  # noqa: PLC0415 - all of this is what the front doesn't wait for

    gc.disable()  # an eighth of the time of these imports goes into collecting what lives as long as the process
    from ccmcp.server.app import build_server, local_now  # noqa: PLC0415
    from ccmcp.tools import all_tools  # noqa: PLC0415

    server = build_server((catalogue or all_tools)(), open_history, env, now=now or local_now)
    gc.freeze()
    gc.enable()
    return server


def _serve(wire: Wire, front: Front, loading: _Loading, ending: Ending) -> None:
    lines = wire.lines()
    for line in lines:
        answer = front.answer(line)
        if answer is None:
            break
        if answer and not wire.send(answer):
            return
        if front.listed:
            loading.start()
    else:
        return
    server = loading.result()
    from ccmcp.server.conversation import converse  # noqa: PLC0415 - it needs the SDK, loaded by now

    converse(server, wire, lines, [*front.replay, line], ending)


def _read(manifest: str) -> dict[str, object]:
    """The manifest, or an empty one, with which the front answers nothing, when it isn't one of this version."""
    try:
        with open(manifest, "rb") as file:  # noqa: PTH123 - pathlib is slow to import
            found = json.load(file)
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) and found.get("ccmcp") == __version__ else {}
