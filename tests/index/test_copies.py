"""Lines that several files hold are found once, under the file that had them first."""

import json
import os
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from ccmcp.config import Config, Root
from ccmcp.history import History
from ccmcp.index.stated import UsageFlag
from tests.index.asking import found, listed, talk
from tests.index.contents import contents
from tests.transcript import Chat, Home, Record, line


@dataclass
class Copying:
    """An original, and how to make a copy of it with a line of its own."""

    home: Home
    original: Chat
    copy: Path = Path()
    copy_session: str = ""


def _original() -> Chat:
    chat = talk("original", "a wombat in the garden", "and a numbat")
    chat.call("Bash", "toolu_1", command="ls quokka")
    chat.result("toolu_1", "an echidna", toolUseResult={"stdout": "an echidna"})
    return chat


def _own_line(fork: Chat) -> Record:
    return fork.user("a platypus")


def _fork_session(copying: Copying) -> None:
    """2.0 and later, --fork-session: the same uuids, the new session's id."""
    chat, fork = copying.original, Chat("fork", start="2026-08-03T10:")
    fork.records = [
        {
            **each,
            "sessionId": fork.id,
            **({"requestSessionId": chat.id} if each["type"] == "assistant" else {}),
        }
        for each in chat.records
    ]
    _own_line(fork)
    copying.copy, copying.copy_session = copying.home.write(fork), fork.id


def _fork_in_the_tui(copying: Copying) -> None:
    """/branch and /fork: the same uuids, and where each line is from."""
    chat, fork = copying.original, Chat("fork", start="2026-08-03T10:")
    fork.records = [
        {**each, "sessionId": fork.id, "forkedFrom": {"sessionId": chat.id, "messageUuid": each["uuid"]}}
        for each in chat.records
    ]
    _own_line(fork)
    copying.copy, copying.copy_session = copying.home.write(fork), fork.id


def _resume_of_1_0_60(copying: Copying) -> None:
    """Up to 1.0 a resume wrote a new file: new uuids, no request ids, the same message ids."""
    fork = Chat("fork", version="1.0.60", start="2026-08-03T10:")
    fork.records = [
        {**{key: value for key, value in each.items() if key != "requestId"}, "uuid": str(uuid.uuid5(uuid.NAMESPACE_OID, each["uuid"])), "sessionId": fork.id}
        for each in copying.original.records
    ]  # fmt: skip
    _own_line(fork)
    copying.copy, copying.copy_session = copying.home.write(fork), fork.id


def _compaction_agent(copying: Copying) -> None:
    """agent-acompact-*: a subagent that starts as a copy of its parent."""
    chat, side = copying.original, Chat("side")
    side.records = [{**each, "isSidechain": True, "agentId": "acompact-1"} for each in chat.records]
    side.user("a platypus", isSidechain=True, agentId="acompact-1")
    copying.copy = copying.home.agent(chat, "acompact-1", side.records)
    copying.copy_session = chat.id


COPIES = [_fork_session, _fork_in_the_tui, _resume_of_1_0_60, _compaction_agent]
SHARED = ("wombat", "numbat", "quokka", "echidna", '"in the garden"')


@pytest.mark.parametrize("copied", COPIES)
@pytest.mark.parametrize("at_once", [True, False])
def test_a_copy_s_lines_are_found_once_and_its_own_under_it(
    copied: Callable[[Copying], None], *, at_once: bool, home: Home, history: History, config: Config
) -> None:
    copying = Copying(home, _original())
    home.write(copying.original)
    if not at_once:
        history.refresh()
    copied(copying)
    for word in SHARED:
        assert found(history, word) == {copying.original.id: 1}
    assert found(history, "platypus") == {copying.copy_session: 1}
    assert set(listed(history)) == {copying.original.id, copying.copy_session}
    history.close()
    told = contents(config)
    flags = {
        row[0]: [each[-2] & UsageFlag.COPIED for each in told["usage"] if each[0] == row[0]]
        for row in told["usage"]
    }
    assert all(flags[str(copying.copy)])
    assert not any(flags[str(home.path(copying.original))])
    assert sorted(row[3] for row in told["calls"]) == ["toolu_1"]


@pytest.mark.parametrize("copied", [_fork_session, _fork_in_the_tui, _resume_of_1_0_60])
def test_when_the_original_is_deleted_its_lines_are_found_in_the_copy(
    copied: Callable[[Copying], None], home: Home, history: History, config: Config
) -> None:
    copying = Copying(home, _original())
    home.write(copying.original)
    copied(copying)
    assert found(history, "wombat") == {copying.original.id: 1}
    home.path(copying.original).unlink()
    for word in (*SHARED, "platypus"):
        assert found(history, word) == {copying.copy_session: 1}
    assert listed(history) == [copying.copy_session]
    history.close()
    assert not any(row[-2] & UsageFlag.COPIED for row in contents(config)["usage"])


def test_when_the_original_is_cut_what_only_the_copy_still_holds_is_found_there(
    home: Home, history: History
) -> None:
    copying = Copying(home, _original())
    path = home.write(copying.original)
    _fork_session(copying)
    assert found(history, "echidna") == {copying.original.id: 1}
    path.write_bytes(b"".join(map(line, copying.original.records[:2])))
    assert found(history, "echidna") == {copying.copy_session: 1}
    assert found(history, "wombat") == {copying.original.id: 1}


@pytest.mark.parametrize("touched", ["original", "copy", "both"])
def test_a_touched_original_or_copy_changes_nothing(touched: str, home: Home, history: History) -> None:
    copying = Copying(home, _original())
    path = home.write(copying.original)
    _fork_session(copying)
    history.refresh()
    for each in {"original": [path], "copy": [copying.copy], "both": [path, copying.copy]}[touched]:
        os.utime(each, ns=(10**18, 10**18))
    for word in SHARED:
        assert found(history, word) == {copying.original.id: 1}
    assert found(history, "platypus") == {copying.copy_session: 1}


def test_a_copy_of_a_copy_keeps_what_its_originals_lose(home: Home, history: History) -> None:
    chats = [talk("first", "a wombat")]
    for name, word in (("second", "a quokka"), ("third", "a numbat")):
        fork = Chat(name, start="2026-08-03T10:")
        fork.records = [{**each, "sessionId": fork.id} for each in chats[-1].records]
        fork.user(word)
        fork.assistant("ok")
        chats.append(fork)
    for chat in chats:
        home.write(chat)
    first, second, third = chats
    history.refresh()
    expected = {"wombat": first, "quokka": second, "numbat": third}
    for word, chat in expected.items():
        assert found(history, word) == {chat.id: 1}
    home.path(second).unlink()
    for word, chat in (expected | {"quokka": third}).items():
        assert found(history, word) == {chat.id: 1}
    home.path(first).unlink()
    for word in expected:
        assert found(history, word) == {third.id: 1}


def test_lines_copied_into_a_fork_that_is_still_being_written_are_not_doubled(
    home: Home, history: History
) -> None:
    copying = Copying(home, _original())
    home.write(copying.original)
    _fork_session(copying)
    whole = copying.copy.read_bytes().split(b"\n")
    for number in (3, 5, len(whole)):
        copying.copy.write_bytes(b"\n".join(whole[:number]) + (b"\n" if number < len(whole) else b""))
        history.refresh()
    for word in SHARED:
        assert found(history, word) == {copying.original.id: 1}
    assert found(history, "platypus") == {copying.copy_session: 1}


def test_a_byte_prefix_copy_in_another_root_is_one_session_at_its_longest_file(
    home: Home, config: Config, tmp_path: Path
) -> None:
    away = Home(tmp_path / "away")
    two = replace(config, roots=(*config.roots, Root(label="archive", path=away.claude)))
    history = History(two, patient=True)
    chat = _original()
    path = home.write(chat)
    copy = away.put(away.path(chat), b"".join(map(line, chat.records[:4])))
    for word in SHARED:
        assert found(history, word) == {chat.id: 1}
    assert listed(history) == [chat.id]
    assert history.session(chat.id)[0].main_path == str(path)
    path.unlink()
    assert found(history, "wombat") == {chat.id: 1}
    assert found(history, "echidna") == {}
    assert history.session(chat.id)[0].main_path == str(copy)
    history.close()


def test_a_byte_prefix_copy_in_another_project_folder_is_one_session(home: Home, history: History) -> None:
    chat = _original()
    path = home.write(chat)
    copy = home.put(path.parents[1] / "-work-other" / path.name, b"".join(map(line, chat.records[:4])))
    for word in SHARED:
        assert found(history, word) == {chat.id: 1}
    assert listed(history) == [chat.id]
    session, _ = history.session(chat.id)
    assert session.main_path == str(path)
    assert session.messages == sum(record["type"] in ("user", "assistant") for record in chat.records)
    assert session.turns == 2
    path.unlink()
    assert found(history, "wombat") == {chat.id: 1}
    assert history.session(chat.id)[0].main_path == str(copy)


def test_two_sessions_that_only_begin_alike_keep_their_own_words(home: Home, history: History) -> None:
    one, other = talk("one", "hello there", "a wombat"), talk("other", "hello there", "a wombat")
    home.write(one)
    home.write(other)
    assert found(history, "wombat") == {one.id: 1, other.id: 1}
    assert json.loads(home.path(one).read_bytes().split(b"\n")[0])["uuid"] != other.records[0]["uuid"]


@pytest.mark.parametrize("rewritten", [False, True])
def test_copies_away_with_their_root_are_read_again_when_it_is_back(
    home: Home, config: Config, tmp_path: Path, *, rewritten: bool
) -> None:
    away = Home(tmp_path / "away")
    two = replace(config, roots=(*config.roots, Root(label="archive", path=away.claude)))
    history = History(two, patient=True)
    copying: Any = Copying(away, _original())
    home.write(copying.original)
    _fork_session(copying)
    assert found(history, "wombat") == {copying.original.id: 1}
    away.claude.rename(tmp_path / "unmounted")
    if rewritten:
        home.put(home.path(copying.original), line(talk("rewritten", "an ibis").records[0]))
    else:
        home.path(copying.original).unlink()
    history.refresh()
    (tmp_path / "unmounted").rename(away.claude)
    assert found(history, "wombat") == {copying.copy_session: 1}
    history.close()
