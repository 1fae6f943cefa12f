"""Sessions -> a full-text index and a catalogue that follow the files. The only package that knows Tantivy and SQLite."""

import importlib
from typing import TYPE_CHECKING

from ccmcp.index.coverage import Coverage
from ccmcp.index.index import Index
from ccmcp.index.listing import Session, SessionFile, SessionFilter

if TYPE_CHECKING:  # what only a search asks for is loaded when it is asked for: see __getattr__
    from ccmcp.index.query import Query, Term, parse
    from ccmcp.index.question import Answer, Caller, Hit, Match, Question

__all__ = [
    "Answer",
    "Caller",
    "Coverage",
    "Hit",
    "Index",
    "Match",
    "Query",
    "Question",
    "Session",
    "SessionFile",
    "SessionFilter",
    "Term",
    "parse",
]


def __getattr__(name: str) -> object:
    """The names of a search, at their first use: a listing starts a tenth sooner without them."""
    for home in ("query", "question") if name in __all__ else ():
        module = importlib.import_module(f"{__name__}.{home}")
        if hasattr(module, name):
            return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
