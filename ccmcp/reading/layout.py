"""
How quoted history looks in a text answer: our words first, then its words behind "> ". Pure.

Every line of history has the mark, so that nothing in it can pass for ccmcp's own words.
"""

from ccmcp.reading.items import short_agent

_MARK = "> "


def entry_text(head: str, text: str) -> str:
    """One entry: on the head's line when its words are one line, else below it, line by line."""
    words = text.rstrip("\n")
    if "\n" not in words:
        return f"{head} {_MARK}{words}" if words else head
    return f"{head}\n{_MARK}" + words.replace("\n", f"\n{_MARK}")


def entry_head(*, short_id: str, when: str, who: str, note: str) -> str:
    """What we say of an entry: its id, when, who, and what to know of it."""
    return " ".join(filter(None, (f"[{short_id}]", when, who, f"({note})" if note else "")))


def who(role: str, kind: str, tool: str, agent: str) -> str:
    """Who speaks, and as part of which subagent."""
    match role, kind:
        case "tool", "tool_result":
            name = f"{tool} result".strip()
        case "tool", _:
            name = tool or "tool"
        case "assistant", "text":
            name = role
        case "assistant", "thinking":
            name = "thinking"
        case "user", "attachment" | "command":
            name = f"{role} {kind}"
        case _, "summary":
            name = kind
        case _:
            name = role
    return f"{name} of {short_agent(agent)}" if agent else name
