"""`ccmcp completion`: scripts that complete commands, flags and choices."""

from dataclasses import dataclass
from typing import Literal

from ccmcp.cli.command import SETUP, Command, Invocation
from ccmcp.screen import Screen


@dataclass(frozen=True, kw_only=True)
class Completion:
    """Which shell's."""

    shell: Literal["bash", "zsh", "fish", "powershell"]
    """The shell to complete in."""


@dataclass(frozen=True, kw_only=True)
class Script:
    """A script to be sourced."""

    shell: str
    script: str


def _run(asked: Completion, invocation: Invocation) -> Script:
    from ccmcp.cli.scripts import SHELLS, entries  # noqa: PLC0415 - other commands do without

    return Script(shell=asked.shell, script=SHELLS[asked.shell](entries(invocation.commands)))


def _screen(result: Script, _screen: Screen) -> str:
    return result.script


COMMAND = Command(
    name="completion",
    description="Print a script that completes ccmcp's commands, flags and choices in your shell. Its first line says where it goes.",
    group=SETUP,
    parameters=Completion,
    run=_run,
    screen=_screen,
    positional=("shell",),
    examples=(
        "source <(ccmcp completion bash)",
        "ccmcp completion fish > ~/.config/fish/completions/ccmcp.fish",
    ),
)
