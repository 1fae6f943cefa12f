"""Git: whether the new folder is the project the sessions know, and what is not committed."""

from collections.abc import Iterator, Mapping

from ccmcp.migrate.repository import Repository
from ccmcp.migrate.risks._check import Said, check, examples, number
from ccmcp.migrate.risks._circumstances import Circumstances


@check("git", looks_at="remotes, first commits, and uncommitted changes of both folders")
def git(circumstances: Circumstances) -> Iterator[Said]:
    """
    Sessions that come to another project are a riddle to it.

    Bad: the old folder and the new one have other remotes, or histories that began elsewhere. Changes that the sessions
    made are not committed, and stay behind in the old folder.
    Fine: a second clone of the same repository; the same remote over ssh there and https here.
    """
    here, there = circumstances.here, circumstances.there
    if here.real and here.real == there.real:
        return
    old, new = here.repository, there.repository
    if old and new and old.git != new.git:
        yield from _compared(old, new)
    elif old and there.folder and new is None:
        yield Said(
            "low",
            f"{here.path} is in a git repository, {circumstances.target} is in none.",
            "Make sure that the target is the folder you mean.",
        )
    if old and (dirty := _dirty(old)):
        yield Said(
            "low",
            f"{here.path} has {dirty}.",
            "Commit them or carry them over: sessions go without the files they changed.",
        )
    if new and (dirty := _dirty(new)):
        yield Said(
            "low",
            f"{circumstances.target} has {dirty}.",
            "Commit them first, so that what a resumed session changes can be told from them.",
        )


def _compared(old: Repository, new: Repository) -> Iterator[Said]:
    if old.remotes and new.remotes and not set(old.remotes.values()) & set(new.remotes.values()):
        yield Said(
            "medium",
            f"The remotes differ: {_told(old.remotes)} there, {_told(new.remotes)} here.",
            "If it is no fork or new home of the same project, choose another target.",
        )
    if old.roots and new.roots:
        if not set(old.roots) & set(new.roots):
            yield Said(
                "medium",
                f"The two histories have no first commit in common ({old.roots[0][:12]} there, {new.roots[0][:12]} here).",
                "It is another project, or its history was rewritten: make sure that the target is the folder you mean.",
            )
        elif old.head and new.head and old.head != new.head:
            yield Said(
                "info",
                f"Other commits are checked out: {old.head[:12]} there, {new.head[:12]} here.",
                "Files may differ from what the sessions saw.",
            )


def _told(remotes: Mapping[str, str]) -> str:
    return examples(sorted(set(remotes.values())), 2)


def _dirty(found: Repository) -> str:
    parts = [number(found.changed, "uncommitted change")] if found.changed else []
    parts += (
        [number(found.untracked, "untracked file or folder", "untracked files or folders")]
        if found.untracked
        else []
    )
    return " and ".join(parts)
