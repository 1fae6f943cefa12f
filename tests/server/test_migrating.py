"""An agent brings sessions along in two calls, over real pipes in both protocol eras: the user is asked, and has the last word."""

import sys
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from ccmcp.transcripts.projects import encode
from tests.server.pipe import ROOT
from tests.server.test_asking import User
from tests.transcript import Chat, Home


async def called(client: Client, tool: str, **given: object) -> dict[str, Any]:
    answer = await client.call_tool(tool, given)
    assert not answer.is_error, answer.content
    found: dict[str, Any] | None = answer.structured_content
    assert found is not None
    return found


def there(home: Home, chat: Chat, cwd: Path) -> bool:
    return (home.claude / "projects" / encode(str(cwd)) / f"{chat.id}.jsonl").exists()


@pytest.mark.anyio
@pytest.mark.parametrize("action", ["accept", "decline", "cancel", None])
async def test_sessions_are_brought_along_when_the_user_says_yes(
    home: Home, tmp_path: Path, era: str, action: str | None
) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    new.mkdir()
    chat = Chat("fox", cwd=str(old))
    chat.user("Why does the quick brown fox jump?")
    chat.assistant("Because of the lazy dog.")
    home.write(chat)
    command = StdioServerParameters(
        command=sys.executable, args=["-m", "ccmcp", "serve"], env=home.env, cwd=ROOT
    )
    user = User(action) if action else None
    async with Client(command, mode=era, elicitation_callback=user) as client:
        plan = await called(client, "plan_migration", source=str(old), target=str(new))
        assert not there(home, chat, new)
        assert user is None or not user.asked
        done = await called(client, "apply_migration", plan_id=plan["plan_id"])
        assert done["done"] == (action == "accept") == there(home, chat, new)
        if action == "accept":
            assert done["continue_line"] == f"cd {new} && claude --continue"
            [each] = done["after"]
            assert (each["session_id"], each["checked"]) == (chat.id, True)
            listed = await client.call_tool("list_sessions", {"project": str(new)})
            assert chat.id in str(listed.content)
            undone = await called(client, "undo_migration", plan_id=plan["plan_id"])
            assert undone["done"]
        else:
            assert done["command"] == f"ccmcp migrate apply {plan['plan_id']} --yes"
    assert there(home, chat, old)
    if user is not None:
        assert user.asked[0].message.startswith("Move 1 session")


@pytest.mark.anyio
async def test_who_writes_is_marked_and_who_plans_is_not(home: Home, era: str) -> None:
    command = StdioServerParameters(
        command=sys.executable, args=["-m", "ccmcp", "serve"], env=home.env, cwd=ROOT
    )
    async with Client(command, mode=era) as client:
        tools = {tool.name: tool.annotations for tool in (await client.list_tools()).tools}
    for name in ("apply_migration", "undo_migration"):
        marked = tools[name]
        assert marked is not None
        assert (marked.read_only_hint, marked.destructive_hint) == (False, True)
    planning = tools["plan_migration"]
    assert planning is not None
    assert planning.read_only_hint


@pytest.mark.anyio
async def test_who_has_no_folder_is_shown_the_projects_whose_folder_is_gone(
    home: Home, tmp_path: Path, era: str
) -> None:
    for number in range(300):
        chat = Chat(f"gone {number}", cwd=str(tmp_path / f"gone {number:03} {'x' * 60}"))
        chat.user("hello")
        home.write(chat)
    command = StdioServerParameters(
        command=sys.executable, args=["-m", "ccmcp", "serve"], env=home.env, cwd="/"
    )
    async with Client(command, mode=era) as client:
        found = await called(client, "plan_migration")
    assert "plan_id" not in found
    assert len(found["proposals"]) + found["more_proposals"] == 300
    assert found["more_proposals"] > 0


@pytest.mark.anyio
async def test_a_plan_of_any_length_is_an_answer(home: Home, tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    for number in range(400):
        chat = Chat(f"talk {number}", cwd=str(old))
        chat.user("hello")
        content = home.write(chat).read_bytes()
        if number % 2:
            home.put(home.claude / "projects" / encode(str(new)) / f"{chat.id}.jsonl", content)
    command = StdioServerParameters(
        command=sys.executable, args=["-m", "ccmcp", "serve"], env=home.env, cwd=ROOT
    )
    async with Client(command) as client:
        plan = await called(client, "plan_migration", source=str(old), target=str(new))
    assert plan["sessions"] == 200
    assert len(plan["conflicts"]) + plan["more_conflicts"] == 200
    assert len(plan["actions"]) + plan["more_actions"] == 200
