"""Reads the texts that need no parser: words, simple quotes, && || ; | and the usual redirects. Pure."""

import re
from collections.abc import Callable

from ccmcp.audit.shell.command import Command, Redirect, Word
from ccmcp.audit.shell.frame import Frame, Record, Simple
from ccmcp.audit.shell.running import pipeline, run
from ccmcp.audit.shell.scope import Scope

_WORD = r"""(?:[A-Za-z0-9_./:=@%+,~^\-*?\]]|(?<![\s;|&>])\[|'[^']*'|"[^"$`\\!]*")++"""
_TOKENS = re.compile(
    rf"[ \t]*(?:(&&|\|\||;(?!;)|\|(?!&)|\n\s*)|(\d?)(>>?|<)[ \t]*(&\d(?![^\s;|&]))?({_WORD})?|({_WORD})(?![<>(]))"
)
_QUOTED = re.compile(r"""'([^']*)'|"([^"]*)\"""")
_GLOB = re.compile(r"[*?]|\[[^\]]+\]").search
_SPECIAL = frozenset({
    "if", "then", "elif", "else", "fi", "for", "while", "until", "do", "done", "case", "esac", "function", "select", "time", "coproc", "in",
    "declare", "export", "local", "readonly", "typeset", "unset",
})  # fmt: skip
_LONGEST = 4000


def read_plain(text: str, frame: Frame, scope: Scope, record: Record) -> list[Command] | None:
    """The commands of a text, recorded; None (and nothing recorded) when it takes more to understand it."""
    lines = _split(text) if len(text) <= _LONGEST else None
    if lines is None:
        return None

    def stage(simple: Simple) -> Callable[[Scope, Frame], list[Command]]:
        return lambda inner, around: run(simple, inner, around, record)

    return [command for stages in lines for command in pipeline([*map(stage, stages)], scope, frame, record)]


def _split(text: str) -> list[list[Simple]] | None:
    """The pipelines of a text, each of its simple commands; None when it takes more."""
    lines, stages, simple = list[list[Simple]](), list[Simple](), Simple()
    at, start, end, size = 0, -1, 0, len(text.rstrip())
    text = text[:size]
    while at < size:
        found = _TOKENS.match(text, at)
        if found is None:
            return None
        at = found.end()
        if (operator := found[1]) is None:
            if not _add(simple, found):
                return None
            start, end = at - len(found[0].lstrip(" \t")) if start < 0 else start, at
        elif start >= 0:
            simple.text = text[start:end]
            stages.append(simple)
            simple, start = Simple(), -1
            if operator != "|":
                lines.append(stages)
                stages = []
        elif operator[0] != "\n":
            return None
    if start >= 0:
        simple.text = text[start:end]
        lines.append([*stages, simple])
    elif stages or (lines and text[-1:] == "&"):
        return None
    return lines


def _add(simple: Simple, found: re.Match[str]) -> bool:
    """Add a word or a redirect; false when it takes more to understand it."""
    _, fd, operator, copied, target, written = found.groups()
    if written is not None:
        if not simple.words and (written in _SPECIAL or written[0] == "[" or "=" in written):
            return False
        simple.words.append(_word(written))
    elif target is not None and copied is None:
        simple.redirects.append(Redirect(operator, _word(target), int(fd) if fd else -1))
    else:
        return copied is not None and target is None and operator != ">>"
    return True


def _word(written: str) -> Word:
    if "'" in written or '"' in written:
        bare = _QUOTED.sub("", written)
        text = _QUOTED.sub(lambda found: found[1] if found[1] is not None else found[2], written)
        return Word(text, glob=_GLOB(bare) is not None, quoted=True)
    return Word(written, glob=_GLOB(written) is not None)
