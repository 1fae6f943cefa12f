"""
Five hundred mixed queries made from the texts themselves, the same every time.

    python -m tests.benchmarks.queries PROJECTS_FOLDER

Prints them as JSON: a list of [kind, query].
"""

import json
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.texts import documents

MIX = {
    "word": 80, "two words": 80, "three words": 60, "phrase": 60, "without": 40, "filter": 50,
    "cjk": 30, "path": 30, "identifier": 30, "rare": 20, "common": 20,
}  # fmt: skip
"""How many queries there are of each kind."""

FILTERS = (
    "role:user",
    "role:assistant",
    "tool:Bash",
    "tool:Edit",
    "branch:main",
    "model:sonnet",
    "since:2026-01-01",
)

_WORD = re.compile(r"[A-Za-z]{3,16}")
_HAN = re.compile(r"[\u4e00-\u9fff]{2,}")
_PATH = re.compile(r"(?<![\w/.])(?:[\w.-]{2,20}/){1,4}[\w-]{2,20}\.[a-z]{2,4}\b")
_IDENTIFIER = re.compile(r"\b(?:[a-z]{2,10}(?:[A-Z][a-z]{2,10}){1,3}|[a-z]{2,10}(?:_[a-z]{2,10}){1,3})\b")


@dataclass(frozen=True, slots=True)
class Material:
    """What queries are made from: texts, and how many of them hold each word."""

    texts: Sequence[str]
    spread: Counter[str]
    known: Sequence[str]
    """Words of middling spread: what people ask for."""

    chance: random.Random


def mixed(transcripts: Sequence[Path]) -> list[tuple[str, str]]:
    """All queries of the mix, as (kind, query), shuffled."""
    found = [text for text in documents(transcripts) if 40 < len(text) < 20_000]
    spread = Counter(word for text in found for word in set(_WORD.findall(text.lower())))
    known = sorted(word for word, count in spread.items() if 3 <= count <= len(found) // 50)
    material = Material(found, spread, known, random.Random(20_26))
    queries = [(kind, _MAKERS[kind](material)) for kind, count in MIX.items() for _ in range(count)]
    material.chance.shuffle(queries)
    return queries


def _word(material: Material) -> str:
    return material.chance.choice(material.known)


def _words(material: Material, count: int) -> str:
    """Words that stand in one text, as somebody who remembers it would ask."""
    known = set(material.known)
    while True:
        words = [
            word for word in _WORD.findall(material.chance.choice(material.texts)) if word.lower() in known
        ]
        if len(words) >= count:
            return " ".join(material.chance.sample(words, count))


def _phrase(material: Material) -> str:
    while True:
        words = re.findall(r"[A-Za-z]+(?: [A-Za-z]+){2,}", material.chance.choice(material.texts))
        if words:
            several = material.chance.choice(words).split()
            start = material.chance.randrange(len(several) - 1)
            return '"' + " ".join(several[start : start + material.chance.choice((2, 3, 4))]) + '"'


def _without(material: Material) -> str:
    return f"{_words(material, material.chance.choice((1, 2)))} -{_word(material)}"


def _filter(material: Material) -> str:
    return f"{material.chance.choice(FILTERS)} {_words(material, material.chance.choice((1, 2)))}"


def _common(material: Material) -> str:
    return material.chance.choice([word for word, _ in material.spread.most_common(60)])


def _rare(material: Material) -> str:
    return material.chance.choice(sorted(word for word, count in material.spread.items() if count == 1))


def _of(pattern: re.Pattern[str], longest: int = 200) -> Callable[[Material], str]:
    def make(material: Material) -> str:
        while True:
            if found := pattern.findall(material.chance.choice(material.texts)):
                return str(material.chance.choice(found))[:longest]

    return make


_MAKERS: dict[str, Callable[[Material], str]] = {
    "word": _word,
    "two words": lambda material: _words(material, 2),
    "three words": lambda material: _words(material, 3),
    "phrase": _phrase,
    "without": _without,
    "filter": _filter,
    "cjk": _of(_HAN, 5),
    "path": _of(_PATH),
    "identifier": _of(_IDENTIFIER),
    "rare": _rare,
    "common": _common,
}


if __name__ == "__main__":
    print(json.dumps(mixed(sorted(Path(sys.argv[1]).rglob("*.jsonl")))))
