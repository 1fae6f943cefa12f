"""What must hold before anything is done: no step leaves its place, overwrites anything, or works on another file than was seen. I/O: reads only."""

import os
import stat
from collections.abc import Sequence
from functools import cache

from ccmcp.errors import MigrationRefusedError, PlanExpiredError
from ccmcp.migrate.doing.disk import stat_of
from ccmcp.migrate.doing.journal import AnyStep
from ccmcp.migrate.doing.rewriting import Restore
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


def check(steps: Sequence[AnyStep], roots: Sequence[str], files: Sequence[str]) -> None:
    """
    Look at every path of every step; nothing is changed.

    `roots`: real folders that may be written in; `files`: single files beside them.

    Raises:
        MigrationRefusedError: a path leaves the roots or is behind a link, or a target exists.
        PlanExpiredError: a source is not as it was seen.
        OSError: a path can't be looked at.

    """
    checking = _Checking(tuple(roots), frozenset(files))
    for step in steps:
        checking.look(step)


class _Checking:
    def __init__(self, roots: tuple[str, ...], files: frozenset[str]) -> None:
        self._files = files
        self._gone: set[str] = set()
        """Paths that earlier steps take away."""
        self._made: dict[str, int] = {}
        """Paths that earlier steps make, and the sizes of files."""
        self._cut: dict[str, int] = {}
        """Files that earlier steps make shorter, and their sizes then."""
        self._from: dict[str, str] = {}
        """Files that earlier steps move: where they will be, and where they are."""
        self._trees: list[str] = []
        """Folders that are moved whole, from and to."""
        inside = tuple(each.rstrip(os.sep) + os.sep for each in roots)

        @cache
        def allowed(folder: str) -> bool:
            return (os.path.realpath(folder).rstrip(os.sep) + os.sep).startswith(inside)

        self._allowed = allowed

    def look(self, step: AnyStep) -> None:
        if isinstance(step, Remove | Prompts | Settings):
            _check_name(step.kept)
        match step:
            case Move():
                self._source(step.source, step.seen, folder=step.folder)
                self._target(step.target, step.seen.size)
                self._gone.add(step.source)
                self._from[step.target] = self._from.get(step.source, step.source)
                if step.folder:
                    self._trees += step.source + os.sep, step.target + os.sep
            case Put():
                self._content(step.content)
                self._target(step.path, step.size)
                self._refuse_in_tree(step.path)
            case Remove():
                self._source(step.path, step.seen, folder=False)
                self._gone.add(step.path)
                self._refuse_in_tree(step.path)
            case Append() | Truncate():
                self._file(step)
            case MakeFolder():
                self._target(step.path, -1)
            case RemoveFolder():
                self._place(step.path)
                self._gone.add(step.path)
            case Prompts() | Settings() | Restore():
                self._place(step.path)
                there = stat_of(step.path)
                if there is None or not stat.S_ISREG(there.st_mode):
                    raise PlanExpiredError(step.path)

    def _place(self, path: str) -> None:
        """A path is one that may be written at."""
        if "\0" in path:
            raise MigrationRefusedError(path.replace("\0", "?"), "has a NUL in it")
        folder, name = os.path.split(path)
        if not os.path.isabs(path) or ".." in path.replace("\\", "/").split("/") or name in ("", ".", ".."):
            raise MigrationRefusedError(path, "is no plain absolute path")
        if path not in self._files and not self._allowed(folder):
            raise MigrationRefusedError(path, "is outside the folders that may be written in")

    def _source(self, path: str, seen: Seen, *, folder: bool) -> None:
        self._place(path)
        if path in self._made:
            if self._made[path] not in (-1, seen.size):
                raise PlanExpiredError(path)
            return
        there = stat_of(path)
        if there is None or path in self._gone:
            raise PlanExpiredError(path)
        if folder:
            if not stat.S_ISDIR(there.st_mode) or (seen.inode and there.st_ino != seen.inode):
                raise PlanExpiredError(path)
            if os.path.ismount(path):
                raise MigrationRefusedError(path, "is where another file system begins")
        else:
            _check_seen(path, there, seen, self._cut.get(path, there.st_size))

    def _target(self, path: str, size: int) -> None:
        self._place(path)
        if path in self._made or (path not in self._gone and stat_of(path) is not None):
            raise MigrationRefusedError(path, "is there already, and nothing is overwritten")
        self._made[path] = size

    def _file(self, step: Append | Truncate) -> None:
        """A file that is made by an earlier step, or is there, with the size that the step expects."""
        self._place(step.path)
        before = step.size + (
            len(step.text.encode("utf-8", "surrogatepass")) if isinstance(step, Truncate) else 0
        )
        if step.path in self._made:
            if self._made[step.path] not in (-1, before):
                raise PlanExpiredError(step.path)
            if step.path in self._from:
                _check_writable(self._from[step.path])
            return
        there = stat_of(step.path)
        if there is None or step.path in self._gone:
            raise PlanExpiredError(step.path)
        if not stat.S_ISREG(there.st_mode):
            raise MigrationRefusedError(step.path, "is no regular file")
        _check_writable(step.path)
        if there.st_size != before or (isinstance(step, Append) and there.st_mtime_ns != step.mtime_ns):
            raise PlanExpiredError(step.path)
        if isinstance(step, Truncate):
            self._cut[step.path] = step.size

    def _content(self, content: Content) -> None:
        match content:
            case FromFile(path=path, seen=seen):
                there = stat_of(path)
                if there is None:
                    raise PlanExpiredError(path)
                if seen is not None:
                    _check_seen(path, there, seen, there.st_size)
            case FromBundle(bundle=path, seen=seen):
                there = stat_of(path)
                if there is None:
                    raise PlanExpiredError(path)
            case FromBackup(name=name):
                _check_name(name)

    def _refuse_in_tree(self, path: str) -> None:
        if self._trees and path.startswith(tuple(self._trees)):
            raise MigrationRefusedError(path, "is in a folder that is moved as a whole")


def _check_seen(path: str, there: os.stat_result, seen: Seen, size: int) -> None:
    if not stat.S_ISREG(there.st_mode):
        raise MigrationRefusedError(path, "is no regular file")
    if (size, there.st_mtime_ns, there.st_ino) != (seen.size, seen.mtime_ns, seen.inode):
        raise PlanExpiredError(path)


def _check_writable(path: str) -> None:
    """A file can be written to, and be given its time back."""
    there = stat_of(path)
    if there is None or os.name == "nt":
        return
    if not os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
        raise MigrationRefusedError(path, "can't be written to")
    if os.geteuid() not in (0, there.st_uid):
        raise MigrationRefusedError(path, "belongs to another user, so its time could not be kept")


def _check_name(name: str) -> None:
    """A kept copy has a plain name."""
    if os.path.basename(name) != name or name in (".", "..") or "\0" in name:
        raise MigrationRefusedError(name.replace("\0", "?"), "is no plain name")
