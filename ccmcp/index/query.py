"""
What a person typed -> terms and filters. Pure and total: any text gives a query, none fails.

    words              any of them, the more the better
    "exact phrase"     must be there, in this order
    +word              must be there
    -word -"a phrase"  must not be there
    field:value        project, branch, role, kind, tool, model, since, until, title, session

What looks like a filter and is none (an unknown field, src/app.py:12, a URL) is words, and so is
an option (--save-dev, -f).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from difflib import get_close_matches

FILTERS = ("project", "branch", "role", "kind", "tool", "model", "since", "until", "title", "session")

_TOKEN = re.compile(
    r"""(?P<sign>\+|-(?!-))?
        (?:(?P<field>[a-z_]+):(?=\S))?
        (?:["\u201c\u201d](?P<phrase>[^"\u201c\u201d]*)(?:["\u201c\u201d]|\Z) | (?P<word>[^\s"\u201c\u201d]+))""",
    re.VERBOSE,
)
MOST_TERMS = 48
"""A query's further words are left out: a pasted page is no question."""


@dataclass(frozen=True, slots=True)
class Term:
    """One word or phrase."""

    text: str
    phrase: bool = False
    must: bool = False
    without: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked for."""

    terms: tuple[Term, ...] = ()
    filters: tuple[tuple[str, str], ...] = ()
    """(field, value), the fields of FILTERS."""
    near_filters: tuple[str, ...] = ()
    """What is words, as written, and may have been meant as a filter: one with a sign, or of a field much like one."""

    @property
    def wanted(self) -> tuple[Term, ...]:
        """The terms that make a hit."""
        return tuple(term for term in self.terms if not term.without)

    @property
    def musts(self) -> tuple[Term, ...]:
        """The terms a session must have."""
        return tuple(term for term in self.terms if term.must and not term.without)

    @property
    def withouts(self) -> tuple[Term, ...]:
        """The terms a session must not have."""
        return tuple(term for term in self.terms if term.without)


def parse(text: str, accepts: Callable[[str, str], bool] = lambda _field, _value: True) -> Query:
    """Read a query. `accepts(field, value)` says whether a filter's value can be used; if not, it is words."""
    terms: list[Term] = []
    filters: list[tuple[str, str]] = []
    near: list[str] = []
    for match in _TOKEN.finditer(_encodable(text)):
        sign, field = match["sign"], match["field"]
        value = match["phrase"] if match["phrase"] is not None else match["word"]
        quoted = match["phrase"] is not None
        if field in FILTERS and not sign and value.strip() and accepts(field, value):
            filters.append((field, value))
            continue
        if sign == "-" and len(value) == 1 and not field and not quoted:
            sign, value = None, f"-{value}"  # an option of a command: tail -f
        words = f"{field}:{value}" if field else value
        term = Term(words, phrase=quoted and not field)
        if sign == "-":
            term = replace(term, without=True)
        elif sign == "+" or term.phrase:
            term = replace(term, must=True)
        if words.strip() and len(terms) < MOST_TERMS:
            terms.append(term)
            near += [f"{sign or ''}{words}"] if field and _like_a_filter(field, signed=bool(sign)) else []
    return Query(tuple(terms), tuple(filters), tuple(near))


def nearest_filter(field: str) -> str:
    """The filter that a field is a misspelling of; empty when there is none."""
    return next(iter(get_close_matches(field, FILTERS, n=1, cutoff=0.75)), "")


def _like_a_filter(field: str, *, signed: bool) -> bool:
    return signed if field in FILTERS else bool(nearest_filter(field))


def _encodable(text: str) -> str:
    """The text with U+FFFD in place of lone surrogates, which neither store takes."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
