"""A plan of a migration as it is answered, as values. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class PlannedAction:
    """One thing that would be done."""

    do: str
    """move, copy, mark (only the line that says where it belongs is added), rewrite, add, edit or make."""

    what: str
    """session, memory, prompt history, project settings, plan, file history, task list, todo list, other file."""

    source: str | None
    target: str
    session_id: str | None
    new_session_id: str | None
    """The id that a copy gets."""

    title: str | None
    files: int
    bytes: int
    changes: Mapping[str, int]
    """How many values of which field are replaced."""

    detail: str | None


@dataclass(frozen=True, kw_only=True)
class PlannedRisk:
    """Something to know before it is done."""

    kind: str
    severity: str
    """critical, high, medium, low or info."""

    detail: str
    advice: str


@dataclass(frozen=True, kw_only=True)
class LeftBehind:
    """Something that is not taken along, or that stands in the way, and why."""

    what: str
    path: str | None
    session_id: str | None
    why: str
    advice: str | None


@dataclass(frozen=True, kw_only=True)
class ResumedThere:
    """How a session is resumed when it is in its new place."""

    session_id: str
    title: str | None
    cwd: str
    resume: str | None
    """One line to paste; none when it can't be written in one."""


@dataclass(frozen=True, kw_only=True)
class Proposed:
    """A project whose folder is gone, and where it may have gone."""

    source: str
    target: str | None
    """None where nothing tells."""

    sessions: int
    last_at: str | None
    score: float
    """From 0 to 1: how much speaks for it."""

    reasons: tuple[str, ...]
    sure: bool
    """Whether it was planned without asking, had it been the only one."""


@dataclass(frozen=True, kw_only=True)
class PlannedMigration:
    """A plan, or proposals where it is not clear what to plan. Nothing is done yet."""

    plan_id: str | None
    """What apply_migration takes; none where there are only proposals."""

    mode: str | None
    """move, rename, merge, copy or bundle."""

    source: str | None
    target: str | None
    root: str | None
    """The root the sessions are in, by its label; several with commas."""

    target_root: str | None
    actions: tuple[PlannedAction, ...]
    """Sessions last. Of very many not all are answered: more_actions."""

    more_actions: int
    """So many further actions stand in the plan and not here."""

    risks: tuple[PlannedRisk, ...]
    more_risks: int
    """So many further risks stand in the plan and not here."""

    conflicts: tuple[LeftBehind, ...]
    """What is in the way at the target: it is never overwritten, and what wants its place stays where it is."""

    more_conflicts: int
    """So many further ones."""

    left: tuple[LeftBehind, ...]
    more_left: int
    """So many further ones."""

    sessions: int
    """So many go."""

    bytes: int
    """Of all files that are moved or made."""

    after: tuple[ResumedThere, ...]
    """How the newest of them are resumed when it is done."""

    proposals: tuple[Proposed, ...]
    more_proposals: int
    """So many further projects without their folder."""

    command: str | None
    """The command that does it, to paste into a terminal; none where there is no plan."""
