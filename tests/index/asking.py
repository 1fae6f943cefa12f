"""Asking a history: what a test wants to know of an answer, in one line."""

from collections.abc import Iterable

from ccmcp.history import History
from ccmcp.index import Hit, Question, SessionFilter, parse
from tests.transcript import Chat

ALL = SessionFilter()


def hits(history: History, words: str) -> list[Hit]:
    """The answer of the stores as they are, without a look at the disk."""
    return list(history.search(Question(terms=parse(words).terms, passages=10)).hits)


def found(history: History, words: str) -> dict[str, int]:
    """After a look at the disk: the sessions found and how many passages show each."""
    history.refresh()
    return {hit.session.session_id: len(hit.matches) for hit in hits(history, words)}


def listed(history: History, wanted: SessionFilter = ALL) -> list[str]:
    """After a look at the disk: the ids of all sessions."""
    history.refresh()
    sessions, total = history.sessions(wanted, limit=1000)
    assert total == len(sessions)
    return [session.session_id for session in sessions]


def talk(name: str, *prompts: str, cwd: str = "/work/demo", start: str = "2026-08-01T10:") -> Chat:
    """A conversation of these prompts, each answered."""
    chat = Chat(name, cwd=cwd, start=start)
    for prompt in prompts:
        chat.user(prompt)
        chat.assistant(f"Noted for {name}.")
    return chat


def once(chats: Iterable[Chat]) -> dict[str, int]:
    """What `found` gives when each of these is found by one passage."""
    return {chat.id: 1 for chat in chats}
