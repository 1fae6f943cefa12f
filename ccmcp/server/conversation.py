"""The server and its client, once the SDK is loaded: lines from a thread in, lines out, until one of them ends it."""

import asyncio
import logging
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import chain

import anyio
from anyio import from_thread, to_thread
from anyio.lowlevel import EventLoopToken, current_token
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.shared.message import SessionMessage
from mcp.types import (
    CONNECTION_CLOSED,
    ErrorData,
    JSONRPCError,
    JSONRPCMessage,
    JSONRPCNotification,
    JSONRPCRequest,
    JSONRPCResponse,
    jsonrpc_message_adapter,
)

from ccmcp.server.app import McpServer
from ccmcp.server.ending import GRACE, READER, Ending
from ccmcp.server.front import REPLAYED
from ccmcp.server.wire import Wire

Inbox = MemoryObjectSendStream[SessionMessage | Exception]

LINGER = 5.0
"""Seconds that calls get to answer in after the input's end: who pipes questions in closes at once, and still listens."""


class _Open:
    """The requests that wait for an answer: the client's, and what the server asks its user."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._questions: set[str | int] = set()
        self._over = False
        self._numbers: set[str | int] = set()
        self._none = anyio.Event()
        self._none.set()

    def ask(self, number: str | int) -> None:
        """One more."""
        self._numbers.add(number)
        self._none = anyio.Event()

    def answer(self, number: str | int | None) -> None:
        """It has been answered, or nobody wants to know any more."""
        if number is not None:
            self._numbers.discard(number)
        if not self._numbers:
            self._none.set()

    async def put(self, question: str | int) -> None:
        """The server has asked the client something."""
        if self._over:
            await self._unanswered(question)
        else:
            self._questions.add(question)

    def replied(self, question: str | int | None) -> None:
        """The client has answered it."""
        if question is not None:
            self._questions.discard(question)

    async def settle(self) -> None:
        """Wait until all are answered, but not for ever; nobody is left to answer what the server asks."""
        self._over = True
        with anyio.move_on_after(LINGER):
            while self._questions:
                await self._unanswered(self._questions.pop())
            while self._numbers:
                await self._none.wait()

    async def _unanswered(self, question: str | int) -> None:
        error = ErrorData(code=CONNECTION_CLOSED, message="the client has gone")
        with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):  # so has the server
            await self._inbox.send(SessionMessage(JSONRPCError(jsonrpc="2.0", id=question, error=error)))


def converse(
    server: McpServer, wire: Wire, lines: Iterator[bytes], ahead: Sequence[bytes], ending: Ending
) -> None:
    """
    Serve the lines `ahead` and then all others, until there are no more or a signal comes.

    What runs at the end of the lines may still answer for a while; what runs at a signal is cancelled. The SDK's own stdio transport can't be ended while it waits for a line,
    and reads its pipe from the start; hence this one.
    """
    logging.getLogger().addHandler(logging.NullHandler())  # clients keep what servers write to standard error
    warnings.simplefilter("ignore")
    anyio.run(_converse, server, wire, chain(ahead, lines), ending)


async def _converse(server: McpServer, wire: Wire, lines: Iterator[bytes], ending: Ending) -> None:
    inbox, received = anyio.create_memory_object_stream[SessionMessage | Exception](0)
    answers, outbox = anyio.create_memory_object_stream[SessionMessage](0)
    ending.gently = partial(asyncio.get_running_loop().call_soon_threadsafe, inbox.close)
    asked = _Open(inbox)
    feeding = (lines, inbox, asked, current_token())
    threading.Thread(target=_feed, args=feeding, name=READER, daemon=True).start()
    try:
        async with anyio.create_task_group() as group:
            group.start_soon(_deliver, outbox, wire, asked, inbox.close)
            await server.run(received, answers, server.create_initialization_options())
            group.cancel_scope.deadline = anyio.current_time() + GRACE
    finally:
        ending.gently = None


def _feed(lines: Iterator[bytes], inbox: Inbox, asked: _Open, token: EventLoopToken) -> None:
    """In a thread that may wait for the client for ever, as nobody waits for it."""
    with suppress(Exception):  # the conversation ended meanwhile
        for line in lines:
            with suppress(ValueError):  # no message: there is nobody to tell, as it has no id
                message = jsonrpc_message_adapter.validate_json(
                    line.decode("utf-8", "replace"), by_name=False
                )
                from_thread.run(_pass_on, inbox, asked, message, token=token)
        from_thread.run(asked.settle, token=token)
        from_thread.run(inbox.aclose, token=token)


async def _pass_on(inbox: Inbox, asked: _Open, message: JSONRPCMessage) -> None:
    match message:
        case JSONRPCRequest(id=number):
            asked.ask(number)
        case JSONRPCNotification(
            method="notifications/cancelled", params={"requestId": str() | int() as number}
        ):
            asked.answer(number)  # it may stay without an answer
        case JSONRPCResponse(id=number) | JSONRPCError(id=number):
            asked.replied(number)
        case _:
            pass
    await inbox.send(SessionMessage(message))


async def _deliver(
    outbox: MemoryObjectReceiveStream[SessionMessage], wire: Wire, asked: _Open, hang_up: Callable[[], None]
) -> None:
    listening = True
    async for item in outbox:
        match item.message:
            case JSONRPCResponse(id=number) | JSONRPCError(id=number) if number == REPLAYED:
                asked.answer(number)
                continue  # the front has given this answer
            case message:
                if isinstance(message, JSONRPCRequest):
                    await asked.put(message.id)
                line = message.model_dump_json(by_alias=True, exclude_unset=True).encode()
                listening = listening and await to_thread.run_sync(wire.send, line, abandon_on_cancel=True)
                if isinstance(message, JSONRPCResponse | JSONRPCError):
                    asked.answer(message.id)
        if not listening:
            hang_up()
