"""What a person writes to look for a text: /regular expressions/ and globs -> patterns, and what every text they fit has. Pure."""

import fnmatch
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ccmcp.errors import BadArgumentError


def regular_expression(argument: str, text: str) -> re.Pattern[str] | None:
    """
    What stands between slashes, in any case with an i behind them; none when nothing does.

    Raises:
        BadArgumentError: it is no regular expression, or one that could run without an end.

    """
    form = re.fullmatch(r"/(.+)/(i?)", text, re.DOTALL)
    if not form:
        return None
    try:
        pattern = re.compile(form[1], re.IGNORECASE if form[2] else re.NOFLAG)
    except (re.error, OverflowError, RecursionError) as error:
        raise BadArgumentError(argument, text, f"It is no regular expression: {error}.") from None
    if _may_run_away(form[1]):
        wanted = (
            "A repeat within a repeat, or alternatives in one, as in (a+)+ or (a|aa)+, could run for years: "
            "let a character stand between the rounds that nothing in them takes in, as in (,[^,]+)+."
        )
        raise BadArgumentError(argument, text, wanted)
    return pattern


def glob(text: str) -> re.Pattern[str]:
    """A glob whose only wildcards are * and ?, in any case."""
    return re.compile(fnmatch.translate(text.replace("[", "[[]")), re.IGNORECASE)


def ascii_part(pieces: Iterable[str]) -> str:
    """The longest run of ASCII in some pieces of text."""
    return max((run for piece in pieces for run in re.findall(r"[\x00-\x7f]+", piece)), key=len, default="")


# -- what an expression is made of

_PIECE = re.compile(
    r"""
      \\ (?: x[0-9a-fA-F]{2} | u[0-9a-fA-F]{4} | U[0-9a-fA-F]{8} | N\{[^}]*\} | [0-9]{1,3} | . )
    | \[ \^? \]? (?: \\. | [^\]\\] )* \]
    | \( (?: \? (?: P?<\w+> | P=\w+ | <?[=!] | > | \#[^)]* | [aiLmsux-]*:? ) )?
    | (?: [*+?] | \{[0-9]*,?[0-9]*\} ) [?+]?
    | .
    """,
    re.VERBOSE | re.DOTALL,
)
_PLAIN = re.compile(r"[\w \-/:=@,;\"'<>&~%#!]", re.ASCII)
_REPEAT = re.compile(r"[*+?{].*")
_ENDLESS = re.compile(r"[*+]|\{[0-9]*,\}|\{(?:[0-9]*,)?(?:[89]|[0-9]{2,})\}")
"""Eight rounds and more are as good as endless: each may double what there is to try."""

_MOST_IN_A_ROW = 2
"""So many endless pieces may follow each other; each further one multiplies what there is to try by the text's length."""


def sure_part(pattern: re.Pattern[str]) -> str:
    """A text that stands in all that an expression is found in, in any case: the longest one that is plain to see."""
    if pattern.flags & re.VERBOSE:
        return ""
    depth = 0
    plain: list[str] = []
    for piece in _PIECE.findall(pattern.pattern):
        depth += (piece[0] == "(") - (piece == ")")
        if piece == "|" and depth == 0:
            return ""
        if piece[0] in "?*{" and plain:
            plain[-1] = "\0"
        plain.append(piece if depth == 0 and _PLAIN.fullmatch(piece) else "\0")
    return max("".join(plain).split("\0"), key=len)


def unanchored(pattern: re.Pattern[str]) -> re.Pattern[str] | None:
    """What must be found wherever an expression is found in a part of a text; none where that is not plain to see."""
    if re.search(r"\(\?[<=!]", pattern.pattern):
        return None
    pieces = _PIECE.findall(pattern.pattern)
    return re.compile(
        "".join(piece for piece in pieces if piece not in ("^", "$", r"\A", r"\Z")), pattern.flags
    )


@dataclass(slots=True)
class _Open:
    """A group that is not closed yet."""

    marks: set[str] = field(default_factory=set)
    """Plain characters that must be there each time it repeats."""
    endless: list[str] = field(default_factory=list)
    """What repeats in it without an end, piece by piece."""
    branching: bool = False
    """Whether it holds alternatives, or a group that repeats without an end."""


def _may_run_away(expression: str) -> bool:
    """
    Whether a group is repeated without an end in which one text may be parted in many ways.

    It may not where each round has a plain character that nothing endless in it takes in: that tells
    where a round ends.
    """
    groups = [_Open()]
    in_a_row = 0
    for piece, repeat in _with_repeats(_PIECE.findall(expression)):
        endless = bool(_ENDLESS.match(repeat))
        if piece[0] not in "()":
            in_a_row = in_a_row + 1 if endless else 0
            if in_a_row > _MOST_IN_A_ROW:
                return True
        if piece[0] == "(":
            groups.append(_Open())
        elif piece == "|":
            groups[-1].branching = True
        elif piece == ")" and len(groups) > 1:
            inner = groups.pop()
            if endless and (inner.branching or (inner.endless and not _parted(inner))):
                return True
            outer = groups[-1]
            outer.endless += inner.endless
            outer.branching |= inner.branching or endless
            outer.marks |= inner.marks if not repeat else set()
        elif endless or repeat[:1] == "?":
            groups[-1].endless.append(piece)
        elif not repeat and _PLAIN.fullmatch(piece):
            groups[-1].marks.add(piece)
    return False


def _parted(group: _Open) -> bool:
    """Whether a character that each round of a group has is none that its endless pieces take in."""
    return any(
        not any(re.fullmatch(piece, mark, re.IGNORECASE | re.DOTALL) for piece in group.endless)
        for mark in group.marks
    )


def _with_repeats(pieces: list[str]) -> Iterator[tuple[str, str]]:
    """Each piece of an expression, and how often it is repeated."""
    for piece, following in zip(pieces, [*pieces[1:], ""], strict=True):
        if not _REPEAT.match(piece):
            yield piece, following if _REPEAT.match(following) else ""
