"""What --help and --version say. Pure."""

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from ccmcp import __version__
from ccmcp.cli.command import GROUPS, SETUP, Command, Common
from ccmcp.cli.options import Option, options
from ccmcp.result import descriptions
from ccmcp.screen import Screen

Row = tuple[str, str]
"""What is typed, and what it does."""

_LONG = 80
"""Characters of a summary that need no cutting."""


def version() -> str:
    """One line."""
    return f"ccmcp {__version__}"


def overview(commands: Mapping[str, Command], screen: Screen, only: str = "") -> str:
    """All commands, or those of one group of two-word commands."""
    shown = [command for name, command in commands.items() if not only or name.startswith(f"{only} ")]
    head = "A memory of your Claude Code sessions, for you and (over MCP) for your agents."
    lines = [f"{screen.style('Usage:', 'bold')} ccmcp {only + ' ' if only else ''}COMMAND [options]"]
    lines += [] if only else ["", *_wrapped(head, screen, "")]
    widest = max(len(command.name) for command in shown)
    for group in GROUPS:
        rows = [(each.name, summary(each, commands)) for each in shown if each.group == group]
        if rows:
            lines += ["", screen.style(group, "bold"), *_summed_up(rows, screen, widest)]
    if not only:
        lines += ["", screen.style("Every command", "bold"), *_explained(_common(), screen)]
    if examples := _best_examples(shown):
        lines += ["", screen.style("Examples", "bold"), *(f"  {line}" for line in examples)]
    lines += ["", f"`ccmcp {only + ' ' if only else ''}COMMAND --help` tells more."]
    return "\n".join(lines)


def manual(command: Command, commands: Mapping[str, Command], screen: Screen) -> str:
    """One command."""
    text = spoken(command.description, commands)
    usage = command.usage
    if len(usage) + len("Usage: ") > screen.width:
        usage = usage.replace(" [options]", "\n    [options]")
    lines = [*f"{screen.style('Usage:', 'bold')} {usage}".split("\n"), "", *_wrapped(text, screen, "")]
    arguments = [
        (_argument(option), _explanation(option, told(option, command, commands), positional=True))
        for option in command.arguments
    ]
    flags = [
        (_typed(option), _explanation(option, told(option, command, commands))) for option in command.switches
    ]
    flags += [(_typed(option), text) for option, text in shared(command) if (option, text) not in shared()]
    for title, rows in (("Arguments", arguments), ("Options", flags)):
        if rows:
            lines += ["", screen.style(title, "bold"), *_explained(rows, screen)]
    common = ", ".join(typed for typed, _ in _common())
    lines += ["", *_wrapped(f"As every command it takes {common}: see `ccmcp --help`.", screen, "")]
    if command.examples:
        lines += ["", screen.style("Examples", "bold"), *(f"  {line}" for line in command.examples)]
    return "\n".join(lines)


def summary(command: Command, commands: Mapping[str, Command]) -> str:
    """A command in one line: how its description begins; what is long goes without brackets and what follows a comma."""
    text = spoken(command.description, commands)
    first = re.split(r"(?<=[\w)])(?:\. |\.$|: |; )", text, maxsplit=1)[0]
    if len(first) > _LONG:
        first = re.sub(r" \([^()]*\)", "", first)
    return first if len(first) <= _LONG else re.split(r", ", first, maxsplit=1)[0]


def told(option: Option, command: Command, commands: Mapping[str, Command]) -> str:
    """What giving an option does: for "Whether notes count." it is "Notes count.", or "Turns off that notes count."."""
    docstrings = descriptions(cast("Any", command.parameters))  # mypy takes classes for unhashable
    text = spoken(docstrings.get(option.field, ""), commands)
    if option.kind is not bool or not text:
        return text
    rest = text.removeprefix("Whether ")
    if option.default is True:
        return f"Turns off {'that ' if rest != text else 'this: '}{rest}"
    return rest[:1].upper() + rest[1:]


def shared(command: Command | None = None) -> list[tuple[Option, str]]:
    """The options of every command, or those that one shares with others, and what they do."""
    found = descriptions(Common)
    its = (
        command.shared
        if command
        else [option for option in options(Common) if option.field not in ("csv", "format", "yes")]
    )
    return [(option, found[option.field]) for option in its]


def spoken(text: str, commands: Mapping[str, Command]) -> str:
    """A description written for models, for people: commands for tools, flags for arguments, and no JSON."""
    text = re.sub(r"\b([a-z_]+)=(?=[a-z0-9\"])", lambda found: f"--{found[1].replace('_', '-')} ", text)
    text = re.sub(r'\s*(?:Example: )?\{".*?\}\.?', "", text)
    for command in commands.values():
        if command.tool_name:
            text = text.replace(command.tool_name, f"`{command.full_name}`")
    return text.strip()


def _common() -> list[Row]:
    return [*((_typed(option), text) for option, text in shared()), ("--help", "This help.")]


def _argument(option: Option) -> str:
    return option.field.upper() if option.choices else option.metavar


def _typed(option: Option) -> str:
    return f"{option.flag} {option.metavar}" if option.takes_value else option.flag


def _explanation(option: Option, text: str, *, positional: bool = False) -> str:
    """What the docstring says, and what it doesn't: choices, range, default."""
    facts = []
    if option.choices and positional:
        facts.append(" ".join(option.choices))
    if option.kind in (int, float) and (option.least is not None or option.most is not None):
        facts.append(re.sub(r"^a (whole )?number ", "", option.wanted))
    if option.default not in ("", (), None, False, True):
        facts.append(f"default {option.default}")
    if option.many:
        facts.append("may be repeated")
    return f"{text} ({'; '.join(facts)})".strip() if facts else text


def _summed_up(rows: Sequence[Row], screen: Screen, widest: int) -> Iterable[str]:
    """Two columns, the second on several lines where one is too short."""
    room = max(screen.width - widest - 4, 20)
    for typed, text in rows:
        pad = " " * (widest - len(typed))
        first, *more = textwrap.wrap(text, room, break_on_hyphens=False) or [""]
        yield f"  {screen.style(typed, 'cyan')}{pad}  {first}".rstrip()
        yield from (" " * (widest + 4) + line for line in more)


def _explained(rows: Sequence[Row], screen: Screen) -> Iterable[str]:
    """Two columns; what doesn't fit beside stands below."""
    indent = min(max(len(typed) for typed, _ in rows), 22) + 4
    for typed, text in rows:
        wrapped = _wrapped(text, screen, " " * indent) or [""]
        if len(typed) + 4 > indent:
            yield f"  {screen.style(typed, 'cyan')}"
            yield from wrapped
        else:
            pad = " " * (indent - 2 - len(typed))
            yield f"  {screen.style(typed, 'cyan')}{pad}{wrapped[0].strip()}".rstrip()
            yield from wrapped[1:]


def _wrapped(text: str, screen: Screen, indent: str) -> list[str]:
    width = min(screen.width, 100)
    return textwrap.wrap(text, width, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)


def _best_examples(shown: Sequence[Command]) -> list[str]:
    """The first example of a few commands: three for reading, one for setting up."""
    found = [command for command in shown if command.examples]
    reading = [command.examples[0] for command in found if command.group != SETUP]
    return reading[:3] + [command.examples[0] for command in found if command.group == SETUP][:1]
