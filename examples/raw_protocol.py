"""
MCP with nothing but the standard library: a line of JSON each way, over a child's pipes.

    python examples/raw_protocol.py
    python examples/raw_protocol.py legacy    # the protocol before 2026-07-28: a handshake first

For who writes a client, or wants to see what one says.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

HISTORY = Path(__file__).resolve().parent / "history"
CLIENT = {"name": "raw_protocol", "version": "1"}
ENVELOPE = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": CLIENT,
}


class Connection:
    """A conversation with a server: requests go out one by one, each waits for its answer."""

    def __init__(self, server: subprocess.Popen[str], *, legacy: bool) -> None:
        self._server = server
        self._legacy = legacy
        self._number = 0

    def open(self) -> dict[str, Any]:
        """Say hello, and give what the server says of itself."""
        if not self._legacy:
            return self.request("server/discover")
        hello = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": CLIENT}
        answer = self.request("initialize", hello)
        self._send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        return answer

    def request(self, method: str, params: Mapping[str, object] | None = None) -> dict[str, Any]:
        """The result of a request. In the new protocol each one says for itself who asks, and in which version."""
        self._number += 1
        asked = dict(params or {}) if self._legacy else {**(params or {}), "_meta": ENVELOPE}
        self._send({"jsonrpc": "2.0", "id": self._number, "method": method, "params": asked})
        answer = json.loads(_pipe(self._server.stdout).readline())
        assert answer["id"] == self._number
        assert "error" not in answer, answer
        print(f"<-- {method}: {', '.join(answer['result'])}")
        return dict(answer["result"])

    def _send(self, message: Mapping[str, object]) -> None:
        print(f"--> {message['method']}")
        pipe = _pipe(self._server.stdin)
        pipe.write(json.dumps(message) + "\n")
        pipe.flush()


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None
    return pipe


def main(cache: str, *, legacy: bool) -> None:
    """Start a server, ask it what it can do and one question, and hang up."""
    command = [sys.executable, "-m", "ccmcp", "serve"]
    env = os.environ | {"CLAUDE_CONFIG_DIR": str(HISTORY), "CCMCP_CACHE_DIR": cache}
    with subprocess.Popen(
        command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    ) as server:
        connection = Connection(server, legacy=legacy)
        about = connection.open()
        assert "memory of this machine's Claude Code sessions" in about["instructions"]

        tools = connection.request("tools/list")["tools"]
        print("   ", ", ".join(tool["name"] for tool in tools))
        writing = [tool["name"] for tool in tools if not tool["annotations"]["readOnlyHint"]]
        assert writing == ["apply_migration", "undo_migration"]

        question = {
            "name": "search_sessions",
            "arguments": {"query": "sessions in Redis or JWTs", "limit": 1},
        }
        [answer] = connection.request("tools/call", question)["content"]
        assert "46c6442b-a41e-4b3d-b2e5-98f8bf45f3bb" in answer["text"]
        print(answer["text"])
    assert server.returncode == 0  # the end of its input is the end of the server


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        main(folder, legacy="legacy" in sys.argv[1:])
