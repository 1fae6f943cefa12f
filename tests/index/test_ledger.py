"""What is counted does not depend on how files came to be what they are: it is what a new index of them counts."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

import pytest
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st

from ccmcp.config import Config
from ccmcp.history import History
from ccmcp.index import build, index
from tests.index.running import CHECKOUT
from tests.transcript import Home
from tests.usage.asked import spent
from tests.usage.made import FEWER, SESSIONS, Json, Made, answer, made, transcripts

TRANSCRIPTS = transcripts(SESSIONS[:3])
"""Each session in one project: of two files as long, which are one session's, the first that was met tells its project."""

Piece: TypeAlias = tuple[str, bytes]
"""The path of a file below projects/, and what is appended to it."""


@contextmanager
def empty_home() -> Iterator[Home]:
    with TemporaryDirectory() as folder:
        yield Home(Path(folder))


@contextmanager
def opened(home: Home, cache: str = "") -> Iterator[History]:
    history = History(Config.load(home.env, {"cache_dir": cache}), patient=True)
    try:
        yield history
    finally:
        history.close()


def now(history: History) -> dict[str, Any]:
    """What a history counts after a look at the disk."""
    assert history.refresh().complete
    return spent(history)


def anew(home: Home) -> dict[str, Any]:
    """What a new index of the home counts."""
    with TemporaryDirectory() as folder, opened(home, folder) as history:
        return now(history)


@contextmanager
def another_writes(history: History) -> Iterator[None]:
    """As if another process were writing, and would not come to an end."""
    with pytest.MonkeyPatch.context() as patch, FileLock(history.config.cache / "writer.lock"):
        patch.setattr(index, "LOCK_SECONDS", 0.001)
        yield


@contextmanager
def small_phases() -> Iterator[None]:
    """As if what there is were much: prose first, and in several batches."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "PHASED", 500)
        patch.setattr(build, "BATCH", 5_000)
        yield


def append(home: Home, pieces: Sequence[Piece]) -> None:
    for name, content in pieces:
        path = home.claude / "projects" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            file.write(content)


# -- files that grow


@st.composite
def arrivals(draw: st.DrawFn, some: Made) -> list[list[Piece]]:
    """Made transcripts in pieces, in rounds: cut anywhere, those of one file in order, the files in any."""
    pieces: dict[str, list[bytes]] = {}
    for name, content in some.files.items():
        ends = [at for at, byte in enumerate(content) if byte == ord("\n")]
        places = st.sampled_from([0, len(content), *ends, *(at + 1 for at in ends)])
        cuts = sorted(draw(st.lists(places | st.integers(0, len(content)), max_size=2)))
        pieces[name] = [content[a:b] for a, b in zip([0, *cuts], [*cuts, len(content)], strict=True)]
    order = draw(st.permutations([name for name, its in pieces.items() for _ in its]))
    waiting = {name: iter(its) for name, its in pieces.items()}
    arriving = [(name, next(waiting[name])) for name in order]
    breaks = sorted(draw(st.lists(st.integers(0, len(arriving)), min_size=1, max_size=2)))
    return [arriving[a:b] for a, b in zip([0, *breaks], [*breaks, len(arriving)], strict=True)]


@FEWER
@given(TRANSCRIPTS.flatmap(arrivals), st.data())
def test_files_that_grow_count_as_if_they_had_been_read_at_once(
    rounds: list[list[Piece]], data: st.DataObject
) -> None:
    with empty_home() as home, opened(home) as history:
        for number, pieces in enumerate(rounds):
            append(home, pieces)
            locked = number > 0 and data.draw(st.booleans(), "another process writes")
            with another_writes(history) if locked else nullcontext():
                told = now(history)
            assert not locked or told == anew(home)
        assert now(history) == anew(home)


# -- files that change


def _delete(path: Path, _: str) -> None:
    path.unlink()


def _cut(path: Path, _: str) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[: len(lines) // 2]))


def _turn(path: Path, _: str) -> None:
    """The same lines in another order."""
    path.write_bytes(b"\n".join(reversed(path.read_bytes().split(b"\n"))))


def _move(path: Path, to: str) -> None:
    """To another project, with the file's place below it."""
    projects = next(each for each in path.parents if each.name == "projects")
    there = projects.joinpath(to, *path.relative_to(projects).parts[1:])
    there.parent.mkdir(parents=True, exist_ok=True)
    path.replace(there)


def _touch(path: Path, _: str) -> None:
    os.utime(path, (1, 1))


HAPPENINGS: tuple[Callable[[Path, str], None], ...] = (_delete, _cut, _turn, _move, _touch)


def happen(home: Home, data: st.DataObject) -> None:
    """Something happens to one of the files."""
    files = sorted((home.claude / "projects").rglob("*.jsonl"))
    if files:
        to = data.draw(st.sampled_from(["-work-abc", "-work-zoo"]))  # the first and the last of all paths
        data.draw(st.sampled_from(HAPPENINGS))(data.draw(st.sampled_from(files)), to)


@FEWER
@given(TRANSCRIPTS, st.data())
def test_files_that_change_count_as_if_they_had_never_been_others(some: Made, data: st.DataObject) -> None:
    with empty_home() as home, opened(home) as history:
        some.write(home.claude)
        history.refresh()
        for _ in range(data.draw(st.integers(1, 3))):
            happen(home, data)
            locked = data.draw(st.booleans(), "another process writes")
            with another_writes(history) if locked else nullcontext():
                told = now(history)
            assert not locked or told == anew(home)
        assert now(history) == anew(home)


def test_a_file_that_moves_is_counted_where_it_is_now_and_after_those_before_it() -> None:
    """ccusage counts the copy whose path is first."""
    copy = answer(session="s2", requestSessionId="s1")
    with empty_home() as home, opened(home) as history:
        made(s1=[answer()], s2=[copy]).write(home.claude)
        history.refresh()
        _move(home.claude / "projects" / "-work-one" / "s1.jsonl", "-work-zoo")
        told = now(history)
        rows, *_ = told["ccusage ('session', 'project')"]
        assert list(rows) == [("s2", "-work-one")]
        assert told == anew(home)


@pytest.mark.parametrize("locked", [False, True])
def test_a_subagents_lines_go_to_the_session_they_name_once_that_is_met(*, locked: bool) -> None:
    lines = [answer(2), answer(3, session="s2")]
    with empty_home() as home, opened(home) as history:
        made(s1=[answer()], **{"agent-b": lines}).write(home.claude)
        history.refresh()
        made(s2=[answer(4, session="s2")]).write(home.claude)
        with another_writes(history) if locked else nullcontext():
            told = now(history)
        assert _inputs(told) == {"s1": 1 + 2, "s2": 3 + 4}
        assert told == anew(home)


def test_a_subagents_lines_go_back_when_the_session_they_name_is_gone() -> None:
    lines = [answer(2), answer(3, session="s2")]
    with empty_home() as home, opened(home) as history:
        made(s1=[answer()], s2=[answer(4, session="s2")], **{"agent-b": lines}).write(home.claude)
        history.refresh()
        (home.claude / "projects" / "-work-one" / "s2.jsonl").unlink()
        told = now(history)
        assert _inputs(told) == {"s1": 1 + 2 + 3}
        assert told == anew(home)


def _inputs(told: dict[str, Any]) -> dict[str, int]:
    """The input tokens of each session."""
    rows, *_ = told["('day', 'session')"]
    return {session: amount.tokens.input for (_, session), (amount, *_) in rows.items()}


def _calling(number: int, **more: Any) -> Json:
    """A response that calls a tool."""
    line = answer(number, **more)
    call = {"type": "tool_use", "id": f"toolu_{number}", "name": "Bash", "input": {"command": "ls"}}
    return {**line, "message": {**line["message"], "content": [call]}}


def test_which_of_several_copies_has_a_call_makes_no_difference() -> None:
    with empty_home() as home, opened(home) as history:
        made(s2=[_calling(1, session="s2", requestSessionId="s1")]).write(home.claude)
        history.refresh()
        made(s1=[_calling(1)]).write(home.claude)
        told = now(history)
        rows, *_ = told["('session', 'tool')"]
        assert list(rows) == [("s1", "Bash")]
        assert told == anew(home)


def test_a_copy_that_moved_is_read_anew_with_its_original() -> None:
    """It left out what its original has lost since."""
    lines = [_calling(number) for number in range(1, 5)]
    copies = [_calling(number, session="s2", requestSessionId="s1") for number in range(1, 5)]
    with empty_home() as home, opened(home) as history:
        made(s1=lines, s2=copies).write(home.claude)
        history.refresh()
        projects = home.claude / "projects" / "-work-one"
        _cut(projects / "s1.jsonl", "")
        _move(projects / "s2.jsonl", "-work-abc")
        told = now(history)
        rows, *_ = told["('session', 'tool')"]
        assert set(rows) == {("s1", "Bash"), ("s2", "Bash")}
        assert told == anew(home)


# -- builds in phases, and such as were cut short


def test_the_first_line_tells_a_subagents_session_whatever_is_read_first() -> None:
    """Of a response that is a call and one that is prose the second is read first."""
    lines = [_calling(2), answer(3, session="s2")]
    with empty_home() as home:
        made(s1=[_calling(1)], s2=[_calling(4, session="s2")], **{"agent-b": lines}).write(home.claude)
        with small_phases(), opened(home) as history:
            told = now(history)
        assert _inputs(told) == {"s1": 1 + 2, "s2": 3 + 4}
        assert told == anew(home)


@FEWER
@given(TRANSCRIPTS)
def test_a_build_in_phases_counts_what_one_at_once_counts(some: Made) -> None:
    with empty_home() as home, opened(home) as history:
        some.write(home.claude)
        with small_phases():
            told = now(history)
        assert told == anew(home)


def test_the_first_line_tells_how_a_session_was_run_whatever_is_read_first() -> None:
    lines = [_calling(1, entrypoint="cli"), answer(2, entrypoint="sdk-cli")]
    with empty_home() as home:
        made(s1=lines).write(home.claude)
        with small_phases(), opened(home) as history:
            told = now(history)
        rows, *_ = told["('branch', 'entrypoint')"]
        assert list(rows) == [("(no branch)", "cli")]
        assert told == anew(home)


@FEWER
@given(TRANSCRIPTS, st.integers(0, 12), st.data())
def test_a_build_that_was_stopped_is_finished_by_the_next(
    some: Made, least: int, data: st.DataObject
) -> None:
    left = iter(range(least))
    with empty_home() as home:
        some.write(home.claude)
        with small_phases():
            with opened(home) as history, suppress(build.StoppedError):
                history.refresh(stopped=lambda: next(left, None) is None)
            if data.draw(st.booleans()):
                happen(home, data)
            with opened(home) as history:
                told = now(history)
        assert told == anew(home)


def test_a_build_cut_short_between_a_session_and_its_fork_knows_all_calls() -> None:
    fork: Json = {"session": "s2", "requestSessionId": "s1"}
    lines = [_calling(number) for number in range(1, 17)]
    copies = [_calling(number, **fork) for number in range(1, 17)]
    for least in range(6):
        left = iter(range(least))
        with empty_home() as home, small_phases():
            made(s1=lines, s2=copies).write(home.claude)
            with opened(home) as history, suppress(build.StoppedError):
                history.refresh(stopped=lambda: next(left, None) is None)  # noqa: B023 - it is called at once
            with opened(home) as history:
                rows, *_ = now(history)["('session', 'tool')"]
            assert list(rows) == [("s1", "Bash")], least


@pytest.mark.skipif(not hasattr(os, "fork"), reason="it kills forks of itself")
@pytest.mark.parametrize("happening", ["cold", "changed"])
def test_a_refresh_killed_at_any_step_is_finished_by_the_next(happening: str, tmp_path: Path) -> None:
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    ran = subprocess.run(
        [sys.executable, "-m", "tests.index.cut_short", happening],
        cwd=CHECKOUT,
        env={**kept, **Home(tmp_path).env},
        capture_output=True,
        check=False,
        timeout=100,
    )
    assert ran.stderr.decode(errors="replace") == ""
    told = json.loads(ran.stdout)
    assert told["wrong"] == []
    assert told["steps"] >= 4
