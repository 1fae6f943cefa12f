"""
Asking the user, through the client, before something is written.

A tool asks from its thread, and no thread waits for people: its run ends at a question that has no answer yet,
and begins anew once there is one. In between the question goes to the client as its protocol has it. Up to
2025-11-25 that is a request of the server's, `elicitation/create`, while the call stays open. Since 2026-07-28
it is the call's own result, `input_required`, and the client repeats the call with the user's answer and the
`requestState` it was given, which the SDK's boundary seals: what was answered before comes back in it.
"""

import hashlib
import json

from mcp import MCPError
from mcp.server import ServerRequestContext
from mcp.types import (
    METHOD_NOT_FOUND,
    CallToolRequestParams,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitResult,
    InputRequiredResult,
)
from mcp.types.version import HANDSHAKE_PROTOCOL_VERSIONS
from pydantic import ValidationError

from ccmcp.redact import clean
from ccmcp.tools import Answer

MOST_QUESTIONS = 8
"""So many a call may ask: one whose words change with every run would ask for ever."""

LONGEST = 2_000
"""Characters of a question that are shown."""

KEEP = 24 * 60 * 60.0
"""Seconds in which a sealed question may be answered: people go home in between."""

_KEY = "confirm"

_SCHEMA: dict[str, object] = {"type": "object", "properties": {}}
"""Nothing to fill in: to accept is to agree."""


class UnansweredError(BaseException):
    """A question nobody has answered yet. No Exception: what a tool does about errors must not catch it."""

    def __init__(self, question: str) -> None:
        super().__init__("a question waits for its answer")
        self.question = question


class Questions:
    """What one call has asked, and what was answered."""

    def __init__(self, context: ServerRequestContext[object], given: CallToolRequestParams | None) -> None:
        self._context = context
        self._legacy = context.protocol_version in HANDSHAKE_PROTOCOL_VERSIONS
        self._answers: dict[str, Answer] = {}
        if given is not None and not self._legacy:
            self._recall(given)

    def ask(self, question: str) -> Answer:
        """
        The user's answer; from any thread.

        Raises:
            UnansweredError: there is none yet.

        """
        if (answer := self._answers.get(_digest(question))) is not None:
            return answer
        if not _can_be_asked(self._context):
            return "unable"
        if len(self._answers) >= MOST_QUESTIONS:
            return "cancel"
        raise UnansweredError(question)

    async def put(self, question: str) -> InputRequiredResult | None:
        """Put it to the user: the result to answer the call with, or none once the answer is there."""
        params = ElicitRequestFormParams(message=shown(question), requested_schema=_SCHEMA)
        if self._legacy:
            self._answers[_digest(question)] = await self._put_live(params)
            return None
        state = {"asked": _digest(question), "answers": self._answers}
        return InputRequiredResult(
            input_requests={_KEY: ElicitRequest(params=params)}, request_state=json.dumps(state)
        )

    async def _put_live(self, params: ElicitRequestFormParams) -> Answer:
        session = self._context.session
        try:
            answer = await session.elicit_form(
                params.message, params.requested_schema, related_request_id=self._context.request_id
            )
        except MCPError as error:
            return "unable" if error.code == METHOD_NOT_FOUND else "cancel"
        except ValidationError:  # whatever it is, it isn't a yes
            return "cancel"
        return answer.action

    def _recall(self, given: CallToolRequestParams) -> None:
        """What is known from earlier runs of this call: the boundary has made sure that this server wrote it."""
        if given.request_state is None:
            return  # nothing was asked, so nothing is answered
        match json.loads(given.request_state):
            case {"asked": str(asked), "answers": {**answers}}:
                self._answers = {str(each): _action(action) for each, action in answers.items()}
                match (given.input_responses or {}).get(_KEY):
                    case ElicitResult(action=action):
                        self._answers[asked] = action
                    case None:
                        pass  # asked again
                    case _:
                        self._answers[asked] = "cancel"
            case _:
                pass


def shown(question: str) -> str:
    """A question as the user reads it: one paragraph, without secrets, and nothing that draws on a screen."""
    text = " ".join(clean(question).split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _can_be_asked(context: ServerRequestContext[object]) -> bool:
    capabilities = context.session.client_capabilities
    elicitation = capabilities.elicitation if capabilities is not None else None
    if elicitation is None:
        return False
    return elicitation.form is not None or elicitation.url is None  # an empty one means forms


def _action(action: object) -> Answer:
    match action:
        case "accept" | "decline":
            return action
        case _:
            return "cancel"


def _digest(question: str) -> str:
    return hashlib.sha256(question.encode("utf-8", "surrogatepass")).hexdigest()
