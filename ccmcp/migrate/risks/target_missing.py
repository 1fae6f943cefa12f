"""The new folder is not there."""

from collections.abc import Iterator

from ccmcp.migrate.risks._check import Said, check
from ccmcp.migrate.risks._circumstances import Circumstances


@check("target-missing", looks_at="whether the target is a folder")
def target_missing(circumstances: Circumstances) -> Iterator[Said]:
    """
    Sessions resume in a folder.

    Bad: a target that was mistyped, or that is to be made later.
    Fine: a target that is a folder, or a link to one.
    """
    there = circumstances.there
    if there.folder:
        return
    if there.exists:
        yield Said("high", f"{circumstances.target} is no folder.", "Name the project's folder itself.")
    else:
        yield Said(
            "medium",
            f"{circumstances.target} is not there yet.",
            "Check its spelling; make or move the folder before you resume: a session needs it.",
        )
