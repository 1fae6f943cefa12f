"""
What the user has decided about findings: a baseline of those that are known, and suppressions with a reason. I/O: the state folder.

One small JSON file, written whole to a new file that then takes its place; nobody but its owner may read it.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from ccmcp.errors import SettingsError

_NAME = "audit.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppressed:
    """A finding that needs no more attention, for a reason."""

    reason: str
    author: str
    since: str
    """ISO 8601 with offset."""
    until: str | None
    """When it comes back; none for never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """All that was decided."""

    baseline: frozenset[str] = frozenset()
    """Fingerprints of what was there when the baseline was set."""
    baseline_at: str | None = None
    """When that was; none without one."""
    suppressed: Mapping[str, Suppressed] = field(default_factory=dict)
    """By fingerprint."""

    def suppression(self, fingerprint: str, now: str) -> Suppressed | None:
        """The suppression of a finding, while it holds. `now` in ISO 8601 with the offset that `until` has, UTC."""
        found = self.suppressed.get(fingerprint)
        return found if found and (not found.until or now < found.until) else None


def load(state: Path) -> Decisions:
    """
    What was decided by now; nothing where there is no file.

    Raises:
        SettingsError: the file is there and can't be read or understood.

    """
    path = state / _NAME
    try:
        with path.open("rb") as file:
            told = json.load(file)
    except (FileNotFoundError, NotADirectoryError):
        return Decisions()
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"{path}: the audit's baseline and suppressions can't be read: {str(error)[:200]}. Correct the file, or move it away."
        ) from error
    return _decisions(told if isinstance(told, dict) else {})


def _decisions(told: Mapping[str, Any]) -> Decisions:
    baseline = told.get("baseline")
    known = baseline.get("fingerprints") if isinstance(baseline, dict) else None
    at = baseline.get("at") if isinstance(baseline, dict) else None
    suppressed = told.get("suppressed")
    return Decisions(
        baseline=frozenset(each for each in known if isinstance(each, str)) if isinstance(known, list) else frozenset(),
        baseline_at=at if isinstance(at, str) else None,
        suppressed={
            fingerprint: Suppressed(
                reason=str(each.get("reason", "")), author=str(each.get("author", "")), since=str(each.get("since", "")),
                until=each["until"] if isinstance(each.get("until"), str) else None,
            )
            for fingerprint, each in (suppressed.items() if isinstance(suppressed, dict) else ())
            if isinstance(each, dict)
        },
    )  # fmt: skip


def save(state: Path, decisions: Decisions) -> None:
    """
    Keep what was decided.

    Raises:
        SettingsError: the state folder can't be written to.

    """
    told: dict[str, Any] = {
        "suppressed": {
            fingerprint: {
                "reason": each.reason,
                "author": each.author,
                "since": each.since,
                "until": each.until,
            }
            for fingerprint, each in sorted(decisions.suppressed.items())
        }
    }
    if decisions.baseline_at:
        told["baseline"] = {"at": decisions.baseline_at, "fingerprints": sorted(decisions.baseline)}
    try:
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        with NamedTemporaryFile("w", dir=state, prefix=f"{_NAME}.", delete=False, encoding="utf-8") as file:
            json.dump(told, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(state / _NAME)
    except OSError as error:
        raise SettingsError(
            f"The state folder {state} can't be written to: {error.strerror or error}. Set CCMCP_STATE_DIR (or state_dir in the "
            "settings) to a folder you can write to."
        ) from error
