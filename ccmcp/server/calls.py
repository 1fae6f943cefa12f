"""Runs tools: a request's arguments in, an MCP result out. In worker threads, over one history."""

import asyncio
import os
import sys
import threading
import traceback
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import nullcontext, suppress
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any

from anyio import CapacityLimiter, to_thread
from mcp.server import ServerRequestContext
from mcp.types import CallToolRequestParams, CallToolResult, InputRequiredResult, TextContent

from ccmcp.errors import CcmcpError, FailedInternallyError
from ccmcp.history import History
from ccmcp.redact import clean
from ccmcp.result import plain
from ccmcp.server.asking import Questions, UnansweredError
from ccmcp.server.choke import ROOM
from ccmcp.tools import Call, Tool

Context = ServerRequestContext[Any]

PARALLEL = 8
"""Calls that run at once; clients send as many as a model asks for in one turn."""


class Calls:
    """
    One client's calls.

    The history is opened at the first one. It has to take calls from several threads at once; tools that
    write run one at a time. A call whose client has gone is left alone, and told so by `Call.stopped`.
    """

    def __init__(
        self, open_history: Callable[[], History], env: Mapping[str, str], now: Callable[[], datetime]
    ) -> None:
        self._open = open_history
        self._env = env
        self._now = now
        self._history: History | None = None
        self._opening = threading.Lock()
        self._writing = threading.Lock()
        self._threads = CapacityLimiter(PARALLEL)

    async def run(
        self, tool: Tool, parameters: object, context: Context, given: CallToolRequestParams | None = None
    ) -> CallToolResult | InputRequiredResult:
        """
        What the tool answers: its result, its error, or the question it has to the user; never an exception.

        `given` is the request as it came: it may bring what the user answered.
        """
        gone = threading.Event()
        progress = Progress(context, gone) if "progress_token" in (context.meta or {}) else None
        questions = Questions(context, given) if tool.writes else None
        call = self._call(context, gone, progress, questions)
        try:
            while True:
                answer = await to_thread.run_sync(
                    self._work, tool, parameters, call, gone, abandon_on_cancel=True, limiter=self._threads
                )
                if isinstance(answer, UnansweredError):
                    assert questions is not None
                    asked = await questions.put(answer.question)
                    if asked is not None:
                        return asked
                    continue  # from its start, as what it found may have changed while the user thought
                if progress is not None:
                    await progress.sent()
                return answer
        finally:
            gone.set()
            if progress is not None:
                progress.end()

    def _call(
        self,
        context: Context,
        gone: threading.Event,
        progress: "Progress | None",
        questions: Questions | None,
    ) -> Call:
        meta: Mapping[str, object] = context.meta or {}
        return Call(
            now=self._now(),
            cwd=self._env.get("CLAUDE_PROJECT_DIR", ""),
            session_id=self._env.get("CLAUDE_CODE_SESSION_ID", ""),
            tool_use_id=str(meta.get("claudecode/toolUseId", "")),
            windows=os.name == "nt",
            progress=progress,
            stopped=gone.is_set,
            ask=questions.ask if questions is not None else None,
            most_characters=ROOM,
        )

    def _work(
        self, tool: Tool, parameters: object, call: Call, gone: threading.Event
    ) -> CallToolResult | UnansweredError:
        try:
            history = self._opened()
            with self._writing if tool.writes else nullcontext():
                result = tool.run(history, parameters, call)
            return _answer(tool, result)
        except UnansweredError as unanswered:
            return unanswered
        except CcmcpError as error:
            return failure(error)
        except BaseException as error:  # noqa: BLE001 - a panic in Rust is no Exception, and no call may end the server
            if not gone.is_set():
                sys.stderr.write(f"ccmcp: {type(error).__name__} in {tool.name}{_place(error)}\n")
            return failure(FailedInternallyError(type(error).__name__))

    def _opened(self) -> History:
        with self._opening:
            if self._history is None:
                self._history = self._open()
            return self._history


class Progress:
    """
    Tells a client how far a call has come: ever further, and at most four times a second.

    Made on the event loop, told from any thread. Telling never waits for the client: one that
    does not read must not hold up a build, which others wait for too.
    """

    def __init__(
        self, context: Context, gone: threading.Event, clock: Callable[[], float] = monotonic
    ) -> None:
        self._context = context
        self._gone = gone
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._lock = threading.Lock()
        self._last = 0
        self._next = 0.0
        self._news: deque[tuple[int, int, str]] = deque(maxlen=8)
        self._sending: asyncio.Task[None] | None = None

    def __call__(self, done: int, total: int, doing: str) -> None:
        """Have it sent, unless it is too soon, no news, or nobody is there."""
        with self._lock:
            now = self._clock()
            if done <= self._last or self._gone.is_set() or (now < self._next and done < total):
                return
            self._last, self._next = done, now + 0.25
            with suppress(RuntimeError):  # the event loop has ended in between
                self._loop.call_soon_threadsafe(self._take, (done, total, clean(doing)))

    def _take(self, news: tuple[int, int, str]) -> None:
        self._news.append(news)
        if not self._gone.is_set() and (self._sending is None or self._sending.done()):
            self._sending = self._loop.create_task(self._send())

    async def _send(self) -> None:
        while self._news and not self._gone.is_set():
            done, total, doing = self._news.popleft()
            with suppress(Exception):  # the client has gone in between
                await self._context.session.report_progress(done, total, doing)

    async def sent(self) -> None:
        """Wait until what was told so far is sent: nothing may follow the answer."""
        if self._sending is not None:
            await self._sending

    def end(self) -> None:
        """Send nothing more."""
        if self._sending is not None:
            self._sending.cancel()


def failure(error: CcmcpError) -> CallToolResult:
    """An error as the model reads it: its message and nothing around it."""
    return CallToolResult(content=[TextContent(type="text", text=str(error))], is_error=True)


def _answer(tool: Tool, result: object) -> CallToolResult:
    return CallToolResult(
        content=[TextContent(type="text", text=tool.text(result))],
        structured_content=plain(result, nulls=False) if tool.contract == "data" else None,
    )


def _place(error: BaseException) -> str:
    """Where an error was raised; without its message, which may quote a transcript."""
    frames = traceback.extract_tb(error.__traceback__)
    return f" at {frames[-1].name} ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
