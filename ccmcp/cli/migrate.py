"""`ccmcp migrate list` and `ccmcp migrate recover`: the migrations there were, and one that was interrupted brought to an end."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ccmcp.cli.command import CHANGES, Command, Invocation
from ccmcp.cli.progress import Bar
from ccmcp.screen import Screen, Style
from ccmcp.views.figures import counted_bytes
from ccmcp.views.migrated import OneRecovered, Recovered, from_to, recovered_screen
from ccmcp.views.words import counted


@dataclass(frozen=True, kw_only=True)
class Recover:
    """Nothing to say: all that were interrupted."""


def _recover(asked: Recover, invocation: Invocation) -> Recovered:
    from ccmcp.migrate import applying  # noqa: PLC0415 - other commands do without

    _ = asked
    config = invocation.load_config()
    bar = Bar(invocation.terminal)
    try:
        found = applying.recover(config.state, progress=bar.draw)
    finally:
        bar.clear()
    return Recovered(
        recovered=tuple(
            OneRecovered(
                plan_id=each.plan.plan_id, undo=each.undo, came_to=each.came_to, source=each.plan.source, target=each.plan.target
            )
            for each in found
        )
    )  # fmt: skip


RECOVER = Command(
    name="migrate recover",
    description=(
        "Bring a migration that was interrupted (a crash, a full disk, lost power) to an end: either everything is exactly as it was "
        "before, or exactly as planned. Nothing happens where none was."
    ),
    group=CHANGES,
    parameters=Recover,
    run=_recover,
    screen=recovered_screen,
    examples=("ccmcp migrate recover",),
)


@dataclass(frozen=True, kw_only=True)
class ListMigrations:
    """Nothing to say: all of them."""


@dataclass(frozen=True, kw_only=True)
class OneMigration:
    """A plan, and what became of it."""

    plan_id: str
    state: Literal["planned", "applied", "undone", "interrupted"]
    mode: str
    source: str
    target: str
    sessions: int
    bytes: int
    made_at: str


@dataclass(frozen=True, kw_only=True)
class Migrations:
    """The plans there are, the newest first."""

    migrations: tuple[OneMigration, ...]


def _list(asked: ListMigrations, invocation: Invocation) -> Migrations:
    from ccmcp.migrate import applying  # noqa: PLC0415 - as above

    _ = asked
    return Migrations(
        migrations=tuple(
            OneMigration(
                plan_id=each.plan.plan_id, state=each.state, mode=each.plan.mode, source=each.plan.source,
                target=each.plan.target, sessions=each.plan.sessions, bytes=each.plan.bytes, made_at=each.plan.made_at,
            )
            for each in applying.listed(invocation.load_config().state)
        )
    )  # fmt: skip


def _listed(result: Migrations, screen: Screen) -> str:
    if not result.migrations:
        return "No migration was planned yet. `ccmcp migrate plan` looks for projects whose folder has moved."
    found: list[str] = []
    for each in result.migrations:
        told = " · ".join(filter(None, (each.mode, _amount(each), screen.ago(each.made_at))))
        state = screen.style(f"{each.state:11}", *_STYLES[each.state])
        found.append(f"{screen.style(each.plan_id, 'bold')}  {state}  {told}")
        found += (screen.style(line, "dim") for line in from_to(each.source, each.target, screen))
    return "\n".join(found)


_STYLES: Mapping[str, tuple[Style, ...]] = {
    "planned": ("cyan",), "applied": ("green",), "undone": ("dim",), "interrupted": ("bold", "red"),
}  # fmt: skip


def _amount(each: OneMigration) -> str:
    """Only the bytes where it is no session but memory or plans."""
    size = counted_bytes(each.bytes)
    return f"{counted(each.sessions, 'session')}, {size}" if each.sessions else size


LIST = Command(
    name="migrate list",
    description="The migrations that were planned, applied and undone, the newest first; plans that nobody applied are forgotten after a week.",
    group=CHANGES,
    parameters=ListMigrations,
    run=_list,
    screen=_listed,
    examples=("ccmcp migrate list",),
)
