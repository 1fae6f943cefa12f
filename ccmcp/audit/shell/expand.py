"""The rewriting a shell does within a word: $'...', {a,b}, ${name...}. Pure."""

import re
from collections.abc import Callable
from fnmatch import translate
from functools import cache
from itertools import pairwise

OPEN, COMMA, CLOSE = "\ue000", "\ue001", "\ue002"
"""What stands for an unquoted { , } until braces are expanded."""

_UNMARK = str.maketrans({OPEN: "{", COMMA: ",", CLOSE: "}"})
_MARK = str.maketrans({"{": OPEN, ",": COMMA, "}": CLOSE})
_MOST = 64
_LONGEST = 2000


def marked(text: str) -> str:
    """An unquoted part of a word, with its braces and commas as ones to expand."""
    return text.translate(_MARK)


def braces(text: str) -> list[str]:
    """A word with marked braces -> the words it stands for: a{b,c} gives ab and ac."""
    if len(text) > _LONGEST:
        return [text.translate(_UNMARK)]
    done, todo = list[str](), [text]
    while todo and len(done) + len(todo) <= _MOST:
        each = todo.pop()
        parts = _first_braces(each)
        if parts is None:
            done.append(each.translate(_UNMARK))
        else:
            todo += reversed(parts)
    return done + [each.translate(_UNMARK) for each in reversed(todo)]


def _first_braces(text: str) -> list[str] | None:
    start = text.find(OPEN)
    while start >= 0:
        depth, cuts, end = 0, [start], -1
        for at in range(start, len(text)):
            if text[at] == OPEN:
                depth += 1
            elif text[at] == CLOSE:
                depth -= 1
                if not depth:
                    end = at
                    break
            elif text[at] == COMMA and depth == 1:
                cuts.append(at)
        if end < 0:
            return None
        before, after = text[:start], text[end + 1 :]
        if len(cuts) > 1:
            cuts.append(end)
            return [before + text[left + 1 : right] + after for left, right in pairwise(cuts)]
        if values := _range(text[start + 1 : end]):
            return [before + value + after for value in values]
        text = text[:start] + "{" + text[start + 1 : end] + "}" + after
        start = text.find(OPEN)
    return None


_RANGE = re.compile(r"(-?\d{1,4})\.\.(-?\d{1,4})|([A-Za-z])\.\.([A-Za-z])")


def _range(text: str) -> list[str]:
    found = _RANGE.fullmatch(text)
    if found is None:
        return []
    low, high = (int(found[1]), int(found[2])) if found[1] else (ord(found[3]), ord(found[4]))
    step = 1 if high >= low else -1
    if abs(high - low) >= _MOST:
        return []
    return [str(each) if found[1] else chr(each) for each in range(low, high + step, step)]


_ESCAPE = re.compile(
    r"\\(?:x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|0?([0-7]{1,3})|c(.)|(.))", re.DOTALL
)
_LETTERS = {
    "n": "\n",
    "t": "\t",
    "r": "\r",
    "a": "\a",
    "b": "\b",
    "e": "\x1b",
    "E": "\x1b",
    "f": "\f",
    "v": "\v",
}


def escapes(text: str) -> str:
    """Text with its backslash escapes decoded, as in $'...', printf and echo -e."""
    return _ESCAPE.sub(_escape, text) if "\\" in text else text


def _escape(found: re.Match[str]) -> str:
    code = found[1] or found[2] or found[3]
    if code:
        number = int(code, 16)
        return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"
    if found[4]:
        return chr(int(found[4], 8) & 0xFF)
    if found[5]:
        return chr(ord(found[5]) & 0x1F)
    return _LETTERS.get(found[6], found[6] if found[6] in "\\'\"?" else f"\\{found[6]}")


_PARAMETER = re.compile(
    r"\$\{(!?)(#?)([A-Za-z_]\w*|[0-9]+|[@*?$!#-])(\[[^\]]*\])?(:?[-=?+]|##?|%%?|//?|/[#%]|\^\^?|,,?|:|@)?(.*)\}",
    re.DOTALL,
)


def parameter(
    written: str, value: Callable[[str, str], str | None], put_in: Callable[[str], str | None]
) -> str | None:
    """
    What `${...}` stands for; None when it is known only when it runs.

    `value` is asked for a variable's value by name and [index]; `put_in` for a text with its own variables put in.
    """
    found = _PARAMETER.fullmatch(written)
    if found is None:
        return None
    indirect, length, name, index, operator, rest = found.groups(default="")
    known = value(name, index)
    if indirect:
        known = value(known, "") if known is not None else None
    if length:
        return str(len(known)) if known is not None else None
    if operator in (":-", "-", ":=", "="):
        return known if known or (known is not None and operator[0] != ":") else put_in(rest)
    if operator in (":+", "+"):
        return put_in(rest) if known else "" if known is not None else None
    if known is None:
        return None
    return _changed(known, operator, rest, put_in)


def _changed(known: str, operator: str, rest: str, put_in: Callable[[str], str | None]) -> str | None:
    if operator in ("", ":?", "?"):
        return known
    if operator in ("^^", "^", ",,", ","):
        whole = known.upper() if operator[0] == "^" else known.lower()
        return whole if len(operator) == 2 else whole[:1] + known[1:]
    if operator == ":":
        return _slice(known, rest)
    pattern = put_in(rest)
    if pattern is None or len(known) > 1000:
        return None
    if operator in ("#", "##", "%", "%%"):
        return _trimmed(known, operator, pattern)
    if operator[0] == "/":
        old, _, new = pattern.partition("/")
        return (
            known.replace(old, new, -1 if operator == "//" else 1)
            if old and not set(old) & set("*?[")
            else None
        )
    return None


def _slice(known: str, rest: str) -> str | None:
    parts = [part.strip(" ()") for part in rest.split(":")]
    if len(parts) > 2 or not all(part.lstrip("-").isdigit() and part.count("-") < 2 for part in parts):
        return None
    start = int(parts[0])
    start = max(len(known) + start, 0) if start < 0 else start
    if len(parts) == 1:
        return known[start:]
    length = int(parts[1])
    return known[start : start + length] if length >= 0 else known[start:length]


def _trimmed(known: str, operator: str, pattern: str) -> str:
    matches = _glob(pattern)
    ends = range(len(known) + 1)
    front = operator[0] == "#"
    # the shortest part first for # and %, the longest for ## and %%
    for size in ends if len(operator) == 1 else reversed(ends):
        part = known[:size] if front else known[len(known) - size :]
        if matches(part):
            return known[size:] if front else known[: len(known) - size]
    return known


@cache
def _glob(pattern: str) -> Callable[[str], object]:
    # a run of * is one *, or the regex could take forever
    return re.compile(translate(re.sub(r"\*+", "*", pattern[:100]))).match
