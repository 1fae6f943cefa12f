"""What the catalogue knows of files, and whether all is done that it knows of. Reads the catalogue."""

from ccmcp.index.catalog import Catalog
from ccmcp.index.changes import KnownFile

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
