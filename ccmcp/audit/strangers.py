"""What strangers wrote and tools handed to the model -> what the rules on texts say of it, and what it could have an agent do. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from ccmcp.audit.engine import Found
from ccmcp.audit.injection import Sign, signs
from ccmcp.audit.modules import rules_in
from ccmcp.audit.rule import Rule
from ccmcp.audit.traces import strings
from ccmcp.audit.untrusted import UntrustedText

_LONGEST = 4_000_000
"""Characters of one text that are looked at."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The part of a text that shows a sign."""

    text: str


@dataclass(frozen=True, slots=True)
class Heard:
    """A text with signs."""

    found: tuple[Found, ...]
    strings: tuple[tuple[str, bool], ...]
    """What an action could be known again by (URLs, commands, paths ...), and whether it stands near a sign."""


def heard(text: UntrustedText) -> Heard | None:
    """What the rules on texts find; nothing for a text without signs, as nearly all are."""
    words = text.text[:_LONGEST]
    told = signs(words, code=text.origin.code)
    if not told:
        return None
    found = tuple(_found(text, words, told))
    return Heard(found, tuple(strings(words, told))) if found else None


@cache
def text_rules() -> tuple[Rule[UntrustedText], ...]:
    """The rules on what strangers wrote, by module."""
    return tuple(rule for rule in rules_in("texts") if rule.on is UntrustedText)


def _found(text: UntrustedText, words: str, told: list[Sign]) -> Iterator[Found]:
    for rule in text_rules():
        for hit in rule.find(text, told):
            sign = next((each for each in told if each.note == hit.note), told[0])
            yield Found(rule, hit, Excerpt(_around(words, sign)))


def _around(words: str, sign: Sign) -> str:
    """Some words before and after a sign, on one line; what is hidden is told as it is."""
    if sign.kind == "hidden":
        return " ".join(sign.text.split())
    part = words[max(0, sign.start - 80) : sign.start + len(sign.text) + 160]
    return " ".join(part.split())
