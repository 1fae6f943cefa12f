"""What may be a secret, on demand: what follows a telling name, and long texts that look drawn. Never used to redact."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from math import log2

from ccmcp.redact.scan import FoundSecret, found
from ccmcp.redact.values import is_mixed, is_placeholder

_ASSIGNED = r"""(?ix) [\w.-]{0,40} (?:password|passwd|pwd|secret|token|api_?-?key|access_?-?key|private_?-?key|credential|auth)
    [\w.-]{0,20} [\\"']{0,4} [\s:=>]{1,4} [\\"']{0,4} ([^\s"'\\<>,;(){}\[\]$]{8,200})"""
_CURL_USER = r"""\s(?:-u|--user)[\s=]+["']?[^\s:"'$<{]{1,60}:([^\s"'$<{]{4,100})"""
_LONG = r"(?<![\w+/.-])[\w+/-]{24,200}={0,2}(?![\w+/.-])"


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def candidates(text: str) -> Iterator[FoundSecret]:
    """
    What may be a secret and is none of the definite ones, from left to right: their kinds are `assigned` and `high-entropy`.

    Most of these are none. It is for a person who looks through one session, not for counting.
    """
    taken = [(each.start, each.end) for each in found(text)]
    seen: dict[tuple[int, int], str] = {}
    for pattern, kind in ((_ASSIGNED, "assigned"), (_CURL_USER, "assigned"), (_LONG, "high-entropy")):
        for match in _compiled(pattern).finditer(text):
            span = match.span(match.lastindex or 0)
            if any(span[0] < end and start < span[1] for start, end in (*taken, *seen)):
                continue
            value = text[span[0] : span[1]].encode("utf-8", "surrogatepass")
            if not is_placeholder(value, value) and _may_be(value, kind):
                seen[span] = kind
    for (start, end), kind in sorted(seen.items()):
        yield FoundSecret(kind, start, end, "candidate")


def _may_be(value: bytes, kind: str) -> bool:
    if kind == "assigned":
        return any(48 <= each < 58 for each in value) or len(value) < 16
    return is_mixed(value) and entropy(value) >= 4.2


def entropy(value: bytes) -> float:
    """Bits a character, by how often each one stands in the value."""
    size = len(value)
    return -sum(count / size * log2(count / size) for count in Counter(value).values())
