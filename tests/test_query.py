"""What a person types as a query -> terms and filters: any text gives one, and none fails."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccmcp.index import Query, Term, parse
from ccmcp.index.query import FILTERS, MOST_TERMS


def words(*texts: str) -> tuple[Term, ...]:
    return tuple(map(Term, texts))


def phrase(text: str) -> Term:
    return Term(text, phrase=True, must=True)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", ()),
        ("  \t\n", ()),
        ("redis cache", words("redis", "cache")),
        ('"session store"', (phrase("session store"),)),
        ('redis "session store" ttl', (Term("redis"), phrase("session store"), Term("ttl"))),
        ("\u201csession store\u201d", (phrase("session store"),)),
        ('"session store', (phrase("session store"),)),
        ('a "" b', words("a", "b")),
        ('"', ()),
        ('" "', ()),
        ("+redis", (Term("redis", must=True),)),
        ("-redis", (Term("redis", without=True),)),
        ('-"session store"', (Term("session store", phrase=True, without=True),)),
        ('+"session store"', (phrase("session store"),)),
        ("+ redis", words("+", "redis")),
        ("- redis", words("-", "redis")),
        ("redis-cache", words("redis-cache")),
        ("npm --save-dev", words("npm", "--save-dev")),
        ("a -> b", words("a", "->", "b")),
        ("tail -f -log", (*words("tail", "-f"), Term("log", without=True))),
        ("src/app.py:12", words("src/app.py:12")),
        ("std::vector", words("std::vector")),
        ("https://example.org/a?b=c:d", words("https://example.org/a?b=c:d")),
        ("C++", words("C++")),
        ("2.1.330", words("2.1.330")),
        ("me@example.org", words("me@example.org")),
        ("color:red", words("color:red")),
        ("role:", words("role:")),
        ("-role:user", (Term("role:user", without=True),)),
        ("\U0001f389 party", words("\U0001f389", "party")),
        ("数据库 React组件", words("数据库", "React组件")),
        ("a\x00b", words("a\x00b")),
        ("a\ud800b", words("a\ufffdb")),
        ("[user]", words("[user]")),
        ("*", words("*")),
    ],
)
def test_words_phrases_and_signs(text: str, terms: tuple[Term, ...]) -> None:
    assert parse(text).terms == terms
    assert parse(text).filters == ()


@pytest.mark.parametrize("field", FILTERS)
def test_each_field_is_a_filter(field: str) -> None:
    assert parse(f"one {field}:value two") == Query(words("one", "two"), ((field, "value"),))


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        ('project:"/work/my project"', (("project", "/work/my project"),)),
        ("project:\u201cmy project\u201d", (("project", "my project"),)),
        ('title:"half open', (("title", "half open"),)),
        ("project:C:\\work\\shop", (("project", "C:\\work\\shop"),)),
        ("since:2026-08-01T14:30", (("since", "2026-08-01T14:30"),)),
        ("tool:mcp__github__*", (("tool", "mcp__github__*"),)),
        ("branch:feature/* branch:main", (("branch", "feature/*"), ("branch", "main"))),
    ],
)
def test_a_filter_s_value_is_whole(text: str, filters: tuple[tuple[str, str], ...]) -> None:
    assert parse(text) == Query((), filters)


@pytest.mark.parametrize("text", ['project:""', 'project:"  "', "project:"])
def test_a_filter_without_a_value_is_none(text: str) -> None:
    assert parse(text).filters == ()


def test_a_value_that_can_not_be_used_is_words() -> None:
    found = parse("role:pirate role:user", lambda _, value: value == "user")
    assert found == Query(words("role:pirate"), (("role", "user"),))


def test_a_quoted_value_that_can_not_be_used_is_words() -> None:
    assert parse('since:"long ago"', lambda *_: False).terms == words("since:long ago")


def test_terms_are_sorted_by_what_they_ask_for() -> None:
    found = parse('a +b "c d" -ef')
    assert [term.text for term in found.wanted] == ["a", "b", "c d"]
    assert [term.text for term in found.musts] == ["b", "c d"]
    assert [term.text for term in found.withouts] == ["ef"]


def test_a_pasted_page_is_cut_to_so_many_terms() -> None:
    assert len(parse(" ".join(f"w{number}" for number in range(5_000))).terms) == MOST_TERMS


@given(st.text(st.characters(), max_size=300) | st.text('"+-:“” aé数\U0001f389\ud800\x00role', max_size=60))
def test_any_text_gives_a_query_that_can_be_encoded(text: str) -> None:
    found = parse(text)
    for term in found.terms:
        assert term.text.strip()
        term.text.encode()
    for field, value in found.filters:
        assert field in FILTERS
        value.encode()


@given(st.text('"+- ', max_size=10_000))
def test_operators_alone_are_no_words(text: str) -> None:
    assert not any(map(str.isalnum, "".join(term.text for term in parse(text).terms)))
