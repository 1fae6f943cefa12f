"""Ignore rules that differ between the old folder and the new one."""

from collections.abc import Iterator

from ccmcp.migrate.risks._check import Said, check, examples
from ccmcp.migrate.risks._circumstances import Circumstances


@check("ignore-rules", looks_at=".gitignore, .claudeignore and others of both folders")
def ignore_rules(circumstances: Circumstances) -> Iterator[Said]:
    """
    What was hidden from searches, commits and images there may not be hidden here.

    Bad: the old folder has a .claudeignore, the new one none: a resumed session reads what it was not to see.
    Fine: the same rules in both, in other words of comment; a folder that moved with its files.
    """
    here, there = circumstances.here, circumstances.there
    if not (here.folder and there.folder) or here.real == there.real:
        return
    lacking = sorted(name for name in here.ignores if name not in there.ignores)
    other = sorted(name for name, rules in here.ignores.items() if there.ignores.get(name, rules) != rules)
    if not lacking and not other:
        return
    told = (
        [f"{examples(lacking)} {'is' if len(lacking) == 1 else 'are'} not in the target"] if lacking else []
    )
    told += [f"{examples(other)} {'says' if len(other) == 1 else 'say'} other things there"] if other else []
    hidden = any("claude" in name for name in (*lacking, *other))
    yield Said(
        "medium" if hidden else "low",
        f"{'; '.join(told)}.",
        "Compare them and copy the rules that keep private files from being read or committed.",
    )
