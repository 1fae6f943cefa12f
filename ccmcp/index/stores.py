"""
The two stores of a cache, opened together. I/O.

The cache is derived: what is damaged, missing, of another version or made under other
settings is removed and begun anew, and the next refresh builds it. Whatever is made or
removed here is so under the writer's lock; the catalogue is made last and removed first,
so where there is one its text has been there. The full-text index is opened when it is
first needed, because loading Tantivy costs more than a listing.
"""

import os
import sqlite3
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ccmcp.config import Config, prepare_cache
from ccmcp.errors import CacheInUseError, SettingsError
from ccmcp.index.catalog import Catalog
from ccmcp.index.locks import writer_lock

if TYPE_CHECKING:
    from ccmcp.index.fulltext import Fulltext

_BEGIN_SECONDS = 60
"""Longest wait for another process's writing before the cache is begun anew."""

_NO_DAMAGE = frozenset(
    {
        sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISUSE,
    }
)  # fmt: skip
_TEXT_DAMAGE = ("corrupt", "Failed to open", "An IO error", "IoError", "is gone", "schema does not match")


def is_damage(error: BaseException) -> bool:
    """Whether an error says that a store is damaged or gone: it is then to be begun anew."""
    if isinstance(error, sqlite3.DatabaseError):
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
        return not isinstance(error, sqlite3.ProgrammingError) and code & 0xFF not in _NO_DAMAGE
    # Tantivy has one kind of error for everything; where its own bytes make no sense to it, it panics.
    told = isinstance(error, ValueError) and any(words in str(error) for words in _TEXT_DAMAGE)
    return told or type(error).__name__ == "PanicException"


class Stores:
    """The catalogue and the full-text index of one cache, as one process has them open."""

    def __init__(self, config: Config) -> None:
        """
        Open the stores, or begin them.

        Raises:
            SettingsError: the cache folder can't be made, or what is in it can't be removed.
            CacheInUseError: they must be begun anew, and another process does not let go of them.

        """
        self.config = config
        self._held = threading.local()
        self._fulltext: Fulltext | None = None
        self._opened: tuple[int, int] | None = None
        """Which file the catalogue is."""
        prepare_cache(config)
        self._reopen()

    @property
    def _path(self) -> Path:
        return self.config.cache / "catalog.sqlite3"

    @property
    def _text_folder(self) -> Path:
        return self.config.cache / "fulltext"

    @contextmanager
    def locked(self, seconds: float) -> Iterator[bool]:
        """The writer's lock, for one refresh; whether it was got within so many seconds. A thread may take it twice."""
        if getattr(self._held, "now", False):
            yield True
            return
        with writer_lock(self.config.cache / "writer.lock", seconds=seconds) as held:
            self._held.now = held
            try:
                yield held
            finally:
                self._held.now = False

    def fulltext(self) -> "Fulltext":
        """The full-text index, showing what has been committed by now. Raises ValueError when it is damaged or gone."""
        if self._fulltext is None:
            self._fulltext = self.another_fulltext()
        self._fulltext.reload()
        return self._fulltext

    def another_fulltext(self) -> "Fulltext":
        """The full-text index opened once more, for a thread of its own."""
        from ccmcp.index.fulltext import Fulltext  # noqa: PLC0415 - loads Tantivy

        if self._text_is_gone():
            raise ValueError(f"{self._text_folder} is gone")  # the words Tantivy has for its own
        return Fulltext(self._text_folder)

    def another_connection(self) -> Catalog:
        """The catalogue over a connection of its own, for a thread of its own. The caller closes it."""
        return Catalog(self._path)

    def any_written(self) -> bool:
        """Whether any batch has been written, by whichever process."""
        try:
            catalog = self.another_connection()
        except sqlite3.Error:
            return False  # just being made
        try:
            return catalog.meta("last_batch") > 0
        finally:
            catalog.close()

    def follow(self) -> bool:
        """Open anew what another process, or a person, has replaced; whether anything was."""
        if self._opened is not None and self._path_now() == self._opened:
            return False
        self.close()
        prepare_cache(self.config)
        self._reopen()
        return True

    def close(self) -> None:
        """Close both."""
        self._opened = None
        self._fulltext = None
        self.catalog.close()

    def begin_anew(self) -> None:
        """
        Remove both stores and open empty ones; where another process has just done so, open those.

        Raises:
            SettingsError: the cache folder can't be made, or what is in it can't be removed.
            CacheInUseError: another process does not let go of them.

        """
        opened = self._opened
        self.close()
        prepare_cache(self.config)
        with self._for_beginning():
            if self._path_now() == opened:
                self._remove()
            self._reopen()

    def _reopen(self) -> None:
        # Asked before it is opened: a replacement in between is seen as one by the next `follow`.
        opened = self._path_now()
        catalog = self._sound()
        if catalog is None:
            with self._for_beginning():
                # Another process may have begun it while this one waited.
                catalog = self._sound() or self._make()
                opened = self._path_now()
        self.catalog, self._opened = catalog, opened

    @contextmanager
    def _for_beginning(self) -> Iterator[None]:
        with self.locked(_BEGIN_SECONDS) as held:
            if not held:
                raise CacheInUseError(str(self.config.cache))
            yield

    def _path_now(self) -> tuple[int, int] | None:
        """Which file stands at the catalogue's place; none for none."""
        try:
            seen = self._path.stat()
        except OSError:
            return None
        return seen.st_dev, seen.st_ino

    def _sound(self) -> Catalog | None:
        """The catalogue, if it is there, of this version and these settings, and its text is too. No deep check: every start pays for it."""
        try:
            catalog = Catalog(self._path)
        except sqlite3.DatabaseError as error:
            if is_damage(error):
                return None
            raise
        try:
            catalog.rows("SELECT id, session_id FROM sessions LIMIT 1")
            if catalog.meta("settings", -1) == self._settings() and not self._text_is_gone():
                return catalog
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                catalog.close()
                raise
        catalog.close()
        return None

    def _text_is_gone(self) -> bool:
        return not all((self._text_folder / name / "meta.json").exists() for name in ("passages", "sessions"))

    def _make(self) -> Catalog:
        from ccmcp.index.fulltext import Fulltext  # noqa: PLC0415 - loads Tantivy

        self._remove()
        Fulltext(self._text_folder)
        return Catalog.make(self._path, self._settings())

    def _remove(self) -> None:
        try:
            for ending in ("", "-wal", "-shm"):
                _remove(self._path.with_name(self._path.name + ending))
            _remove(self._text_folder)
        except OSError as error:
            if os.name == "nt" and isinstance(error, PermissionError):
                # Windows removes nothing that another process has open.
                raise CacheInUseError(str(self.config.cache)) from error
            raise SettingsError(
                f"{error.filename or self.config.cache} must be made anew and can't be removed: {error.strerror or error}. "
                "Remove it, or set CCMCP_CACHE_DIR to another folder; the cache holds nothing that can't be made again."
            ) from error

    def _settings(self) -> int:
        """A number for the settings that decide what is in the cache."""
        text = repr((self.config.exclude_projects, self.config.exclude_sessions))
        return zlib.crc32(text.encode())


def _remove(path: Path) -> None:
    """Remove what stands at a place in the cache, whatever it is: a catalogue that is a folder goes too. Raises OSError."""
    import shutil  # noqa: PLC0415 - it brings the packers along, and hardly ever is anything removed

    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
        return
    shutil.rmtree(path, ignore_errors=True)
    if path.exists():  # a reader elsewhere may just have made its lock file in it
        shutil.rmtree(path)
