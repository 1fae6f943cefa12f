"""A wish, and what there is on disk -> a plan. I/O: reads only; what a plan asks of the world is answered here."""

import json
import os
import re
import uuid
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, partial
from pathlib import Path

from ccmcp.config import Root
from ccmcp.errors import MigrationError
from ccmcp.migrate.doing.content import measured, written
from ccmcp.migrate.draft import Draft, Measured
from ccmcp.migrate.plan import Left, Plan
from ccmcp.migrate.planning import make_plan
from ccmcp.migrate.route import Circle, Wish, is_meant, state_of
from ccmcp.migrate.running import recently_written, running
from ccmcp.migrate.steps import Content, FromFile
from ccmcp.migrate.survey import FoundSession, Progress, Survey, may_encode, names_in, survey
from ccmcp.transcripts.belonging import first_cwd
from ccmcp.transcripts.decode import decode_whole
from ccmcp.transcripts.entries import text_of
from ccmcp.transcripts.projects import encode, encodes

Stopped = Callable[[], bool]

_MADE_OF_A_PATH = re.compile(r"-|[A-Za-z]--")
_PEEKED = 20
"""So many transcripts of a folder with a name of its own are looked at for where they ran."""

SHORTEST_PREFIX = 6
"""A session may be named by so many characters of its id, or more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks for a plan, when, and what they can be told."""

    home: Path
    """The user's home."""
    now: datetime
    """With a time zone."""
    session_id: str = ""
    """The session that asks: it runs, whatever else says so. Empty for a person."""
    windows: bool = False
    new_id: Callable[[], str] = lambda: str(uuid.uuid4())
    """An id for a copy."""
    progress: Progress | None = None
    stopped: Stopped | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """The sessions of a project, and where they are."""

    surveys: tuple[Survey, ...]
    """Of all roots that were looked at."""
    holding: tuple[Survey, ...]
    """Of those that have anything of the project."""
    sessions: tuple[FoundSession, ...]
    """The chosen ones, also such that run."""
    running: Mapping[str, str]
    """Ids of sessions that run, and how that is known."""


def hold(wish: Wish, roots: Sequence[Root], asker: Asker) -> Holding | None:
    """
    The sessions of a wish's source, or those of them that it names; none where these roots have nothing of it.

    Raises:
        MigrationError: something can't be read, or a session that is named is not there.

    """
    may = partial(encodes, wish.source) if wish.alone else may_encode(wish.source)
    try:
        found = tuple(
            _with_homes(
                survey(
                    root,
                    lambda name: may(name) or name in wish.folders,
                    home=asker.home,
                    progress=asker.progress,
                    stopped=asker.stopped,
                ),
                wish.source,
            )
            for root in roots
        )
        meant = [each for each in found if not wish.only_roots or each.root.label in wish.only_roots]
        theirs = [(each, _sessions_of(each, wish)) for each in meant]
        holding = tuple(
            each for each, some in theirs if some or _has_folder(each, wish.source) or _has_entry(each, wish)
        )
        mine = [session for _, some in theirs for session in some]
        if not holding:
            return None
        ids = choose(wish.sessions, {each.session_id for each in mine}, "this project")
        run = _running(holding, mine, asker)
    except OSError as error:
        raise _unreadable(error, wish.source) from error
    chosen = tuple(each for each in mine if not ids or each.session_id in ids)
    return Holding(surveys=found, holding=holding, sessions=chosen, running=run)


def gather(wish: Wish, roots: Sequence[Root], asker: Asker) -> tuple[Plan, Holding] | None:
    """
    Make a plan, and tell what it was made of; none where no session of these roots belongs to the source.

    Raises:
        MigrationError: something can't be read, a session is not there, or nothing is left to be done.

    """
    found = hold(wish, roots, asker)
    if found is None:
        return None
    goals = [each for each in found.surveys if each.root.label == wish.target_root]
    if wish.sessions:
        wish = replace(wish, sessions=tuple(each.session_id for each in found.sessions))
    try:
        surveys = [*found.holding, *(each for each in goals if each not in found.holding)]
        plan = make_plan(wish, surveys, circle_of(asker, found.running))
    except OSError as error:
        raise _unreadable(error, wish.source) from error
    if not plan.steps:
        raise MigrationError(_why_nothing(plan, found.sessions))
    plan = replace(plan, left=(*plan.left, *_named_otherwise(found.holding, wish), *_below_all(wish)))
    return plan, found


def _named_otherwise(holding: Sequence[Survey], wish: Wish) -> Iterator[Left]:
    """Project folders with sessions of the source whose names are not made of a path (CLAUDE_CODE_PROJECT_DIR_NAME, 2.1.234)."""
    for found in holding:
        known = {each.name for each in found.folders}
        for name, is_folder_ in (names_in(found.projects) or {}).items():
            if not is_folder_ or name in known or _MADE_OF_A_PATH.match(name):
                continue
            path = os.path.join(found.projects, name)
            if any(is_meant(first_cwd(each), wish) for each in _some_transcripts(path)):
                yield Left(
                    what="project folder", path=path, session_id=None,
                    why="sessions of the source lie in it under a name of its own, which the client finds as before",
                    advice="Where CLAUDE_CODE_PROJECT_DIR_NAME names it in the new place too, nothing is to be done.",
                )  # fmt: skip


def _below_all(wish: Wish) -> Iterator[Left]:
    """That folders below a home, or below everything, are no parts of a project."""
    if wish.alone:
        yield Left(
            what="sessions of folders below", path=wish.source, session_id=None, why="each folder is a project of its own",
            advice="Plan those that have moved one by one; `ccmcp migrate plan` without folders finds them.",
        )  # fmt: skip


def _some_transcripts(folder: str) -> list[str]:
    names = [name for name, is_folder_ in (names_in(folder) or {}).items() if not is_folder_]
    return [os.path.join(folder, name) for name in sorted(names) if name.endswith(".jsonl")][:_PEEKED]


def _unreadable(error: OSError, source: str) -> MigrationError:
    return MigrationError(
        f"Nothing was planned: {error.strerror or type(error).__name__}: {error.filename or source}. "
        "A plan must see all there is; make it readable and plan again."
    )


def circle_of(asker: Asker, run: Mapping[str, str]) -> Circle:
    """What a plan asks of the world; `run`: ids of sessions that run, and how that is known."""
    return Circle(
        draft=lambda fold: Draft(listing=cache(names_in), measure=measure, devices=device, fold=fold),
        new_id=asker.new_id,
        running=run,
        settings_projects=cache(settings_projects),
        prompted=cache(prompted),
        made_at=asker.now.isoformat(timespec="microseconds"),
    )


def _with_homes(found: Survey, source: str) -> Survey:
    """Sessions that name no folder belong to the source, where their project folder has its name."""
    return replace(
        found,
        folders=tuple(
            replace(
                folder,
                sessions=tuple(each if each.home else replace(each, home=source) for each in folder.sessions),
            )
            if encodes(source, folder.name)
            else folder
            for folder in found.folders
        ),
    )


def _sessions_of(found: Survey, wish: Wish) -> list[FoundSession]:
    every = (each for folder in found.folders for each in folder.sessions)
    return [each for each in every if is_meant(each.home, wish)]


def _has_folder(found: Survey, source: str) -> bool:
    """Whether a project folder without sessions holds anything else of the project's: memory mostly."""
    return any(
        folder.name == encode(source)
        and not folder.sessions
        and bool((folder.memory and folder.memory.files) or folder.other or folder.orphaned)
        for folder in found.folders
    )


def _has_entry(found: Survey, wish: Wish) -> bool:
    """Whether the client's own settings know the project: what is left where its sessions went one by one."""
    if wish.mode == "copy" or wish.sessions or found.settings is None:
        return False
    return any(is_meant(each, wish) for each in settings_projects(found.settings))


def choose(asked: Sequence[str], ids: Collection[str], whose: str) -> tuple[str, ...]:
    """
    Whole ids of sessions that were named by their id, a unique start of it, or LABEL:ID; none for none named.

    `whose` says of what they have to be, for the error: "this project".

    Raises:
        MigrationError: a name fits none of the ids, or several.

    """
    found: dict[str, None] = {}
    for each in asked:
        name = each.strip().rpartition(":")[2].lower()
        fitting = [id_ for id_ in ids if id_.lower() == name]
        if not fitting and len(name) >= SHORTEST_PREFIX:
            fitting = [id_ for id_ in ids if id_.lower().startswith(name)]
        if len(fitting) != 1:
            what = f"is no session of {whose}" if not fitting else f"fits several sessions of {whose}"
            known = f" It has: {', '.join(sorted(ids)[:5])}{' ...' if len(ids) > 5 else ''}." if ids else ""
            raise MigrationError(
                f"{each[:60]!r} {what}.{known} Give a whole session id, or its first {SHORTEST_PREFIX} characters or more."
            )
        found[fitting[0]] = None
    return tuple(found)


def _running(holding: Sequence[Survey], mine: Sequence[FoundSession], asker: Asker) -> dict[str, str]:
    """Ids of sessions that run, and how that is known."""
    found = {asker.session_id: "it is the one that asks"} if asker.session_id else {}
    for each in holding:
        for id_, registered in running(each.real, now=asker.now).items():
            found.setdefault(id_, registered.how)
    for session in mine:
        if session.session_id not in found and (how := recently_written(session.says, now=asker.now)):
            found[session.session_id] = how
    return found


def _why_nothing(plan: Plan, chosen: Sequence[FoundSession]) -> str:
    if plan.running:
        ids = ", ".join(plan.running[:5])
        return (
            f"There is nothing to move or copy but what runs now: {ids}. "
            "End it (a session that asks for itself can't be taken along while it does), then plan again from a terminal."
        )
    if plan.conflicts:
        first = plan.conflicts[0]
        return f"Nothing can be taken along: {first.why} ({first.path}). {first.advice or ''}".strip()
    return f"There is nothing to be done: {len(chosen)} sessions are where they belong already."


# -- what a plan asks of the world ---------------------------------------------------


def device(path: str) -> int:
    """The number of the file system a path is on. Raises OSError."""
    return os.lstat(path).st_dev


def measure(content: Content) -> Measured:
    """A file's content as it will be, without writing it. Raises OSError."""
    if isinstance(content, FromFile) and not content.edits and not content.tail and content.length < 0:
        seen = content.seen
        if seen is not None and seen.sha256:
            return Measured(seen.size, seen.sha256, {})
    counts: Counter[str] = Counter()
    size, digest = measured(written(content, "", counts))
    return Measured(size, digest, dict(counts))


def settings_projects(path: str) -> tuple[str, ...]:
    """The paths of the projects in a `.claude.json`; none where it can't be understood. Raises OSError."""
    match _json(Path(path).read_bytes()):
        case {"projects": dict(projects)}:
            return tuple(str(each) for each in projects)
        case _:
            return ()


def _json(data: bytes) -> object:
    try:
        found: object = json.loads(data)
    except ValueError:
        return None
    return found


def prompted(path: str) -> Mapping[tuple[str, str], int]:
    """How many lines of a prompt history each (project, session id) has. Raises OSError."""
    counted: Counter[tuple[str, str]] = Counter()
    with Path(path).open("rb") as file:
        for line in file:
            entry = decode_whole(line, 0, 1)
            if entry and (project := text_of(entry.record, "project")):
                counted[project, text_of(entry.record, "sessionId")] += 1
    return counted


# -- whether a plan still holds ------------------------------------------------------


def changed(plan: Plan) -> Iterable[str]:
    """Paths of folders whose names are others than when the plan was made; files are looked at before they are touched."""
    for each in plan.read:
        try:
            names = names_in(each.path)
        except OSError:
            names = None
        if state_of(names, each.without) != each.state:
            yield each.path
