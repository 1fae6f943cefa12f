"""What questions are made of: sessions, which of them hold what, and chance that is the same every time."""

import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from tests.benchmarks.sessions import Session, copies

COUNT = 80
"""How many questions a set has, where the data gives as many."""

MOST = 3
"""A question that fits more sessions than this, copies not counted, is not asked: nobody could tell which was meant."""

WORD = re.compile(r"[^\W\d_]{3,20}")
CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")

_LITTLE_WORDS = """
    para como este esta esto estes isso você voce mais também también pero porque cuando quando está están todo todos
    cada muito sobre desde antes ainda agora ahora nicht eine einen einem einer jetzt dann wenn auch noch wird werden
    sind kann haben habe dass oder aber pour dans avec cette vous nous mais plus không trong trên được của cho với này
    các những một giúp điều biết есть какая какой моей мне для это как что или если нет would could should there where
    which their about these those didn doesn aren isn wasn couldn redacted
"""
_LITTLE = frozenset(_LITTLE_WORDS.split())
"""Words of some languages that tell nothing, and few sessions hold, as few are in that language."""

_CJK_RUN = re.compile(CJK.pattern + "+")


@dataclass(frozen=True, slots=True)
class Asked:
    """One question and its right answers."""

    query: str
    right: frozenset[str]
    """Ids of the sessions of which any is a right answer."""

    group: str = ""
    """What it is counted under besides its set: a script."""


class Material:
    """The sessions of a history, and where their words stand."""

    def __init__(self, sessions: Mapping[str, Session], seed: int = 0) -> None:
        """Take the sessions; another seed makes other questions of them."""
        self.sessions = sessions
        self.seed = seed
        self.copies = copies(sessions)

    @cached_property
    def texts(self) -> dict[str, str]:
        """All that was said and done in each session, caseless."""
        return {
            session.id: "\n".join(said.text for said in session.said).casefold()
            for session in self.sessions.values()
        }

    @cached_property
    def spread(self) -> Mapping[str, frozenset[str]]:
        """Each word -> the sessions it stands in, whoever said it."""
        found = defaultdict(set)
        for name, text in self.texts.items():
            for word in set(WORD.findall(text)):
                found[word].add(name)
        return defaultdict(frozenset, {word: frozenset(names) for word, names in found.items()})

    @cached_property
    def cjk_texts(self) -> dict[str, str]:
        """The Chinese, Japanese and Korean runs of each session that has any, a line each."""
        found = {name: "\n".join(_CJK_RUN.findall(text)) for name, text in self.texts.items()}
        return {name: text for name, text in found.items() if text}

    @cached_property
    def told(self) -> dict[str, Counter[str]]:
        """How often each word stands in the prompts and answers of each session."""
        return {
            session.id: Counter(WORD.findall("\n".join(session.by("prompt", "answer")).casefold()))
            for session in self.sessions.values()
        }

    @cached_property
    def messages(self) -> Mapping[str, list[frozenset[str]]]:
        """The words of each prompt and answer of each session."""
        return {
            session.id: [frozenset(WORD.findall(text.casefold())) for text in session.by("prompt", "answer")]
            for session in self.sessions.values()
        }

    def is_middling(self, word: str) -> bool:
        """Whether a word tells something, is neither a session's very own nor everybody's, and of a script with spaces."""
        if len(word) < 4 or len(set(word)) < 3 or word in _LITTLE or CJK.search(word):
            return False
        return 2 <= len(self.spread[word]) <= 45

    def together(self, words: Collection[str]) -> frozenset[str]:
        """The sessions in which all these words stand in one prompt or answer."""
        names = frozenset.intersection(*(self.spread[word] for word in words))
        return frozenset(
            name for name in names if any(said.issuperset(words) for said in self.messages[name])
        )

    def holding(self, *parts: str) -> frozenset[str]:
        """The sessions in whose text all these stand, be it as parts of words."""
        parts = tuple(part.casefold() for part in parts)
        texts = self.cjk_texts if all(_CJK_RUN.fullmatch(part) for part in parts) else self.texts
        return frozenset(name for name, text in texts.items() if all(part in text for part in parts))

    def with_copies(self, names: Iterable[str]) -> frozenset[str]:
        """These sessions and their copies."""
        return frozenset().union(*(self.copies[name] for name in names))

    def several(self, names: Iterable[str]) -> int:
        """How many sessions these are when copies count as one."""
        return len({self.copies[name] for name in names})

    def fits(self, names: Collection[str], most: int = MOST) -> bool:
        """Whether a question with these answers can be asked."""
        return 0 < self.several(names) <= most

    def asked_of_sessions(
        self, name: str, ask: Callable[[Session, random.Random], Asked | None], count: int = COUNT
    ) -> Iterator[Asked]:
        """Questions about sessions by chance, spread over as many of them as there are."""
        chance = random.Random(f"{name} {self.seed}")
        seen: set[str] = set()
        for _ in range(4):
            for each in chance.sample(sorted(self.sessions), len(self.sessions)):
                asked = ask(self.sessions[each], chance)
                if asked and asked.query not in seen:
                    seen.add(asked.query)
                    yield asked
                if len(seen) == count:
                    return
