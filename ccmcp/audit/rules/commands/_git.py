"""A git command, taken apart: what git itself is told, the subcommand, and that one's arguments."""

from functools import lru_cache

from ccmcp.audit.shell.command import Command, Word
from ccmcp.values import dataclass

_VALUED = frozenset({
    "-C", "-c", "--git-dir", "--work-tree", "--namespace", "--super-prefix", "--config-env", "--exec-path", "--attr-source",
})  # fmt: skip
_USUAL = {"co": "checkout", "br": "branch", "ci": "commit", "st": "status", "sw": "switch", "rs": "restore"}
"""Aliases that nearly everyone sets."""


@dataclass(frozen=True, slots=True)
class Git:
    """What a git command does."""

    sub: str
    """checkout, push ...; empty without one."""
    command: Command
    """The same with the subcommand's arguments alone: its `has`, `operands` and `value` speak of these."""
    folder: str = ""
    """-C, or the work tree."""
    settings: tuple[tuple[str, str], ...] = ()
    """-c name=value, names in lower case."""

    @property
    def args(self) -> tuple[Word, ...]:
        """Its arguments."""
        return self.command.args

    def has(self, *options: str) -> bool:
        """Whether one of these options is given, long ones also cut short as git allows (--forc)."""
        return self.command.has(*options) or any(
            len(flag) > 5 and flag[:2] == "--" and any(option.startswith(flag) for option in options)
            for flag in self.command.flags
        )

    def operands(self, *valued: str) -> tuple[Word, ...]:
        """Its arguments without options."""
        return self.command.operands(frozenset(valued))


def git(command: Command) -> Git:
    """Take a git command apart; never raises."""
    return _read(command.args)


@lru_cache(maxsize=128)
def _read(args: tuple[Word, ...], depth: int = 0) -> Git:
    folder, settings, at = "", list[tuple[str, str]](), 0
    while at < len(args) and args[at][:1] == "-":
        word = args[at]
        name, equals, value = word.partition("=")
        if word in _VALUED and at + 1 < len(args):
            at += 1
            value = args[at]
        elif not equals:
            at += 1
            continue
        if name == "-c":
            key, _, set_to = (value if word == "-c" else equals and value).partition("=")
            settings.append((key.lower(), set_to))
        elif name in ("-C", "--work-tree"):
            folder = value
        at += 1
    sub = str(args[at]) if at < len(args) else ""
    rest = args[at + 1 :]
    for key, value in settings:
        if key == f"alias.{sub}".lower() and depth < 3 and value[:1] != "!":
            inner = _read((*(Word(word) for word in value.split()), *rest), depth + 1)
            return Git(inner.sub, inner.command, folder, (*settings, *inner.settings))
    return Git(_USUAL.get(sub, sub), Command(name="git", args=rest), folder, tuple(settings))
