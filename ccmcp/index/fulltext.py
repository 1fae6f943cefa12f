"""The two Tantivy indexes on disk, opened together: readers that follow commits, and one writer at a time. I/O."""

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import tantivy

from ccmcp.index import schema

LEAST_MEMORY = 15_000_000
MOST_SEGMENTS = 10
"""With more segments than this, a refresh waits for their merge."""


class Fulltext:
    """The indexes of passages and of sessions."""

    def __init__(self, folder: Path | None) -> None:
        """
        Open the indexes in a folder, or make them; in memory when there is no folder.

        Raises:
            ValueError: what is there can't be opened: it is to be removed and built anew.

        """
        self.folder = folder
        for name in ("passages", "sessions"):
            if folder is not None:
                folder.mkdir(exist_ok=True, mode=0o700)
                (folder / name).mkdir(exist_ok=True, mode=0o700)
        self.passages = schema.passages_index(str(folder / "passages") if folder else None)
        self.sessions = schema.sessions_index(str(folder / "sessions") if folder else None)

    def sessions_with_documents(self) -> set[int]:
        """The sessions that have a document of their own, by number."""
        searcher = self.sessions.searcher()
        if not searcher.num_docs:
            return set()
        hits = searcher.search(tantivy.Query.all_query(), searcher.num_docs).hits
        return {int(number or 0) for number in searcher.fast_field_values("session", [at for _, at in hits])}

    def reload(self) -> None:
        """Let readers see what has been committed, by whichever process."""
        self.passages.reload()
        self.sessions.reload()

    @contextmanager
    def writing(self, index: tantivy.Index, memory: int) -> Iterator[tantivy.IndexWriter]:
        """A writer with so many bytes of memory. What was not committed at the end is dropped."""
        writer = self.writer(index, memory)
        try:
            yield writer
        except BaseException:
            drop(writer)
            raise
        self.settle(index, writer)

    def writer(self, index: tantivy.Index, memory: int) -> tantivy.IndexWriter:
        """A writer with so many bytes of memory, at least what Tantivy asks for."""
        return index.writer(max(memory, LEAST_MEMORY), 1)

    def settle(self, index: tantivy.Index, writer: tantivy.IndexWriter) -> None:
        """After a commit: wait for the merge of small segments, but only when many have gathered."""
        index.reload()
        if index.searcher().num_segments > MOST_SEGMENTS:
            writer.wait_merging_threads()


def drop(writer: tantivy.IndexWriter) -> None:
    """Let go of a writer and of what it did not commit. Only waiting for its threads gives its lock back."""
    with contextlib.suppress(ValueError):
        writer.rollback()
    with contextlib.suppress(ValueError):
        writer.wait_merging_threads()
