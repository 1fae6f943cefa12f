"""A wish and what there is -> a plan. Pure: what has to be looked at or measured is asked through functions that are handed in."""

import os
from collections import Counter
from collections.abc import Sequence

from ccmcp.migrate import owned
from ccmcp.migrate.carrying import copy_session, move_session
from ccmcp.migrate.plan import Mode, Plan
from ccmcp.migrate.route import KEPT, Circle, Route, Wish
from ccmcp.migrate.survey import FoundFolder, FoundSession, Survey
from ccmcp.transcripts.projects import encode


def make_plan(wish: Wish, surveys: Sequence[Survey], circle: Circle) -> Plan:
    """A plan for a wish, over the roots that hold sessions of its source; without an id and without risks."""
    places = {each.root.label: each for each in surveys}
    goal = places.get(wish.target_root)
    draft = circle.draft(any(not each.case_counts for each in surveys))
    route = Route(wish, circle, draft)
    joined = _is_joined(route, [goal] if goal else surveys)
    meant = [each for each in surveys if not wish.only_roots or each.root.label in wish.only_roots]
    roots = [each for each in meant if _plan_root(route, each, goal or each)]
    sessions = [each for each in draft.actions if each.what == "session"]
    return Plan(
        plan_id="",
        mode=_mode(wish, joined=joined),
        source=wish.source,
        target=wish.target,
        root=", ".join(each.root.label for each in roots),
        target_root=", ".join(dict.fromkeys((goal or each).root.label for each in roots)),
        made_at=circle.made_at,
        roots=tuple(dict.fromkeys(each.real for each in surveys)),
        actions=tuple(draft.actions),
        conflicts=tuple(draft.conflicts),
        left=tuple(draft.left),
        sessions=len(sessions),
        bytes=sum(each.bytes for each in draft.actions),
        after=tuple(sorted(draft.after, key=lambda each: -each.mtime_ns)),
        read=tuple(route.read.values()),
        steps=tuple(draft.steps + draft.last),
        running=tuple(route.running),
    )


def _mode(wish: Wish, *, joined: bool) -> Mode:
    if wish.mode != "move":
        return wish.mode
    if encode(wish.source) == encode(wish.target) and not wish.target_root:
        return "rename"
    return "merge" if joined else "move"


def _is_joined(route: Route, goals: Sequence[Survey]) -> bool:
    """Whether the target has sessions of its own already, but for one that runs: that is mostly the one that asks."""
    for goal in goals:
        there = route.draft.listing(os.path.join(goal.projects, encode(route.wish.target))) or {}
        if any(name.endswith(".jsonl") and name[:-6] not in route.circle.running for name in there):
            return True
    return False


def _plan_root(route: Route, survey: Survey, goal: Survey) -> bool:
    """Everything of one root; whether anything of it goes."""
    before = len(route.draft.actions)
    carried: list[FoundSession] = []
    whole = True
    for path, why in survey.refused:
        route.draft.leave("project folder", why, path=path)
    for path, why in survey.unusable:
        what = "prompt history" if path.endswith("history.jsonl") else "project settings"
        route.draft.leave(what, why, path=path)
    for folder in survey.folders:
        taken, all_of_it = _plan_folder(route, survey, goal, folder)
        carried += taken
        whole = whole and all_of_it
    if not carried and len(route.draft.actions) == before and not whole:
        return False
    if route.wish.mode == "copy":
        owned.leave_to_the_source(route, survey)
    elif survey is not goal or route.wish.source != route.wish.target:
        owned.carry_prompts(route, survey, goal, carried, whole=whole)
        owned.carry_settings(route, survey, goal, whole=whole)
        if survey is goal:
            _tell_what_stays(route, survey, carried)
    return len(route.draft.actions) > before


def _plan_folder(
    route: Route, survey: Survey, goal: Survey, folder: FoundFolder
) -> tuple[list[FoundSession], bool]:
    """The sessions of one project folder that go, and whether all of the project's do."""
    mine = [each for each in folder.sessions if route.is_mine(each.home)]
    if not mine and (folder.sessions or folder.name != encode(route.wish.source)):
        return [], True
    chosen = [each for each in mine if not route.wish.sessions or each.session_id in route.wish.sessions]
    going = [each for each in chosen if not _runs(route, each)]
    if not going and folder.sessions:
        return [], not mine
    if route.wish.mode != "copy" and survey is goal and route.wish.source == route.wish.target:
        return going, len(going) == len(mine)  # they are where they are to be: others join them
    route.reads(folder.path, folder.names)
    for inner in (each for session in going if session.own for each in session.own.folders):
        route.reads(inner.path, tuple(route.draft.listing(inner.path) or ()))
    for path, why in folder.refused:
        route.draft.leave("file", why, path=path)
    if route.wish.mode == "copy":
        for session in going:
            copy_session(route, survey, goal, session)
        owned.leave_folder(route, folder, "a copy of sessions leaves what is the project's own where it is")
        return going, len(going) == len(mine)
    emptied, went = True, []
    for session in going:
        whole = move_session(route, survey, goal, folder, session)
        emptied = emptied and bool(whole)
        if whole is not None:
            went.append(session)
    going = went
    if len(going) == len(folder.sessions):
        owned.carry_folder(route, goal, folder, going, emptied=emptied)
    elif len(going) == len(mine):
        owned.leave_folder(route, folder, "sessions of another project share this folder")
    else:
        owned.leave_folder(route, folder, "not all sessions of this project go")
    return going, len(going) == len(mine)


def _runs(route: Route, session: FoundSession) -> bool:
    how = route.circle.running.get(session.session_id)
    if how is None:
        return False
    route.running.append(session.session_id)
    verb = "copied" if route.wish.mode == "copy" else "moved"
    route.draft.leave(
        "session", f"it runs now ({how}); it would go on writing at its old place", path=session.path, session_id=session.session_id,
        advice=f"End it, then plan again with --session {session.session_id}: it is {verb} then.",
    )  # fmt: skip
    return True


def _tell_what_stays(route: Route, survey: Survey, carried: Sequence[FoundSession]) -> None:
    stays = Counter(kind for session in carried for kind in session.kept)
    for kind, count in stays.items():
        why = f"kept by session id, which does not change: of {count} sessions, and found as before"
        route.draft.leave(KEPT[kind], why, path=os.path.join(survey.real, kind))
    folder = os.path.join(survey.real, "plans")
    there = route.draft.listing(folder) or {}
    plans = {slug for session in carried for slug in session.says.slugs if f"{slug}.md" in there}
    if plans:
        why = f"kept by name, which does not change: {len(plans)} of these sessions, found as before"
        route.draft.leave("plan", why, path=folder)
