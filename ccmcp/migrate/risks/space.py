"""Room for what is written."""

from collections.abc import Iterator

from ccmcp.migrate.risks._check import Said, check
from ccmcp.migrate.risks._circumstances import Circumstances

_TIGHT = 0.9


@check("space", looks_at="bytes to be written, and bytes free where they go")
def space(circumstances: Circumstances) -> Iterator[Said]:
    """
    A full disk stops it half way; then it is taken back, but time is lost.

    Bad: 5 GB to a disk with 3 GB free.
    Fine: a move on one file system, which writes next to nothing.
    """
    for root in circumstances.target_roots:
        wanted = circumstances.writes.get(root.label, 0)
        if not wanted:
            continue
        if root.free is None:
            yield Said(
                "info",
                f"How much is free in {root.path} can't be told; {_size(wanted)} are needed.",
                "Look before you apply it.",
            )
        elif wanted > root.free * _TIGHT:
            short = wanted > root.free
            yield Said(
                "high" if short else "medium",
                f"{_size(wanted)} are to be written to {root.path}, and {_size(root.free)} are free.",
                "Make room first, or take fewer sessions (--session).",
            )


def _size(number: int) -> str:
    amount, unit = float(number), "B"
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if amount < 1000 or unit == "TB":
            break
        amount /= 1000
    return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
