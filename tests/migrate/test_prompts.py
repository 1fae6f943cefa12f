"""Lines of the prompt history get another project."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ccmcp.migrate.edits.prompts import edited
from tests.migrate import written
from tests.migrate.written import Members

MOVED = [("/w/app", "/n/new"), ("/w/app/sub", "/n/new/sub")]


def line(project: str = "/w/app", **more: object) -> bytes:
    said = {"display": "hi /w/app", "pastedContents": {}, "timestamp": 1, "project": project, **more}
    return json.dumps(said, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def test_whole_paths_only() -> None:
    data = line() + line("/w/app/sub") + line("/w/app/other") + line("/w/app2") + line("/w/app/")
    done, count = edited(data, MOVED, ())
    assert done == (
        line("/n/new") + line("/n/new/sub") + line("/w/app/other") + line("/w/app2") + line("/w/app/")
    )
    assert count == 2


def test_lines_of_chosen_sessions() -> None:
    data = line(sessionId="a") + line(sessionId="b") + line()
    assert edited(data, MOVED, {"a"}) == (line("/n/new", sessionId="a") + line(sessionId="b") + line(), 1)
    assert edited(data, MOVED, ())[1] == 3
    assert edited(data, MOVED, ("c",)) == (data, 0)


def test_only_the_value_changes() -> None:
    data = b'\xef\xbb\xbf\n{ "project" :\t"\\/w\\/a\\u0070p" , "x":1.0}\r\n{"a":{"project":"/w/app"}}\n{"project":"/w/app"'
    done, count = edited(data, MOVED, ())
    assert done == data.replace(rb"\/w\/a\u0070p", rb"\/n\/new")
    assert count == 1


def test_the_last_of_two_holds() -> None:
    assert edited(b'{"project":"/w/app","project":"/x"}', MOVED, ())[1] == 0
    assert edited(b'{"project":"/x","project":"/w/app"}', MOVED, ()) == (
        b'{"project":"/x","project":"/n/new"}', 1,
    )  # fmt: skip


@st.composite
def histories(draw: st.DrawFn) -> bytes:
    said = st.lists(
        st.tuples(
            st.sampled_from(["project", "project", "sessionId", "display", "pasted"]),
            st.one_of(
                st.sampled_from(["/w/app", "/w/app/sub", "a", "b", "/w/äpp"]), st.text(max_size=5), st.none()
            ),
        ),
        max_size=5,
    ).map(Members)
    some = draw(st.lists(said.flatmap(written.value) | st.binary(max_size=9), max_size=6))
    return b"\n".join(some) + draw(st.sampled_from([b"", b"\n"]))


@given(histories(), st.sampled_from([(), ("a",), ("a", "b")]))
def test_every_history(data: bytes, sessions: tuple[str, ...]) -> None:
    pairs = [*MOVED, ("/w/äpp", "/n\ud800/é"), ("/w/app", "/never")]
    done, count = edited(data, pairs, sessions)
    changed = 0
    for was, now in zip(data.split(b"\n"), done.split(b"\n"), strict=True):
        said = _read(was)
        if not isinstance(said, dict):
            assert was == now
            continue
        project = said.get("project")
        new = next((new for old, new in pairs if old == project), None)
        if new is not None and (not sessions or said.get("sessionId") in sessions):
            said["project"] = new
            changed += 1
        assert _read(now) == said
    assert count == changed
    assert edited(done, pairs, sessions) == (done, 0)


def _read(text: bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
