"""
Where secrets stand in a text.

Nearly all texts hold none, so most of the work is to say so soon: tokens stand in long runs of letters and digits, and
only these are looked through for the texts that tokens begin with. With google-re2 installed (`pip install ccmcp[fast]`)
one pass over the whole text does that, some ten times faster; what is found is the same.
"""

import importlib
import re
from collections.abc import Callable, Iterator
from functools import cache
from operator import itemgetter
from typing import Any, NamedTuple

from ccmcp.redact.shapes import NAMED, SET, SHAPES, Shape
from ccmcp.redact.values import is_mixed, is_placeholder, looks_random

Place = tuple[int, tuple[Shape, ...]]
"""Where a secret may begin, and of which shapes."""

RUN = 20
"""So long at least is what a token stands in: letters, digits, `_`, `-`, `.` and `~`."""

_KEPT = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.~$")
_RUNS = bytes(each if each in _KEPT else 32 for each in range(256))


class FoundSecret(NamedTuple):
    """One secret in a text."""

    kind: str
    start: int
    """Where its value begins and ends, in characters."""
    end: int
    tier: str = "definite"
    """`definite`, or `candidate` for what only may be one."""


def found(text: str) -> Iterator[FoundSecret]:
    """The secrets of a text whose shape leaves no doubt, from left to right; none lies in another."""
    data = text.encode("utf-8", "surrogatepass")
    ascii_only = len(data) == len(text)
    byte = character = 0
    for kind, start, end in _found(data, _engine()):
        if ascii_only:
            yield FoundSecret(kind, start, end)
            continue
        begin = character + _length(data, byte, start)
        byte, character = end, begin + _length(data, start, end)
        yield FoundSecret(kind, begin, character)


def _length(data: bytes, start: int, end: int) -> int:
    """How many characters a part of a text's bytes is."""
    return len(data[start:end].decode("utf-8", "surrogatepass"))


def may_hold(data: bytes) -> bool:
    """
    Whether a text, as UTF-8, may hold a secret: False is certain.

    A line of a transcript as it stands in its file may be asked about too: escapes hide no beginning of a secret.
    """
    return next(_engine()(data), None) is not None


@cache
def _engine() -> Callable[[bytes], Iterator[Place]]:
    try:
        return _by_re2(
            importlib.import_module("re2")
        )  # optional, and loaded only where secrets are looked for
    except (ImportError, AttributeError):  # the second: another package of this name
        return _by_runs


# -- where one may begin ---------------------------------------------------------------


def _by_runs(data: bytes) -> Iterator[Place]:
    """With the standard library: tokens stand in long runs of letters and digits, a fifth of a transcript."""
    places: list[Place] = []
    runs = b" ".join([run for run in data.translate(_RUNS).split() if len(run) >= RUN])
    if runs:
        for anchor in _present(runs):
            places += [(at, _at(anchor)) for at in _all(data, anchor)]
    low = data.lower()
    for gate, anchors in _gates() if runs else _gates()[:1]:
        if gate in low:
            for anchor in anchors:
                places += [(at, _named_at(anchor)) for at in _all(low, anchor)]
    for anchor in _anchors(SET):
        if anchor in data:
            places += [(at, _at(anchor)) for at in _all(data, anchor)]
    places.sort(key=_first)
    return iter(places)


_first = itemgetter(0)


def _present(runs: bytes) -> set[bytes]:
    """The anchors of tokens that stand in these runs, with what follows them at least."""
    present: set[bytes] = set()
    search, at = _scan_runs().search, 0
    while seen := search(runs, at):
        present.add(seen[0])
        at = seen.start() + 1
    return present


def _all(data: bytes, anchor: bytes) -> Iterator[int]:
    at = data.find(anchor)
    while at >= 0:
        yield at
        at = data.find(anchor, at + 1)


def _by_re2(re2: Any) -> Callable[[bytes], Iterator[Place]]:
    """With google-re2: one pass over the whole text."""
    options = re2.Options()
    options.max_mem = 1 << 27
    options.encoding = re2.Options.Encoding.LATIN1
    options.log_errors = False
    plain = [_beginning(anchor, then) for anchor, then in (*_beginnings(SHAPES), *_beginnings(SET))]
    named = [re.escape(anchor) for anchor in _anchors(NAMED)]
    search = re2.compile(b"|".join((*plain, b"(?i:%s)" % b"|".join(named))), options).search

    def places(data: bytes) -> Iterator[Place]:
        at = 0
        while seen := search(data, at):
            at = seen.start()
            yield at, _beginning_with(data[at : at + _LONGEST])
            at += 1

    return places


_LONGEST = 24
"""No anchor is longer."""


def _beginning_with(data: bytes) -> tuple[Shape, ...]:
    """The shapes that may begin with these bytes."""
    low = data.lower()
    shapes = [_at(anchor) for anchor in _by_head().get(data[:2], ()) if data.startswith(anchor)]
    shapes += [_named_at(anchor) for anchor in _anchors(NAMED) if low.startswith(anchor)]
    return tuple(shape for each in shapes for shape in each)


@cache
def _by_head() -> dict[bytes, list[bytes]]:
    heads: dict[bytes, list[bytes]] = {}
    for anchor in (*_anchors(SET), *_anchors(SHAPES)):
        heads.setdefault(anchor[:2], []).append(anchor)
    return heads


@cache
def _gates() -> tuple[tuple[bytes, tuple[bytes, ...]], ...]:
    """
    The anchors of names under a text that all of a group hold: looked for first, and mostly in vain.

    The first group is that of secrets whose value need not be one long run.
    """
    gates: dict[bytes, list[bytes]] = {b"ecret": []}
    for anchor in _anchors(NAMED):
        gates.setdefault(next((each for each in (b"ecret", b"token") if each in anchor), anchor), []).append(
            anchor
        )
    return tuple((gate, tuple(anchors)) for gate, anchors in gates.items())


@cache
def _anchors(shapes: tuple[Shape, ...]) -> tuple[bytes, ...]:
    return tuple(dict.fromkeys(anchor.encode() for shape in shapes for anchor in shape.anchors))


def _beginnings(shapes: tuple[Shape, ...]) -> list[tuple[bytes, bytes]]:
    """Each anchor with what follows it at least; with nothing where one of its shapes asks for nothing."""
    follow: dict[str, set[str]] = {}
    for shape in shapes:
        for anchor in shape.anchors:
            follow.setdefault(anchor, set()).add(shape.then)
    return [
        (anchor.encode(), b"" if "" in thens else "|".join(sorted(thens)).encode())
        for anchor, thens in follow.items()
    ]


def _beginning(anchor: bytes, then: bytes) -> bytes:
    return b"%s(?:%s)" % (re.escape(anchor), then) if then else re.escape(anchor)


@cache
def _scan_runs() -> re.Pattern[bytes]:
    heads: dict[bytes, list[bytes]] = {}
    for anchor, then in sorted(_beginnings(SHAPES), key=lambda each: -len(each[0])):
        after = b"(?=%s)" % then if then else b""
        heads.setdefault(anchor[:1], []).append(re.escape(anchor[1:]) + after)
    return re.compile(
        b"|".join(b"%s(?:%s)" % (re.escape(head), b"|".join(tails)) for head, tails in sorted(heads.items()))
    )


@cache
def _at(anchor: bytes) -> tuple[Shape, ...]:
    return tuple(shape for shape in (*SET, *SHAPES) if anchor.decode() in shape.anchors)


@cache
def _named_at(anchor: bytes) -> tuple[Shape, ...]:
    return tuple(shape for shape in NAMED if anchor.decode() in shape.anchors)


@cache
def _compiled(pattern: str) -> re.Pattern[bytes]:
    # At first use: most are never needed, and all of them together would cost a command's start 15 ms.
    return re.compile(pattern.encode("ascii"))


# -- what stands there -----------------------------------------------------------------


def _found(data: bytes, places: Callable[[bytes], Iterator[Place]]) -> Iterator[tuple[str, int, int]]:
    """Kind, start and end of the values, in bytes."""
    after = 0
    for at, shapes in places(data):
        for shape in shapes:
            if (begin := at - shape.back) < after:
                continue
            if seen := _compiled(shape.pattern).match(data, begin):
                start, end = seen.span(seen.lastindex or 0)
                if not _stands(shape, data[start:end]):
                    continue
                # The value after "Authorization:" or in a URL may tell more precisely what it is.
                inner = next(_found(data[start:end], places), None) if seen.lastindex else None
                yield inner[0] if inner else shape.kind, start, end
                after = end
                break


def _stands(shape: Shape, value: bytes) -> bool:
    """Whether what has a secret's shape is one."""
    if shape.kind == "private-key":
        return bool(value)
    prefix = max((len(each) for each in shape.anchors if value.startswith(each.encode())), default=0)
    body = value[prefix:]
    if is_placeholder(value, body, repeats=shape.check == "fixed"):
        return False
    match shape.check:
        case "random":
            return looks_random(body)
        case "mixed":
            return is_mixed(body)
        case "digits":
            return any(48 <= each < 58 for each in body)
        case _:
            return True
