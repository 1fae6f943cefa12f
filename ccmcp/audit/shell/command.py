"""What a shell text comes down to: the simple commands it would run, each with all that bears on it. Values only."""

from collections.abc import Iterator, Mapping

from ccmcp.values import dataclass, field


class Word(str):
    """
    One argument as its program gets it: without quotes, with the variables put in that are known.

    A part that is not known before it runs ($NAME, $(...)) stands as it is written.
    """

    __slots__ = ("glob", "open", "quoted")

    glob: bool
    """Whether an unquoted * ? or [ in it stands for file names."""
    open: bool
    """Whether a part of it is known only when it runs."""
    quoted: bool
    """Whether any of it was quoted."""

    def __new__(cls, text: str, *, glob: bool = False, open: bool = False, quoted: bool = False) -> "Word":  # noqa: A002, PYI034
        """A word; by default one that is plain."""
        word = super().__new__(cls, text)
        word.glob, word.open, word.quoted = glob, open, quoted
        return word


@dataclass(frozen=True, slots=True)
class Redirect:
    """Where a command's output goes, or its input comes from."""

    operator: str
    """> >> >| &> &>> < <>"""
    target: Word
    fd: int = -1
    """As written; -1 when it is not."""

    @property
    def writes(self) -> bool:
        """Whether the target is written to."""
        return ">" in self.operator


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One simple command, as it would run: after sudo, env, timeout, xargs and such, with the words these would give it."""

    name: str
    """The program's base name: `rm` for /bin/rm, \\rm and RM.EXE. What stands there, when that is known only when it runs."""
    args: tuple[Word, ...] = ()
    """Its arguments."""
    text: str = ""
    """The part of the shell text it stands in, as written (wrappers included)."""
    sets: Mapping[str, Word] = field(default_factory=dict)
    """Variables set for it alone: CI=1 npm test."""
    redirects: tuple[Redirect, ...] = ()
    heredoc: str = ""
    """What a here-document or here-string gives it to read; empty without one."""
    through: tuple[str, ...] = ()
    """What runs it, outermost first: sudo, env, xargs, find, timeout, ssh, docker, bash, eval, trap, python ..."""
    host: str = ""
    """Where it runs when not here: the ssh host, the container, as written."""
    cwd: str = ""
    """The folder it runs in, as far as `cd` tells: absolute, or relative to where the text began; empty for that very folder."""
    reads: tuple["Command", ...] = field(default=(), repr=False, compare=False)
    """The commands whose output it reads: those before it in its pipeline (the nearest last), those in its <(...)."""
    inner: tuple["Command", ...] = ()
    """The commands in its arguments' $(...), whose output it gets as words."""
    open: bool = False
    """Whether there may be more arguments than are known (xargs, "$@")."""

    @property
    def flags(self) -> frozenset[str]:
        """Its options, bundles of short ones taken apart and without values: -rf gives -r and -f, --output=x gives --output."""
        found = set()
        for word in self.args:
            if word == "--":
                break
            if word[:2] == "--":
                found.add(word.partition("=")[0])
            elif word[:1] == "-" and len(word) > 1:
                found.add(str(word))
                found.update(f"-{letter}" for letter in word[1:] if letter.isalpha())
        return frozenset(found)

    def has(self, *options: str) -> bool:
        """Whether one of these options is given: "-r", "-R", "--recursive"."""
        return not self.flags.isdisjoint(options)

    def value(self, *options: str) -> Word | None:
        """The value of the first of these options that is given: `-o x`, `-ox` (short), `--out x`, `--out=x`."""
        for at, word in enumerate(self.args):
            for option in options:
                if word == option:
                    return self.args[at + 1] if at + 1 < len(self.args) else None
                if option[:2] == "--" and word.startswith(f"{option}="):
                    return _rest(word, len(option) + 1)
                if option[:2] != "--" and len(option) == 2 and word.startswith(option) and len(word) > 2:
                    return _rest(word, 2)
        return None

    def operands(self, valued: frozenset[str] = frozenset()) -> tuple[Word, ...]:
        """Its arguments without options; `valued` are the options whose value is a word of its own."""
        return tuple(self._operands(valued))

    def _operands(self, valued: frozenset[str]) -> Iterator[Word]:
        words = iter(self.args)
        for word in words:
            if word == "--":
                yield from words
            elif word in valued:
                next(words, None)
            elif word[:1] != "-" or word == "-":
                yield word


def _rest(word: Word, start: int) -> Word:
    return Word(word[start:], glob=word.glob, open=word.open, quoted=word.quoted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A program text that a command hands to an interpreter, or that a here-document feeds it."""

    language: str
    """python, node, perl, ruby, php, sql, awk ..."""
    text: str
    command: Command
    """The command that runs it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A shell text, understood."""

    text: str
    commands: tuple[Command, ...] = ()
    """Every simple command it may run, in the order they stand: those in $(...), in `bash -c`, in functions ... too."""
    pipelines: tuple[tuple[Command, ...], ...] = ()
    """The pipelines of two and more commands, in order."""
    code: tuple[Code, ...] = ()
    sets: Mapping[str, Word] = field(default_factory=dict)
    """Variables it sets for itself, each as it was set last: HISTSIZE=0, export CI=1. Those set for one command are in Command.sets."""
    broken: bool = False
    """Whether a part could not be parsed: what was understood of it is there all the same."""
