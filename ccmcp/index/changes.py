"""What must be indexed anew: the files on disk against what the catalogue knows. Pure but for the bytes it is handed."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from ccmcp.transcripts.discover import FoundFile


class KnownFile(NamedTuple):
    """What the catalogue knows of a file."""

    id: int
    path: str
    root: str
    kind: str
    size: int
    """As last seen when its text was taken in whole; -1 while it has not been."""
    mtime_ns: int
    inode: int
    indexed_to: int
    prose_to: int
    seam: bytes
    head: str
    """What it starts with: files with the same head may repeat each other."""
    copied: int
    """Entries left out because another file of its head holds them."""


@dataclass(frozen=True, slots=True)
class Work:
    """One file to be read."""

    file: FoundFile
    known: KnownFile | None
    how: Literal["new", "rest", "append", "replace"]
    """rest: its prose is in, and a build that was cut short did not get to the others."""

    @property
    def bytes(self) -> int:
        """How many bytes there are to read."""
        return self.file.size - (self.known.indexed_to if self.known and self.how == "append" else 0)


@dataclass(slots=True)
class Changes:
    """The difference between the index and the disk."""

    work: list[Work] = field(default_factory=list)
    gone: list[KnownFile] = field(default_factory=list)
    moved: list[tuple[KnownFile, FoundFile]] = field(default_factory=list)
    """Files at another place, with the same bytes: only their paths change."""

    def __bool__(self) -> bool:
        return bool(self.work or self.gone or self.moved)

    @property
    def bytes(self) -> int:
        """How many bytes there are to read."""
        return sum(each.bytes for each in self.work)


def changes(
    known: Mapping[str, KnownFile],
    found: Iterable[FoundFile],
    complete: Mapping[str, bool],
    seam_of: Callable[[str, int], bytes],
    *,
    moves: bool = True,
) -> Changes:
    """
    Compare what is known with what was found.

    `complete` says for each root whether its scan saw everything: only then is a file that was
    not found gone. `seam_of(path, end)` reads the digest that tells an append from a rewrite.
    Without `moves` a moved file is gone from one place and new at the other.
    """
    result = Changes()
    seen: dict[str, FoundFile] = {}
    fresh: list[FoundFile] = []
    for file in found:
        seen[file.path] = file
        before = known.get(file.path)
        if before is None:
            fresh.append(file)
        elif (before.size, before.mtime_ns, before.inode) != (file.size, file.mtime_ns, file.inode):
            result.work.append(Work(file, before, _how(before, file, seam_of)))
    missing = [each for path, each in known.items() if path not in seen and complete.get(each.root, False)]
    if moves:
        _match_moves(missing, fresh, seam_of, result)
    else:
        result.work += [Work(file, None, "new") for file in fresh]
        result.gone += missing
    _take_copies_along(known, seen, result)
    return result


def _take_copies_along(
    known: Mapping[str, KnownFile], seen: Mapping[str, FoundFile], result: Changes
) -> None:
    """What a file held may go with it, and its copies left it out: they are read anew with it."""
    lost = [each.known for each in result.work if each.known and each.how == "replace"] + result.gone
    heads = {each.head for each in lost if each.head}
    if not heads:
        return
    copies = {
        each.path for each in known.values() if each.copied and each.head in heads and each.path in seen
    }
    copies -= {each.file.path for each in result.work if each.how == "replace"}
    result.work = [each for each in result.work if each.file.path not in copies]
    result.work += [Work(seen[path], known[path], "replace") for path in sorted(copies)]


def _how(
    before: KnownFile, file: FoundFile, seam_of: Callable[[str, int], bytes]
) -> Literal["new", "rest", "append", "replace"]:
    if before.size == -1:
        if before.prose_to == 0:
            return "new"
        same = file.size >= before.prose_to and seam_of(file.path, before.prose_to) == before.seam
        return "rest" if same and before.indexed_to == 0 else "replace"
    appended = file.size > before.size and file.size >= before.indexed_to
    return "append" if appended and seam_of(file.path, before.indexed_to) == before.seam else "replace"


def _match_moves(
    missing: list[KnownFile], fresh: list[FoundFile], seam_of: Callable[[str, int], bytes], result: Changes
) -> None:
    """A file that is gone from one place and one of the same name, size and end in another: it was moved."""
    gone = {(each.root, _name(each.path), each.size, each.kind): each for each in missing}
    for file in fresh:
        before = gone.get((file.root, _name(file.path), file.size, file.kind))
        if (
            before
            and file.kind == "main"
            and before.indexed_to
            and seam_of(file.path, before.indexed_to) == before.seam
        ):
            del gone[before.root, _name(before.path), before.size, before.kind]
            result.moved.append((before, file))
        else:
            result.work.append(Work(file, None, "new"))
    moved = {before.id for before, _ in result.moved}
    result.gone.extend(each for each in missing if each.id not in moved)


def _name(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]
