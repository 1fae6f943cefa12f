"""
Sets of questions whose right answers are known, made from real transcripts when they are asked for.

material    which words stand where; what a question is
known       titles that were written for sessions, asked of sessions without them
words       words people remember: mistyped, in other forms, from here and there
things      files, errors, commands, functions
sentences   questions in sentences

A generator imitates people, not the index: its words are what a plain reader sees. Every session that
fits a question as well is a right answer, and so is a copy of one.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from tests.benchmarks.sets import known, sentences, things, words
from tests.benchmarks.sets.material import Asked, Material

GENERATED: dict[str, Callable[[Material], Iterator[Asked]]] = {
    "remembered": words.remembered,
    "scattered": words.scattered,
    "recent": words.recent,
    "typo": words.typo,
    "other-form": words.other_form,
    "prefix": words.prefix,
    "file-name": things.file_name,
    "path-part": things.path_part,
    "error": things.error,
    "command": things.command,
    "identifier": things.identifier,
    "question": sentences.question,
    "cjk": words.cjk,
}
"""Sets made from what stands in the transcripts."""

WRITTEN: dict[str, Callable[[Material, Path], Iterator[Asked]]] = {
    "known-item": known.known_item,
    "titles": known.titled,
}
"""Sets made from what people or models wrote about sessions, and the transcripts do not hold."""

NAMES = (*WRITTEN, *GENERATED)


def asked(name: str, material: Material, data: Path) -> list[Asked]:
    """The questions of one set, the same every time, about the sessions in `data / "known-item"`."""
    if name in WRITTEN:
        return list(WRITTEN[name](material, data))
    return list(GENERATED[name](material))
