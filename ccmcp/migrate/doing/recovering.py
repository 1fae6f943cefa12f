"""What a crash left half done, ended: exactly as it was before, or exactly as it was to be. I/O."""

from typing import Literal, TypeAlias

from ccmcp.errors import MigrationError, MigrationRolledBackError
from ccmcp.migrate.doing import disk, journal
from ccmcp.migrate.doing.stepwise import Doing
from ccmcp.migrate.doing.transaction import (
    backup_of,
    carry_through,
    locked,
    roll_back,
    settle,
    why,
)

Outcome: TypeAlias = Literal["nothing", "done", "rolled back"]
"""nothing: nothing was half done. done: it was carried through. rolled back: everything is as it was."""


def recover(folder: str, migrations: str) -> Outcome:
    """
    End the transaction in a folder (that of a migration, or `undo` in it).

    Begun and not committed, it is taken back; committed, it is carried through, or taken back where that can't be done. May be
    cut short itself, and called again.

    Raises:
        MigrationBusyError: another process is at it.
        MigrationStuckError: something stands in the way, both ways.
        MigrationError: the journal can't be read.

    """
    with locked(migrations):
        try:
            found = journal.read(folder)
        except (OSError, ValueError) as error:
            raise MigrationError(
                f"The journal in {folder} can't be read: {why(error)}. Nothing was done; look at it before anything else."
            ) from error
        if found.begin is None or found.state in ("none", "done", "rolled back"):
            disk.remove(journal.place(folder) + ".new")
            return "nothing"
        doing = Doing(found.begin, backup_of(folder), dict(found.inodes))
        if found.state == "settled":
            settle(folder, doing)
            return "done"
        try:
            if found.state == "committed":
                carry_through(folder, doing)
                return "done"
            done = found.state == "rolling back" and found.done
            roll_back(folder, doing, found.reason or "It was cut short", done=done)
        except MigrationRolledBackError:
            pass
        return "rolled back"
