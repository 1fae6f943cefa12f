"""
The `ccmcp` command: the tools as commands, and the few things around them. The only place that prints and exits.

`ccmcp.cli.commands` says what there is, `parser` reads an argument list, `run` does what it says,
`terminal` knows where it goes. Nothing is imported before it is needed: a client waits for
`ccmcp serve`, and a person for `ccmcp list`.
"""

import gc
import os
import sys
from collections.abc import Callable, Mapping, Sequence

TYPE_CHECKING = False  # typing's own takes 2 ms to import
if TYPE_CHECKING:  # these load what a server's start must not wait for
    from datetime import datetime

    from ccmcp.config import Config
    from ccmcp.history import History
    from ccmcp.tools import Tool

INTERRUPTED = 130  # what a shell makes of SIGINT


def main(
    argv: Sequence[str] | None = None,
    *,
    catalogue: "Callable[[], Sequence[Tool]] | None" = None,
    open_history: "Callable[[Config], History] | None" = None,
) -> int:
    """
    Do what the arguments (without the program's name) say, and return the exit code.

    0: done. 1: refused or failed. 2: wrong usage. 130: interrupted. 141: nobody reads the answer.
    Without arguments it serves MCP, or on a terminal shows help. `catalogue` gives the tools and
    `open_history` the history they work on; by default all tools and the user's own.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == ["classify"]:  # as a hook it must never end in an error, not even for --hook=yes
        arguments = ["--hook" if word.startswith("--hook=") else word for word in arguments]
    try:
        if arguments == ["serve"] or (not arguments and _is_piped()):
            return serve(os.environ, catalogue=catalogue, open_history=open_history)
        if (
            "classify" in arguments
            and not {"--jsonl", "--hook"}.isdisjoint(arguments)
            and "--help" not in arguments
        ):
            return _classify(arguments, whole=argv is None)
        if argv is None:
            gc.disable()  # until all is imported: a tenth of that time goes into collecting what stays
        from ccmcp.cli.run import hush, run  # noqa: PLC0415 - the server starts without it

        if argv is None:
            hush()
        return run(arguments, catalogue=catalogue, open_history=open_history)
    except KeyboardInterrupt:  # while importing
        return INTERRUPTED


def serve(
    env: Mapping[str, str],
    *,
    catalogue: "Callable[[], Sequence[Tool]] | None" = None,
    open_history: "Callable[[Config], History] | None" = None,
) -> int:
    """Serve MCP over standard input and output; the exit code."""
    from ccmcp import server  # noqa: PLC0415 - only this command needs it

    zones = [""]

    def opened() -> "History":
        from ccmcp.config import Config  # noqa: PLC0415 - the client's first questions don't wait for it
        from ccmcp.history import History  # noqa: PLC0415
        from ccmcp.redact import use_salt  # noqa: PLC0415
        from ccmcp.salt import read_salt  # noqa: PLC0415

        config = Config.load(settings_of(env))
        use_salt(lambda: read_salt(config.state))
        zones[0] = config.timezone
        return (open_history or History)(config)

    def now() -> "datetime":
        from ccmcp.cli import clock  # noqa: PLC0415

        return clock.now(zones[0])

    return server.serve(opened, env, now=now, catalogue=catalogue)


def _classify(arguments: Sequence[str], *, whole: bool) -> int:
    """Answer calls that are still to come; `whole`: it is all that this process is for."""
    code = 0 if "--hook" in arguments else 1
    try:
        if whole:
            gc.disable()
        from ccmcp.cli.hook import classify  # noqa: PLC0415 - nothing else needs it

        code = classify(arguments, os.environ)
    except BaseException:
        if "--hook" not in arguments:
            raise
    if whole:
        os._exit(code)  # taking the interpreter down takes 3 ms, which the hook's user would wait for
    return code


def settings_of(env: Mapping[str, str]) -> dict[str, str]:
    """The environment without the variable that is the command line's own."""
    return {name: value for name, value in env.items() if name != "CCMCP_DEBUG"}


def _is_piped() -> bool:
    return sys.stdin is not None and not sys.stdin.isatty()
