"""A text with signs of an injection -> the strings in it that an action could be known again by: URLs, commands, paths ... Pure."""

import re
from collections.abc import Iterator
from functools import cache

from ccmcp.audit.injection import Sign


@cache
def _telling() -> re.Pattern[str]:
    return re.compile(
        r"(?P<url>https?://[^\s<>\"'`)\]}\\]{4,300})"
        r"|(?P<mail>[\w.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+)"
        r"|`(?P<code>[^`\n]{6,300})`"
        r"|(?P<command>(?<![\w/.-])(?:curl|wget|bash|sh|python3?|node|npx|npm|pnpm|yarn|pip3?|uvx?|git|gh|rm|chmod|cat|ssh|scp|nc|"
        r"docker|kubectl|aws|gcloud|az|terraform|psql|mysql|brew|sudo|echo|export|powershell|iwr|claude)[ ](?=\S*[-./~:@])[^\n`\"'<>]{4,300})"
        r"|(?P<path>(?<![\w:/])(?:~|\.{1,2})?/(?:[\w.@+-]+/)*[\w.@+-]{2,80})"
        r"|(?<![\w.@/-])(?P<host>(?:[A-Za-z0-9-]{1,63}\.)+(?:[a-z]{2,12}|xn--[a-z0-9-]+)(?:/[^\s<>\"'`)]{0,200})?)"
        r"|[\"'\u2018\u201c](?P<quoted>[^\"'\u2019\u201d\n]{8,120})[\"'\u2019\u201d]"
        r"|\b(?P<account>[A-Z]{2}\d{2}[A-Z0-9]{10,30})\b"
    )


NEAR = 700
"""Within so many characters of a sign a string belongs to it."""

MOST_STRINGS = 50


def strings(text: str, found: list[Sign]) -> list[tuple[str, bool]]:
    """
    The URLs, addresses, commands, paths ... of a text with signs, those near a sign first, and whether they are near.

    What is hidden in a sign counts as near.
    """
    near: dict[str, bool] = {}
    for sign in found:
        part = text[max(0, sign.start - NEAR) : sign.start + len(sign.text) + NEAR]
        near |= dict.fromkeys(_strings(part), True)
        near |= dict.fromkeys(_strings(sign.text), True)
    for value in _strings(text[:_LONGEST]):
        if len(near) >= MOST_STRINGS:
            break
        near.setdefault(value, False)
    return list(near.items())[:MOST_STRINGS]


_LONGEST = 60_000
_SHORTEST = 6


def _strings(text: str, *, inner: bool = False) -> Iterator[str]:
    for told, match in enumerate(_telling().finditer(text)):
        if told >= 4 * MOST_STRINGS:
            return
        value = match[match.lastgroup or 0].strip().rstrip(".,;:!?")
        if len(value) >= _SHORTEST:
            yield value
            if not inner and match.lastgroup in ("code", "command", "quoted"):
                yield from _strings(value.partition(" ")[2], inner=True)
