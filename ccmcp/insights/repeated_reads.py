"""
Files that one conversation reads again and again.

Finds a file read three or more times in a session, at least twice by somebody who had read it before.
It means that the file is needed often and only parts of it are, or that nothing says what is in it.
What was read before a compaction is gone from the context and counts as not read.

Known false positives: a file that changes outside of the session (a log, generated code) has to be read
again; a large file read part by part once is no repetition, so parts that differ count only where they
are many and long: what was asked for is known by its digest alone, and parts may overlap. Subagents of
clients that kept them within the main transcript (before 2.0.76) are not told apart and count as one.
"""

from collections import defaultdict
from collections.abc import Iterator

from ccmcp.index.activity import CallDone
from ccmcp.insights._paths import last, shown
from ccmcp.insights._pattern import Advice, Finding, Pattern, Sign
from ccmcp.work.cost import NOTHING
from ccmcp.work.session import Work

_READS = 3
"""So often in one session: once to learn, once to check, and once more is a habit."""
_AGAIN = 2
"""So many of them by somebody who had read the file before."""
_PARTS, _LONG = 6, 40_000
"""So many different parts of a file by one reader, and so many characters of it: less is how a long file ought to be read."""


def _find(work: Work) -> Iterator[Sign]:
    reads: defaultdict[str, list[CallDone]] = defaultdict(list)
    for call in work.calls:
        if call.tool == "Read" and call.outcome == "ok" and call.target:
            reads[call.target].append(call)
    for path, calls in reads.items():
        if len(calls) < _READS:
            continue
        same, parts = _repeated(work, calls)
        if len(parts) < _PARTS or sum(call.result_chars for call in parts) < _LONG:
            parts = []
        if len(same) < _AGAIN and not parts:
            continue
        again = same + parts
        yield Sign(
            subject=shown(path, work.activity.session.project),
            entry_id=again[-1].entry_id,
            at=again[-1].at,
            agent=again[-1].agent,
            times=len(again),
            note=_kind(len(calls), len(same), len(parts)),
            cost=sum(map(work.carried, again), NOTHING),
        )


def _repeated(work: Work, calls: list[CallDone]) -> tuple[list[CallDone], list[CallDone]]:
    """Reads of what the same reader had read already; and of further parts of a file it knew."""
    known: defaultdict[tuple[int, str, int], set[int]] = defaultdict(set)
    same, parts = [], []
    for call in calls:
        inputs = known[work.epoch(call)]
        if call.input_hash in inputs:
            same.append(call)
        elif inputs:
            parts.append(call)
        inputs.add(call.input_hash)
    return same, parts


def _kind(reads: int, same: int, parts: int) -> str:
    kinds = (f"{same} of the very same lines" if same else "", f"{parts} of further parts" if parts else "")
    return ", ".join([f"{reads} reads in one session", *filter(None, kinds)])


def _advise(finding: Finding) -> Advice:
    name = last(finding.subject)
    if name == "CLAUDE.md":
        return Advice(
            do="It is in the context from the start: it need not be read to be known, only to be edited.",
            paste="- CLAUDE.md is in your context already: don't Read it unless you are going to edit it.",
            into=finding.memory,
        )
    return Advice(
        do=f"Say in {finding.memory} what {name} is for and where things are in it; a file read in many parts wants to be split.",
        paste=f"- `{finding.subject}`: [what it holds, in one line]. Grep for the part you need and read only that; don't re-read it after your own edits.",
        into=finding.memory,
    )


PATTERN = Pattern(
    name="repeated_reads",
    title="Files read again and again",
    cost_of="the repeated text as context, at 4 characters a token",
    find=_find,
    advise=_advise,
    least=2,
)
