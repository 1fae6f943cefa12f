"""What is a project's and no session's -> the steps that take it along, or the words that say it stays. Pure."""

import os
from collections import Counter
from collections.abc import Sequence

from ccmcp.migrate.plan import Action
from ccmcp.migrate.route import Route
from ccmcp.migrate.steps import Prompts, RemoveFolder, Settings
from ccmcp.migrate.survey import FoundFolder, FoundSession, Survey, Tree

_STALE = ("sessions-index.json",)
"""Files that name paths and are made anew by the clients that want them (2.0.76)."""


def carry_folder(
    route: Route, goal: Survey, folder: FoundFolder, going: Sequence[FoundSession], *, emptied: bool
) -> None:
    """Take along memory and what else is in a project folder whose sessions all go; `emptied`: all of each does."""
    homes = {each.home for each in going} or {route.wish.source}
    if len(homes) > 1:
        leave_folder(route, folder, "sessions of several folders share it")
        return
    place = route.target_folder(goal, homes.pop())
    if place == folder.path:
        return
    if why := goal.why_shut(place):
        leave_folder(route, folder, why)
        return
    emptied = emptied and not folder.refused
    if folder.memory:
        emptied = _carry_memory(route, folder.memory, os.path.join(place, "memory")) and emptied
    for orphan in folder.orphaned:
        target = os.path.join(place, os.path.basename(orphan.path))
        _, whole = route.draft.carry_tree(orphan, target)
        emptied = emptied and whole
        _moved(route, "other file", orphan, target)
    for file in folder.other:
        target = os.path.join(place, file.within)
        if file.within in _STALE:
            emptied = False
            why = "it names old paths; the clients that use it make it anew"
            route.draft.leave("index of sessions", why, path=file.path)
        elif route.draft.taken(target):
            emptied = False
            route.draft.conflict("file", file.path, None, "another file is at its new place", target)
        else:
            route.draft.carry(file.path, file.seen, target)
            route.draft.actions.append(
                Action(do="move", what="other file", source=file.path, target=target, bytes=file.seen.size)
            )
    if emptied:
        route.draft.last.append(RemoveFolder(path=folder.path, mode=folder.mode, mtime_ns=folder.mtime_ns))


def leave_folder(route: Route, folder: FoundFolder, why: str) -> None:
    """Say that memory and what else is in a project folder stays, and why."""
    if folder.memory and folder.memory.files:
        advice = "Copy the files you want by hand; they are plain Markdown."
        route.draft.leave("memory", why, path=folder.memory.path, advice=advice)
    for file in folder.other:
        if file.within not in _STALE:
            route.draft.leave("file", why, path=file.path)


def carry_prompts(
    route: Route, survey: Survey, goal: Survey, carried: Sequence[FoundSession], *, whole: bool
) -> None:
    """Give the prompts of a project, or of some of its sessions, its new path."""
    if survey.prompts is None:
        return
    ids = frozenset(each.session_id for each in carried)
    found = Counter(
        {
            (project, id_): count
            for (project, id_), count in route.circle.prompted(survey.prompts).items()
            if route.is_mine(project) and (whole or id_ in ids)
        }
    )
    if not found:
        return
    if survey is not goal:
        route.draft.leave(
            "prompt history", "prompts stay in the root they were typed in", path=survey.prompts,
            advice="They are found there by search as before; only the arrow-up key in the new place does not know them.",
        )  # fmt: skip
        return
    pairs = sorted({(project, route.new_home(project)) for project, _ in found})
    route.draft.steps.append(
        Prompts(
            path=survey.prompts, projects=tuple(pairs), sessions=() if whole else tuple(sorted(ids)),
            kept=route.draft.kept_name(survey.prompts),
        )
    )  # fmt: skip
    route.draft.actions.append(
        Action(
            do="edit", what="prompt history", source=survey.prompts, target=survey.prompts,
            changes={"project": found.total()},
        )
    )  # fmt: skip


def carry_settings(route: Route, survey: Survey, goal: Survey, *, whole: bool) -> None:
    """Give the client's own entries of a project and the folders below it their new paths."""
    if survey.settings is None:
        return
    every = route.circle.settings_projects(survey.settings)
    mine = [each for each in every if route.is_mine(each)]
    if not mine:
        return
    if not whole or survey is not goal:
        why = "not all sessions of this project go" if not whole else "the sessions go to another root"
        _leave_settings(route, survey.settings, why)
        return
    for project in mine:
        target = route.new_home(project)
        name = route.draft.kept_name(survey.settings)
        route.draft.steps.append(Settings(path=survey.settings, source=project, target=target, kept=name))
        joined = "joins the one that is there: what that has stays" if target in every else None
        route.draft.actions.append(
            Action(
                do="edit", what="project settings", source=project, target=target, detail=joined,
                changes={"projects": 1},
            )
        )  # fmt: skip


def leave_to_the_source(route: Route, survey: Survey) -> None:
    """Say what of a project a copy of its sessions leaves alone beside its folder."""
    if survey.prompts and any(route.is_mine(project) for project, _ in route.circle.prompted(survey.prompts)):
        route.draft.leave("prompt history", "the prompts were typed in the old project", path=survey.prompts)
    if survey.settings and any(map(route.is_mine, route.circle.settings_projects(survey.settings))):
        _leave_settings(route, survey.settings, "another project gets none of the trust given to this one")


def _carry_memory(route: Route, memory: Tree, target: str) -> bool:
    """Take the memory along; whether nothing of it stays. One without files is no reason to stay or to be told."""
    draft = route.draft
    if memory.files or draft.listing(target) is None:
        _, whole = draft.carry_tree(memory, target)
        if memory.files:
            _moved(route, "memory", memory, target)
        return whole
    draft.last += [
        RemoveFolder(path=each.path, mode=each.mode, mtime_ns=each.mtime_ns)
        for each in reversed(memory.folders)
    ]
    return True


def _moved(route: Route, what: str, found: Tree, target: str) -> None:
    route.draft.actions.append(
        Action(
            do="move", what=what, source=found.path, target=target, files=len(found.files), bytes=found.bytes
        )
    )


def _leave_settings(route: Route, path: str, why: str) -> None:
    route.draft.leave(
        "project settings", f"trust, allowed tools and MCP servers of the project: {why}", path=path,
        advice="Claude Code asks whether you trust the new folder when it starts there; add MCP servers with `claude mcp add`.",
    )  # fmt: skip
