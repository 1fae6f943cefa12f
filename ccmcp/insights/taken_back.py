"""
Changes that were taken back.

Finds edits that a later edit of the same session undid, files restored with git (`git checkout -- f`,
`git restore f`, `git reset --hard`), and /rewind. It means that work was thrown away: the change was not
agreed on, or it was tried where a look would have done.

Known false positives: something switched on to debug and off again. A file that was rewritten as a whole
to take a change back is not seen.
"""

import re
from collections import defaultdict
from collections.abc import Iterator

from ccmcp.index.activity import CallDone
from ccmcp.index.aims import is_mcp, is_shell
from ccmcp.insights._paths import last, quoted, shown
from ccmcp.insights._pattern import Advice, Finding, Pattern, Sign
from ccmcp.insights._shell import commands
from ccmcp.work.session import Work

_RESTORED = re.compile(
    r"git (?:-C \S+ )?(?:checkout (?:[^\s-]\S* )?-- (?P<out>\S.*)|restore (?!.*--staged)(?:-\S+ )*(?P<in>\S.*)"
    r"|checkout (?P<all>\.)$|reset --hard\b.*)"
)
_COMMANDS = ("/rewind", "/undo", "/checkpoint")


def _find(work: Work) -> Iterator[Sign]:
    yield from _undone(work)
    yield from _restored(work)
    for moment in work.activity.moments:
        if moment.kind == "command" and moment.text.split(" ")[0] in _COMMANDS:
            yield Sign(
                subject=last(work.activity.session.project),
                local=True,
                kind="rewind",
                entry_id=moment.entry_id,
                at=moment.at,
                note=moment.text.split(" ")[0],
            )


def _undone(work: Work) -> Iterator[Sign]:
    """Edits whose text a later edit put back."""
    standing: defaultdict[tuple[str, int], list[CallDone]] = defaultdict(list)
    for call in work.calls:
        if not call.undo_hash or call.outcome != "ok":
            continue
        edits = standing[call.target, call.input_hash]
        if not edits:
            standing[call.target, call.undo_hash].append(call)
            continue
        undone = edits.pop()
        yield Sign(
            subject=shown(call.target, work.activity.session.project),
            local=True,
            entry_id=call.entry_id,
            at=call.at,
            note="an edit undone by a later one",
            cost=work.shares((undone, call)),
        )


def _restored(work: Work) -> Iterator[Sign]:
    for call in work.calls:
        if call.outcome != "ok" or not is_shell(call.tool) or is_mcp(call.tool) or "git" not in call.target:
            continue
        for command in commands(call.target):
            if found := _RESTORED.match(command):
                paths = found["out"] or found["in"] or ""
                yield Sign(
                    subject=paths.split(" ")[0]
                    if paths not in ("", ".")
                    else last(work.activity.session.project),
                    local=True,
                    entry_id=call.entry_id,
                    at=call.at,
                    note=" ".join(command.split())[:100],
                    cost=work.share(call),
                )


def _advise(finding: Finding) -> Advice:
    return Advice(
        do=f"Agree on changes to {quoted(last(finding.subject), 'file')} before they are made: plan mode (shift+tab), or one change at a time with a look in between.",
        paste=f"- {quoted(finding.subject, 'file')}: propose a change before you make it; keep what worked until the new one is checked.",
        into=finding.memory,
    )


PATTERN = Pattern(
    name="taken_back",
    title="Changes taken back",
    cost_of="the responses that made the edits and took them back",
    find=_find,
    advise=_advise,
    least=2,
)
