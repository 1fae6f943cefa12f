"""Known items: somebody knows what a session was about, in words of their own."""

import re
from collections.abc import Iterator
from pathlib import Path

import orjson

from tests.benchmarks.sessions import titles
from tests.benchmarks.sets.material import CJK, Asked, Material

_NO_TITLE = re.compile(
    r"invalid api key|credit balance|request timed out|general coding session|api error|please run /login",
    re.IGNORECASE,
)


def known_item(material: Material, data: Path) -> Iterator[Asked]:
    """The titles of `queries.jsonl`, that a model wrote for sessions whose own titles were removed."""
    for line in (data / "known-item" / "queries.jsonl").read_bytes().splitlines():
        query = orjson.loads(line)
        yield Asked(query["query"], material.copies[query["session"]], query["lang"])


def titled(material: Material, data: Path) -> Iterator[Asked]:
    """
    Titles that other sessions bear in `projects`, and not in `known-item`, where they are looked for.

    Sessions that began with the very same prompt fit a title alike.
    """
    known = {name for asked in known_item(material, data) for name in asked.right}
    for name, title in sorted(titles(data / "projects").items()):
        if name in material.sessions and name not in known and not _NO_TITLE.search(title):
            yield Asked(title, _begun_alike(material, name), "cjk" if CJK.search(title) else "latin")


def _begun_alike(material: Material, name: str) -> frozenset[str]:
    first = material.sessions[name].first_prompt.strip()
    alike = {
        other.id for other in material.sessions.values() if first and other.first_prompt.strip() == first
    }
    return material.with_copies({name, *alike})
