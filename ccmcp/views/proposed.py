"""Projects whose folder is gone, and where it may be: as it is answered, for a model and in a terminal. Pure."""

import shlex
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ccmcp.screen import Screen, columns
from ccmcp.views.hanging import hanging
from ccmcp.views.planned import PlannedMigration, Proposed
from ccmcp.views.words import counted, fitting, named

_MOST_SHOWN = 12
"""So many sessions, risks or projects are listed; of more, their number is enough."""

_MOST_TOLD = 25
"""So many a model reads of."""

_MOST_LINES = 8
"""So many lines of a screen tell what stays, and so many a model reads of it."""

_EXAMPLES = 3
"""So many of a group of things alike are named."""


@dataclass(slots=True)
class _Went:
    """A project with a proposal, and those in its folder that go with it."""

    project: Proposed
    inside: list[Proposed]


def _gone(result: PlannedMigration) -> list[_Went]:
    """The projects that may be somewhere, those in the folder of another with that one where they went along."""
    found: dict[str, _Went] = {}
    into = {each.source: each.target for each in result.proposals if each.target}
    for each in result.proposals:
        if each.target and _top(each, into) is None:
            found[each.source] = _Went(each, [])
    for each in result.proposals:
        if each.target and (top := _top(each, into)) in found:
            found[top].inside.append(each)
    return list(found.values())


def _top(each: Proposed, into: Mapping[str, str]) -> str | None:
    """The uppermost project that a project is in and goes with; none where it goes by itself."""
    found, path = None, each.source
    while (at := max(path.rfind("/"), path.rfind("\\"))) > 0:
        path = path[:at]
        if path in into and each.target == into[path] + each.source[at:]:
            found = path
    return found


def _inside(went: _Went) -> str:
    """How many projects in its folder go along; empty for none."""
    if not went.inside:
        return ""
    sessions = counted(sum(each.sessions for each in went.inside), "session")
    return f"with {counted(len(went.inside), 'folder')} in it that had sessions of their own ({sessions})"


def _lost(result: PlannedMigration) -> list[list[Proposed]]:
    """The projects of which nothing tells where they went, by the reason; the most sessions first."""
    groups: defaultdict[tuple[str, ...], list[Proposed]] = defaultdict(list)
    for each in result.proposals:
        if not each.target:
            groups[each.reasons].append(each)
    return sorted(groups.values(), key=lambda group: -sum(each.sessions for each in group))


def _group_head(group: Sequence[Proposed]) -> str:
    sessions = counted(sum(each.sessions for each in group), "session")
    why = "; ".join(map(named, group[0].reasons))
    return f"{counted(len(group), 'project')} ({sessions}){f': {why}' if why else ''}"


_NOTHING_GONE = "Every project with sessions is where it was: there is nothing to bring along."


def proposal_lines(result: PlannedMigration) -> Iterator[str]:
    """What a model reads."""
    if not result.proposals:
        yield _NOTHING_GONE
        yield 'To move sessions to another folder, name both: {"source": "/old/folder", "target": "/new/folder"}.'
        return
    yield "No plan yet: these projects' folders are gone. Ask the user which one is meant, then plan with source and target."
    found = _gone(result)
    for went in found[:_MOST_TOLD]:
        each = went.project
        why = "; ".join(filter(None, (*map(named, each.reasons), _inside(went))))
        yield (
            f"- {named(each.source)} ({counted(each.sessions, 'session')}, last {(each.last_at or 'unknown')[:10]})"
            f" -> {named(each.target or '')} ({each.score:.0%}){f': {why}' if why else ''}"
        )
    groups = _lost(result)
    for group in groups[:_MOST_LINES]:
        paths = [named(each.source) for each in group]
        more = f" and {len(paths) - 2 * _EXAMPLES} more" if len(paths) > 2 * _EXAMPLES else ""
        yield f"- Nothing tells where these went: {_group_head(group)}: {', '.join(paths[: 2 * _EXAMPLES])}{more}"
    if more_of := _not_shown(result, found[_MOST_TOLD:], groups[_MOST_LINES:]):
        yield f"... and {counted(more_of, 'further project')} whose folder is gone."


def _not_shown(result: PlannedMigration, found: Iterable[_Went], groups: Iterable[Sequence[Proposed]]) -> int:
    return result.more_proposals + sum(1 + len(each.inside) for each in found) + sum(map(len, groups))


def proposals_shown(result: PlannedMigration, screen: Screen) -> Iterator[str]:
    """What a person reads."""
    if not result.proposals:
        yield _NOTHING_GONE
        yield screen.style("To move sessions to another folder, name both: ccmcp migrate plan OLD NEW", "dim")
        return
    found, groups = _gone(result), _lost(result)
    if found:
        yield screen.style("These projects' folders are gone, and may be here now", "bold")
    for went in found[:_MOST_SHOWN]:
        yield ""
        yield from _shown_project(went, screen)
    if groups:
        yield from ("",) if found else ()
        yield screen.style("Nothing tells where these went", "bold")
    for group in groups[:_MOST_LINES]:
        yield ""
        yield from hanging(_group_head(group), "", 0, screen)
        yield from _paths(group, screen)
    if more := _not_shown(result, found[_MOST_SHOWN:], groups[_MOST_LINES:]):
        yield ""
        yield screen.style(f"… and {counted(more, 'more project')}; --json has all", "dim")
    if groups or len(found) > _MOST_SHOWN:
        yield ""
        yield "If you know where one is now:  ccmcp migrate plan OLD NEW"


def _shown_project(went: _Went, screen: Screen) -> Iterator[str]:
    each = went.project
    last = screen.ago(each.last_at)
    told = counted(each.sessions, "session") + (f", last {last}" if last else "")
    yield from _beside(named(each.source), told, 0, screen)
    yield from _beside(
        f"→ {named(each.target or '')}", f"{each.score:.0%}{', sure' if each.sure else ''}", 2, screen
    )
    for reason in filter(None, (*each.reasons, _inside(went))):
        yield from (screen.style(line, "dim") for line in hanging(named(reason), "    ", 4, screen))
    yield from _command(each, screen)


def _beside(path: str, told: str, indent: int, screen: Screen) -> list[str]:
    """A path and what is told of it, beside it or below."""
    if indent + columns(path) + 2 + columns(told) <= screen.width:
        return [f"{' ' * indent}{path}  {screen.style(told, 'dim')}"]
    return [*hanging(path, " " * indent, indent, screen), f"{' ' * indent}{screen.style(told, 'dim')}"]


def _command(each: Proposed, screen: Screen) -> Iterator[str]:
    """The line that plans it, to paste; on two lines, which a shell takes for one, where it is too long."""
    source, target = shlex.quote(each.source), shlex.quote(each.target or "")
    whole = f"  ccmcp migrate plan {source} {target}"
    if columns(whole) <= screen.width or not each.source.startswith("/"):
        yield whole
    else:
        yield f"  ccmcp migrate plan {source} \\"
        yield f"    {target}"


def _paths(group: Sequence[Proposed], screen: Screen) -> Iterator[str]:
    """The first paths of some projects, as many as take a few lines."""
    width = max(screen.width - 2, 30)
    told = [f"{named(each.source)}," for each in group]
    fit = fitting(told, 2 * width)
    more = [f"and {len(told) - fit:,} more"] if fit < len(told) else []
    line = " ".join([*told[:fit], *more]).rstrip(",")
    yield from (screen.style(each, "dim") for each in hanging(line, "  ", 2, screen))
