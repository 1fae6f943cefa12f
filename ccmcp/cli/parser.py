"""
An argument list and the commands there are -> which command, with what. Pure.

Written out instead of argparse, which takes as long to import as everything else here does together, words
its errors and help anew with each Python, and can't let `ccmcp search redis -jwt` be a query.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ccmcp.cli.command import Command, Common
from ccmcp.cli.options import Option, options
from ccmcp.errors import (
    BadArgumentError,
    MissingValueError,
    SurplusArgumentError,
    TwoFormsError,
    UnknownCommandError,
    UnknownFlagError,
    UsageError,
    did_you_mean,
)

Flags = Mapping[str, tuple[Option, bool | None]]
"""Flag -> its option, and the value it stands for if no other follows."""

_SPELLINGS = {"--no-colour": "--no-color", "--colour": "--color", "-h": "--help", "-V": "--version"}
_HELP, _VERSION = "--help", "--version"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a command line asks for."""

    wants: Literal["answer", "help", "version"] = "answer"
    command: Command | None = None
    """None: help on all of them."""

    group: str = ""
    """Help on the commands of a group: `migrate`."""

    parameters: Any = None
    """An instance of the command's parameters."""

    common: Common = field(default_factory=Common)


def parse(arguments: Sequence[str], commands: Mapping[str, Command]) -> Request:
    """
    The request an argument list makes.

    Raises:
        UsageError: it makes none.
        BadArgumentError: a value can't be used.

    """
    given = [*arguments[1:], _HELP] if arguments[:1] == ["help"] else list(arguments)
    before, rest = _leading(given)
    if not rest or _VERSION in before:
        values = _Values("ccmcp", _flags(options(Common)), before)
        wants: Literal["help", "version"] = "version" if _VERSION in before else "help"
        return Request(wants=wants, common=Common(**values.named))
    command, rest, group = _command(rest, commands)
    given = [*before, *rest]
    if _asks(_HELP, given):
        return Request(
            wants="help", command=command, group=group, common=Common(color=not _asks("--no-color", given))
        )
    if command is None:
        known = ", ".join(name for name in commands if name.startswith(f"{group} "))
        raise UsageError(f"`ccmcp {group}` is a group of commands: {known}. See `ccmcp {group} --help`.")
    return _request(command, given)


def _request(command: Command, given: Sequence[str]) -> Request:
    flags = {**_flags(command.switches), **_flags(command.shared)}
    values = _Values(command.full_name, flags, given, words=command.takes_words)
    found = values.named | _positional(command, values.words)
    for option in command.switches:
        if option.required and option.field not in found:
            raise MissingValueError(option.flag, command.full_name, option.wanted)
    common = {option.field: found.pop(option.field) for option in command.shared if option.field in found}
    if sum(bool(common.get(form)) for form in ("json", "csv", "format")) > 1:
        raise TwoFormsError(command.full_name)
    asked = str(common.get("format", ""))
    if asked and asked not in command.formats:
        raise BadArgumentError("--format", asked, did_you_mean(asked, list(command.formats)))
    return Request(command=command, parameters=command.parameters(**found), common=Common(**common))


def _asks(flag: str, given: Sequence[str]) -> bool:
    """Whether the flag is there at all; what else is wrong with a command line doesn't matter to who asks for help."""
    end = given.index("--") if "--" in given else len(given)
    return any(_SPELLINGS.get(argument, argument) == flag for argument in given[:end])


def _leading(given: Sequence[str]) -> tuple[list[str], list[str]]:
    """The flags before the command's name, and what follows."""
    shared = _flags(options(Common))
    at = 0
    while at < len(given) and given[at].startswith("-"):
        name, equals, _ = given[at].partition("=")
        option, value = shared.get(_SPELLINGS.get(name, name), (None, None))
        if option is None and _SPELLINGS.get(name, name) not in (_HELP, _VERSION):
            raise UnknownFlagError(name, "ccmcp", [*_shown(shared), _HELP, _VERSION])
        at += 2 if option is not None and value is None and not equals else 1
    before = [_SPELLINGS.get(argument, argument) for argument in given[:at]]
    return before, list(given[at:])


def _command(rest: Sequence[str], commands: Mapping[str, Command]) -> tuple[Command | None, list[str], str]:
    """The command that these words begin with, the words after it; or no command, but the group they begin with."""
    first = rest[0]
    if len(rest) > 1 and (both := f"{first} {rest[1]}") in commands:
        return commands[both], list(rest[2:]), ""
    if first in commands:
        return commands[first], list(rest[1:]), ""
    group = [name.partition(" ")[2] for name in commands if name.startswith(f"{first} ")]
    if not group:
        tops = dict.fromkeys(name.partition(" ")[0] for name in commands)
        raise UnknownCommandError(first, list(tops))
    for at, word in enumerate(rest[1:], start=1):
        if not word.startswith("-"):
            if word not in group:
                raise UnknownCommandError(f"{first} {word}", [f"{first} {name}" for name in group])
            return commands[f"{first} {word}"], [*rest[1:at], *rest[at + 1 :]], first
    return None, list(rest[1:]), first


def _flags(found: Sequence[Option]) -> dict[str, tuple[Option, bool | None]]:
    return {flag: (option, value) for option in found for flag, value in option.flags().items()}


def _shown(flags: Flags) -> list[str]:
    """The flags that help shows: not those that only repeat a default."""
    return [flag for flag, (option, _) in flags.items() if flag == option.flag]


class _Values:
    """The values of the flags among some arguments, by field; the other arguments are words."""

    def __init__(self, command: str, flags: Flags, given: Sequence[str], *, words: bool = False) -> None:
        self._command = command
        self._flags = {**flags, **{a: flags[b] for a, b in _SPELLINGS.items() if b in flags}}
        self._dashed_words = words
        self.named: dict[str, Any] = {}
        self.words: list[str] = []
        left = iter(given)
        for argument in left:
            if argument == "--":
                self.words += left
            elif argument.startswith("-") and argument != "-":
                self._flag(argument, left)
            else:
                self.words.append(argument)

    def _flag(self, argument: str, left: Iterator[str]) -> None:
        name, equals, text = argument.partition("=")
        if name not in self._flags:
            self._unknown(argument, name)
            return
        option, value = self._flags[name]
        if value is not None:
            if equals:
                raise BadArgumentError(name, text, "It takes no value: it is given, or left out.")
            self.named[option.field] = value
            return
        if not equals:
            following = next(left, None)
            if following is None or following in self._flags:
                raise MissingValueError(name, self._command, option.wanted)
            text = following
        read = option.read(text, name)
        self.named[option.field] = (*self.named.get(option.field, ()), read) if option.many else read

    def _unknown(self, argument: str, name: str) -> None:
        if name in (_HELP, _VERSION, "-h", "-V"):
            return
        if self._dashed_words and not argument.startswith("--"):
            self.words.append(argument)
            return
        raise UnknownFlagError(name, self._command, [*_shown(self._flags), _HELP])


def _positional(command: Command, words: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    left = list(words)
    for option in command.arguments:
        name = option.metavar if not option.choices else option.field.upper()
        last = option is command.arguments[-1]
        if not left:
            if option.required:
                raise MissingValueError(name, command.full_name, option.wanted)
        elif option.many:
            found[option.field] = tuple(option.read(word, name) for word in left)
            left = []
        elif last and command.takes_words:
            found[option.field] = option.read(" ".join(left), name)
            left = []
        else:
            found[option.field] = option.read(left.pop(0), name)
    if left:
        raise SurplusArgumentError(left[0], command.full_name, command.usage)
    return found
