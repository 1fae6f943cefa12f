"""What was asked before the input ended is answered: `printf ... | ccmcp serve` is how people try a server."""

import json
import os
import subprocess
import sys

from tests.transcript import Chat, Home

HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "pipe", "version": "1"},
    },
}
READY = {"jsonrpc": "2.0", "method": "notifications/initialized"}


def test_a_call_is_answered_although_the_input_ends_right_behind_it(home: Home) -> None:
    chat = Chat("piped")
    chat.user("Where does the heron nest?")
    home.write(chat)
    ask = {
        "jsonrpc": "2.0",
        "id": 2,
        "method": "tools/call",
        "params": {"name": "search_sessions", "arguments": {"query": "heron"}},
    }
    ended = subprocess.run(
        [sys.executable, "-m", "ccmcp", "serve"],
        input="".join(json.dumps(message) + "\n" for message in (HELLO, READY, ask)),
        env={**home.env, "PATH": os.environ["PATH"]},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    answers = {answer["id"]: answer for answer in map(json.loads, ended.stdout.splitlines())}
    assert chat.id in answers[2]["result"]["content"][0]["text"]
    assert (ended.returncode, ended.stderr) == (0, "")
