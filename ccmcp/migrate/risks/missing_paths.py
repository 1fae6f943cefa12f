"""Files the sessions used that will not be there."""

from collections.abc import Iterator

from ccmcp.migrate.risks._check import Said, check, examples, number
from ccmcp.migrate.risks._circumstances import Circumstances
from ccmcp.migrate.risks._paths import wanted_there


@check("missing-paths", looks_at="files that tools were given, in the project and elsewhere")
def missing_paths(circumstances: Circumstances) -> Iterator[Said]:
    """
    A resumed session speaks of files as if they were there.

    Bad: it edited `src/app.py`, and the target has none. It read `/opt/data/x.csv`, which this machine does not have.
    Fine: a file that is gone from the source too: the session itself may have deleted it. Scratch files in /tmp.
    """
    exists = circumstances.exists
    wanted = {each.path: each for each in wanted_there(circumstances.sessions, circumstances.source)}
    gone = [
        each
        for each in wanted.values()
        if not exists(each.path)
        and (not circumstances.here.folder or each.within is None or exists(each.was))
    ]
    inside = sorted({each.within for each in gone if each.within})
    outside = sorted(each.path for each in gone if not each.within)
    total = sum(1 for each in wanted.values() if each.within)
    if inside and circumstances.there.folder:
        yield Said(
            "medium" if 2 * len(inside) > total else "low",
            f"{len(inside):,} of {number(total, 'file')} the sessions used in the project are not in {circumstances.target}: "
            f"{examples(inside)}.",
            "Make sure that the target is the same project, at the right branch; tell a resumed session what is gone.",
        )
    if outside:
        yield Said(
            "low",
            f"{number(len(outside), 'file')} the sessions used outside the project {'is' if len(outside) == 1 else 'are'} "
            f"not there: {examples(outside)}.",
            f"Nothing needs {'it' if len(outside) == 1 else 'them'} to resume. A session that goes on with such a file "
            "must be told where it is now.",
        )
