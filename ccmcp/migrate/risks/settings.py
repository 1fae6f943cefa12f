"""Permissions and settings that differ between the old place and the new one."""

from collections.abc import Collection, Iterator

from ccmcp.migrate.risks._check import Said, check, examples, number
from ccmcp.migrate.risks._circumstances import Circumstances
from ccmcp.migrate.surroundings import RootFacts, Setting

_PERMISSIONS = ("allow", "ask", "deny")


@check(
    "settings", looks_at=".claude/settings.json and settings.local.json, and a root's settings, of both sides"
)
def settings(circumstances: Circumstances) -> Iterator[Said]:
    """
    A resumed session may do what it was not allowed to, or be stopped where it was not.

    Bad: the old folder denies reading `.env`, the new one does not. The new one allows `Bash` altogether.
    Fine: the same rules in both, in any order; a folder that moved with its files; hooks, which have a check of their own.
    """
    here, there = circumstances.here, circumstances.there
    if here.folder and there.folder and here.real != there.real:
        yield from _compared(here.settings, there.settings, "the old folder's settings", "the new folder's")
    for name in sorted({f"{each.path}/{name}" for each in (here, there) for name in each.unreadable}):
        yield Said(
            "low", f"{name} is there and can't be read as JSON.", "Claude Code ignores such a file; mend it."
        )
    sources = {root.label for root in circumstances.roots}
    for root in circumstances.target_roots:
        if root.label not in sources and circumstances.roots:
            first = circumstances.roots[0]
            yield from _compared(first.settings, root.settings, _named(first), _named(root))
    yield from _trust(circumstances)


def _compared(old: Collection[Setting], new: Collection[Setting], olds: str, news: str) -> Iterator[Said]:
    lost = sorted(each for each in old if each not in new and each.kind != "hook")
    added = sorted(each for each in new if each not in old and each.kind != "hook")
    if not lost and not added:
        return
    looser = any(each.kind in ("deny", "ask") for each in lost) or any(each.kind == "allow" for each in added)
    told = [f"only {olds} {_told(lost)}"] if lost else []
    told += [f"only {news} {_told(added)}"] if added else []
    detail = "; ".join(told)
    yield Said(
        "medium" if looser else "low",
        f"{detail[:1].upper()}{detail[1:]}.",
        "Compare both before you resume: /permissions shows what holds, and deny rules are not carried along."
        if looser
        else "Compare both and copy what the sessions are to keep.",
    )


def _told(found: Collection[Setting]) -> str:
    parts = []
    for kind in _PERMISSIONS:
        if rules := [each.name for each in found if each.kind == kind]:
            verb = {"allow": "allow", "ask": "ask for", "deny": "deny"}[kind]
            parts.append(f"{verb} {number(len(rules), 'thing')} ({examples(sorted(set(rules)))})")
    if keys := sorted({each.name for each in found if each.kind == "setting"}):
        parts.append(f"set {examples(keys)}")
    return ", ".join(parts)


def _trust(circumstances: Circumstances) -> Iterator[Said]:
    """What the client's own entry of the project says, where it does not follow the project."""
    for root in circumstances.roots:
        old, new = root.projects.get(circumstances.source), root.projects.get(circumstances.target)
        if old is None or (new is None and circumstances.mode != "copy"):
            continue
        lost = sorted(each.name for each in old.settings if new is None or each not in new.settings)
        if lost:
            yield Said(
                "low",
                f"{number(len(lost), 'tool')} that {circumstances.source} was always allowed to use {'is' if len(lost) == 1 else 'are'} "
                f"not allowed in {circumstances.target}: {examples(sorted(set(lost)))}.",
                "Claude Code asks again when a session wants one; nothing has to be done.",
            )
        if old.trusted and new is not None and not new.trusted:
            yield Said(
                "info",
                f"{circumstances.target} is not trusted yet.",
                "Claude Code asks for it at the first start there.",
            )


def _named(root: RootFacts) -> str:
    return f"settings.json of the root {root.label!r}"
