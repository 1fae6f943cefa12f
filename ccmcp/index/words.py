"""
Text -> what the tokenizers are fed, and a query's word -> the tokens to look for. Pure.

Tantivy's simple tokenizer takes runs of letters and digits, in lower case. That makes
words of snake_case, paths and hyphenated words by itself, and a phrase of their parts
finds them whole. Two things need help before it: scripts written without spaces
get one token a character (a phrase of characters finds any part of a run), and
camelCase gets its parts written behind the text, beside the whole word in it.
"""

import re
import unicodedata
from functools import lru_cache

LONGEST = 140
"""Longer runs (base64, minified code) are no words; a SHA-512 in hex is 128."""

SPACELESS = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f"  # Myanmar
    "\u1780-\u17ff"  # Khmer
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3040-\u30ff\u3100-\u312f\u31a0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"  # CJK
    "\ua960-\ua97f\uac00-\ud7ff"  # Hangul syllables
    "\uf900-\ufaff\uff66-\uff9f"  # compatibility forms
    "\U00020000-\U0003ffff"
)
_SPACELESS_RUN = re.compile(f"[{SPACELESS}]+")

_SPACELESS_LEADS = frozenset({0xE0, 0xE1, *range(0xE3, 0xEE), 0xEF, 0xF0})
_ALL_OTHER_BYTES = bytes(byte for byte in range(256) if byte not in _SPACELESS_LEADS)
"""What to delete from UTF-8 to see whether a spaceless script may be in it: far cheaper than to search for one."""

# Bytes by what they are to camelCase: a small letter or digit (any non-ASCII byte too), a capital, or neither.
_CLASSES = bytes(
    97 if 97 <= byte <= 122 or 48 <= byte <= 57 or byte >= 128 else 65 if 65 <= byte <= 90 else 32
    for byte in range(256)
)
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|\d+")


def spaced(text: str) -> str:
    """The text with a space around each character of a script that is written without spaces."""
    return text if text.isascii() else _spaced(text, text.encode("utf-8", "replace"))


def _spaced(text: str, raw: bytes) -> str:
    if b"\xcc" in raw or b"\xcd" in raw:
        # Combining accents (macOS writes file names so) would part their word: é as one character does not.
        text = unicodedata.normalize("NFC", text)
    return _SPACELESS_RUN.sub(_apart, text) if raw.translate(None, _ALL_OTHER_BYTES) else text


def _apart(run: "re.Match[str]") -> str:
    return f" {' '.join(run.group())} "


def fed(text: str) -> tuple[str, str]:
    """
    What the tokenizers are fed of a text: itself, `spaced`, and the parts of its camelCase words.

    Each distinct word's parts come once: `getUserName` gives `get user name`.
    """
    raw = text.encode("utf-8", "replace")
    if len(raw) != len(text):
        text = _spaced(text, raw)
    classes = raw.translate(_CLASSES)
    at = classes.find(b"aA")
    if at < 0:
        return text, ""
    find, rfind = classes.find, classes.rfind
    found: dict[bytes, None] = {}
    while at >= 0:
        start = rfind(b" ", 0, at) + 1
        end = find(b" ", at)
        if end < 0:
            end = len(raw)
        if end - start <= LONGEST:
            found[raw[start:end]] = None
        at = find(b"aA", end)
    return text, " ".join(map(_split, found))


@lru_cache(maxsize=50_000)
def _split(word: bytes) -> str:
    return " ".join(_PART.findall(word.decode("utf-8", "replace")))


def parts_of(word: str) -> list[str]:
    """A query's word by its camelCase parts, in lower case; empty when it has only one."""
    parts = [part.lower() for part in _PART.findall(word)]
    return parts if len(parts) > 1 else []
