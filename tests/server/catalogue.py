"""Tools that do what tools may do, good and bad, over a history that is a notebook."""

import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, cast

from ccmcp.errors import SessionNotFoundError
from ccmcp.history import History
from ccmcp.limits import Ge, Le, MaxLen, MinLen
from ccmcp.screen import Screen
from ccmcp.tools import Call, Tool

SECRET = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"  # no real token; its parts keep scanners calm
DIRTY = f"red \x1b[31malert\x1b[0m, \u202etxt.exe, zero\u200bwidth, tag\U000e0041, {SECRET}"


@dataclass
class Notebook:
    """What stands in for the history: it remembers what was done to it."""

    calls: list[Call] = field(default_factory=list)
    working: threading.Event = field(default_factory=threading.Event)
    stopped: threading.Event = field(default_factory=threading.Event)
    pen: threading.Lock = field(default_factory=threading.Lock)
    together: threading.Barrier = field(default_factory=lambda: threading.Barrier(3, timeout=30))

    def close(self) -> None:
        if "tell" in sys.argv:
            sys.stderr.write("the notebook is closed\n")

    def opened(self) -> History:
        return cast(History, self)


@dataclass(frozen=True)
class FindParameters:
    query: Annotated[str, MinLen(1), MaxLen(200)]
    """Words to look for,
    in any order."""

    limit: Annotated[int, Ge(1), Le(50)] = 10
    """How many."""

    detail: Literal["short", "full"] = "short"
    """How much of each."""

    everywhere: bool = False
    """Other notebooks too."""

    roles: tuple[Literal["user", "assistant"], ...] = ()
    """Whose notes."""

    cursor: str = ""


@dataclass(frozen=True)
class Found:
    query: str
    limit: int
    detail: str
    everywhere: bool
    roles: tuple[str, ...]


@dataclass(frozen=True)
class Nothing:
    pass


@dataclass(frozen=True)
class Shelf:
    """One place for notes."""

    name: str
    """What it is called."""

    label: str | None
    """What someone wrote on it."""


@dataclass(frozen=True)
class Counts:
    notes: int
    """How many there are."""

    oldest: str | None
    """When the first was written."""

    shelves: tuple[Shelf, ...]
    by_kind: dict[str, int]


@dataclass(frozen=True)
class FailParameters:
    how: Literal["told", "crash", "panic", "exit", "print"]
    """In which way."""


@dataclass(frozen=True)
class WorkParameters:
    steps: Annotated[int, Ge(0)] = 0
    """How much to do; 0 is until nobody waits any more."""

    marker: str = ""
    """A file to write when it stopped early."""


@dataclass(frozen=True)
class SayParameters:
    what: Literal["dirty", "long", "line"]
    """What comes back."""


@dataclass(frozen=True)
class Said:
    text: str
    """What was said."""


@dataclass(frozen=True)
class Asker:
    now: str
    cwd: str
    session_id: str
    tool_use_id: str
    progress: bool


class Panic(BaseException):
    """What a panic in Rust looks like from Python."""


def _fail(_history: History, given: FailParameters, _call: Call) -> Nothing:
    match given.how:
        case "told":
            raise SessionNotFoundError(DIRTY[:50])
        case "crash":
            raise ValueError(f"private {SECRET}")
        case "panic":
            raise Panic(f"private {SECRET}")
        case "exit":
            sys.exit(3)
        case "print":
            print("a line that is no message")  # noqa: T201 - that is the point
            return Nothing()


def _work(history: History, given: WorkParameters, call: Call) -> Nothing:
    notebook = cast(Notebook, history)
    notebook.working.set()
    assert call.stopped is not None
    if call.progress is not None:
        for step in range(given.steps or 1):
            call.progress(step + 1, given.steps or 100, f"step {step + 1} {DIRTY}")
        call.progress(1, 1, "and once more from the start")
    if not given.steps:
        wait = threading.Event().wait
        while not call.stopped():
            wait(0.005)
        if given.marker:
            Path(given.marker).write_text("stopped", encoding="utf-8")
        notebook.stopped.set()
    return Nothing()


def _sulk(_history: History, _given: Nothing, call: Call) -> Nothing:
    if call.progress is not None:
        call.progress(1, 2, "not listening from here on")
    threading.Event().wait()
    return Nothing()


def _say(_history: History, given: SayParameters, _call: Call) -> Said:
    match given.what:
        case "dirty":
            return Said(text=DIRTY)
        case "long":
            return Said(text="\n".join(f"line {number} of many" for number in range(5000)))
        case "line":
            return Said(text="x" * 90_000)


def _ask(history: History, _given: Nothing, call: Call) -> Asker:
    cast(Notebook, history).calls.append(call)
    return Asker(
        now=call.now.isoformat(),
        cwd=call.cwd,
        session_id=call.session_id,
        tool_use_id=call.tool_use_id,
        progress=call.progress is not None,
    )


def _meet(history: History, _given: Nothing, _call: Call) -> Nothing:
    cast(Notebook, history).together.wait()
    return Nothing()


def _write(history: History, _given: Nothing, _call: Call) -> Nothing:
    pen = cast(Notebook, history).pen
    assert pen.acquire(blocking=False), "somebody else is writing"
    sum(range(1_000_000))
    pen.release()
    return Nothing()


def _find(_history: History, given: FindParameters, _call: Call) -> Found:
    return Found(given.query, given.limit, given.detail, given.everywhere, given.roles)


def _count(_history: History, _given: Nothing, _call: Call) -> Counts:
    return Counts(3, None, (Shelf("top", None), Shelf("low", "old")), {"blue": 1})


def _no_screen(_result: object, _screen: Screen) -> str:
    raise AssertionError("the server shows nothing on a screen")


def _tool(
    name: str,
    run: Callable[[History, Any, Call], object],
    parameters: type[object],
    result: type[object],
    contract: Literal["text", "data"] = "text",
    text: Callable[[Any], str] = repr,
    *,
    writes: bool = False,
) -> Tool:
    return Tool(
        name=name,
        command=name,
        title=name.replace("_", " ").capitalize(),
        description=f"What {name} is for.",
        hint=f"about {name}",
        contract=contract,
        parameters=parameters,
        result=result,
        run=run,
        text=text,
        screen=_no_screen,
        writes=writes,
    )


def _said(result: Said) -> str:
    return result.text


TOOLS = (
    _tool("work", _work, WorkParameters, Nothing),
    _tool("sulk", _sulk, Nothing, Nothing),
    _tool("find_notes", _find, FindParameters, Found),
    _tool("count_notes", _count, Nothing, Counts, "data", text=lambda found: f"{found.notes} notes"),
    _tool("fail", _fail, FailParameters, Nothing, text=lambda _: "went well"),
    _tool("say", _say, SayParameters, Said, text=_said),
    _tool("tell", _say, SayParameters, Said, "data", text=_said),
    _tool("ask", _ask, Nothing, Asker, "data"),
    _tool("meet", _meet, Nothing, Nothing, text=lambda _: "met"),
    _tool("write_note", _write, Nothing, Nothing, text=lambda _: "written", writes=True),
)
