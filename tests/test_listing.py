"""Every session there is is listed, in order, under its right title; short ids find it."""

import dataclasses
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ccmcp.config import Config
from ccmcp.errors import (
    AmbiguousSessionError,
    BadArgumentError,
    BadCursorError,
    ProjectNotFoundError,
    SessionNotFoundError,
)
from ccmcp.history import History
from ccmcp.redact import sanitise
from ccmcp.screen import Screen, columns
from ccmcp.tools import Call
from ccmcp.tools.index_status import TOOL as STATUS
from ccmcp.tools.index_status import IndexStatus
from ccmcp.tools.list_sessions import TOOL, ListedSession, ListSessions, SessionList
from ccmcp.tools.search_sessions import TOOL as SEARCH
from ccmcp.tools.search_sessions import SearchSessions
from tests.transcript import Chat, Home, line, session_id

NOW = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
CALL = Call(now=NOW)


def listed(history: History, call: Call = CALL, **more: Any) -> SessionList:
    result = TOOL.run(history, ListSessions(**more), call)
    assert isinstance(result, SessionList)
    return result


def titles(result: SessionList) -> list[str]:
    return [each.title for each in result.sessions]


def say(home: Home, name: str, *texts: str, **how: Any) -> Chat:
    """A session whose first prompt is its name."""
    chat = Chat(name, **how)
    chat.user(name)
    for text in texts:
        chat.assistant(text)
    home.write(chat)
    return chat


def everything(history: History, limit: int, **more: Any) -> list[ListedSession]:
    page = listed(history, limit=limit, **more)
    found = list(page.sessions)
    while page.next_cursor:
        page = listed(history, limit=limit, cursor=page.next_cursor, **more)
        found += page.sessions
    assert len(found) == page.total
    return found


# -- which sessions


def test_every_kind_of_main_file_is_a_session(home: Home, history: History) -> None:
    ordinary = say(home, "ordinary", "hi")
    metadata = Chat("metadata")
    metadata.raw(type="mode", mode="normal", sessionId=metadata.id)
    timeless = Chat("timeless")
    timeless.raw(type="summary", summary="Long ago", leafUuid=session_id("gone"))
    damaged, empty = Chat("damaged"), Chat("empty")
    for chat in (metadata, timeless):
        home.write(chat)
    home.put(home.path(damaged), b"{torn\n")
    home.put(home.path(empty), b"")
    named = home.put(home.path(ordinary).with_name("my-own-name.jsonl"), line(Chat("x").user("named")))
    orphan = Chat("orphan")
    side = Chat("side")
    side.user("look")
    for record in side.records:
        record |= {"isSidechain": True, "agentId": "a1", "sessionId": orphan.id}
    home.agent(orphan, "a1", side.records)
    found = listed(history)
    ids = {each.session_id for each in found.sessions}
    assert ids == {each.id for each in (ordinary, metadata, timeless, damaged, empty, orphan)} | {named.stem}
    assert found.total == 7
    assert found.left_out == {}


def test_every_session_of_real_transcripts_is_listed_or_accounted_for(data: Path, home: Home) -> None:
    config = Config.load({**home.env, "CLAUDE_CONFIG_DIR": str(data)})
    history = History(config, patient=True)
    ids = [each.session_id for each in everything(history, 200)]
    left_out = sum(history.left_out().values())
    history.close()
    mains = {path.stem for path in data.glob("projects/*/*.jsonl") if not path.name.startswith("agent-")}
    agents = {path.parent.parent.name for path in data.glob("projects/*/*/subagents/*.jsonl")}
    assert len(ids) == len(set(ids))
    assert mains | agents <= set(ids) or len(mains | agents - set(ids)) <= left_out


def test_what_is_not_listed_is_counted_and_said(home: Home) -> None:
    say(home, "open")
    say(home, "secret", cwd="/work/secret")
    typed = {
        "display": "hello",
        "pastedContents": {},
        "timestamp": 1785578400000,
        "project": "/work/gone",
        "sessionId": session_id("gone"),
    }
    home.put(home.claude / "history.jsonl", line(typed))
    home.put(home.folder / "settings.toml", b'exclude_projects = ["/work/secret"]')
    history = History(Config.load(home.env, {"config": str(home.folder / "settings.toml")}), patient=True)
    found = listed(history)
    assert titles(found) == ["open"]
    assert sum(found.left_out.values()) == 2
    for text in (TOOL.text(found), TOOL.screen(found, Screen(now=NOW))):
        assert "1 left out by settings" in text
        assert "1 known only from prompts typed or side files" in text
    status = STATUS.run(history, IndexStatus(), CALL)
    assert status.not_listed == found.left_out
    assert status.sessions == 1
    with pytest.raises(ProjectNotFoundError):
        listed(history, project="/work/secret")
    history.close()


# -- in what order


def test_the_newest_comes_first_and_what_has_no_time_last(home: Home, history: History) -> None:
    say(home, "old", start="2026-07-01T10:")
    say(home, "new", start="2026-08-02T10:")
    timeless = Chat("timeless")
    timeless.raw(type="mode", mode="normal", sessionId=timeless.id)
    home.write(timeless)
    assert titles(listed(history)) == ["new", "old", "(no messages)"]
    assert titles(listed(history, order="oldest")) == ["old", "new", "(no messages)"]


def test_the_time_is_that_of_the_last_entry_of_a_subagent_too(home: Home, history: History) -> None:
    chat = say(home, "it", start="2026-07-01T10:")
    say(home, "other", start="2026-07-02T10:")
    side = Chat("side", start="2026-07-03T10:")
    side.user("look")
    home.agent(chat, "a1", side.records)
    assert titles(listed(history)) == ["it", "other"]


@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("limit", [1, 7, 200])
def test_pages_hold_each_session_once_in_order(order: str, limit: int, home: Home, history: History) -> None:
    for number in range(20):
        say(home, f"s{number}", start=f"2026-07-{1 + number // 4:02d}T10:")
    for number in range(3):
        home.put(home.path(Chat(f"timeless {number}")), b"{}\n")
    found = everything(history, limit, order=order)
    assert len({each.session_id for each in found}) == len(found) == 23
    times = [each.ended_at for each in found]
    assert times[20:] == [None] * 3
    assert times[:20] == sorted((at for at in times if at), reverse=order == "newest")


def test_a_cursor_of_another_question_is_refused(home: Home, history: History) -> None:
    say(home, "one")
    say(home, "two")
    found = listed(history, limit=1)
    with pytest.raises(BadCursorError):
        listed(history, limit=1, order="oldest", cursor=found.next_cursor)
    with pytest.raises(BadCursorError):
        listed(history, cursor="nonsense")


# -- filters


def test_filters(home: Home, history: History) -> None:
    chat = say(home, "shop", "hi", cwd="/work/shop", branch="topic/a", start="2026-07-01T10:")
    chat.assistant("hello", model="claude-haiku-5-5")
    home.write(chat)
    say(home, "other", cwd="/work/other", start="2026-08-01T10:")
    rows: tuple[dict[str, Any], ...] = (
        {"project": "shop"}, {"project": "-work-shop"}, {"branch": "topic/*"}, {"branch": "TOPIC/a"}, {"model": "Haiku"},
        {"model": "claude-haiku-5-5"}, {"title": "SHOP"}, {"until": "2026-07"}, {"since": "2026-07-01", "until": "2026-07-01"},
    )  # fmt: skip
    for more in rows:
        found = listed(history, **more)
        assert titles(found) == ["shop"], more
        assert found.total == 1
    assert titles(listed(history, since="2026-07-02")) == ["other"]
    assert titles(listed(history, branch="topic")) == []
    here = Call(now=NOW, cwd="/work/shop/src")
    assert titles(listed(history, here, this_project=True)) == ["shop"]


def test_a_session_is_of_every_time_it_ran_in(home: Home, history: History) -> None:
    chat = say(home, "long", "hi")
    chat.records[0]["timestamp"] = "2026-08-01T10:00:00.000Z"
    chat.records[1]["timestamp"] = "2026-08-05T10:00:00.000Z"
    home.write(chat)
    for day, expected in ((1, 1), (3, 1), (5, 1), (6, 0)):
        assert listed(history, since=f"2026-08-0{day}", until=f"2026-08-0{day}").total == expected
    assert listed(history, until="2026-07-31").total == 0


def test_a_root_that_is_not_there_is_an_error_that_names_them(home: Home, history: History) -> None:
    say(home, "it")
    with pytest.raises(BadArgumentError, match="Roots: "):
        listed(history, root="nowhere")


# -- titles


def title(history: History, chat: Chat) -> str:
    found = history.find(chat.id)
    assert found is not None
    return found[0].title


def entitled(home: Home, history: History, *kinds: str, name: str = "it") -> str:
    """The title of a session that has these, given in this order."""
    chat = Chat(name, version="1.0.60")
    for kind in kinds:
        match kind:
            case "prompt":
                chat.user("the prompt")
            case "custom":
                chat.raw(type="custom-title", customTitle="the user's", sessionId=chat.id)
            case "ai":
                chat.raw(type="ai-title", aiTitle="the model's", sessionId=chat.id)
            case "summary":
                chat.raw(type="summary", summary="the summary's", leafUuid=chat.records[0]["uuid"])
            case "meta":
                chat.user("Caveat: injected", isMeta=True)
            case "command":
                chat.user("<command-name>/model</command-name>")
            case _:
                path = home.path(chat).with_suffix("") / "custom-title.json"
                home.put(path, json.dumps({"customTitle": "kept beside"}).encode())
    home.write(chat)
    listed(history)
    return title(history, chat)


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        (("prompt",), "the prompt"),
        (("meta", "command", "prompt"), "the prompt"),
        (("prompt", "summary"), "the summary's"),
        (("prompt", "summary", "ai"), "the model's"),
        (("prompt", "custom", "ai", "summary"), "the user's"),
        (("custom", "ai", "prompt"), "the user's"),
        (("ai", "prompt"), "the model's"),
        (("sidecar", "ai", "prompt"), "kept beside"),
        (("sidecar", "prompt", "custom"), "the user's"),
        (("meta",), ""),
    ],
)
def test_the_user_s_title_goes_before_the_model_s_a_summary_and_the_first_prompt(
    kinds: tuple[str, ...], expected: str, home: Home, history: History
) -> None:
    assert entitled(home, history, *kinds) == expected


def test_the_last_title_of_a_kind_is_it(home: Home, history: History) -> None:
    chat = say(home, "it")
    for text in ("first", "second", "first", "third"):
        chat.raw(type="custom-title", customTitle=text, sessionId=chat.id)
    home.write(chat)
    listed(history)
    assert title(history, chat) == "third"


def test_a_summary_in_another_file_is_the_title_of_the_session_it_names(home: Home, history: History) -> None:
    old = Chat("old", version="1.0.60")
    old.user("hello")
    leaf = old.assistant("hi")
    home.write(old)
    other = Chat("other", version="1.0.60")
    other.raw(type="summary", summary="About the old one", leafUuid=leaf["uuid"])
    other.user("something else")
    home.write(other)
    listed(history)
    assert title(history, old) == "About the old one"
    assert title(history, other) == "something else"


def cleared(home: Home, *, name: str = "cleared") -> Chat:
    """A session as /clear begins it: the title of the one before, kept beside it too, then the command."""
    chat = Chat(name)
    chat.raw(type="custom-title", customTitle="the one before", sessionId=chat.id)
    chat.raw(type="agent-name", agentName="the one before", sessionId=chat.id)
    chat.user("<local-command-caveat>Caveat</local-command-caveat>", isMeta=True)
    chat.user(
        "<command-name>/clear</command-name>\n            <command-message>clear</command-message>\n"
        "            <command-args></command-args>"
    )
    chat.system("local_command", "<local-command-stdout></local-command-stdout>")
    path = home.path(chat).with_suffix("") / "custom-title.json"
    home.put(path, json.dumps({"customTitle": "the one before"}).encode())
    home.write(chat)
    return chat


def test_a_title_that_clear_handed_on_yields_to_what_the_session_is_about(
    home: Home, history: History
) -> None:
    chat = cleared(home)
    listed(history)
    assert title(history, chat) == "the one before"
    prompt = chat.user("after the clear")
    again = chat.raw(type="custom-title", customTitle="the one before", sessionId=chat.id)
    home.append(chat, [prompt, again])
    listed(history)
    assert title(history, chat) == "after the clear"
    home.append(chat, [chat.raw(type="ai-title", aiTitle="What comes after", sessionId=chat.id)])
    listed(history)
    assert title(history, chat) == "What comes after"


def test_a_title_given_after_clear_stands(home: Home, history: History) -> None:
    chat = cleared(home)
    chat.user("after the clear")
    chat.raw(type="custom-title", customTitle="a new one", sessionId=chat.id)
    home.write(chat)
    listed(history)
    assert title(history, chat) == "a new one"


def test_the_same_title_given_again_after_clear_stands(home: Home, history: History) -> None:
    chat = cleared(home)
    chat.user("after the clear")
    chat.raw(type="custom-title", customTitle="the one before", sessionId=chat.id)
    chat.system(
        "local_command", "<command-name>/rename</command-name>\n<command-args>the one before</command-args>"
    )
    home.write(chat)
    listed(history)
    assert title(history, chat) == "the one before"


def test_a_title_given_at_the_start_is_no_inherited_one(home: Home, history: History) -> None:
    chat = Chat("named")
    chat.raw(type="custom-title", customTitle="my name", sessionId=chat.id)
    chat.user("hello")
    chat.user("<command-name>/clear</command-name>")
    home.write(chat)
    listed(history)
    assert title(history, chat) == "my name"


def test_the_real_client_s_titles(data: Path, home: Home) -> None:
    config = Config.load({**home.env, "CLAUDE_CONFIG_DIR": str(data / "client" / "2.1.330" / "tui_edits")})
    history = History(config, patient=True)
    assert titles(listed(history)) == ["after clear #say hello again", "second title"]
    history.close()


def test_a_session_of_which_only_a_subagent_is_left_is_named_by_what_it_was_for(
    home: Home, history: History
) -> None:
    chat = Chat("gone")
    side = Chat("side")
    side.user("look")
    for record in side.records:
        record |= {"isSidechain": True, "agentId": "a1", "sessionId": chat.id}
    home.agent(chat, "a1", side.records, {"agentType": "Explore", "description": "Look for it"})
    assert titles(listed(history)) == ["Look for it"]


def test_a_session_without_a_prompt_says_so(home: Home, history: History) -> None:
    chat = Chat("it")
    chat.assistant("hello")
    home.write(chat)
    assert titles(listed(history)) == ["(no prompt)"]


def test_a_title_is_one_line_without_secrets(home: Home, history: History) -> None:
    chat = Chat("it")
    chat.raw(type="custom-title", customTitle="one\ntwo  AKIAQ3EGRZJ7WVX2LMNB", sessionId=chat.id)
    home.write(chat)
    listed(history)
    assert title(history, chat).startswith("one two ")
    assert "AKIAQ3EGRZJ7WVX2LMNB" not in title(history, chat)


# -- ids


def found_id(history: History, asked: str) -> str:
    session, _ = history.session(asked)
    return session.session_id


def test_a_session_is_found_by_its_id_or_six_characters_of_it(home: Home, history: History) -> None:
    chat = say(home, "it")
    listed(history)
    for asked in (
        chat.id,
        chat.id[:6],
        chat.id[:20],
        chat.id.upper(),
        f" {chat.id} ",
        f"{history.roots[0][0]}:{chat.id[:8]}",
    ):
        assert found_id(history, asked) == chat.id
    for asked in (chat.id[:5], "", "zzzzzz", chat.id + "0", f"nowhere:{chat.id}", "%%%%%%", "______"):
        with pytest.raises(SessionNotFoundError):
            history.session(asked)


def test_an_ambiguous_prefix_lists_what_it_fits(home: Home, history: History) -> None:
    first = say(home, "it")
    for end in ("0001", "0002"):
        home.put(home.path(first).with_name(f"aaaaaaaa-0000-4000-8000-00000000{end}.jsonl"), first.bytes())
    listed(history)
    with pytest.raises(AmbiguousSessionError, match=r"0001.*0002|0002.*0001"):
        history.session("aaaaaaaa")
    assert found_id(history, "aaaaaaaa-0000-4000-8000-000000000001").endswith("0001")


def test_one_id_in_two_roots_is_chosen_by_the_root_s_label(home: Home, tmp_path: Path) -> None:
    other = Home(tmp_path / "colleague")
    mine, hers = Chat("same"), Chat("same")
    mine.user("mine")
    hers.user("hers", uuid="00000000-0000-4000-8000-000000000000")
    hers.records[0]["uuid"] = "00000000-0000-4000-8000-000000000000"
    home.write(mine)
    other.write(hers)
    config = Config.load({**home.env, "CLAUDE_CONFIG_DIR": f"{home.claude},{other.claude}"})
    history = History(config, patient=True)
    listed(history)
    labels = [label for label, _ in history.roots]
    with pytest.raises(AmbiguousSessionError) as error:
        history.session(mine.id)
    for label in labels:
        assert f"{label}:{mine.id}" in str(error.value)
    assert [history.session(f"{label}:{mine.id[:8]}")[0].title for label in labels] == ["mine", "hers"]
    history.close()


def test_one_id_in_two_roots_is_listed_by_what_it_is_asked_for_by(home: Home, tmp_path: Path) -> None:
    other = Home(tmp_path / "colleague")
    say(home, "mine alone")
    for owner, text in ((home, "mine"), (other, "hers")):
        chat = Chat("same")
        chat.user(text, uuid=session_id(text))
        owner.write(chat)
    config = Config.load({**home.env, "CLAUDE_CONFIG_DIR": f"{home.claude},{other.claude}"})
    history = History(config, patient=True)
    for found in (listed(history), listed(history, root=history.roots[0][0])):
        references = {each.title: each.reference for each in found.sessions}
        for title, reference in references.items():
            assert history.session(reference)[0].title == title
        assert references["mine alone"] == session_id("mine alone")
        assert {each.session_id for each in found.sessions} == {session_id("mine alone"), session_id("same")}
        screen = TOOL.screen(found, Screen(now=NOW))
        for each in found.sessions:
            assert f"{each.reference} · " in TOOL.text(found)
            assert each.title == "mine alone" or f"{each.root}:{each.session_id[:8]} " in screen
    history.close()


def test_a_copy_in_another_root_is_the_same_session_at_its_longest(home: Home, tmp_path: Path) -> None:
    other = Home(tmp_path / "archive")
    chat = say(home, "it", "one", "two")
    short = b"".join(chat.bytes().splitlines(keepends=True)[:2])
    other.put(other.path(chat), short)
    config = Config.load({**home.env, "CLAUDE_CONFIG_DIR": f"{other.claude},{home.claude}"})
    history = History(config, patient=True)
    found = listed(history)
    assert [each.session_id for each in found.sessions] == [chat.id]
    assert sum(found.left_out.values()) == 1
    session, _ = history.session(chat.id)
    assert session.main_path == str(home.path(chat))
    history.close()


# -- how it reads


def test_the_list_says_what_each_session_is(home: Home, history: History) -> None:
    chat = say(home, "it", "hi", branch="topic")
    chat.call("Bash", "toolu_1", command="ls")
    home.write(chat)
    [found] = listed(history).sessions
    assert dataclasses.asdict(found) == {
        "session_id": chat.id, "root": history.roots[0][0], "reference": chat.id, "project": "/work/demo", "title": "it", "started_at": "2026-08-01T10:00:00+00:00",
        "ended_at": "2026-08-01T10:02:00+00:00", "branch": "topic", "models": ("claude-opus-5-5",), "turns": 1,
        "tool_calls": 1, "subagents": 0, "resume": found.resume,
    }  # fmt: skip
    assert found.resume is not None
    assert chat.id in found.resume
    text = TOOL.text(listed(history))
    for part in (chat.id, "2026-08-01", "/work/demo", "topic", "it"):
        assert part in text


def test_the_line_that_resumes_leaves_out_a_folder_that_is_gone(
    home: Home, history: History, tmp_path: Path
) -> None:
    there, gone = tmp_path / "there", tmp_path / "gone"
    there.mkdir()
    say(home, "there", "hi", cwd=str(there))
    say(home, "gone", "hi", cwd=str(gone))
    lines = {each.title: each.resume for each in listed(history).sessions}
    assert lines["there"] is not None
    assert lines["there"].startswith(f"cd {there} && ")
    assert lines["gone"] is not None
    assert "cd " not in lines["gone"]
    assert session_id("gone") in lines["gone"]


def test_a_session_that_cannot_be_resumed_has_no_line_for_it(home: Home, history: History) -> None:
    chat = Chat("metadata")
    chat.raw(type="mode", mode="normal", sessionId=chat.id)
    home.write(chat)
    assert [each.resume for each in listed(history).sessions] == [None]


FORGED = "2. 99999999-0000-4000-8000-000000000000 · 2026-08-01"


@pytest.mark.parametrize(
    "line_break",
    ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\n\n", "\x1b[0m\n"],
)
def test_nothing_in_a_history_begins_a_line_of_an_answer(line_break: str, home: Home) -> None:
    text = f"x{line_break}{FORGED}"
    chat = Chat("it", cwd=f"/work/{text}", branch=text)
    chat.raw(type="custom-title", customTitle=text, sessionId=chat.id)
    chat.user("the lantern")
    chat.assistant("a lantern", model=text)
    chat.call(text, "toolu_1", command="lantern")
    chat.raw(type=text, content="lantern", sessionId=chat.id)
    home.put(home.claude / "projects" / "-work-it" / f"{chat.id}.jsonl", chat.bytes())
    torn = home.put(home.claude / "projects" / f"-work-{text}" / f"{session_id('torn')}.jsonl", b"{torn\n")
    history = History(Config.load(home.env), patient=True)
    screen = Screen(now=NOW, width=400)
    found = listed(history)
    shown = [TOOL.text(found), TOOL.screen(found, screen)]
    for query in ("lantern", "lantern kind:tool_call"):
        hits = SEARCH.run(history, SearchSessions(query=query, passages=5), CALL)
        shown += [SEARCH.text(hits), SEARCH.screen(hits, screen)]
    state = STATUS.run(history, IndexStatus(), CALL)
    shown += [STATUS.text(state), STATUS.screen(state, screen)]
    assert [each.path for each in state.damaged] == [str(torn)]
    with pytest.raises(ProjectNotFoundError) as error:
        listed(history, project="nothing like it at all")
    shown.append(str(error.value))
    history.close()
    lines = [each.strip() for part in shown for each in sanitise(part).split("\n")]
    assert any(FORGED in each for each in lines)
    assert not any(each.startswith(FORGED) for each in lines)


def test_a_page_fits_into_a_size_and_the_next_one_goes_on(home: Home, history: History) -> None:
    for number in range(30):
        say(home, f"session {number} {'long ' * 20}")
    call = dataclasses.replace(CALL, most_characters=1_000)
    page = listed(history, call, limit=30)
    found = [each.title for each in page.sessions]
    while page.next_cursor:
        assert page.sessions
        assert len(TOOL.text(page)) < 1_400
        page = listed(history, call, limit=30, cursor=page.next_cursor)
        found += [each.title for each in page.sessions]
    assert len(found) == len(set(found)) == 30
    assert len(listed(history, limit=30).sessions) == 30


def test_a_page_has_a_session_however_small_it_has_to_be(home: Home, history: History) -> None:
    for number in range(3):
        say(home, f"session {number}")
    assert len(listed(history, dataclasses.replace(CALL, most_characters=1)).sessions) == 1


def test_a_page_s_text_says_how_to_go_on(home: Home, history: History) -> None:
    for number in range(3):
        say(home, f"s{number}")
    found = listed(history, limit=2)
    assert found.next_cursor is not None
    assert found.next_cursor in TOOL.text(found)
    assert "2 of 3" in TOOL.text(found)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_table_fits_the_terminal(width: int, home: Home, history: History) -> None:
    say(home, "a very long title " * 12, cwd="/work/a-project-with-quite-a-long-name-of-its-own")
    say(home, "今日は天気が良いので散歩に行きました。" * 5)
    shown = TOOL.screen(listed(history), Screen(now=NOW, width=width, colour=True))
    assert max(map(columns, shown.split("\n"))) <= width


def test_an_empty_history_says_so(history: History) -> None:
    found = listed(history)
    assert "0 of 0" not in TOOL.text(found)
    assert "No session" in TOOL.text(found)
    assert "No session" in TOOL.screen(found, Screen(now=NOW))
