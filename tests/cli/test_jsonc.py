import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccmcp.cli.jsonc import pretty, read, with_value

ENTRY = {"command": "/bin/ccmcp", "args": ["serve"]}
PATH = ("servers", "ccmcp")


def test_a_new_file_is_an_indented_object() -> None:
    assert with_value("", PATH, ENTRY) == (
        '{\n  "servers": {\n    "ccmcp": {\n      "command": "/bin/ccmcp",\n      "args": ["serve"]\n    }\n  }\n}\n'
    )


def test_comments_order_and_trailing_commas_stay() -> None:
    text = """\
// my servers
{
  "inputs": [], // none yet
  "servers": {
    /* the old one */
    "other": { "command": "x", }, // keep
    // "gone": {},
  },
}
"""
    assert (
        with_value(text, PATH, ENTRY)
        == """\
// my servers
{
  "inputs": [], // none yet
  "servers": {
    /* the old one */
    "other": { "command": "x", }, // keep
    "ccmcp": {
      "command": "/bin/ccmcp",
      "args": ["serve"]
    }
    // "gone": {},
  },
}
"""
    )


def test_a_comment_behind_the_last_member_stays_with_it() -> None:
    text = '{\n\t"a": 1 // one\n}'
    assert with_value(text, ("b",), 2) == '{\n\t"a": 1, // one\n\t"b": 2\n}'


def test_the_files_own_indentation_and_line_ends_are_used() -> None:
    text = '{\r\n    "servers": {\r\n        "a": {}\r\n    }\r\n}\r\n'
    new = with_value(text, PATH, ENTRY)
    assert new.replace("\r\n", "").count("\n") == 0
    assert '\r\n        "ccmcp": {\r\n            "command": "/bin/ccmcp",' in new


def test_a_file_in_one_line_stays_in_one() -> None:
    assert with_value('{"a":1,"servers":{}}', PATH, 2) == '{"a":1,"servers":{ "ccmcp": 2}}'
    assert with_value('{"a":1}', ("b",), [1, 2]) == '{"a":1, "b": [1, 2]}'


def test_a_value_is_renewed_where_it_stands() -> None:
    text = '{"servers": {"ccmcp": "old" /* mine */, "z": 1}}'
    assert with_value(text, PATH, "new") == '{"servers": {"ccmcp": "new" /* mine */, "z": 1}}'


def test_an_equal_value_changes_nothing() -> None:
    text = '{"servers": {"ccmcp":   {"command" : "/bin/ccmcp", "args":["serve"]}}}'
    assert with_value(text, PATH, ENTRY) == text


def test_a_byte_order_mark_stays() -> None:
    assert with_value('\ufeff{"a": 1}', ("b",), 2) == '\ufeff{"a": 1, "b": 2}'
    assert with_value("\ufeff", ("b",), 2) == '\ufeff{\n  "b": 2\n}\n'


def test_the_last_of_several_equal_names_counts() -> None:
    assert with_value('{"a": 1, "a": 2}', ("a",), 3) == '{"a": 1, "a": 3}'


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("{", 1), ('{"a": 1', 1), ('{\n"a" 1}', 2), ('{"a": 1}\n}', 2), ("{\n\n'a': 1}", 3), ('{"a": tru}', 1),
        ('{"a": 1-2}', 1), ('{"a": "x\ny"}', 1), ("[1, 2", 1), ('{"a": /* }', 1), ("nope", 1), ('{"a": 1 "b": 2}', 1),
    ],
)  # fmt: skip
def test_what_is_no_json_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(ValueError, match=rf"no valid JSON \(line {line}\)"):
        with_value(text, ("b",), 1)


def test_nesting_without_end_is_refused() -> None:
    with pytest.raises(ValueError, match="too deep"):
        read("[" * 100_000)


@pytest.mark.parametrize("text", ["[]", '"text"', '{"servers": []}', '{"servers": null}'])
def test_a_place_that_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="something else than an object"):
        with_value(text, PATH, ENTRY)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)
LAYOUT: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [{}, {"indent": 2}, {"indent": "\t"}, {"separators": (",", ":")}, {"indent": 0}, {"ensure_ascii": False}]
)


@given(st.dictionaries(st.text(), JSON, max_size=4), st.text(), JSON, LAYOUT)
def test_whatever_a_file_holds_only_the_one_value_changes(
    table: dict[str, Any], name: str, value: Any, layout: dict[str, Any]
) -> None:
    text = json.dumps(table, **layout)
    assert read(text).plain == table
    new = with_value(text, (name,), value)
    assert read(new).plain == json.loads(new) == {**table, name: value}
    assert with_value(new, (name,), value) == new


@given(JSON)
def test_pretty_is_the_same_value(value: Any) -> None:
    assert json.loads(pretty(value)) == value
