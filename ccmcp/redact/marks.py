"""What stands in a secret's place: its kind and a fingerprint that tells the same one again, and nothing of its value."""

import re
from collections.abc import Callable
from functools import cache

_salts: dict[str, bytes] = {}
_load: list[Callable[[], bytes]] = []


def use_salt(load: Callable[[], bytes] | None) -> None:
    """
    Take the salt of fingerprints from here on from this function, which is called when the first one is made.

    None takes it back: markers then name only the kind.
    """
    _salts.clear()
    _load[:] = [load] if load else []


def salt() -> bytes:
    """The salt, loaded if need be; empty without one."""
    if (found := _salts.get("")) is None:
        # setdefault: of two threads that load it at once, both go on with the same.
        found = _salts.setdefault("", _load[0]() if _load else b"")
    return found


def fingerprint(kind: str, value: str, digits: int = 16) -> str:
    """
    A secret's fingerprint as hex digits: the same for the same value under the same salt. Empty without a salt.

    A private key's is that of its base64 lines, however they were quoted, escaped or numbered.
    """
    key = salt()
    if not key:
        return ""
    import hmac  # noqa: PLC0415 - with hashlib 3 ms, that only those pay who meet a secret

    data = value.encode("utf-8", "surrogatepass")
    if kind == "private-key":
        data = _compiled(rb"\d{1,6}\xe2\x86\x92|\\+[nrt]|[^A-Za-z0-9+/=-]").sub(b"", data)
    return hmac.digest(key, data, "sha256").hex()[:digits]


def marker(kind: str, value: str) -> str:
    """What stands in the place of a secret: `[REDACTED:github-token:1f2e3d4c]`, without a salt `[REDACTED:github-token]`."""
    known = fingerprint(kind, value, 8)
    return f"[REDACTED:{kind}:{known}]" if known else f"[REDACTED:{kind}]"


def marks(text: str) -> int:
    """How many secrets are marked as redacted in a text."""
    if "[REDACTED:" not in text:
        return 0
    return sum(
        1
        for _ in _compiled(rb"\[REDACTED:[a-z0-9-]+(?::[0-9a-f]{8})?\]").finditer(
            text.encode("utf-8", "replace")
        )
    )


def masked(kind: str, value: str) -> str:
    """A value as a finding may show it: the first four and last two characters, never more than a third; of a key only its kind."""
    if kind in _WHOLE:
        return f"({kind})"
    shown = len(value) // 3
    first, last = min(4, shown), min(2, max(shown - 4, 0))
    return f"{value[:first]}...{value[len(value) - last :] if last else ''}"


_WHOLE = frozenset({"private-key", "url-password", "authorization"})
"""Kinds of which nothing is shown: short values, and keys, of which every part begins alike."""


@cache
def _compiled(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern)
