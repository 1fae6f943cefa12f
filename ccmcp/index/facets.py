"""How sessions spread over projects, months and models, and their matches over tools. I/O: reads the stores."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence

from ccmcp.index.question import Facets
from ccmcp.index.source import Source

MOST = 5


def facets(sources: Sequence[Source], numbers: Sequence[int]) -> Facets:
    """The facets of these sessions."""
    known: dict[int, tuple[object, ...]] = {}
    places = ", ".join("?" * len(numbers))
    for source in sources:
        rows = source.catalog.rows(
            f"SELECT id, project, substr(ended_at, 1, 7), models FROM sessions WHERE id IN ({places})",  # noqa: S608 - placeholders
            list(numbers),
        )
        known |= {int(str(row[0])): row for row in rows}
    models = (str(model) for row in known.values() for model in json.loads(str(row[3])))
    tools: Counter[str] = Counter()
    for source in sources:
        tools.update(source.matching_tools())
    return Facets(
        sessions=len(known),
        projects=_most(str(row[1]) for row in known.values() if row[1]),
        months=_most(str(row[2]) for row in known.values() if row[2]),
        models=_most(models),
        tools=tuple(tools.most_common(MOST)),
    )


def _most(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple(Counter(names).most_common(MOST))
