"""
Runs the real client once and tells what its model was given: a job as JSON on stdin, a report on stdout.

Started by the fixtures in a network namespace of its own; the model is the rig's stand-in, which plays
the calls of the job.
"""

import importlib
import json
import shutil
import sys
from pathlib import Path
from typing import Any

PLAY = "#tool "
"""How a prompt tells the stand-in to call a tool."""


def main() -> None:
    job = json.load(sys.stdin)
    sys.path.insert(0, job["rig"])
    rig: Any = importlib.import_module("rig")
    rig.enter_sandbox()
    with rig.Rig(Path(job["root"]), fresh=False) as client:
        shutil.copytree(job["history"], client.config, dirs_exist_ok=True)
        servers = client.root / "mcp.json"
        servers.write_text(json.dumps({"mcpServers": {"ccmcp": job["server"]}}), encoding="utf-8")
        arguments = ["--mcp-config", str(servers), "--strict-mcp-config", "--allowedTools", "mcp__ccmcp"]
        outcome = client.p(played(job["calls"]), *arguments, *job["arguments"], mode="default")
        told = last_request([request["body"] or {} for request in client.api.requests])
        json.dump(report(outcome, told, len(job["calls"])), sys.stdout)


def played(calls: list[tuple[str, dict[str, object]]]) -> str:
    """The prompt that makes the stand-in call these tools, one after the other."""
    return "\n".join([*(f"{PLAY}{name} {json.dumps(given)}" for name, given in calls), "#say That is all."])


def last_request(requests: list[dict[str, Any]]) -> dict[str, Any]:
    """The request that repeats all that came before: the whole conversation."""
    return max(requests, key=lambda request: len(request.get("messages") or []))


def report(outcome: dict[str, Any], told: dict[str, Any], calls: int) -> dict[str, object]:
    """What the model was told around the conversation, and how its calls were answered."""
    blocks = [block for message in told["messages"] for block in blocks_of(message["content"])]
    texts = [text_of(told.get("system")), *(text_of([block]) for block in blocks if block["type"] == "text")]
    results = [block for block in blocks if block["type"] == "tool_result"]
    return {
        "session_id": outcome["session_id"],
        "told": "\n".join(text for text in texts if PLAY not in text),
        "answers": [
            {"text": text_of(block.get("content")), "is_error": bool(block.get("is_error"))}
            for block in results[-calls:]
        ],
    }


def blocks_of(content: str | list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def text_of(content: object) -> str:
    match content:
        case str(text):
            return text
        case list(blocks):
            return "\n".join(str(block.get("text") or block.get("tool_name") or "") for block in blocks)
        case _:
            return ""


if __name__ == "__main__":
    main()
