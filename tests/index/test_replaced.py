"""Files that are cut, rewritten, moved, deleted, or only out of sight."""

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ccmcp.config import Config, Root
from ccmcp.history import History
from ccmcp.index import SessionFilter
from tests.index.asking import found, listed, talk
from tests.index.contents import contents, passages
from tests.index.village import main_chat
from tests.transcript import Chat, Home, line

FILLER = "other words " * 40


@pytest.fixture
def scratch(home: Home) -> Callable[[], dict[str, Any]]:
    """What a cache that was never anything else holds of the home as it is now."""

    def build() -> dict[str, Any]:
        cache = str(home.folder / f"scratch{len(list(home.folder.iterdir()))}")
        fresh = Config.load(home.env, {"cache_dir": cache})
        history = History(fresh, patient=True)
        history.refresh()
        history.close()
        return contents(fresh)

    return build


def _shorter(before: bytes) -> bytes:
    return before[: before.index(b"\n") + 1]


def _longer(before: bytes) -> bytes:
    return before.replace(b"quokka", b"grown-up numbat") + line(talk("more", FILLER).records[0])


def _as_long(before: bytes) -> bytes:
    return before.replace(b"quokka", b"numbat")


@pytest.mark.parametrize("rewrite", [_shorter, _longer, _as_long])
def test_of_a_rewritten_file_only_the_new_words_are_found(
    rewrite: Callable[[bytes], bytes], home: Home, history: History, config: Config, scratch: Any
) -> None:
    chat = talk("main", "a wombat", "a quokka")
    path = home.write(chat)
    assert found(history, "quokka") == {chat.id: 1}
    path.write_bytes(rewrite(path.read_bytes()))
    assert found(history, "quokka") == {}
    assert found(history, "wombat") == {chat.id: 1}
    assert bool(found(history, "numbat")) == (rewrite is not _shorter)
    history.close()
    assert contents(config) == scratch()


def test_a_file_cut_in_mid_line_loses_that_line_only(home: Home, history: History) -> None:
    chat = talk("main", "a wombat", "a quokka")
    path = home.write(chat)
    history.refresh()
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.index(b"quokka") + 3])
    assert found(history, "quokka") == {}
    assert found(history, "wombat") == {chat.id: 1}
    path.write_bytes(whole)
    assert found(history, "quokka") == {chat.id: 1}
    assert found(history, "wombat") == {chat.id: 1}


def test_a_touched_file_stays_as_it_was(home: Home, history: History, config: Config) -> None:
    chat = talk("main", "a quokka")
    path = home.write(chat)
    history.refresh()
    before = passages(config)
    os.utime(path, ns=(1, 10**18))
    assert found(history, "quokka") == {chat.id: 1}
    assert passages(config) == before


def _session_with_sidecar(home: Home) -> Chat:
    chat = talk("main", "a wombat")
    home.write(chat)
    side = Chat("side", cwd=chat.cwd)
    side.user("a quokka", isSidechain=True, agentId="a1")
    home.agent(chat, "a1", side.records)
    home.put(home.path(chat).with_suffix("") / "tool-results" / "b1.txt", b"a numbat\n")
    return chat


@pytest.mark.parametrize("relocated", [True, False])
def test_a_session_moved_with_its_sidecar_is_found_at_its_new_place(
    *, relocated: bool, home: Home, history: History, config: Config, scratch: Any
) -> None:
    chat = _session_with_sidecar(home)
    old = home.path(chat)
    history.refresh()
    new = old.parents[1] / "-work-other" / old.name
    new.parent.mkdir()
    old.rename(new)
    old.with_suffix("").rename(new.with_suffix(""))
    if relocated:
        moved = {"type": "relocated", "relocatedCwd": "/work/other", "sessionId": chat.id}
        new.write_bytes(new.read_bytes() + line(moved))
    for word in ("wombat", "quokka", "numbat"):
        assert found(history, word) == {chat.id: 1}
    assert listed(history) == [chat.id]
    session, files = history.session(chat.id)
    assert session.folder == "-work-other"
    assert {str(Path(file.path).relative_to(new.parent)) for file in files} == {
        new.name,
        str(Path(chat.id) / "subagents" / "agent-a1.jsonl"),
        str(Path(chat.id) / "tool-results" / "b1.txt"),
    }
    if relocated:
        assert listed(history, SessionFilter(project="/work/other")) == [chat.id]
    history.close()
    assert contents(config) == scratch()


def test_what_is_deleted_is_found_no_more(home: Home, history: History, config: Config, scratch: Any) -> None:
    chat, other = _session_with_sidecar(home), talk("other", "an echidna")
    home.write(other)
    history.refresh()
    (home.path(chat).with_suffix("") / "subagents" / "agent-a1.jsonl").unlink()
    assert found(history, "quokka") == {}
    assert found(history, "wombat") == {chat.id: 1}
    home.path(chat).unlink()
    shutil.rmtree(home.path(chat).with_suffix(""))
    for word in ("wombat", "quokka", "numbat"):
        assert found(history, word) == {}
    assert listed(history) == [other.id]
    # A number that was in use is not given again: what is new is not taken for what was.
    new = talk("new", "a bilby")
    home.write(new)
    assert found(history, "bilby") == {new.id: 1}
    assert found(history, "wombat") == {}
    history.close()
    assert contents(config) == scratch()


def test_a_file_replaced_by_a_folder_is_deleted(home: Home, history: History) -> None:
    chat = talk("main", "a quokka")
    path = home.write(chat)
    history.refresh()
    path.unlink()
    path.mkdir()
    (path / "inside.txt").write_text("a quokka")
    assert found(history, "quokka") == {}
    shutil.rmtree(path)
    home.write(chat)
    assert found(history, "quokka") == {chat.id: 1}


def test_a_folder_that_can_t_be_read_loses_nothing(
    home: Home, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = talk("here", "a wombat"), talk("there", "a quokka", cwd="/work/locked")
    home.write(here)
    home.write(there)
    assert history.refresh().complete
    look = os.scandir
    with monkeypatch.context() as patched:

        def refusing(path: Any = ".") -> Any:
            if str(path).endswith("-work-locked"):
                raise PermissionError(13, "Permission denied", str(path))
            return look(path)

        patched.setattr(os, "scandir", refusing)
        home.path(here).unlink()
        assert found(history, "quokka") == {there.id: 1}
        assert list(found(history, "wombat")) == [here.id]
        assert not history.refresh().complete
        assert history.status().problems
        assert there.id in listed(history)
    assert found(history, "wombat") == {}
    assert found(history, "quokka") == {there.id: 1}
    assert history.refresh().complete


@pytest.mark.parametrize("left", ["nothing", "an empty folder"])
def test_a_root_that_vanishes_loses_nothing_and_comes_back_for_nothing(
    left: str, home: Home, config: Config, tmp_path: Path
) -> None:
    away = Home(tmp_path / "away")
    two = replace(config, roots=(*config.roots, Root(label="archive", path=away.claude)))
    history = History(two, patient=True)
    here, there = talk("here", "a wombat"), talk("there", "a quokka")
    home.write(here)
    away.write(there)
    history.refresh()
    before = passages(two)
    away.claude.rename(tmp_path / "unmounted")
    if left == "an empty folder":
        away.claude.mkdir()
    assert set(listed(history)) == {here.id, there.id}
    assert list(found(history, "quokka")) == [there.id]
    if left == "an empty folder":
        away.claude.rmdir()
    (tmp_path / "unmounted").rename(away.claude)
    assert found(history, "quokka") == {there.id: 1}
    history.close()
    assert passages(two) == before


def test_a_deleted_history_jsonl_takes_the_sessions_known_from_it_along(home: Home, history: History) -> None:
    typed = {
        "display": "a quokka",
        "timestamp": 1785600000000,
        "project": "/work/demo",
        "sessionId": Chat("gone").id,
    }
    path = home.put(home.claude / "history.jsonl", line(typed))
    assert found(history, "quokka") == {Chat("gone").id: 1}
    home.put(path, line({**typed, "display": "a wombat", "sessionId": Chat("other").id}))
    assert found(history, "quokka") == {}
    assert found(history, "wombat") == {Chat("other").id: 1}
    assert sum(history.left_out().values()) == 1
    path.unlink()
    assert found(history, "wombat") == {}
    assert sum(history.left_out().values()) == 0


def test_a_title_taken_back_is_found_no_more(home: Home, history: History) -> None:
    chat = talk("main", "hello")
    home.write(chat)
    title = home.put(home.path(chat).with_suffix("") / "custom-title.json", b'{"customTitle":"the quokka"}')
    assert list(found(history, "quokka")) == [chat.id]
    title.write_bytes(b'{"customTitle":"the numbat"}')
    assert found(history, "quokka") == {}
    assert list(found(history, "numbat")) == [chat.id]
    title.unlink()
    assert found(history, "numbat") == {}
    assert history.session(chat.id)[0].title == "hello"


@pytest.mark.parametrize("first", ["the summary", "the session"])
def test_a_summary_is_credited_to_the_session_it_names_whichever_came_first(
    first: str, home: Home, history: History, config: Config, scratch: Any
) -> None:
    chat, holder = Chat("main", version="1.0.60"), Chat("holder", version="1.0.60")
    chat.user("what is that animal?")
    leaf = chat.assistant("No idea.")
    holder.raw(type="summary", summary="Quokka seen", leafUuid=leaf["uuid"])
    holder.user("something else")
    for each in (holder, chat) if first == "the summary" else (chat, holder):
        home.write(each)
        history.refresh()
    assert list(found(history, "quokka")) == [chat.id]
    assert history.session(chat.id)[0].title == "Quokka seen"
    history.close()
    assert contents(config) == scratch()
    history = History(config, patient=True)
    home.path(chat).unlink()
    assert found(history, "quokka") == {holder.id: 1}
    home.path(holder).unlink()
    assert found(history, "quokka") == {}
    history.close()


def test_what_was_appended_bit_by_bit_is_as_if_read_at_once(
    home: Home, history: History, config: Config, scratch: Any
) -> None:
    chat = main_chat()
    side = Chat("side", cwd=chat.cwd)
    for number in range(4):
        side.user(f"side {number}", isSidechain=True, agentId="a1")
    chat.raw(type="custom-title", customTitle="dunnart", sessionId=chat.id)
    chat.system("compact_boundary", "Conversation compacted")
    chat.user("a summary of it", isCompactSummary=True)
    whole = {
        home.path(chat): chat.bytes(),
        home.agent(chat, "a1", side.records, {"agentType": "Explore"}): side.bytes(),
    }
    for path in whole:
        path.write_bytes(b"") if path.exists() else None
    for share in range(1, 11):
        for path, content in whole.items():
            path.write_bytes(content[: len(content) * share // 10])
        history.refresh()
    history.close()
    assert contents(config) == scratch()


def test_a_plan_met_before_its_session_becomes_its_session_s(home: Home, history: History) -> None:
    home.put(home.claude / "plans" / "brave-plan.md", b"Look for a potoroo.\n")
    assert list(found(history, "potoroo")) == ["plan:brave-plan"]
    chat = main_chat()
    home.write(chat)
    assert found(history, "potoroo") == {chat.id: 1}
    assert listed(history) == [chat.id]
