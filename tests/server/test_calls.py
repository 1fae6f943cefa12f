"""How tools run: in threads, over one history, for someone who may have left. In both protocol eras."""

import dataclasses
import threading
from types import SimpleNamespace
from typing import Any, cast

import anyio
import pytest
from anyio import to_thread
from mcp import Client
from mcp.types import TextContent

from ccmcp.errors import SettingsError
from ccmcp.history import History
from ccmcp.server.app import McpServer, build_server, local_now
from ccmcp.server.calls import Calls, Context
from ccmcp.tools import Call
from tests.server.catalogue import TOOLS, Notebook, Nothing
from tests.server.raw import talk

pytestmark = pytest.mark.anyio


def call(
    name: str, arguments: dict[str, Any] | None = None, meta: dict[str, Any] | None = None
) -> dict[str, Any]:
    return {
        "method": "tools/call",
        "params": {"name": name, "arguments": arguments or {}, "_meta": meta or {}},
    }


async def text_of(client: Client, tool: str) -> str:
    [block] = (await client.call_tool(tool, {})).content
    assert isinstance(block, TextContent)
    return block.text


async def test_a_call_knows_when_where_and_for_whom_it_runs(server: McpServer, era: str) -> None:
    [answer] = await talk(server, era, call("ask", meta={"claudecode/toolUseId": "toolu_01"}))
    assert answer["result"]["structuredContent"] == {
        "now": "2026-08-14T09:30:00+00:00",
        "cwd": "/home/ada/engine",
        "session_id": "5e55-10n",
        "tool_use_id": "toolu_01",
        "progress": False,
    }


async def test_a_call_outside_of_claude_code_runs_for_nobody_in_particular(
    notebook: Notebook, era: str
) -> None:
    async with Client(build_server(TOOLS, notebook.opened, {}, now=local_now), mode=era) as client:
        found = (await client.call_tool("ask", {})).structured_content
    assert found is not None
    assert (found["cwd"], found["session_id"], found["tool_use_id"]) == ("", "", "")
    assert notebook.calls[0].now.tzinfo is not None


async def test_the_history_is_opened_once_at_the_first_call_and_off_the_event_loop(era: str) -> None:
    opened: list[int] = []

    def open_history() -> History:
        opened.append(threading.get_ident())
        return Notebook().opened()

    async with Client(build_server(TOOLS, open_history, {}, now=local_now), mode=era) as client:
        await client.list_tools()
        assert opened == []
        async with anyio.create_task_group() as group:
            for _ in range(4):
                group.start_soon(client.call_tool, "ask", {})
    assert len(opened) == 1
    assert opened[0] != threading.get_ident()


async def test_a_history_that_cannot_be_opened_is_told_and_tried_again(notebook: Notebook, era: str) -> None:
    troubles = [SettingsError("config.toml: unknown key 'rots'")]

    def open_history() -> History:
        if troubles:
            raise troubles.pop()
        return notebook.opened()

    async with Client(build_server(TOOLS, open_history, {}, now=local_now), mode=era) as client:
        assert await text_of(client, "ask") == "config.toml: unknown key 'rots'"
        assert not (await client.call_tool("ask", {})).is_error


async def test_reads_run_side_by_side(client: Client) -> None:
    answers: list[str] = []

    async def meet() -> None:
        answers.append(await text_of(client, "meet"))

    async with anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(meet)
    assert answers == ["met"] * 3


async def test_writes_run_one_after_the_other(client: Client) -> None:
    answers: list[str] = []

    async def write() -> None:
        answers.append(await text_of(client, "write_note"))

    async with anyio.create_task_group() as group:
        for _ in range(5):
            group.start_soon(write)
    assert answers == ["written"] * 5


async def test_a_cancelled_call_stops_working(client: Client, notebook: Notebook) -> None:
    async with anyio.create_task_group() as group:
        group.start_soon(client.call_tool, "work", {})
        await to_thread.run_sync(notebook.working.wait)
        assert not notebook.stopped.is_set()
        group.cancel_scope.cancel()
    assert await to_thread.run_sync(notebook.stopped.wait, 30)


async def test_a_call_cancelled_by_message_stops_working_and_is_not_answered(
    server: McpServer, notebook: Notebook, era: str
) -> None:
    cancel = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": "long"}}
    messages = await talk(
        server, era, call("ask"), before=[("long", call("work")), cancel], ready=notebook.working
    )
    assert [message["id"] for message in messages] == ["last"]
    assert await to_thread.run_sync(notebook.stopped.wait, 30)


async def test_progress_is_reported_when_asked_for_seldom_and_only_forwards(
    server: McpServer, era: str
) -> None:
    *news, answer = await talk(server, era, call("work", {"steps": 2000}, {"progressToken": "token"}))
    assert answer["id"] == "last"
    assert {message["method"] for message in news} == {"notifications/progress"}
    assert {message["params"]["progressToken"] for message in news} == {"token"}
    steps = [message["params"]["progress"] for message in news]
    assert steps == sorted(set(steps))
    assert (steps[0], steps[-1]) == (1, 2000)
    assert len(steps) < 2000
    assert news[0]["params"]["message"].startswith("step 1 red alert")


async def test_progress_is_told_from_any_thread_without_a_wait_for_the_client_and_before_the_answer() -> None:
    told, read = threading.Event(), []

    class Slow:
        """A client that reads nothing until all has been told."""

        async def report_progress(self, done: int, total: int, _doing: str) -> None:
            await to_thread.run_sync(told.wait, 30)
            read.append((done, total))

    def tell(_history: History, _given: object, call: Call) -> Nothing:
        assert call.progress is not None
        progress = call.progress
        thread = threading.Thread(target=lambda: [progress(1, 2, "half"), progress(2, 2, "all")])
        thread.start()
        thread.join()
        told.set()
        return Nothing()

    calls = Calls(Notebook().opened, {}, local_now)
    context = SimpleNamespace(meta={"progress_token": 1}, session=Slow())
    tool = dataclasses.replace(TOOLS[0], run=tell, text=lambda _: "told")
    with anyio.fail_after(60):
        answer = await calls.run(tool, Nothing(), cast("Context", context))
    assert not getattr(answer, "is_error", True)
    assert read == [(1, 2), (2, 2)]


async def test_progress_is_not_reported_unasked(server: McpServer, era: str) -> None:
    [answer] = await talk(server, era, call("work", {"steps": 3}))
    assert answer["result"]["content"][0]["text"] == "Nothing()"
