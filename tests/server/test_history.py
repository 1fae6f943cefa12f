"""The real tools over a large history, through the server as a process: what they tell meanwhile, and page by page."""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ccmcp.server.choke import LIMIT
from tests.server.pipe import Pipe, started
from tests.server.raw import opening, request
from tests.transcript import Chat, Home, session_id

COMMAND = [sys.executable, "-m", "ccmcp", "serve"]
NAMES = [f"session {number}" for number in range(300)]
_FIRST_WORD = re.compile(r"^(?:\d+\. )?([0-9a-f-]{36}) · ", re.MULTILINE)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("large"))
    for number, name in enumerate(NAMES):
        chat = Chat(name, cwd=f"/work/{'long/' * 30}{number % 7}", branch="topic/" + "b" * 80)
        chat.raw(type="custom-title", customTitle="a very long title " * 12 + name, sessionId=chat.id)
        for _ in range(6):
            chat.user(f"the lantern {'and much more of it ' * 20}")
            chat.assistant(f"a lantern {'is what was asked for ' * 20}")
        home.write(chat)
    return home


@pytest.fixture
def server(large: Home, tmp_path: Path) -> Iterator[Pipe]:
    """A process whose cache is empty: the first question begins a cold build, beside it."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("CLAUDE", "CCMCP"))}
    env |= large.env | {"CCMCP_CACHE_DIR": str(tmp_path / "cache"), "CCMCP_BACKLOG_BYTES": "1"}
    with started(COMMAND, env) as pipe:
        yield pipe


def asked(
    server: Pipe, era: str, number: int, tool: str, meta: dict[str, Any] | None = None, **arguments: Any
) -> tuple[str, list[dict[str, Any]]]:
    """The text a tool answers, and the messages before it."""
    params = {"name": tool, "arguments": arguments, "_meta": meta or {}}
    server.send(request(era, number, "tools/call", params))
    before: list[dict[str, Any]] = []
    while (message := server.receive()).get("id") != number:
        before.append(message)
    [block] = message["result"]["content"]
    return str(block["text"]), before


def opened(server: Pipe, era: str) -> None:
    server.send(*opening(era))
    assert server.receive()["id"] == "first"


def test_a_cold_build_tells_how_far_it_is_and_nothing_after_the_answer(server: Pipe, era: str) -> None:
    opened(server, era)
    _, news = asked(server, era, 1, "list_sessions", {"progressToken": "token"})
    assert news
    assert {message["method"] for message in news} == {"notifications/progress"}
    assert {message["params"]["progressToken"] for message in news} == {"token"}
    assert all(0 < message["params"]["progress"] <= message["params"]["total"] for message in news)
    _, later = asked(server, era, 2, "list_sessions")
    assert later == []


def test_a_cold_build_tells_nothing_unasked(server: Pipe, era: str) -> None:
    opened(server, era)
    assert asked(server, era, 1, "list_sessions")[1] == []


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("list_sessions", {"limit": 200}),
        ("list_sessions", {"limit": 200, "order": "oldest"}),
        ("search_sessions", {"query": "lantern", "limit": 50, "passages": 5}),
    ],
)
def test_the_largest_pages_hold_each_session_once(server: Pipe, tool: str, arguments: dict[str, Any]) -> None:
    opened(server, "auto")
    number = 1
    while "all of it" not in asked(server, "auto", number, "index_status")[0]:
        number += 1
    found: list[str] = []
    more = arguments
    while more:
        number += 1
        text, _ = asked(server, "auto", number, tool, **more)
        assert len(text) < LIMIT
        assert "left out here" not in text
        found += _FIRST_WORD.findall(text)
        going_on = re.search(r"cursor=(\S+)", text)
        more = {**arguments, "cursor": going_on[1]} if going_on else {}
    assert sorted(found) == sorted(map(session_id, NAMES))
