"""A project's sessions -> a bundle. I/O: reads the sessions, writes one new file."""

import os
from collections.abc import Sequence
from dataclasses import dataclass

from ccmcp.config import Root
from ccmcp.errors import MigrationError
from ccmcp.migrate.bundles.creating import Made, create
from ccmcp.migrate.bundles.sources import Wanted
from ccmcp.migrate.gathering import Asker, Holding, hold
from ccmcp.migrate.route import Wish


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
            return made, source
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
    folders = (folder for survey in found.holding for folder in survey.folders)
    # Of several folders' memories only one can be carried under the one name: that of the project's own folder comes first.
    memories = [folder.memory for folder in folders if folder.memory and folder.memory.files]
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
