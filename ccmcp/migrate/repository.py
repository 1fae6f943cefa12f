"""
What a folder is in git: told by its files where they tell it, and by git itself for the rest. I/O: reads only.

git is run with a time limit, without the user's and the system's settings, without hooks, watchers, filters and locks: a
folder that came from somewhere must not run anything because somebody looked at it.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from ccmcp.migrate.bounded import entries, read_bounded, read_ends

PATIENCE = 5.0
"""Seconds that one question to git may take."""

_SECTION = re.compile(r'\[\s*([A-Za-z0-9.-]+)(?:\s+"((?:[^"\\]|\\.)*)")?\s*\]')
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_URL = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?:[^/]*@)?(?P<host>[^/:?#@]*)(?::\d+)?(?P<path>/[^?#]*)?(?:[?#].*)?"
)
_SCP = re.compile(r"(?:[^/@:]+@)?(?P<host>[A-Za-z0-9.-]{2,}|\[[0-9a-fA-F:]+\]):(?P<path>[^\\@]+)")
_ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_ATTR_NOSYSTEM": "1", "GIT_PAGER": "", "LC_ALL": "C", "HOME": os.devnull, "XDG_CONFIG_HOME": os.devnull,
}  # fmt: skip
_OPTIONS = (
    "--no-pager", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=" + os.devnull, "-c", "core.untrackedCache=false",
    "-c", "core.preloadIndex=false", "-c", "protocol.allow=never", "-c", "submodule.recurse=false",
    "-c", "status.submoduleSummary=false",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """What a folder is in git."""

    root: str
    """The top of its working tree."""
    git: str
    """Where the repository is: `.git`, or what a worktree shares with others."""
    worktree: bool = False
    """Whether it is a linked one."""
    remotes: Mapping[str, str] = field(default_factory=dict)
    """Names and `host/owner/name`, without credentials; a path where it is one."""
    branch: str = ""
    """Empty where no branch is checked out, or it can't be told."""
    head: str = ""
    """The commit that is checked out; empty where it can't be told."""
    roots: tuple[str, ...] | None = None
    """The commits it begins with; none where git was not asked or did not say in time, or the history is cut off."""
    changed: int | None = None
    """Tracked files that differ from what is committed; none where it can't be told."""
    untracked: int | None = None
    """Files and folders that are not in git, and not ignored."""


class Git:
    """git, asked within bounds."""

    def __init__(self, program: str | None = None, *, patience: float = PATIENCE) -> None:
        """`program`: git's path; empty for no git; none to look for it."""
        self._program = (shutil.which("git") or "") if program is None else program
        self._patience = patience

    def ask(self, folder: str, *words: str, given: bytes | None = None, most: int = 5_000_000) -> str | None:
        """What it answers in a folder; none where there is no git, it fails or takes too long."""
        if not os.path.isabs(self._program):
            return None
        try:
            told = subprocess.run(  # noqa: S603 - no shell
                [self._program, *_OPTIONS, "-C", folder, *words],
                input=given,
                stdin=subprocess.DEVNULL if given is None else None,
                capture_output=True,
                timeout=self._patience,
                check=False,
                env={**_ENVIRONMENT, "PATH": os.path.dirname(self._program) + os.pathsep + os.defpath},
            )
        except (OSError, ValueError, subprocess.SubprocessError):
            return None
        return told.stdout[:most].decode("utf-8", "replace") if told.returncode == 0 else None

    def roots(self, folder: str) -> tuple[str, ...] | None:
        """The commits a history begins with; none where it can't be told, or the history was cut off by a shallow clone."""
        if (self.ask(folder, "rev-parse", "--is-shallow-repository") or "").strip() != "false":
            return None
        told = self.ask(folder, "rev-list", "--max-parents=0", "HEAD")
        return None if told is None else tuple(_COMMIT.findall(told))

    def state(self, folder: str) -> tuple[int, int] | None:
        """How many tracked files of a working tree are changed, and how much is untracked; none where it can't be told."""
        names = self.ask(folder, "config", "--list", "--name-only", "-z")
        if names is None:
            return None
        filters = {each.rpartition(".")[0] for each in names.split("\0") if each.startswith("filter.")}
        if any("=" in each for each in filters):
            return None
        off = [word for each in filters for key in ("clean", "process") for word in ("-c", f"{each}.{key}=")]
        told = self.ask(
            folder, *off, "status", "--porcelain", "-z", "--no-renames", "--ignore-submodules=all",
            "--untracked-files=normal", "--no-ahead-behind",
        )  # fmt: skip
        if told is None:
            return None
        marks = [each[:2] for each in told.split("\0") if each]
        untracked = marks.count("??")
        if len(marks) > untracked and (filters or b"filter=" in self._attributes(folder)):
            return None  # without its filter a file that was only touched looks changed
        return len(marks) - untracked, untracked

    def _attributes(self, folder: str) -> bytes:
        return read_bounded(os.path.join(folder, ".gitattributes")) or b""


def repository(folder: str, git: Git | None = None) -> Repository | None:
    """
    What a folder is in git; none where it is in no repository.

    Args:
        folder: an absolute path.
        git: asked for root commits and changes; without it these are none.

    """
    at = folder
    for _ in range(100):
        place = os.path.join(at, ".git")
        if (own := _git_folder(place)) is not None:
            break
        if at == os.path.dirname(at):
            return None
        at = os.path.dirname(at)
    else:
        return None
    common = _common(own)
    branch, head = _head(own, common)
    state = git.state(at) if git else None
    return Repository(
        root=at,
        git=common,
        worktree=common != own,
        remotes=_remotes(common),
        branch=branch,
        head=head,
        roots=git.roots(at) if git and head else None,
        changed=state[0] if state else None,
        untracked=state[1] if state else None,
    )


def normalised(url: str) -> str:
    """
    A remote as `host/owner/name`: the same for ssh, https and scp forms, without user, password, port and `.git`.

    A path on this machine stays one; empty for what is no remote.
    """
    url = url.strip()
    if match := _URL.fullmatch(url):
        host, path = match["host"].lower(), match["path"] or ""
        if match["scheme"].lower() == "file":
            return path.removesuffix(".git").rstrip("/")
    elif "://" in url:
        return ""
    elif len(url) > 2 and url[1] == ":" and url[2] in "\\/":
        return url.replace("\\", "/").rstrip("/").removesuffix(".git")
    elif match := _SCP.fullmatch(url):
        host, path = match["host"].lower(), match["path"]
    else:
        return url.rstrip("/").removesuffix(".git") if url.startswith(("/", "./", "../")) else ""
    path = path.strip("/").removesuffix(".git").strip("/")
    # These hosts take names in any case.
    if host in ("github.com", "gitlab.com", "bitbucket.org", "www.github.com", "ssh.github.com"):
        path, host = path.lower(), host.removeprefix("www.").removeprefix("ssh.")
    return f"{host}/{path}" if host and path else ""


def has_commits(git: Git | None, folder: str, common: str, commits: Sequence[str]) -> frozenset[str]:
    """
    Which of some commits a repository has.

    Args:
        git: asked where it is given and answers; else what loose files say: objects that are not packed, refs, the log of HEAD.
        folder: in its working tree.
        common: the repository itself (`Repository.git`).
        commits: whole names, or their first 7 digits or more; others are in none.

    """
    asked = [each for each in commits if re.fullmatch(r"[0-9a-f]{7,64}", each) and each.strip("0")]
    if not asked:
        return frozenset()
    given = "".join(f"{each}^{{commit}}\n" for each in asked).encode()
    told = git.ask(folder, "cat-file", "--batch-check=%(objecttype)", given=given) if git else None
    if told is not None:
        kinds = told.split("\n")
        return frozenset(each for each, kind in zip(asked, kinds, strict=False) if kind == "commit")
    named = b"\n".join(
        part
        for name in (("packed-refs",), ("logs", "HEAD"), ("ORIG_HEAD",))
        for part in read_ends(os.path.join(common, *name), 1_000_000, 4_000_000) or ()
    )
    words = {each.decode("ascii") for each in re.findall(rb"(?<![0-9a-f])[0-9a-f]{40,64}(?![0-9a-f])", named)}
    return frozenset(each for each in asked if _stands(common, each, words))


# -- the files of a repository -------------------------------------------------------


def _stands(common: str, commit: str, named: AbstractSet[str]) -> bool:
    """Whether a commit is named in some words, or stands as a file among the objects."""
    if any(each.startswith(commit) for each in named):
        return True
    among = os.path.join(common, "objects", commit[:2])
    if len(commit) >= 40:
        return os.path.lexists(os.path.join(among, commit[2:]))
    return any(entry.name.startswith(commit[2:]) for entry in entries(among, 10_000))


def _git_folder(place: str) -> str | None:
    """The folder that a `.git` is or names; none where it is neither."""
    if os.path.isdir(place):
        return place if os.path.lexists(os.path.join(place, "HEAD")) else None
    data = read_bounded(place, 10_000)
    if data is None or not data.startswith(b"gitdir:"):
        return None
    named = os.fsdecode(data[7:].strip())
    return os.path.normpath(os.path.join(os.path.dirname(place), named))


def _common(own: str) -> str:
    data = read_bounded(os.path.join(own, "commondir"), 10_000)
    return os.path.normpath(os.path.join(own, os.fsdecode(data.strip()))) if data and data.strip() else own


def _head(own: str, common: str) -> tuple[str, str]:
    """Branch and commit of what is checked out."""
    said = (read_bounded(os.path.join(own, "HEAD"), 10_000) or b"").decode("utf-8", "replace").strip()
    if _COMMIT.fullmatch(said):
        return "", said
    ref = said.removeprefix("ref:").strip()
    if not said.startswith("ref:") or not ref.startswith("refs/") or ".." in ref:
        return "", ""
    branch = ref.removeprefix("refs/heads/")
    loose = (
        (read_bounded(os.path.join(common, *ref.split("/")), 1000) or b"").decode("ascii", "replace").strip()
    )
    if _COMMIT.fullmatch(loose):
        return branch, loose
    packed = (read_bounded(os.path.join(common, "packed-refs"), 50_000_000) or b"").decode("utf-8", "replace")
    for line in packed.split("\n"):
        commit, _, name = line.partition(" ")
        if name == ref and _COMMIT.fullmatch(commit):
            return branch, commit
    return branch, ""


def _remotes(common: str) -> dict[str, str]:
    """Names and normalised addresses from a repository's own config."""
    found: dict[str, str] = {}
    data = read_bounded(os.path.join(common, "config")) or b""
    name = ""
    for raw in data.decode("utf-8", "replace").split("\n"):
        line = raw.strip()
        if section := _SECTION.match(line):
            name = (section[2] or "") if section[1].lower() == "remote" else ""
            line = line[section.end() :].strip()
        key, equals, value = line.partition("=")
        if name and equals and key.strip().lower() == "url" and (at := normalised(value.strip().strip('"'))):
            found.setdefault(name, at)
    return found
