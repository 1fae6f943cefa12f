"""The new folder is not there, or one of those within it that sessions belong to."""

from collections.abc import Iterator

from ccmcp.migrate.risks._check import Said, check, examples, number
from ccmcp.migrate.risks._circumstances import Circumstances


@check(
    "target-missing",
    looks_at="whether the target, and every folder that a session is to belong to, is a folder",
)
def target_missing(circumstances: Circumstances) -> Iterator[Said]:
    """
    Sessions resume in a folder.

    Bad: a target that was mistyped, or that is to be made later. A session of `old/web` whose `new/web` is not there.
    Fine: a target that is a folder, or a link to one.
    """
    there, target = circumstances.there, circumstances.target
    if there.exists and not there.folder:
        yield Said("high", f"{target} is no folder.", "Name the project's folder itself.")
        return
    homes = sorted({each.new_home for each in circumstances.sessions} - {target, ""})
    gone = [each for each in homes if not circumstances.exists(each)]
    if not there.folder:
        gone.insert(0, target)
    if not gone:
        return
    told = (
        f"{gone[0]} is not there yet."
        if len(gone) == 1
        else f"{number(len(gone), 'folder')} sessions belong to are not there yet: {examples(gone)}."
    )
    stuck = sum(each.new_home in gone for each in circumstances.sessions)
    serious = not there.folder or 2 * stuck > len(circumstances.sessions)
    yield Said(
        "medium" if serious else "low",
        told,
        "Check its spelling; make or move the folder before you resume: a session needs it."
        if not there.folder
        else f"{number(stuck, 'session')} {'belongs' if stuck == 1 else 'belong'} there: make the folder before you resume one, "
        "as a session needs it.",
    )
