"""Secrets stand in no column of the catalogue, and sessions are still found by the words beside them."""

import base64
from datetime import UTC, datetime

import pytest

from ccmcp.config import Config
from ccmcp.history import History
from ccmcp.tools import Call
from ccmcp.tools.search_sessions import TOOL, SearchSessions
from ccmcp.views.found import SearchResult
from tests.index.asking import found
from tests.index.contents import raw_bytes, stored_text
from tests.transcript import Chat, Home, line


def _made(start: str, length: int, seed: str) -> str:
    """What looks like a secret of a kind, and is none."""
    letters = base64.b32encode(seed.encode() * 20).decode().replace("=", "")
    return start + letters[: length - len(start)]


SECRETS = {
    "aws": _made("AKIA", 20, "village pond"),
    "github": "ghp_" + _made("", 36, "weeping willow").replace("A", "a"),
    "anthropic": "sk-ant-api03-" + _made("", 93, "old oak tree") + "AA",
    "key": "-----BEGIN RSA PRIVATE KEY-----\n"
    + _made("", 64, "garden gate")
    + "\n-----END RSA PRIVATE KEY-----",
}


@pytest.fixture
def chat(home: Home) -> Chat:
    """A conversation that has its secrets wherever the catalogue keeps words."""
    aws, github, anthropic, key = SECRETS.values()
    chat = Chat("main")
    chat.user(f"wombat: my key is {aws}, my token {github}")
    chat.call("Bash", "toolu_1", command=f"quokka --token {github} {anthropic}")
    chat.result(
        "toolu_1",
        f"Exit code 1\nnumbat denied for {anthropic}\n{key}",
        is_error=True,
        toolUseResult="Error: 1",
    )
    chat.call("Bash", "toolu_2", command="bilby " + "x" * 1980 + f" {github} {anthropic} " + "y" * 500)
    chat.result("toolu_2", "z" * 480 + f" {github} " + "z" * 1500 + f" {anthropic}", is_error=True)
    chat.call("Write", "toolu_3", file_path="/work/demo/id_rsa", content=key)
    chat.call("WebFetch", "toolu_4", url=f"https://echidna.example/?token={github}")
    chat.raw(type="custom-title", customTitle=f"dunnart {aws}", sessionId=chat.id)
    chat.raw(type="ai-title", aiTitle=f"quoll {github}", sessionId=chat.id)
    chat.raw(type="last-prompt", lastPrompt=f"potoroo {anthropic}", sessionId=chat.id)
    chat.raw(type="queue-operation", operation="enqueue", content=f"bettong {aws}", sessionId=chat.id)
    chat.user(
        "thylacine", permissionMode=f"plan {github}", gitBranch=f"fix/{github}", version=f"2.1.330-{aws}"
    )
    chat.assistant("yes", model=f"claude {github}", gitBranch=f"fix/{aws}", entrypoint=f"cli {aws}")
    chat.call(f"mcp__shop__{github}", "toolu_5", query="bandicoot")
    chat.raw(type=f"new {aws}", words="x")
    chat.raw(type="permission-mode", permissionMode=f"auto {anthropic}", sessionId=chat.id)
    home.write(chat)
    side = Chat("side")
    side.user(f"cassowary {aws}", isSidechain=True, agentId="a1")
    home.agent(
        chat, "a1", side.records, meta={"agentType": f"general {aws}", "description": f"platypus {github}"}
    )
    old, holder = Chat("old", version="1.0.60"), Chat("holder", version="1.0.60")
    leaf = old.assistant("yes")
    holder.raw(type="summary", summary=f"dingo {anthropic}", leafUuid=leaf["uuid"])
    for each in (old, holder):
        home.write(each)
    home.put(home.path(old).with_suffix("") / "custom-title.json", line({"customTitle": f"kowari {github}"}))
    typed = {
        "display": f"brolga {aws} {key}",
        "timestamp": 1785600000000,
        "project": "/work",
        "sessionId": Chat("typed").id,
    }
    home.put(home.claude / "history.jsonl", line(typed))
    return chat


@pytest.mark.usefixtures("chat")
def test_no_column_of_the_catalogue_holds_a_secret(history: History, config: Config) -> None:
    history.refresh()
    history.close()
    # A part of one is as bad: 12 characters of it are enough to tell.
    parts = {secret[at : at + 12] for secret in SECRETS.values() for at in range(len(secret) - 12)}
    parts -= {
        part for part in parts if part in "-----BEGIN RSA PRIVATE KEY-----\n-----END RSA PRIVATE KEY-----"
    }
    parts -= {"sk-ant-api03"}
    told = stored_text(config)
    assert len(told) > 100
    assert [
        (table, column, text[:80]) for table, column, text in told for part in parts if part in text
    ] == []
    raw = raw_bytes(config)
    assert b"quokka" in raw
    assert [part for part in parts if part.encode() in raw] == []


def test_paths_are_kept_as_they_are_because_they_are_where_things_are(
    home: Home, history: History, config: Config
) -> None:
    folder = f"/work/{SECRETS['aws']}"
    chat = Chat("main", cwd=folder)
    chat.user("wombat")
    chat.assistant("yes")
    home.write(chat)
    home.put(
        home.claude / "history.jsonl", line({"display": "brolga", "project": folder, "sessionId": "typed"})
    )
    history.refresh()
    assert history.session(chat.id)[0].cwd == folder
    history.close()
    holding = {(table, column) for table, column, text in stored_text(config) if SECRETS["aws"] in text}
    assert holding == {
        ("files", "path"), ("files", "folder"), ("files", "facts"),
        ("sessions", "folder"), ("sessions", "project"), ("sessions", "cwd"), ("typed", "project"),
    }  # fmt: skip


@pytest.mark.usefixtures("chat")
def test_a_name_with_a_secret_in_it_is_found_by_the_rest(history: History) -> None:
    asked = SearchSessions(query="bandicoot", tool="mcp__shop__*")
    history.refresh()
    found_by_tool: SearchResult = TOOL.run(history, asked, Call(now=datetime(2026, 9, 1, tzinfo=UTC)))
    assert [each.session_id for each in found_by_tool.sessions] == [Chat("main").id]


def test_sessions_are_found_by_the_words_beside_secrets(chat: Chat, history: History) -> None:
    for word in ("wombat", "quokka", "numbat", "bilby", "echidna", "bettong", "dunnart", "cassowary"):
        assert (word, list(found(history, word))) == (word, [chat.id])
    for word in ("dingo", "kowari"):
        assert list(found(history, word)) == [Chat("old").id]
    assert list(found(history, "brolga")) == [Chat("typed").id]
