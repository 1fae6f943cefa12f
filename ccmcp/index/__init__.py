"""Sessions -> a full-text index and a catalogue that follow the files. The only package that knows Tantivy and SQLite."""

import importlib
from typing import TYPE_CHECKING

from ccmcp.index.coverage import Coverage
from ccmcp.index.index import Index
from ccmcp.index.listing import Session, SessionFile, SessionFilter

if TYPE_CHECKING:  # what only some questions ask for is loaded when it is asked for: see __getattr__
    from ccmcp.index.calling import CallAnswer, Called, CallFilter, CallGroup, CallQuestion
    from ccmcp.index.query import Query, Term, parse
    from ccmcp.index.question import Answer, Caller, Facets, Hit, Match, Question, Why

__all__ = [
    "Answer",
    "CallAnswer",
    "CallFilter",
    "CallGroup",
    "CallQuestion",
    "Called",
    "Caller",
    "Coverage",
    "Facets",
    "Hit",
    "Index",
    "Match",
    "Query",
    "Question",
    "Session",
    "SessionFile",
    "SessionFilter",
    "Term",
    "Why",
    "parse",
]

_LATER = {
    "calling": ("CallAnswer", "CallFilter", "CallGroup", "CallQuestion", "Called"),
    "query": ("Query", "Term", "parse"),
    "question": ("Answer", "Caller", "Facets", "Hit", "Match", "Question", "Why"),
}
"""What is loaded at its first use, by the module it is in."""


def __getattr__(name: str) -> object:
    """The names of some questions, at their first use: a listing starts a tenth sooner without them."""
    for home, names in _LATER.items():
        if name in names:
            return getattr(importlib.import_module(f"{__name__}.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
