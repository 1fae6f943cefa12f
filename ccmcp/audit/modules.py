"""Where the rules are: their modules, and which of them a program is to be put to. The only part of the audit that reads files: its own."""

import os
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib import import_module

from ccmcp.audit.rule import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_HERE = os.path.join(os.path.dirname(__file__), "rules")  # noqa: PTH118, PTH120 - pathlib takes longer to import than all rules


@cache
def modules(folder: str) -> tuple[str, ...]:
    """The names of a folder's modules of rules, in order."""
    try:
        files = os.listdir(os.path.join(_HERE, folder))  # noqa: PTH118, PTH208 - as above
    except OSError:  # in an archive
        from pkgutil import iter_modules  # noqa: PLC0415 - rare, and slow

        return tuple(
            info.name
            for info in iter_modules(import_module(f"ccmcp.audit.rules.{folder}").__path__)
            if info.name[0] != "_"
        )
    return tuple(
        sorted(
            {
                file.partition(".")[0]
                for file in files
                if file[0] not in "_." and file.endswith((".py", ".pyc"))
            }
        )
    )


@cache
def rules_of(folder: str, module: str) -> "tuple[Rule[Any], ...]":
    """The rules in a module, in the order they stand in it."""
    found = vars(import_module(f"ccmcp.audit.rules.{folder}.{module}"))
    return tuple(value for value in found.values() if type(value) is Rule)


def rules_in(folder: str) -> "Iterator[Rule[Any]]":
    """The rules of a folder, by module."""
    for module in modules(folder):
        yield from rules_of(folder, module)


@cache
def rules_on(folder: str) -> "tuple[Rule[Any], ...]":
    """The same, kept."""
    return tuple(rules_in(folder))


@lru_cache(2000)
def rules_for(folder: str, program: str) -> "tuple[Rule[Any], ...]":
    """
    The rules of a folder that a program is to be put to, by module.

    Only modules that may hold one are imported: `programs=("git", "hg")`, written out in the call of `rule`, is read in
    the source, as it takes a tenth of the time. A module with a rule that has its programs from elsewhere, or none, always is.
    """
    wanted = {*_named(folder).get(program, ()), *_named(folder).get("", ())}
    return tuple(
        rule
        for module in sorted(wanted)
        for rule in rules_of(folder, module)
        if not rule.programs or program in rule.programs
    )


@cache
def _named(folder: str) -> dict[str, tuple[str, ...]]:
    """Module names by the programs they name; under an empty one those that may be about any."""
    found: dict[str, tuple[str, ...]] = {}
    for module in modules(folder):
        for program in _programs(os.path.join(_HERE, folder, f"{module}.py")):  # noqa: PTH118 - as above
            found[program] = (*found.get(program, ()), module)
    return found


def _programs(path: str) -> set[str]:
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123 - as above
            text = file.read()
    except (OSError, ValueError):
        return {""}
    _, *rules = text.split("\n@rule(\n")
    if text.count("rule(") != len(rules):
        return {""}
    found: set[str] = set()
    for rule in rules:
        _, given, rest = f"\n{rule}".partition("\n)\n")[0].partition("\n    programs=(")
        words = [word.strip() for word in rest.partition("),")[0].split(",")] if given else [""]
        found |= {
            word[1:-1] if word[:1] == word[-1:] == '"' and len(word) > 2 else ""
            for word in words
            if word or not given
        }
    return found or {""}
