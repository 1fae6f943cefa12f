"""How long Claude Code keeps transcripts, as a root's settings say. I/O: reads one small file."""

import json
from pathlib import Path

DEFAULT_DAYS = 30
"""`cleanupPeriodDays` where the settings have none (Claude Code 2.1.330)."""


def cleanup_days(root: Path) -> int:
    """After how many days the client may delete a session's files; the default where the settings can't be read."""
    try:
        told = json.loads((root / "settings.json").read_bytes())
    except (OSError, ValueError, RecursionError):
        return DEFAULT_DAYS
    days = told.get("cleanupPeriodDays") if isinstance(told, dict) else None
    return days if isinstance(days, int) and not isinstance(days, bool) and days >= 0 else DEFAULT_DAYS
