"""A survey -> the lines to read, in reading order: one conversation or all, each entry once, without branches left behind. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ccmcp.errors import BadArgumentError, EntryNotFoundError
from ccmcp.reading.branches import abandoned
from ccmcp.reading.lines import Line, Survey

SHORTEST = 8
"""So many characters of an entry's id are enough, and more where two begin alike."""

EVERYONE = "all"

_MOST_NAMED = 12


@dataclass(slots=True)
class Scope:
    """What is read, and what of the session is not."""

    lines: list[Line]
    left: set[int] = field(default_factory=set)
    """`id()` of the lines on branches left behind that are read all the same."""
    branches: int = 0
    on_branches: int = 0
    """Branches left behind that are not read, and the entries on them."""
    agents: dict[str, int] = field(default_factory=dict)
    """Subagents that are not read, and how many entries of each there are."""


def whose(survey: Survey, asked: str) -> str:
    """
    Whose entries are asked for: an agent's whole id, empty for the conversation, or all.

    Raises:
        BadArgumentError: no such subagent.

    """
    agents = list(dict.fromkeys(line.agent for line in survey.lines if line.agent))
    if not asked or asked == EVERYONE or asked in agents:
        return asked
    found = [name for name in agents if name.startswith(asked.removeprefix("agent-"))]
    if len(found) == 1:
        return found[0]
    known = ", ".join(name[:SHORTEST] for name in (found or agents)[:_MOST_NAMED]) or "none"
    what = "It fits several subagents" if found else "The session's subagents"
    raise BadArgumentError(
        "agent", asked, f"{what}: {known}. Leave it empty for the main conversation, or give all."
    )


def scope(survey: Survey, *, agent: str = "", branches: str = "active", keep: str = "") -> Scope:
    """
    What to read of a session.

    Takes whose entries (as `whose` tells), which branches (active or all), and the id of an
    entry whose branch counts as the active one.
    """
    by_agent: defaultdict[str, list[Line]] = defaultdict(list)
    for file in _in_order(survey):
        for line in file:
            by_agent[line.agent].append(line)
    if agent and agent != EVERYONE:
        return Scope(_once(by_agent[agent]))
    main = _once(by_agent[""])
    gone = abandoned(main, keep)
    lost = {id(line) for branch in gone for line in branch}
    shown = main if branches == "all" else [line for line in main if id(line) not in lost]
    found = Scope(shown)
    if branches == "all":
        found.left = lost
    else:
        found.branches = len(gone)
        found.on_branches = sum(1 for branch in gone for line in branch if line.codes)
    if agent == EVERYONE:
        found.lines = _once(_nested(shown, by_agent, survey))
    else:
        counts = Counter(line.agent for name in by_agent if name for line in by_agent[name] if line.codes)
        found.agents = dict(counts)
    return found


def _in_order(survey: Survey) -> list[list[Line]]:
    """The lines of each file: transcripts by when they begin (a session moved while it ran has two), then subagents'."""
    files: defaultdict[int, list[Line]] = defaultdict(list)
    for line in survey.lines:
        files[line.file].append(line)
    side = {number for number, file in enumerate(survey.files) if file.kind != "main"}
    return [
        files[number] for number in sorted(files, key=lambda n: (n in side, survey.begins.get(n, "~"), n))
    ]


def _once(lines: Iterable[Line]) -> list[Line]:
    """Each entry once: copies have the same uuid and the same words."""
    seen = set()
    found = []
    for line in lines:
        name = (line.id, line.codes, line.size)
        if not line.named or name not in seen:
            seen.add(name)
            found.append(line)
    return found


def _nested(main: Sequence[Line], by_agent: dict[str, list[Line]], survey: Survey) -> Iterator[Line]:
    """Every line, those of a subagent behind the call that started it; one whose call is not there at the end."""
    waiting = {name: _once(lines) for name, lines in by_agent.items() if name}
    stack = [iter(main)]
    while stack or waiting:
        if not stack:
            stack.append(iter(waiting.pop(next(iter(waiting)))))
        line = next(stack[-1], None)
        if line is None:
            stack.pop()
            continue
        yield line
        for call in reversed(line.calls):
            agent = survey.calls[call].agent
            if agent in waiting:
                stack.append(iter(waiting.pop(agent)))


def find(asked: str, lines: Sequence[Line], everything: Sequence[Line], session_id: str) -> Line:
    """
    The entry with this id (or unique beginning of 8 or more characters), among the lines that are read if it is there.

    Raises:
        EntryNotFoundError: there is none.
        BadArgumentError: several begin so.

    """
    wanted = asked.strip().strip("[]")
    for some in (lines, everything):
        exact = next((line for line in some if line.id == wanted), None)
        if exact is not None:
            return exact
        near = {line.id: line for line in reversed(some) if line.id.startswith(wanted) and line.named}
        if len(near) > 1 and len(wanted) >= SHORTEST:
            raise BadArgumentError("around", asked, f"{len(near)} entries begin so: give more of the id.")
        if near and len(wanted) >= SHORTEST:
            return next(iter(near.values()))
    raise EntryNotFoundError(asked, session_id)


class ShortIds:
    """Entry ids cut to what tells them apart in their session."""

    def __init__(self, survey: Survey) -> None:
        names = {line.id for line in survey.lines if line.named}
        self._taken = Counter(name[:SHORTEST] for name in names)
        self._names = names

    def __call__(self, line: Line) -> str:
        """The beginning of a line's id that no other has."""
        if not line.named or self._taken[line.id[:SHORTEST]] < 2:
            return line.id[:SHORTEST] if line.named else line.id
        others = [name for name in self._names if name[:SHORTEST] == line.id[:SHORTEST] and name != line.id]
        length = SHORTEST
        while any(name.startswith(line.id[:length]) for name in others) and length < len(line.id):
            length += 1
        return line.id[:length]
