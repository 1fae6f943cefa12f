"""
Where a plan may read and write, whatever it says itself: a file in the state folder is no authority. I/O: reads only.

The roots are those of the settings; beside them only the default root's `.claude.json` in the home is written.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from ccmcp.config import Config
from ccmcp.errors import MigrationRefusedError
from ccmcp.migrate.plan import Plan
from ccmcp.migrate.steps import FromFile, MakeFolder, Prompts, Put, Remove, Settings, Step

_BITS = 0o777
"""Permission bits a file or folder may get: none that run it as somebody else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Where a plan may write."""

    roots: tuple[str, ...]
    """Real folders."""
    files: tuple[str, ...]
    """Single paths beside them."""


def bounds(config: Config, plan: Plan) -> Bounds:
    """
    The bounds of a plan.

    Raises:
        MigrationRefusedError: the plan would go beyond its bounds.

    """
    allowed = {os.path.realpath(each.path): each for each in config.roots}
    for root in plan.roots:
        if root not in allowed:
            raise MigrationRefusedError(root, "is no root of these settings (any more)")
    inside = tuple(root + os.sep for root in plan.roots)

    @cache
    def readable(folder: str) -> bool:
        return (os.path.realpath(folder) + os.sep).startswith(inside)

    files: dict[str, None] = {}
    settings = {os.path.join(root, ".claude.json") for root in plan.roots}
    if any(allowed[root].default for root in plan.roots):
        settings.add(str(config.home / ".claude.json"))
    prompts = {os.path.join(root, "history.jsonl") for root in plan.roots}
    for step in plan.steps:
        match step:
            case Settings(path=path):
                if path not in settings:
                    raise MigrationRefusedError(path, "is not the client's own file of a root")
                files[path] = None
            case Prompts(path=path) if path not in prompts:
                raise MigrationRefusedError(path, "is not the prompt history of a root")
            case MakeFolder(path=path) if any(
                (root + os.sep).startswith(path + os.sep) for root in plan.roots
            ):
                files[path] = None  # a root that is not there yet, and what it is in
            case _:
                pass
        _check_content(step, readable)
    return Bounds(roots=plan.roots, files=tuple(files))


def _check_content(step: Step, readable: Callable[[str], bool]) -> None:
    match step:
        case Put(path=path, content=content, mode=mode):
            contents = [content]
        case Remove(path=path, again=content):
            contents, mode = [content], 0
        case MakeFolder(path=path, mode=mode):
            contents = []
        case _:
            return
    if mode & ~_BITS:
        raise MigrationRefusedError(path, "would get permissions that no file of a history has")
    for each in contents:
        if isinstance(each, FromFile) and not readable(os.path.dirname(each.path)):
            raise MigrationRefusedError(each.path, "is outside the folders that may be read")
