"""Tokens and money to be shown: reports made by hand."""

from typing import Any

from ccmcp.views.spent import CacheUse, UsageReport, UsageRow, UsageTotals
from ccmcp.views.words import Covered

ALL_SEEN = Covered(indexed_bytes=1, total_bytes=1, complete=True, reading=False, unseen=(), nothing_in=())


def row(key: str, cost: float | None = 1.5, **more: Any) -> UsageRow:
    """A row; its tokens are told by what it cost unless they are given."""
    size = round((1 if cost is None else cost) * 1000)
    given = {
        "key": key,
        "keys": None,
        "input_tokens": size,
        "output_tokens": size * 4,
        "cache_creation_tokens": size * 30,
        "cache_read_tokens": size * 400,
        "cost_usd": cost,
        "models": ("claude-opus-5-5",),
        "responses": max(size // 20, 1),
        "no_final": 0,
        "web_searches": 0,
        **dict.fromkeys(("unpriced_models", "first_at", "last_at", "title", "project", "block", "context", "timing", "budget")),
        **more,
    }  # fmt: skip
    tokens = (given[f"{kind}_tokens"] for kind in ("input", "output", "cache_creation", "cache_read"))
    return UsageRow(**{"total_tokens": sum(tokens), **given})


def totals(*rows: UsageRow, **more: Any) -> UsageTotals:
    """What rows come to."""
    names = ("input_tokens", "output_tokens", "cache_creation_tokens", "cache_read_tokens", "total_tokens",
             "responses", "no_final", "web_searches")  # fmt: skip
    costs = [each.cost_usd for each in rows if each.cost_usd is not None]
    given = {
        **{name: sum(getattr(each, name) for each in rows) for name in names},
        "cost_usd": round(sum(costs), 6) if costs else None,
        "recorded_usd": None,
        "first_at": None,
        "last_at": None,
        "cache": CacheUse(hit_rate=0.93, saved_usd=12.5),
        "context": None,
        **more,
    }
    return UsageTotals(**given)


def report(*rows: UsageRow, group: str = "day", **more: Any) -> UsageReport:
    """A report of all its rows."""
    given = {
        "rows": rows,
        "totals": totals(*rows),
        "unattributed": None,
        "group": group,
        "timezone": "UTC",
        "since": None,
        "until": None,
        "mode": "auto",
        "compatible": None,
        "difference": None,
        "unpriced_models": (),
        "budgets": (),
        "details": None,
        "marks": {},
        "hints": (),
        "total_rows": len(rows),
        "next_cursor": None,
        "coverage": ALL_SEEN,
        **more,
    }
    return UsageReport(**given)
