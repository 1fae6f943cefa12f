"""Whether a text of a secret's shape is a value at all, or what manuals write in its place. Pure."""

import re
from functools import cache
from itertools import pairwise

# What people write where a value would stand.
_WORDS = (
    rb"(?i:example|your|change_?me|placeholder|redacted|dummy|replace|insert|sample)"
    rb"|[xX]{4}|\*{3}|\.{3}|#{4}|\[(?i:redacted):"
)
# The same, where a long value may hold any four letters by chance.
_LONG_WORDS = rb"EXAMPLE|[xX]{12}|\*{4}|\.{3}|\[(?i:redacted):"
# A password that is only its own name.
_NAMES = frozenset(
    (b"pass", b"password", b"passwd", b"pwd", b"pw", b"secret", b"token", b"api_key", b"apikey", b"key")
)
_REPEATED = rb"([^=])\1{5}"
_LONG_REPEATED = rb"([^=])\1{19}"

# Google API keys that public lists of example keys attribute to the samples and tests of Firebase's SDKs, so they open
# nothing of the reader's. The first 12 hex digits of their SHA-256, so that no key stands here.
_PUBLISHED = frozenset(
    (
        "f56e323494a6", "2037abcaffb2", "3f370c9dd822", "e4a5542bb7fd", "a19f89ab3555",
        "0b476bdf9acf", "eb540d2b6ee2", "37f8f09bdf12", "8731261cb72d", "49f777db995e",
        "27a9a42931df", "dc0fcf046c61", "4c98242dcadc", "ea9bb1082cf9", "3a8b61d0f636",
        "a6c814bc555a",
    )
)  # fmt: skip

_LONG = 120
_KEY = 2000


@cache
def _compiled(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern)


def is_placeholder(value: bytes, body: bytes, *, repeats: bool = False) -> bool:
    """
    Whether a value of the right shape stands for one: words, runs, an alphabet, too few different characters.

    Takes the value, its part after a fixed prefix, and whether its format has long repetitions by itself.
    """
    if len(body) > _KEY:
        return False
    if value.lower() in _NAMES:
        return True
    long = len(body) > _LONG
    if _compiled(_LONG_WORDS if long else _WORDS).search(body):
        return True
    if not repeats and _compiled(_LONG_REPEATED if long else _REPEATED).search(body):
        return True
    if len(body) >= 16 and len(set(body)) <= 5:
        return True
    return (len(body) >= 12 and 3 * _alphabet(body) >= 2 * len(body)) or _is_published(value)


def looks_random(body: bytes) -> bool:
    """Whether a value may have been drawn: digits and letters mixed, no alphabet, no few characters over and over."""
    digits = sum(48 <= each < 58 for each in body)
    return (
        digits >= 3
        and digits < len(body)
        and _alphabet(body) < 8
        and len(set(body)) >= min(10, len(body) // 2)
    )


def is_mixed(body: bytes) -> bool:
    """Whether digits and letters are mixed in it."""
    digits = sum(48 <= each < 58 for each in body)
    letters = sum(65 <= each < 91 or 97 <= each < 123 for each in body)
    return digits >= 2 and letters >= 4


def _alphabet(body: bytes) -> int:
    """How many letters follow each other in it as in the alphabet, at most."""
    most = run = 1
    for before, each in pairwise(body):
        run = run + 1 if each == before + 1 and each > 65 else 1
        most = max(most, run)
    return most


def _is_published(value: bytes) -> bool:
    if not value.startswith(b"AIza"):
        return False
    from hashlib import sha256  # noqa: PLC0415 - only where such a value was found

    return sha256(value).hexdigest()[:12] in _PUBLISHED
