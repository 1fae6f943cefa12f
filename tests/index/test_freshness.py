"""A query covers every line that was whole on disk when it began, and costs what changed."""

import builtins
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ccmcp.config import Config
from ccmcp.history import History
from ccmcp.index import harvest, intake
from tests.index.asking import found, hits, listed, talk
from tests.index.contents import contents
from tests.transcript import Chat, Home, line

Appending = Callable[[Home, Chat], None]
"""Makes a line with the word `quokka` in it whole on disk."""


def _to_main(home: Home, chat: Chat) -> None:
    home.append(chat, [chat.user("a quokka came by")])


def _to_agent(home: Home, chat: Chat) -> None:
    path = home.path(chat).with_suffix("") / "subagents" / "agent-a1.jsonl"
    side = Chat("side", cwd=chat.cwd)
    side.user("a quokka came by", isSidechain=True, agentId="a1")
    with path.open("ab") as file:
        file.write(side.bytes())


def _new_agent(home: Home, chat: Chat) -> None:
    side = Chat("other side", cwd=chat.cwd)
    side.user("a quokka came by", isSidechain=True, agentId="a2")
    home.agent(chat, "a2", side.records)


def _to_history(home: Home, chat: Chat) -> None:
    typed = {
        "display": "a quokka came by",
        "timestamp": 1785600000000,
        "project": chat.cwd,
        "sessionId": chat.id,
    }
    with (home.claude / "history.jsonl").open("ab") as file:
        file.write(line(typed))


def _to_title(home: Home, chat: Chat) -> None:
    home.put(home.path(chat).with_suffix("") / "custom-title.json", b'{"customTitle":"about a quokka"}')


def _title_line(home: Home, chat: Chat) -> None:
    home.append(chat, [chat.raw(type="custom-title", customTitle="about a quokka", sessionId=chat.id)])


def _to_result(home: Home, chat: Chat) -> None:
    with (home.path(chat).with_suffix("") / "tool-results" / "b1.txt").open("ab") as file:
        file.write(b"a quokka came by\n")


def _to_plan(home: Home, _: Chat) -> None:
    home.put(home.claude / "plans" / "brave-plan.md", b"Look for a quokka.\n")


def _background(home: Home) -> Chat:
    """A conversation with a file of each kind."""
    chat = talk("main", "what lives on the island?")
    chat.user("make a plan", slug="brave-plan")
    home.write(chat)
    side = Chat("side", cwd=chat.cwd)
    side.user("count the birds", isSidechain=True, agentId="a1")
    home.agent(chat, "a1", side.records)
    folder = home.path(chat).with_suffix("")
    home.put(folder / "tool-results" / "b1.txt", b"nothing found\n")
    home.put(folder / "custom-title.json", b'{"customTitle":"island"}')
    typed = {
        "display": "what lives on the island?",
        "timestamp": 1785600000000,
        "project": chat.cwd,
        "sessionId": chat.id,
    }
    home.put(home.claude / "history.jsonl", line(typed))
    home.put(home.claude / "plans" / "brave-plan.md", b"Look around.\n")
    return chat


APPENDINGS = [_to_main, _to_agent, _new_agent, _to_history, _to_title, _title_line, _to_result, _to_plan]


@pytest.mark.parametrize("append", APPENDINGS)
def test_what_is_appended_to_a_file_of_any_kind_is_found_by_the_next_query(
    append: Appending, home: Home, history: History
) -> None:
    chat = _background(home)
    assert found(history, "quokka") == {}
    append(home, chat)
    assert list(found(history, "quokka")) == [chat.id]
    assert list(found(history, "quokka")) == [chat.id]
    assert listed(history) == [chat.id]


def test_a_torn_line_is_not_found_until_it_is_whole_and_then_once(home: Home, history: History) -> None:
    chat = talk("main", "hello")
    path = home.write(chat)
    whole = line(chat.user("a quokka came by"))
    path.write_bytes(path.read_bytes() + whole[:-40])
    assert found(history, "quokka") == {}
    assert history.status().unfinished == 1
    with path.open("ab") as file:
        file.write(whole[-40:])
    assert found(history, "quokka") == {chat.id: 1}
    assert history.status().unfinished == 0
    home.append(chat, [chat.user("and a numbat")])
    assert found(history, "quokka") == {chat.id: 1}
    assert found(history, "numbat") == {chat.id: 1}


def test_a_last_line_without_line_end_is_found_and_stays_one_line(home: Home, history: History) -> None:
    chat = talk("main", "hello")
    path = home.write(chat)
    path.write_bytes(path.read_bytes() + line(chat.user("a quokka came by")).rstrip(b"\n"))
    assert found(history, "quokka") == {chat.id: 1}
    with path.open("ab") as file:
        file.write(b"\n" + line(chat.user("and a numbat")))
    assert found(history, "quokka") == {chat.id: 1}
    assert found(history, "numbat") == {chat.id: 1}
    assert history.status().damaged == ()


def test_line_numbers_count_blank_lines_torn_ends_and_ends_without_a_line_end(
    home: Home, history: History
) -> None:
    def system(word: str) -> bytes:
        return json.dumps({"type": "system", "subtype": "informational", "content": word}).encode()

    path = home.claude / "projects" / "-work-demo" / f"{Chat('main').id}.jsonl"
    home.put(path, system("wombat") + b"\n\n" + system("quokka"))
    pieces = [b"\n", b"\n" + system("numbat")[:-5], system("numbat")[-5:], b"\n\n\n", system("bilby") + b"\n"]
    for piece in pieces:
        history.refresh()
        with path.open("ab") as file:
            file.write(piece)
    lines = path.read_bytes().split(b"\n")
    for word in ("wombat", "quokka", "numbat", "bilby"):
        assert list(found(history, word).values()) == [1]
        [hit] = hits(history, word)
        number = next(number for number, text in enumerate(lines, start=1) if word.encode() in text)
        assert [match.entry_id for match in hit.matches] == [f"L{number}"]


@pytest.fixture
def lines_read(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """(file, offset) of every line that is read from now on."""
    seen: list[tuple[str, int]] = []
    read = harvest.read_lines

    def noted(path: str, *arguments: Any, **more: Any) -> Iterator[tuple[int, bytes]]:
        for offset, text in read(path, *arguments, **more):
            seen.append((Path(path).name, offset))
            yield offset, text

    for module in (harvest, intake):
        monkeypatch.setattr(module, "read_lines", noted)
    return seen


def test_only_appended_lines_are_read(
    home: Home, history: History, lines_read: list[tuple[str, int]]
) -> None:
    chat = talk("main", *(f"prompt {number}" for number in range(50)))
    others = [talk(f"other {number}", "hello") for number in range(5)]
    for each in (chat, *others):
        home.write(each)
    history.refresh()
    size = home.path(chat).stat().st_size
    lines_read.clear()
    home.append(chat, [chat.user("a quokka came by")])
    assert found(history, "quokka") == {chat.id: 1}
    assert lines_read == [(home.path(chat).name, size)]
    lines_read.clear()
    with home.path(chat).open("ab") as file:
        file.write(b'{"type":"user","torn')
    history.refresh()
    assert lines_read == []


def test_an_unchanged_tree_costs_no_more_than_a_scan(
    home: Home, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = _background(home)
    history.refresh()
    history.refresh()
    opened: list[str] = []
    for module, name in ((builtins, "open"), (Path, "open")):
        whole = getattr(module, name)

        def noted(path: Any, *arguments: Any, _open: Any = whole, **more: Any) -> Any:
            opened.append(str(path))
            return _open(path, *arguments, **more)

        monkeypatch.setattr(module, name, noted)
    history.refresh()
    assert [path for path in opened if str(home.folder) in path] == []
    _to_main(home, chat)
    history.refresh()
    assert {path for path in opened if str(home.claude) in path} == {str(home.path(chat))}


def test_a_file_that_can_t_be_read_is_told_and_taken_in_when_it_can(
    home: Home, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = talk("good", "a wombat"), talk("bad", "a quokka")
    home.write(good)
    home.write(bad)
    with monkeypatch.context() as patched:
        whole = Path.open

        def refusing(path: Path, *arguments: Any, **more: Any) -> Any:
            if path == home.path(bad):
                raise PermissionError(13, "Permission denied", str(path))
            return whole(path, *arguments, **more)

        patched.setattr(Path, "open", refusing)
        assert found(history, "wombat") == {good.id: 1}
        coverage = history.refresh()
        assert not coverage.complete
        assert any(home.path(bad).name in problem for problem in history.status().problems)
    assert found(history, "quokka") == {bad.id: 1}
    assert history.refresh().complete
    assert history.status().problems == ()


def test_a_text_file_that_grows_while_it_is_read_is_read_once(
    home: Home, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = talk("main", "hello")
    home.write(chat)
    path = home.put(home.path(chat).with_suffix("") / "tool-results" / "b1.txt", b"a wombat\n")
    whole = Path.open
    grown: list[Path] = []

    def growing(opened: Path, *arguments: Any, **more: Any) -> Any:
        if opened == path and not grown:
            grown.append(path)
            path.write_bytes(path.read_bytes() + b"a quokka\n")
        return whole(opened, *arguments, **more)

    monkeypatch.setattr(Path, "open", growing)
    history.refresh()
    assert found(history, "quokka") == {chat.id: 1}
    with path.open("ab") as file:
        file.write(b"a numbat\n")
    assert found(history, "numbat") == {chat.id: 1}
    assert found(history, "quokka") == {chat.id: 1}


def test_a_call_that_a_file_repeats_counts_once(home: Home, history: History, config: Config) -> None:
    chat = talk("main", "hello")
    call = chat.call("Bash", "toolu_1", command="ls quokka")
    home.write(chat)
    history.refresh()
    home.append(chat, [call, chat.result("toolu_1", "none")])
    history.refresh()
    history.close()
    assert [row[7:11] for row in contents(config)["calls"]] == [("ls quokka", "", 0, "ok")]
