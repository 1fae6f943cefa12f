"""What the catalogue knows of files, and whether all is done that it knows of. Reads the catalogue."""

from ccmcp.index.catalog import Catalog
from ccmcp.index.changes import Changes, KnownFile

_MANY = 200
"""With more files changed, reading all is as cheap."""

_KNOWN = "id, path, root, kind, size, mtime_ns, inode, indexed_to, prose_to, seam, head, copied"


def known_files(catalog: Catalog) -> dict[str, KnownFile]:
    """Every file the catalogue knows, by path."""
    return {str(row[1]): KnownFile(*row) for row in catalog.rows(f"SELECT {_KNOWN} FROM files")}  # type: ignore[arg-type]  # noqa: S608 - the columns are in KnownFile's order


def known_file(catalog: Catalog, path: str) -> KnownFile | None:
    """One file the catalogue knows."""
    rows = catalog.rows(f"SELECT {_KNOWN} FROM files WHERE path = ?", (path,))  # noqa: S608 - our own columns
    return KnownFile(*rows[0]) if rows else None  # type: ignore[arg-type]  # the columns are in KnownFile's order


def unsettled(catalog: Catalog) -> int:
    """
    How many bytes must be read to finish what a writer left between a batch's record and its end; -1 for nothing left.

    It may be at work still: then it will settle that itself.
    """
    if not catalog.meta("unsettled"):
        return -1
    [(size,)] = catalog.rows(
        "SELECT COALESCE(SUM(MAX(f.size, 0)), 0) FROM files f JOIN sessions s ON s.id = f.session WHERE s.doc_bytes < 0"
    )
    return int(str(size))


def unread(catalog: Catalog) -> bool:
    """Whether files are known that must be read, however they look on disk."""
    return bool(catalog.rows("SELECT 1 FROM files WHERE size = -1 LIMIT 1"))


class Known:
    """Every file a catalogue knows, kept while nothing is written to it."""

    def __init__(self) -> None:
        self._files: dict[str, KnownFile] = {}
        self._at: tuple[int, int] | None = None

    def files(self, catalog: Catalog) -> dict[str, KnownFile]:
        """The files by path, read again if anything was written since."""
        if not self.is_current(catalog):
            self._files, self._at = known_files(catalog), catalog.state()
        return self._files

    def is_current(self, catalog: Catalog) -> bool:
        """Whether nothing was written since it was read."""
        return self._at is not None and catalog.state() == self._at

    def forget(self) -> None:
        """Something was written, or is about to be, or the catalogue is another one."""
        self._at = None

    def learn(self, catalog: Catalog, written: Changes) -> None:
        """These changes, and no others, were written: only their files are read again."""
        if len(written.work) > _MANY:
            return
        for before in (*written.gone, *(known for known, _ in written.moved)):
            self._files.pop(before.path, None)
        for file in (*(work.file for work in written.work), *(file for _, file in written.moved)):
            if known := known_file(catalog, file.path):
                self._files[file.path] = known
        self._at = catalog.state()
