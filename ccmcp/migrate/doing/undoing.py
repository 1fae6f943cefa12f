"""What takes a migration back: its steps against what is on the disk now -> other steps, or what stands in the way. I/O: reads only."""

import os
import stat
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from ccmcp.errors import MigrationError, UndoRefusedError
from ccmcp.migrate.doing import disk, journal, rewriting
from ccmcp.migrate.doing.content import blocks, written
from ccmcp.migrate.doing.journal import AnyStep
from ccmcp.migrate.doing.rewriting import Restore
from ccmcp.migrate.edits import settings
from ccmcp.migrate.plan import Left, Plan
from ccmcp.migrate.route import home_there, line_of
from ccmcp.migrate.steps import (
    Append,
    Content,
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
    Truncate,
)


@dataclass(slots=True)
class Inverse:
    """What takes a migration back."""

    steps: list[AnyStep] = field(default_factory=list)
    told: list[Left] = field(default_factory=list)
    """What will not be as it was, and why: it is done all the same."""
    times: Mapping[str, int] = field(default_factory=dict)
    """The folders that were there before, and their modification times then, in nanoseconds."""

    @property
    def notes(self) -> list[str]:
        """What is told, each as a sentence."""
        return [f"{each.path}: {each.why}." for each in self.told]


def inverse(plan: Plan, folder: str, *, exact: bool = False) -> Inverse:
    """
    The steps that take back what the transaction in a folder did for a plan, in the order they are done in.

    `exact`: what would not be byte for byte as it was is refused rather than told.

    Raises:
        UndoRefusedError: something stands in the way; nothing is to be done then.
        MigrationError: it was not done, or something can't be looked at.

    """
    try:
        recorded = journal.read(folder)
        if recorded.begin is None or recorded.state != "done":
            raise MigrationError(f"Plan {plan.plan_id} was not applied to its end: there is nothing to undo.")
        undoing = _Undoing(folder, recorded.begin.steps, recorded.inodes, _homes(plan), exact=exact)
        for step in reversed(recorded.begin.steps):
            undoing.step(step)
        undoing.end()
    except (OSError, ValueError) as error:
        raise MigrationError(f"Nothing was undone: {error}.") from error
    found = undoing.found
    if undoing.refused or undoing.inexact:
        raise UndoRefusedError(_reasons(undoing.refused), _reasons(undoing.inexact))
    found.times = recorded.begin.before
    return found


def _reasons(found: Iterable[Left]) -> list[str]:
    return [f"{each.path!r}: {each.why}" for each in found]


def _homes(plan: Plan) -> dict[str, tuple[str, str]]:
    """Where transcripts are now -> the folders their sessions belonged to before, and their ids."""
    return {
        each.path: (home_there(each.cwd, plan.target, plan.source), each.session_id) for each in plan.after
    }  # fmt: skip


class _Undoing:
    def __init__(
        self,
        folder: str,
        steps: Iterable[AnyStep],
        inodes: Mapping[str, int],
        homes: Mapping[str, tuple[str, str]],
        *,
        exact: bool,
    ) -> None:
        self.found = Inverse()
        self.refused: list[Left] = []
        """What stands in the way."""
        self.inexact: list[Left] = []
        """What stands in the way of taking it back exactly."""
        self._backup = os.path.join(folder, "backup")
        self._done_at = os.stat(journal.place(folder)).st_mtime_ns
        self._inodes = inodes
        self._homes = homes
        self._exact = exact
        self._added: dict[str, Append] = {}
        self._came_from: dict[str, Move] = {}
        self._puts: dict[str, Put] = {}
        self._removed: dict[str, Remove] = {}
        self._parents: set[str] = set()
        for step in steps:
            match step:
                case Append():
                    self._added[step.path] = step
                case Move():
                    self._came_from[step.target] = step
                case Put():
                    self._puts[step.path] = step
                case Remove():
                    self._removed[step.path] = step
                case _:
                    pass
        self._put_of = {
            put.content.path: put
            for put in self._puts.values()
            if isinstance(put.content, FromFile) and put.content.path in self._removed
        }
        """Paths of files that are removed, and what was made of each."""
        self._made_of = {put.path: path for path, put in self._put_of.items()}
        self._last: list[AnyStep] = []
        self._now: dict[str, Seen] = {}
        """Files that stay under another name, as they are now."""

    def step(self, step: AnyStep) -> None:
        """What takes a step back; steps come in reverse order."""
        match step:
            case MakeFolder():
                if (there := disk.stat_of(step.path)) is not None:
                    self._last.append(
                        RemoveFolder(
                            path=step.path, mode=stat.S_IMODE(there.st_mode), mtime_ns=there.st_mtime_ns
                        )
                    )
            case RemoveFolder():
                self._folder(step)
            case Append():
                self._append(step)
            case Move():
                self._move(step)
            case Put():
                self._put(step)
            case Remove():
                self._remove(step)
            case Prompts() | Settings():
                self._rewrite(step)
            case Truncate() | Restore():
                self._refuse("file", step.path, "it was undone, and that can't be undone")

    def end(self) -> None:
        """Folders go last."""
        self.found.steps += self._last

    # -- folders ---------------------------------------------------------------------

    def _folder(self, step: RemoveFolder) -> None:
        there = disk.stat_of(step.path)
        if there is None:
            self.found.steps.append(MakeFolder(path=step.path, mode=step.mode, mtime_ns=step.mtime_ns))
        elif not stat.S_ISDIR(there.st_mode):
            self._refuse("folder", step.path, "something else is there now")

    # -- files that were moved -------------------------------------------------------

    def _append(self, step: Append) -> None:
        came = self._came_from.get(step.path)
        there = self._file(step.path)
        if there is None:
            return
        data = step.text.encode("utf-8", "surrogatepass")
        digest = came.seen.sha256 if came else ""
        size = step.size + len(data)
        if there.st_size == size and self._is_there(step.path, step.size, data, digest):
            if there.st_mtime_ns != step.mtime_ns and not digest:
                self._refuse("session", step.path, "it was written since, and what it was is not known")
                return
            self.found.steps.append(
                Truncate(path=step.path, text=step.text, size=step.size, mtime_ns=step.mtime_ns)
            )
            self._now[step.path] = _seen(there, step.size)
        elif there.st_size > size and self._is_there(step.path, step.size, data, digest):
            self._grown(step.path, came.source if came else step.path, there)
        else:
            self._refuse("session", step.path, "its earlier lines have changed")

    def _is_there(self, path: str, size: int, data: bytes, digest: str) -> bool:
        """Whether the file begins as it was and goes on with our line."""
        if digest and _digest(blocks(path, 0, size)) != digest:
            return False
        return b"".join(blocks(path, size, len(data))) == data

    def _grown(self, path: str, before: str, there: os.stat_result) -> None:
        """A transcript with new lines: they go along, and a line says where it belongs again."""
        self._tell("session", before, "it has new lines", "they go back with it")
        tail = self._tail(path)
        if tail:
            self._last.insert(
                0, Append(path=before, text=tail, size=there.st_size, mtime_ns=there.st_mtime_ns)
            )  # fmt: skip
        self._now[path] = _seen(there, there.st_size)

    def _tail(self, path: str) -> str:
        if path not in self._homes:
            return ""
        size = os.lstat(path).st_size
        torn = size > 0 and b"".join(blocks(path, size - 1, 1)) != b"\n"
        return ("\n" if torn else "") + line_of(*self._homes[path])

    def _move(self, step: Move) -> None:
        there = disk.stat_of(step.target)
        what = "folder" if step.folder else "file"
        if there is None or stat.S_ISDIR(there.st_mode) != step.folder:
            self._refuse_once(what, step.target, "it is not there any more")
            return
        if disk.stat_of(step.source) is not None:
            self._refuse(what, step.source, "something else is there now")
            return
        seen = self._now.pop(step.target, None)
        if step.folder:
            if _newest(step.target) > self._done_at:
                self._tell(what, step.source, "files in it are newer", "they go back with it")
            seen = Seen(
                size=0, mtime_ns=there.st_mtime_ns, inode=there.st_ino, mode=stat.S_IMODE(there.st_mode)
            )
        elif step.target in self._added:
            if seen is None:
                return
        else:
            seen = _seen(there, there.st_size)
            if not self._is_same(step.target, there, step.seen):
                if step.seen.size <= there.st_size and self._begins(step.target, step.seen):
                    self._tell("file", step.source, "it has grown", "it goes back as it is")
                else:
                    self._refuse("file", step.target, "it has changed")
                    return
        self.found.steps.append(Move(source=step.target, target=step.source, folder=step.folder, seen=seen))

    def _is_same(self, path: str, there: os.stat_result, seen: Seen) -> bool:
        if there.st_size != seen.size:
            return False
        if (there.st_mtime_ns, there.st_ino) == (seen.mtime_ns, seen.inode):
            return True
        return bool(seen.sha256) and _digest(blocks(path)) == seen.sha256

    def _begins(self, path: str, seen: Seen) -> bool:
        return bool(seen.sha256) and _digest(blocks(path, 0, seen.size)) == seen.sha256

    # -- files that were made --------------------------------------------------------

    def _put(self, step: Put) -> None:
        if self._made_of.get(step.path):
            return  # With its source, which comes later or came before.
        self._unmake(step)

    def _unmake(self, step: Put) -> bool:
        """Remove a file that was made; false where it has grown and stays, or stands in the way."""
        there = disk.stat_of(step.path)
        if there is None:
            self._tell("file", step.path, "it is gone already")
            return True
        if not self._is_as_made(step, there):
            if self._has_only_grown(step, there):
                self._tell("copy", step.path, "it has new lines since it was made", "it stays")
            else:
                self._refuse("file", step.path, "it has changed since it was made")
            return False
        self._take_away(step, there)
        return True

    def _take_away(self, step: Put, there: os.stat_result) -> None:
        self.found.steps.append(Remove(path=step.path, seen=_seen(there, there.st_size), again=step.content))

    def _is_as_made(self, step: Put, there: os.stat_result) -> bool:
        if not stat.S_ISREG(there.st_mode) or there.st_size != step.size:
            return False
        inode = self._inodes.get(step.path, there.st_ino)
        if (there.st_mtime_ns, there.st_ino) == (step.mtime_ns, inode):
            return True
        return _digest(blocks(step.path)) == step.sha256

    def _has_only_grown(self, step: Put, there: os.stat_result) -> bool:
        if not stat.S_ISREG(there.st_mode) or there.st_size <= step.size:
            return False
        return _digest(blocks(step.path, 0, step.size)) == step.sha256

    # -- files that were removed -----------------------------------------------------

    def _remove(self, step: Remove) -> None:
        put = self._put_of.get(step.path)
        in_place = put is not None and put.path == step.path
        if not in_place and disk.stat_of(step.path) is not None:
            self._refuse("file", step.path, "something else is there now")
            return
        content: Content = FromBackup(name=step.kept) if step.kept else step.again
        back = Put(
            path=step.path, content=content, size=step.seen.size, sha256=step.seen.sha256, mode=step.seen.mode,
            mtime_ns=step.seen.mtime_ns,
        )  # fmt: skip
        if put is not None:
            there = self._file(put.path)
            if there is None:
                return
            if not self._is_as_made(put, there):
                if not self._has_only_grown(put, there):
                    self._refuse("session", put.path, "its earlier lines have changed")
                    return
                self._tell("session", step.path, "it has new lines", "they go back with it")
                back = self._grown_back(step, put, there)
            self._take_away(put, there)
        if step.kept and disk.stat_of(os.path.join(self._backup, step.kept)) is None:
            self._refuse("file", os.path.join(self._backup, step.kept), "the kept copy is gone")
            return
        self.found.steps.append(back)

    def _grown_back(self, step: Remove, put: Put, there: os.stat_result) -> Put:
        """The file as it was, and what was added to what was made of it."""
        tail = self._tail(put.path)
        content: Content
        if step.kept:
            content = FromBackup(name=step.kept, grown_path=put.path, grown_from=put.size, tail=tail)
        else:
            content = FromFile(path=put.path, seen=_seen(there, there.st_size), tail=tail)
        digest, size = sha256(), 0
        for block in written(content, self._backup, Counter()):
            digest.update(block)
            size += len(block)
        return Put(
            path=step.path, content=content, size=size, sha256=digest.hexdigest(), mode=step.seen.mode,
            mtime_ns=there.st_mtime_ns,
        )  # fmt: skip

    # -- shared files ----------------------------------------------------------------

    def _rewrite(self, step: Prompts | Settings) -> None:
        before = rewriting.before_of(step, self._backup)
        if before is None:
            return
        if self._file(step.path) is None:
            return
        now = disk.read(step.path)[0]
        try:
            if isinstance(step, Settings):
                done = settings.moved(before, step.source, step.target)
                how = settings.put_back(now, step.source, step.target, done, exact=False)[1]
                if how == "kept newer":
                    self._tell(
                        "project settings",
                        step.path,
                        "the entry has changed since",
                        "it goes back as it is now",
                    )
                elif how == "both":
                    self._tell(
                        "project settings",
                        step.path,
                        "the entry has changed since",
                        "the old one comes back beside it",
                    )
            elif not now.startswith(rewriting.edited(step, before)):
                self._tell("prompt history", step.path, "it was rewritten since", "only our lines go back")
        except ValueError as error:
            self._refuse(
                "project settings" if isinstance(step, Settings) else "prompt history", step.path, str(error)
            )
            return
        self.found.steps.append(Restore(of=step, backup=self._backup))

    # -- words -----------------------------------------------------------------------

    def _file(self, path: str) -> os.stat_result | None:
        there = disk.stat_of(path)
        if there is None or not stat.S_ISREG(there.st_mode):
            self._refuse("file", path, "it is not there any more")
            return None
        return there

    def _tell(self, what: str, path: str, so: str, then: str = "") -> None:
        """Something will not be as it was: what is so, and what becomes of it all the same."""
        if self._exact:
            why = f"{so} (without --exact {then})" if then else so
            self.inexact.append(Left(what=what, path=path, session_id=None, why=why))
        else:
            why = f"{so}, and {then}" if then else so
            self.found.told.append(Left(what=what, path=path, session_id=None, why=why))

    def _refuse(self, what: str, path: str, why: str) -> None:
        self.refused.append(Left(what=what, path=path, session_id=None, why=why))

    def _refuse_once(self, what: str, path: str, why: str) -> None:
        if all(each.path != path for each in self.refused):
            self._refuse(what, path, why)


def _seen(there: os.stat_result, size: int) -> Seen:
    return Seen(size=size, mtime_ns=there.st_mtime_ns, inode=there.st_ino, mode=stat.S_IMODE(there.st_mode))


def _newest(folder: str) -> int:
    """When anything in a folder was changed last: the latest change time below it, in nanoseconds; the folder's own is its move."""
    newest = 0
    for top, folders, files in os.walk(folder):
        for name in (*folders, *files):
            if (there := disk.stat_of(os.path.join(top, name))) is not None:
                newest = max(newest, there.st_ctime_ns)
    return newest


def _digest(found: Iterable[bytes]) -> str:
    digest = sha256()
    for block in found:
        digest.update(block)
    return digest.hexdigest()
