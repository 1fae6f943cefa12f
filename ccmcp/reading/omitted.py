"""What a reader does not see, in words, and how to see it. Pure."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from ccmcp.reading.items import Detail, cut, one_line, short_agent
from ccmcp.reading.lines import INJECTED, ODD, RESULT, SIDE, THINKING, Line
from ccmcp.reading.scope import Scope

_MOST_AGENTS = 5
_LONGEST_NAME = 60
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


def unread(files: Mapping[str, str], clean: Callable[[str], str]) -> str:
    """Which transcripts could not be read, and why: takes paths with their reasons, and what makes texts fit to be shown."""
    if not files:
        return ""
    path, why = next(iter(files.items()))
    name = cut(one_line(clean(path.replace("\\", "/").rpartition("/")[2])), _LONGEST_NAME)
    more = f" and {number(len(files) - 1, 'more file')}" if len(files) > 1 else ""
    return f"what stands in {name}{more}, which could not be read ({why})"


def number(count: int, one: str, many: str = "") -> str:
    """A count and what is counted."""
    first, _, rest = one.partition(" ")
    plural = many or (f"{first}s {rest}" if first == "line" and rest else f"{one}s")
    return f"{count:,} {one if count == 1 else plural}"
