"""
What has to be known before sessions are moved, copied or carried: one file = one check. Pure.

A check says what is bad and what is fine in the docstring of its function. Modules that begin with an underscore are what
checks share. `asked` names the paths that must be looked up before: pass what was found as `Circumstances.exists`.

    secrets, running, missing_paths, saved_outputs, environment_files   in the transcripts
    git, visibility, hooks, settings, mcp_servers, ignore_rules     in the folders
    space, permissions, case, target_missing, source_still_there, old_clients   in the way
    _paths, _check, _circumstances  files the sessions used; what a check is, and what it is told
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import get_args

from ccmcp.migrate.plan import Risk, Severity
from ccmcp.migrate.risks._check import Check
from ccmcp.migrate.risks._circumstances import Circumstances, Going, StillRunning
from ccmcp.migrate.risks._paths import wanted_there
from ccmcp.plugins import load

__all__ = ["Circumstances", "Going", "StillRunning", "asked", "checks", "look"]

_ORDER = {severity: place for place, severity in enumerate(get_args(Severity))}


@cache
def checks() -> tuple[Check, ...]:
    """Every check there is, by its file's name."""
    return load("ccmcp.migrate.risks", Check)


def look(circumstances: Circumstances) -> Iterator[Risk]:
    """What there is to know, the most severe first."""
    found = [risk for check in checks() for risk in check.look(circumstances)]
    yield from sorted(found, key=lambda risk: _ORDER[risk.severity])


def asked(sessions: Iterable[Going], source: str) -> tuple[str, ...]:
    """The paths that checks ask `exists` about, each once; `source` is the project's folder."""
    sessions = list(sessions)
    wanted = list(wanted_there(sessions, source))
    # Folders first: of very many paths the last are not looked up.
    return tuple(
        dict.fromkeys(
            (
                *(each.new_home for each in sessions),
                *(each.path for each in wanted),
                *(each.was for each in wanted),
            )
        )
    )
