"""Transcripts that are not what they were: every change of earlier bytes is told, and nothing else is."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccmcp.config import Config
from ccmcp.history import History
from ccmcp.index.integrity import Event, Records, Seen, digest, merkle_root
from ccmcp.tools import Call
from ccmcp.tools.audit_findings import TOOL, AuditQuestion
from ccmcp.transcripts.discover import scan
from tests.transcript import Chat, Home

NOW = datetime(2026, 8, 7, 12, 0, tzinfo=UTC)
LINES = st.lists(
    st.binary(min_size=1, max_size=40).map(lambda each: each.replace(b"\n", b" ")), min_size=2, max_size=30
)


def seen(root: Path, days: int = 30, *, complete: bool = True) -> list[Seen]:
    found = scan("it", root)
    return [Seen(root, tuple(found.files), found.complete and complete, days)]


def put(root: Path, content: bytes, name: str = "5c4c2b8e-0000-4000-8000-000000000001") -> Path:
    path = root / "projects" / "-work-demo" / f"{name}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def checked(
    state: Path, root: Path, now: datetime = NOW, *, thorough: bool = True, **how: bool
) -> list[Event]:
    records = Records(state)
    records.check(seen(root, **how), now, thorough=thorough)
    return records.events()


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=LINES, data=st.data())
def test_every_edit_of_earlier_bytes_is_an_event(
    lines: list[bytes], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("edit")
    content = b"\n".join(lines) + b"\n"
    path = put(folder, content)
    assert checked(folder / "state", folder) == []

    kind = data.draw(st.sampled_from(["flip a byte", "delete a line", "truncate", "replace"]))
    place = data.draw(st.integers(0, len(content) - 1))
    number = data.draw(st.integers(0, len(lines) - 1))
    match kind:
        case "flip a byte":
            edited = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        case "delete a line":
            edited = b"".join(line + b"\n" for at, line in enumerate(lines) if at != number)
        case "truncate":
            edited = content[:place]
        case _:
            edited = b"another\n" * (len(lines) + 3)
    path.write_bytes(edited)
    events = checked(folder / "state", folder)

    assert [event.kind for event in events] in (["altered"], ["shrunk"])
    assert events[0].bytes_before == len(content)


@given(parts=st.lists(LINES, min_size=1, max_size=4), torn=st.binary(max_size=20))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_appended_is_none(
    parts: list[list[bytes]], torn: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("append")
    content = b""
    for part in parts:
        content += b"\n".join(part) + b"\n"
        put(folder, content + torn.replace(b"\n", b""))  # a torn last line is no whole line yet

        assert checked(folder / "state", folder) == []


def test_a_file_with_the_same_size_and_time_is_read_again_when_all_are(tmp_path: Path) -> None:
    path = put(tmp_path, b'{"a":1}\n{"b":2}\n')
    before = path.stat()
    checked(tmp_path / "state", tmp_path)
    path.write_bytes(b'{"a":1}\n{"b":3}\n')
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert checked(tmp_path / "state", tmp_path, thorough=False) == []
    assert [event.kind for event in checked(tmp_path / "state", tmp_path)] == ["altered"]


def test_what_vanished_is_told_once_and_explained_where_the_client_cleans_up(tmp_path: Path) -> None:
    path = put(tmp_path, b'{"a":1}\n')
    checked(tmp_path / "state", tmp_path)
    path.unlink()
    written = datetime.now(UTC)

    soon = checked(tmp_path / "state", tmp_path, written + timedelta(days=2))
    again = checked(tmp_path / "state", tmp_path, written + timedelta(days=3))

    assert [event.kind for event in soon] == ["vanished"]
    assert again == soon

    other = tmp_path / "other"
    path = put(other, b'{"a":1}\n')
    checked(other / "state", other)
    path.unlink()
    [event] = checked(other / "state", other, written + timedelta(days=60))
    assert event.kind == "cleaned up"
    assert "cleanupPeriodDays" in event.explained


def test_what_could_not_be_looked_at_has_not_vanished(tmp_path: Path) -> None:
    path = put(tmp_path, b'{"a":1}\n')
    checked(tmp_path / "state", tmp_path)
    path.unlink()

    assert checked(tmp_path / "state", tmp_path, complete=False) == []


def test_a_session_that_was_moved_is_no_loss(tmp_path: Path) -> None:
    path = put(tmp_path, b'{"a":1}\n')
    checked(tmp_path / "state", tmp_path)
    new = tmp_path / "projects" / "-work-other" / path.name
    new.parent.mkdir()
    new.write_bytes(path.read_bytes() + b'{"type":"relocated"}\n')
    path.unlink()

    [event] = checked(tmp_path / "state", tmp_path)

    assert event.kind == "moved"
    assert "-work-other" in event.explained


def test_an_altered_transcript_is_a_finding(history: History, home: Home, config: Config) -> None:
    chat = Chat("it")
    chat.user("one")
    chat.assistant("two")
    path = home.write(chat)
    call = Call(now=NOW, cwd="/work/demo")
    assert TOOL.run(history, AuditQuestion(rule="INT"), call).findings == ()
    path.write_bytes(path.read_bytes().replace(b"one", b"won"))

    [finding] = TOOL.run(history, AuditQuestion(rule="INT-001"), call).findings

    assert (finding.severity, finding.project, finding.session_id) == ("critical", "/work/demo", chat.id)
    assert (config.state / "integrity.sqlite3").stat().st_mode & 0o077 == 0


def test_the_digests_are_those_of_whole_lines(tmp_path: Path) -> None:
    path = put(tmp_path, b"a\nbb\nccc")
    found = digest(str(path), 2)

    assert found is not None
    assert (found.whole, found.lines) == (5, 2)
    assert found.before == digest(str(put(tmp_path, b"a\n", "5c4c2b8e-0000-4000-8000-000000000002"))).sha256  # type: ignore[union-attr]


@given(st.lists(st.binary(min_size=32, max_size=32).map(bytes.hex), min_size=1, max_size=9), st.data())
def test_a_merkle_root_tells_every_change_of_its_leaves(leaves: list[str], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(leaves) - 1))
    changed = [*leaves]
    changed[at] = changed[at][:-1] + ("0" if changed[at][-1] != "0" else "1")

    assert merkle_root(leaves) != merkle_root(changed)
    assert merkle_root(leaves) != merkle_root([*leaves, leaves[-1]])
    assert merkle_root(leaves) == merkle_root(leaves)
