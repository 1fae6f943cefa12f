"""A server of the tools in `catalogue`, as a process: `python -m tests.server.program MANIFEST [tell]`."""

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ccmcp.server import serve

if TYPE_CHECKING:
    from ccmcp.history import History
    from ccmcp.tools import Tool


def _tools() -> "Sequence[Tool]":
    from tests.server.catalogue import TOOLS  # noqa: PLC0415 - loaded when the front has answered

    if "tell" in sys.argv:
        sys.stderr.write("the tools are loaded\n")

    return TOOLS


def _open() -> "History":
    from tests.server.catalogue import Notebook  # noqa: PLC0415

    return Notebook().opened()


if __name__ == "__main__":
    sys.exit(serve(_open, os.environ, catalogue=_tools, manifest=sys.argv[1]))
