"""A project's sessions -> a bundle. I/O: reads the sessions, writes one new file."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ccmcp.config import Root
from ccmcp.errors import MigrationError
from ccmcp.migrate.bundles.creating import Made, create
from ccmcp.migrate.bundles.sources import Wanted
from ccmcp.migrate.gathering import Asker, Holding, hold, prompted, settings_projects
from ccmcp.migrate.plan import Left
from ccmcp.migrate.route import Wish
from ccmcp.migrate.survey import Tree
from ccmcp.transcripts.projects import encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """What goes into a bundle."""

    file: str
    """The path of the bundle, which is not there yet."""
    project: str
    """The project's folder, an absolute path; it may be gone."""
    sessions: tuple[str, ...] = ()
    """Ids, or the starts of ids; empty for all."""
    redact: bool = False
    memory: bool = False
    prompts: bool = False


def pack(wanted: Pack, roots: Sequence[Root], asker: Asker) -> tuple[Made, str]:
    """
    Make a bundle; what was made, and the project's folder as its sessions know it.

    Raises:
        MigrationError: the project has no sessions, or not those that are named.
        BundleExistsError, BundleNotMadeError: the file is there already, or can't be written.

    """
    for source in dict.fromkeys((wanted.project, os.path.realpath(wanted.project))):
        wish = Wish(mode="copy", source=source, target=source, sessions=wanted.sessions)
        found = hold(wish, roots, asker)
        if found and found.sessions:
            made = create(
                wanted.file,
                _contents(wanted, source, found),
                now=asker.now,
                progress=asker.progress,
                stopped=asker.stopped,
            )
            told = {each.path for each in made.left}
            left = [each for each in _left(wanted, source, found) if each.path not in told]
            return replace(made, left=(*made.left, *left)), source
    raise MigrationError(
        f"No session belongs to {wanted.project} or a folder below it. `ccmcp list` shows the projects that have some."
    )


def _contents(wanted: Pack, source: str, found: Holding) -> Wanted:
    slugs = sorted({slug for session in found.sessions for slug in session.says.slugs})
    plans = {
        slug: path
        for slug in slugs
        for survey in found.holding
        if os.path.isfile(path := os.path.join(survey.real, "plans", f"{slug}.md"))
    }
    memories = _memories(source, found)
    prompts = (each.prompts for each in found.holding if each.prompts)
    return Wanted(
        project=source,
        sessions=found.sessions,
        plans=plans,
        memory=memories[0] if memories and wanted.memory else None,
        prompts=next(prompts, None) if wanted.prompts else None,
        running=frozenset(found.running),
        redact=wanted.redact,
    )


def _memories(source: str, found: Holding) -> list[Tree]:
    """What the project's folders hold of memory, its own folder's first: of several only one can be carried under the one name."""
    homes = {encode(source), *(encode(each.home) for each in found.sessions)}
    folders = [folder for survey in found.holding for folder in survey.folders if folder.name in homes]
    folders.sort(key=lambda folder: folder.name != encode(source))
    return [folder.memory for folder in folders if folder.memory and folder.memory.files]


def _left(wanted: Pack, source: str, found: Holding) -> Iterator[Left]:
    """What is the project's and not in the bundle."""
    memories = _memories(source, found)
    for memory in memories[1 if wanted.memory else 0 :]:
        why = "of several memories one is carried" if wanted.memory else "it was not asked for (--memory)"
        yield Left(what="memory", path=memory.path, session_id=None, why=why)
    ids = {each.session_id for each in found.sessions}
    folders = {os.path.dirname(each.path) for each in found.sessions}
    for survey in found.holding:
        for folder in (each for each in survey.folders if each.path in folders):
            for path, why in folder.refused:
                if os.path.dirname(path) == folder.path:
                    yield Left(what="file", path=path, session_id=None, why=why)
        if survey.prompts and not wanted.prompts and any(id_ in ids for _, id_ in prompted(survey.prompts)):
            why = "it was not asked for (--prompts)"
            yield Left(what="prompt history", path=survey.prompts, session_id=None, why=why)
        if survey.settings and source in settings_projects(survey.settings):
            why = "trust, allowed tools and MCP servers are for each machine to give"
            yield Left(what="project settings", path=survey.settings, session_id=None, why=why)
