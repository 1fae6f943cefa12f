"""What a reader does not see, in words, and how to see it. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence

from ccmcp.reading.items import Detail, short_agent
from ccmcp.reading.lines import INJECTED, ODD, RESULT, SIDE, THINKING, Line
from ccmcp.reading.scope import Scope

_MOST_AGENTS = 5
_KINDS = (
    (RESULT, "tool result"),
    (THINKING, "thinking passage"),
    (INJECTED, "injected note"),
    (ODD, "line of unknown kind or damaged"),
    (SIDE, "side file"),
)


def left_out(scope: Scope, detail: Detail, shown: Sequence[Line]) -> Iterator[tuple[str, str]]:
    """
    What the pages of a session leave out: each with numbers, and in short.

    Takes what is read and the lines of it that the pages show.
    """
    counts = Counter("".join(line.codes for line in scope.lines))
    match detail:
        case "outline":
            yield (
                "all but the first line of each prompt (detail=dialogue, or around=ID)",
                "detail=dialogue shows more",
            )
        case "dialogue":
            kinds = [number(counts[code], what) for code, what in _KINDS if counts[code]]
            if kinds:
                yield f"{', '.join(kinds)} (detail=full, or around=ID)", "detail=full shows more"
        case "full":
            kept = len(scope.lines) - len(shown)
            if kept:
                yield f"{number(kept, 'line')} the client keeps for itself or repeats", ""
    if scope.on_branches:
        branches = "1 abandoned branch" if scope.branches == 1 else f"{scope.branches} abandoned branches"
        entries = number(scope.on_branches, "entry", "entries")
        yield f"{entries} on {branches} (branches=all)", "branches=all shows more"
    agents = {name: count for name, count in scope.agents.items() if count}
    if agents:
        names = ", ".join(short_agent(name) for name in list(agents)[:_MOST_AGENTS])
        more = ", ..." if len(agents) > _MOST_AGENTS else ""
        told = f"{number(sum(agents.values()), 'entry', 'entries')} of {number(len(agents), 'subagent')}"
        yield f"{told} (agent={names}{more} or all)", "agent=all shows more"


def number(count: int, one: str, many: str = "") -> str:
    """A count and what is counted."""
    first, _, rest = one.partition(" ")
    plural = many or (f"{first}s {rest}" if first == "line" and rest else f"{one}s")
    return f"{count:,} {one if count == 1 else plural}"
