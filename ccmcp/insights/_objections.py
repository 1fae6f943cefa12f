"""A prompt -> whether it objects to what came before it, in the languages of the index. Pure; its phrases are in objections.tsv."""

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Literal, TypeAlias

from ccmcp.index.activity import Moment
from ccmcp.work.session import Work

Objection: TypeAlias = Literal["back", "no", "still"]
"""Take it back; that is wrong, or not what was asked; it does not work, or still does not."""

_WAYS: tuple[Objection, ...] = ("back", "no", "still")
_BEGINNING = 200
"""What is said so far in is no answer to what came before."""

_MOST_LEADS = 3
_KANA = re.compile("[\u3040-\u30ff]")


def objection(prompt: str) -> Objection | None:
    """How a prompt objects to what came before it; None when it does not, as far as its beginning tells."""
    start = prompt[:_BEGINNING].replace("\u2019", "'")
    wordings = _wordings(chinese=not _KANA.search(start))
    return next((way for way in _WAYS if wordings[way].match(start)), None)


def objections(work: Work) -> Iterator[tuple[Moment, Objection]]:
    """The prompts of a session that object to what came before them, and how; one before any response objects to nothing."""
    for prompt in work.prompts:
        way = objection(prompt.text)
        if way and work.turn_before(prompt):
            yield prompt, way


@cache
def _wordings(*, chinese: bool) -> dict[str, re.Pattern[str]]:
    """How each way is worded. What is Chinese can mean something else between kana: 別 is "don't" in one, "other" in the other."""
    phrases: defaultdict[str, list[str]] = defaultdict(list)
    text = files("ccmcp.insights").joinpath("objections.tsv").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            way, language, phrase = line.split("\t")
            if chinese or language != "zh":
                phrases[way].append(phrase.replace(" ?", r"\s*").replace(" ", r"\s+"))
    lead = rf"\W{{0,4}}(?:(?:{'|'.join(phrases.pop('lead'))})(?!\w)[\W_]*){{0,{_MOST_LEADS}}}"
    return {way: re.compile(f"{lead}(?:{'|'.join(its)})", re.IGNORECASE) for way, its in phrases.items()}
