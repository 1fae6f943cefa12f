"""What session documents are made of: tokens, levels, concepts; and words that stand nowhere."""

from collections import Counter
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccmcp.index import languages
from ccmcp.index.about import LEVELS, by_bit, levels
from ccmcp.index.concepts import MARK, concepts
from ccmcp.index.query import parse
from ccmcp.index.spelling import one_slip
from ccmcp.index.tokens import Words, tokens
from ccmcp.index.units import units_of
from ccmcp.index.words import fed


def counted(text: str) -> "Counter[bytes]":
    return Words(text).counts()


def token_set(text: str) -> set[str]:
    return set(tokens(counted(text))[0])


# -- tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Deploys, deployed; DEPLOYING", {"deploy"}),
        ("src/app_name.py", {"src", "app", "name", "py"}),
        ("Größe café", {"gross", "cafe"}),
        ("エラー", {"エラ", "ラー", "=error"}),
        ("検", {"検"}),
        ("ошибки сервера", {"ошибк", "сервер", "=error", "=server"}),
        ("x" * 41, set()),
        ("\ud800 \x00 …", set()),
    ],
)
def test_a_text_has_these_tokens(text: str, expected: set[str]) -> None:
    found = token_set(text)
    assert expected <= found
    assert {each for each in found - expected if not each.startswith(MARK)} <= {"größe", "grosse"} - expected


def test_words_of_another_language_have_its_stems_and_its_meanings() -> None:
    text = "não consigo fazer o deploy da aplicação, está com erro nos servidores e não sei para onde olhar"
    found = token_set(text)
    assert {"=error", "=server", "aplic"} <= found
    assert "=error" not in token_set("erros")  # too little text to tell the language by


def test_vietnamese_words_are_pairs_of_syllables() -> None:
    assert "thu+muc" in token_set("thư mục này của tôi và các quy tắc là")
    assert "=folder" in token_set("thư mục này của tôi và các quy tắc là")
    assert not any("+" in each for each in token_set("a folder + two"))


@given(st.text(max_size=300))
def test_any_text_is_counted_and_every_query_for_it_has_units(text: str) -> None:
    found, length = tokens(counted(text))
    assert all(times > 0 for times in found.values())
    assert length <= sum(found.values())
    assert not any(any(map(str.isspace, token)) for token in found)
    for unit in units_of(parse(text).wanted, {}):
        assert unit.token
        assert not any(map(str.isspace, unit.token))


@given(
    st.lists(
        st.sampled_from(["lantern", "getUserName", "エラー", "straße", "работа", "v2", "a-b"]), max_size=8
    )
)
def test_a_word_is_asked_for_by_a_token_that_its_text_has(words: list[str]) -> None:
    text = " ".join(words)
    found = token_set(f"{text} {fed(text)[1]}")
    for unit in units_of(parse(" ".join(words)).wanted, {}):
        assert unit.extra or unit.token in found


# -- levels


def test_dense_words_have_high_levels_and_long_texts_low_ones() -> None:
    short = levels({"prompts": tokens(counted("mend the lantern"))})
    long = levels(
        {"prompts": tokens(counted("mend the lantern " + "and then something else entirely " * 200))}
    )
    assert short["lantern"] > long["lantern"] == 0
    one = tokens(counted("lantern"))
    assert levels({"title": one, "prompts": one})["lantern"] == LEVELS


@given(st.dictionaries(st.text(st.characters(categories=["Ll"]), min_size=1), st.integers(0, LEVELS)))
def test_bits_add_up_to_levels(found: dict[str, int]) -> None:
    words, *bits = by_bit(found)
    assert words == list(found)
    assert {word: sum(1 << bit for bit, some in enumerate(bits) if word in some) for word in words} == found


# -- concepts


def test_the_file_of_concepts_is_well_formed() -> None:
    lines = files("ccmcp.index").joinpath("concepts.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    assert {len(row) for row in rows} == {10}
    names = [row[0].split()[0] for row in rows]
    assert len(names) == len(set(names)) == len(concepts().members)
    for row in rows:
        for cell in row:
            assert len(cell.split()) == len(set(cell.split())), cell


@pytest.mark.parametrize(
    ("word", "concept"),
    [
        ("authentication", "=auth"),
        ("k8s", "=kubernetes"),
        ("ошибка", "=error"),
        ("Fehler", "=error"),
        ("carpeta", "=folder"),
    ],
)
def test_a_word_has_its_concept(word: str, concept: str) -> None:
    assert concept in concepts().of_word(word)


def test_of_words_that_begin_alike_the_longest_counts() -> None:
    assert list(concepts().in_run("ログインする")) == ["=login"]


# -- languages


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("the error is in the file and I do not know why", "english"),
        ("o erro está no arquivo e não sei o que fazer com isso", "portuguese"),
        ("el error está en el archivo y no sé que hacer con los datos", "spanish"),
        ("l'erreur est dans le fichier et je ne sais pas que faire avec les données", "french"),
        ("der Fehler ist in der Datei und ich weiß nicht wie", "german"),
        ("lantern", "english"),
        ("", "english"),
    ],
)
def test_a_text_is_of_a_language(text: str, language: str) -> None:
    assert languages.of(counted(text)) == language


# -- words that stand nowhere


@given(st.text("abcd", min_size=1, max_size=8), st.data())
def test_a_slip_is_one_whichever_way_it_is_looked_at(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(word) - 1))
    slips = {
        word[:at] + word[at + 1 :],
        word[:at] + "x" + word[at:],
        word[:at] + "x" + word[at + 1 :],
        word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
    }
    for slip in slips - {word}:
        assert one_slip(word, slip)
        assert one_slip(slip, word)
    assert not one_slip(word, word + "xy")
