"""Which sessions a search finds, in what order, and how it shows why: through the tool, as a front end calls it."""

import dataclasses
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccmcp.config import Config
from ccmcp.errors import BadCursorError, BadTimeError, NothingAlikeError, ProjectNotFoundError
from ccmcp.history import History
from ccmcp.result import estimated_tokens
from ccmcp.screen import Screen, columns
from ccmcp.tools import Call
from ccmcp.tools.read_session import TOOL as READ
from ccmcp.tools.read_session import ReadSession
from ccmcp.tools.search_sessions import TOOL, SearchSessions
from ccmcp.transcripts.projects import encode
from ccmcp.views.found import FoundPassage, FoundSession, SearchResult
from tests.transcript import Chat, Home, Record, line, session_id

NOW = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
CALL = Call(now=NOW)


def search(history: History, query: str = "", call: Call = CALL, **more: Any) -> SearchResult:
    result = TOOL.run(history, SearchSessions(query=query, **more), call)
    assert isinstance(result, SearchResult)
    return result


def titles(result: SearchResult) -> list[str]:
    return [each.title for each in result.sessions]


def say(home: Home, name: str, *texts: str, **how: Any) -> Chat:
    """A session with a title that is its name, prompts and answers by turns."""
    chat = Chat(name, **how)
    chat.raw(type="custom-title", customTitle=name, sessionId=chat.id)
    for number, text in enumerate(texts):
        if number % 2:
            chat.assistant(text)
        else:
            chat.user(text)
    home.write(chat)
    return chat


def crowd(home: Home, text: str, count: int = 600, cwd: str = "/work/crowd", **how: Any) -> None:
    """Many sessions that a search for the text ranks high, in few files' time."""
    for number in range(20):
        chat = Chat(f"crowd {number}", cwd=cwd, **how)
        for _ in range(count // 20):
            chat.user(f"{text} {number}")
        home.write(chat)


# -- words


FINDS = [
    ("The deploy failed at noon.", "deploy"),
    ("The deploy failed at noon.", "DEPLOY"),
    ("The deploy failed at noon.", "nothing deploy nobody"),
    ("The deploy failed at noon.", '"deploy failed"'),
    ("The deploy, failed: at noon.", '"deploy failed"'),
    ("The deploy\nfailed at noon.", '"deploy failed"'),
    ("The deploy failed at noon.", "\u201cdeploy failed\u201d"),
    ("The deploy failed at noon.", '"deploy failed'),
    ("The deploy failed at noon.", "+deploy missing"),
    ("The deploy failed at noon.", "deploy -success"),
    ("The deploy failed at noon.", 'deploy -"failed deploy"'),
    ("call getUserName here", "getUserName"),
    ("call getUserName here", "getusername"),
    ("call getUserName here", "UserName"),
    ("call getUserName here", "user name"),
    ("call getUserName here", "get_user_name"),
    ("class HTTPServerFactory:", "server factory"),
    ("class HTTPServerFactory:", "HTTPServerFactory"),
    ("call get_user_name here", "get_user_name"),
    ("call get_user_name here", "user_name"),
    ("call get_user_name here", "getUserName"),
    ("call get_user_name here", "username user"),
    ("a first-rate error-handler here", "error-handler"),
    ("a first-rate error-handler here", "handler"),
    ("edit src/app/main_view.py:12 now", "src/app/main_view.py"),
    ("edit src/app/main_view.py:12 now", "src/app/main_view.py:12"),
    ("edit src/app/main_view.py:12 now", "main_view.py"),
    ("edit src/app/main_view.py:12 now", '"app/main_view"'),
    ("edit src/app/main_view.py:12 now", "view"),
    ("edit C:\\work\\shop\\cart.cs now", "C:\\work\\shop\\cart.cs"),
    ("edit C:\\work\\shop\\cart.cs now", "cart.cs"),
    ("we run 2.1.330 here", "2.1.330"),
    ("we run 2.1.330 here", '"2.1.330"'),
    ("listens on port 8443", "8443"),
    ("ask jane.doe@example.org about it", "jane.doe@example.org"),
    ("see https://example.org/a/b?id=7#top", "https://example.org/a/b?id=7#top"),
    ("see https://example.org/a/b?id=7#top", "example.org/a/b"),
    ("commit 3f2a9c1d7e4b fixed it", "3f2a9c1d7e4b"),
    ("digest " + "ab12" * 32, "ab12" * 32),
    ("we don't know", "don't"),
    ("we don\u2019t know", "don't"),
    ("templates in C++ and C#", "C++"),
    ("我们决定使用数据库连接池来解决问题", "数据库"),
    ("我们决定使用数据库连接池来解决问题", "连接池"),
    ("我们决定使用数据库连接池来解决问题", '"使用数据库"'),
    ("我们决定使用数据库连接池来解决问题", "数据库连接池的配置"),
    ("这个React组件在useEffect里出错", "React组件"),
    ("这个React组件在useEffect里出错", "useEffect"),
    ("这个React组件在useEffect里出错", "react"),
    ("データベースの接続プールを修正した", "接続プール"),
    ("データベースの接続プールを修正した", "データベース"),
    ("데이터베이스 연결을 수정했다", "데이터베이스"),
    ("데이터베이스 연결을 수정했다", "연결"),
    ("ฐานข้อมูลล้มเหลวเมื่อวานนี้", "ฐานข้อมูล"),
    ("ฐานข้อมูลล้มเหลวเมื่อวานนี้", "ล้มเหลว"),
    ("Сервер упал вчера", "сервер"),
    ("διακομιστής έπεσε χθες", "διακομιστής"),
    ("Die Übersicht für Jürgen", "übersicht"),
    ("the café is closed", "café"),
    ("قاعدة البيانات معطلة", "البيانات"),
]  # fmt: skip

DOES_NOT_FIND = [
    ("The deploy failed at noon.", "rollback"),
    ("The deploy failed at noon.", '"failed deploy"'),
    ("The deploy failed at noon.", '"deploy noon"'),
    ("The deploy failed at noon.", "deploy +rollback"),
    ("The deploy failed at noon.", "deploy -failed"),
    ("The deploy failed at noon.", 'deploy -"failed at"'),
    ("The deploy failed at noon.", 'noon "deploy was"'),
    ("call getUserName here", '"name user"'),
    ("edit src/app/main_view.py:12 now", '"src/main_view"'),
    ("我们决定使用数据库连接池", "服务器"),
    ("我们决定使用数据库连接池", '"数据池"'),
    ("we run 2.1.330 here", '"2.1.33"'),
    ("The deploy failed at noon.", "!!! ??? ..."),
    ("The deploy failed at noon.", "\U0001f389"),
]


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    """A history with a session for each text of the two tables, named by it."""
    home = Home(tmp_path_factory.mktemp("texts") / "home")
    for text in dict.fromkeys(text for text, _ in (*FINDS, *DOES_NOT_FIND)):
        chat = Chat(text)
        chat.user("Look")
        chat.assistant(text)
        home.write(chat)
    history = History(Config.load(home.env), patient=True)
    yield history
    history.close()


@pytest.mark.parametrize(("text", "query"), FINDS)
def test_a_text_is_found_by(text: str, query: str, texts: History) -> None:
    found = search(texts, query, limit=50)
    [it] = [each for each in found.sessions if each.session_id == session_id(text)]
    assert [match.role for match in it.matches] == ["assistant"]


@pytest.mark.parametrize(("text", "query"), DOES_NOT_FIND)
def test_a_text_is_not_found_by(text: str, query: str, texts: History) -> None:
    found = search(texts, query, limit=50)
    assert session_id(text) not in [each.session_id for each in found.sessions]


def test_sessions_with_more_of_the_words_come_first(home: Home, history: History) -> None:
    say(home, "one", "alpha is here", "so it is")
    say(home, "three", "alpha beta gamma", "all here")
    say(home, "two", "alpha beta", "both here")
    assert titles(search(history, "alpha beta gamma")) == ["three", "two", "one"]


def test_words_may_stand_in_different_messages(home: Home, history: History) -> None:
    say(home, "one", "alpha alpha is here", "so it is")
    say(home, "both", "alpha", "yes", "and now", "beta")
    assert titles(search(history, "alpha beta"))[0] == "both"


def test_what_must_be_there_may_stand_in_different_messages(home: Home, history: History) -> None:
    say(home, "both", "alpha", "yes", "and now", "beta")
    say(home, "one", "alpha", "yes")
    assert titles(search(history, "+alpha +beta")) == ["both"]


def test_a_title_counts_for_what_must_and_must_not_be_there(home: Home, history: History) -> None:
    say(home, "deploy to kubernetes", "please help", "done")
    say(home, "another", "please help", "done")
    assert titles(search(history, "help +kubernetes")) == ["deploy to kubernetes"]
    assert titles(search(history, '"deploy to kubernetes"')) == ["deploy to kubernetes"]
    assert titles(search(history, "help -kubernetes")) == ["another"]


def test_without_alone_lists_the_newest_others(home: Home, history: History) -> None:
    say(home, "old", "alpha", start="2026-07-01T10:")
    say(home, "new", "alpha", start="2026-08-02T10:")
    say(home, "not", "beta")
    assert titles(search(history, "-beta")) == ["new", "old"]


def test_other_forms_of_a_word_are_found_and_shown(home: Home, history: History) -> None:
    say(home, "it", "we are migrating the policies", "fine")
    [hit] = search(history, "migrated policy").sessions
    assert [match.text for match in hit.matches] == ["we are migrating the policies"]


def test_an_empty_query_lists_the_newest_sessions(home: Home, history: History) -> None:
    say(home, "old", "alpha", start="2026-07-01T10:")
    say(home, "new", "beta")
    found = search(history)
    assert titles(found) == ["new", "old"]
    assert found.total == 2


def test_the_whole_of_a_word_is_asked_for_not_its_beginning(home: Home, history: History) -> None:
    say(home, "it", "commit 3f2a9c1d7e4b fixed it", "yes")
    assert search(history, "3f2a9c1").total == 0


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(st.characters(), max_size=200)
    | st.text('"+-:*[]“” aé数\U0001f389\ud800\x00 role:user tool:B', max_size=60)
)
def test_no_query_fails(home: Home, history: History, query: str) -> None:
    if not any(home.claude.rglob("*.jsonl")):
        say(home, "it", "role user B a", "数 é")
    found = search(history, query)
    TOOL.text(found).encode()
    TOOL.screen(found, Screen(now=NOW)).encode()


@pytest.mark.parametrize("query", ["数" * 10_000, "a-b/" * 2_500, "word " * 2_000, '"' + "x y " * 2_500, "-" * 10_000, "title:" + "é" * 4_000])  # fmt: skip
def test_ten_thousand_characters_are_a_query(query: str, home: Home, history: History) -> None:
    say(home, "it", "hello", "earth")
    assert search(history, query).total == 0


# -- filters


def test_a_filter_narrows_before_the_best_are_taken(home: Home, history: History) -> None:
    crowd(home, "lantern lantern lantern")
    chat = Chat("needle", cwd="/work/other", branch="topic")
    chat.user("lots of other words stand here before one lantern, and lots of other words stand behind it")
    chat.assistant("I see.", model="claude-haiku-5-5")
    chat.call("mcp__db__query", "toolu_1", sql="select lantern")
    chat.result("toolu_1", "no such lantern")
    home.write(chat)
    rows: tuple[tuple[str, dict[str, Any]], ...] = (
        ("lantern", {"project": "/work/other"}),
        ("lantern", {"branch": "topic"}),
        ("lantern", {"model": "haiku"}),
        ("lantern", {"tool": "mcp__db__query"}),
        ("lantern", {"role": "tool"}),
        ("lantern kind:tool_result", {}),
        ("lantern session:" + chat.id[:8], {}),
        ("lantern +behind", {}),
        ('lantern "no such lantern"', {}),
    )
    for query, more in rows:
        found = search(history, query, **more)
        assert [each.session_id for each in found.sessions] == [chat.id], (query, more)
        assert found.total == 1
        assert found.sessions[0].matches


@pytest.mark.parametrize(
    "asked",
    [
        "/work/shop-front",
        "/work/shop-front/",
        "-work-shop-front",
        "shop-front",
        "SHOP-front",
        "hop-fro",
        "/work/shop-front/src",
    ],
)
def test_a_project_is_named_by_its_path_its_folder_or_a_part(
    asked: str, home: Home, history: History
) -> None:
    say(home, "shop", "lantern", cwd="/work/shop-front/src" if asked.endswith("src") else "/work/shop-front")
    say(home, "other", "lantern", cwd="/work/other")
    assert titles(search(history, "lantern", project=asked)) == ["shop"]
    assert titles(search(history, f'lantern project:"{asked}"')) == ["shop"]


def test_a_project_s_whole_name_goes_before_a_part_of_another(home: Home, history: History) -> None:
    say(home, "api", "lantern", cwd="/work/api")
    say(home, "api-docs", "lantern", cwd="/work/api-docs")
    assert titles(search(history, "lantern", project="api")) == ["api"]


def test_a_project_that_is_not_there_is_an_error_that_names_the_nearest(home: Home, history: History) -> None:
    say(home, "shop", "lantern", cwd="/work/shop")
    with pytest.raises(ProjectNotFoundError, match="Did you mean 'shop'"):
        search(history, "lantern", project="shpo")


def test_filters_in_a_query_that_name_nothing_are_words_and_the_answer_says_so(
    home: Home, history: History
) -> None:
    say(home, "shop", "the lantern project: shpo", cwd="/work/shop")
    found = search(history, "lantern project:shpo role:pirate session:nothing1 since:someday")
    assert titles(found) == ["shop"]
    assert found.read_as_words == ("role:pirate", "session:nothing1", "since:someday", "project:shpo")
    assert "role:pirate" in TOOL.text(found)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("-role:user", "a filter takes no sign"),
        ("-project:shop", "a filter takes no sign"),
        ("+branch:topic", "a filter takes no sign"),
        ("projct:shop", "did you mean project:?"),
        ("rol:user", "did you mean role:?"),
        ("role:pirate", "it names nothing there is"),
    ],
)
def test_what_may_have_been_meant_as_a_filter_is_words_and_the_answer_says_so(
    text: str, why: str, home: Home, history: History
) -> None:
    say(home, "it", "the lantern, projct:shop rol:user branch:topic")
    found = search(history, f"lantern {text}")
    assert titles(found) == ["it"]
    assert found.read_as_words == (text,)
    for shown in (TOOL.text(found), TOOL.screen(found, Screen(now=NOW))):
        assert f"Searched as words: {text} ({why})." in shown


@pytest.mark.parametrize(
    "text", ["http://lantern", "-lantern2", "--role", "src/it.py:12", "file:it", "std::vector"]
)
def test_words_with_a_colon_are_not_taken_for_filters(text: str, home: Home, history: History) -> None:
    say(home, "it", "the lantern")
    assert search(history, f"lantern {text}").read_as_words == ()


def test_one_id_in_two_roots_is_found_by_what_it_is_asked_for_by(home: Home, tmp_path: Any) -> None:
    other = Home(tmp_path / "colleague")
    for owner, text in ((home, "mine lantern"), (other, "hers lantern")):
        chat = Chat("same")
        chat.user(text, uuid=session_id(text))
        owner.write(chat)
    config = Config.load({**home.env, "CLAUDE_CONFIG_DIR": f"{home.claude},{other.claude}"})
    history = History(config, patient=True)
    found = search(history, "lantern")
    assert len(found.sessions) == 2
    for each in found.sessions:
        assert each.session_id == session_id("same")
        assert each.reference == f"{each.root}:{each.session_id}"
        assert history.session(each.reference)[0].title == each.title
        assert f". {each.reference} · " in TOOL.text(found)
        assert f"{each.root}:{each.session_id[:8]}  " in TOOL.screen(found, Screen(now=NOW))
    history.close()


def test_a_page_fits_into_a_size_and_the_next_one_goes_on(home: Home, history: History) -> None:
    for number in range(12):
        say(home, f"session {number}", f"the lantern {FILLER}", f"a lantern {FILLER}")
    call = dataclasses.replace(CALL, most_characters=2_000)
    page = search(history, "lantern", call, limit=12)
    found = titles(page)
    while page.next_cursor:
        assert len(TOOL.text(page)) < 2_500
        page = search(history, "lantern", call, limit=12, cursor=page.next_cursor)
        found += titles(page)
    assert len(found) == len(set(found)) == 12
    assert len(search(history, "lantern", limit=12).sessions) == 12


def test_this_project_is_the_folder_or_what_it_lies_in(home: Home, history: History) -> None:
    say(home, "shop", "lantern", cwd="/work/shop")
    say(home, "deep", "lantern", cwd="/work/shop/api")
    say(home, "other", "lantern", cwd="/work/shop2")
    for cwd, expected in (
        ("/work/shop", {"shop", "deep"}),
        ("/work/shop/", {"shop", "deep"}),
        ("/work/shop/api", {"deep"}),
        ("/work/shop/api/v1", {"deep"}),
        ("/work/shop/web/src", {"shop"}),
        ("/work/shop2", {"other"}),
        ("/elsewhere", set()),
    ):
        found = search(history, "lantern", Call(now=NOW, cwd=cwd), this_project=True)
        assert set(titles(found)) == expected, cwd


def test_a_time_narrows_to_passages_of_that_time(home: Home, history: History) -> None:
    chat = Chat("long", start="2026-08-01T10:")
    chat.user("lantern one")
    chat.records[-1]["timestamp"] = "2026-08-01T23:30:00.000Z"
    chat.user("lantern two")
    chat.records[-1]["timestamp"] = "2026-08-03T00:00:00.000Z"
    home.write(chat)
    for since, until, expected in (
        ("2026-08-01", "2026-08-01", ["lantern one"]),
        ("2026-08-02", "2026-08-02", []),
        ("2026-08-03", "", ["lantern two"]),
        ("", "2026-08-02", ["lantern one"]),
        ("2026-08-03T00:00:00Z", "", ["lantern two"]),
        ("2026-08-03T00:00:01Z", "", []),
        ("", "2026-08-03T00:00:00Z", ["lantern one"]),
        ("2026-08", "2026-08", ["lantern one", "lantern two"]),
        ("2026-08-02T01:00+02:00", "2026-08-02T01:45+02:00", ["lantern one"]),
    ):
        found = search(history, "lantern", since=since, until=until)
        shown = [match.text for each in found.sessions for match in each.matches]
        assert sorted(shown) == expected, (since, until)
        in_query = search(history, f"lantern since:{since or '2026-01'} until:{until or '2026-12'}")
        assert sorted(match.text for each in in_query.sessions for match in each.matches) == expected


def test_days_are_those_of_the_caller_s_zone(home: Home, history: History) -> None:
    chat = Chat("night")
    chat.user("lantern")
    chat.records[-1]["timestamp"] = "2026-08-01T23:30:00.000Z"
    home.write(chat)
    east = Call(now=NOW.astimezone(timezone(timedelta(hours=2))))
    assert search(history, "lantern", east, since="2026-08-02", until="2026-08-02").total == 1
    assert search(history, "lantern", since="2026-08-02", until="2026-08-02").total == 0


def test_entries_without_a_time_are_in_no_time(home: Home, history: History) -> None:
    chat = Chat("timeless")
    chat.user("lantern")
    del chat.records[-1]["timestamp"]
    home.write(chat)
    assert search(history, "lantern").total == 1
    assert search(history, "lantern", until="2026-12").total == 0
    assert search(history, "lantern", since="1971").total == 0


def test_a_bad_time_is_an_error(history: History) -> None:
    with pytest.raises(BadTimeError):
        search(history, "lantern", since="someday")


def test_a_title_is_found_by_time_as_long_as_its_session_ran_then(home: Home, history: History) -> None:
    say(home, "the lantern affair", "hello", "done")
    assert titles(search(history, "lantern", since="2026-08-01", until="2026-08-01")) == [
        "the lantern affair"
    ]
    assert search(history, "lantern", since="2026-08-02").total == 0


def test_a_branch_is_named_whole_or_by_a_pattern(home: Home, history: History) -> None:
    say(home, "one", "lantern", branch="feature/one")
    say(home, "two", "lantern", branch="feature/two")
    say(home, "main", "lantern", branch="main")
    assert set(titles(search(history, "lantern", branch="feature/*"))) == {"one", "two"}
    assert titles(search(history, "lantern branch:*/two")) == ["two"]
    assert titles(search(history, "lantern", branch="feature")) == []
    assert titles(search(history, "lantern", branch="[m]ain")) == []


def test_roles_and_kinds(home: Home, history: History) -> None:
    chat = Chat("it")
    chat.user("lantern asked")
    chat.assistant({"type": "thinking", "thinking": "lantern thought", "signature": "x"})
    chat.assistant("lantern answered")
    chat.call("Bash", "toolu_1", command="lantern --run")
    chat.result("toolu_1", "lantern ran")
    chat.system("informational", "lantern noted")
    chat.user("<command-name>/lantern</command-name>")
    home.write(chat)

    def shown(query: str, **more: Any) -> set[str]:
        return {
            match.text
            for each in search(history, query, passages=5, **more).sessions
            for match in each.matches
        }

    assert shown("lantern", role="user") == {"lantern asked", "/lantern"}
    assert shown("lantern role:assistant") == {"lantern thought", "lantern answered"}
    assert shown("lantern", role="tool") == {"lantern --run", "lantern ran"}
    assert shown("lantern", role="system") == {"lantern noted"}
    assert shown("lantern kind:thinking") == {"lantern thought"}
    assert shown("lantern kind:tool_call") == {"lantern --run"}
    assert shown("lantern kind:command") == {"/lantern"}
    assert shown("lantern kind:text role:user") == {"lantern asked"}
    assert shown("lantern kind:summary") == set()


def test_a_phrase_must_stand_where_the_role_says(home: Home, history: History) -> None:
    say(home, "asked", "why red lantern", "no idea")
    say(home, "answered", "why", "red lantern and why")
    assert titles(search(history, 'why "red lantern" role:user')) == ["asked"]


@pytest.mark.parametrize(
    ("tool", "expected"),
    [
        ("Bash", {"bash"}),
        ("bash", {"bash"}),
        ("BASH", {"bash"}),
        ("Bash*", {"bash", "output"}),
        ("mcp__github__*", {"mcp"}),
        ("*github*", {"mcp"}),
        ("mcp__GitHub__search", {"mcp"}),
        ("Edit", set()),
        ("Ba", set()),
    ],
)
def test_a_tool_is_named_whole_in_any_case_or_by_a_pattern(
    tool: str, expected: set[str], home: Home, history: History
) -> None:
    for name, its in (("bash", "Bash"), ("output", "BashOutput"), ("mcp", "mcp__github__search")):
        chat = say(home, name, "look")
        chat.call(its, f"toolu_{name}", command="lantern")
        chat.result(f"toolu_{name}", "the lantern is lit")
        home.write(chat)
    found = search(history, "lantern", tool=tool)
    assert set(titles(found)) == expected
    assert {match.role for each in found.sessions for match in each.matches} <= {"tool"}
    assert set(titles(search(history, f"lantern tool:{tool}"))) == expected


def test_results_carry_the_name_of_their_tool(home: Home, history: History) -> None:
    chat = say(home, "it", "look")
    chat.call("Read", "toolu_1", file_path="/a.py")
    chat.result("toolu_1", "the lantern is lit")
    home.write(chat)
    [hit] = search(history, "lantern").sessions
    assert [(match.role, match.tool) for match in hit.matches] == [("tool", "Read")]


def test_filters_without_words_show_the_last_passages_that_fit(home: Home, history: History) -> None:
    chat = say(home, "it", "look")
    for number in range(5):
        chat.call("Bash", f"toolu_{number}", command=f"run {number}")
    home.write(chat)
    say(home, "other", "look")
    [hit] = search(history, "tool:Bash kind:tool_call").sessions
    assert [match.text for match in hit.matches] == ["run 4", "run 3"]


def test_subagents_can_be_left_out(home: Home, history: History) -> None:
    chat = say(home, "it", "look")
    side = Chat("side")
    side.user("find the lantern")
    for record in side.records:
        record |= {"isSidechain": True, "agentId": "a1f2e3d4c5b6a7980", "sessionId": chat.id}
    home.agent(chat, "a1f2e3d4c5b6a7980", side.records)
    assert titles(search(history, "lantern")) == ["it"]
    assert titles(search(history, "lantern", subagents=False)) == []
    assert titles(search(history, "look", subagents=False)) == ["it"]


def test_words_of_a_title_are_a_filter_in_any_case(home: Home, history: History) -> None:
    say(home, "Über das Lagerhaus", "lantern")
    say(home, "Über 100_000 Dinge", "lantern")
    assert titles(search(history, 'lantern title:"lagerhaus über"')) == ["Über das Lagerhaus"]
    assert titles(search(history, "title:ÜBER title:LAGER")) == ["Über das Lagerhaus"]
    assert titles(search(history, "title:100_")) == ["Über 100_000 Dinge"]
    assert titles(search(history, "title:100%")) == []


def test_a_root_is_a_filter(home: Home, tmp_path: Any) -> None:
    other = Home(tmp_path / "colleague")
    say(home, "mine", "lantern")
    say(other, "hers", "lantern")
    config = Config.load({**home.env, "CLAUDE_CONFIG_DIR": f"{home.claude},{other.claude}"})
    history = History(config, patient=True)
    labels = [root.label for root in config.roots]
    assert [titles(search(history, "lantern", root=label)) for label in labels] == [["mine"], ["hers"]]
    history.close()


# -- paging


def pages(history: History, query: str, limit: int, **more: Any) -> list[SearchResult]:
    found = [search(history, query, limit=limit, **more)]
    while found[-1].next_cursor:
        found.append(search(history, query, limit=limit, cursor=found[-1].next_cursor, **more))
    return found


@pytest.mark.parametrize(("query", "limit"), [("lantern", 50), ("lantern", 7), ("role:user", 50), ("", 33)])
def test_pages_hold_each_session_once_and_agree_on_how_many(
    query: str, limit: int, home: Home, history: History
) -> None:
    crowd(home, "lantern lantern lantern", count=500)
    names = {
        chat.id
        for chat in (
            say(home, f"s{number}", f"word{number} lantern" + " more" * number) for number in range(70)
        )
    }
    found = pages(history, query, limit)
    ids = [each.session_id for page in found for each in page.sessions]
    assert len(ids) == len(set(ids)) == 90
    assert names <= set(ids)
    assert {page.total for page in found} == {90}
    assert ids == [each.session_id for page in pages(history, query, 11) for each in page.sessions]


def test_later_pages_show_passages_too(home: Home, history: History) -> None:
    crowd(home, "lantern lantern lantern")
    say(
        home,
        "far",
        "lots of other words stand here before one lantern, and lots of other words stand behind it",
    )
    last = pages(history, "lantern", 10)[-1].sessions[-1]
    assert last.title == "far"
    assert "lantern" in last.matches[0].text


@pytest.mark.parametrize(
    "other", [{"query": "other"}, {"role": "user"}, {"project": "/work/demo"}, {"include_current": True}]
)
def test_a_cursor_of_another_question_is_refused(other: dict[str, Any], home: Home, history: History) -> None:
    for number in range(3):
        say(home, f"s{number}", "lantern")
    found = search(history, "lantern", limit=1)
    assert found.next_cursor
    with pytest.raises(BadCursorError):
        search(history, **{"query": "lantern", "limit": 1, "cursor": found.next_cursor, **other})


def test_a_page_may_be_of_another_size_than_the_one_before(home: Home, history: History) -> None:
    for number in range(5):
        say(home, f"s{number}", "lantern")
    first = search(history, "lantern", limit=2)
    rest = search(history, "lantern", limit=50, passages=0, cursor=first.next_cursor)
    assert len(first.sessions) + len(rest.sessions) == 5
    assert rest.next_cursor is None
    assert not any(each.matches for each in rest.sessions)


@pytest.mark.parametrize("wanted", [0, 1, 5])
def test_so_many_passages_are_shown_of_each_session(wanted: int, home: Home, history: History) -> None:
    chat = Chat("it")
    for number in range(9):
        chat.user(f"lantern number {number}")
    home.write(chat)
    [hit] = search(history, "lantern", passages=wanted).sessions
    assert len(hit.matches) == wanted


# -- the session that asks


def conversation(home: Home, *, compacted: bool = False) -> Chat:
    chat = Chat("asking")
    chat.user("the lantern before")
    if compacted:
        chat.system("compact_boundary", "Conversation compacted")
        chat.user("The summary says lantern.", isCompactSummary=True)
    chat.user("the lantern now")
    chat.call("mcp__ccmcp__search_sessions", "toolu_ask", query="nothing")
    home.write(chat)
    return chat


def subagent(home: Home, chat: Chat, text: str, at: str, agent: str = "a1f2e3d4c5b6a7980") -> None:
    side = Chat(f"side {agent}")
    side.user(text)
    for record in side.records:
        record |= {"isSidechain": True, "agentId": agent, "sessionId": chat.id, "timestamp": at}
    home.agent(chat, agent, side.records)


def passages(result: SearchResult) -> set[str]:
    return {match.text for each in result.sessions for match in each.matches}


ASKING = Chat("asking").id
WAYS_TO_TELL = {
    "by its tool call": Call(now=NOW, tool_use_id="toolu_ask"),
    "by its id": Call(now=NOW, session_id=ASKING),
    "by its id while the call is not written yet": Call(now=NOW, tool_use_id="toolu_new", session_id=ASKING),
    "by its tool call when the id is of none": Call(now=NOW, tool_use_id="toolu_ask", session_id="0" * 8),
}


@pytest.mark.parametrize("way", WAYS_TO_TELL)
def test_the_asking_session_is_hidden_and_counted(way: str, home: Home, history: History) -> None:
    chat = conversation(home)
    subagent(home, chat, "a lantern for the agent", "2026-08-01T10:00:30.000Z")
    say(home, "other", "another lantern")
    call = WAYS_TO_TELL[way]
    found = search(history, "lantern", call)
    assert titles(found) == ["other"]
    assert found.total == 1
    assert found.hidden == 3
    assert "include_current" in TOOL.text(found)
    shown = search(history, "lantern", call, include_current=True, passages=5)
    assert {each.session_id for each in shown.sessions} >= {chat.id}
    assert shown.hidden == 0


def test_what_the_asking_session_said_before_its_last_compaction_is_history(
    home: Home, history: History
) -> None:
    chat = conversation(home, compacted=True)
    subagent(home, chat, "an early lantern", "2026-08-01T10:00:30.000Z", "a111111111111111")
    subagent(home, chat, "a late lantern", "2026-08-01T10:30:00.000Z", "a222222222222222")
    found = search(history, "lantern", Call(now=NOW, session_id=chat.id), passages=5)
    assert [each.session_id for each in found.sessions] == [chat.id]
    assert passages(found) == {"the lantern before", "an early lantern"}
    assert found.hidden == 3


def test_the_asking_session_is_not_in_a_list_of_what_fits(home: Home, history: History) -> None:
    chat = conversation(home)
    say(home, "other", "hello")
    call = Call(now=NOW, session_id=chat.id)
    assert titles(search(history, "", call)) == ["other"]
    assert titles(search(history, "role:user", call)) == ["other"]


@pytest.mark.parametrize(
    "asked",
    [
        {"tool": "mcp__ccmcp__search_sessions", "query": "lantern"},
        {"tool": "mcp__plugin_ccmcp_ccmcp__read_session", "query": "lantern"},
        {"tool": "Bash", "command": "ccmcp search lantern"},
        {"tool": "Bash", "command": "uvx ccmcp search lantern --json"},
        {"tool": "Bash", "command": "uvx ccmcp@latest search lantern"},
        {"tool": "Bash", "command": "cd /work/demo && ccmcp search lantern | head -20"},
        {"tool": "Bash", "command": "/home/jane/.local/bin/ccmcp search lantern"},
        {"tool": "Bash", "command": "CCMCP_TIMEZONE=UTC ccmcp search lantern"},
    ],
)
def test_ccmcp_s_own_calls_and_answers_are_hidden_everywhere(
    asked: dict[str, str], home: Home, history: History
) -> None:
    chat = say(home, "it", "hello")
    arguments = {name: value for name, value in asked.items() if name != "tool"}
    chat.call(asked["tool"], "toolu_1", **arguments)
    chat.result("toolu_1", "1 of 1 sessions: a lantern")
    home.write(chat)
    found = search(history, "lantern")
    assert (found.total, found.hidden) == (0, 2)
    shown = search(history, "lantern", include_current=True)
    assert (shown.total, shown.hidden) == (1, 0)


@pytest.mark.parametrize(
    "command", ["grep -r lantern ccmcp/", "cat ccmcp/lantern.py", "git clone https://x.org/ccmcp lantern"]
)
def test_a_command_about_ccmcp_s_own_files_is_history(command: str, home: Home, history: History) -> None:
    chat = say(home, "it", "hello")
    chat.call("Bash", "toolu_1", command=command)
    home.write(chat)
    assert search(history, "lantern").total == 1


def test_an_earlier_search_for_a_word_does_not_keep_its_session_from_being_found_without_it(
    home: Home, history: History
) -> None:
    chat = say(home, "it", "the lantern")
    chat.call("mcp__ccmcp__search_sessions", "toolu_1", query="lantern -candle")
    home.write(chat)
    assert titles(search(history, "lantern -candle")) == ["it"]


# -- what is shown of a passage


def only(result: SearchResult) -> FoundPassage:
    [session] = result.sessions
    return session.matches[0]


FILLER = "nothing of note happened on that day and the next one was no better, " * 30


def test_an_excerpt_shows_the_words_in_their_setting_cut_at_words(home: Home, history: History) -> None:
    say(home, "it", f"{FILLER}then the old lantern went out in the storm {FILLER}")
    text = only(search(history, "lantern")).text
    assert "then the old lantern went out in the storm" in text
    assert text.startswith("… ")
    assert text.endswith(" …")
    assert len(text) <= 290
    words = set(f"{FILLER} then the old lantern went out in the storm".split())
    assert set(text.split()) - {"…"} <= words


def test_a_short_text_is_shown_whole_on_one_line(home: Home, history: History) -> None:
    say(home, "it", "the lantern\n\n  went   out")
    assert only(search(history, "lantern")).text == "the lantern went out"


def test_an_excerpt_begins_and_ends_with_a_sentence_or_line_that_is_near(
    home: Home, history: History
) -> None:
    dull = "Nothing of note happened on that day. " * 20
    for number, (before, after) in enumerate(
        [
            ("It was so. ", " It ends well! "),
            ("it was so\n", "\nit ends well\n"),
            ("そうだった。", "よく終わる。"),
        ]
    ):
        text = f"{dull}{before}The lantern{number} at the harbour is broken.{after}{dull}"
        say(home, f"s{number}", text)
        shown = search(history, f"lantern{number} harbour").sessions[0].matches[0].text
        assert shown.startswith("… ")
        assert shown.endswith(" …")
        starts = ("Nothing of note", before.strip(), "The lantern")
        assert shown.removeprefix("… ").startswith(starts), shown
        assert shown.removesuffix(" …").endswith((".", "!", "。", "well")), shown


def test_an_excerpt_is_where_most_of_the_words_stand(home: Home, history: History) -> None:
    say(home, "it", f"alpha {FILLER} beta {FILLER} alpha and beta and gamma {FILLER} gamma")
    text = only(search(history, "alpha beta gamma")).text
    assert "alpha and beta and gamma" in text


def test_a_rare_word_is_shown_however_often_a_common_one_stands_before_it(
    home: Home, history: History
) -> None:
    say(home, "it", "the day " * 5_000 + "of the quetzal" + " the day" * 100)
    assert "quetzal" in only(search(history, "the quetzal")).text


def test_a_phrase_goes_before_its_words_apart(home: Home, history: History) -> None:
    say(home, "it", f"red and lantern {FILLER} the red\nlantern {FILLER} lantern red")
    assert "the red lantern" in only(search(history, '"red lantern"')).text


@pytest.mark.parametrize(
    ("text", "query", "shown"),
    [
        ("我们决定使用数据库连接池来解决这个问题。", "数据库", "使用数据库连接池"),
        ("データベースの接続プールを修正した。", "接続プール", "データベースの接続プール"),
        ("데이터베이스 연결을 수정했다.", "연결", "데이터베이스 연결을"),
        ("ฐานข้อมูลล้มเหลวเมื่อวานนี้", "ล้มเหลว", "ล้มเหลวเมื่อ"),
    ],
)
def test_an_excerpt_of_a_script_without_spaces(
    text: str, query: str, shown: str, home: Home, history: History
) -> None:
    around = "今日は天気が良いので散歩に行きました。" * 40
    say(home, "it", around + text + around)
    found = only(search(history, query)).text
    assert shown in found
    assert len(found) <= 150


def test_a_word_in_a_very_long_line_without_spaces_is_shown(home: Home, history: History) -> None:
    say(home, "it", "x=1;" * 50_000 + "lantern();" + "y=2;" * 50_000)
    text = only(search(history, "lantern")).text
    assert "lantern()" in text
    assert len(text) <= 300


def test_a_camel_case_word_is_shown_when_its_parts_were_asked_for(home: Home, history: History) -> None:
    say(home, "it", f"{FILLER} call getUserName here {FILLER}")
    assert "getUserName" in only(search(history, "get_user_name")).text


@pytest.mark.parametrize(
    ("written", "query"),
    [
        ("getUserName", "getusername"), ("PageRank", "pagerank"), ("getUserName", "user name"), ("HTTPServerFactory", "server factory"),
        ("MyPageRank2", "page rank"), ("cafés", "cafe"), ("cafe\u0301", "cafe"), ("cafe\u0301", "café"), ("café", "cafe\u0301"),
        ("Stra\u00dfe", "strasse"), ("\u0141\u00f3d\u017a", "lodz"), ("\u0438\u0306\u0435\u0442", "\u0439\u0435\u0442"),
        ("\uff4c\uff41\uff4d\uff50", "lamp"),
    ],
)  # fmt: skip
def test_an_excerpt_shows_a_word_however_its_case_and_accents_were_typed(
    written: str, query: str, home: Home, history: History
) -> None:
    around = "niñas über Maße dépôt " * 60
    say(home, "it", f"{around} then {written} here {around}")
    assert f"then {written} here" in only(search(history, query)).text


def test_the_name_of_a_tool_is_no_word_of_its_session(home: Home, history: History) -> None:
    chat = say(home, "it", "hello", "yes")
    chat.call("SpecialTool", "toolu_1", command="ls lantern")
    home.write(chat)
    assert titles(search(history, "SpecialTool")) == []
    assert titles(search(history, "lantern tool:SpecialTool")) == ["it"]


def test_what_must_not_be_there_is_left_out_of_what_else_is_asked(home: Home, history: History) -> None:
    say(home, "fits", "alpha", "gamma")
    say(home, "other project", "alpha", "gamma", cwd="/work/other")
    say(home, "has it", "alpha", "beta gamma")
    say(home, "lacks one", "alpha", "yes")
    assert titles(search(history, "alpha -beta +gamma project:/work/demo")) == ["fits"]
    assert titles(search(history, "-beta +gamma project:/work/demo")) == ["fits"]
    assert sorted(titles(search(history, "alpha -beta since:2026-07-01"))) == [
        "fits",
        "lacks one",
        "other project",
    ]
    assert sorted(titles(search(history, "-beta role:user"))) == ["fits", "lacks one", "other project"]


def test_a_phrase_alone_is_looked_for_within_what_else_is_asked(home: Home, history: History) -> None:
    say(home, "here", "the red lantern", "yes")
    say(home, "elsewhere", "the red lantern", "yes", cwd="/work/other")
    say(home, "red lantern", "nothing", "yes", cwd="/work/other")
    say(home, "green too", "the red lantern", "and green")
    assert titles(search(history, '"red lantern" -green project:/work/demo')) == ["here"]
    assert sorted(titles(search(history, '"red lantern" project:/work/other'))) == [
        "elsewhere",
        "red lantern",
    ]
    assert sorted(titles(search(history, '"red lantern" -green'))) == ["elsewhere", "here", "red lantern"]


def test_a_passage_says_who_when_and_where(home: Home, history: History) -> None:
    chat = say(home, "it", "hello")
    record = chat.user("the lantern")
    record["timestamp"] = "2026-08-01T23:30:00.500Z"
    home.write(chat)
    berlin = Call(now=NOW.astimezone(timezone(timedelta(hours=2))))
    match = only(search(history, "lantern", berlin))
    assert match == FoundPassage(
        role="user", at="2026-08-02T01:30:00+02:00", text="the lantern", entry_id=record["uuid"], tool=None,
        agent=None,
    )  # fmt: skip


def test_an_entry_without_a_uuid_goes_by_its_line(home: Home, history: History) -> None:
    chat = say(home, "it", "hello", "hi")
    chat.raw(type="queue-operation", operation="enqueue", content="the lantern", sessionId=chat.id)
    home.write(chat)
    assert only(search(history, "lantern")).entry_id == "L4"


def read(history: History, session: str, around: str) -> str:
    asked = ReadSession(session=session, around=around)
    return READ.text(READ.run(history, asked, CALL))


def test_a_typed_prompt_of_a_session_that_is_gone_is_read_on_by_its_line(
    home: Home, history: History
) -> None:
    record = {
        "pastedContents": {},
        "timestamp": 1785578400000,
        "project": "/work/gone",
        "sessionId": session_id("x"),
    }
    records = [{"display": text, **record} for text in ("hello", "the lantern", "bye")]
    home.put(home.claude / "history.jsonl", b"".join(map(line, records)))
    found = search(history, "lantern")
    assert only(found).entry_id == "L2"
    assert "[L2] 10:00: the lantern" in TOOL.text(found)
    assert "the lantern" in read(history, session_id("x"), "L2")


def test_a_typed_prompt_is_not_read_by_its_line_where_the_transcript_is(home: Home, history: History) -> None:
    chat = say(home, "it", "hello", "hi")
    record = {"pastedContents": {}, "timestamp": 1785578400000, "project": chat.cwd, "sessionId": chat.id}
    home.put(home.claude / "history.jsonl", line({"display": "the lantern", **record}))
    for each in search(history, "lantern").sessions:
        assert [match.entry_id for match in each.matches] == [None]


@pytest.mark.parametrize("named", [False, True])
def test_a_side_file_is_read_on_by_its_name(named: bool, home: Home, history: History) -> None:  # noqa: FBT001 - a row of a table
    chat = say(home, "it", "hello", "hi")
    folder = home.path(chat).with_suffix("") / "tool-results"
    home.put(folder / "toolu_1.txt", b"the lantern\n")
    chat.call("Bash", "toolu_1", command="ls")
    chat.result("toolu_1", f"Output too large. Full output saved to: {folder}/toolu_1.txt" if named else "ok")
    home.write(chat)
    found = search(history, "lantern")
    assert only(found).entry_id == "file:toolu_1.txt"
    assert "[file:toolu_1.txt]" in TOOL.text(found)
    shown = read(history, chat.id, "file:toolu_1.txt")
    assert ("saved to" in shown) if named else ("the lantern" in shown)


def test_the_terminal_shows_what_to_read_on_by(home: Home, history: History) -> None:
    chat = say(home, "it", "the lantern")
    found = search(history, "lantern")
    entry = chat.records[1]["uuid"][:8]
    assert f"  {entry} user: the lantern" in TOOL.screen(found, Screen(now=NOW))
    assert f"\x1b[2m{entry}\x1b[0m" in TOOL.screen(found, Screen(now=NOW, colour=True))


def test_the_same_text_is_shown_once(home: Home, history: History) -> None:
    chat = Chat("it")
    for _ in range(5):
        chat.user("the lantern")
    home.write(chat)
    [hit] = search(history, "lantern", passages=5).sessions
    assert len(hit.matches) == 1


# -- how the answer reads


def dull(number: int, script: str) -> str:
    return (script * 60)[:1_500] + f" lantern {number} " + (script * 60)[:1_500]


@pytest.mark.parametrize(
    "script",
    [
        "nothing of note happened on that day, ",
        "今日は天気が良いので散歩に行きました。",
    ],
)
@pytest.mark.parametrize(("wanted", "most"), [(1, 2_000), (3, 4_000)])
def test_ten_sessions_are_read_within_a_budget(
    script: str, wanted: int, most: int, home: Home, history: History
) -> None:
    for number in range(12):
        chat = Chat(
            f"s{number}", cwd=f"/home/jane/work/customers/acme/shop-{number}", branch="feature/checkout"
        )
        for part in range(4):
            chat.user(dull(part, script))
        home.write(chat)
    found = search(history, "lantern", passages=wanted)
    assert len(found.sessions) == 10
    assert all(len(each.matches) == wanted for each in found.sessions)
    assert estimated_tokens(TOOL.text(found)) <= most


def test_the_text_names_sessions_in_full_and_where_to_read_on(home: Home, history: History) -> None:
    chat = say(home, "it", "the lantern", branch="topic")
    say(home, "that", "a lantern lantern")
    found = search(history, "lantern", limit=1)
    text = TOOL.text(found)
    assert found.sessions[0].session_id in text
    assert found.next_cursor is not None
    assert found.next_cursor in text
    assert "read_session" in text
    text = TOOL.text(search(history, "lantern title:it"))
    assert chat.id in text
    assert "/work/demo" in text
    assert "topic" in text
    assert "2026-08-01" in text
    assert f"[{chat.records[1]['uuid'][:8]}] 10:01: the lantern" in text


def test_an_answer_without_sessions_says_what_to_try(home: Home, history: History) -> None:
    chat = say(home, "it", "a torch")
    assert "Try fewer or other words" in TOOL.text(search(history, "lantern"))
    assert "no word to look for" in TOOL.text(search(history, "!!!"))
    assert TOOL.text(search(history, project=chat.cwd, since="2026-08-30")) == "No session fits."


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("colour", [False, True])
def test_no_line_is_wider_than_the_terminal(width: int, colour: bool, home: Home, history: History) -> None:  # noqa: FBT001 - a row of a table
    say(home, "it " * 60, f"{FILLER} lantern {'x' * 500} {FILLER}", cwd="/work/" + "long/" * 20)
    say(home, "それは", "今日は天気が良いので散歩に行きました。" * 9 + "lantern")
    shown = TOOL.screen(search(history, "lantern"), Screen(now=NOW, width=width, colour=colour))
    assert max(map(columns, shown.split("\n"))) <= width
    assert ("\x1b" in shown) == colour


def test_the_json_has_every_key() -> None:
    names = {each.name for each in dataclasses.fields(SearchResult)}
    assert names >= {"query", "sessions", "total", "next_cursor", "coverage"}
    names = {each.name for each in dataclasses.fields(FoundSession)}
    assert names == {
        "session_id", "root", "reference", "project", "title", "started_at", "ended_at", "branch", "score",
        "resume", "matches", "alike", "more_alike", "why",
    }  # fmt: skip


# -- exclusions


def excluded(home: Home, **settings: str) -> History:
    return History(Config.load(home.env, settings), patient=True)


def test_what_settings_leave_out_is_not_found(home: Home) -> None:
    home.put(
        home.folder / "settings.toml",
        b'exclude_projects = ["/work/secret"]\nexclude_sessions = ["%s"]\n' % Chat("also").id.encode(),
    )
    say(home, "secret", "the lantern", cwd="/work/secret")
    say(home, "below", "the lantern", cwd="/work/secret/deep")
    say(home, "also", "the lantern")
    say(home, "open", "the lantern")
    history = excluded(home, config=str(home.folder / "settings.toml"))
    found = search(history, "lantern", passages=5)
    assert titles(found) == ["open"]
    assert titles(search(history)) == ["open"]
    assert (found.total, found.hidden) == (1, 0)
    assert history.left_out() == {"left out by settings": 3}
    assert history.find(Chat("also").id) is None
    with pytest.raises(ProjectNotFoundError):
        search(history, "lantern", project="/work/secret")
    history.close()


# -- lines that come while another process writes


def more_of(chat: Chat, *texts: str) -> Iterable[Record]:
    return [chat.user(text) for text in texts]


def test_appended_lines_are_found_in_the_next_search(home: Home, history: History) -> None:
    chat = say(home, "it", "hello")
    assert search(history, "lantern").total == 0
    home.append(chat, more_of(chat, "the lantern"))
    assert titles(search(history, "lantern")) == ["it"]


def test_a_title_given_later_is_found_in_the_next_search(home: Home, history: History) -> None:
    chat = say(home, "it", "hello", "hi")
    assert search(history, "lantern").total == 0
    home.append(chat, [chat.raw(type="custom-title", customTitle="the lantern", sessionId=chat.id)])
    assert titles(search(history, "lantern")) == ["the lantern"]


def test_a_prompt_of_history_is_not_found_twice(home: Home, history: History) -> None:
    chat = say(home, "it", "the lantern")
    record = {
        "display": "the lantern",
        "pastedContents": {},
        "timestamp": 1785578400000,
        "project": chat.cwd,
        "sessionId": chat.id,
    }
    home.put(home.claude / "history.jsonl", line(record))
    found = search(history, "lantern", passages=5)
    assert len(found.sessions[0].matches) == 1


def test_sessions_known_only_by_typed_prompts_are_found_and_filtered(home: Home, history: History) -> None:
    records = [
        {"display": "the lantern", "pastedContents": {}, "timestamp": 1785578400000, "project": "/work/gone"},
        {"display": "a lantern", "pastedContents": {}, "timestamp": 1785578400000, "project": "/work/other"},
    ]
    home.put(home.claude / "history.jsonl", b"".join(map(line, records)))
    found = search(history, "lantern", project="/work/gone")
    assert [each.session_id for each in found.sessions] == [f"prompts:{encode('/work/gone')}"]
    assert json.loads(json.dumps(dataclasses.asdict(found)))["total"] == 1


# -- what repeats one another


LONG = "Please look through the lantern orders of the last day and report what is late."


def test_sessions_asked_the_very_same_are_one_that_names_the_others(home: Home, history: History) -> None:
    chats = [Chat(str(number)) for number in range(6)]
    for number, chat in enumerate(chats):
        chat.user(LONG)
        chat.assistant(f"Late are {number} lantern orders." + " lantern" * (number == 4))
        home.write(chat)
    found = search(history, "lantern")
    [hit] = found.sessions
    assert (found.total, hit.session_id, len(hit.alike), hit.more_alike) == (1, chats[4].id, 3, 2)
    assert {hit.session_id, *hit.alike} <= {chat.id for chat in chats}
    assert f"repeated by {', '.join(hit.alike)} and 2 more" in TOOL.text(found)
    assert len(search(history, "lantern", sort="newest").sessions) == 6


@pytest.mark.parametrize("different", ["project", "name", "another prompt", "short"])
def test_sessions_asked_the_same_are_several_where_something_tells_them_apart(
    different: str, home: Home, history: History
) -> None:
    for number in range(3):
        chat = Chat(str(number), cwd=f"/work/p{number if different == 'project' else ''}")
        chat.user("the lantern" if different == "short" else LONG)
        if different == "another prompt":
            chat.user(f"number {number}")
        if different == "name":
            chat.raw(type="custom-title", customTitle=f"number {number}", sessionId=chat.id)
        home.write(chat)
    assert len(search(history, "lantern").sessions) == 3


def test_a_fork_and_its_original_are_one(home: Home, history: History) -> None:
    chat = say(home, "original", "the lantern is broken", "Buy another one.")
    fork = Chat("fork")
    for record in chat.records[1:]:
        origin = {"sessionId": chat.id, "messageUuid": record["uuid"]}
        fork.raw(**record | {"sessionId": fork.id, "forkedFrom": origin})
    fork.user("and the lamp?")
    home.write(fork)
    [hit] = search(history, "lantern broken").sessions
    assert {hit.session_id, *hit.alike} == {chat.id, fork.id}
    [hit] = search(history, "lamp lantern").sessions
    assert (hit.session_id, hit.alike) == (fork.id, (chat.id,))


# -- what is asked otherwise


def test_other_words_that_mean_the_same_find_too(home: Home, history: History) -> None:
    say(home, "japanese", "ログインのエラーを修正して", "認証の処理から確認します。")
    say(home, "vietnamese", "tôi muốn đổi tên thư mục này cho bạn và lưu các quy tắc của tôi")
    say(home, "russian", "Исправь ошибку сборки на сервере")
    say(home, "english", "Why does the k8s rollout hang?")
    say(home, "other", "Water the plants on the balcony.")
    assert titles(search(history, "fix login error"))[0] == "japanese"
    assert titles(search(history, "rename folder rules"))[0] == "vietnamese"
    assert titles(search(history, "build error on the server"))[0] == "russian"
    assert titles(search(history, "kubernetes"))[:1] == ["english"]
    hit = search(history, "authentication").sessions[0]
    assert (hit.title, ["認証" in match.text for match in hit.matches]) == ("japanese", [True])


def test_a_word_that_stands_nowhere_is_looked_for_as_what_it_was_meant(home: Home, history: History) -> None:
    say(home, "it", "the passkeys of the lanterns")
    say(home, "other", "the plants of the balcony")
    for typed, meant in (
        ("paskeys", "passkeys"),
        ("lanten", "lanterns"),
        ("balc", "balcony"),
        ("plnats", "plants"),
    ):
        found = search(history, typed)
        assert [(each.word, each.meant) for each in found.meant] in (
            [(typed, (meant,))],
            [(typed, (meant, ""))],
            [],
        )
        assert len(found.sessions) == 1, typed
    assert "paskeys stands nowhere; searched too: passkeys." in TOOL.text(search(history, "paskeys lanterns"))


def test_a_word_that_must_be_there_and_is_not_says_what_may_be_meant(home: Home, history: History) -> None:
    say(home, "it", "the passkeys of the lanterns")
    found = search(history, "+paskeys")
    assert found.sessions == ()
    assert "paskeys stands nowhere; did you mean: passkeys?" in TOOL.text(found)


def test_all_words_anywhere_in_a_session_come_before_some(home: Home, history: History) -> None:
    say(
        home,
        "scattered",
        "the walrus is late",
        "Then I feed it.",
        "and paint the harbour",
        "Done.",
        "bring a ladder too",
    )
    say(home, "one", "walrus walrus walrus", "A walrus.")
    say(home, "two", "harbour ladder", "The harbour.")
    assert titles(search(history, "walrus harbour ladder"))[0] == "scattered"


def test_the_newer_of_two_that_fit_alike_comes_first(home: Home, history: History) -> None:
    say(home, "old", "the lantern is broken", start="2026-03-01T10:")
    say(home, "new", "the lantern is broken", start="2026-08-20T10:")
    say(home, "middle", "the lantern is broken", start="2026-06-01T10:")
    assert titles(search(history, "broken lantern")) == ["new", "middle", "old"]
    assert titles(search(history, "broken lantern", sort="oldest")) == ["old", "middle", "new"]


def test_a_giant_session_does_not_win_by_its_size(home: Home, history: History) -> None:
    texts = [f"part {number}: {FILLER} the lantern and the harbour" for number in range(60)]
    say(home, "giant", *texts)
    say(home, "small", "the harbour lantern is broken", "I mend the lantern at the harbour.")
    assert titles(search(history, "harbour lantern"))[0] == "small"


def test_explain_says_what_each_word_adds_and_adds_up(home: Home, history: History) -> None:
    say(home, "it", "the lantern is broken", "I mend the lantern.")
    say(home, "other", "the harbour lantern")
    found = search(history, "broken lantern", explain=True)
    for hit in found.sessions:
        why = hit.why
        assert why is not None
        assert hit.score == pytest.approx(
            (why.about + why.passage + why.further + why.all_words) * (1 + why.recent), abs=0.002
        )
        assert why.about == pytest.approx(sum(each.share for each in why.words), abs=0.002)
    assert {each.word for each in found.sessions[0].why.words} == {"broken", "lantern"}  # type: ignore[union-attr]  # asserted above
    assert "about: broken" in TOOL.text(found)
    assert all(hit.why is None for hit in search(history, "broken lantern").sessions)


def test_sessions_like_one_are_found_without_it(home: Home, history: History) -> None:
    chat = say(home, "it", "mend the lantern at the harbour", "The wick of the lantern is too short.")
    say(home, "like it", "the wick of the harbour lantern again")
    say(home, "far", "water the plants")
    assert titles(search(history, similar_to=chat.id[:8]))[:1] == ["like it"]
    assert "it" not in titles(search(history, similar_to=chat.id))


def test_facets_say_how_the_best_spread_where_not_all_are_shown(home: Home, history: History) -> None:
    for number in range(6):
        say(
            home,
            f"s{number}",
            f"the lantern {number}",
            cwd=f"/work/p{number % 2}",
            start=f"2026-0{3 + number % 3}-01T10:",
        )
    found = search(history, "lantern", limit=2)
    assert found.facets is not None
    assert (found.facets.sessions, {(each.name, each.count) for each in found.facets.projects}) == (
        6, {("/work/p0", 3), ("/work/p1", 3)},
    )  # fmt: skip
    assert "projects: /work/p" in TOOL.text(found)
    assert search(history, "lantern", limit=6).facets is None


def test_a_passage_of_a_subagent_names_it(home: Home, history: History) -> None:
    chat = say(home, "it", "review this")
    agent = Chat("agent", cwd=chat.cwd)
    agent.user("Look for lanterns in the harbour", agentId="a1b2c3d4", isSidechain=True, sessionId=chat.id)
    folder = home.path(chat).with_suffix("") / "subagents"
    home.put(folder / "agent-a1b2c3d4.jsonl", agent.bytes())
    home.put(folder / "agent-a1b2c3d4.meta.json", b'{"agentType":"reviewer"}')
    [hit] = search(history, "lanterns").sessions
    assert (hit.session_id, hit.matches[0].agent) == (chat.id, "reviewer")
    assert "> reviewer: user" in TOOL.text(search(history, "lanterns"))


def test_facets_count_models_months_and_the_tools_that_match(home: Home, history: History) -> None:
    for number in range(4):
        chat = Chat(f"s{number}", start=f"2026-0{3 + number % 2}-01T10:")
        chat.user(f"the lantern {number}")
        chat.assistant("Yes.", model=f"claude-opus-{4 + number // 3}")
        chat.call("Bash", f"toolu_{number}", command=f"light lantern {number}")
        home.write(chat)
    facets = search(history, "lantern", limit=2).facets
    assert facets is not None
    assert [(each.name, each.count) for each in facets.models if "opus-5-5" not in each.name] == [
        ("claude-opus-4", 3), ("claude-opus-5", 1),
    ]  # fmt: skip
    assert {(each.name, each.count) for each in facets.months} == {("2026-03", 2), ("2026-04", 2)}
    assert [(each.name, each.count) for each in facets.tools] == [("Bash", 4)]


def test_words_of_another_language_are_found_in_another_form(home: Home, history: History) -> None:
    filler = "não sei o que fazer com isso para que os dados estejam no lugar"
    say(home, "it", f"as aplicações e as decisões, {filler}")
    say(home, "other", f"os barcos, {filler}")
    assert titles(search(history, "aplicação decisão"))[:1] == ["it"]


def test_two_words_find_the_same_written_as_one(home: Home, history: History) -> None:
    say(home, "it", "the previewsite is down")
    say(home, "other", "water the plants")
    assert titles(search(history, "preview site")) == ["it"]


def test_what_subagents_say_counts_less_than_the_session_itself(home: Home, history: History) -> None:
    said = say(home, "said", "the lantern at the harbour", start="2026-03-01T10:")
    chat = say(home, "asked", "review this", start="2026-03-01T10:")
    agent = Chat("agent", cwd=chat.cwd, start="2026-03-01T10:")
    agent.user("the lantern at the harbour", agentId="a1b2c3d4", isSidechain=True, sessionId=chat.id)
    home.put(home.path(chat).with_suffix("") / "subagents" / "agent-a1b2c3d4.jsonl", agent.bytes())
    found = search(history, "lantern harbour", explain=True)
    assert [each.session_id for each in found.sessions] == [said.id, chat.id]
    first, second = (each.why.about for each in found.sessions if each.why)
    assert first > 1.5 * second > 0


def test_all_words_in_one_result_count_as_all_words(home: Home, history: History) -> None:
    chat = say(home, "it", "look around")
    chat.call("Bash", "toolu_1", command="ls")
    chat.result("toolu_1", "walrus harbour ladder " + FILLER)
    home.write(chat)
    say(home, "other", "the walrus at the harbour")
    [hit, other] = search(history, "walrus ladder", explain=True).sessions
    assert (hit.title, other.title) == ("it", "other")
    assert hit.why is not None
    assert other.why is not None
    assert hit.why.all_words > other.why.all_words == 0


def test_a_cursor_belongs_to_what_was_asked(home: Home, history: History) -> None:
    chats = [say(home, f"s{number}", f"the lantern and the harbour {number}") for number in range(5)]
    asked: dict[str, Any] = {"similar_to": chats[0].id, "limit": 2}
    first = search(history, **asked)
    assert first.next_cursor is not None
    second = search(history, cursor=first.next_cursor, **asked)
    assert not set(titles(first)) & set(titles(second))
    others: list[dict[str, Any]] = [{"similar_to": chats[1].id}, {"sort": "newest"}]
    for other in others:
        with pytest.raises(BadCursorError):
            search(history, cursor=first.next_cursor, **asked | other)


# -- what a first reader found


SECRET = "ghp_" + "aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789"


def test_no_word_that_is_shown_is_a_part_of_a_secret(home: Home, history: History) -> None:
    key = "deadbeefcafe" * 5
    chat = say(
        home, "it", f"the harbour token is {SECRET} and AKIAQ3EGZ7LMNOP2RSTU, the key {key}", "I keep it."
    )
    say(home, "other", f"again {SECRET} and AKIAQ3EGZ7LMNOP2RSTU and {key} for the harbour lantern")
    for query in ("akia", "ghp", "abcdef", "deadbeef", SECRET[4:12].lower()):
        assert search(history, query).meant == ()
    found = search(history, similar_to=chat.id, explain=True)
    assert found.sessions[0].why is not None
    words = [each.word.lower() for each in found.sessions[0].why.words]
    assert "lantern" not in words
    for secret in (SECRET.lower(), "akiaq3egz7lmnop2rstu", key):
        assert not [word for word in words if word in secret]


def test_a_title_does_not_change_the_ranking_of_what_is_narrowed_by_time(
    home: Home, history: History
) -> None:
    say(home, "lantern lantern", "the plants and one lantern here")
    say(home, "it", "the lantern is broken, mend the lantern", "The lantern is mended.")
    everything = search(history, "lantern", explain=True)
    narrowed = search(history, "lantern", since="2020-01-01", explain=True)
    about = {each.title: each.why and each.why.about for each in everything.sessions}
    assert about == {each.title: each.why and each.why.about for each in narrowed.sessions}
    for hit in narrowed.sessions:
        assert hit.why is not None
        assert hit.why.about == pytest.approx(sum(each.share for each in hit.why.words), abs=0.002)


def test_what_was_not_ranked_says_no_why(home: Home, history: History) -> None:
    say(home, "it", "the lantern")
    for sort in ("newest", "oldest"):
        assert [each.why for each in search(history, "lantern", explain=True, sort=sort).sessions] == [None]
    assert [each.why for each in search(history, "role:user", explain=True).sessions] == [None]


def test_a_session_that_shares_no_word_has_none_like_it(home: Home, history: History) -> None:
    chat = say(home, "it", "quokka")
    with pytest.raises(NothingAlikeError, match="Search with words of your own"):
        search(history, similar_to=chat.id)
    say(home, "other", "quokka and lantern")
    for sort in ("best", "newest", "oldest"):
        assert titles(search(history, similar_to=chat.id, sort=sort)) == ["other"]


def test_passages_are_scored_alike_after_a_session_was_written_anew(home: Home, history: History) -> None:
    for _ in range(4):
        say(home, "it", "the lantern at the harbour", "A lantern.")
        found = search(history, "lantern", explain=True)
        assert [each.why.passage > 0 for each in found.sessions if each.why] == [True]
        home.path(Chat("it")).unlink()
        search(history, "lantern")


def test_long_prompts_that_begin_alike_are_not_the_same(home: Home, history: History) -> None:
    preamble = "Review this change as our rules say, and be strict. " * 60
    for number, what in enumerate(("payments", "logins", "mails")):
        chat = Chat(str(number))
        chat.user(f"{preamble} It is about the lantern {what}.")
        home.write(chat)
    assert len(search(history, "lantern").sessions) == 3


def test_nothing_is_meant_by_a_word_that_must_not_be_there(home: Home, history: History) -> None:
    say(home, "it", "the passkeys")
    assert search(history, "+lantern -paskeys").meant == ()


def test_the_text_says_when_a_passage_was_said(home: Home, history: History) -> None:
    say(home, "it", "hello", "the lantern")
    assert "] 10:02: the lantern" in TOOL.text(search(history, "lantern"))
