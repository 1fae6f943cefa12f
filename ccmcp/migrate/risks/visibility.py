"""Sessions of a private project that come to one that others may see."""

from collections.abc import Iterator

from ccmcp.migrate.repository import Repository
from ccmcp.migrate.risks._check import Said, check, examples
from ccmcp.migrate.risks._circumstances import Circumstances

_OPEN = (
    "github.com",
    "gitlab.com",
    "bitbucket.org",
    "codeberg.org",
    "git.sr.ht",
    "gitee.com",
    "huggingface.co",
)
"""Hosts where anybody may see a repository that its owner has not closed."""


@check("visibility", looks_at="hosts and owners of both folders' remotes")
def visibility(circumstances: Circumstances) -> Iterator[Said]:
    """
    What a session says of private code may be told where the public reads along.

    Bad: from `git.corp.example/payments` to `github.com/acme/demo`.
    Fine: the same host and owner; a target without a remote. Whether a repository is public nobody can tell offline.
    """
    here, there = circumstances.here, circumstances.there
    if there.repository is None or not (new := _places(there.repository)):
        return
    old = _places(here.repository) if here.repository else frozenset()
    public = sorted(each for each in new - old if each.partition("/")[0] in _OPEN)
    if not public or (not old and not here.folder):
        return
    private = not any(each.partition("/")[0] in _OPEN for each in old)
    was = f"to {examples(sorted(old))}" if old else "to no host"
    yield Said(
        "medium" if private else "low",
        f"The old folder is pushed {was}, the new one to {examples(public)}, which may be public: that can't be told offline.",
        "Transcripts stay outside the repository. Make sure that a resumed session writes nothing private into files or "
        "commit messages there, and that exports and bundles are not committed.",
    )


def _places(found: Repository) -> frozenset[str]:
    """Hosts with owners: `github.com/acme`."""
    remotes = (
        each
        for each in found.remotes.values()
        if not each.startswith("/") and "/" in each and each[1:2] != ":"
    )
    return frozenset("/".join(each.split("/")[:2]) for each in remotes)
