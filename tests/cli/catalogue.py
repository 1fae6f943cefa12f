"""Tools that answer without a history, for a command line that knows nothing of them."""

import os
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, cast

from ccmcp.config import Config
from ccmcp.errors import BadTimeError, SessionNotFoundError
from ccmcp.history import History
from ccmcp.limits import Ge, Le, MaxLen
from ccmcp.screen import Screen
from ccmcp.tools import Call, Tool

SECRET = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"  # no real token; its parts keep scanners calm


class Shelf:
    """What stands in for the history."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.closed = False

    def close(self) -> None:
        self.closed = True


opened: list[Shelf] = []


def open_shelf(config: Config) -> History:
    opened.append(Shelf(config))
    return cast("History", opened[-1])


@dataclass(frozen=True, kw_only=True)
class FindBooks:
    query: Annotated[str, MaxLen(100)] = ""
    """Words to look for."""

    order: Literal["title", "year"] = "title"
    """By what to sort."""

    genre: Literal["", "novel", "essay"] = ""
    """Only of this genre."""

    author: tuple[str, ...] = ()
    """Only by this author."""

    lent: bool = True
    """Whether lent books count; list_shelves shows who has them."""

    this_room: bool = False
    """Only books of this room."""

    limit: Annotated[int, Ge(1), Le(50)] = 10
    """How many."""

    weight: Annotated[float, Ge(0.5)] = 1.0


@dataclass(frozen=True, kw_only=True)
class Book:
    title: str
    year: int | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Books:
    query: str
    books: tuple[Book, ...]
    asked: dict[str, Any]
    next_cursor: str | None


@dataclass(frozen=True, kw_only=True)
class ReadBook:
    book: str
    """Its title."""

    page: Annotated[int, Ge(1)] = 1


@dataclass(frozen=True, kw_only=True)
class MoveShelf:
    plan: str = "none"
    """Which plan."""


@dataclass(frozen=True, kw_only=True)
class Nothing:
    """Nothing."""


@dataclass(frozen=True, kw_only=True)
class Said:
    text: str
    number: int = 7


def _find(_history: History, asked: FindBooks, call: Call) -> Books:
    known = {"order": asked.order, "genre": asked.genre, "author": asked.author, "lent": asked.lent,
             "this_room": asked.this_room, "limit": asked.limit, "weight": asked.weight,
             "now": call.now.isoformat(), "session": call.session_id, "cwd": call.cwd}  # fmt: skip
    books = (
        Book(title="Die Zeit", year=1984, notes=(f"token {SECRET}", "red \x1b[31malert\x1b[0m")),
        Book(title="走れメロス", year=None),
    )
    return Books(query=asked.query, books=books, asked=known, next_cursor=None)


def _shelves(result: Books, screen: Screen) -> str:
    rows = [(screen.style(book.title, "yellow"), *book.notes) for book in result.books]
    return "\n".join([screen.style(f"{len(rows)} books", "bold"), *("  ".join(row) for row in rows)])


def _read(_history: History, asked: ReadBook, _call: Call) -> Said:
    match asked.book:
        case "missing":
            raise SessionNotFoundError("missing\x1b[31m")
        case "sometime":
            raise BadTimeError("sometime")
        case "crash":
            raise ValueError(f"private {SECRET}")
        case "panic":
            raise Panic(f"private {SECRET}")
        case "locked":
            raise PermissionError(13, "Permission denied", "/somewhere/file")
        case "interrupt":
            raise KeyboardInterrupt
        case "thread":
            failing = threading.Thread(target=lambda: int("private"))
            failing.start()
            failing.join()
            return Said(text="went on")
        case "long":
            return Said(text="\n".join(f"line {number}" for number in range(100_000)))
        case "surrogate":
            return Said(text="half \ud83d of it")
        case title:
            return Said(text=f"{title}, page {asked.page}")


class Panic(BaseException):
    """What a panic in Rust looks like from Python."""


@dataclass(frozen=True, kw_only=True)
class CountBooks:
    fail: bool = False
    """Whether to fail at the end."""


def _count(_history: History, asked: CountBooks, call: Call) -> Said:
    assert call.progress is not None
    for done in range(0, 101, 10):
        call.progress(done * 1_000_000, 100_000_000, "Counting books")
    if asked.fail:
        raise SessionNotFoundError("counting")
    return Said(text="counted")


def _hang(_history: History, _asked: Nothing, _call: Call) -> Said:
    sys.stdout.write("working\n")
    sys.stdout.flush()
    threading.Event().wait(50)
    return Said(text="done")


def _move(_history: History, asked: MoveShelf, _call: Call) -> Said:
    return Said(text=f"moved by {asked.plan}")


def _where(history: History, _asked: Nothing, _call: Call) -> Said:
    return Said(text=",".join(str(root.path) for root in history.config.roots) + os.linesep)


def _said(result: Said, _screen: Screen) -> str:
    return result.text


def _tool(
    name: str,
    command: str,
    run: Callable[[History, Any, Call], object],
    parameters: type[object],
    result: type[object],
    screen: Callable[[Any, Screen], str] = _said,
    **more: Any,
) -> Tool:
    about = {
        "title": command.capitalize(),
        "description": f"Do what {command} does: nothing. And more.",
        "hint": name,
    }
    return Tool(
        **{
            "name": name,
            "command": command,
            **about,
            "contract": "text",
            "parameters": parameters,
            "result": result,
            "run": run,
            "text": repr,
            "screen": screen,
            **more,
        }
    )


TOOLS: Sequence[Tool] = (
    _tool(
        "find_books",
        "find",
        _find,
        FindBooks,
        Books,
        _shelves,
        positional=("query",),
        description='Find books by their words, best first. For one book read_book. Example: {"query": "time"}.',
        examples=("ccmcp find time --order year", "ccmcp find 'time -clock'"),
    ),
    _tool("read_book", "read", _read, ReadBook, Said, positional=("book",), examples=("ccmcp read Momo",)),
    _tool("count_books", "count", _count, CountBooks, Said, contract="data"),
    _tool("hang_about", "hang", _hang, Nothing, Said, contract="data"),
    _tool("list_shelves", "where", _where, Nothing, Said, contract="data"),
    _tool("plan_move", "move plan", _move, MoveShelf, Said, contract="data"),
    _tool(
        "apply_move", "move apply", _move, MoveShelf, Said, contract="data", positional=("plan",), writes=True
    ),
)


def catalogue() -> Sequence[Tool]:
    return TOOLS
