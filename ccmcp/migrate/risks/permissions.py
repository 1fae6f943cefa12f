"""Folders that can't be written to, or belong to somebody else."""

from collections.abc import Iterator

from ccmcp.migrate.risks._check import Said, check
from ccmcp.migrate.risks._circumstances import Circumstances


@check("permissions", looks_at="who owns and may write to the roots and the target")
def permissions(circumstances: Circumstances) -> Iterator[Said]:
    """
    Who may not write can't move, and what one user writes another may not be able to read.

    Bad: a root that was mounted read-only; another user's root, where files would belong to you and be closed to them.
    Fine: your own folders.
    """
    written = {root.path: root for root in circumstances.target_roots}
    if circumstances.mode in ("move", "rename", "merge"):
        written |= {root.path: root for root in circumstances.roots}
    for path, root in sorted(written.items()):
        if root.writable is False:
            yield Said(
                "high",
                f"You may not write in the root {root.label!r} ({path}), which belongs to {root.owner or 'somebody'}.",
                "Applying will fail. Get the right to write there, or choose another root.",
            )
        elif root.mine is False:
            yield Said(
                "medium",
                f"The root {root.label!r} ({path}) belongs to {root.owner}: what is written there belongs to you, "
                "and only you may read it.",
                f"Do it as {root.owner}, or hand the files over afterwards (chown).",
            )
    there = circumstances.there
    if there.folder and there.writable is False:
        yield Said(
            "medium",
            f"You may not write in {there.path}, which belongs to {there.owner or 'somebody'}.",
            "Sessions resume there, but can change nothing.",
        )
    elif there.folder and there.mine is False:
        yield Said(
            "low",
            f"{there.path} belongs to {there.owner}.",
            "Make sure that it is the folder you mean; git may refuse to work in it.",
        )
