"""A project's entry in the client's own file: under another path and back, and no other byte touched."""

import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ccmcp.migrate.edits.settings import moved, put_back
from tests.migrate import written
from tests.migrate.written import Members, Number

OWN = {
    "allowedTools": ["Bash"],
    "mcpServers": {"a": {"command": "x"}},
    "hasTrustDialogAccepted": True,
    "lastCost": 1.0,
}


def pretty(said: object) -> bytes:
    """As the client writes it."""
    return json.dumps(said, indent=2, ensure_ascii=False).encode()


FORMS = [
    pretty,
    lambda said: json.dumps(said, separators=(",", ":")).encode(),
    lambda said: b"\xef\xbb\xbf" + pretty(said).replace(b"\n", b"\r\n") + b"\r\n",
]
forms = pytest.mark.parametrize("form", FORMS, ids=["indented", "compact", "other line ends"])


@forms
def test_an_entry_gets_another_key(form: Any) -> None:
    data = form({"a": 1, "projects": {"/x": {}, "/w/app": OWN, "/y": {}}, "z": [1.0]})
    done = moved(data, "/w/app", "/n/é")
    assert done.data == form({"a": 1, "projects": {"/x": {}, "/n/é": OWN, "/y": {}}, "z": [1.0]}).replace(
        b"/n/\\u00e9", "/n/é".encode()
    )
    assert done.target_before is None
    assert done.source_before == done.target_after
    assert put_back(done.data, "/w/app", "/n/é", done, exact=True) == (data, "exact")
    assert put_back(data, "/w/app", "/n/é", done, exact=True) == (data, "exact")


@forms
@pytest.mark.parametrize(
    "order", [("/w/app", "/n", "/x"), ("/x", "/n", "/w/app"), ("/n", "/w/app"), ("/w/app", "/n")]
)
def test_an_entry_joins_another(form: Any, order: tuple[str, ...]) -> None:
    theirs = {
        "allowedTools": [], "mcpServers": {"b": {"command": "y"}}, "hasTrustDialogAccepted": False, "only": 1,
    }  # fmt: skip
    values: dict[str, object] = {"/w/app": OWN, "/n": theirs, "/x": {"k": []}}
    data = form({"projects": {key: values[key] for key in order}, "z": None})
    done = moved(data, "/w/app", "/n")
    said = json.loads(done.data.removeprefix(b"\xef\xbb\xbf"))
    joined = {
        "allowedTools": ["Bash"], "mcpServers": {"b": {"command": "y"}}, "hasTrustDialogAccepted": True, "only": 1,
        "lastCost": 1.0,
    }  # fmt: skip
    values["/n"] = joined
    assert done.data == form({"projects": {key: values[key] for key in order if key != "/w/app"}, "z": None})
    assert list(said["projects"]) == [key for key in order if key != "/w/app"]
    assert put_back(done.data, "/w/app", "/n", done, exact=True) == (data, "exact")
    assert put_back(data, "/w/app", "/n", done, exact=True) == (data, "exact")


def test_an_empty_target_is_filled() -> None:
    data = b'{"projects":{"/n":{ },"/s":{"a":1},"/t":null}}'
    assert moved(data, "/s", "/n").data == b'{"projects":{"/n":{"a":1},"/t":null}}'
    assert moved(data, "/s", "/t").data == b'{"projects":{"/n":{ },"/t":{"a":1}}}'
    assert moved(data, "/n", "/s").data == b'{"projects":{"/s":{"a":1},"/t":null}}'


@pytest.mark.parametrize(
    "data", [b"{}", b'{"projects":{}}', b'{"projects":null}', b'{"projects":{"/w/app2":{}}}', b'{"x":{"projects":{"/w/app":1}}}']
)  # fmt: skip
def test_nothing_to_move(data: bytes) -> None:
    done = moved(data, "/w/app", "/n")
    assert done.data == data
    assert done.source_before is done.target_before is done.target_after is None
    assert put_back(data, "/w/app", "/n", done, exact=True) == (data, "exact")


def test_a_path_to_itself() -> None:
    data = b'{"projects":{"/w":{}}}'
    assert moved(data, "/w", "/w").data == data


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"{", b"nothing", b'{"projects":{}}{}', b'{"projects":{},"projects":{}}', b'{"projects":{"/w":1,"\\/w":2}}',
     b'{"projects":{"/w":1,"/n":1,"/n":2}}', b'// x\n{"projects":{"/w":1}}'],
)  # fmt: skip
def test_what_cannot_be_edited_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"no JSON object|twice"):
        moved(data, "/w", "/n")


def test_a_changed_entry_goes_back_as_it_is_now() -> None:
    data = pretty({"projects": {"/w": OWN}})
    done = moved(data, "/w", "/n")
    changed = done.data.replace(b'"lastCost": 1.0', b'"lastCost": 2.5')
    assert put_back(changed, "/w", "/n", done, exact=False) == (
        data.replace(b'"lastCost": 1.0', b'"lastCost": 2.5'), "kept newer",
    )  # fmt: skip
    with pytest.raises(ValueError, match="changed since"):
        put_back(changed, "/w", "/n", done, exact=True)


def test_a_changed_joined_entry_keeps_only_its_own_beside_the_old_one() -> None:
    data = pretty({"projects": {"/w": OWN, "/n": {"k": 1}}})
    done = moved(data, "/w", "/n")
    changed = done.data.replace(b'"k": 1', b'"k": 2')
    back, how = put_back(changed, "/w", "/n", done, exact=False)
    assert how == "both"
    assert json.loads(back)["projects"] == {"/w": OWN, "/n": {"k": 2}}
    with pytest.raises(ValueError, match="changed since"):
        put_back(changed, "/w", "/n", done, exact=True)


def test_what_else_has_changed_stays() -> None:
    data = pretty({"a": 1, "projects": {"/x": {}, "/w": OWN, "/n": {"k": 1}}})
    done = moved(data, "/w", "/n")
    now = json.loads(done.data)
    now["a"], now["b"] = 2, 3
    now["projects"]["/later"] = {"l": 1}
    back, how = put_back(json.dumps(now).encode(), "/w", "/n", done, exact=True)
    assert how == "exact"
    projects = {"/x": {}, "/w": OWN, "/n": {"k": 1}, "/later": {"l": 1}}
    assert json.loads(back) == {"a": 2, "projects": projects, "b": 3}


@pytest.mark.parametrize("target", [None, {"k": 1}])
def test_the_client_was_in_the_old_folder_meanwhile(target: object) -> None:
    before = {"/w": OWN} | ({"/n": target} if target else {})
    done = moved(pretty({"projects": before}), "/w", "/n")
    now = json.loads(done.data)
    now["projects"]["/w"] = {"allowedTools": [], "fresh": 1}
    back, how = put_back(pretty(now), "/w", "/n", done, exact=False)
    assert how == "kept newer"
    said = json.loads(back)["projects"]
    assert said["/w"]["fresh"] == 1
    assert said.get("/n") == target
    with pytest.raises(ValueError, match="changed since"):
        put_back(pretty(now), "/w", "/n", done, exact=True)


@pytest.mark.parametrize("joined", [False, True])
def test_entries_that_are_gone(*, joined: bool) -> None:
    before: dict[str, object] = {"/w": OWN, "/n": {"k": 1}} if joined else {"/w": OWN}
    done = moved(pretty({"projects": before}), "/w", "/n")
    back, how = put_back(b'{"projects": {}}', "/w", "/n", done, exact=False)
    assert (json.loads(back), how) == ({"projects": {"/w": OWN}}, "both" if joined else "exact")
    with pytest.raises(ValueError, match="no `projects`"):
        put_back(b"{}", "/w", "/n", done, exact=False)


# -- for every file ---------------------------------------------------------------------------

_paths = ["/w/app", "/w/é", "C:\\w", 'q"q', "/x", ""]
_leaf = st.one_of(
    st.sampled_from(["", "x", "/w/app", "\ud800"]), written.numbers.map(Number), st.booleans(), st.none()
)
_inner = st.recursive(
    _leaf,
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.lists(st.tuples(st.sampled_from("abc"), inner), max_size=3, unique_by=lambda each: each[0]).map(Members),
    ),
    max_leaves=6,
)  # fmt: skip
_entry = st.lists(
    st.tuples(st.sampled_from(["allowedTools", "mcpServers", "trust", "é"]), _inner),
    max_size=4,
    unique_by=lambda each: each[0],
).map(Members)


@st.composite
def files(draw: st.DrawFn) -> bytes:
    projects = Members(
        draw(
            st.lists(
                st.tuples(st.sampled_from(_paths), _entry | _inner),
                max_size=5,
                unique_by=lambda each: each[0],
            )
        )
    )
    around = st.lists(st.tuples(st.sampled_from(["a", "b", "/w/app"]), _inner), max_size=2)
    said = Members((*draw(around), ("projects", projects), *draw(around)))
    return draw(written.value(said))


@given(files(), st.sampled_from(_paths), st.sampled_from(_paths))
def test_every_file(data: bytes, source: str, target: str) -> None:
    assume(source != target)
    done = moved(data, source, target)
    said, now = written.read(data), written.read(done.data)
    was = dict(_projects(said))
    if source not in was:
        assert done.data == data
        return
    expected = dict(was)
    own = expected.pop(source)
    expected[target] = _joined(expected[target], own) if target in was else own
    assert dict(_projects(now)) == expected
    assert [each for each in said if each[0] != "projects"] == [each for each in now if each[0] != "projects"]
    before, after = _around(data), _around(done.data)
    assert before == after
    assert put_back(done.data, source, target, done, exact=True) == (data, "exact")
    assert put_back(data, source, target, done, exact=True) == (data, "exact")


def _projects(said: Members) -> Members:
    (found,) = (each for key, each in said if key == "projects")
    assert isinstance(found, Members)
    return found


def _around(data: bytes) -> tuple[bytes, bytes]:
    """What stands before and behind the value of `projects`."""
    depth, start = 0, -1
    at = 0
    for number, each in enumerate(written.tokens(data)):
        if number % 2:
            if depth == 1 and json.loads(each) == "projects":
                start = at + len(each)
        else:
            for offset, mark in enumerate(each):
                depth += (mark in b"{[") - (mark in b"}]")
                if start >= 0 and mark in b"}" and depth == 1:
                    return data[:start], data[at + offset + 1 :]
        at += len(each)
    raise AssertionError(data)


def _joined(target: Any, source: Any) -> Any:
    if not isinstance(source, Members) or not source:
        return target
    if _empty(target):
        return source
    if not isinstance(target, Members):
        return target
    has, gives = dict(target), dict(source)
    kept = [
        (key, gives[key] if key in gives and _empty(each) and not _empty(gives[key]) else each)
        for key, each in target
    ]
    return Members((*kept, *((key, each) for key, each in source if key not in has)))


def _empty(value: Any) -> bool:
    return value is None or value is False or (isinstance(value, str | list | Members) and not value)


_small = st.sampled_from([{}, {"a": 1}, {"a": [], "b": {"c": 1}}, {"a": False}, None, 5])
_some = st.dictionaries(st.sampled_from(["/w", "/n", "/x", "é"]), _small)


@given(
    _some, _some, st.sets(st.sampled_from(["/w", "/n", "/x"])), st.sampled_from(FORMS), st.sampled_from(FORMS)
)
def test_whatever_has_changed_since(before: Any, later: Any, gone: set[str], was: Any, form: Any) -> None:
    done = moved(was({"projects": before, "z": 1}), "/w", "/n")
    now = json.loads(done.data.removeprefix(b"\xef\xbb\xbf"))["projects"] | later
    now = {key: each for key, each in now.items() if key not in gone}
    changed = form({"projects": now, "z": 2})
    back, how = put_back(changed, "/w", "/n", done, exact=False)
    if "/w" not in before:
        assert back == changed
        return
    said = json.loads(back.removeprefix(b"\xef\xbb\xbf"))
    projects = said["projects"]
    assert said["z"] == 2
    assert _without(projects, "/w", "/n") == _without(now, "/w", "/n")
    assert "/w" in projects
    if how != "kept newer":
        assert projects["/w"] == before["/w"]
        assert projects.get("/n", "none") == (before if how == "exact" else now).get("/n", "none")
    assert put_back(back, "/w", "/n", done, exact=False)[0] == back


def _without(projects: dict[str, Any], *paths: str) -> dict[str, Any]:
    return {key: each for key, each in projects.items() if key not in paths}


def test_two_merges_taken_back_in_the_wrong_order_leave_nothing_of_each_other() -> None:
    data = pretty(
        {
            "projects": {
                "/a": OWN,
                "/c": {"allowedTools": ["Read"], "x": 1},
                "/n": {"allowedTools": [], "k": 1},
            }
        }
    )
    first = moved(data, "/a", "/n")
    second = moved(first.data, "/c", "/n")
    assert json.loads(second.data)["projects"] == {"/n": {**OWN, "k": 1, "x": 1}}
    back, how = put_back(second.data, "/a", "/n", first, exact=False)
    assert how == "both"
    assert json.loads(back)["projects"]["/n"] == {"allowedTools": [], "k": 1, "x": 1}
    assert put_back(back, "/a", "/n", first, exact=False)[0] == back
    back = put_back(back, "/c", "/n", second, exact=False)[0]
    assert json.loads(back)["projects"] == json.loads(data)["projects"]
