"""What must be indexed anew: the files on disk against what the catalogue knows. Pure but for the bytes it is handed."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
    """Files at another place, with the same bytes as far as they are known: only their paths change."""

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
    """What a file held may go with it, and its copies left it out: they are read anew with it, wherever they are by now."""
    lost = [each.known for each in result.work if each.known and each.how == "replace"] + result.gone
    heads = {each.head for each in lost if each.head}
    if not heads:
        return
    places = {before.id: file.path for before, file in result.moved}
    copies = {
        path: each._replace(path=path)
        for each in known.values()
        if each.copied and each.head in heads and (path := places.get(each.id, each.path)) in seen
    }
    for each in result.work:
        if each.how == "replace":
            copies.pop(each.file.path, None)
    result.work = [each for each in result.work if each.file.path not in copies]
    result.work += [Work(seen[path], copies[path], "replace") for path in sorted(copies)]


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
    """
    A transcript that is gone from one place and one of its name that goes on like it at another: it was moved.

    What lies below its own folder follows it, and so do subagents' transcripts beside it. What was added after the move
    (the client's own line of where it belongs now) is read as an append.
    """
    pairs = list(_moved_transcripts(missing, fresh, seam_of))
    pairs += _moved_beside(pairs, missing, fresh, seam_of)
    for before, file in pairs:
        if file.size > before.size:
            # Until its end is read it counts as the file it was.
            result.moved.append((before, file._replace(size=before.size, mtime_ns=before.mtime_ns)))
            result.work.append(Work(file, before._replace(path=file.path), "append"))
        else:
            result.moved.append((before, file))
    moved, places = {before.id for before, _ in pairs}, {file.path for _, file in pairs}
    result.work += [Work(file, None, "new") for file in fresh if file.path not in places]
    result.gone.extend(each for each in missing if each.id not in moved)


def _moved_transcripts(
    missing: Iterable[KnownFile], fresh: Iterable[FoundFile], seam_of: Callable[[str, int], bytes]
) -> Iterator[tuple[KnownFile, FoundFile]]:
    gone: dict[tuple[str, str], list[KnownFile]] = {}
    for each in missing:
        if each.kind == "main":
            gone.setdefault((each.root, _name(each.path)), []).append(each)
    for file in fresh:
        candidates = gone.get((file.root, _name(file.path)), ()) if file.kind == "main" else ()
        fitting = [each for each in candidates if _goes_on(each, file, seam_of)]
        same_size = [each for each in fitting if each.size == file.size]
        for before in (fitting if len(fitting) == 1 else same_size)[:1]:
            gone[file.root, _name(file.path)].remove(before)
            yield before, file


def _moved_beside(
    pairs: Sequence[tuple[KnownFile, FoundFile]],
    missing: Iterable[KnownFile],
    fresh: Iterable[FoundFile],
    seam_of: Callable[[str, int], bytes],
) -> Iterator[tuple[KnownFile, FoundFile]]:
    """Files of moved sessions: below their own folders, or in the project folder that all of its sessions left for one other."""
    if not pairs:
        return
    places = {file.path: file for file in fresh}
    folders = {_stem(before.path): _stem(file.path) for before, file in pairs}
    left: dict[str, set[str]] = {}
    for before, file in pairs:
        left.setdefault(_parent(before.path), set()).add(_parent(file.path))
    beside = {old: new.pop() for old, new in left.items() if len(new) == 1}
    for each in missing:
        if each.kind == "main":
            continue
        old = _parent(each.path)
        target = beside.get(old)
        while target is None and old:
            target = folders.get(old)
            old = old if target else _parent(old)
        there = places.get(f"{target}{each.path[len(old) :]}")
        if there and (there.root, there.kind) == (each.root, each.kind) and _goes_on(each, there, seam_of):
            # Where two folders become one, a file that both had is the first's; the other's is gone.
            del places[there.path]
            yield each, there


def _goes_on(before: KnownFile, file: FoundFile, seam_of: Callable[[str, int], bytes]) -> bool:
    """Whether a file begins as another ended when it was read last."""
    return (
        before.indexed_to > 0
        and 0 <= before.size <= file.size
        and seam_of(file.path, before.indexed_to) == before.seam
    )


def _stem(path: str) -> str:
    return path.removesuffix(".jsonl")


def _parent(path: str) -> str:
    at = max(path.rfind("/"), path.rfind("\\"))
    return path[:at] if at > 0 else ""


def _name(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]
