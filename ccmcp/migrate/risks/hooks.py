"""Hooks that differ between the old place and the new one."""

from collections import Counter
from collections.abc import Iterable, Iterator

from ccmcp.migrate.risks._check import Said, check, examples, number
from ccmcp.migrate.risks._circumstances import Circumstances
from ccmcp.migrate.surroundings import RootFacts, Setting


@check("hooks", looks_at="hooks in the settings of both sides, and hooks' output in the transcripts")
def hooks(circumstances: Circumstances) -> Iterator[Said]:
    """
    Hooks are commands that run unasked, and some of them are what keeps a session safe.

    Bad: the new folder runs a command at each start that the old one did not. A hook that checked each call is gone.
    Fine: the same hooks in both; a folder that moved with its files.
    """
    here, there = circumstances.here, circumstances.there
    known = here.folder and there.folder and here.real != there.real
    old = _hooks(here.settings) | _of(circumstances.roots)
    new = _hooks(there.settings) | _of(circumstances.target_roots or circumstances.roots)
    added, lost = sorted(new - old), sorted(old - new)
    if known and added:
        yield Said(
            "medium",
            f"{number(len(added), 'hook')} would run in {circumstances.target} that did not run before: {_events(added)}.",
            "Read them in its .claude/settings.json before you resume: they are commands that run unasked.",
        )
    if known and lost:
        yield Said(
            "medium",
            f"{number(len(lost), 'hook')} of the old folder would not run in {circumstances.target}: {_events(lost)}.",
            "Copy those from its .claude/settings.json that guard or log what sessions do.",
        )
    seen = sum(each.says.hooks for each in circumstances.sessions)
    if seen and not new and not (known and lost):
        yield Said(
            "low",
            f"Hooks ran in {number(seen, 'session')}, and {circumstances.target} has none.",
            "If they guarded or logged what sessions do, set them up there before you resume.",
        )


def _hooks(settings: Iterable[Setting]) -> frozenset[Setting]:
    return frozenset(each for each in settings if each.kind == "hook")


def _of(roots: Iterable[RootFacts]) -> frozenset[Setting]:
    return frozenset(each for root in roots for each in _hooks(root.settings))


def _events(found: Iterable[Setting]) -> str:
    counts = Counter(each.name for each in found)
    return examples(f"{event} ({count})" if count > 1 else event for event, count in sorted(counts.items()))
