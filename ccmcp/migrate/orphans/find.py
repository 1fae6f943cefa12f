"""
Projects whose folder is gone, and where it went. I/O: reads only.

What their newest transcripts say of them (remotes, commits, files) is looked for in folders that are there: those of
other projects, those near the old path, the current one and those that are named. Nothing is proposed for sure that two
folders could be.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ccmcp.migrate.orphans.evidence import MOST_BYTES, MOST_TRANSCRIPTS, Evidence, evidence
from ccmcp.migrate.orphans.likeness import LEAST, Comparison, Known, Likeness, later, time_of
from ccmcp.migrate.orphans.nearby import Folder, around, gone
from ccmcp.migrate.repository import Git

BUDGET = 400_000_000
"""Bytes of transcripts that are read for all orphans together."""
_MARGIN = 0.15
"""A folder stands alone when every other has so much less."""

__all__ = ["Known", "Orphans", "OutOfSight", "Proposal", "orphaned"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A project whose folder is gone, and where it may have gone."""

    source: str
    target: str | None
    """None where nothing tells."""
    sessions: int
    last_at: str
    score: float
    """From 0 to 1: how much speaks for it."""
    reasons: tuple[str, ...]
    """What does, and what speaks against it, in words."""
    sure: bool
    """Whether it may be planned without asking: by a remote, commits or most of the files, and nothing else comes near."""
    others: tuple[tuple[str, float], ...] = ()
    """Further folders and their scores, best first, up to 3."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfSight:
    """A project whose folder can't be seen and need not be gone."""

    project: str
    sessions: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Orphans:
    """Projects without their folder."""

    proposals: tuple[Proposal, ...] = ()
    """Best first."""
    out_of_sight: tuple[OutOfSight, ...] = ()


def orphaned(
    known: Sequence[Known],
    *,
    here: str = "",
    named: Sequence[str] = (),
    home: str = "",
    git: Git | None = None,
    stopped: Callable[[], bool] | None = None,
) -> Orphans:
    """
    Find projects whose folder is gone, and propose where each went.

    Args:
        known: all projects with sessions, also those that are there: they are candidates.
        here: the current folder; empty for none.
        named: folders the user names.
        home: the user's home, which nothing is proposed to be.
        git: asked for commits; without it what loose files tell is used.
        stopped: asked now and then; what was found by then is returned.

    """
    every = _merged(known)
    lost: list[tuple[Known, str]] = []
    unseen: list[OutOfSight] = []
    for each in every.values():
        above, why = gone(each.project)
        if above:
            lost.append((each, above))
        elif why:
            unseen.append(OutOfSight(project=each.project, sessions=each.sessions, why=why))
    search = _Search(every, here=here, named=named, home=home, git=git, stopped=stopped)
    found = search.proposals(lost)
    return Orphans(
        proposals=tuple(sorted(found, key=_best_first)),
        out_of_sight=tuple(sorted(unseen, key=lambda each: each.project)),
    )


def _best_first(each: Proposal) -> tuple[bool, float, float, str]:
    at = time_of(each.last_at)
    return not each.sure, -each.score, -at.timestamp() if at else 0.0, each.source


def _merged(known: Iterable[Known]) -> dict[str, Known]:
    """Projects by their path, those of several roots as one."""
    found: dict[str, Known] = {}
    for each in known:
        path = each.project.rstrip("/\\") or each.project
        if not path:
            continue
        old = found.get(path)
        if old is None:
            found[path] = replace(each, project=path)
            continue
        newer, older = (each, old) if later(each.last_at, old.last_at) else (old, each)
        found[path] = Known(
            project=path, root=newer.root, transcripts=(*newer.transcripts, *older.transcripts),
            sessions=each.sessions + old.sessions, last_at=newer.last_at or older.last_at,
        )  # fmt: skip
    return found


class _Search:
    """Candidates, and what is known of each."""

    def __init__(
        self,
        every: Mapping[str, Known],
        *,
        here: str,
        named: Sequence[str],
        home: str,
        git: Git | None,
        stopped: Callable[[], bool] | None,
    ) -> None:
        self._every = every
        self._here = os.path.realpath(here) if here else ""
        self._named = [os.path.realpath(each) for each in named if each]
        self._home = home.rstrip("/\\")
        self._git = git
        self._stopped = stopped or (lambda: False)
        self._walks: dict[str, tuple[Folder, ...]] = {}
        self._compared = self._comparison(())

    def proposals(self, lost: Sequence[tuple[Known, str]]) -> list[Proposal]:
        most = min(MOST_BYTES, BUDGET // (MOST_TRANSCRIPTS * max(1, len(lost))))
        said = {each.project: evidence(each.transcripts, each.project, most=most) for each, _ in lost}
        asked = dict.fromkeys(commit for each in said.values() for commit in each.commits)
        self._compared = self._comparison(tuple(asked))
        own = {
            each.project: self._propose(each, above, said[each.project])
            for each, above in lost
            if not self._stopped()
        }
        own = {path: self._shared(each, own) for path, each in own.items()}
        found: dict[str, Proposal] = {}
        for path in sorted(own, key=len):
            parent = next((found[above] for above in _above(path) if above in found), None)
            found[path] = _with_parent(own[path], parent) if parent else own[path]
        return list(found.values())

    def _shared(self, each: Proposal, every: Mapping[str, Proposal]) -> Proposal:
        """Two projects that were in use at the same time did not become one folder by moving: neither is sure."""
        mine = self._every[each.source]
        for path, other in every.items():
            theirs = self._every[path]
            if (
                other.target == each.target
                and path != each.source
                and each.sure
                and later(mine.last_at, self._compared.began(theirs) or theirs.last_at)
                and later(theirs.last_at, self._compared.began(mine) or mine.last_at)
            ):
                reason = f"{path}, which was in use at the same time, may have gone there as well"
                return replace(each, sure=False, reasons=(*each.reasons, reason))
        return each

    def _comparison(self, asked: Sequence[str]) -> Comparison:
        return Comparison(self._every, here=self._here, named=self._named, git=self._git, asked=asked)

    def _propose(self, lost: Known, above: str, said: Evidence) -> Proposal:
        cases = [
            self._compared.likeness(lost, said, folder) for folder in self._candidates(lost, above, said)
        ]
        if worktree := self._compared.worktree_of(lost, said):
            cases = [case for case in cases if case.path != worktree.path] + [worktree]
        fitting = sorted(
            (case for case in cases if case.score >= LEAST),
            key=lambda case: (-case.score, len(case.path), case.path),
        )
        if not fitting:
            return Proposal(
                source=lost.project, target=None, sessions=lost.sessions, last_at=lost.last_at, score=0.0,
                reasons=(_nothing(said),), sure=False,
            )  # fmt: skip
        best, rest = fitting[0], fitting[1:]
        twin = _twin(best, rest)
        reasons = [*best.reasons, *best.against]
        if twin:
            reasons.append(f"{twin.path} may be it as well ({twin.score:.0%})")
        return Proposal(
            source=lost.project,
            target=best.path,
            sessions=lost.sessions,
            last_at=lost.last_at,
            score=best.score,
            reasons=tuple(reasons),
            sure=best.enough and twin is None,
            others=tuple((case.path, case.score) for case in rest[:3]),
        )

    # -- candidates -----------------------------------------------------------------

    def _candidates(self, lost: Known, above: str, said: Evidence) -> Iterator[Folder]:
        told: set[str] = set()
        certain = [*self._named, self._here, *self._every]
        for path in certain:
            if (
                path
                and path not in told
                and self._may_be(path, lost.project)
                and (folder := self._compared.folder(path))
            ):
                told.add(path)
                yield folder
                yield from self._inside(folder, lost, told)
        firsts = {each.partition("/")[0] for each in said.files}
        name = os.path.basename(lost.project).casefold()
        for folder in self._walk(above):
            near = os.path.basename(folder.path).casefold() == name or ".git" in folder.names
            if folder.path in told or not (near or len(firsts & folder.names) * 2 > len(firsts)):
                continue
            if self._may_be(folder.path, lost.project):
                told.add(folder.path)
                yield folder
                yield from self._inside(folder, lost, told)

    def _inside(self, folder: Folder, lost: Known, told: set[str]) -> Iterator[Folder]:
        """The folder in a repository that has the end of the lost path: the project may have been a part of it."""
        if ".git" not in folder.names:
            return
        parts = lost.project.replace("\\", "/").split("/")
        for number in (1, 2, 3):
            tail = parts[-number:]
            path = os.path.join(folder.path, *tail)
            if (
                len(parts) > number
                and tail[0] in folder.names
                and path not in told
                and (inner := self._compared.folder(path))
            ):
                told.add(path)
                yield inner

    def _may_be(self, path: str, lost: str) -> bool:
        """Whether a folder can be where another went: not one above it, not the home, no root."""
        return (
            path not in (lost, self._home)
            and os.path.dirname(path) != path
            and not (lost + os.sep).startswith(path + os.sep)
            and not (self._home and (self._home + os.sep).startswith(path + os.sep))
        )

    def _walk(self, above: str) -> tuple[Folder, ...]:
        if above not in self._walks:
            self._walks[above] = around(above, stopped=self._stopped)
        return self._walks[above]


def _twin(best: Likeness, rest: Sequence[Likeness]) -> Likeness | None:
    """The first other folder that may be it as well; none where the best one stands alone."""
    for case in rest:
        apart = case.top != best.top and not (case.path + os.sep).startswith(best.path + os.sep)
        if best.score - case.score < _MARGIN or (best.by_git and case.by_git and apart):
            return case
    return None


def _with_parent(own: Proposal, parent: Proposal) -> Proposal:
    """A project below another that is gone too goes with it, unless it is surely elsewhere."""
    if parent.target is None or own.sure:
        return own
    within = os.path.relpath(own.source, parent.source)
    target = os.path.join(parent.target, within)
    there = os.path.isdir(target)
    goes = f"it goes with {parent.source}, which it is in"
    return replace(
        own,
        target=target,
        score=parent.score if there else round(parent.score * 0.8, 3),
        reasons=(goes,) if there else (goes, "that folder is not there any more"),
        sure=parent.sure and there,
        others=() if own.target in (None, target) else ((own.target or "", own.score), *own.others)[:3],
    )


def _above(path: str) -> Iterator[str]:
    """The folders above a path, the nearest first."""
    while (above := os.path.dirname(path)) != path:
        yield above
        path = above


def _nothing(said: Evidence) -> str:
    if not (said.remotes or said.commits or said.files):
        return "no remote, commit or file in the sessions to go by, and no folder near by has the name"
    return "no folder that is known or near the old place has the name, remote, commits or files"
