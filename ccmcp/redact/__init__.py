"""
Text that is safe to hand on: without control sequences and hidden characters, secrets replaced by what kind they were.

Pure: text in, text out. Everything ccmcp returns or stores as text goes through `clean`; the audit looks for secrets
with the same detector (`found`). A marker tells the kind and, where a front end has given a salt (`use_salt`), a
fingerprint: the same secret is told again in other sessions, and its value by nobody.

    candidates  what only may be a secret
    scan        where secrets stand in a text
    providers   the kinds of secrets that are told for certain, for people
    shapes, values  what secrets look like; what is a placeholder
    marks, hidden   what stands in a secret's place; control sequences and invisible characters
"""

from typing import TypeVar, cast

from ccmcp.redact.hidden import sanitise
from ccmcp.redact.marks import fingerprint, marker, marks, masked, salt, use_salt
from ccmcp.redact.scan import FoundSecret, found, may_hold

__all__ = [
    "FoundSecret",
    "clean",
    "cleaned",
    "fingerprint",
    "found",
    "marker",
    "marks",
    "masked",
    "may_hold",
    "redact",
    "salt",
    "sanitise",
    "use_salt",
]

T = TypeVar("T")


def redact(text: str) -> str:
    """
    The text with each secret replaced by its marker, `[REDACTED:github-token:1f2e3d4c]`; nothing of the value is left.

    Only shapes that leave no doubt count, so text without a secret comes back as it is, and so does redacted text.
    A secret cut in two is none any more: clean whole texts first, cut afterwards.
    """
    # What follows a secret may be recognised only once it is gone, so until nothing more is found.
    while (done := _once(text)) != text:
        text = done
    return text


def _once(text: str) -> str:
    pieces: list[str] = []
    after = 0
    for each in found(text):
        pieces += text[after : each.start], marker(each.kind, text[each.start : each.end])
        after = each.end
    return "".join((*pieces, text[after:])) if pieces else text


def clean(text: str) -> str:
    """
    The text as it may be shown or stored: sanitised, then redacted, so hidden characters can't hide a secret.

    Cut after cleaning, never before: half a secret is not recognised.
    """
    return redact(sanitise(text))


def cleaned(value: T) -> T:
    """A JSON value (tuples too) whose texts, keys included, are clean; what lies 200 levels deep is left out."""
    return cast("T", _cleaned(value, 200))


def _cleaned(value: object, depth: int) -> object:
    match value:
        case str():
            return clean(value)
        case dict() | list() | tuple() if not depth:
            return "[nested too deep to show]"
        case dict():
            return {_cleaned(key, depth): _cleaned(inner, depth - 1) for key, inner in value.items()}
        case list():
            return [_cleaned(inner, depth - 1) for inner in value]
        case tuple():
            return tuple(_cleaned(inner, depth - 1) for inner in value)
        case _:
            return value
