"""A cold build: newest sessions first, questions meanwhile, and where it was cut short it goes on."""

import os
import threading
from typing import Any

import pytest

from ccmcp.config import Config
from ccmcp.errors import CcmcpError
from ccmcp.history import History
from ccmcp.index import Question, build, intake, parse, record
from ccmcp.tools import search_sessions
from ccmcp.transcripts import decode as decode_module
from tests.index.asking import found, hits, listed, once, talk
from tests.index.contents import contents, passages, words_of
from tests.test_search import CALL
from tests.transcript import Chat, Home

NUMBER = 12


@pytest.fixture
def chats(home: Home, monkeypatch: pytest.MonkeyPatch) -> list[Chat]:
    """Conversations, the last one the newest; each with prose and the rest; built in phases and small batches."""
    monkeypatch.setattr(build, "PHASED", 2_000)
    monkeypatch.setattr(build, "BATCH", 4_000)
    written = []
    for number in range(NUMBER):
        chat = talk(f"chat {number}", "the first prompt, which is its title", f"wombat prose{number}")
        chat.call("Bash", f"toolu_{number}", command=f"ls rest{number}")
        chat.result(f"toolu_{number}", f"result{number}")
        path = home.write(chat)
        os.utime(path, (1_700_000_000 + number, 1_700_000_000 + number))
        written.append(chat)
    return written


@pytest.fixture
def scratch(home: Home) -> Config:
    """Another cache of the same home."""
    return Config.load(home.env, {"cache_dir": str(home.folder / "scratch")})


def _built(config: Config) -> dict[str, Any]:
    history = History(config, patient=True)
    assert history.refresh().complete
    history.close()
    return contents(config)


def test_while_a_cold_build_runs_the_newest_prose_answers_first(
    chats: list[Chat], home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = History(Config.load(home.env, {"backlog_bytes": "0"}))
    goes_on, write = threading.Event(), record.write
    written: list[object] = []

    def watched(*arguments: Any, **more: Any) -> Any:
        if written:
            assert goes_on.wait(60)
        written.append(more)
        return write(*arguments, **more)

    monkeypatch.setattr(record, "write", watched)
    try:
        coverage = history.refresh()
        assert not coverage.complete
        assert coverage.reading
        asked = search_sessions.SearchSessions(query="prose")
        assert "still being read" in search_sessions.TOOL.text(search_sessions.TOOL.run(history, asked, CALL))
        [root] = history.status().roots
        assert (root.files, root.bytes) == (NUMBER, coverage.total_bytes)
        assert 0 < coverage.indexed_bytes < coverage.total_bytes
        newest = NUMBER - 1
        assert found(history, f"prose{newest}") == once([chats[newest]])
        assert hits(history, f"rest{newest}") == []
        assert hits(history, "prose0") == []
        assert history.status().writer == "this process"
        home.append(chats[0], [chats[0].user("a line more")])
    finally:
        goes_on.set()
    history.patient = True
    assert history.refresh().complete
    assert [hit.session.session_id for hit in hits(history, '"line more"')] == [chats[0].id]
    for number, chat in enumerate(chats):
        for word in (f"prose{number}", f"rest{number}", f"result{number}"):
            assert found(history, word) == once([chat])
    history.close()


@pytest.mark.parametrize("portions", [2, 7, NUMBER + 3, NUMBER + 8])
def test_a_build_that_is_stopped_goes_on_from_there(
    portions: int, chats: list[Chat], home: Home, config: Config, scratch: Config
) -> None:
    history = History(config, patient=True)
    left = portions

    def stopped() -> bool:
        nonlocal left
        left -= 1
        return left < 0

    with pytest.raises(CcmcpError, match="Stopped") as kept:
        history.refresh(stopped=stopped)
    assert not history.status().coverage.complete
    assert history.status().coverage.reading
    newest = NUMBER - 1
    assert [hit.session.session_id for hit in hits(history, f"prose{newest}")] == [chats[newest].id]
    before = passages(config)
    home.append(chats[newest], [chats[newest].user("a numbat")])
    assert history.refresh().complete
    assert found(history, "numbat") == once([chats[newest]])
    assert len(listed(history)) == NUMBER
    history.close()
    assert before <= passages(config)
    assert (
        kept.value is not None
    )  # who keeps the error, keeps all that it came through, and no writer's lock with it
    assert contents(config) == _built(scratch)


def test_a_build_that_goes_on_does_not_take_in_prose_again(
    chats: list[Chat], history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = NUMBER + 3

    def stopped() -> bool:
        nonlocal left
        left -= 1
        return left < 0

    with pytest.raises(CcmcpError, match="Stopped"):
        history.refresh(stopped=stopped)
    taken: list[tuple[bool, str]] = []
    take = intake.take

    def noted(reading: Any) -> Any:
        taken.append((reading.prose, reading.file.path))
        return take(reading)

    monkeypatch.setattr("ccmcp.index.readahead.take", noted)
    assert history.refresh().complete
    assert taken
    assert not any(prose for prose, _ in taken)
    for number, chat in enumerate(chats):
        assert found(history, f"prose{number}") == once([chat])


def test_sessions_of_a_stopped_build_have_whole_documents_of_their_own(
    chats: list[Chat], config: Config, scratch: Config
) -> None:
    history = History(config, patient=True)
    left = NUMBER + 5

    def stopped() -> bool:
        nonlocal left
        left -= 1
        return left < 0

    with pytest.raises(CcmcpError, match="Stopped"):
        history.refresh(stopped=stopped)
    history.refresh()
    history.close()
    _built(scratch)
    for number in range(NUMBER):
        for word in (f"prose{number}", f"rest{number}"):
            assert words_of(config, word) == words_of(scratch, word) == [f"claude:{chats[number].id}"]


def test_each_line_is_decoded_once_in_a_cold_build(
    chats: list[Chat], history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded: list[tuple[int, bytes]] = []
    decode = decode_module.decode_whole

    def noted(line: bytes, offset: int, number: int) -> Any:
        decoded.append((offset, line))
        return decode(line, offset, number)

    monkeypatch.setattr("ccmcp.index.harvest.decode_whole", noted)
    assert history.refresh().complete
    assert len(decoded) == len(set(decoded)) == sum(len(chat.records) for chat in chats)


def test_a_build_in_phases_ranks_as_one_in_one_go_does(
    home: Home, config: Config, scratch: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(12):
        chat = Chat(f"ranked {number}", start=f"2026-08-{number + 1:02}T10:")
        chat.user(f"mend the lantern {number} {'at the harbour ' * (number % 4)}")
        chat.system(
            "local_command", "<local-command-stdout>the lantern of the harbour</local-command-stdout>"
        )
        chat.call("Bash", f"toolu_{number}", command=f"light {'lantern ' * (number % 3)} harbour")
        chat.assistant("The lantern is mended.")
        home.write(chat)

    def told(history: History) -> list[tuple[str, float]]:
        history.refresh()
        found = history.search(Question(terms=parse("lantern harbour").terms, limit=20)).hits
        history.close()
        return [(hit.session.session_id, hit.score) for hit in found]

    whole = told(History(scratch, patient=True))
    monkeypatch.setattr(build, "PHASED", 0)
    assert told(History(config, patient=True)) == whole
    assert len(whole) == 12
