"""What transcripts say that tells a project's folder again when it has another path: remotes, commits, files. I/O: reads only."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ccmcp.migrate.bounded import read_ends
from ccmcp.migrate.repository import normalised

MOST_TRANSCRIPTS = 4
MOST_BYTES = 2_000_000
"""Read of one transcript: the first quarter, and the end."""

_MOST_COMMITS = 200
_MOST_FILES = 400

_ADDRESS = rb"(?:(?:https?|ssh|git|file)://|[\w.-]{1,60}@[\w.-]{1,200}:)[^\s\"'\\;&|<>()]{1,300}"
_REMOTES = (
    re.compile(rb"\\t(" + _ADDRESS + rb"|/[^\s\"\\]{1,300}) \((?:fetch|push)\)"),  # git remote -v
    re.compile(rb"(?:\\n|\")(?:To|From) (" + _ADDRESS + rb"|[\w.-]{3,200}:[^\s\"\\]{1,300}|/[^\s\"\\]{1,300})(?=\\n|\")"),
    re.compile(rb"git remote (?:add|set-url) (?:-[\w-]{1,20} ){0,3}[\w./-]{1,60} [\"'\\]{0,3}(" + _ADDRESS + rb"|/[^\s\"'\\;&|]{1,300})"),
    re.compile(rb"(?:\\turl = |remote\.[\w./-]{1,60}\.url=)(" + _ADDRESS + rb")"),  # .git/config, git config -l
    re.compile(rb"\"(?:stdout|content)\":\"(" + _ADDRESS + rb"\.git|[\w.-]{1,60}@[\w.-]{1,200}:[^\s\"\\]{1,300})(?:\\n)?\""),
)  # fmt: skip
_PULL_REQUEST = re.compile(
    rb"\"prUrl\":\"(https?://[\w.-]{1,200}/[\w./-]{1,200}?)/(?:-/)?(?:pull|merge_requests|pull-requests)/\d"
)
_CLONE = re.compile(rb"git clone (?:--?[\w=.-]{1,40} (?:\d{1,6} )?){0,4}[\"'\\]{0,3}(" + _ADDRESS + rb")")
_COMMITS = (
    re.compile(rb"\"originalHeadCommit\":\"([0-9a-f]{40})\""),
    re.compile(rb"\[[\w./+-]{1,100} (?:\(root-commit\) )?([0-9a-f]{7,40})\]"),  # git commit
    re.compile(rb"\.\.\.?([0-9a-f]{7,40})(?![0-9a-f])"),  # git push, git pull: what it went to
    re.compile(rb"commit ([0-9a-f]{40})(?![0-9a-f])"),  # git log
    re.compile(rb"(?:\\n|\")([0-9a-f]{7,40}) (?=[^\s\"\\])"),  # git log --oneline
    re.compile(rb"\"(?:stdout|content)\":\"([0-9a-f]{7,40})(?:\\n)?\""),  # git rev-parse
)
_FILE = re.compile(rb"\"file_path\":\"((?:[^\"\\]|\\.){1,1000})\"")
_TIMESTAMP = re.compile(rb"\"timestamp\":\"([0-9T:.+Z-]{10,40})\"")
_WORKTREE = re.compile(
    rb"\"originalCwd\":\"((?:[^\"\\]|\\.){1,1000})\",\"worktreePath\":\"((?:[^\"\\]|\\.){1,1000})\""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the newest transcripts of a project say of it."""

    remotes: frozenset[str] = frozenset()
    """`host/owner/name` of what was pushed to, fetched from, listed, or named in a pull request."""
    cloned: frozenset[str] = frozenset()
    """The same of what was cloned: often another project."""
    commits: tuple[str, ...] = ()
    """Names that stand where git puts those of commits: whole, or their first 7 digits or more."""
    files: tuple[str, ...] = ()
    """Files that tools were given, by their path within the project, with /."""
    worktree_of: str = ""
    """The folder it was a worktree of; empty when nothing says so."""


def evidence(transcripts: Sequence[str], project: str, *, most: int = MOST_BYTES) -> Evidence:
    """
    What the first few of some transcripts say.

    Args:
        transcripts: their paths, the newest first.
        project: the folder they belong to.
        most: bytes read of each.

    """
    remotes: set[str] = set()
    cloned: set[str] = set()
    commits: dict[str, None] = {}
    files: dict[str, None] = {}
    worktree_of = ""
    for path in transcripts[:MOST_TRANSCRIPTS]:
        ends = read_ends(path, most // 4, most - most // 4)
        for part in reversed(ends or ()):
            if b"git" in part or b"prUrl" in part:
                remotes |= _addresses(
                    each[1] for pattern in (*_REMOTES, _PULL_REQUEST) for each in pattern.finditer(part)
                )
                cloned |= _addresses(each[1] for each in _CLONE.finditer(part))
            if len(commits) < _MOST_COMMITS:
                commits |= dict.fromkeys(_commits(part))
            if len(files) < _MOST_FILES and b'"file_path":"' in part:
                files |= dict.fromkeys(_files(part, project))
            for match in _WORKTREE.finditer(part):
                if unescaped(match[2]) == project:
                    worktree_of = unescaped(match[1])
    return Evidence(
        remotes=frozenset(remotes),
        cloned=frozenset(cloned - remotes),
        commits=tuple(commits)[:_MOST_COMMITS],
        files=tuple(files)[:_MOST_FILES],
        worktree_of=worktree_of,
    )


def first_at(transcripts: Sequence[str]) -> str:
    """The first time that stands in the oldest of some transcripts, newest first; empty when none does."""
    for path in reversed(transcripts[-3:]):
        ends = read_ends(path, 200_000, 0)
        if ends and (match := _TIMESTAMP.search(ends[0])):
            return match[1].decode()
    return ""


def _addresses(found: Iterable[bytes]) -> set[str]:
    return {at for each in found if (at := normalised(unescaped(each).rstrip(".,'\"`")))}


def _commits(part: bytes) -> list[str]:
    """What looks like a commit, the last first."""
    found = {match.start(1): match[1].decode() for pattern in _COMMITS for match in pattern.finditer(part)}
    # An abbreviation without a digit is most likely a word.
    told = [found[at] for at in sorted(found, reverse=True) if any(map(str.isdigit, found[at]))]
    return list(dict.fromkeys(told))[:_MOST_COMMITS]


def _files(part: bytes, project: str) -> list[str]:
    found = dict.fromkeys(unescaped(match[1]) for match in _FILE.finditer(part))
    cut = project.rstrip("/\\")
    within = (
        path[len(cut) + 1 :].replace("\\", "/").strip("/")
        for path in found
        if path.startswith(cut) and path[len(cut) : len(cut) + 1] in ("/", "\\")
    )
    return [each for each in within if each and ".." not in each.split("/")][:_MOST_FILES]


def unescaped(value: bytes) -> str:
    """A JSON string's text from what stands between its quotes; empty where it is none."""
    if b"\\" not in value:
        return value.decode("utf-8", "replace")
    try:
        told: object = json.loads(b'"' + value + b'"')
    except ValueError:
        return ""
    return told if isinstance(told, str) else ""
