"""Changes -> the order and the batches in which their files are read. Pure."""

from collections.abc import Iterable, Iterator

from ccmcp.index.changes import Changes, Work

_MOST_FILES = 4_000
"""So many files are asked for ahead at once, or one batch's."""


def newest_first(works: list[Work]) -> list[Work]:
    """The files by their session's age: sessions whose files changed last come first, each one's files together."""
    newest: dict[tuple[str, str], int] = {}
    for work in works:
        key = _group(work)
        newest[key] = max(newest.get(key, 0), work.file.mtime_ns)
    return sorted(
        works,
        key=lambda work: (-newest[_group(work)], _group(work), work.file.kind != "main", work.file.path),
    )


def _group(work: Work) -> tuple[str, str]:
    return work.file.root, work.file.session_id or work.file.path


def met_twice(changes: Changes) -> frozenset[str]:
    """Session ids that several transcripts in the work have: the longest one is the session's."""
    seen: set[str] = set()
    twice: set[str] = set()
    for work in changes.work:
        if work.file.kind == "main":
            (twice if work.file.session_id in seen else seen).add(work.file.session_id)
    return frozenset(twice)


def groups(works: Iterable[list[Work]]) -> Iterator[list[list[Work]]]:
    """Batches together as long as their files are few enough to be numbered and asked for at once."""
    group: list[list[Work]] = []
    for batch in works:
        group.append(batch)
        if sum(map(len, group)) >= _MOST_FILES:
            yield group
            group = []
    if group:
        yield group


def split(works: list[Work], size: int) -> tuple[list[Work], list[Work]]:
    """The works until their bytes reach a size (at least one), and the others."""
    taken = 0
    for index, work in enumerate(works, start=1):
        taken += work.bytes
        if taken >= size:
            return works[:index], works[index:]
    return works, []


def batches(works: list[Work], size: int) -> Iterator[list[Work]]:
    """The works in parts whose bytes reach a size."""
    while works:
        batch, works = split(works, size)
        yield batch
