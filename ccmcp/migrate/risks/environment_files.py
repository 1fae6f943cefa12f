"""Environment files that the sessions name."""

from collections import Counter
from collections.abc import Iterator

from ccmcp.migrate.risks._check import Said, check, examples, number
from ccmcp.migrate.risks._circumstances import Circumstances
from ccmcp.migrate.surroundings import is_environment


@check("environment-files", looks_at="names of .env files in the transcripts, and those in both folders")
def environment_files(circumstances: Circumstances) -> Iterator[Said]:
    """
    What stands in a `.env` file may stand in a transcript that names it, and the new place may need the file.

    Bad: sessions that read `.env` leave this machine. Sessions that ran with `.env.local` come to a folder without it.
    Fine: `.env.example`, which holds no values.
    """
    named = Counter(
        name for each in circumstances.sessions for name in each.says.environment if is_environment(name)
    )
    if not named:
        return
    told = examples(f"{name} ({number(named[name], 'session')})" for name in sorted(named))
    leaves = circumstances.elsewhere or circumstances.mode == "bundle"
    lacking = sorted(name for name in named if name not in circumstances.there.environment)
    without = (
        f" {circumstances.target} has no {examples(lacking)}."
        if lacking and circumstances.there.folder
        else ""
    )
    yield Said(
        "medium" if leaves else "low" if without else "info",
        f"The sessions name {number(len(named), 'environment file')}: {told}.{without}",
        "If they were read, their values stand in the transcripts: see `secrets`. A bundle made with "
        "`ccmcp bundle create --redact` carries the sessions without those that look like secrets."
        if leaves
        else "Environment files are in no repository: copy what the project needs by hand.",
    )
