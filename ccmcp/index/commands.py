"""
A shell line -> the simple commands in it, each in the forms it may be asked for. Pure.

Good enough to find commands by, not to run them: `cd app && CI=1 sudo npm test` is found as
`npm test`, and so is what stands in `$(...)` and in the text that `bash -c` is given.
"""

import re
from collections.abc import Iterator

_TOKEN = re.compile(
    r"""
      (?P<heredoc> (?<!<) <<-? [ \t]* (?P<quote>['"]?) (?P<end>\w+) (?P=quote) )
    | (?P<plain> \\. | '[^']*'? | \d*[<>]&[\d-]? | &>>? | \$\{[^}]*\} )
    | (?P<double> "(?:[^"\\]|\\.)*"? )
    | (?P<comment> (?:(?<=\s)|^) \#[^\n]* )
    | (?P<between> && | \|\|? | ;;? | & | \n | \$?\( | \) | ` )
    """,
    re.VERBOSE | re.DOTALL,
)
_CUT = re.compile(r"[&|;\n()`#]")
"""Without any of these a line is one command."""

_QUOTING = re.compile(r"[\"'`\\#]|<<")
BEGINNING = r"(?:^|&&|\|\||[;|\n(])[ \t]*"
"""Where simple commands begin, as a regular expression: if nothing before it quotes."""

_WORD = r"""(?:[^\s'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")"""
_BEFORE = re.compile(
    rf"""
      (?: [!{{] | if | then | elif | else | while | until | do | time | nohup | exec | command | builtin | stdbuf ) \s+
    | [A-Za-z_]\w* \+? = {_WORD}* \s+
    | (?: sudo | doas ) \s+ (?: -[ugpCDRT] \s+ \S+ \s+ | -\S+ \s+ )*
    | (?: env | nice | ionice | xargs ) \s+ (?: -[nILPdSus] \s+ \S+ \s+ | -\S+ \s+ )*
    | (?: npx | bunx | uvx | (?:uv|poetry|pdm|hatch|pipx) \s+ run | (?:pnpm|yarn|bundle) \s+ exec | python[\d.]* \s+ -m ) \s+ (?: -\S+ \s+ )*
    | timeout \s+ (?: -[ks] \s+ \S+ \s+ | -\S+ \s+ )* [\d.]+[smhd]? \s+
    """,
    re.VERBOSE | re.DOTALL,
)
"""What may stand before the command that is meant."""

_GIVEN = re.compile(rf"(?:\S*/)?(?:ba|z|da|k)?sh\s+(?:-\w+\s+)*?-\w*c\s+(?P<text>{_WORD}+)", re.DOTALL)
_DEEPEST = 3


def simple_commands(line: str, depth: int = 0) -> Iterator[str]:
    """
    The simple commands of a line, in order.

    Each comes as it is written, then without what stands before the command proper (variables, sudo,
    timeout ...), then by its program's name alone where that was given with a folder.
    """
    for piece in _pieces(line, depth):
        command = piece.strip()
        while command:
            yield command
            before = _BEFORE.match(command)
            if not before:
                break
            command = command[before.end() :]
        program, space, rest = command.partition(" ")
        if "/" in program and (name := program.rpartition("/")[2]):
            yield name + space + rest
        if depth < _DEEPEST and (given := _GIVEN.match(command)):
            yield from simple_commands(_unquoted(given["text"]), depth + 1)


def begins_simply(line: str, start: re.Pattern[str]) -> bool:
    """Whether a simple command of a line begins so, as far as can be told without a look at quotes."""
    found = start.search(line)
    return found is not None and not _QUOTING.search(line, 0, found.start())


def _pieces(line: str, depth: int) -> Iterator[str]:
    """The line, cut where one command ends and another begins; what is inside double quotes and runs too."""
    if not _CUT.search(line):
        yield line
        return
    start = at = 0
    waiting: list[str] = []
    """The ends of the here-documents whose text begins with the next line."""
    while found := _TOKEN.search(line, at):
        at = found.end()
        match found.lastgroup:
            case "heredoc" | "end" | "quote":
                waiting.append(found["end"])
            case "double" if depth < _DEEPEST:
                for inner in _running(found[0]):
                    yield from _pieces(inner, depth + 1)
            case "comment":
                yield line[start : found.start()]
                start = at
            case "between":
                yield line[start : found.start()]
                if found[0] == "\n" and waiting:
                    at = _behind(line, at, waiting)
                    waiting = []
                start = at
            case _:
                pass
    yield line[start:]


def _running(quoted: str) -> Iterator[str]:
    """What a double-quoted text has the shell run: `$(...)` and what is in backticks."""
    for found in re.finditer(r"\$\(([^()]*(?:\([^()]*\)[^()]*)*)\)|`([^`]*)`", quoted):
        yield found[1] or found[2] or ""


def _behind(line: str, at: int, ends: list[str]) -> int:
    """The place behind the here-documents that begin here; the end of the line where one has no end."""
    for end in ends:
        found = re.compile(rf"^\t*{re.escape(end)}[ \t]*$\n?", re.MULTILINE).search(line, at)
        if not found:
            return len(line)
        at = found.end()
    return at


def _unquoted(text: str) -> str:
    """A word without its quotes."""
    return re.sub(r"""'([^']*)'|"((?:[^"\\]|\\.)*)\"""", lambda part: part[1] or part[2] or "", text)


_BLANK = str.maketrans(dict.fromkeys("\"'`;|&<>(){}=,", " "))


def paths_in(line: str, folder: str = "") -> Iterator[str]:
    """
    The words of a shell line that may be paths: all but URLs and flags.

    Relative ones are taken to lie in the folder, where one is given.
    """
    for word in line.translate(_BLANK).split():
        if "://" in word or word[0] == "-":
            continue
        drive = word[:2] if word[1:2] == ":" and word[2:3] in ("/", "\\") else ""
        for part in word[len(drive) :].split(":"):  # file:line, host:path, revision:path
            if not part:
                continue
            relative = folder and not drive and part[0] not in "/\\~"
            yield f"{folder}/{part.removeprefix('./')}" if relative else drive + part
