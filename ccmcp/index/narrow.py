"""Which sessions may be found at all: by the filters over sessions, by what they must have and must not have. I/O: reads the stores."""

from collections.abc import Sequence

from ccmcp.errors import CcmcpError
from ccmcp.index.listing import WITH_UNLISTED, SessionFilter, where
from ccmcp.index.question import Question
from ccmcp.index.source import Source


def in_catalogue(sources: Sequence[Source], question: Question) -> set[int] | None:
    """
    The sessions that fit the filters over sessions; none for all but those that are left out.

    A session that several states know is as the last one has it. Those that are not
    listed because only typed prompts are left of them are found all the same.
    """
    if question.sessions == SessionFilter() and question.only_sessions is None:
        return None
    fitting: set[int] = set()
    errors: list[CcmcpError] = []
    for number, source in enumerate(sources):
        if number:
            fitting -= everyone(source)
        try:
            condition, values = where(source.catalog, question.sessions, kept=WITH_UNLISTED)
        except CcmcpError as error:  # a filter may name what only another state has
            errors.append(error)
        else:
            rows = source.catalog.rows(f"SELECT s.id FROM sessions s WHERE {condition}", values)  # noqa: S608 - our own condition
            fitting |= {int(str(row[0])) for row in rows} - source.stale.sessions
    if len(errors) == len(sources):
        raise errors[0]
    return fitting if question.only_sessions is None else fitting & set(question.only_sessions)


def everyone(source: Source) -> set[int]:
    """All sessions of a source whose rows stand."""
    return {
        int(str(row[0])) for row in source.catalog.rows("SELECT id FROM sessions")
    } - source.stale.sessions


def with_musts(
    sources: Sequence[Source], question: Question, allowed: set[int] | None
) -> tuple[set[int] | None, set[int]]:
    """Of these sessions (none: all) those that have what they must have; and those that have what they must not, or are left out."""
    denied = set() if allowed is not None else set[int]().union(*map(_left_out, sources))
    for term in question.terms:
        if not (term.must or term.without):
            continue
        having = [found for source in sources if (found := source.having(term)) is not None]
        if not having:
            continue  # there is no word in it
        these = set[int]().union(*having)
        if term.without:
            denied |= these
        else:
            allowed = these if allowed is None else allowed & these
    return allowed, denied


def _left_out(source: Source) -> set[int]:
    rows = source.catalog.rows("SELECT id FROM sessions WHERE excluded NOT IN (0, 3)")
    return {int(str(row[0])) for row in rows} - source.stale.sessions
