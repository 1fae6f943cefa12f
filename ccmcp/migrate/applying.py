"""
Plans that are kept, applied, undone, recovered: each in a folder of its own below the state's `migrations`. I/O.

    <plan id>/plan.json         the plan
    <plan id>/journal.jsonl     how far it came, once it was applied; backup/: what was taken out of files
    <plan id>/undo/             the same of taking it back
"""

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal, TypeAlias

from ccmcp.config import Config
from ccmcp.errors import MigrationError, MigrationRefusedError, PlanExpiredError, PlanNotFoundError
from ccmcp.migrate.bounds import Bounds, bounds
from ccmcp.migrate.doing import disk, recovering, transaction
from ccmcp.migrate.doing.journal import UNFINISHED
from ccmcp.migrate.doing.transaction import Progress, Transaction, state_of
from ccmcp.migrate.doing.undoing import Inverse, inverse
from ccmcp.migrate.gathering import changed
from ccmcp.migrate.plan import Plan, from_json, is_of, to_json
from ccmcp.migrate.running import running
from ccmcp.migrate.steps import MakeFolder

State: TypeAlias = Literal["planned", "applied", "undone", "interrupted"]

FORGOTTEN = timedelta(days=7)
"""Plans that nobody applied are kept for so long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What came of a plan."""

    plan: Plan
    notes: tuple[str, ...] = ()
    """What is different from what was planned, or from how it was before: each a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A plan that is kept."""

    plan: Plan
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A migration that was interrupted and brought to an end."""

    plan: Plan
    came_to: Literal["old", "new"]
    """old: as before the migration (or before it was taken back). new: as planned (or taken back)."""
    undo: bool
    """Whether it was taking it back that was interrupted."""


def migrations_in(state: Path) -> str:
    """The folder of all migrations."""
    return str(state / "migrations")


# -- plans that are kept -------------------------------------------------------------


def keep(state: Path, plan: Plan, now: datetime) -> None:
    """
    Keep a plan, so that it can be applied by its id; forget those of the past that nobody applied.

    Raises:
        MigrationError: it can't be written.

    """
    folder = _folder(state, plan.plan_id)
    try:
        disk.make_private(folder)
        if state_of(folder) != "none":
            return
        _forget(state, now)
        with suppress(FileNotFoundError):
            os.unlink(os.path.join(folder, "plan.json"))
        disk.write(
            os.path.join(folder, "plan.json"),
            (to_json(plan).encode("utf-8", "surrogatepass"),),
            0o600,
            -1,
            synced=False,
        )
    except OSError as error:
        raise MigrationError(f"The plan can't be kept in {folder}: {error.strerror}.") from error


def load(state: Path, plan_id: str) -> Plan:
    """
    A plan by its id.

    Raises:
        PlanNotFoundError: there is none.
        MigrationError: it can't be read, or is not what was kept under its id.

    """
    asked = plan_id.strip().lower()
    known = [each for each in _names(state) if each == asked]
    if not known:
        raise PlanNotFoundError(plan_id, _names(state))
    try:
        text = _text(state, asked)
        if not is_of(text, asked):
            raise MigrationRefusedError(
                asked, "is another plan than the one that was made: its file was changed"
            )
        return from_json(text)
    except (OSError, ValueError) as error:
        raise MigrationError(f"The plan {asked} can't be read: {error}. Plan again.") from error


def listed(state: Path) -> list[Kept]:
    """All plans that can be read, the newest first."""
    found = []
    for name in _names(state):
        with suppress(OSError, ValueError):
            found.append(Kept(plan=from_json(_text(state, name)), state=_state(state, name)))
    return sorted(found, key=lambda each: each.plan.made_at, reverse=True)


def _text(state: Path, plan_id: str) -> str:
    return Path(_folder(state, plan_id), "plan.json").read_bytes().decode("utf-8", "surrogatepass")


def _names(state: Path) -> list[str]:
    try:
        with os.scandir(migrations_in(state)) as entries:
            return sorted(each.name for each in entries if each.is_dir(follow_symlinks=False))
    except OSError:
        return []


def _folder(state: Path, plan_id: str) -> str:
    return os.path.join(migrations_in(state), plan_id)


def _state(state: Path, plan_id: str) -> State:
    folder = _folder(state, plan_id)
    done, undo = state_of(folder), state_of(os.path.join(folder, "undo"))
    if done in UNFINISHED or undo in UNFINISHED:
        return "interrupted"
    if done != "done":
        return "planned"
    return "undone" if undo == "done" else "applied"


def _forget(state: Path, now: datetime) -> None:
    for each in _names(state):
        with suppress(OSError, ValueError):
            folder = _folder(state, each)
            # What was once begun stays: its journal tells what was done to whose files.
            if os.path.exists(os.path.join(folder, "journal.jsonl")):
                continue
            if now - datetime.fromisoformat(from_json(_text(state, each)).made_at) > FORGOTTEN:
                shutil.rmtree(folder)


# -- a plan applied ------------------------------------------------------------------


def ready(config: Config, plan: Plan, now: datetime) -> Bounds:
    """
    See that a plan can be applied as things are now, before anybody is asked; where it may write.

    Raises:
        PlanExpiredError: something it saw has changed.
        MigrationError: it was applied already, was cut short, goes beyond its bounds, or one of its sessions runs now.

    """
    found = bounds(config, plan)
    match _state(config.state, plan.plan_id):
        case "applied":
            raise MigrationError(
                f"Plan {plan.plan_id} was applied already. Undo it first (ccmcp migrate undo {plan.plan_id}), or make another plan."
            )
        case "undone":
            raise MigrationError(
                f"Plan {plan.plan_id} was applied and undone. Plan again: ccmcp migrate plan."
            )
        case "interrupted":
            raise MigrationError(
                "A migration was cut short. Run `ccmcp migrate recover` first: it ends it or takes it back."
            )
        case _:
            pass
    for path in changed(plan):
        raise PlanExpiredError(path)
    _refuse_running(plan, now, {each.session_id for each in plan.actions if each.session_id})
    return found


def apply(
    config: Config,
    plan: Plan,
    now: datetime,
    *,
    progress: Progress | None = None,
    stopped: Callable[[], bool] | None = None,
) -> Came:
    """
    Do a plan: all of it, or nothing.

    Raises:
        MigrationError: as `ready`; or it can't be done, and everything is as it was; or (MigrationStuckError) it stands half way.

    """
    found = ready(config, plan, now)
    # A folder that came there since needs no making, and is not ours to take away again.
    steps = [each for each in plan.steps if not (isinstance(each, MakeFolder) and os.path.isdir(each.path))]
    work = Transaction(
        folder=_folder(config.state, plan.plan_id), steps=steps, roots=found.roots, files=found.files
    )
    transaction.run(work, migrations_in(config.state), progress=progress, stopped=stopped)
    return Came(plan=plan)


def _refuse_running(plan: Plan, now: datetime, ids: set[str]) -> None:
    for root in plan.roots:
        for id_, each in running(root, now=now).items():
            if id_ in ids:
                raise MigrationError(
                    f"Session {id_} runs now ({each.how}). Nothing was done: end it, then plan again."
                )


# -- and undone ----------------------------------------------------------------------


def undoable(config: Config, plan: Plan, now: datetime, *, exact: bool) -> Inverse:
    """
    What would take a plan back, as things are now.

    Raises:
        UndoRefusedError: something was changed that stands in the way.
        MigrationError: it was never applied, is undone already, or one of its sessions runs.

    """
    bounds(config, plan)
    match _state(config.state, plan.plan_id):
        case "planned":
            raise MigrationError(f"Plan {plan.plan_id} was not applied: there is nothing to undo.")
        case "undone":
            raise MigrationError(f"Plan {plan.plan_id} was undone already.")
        case "interrupted":
            raise MigrationError(
                "A migration was cut short. Run `ccmcp migrate recover` first: it ends it or takes it back."
            )
        case _:
            pass
    _refuse_running(plan, now, {each.new_session_id or each.session_id or "" for each in plan.actions})
    return inverse(plan, _folder(config.state, plan.plan_id), exact=exact)


def undo(config: Config, plan: Plan, found: Inverse, *, progress: Progress | None = None) -> Came:
    """Take a plan back by what `undoable` found. Raises MigrationError as `apply`."""
    folder, within = _folder(config.state, plan.plan_id), bounds(config, plan)
    work = Transaction(
        folder=os.path.join(folder, "undo"), steps=found.steps, roots=within.roots, files=within.files,
        backups=os.path.join(folder, "backup"), times=found.times,
    )  # fmt: skip
    transaction.run(work, migrations_in(config.state), progress=progress)
    return Came(plan=plan, notes=tuple(found.notes))


def recover(state: Path, *, progress: Progress | None = None) -> list[Ended]:
    """
    Bring all that was interrupted to an end.

    Raises:
        MigrationError: another process is at it, or something stands in the way.

    """
    found: list[Ended] = []
    folders = transaction.unfinished(migrations_in(state))
    for number, folder in enumerate(folders):
        if progress is not None:
            progress(number, len(folders), "recovering")
        came = recovering.recover(folder, migrations_in(state))
        undo_ = os.path.basename(folder) == "undo"
        name = os.path.basename(os.path.dirname(folder) if undo_ else folder)
        found.append(Ended(plan=load(state, name), came_to="new" if came == "done" else "old", undo=undo_))
    return found
