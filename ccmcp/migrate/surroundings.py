"""
What a project's folder is, and what a root is, as far as sessions that come to it may be in for a surprise. I/O: reads only.

Everything is bounded: files of a set size at most, folders up to a number of names, no links followed out of a folder's
settings, no devices, no program but git (and that tamed). What can't be told is none, never a guess.
"""

import json
import os
import re
import shutil
import stat
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from ccmcp.config import Root
from ccmcp.migrate.bounded import entries, read_bounded, read_json
from ccmcp.migrate.repository import Git, Repository, repository

IGNORES = (".gitignore", ".claudeignore", ".ignore", ".dockerignore", ".npmignore", ".git/info/exclude")
MOST_NAMES = 10_000
"""So many names of a folder are looked at for environment files."""

_SERVER_NAME = re.compile(r"[^A-Za-z0-9_-]")
_MOST_CLIENT_SETTINGS = 100_000_000
_MOST_ASKED = 200_000


@dataclass(frozen=True, slots=True, order=True)
class Setting:
    """One thing that settings say, without its value, which may hold a secret."""

    kind: str
    """allow, deny, ask (permissions), hook, setting."""
    name: str
    """The tool of a permission (`Bash`), the event of a hook (`PreToolUse`), the key of anything else (`env.NAME`, `model`)."""
    digest: str
    """Of its value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a project's folder is."""

    path: str
    exists: bool = False
    folder: bool = False
    """Whether it is a folder, or a link to one."""
    real: str = ""
    """Its real path; empty where it is not there."""
    owner: str = ""
    """A name, or a number where there is none; empty where it can't be told."""
    mine: bool | None = None
    """Whether it belongs to who asks."""
    writable: bool | None = None
    repository: Repository | None = None
    settings: frozenset[Setting] = frozenset()
    """Of `.claude/settings.json` and `.claude/settings.local.json`."""
    servers: frozenset[str] = frozenset()
    """Names of the MCP servers in `.mcp.json`, as they stand in names of tools."""
    ignores: Mapping[str, str] = field(default_factory=dict)
    """Files with ignore rules, and the digests of what they say (blank lines and comments apart)."""
    environment: tuple[str, ...] = ()
    """Names of environment files in it: `.env`, `.env.local` ..."""
    unreadable: tuple[str, ...] = ()
    """Settings files that are there and can't be read or understood, by their path in the folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectEntry:
    """What a root's `.claude.json` says of a project."""

    servers: frozenset[str] = frozenset()
    settings: frozenset[Setting] = frozenset()
    """Its allowed tools, as permissions."""
    trusted: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RootFacts:
    """What a root is."""

    label: str
    path: str
    exists: bool = False
    owner: str = ""
    mine: bool | None = None
    writable: bool | None = None
    free: int | None = None
    """Bytes that may still be written there."""
    case_counts: bool | None = None
    """Whether its file system tells upper and lower case apart."""
    servers: frozenset[str] = frozenset()
    """Names of the MCP servers of the user."""
    settings: frozenset[Setting] = frozenset()
    """Of its `settings.json`."""
    projects: Mapping[str, ProjectEntry] = field(default_factory=dict)
    """Of the projects that were asked about and have an entry."""


def surroundings(path: str, *, git: Git | None = None) -> Surroundings:
    """
    What a project's folder is.

    Args:
        path: absolute; it need not exist.
        git: asked about root commits and changes; without it only files are looked at.

    """
    try:
        seen = os.stat(path)
    except (OSError, ValueError):
        return Surroundings(path=path, exists=_there(path))
    folder = stat.S_ISDIR(seen.st_mode)
    owner, mine = _owner(seen)
    if not folder:
        return Surroundings(path=path, exists=True, real=os.path.realpath(path), owner=owner, mine=mine)
    unreadable: list[str] = []
    return Surroundings(
        path=path,
        exists=True,
        folder=True,
        real=os.path.realpath(path),
        owner=owner,
        mine=mine,
        writable=os.access(path, os.W_OK | os.X_OK),
        repository=repository(os.path.realpath(path), git),
        settings=frozenset(
            each
            for name in ("settings.json", "settings.local.json")
            for each in _settings(_json_of(path, f".claude/{name}", unreadable))
        ),
        servers=frozenset(_servers(_json_of(path, ".mcp.json", unreadable))),
        ignores=_ignores(path),
        environment=tuple(
            sorted(
                each.name
                for each in entries(path, MOST_NAMES)
                if is_environment(each.name) and not _folder(each)
            )
        ),
        unreadable=tuple(unreadable),
    )


def root_facts(root: Root, projects: Iterable[str], *, home: Path) -> RootFacts:
    """
    What a root is.

    Args:
        root: it need not exist: free space and rights are then those of the nearest folder above.
        projects: paths of projects whose entry is of interest.
        home: the user's, where the default root has its `.claude.json`.

    """
    path = os.path.realpath(root.path)
    nearest = _nearest(path)
    owner, mine = _owner(os.stat(nearest)) if nearest else ("", None)
    client = read_json(os.path.join(path, ".claude.json"), _MOST_CLIENT_SETTINGS)
    if client is None and root.default:
        client = read_json(str(home / ".claude.json"), _MOST_CLIENT_SETTINGS)
    return RootFacts(
        label=root.label,
        path=path,
        exists=os.path.isdir(path),
        owner=owner,
        mine=mine,
        writable=os.access(nearest, os.W_OK | os.X_OK) if nearest else None,
        free=_free(nearest),
        case_counts=_case_counts(nearest) if nearest else None,
        servers=frozenset(_servers(client)),
        settings=frozenset(_settings(read_json(os.path.join(path, "settings.json"), follow=True))),
        projects={each: entry for each in projects if (entry := _entry(client, each)) is not None},
    )


def existing(paths: Iterable[str], most: int = _MOST_ASKED) -> frozenset[str]:
    """Which of some paths are there, of the first so many; the others are taken for being there, as nobody looked."""
    return frozenset(each for number, each in enumerate(paths) if number >= most or _there(each))


def is_environment(name: str) -> bool:
    """Whether a file's name is that of an environment file that holds values, no template."""
    lower = name.lower()
    return (lower == ".env" or lower.startswith(".env.") or lower == ".envrc") and not lower.endswith(
        (".example", ".sample", ".template", ".dist")
    )


def server_name(name: str) -> str:
    """An MCP server's name as it stands in the names of its tools."""
    return _SERVER_NAME.sub("_", name)


# -- what files say ------------------------------------------------------------------


def _json_of(folder: str, within: str, unreadable: list[str]) -> object:
    path = os.path.join(folder, *within.split("/"))
    found = read_json(path, follow=True)
    if found is None and os.path.lexists(path):
        unreadable.append(within)
    return found


def _settings(found: object) -> Iterator[Setting]:
    match found:
        case dict():
            pass
        case _:
            return
    for key, value in found.items():
        match key, value:
            case "permissions", dict():
                yield from _permissions(value)
            case "hooks", dict():
                for event, hooks in value.items():
                    for each in hooks if isinstance(hooks, list) else [hooks]:
                        yield Setting("hook", str(event)[:60], _digest(each))
            case "env", dict():
                for name, inner in value.items():
                    yield Setting("setting", f"env.{name}"[:80], _digest(inner))
            case str(), _ if key != "$schema":
                yield Setting("setting", key[:80], _digest(value))


def _permissions(found: Mapping[str, object]) -> Iterator[Setting]:
    for key, value in found.items():
        match key, value:
            case "allow" | "deny" | "ask", list():
                for rule in value:
                    yield permission(key, str(rule))
            case _:
                yield Setting("setting", f"permissions.{key}"[:80], _digest(value))


def permission(kind: str, rule: str) -> Setting:
    """A permission rule (`Bash(npm test:*)`) without what stands in its brackets."""
    return Setting(kind, rule.partition("(")[0].strip()[:80], _digest(rule))


def _servers(found: object) -> Iterator[str]:
    match found:
        case {"mcpServers": dict(servers)}:
            yield from (server_name(str(each))[:64] for each in servers)
        case _:
            return


def _entry(client: object, path: str) -> ProjectEntry | None:
    match client:
        case {"projects": dict(projects)} if isinstance(entry := projects.get(path), dict):
            allowed = entry.get("allowedTools")
            trusted = entry.get("hasTrustDialogAccepted")
            return ProjectEntry(
                servers=frozenset(_servers(entry)),
                settings=frozenset(
                    permission("allow", str(each)) for each in (allowed if isinstance(allowed, list) else ())
                ),
                trusted=trusted if isinstance(trusted, bool) else None,
            )
        case _:
            return None


def _ignores(folder: str) -> dict[str, str]:
    found = {}
    for name in IGNORES:
        data = read_bounded(os.path.join(folder, *name.split("/")), follow=True)
        rules = [line.strip() for line in (data or b"").split(b"\n")]
        said = b"\n".join(line for line in rules if line and not line.startswith(b"#"))
        if said:
            found[name] = sha256(said).hexdigest()[:16]
    return found


def _digest(value: object) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


# -- what the file system says -------------------------------------------------------


def _there(path: str) -> bool:
    try:
        return os.path.lexists(path)
    except ValueError:  # NUL
        return False


def _folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _nearest(path: str) -> str:
    """The path, or the nearest folder above it that is there."""
    while not os.path.isdir(path):
        above = os.path.dirname(path)
        if above == path:
            return ""
        path = above
    return path


def _owner(seen: os.stat_result) -> tuple[str, bool | None]:
    if sys.platform == "win32":
        return "", None
    import pwd  # noqa: PLC0415 - not on Windows

    try:
        name = pwd.getpwuid(seen.st_uid).pw_name
    except (KeyError, OverflowError):
        name = str(seen.st_uid)
    return name, seen.st_uid == os.geteuid()


def _free(path: str) -> int | None:
    try:
        return shutil.disk_usage(path).free if path else None
    except OSError:
        return None


def _case_counts(folder: str) -> bool | None:
    """Told by the folder under its own name in the other case; none where that has no letters."""
    while True:
        head, name = os.path.split(folder)
        swapped = os.path.join(head, name.swapcase())
        if swapped != folder:
            break
        if head == folder:
            return None
        folder = head
    try:
        return not os.path.samefile(folder, swapped)
    except OSError:
        return True
