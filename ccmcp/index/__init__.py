"""Sessions -> a full-text index and a catalogue that follow the files. The only package that knows Tantivy and SQLite."""

from ccmcp.index.coverage import Coverage
from ccmcp.index.index import Index
from ccmcp.index.listing import Session, SessionFile, SessionFilter
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
