"""Tools that ask before they write, and a server of them as a process: `python -m tests.server.asked`."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from ccmcp.history import History
from ccmcp.screen import Screen
from ccmcp.server import serve
from ccmcp.tools import Call, Tool
from tests.server.catalogue import SECRET, Notebook

QUESTION = "Move 12 sessions (3.1 MB) from /home/ada/engine to /home/ada/engine2?"


@dataclass(frozen=True)
class MoveParameters:
    log: str
    """A file that gets a line for every run."""

    questions: tuple[str, ...] = (QUESTION,)
    """What is asked, one after the other."""

    count: bool = False
    """Whether the question says which run this is: its words are others every time."""


@dataclass(frozen=True)
class Moved:
    answers: tuple[str, ...]
    """What was answered."""


def _move(_history: History, given: MoveParameters, call: Call) -> Moved:
    log = Path(given.log)
    with log.open("a", encoding="utf-8") as file:
        file.write("run\n")
    runs = len(log.read_text(encoding="utf-8").splitlines())
    answers = []
    assert call.ask is not None
    for question in given.questions:
        try:
            answer = call.ask(f"Run {runs}: {question}" if given.count else question)
        except Exception as error:
            raise AssertionError("a tool's own except sees the question") from error
        answers.append(answer)
        if answer != "accept":
            break
    return Moved(tuple(answers))


def _nothing(_result: object, _screen: Screen) -> str:
    return ""


TOOLS = (
    Tool(
        name="move_notes",
        command="move",
        title="Move notes",
        description="Moves notes.",
        hint="move",
        contract="text",
        parameters=MoveParameters,
        result=Moved,
        run=_move,
        text=lambda moved: ", ".join(moved.answers),
        screen=_nothing,
        writes=True,
    ),
)

DIRTY_QUESTION = f"Move\n\n\x1b[31mall\x1b[0m of \u202eit with {SECRET}?"


if __name__ == "__main__":
    sys.exit(serve(lambda: cast(History, Notebook()), os.environ, catalogue=lambda: TOOLS))
