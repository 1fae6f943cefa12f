"""What one run of the real client leaves to look at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Answer:
    """One tool's result, as the model reads it."""

    text: str
    is_error: bool


@dataclass(frozen=True, slots=True)
class Conversation:
    """What the model was given in one run of the client."""

    session_id: str

    told: str
    """Everything around the prompt and the answers: the client's own words, tool names, instructions."""

    answers: tuple[Answer, ...]


class Converse(Protocol):
    """Runs the client once: its model calls these tools, one after the other."""

    def __call__(
        self, calls: Sequence[tuple[str, Mapping[str, object]]], *arguments: str
    ) -> Conversation: ...
