"""An error's text -> the line of it that tells most, and a form in which its repetitions are alike. Pure."""

import re
from collections.abc import Iterable, Iterator

_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\[\d{1,2}(?:;\d{1,2})*m")
_TAGS = re.compile(r"</?\w*error>")
_SHELL = re.compile(r"^(?:(?:\S*/)?(?:ba|z|da)?sh: (?:eval: )?line \d+: |\(eval\):\d+: ?)")
"""Where in a line of commands it went wrong: that differs, and tells nothing."""

_CODE = re.compile(r"(?:Error: )?Exit code -?\d+\s*")
_TELLING = re.compile(
    r"""
      \b(?:error|fatal|failed|failure|exception|panic|cannot|can't|could\ not|couldn't|unable|denied|refused|not\ found
    | no\ such|not\ recognized|unknown|unrecognized|invalid|illegal|undefined|unexpected|missing|timed\ out|timeout|usage:
    | not\ logged|not\ trusted|unauthorized|forbidden|no\ matches\ found|does\ not\ exist|doesn't\ exist|command\ not)\b
    | \w+(?:Error|Exception)\b | ERR! | ENOENT | EACCES | ✗ | ❌
    """,
    re.IGNORECASE | re.VERBOSE,
)
_LEAST, _MOST = 4, 160
_FEW = 3
"""Of more lines the first is what a program always begins with, not what went wrong."""


def telling_line(error: str) -> str:
    """
    The line of an error that says most: a traceback's last, else the first that sounds like one, else the first of a few.

    Empty when nothing tells what went wrong.
    """
    text = _CODE.sub("", _TAGS.sub("", _ANSI.sub("", error)).strip(), count=1)
    lines = [_SHELL.sub("", " ".join(line.split())) for line in text.split("\n")]
    lines = [line for line in _joined(lines) if len(line) >= _LEAST and re.search(r"\w", line)]
    if not lines:
        return ""
    if found := _TIMED_OUT.match(lines[0]):
        return found[0]
    if any(line.startswith("Traceback (most recent") for line in lines):
        ends = [line for line in lines if re.match(r"[\w.]*(?:Error|Exception|Interrupt|Exit)\b", line)]
        return (ends or lines)[-1][:_MOST]
    lines = [line for line in lines if not _EMPTY.search(line)]
    lines = [line for line in lines if not _WARNING.match(line)] or lines
    if not lines:
        return ""
    first = lines[0] if len(lines) <= _FEW and not lines[0].endswith(":") else ""
    return next((line for line in lines if _TELLING.search(line)), first)[:_MOST]


def _joined(lines: Iterable[str]) -> Iterator[str]:
    """The lines, each that says no more than that there is an error with the one after it."""
    before = ""
    for line in lines:
        if _BARE.fullmatch(line):
            before = f"{line.rstrip(':')}: "
        else:
            yield before + line
            before = ""


_BARE = re.compile(r"(?:error|fatal|failed|failure):?", re.IGNORECASE)
_WARNING = re.compile(r"\W*(?:warning|warn|deprecat|npm warn)", re.IGNORECASE)
_EMPTY = re.compile(
    r"task failed$|ELIFECYCLE|exited with|exit (?:code|status) -?\d+\.?$|make.*: \*\*\*|Lifecycle script|Command failed\.?$",
    re.IGNORECASE,
)
"""That something failed is known."""
_TIMED_OUT = re.compile(r"Command timed out after [\d.]+ ?m?s?\w*")


_QUOTED = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"|`[^`\n]*`|\u201c[^\u201d]*\u201d|\u2018[^\u2019]*\u2019")
_PATH = re.compile(r"(?:[A-Za-z]:)?[~.]?[/\\][^\s:,;()'\"]+|\b[\w.-]+(?:/[\w.-]+)+")
_IDS = re.compile(r"\b(?=[0-9a-f]*\d)[0-9a-f]{7,}(?:-[0-9a-f]+)*\b|\d+(?:[.,:]\d+)*", re.IGNORECASE)


def alike(line: str) -> str:
    """A line in which what differs from time to time is gone: quoted words, paths, ids, numbers."""
    for pattern, instead in ((_QUOTED, "'…'"), (_PATH, "…"), (_IDS, "#")):
        line = pattern.sub(instead, line)
    return " ".join(line.split()).lower()[:100]
