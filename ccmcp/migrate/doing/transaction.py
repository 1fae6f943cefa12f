"""
Steps done as one: all of them, or none. I/O.

begin (all steps are written down) -> prepare (what is new is written beside its place) -> commit -> steps -> settle (what was
set aside goes, once all is on the disk) -> done. A failure before the end takes everything back; a crash is ended by `recover`.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TypeAlias

from ccmcp.errors import (
    CcmcpError,
    MigrationBusyError,
    MigrationError,
    MigrationRolledBackError,
    MigrationStuckError,
    MigrationUnfinishedError,
)
from ccmcp.index.locks import writer_lock
from ccmcp.migrate.doing import disk, journal
from ccmcp.migrate.doing.journal import UNFINISHED, AnyStep, Begin, State
from ccmcp.migrate.doing.safety import check
from ccmcp.migrate.doing.stepwise import Doing, touched
from ccmcp.migrate.steps import MakeFolder, Move, Put, Remove, RemoveFolder

Progress: TypeAlias = Callable[[int, int, str], None]
"""Called with what is done, of how much, and what is being done."""

_EVERY = 50
"""Progress is told every so many steps."""
_LARGE = 1 << 24
"""And for each file of so many bytes or more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """Steps that are done as one."""

    folder: str
    """Its own folder: for the journal, and `backup/` in it."""
    steps: Sequence[AnyStep]
    roots: Sequence[str]
    """The real folders that may be written in."""
    files: Sequence[str] = ()
    """Single files beside them."""
    backups: str = ""
    """The folder that contents from backups are read from; `backup/` where it is empty."""
    times: Mapping[str, int] = field(default_factory=dict)
    """Folders, and the modification times (nanoseconds) they have when all is done."""


def run(
    transaction: Transaction,
    migrations: str,
    *,
    progress: Progress | None = None,
    stopped: Callable[[], bool] | None = None,
) -> None:
    """
    Do all steps of a transaction, or none.

    `migrations`: the folder of all migrations of this state, where the lock is. `stopped` is asked until the commit.

    Raises:
        MigrationBusyError: another process is at it.
        MigrationUnfinishedError: another migration was cut short.
        MigrationRefusedError, PlanExpiredError: nothing was begun.
        MigrationRolledBackError: it failed and was taken back.
        MigrationStuckError: it failed and could not be taken back, or not be ended.

    """
    with locked(migrations):
        if found := unfinished(migrations):
            raise MigrationUnfinishedError(found)
        if state_of(transaction.folder) == "done":
            raise MigrationError("This was done already. Nothing was done.")
        try:
            doing = _begun(transaction)
        except OSError as error:
            raise MigrationError(f"Nothing was done: {why(error)}.") from error
        try:
            _prepare(transaction.folder, doing, progress, stopped)
        except (OSError, ValueError, CcmcpError) as error:
            roll_back(transaction.folder, doing, why(error), done=False)
        except BaseException:
            roll_back(transaction.folder, doing, "It was interrupted", done=False, told=False)
            raise
        carry_through(transaction.folder, doing, progress)


@contextmanager
def locked(migrations: str) -> Iterator[None]:
    """One migration at a time. Raises MigrationBusyError."""
    disk.make_private(migrations)
    from pathlib import Path  # noqa: PLC0415 - the lock is asked for by a Path

    with writer_lock(Path(migrations, "lock"), seconds=0) as got:
        if not got:
            raise MigrationBusyError
        with suppress(OSError):
            os.chmod(os.path.join(migrations, "lock"), 0o600)
        yield


def unfinished(migrations: str) -> list[str]:
    """The folders of transactions that were begun and not ended, undoing ones too; in the order they are ended in."""
    found: list[str] = []
    try:
        names = sorted(os.listdir(migrations))
    except FileNotFoundError:
        return []
    for name in names:
        folder = os.path.join(migrations, name)
        found += [each for each in (os.path.join(folder, "undo"), folder) if state_of(each) in UNFINISHED]
    return found


def state_of(folder: str) -> State:
    """How far the transaction in a folder came; one whose journal can't be read counts as unfinished."""
    try:
        return journal.state_of(folder)
    except OSError:
        return "begun"


# -- phases --------------------------------------------------------------------------


def backup_of(folder: str) -> str:
    """Where a transaction keeps copies."""
    return os.path.join(folder, "backup")


def _begun(transaction: Transaction) -> Doing:
    check(transaction.steps, transaction.roots, transaction.files)
    backup = backup_of(transaction.folder)
    disk.make_private(transaction.folder)
    disk.make_folder(backup, 0o700)
    folders = touched(transaction.steps)[1]
    seen = {folder: disk.stat_of(folder) for folder in folders}
    name = os.path.basename(transaction.folder)
    begin = Begin(
        mark=f"{os.path.basename(os.path.dirname(transaction.folder))[:12]}u"
        if name == "undo"
        else name[:12],
        steps=tuple(transaction.steps),
        backups=transaction.backups or backup,
        before={folder: each.st_mtime_ns for folder, each in seen.items() if each is not None},
        after=transaction.times,
        trees={
            each.target: disk.tree_of(each.source)
            for each in transaction.steps
            if isinstance(each, Move) and each.folder
        },
    )
    journal.start(transaction.folder, begin)
    disk.sync((), (os.path.dirname(transaction.folder),))
    return Doing(begin, backup)


def _prepare(
    folder: str, doing: Doing, progress: Progress | None, stopped: Callable[[], bool] | None
) -> None:
    written = [
        each
        for each in doing.begin.steps
        if isinstance(each, Put) or (isinstance(each, Remove) and each.kept)
    ]
    # Few files are synced one by one; many at once, with all else there is.
    few = len(written) < disk.MANY
    total = len(doing.begin.steps)
    for done, step in enumerate(doing.begin.steps, 1):
        if stopped is not None and stopped():
            raise MigrationError("It was stopped")
        doing.prepare(step, synced=few)
        if progress is not None and (done % _EVERY == 0 or (isinstance(step, Put) and step.size >= _LARGE)):
            progress(done, 2 * total, "written")
    if written:
        files = [
            doing.part(each.path) if isinstance(each, Put) else doing.copy(each.kept) for each in written
        ]
        made = {
            os.path.dirname(each.path) for each in doing.begin.steps if isinstance(each, MakeFolder | Put)
        }
        disk.sync([] if few else files, made | {doing.backup})
    journal.note(folder, "committed", inodes=doing.inodes)


def carry_through(folder: str, doing: Doing, progress: Progress | None = None) -> None:
    """
    Do the steps of a committed transaction, to the end.

    Raises:
        MigrationRolledBackError: that can't be done, and was taken back.
        MigrationStuckError: nor can that; or what was set aside can't be removed.

    """
    total = len(doing.begin.steps)
    try:
        for done, step in enumerate(doing.begin.steps, 1):
            doing.do(step)
            if progress is not None and done % _EVERY == 0:
                progress(total + done, 2 * total, "put in place")
        _sync(doing)
        if _has_leftovers(doing.begin):
            journal.note(folder, "settled")
    except (OSError, ValueError, CcmcpError) as error:
        roll_back(folder, doing, why(error), done=True)
    except BaseException:
        roll_back(folder, doing, "It was interrupted", done=True, told=False)
        raise
    settle(folder, doing)
    if progress is not None:
        progress(2 * total, 2 * total, "done")


def settle(folder: str, doing: Doing) -> None:
    """End a transaction whose steps are all done and on the disk. Raises MigrationStuckError."""
    try:
        doing.settle()
        if _has_leftovers(doing.begin):
            _sync(doing)
        journal.note(folder, "done")
    except OSError as error:
        raise MigrationStuckError(f"All is in its new place, but {why(error)}") from error


def _sync(doing: Doing) -> None:
    disk.sync(*touched(doing.begin.steps))


def _has_leftovers(begin: Begin) -> bool:
    return any(isinstance(each, Put | Remove | RemoveFolder) for each in begin.steps)


def roll_back(folder: str, doing: Doing, reason: str, *, done: bool, told: bool = True) -> None:
    """
    Take everything back; `done`: steps may have been done. Then raise, where it is to be told.

    Raises:
        MigrationRolledBackError: that was done.
        MigrationStuckError: something stands in the way.

    """
    try:
        # Before the commit nothing but this is known anyway; and on a full disk there may be no room to say so.
        with suppress(*(() if done else (OSError,))):
            journal.note(folder, "rolling back", reason=reason, inodes=doing.inodes, done=done)
        doing.take_back_all(done=done)
        _sync(doing)
        journal.note(folder, "rolled back", reason=reason, kept=doing.grown)
    except (OSError, ValueError, CcmcpError) as error:
        raise MigrationStuckError(f"{reason}; taking it back: {why(error)}") from error
    if told:
        raise MigrationRolledBackError(reason, doing.grown)


def why(error: Exception) -> str:
    """An error as part of a sentence."""
    if isinstance(error, OSError):
        path = error.filename2 or error.filename
        return f"{error.strerror or type(error).__name__}{f': {path!r}' if path else ''}"
    return str(error).rstrip(".") or type(error).__name__
