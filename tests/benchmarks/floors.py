"""
What no index can beat: the same files decoded by orjson alone, the same text fed to Tantivy alone,
the same folders walked.

    python -m tests.benchmarks.floors decode CONFIG_FOLDER
    python -m tests.benchmarks.floors tantivy CONFIG_FOLDER SPOOL

Each prints the cost as JSON, without the interpreter's start-up.
"""

import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import orjson
import tantivy

from tests.benchmarks.corpus import Corpus
from tests.benchmarks.measure import Clock, Cost, script
from tests.benchmarks.texts import spool, spooled

HEAP = 60_000_000


def decoding(corpus: Corpus, *, one_core: bool) -> Cost:
    """Every line of every transcript read and decoded."""
    return _part("decode", corpus.home, one_core=one_core)


def indexing(corpus: Corpus, *, one_core: bool) -> Cost:
    """Every line's text in one field with positions, one writer thread, committed."""
    texts = Path(corpus.home).parent / "texts.bin"
    if not texts.exists():
        script("floors", "spool", corpus.home, texts)
    return _part("tantivy", corpus.home, texts, one_core=one_core)


def walking(corpus: Corpus) -> float:
    """Seconds it takes to list every folder and ask each file's size and time, in Python: the median of many."""
    return float(script("floors", "walk", corpus.home).said["wall"])


def _part(*arguments: object, one_core: bool) -> Cost:
    whole = script("floors", *arguments, one_core=one_core)
    return Cost(wall=whole.said["wall"], cpu=whole.said["cpu"], rss=whole.rss, said=whole.said)


def _decode(home: Path) -> dict[str, float]:
    lines = damaged = size = 0
    with Clock() as clock:
        for path in (home / "projects").rglob("*.jsonl"):
            with path.open("rb") as file:
                for line in file:
                    lines, size = lines + 1, size + len(line)
                    try:
                        orjson.loads(line)
                    except orjson.JSONDecodeError:
                        damaged += 1
    return {**_figures(clock), "lines": lines, "bytes": size, "damaged": damaged}


def _walk(home: Path) -> dict[str, float]:
    seconds = []
    for _ in range(30):
        with Clock() as clock:
            list(_files(str(home / "projects")))
        seconds.append(clock.cost.wall)
    return {"wall": median(seconds)}


def _files(folder: str) -> Iterator[os.stat_result]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _files(entry.path)
            else:
                yield entry.stat(follow_symlinks=False)


def _tantivy(_: Path, source: Path) -> dict[str, float]:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("text", stored=False)
    count = size = 0
    with tempfile.TemporaryDirectory(dir=source.parent) as folder:
        with source.open("rb") as file, Clock() as clock:
            index = tantivy.Index(builder.build(), path=folder)
            writer = index.writer(HEAP, 1)
            for text in spooled(file):
                writer.add_document(tantivy.Document(text=text))
                count, size = count + 1, size + len(text)
            writer.commit()
            writer.wait_merging_threads()
        stored = sum(path.stat().st_size for path in Path(folder).iterdir())
    return {**_figures(clock), "documents": count, "characters": size, "index_bytes": stored}


def _spool(home: Path, target: Path) -> dict[str, float]:
    spool(sorted((home / "projects").rglob("*.jsonl")), target)
    return {"bytes": target.stat().st_size}


def _figures(clock: Clock) -> dict[str, float]:
    return {"wall": clock.cost.wall, "cpu": clock.cost.cpu}


if __name__ == "__main__":
    PARTS: dict[str, Callable[..., dict[str, float]]] = {
        "decode": _decode, "tantivy": _tantivy, "spool": _spool, "walk": _walk,
    }  # fmt: skip
    print(json.dumps(PARTS[sys.argv[1]](*map(Path, sys.argv[2:]))))
