"""Text without what a terminal or a reader would obey instead of show. Pure."""

import re
from functools import cache

# Letters that zero-width joiners shape: Arabic and its relatives, Indic scripts up to Sinhala, Myanmar, Khmer.
_LETTERS = "\u0620-\u06ff\u0750-\u077f\u08a0-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u17ff"
_EMOJI = "\u2190-\u21ff\u2300-\u27bf\u2900-\u297f\u2b00-\u2bff\U0001f000-\U0001faff"

# A joiner stays only between two letters of such a script, or between two emoji; a variation selector only after an
# emoji, or as the keycap's. Persian, Hindi and family emoji stay readable, and none of these can stand inside ASCII,
# so no secret, command or path is cut in two by what stays. Tag characters go even from flags (a black flag is left):
# they spell whole hidden sentences. So do selectors elsewhere, CJK variants included: the default glyph reads as well.
_JOINED = (
    rf"(?<=[{_LETTERS}])[\u200c\u200d](?=[{_LETTERS}])"
    rf"|(?<=[{_EMOJI}])\u200d(?=[{_EMOJI}])|(?<=[{_EMOJI}]\ufe0f)\u200d(?=[{_EMOJI}])"
    rf"|(?<=[{_EMOJI}])[\ufe0e\ufe0f]|(?<=[0-9#*])\ufe0f(?=\u20e3)"
)
_SEQUENCE = (
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)"  # OSC, DCS and such: titles, links
    r"|\x1b[ -/]*[0-~]"  # every other escape
)
_HIDDEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_SUSPECT = rf"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff{_HIDDEN}]"
_SUSPECT_ASCII = r"[\x00-\x08\x0b-\x1f\x7f]"
_UNSAFE = rf"({_JOINED})|{_SEQUENCE}|\r\n?|{_SUSPECT}"


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    # At first use: compiled at import they would cost a command's start 5 ms.
    return re.compile(pattern)


def sanitise(text: str) -> str:
    """
    The text without what a terminal or a reader would obey instead of show.

    Escape sequences (colours, titles, links), controls other than line feed and tab, bidi controls, zero-width and
    other invisible characters and tag characters are removed; a carriage return (alone or before a line feed), a line
    separator and a paragraph separator become a line feed; a lone surrogate becomes U+FFFD.
    """
    suspect = _compiled(_SUSPECT_ASCII if text.isascii() else _SUSPECT)
    return _compiled(_UNSAFE).sub(_safe, text) if suspect.search(text) else text


def _safe(found: re.Match[str]) -> str:
    character = found[0]
    if found[1]:
        return character
    if character in ("\r", "\r\n", "\u2028", "\u2029"):
        return "\n"
    return "\ufffd" if "\ud800" <= character <= "\udfff" else ""
