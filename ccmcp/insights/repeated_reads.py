"""
Files that one conversation reads again and again.

Finds a file read three or more times in a session, at least twice by somebody who had read those very lines
before, and found them as they were or as it had edited them itself; and long files read in many parts. It means that the file is needed often and only parts of it are, or that nothing says what is in it.
What was read before a compaction is gone from the context and counts as not read.

Known false positives: a file that a formatter changes after an edit has to be read again; a large file read part by part once is no repetition, so parts that differ count only where they
are many and long: what was asked for is known by its digest alone, and parts may overlap. Subagents of
clients that kept them within the main transcript (before 2.0.76) are not told apart and count as one.
"""

from collections import defaultdict
from collections.abc import Iterator

from ccmcp.index.activity import CallDone
from ccmcp.insights._paths import last, quoted, shown
from ccmcp.insights._pattern import Advice, Finding, Pattern, Sign
from ccmcp.work.cost import NOTHING
from ccmcp.work.session import EDITS, Work

_READS = 3
"""So often in one session: once to learn, once to check, and once more is a habit."""
_AGAIN = 2
"""So many of them by somebody who could have known what they tell."""
_PARTS, _LONG = 6, 40_000
"""So many different parts of a file by one reader, and so many characters of it: less is how a long file ought to be read."""


def _find(work: Work) -> Iterator[Sign]:
    touched: defaultdict[str, list[CallDone]] = defaultdict(list)
    for call in work.calls:
        if (call.tool == "Read" or call.tool in EDITS) and call.outcome == "ok" and call.target:
            touched[call.target].append(call)
    for path, calls in touched.items():
        reads = sum(call.tool == "Read" for call in calls)
        if reads < _READS:
            continue
        same, edited, parts = _repeated(work, calls)
        if len(parts) < _PARTS or sum(call.result_chars for call in parts) < _LONG:
            parts = []
        if len(same) + len(edited) < _AGAIN and not parts:
            continue
        again = sorted(same + edited + parts, key=lambda call: call.at)
        yield Sign(
            subject=shown(path, work.activity.session.project),
            local=True,
            entry_id=again[-1].entry_id,
            at=again[-1].at,
            times=len(again),
            note=_kinds(reads, len(same), len(edited), len(parts)),
            cost=sum(map(work.carried, again), NOTHING),
        )


def _repeated(work: Work, calls: list[CallDone]) -> tuple[list[CallDone], list[CallDone], list[CallDone]]:
    """Reads that told the same reader nothing new; those that told no more than its own edits; those of further parts."""
    known: defaultdict[tuple[int, str, int], dict[int, int]] = defaultdict(dict)
    mine: set[tuple[int, str, int]] = set()
    same, edited, parts = [], [], []
    for call in calls:
        reader = work.epoch(call)
        if call.tool in EDITS:
            mine.add(reader)
            continue
        results = known[reader]
        if call.input_hash in results:
            if results[call.input_hash] == call.result_hash:
                same.append(call)
            elif reader in mine:
                edited.append(call)
        elif results:
            parts.append(call)
        results[call.input_hash] = call.result_hash
        mine.discard(reader)
    return same, edited, parts


def _kinds(reads: int, same: int, edited: int, parts: int) -> str:
    kinds = (
        f"{same} of the very same lines" if same else "",
        f"{edited} after own edits" if edited else "",
        f"{parts} of further parts" if parts else "",
    )
    return ", ".join([f"{reads} reads in one session", *filter(None, kinds)])


def _advise(finding: Finding) -> Advice:
    name, whole = (quoted(each, "file") for each in (last(finding.subject), finding.subject))
    if last(finding.subject) == "CLAUDE.md":
        return Advice(
            do="It is in the context from the start: it need not be read to be known, and once to be edited.",
            paste="- CLAUDE.md is in your context already: Read it once before you edit it, and not again.",
            into=finding.memory,
        )
    return Advice(
        do=f"Say in {finding.memory} what {name} is for and where things are in it; a file read in many parts wants to be split.",
        paste=f"- {whole}: [what it holds, in one line]. Grep for the part you need and read only that; don't re-read it after your own edits.",
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
