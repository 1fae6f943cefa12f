"""What takes a migration back: its steps against what is on the disk now -> other steps, or what stands in the way. I/O: reads only."""

import os
import stat
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ccmcp.errors import MigrationError, UndoRefusedError
from ccmcp.migrate.doing import disk, journal, rewriting
from ccmcp.migrate.doing.content import blocks, measured, written
from ccmcp.migrate.doing.journal import AnyStep
from ccmcp.migrate.doing.rewriting import Restore
from ccmcp.migrate.edits import settings
from ccmcp.migrate.plan import Left, Plan
from ccmcp.migrate.route import home_there, line_of
from ccmcp.migrate.steps import (
    Append,
    Content,
    FromBackup,
    FromBundle,
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
        undoing = _Undoing(
            folder, recorded.begin.steps, recorded.inodes, _homes(plan), recorded.begin.trees, exact=exact
        )
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
        trees: Mapping[str, Sequence[Sequence[Any]]],
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
        self._trees = trees
        self._made: set[str] = set()
        """Folders that were made."""
        self._exact = exact
        self._added: dict[str, Append] = {}
        self._came_from: dict[str, Move] = {}
        self._puts: dict[str, Put] = {}
        self._removed: dict[str, Remove] = {}
        self._parents: set[str] = set()
        for step in steps:
            match step:
                case MakeFolder():
                    self._made.add(step.path)
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
        self._moved_from = {each.source for each in self._came_from.values()}
        self._made_of = {put.path: path for path, put in self._put_of.items()}
        self._groups = _by_session([each for each in self._puts if each not in self._made_of])
        """Files that were made -> the transcript they belong to, if to any."""
        self._members: dict[str, list[Put]] = {}
        for path, transcript in self._groups.items():
            self._members.setdefault(transcript, []).append(self._puts[path])
        self._stays: dict[str, bool] = {}
        """Transcripts that were made, and whether they stay with all that belongs to them."""
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
        """What was made beside sessions since goes with them; folders go last."""
        for path in self._homes:
            came = self._came_from.get(path)
            if came is not None and path.endswith(".jsonl") and came.source.endswith(".jsonl"):
                self._follow(path.removesuffix(".jsonl"), came.source.removesuffix(".jsonl"))
        self.found.steps += self._last

    def _follow(self, folder: str, back: str) -> None:
        """The folder of a session that moved: made since, it goes back whole; files no step knows in one that was there are named."""
        there = disk.stat_of(folder)
        if folder == back or folder in self._came_from or there is None or not stat.S_ISDIR(there.st_mode):
            return
        known = {*self._came_from, *self._puts}
        new = [path for name, *_ in disk.tree_of(folder) if (path := os.path.join(folder, name)) not in known]
        if not new:
            return
        below = folder + os.sep
        if disk.stat_of(back) is None and not any(each.startswith(below) for each in known | self._made):
            self._tell("folder", folder, "it was made since", "it goes back with its session")
            seen = Seen(
                size=0, mtime_ns=there.st_mtime_ns, inode=there.st_ino, mode=stat.S_IMODE(there.st_mode)
            )
            self.found.steps.append(Move(source=folder, target=back, folder=True, seen=seen))
            return
        for path in new:
            self._tell("file", path, "it was made since", "it stays there")

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
        if digest and measured(blocks(path, 0, size))[1] != digest:
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
            if not self._is_whole(step):
                return
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

    def _is_whole(self, step: Move) -> bool:
        """Whether a folder that was moved whole has all that was in it; what is gone or rewritten is refused, what is new told."""
        was = self._trees.get(step.target)
        if was is None:
            if _newest(step.target) > self._done_at:
                self._tell("folder", step.source, "files in it are newer", "they go back with it")
            return True
        now = {name: more for name, *more in disk.tree_of(step.target)}
        before = {name for name, *_ in was}
        later = (os.path.join(step.target, name) for name in now if name not in before)
        # What other steps have put in it since goes by them.
        newer, refused = any(path not in self._came_from and path not in self._puts for path in later), False
        for name, size, mtime_ns, inode in was:
            path = os.path.join(step.target, name)
            there = now.get(name)
            if there is None:
                self._refuse("file", path, "it is gone since the folder was moved")
                refused = True
            elif path in self._added or there[:2] == [size, mtime_ns]:
                continue
            elif there[0] > size and there[2] == inode:
                newer = True
            else:
                self._refuse("file", path, "it was rewritten since the folder was moved")
                refused = True
        if newer and not refused:
            self._tell("folder", step.source, "files in it are newer", "they go back with it")
        return not refused

    def _is_same(self, path: str, there: os.stat_result, seen: Seen) -> bool:
        if there.st_size != seen.size:
            return False
        if (there.st_mtime_ns, there.st_ino) == (seen.mtime_ns, seen.inode):
            return True
        return bool(seen.sha256) and measured(blocks(path))[1] == seen.sha256

    def _begins(self, path: str, seen: Seen) -> bool:
        return bool(seen.sha256) and measured(blocks(path, 0, seen.size))[1] == seen.sha256

    # -- files that were made --------------------------------------------------------

    def _put(self, step: Put) -> None:
        if self._made_of.get(step.path):
            return  # With its source, which comes later or came before.
        transcript = self._groups.get(step.path, step.path)
        if transcript not in self._stays:
            self._stays[transcript] = self._must_stay(transcript, self._members.get(transcript, [step]))
        if not self._stays[transcript] and (there := disk.stat_of(step.path)) is not None:
            self._take_away(step, there)

    def _must_stay(self, transcript: str, puts: Sequence[Put]) -> bool:
        """Whether what was made for a session stays, which is all of it or nothing; says why."""
        grown, refused = "", False
        for put in puts:
            there = disk.stat_of(put.path)
            if there is None:
                self._tell("file", put.path, "it is gone already")
            elif self._is_as_made(put, there):
                continue
            elif self._has_only_grown(put, there):
                grown = grown or "it has new lines since it was made"
            else:
                refused = True
                self._refuse("file", put.path, "it has changed since it was made")
        if not grown and self._has_more(transcript):
            grown = "it has new files since it was made"
        if refused:
            return True
        if grown:
            then = "it stays with all that belongs to it" if len(puts) > 1 else "it stays"
            self._tell("copy", transcript, grown, then)
            return True
        there_still = [put for put in puts if disk.stat_of(put.path) is not None]
        if lost := [put for put in there_still if not self._is_elsewhere(put)]:
            source = _source_of(lost[0].content)
            self._refuse(
                "session", transcript,
                f"what it was made of ({source!r}) is gone or has changed, so this may be all there is of it",
            )  # fmt: skip
            return True
        return False

    def _has_more(self, transcript: str) -> bool:
        """Whether files are beside a transcript that was made, in its own folder, that no step has made."""
        folder = transcript.removesuffix(".jsonl")
        if folder == transcript:
            return False
        found = (os.path.join(top, name) for top, _, names in os.walk(folder) for name in names)
        return any(path not in self._puts and path not in self._came_from for path in found)

    def _is_elsewhere(self, put: Put) -> bool:
        """Whether what a file was made of is still there, so that removing the file loses nothing."""
        content = put.content
        path = _source_of(content)
        if isinstance(content, FromFile) and (path in self._removed or path in self._moved_from):
            return True  # It comes back.
        there = disk.stat_of(
            path if not isinstance(content, FromBackup) else os.path.join(self._backup, path)
        )
        if there is None or not stat.S_ISREG(there.st_mode):
            return False
        if isinstance(content, FromBackup):
            return True
        seen = content.seen
        if seen and (there.st_size, there.st_mtime_ns, there.st_ino) == (
            seen.size,
            seen.mtime_ns,
            seen.inode,
        ):
            return True
        if isinstance(content, FromFile) and seen is not None and content.length < 0:
            content = replace(content, length=seen.size)  # One that has only grown has all that was taken.
        try:
            return measured(written(content, self._backup, Counter()))[1] == put.sha256
        except (OSError, ValueError, MigrationError):
            return False

    def _take_away(self, step: Put, there: os.stat_result) -> None:
        self.found.steps.append(Remove(path=step.path, seen=_seen(there, there.st_size), again=step.content))

    def _is_as_made(self, step: Put, there: os.stat_result) -> bool:
        if not stat.S_ISREG(there.st_mode) or there.st_size != step.size:
            return False
        inode = self._inodes.get(step.path, there.st_ino)
        if (there.st_mtime_ns, there.st_ino) == (step.mtime_ns, inode):
            return True
        return measured(blocks(step.path))[1] == step.sha256

    def _has_only_grown(self, step: Put, there: os.stat_result) -> bool:
        if not stat.S_ISREG(there.st_mode) or there.st_size <= step.size:
            return False
        return measured(blocks(step.path, 0, step.size))[1] == step.sha256

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
        size, digest = measured(written(content, self._backup, Counter()))
        return Put(
            path=step.path, content=content, size=size, sha256=digest, mode=step.seen.mode,
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


def _by_session(paths: Iterable[str]) -> dict[str, str]:
    """
    Files -> the transcript they belong to: itself, all in the folder of its name, and what the root keeps under its id.

    A file that belongs to none is not in it.
    """
    paths = list(paths)
    found: dict[str, str] = {}
    ids: dict[str, str] = {}
    for path in sorted((each for each in paths if each.endswith(".jsonl")), key=len):
        if not any(above in ids.values() for above in _above(path)):
            found[path] = path
            ids[os.path.basename(path).removesuffix(".jsonl")] = path
    for path in paths:
        if path in found:
            continue
        for above in _above(path):
            if found.get(above) == above:
                found[path] = above
                break
        else:
            parts = path.split(os.sep)
            for kind in ("file-history", "tasks", "todos"):
                if kind in parts[:-1]:
                    name = parts[parts.index(kind) + 1]
                    own = next((id_ for id_ in (name, name[:36]) if id_ in ids), None)
                    if own is not None:
                        found[path] = ids[own]
    return found


def _above(path: str) -> Iterable[str]:
    """The transcripts in whose folders a path may be, the nearest first."""
    folder = os.path.dirname(path)
    while folder != os.path.dirname(folder):
        yield folder + ".jsonl"
        folder = os.path.dirname(folder)


def _source_of(content: Content) -> str:
    match content:
        case FromFile():
            return content.path
        case FromBundle():
            return content.bundle
        case FromBackup():
            return content.name


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
