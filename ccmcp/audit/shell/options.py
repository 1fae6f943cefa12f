"""A program's own options before the command it runs. Data and pure functions."""

from collections.abc import Sequence

from ccmcp.audit.shell.command import Word
from ccmcp.values import dataclass


@dataclass(frozen=True, slots=True)
class Inner:
    """What a wrapper runs."""

    words: tuple[Word, ...] = ()
    """A command as words ..."""
    text: str = ""
    """... or as shell text."""
    open: bool = False
    """Whether it may get more words than these."""
    sets: tuple[tuple[str, Word], ...] = ()
    host: str = ""
    cwd: str = ""
    stays: bool = False
    """Whether the wrapper is a command of interest itself."""


@dataclass(frozen=True, slots=True)
class Prefix:
    """A program whose command comes after its options."""

    valued: frozenset[str] = frozenset()
    """The options whose value is a word of its own: -u, --user."""
    skip: int = 0
    """How many words of its own come before the command."""
    assigns: bool = False
    """Whether VAR=value may stand before the command."""
    stays: bool = False
    joins: bool = False
    """Whether the words make one shell text."""
    none: frozenset[str] = frozenset()
    """Options with which it runs no command."""
    cwd: str = ""
    """The option that names the folder the command runs in."""
    after: str = ""
    """The word that must come first: exec in `bundle exec`."""


def prefix(  # noqa: PLR0913 - the columns of a table
    valued: str = "",
    skip: int = 0,
    *,
    assigns: bool = False,
    stays: bool = False,
    joins: bool = False,
    none: str = "",
    cwd: str = "",
    after: str = "",
) -> Prefix:
    """A `Prefix`, its sets of words as texts."""
    return Prefix(frozenset(valued.split()), skip, assigns, stays, joins, frozenset(none.split()), cwd, after)


def after_options(words: Sequence[Word], program: Prefix, start: int = 1) -> tuple[int, dict[str, Word]]:
    """Where the options that begin at `start` end, and the options met with their values."""
    met: dict[str, Word] = {}
    valued, at, count = program.valued, start, len(words)
    while at < count:
        word = words[at]
        if word == "--":
            return at + 1, met
        if word[:1] != "-" or word == "-":
            if program.assigns and "=" in word and word.partition("=")[0].isidentifier():
                at += 1
                continue
            break
        at += 1
        if word in valued:
            met[word] = words[at] if at < count else Word("")
            at += 1
        elif word[:2] == "--":
            name, _, value = word.partition("=")
            met[name] = Word(value, open=word.open)
        else:
            at += _bundle(word, valued, met, words[at] if at < count else Word(""))
    return at, met


def _bundle(word: Word, valued: frozenset[str], met: dict[str, Word], following: Word) -> int:
    """Note the options of -abc; 1 when the last has the following word as its value."""
    for place, letter in enumerate(word[1:], 1):
        option = f"-{letter}"
        if option in valued:
            rest = word[place + 1 :]
            met[option] = Word(rest, open=word.open) if rest else following
            return 0 if rest else 1
        met[option] = Word("")
    if len(word) > 2:
        met[word] = Word("")
    return 0
