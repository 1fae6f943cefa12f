"""
Signs in a text that it was written to steer a model: phrases that only such texts have, and words that nobody sees. Pure.

A phrase is looked for only around a word that it must hold (its anchor), so that a text without one costs a few searches.
The text is read as a model would: compatibility forms, letters that only look Latin and invisible characters don't hide
a phrase. Its phrases are in injection.tsv.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, NamedTuple, TypeAlias

SignKind: TypeAlias = Literal["override", "concealment", "hidden"]
"""It overrides what was asked; it has something kept from the user; it is there and not seen."""


@dataclass(frozen=True, slots=True)
class Sign:
    """One place of a text that shows it."""

    kind: SignKind
    start: int
    """Where it stands in the text, roughly where that was normalised."""
    text: str
    """What stands there: the phrase, or the hidden words made visible."""
    note: str
    """What it is, in a few words."""


MOST = 8
"""So many signs of one text are told."""

_BEFORE, _AFTER = 160, 260
"""Around an anchor a phrase is looked for in so many characters."""

_MOST_ANCHORS = 200


def signs(text: str, *, code: bool = False) -> list[Sign]:
    """The signs in a text, hidden ones first. In `code` nothing but comments and strings can be right to left."""
    if not text:
        return []
    rare = "" if text.isascii() else _rare(text)
    found = list(_hidden(text, code=code)) if rare and _hiding().search(rare) else []
    read = _as_read(text) if rare and _needs_reading().search(rare) else text
    said = list(_phrases(read))
    if read is not text and not said:
        said = list(_phrases(text))
    found += _in_comments(text, said)
    if not found and not said:
        return []
    boiler = list(_boilerplate(text))
    kept = [sign for sign in (*found, *said) if not any(start <= sign.start < end for start, end in boiler)]
    return kept[:MOST]


def concealed(found: Sequence[Sign]) -> bool:
    """Whether one of these signs has something kept from the user."""
    return any(sign.kind == "concealment" for sign in found)


def asks_for_secrets(text: str) -> bool:
    """Whether a text speaks of reading, passing or sending what is secret."""
    return bool(_secretive().search(text))


@cache
def _secretive() -> re.Pattern[str]:
    return re.compile(
        r"\b(?:read|cat|pass|send|include|append|copy|upload|forward|collect|provide)\b.{0,80}(?:\.ssh|id_rsa|id_ed25519|\.env\b|\.aws|"
        r"credentials?|mcp\.json|api[ _-]?keys?|tokens?|passwords?|secrets?|private keys?|conversation|chat history)",
        re.IGNORECASE | re.DOTALL,
    )


# -- phrases


class _Phrase(NamedTuple):
    kind: SignKind
    note: str
    written: str

    @property
    def pattern(self) -> re.Pattern[str]:
        """What it looks like, compiled when it is looked for: most never are."""
        return _compiled(self.written)


@cache
def _compiled(written: str) -> re.Pattern[str]:
    """A blank is any white space, line numbers of a file that was read included."""
    return re.compile(written.replace(" ", r"(?:\s+(?:\d+[\u2192\t:]\s*)?)"))


class _Anchor(NamedTuple):
    """A text that stands in phrases: at the beginning of some, anywhere in others."""

    text: str
    words: frozenset[bytes]
    """What else must stand in the text, and the words of the anchor itself."""
    first: tuple[_Phrase, ...]
    within: tuple[_Phrase, ...]


def _phrases(text: str) -> Iterator[Sign]:
    low = text.lower().replace("\u2019", "'")
    if len(low) != len(text):
        low = text  # a letter whose small form is longer: places would shift
    seen: set[int] = set()
    for anchor in _standing(low):
        at = low.find(anchor.text)
        tried = 0
        while at >= 0 and tried < _MOST_ANCHORS:
            tried += 1
            for phrase, start, end in _at(anchor, low, at):
                if start not in seen:
                    seen.add(start)
                    yield Sign(phrase.kind, start, text[start:end], phrase.note)
            at = low.find(anchor.text, at + len(anchor.text))


_WORDS = bytes(byte if byte > 127 or chr(byte).isalpha() else 32 for byte in range(256))


def _standing(low: str) -> Iterator[_Anchor]:
    """
    The anchors that may stand in a text of small letters.

    All its words are looked up at once, which is twice as fast as to look for each anchor in the text.
    """
    by_word, words = _by_word()
    standing = words.intersection(low.encode("utf-8", "replace").translate(_WORDS).split())
    told: dict[tuple[str, tuple[_Phrase, ...]], _Anchor] = {}
    for word in standing:
        told |= {(each.text, each.first): each for each in by_word.get(word, ()) if each.words <= standing}
    yield from told.values()
    if not low.isascii():
        rare = _rare(low)
        yield from (anchor for anchor in by_word[b""] if anchor.text in rare)


def _at(anchor: _Anchor, text: str, at: int) -> Iterator[tuple[_Phrase, int, int]]:
    """The phrases around one place of an anchor, and from where to where they go."""
    for phrase in anchor.first:
        if match := phrase.pattern.match(text, at, at + _AFTER):
            yield phrase, at, match.end()
    if anchor.within:
        start = max(0, at - _BEFORE)
        window = text[start : at + _AFTER]
        for phrase in anchor.within:
            for match in phrase.pattern.finditer(window):
                if match.start() <= at - start < match.end():
                    yield phrase, start + match.start(), start + match.end()


@cache
def _by_word() -> tuple[dict[bytes, tuple[_Anchor, ...]], frozenset[bytes]]:
    """The anchors, by the longest word in each (those of scripts without blanks under an empty one); all words in them."""
    first: dict[str, list[_Phrase]] = {}
    within: dict[str, list[_Phrase]] = {}
    text = files("ccmcp.audit").joinpath("injection.tsv").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            kind, anchors, note, written = line.split("\t")
            for anchor in anchors.split("|"):
                where = first if anchor[0] == "^" else within
                where.setdefault(anchor.removeprefix("^"), []).append(_Phrase(kind, note, written))  # type: ignore[arg-type]  # as the file has it
    found: dict[bytes, list[_Anchor]] = {b"": []}
    for each in dict.fromkeys((*first, *within)):
        stands, _, beside = each.partition("+")
        words = [] if each[0] > "\u2e80" else stands.encode().translate(_WORDS).split()
        every = frozenset((*words, *beside.encode().split()))
        made = _Anchor(stands, every, tuple(first.get(each, ())), tuple(within.get(each, ())))
        found.setdefault(max(words, key=len, default=b""), []).append(made)
    gates = frozenset(word for anchors in found.values() for anchor in anchors for word in anchor.words)
    return {word: tuple(anchors) for word, anchors in found.items()}, gates


_REMINDERS = (
    "whenever you read a file", "warning: the file exists", "the task tools haven", "the todowrite tool has",
    "note: ", "this is a reminder that", "your todo list has", "as you answer the user's",
    "the user started your",
)  # fmt: skip
"""So begin the client's own words in a result. Others that look like it are a stranger's."""

_LONGEST_REMINDER = 3000
_INTERNAL = "(internal ID - do not mention"
"""Stands beside the id of a subagent."""


def _boilerplate(text: str) -> Iterator[tuple[int, int]]:
    """Where the client itself speaks, within what a tool gave back."""
    mark, close = "<system-reminder>", "</system-reminder>"
    at = text.find(mark)
    for _ in range(_MOST_ANCHORS):
        if at < 0:
            return
        begin = at + len(mark)
        end = text.find(close, begin, begin + _LONGEST_REMINDER)
        if end >= 0 and text[begin : begin + 80].lstrip().lower().startswith(_REMINDERS):
            yield at, end
        at = text.find(mark, begin)
    at = text.find(_INTERNAL)
    for _ in range(_MOST_ANCHORS):
        if at < 0:
            return
        yield at, at + len(_INTERNAL)
        at = text.find(_INTERNAL, at + 1)


# -- as a model reads it

_PAIRS = (
    "\u0430a \u0435e \u043eo \u0440p \u0441c \u0443y \u0445x \u0456i \u0458j \u0455s \u0501d \u051bq \u0475v \u04bbh "
    "\u0442t \u043dh \u043cm \u043ak \u0432b \u0410A \u0412B \u0415E \u041aK \u041cM \u041dH \u041eO \u0420P \u0421C "
    "\u0422T \u0423Y \u0425X \u0406I \u0408J \u0405S \u03b1a \u03bfo \u03c1p \u03b9i \u03bak \u03bdv \u03c5u \u03c4t "
    "\u03b5e \u0391A \u0392B \u0395E \u0396Z \u0397H \u0399I \u039aK \u039cM \u039dN \u039fO \u03a1P \u03a4T \u03a5Y "
    "\u03a7X \u0131i \u0261g \u1d00a \u1d07e \u026ai \u0280r \u1d0fo \u1d1bt \u0274n"
)
"""Letters of other scripts that look Latin, each with the Latin one."""

_LOOKALIKES = str.maketrans({pair[0]: pair[1] for pair in _PAIRS.split(" ")})

_TURNED = "\u0131\u0261\u0370-\u04ff\u0501\u051b\u1d00-\u1d2b\u0262-\u02ff\uff00-\uff5e\U0001d400-\U0001d7ff\u2460-\u24ff"
_UNSEEN = (
    "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e01ef"
)


@cache
def _needs_reading() -> re.Pattern[str]:
    return re.compile(f"[{_TURNED}{_UNSEEN}]".replace("\ufe00-\ufe0f", ""))


@cache
def _unseen() -> re.Pattern[str]:
    return re.compile(f"[{_UNSEEN}]+")


_ASCII = bytes(range(128))


def _rare(text: str) -> str:
    """The characters of a text that are not ASCII, one after the other."""
    return text.encode("utf-8", "replace").translate(None, _ASCII).decode("utf-8", "replace")


def _as_read(text: str) -> str:
    return unicodedata.normalize("NFKC", _unseen().sub("", text)).translate(_LOOKALIKES)


# -- what nobody sees


@cache
def _hiding() -> re.Pattern[str]:
    return re.compile(
        "(?P<tags>[\U000e0020-\U000e007f]{3,})"
        "|(?P<selectors>[\ufe00-\ufe0f\U000e0100-\U000e01ef]{3,})"
        "|(?P<bidi>[\u202d\u202e])"
        "|(?P<zero>[\u200b-\u200d\u2060-\u2064\u180e\ufeff]{3,})"
    )


_FLAG, _END_OF_TAGS = "\U0001f3f4", "\U000e007f"
_LONGEST_FLAG = 7


def _hidden(text: str, *, code: bool) -> Iterator[Sign]:
    for told, match in enumerate(_hiding().finditer(text)):
        if told >= _MOST_ANCHORS:
            return
        run, start = match[0], match.start()
        match match.lastgroup:
            case "tags":
                flag = (
                    text[start - 1 : start] == _FLAG
                    and run.endswith(_END_OF_TAGS)
                    and len(run) <= _LONGEST_FLAG
                )
                if not flag:
                    words = "".join(chr(ord(each) - 0xE0000) for each in run if each != _END_OF_TAGS)
                    yield Sign("hidden", start, words, "words in invisible tag characters")
            case "selectors":
                yield Sign(
                    "hidden",
                    start,
                    f"{len(run)} variation selectors",
                    "data in invisible variation selectors",
                )
            case "bidi":
                end = text.find("\n", start, start + _LINE)
                line = text[
                    text.rfind("\n", max(0, start - _LINE), start) + 1 : end if end >= 0 else start + _LINE
                ]
                if code or not _is_right_to_left(line[-2 * _LINE :]):
                    yield Sign("hidden", start, line[-2 * _LINE :][:200], "text whose order is turned round")
            case _:
                note = "a run of invisible characters"
                yield Sign("hidden", start, f"{len(run)} zero-width characters", note)


_LINE = 300
"""Characters before and after a place that are taken for its line."""


def _is_right_to_left(line: str) -> bool:
    return any(unicodedata.bidirectional(each) in ("R", "AL") for each in line)


@cache
def _unshown() -> re.Pattern[str]:
    return re.compile(
        r"style\s{0,3}=\s{0,3}[\"'][^\"'>]{0,200}(?:display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}hidden|font-size\s{0,3}:\s{0,3}0)"
        r"[^<>]{0,200}>(?P<words>[^<]{8,2000})",
        re.IGNORECASE,
    )


@cache
def _directive() -> re.Pattern[str]:
    return re.compile(
        r"\b(?:ai (?:agents?|assistants?|models?)|ai(?=[:,])|llms?|claude|gpt|copilot|language models?|coding agents?)\b(?!-)[^.]{0,80}?"
        r"\b(?:must|should|please|run|execute|send|fetch|ignore|post|upload|download|install|delete|reveal|do not|don't)\b",
        re.IGNORECASE,
    )


def _in_comments(text: str, said: list[Sign]) -> Iterator[Sign]:
    """What is said where a browser shows nothing: a phrase in a comment, or an order to a model."""
    note = "an order in a part that is not shown"
    for start, end in _places(text, "<!--"):
        words = text[start + 4 : end]
        if any(start <= sign.start < end for sign in said) or _directive().search(words):
            yield Sign("hidden", start, " ".join(words.split())[:300], note)
    for start, _ in _places(text, "style") if said else ():
        element = _unshown().match(text, start)
        if element and any(start <= sign.start < element.end() for sign in said):
            yield Sign("hidden", start, " ".join(element["words"].split())[:300], note)


_LONGEST_COMMENT = 2000


def _places(text: str, mark: str) -> Iterator[tuple[int, int]]:
    """Where a mark stands, and where the comment that it opens ends; some of them."""
    at = text.find(mark)
    for _ in range(_MOST_ANCHORS):
        if at < 0:
            return
        end = text.find("-->", at, at + _LONGEST_COMMENT)
        yield at, end if end >= 0 else at
        at = text.find(mark, at + len(mark))
