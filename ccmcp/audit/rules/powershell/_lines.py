"""A PowerShell text -> its statements without comments, and what stands in quotes left in. Pure."""

from collections.abc import Iterator
from functools import cache, lru_cache
from re import IGNORECASE, Pattern
from re import compile as pattern


@cache
def words_pattern(text: str) -> Pattern[str]:
    """A pattern in any case, made once."""
    return pattern(text, IGNORECASE)


@lru_cache(maxsize=16)
def statements(text: str) -> tuple[str, ...]:
    """The statements and pipeline parts of a text; comments, and the texts of here-strings, are left out."""
    return tuple(part for part in _parts(text[:50_000]) if part)


def _parts(text: str) -> Iterator[str]:
    text = words_pattern(r"(?s)<#.*?#>|@'\n.*?\n'@|@\"\n.*?\n\"@").sub(" ", text)
    part, quote, depth = list[str](), "", 0
    at = 0
    while at < len(text):
        letter = text[at]
        if quote:
            quote = "" if letter == quote else quote
            part.append(letter)
        elif letter in "'\"":
            quote = letter
            part.append(letter)
        elif letter == "`" and text[at + 1 : at + 2] == "\n":
            at += 1
        elif letter == "#" and (not part or part[-1] in " \t"):
            end = text.find("\n", at)
            at = len(text) if end < 0 else end - 1
        elif letter in ";\n" and depth == 0:
            yield "".join(part).strip()
            part = []
        else:
            depth += (letter in "({") - (letter in ")}")
            depth = max(depth, 0)
            part.append(letter)
        at += 1
    yield "".join(part).strip()


def bare(statement: str) -> str:
    """A statement with what it says in single quotes after a command that only prints left out."""
    outside = words_pattern(r"'[^']*'|\"[^\"]*\"").sub("", statement)
    prints = words_pattern(r"^\s*(?:Write-(?:Host|Output|Verbose|Information|Warning)|echo)\b").match(outside)
    return "" if prints and "|" not in outside and ">" not in outside and "$" not in statement else statement
