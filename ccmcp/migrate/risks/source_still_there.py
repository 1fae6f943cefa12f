"""The old folder is still there."""

from collections.abc import Iterator

from ccmcp.migrate.risks._check import Said, check
from ccmcp.migrate.risks._circumstances import Circumstances


@check("source-still-there", looks_at="whether the folder that is said to have moved is still there")
def source_still_there(circumstances: Circumstances) -> Iterator[Said]:
    """
    Sessions follow a folder that has moved; one that is still there may be in use.

    Bad: the folder was copied, and work goes on in both: the old one is left without its history.
    Fine: the old folder is gone, or is a link to the new one.
    """
    here, there = circumstances.here, circumstances.there
    if circumstances.mode in ("move", "rename") and here.folder and here.real != there.real:
        yield Said(
            "medium",
            f"{here.path} is still there, and would be left without its sessions.",
            "If work goes on in both folders, copy the sessions instead (--mode copy).",
        )
