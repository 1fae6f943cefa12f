"""A target that takes names in upper and lower case for the same."""

from collections import Counter
from collections.abc import Iterable, Iterator

from ccmcp.migrate.risks._check import Said, check, examples, number
from ccmcp.migrate.risks._circumstances import Circumstances


@check("case", looks_at="names that differ in case only, where the target's file system folds case")
def case(circumstances: Circumstances) -> Iterator[Said]:
    """
    Two files become one where case does not count.

    Bad: sessions of `/work/App` and `/work/app` on macOS: their project folders have the same name.
    Fine: a file system that folds case, and no two names that differ in case only.
    """
    if all(root.case_counts is not False for root in circumstances.target_roots):
        return
    homes = sorted({each.new_home for each in circumstances.sessions})
    both = _alike(homes) + _alike(each.session_id for each in circumstances.sessions)
    for each in circumstances.sessions:
        both += _alike(each.names)
    if both:
        yield Said(
            "high",
            f"The target's file system does not tell case apart, and {number(len(both), 'name')} differ in case only: "
            f"{examples(both)}.",
            "Take them one after the other, or to a root on another file system; none is overwritten.",
        )
    elif (
        circumstances.source != circumstances.target
        and circumstances.source.lower() == circumstances.target.lower()
    ):
        yield Said(
            "info",
            "Source and target differ in case only, which the file system does not tell apart.",
            "Claude Code goes by the spelling in which the folder was entered: resume from exactly the target's.",
        )


def _alike(names: Iterable[str]) -> list[str]:
    every = sorted(set(names))
    counts = Counter(each.lower() for each in every)
    return [each for each in every if counts[each.lower()] > 1]
