"""
Words that mean the same, in one language or another: ログイン, 登录 and "sign in" for "login". Pure; its words are in concepts.tsv.

One line of that file is one concept: words of ten languages, tab-separated, each in its
base form, phrases with underscores. A concept is named by its first English word and is
a token of its own beside the words', `=login`, so that a query's word can ask for it.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from itertools import pairwise

from ccmcp.index import languages

_COLUMNS = (
    "english", "japanese", "korean", "chinese", "vietnamese", "russian", "portuguese", "spanish", "german", "french",
)  # fmt: skip
_SPACELESS = frozenset({"japanese", "korean", "chinese"})

MARK = "="
"""What a concept's token begins with, and no word's."""


class Concepts:
    """All concepts, by what tells of them."""

    def __init__(self, lines: Iterable[str]) -> None:
        """Read the lines of the file."""
        self.members: dict[str, tuple[str, ...]] = {}
        """The words of each concept, by its token."""
        self._stems: dict[str, dict[str, list[str]]] = {}
        self._runs: dict[str, list[tuple[str, str]]] = defaultdict(list)
        rows = [line.rstrip("\n").split("\t") for line in lines if line and not line.startswith("#")]
        tokens = [MARK + row[0].split()[0] for row in rows]
        for token, row in zip(tokens, rows, strict=True):
            self.members[token] = tuple(word.replace("_", " ") for cell in row for word in cell.split())
        for language, column in zip(_COLUMNS, zip(*rows, strict=True), strict=True):
            words = [
                (word, token) for cell, token in zip(column, tokens, strict=True) for word in cell.split()
            ]
            if language in _SPACELESS:
                self._add_runs(words)
            else:
                self._stems[language] = _by_stem(words, language)

    def _add_runs(self, words: Iterable[tuple[str, str]]) -> None:
        for word, token in sorted(words, key=lambda each: -len(each[0])):
            if len(word) > 1:
                self._runs[word[:2]].append((word, token))

    def of_stems(self, stems: Mapping[str, int], language: str) -> Iterator[tuple[str, int]]:
        """The concepts of a language's stems, and how often each stem stands."""
        known = self._stems.get(language, {})
        for stem in known.keys() & stems.keys():
            for token in known[stem]:
                yield token, stems[stem]

    def of_tokens(self, tokens: Iterable[str], language: str) -> list[str]:
        """The concepts of some stems of a language, each once."""
        known = self._stems.get(language, {})
        return list(dict.fromkeys(concept for token in tokens for concept in known.get(token, ())))

    def of_word(self, word: str) -> list[str]:
        """The concepts of a word as somebody asks for it, whichever language it is of."""
        found: dict[str, None] = {}
        for language, known in self._stems.items():
            found.update(dict.fromkeys(known.get(languages.stem(word.lower(), language), ())))
        return list(found)

    def in_run(self, run: str) -> Iterator[str]:
        """The concepts whose words stand in a run of a script without spaces; of words that begin alike the longest."""
        for at, pair in enumerate(pairwise(run)):
            for word, token in self._runs.get("".join(pair), ()):
                if run.startswith(word, at):
                    yield token
                    break


def _by_stem(words: Iterable[tuple[str, str]], language: str) -> dict[str, list[str]]:
    """The concepts of a language by their words' stems, as `tokens` gives them; phrases only where they are Vietnamese pairs."""
    size = 2 if language == "vietnamese" else 1
    parted = [(unicodedata.normalize("NFC", word).split("_"), token) for word, token in words]
    usable = [(parts, token) for parts, token in parted if len(parts) in (1, size)]
    stems = iter(languages.stems([part for parts, _ in usable for part in parts], language))
    found: dict[str, list[str]] = defaultdict(list)
    for parts, token in usable:
        stem = "+".join(next(stems) for _ in parts)
        if token not in found[stem]:
            found[stem].append(token)
    return dict(found)


@cache
def concepts() -> Concepts:
    """The concepts of concepts.tsv, read once."""
    text = files("ccmcp.index").joinpath("concepts.tsv").read_text(encoding="utf-8")
    return Concepts(text.splitlines())
