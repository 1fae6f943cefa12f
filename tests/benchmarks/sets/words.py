"""Words of a session as people remember them: some, mistyped, in other forms, from here and there."""

import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import combinations

from tests.benchmarks.sessions import Session
from tests.benchmarks.sets.material import CJK, MOST, WORD, Asked, Material

LONGEST = 6_000
"""A longer prompt or answer was pasted, or nobody remembers its words."""

LATER = timedelta(days=14)
"""A session this much newer than another is the recent one."""

_ENDINGS = ("s", "es", "ed", "d", "ing", "er", "ly", "os", "as", "ar", "ado", "ción", "en", "e", "n")
_CJK_PART = re.compile(CJK.pattern + "+")
_KANA = re.compile(r"[\u3040-\u30fa]")
_JAPANESE = re.compile(r"[\u4e00-\u9fff]{2,4}|[\u30a1-\u30fa\u30fc]{3,}")
_KOREAN = re.compile(r"[\uac00-\ud7af]{2,8}")
_PARTICLE = re.compile(r"(?<=..)(?:에서|으로|하고|이나|까지|부터|을|를|이|가|은|는|의|에|로|도|와|과)$")
_CHINESE_STOP = re.compile(r"[的了是在我你他她它这那有和就都也把个不要请为与及或等中上下对会可以]")


def remembered(material: Material) -> Iterator[Asked]:
    """Two or three words, neither rare nor common, of one prompt or answer."""

    def ask(session: Session, chance: random.Random) -> Asked | None:
        return _asked(material, _remembered(material, session, chance))

    yield from material.asked_of_sessions("remembered", ask)


def typo(material: Material) -> Iterator[Asked]:
    """Remembered words, and in one of five letters or more a letter is another, missing, doubled or swapped."""

    def ask(session: Session, chance: random.Random) -> Asked | None:
        words = _remembered(material, session, chance)
        right = material.together(words) if words else frozenset()
        long = [word for word in words if len(word) >= 5 and word.isascii()]
        if not long or not material.fits(right):
            return None
        wrong = chance.choice(long)
        mistyped = _mistyped(wrong, chance)
        if material.spread[mistyped]:
            return None
        query = " ".join(mistyped if word == wrong else word for word in words)
        return Asked(query, material.with_copies(right))

    yield from material.asked_of_sessions("typo", ask)


def other_form(material: Material) -> Iterator[Asked]:
    """Remembered words, one of them in another form that also occurs: plural, past, "-ing" ..."""

    def ask(session: Session, chance: random.Random) -> Asked | None:
        words = _remembered(material, session, chance)
        right = material.together(words) if words else frozenset()
        if not material.fits(right):
            return None
        for word in chance.sample(words, len(words)):
            forms = [form for form in _forms(word) if len(material.spread[form]) >= 2]
            if len(word) >= 4 and forms:
                form = chance.choice(forms)
                query = " ".join(form if each == word else each for each in words)
                return Asked(query, material.with_copies(right))
        return None

    yield from material.asked_of_sessions("other-form", ask)


def prefix(material: Material) -> Iterator[Asked]:
    """Remembered words, the last of them not typed to its end."""

    def ask(session: Session, chance: random.Random) -> Asked | None:
        words = sorted(_remembered(material, session, chance), key=len)
        right = material.together(words) if words else frozenset()
        if not material.fits(right) or len(words[-1]) < 7:
            return None
        whole = words.pop()
        begun = whole[: chance.randint(5, len(whole) - 2)]
        return (
            None if material.spread[begun] else Asked(" ".join([*words, begun]), material.with_copies(right))
        )

    yield from material.asked_of_sessions("prefix", ask)


def scattered(material: Material) -> Iterator[Asked]:
    """Two or three words of different prompts and answers of one session, that stand together in no other."""

    def ask(session: Session, chance: random.Random) -> Asked | None:
        said = [words for words in material.messages[session.id] if words]
        if len(said) < 4:
            return None
        count = chance.choice((2, 2, 3))
        for _ in range(30):
            words: list[str] = []
            for place in sorted(chance.sample(range(len(said)), count)):
                known = [word for word in sorted(said[place]) if material.is_middling(word)]
                words += [chance.choice(known)] if known else []
            together = any(len(one.intersection(words)) > 1 for one in said)
            if len(set(words)) < count or together:
                continue
            names = frozenset.intersection(*(material.spread[word] for word in words))
            if names and names <= material.copies[session.id]:
                return Asked(" ".join(words), material.copies[session.id])
        return None

    yield from material.asked_of_sessions("scattered", ask)


def cjk(material: Material) -> Iterator[Asked]:
    """One to three short terms, or a piece of a sentence, of a Japanese, Korean or Chinese prompt or answer."""

    def ask(session: Session, chance: random.Random) -> Asked | None:
        texts = [text for text in session.by("prompt", "answer") if len(CJK.findall(text)) >= 8]
        if not texts:
            return None
        text = chance.choice(texts)[:LONGEST]
        for _ in range(20):
            terms = _some_cjk(material, session, text, chance)
            right = material.holding(*terms) if terms else frozenset()
            if material.fits(right):
                return Asked(" ".join(terms), material.with_copies(right), language(text))
        return None

    yield from material.asked_of_sessions("cjk", ask, 100)


def recent(material: Material) -> Iterator[Asked]:
    """Two words that stand alike in sessions of different weeks: the newest is meant."""

    def ask(session: Session, chance: random.Random) -> Asked | None:
        told = material.told[session.id]
        known = [word for word in told if material.is_middling(word)]
        pairs = list(combinations(chance.sample(known, min(60, len(known))), 2))
        chance.shuffle(pairs)
        for words in pairs:
            others = (material.spread[words[0]] & material.spread[words[1]]) - material.copies[session.id]
            if 1 <= material.several(others) < MOST and all(
                _is_older(session, material.sessions[other])
                and _stand_alike(words, told, material.told[other])
                for other in others
            ):
                return Asked(" ".join(words), material.copies[session.id])
        return None

    yield from material.asked_of_sessions("recent", ask)


def _is_older(session: Session, other: Session) -> bool:
    if not session.ended or not other.ended:
        return False
    return datetime.fromisoformat(session.ended) - datetime.fromisoformat(other.ended) >= LATER


def _stand_alike(words: Sequence[str], one: Counter[str], other: Counter[str]) -> bool:
    """Whether the words are about as frequent in one session as in another, and about as much is said in both."""
    return _near(one.total(), other.total(), 3) and all(_near(one[word], other[word], 2) for word in words)


def _near(one: int, other: int, times: int) -> bool:
    return 0 < max(one, other) <= times * min(one, other)


def _remembered(material: Material, session: Session, chance: random.Random) -> list[str]:
    texts = [text for text in session.by("prompt", "answer") if len(text) <= LONGEST]
    if not texts:
        return []
    text = chance.choice(texts)
    told = material.told[session.id]
    known = [
        word
        for word in dict.fromkeys(WORD.findall(text.casefold()))
        # What is remembered was said more than once.
        if material.is_middling(word) and told[word] > 1
    ]
    count = chance.choice((2, 3))
    return chance.sample(known, count) if len(known) >= count + 2 else []


def _asked(material: Material, words: Sequence[str]) -> Asked | None:
    right = material.together(words) if words else frozenset()
    return Asked(" ".join(words), material.with_copies(right)) if material.fits(right) else None


def _mistyped(word: str, chance: random.Random) -> str:
    # The first letter is seldom the wrong one.
    at = chance.randrange(1, len(word) - 1)
    match chance.choice(("other", "missing", "doubled", "swapped")):
        case "other":
            return word[:at] + _neighbour(word[at], chance) + word[at + 1 :]
        case "missing":
            return word[:at] + word[at + 1 :]
        case "doubled":
            return word[:at] + word[at] + word[at:]
        case _:
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _neighbour(letter: str, chance: random.Random) -> str:
    """A letter next to this one on the keyboard."""
    row = next(row for row in ("qwertyuiop", "asdfghjkl", "zxcvbnm") if letter in row)
    at = row.index(letter)
    return chance.choice(row[max(0, at - 1) : at] + row[at + 1 : at + 2])


def _forms(word: str) -> list[str]:
    stems = {word, *(word.removesuffix(ending) for ending in _ENDINGS)}
    stems = {stem for stem in stems if len(stem) >= 4}
    return sorted({stem + ending for stem in stems for ending in ("", *_ENDINGS)} - {word})


def cjk_terms(material: Material, session: Session, text: str) -> list[str]:
    """The terms a reader of the language would see in a text, as far as letters tell."""
    match language(text):
        case "ja":
            terms = _JAPANESE.findall(text)
        case "ko":
            terms = [_PARTICLE.sub("", word) for word in _KOREAN.findall(text)]
        case _:
            terms = _chinese(material.cjk_texts[session.id], text)
    return list(dict.fromkeys(terms))


def language(text: str) -> str:
    """By its letters: "ja", "ko" or "zh"."""
    if len(_KANA.findall(text)) > 3:
        return "ja"
    return "ko" if _KOREAN.search(text) else "zh"


def _some_cjk(material: Material, session: Session, text: str, chance: random.Random) -> list[str]:
    if chance.random() < 0.25:
        begun = [part[: chance.randint(5, 10)] for part in _CJK_PART.findall(text) if len(part) >= 5]
        return [chance.choice(begun)] if begun else []
    terms = cjk_terms(material, session, text)
    count = chance.choice((1, 2, 2, 3))
    return chance.sample(terms, count) if len(terms) >= count else []


def _chinese(whole: str, text: str) -> list[str]:
    """Two to four characters that stand side by side again and again, as words do."""
    parts = [part for part in _CJK_PART.findall(text) if len(part) >= 2]
    pieces = {
        part[start : start + length]
        for part in parts
        for length in (2, 3, 4)
        for start in range(len(part) - length + 1)
    }
    return sorted(piece for piece in pieces if whole.count(piece) >= 3 and not _CHINESE_STOP.search(piece))
