"""Any number of processes share one cache: one writes at a time, and each answers in full."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from filelock import FileLock

from ccmcp.config import Config
from ccmcp.errors import SessionNotFoundError
from ccmcp.history import History
from ccmcp.index import Question, SessionFilter, index, parse, record
from tests.index.asking import found, hits, listed, once, talk
from tests.index.contents import contents, passages
from tests.index.running import answer, start
from tests.index.village import HAPPENINGS, WORDS, fork_of, found_village, main_chat
from tests.transcript import Chat, Home


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "LOCK_SECONDS", 0.01)


@contextmanager
def another_writes(config: Config) -> Iterator[None]:
    """As if another process were writing, and would not come to an end."""
    with FileLock(config.cache / "writer.lock"):
        yield


def test_processes_that_begin_one_cache_together_all_answer_in_full(home: Home) -> None:
    chats = [talk(f"chat {number}", f"word{number} and wombat") for number in range(8)]
    for chat in chats:
        home.write(chat)
    running = [start(home, "ask", "wombat", "word3") for _ in range(4)]
    for process in running:
        told = answer(process)
        assert told == {"complete": True, "found": {"wombat": once(chats), "word3": once([chats[3]])}}
    assert set(passages(Config.load(home.env)).values()) == {1}


def test_processes_that_append_and_search_at_once_find_every_line_once(home: Home) -> None:
    names = ("ann", "bob", "cyd")
    running = [start(home, "mingle", name, "6") for name in names]
    told = [answer(process) for process in running]
    assert [each["wrong"] for each in told] == [[], [], []]
    config = Config.load(home.env)
    history = History(config, patient=True)
    for name in names:
        for number in range(6):
            assert found(history, f"{name}x{number}") == {Chat(name).id: 1}
    history.close()
    assert set(passages(config).values()) == {1}


def _told(history: History) -> dict[str, Any]:
    """What a history answers, in names that do not depend on who answers."""
    words = {word: found(history, word) for word in WORDS}
    sessions = {
        (each.session_id, each.folder, each.title, each.ended_at, each.turns, each.subagents)
        for each in history.sessions(SessionFilter(), limit=100)[0]
    }
    files = {
        session_id: [file.path for file in history.session(session_id)[1]] for session_id, *_ in sessions
    }
    return {"words": words, "sessions": sessions, "files": files, "count": len(listed(history))}


@pytest.mark.parametrize("happening", ["append", "replace"])
@pytest.mark.usefixtures("impatient")
def test_who_can_t_write_answers_as_if_it_had(
    happening: str, home: Home, history: History, config: Config
) -> None:
    found_village(home)
    history.refresh()
    HAPPENINGS[happening](home)
    before = contents(config)
    with another_writes(config):
        told = _told(history)
        assert history.refresh().complete
        assert contents(config) == before
        assert history.status().writer == "another process"
    assert told == _told(history)
    assert contents(config) != before
    assert history.status().writer == "nobody"


@pytest.mark.usefixtures("impatient")
def test_filters_hold_across_what_is_written_and_what_is_not(
    home: Home, history: History, config: Config
) -> None:
    chat, other = talk("main", "a wombat"), talk("other", "an echidna")
    home.write(chat)
    home.write(other)
    history.refresh()
    home.append(chat, [chat.user("a dingo"), chat.call("Bash", "toolu_1", command="ls emus")])
    new = talk("new", "a dingo too", cwd="/work/elsewhere")
    home.write(new)

    def sessions(words: str, **more: Any) -> list[str]:
        history.refresh()
        answered = history.search(Question(terms=parse(words).terms, **more))
        assert answered.total == len(answered.hits)
        return sorted(hit.session.session_id for hit in answered.hits)

    with another_writes(config):
        assert sessions("dingo") == sorted([chat.id, new.id])
        assert sessions("dingo -wombat") == [new.id]
        assert sessions("+wombat dingo") == [chat.id]
        assert sessions('"a dingo" +wombat') == [chat.id]
        assert sessions("dingo", sessions=SessionFilter(project="/work/elsewhere")) == [new.id]
        assert sessions("dingo", sessions=SessionFilter(project="/work/demo")) == [chat.id]
        assert sessions("emus", tool="Bash") == [chat.id]
        assert sessions("echidna", role="user") == [other.id]
        assert sessions("", sessions=SessionFilter(project="elsewhere")) == [new.id]
        assert listed(history, SessionFilter(project="elsewhere")) == [new.id]
        page, total = history.sessions(SessionFilter(), limit=2)
        last = (page[-1].ended, page[-1].number)
        rest, _ = history.sessions(SessionFilter(), limit=2, after=last)
        assert total == 3
        assert {each.session_id for each in (*page, *rest)} == {chat.id, other.id, new.id}
        assert history.session_of_call("toolu_1") == f"claude:{chat.id}"
        home.path(other).unlink()
        assert sessions("echidna") == []
        with pytest.raises(SessionNotFoundError):
            history.session(other.id)


@pytest.mark.usefixtures("impatient")
def test_one_that_reads_while_another_is_between_its_two_stores_sees_every_line_once(
    home: Home, history: History, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    found_village(home)
    reader = History(config, patient=True)
    reader.refresh()
    HAPPENINGS["append"](home)
    new = talk("new", "a thylacine")
    home.write(new)
    seen: list[dict[str, Any]] = []
    write = record.write

    def watched(*arguments: Any, **more: Any) -> Any:
        if arguments[0] is not history._index.stores.catalog:
            return write(*arguments, **more)  # the reader's own, in memory
        seen.append(_told(reader) | {"new": found(reader, "thylacine")})
        written = write(*arguments, **more)
        # The reader has not looked again: what it read beside the stores is in them now.
        seen.append(
            {
                **seen[-1],
                "new": {hit.session.session_id: len(hit.matches) for hit in hits(reader, "thylacine")},
            }
        )
        return written

    monkeypatch.setattr(record, "write", watched)
    history.refresh()
    monkeypatch.undo()
    right = _told(history) | {"new": once([new])}
    assert right["new"] == found(history, "thylacine")
    assert len(seen) >= 2
    for each in seen:
        assert each == right
    reader.close()


def test_a_query_does_not_wait_for_another_s_long_build(home: Home, config: Config) -> None:
    first = talk("first", "a wombat")
    home.write(first)
    begun = History(config, patient=True)
    begun.refresh()
    begun.close()
    slow = Config.load(home.env, {"backlog_bytes": "0"})
    history = History(slow)
    second = talk("second", "a quokka")
    home.write(second)
    with another_writes(config):
        coverage = history.refresh()
        assert not coverage.complete
        assert coverage.indexed_bytes < coverage.total_bytes
        assert [hit.session.session_id for hit in hits(history, "wombat")] == [first.id]
        assert hits(history, "quokka") == []
    history.patient = True
    assert history.refresh().complete
    assert found(history, "quokka") == once([second])
    history.close()


def test_a_subagent_that_starts_while_another_writes_is_its_session_s(
    home: Home, history: History, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "LOCK_SECONDS", 0.01)
    chat = main_chat()
    home.write(chat)
    history.refresh()
    side = Chat("side", cwd=chat.cwd)
    side.user("a dingo", isSidechain=True, agentId="a9")
    home.agent(chat, "a9", side.records)
    with another_writes(config):
        assert found(history, "dingo") == once([chat])
        assert listed(history) == [chat.id]
        session, files = history.session(chat.id)
        assert session.subagents == 1
        assert [file.kind for file in files] == ["main", "agent"]


def test_what_another_wrote_since_this_one_looked_is_not_taken_for_deleted(
    home: Home, history: History, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = talk("first", "a wombat"), talk("second", "a quokka")
    home.write(first)
    history.refresh()
    home.append(first, [first.user("a numbat")])
    locked = history._index.stores.locked

    @contextmanager
    def late(seconds: float) -> Iterator[bool]:
        if not second_written:
            home.write(second)
            other = History(config, patient=True)
            other.refresh()
            other.close()
            second_written.append(True)
        with locked(seconds) as held:
            yield held

    second_written: list[bool] = []
    monkeypatch.setattr(history._index.stores, "locked", late)
    history.refresh()
    assert second_written
    assert [hit.session.session_id for hit in hits(history, "quokka")] == [second.id]
    assert [hit.session.session_id for hit in hits(history, "numbat")] == [first.id]


@pytest.mark.usefixtures("impatient")
def test_what_was_read_beside_and_has_been_written_since_is_there_once(
    home: Home, history: History, config: Config
) -> None:
    chat, new = talk("main", "a wombat"), talk("new", "a dingo")
    home.write(chat)
    history.refresh()
    reader = History(config, patient=True)
    home.append(chat, [chat.user("a dingo too")])
    home.write(new)
    with another_writes(config):
        reader.refresh()
    history.refresh()
    # It has not looked again, and holds in memory what now stands in the stores.
    for word, expected in {"dingo": [chat, new], '"for new"': [new]}.items():
        answered = reader.search(Question(terms=parse(word).terms, passages=5))
        assert sorted(hit.session.session_id for hit in answered.hits) == sorted(each.id for each in expected)
        assert answered.total == len(answered.hits)
        assert all(len(hit.matches) == 1 for hit in answered.hits)
    sessions, total = reader.sessions(SessionFilter(), limit=10)
    assert sorted(each.session_id for each in sessions) == sorted([chat.id, new.id])
    assert total == 2
    assert reader.session(new.id)[0].title == "a dingo"
    reader.close()


@pytest.mark.usefixtures("impatient")
def test_a_fork_made_while_another_writes_repeats_nothing(
    home: Home, history: History, config: Config
) -> None:
    chat = main_chat()
    home.write(chat)
    history.refresh()
    fork = fork_of(chat)
    home.write(fork)
    with another_writes(config):
        for word in ("wombat", "quokka"):
            assert found(history, word) == once([chat])
        assert found(history, "platypus") == once([fork])
        assert set(listed(history)) == {chat.id, fork.id}


def test_a_session_renamed_while_another_process_writes_counts_once(
    home: Home, config: Config, impatient: None
) -> None:
    del impatient
    chats = [talk(f"chat {number}", f"the lantern {'and the harbour ' * number}") for number in range(4)]
    for chat in chats:
        home.write(chat)
    history = History(config, patient=True)
    history.refresh()
    question = Question(terms=parse("lantern").terms, explain=True)
    before = {hit.session.session_id: hit.why and hit.why.about for hit in history.search(question).hits}
    renamed = chats[2].raw(type="custom-title", customTitle="a new name", sessionId=chats[2].id)
    with another_writes(config):
        home.append(chats[2], [renamed])
        history.refresh()
        hits = history.search(question).hits
        assert {hit.session.title for hit in hits} >= {"a new name"}
        after = {hit.session.session_id: hit.why and hit.why.about for hit in hits}
    history.close()
    assert after.keys() == before.keys()
    assert after[chats[2].id] == pytest.approx(before[chats[2].id], abs=0.1)
