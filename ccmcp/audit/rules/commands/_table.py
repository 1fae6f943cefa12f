"""
Rules that are rows of data.

A row is `severity: program pattern ... ; note`. Each pattern must hold:

- `word` or `a|b`: the next operand is this (or one of these); `*` is any operand
- `-f|--force`: one of these options is given; `!-n|--dry-run`: none of these is
- `~word|word`: one of these is somewhere among the arguments, in any case; `!~word` none is
- `=x`: some argument contains x; `!=x` none does

The first row of a program that holds is the answer, so the special come before the general. Programs: `a|b`.
"""

from collections.abc import Iterator

from ccmcp.audit.rule import Severity
from ccmcp.audit.shell.command import Command
from ccmcp.values import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table."""

    severity: Severity
    words: tuple[frozenset[str], ...]
    tests: tuple[tuple[str, frozenset[str]], ...]
    """(kind, alternatives): "-" an option, "~" a word, "=" a part; with ! before it when none may be there."""
    note: str

    def holds(self, words: tuple[str, ...], command: Command) -> bool:
        """Whether a command with these operands is what the row says."""
        if len(words) < len(self.words):
            return False
        for word, wanted in zip(words, self.words, strict=False):
            if word not in wanted and "*" not in wanted:
                return False
        return all(_passes(kind, wanted, command) for kind, wanted in self.tests)


def table(text: str) -> dict[str, tuple[Row, ...]]:
    """The rows of a table by program."""
    found: dict[str, list[Row]] = {}
    for line in text.strip().splitlines():
        if line.strip() and line[0] != "#":
            programs, row = _row(line)
            for program in programs.split("|"):
                found.setdefault(program, []).append(row)
    return {program: tuple(rows) for program, rows in found.items()}


def look_up(
    rows: dict[str, tuple[Row, ...]],
    command: Command,
    valued: frozenset[str] = frozenset(),
    *,
    name: str = "",
    skip: int = 0,
) -> Row | None:
    """The row that a command is; `skip` operands before (those of a runner) are left out."""
    of_program = rows.get(name or command.name)
    if not of_program:
        return None
    if command.has("--help", "--dry-run", "--version"):
        return None
    words = command.operands(valued)[skip:]
    return next((row for row in of_program if row.holds(words, command)), None)


def _passes(kind: str, wanted: frozenset[str], command: Command) -> bool:
    absent = kind[0] == "!"
    if kind[-1] == "-":
        there = not command.flags.isdisjoint(wanted)
    elif kind[-1] == "~":
        there = any(word.lower() in wanted for word in command.args)
    else:
        there = any(part in word for word in command.args for part in wanted)
    return there is not absent


def _row(line: str) -> tuple[str, Row]:
    head, _, note = line.partition(";")
    severity, _, pattern = head.partition(":")
    programs, *patterns = pattern.split()
    words, tests = list[frozenset[str]](), list[tuple[str, frozenset[str]]]()
    for each in patterns:
        mark = "!" if each[0] == "!" else ""
        each = each[len(mark) :]  # noqa: PLW2901
        if each[0] in "-~=":
            wanted = each[each[0] in "~=" :]
            tests.append((mark + each[0], frozenset(wanted.split("|"))))
        else:
            words.append(frozenset(each.split("|")))
    return programs, Row(severity.strip(), tuple(words), tuple(tests), note.strip())  # type: ignore[arg-type]


def programs_of(text: str) -> Iterator[str]:
    """The programs a table speaks of."""
    for line in text.strip().splitlines():
        if line.strip() and line[0] != "#":
            yield from line.partition(":")[2].split()[0].split("|")
