"""What the stores of a cache hold, in names instead of numbers: two caches of the same files must hold the same."""

from collections import Counter
from pathlib import Path
from typing import Any

import tantivy

from ccmcp.config import Config
from ccmcp.index.catalog import Catalog
from ccmcp.index.fulltext import Fulltext
from ccmcp.index.stores import Stores

_NUMBERED = ("calls", "usage", "leaves", "slugs", "typed", "summaries")


def passages(config: Config) -> Counter[tuple[str, int, str]]:
    """(path, place, session) of every passage in the text, and how often it is there."""
    with _Open(config) as (catalog, fulltext):
        paths, sessions = _names(catalog)
        return Counter(
            (paths.get(file, f"file {file}"), place, sessions.get(session, f"session {session}"))
            for file, place, session in _columns(fulltext.passages, "file", "place", "session")
        )


def contents(config: Config) -> dict[str, Any]:
    """All that the stores say, comparable between caches."""
    with _Open(config) as (catalog, fulltext):
        paths, sessions = _names(catalog)
        told: dict[str, Any] = {
            "passages": sorted(
                (paths[file], place, sessions[session], what, at)
                for file, place, session, what, at in _columns(
                    fulltext.passages, "file", "place", "session", "what", "at"
                )
            ),
            "documents": sorted({sessions[number] for [number] in _columns(fulltext.sessions, "session")}),
            "unsettled": catalog.rows("SELECT key FROM meta WHERE key NOT IN ('last_batch', 'settings')"),
        }
        names = {"file": paths, "session": sessions, "copy_of": paths, "main_file": paths}
        for table in ("files", "sessions", *_NUMBERED):
            columns = [str(row[1]) for row in catalog.rows(f"PRAGMA table_info({table})")]
            kept = [name for name in columns if name not in ("id", "batch", "mtime_ns", "inode", "doc_bytes")]
            rows = catalog.rows(f"SELECT {', '.join(kept)} FROM {table}")
            told[table] = sorted(
                (tuple(names[name][value] if name in names and value is not None else value
                       for name, value in zip(kept, row, strict=True)) for row in rows),
                key=repr,
            )  # fmt: skip
        return told


def words_of(config: Config, words: str) -> list[str]:
    """The sessions whose own documents have one of these words."""
    with _Open(config) as (catalog, fulltext):
        _, sessions = _names(catalog)
        query = fulltext.sessions.parse_query(words, ["title", "said_words", "done_words"])
        searcher = fulltext.sessions.searcher()
        found = [address for _, address in searcher.search(query, 1000).hits]
        return sorted({sessions[int(number or 0)] for number in searcher.fast_field_values("session", found)})


class _Open:
    def __init__(self, config: Config) -> None:
        self._stores = Stores(config)

    def __enter__(self) -> tuple[Catalog, Fulltext]:
        return self._stores.catalog, self._stores.fulltext()

    def __exit__(self, *_: object) -> None:
        self._stores.close()


def _names(catalog: Catalog) -> tuple[dict[object, str], dict[object, str]]:
    paths = {row[0]: str(row[1]) for row in catalog.rows("SELECT id, path FROM files")}
    sessions = {
        row[0]: str(row[1]) for row in catalog.rows("SELECT id, root || ':' || session_id FROM sessions")
    }
    return paths, sessions


def _columns(index: tantivy.Index, *names: str) -> list[tuple[int, ...]]:
    searcher = index.searcher()
    hits = searcher.search(tantivy.Query.all_query(), max(searcher.num_docs, 1)).hits
    addresses = [address for _, address in hits]
    columns = [searcher.fast_field_values(name, addresses) for name in names]
    return [tuple(int(value or 0) for value in row) for row in zip(*columns, strict=True)]


def stored_text(config: Config) -> list[tuple[str, str, str]]:
    """(table, column, value) of every text and blob in the catalogue."""
    stores = Stores(config)
    try:
        rows = stores.catalog.rows
        found = []
        for [table] in rows("SELECT name FROM sqlite_master WHERE type = 'table'"):
            columns = [str(row[1]) for row in rows(f"PRAGMA table_info({table})")]
            for row in rows(f"SELECT * FROM {table}"):
                for column, value in zip(columns, row, strict=True):
                    text = value.decode(errors="replace") if isinstance(value, bytes) else value
                    if isinstance(text, str):
                        found.append((str(table), column, text))
        return found
    finally:
        stores.close()


def raw_bytes(config: Config) -> bytes:
    """The catalogue's files, byte by byte."""
    stores = Stores(config)
    stores.catalog.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    stores.close()
    return b"".join(path.read_bytes() for path in sorted(Path(config.cache).glob("catalog.sqlite3*")))
