"""What somebody asks for -> a plan with its risks and its id. I/O: reads only."""

import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ccmcp.config import Root
from ccmcp.errors import MigrationError
from ccmcp.migrate.gathering import Asker, Holding, gather
from ccmcp.migrate.plan import Mode, Plan, identified
from ccmcp.migrate.repository import Git
from ccmcp.migrate.risks import Circumstances, Going, StillRunning, asked, look
from ccmcp.migrate.route import Wish, home_there
from ccmcp.migrate.secrets import searched, secrets_in
from ccmcp.migrate.steps import Put
from ccmcp.migrate.surroundings import RootFacts, existing, root_facts, surroundings
from ccmcp.redact import redact

_OF_ANOTHER_SYSTEM = re.compile(r"[A-Za-z]:[\\/]|\\\\" if os.name != "nt" else r"/(?!/)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody asks for."""

    source: str
    """An absolute path: the project's folder as it was."""
    target: str
    """An absolute path."""
    folders: tuple[str, ...] = ()
    """Names of further project folders that the source's sessions may lie in."""
    mode: Mode
    sessions: tuple[str, ...] = ()
    """Ids, or the starts of ids; empty for all."""
    rewrite_paths: bool = False
    roots: tuple[Root, ...]
    """The roots to look in."""
    goal: Root | None = None
    """The root they are to go to; none for the one each is in."""


def absolute(text: str, cwd: str) -> str:
    """
    The absolute path that a text means: `~` is the home, anything relative counts from a folder.

    Raises:
        ValueError: it has a NUL in it, or is relative and there is no folder to count from.

    """
    if "\0" in text:
        raise ValueError("A path has no NUL in it.")
    if _OF_ANOTHER_SYSTEM.match(text):  # as transcripts that were carried here name their folder
        return text
    given = os.path.expanduser(text)
    if not os.path.isabs(given) and not cwd:
        raise ValueError("Give an absolute path.")
    return os.path.normpath(os.path.join(cwd, given))


def plan_sessions(wanted: Wanted, asker: Asker) -> Plan | None:
    """
    A plan for the sessions of a project; none where no session belongs to the source.

    Raises:
        MigrationError: source and target are the same, or nothing can be done.

    """
    target = os.path.realpath(wanted.target)
    # The client knows real paths only; but who has left a link at the old place means the old place.
    real = () if _OF_ANOTHER_SYSTEM.match(wanted.source) else (os.path.realpath(wanted.source),)
    sources = [each for each in dict.fromkeys((wanted.source, *real)) if each != target]
    if not sources and wanted.goal is None:
        raise MigrationError(
            f"The sessions belong to {target} already: source and target are the same folder. "
            "Give the folder the project had when its sessions ran as source."
        )
    roots = list(dict.fromkeys((*wanted.roots, *((wanted.goal,) if wanted.goal else ()))))
    for source in sources or [target]:
        wish = Wish(
            mode=wanted.mode, source=source, target=target, sessions=wanted.sessions, rewrite_paths=wanted.rewrite_paths,
            target_root=wanted.goal.label if wanted.goal else "", only_roots=tuple(each.label for each in wanted.roots),
            folders=wanted.folders, alone=_holds_all(source, asker.home),
        )  # fmt: skip
        found = gather(wish, roots, asker)
        if found is not None:
            return finished(found[0], _circumstances(*found, wanted, asker))
    return None


def _holds_all(source: str, home: Path) -> bool:
    """Whether projects of all kinds lie below a folder, so that they are no parts of it: the home, or the root of a file system."""
    return source in (str(home), os.path.realpath(home)) or os.path.dirname(source) == source


def finished(plan: Plan, circumstances: Circumstances) -> Plan:
    """A plan with its risks and its id."""
    risks = (
        replace(each, detail=redact(each.detail), advice=redact(each.advice)) for each in look(circumstances)
    )  # names of files may hold secrets, and the plan is kept
    return identified(replace(plan, risks=tuple(risks)))


def _circumstances(plan: Plan, found: Holding, wanted: Wanted, asker: Asker) -> Circumstances:
    sessions = [each for each in found.sessions if each.session_id not in plan.running]
    going = [Going.of(each, home_there(each.home, plan.source, plan.target)) for each in sessions]
    facts = facts_of([each.root for each in found.surveys], (plan.source, plan.target), asker)
    secrets = secrets_in(
        [searched(each) for each in sessions], progress=asker.progress, stopped=asker.stopped
    )
    return Circumstances(
        mode=plan.mode,
        source=plan.source,
        target=plan.target,
        sessions=going,
        running=[
            StillRunning(
                session_id=each.session_id, how=found.running[each.session_id], title=each.says.title
            )
            for each in found.sessions
            if each.session_id in plan.running
        ],
        here=surroundings(plan.source, git=Git()),
        there=surroundings(plan.target, git=Git()),
        roots=[facts[each] for each in plan.root.split(", ") if each in facts],
        target_roots=[facts[each] for each in plan.target_root.split(", ") if each in facts],
        writes=bytes_written(plan, facts.values()),
        same_file_system=plan.mode == "copy" or not any(isinstance(each, Put) for each in plan.steps),
        secrets=secrets.kinds,
        searched=secrets.searched,
        rewrite_paths=wanted.rewrite_paths,
        elsewhere=wanted.goal is not None and not wanted.goal.default,
        windows=asker.windows,
        exists=existing(asked(going, plan.source)).__contains__,
    )


def facts_of(roots: Iterable[Root], projects: Sequence[str], asker: Asker) -> dict[str, RootFacts]:
    """What some roots are, by their labels."""
    return {each.label: root_facts(each, projects, home=asker.home) for each in roots}


def bytes_written(plan: Plan, roots: Iterable[RootFacts]) -> Mapping[str, int]:
    """How many bytes of new files a plan makes in each root."""
    found: Counter[str] = Counter()
    places = {each.label: each.path + os.sep for each in roots}
    for step in plan.steps:
        if isinstance(step, Put):
            found.update({label: step.size for label, place in places.items() if step.path.startswith(place)})
    return dict(found)
