"""Transactions over real files, and processes that end at any call to the file system."""

# ruff: noqa: PTH104, PTH106, PTH108, PTH115, PTH116, PTH118, PTH119, PTH120

import errno
import os
import pickle
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from ccmcp.migrate.doing import disk, transaction, undoing
from ccmcp.migrate.doing.content import written
from ccmcp.migrate.doing.transaction import Transaction
from ccmcp.migrate.plan import After, Plan
from ccmcp.migrate.steps import (
    Append,
    Content,
    Edits,
    FromBackup,
    FromFile,
    MakeFolder,
    Move,
    Prompts,
    Put,
    Remove,
    RemoveFolder,
    Seen,
    Settings,
    Step,
)

if sys.version_info >= (3, 12):
    from typing import override
else:
    from typing_extensions import override

CHANGING = (
    "write", "link", "unlink", "rename", "replace", "mkdir", "rmdir", "utime", "chmod", "ftruncate", "fsync", "sync",
)  # fmt: skip
OLD, NEW = "/w/old app", "/w/new.app"


class Cut:
    """The module `os` for `disk`: the process ends at one of its calls. Nothing is synced: no power is lost here."""

    def __init__(self, at: int = -1, *, half: bool = False) -> None:
        self.at = at
        self.half = half
        self.calls = 0
        self.log: list[str] = []

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        if name == "open":
            return self._open
        return (lambda *args, **more: self._call(name, *args, **more)) if name in CHANGING else real

    def _open(self, path: str, flags: int, *more: Any) -> int:
        if flags & os.O_CREAT:
            self._count("open", path)
        return os.open(path, flags, *more)

    def _count(self, name: str, what: object) -> None:
        if self.calls == self.at and not self.half:
            os._exit(9)
        self.calls += 1
        self.log.append(f"{name} {what!r}")

    def _call(self, name: str, *args: Any, **more: Any) -> Any:
        if name == "write" and self.half and self.calls == self.at:
            os.write(args[0], bytes(args[1][: len(args[1]) // 2]))
            os._exit(9)
        self._count(name, args[:1])
        return None if name in ("fsync", "sync") else getattr(os, name)(*args, **more)


class NoLinks(Cut):
    """A file system without hard links."""

    @override
    def _call(self, name: str, *args: Any, **more: Any) -> Any:
        if name == "link":
            raise OSError(errno.EPERM, "no hard links")
        return super()._call(name, *args, **more)


def in_process(
    action: Callable[[], object], at: int = -1, *, half: bool = False, cut: Cut | None = None
) -> int:
    """Run something in a process of its own, which ends at a call; its exit code: 9 when it was cut short."""
    if child := os.fork():
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    code = 7
    try:
        vars(disk)["os"] = cut or Cut(at, half=half)
        action()
        code = 0
    except BaseException as error:  # noqa: BLE001 - a child has nobody to raise to
        os.write(2, f"{error!r}\n".encode())
    finally:
        os._exit(code)


def quietly(action: Callable[[], Any], cut: Cut | None = None) -> tuple[Any, list[str]]:
    """Run something without syncing; what it gives, and the calls it made."""
    cut = cut or Cut()
    vars(disk)["os"] = cut
    try:
        return action(), cut.log
    finally:
        vars(disk)["os"] = os


Kept = dict[str, tuple[int, int, bytes | None]]


def everything(*folders: Path) -> Kept:
    """All that is below folders: modes, times of files, bytes."""
    found: Kept = {}
    for folder in folders:
        for top, names, files in os.walk(folder):
            for name in names:
                found[os.path.join(top, name)] = os.lstat(os.path.join(top, name)).st_mode, 0, None
            for name in files:
                path = os.path.join(top, name)
                seen = os.lstat(path)
                found[path] = seen.st_mode, seen.st_mtime_ns, Path(path).read_bytes()
    return found


def shared(kept: Kept) -> Kept:
    """The same without times of files that get a new one: the prompt history and the client's settings."""
    return {
        path: (mode, 0 if path.endswith((".claude.json", "history.jsonl")) else time, data)
        for path, (mode, time, data) in kept.items()
    }


def seen_of(path: str, *, digest: bool = True) -> Seen:
    found = os.lstat(path)
    data = sha256(Path(path).read_bytes()).hexdigest() if digest else ""
    return Seen(
        size=found.st_size, mtime_ns=found.st_mtime_ns, inode=found.st_ino, mode=found.st_mode & 0o7777, sha256=data
    )  # fmt: skip


@dataclass
class Site:
    """A root with sessions in it, a second place, and the folder of migrations."""

    folder: Path
    elsewhere: Path
    """May be on another file system."""
    homes: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        return self.folder / "root"

    @property
    def migrations(self) -> str:
        return str(self.folder / "state" / "migrations")

    @property
    def place(self) -> str:
        return os.path.join(self.migrations, "0123456789ab")

    @property
    def undo(self) -> str:
        return os.path.join(self.place, "undo")

    def put(self, path: str, data: bytes, mode: int = 0o600) -> str:
        """A file in the root, with an old time."""
        full = self.root / path
        full.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        full.write_bytes(data)
        full.chmod(mode)
        number = int.from_bytes(sha256(path.encode("utf-8", "surrogateescape")).digest()[:4], "big")
        os.utime(full, ns=(1, 1_600_000_000_000_000_000 + number * 1_000_001))
        return str(full)

    def keep(self) -> None:
        """Remember all as it is."""
        for each in (self.root, self.elsewhere):
            shutil.copytree(each, self.folder / "kept" / each.name, symlinks=True)

    def again(self) -> None:
        """Everything as it was remembered, and no migrations."""
        for each in (self.root, self.elsewhere):
            shutil.rmtree(each)
            shutil.copytree(self.folder / "kept" / each.name, each, symlinks=True)
        shutil.rmtree(self.folder / "state", ignore_errors=True)

    def all(self) -> Kept:
        return everything(self.root, self.elsewhere)

    def transaction(self, steps: Sequence[Step]) -> Transaction:
        return Transaction(
            folder=self.place, steps=steps, roots=(str(self.root), str(self.elsewhere)), files=()
        )

    def run(self, steps: Sequence[Step]) -> None:
        transaction.run(self.transaction(steps), self.migrations)

    def inverse(self, *, exact: bool = False) -> undoing.Inverse:
        after = tuple(
            After(session_id=id_, title=None, cwd=cwd, root="", path=path) for path, (cwd, id_) in self.homes.items()
        )  # fmt: skip
        plan = Plan(
            plan_id="0123456789ab", mode="move", source=OLD, target=NEW, root="", target_root="", made_at="",
            roots=(), after=after,
        )  # fmt: skip
        return undoing.inverse(plan, self.place, exact=exact)

    def take_back(self, *, exact: bool = False) -> undoing.Inverse:
        found = self.inverse(exact=exact)
        transaction.run(
            Transaction(
                folder=self.undo, steps=found.steps, roots=(str(self.root), str(self.elsewhere)),
                backups=os.path.join(self.place, "backup"), times=found.times,
            ),
            self.migrations,
        )  # fmt: skip
        return found


@dataclass
class Steps:
    """Steps as a plan has them, made of what is on the disk."""

    site: Site
    steps: list[Step] = field(default_factory=list)
    last: list[Step] = field(default_factory=list)
    made: set[str] = field(default_factory=set)
    kept: int = 0

    def all(self) -> list[Step]:
        return self.steps + self.last

    def folder(self, path: str, mode: int = 0o700) -> None:
        if path not in self.made and not os.path.lexists(path):
            self.folder(os.path.dirname(path))
            self.made.add(path)
            self.steps.append(MakeFolder(path=path, mode=mode))

    def name(self, path: str) -> str:
        self.kept += 1
        return f"{self.kept:06d}-{os.path.basename(path)[-40:]}"

    def move(self, source: str, target: str, tail: str = "", *, digest: bool = False) -> None:
        self.folder(os.path.dirname(target))
        seen = seen_of(source, digest=digest)
        self.steps.append(Move(source=source, target=target, folder=False, seen=seen))
        if tail:
            self.steps.append(Append(path=target, text=tail, size=seen.size, mtime_ns=seen.mtime_ns))

    def move_folder(self, source: str, target: str) -> None:
        self.folder(os.path.dirname(target))
        found = os.lstat(source)
        seen = Seen(size=0, mtime_ns=found.st_mtime_ns, inode=found.st_ino, mode=found.st_mode & 0o7777)
        self.steps.append(Move(source=source, target=target, folder=True, seen=seen))

    def mark(self, path: str, tail: str) -> None:
        seen = seen_of(path)
        self.steps.append(Append(path=path, text=tail, size=seen.size, mtime_ns=seen.mtime_ns))

    def copy(self, source: str, target: str, edits: Edits | None = None, tail: str = "") -> None:
        self.folder(os.path.dirname(target))
        seen = seen_of(source)
        content = FromFile(path=source, seen=seen, edits=edits or Edits(), tail=tail)
        self._put(target, content, seen)

    def _put(self, target: str, content: Content, seen: Seen) -> None:
        data = b"".join(written(content, "", Counter()))
        digest = sha256(data).hexdigest()
        self.steps.append(
            Put(path=target, content=content, size=len(data), sha256=digest, mode=seen.mode, mtime_ns=seen.mtime_ns)
        )  # fmt: skip

    def carry(self, source: str, target: str, edits: Edits | None = None, tail: str = "") -> None:
        """Over to another file system, or edited: made there, then removed here."""
        seen = seen_of(source)
        kept = self.name(source) if edits else ""
        again: Content = FromBackup(name=kept) if kept else FromFile(path=target, length=seen.size)
        remove = Remove(path=source, seen=seen, again=again, kept=kept)
        if source == target:
            self.steps.append(remove)
        self.copy(source, target, edits, tail)
        if source != target:
            self.steps.append(remove)

    def remove_folder(self, path: str) -> None:
        found = os.lstat(path)
        self.last.append(RemoveFolder(path=path, mode=found.st_mode & 0o7777, mtime_ns=found.st_mtime_ns))

    def prompts(self, path: str, sessions: tuple[str, ...] = ()) -> None:
        self.steps.append(Prompts(path=path, projects=((OLD, NEW),), sessions=sessions, kept=self.name(path)))

    def settings(self, path: str, source: str = OLD, target: str = NEW) -> None:
        self.steps.append(Settings(path=path, source=source, target=target, kept=self.name(path)))


class PowerCut(Cut):
    """Calls that are written down with what takes each back, so that those that were not synced can be lost."""

    def __init__(self, at: int, grave: Path) -> None:
        super().__init__(at)
        self.grave = grave
        self.done: list[tuple[set[tuple[int, int]], list[Any]]] = []
        """What a call made dirty (files and folders by inode), and how it is taken back."""

    @override
    def _count(self, name: str, what: object) -> None:
        if self.calls == self.at:
            (self.grave / "log").write_bytes(pickle.dumps(self.done))
        super()._count(name, what)

    @override
    def _call(self, name: str, *args: Any, **more: Any) -> Any:
        self._count(name, args[:1])
        dirty, back = self._noted(name, args)
        found = None if name in ("fsync", "sync") else getattr(os, name)(*args, **more)
        if name == "sync":
            self.done.clear()
        elif name == "fsync":
            one = os.fstat(args[0])
            for each, _ in self.done:
                each.discard((one.st_dev, one.st_ino))
        elif back:
            self.done.append((dirty, back))
        return found

    def _noted(self, name: str, args: tuple[Any, ...]) -> tuple[set[tuple[int, int]], list[Any]]:
        def folder(path: str) -> tuple[int, int]:
            found = os.stat(os.path.dirname(path))
            return found.st_dev, found.st_ino

        def inode(file: str | int) -> tuple[int, int]:
            found = os.stat(file)
            return found.st_dev, found.st_ino

        def bury(path: str) -> str:
            place = str(self.grave / f"{len(self.done)}-{self.calls}")
            try:
                os.link(path, place)
            except OSError:
                return ""
            return place

        match name:
            case "write" | "ftruncate":
                size = os.fstat(args[0]).st_size
                place = bury(os.readlink(f"/proc/self/fd/{args[0]}"))
                at = os.lseek(args[0], 0, os.SEEK_CUR) if name == "write" else args[1]
                lost = os.pread(args[0], size - at, at) if at < size else b""
                return {inode(args[0])}, ["bytes", place, size, at, lost]
            case "utime":
                found = os.stat(args[0])
                place = args[0] if isinstance(args[0], str) else bury(os.readlink(f"/proc/self/fd/{args[0]}"))
                return {inode(args[0])}, ["time", place, found.st_mtime_ns]
            case "link" if not os.path.lexists(args[1]):
                return {folder(args[1])}, ["link", *args]
            case "unlink" if os.path.lexists(args[0]):
                return {folder(args[0])}, ["unlink", args[0], bury(args[0])]
            case "rename" | "replace":
                over = bury(args[1]) if os.path.lexists(args[1]) else ""
                return {folder(args[0]), folder(args[1])}, ["rename", *args, over]
            case "mkdir" if not os.path.lexists(args[0]):
                return {folder(args[0])}, ["mkdir", args[0]]
            case _:
                return set(), []


def lose_power(grave: Path, chance: Callable[[], bool]) -> None:
    """Some of the calls that were not synced never reached the disk: they are taken back, the last first."""
    for dirty, (what, *args) in reversed(pickle.loads((grave / "log").read_bytes())):
        if not dirty or not chance():
            continue
        with suppress(OSError):
            match what:
                case "bytes":
                    place, size, at, lost = args
                    now = os.stat(place)
                    with open(place, "r+b") as file:  # noqa: PTH123
                        file.truncate(size if chance() else max(size, (size + now.st_size) // 2))
                        if chance() and now.st_size > size:
                            file.truncate(size)
                            file.truncate(now.st_size)
                        file.seek(at)
                        file.write(lost)
                    os.utime(place, ns=(now.st_atime_ns, now.st_mtime_ns))
                case "time":
                    os.utime(args[0], ns=(1, args[1]))
                case "link" if os.path.lexists(args[0]):
                    os.unlink(args[1])
                case "unlink" if args[1]:
                    os.link(args[1], args[0])
                case "rename" if not os.path.lexists(args[0]):
                    os.rename(args[1], args[0])
                    if args[2]:
                        os.link(args[2], args[1])
                case "mkdir":
                    os.rmdir(args[0])
                case _:
                    pass
