"""A session -> the words that tell most of it, to find others like it. I/O: reads its transcripts and the index."""

from collections import Counter

from ccmcp.index.about import levels
from ccmcp.index.catalog import Catalog
from ccmcp.index.concepts import MARK
from ccmcp.index.docs import SessionTokens
from ccmcp.index.fulltext import Fulltext
from ccmcp.index.languages import is_stop_word, stem
from ccmcp.index.renew import words_of
from ccmcp.index.spelling import is_plain
from ccmcp.index.units import Rarity

MOST = 16
_LEAST_LETTERS = 3


def telling_words(catalog: Catalog, fulltext: Fulltext, session: int) -> list[str]:
    """The words that a session is most about, each in other sessions too; as they stand in it."""
    gathered, raw = SessionTokens(), Counter[bytes]()
    for words in words_of(catalog, session, shown=True):
        gathered.add(words.tokens())
        for each in (words.first, words.prompts, words.answers, words.done):
            raw.update(each.counts())
    said = {name: counted for name, counted in gathered.fields.items() if name != "done"}
    rarity = Rarity([fulltext.sessions.searcher()])
    telling = {
        token: level * rarity(token)
        for token, level in levels(said or gathered.fields).items()
        if level and _is_word(token) and rarity.shared(token)
    }
    as_written = _as_written(raw)
    best = sorted(telling, key=lambda token: -telling[token])[:MOST]
    return [as_written.get(token, token) for token in best]


def _is_word(token: str) -> bool:
    stop = any(is_stop_word(token.encode(), language) for language in ("question", "english"))
    return not stop and not token.startswith(MARK) and is_plain(token)


def _as_written(raw: "Counter[bytes]") -> dict[str, str]:
    """The most frequent word of each token, of what is ASCII."""
    found: dict[str, str] = {}
    for word, _ in raw.most_common():
        if word.isascii() and len(word) >= _LEAST_LETTERS and is_plain(text := word.decode()):
            found.setdefault(stem(text), text)
    return found
