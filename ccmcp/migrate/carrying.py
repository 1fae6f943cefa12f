"""A session -> the steps that take it, or a copy of it, to another project. Pure."""

import os
from collections import Counter
from collections.abc import Callable

from ccmcp.migrate.plan import Action, After
from ccmcp.migrate.route import KEPT, Route, line_of
from ccmcp.migrate.steps import Edits, FromFile
from ccmcp.migrate.survey import FoundFolder, FoundSession, SideFile, Survey
from ccmcp.redact import redact

_NOT_EDITED = Edits()


def move_session(
    route: Route, survey: Survey, goal: Survey, folder: FoundFolder, session: FoundSession
) -> bool | None:
    """Take a session along; whether all of it goes, none where nothing does. What is in the way is a conflict."""
    draft, id_ = route.draft, session.session_id
    home = route.new_home(session.home)
    place = route.target_folder(goal, session.home)
    path = os.path.join(place, f"{id_}.jsonl")
    in_place = place == folder.path
    if why := goal.why_shut(place) or survey.why_shut():
        _tell_shut(route, session, why)
        return None
    if not in_place and draft.taken(path):
        draft.conflict("session", session.path, id_, "a session of this id is at its new place already", path)
        return None
    tail = tail_of(session, home, id_)
    edits = route.edits((folder.path, place))
    changes: Counter[str] = Counter()
    whole = True
    shared = session.says.links > 1
    if in_place and not edits and not (shared and tail):
        draft.mark(session.path, session.seen, tail)
    else:
        changes.update(draft.carry(session.path, session.seen, path, edits, tail, shared=shared))
    if not in_place or edits:
        if session.own:
            found, whole = draft.carry_tree(
                session.own, os.path.join(place, id_), of_lines(edits), session_id=id_
            )
            changes.update(found)
        for agent in session.agents:
            whole = _carry_agent(route, agent, place, edits, changes, id_) and whole
    if survey is not goal:
        _take_kept_along(route, survey, goal, session)
        copy_plans(route, survey, goal, session)
    draft.actions.append(
        Action(
            do="mark" if in_place and not edits else "rewrite" if edits else "move",
            what="session", source=session.path, target=path, session_id=id_, title=title_of(session.says.title),
            files=session.files, bytes=session.bytes, changes=dict(changes),
        )
    )  # fmt: skip
    _tell_after(route, session, id_, home, goal.root.label, path)
    return whole


def copy_session(route: Route, survey: Survey, goal: Survey, session: FoundSession) -> None:
    """Fork a session into another project: another id in its name and lines, all else as the client's own forks have it."""
    draft, old, new = route.draft, session.session_id, route.circle.new_id()
    home = route.new_home(session.home)
    place = route.target_folder(goal, session.home)
    if why := goal.why_shut(place):
        _tell_shut(route, session, why)
        return
    path = os.path.join(place, f"{new}.jsonl")
    folder = os.path.dirname(session.path)
    edits = route.edits(
        (os.path.join(folder, old), os.path.join(place, new)), (folder, place), session=(old, new)
    )
    content = FromFile(path=session.path, seen=session.seen, edits=edits, tail=tail_of(session, home, new))
    changes = Counter(draft.put(path, content, session.seen.mode, session.seen.mtime_ns).changes)
    if session.own:
        changes.update(draft.copy_tree(session.own, os.path.join(place, new), of_lines(edits)))
    for agent in session.agents:
        at = os.path.join(place, agent.within)
        if draft.taken(at):
            _agent_in_the_way(route, agent, old, at)
        else:
            content = FromFile(path=agent.path, seen=agent.seen, edits=edits)
            changes.update(draft.put(at, content, agent.seen.mode, agent.seen.mtime_ns).changes)
    _tell_refused(route, session)
    for kind, tree in session.kept.items():
        target = os.path.join(goal.real, kind) if kind == "todos" else os.path.join(goal.real, kind, new)
        if why := goal.why_shut(os.path.join(goal.real, kind)):
            draft.leave(KEPT[kind], why, path=tree.path, session_id=old)
            continue
        draft.copy_tree(tree, target, lambda _: _NOT_EDITED, lambda name: name.replace(old, new))
    if survey is not goal:
        copy_plans(route, survey, goal, session)
    draft.actions.append(
        Action(
            do="copy", what="session", source=session.path, target=path, session_id=old, new_session_id=new,
            title=title_of(session.says.title), files=session.files, bytes=session.bytes, changes=dict(changes),
        )
    )  # fmt: skip
    _tell_after(route, session, new, home, goal.root.label, path)


def title_of(text: str) -> str | None:
    """A session's title as a plan keeps it: without secrets, on one line; none for none."""
    return " ".join(redact(text).split())[:200] or None


def tail_of(session: FoundSession, home: str, session_id: str) -> str:
    """The line that says where it belongs now, after a torn last line on a line of its own; none where nobody speaks."""
    if not session.says.messages:
        return ""
    return ("" if session.says.whole else "\n") + line_of(home, session_id)


def of_lines(edits: Edits) -> Callable[[SideFile], Edits]:
    """Edits are for transcripts; all other files go as they are."""

    def edited(file: SideFile) -> Edits:
        return edits if file.within.endswith(".jsonl") else _NOT_EDITED

    return edited


def copy_plans(route: Route, survey: Survey, goal: Survey, session: FoundSession) -> None:
    """Plans go by a name that several sessions may share: they are copied to another root where it has none of that name."""
    draft = route.draft
    if goal.why_shut(os.path.join(goal.real, "plans")):
        return
    for slug in sorted(session.says.slugs):
        source = os.path.join(survey.real, "plans", f"{slug}.md")
        target = os.path.join(goal.real, "plans", f"{slug}.md")
        there = (draft.listing(os.path.dirname(source)) or {}).get(f"{slug}.md")
        if there is False and not draft.taken(target):
            size = draft.put(target, FromFile(path=source), 0o600, session.seen.mtime_ns).size
            draft.actions.append(Action(do="copy", what="plan", source=source, target=target, bytes=size))


def _carry_agent(
    route: Route, agent: SideFile, place: str, edits: Edits, changes: Counter[str], session_id: str
) -> bool:
    path = os.path.join(place, agent.within)
    if path != agent.path and route.draft.taken(path):
        _agent_in_the_way(route, agent, session_id, path)
        return False
    changes.update(route.draft.carry(agent.path, agent.seen, path, edits))
    return True


def _agent_in_the_way(route: Route, agent: SideFile, session_id: str, at: str) -> None:
    why = "a subagent's transcript of this name is at its new place already"
    route.draft.conflict("subagent", agent.path, session_id, why, at)


def _take_kept_along(route: Route, survey: Survey, goal: Survey, session: FoundSession) -> None:
    """What stands in the root under the session's id goes to the other root."""
    draft, id_ = route.draft, session.session_id
    # Several project folders may hold a session of this id; what is kept by it is there once.
    if not draft.first(f"{survey.real}\0{id_}"):
        return
    _tell_refused(route, session)
    for kind, tree in session.kept.items():
        target = os.path.join(goal.real, kind)
        if why := goal.why_shut(target) or survey.why_shut(os.path.join(survey.real, kind)):
            draft.leave(KEPT[kind], why, path=tree.path, session_id=id_)
            continue
        if kind == "todos":
            for file in tree.files:
                at = os.path.join(target, file.within)
                if draft.taken(at):
                    draft.conflict("todo list", file.path, id_, "another is at its new place", at)
                else:
                    draft.carry(file.path, file.seen, at)
        else:
            target = os.path.join(target, id_)
            draft.carry_tree(tree, target, session_id=id_)
        draft.actions.append(
            Action(
                do="move", what=KEPT[kind], source=tree.path, target=target, session_id=id_, files=len(tree.files),
                bytes=tree.bytes,
            )
        )  # fmt: skip


def _tell_refused(route: Route, session: FoundSession) -> None:
    """Name what is left alone of what stands in the root under a session's id."""
    for path, why in session.refused_kept:
        route.draft.leave("file", why, path=path, session_id=session.session_id)


def _tell_shut(route: Route, session: FoundSession, why: str) -> None:
    advice = "Nothing is written outside a root: put a folder there instead, or name the root that it is in, and plan again."
    route.draft.conflict("session", session.path, session.session_id, why, "", advice)


def _tell_after(route: Route, session: FoundSession, id_: str, home: str, label: str, path: str) -> None:
    if session.says.messages:
        title = title_of(session.says.title)
        route.draft.after.append(
            After(
                session_id=id_, title=title, cwd=home, root=label, path=path, mtime_ns=session.seen.mtime_ns
            )
        )
