"""The words for who speaks and what is said, as answers use them."""

from typing import Literal, TypeAlias

Role: TypeAlias = Literal["user", "assistant", "tool", "system"]
Kind: TypeAlias = Literal[
    "text", "thinking", "tool_call", "tool_result", "summary", "attachment", "command", "unknown"
]
