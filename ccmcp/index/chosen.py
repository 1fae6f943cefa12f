"""A filter over responses -> those it leaves, as SQL. I/O: reads the catalogue."""

from collections.abc import Iterator

from ccmcp.index.agents import kinds_of_agents, of_agents
from ccmcp.index.catalog import Catalog
from ccmcp.index.counting import SYNTHETIC, Book, told_by_rate
from ccmcp.index.listing import WITH_COPIES, Condition, pattern_of, where
from ccmcp.index.spending import NEVER, SpendingFilter


class Chosen:
    """
    The responses that a filter leaves, as a condition over `responses r`.

    Raises:
        ProjectNotFoundError: no session is of such a project.
        BadArgumentError: no root has this label.

    """

    def __init__(self, catalog: Catalog, wanted: SpendingFilter, book: Book) -> None:
        self._catalog = catalog
        self.unknown: dict[str, tuple[str, ...]] = {}
        """Of each filter that names nothing there is, what it could have named."""
        parts = [("r.books & ?", [int(book)]), *self._parts(wanted)]
        self.condition = (
            " AND ".join(part for part, _ in parts),
            [value for _, values in parts for value in values],
        )

    def _parts(self, wanted: SpendingFilter) -> Iterator[Condition]:
        condition, values = of_sessions(self._catalog, wanted)
        # With a sign before it no index leads to the sessions: one after the other they take longer than all responses.
        sign = "" if wanted.session else "+"
        yield f"{sign}r.session IN (SELECT s.id FROM sessions s WHERE {condition})", values  # noqa: S608 - our own condition
        if wanted.accounted:
            yield "+r.session IN (SELECT session FROM accounts)", []
        if wanted.since:
            yield "r.at >= ?", [wanted.since]
        if wanted.until < NEVER:
            yield "r.at < ? AND r.at > 0", [wanted.until]
        if wanted.branch:
            yield from self._branch(wanted.branch)
        if wanted.model:
            yield from self._model(wanted.model)
        if wanted.agent:
            yield from self._agent(wanted.agent)

    def _model(self, asked: str) -> Iterator[Condition]:
        rates = [str(rate) for [rate] in self._catalog.rows("SELECT rate FROM rates")]
        these = [rate for rate in rates if asked.lower() in told_by_rate(rate)[0].lower()]
        if not these:
            self.unknown["model"] = tuple(
                sorted({told_by_rate(rate).model for rate in self._shown("rate")} - {"", SYNTHETIC})
            )
        yield f"r.rate IN ({', '.join('?' * len(these))})", these

    def _branch(self, asked: str) -> Iterator[Condition]:
        pattern = pattern_of(asked)
        if not self._catalog.rows("SELECT 1 FROM responses WHERE branch GLOB ? LIMIT 1", (pattern,)):
            self.unknown["branch"] = tuple(sorted(set(self._shown("branch")) - {""}))
        yield "r.branch GLOB ?", [pattern]

    def _shown(self, column: str) -> Iterator[str]:
        """The values of a column in what settings do not leave out."""
        sql = f"SELECT DISTINCT {column} FROM responses WHERE session NOT IN (SELECT id FROM sessions WHERE excluded = 1)"  # noqa: S608 - our own names
        yield from (str(value) for [value] in self._catalog.rows(sql))

    def _agent(self, asked: str) -> Iterator[Condition]:
        condition, unknown = of_agents(asked, "r", lambda: kinds_of_agents(self._catalog, table="responses"))
        if unknown:
            self.unknown["agent"] = unknown
        yield condition


def of_sessions(catalog: Catalog, wanted: SpendingFilter) -> tuple[str, list[object]]:
    """What the filter says of sessions, as a condition over `sessions s`, and its values. Raises as `Chosen` does."""
    return where(catalog, wanted.sessions, session=wanted.session, kept=WITH_COPIES)
