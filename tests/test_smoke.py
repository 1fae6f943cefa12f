from ccmcp.history import History
from ccmcp.index import Question, parse
from tests.transcript import Chat, Home


def test_what_was_said_is_found(home: Home, history: History) -> None:
    chat = Chat("first")
    chat.user("Why does the quick brown fox jump?")
    chat.assistant("Because of the lazy dog.")
    home.write(chat)
    history.refresh()
    answer = history.search(Question(terms=parse("lazy dog").terms))
    assert [hit.session.session_id for hit in answer.hits] == [chat.id]
