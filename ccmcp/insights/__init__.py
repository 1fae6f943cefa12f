"""
What sessions did -> patterns that say a habit, a rule or a CLAUDE.md needs work. Pure.

One public module is one pattern: its docstring says what it finds, what that means and where it is
wrong. To add one, copy a neighbour; nothing else needs to change. Modules that begin with an
underscore are what patterns share.
"""

from functools import cache

from ccmcp import plugins
from ccmcp.insights._pattern import Advice, Evidence, Finding, Pattern, Sign
from ccmcp.insights._review import Direction, Review, Totals, Trend, review
from ccmcp.insights._window import Window
from ccmcp.work.cost import Cost, Prices, Rates
from ccmcp.work.session import Work

__all__ = [
    "Advice",
    "Cost",
    "Direction",
    "Evidence",
    "Finding",
    "Pattern",
    "Prices",
    "Rates",
    "Review",
    "Sign",
    "Totals",
    "Trend",
    "Window",
    "Work",
    "all_patterns",
    "review",
]


@cache
def all_patterns() -> tuple[Pattern, ...]:
    """Every pattern there is, by file name."""
    return plugins.load(__name__, Pattern)
