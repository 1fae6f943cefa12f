"""JSON of what a report holds: only text that every reader of JSON takes."""

import json
from typing import Any

from ccmcp.redact import sanitise


def plain(value: Any) -> Any:
    """The value with all its texts sanitised, without what is None or empty text (numbers and empty lists stay)."""
    match value:
        case str():
            return sanitise(value)
        case dict():
            return {
                sanitise(str(key)): plain(each)
                for key, each in value.items()
                if each is not None and each != ""
            }
        case list() | tuple():
            return [plain(each) for each in value]
        case _:
            return value


def dumped(value: Any, *, indent: int | None = None) -> str:
    """Valid JSON in UTF-8; on one line unless it is indented."""
    separators = (",", ": ") if indent else (",", ":")
    return json.dumps(plain(value), ensure_ascii=False, indent=indent, separators=separators, allow_nan=False)
