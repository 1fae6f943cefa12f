"""The user is asked before something is written: over real pipes, in both protocol eras, and by whoever may forge."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client, StdioServerParameters
from mcp.client import ClientRequestContext
from mcp.types import ElicitRequestFormParams, ElicitRequestParams, ElicitResult, TextContent

from ccmcp.server.asking import LONGEST, MOST_QUESTIONS, shown
from tests.server.asked import DIRTY_QUESTION, QUESTION
from tests.server.catalogue import SECRET
from tests.server.pipe import ROOT, Pipe, started
from tests.server.raw import CLIENT, ENVELOPE

COMMAND = [sys.executable, "-m", "tests.server.asked"]
ELICITATION: dict[str, object] = {"elicitation": {"form": {}}}


class User:
    """Answers what is asked, and remembers it."""

    def __init__(self, *actions: str) -> None:
        self.actions = list(actions)
        self.asked: list[ElicitRequestFormParams] = []

    async def __call__(self, context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        assert context.session is not None
        assert isinstance(params, ElicitRequestFormParams)
        self.asked.append(params)
        action = self.actions.pop(0) if len(self.actions) > 1 else self.actions[0]
        return ElicitResult.model_validate({"action": action, "content": {} if action == "accept" else None})


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


def runs(log: Path) -> int:
    return len(log.read_text(encoding="utf-8").splitlines())


async def answered(user: User | None, era: str, arguments: dict[str, Any]) -> str:
    parameters = StdioServerParameters(command=COMMAND[0], args=COMMAND[1:], cwd=ROOT)
    async with Client(parameters, mode=era, elicitation_callback=user) as client:
        result = await client.call_tool("move_notes", arguments)
    [block] = result.content
    assert isinstance(block, TextContent)
    return block.text


@pytest.mark.anyio
@pytest.mark.parametrize("action", ["accept", "decline", "cancel"])
async def test_the_answer_of_the_user_reaches_the_tool(log: Path, era: str, action: str) -> None:
    user = User(action)
    assert await answered(user, era, {"log": str(log)}) == action
    assert [each.message for each in user.asked] == [QUESTION]
    assert user.asked[0].requested_schema == {"type": "object", "properties": {}}
    assert runs(log) == 2


@pytest.mark.anyio
async def test_who_has_no_way_to_ask_is_not_asked(log: Path, era: str) -> None:
    assert await answered(None, era, {"log": str(log)}) == "unable"
    assert runs(log) == 1


@pytest.mark.anyio
async def test_each_question_is_asked_once(log: Path, era: str) -> None:
    user = User("accept", "accept", "decline")
    asked = {"log": str(log), "questions": ["One?", "Two?", "Three?", "Four?"]}
    assert await answered(user, era, asked) == "accept, accept, decline"
    assert [each.message for each in user.asked] == ["One?", "Two?", "Three?"]


@pytest.mark.anyio
async def test_an_answer_is_for_the_very_question_and_nobody_is_asked_for_ever(log: Path, era: str) -> None:
    user = User("accept")
    assert await answered(user, era, {"log": str(log), "count": True}) == "cancel"
    assert [each.message for each in user.asked][:2] == [f"Run 1: {QUESTION}", f"Run 2: {QUESTION}"]
    assert len(user.asked) == MOST_QUESTIONS


@pytest.mark.anyio
async def test_a_question_leaves_clean(log: Path, era: str) -> None:
    user = User("accept")
    assert await answered(user, era, {"log": str(log), "questions": [DIRTY_QUESTION]}) == "accept"
    [asked] = user.asked
    assert asked.message == shown(DIRTY_QUESTION)
    assert asked.message.startswith("Move all of it with ")
    assert SECRET not in asked.message


def test_a_question_is_no_longer_than_a_dialog_takes() -> None:
    assert len(shown("word " * 10_000)) == LONGEST


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    with started(COMMAND) as pipe:
        yield pipe


def hello(pipe: Pipe, elicitation: object = None) -> None:
    capabilities = {"elicitation": {} if elicitation is None else elicitation}
    params = {"protocolVersion": "2025-11-25", "capabilities": capabilities, "clientInfo": CLIENT}
    pipe.send(
        {"jsonrpc": "2.0", "id": "first", "method": "initialize", "params": params},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
    )
    assert pipe.receive()["id"] == "first"


def move(number: str, log: Path, **more: Any) -> dict[str, Any]:
    arguments = {"log": str(log), **more.pop("arguments", {})}
    params = {"name": "move_notes", "arguments": arguments, **more}
    return {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}


def modern(number: str, log: Path, **more: Any) -> dict[str, Any]:
    meta = {**ENVELOPE, "io.modelcontextprotocol/clientCapabilities": ELICITATION}
    return move(number, log, _meta=meta, **more)


def text(message: dict[str, Any]) -> str:
    return str(message["result"]["content"][0]["text"])


def test_two_are_asked_at_once_and_answered_in_any_order(pipe: Pipe, tmp_path: Path) -> None:
    hello(pipe)
    pipe.send(
        move("a", tmp_path / "a", arguments={"questions": ["A?"]}),
        move("b", tmp_path / "b", arguments={"questions": ["B?"]}),
    )
    asked = {each["params"]["message"]: each["id"] for each in (pipe.receive(), pipe.receive())}
    pipe.send({"jsonrpc": "2.0", "id": asked["B?"], "result": {"action": "accept", "content": {}}})
    answer = pipe.receive()
    assert (answer["id"], text(answer)) == ("b", "accept")
    pipe.send({"jsonrpc": "2.0", "id": asked["A?"], "result": {"action": "decline"}})
    answer = pipe.receive()
    assert (answer["id"], text(answer)) == ("a", "decline")


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ({"result": {"action": "perhaps"}}, "cancel"),
        ({"result": {}}, "cancel"),
        ({"error": {"code": -32601, "message": "what is that"}}, "unable"),
        ({"error": {"code": -1, "message": "no"}}, "cancel"),
    ],
)
def test_an_answer_that_is_none_is_no_yes(pipe: Pipe, log: Path, answer: dict[str, Any], found: str) -> None:
    hello(pipe)
    pipe.send(move("a", log))
    pipe.send({"jsonrpc": "2.0", "id": pipe.receive()["id"], **answer})
    assert text(pipe.receive()) == found


def test_a_client_that_only_opens_web_pages_cannot_ask(pipe: Pipe, log: Path) -> None:
    hello(pipe, {"url": {}})
    pipe.send(move("a", log))
    assert text(pipe.receive()) == "unable"


def test_a_client_that_leaves_while_asked_ends_the_server(pipe: Pipe, log: Path) -> None:
    hello(pipe)
    pipe.send(move("a", log))
    assert pipe.receive()["method"] == "elicitation/create"
    pipe.hang_up()
    code, output, errors = pipe.ended()
    assert (code, errors) == (0, "")
    assert text(json.loads(output)) == "cancel"


def test_who_asks_and_leaves_at_once_gets_an_answer(pipe: Pipe, log: Path) -> None:
    hello(pipe)
    pipe.send(move("a", log))
    pipe.hang_up()
    code, output, errors = pipe.ended()
    assert (code, errors) == (0, "")
    *_, last = output.splitlines()
    assert text(json.loads(last)) == "cancel"


def test_a_call_that_is_cancelled_while_asked_is_over(pipe: Pipe, log: Path) -> None:
    hello(pipe)
    pipe.send(move("a", log))
    assert pipe.receive()["method"] == "elicitation/create"
    pipe.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": "a"}})
    pipe.send({"jsonrpc": "2.0", "id": "p", "method": "ping"})
    while pipe.receive().get("id") != "p":
        pass
    assert runs(log) == 1
    pipe.hang_up()
    assert pipe.ended()[0] == 0


def asked_modern(pipe: Pipe, log: Path) -> tuple[str, str]:
    """The key and the sealed state of a question."""
    pipe.send(modern("a", log))
    result = pipe.receive()["result"]
    assert result["resultType"] == "input_required"
    [(key, question)] = result["inputRequests"].items()
    assert question["params"]["message"] == QUESTION
    assert "accept" not in json.dumps(result)
    return key, result["requestState"]


YES = {"action": "accept", "content": {}}


def test_a_repeated_call_brings_the_answer(pipe: Pipe, log: Path) -> None:
    key, state = asked_modern(pipe, log)
    pipe.send(modern("b", log, inputResponses={key: YES}, requestState=state))
    assert text(pipe.receive()) == "accept"


def test_a_forged_state_is_refused(pipe: Pipe, log: Path, tmp_path: Path) -> None:
    key, state = asked_modern(pipe, log)
    forged = state[:-2] + ("AA" if not state.endswith("AA") else "BB")
    pipe.send(modern("b", log, inputResponses={key: YES}, requestState=forged))
    assert pipe.receive()["error"]["code"] == -32602
    plain = json.dumps({"asked": "x", "answers": {"x": "accept"}})
    pipe.send(modern("c", log, requestState=plain))
    assert pipe.receive()["error"]["code"] == -32602
    pipe.send(modern("d", tmp_path / "other", inputResponses={key: YES}, requestState=state))
    assert pipe.receive()["error"]["code"] == -32602
    assert runs(log) == 1


def test_an_answer_to_nothing_asked_is_none(pipe: Pipe, log: Path) -> None:
    key, state = asked_modern(pipe, log)
    pipe.send(modern("b", log, inputResponses={key: YES}))
    assert pipe.receive()["result"]["resultType"] == "input_required"
    pipe.send(modern("c", log, requestState=state))
    assert pipe.receive()["result"]["resultType"] == "input_required"


@pytest.mark.anyio
async def test_nobody_waits_in_a_thread(log: Path, era: str) -> None:
    """As many are asked at once as like to be: more than there are threads."""
    waiting: list[str] = []
    all_asked = anyio.Event()

    async def slow(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        assert context.session is not None
        waiting.append(params.message)
        if len(waiting) == 12:
            all_asked.set()
        await all_asked.wait()
        return ElicitResult(action="accept", content={})

    parameters = StdioServerParameters(command=COMMAND[0], args=COMMAND[1:], cwd=ROOT)
    async with (
        Client(parameters, mode=era, elicitation_callback=slow) as client,
        anyio.create_task_group() as group,
    ):
        for number in range(12):
            asked = {"log": str(log), "questions": [f"Question {number}?"]}
            group.start_soon(client.call_tool, "move_notes", asked)
    assert len(waiting) == 12
