"""What can be asked of the command line: a command for each tool, and a few of its own."""

import gc
import importlib
import os
import pkgutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ccmcp.cli.options import Option, options
from ccmcp.cli.terminal import Terminal
from ccmcp.screen import Screen

if TYPE_CHECKING:  # they load the index, which help, completion and init do without
    from ccmcp.config import Config
    from ccmcp.history import History
    from ccmcp.tools import Tool

READING, REPORTS, CHANGES, SETUP = "Find and read", "Reports", "Change", "Set up"
GROUPS = (READING, REPORTS, CHANGES, SETUP)

_OWN = {"init", "completion", "serve"}
_HELP = {"help", "--help", "-h"}


@dataclass(frozen=True, kw_only=True)
class Common:
    """What every command understands."""

    json: bool = False
    """The answer as JSON: every key always there, null when unknown."""

    config_dir: str = ""
    """Claude Code's config folder, instead of CLAUDE_CONFIG_DIR; several with commas between."""

    tz: str = ""
    """The time zone of days and times, as Europe/Berlin, instead of this machine's."""

    color: bool = True
    """No colours. NO_COLOR=1 does the same for good."""

    show_secrets: bool = False
    """Secrets as they are, instead of [redacted:...]; on a terminal only."""


@dataclass(frozen=True, kw_only=True)
class Invocation:
    """One run of the command line: where, and with which of the common options."""

    env: Mapping[str, str]
    """The environment, --config-dir taken in."""

    terminal: Terminal
    common: Common
    commands: "Mapping[str, Command]"
    """Every command there is, by its name."""

    load_config: "Callable[[], Config]"
    open_history: "Callable[[Config], History]"
    serve: Callable[[Mapping[str, str]], int]
    """Serve MCP in this environment."""


@dataclass(frozen=True, kw_only=True)
class Command:
    """One command."""

    name: str
    """One word, or a group and a command: `migrate plan`."""

    description: str
    """What it does; the first sentence is its summary."""

    group: str
    """Under which heading help lists it."""

    parameters: type[Any]
    """A frozen dataclass: its fields are the flags, its docstrings their help."""

    run: Callable[[Any, Invocation], Any]
    """(parameters, invocation) -> result, a dataclass; an int is an exit code, and nothing is left to show."""

    screen: Callable[[Any, Screen], str]
    """result -> what a person reads."""

    positional: tuple[str, ...] = ()
    """The fields that are given without a flag."""

    examples: tuple[str, ...] = ()
    """Command lines."""

    tool_name: str = ""
    """The MCP tool it is; empty for a command of the command line's own."""

    @cached_property
    def options(self) -> tuple[Option, ...]:
        """Every field as an option."""
        return options(self.parameters)

    @property
    def arguments(self) -> tuple[Option, ...]:
        """The positional ones, in order."""
        by_field = {option.field: option for option in self.options}
        return tuple(by_field[field] for field in self.positional)

    @property
    def switches(self) -> tuple[Option, ...]:
        """The ones with a flag."""
        return tuple(option for option in self.options if option.field not in self.positional)

    @property
    def takes_words(self) -> bool:
        """Whether the last argument is a query: it takes all words that are left, quoted or not."""
        return self.positional[-1:] == ("query",)

    @property
    def full_name(self) -> str:
        """The name as it is typed."""
        return f"ccmcp {self.name}"

    @property
    def usage(self) -> str:
        """The command line in short."""
        words = [self.full_name]
        for option in self.arguments:
            shown = option.metavar if not option.choices else option.field.upper()
            shown += "..." if option.many or (self.takes_words and option is self.arguments[-1]) else ""
            words.append(shown if option.required else f"[{shown}]")
        return " ".join([*words, "[options]"])


def tools_for(arguments: "Sequence[str]") -> "Sequence[Tool]":
    """
    The tools that these arguments may be about: all of them, or just the one that is surely meant.

    All of them take several times as long to import. A tool's module is named after the tool, and that mostly has
    the command's name in it (`list`: list_sessions); where not, or in doubt, all are loaded and nothing else changes.
    """
    first = arguments[0] if arguments else ""
    if first in ("init", "serve", "--version", "-V") and not _HELP.intersection(arguments):
        return ()
    from ccmcp import tools  # noqa: PLC0415 - the most of what a command's start takes

    if first.isalpha() and not _HELP.intersection(arguments):
        for module in pkgutil.iter_modules(tools.__path__):
            if first in module.name.split("_"):
                tool = getattr(importlib.import_module(f"{tools.__name__}.{module.name}"), "TOOL", None)
                if isinstance(tool, tools.Tool) and tool.command == first:
                    return (tool,)
    return tools.all_tools()


def commands_for(arguments: "Sequence[str]", tools: "Sequence[Tool]") -> dict[str, Command]:
    """The commands that these arguments may be about: nearly always a tool's, and then the others are not loaded."""
    tops = {tool.command.partition(" ")[0] for tool in tools}
    named = tops.intersection(arguments) and not _OWN.intersection(arguments)
    return all_commands(tools, own=not named)


def all_commands(tools: "Sequence[Tool]", *, own: bool = True) -> dict[str, Command]:
    """Every command by its name, in the order help lists them; without the command line's own, the tools' only."""
    changing = {tool.command.partition(" ")[0] for tool in tools if tool.writes}
    found = [of_tool(tool, changes=tool.command.partition(" ")[0] in changing) for tool in tools]
    if own:
        from ccmcp.cli import completion, init, serving  # noqa: PLC0415 - they use this module, and are rarely wanted

        found += [init.COMMAND, completion.COMMAND, serving.COMMAND]
    # Who looks for a command mostly looks for words: what takes a query comes first in its group.
    order = sorted(found, key=lambda command: (GROUPS.index(command.group), not command.takes_words))
    return {command.name: command for command in order}


def of_tool(tool: "Tool", *, changes: bool) -> Command:
    """A tool's command."""

    def run(parameters: object, invocation: Invocation) -> object:
        return _ask(tool, parameters, invocation)

    read = READING if tool.contract == "text" else REPORTS
    return Command(
        name=tool.command,
        description=tool.description,
        group=CHANGES if changes else read,
        parameters=tool.parameters,
        run=run,
        screen=tool.screen,
        positional=tool.positional,
        examples=tool.examples,
        tool_name=tool.name,
    )


def _ask(tool: "Tool", parameters: object, invocation: Invocation) -> object:
    from ccmcp.cli import clock  # noqa: PLC0415 - as the rest here: only commands that ask pay for it
    from ccmcp.cli.progress import Bar  # noqa: PLC0415
    from ccmcp.tools import Call  # noqa: PLC0415

    config = invocation.load_config()
    history = invocation.open_history(config)
    bar = Bar(invocation.terminal)
    call = Call(
        now=clock.now(config.timezone),
        cwd=_cwd(),
        session_id=invocation.env.get("CLAUDE_CODE_SESSION_ID", ""),
        windows=sys.platform == "win32",
        progress=bar.draw,
    )
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
    try:
        return tool.run(history, parameters, call)
    finally:
        bar.clear()
        history.close()


def _cwd() -> str:
    try:
        return os.getcwd()  # noqa: PTH109 - pathlib's is the same with an import
    except OSError:  # it has been deleted
        return ""
