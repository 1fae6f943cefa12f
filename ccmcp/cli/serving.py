"""`ccmcp serve`: MCP over standard input and output."""

from dataclasses import dataclass

from ccmcp.cli.command import SETUP, Command, Invocation
from ccmcp.screen import Screen


@dataclass(frozen=True, kw_only=True)
class Serve:
    """Nothing is asked for."""


def _run(_asked: Serve, invocation: Invocation) -> int:
    # Plain `ccmcp serve` never comes here: `main` takes the short way.
    return invocation.serve(invocation.env)


def _screen(_result: object, _screen: Screen) -> str:
    return ""


COMMAND = Command(
    name="serve",
    description=(
        "Serve MCP over standard input and output, as `ccmcp init` registers it. It is for clients to start, not for people: "
        "it waits for messages until its input ends. `ccmcp` alone does the same when its input is no terminal."
    ),
    group=SETUP,
    parameters=Serve,
    run=_run,
    screen=_screen,
    examples=("ccmcp serve",),
)
