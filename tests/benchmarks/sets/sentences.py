"""Questions in sentences, in the language of the session, around what it was about."""

import random
import re
from collections.abc import Iterator

from tests.benchmarks.sessions import Session
from tests.benchmarks.sets.material import CJK, WORD, Asked, Material
from tests.benchmarks.sets.words import LONGEST, cjk_terms, language

PATTERNS = {
    "en": (
        "how did we fix the {0} {1}?",
        "what did we decide about {0} and {1}?",
        "where did I work on {0} with {1}",
        "why was the {0} changed for {1}?",
        "which session was it where we did the {0} {1} thing",
        "find the conversation about {0}, {1} and {2}",
        "when did I ask Claude to look into {0} {1} {2}?",
        "what was the problem with {0} in {1}",
    ),
    "es": (
        "¿cómo arreglamos {0} de {1}?",
        "¿qué decidimos sobre {0} y {1}?",
        "¿dónde trabajamos en {0} con {1}?",
    ),
    "pt": (
        "como resolvemos o problema de {0} com {1}?",
        "o que decidimos sobre {0} e {1}?",
        "em qual sessão trabalhamos em {0} {1}",
    ),
    "fr": ("comment avons-nous corrigé {0} dans {1} ?", "qu'est-ce qu'on a décidé pour {0} et {1} ?"),
    "de": (
        "wie haben wir {0} mit {1} gelöst?",
        "was haben wir zu {0} und {1} entschieden?",
        "in welcher Sitzung ging es um {0} und {1}?",
    ),
    "ru": ("как мы исправили {0} и {1}?", "что мы решили про {0} и {1}?"),
    "vi": ("chúng ta đã sửa {0} và {1} như thế nào?", "phiên nào nói về {0} {1}?"),
    "ja": (
        "{0}の{1}はどうやって直しましたか",
        "{0}と{1}について何を決めましたか",
        "{0}で{1}を変更したのはどのセッションですか",
    ),
    "ko": (
        "{0} {1} 문제를 어떻게 해결했지?",
        "{0} {1} 관련해서 뭐라고 했었나요?",
        "{0} {1} 수정한 세션 찾아줘",
    ),
    "zh": ("我们是怎么解决{0}的{1}问题的?", "关于{0}和{1}我们决定了什么?", "哪个会话修改了{0}和{1}"),
}
"""How people ask, by language: about two or three things, in the order they stood in."""

_LITTLE = {
    "en": "the and you that with for this what how can please from",
    "es": "que los las una con por para el como está",
    "pt": "que não uma com para você em os como está",
    "fr": "les des une est dans pour que avec sur vous",
    "de": "der die das und ist nicht ein mit den auch",
    "ru": "что как это для или мне надо есть на не",
    "vi": "của và là cho không các này một được trong",
}
_DECIDED = re.compile(
    r"\b(?:decided|instead of|chose|switch(?:ed)? to|rather than|root cause|the (?:problem|issue|fix) (?:is|was))\b",
    re.IGNORECASE,
)


def question(material: Material) -> Iterator[Asked]:
    """A sentence that asks after two or three telling words of a first prompt, or of an answer that decides something."""

    def ask(session: Session, chance: random.Random) -> Asked | None:
        text = _about(session, chance)
        if len(CJK.findall(text)) > 8:
            return _asked_in_cjk(material, session, text, chance)
        told = material.told[session.id]
        words = {word.casefold(): word for word in reversed(WORD.findall(text))}
        known = [
            word
            for caseless, word in reversed(words.items())
            if material.is_middling(caseless) and told[caseless] > 1
        ]
        telling = sorted(known, key=lambda word: len(material.spread[word.casefold()]))[:3]
        telling.sort(key=known.index)
        pattern = chance.choice(PATTERNS[_latin_language(text)])
        count = pattern.count("{")
        if len(telling) < count:
            return None
        right = material.together([word.casefold() for word in telling[:count]])
        if not material.fits(right):
            return None
        return Asked(pattern.format(*telling), material.with_copies(right), _latin_language(text))

    yield from material.asked_of_sessions("question", ask, 100)


def _asked_in_cjk(material: Material, session: Session, text: str, chance: random.Random) -> Asked | None:
    terms = cjk_terms(material, session, text)
    if len(terms) < 2:
        return None
    for _ in range(10):
        places = sorted(chance.sample(range(len(terms)), 2))
        two = [terms[place] for place in places]
        right = material.holding(*two)
        if material.fits(right):
            pattern = chance.choice(PATTERNS[language(text)])
            return Asked(pattern.format(*two), material.with_copies(right), language(text))
    return None


def _about(session: Session, chance: random.Random) -> str:
    """The first prompt, or a sentence that decides something."""
    decisions = [
        sentence
        for text in session.by("answer")
        for sentence in re.split(r"(?<=[.!?])\s|\n", text)
        if _DECIDED.search(sentence)
    ]
    if decisions and chance.random() < 0.4:
        return chance.choice(decisions)
    return session.first_prompt[:LONGEST]


def _latin_language(text: str) -> str:
    words = WORD.findall(text.casefold()) or [""]
    counts = {name: sum(word in little.split() for word in words) for name, little in _LITTLE.items()}
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] > 1 else "en"
