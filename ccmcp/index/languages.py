"""Which language words are of, and the stems of that language. Pure; stems are Tantivy's Snowball ones."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import pairwise

import tantivy

_QUESTION = (
    "a an and are as at be but by for from had has have how i in is it its of on or our that the their they this to was we "
    "were what when where which who why will with you your do does did can could should would me my not no so if then than "
    "there these those about into any some been"
)
"""What a question has in English beside what it is about."""

_STOP_WORDS: Mapping[str, str] = {
    "english": "the and to of a in is that for it on with you this be are not have",
    "portuguese": "que não para uma com os da do em no está você isso como mais por foi",
    "spanish": "que los las una para con por el la está del como más pero no se es",
    "french": "les des une est que pour dans sur pas avec je vous et le la du ce",
    "german": "und der die das ist nicht ein eine mit für auf ich zu den im wie bitte",
    "italian": "che il di non per una con del sono la è nel come più ho anche",
    "dutch": "de het een en van is dat niet op te met voor ik je zijn maar naar",
    "vietnamese": "của và không là được tôi cho này có một các với bạn những để khi",
}
_STOPS = {
    language: frozenset(word.encode() for word in words.split())
    for language, words in (*_STOP_WORDS.items(), ("question", _QUESTION))
}
_LEAST = 3
"""So many stop words of a language must stand in a text to make it one of that language."""

_VIETNAMESE = re.compile("[ơưđăạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]")
_WORD = re.compile(r"[^\W_]+")
_UNSTEMMED = frozenset({"vietnamese"})

STEMMED: tuple[str, ...] = tuple(each for each in _STOP_WORDS if each not in (*_UNSTEMMED, "english"))
"""Languages of Latin script, beside English, whose words have stems."""

_BY_SCRIPT = (("\u0370", "\u03ff", "greek"), ("\u0400", "\u04ff", "russian"), ("\u0600", "\u06ff", "arabic"))


def is_stop_word(word: bytes, language: str) -> bool:
    """Whether a raw word is one of a language's most common ones."""
    return word in _STOPS.get(language, ())


def of(raw: Mapping[bytes, int]) -> str:
    """The language that most of a text's stop words are of, by its raw words; English where too few tell."""
    best, most = "english", _LEAST - 1
    for language in _STOP_WORDS:
        words = _STOPS[language]
        found = sum(raw[word] for word in words & raw.keys())
        if found > most:
            best, most = language, found
    return best


@lru_cache(maxsize=200_000)
def stem(word: str, language: str = "english") -> str:
    """
    A word in lower case by its stem, without accents.

    A word of a script that one language stands for is of that language. English words lose
    their accents first, as the others' stemmers tell endings by them.
    """
    if not word.isascii():
        language = next((its for low, high, its in _BY_SCRIPT if low <= word[0] <= high), language)
    found = _analyzer(language).analyze(word)
    return found[0] if len(found) == 1 else word


def stems(words: Sequence[str], language: str) -> list[str]:
    """The stems of many words of one language, which is far quicker than one by one."""
    found = _analyzer(language).analyze(" ".join(words))
    return found if len(found) == len(words) else [stem(word, language) for word in words]


@cache
def _analyzer(language: str) -> tantivy.TextAnalyzer:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(tantivy.Filter.lowercase())
    if language == "english":
        builder = builder.filter(tantivy.Filter.ascii_fold())
    if language not in _UNSTEMMED:
        builder = builder.filter(tantivy.Filter.stemmer(language))
    return builder.filter(tantivy.Filter.ascii_fold()).build()


def pairs(text: str) -> Iterator[bytes]:
    """The pairs of neighbouring syllables of a Vietnamese text in lower case, as `a+b`: most of its words are such pairs."""
    if _VIETNAMESE.search(text):
        syllables = [stem(word, "vietnamese") for word in _WORD.findall(text)]
        yield from (f"{one}+{two}".encode() for one, two in pairwise(syllables))
