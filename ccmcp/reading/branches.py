"""
Which entries of a conversation were left behind by going back to an earlier prompt. Pure.

A rewind writes the next prompt under an older entry; nothing is deleted. So where two
prompts follow the same entry, one of them was left behind, and with it all that hangs on
it. Nothing else counts as a branch: parallel tool calls fork the tree at every result,
parents are missing, roots are several and lines of progress stand between. What is in
doubt belongs to the conversation.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from ccmcp.reading.lines import PROMPT, SAID, Line

_START = ""


def abandoned(lines: Sequence[Line], keep: str = "") -> list[list[Line]]:
    """
    The branches left behind, each as its lines.

    Takes the lines of a conversation in their order, and the id of an entry whose branch is
    the one to read; else that is the one of the last message.
    """
    tree = _Tree(lines)
    forks = [starts for parent in list(tree.children) if len(starts := tree.prompts_after(parent)) > 1]
    if not forks:
        return []
    last = next((line for line in reversed(lines) if line.named and SAID & set(line.codes)), None)
    latest = tree.path(last)
    wanted = tree.path(tree.by_id.get(keep)) or latest
    found: list[list[Line]] = []
    left: set[int] = set()
    for starts in forks:
        stays = _stays(starts, wanted, latest)
        for start in starts:
            if start is not stays and id(start) not in left and id(start) not in wanted:
                branch = [
                    line for line in tree.below(start) if id(line) not in left and id(line) not in wanted
                ]
                left.update(map(id, branch))
                found.append(branch)
    return found


def _stays(starts: Sequence[Line], *paths: set[int]) -> Line:
    """Which of several prompts at one place the conversation goes on with: one on the paths, else the last."""
    for path in paths:
        for start in starts:
            if id(start) in path:
                return start
    return starts[-1]


class _Tree:
    """The conversation by its parents."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.by_id: dict[str, Line] = {}
        self.children: defaultdict[str, list[Line]] = defaultdict(list)
        for line in lines:
            if line.named and self.by_id.setdefault(line.id, line) is line:
                self.children[line.parent].append(line)
        roots = self.children.pop(_START, [])
        if len(roots) > 1 and any(line.rewind for line in lines):
            # Without the client's note several roots are no branches: compactions and copies begin anew too.
            self.children[_START] = _rewound(lines, roots)

    def prompts_after(self, parent: str) -> list[Line]:
        """The lines that follow an entry and begin with a prompt."""
        following = self.children.get(parent, [])
        return [line for line in following if self._begins_with_prompt(line)] if len(following) > 1 else []

    def _begins_with_prompt(self, line: Line) -> bool:
        for each in self.below(line):
            if said := next((code for code in each.codes if code in SAID), ""):
                return said == PROMPT
        return False

    def below(self, line: Line) -> Iterable[Line]:
        """A line and all that hangs on it, depth first, each once."""
        seen = {id(line)}
        waiting = [line]
        while waiting:
            yield (each := waiting.pop())
            for child in reversed(self.children.get(each.id, ())):
                if id(child) not in seen:
                    seen.add(id(child))
                    waiting.append(child)

    def path(self, line: Line | None) -> set[int]:
        """A line and the ones above it, by `id()`."""
        found: set[int] = set()
        while line is not None and id(line) not in found:
            found.add(id(line))
            line = self.by_id.get(line.parent)
        return found


def _rewound(lines: Sequence[Line], roots: Sequence[Line]) -> list[Line]:
    """The first root, and those that a rewind to the start made: its note stands between the messages around them."""
    found = [roots[0]]
    starts = set(map(id, roots[1:]))
    begun: Line | None = None
    noted = False
    for line in lines:
        if id(line) in starts:
            begun = line
        elif SAID & set(line.codes):
            begun, noted = None, False
        noted = noted or line.rewind
        if begun is not None and noted:
            found.append(begun)
            begun, noted = None, False
    return found
