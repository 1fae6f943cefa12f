"""Which sessions run: from a registry of real files and real processes, and from transcripts of clients without one."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccmcp.migrate.running import read_registry, recently_written, running
from ccmcp.transcripts.belonging import Belonging, read_belonging

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
ID = "2cf6ad6f-cf05-4db7-bc09-648ab6ebda5c"
LINUX = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs Linux's /proc")


@pytest.fixture
def process() -> Iterator["subprocess.Popen[bytes]"]:
    """A process that runs until the test is over."""
    started = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield started
    started.kill()
    started.communicate()


def registered(root: Path, pid: int, **more: Any) -> Path:
    """An entry as Claude Code 2.1.330 writes it."""
    folder = root / "sessions"
    folder.mkdir(exist_ok=True)
    entry = {
        "pid": pid, "sessionId": ID, "cwd": "/work/demo", "startedAt": int(NOW.timestamp() * 1000), "version": "2.1.330",
        "kind": "interactive", "entrypoint": "cli", "name": "demo-fa", "status": "idle",
    }  # fmt: skip
    path = folder / f"{pid}.json"
    path.write_text(json.dumps(entry | more))
    return path


def start_of(pid: int) -> str:
    """When a process started, as the kernel counts it."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]


def domain() -> str:
    return f"linux:{Path('/etc/machine-id').read_text().strip()}:{Path('/proc/self/ns/pid').readlink()}"


# -- the registry -------------------------------------------------------------------


@LINUX
def test_a_session_runs_while_its_process_does(tmp_path: Path, process: "subprocess.Popen[bytes]") -> None:
    registered(tmp_path, process.pid, procStart=start_of(process.pid))

    found = running(tmp_path, now=NOW)

    assert set(found) == {ID}
    assert found[ID].pid == process.pid
    assert (found[ID].cwd, found[ID].name, found[ID].since, found[ID].sure) == (
        "/work/demo",
        "demo-fa",
        NOW,
        True,
    )
    assert found[ID].how == f"process {process.pid} runs it, since 2026-11-26T12:00:00+00:00"


@LINUX
def test_a_session_has_ended_when_its_process_has(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    registered(tmp_path, process.pid, procStart=start_of(process.pid))
    process.kill()
    process.communicate()

    found = read_registry(tmp_path, now=NOW)

    assert (found.running, found.ended, found.malformed, found.there) == ({}, 1, 0, True)


@LINUX
def test_a_process_that_nobody_has_waited_for_runs_no_session(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    registered(tmp_path, process.pid, procStart=start_of(process.pid))
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)

    assert running(tmp_path, now=NOW) == {}
    process.wait()


@LINUX
def test_another_process_that_got_the_same_number_is_not_the_session(
    tmp_path: Path, process: "subprocess.Popen[bytes]"
) -> None:
    registered(tmp_path, process.pid, procStart=str(int(start_of(process.pid)) - 1))

    assert running(tmp_path, now=NOW) == {}


@LINUX
@pytest.mark.parametrize(("before", "runs"), [(timedelta(0), True), (timedelta(hours=2), False)])
def test_an_entry_without_a_process_start_is_held_against_when_it_was_made(
    tmp_path: Path, process: "subprocess.Popen[bytes]", before: timedelta, *, runs: bool
) -> None:
    made = datetime.now(UTC) - before
    registered(tmp_path, process.pid, startedAt=int(made.timestamp() * 1000))

    assert (ID in running(tmp_path, now=datetime.now(UTC))) is runs


@LINUX
@pytest.mark.skipif(not Path("/etc/machine-id").exists(), reason="needs a machine id")
def test_an_entry_of_this_machine_and_namespace_is_checked(
    tmp_path: Path, process: "subprocess.Popen[bytes]"
) -> None:
    registered(tmp_path, process.pid, procStart=start_of(process.pid), pidDomain=domain())
    assert running(tmp_path, now=NOW)[ID].sure

    registered(tmp_path, process.pid, procStart="1", pidDomain=domain())
    assert running(tmp_path, now=NOW) == {}


@LINUX
def test_an_entry_of_another_machine_can_not_be_checked_and_so_runs(tmp_path: Path) -> None:
    registered(tmp_path, 4_000_001, procStart="1", pidDomain="linux:beef:pid:[4026531836]")

    found = running(tmp_path, now=NOW + timedelta(days=1))

    assert not found[ID].sure
    assert "another machine or container" in found[ID].how


@LINUX
def test_an_entry_of_another_machine_is_not_believed_for_ever(tmp_path: Path) -> None:
    registered(tmp_path, 4_000_001, procStart="1", pidDomain="linux:beef:pid:[4026531836]")

    assert running(tmp_path, now=NOW + timedelta(days=31)) == {}


@LINUX
@pytest.mark.skipif(not Path("/etc/machine-id").exists(), reason="needs a machine id")
@pytest.mark.parametrize(("started", "runs"), [(1, False), (None, True)])
def test_an_entry_of_another_container_has_ended_when_this_machine_was_started_anew(
    tmp_path: Path, started: int | None, *, runs: bool
) -> None:
    elsewhere = domain().partition(":pid:")[0] + ":pid:[1]"
    made = started or int(datetime.now(UTC).timestamp() * 1000)
    registered(tmp_path, 4_000_001, startedAt=made, pidDomain=elsewhere, updatedAt=made)

    assert (ID in running(tmp_path, now=datetime.now(UTC))) is runs


def test_where_the_start_of_a_process_is_not_known_it_is_enough_that_it_runs(tmp_path: Path) -> None:
    registered(tmp_path, 7, procStart="Thu Nov 26 01:34:01 2026")
    nowhere = str(tmp_path / "no-proc")

    assert ID in running(tmp_path, now=NOW, proc=nowhere, alive=lambda _: "")
    assert ID in running(tmp_path, now=NOW, proc=nowhere, alive=lambda _: "Thu Nov 26 01:34:01  2026")
    assert running(tmp_path, now=NOW, proc=nowhere, alive=lambda _: "Fri Nov 27 01:34:01 2026") == {}
    assert running(tmp_path, now=NOW, proc=nowhere, alive=lambda _: None) == {}


@pytest.mark.skipif(not Path("/bin/ps").exists(), reason="needs ps")
def test_without_proc_the_system_is_asked(tmp_path: Path, process: "subprocess.Popen[bytes]") -> None:
    nowhere = str(tmp_path / "no-proc")
    told = subprocess.run(
        ["/bin/ps", "-o", "lstart=", "-p", str(process.pid)],
        capture_output=True, check=True, text=True, env={"LC_ALL": "C", "TZ": "UTC"},
    ).stdout.strip()  # fmt: skip
    registered(tmp_path, process.pid, procStart=told)
    assert ID in running(tmp_path, now=NOW, proc=nowhere)

    registered(tmp_path, process.pid, procStart="Thu Nov 26 01:34:01 1998")
    assert running(tmp_path, now=NOW, proc=nowhere) == {}


def test_two_processes_of_one_session_are_one_that_runs(tmp_path: Path) -> None:
    registered(tmp_path, 7)
    registered(tmp_path, 8)

    found = read_registry(tmp_path, now=NOW, alive=lambda pid: "" if pid == 8 else None)

    assert (found.running[ID].pid, found.ended) == (8, 1)


@pytest.mark.parametrize(
    "bad", [b"", b"{", b"[]", b"null", b'{"pid":7}', b'{"sessionId":5}', b'{"sessionId":""}', b"\xff\xfe", b"[" * 50_000, b" " * 200_000]
)  # fmt: skip
def test_what_can_not_be_understood_is_counted(tmp_path: Path, bad: bytes) -> None:
    (tmp_path / "sessions").mkdir()
    (tmp_path / "sessions" / "7.json").write_bytes(bad)
    registered(tmp_path, 8)

    found = read_registry(tmp_path, now=NOW, alive=lambda _: "")

    assert (set(found.running), found.malformed) == ({ID}, 1)


def test_links_pipes_and_other_files_are_not_read(tmp_path: Path) -> None:
    path = registered(tmp_path, 7)
    path.rename(tmp_path / "elsewhere")
    (path.parent / "7.json").symlink_to(tmp_path / "elsewhere")
    os.mkfifo(path.parent / "8.json")
    (path.parent / "9.json").mkdir()
    (path.parent / "7.abc.key").write_text("key")

    found = read_registry(tmp_path, now=NOW, alive=lambda _: "")

    assert (found.running, found.malformed) == ({}, 3)


def test_a_root_without_a_registry_says_that_it_has_none(tmp_path: Path) -> None:
    assert not read_registry(tmp_path, now=NOW).there
    assert running(tmp_path / "nowhere", now=NOW) == {}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(
    entry=st.dictionaries(
        st.sampled_from(
            ["pid", "sessionId", "cwd", "startedAt", "procStart", "pidDomain", "updatedAt", "name"]
        ),
        JSON,
    )
)
def test_no_entry_is_a_crash(tmp_path_factory: pytest.TempPathFactory, entry: dict[str, Any]) -> None:
    root = tmp_path_factory.mktemp("root")
    (root / "sessions").mkdir()
    (root / "sessions" / "99999999.json").write_text(json.dumps(entry))

    found = read_registry(root, now=NOW)

    assert len(found.running) + found.ended + found.malformed == 1


# -- clients without one ------------------------------------------------------------


def said(
    version: str = "2.1.40", last: timedelta | None = timedelta(0), written: timedelta = timedelta(0)
) -> Belonging:
    return Belonging(
        version=version,
        last_at="" if last is None else (NOW + last).isoformat().replace("+00:00", "Z"),
        mtime_ns=int((NOW + written).timestamp() * 1e9),
    )


@pytest.mark.parametrize("version", ["1.0.60", "2.1.40", "2.1.84", ""])
def test_a_session_of_an_old_client_that_was_written_just_now_runs(version: str) -> None:
    assert recently_written(said(version), now=NOW + timedelta(minutes=4)).endswith("5 minutes ago")


@pytest.mark.parametrize("version", ["2.1.85", "2.1.330", "3.0.0"])
def test_a_client_that_would_have_registered_its_session_does_not_run_it(version: str) -> None:
    assert recently_written(said(version), now=NOW) == ""
    assert recently_written(said(version), now=NOW, registry=False) != ""


@pytest.mark.parametrize(
    ("last", "written"),
    [
        (timedelta(minutes=-6), timedelta(0)),
        (timedelta(0), timedelta(minutes=-6)),
        (timedelta(days=-30), timedelta(0)),
        (timedelta(hours=1), timedelta(0)),
        (None, timedelta(0)),
    ],
)
def test_old_lines_in_a_new_file_or_new_lines_in_an_old_one_do_not_run(
    last: timedelta | None, written: timedelta
) -> None:
    assert recently_written(said(last=last, written=written), now=NOW) == ""


def test_a_real_file_is_told_by_its_last_time(tmp_path: Path) -> None:
    path = tmp_path / f"{ID}.jsonl"
    path.write_bytes(
        b'{"type":"user","version":"2.1.40","timestamp":"2026-11-26T11:58:00.000Z","message":{"content":"hi"}}\n'
        b'{"type":"last-prompt","lastPrompt":"hi"}\n{"torn'
    )
    os.utime(path, (NOW.timestamp(), NOW.timestamp()))

    says = read_belonging(str(path), "-work-demo")

    assert recently_written(says, now=NOW)
    assert not recently_written(says, now=NOW + timedelta(minutes=5))
