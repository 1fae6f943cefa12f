"""What moving, copying or unpacking sessions would do, and what to know before."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from ccmcp.errors import BadArgumentError, CcmcpError, MigrationError
from ccmcp.history import History
from ccmcp.index import SessionFilter
from ccmcp.limits import MaxLen
from ccmcp.migrate import applying
from ccmcp.migrate.gathering import Asker
from ccmcp.migrate.orphans.find import Known, Proposal, orphaned
from ccmcp.migrate.plan import Plan
from ccmcp.migrate.preparing import Wanted, plan_sessions
from ccmcp.migrate.repository import Git
from ccmcp.migrate.unpacking import plan_bundle
from ccmcp.tools import Call, Tool
from ccmcp.tools._filters import local, whole
from ccmcp.tools._migrating import asker_of, fitted, folder_of, planned, roots_of
from ccmcp.views.migration import screen, text
from ccmcp.views.planned import PlannedMigration, Proposed

_MOST_AFTER = 5
"""So many sessions are named with the line that will resume them."""

_MANY = 10_000
"""So many sessions of a project that is known by another name are asked for the folders they are in."""


@dataclass(frozen=True, kw_only=True)
class PlanMigration:
    """What is to go where."""

    source: Annotated[str, MaxLen(4000)] = ""
    """The folder the project had when its sessions ran (it may be gone), or a bundle's file. Empty: look for projects whose folder is gone."""

    target: Annotated[str, MaxLen(4000)] = ""
    """The folder the sessions are to belong to. Empty: the caller's working folder."""

    mode: Literal["move", "copy"] = "move"
    """move: the sessions follow the project. copy: they are forked into the target under new ids, and stay where they are."""

    session: tuple[str, ...] = ()
    """Only these sessions: ids, or unique prefixes of 6 or more characters. Empty: all of the project and the folders below it."""

    rewrite_paths: bool = False
    """Also rewrite the old folder to the new one inside the transcripts, where it is a path and not prose. Not needed to resume them."""

    root: Annotated[str, MaxLen(100)] = ""
    """Only this root, by its label. Empty: all that have sessions of the project."""

    target_root: Annotated[str, MaxLen(100)] = ""
    """The root they are to go to, by its label. Empty: each stays in its own."""


def _run(history: History, asked: PlanMigration, call: Call) -> PlannedMigration:
    config = history.config
    asker = asker_of(config, call)
    roots = roots_of(config.roots, asked.root)
    target = folder_of(asked.target, call, "target") if asked.target else call.cwd
    if not asked.source:
        return _adopted(history, asked, target, asker, call)
    if not target:
        raise BadArgumentError("target", "", "Give the folder that the sessions are to belong to.")
    known = None
    try:
        source = folder_of(asked.source, call, "source")
    except BadArgumentError:  # relative, to nowhere: it may be a project's name
        known = _known_as(history, asked.source)
        if known is None:
            raise
        source = known.project
    wanted = Wanted(
        source=source,
        target=target,
        folders=known.folders if known else (),
        mode=asked.mode,
        sessions=asked.session,
        rewrite_paths=asked.rewrite_paths,
        roots=roots,
        goal=roots_of(config.roots, asked.target_root)[0] if asked.target_root else None,
    )
    if Path(source).is_file():
        return _answered(plan_bundle(wanted, asker), history, call)
    plan = plan_sessions(wanted, asker)
    if plan is None and known is None and (known := _known_as(history, asked.source)):
        plan = plan_sessions(replace(wanted, source=known.project, folders=known.folders), asker)
    if plan is None:
        raise MigrationError(_nothing_there(history, source))
    return _answered(plan, history, call)


class _Known(NamedTuple):
    project: str
    folders: tuple[str, ...]


def _known_as(history: History, source: str) -> _Known | None:
    """The one project that a name stands for, as the index knows it, and the project folders its sessions are in."""
    history.refresh()
    try:
        found, _ = history.sessions(SessionFilter(project=whole(source.strip())), limit=_MANY)
    except CcmcpError:
        return None
    projects = sorted({each.project for each in found})
    if len(projects) > 1:
        raise BadArgumentError(
            "source", source, f"It fits several projects: {', '.join(projects[:8])}. Give one of them."
        )
    return _Known(projects[0], tuple(sorted({each.folder for each in found}))) if projects else None


def _nothing_there(history: History, source: str) -> str:
    known = [each.path for each in history.projects()]
    near = get_close_matches(source, known, n=3, cutoff=0.5)
    return (
        f"No session belongs to {source} or a folder below it. {_near(near)}"
        "Give the folder the project had when its sessions ran; plan_migration without source (ccmcp migrate plan) "
        "lists projects whose folder is gone, list_sessions (ccmcp list) all."
    )


def _near(known: Sequence[str]) -> str:
    return f"Near it: {', '.join(known)}. " if known else ""


# -- projects whose folder is gone


def _adopted(
    history: History, asked: PlanMigration, target: str, asker: Asker, call: Call
) -> PlannedMigration:
    """A plan for the one project that surely went to the target; else what there is to choose from."""
    history.refresh(call.progress, call.stopped)
    named = (target,) if asked.target else ()
    proposals = _proposals(history, target, named, asker)
    here = [each for each in proposals if each.sure and each.target and each.target == target]
    if len(here) == 1:
        wanted = Wanted(
            source=here[0].source, target=target, mode=asked.mode, sessions=asked.session,
            rewrite_paths=asked.rewrite_paths, roots=roots_of(history.config.roots, asked.root),
        )  # fmt: skip
        if plan := plan_sessions(wanted, asker):
            return _answered(plan, history, call)
    told = [
        Proposed(
            source=each.source, target=each.target, sessions=each.sessions, last_at=local(each.last_at, call),
            score=round(each.score, 2), reasons=each.reasons, sure=each.sure,
        )
        for each in proposals
    ]  # fmt: skip
    fit, more = fitted(told, call.most_characters * 3 // 4)
    return PlannedMigration(
        plan_id=None, mode=None, source=None, target=None, root=None, target_root=None, actions=(), more_actions=0,
        risks=(), more_risks=0, conflicts=(), more_conflicts=0, left=(), more_left=0, sessions=0, bytes=0, after=(),
        command=None, proposals=fit, more_proposals=more,
    )  # fmt: skip


def _proposals(history: History, here: str, named: Sequence[str], asker: Asker) -> list[Proposal]:
    """Projects whose folder is gone, those with a proposal first; also such as can't be seen, with the reason."""
    known = [
        Known(
            project=each.path, root=each.root, transcripts=each.transcripts, sessions=each.sessions, last_at=each.last_at
        )
        for each in history.projects()
    ]  # fmt: skip
    found = orphaned(known, here=here, named=named, home=str(asker.home), git=Git(), stopped=asker.stopped)
    unseen = [
        Proposal(
            source=each.project,
            target=None,
            sessions=each.sessions,
            last_at="",
            score=0.0,
            reasons=(each.why,),
            sure=False,
        )
        for each in found.out_of_sight
    ]
    return [*found.proposals, *unseen]


def _answered(plan: Plan, history: History, call: Call) -> PlannedMigration:
    applying.keep(history.config.state, plan, call.now)
    return planned(plan, history.config.roots, call)


TOOL = Tool(
    name="plan_migration",
    command="migrate plan",
    title="Plan a migration of sessions",
    description=(
        "Plan how sessions of Claude Code follow a project that was moved or renamed, are copied into another project, or come out "
        "of a bundle: what would be done, its risks (secrets, paths, MCP servers, sessions that run), conflicts, and what stays. "
        "Changes nothing. Without source it looks for projects whose folder is gone and proposes where they went, and plans at once "
        "where one surely went to the target. apply_migration does the plan, by its id, while nothing it saw has changed. Use it for "
        '"I moved my project: bring its sessions along". '
        'Example: {"source": "/home/ann/old/app", "target": "/home/ann/work/app"}.'
    ),
    hint="I moved or renamed my project folder: move, copy, migrate, relocate, import sessions; bring old sessions along; bundle",
    contract="data",
    parameters=PlanMigration,
    result=PlannedMigration,
    run=_run,
    text=text,
    screen=screen,
    positional=("source", "target"),
    examples=(
        "ccmcp migrate plan",
        "ccmcp migrate plan ~/old/app ~/work/app",
        "ccmcp migrate plan ~/work/app ~/work/app2 --mode copy --session 40ba1f2c",
        "ccmcp migrate plan app.zip ~/work/app",
    ),
)
