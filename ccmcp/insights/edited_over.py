"""
Files that are edited over and over.

Finds a file of code that was changed ten or more times in one session. It means that it is changed by
trial and error, that nobody planned the change, or that the file is where everything comes together.

Known false positives: a large file that is written piece by piece on purpose, and a long session with
many tasks. Documents (.md, .txt, .rst) are left out: plans and logs are kept up as work goes on.
"""

from collections import defaultdict
from collections.abc import Iterator

from ccmcp.index.activity import CallDone
from ccmcp.insights._paths import last, quoted, shown
from ccmcp.insights._pattern import Advice, Finding, Pattern, Sign
from ccmcp.work.session import EDITS, Work

_EDITS = 10
"""So many changes to a file in a session: in real histories one file in thirty reaches it."""
_FREE = 3
"""To write, to complete and to mend a file is no trial and error: later changes are what it cost."""

_DOCUMENTS = (".md", ".mdx", ".txt", ".rst", ".adoc")


def _find(work: Work) -> Iterator[Sign]:
    edits: defaultdict[str, list[CallDone]] = defaultdict(list)
    for call in work.calls:
        if call.tool in EDITS and call.outcome == "ok" and not call.target.lower().endswith(_DOCUMENTS):
            edits[call.target].append(call)
    for path, calls in edits.items():
        if len(calls) >= _EDITS and path:
            turns = len({work.turn(call) for call in calls})
            yield Sign(
                subject=shown(path, work.activity.session.project),
                local=True,
                entry_id=calls[-1].entry_id,
                at=calls[-1].at,
                times=len(calls),
                note=f"{len(calls)} edits in one session, in {turns} turn{'' if turns == 1 else 's'}",
                cost=work.shares(calls[_FREE:]),
            )


def _advise(finding: Finding) -> Advice:
    name, whole = (quoted(each, "file") for each in (last(finding.subject), finding.subject))
    return Advice(
        do=f"Ask for a plan before changes to {name}, and for a check after each; if everything ends up there, split it.",
        paste=f"- Before changing {whole}: say which lines change and why, make the change in one edit, then run [the test that covers it].",
        into=finding.memory,
    )


PATTERN = Pattern(
    name="edited_over",
    title="Files edited over and over",
    cost_of=f"the responses that made the edits after the first {_FREE}",
    find=_find,
    advise=_advise,
    least=_EDITS,
)
