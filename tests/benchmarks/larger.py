"""
A history among many others: sessions that are asked for stand in it once, all others again and again as other work.

In each copy of a session ids and paths are others, days move (back in one copy, on in the next), and each
word that is neither everybody's nor too short is exchanged for another of the same spread, wherever it stands:
what belonged together still does, under other words. So a copy is no near-copy of anything, words are as rare
as they were, and words of a question stand in many more sessions, about other matters.
"""

import hashlib
import json
import random
import re
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from itertools import count
from pathlib import Path

import orjson

from tests.benchmarks.corpus import DAYS, SHARE, Original, other, read, rewritten

EVERYBODYS = 0.15
"""A word of more than this share of the sessions stays as it is: languages and tools keep their common words."""

_WORD = re.compile(
    r"[\u4e00-\u9fff]{2}|[\u30a1-\u30fa\u30fc]{3,}|[\uac00-\ud7af]{2,}"
    r"|[A-Z]{3,}(?![a-z])|[A-Z]?[^\W\d_A-Z\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]{2,}"
)
_STRUCTURE = frozenset({"type", "role", "id", "tool_use_id", "name", "model", "source", "signature"})
_UUID = re.compile(rb"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")

Exchange = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Larger:
    """A larger history on disk."""

    home: str
    """The config folder."""

    made_for: str
    """A digest of what it was made from and how."""

    copies: int
    sessions: int
    bytes: int

    @property
    def days(self) -> int:
        """How many days its newest entry is newer than that of the history it was made from."""
        return DAYS * (self.copies // 2)


def history(source: Path, work: Path, size: int, once: frozenset[str]) -> Larger:
    """
    The history of `source / "projects"`, grown to about `size` bytes; sessions of these ids stand in it once.

    Comes from `work` when it is there already.
    """
    home, manifest = work / "larger" / "config", work / "larger" / "larger.json"
    paths = sorted(source.glob("projects/*/*.jsonl"))
    plan = [Path(__file__).read_text(encoding="utf-8"), size, sorted(once)]
    plan += [(str(path), path.stat().st_size) for path in paths]
    wanted = hashlib.sha256(json.dumps(plan).encode()).hexdigest()
    if manifest.exists():
        found = Larger(**json.loads(manifest.read_bytes()))
        if found.made_for == wanted:
            return replace(found, home=str(home))
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(source / "projects", home / "projects")
    copies = _grow(source / "projects", home / "projects", size, once)
    files = list(home.rglob("*.jsonl"))
    sessions = sum(not path.name.startswith("agent-") for path in files)
    made = Larger(str(home), wanted, copies, sessions, sum(path.stat().st_size for path in files))
    manifest.write_text(json.dumps(asdict(made)), encoding="utf-8")
    return made


def _grow(source: Path, target: Path, size: int, once: frozenset[str]) -> int:
    paths = [path.relative_to(source) for path in sorted(source.glob("*/*.jsonl"))]
    spread = _spread(source / path for path in paths)
    others = [path for path in paths if path.stem not in once and not path.name.startswith("agent-")]
    # The two ways in which days move: `corpus` moves them back by the number of a copy.
    numbers = (number * way for number in count(1) for way in (1, -1))
    originals = [replace(read(source, path, frozenset()), words=((),) * SHARE) for path in others]
    written = sum((source / path).stat().st_size for path in paths)
    copies = 0
    while written < size:
        copies, number = copies + 1, next(numbers)
        exchange = _exchange(spread, len(paths), number)
        written += sum(_write(original, number, exchange, target) for original in originals)
    return copies


def _spread(paths: Iterator[Path]) -> Counter[str]:
    """In how many transcripts each word stands."""
    spread = Counter[str]()
    for path in paths:
        words: set[str] = set()

        def note(text: str, words: set[str] = words) -> str:
            words.update(word.casefold() for word in _WORD.findall(text))
            return text

        for line in path.read_bytes().split(b"\n"):
            _other_words(line, note)
        spread.update(words)
    return spread


def _exchange(spread: Mapping[str, int], sessions: int, copy: int) -> Exchange:
    """What stands in a copy where this text stood."""
    chance = random.Random(copy)
    alike = defaultdict[tuple[int, int], list[str]](list)
    for word in sorted(spread):
        if spread[word] <= EVERYBODYS * sessions:
            alike[_script(word), spread[word].bit_length()].append(word)
    others: dict[str, str] = {}
    for words in alike.values():
        others |= zip(words, chance.sample(words, len(words)), strict=True)

    def one(match: re.Match[str]) -> str:
        word = match[0]
        new = others.get(word.casefold(), word)
        return new.upper() if word.isupper() else new.capitalize() if word[0].isupper() else new

    return lambda text: _WORD.sub(one, text)


def _script(word: str) -> int:
    """Words of different ones are not exchanged: which of some ranges of letters the first is from."""
    return sum(word[0] >= first for first in "\u0370\u3040\u3400\uac00")


def _write(original: Original, copy: int, exchange: Exchange, target: Path) -> int:
    folder, name = original.path.parts
    path = target / other(copy, "folder", folder.encode()).decode()
    path.mkdir(exist_ok=True)
    lines = rewritten(original, copy).split(b"\n")
    data = b"".join(line + b"\n" for each in lines if (line := _other_words(each, exchange)))
    stem = _UUID.sub(lambda match: other(copy, "uuid", match[0]), name.encode()).decode()
    return (path / stem).write_bytes(data)


def _other_words(line: bytes, exchange: Exchange) -> bytes:
    """A line of the conversation with its texts exchanged; of other lines nothing."""
    try:
        entry = orjson.loads(line)
    except orjson.JSONDecodeError:
        return b""
    match entry:
        case {"message": {"content": content, **message}, **around}:
            around.pop("toolUseResult", None)
            return orjson.dumps({**around, "message": {**message, "content": _exchanged(content, exchange)}})
        case {"type": "summary", "summary": str(summary)}:
            return orjson.dumps({**entry, "summary": exchange(summary)})
        case _:
            return b""


def _exchanged(value: object, exchange: Exchange) -> object:
    match value:
        case str():
            return exchange(value)
        case list():
            return [_exchanged(each, exchange) for each in value]
        case dict():
            return {
                key: each if key in _STRUCTURE else _exchanged(each, exchange) for key, each in value.items()
            }
        case _:
            return value
