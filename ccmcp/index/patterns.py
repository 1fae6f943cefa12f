"""What a person writes to look for a text: /regular expressions/ and globs -> patterns, and what every text they fit has. Pure."""

import fnmatch
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

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
            "A repeat of nothing but repeats, as in (a+)+, could run for years: say what stands between them."
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
_ENDLESS = re.compile(r"[*+]|\{[0-9]*,\}")


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

    held: bool = False
    """Whether something in this alternative must be there each time it repeats."""
    others_held: bool = True
    """Whether that is so in all alternatives before."""
    endless: bool = False
    """Whether something in it repeats without an end."""


def _may_run_away(expression: str) -> bool:
    """Whether a group is repeated in which all may be absent or repeated: one text then fits in more ways than can be tried."""
    groups = [_Open()]
    for piece, repeat in _with_repeats(_PIECE.findall(expression)):
        endless = bool(_ENDLESS.match(repeat))
        if piece[0] == "(":
            groups.append(_Open())
            continue
        if piece == "|":
            groups[-1].others_held &= groups[-1].held
            groups[-1].held = False
            continue
        inner = groups.pop() if piece == ")" and len(groups) > 1 else _Open(held=piece not in ("^", "$"))
        held = inner.held and inner.others_held
        if endless and inner.endless and not held:
            return True
        groups[-1].endless |= endless or inner.endless
        groups[-1].held |= held and not repeat
    return False


def _with_repeats(pieces: list[str]) -> Iterator[tuple[str, str]]:
    """Each piece of an expression, and how often it is repeated."""
    for piece, following in zip(pieces, [*pieces[1:], ""], strict=True):
        if not _REPEAT.match(piece):
            yield piece, following if _REPEAT.match(following) else ""
