"""What can be asked of the command line: a command for each tool, and a few of its own."""

import gc
import importlib
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ccmcp.cli.command import CHANGES, GROUPS, READING, REPORTS, Command, Invocation

if TYPE_CHECKING:  # it loads the index, which help, completion and init do without
    from ccmcp.history import History
    from ccmcp.tools import Call, Tool

_OWN = {
    "init",
    "completion",
    "serve",
    "verify",
    "sign",
    "suppress",
    "baseline",
    "classify",
    "rules",
    "migrate",
    "bundle",
}
_HELP = {"help", "--help", "-h"}
_WITHOUT_TOOLS = {"init", "serve", "classify", "rules", "--version", "-V"}


def tools_for(arguments: "Sequence[str]") -> "Sequence[Tool]":
    """
    The tools that these arguments may be about: all of them, or just the one that is surely meant.

    All of them take several times as long to import. A tool's module is named after the tool, and that mostly has
    the command's name in it (`list`: list_sessions); where not, or in doubt, all are loaded and nothing else changes.
    """
    first = arguments[0] if arguments else ""
    if first in _WITHOUT_TOOLS and not _HELP.intersection(arguments):
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
        from ccmcp.cli import bundle, classify, completion, decide, init, migrate, rules, serving, verify  # noqa: PLC0415 - rarely wanted

        found += [
            init.COMMAND,
            completion.COMMAND,
            serving.COMMAND,
            verify.VERIFY,
            verify.SIGN,
            decide.SUPPRESS,
            decide.BASELINE,
            classify.COMMAND,
            rules.COMMAND,
            migrate.LIST,
            migrate.RECOVER,
            bundle.CREATE,
            bundle.APPLY,
        ]
    tops = list(dict.fromkeys(command.name.partition(" ")[0] for command in found))

    def place(command: Command) -> tuple[int, bool, int, bool]:
        # Who looks for a command mostly looks for words: what takes a query comes first in its group. Commands of one
        # word stand together, those that look before those that change anything.
        top = tops.index(command.name.partition(" ")[0])
        return GROUPS.index(command.group), not command.takes_words, top, command.asks

    return {command.name: command for command in sorted(found, key=place)}


def of_tool(tool: "Tool", *, changes: bool) -> Command:
    """A tool's command."""

    def run(parameters: object, invocation: Invocation) -> object:
        return _ask(tool, parameters, invocation)

    read = READING if tool.contract == "text" else REPORTS
    return Command(
        name=tool.command,
        description=tool.description,
        group=CHANGES if changes else read,
        parameters=tool.command_parameters or tool.parameters,
        run=run,
        screen=tool.screen,
        csv=tool.csv,
        formats={name: _as_document(tool, make) for name, make in tool.formats.items()},
        refusal=tool.refusal,
        positional=tool.positional,
        examples=tool.examples,
        asks=tool.writes,
        tool_name=tool.name,
    )


def _as_document(
    tool: "Tool", make: "Callable[[History, Any, Call], str]"
) -> "Callable[[object, Invocation], str]":
    def made(parameters: object, invocation: Invocation) -> str:
        return str(_ask(replace(tool, run=make), parameters, invocation))

    return made


def _ask(tool: "Tool", parameters: object, invocation: Invocation) -> object:
    from ccmcp.cli.asking import call_of  # noqa: PLC0415 - as the rest here: only commands that ask pay for it
    from ccmcp.cli.progress import Bar  # noqa: PLC0415

    config = invocation.load_config()
    history = invocation.open_history(config)
    bar = Bar(invocation.terminal)
    call = call_of(invocation, config, bar, asks=tool.writes)
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
    try:
        return tool.run(history, parameters, call)
    finally:
        bar.clear()
        history.close()
