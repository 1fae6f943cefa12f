"""A bundle carries what it was given, byte by byte, and can be read without us."""

import json
import os
import stat
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccmcp.errors import BundleError, BundleExistsError, BundleNotMadeError
from ccmcp.migrate.bundles.creating import create
from ccmcp.migrate.bundles.layout import Contents, is_home, relative_home, unfit
from ccmcp.migrate.bundles.reading import contents_of, lines, open_bundle, read, reopened
from ccmcp.migrate.bundles.sources import Wanted
from ccmcp.migrate.survey import tree
from tests.migrate.bundles import NOW, PROJECT, packed, sessions_in, surveyed, transcript, write

ODD = (
    b'{"type":"user","message":{"content":"\\ud800 \\u0000 \xe2\x80\xa8"},"z":1,"a":1.50,"unknown":{"x":[]}}\n'
    b"no json at all \xff\xfe\r\n"
    b"\n"
    b'{ "spaced" : 1e5 }\n'
    b'{"torn":"never en'
)


def make(root: Path) -> None:
    """A project with something of every kind."""
    first = transcript(root, "aaaaaaaa-0000-4000-8000-000000000001", ODD)
    os.utime(first, ns=(1, 1_700_000_000_123_456_789))
    first.chmod(0o640)
    own = first.with_suffix("")
    write(own / "subagents" / "agent-a1.jsonl", b'{"type":"user"}\n')
    write(own / "subagents" / "agent-a1.meta.json", b"{}")
    write(own / "tool-results" / "b1234567.txt", b"\x00\xff binary")
    write(own / "tool-results" / "шум 1.txt", "ünï")
    write(own / "custom-title.json", '{"customTitle":"Mine"}')
    second = "bbbbbbbb-0000-4000-8000-000000000002"
    transcript(root, second, cwd=PROJECT + "/packages/web")
    transcript(root, "cccccccc-0000-4000-8000-000000000003", cwd="/work/elsewhere")
    write(first.parent / "agent-deadbee.jsonl", json.dumps({"sessionId": first.stem, "type": "user"}) + "\n")
    write(root / "file-history" / first.stem / "0123456789abcdef@v1", b"old content\r\n")
    write(root / "tasks" / first.stem / "1.json", "{}")
    write(root / "tasks" / first.stem / ".lock", "")
    write(root / "todos" / f"{first.stem}-agent-{first.stem}.json", "[]")
    prompts = [
        {"display": "one", "project": PROJECT, "sessionId": first.stem},
        {"display": "two", "project": PROJECT, "sessionId": "ffffffff-0000-4000-8000-00000000000f"},
        {"display": '"sessionId":"' + second, "project": PROJECT},
    ]
    write(root / "history.jsonl", "".join(json.dumps(each) + "\n" for each in prompts) + "torn")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    make(folder)
    return folder


def test_every_file_comes_out_as_it_went_in(root: Path, tmp_path: Path) -> None:
    plan = write(root / "plans" / "calm-fox.md", "# plan")
    memory = write(root / "memory" / "deep" / "MEMORY.md", "remember").parent.parent

    made = packed(root, tmp_path / "b.zip", plans={"calm-fox": str(plan)}, memory=tree(str(memory), []))

    assert made.left == ()
    bundle = open_bundle(str(tmp_path / "b.zip"))
    contents = contents_of(bundle)
    assert made.sessions == len(contents.sessions) == 3
    found = {each.session_id: each for each in sessions_in(root)}
    for session in contents.sessions:
        before = found[session.session_id]
        assert b"".join(read(bundle, session.transcript.name)) == Path(before.path).read_bytes()
        assert session.transcript.sha256 == before.says.sha256
        places = {(each.kind, each.place): each for each in session.members}
        for kind, side in (
            *(("side", each) for each in (before.own.files if before.own else ())),
            *(("agent", each) for each in before.agents),
            *((name, each) for name, kept in before.kept.items() for each in kept.files),
        ):
            member = places.pop((kind, side.within))  # type: ignore[arg-type]
            assert b"".join(read(bundle, member.name)) == Path(side.path).read_bytes()
            assert member.mtime_ns == side.seen.mtime_ns
        assert not places
    assert [(each.place, b"".join(read(bundle, each.name))) for each in contents.plans] == [
        ("calm-fox.md", b"# plan")
    ]
    assert [(each.place, b"".join(read(bundle, each.name))) for each in contents.memory] == [
        ("deep/MEMORY.md", b"remember")
    ]


def test_it_says_where_sessions_belong(root: Path, tmp_path: Path) -> None:
    packed(root, tmp_path / "b.zip")
    bundle = open_bundle(str(tmp_path / "b.zip"))
    first, second, third = contents_of(bundle).sessions
    assert (first.home, second.home, third.home) == (".", "packages/web", None)
    assert (first.transcript.mode, first.transcript.mtime_ns) == (0o600, 1_700_000_000_123_456_789)
    assert (first.messages, first.ended_at) == (True, "2026-08-01T10:00:00.000Z")
    assert (bundle.manifest.project, bundle.manifest.project_path) == ("demo", PROJECT)
    assert bundle.manifest.client_versions == ("2.1.330",)


def test_prompts_of_its_sessions_come_along(root: Path, tmp_path: Path) -> None:
    packed(root, tmp_path / "b.zip")
    bundle = open_bundle(str(tmp_path / "b.zip"))
    assert [json.loads(each)["display"] for each in lines(bundle, "prompts.jsonl")] == ["one"]


def test_anybody_can_read_and_check_it(root: Path, tmp_path: Path) -> None:
    packed(root, tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        assert archive.testzip() is None
        assert archive.namelist()[0] == "manifest.json"
        archive.extractall(tmp_path / "out")
        listed = {name for name in archive.namelist() if name != "digests.sha256"}
    checked = subprocess.run(
        ["sha256sum", "-c", "digests.sha256"],
        cwd=tmp_path / "out",
        capture_output=True,
        text=True,
        check=True,
    )
    assert {each.rpartition(": OK")[0] for each in checked.stdout.splitlines()} == listed


def test_it_is_private_and_alone(root: Path, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    packed(root, folder / "b.zip")
    assert [each.name for each in folder.iterdir()] == ["b.zip"]
    assert stat.S_IMODE((folder / "b.zip").stat().st_mode) == 0o600


def test_the_same_sessions_make_the_same_bytes(root: Path, tmp_path: Path) -> None:
    one, two = packed(root, tmp_path / "1.zip"), packed(root, tmp_path / "2.zip")
    assert one.sha256 == two.sha256
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()


def test_nothing_is_overwritten(root: Path, tmp_path: Path) -> None:
    there = write(tmp_path / "b.zip", "mine")
    with pytest.raises(BundleExistsError, match="already"):
        packed(root, there)
    (tmp_path / "link.zip").symlink_to(tmp_path / "nowhere")
    with pytest.raises(BundleExistsError):
        packed(root, tmp_path / "link.zip")
    assert there.read_text() == "mine"
    with pytest.raises(BundleNotMadeError, match="No such file"):
        packed(root, tmp_path / "no" / "folder" / "b.zip")


def test_where_files_have_one_name_only_nothing_is_overwritten_either(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def link(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    def late(*_: object, **__: object) -> None:
        write(tmp_path / "late.zip", "mine")
        link()

    monkeypatch.setattr(os, "link", link)
    open_bundle(packed(root, tmp_path / "b.zip").path)
    monkeypatch.setattr(os, "link", late)
    with pytest.raises(BundleExistsError):
        packed(root, tmp_path / "late.zip")
    assert (tmp_path / "late.zip").read_text() == "mine"
    assert sorted(each.name for each in tmp_path.glob("*.zip")) == ["b.zip", "late.zip"]


def test_a_full_disk_leaves_nothing(root: Path, tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    folder = tmp_path / "new"
    folder.mkdir()
    transcript(root, "dddddddd-0000-4000-8000-000000000004", os.urandom(3_000_000).replace(b"\n", b""))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    for limit in (0, 1000, 1_000_000, 2_900_000):
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
        try:
            with pytest.raises(BundleNotMadeError, match="too large"):
                packed(root, folder / "b.zip")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert list(folder.iterdir()) == []


def test_who_goes_leaves_nothing(root: Path, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    asked = iter([False, False, True])
    wanted = Wanted(project=PROJECT, sessions=sessions_in(root))
    with pytest.raises(InterruptedError):
        create(str(folder / "b.zip"), wanted, now=NOW, stopped=lambda: next(asked))
    assert list(folder.iterdir()) == []
    packed(root, tmp_path / "b.zip")
    with pytest.raises(InterruptedError):
        open_bundle(str(tmp_path / "b.zip"), stopped=lambda: True)


def test_progress_reaches_its_end(root: Path, tmp_path: Path) -> None:
    told: list[tuple[int, int, str]] = []
    create(
        str(tmp_path / "b.zip"), Wanted(project=PROJECT, sessions=sessions_in(root)), now=NOW,
        progress=lambda *each: told.append(each),
    )  # fmt: skip
    open_bundle(str(tmp_path / "b.zip"), progress=lambda *each: told.append(each))
    writing = [each for each in told if each[2] == "writing the bundle"]
    assert writing[-1][0] == writing[-1][1]
    assert told[-1][0] == told[-1][1]
    assert [each[0] for each in writing] == sorted(each[0] for each in writing)


# -- files that change, or can't be taken ------------------------------------------------


def test_a_running_session_is_taken_up_to_its_last_whole_line(root: Path, tmp_path: Path) -> None:
    id_ = "aaaaaaaa-0000-4000-8000-000000000001"
    made = packed(root, tmp_path / "b.zip", running=frozenset({id_}))
    (told,) = made.left
    assert (told.what, told.session_id) == ("last line", id_)
    bundle = open_bundle(str(tmp_path / "b.zip"))
    found = b"".join(read(bundle, f"sessions/{id_}/transcript.jsonl"))
    whole = next((root / "projects").glob(f"*/{id_}.jsonl")).read_bytes()
    assert found == whole[: whole.rfind(b"\n") + 1]


def test_a_file_that_grows_meanwhile_is_taken_as_it_was(root: Path, tmp_path: Path) -> None:
    path = transcript(root, "dddddddd-0000-4000-8000-000000000004", b'{"n":1}\n' * 400_000)
    before = path.read_bytes()

    def grow(*_: object) -> None:
        with path.open("ab") as file:
            file.write(b'{"n":2}\n{"torn')

    wanted = Wanted(project=PROJECT, sessions=[each for each in sessions_in(root) if each.path == str(path)])
    made = create(str(tmp_path / "b.zip"), wanted, now=NOW, progress=grow)
    assert made.sessions == 1
    bundle = open_bundle(str(tmp_path / "b.zip"))
    found = b"".join(read(bundle, f"sessions/{path.stem}/transcript.jsonl"))
    assert found.startswith(before)
    assert found.endswith(b"\n")
    assert path.read_bytes().startswith(found)


def test_a_file_that_is_rewritten_meanwhile_is_left_and_named(root: Path, tmp_path: Path) -> None:
    path = transcript(root, "dddddddd-0000-4000-8000-000000000004", b'{"n":1}\n' * 400_000)
    side = write(path.with_suffix("") / "tool-results" / "a.txt", "a" * 3_000_000)
    stamp = [1_700_000_000]

    def touch(*_: object) -> None:
        stamp[0] += 1
        for each in (path, side):
            with each.open("r+b") as file:
                file.write(b"%d" % stamp[0])
            os.utime(each, (stamp[0], stamp[0]))

    wanted = Wanted(project=PROJECT, sessions=sessions_in(root))
    made = create(str(tmp_path / "b.zip"), wanted, now=NOW, progress=touch)
    assert {(each.what, each.path) for each in made.left} == {("session", str(path))}
    assert {each.session_id for each in contents_of(open_bundle(made.path)).sessions} == {
        each.session_id for each in wanted.sessions if each.path != str(path)
    }


def test_what_cant_be_read_or_named_is_left_and_named(root: Path, tmp_path: Path) -> None:
    path = transcript(root, "dddddddd-0000-4000-8000-000000000004")
    own = path.with_suffix("")
    write(own / "a.txt", "a")
    write(own / "A.txt", "b")
    write(own / "nul.txt", "c")
    write(own / "end. ", "d")
    write(own / "back\\slash", "e")
    write(own / "line\nbreak", "f")
    gone = write(own / "gone", "g")
    found = sessions_in(root)
    gone.unlink()
    transcript(root, "odd.name")
    found = [*found, *(each for each in sessions_in(root) if each.session_id == "odd.name")]
    made = create(str(tmp_path / "b.zip"), Wanted(project=PROJECT, sessions=found), now=NOW)
    named = {Path(each.path or "").name for each in made.left}
    assert named in (
        {each, "nul.txt", "end. ", "back\\slash", "line\nbreak", "gone", "odd.name.jsonl"}
        for each in ("a.txt", "A.txt")
    )
    assert all(each.why for each in made.left)
    open_bundle(made.path)


def test_what_is_no_regular_file_or_has_no_name_of_its_kind_is_named(root: Path, tmp_path: Path) -> None:
    id_ = "dddddddd-0000-4000-8000-000000000004"
    own = transcript(root, id_).with_suffix("")
    write(own / "tool-results" / "b1.txt", "a result")
    left = [own / "tool-results" / "link.txt", root / "file-history" / id_ / "link", root / "tasks" / id_]
    write(root / "file-history" / id_ / "0123456789abcdef@v1", "old")
    write(root / "tasks" / "other" / "1.json", "{}")
    for each in left:
        each.symlink_to(tmp_path)
    bytes_name = os.fsdecode(os.fsencode(own / "tool-results") + b"/\xff.txt")
    if sys.platform == "linux":
        Path(bytes_name).write_text("x")
        left.append(Path(bytes_name))
    left += [write(root / "todos" / f"{id_}-agent-x.txt", "x"), write(root / "todos" / id_, "x")]
    write(root / "todos" / f"{id_}.json", "[]")
    memory = write(tmp_path / "memory" / "MEMORY.md", "remember")
    left.append(memory.with_name("link.md"))
    left[-1].symlink_to(memory)
    found = sessions_in(root)
    made = create(
        str(tmp_path / "b.zip"),
        Wanted(project=PROJECT, sessions=found, memory=tree(str(memory.parent), [])),
        now=NOW,
    )
    assert sorted((each.path or "") for each in made.left) == sorted(map(str, left))
    assert all(each.why for each in made.left)
    members = contents_of(open_bundle(made.path)).members
    places = {each.place for each in members if each.session_id in (id_, None)}
    assert places == {
        "transcript.jsonl", "tool-results/b1.txt", "0123456789abcdef@v1", f"{id_}.json", "MEMORY.md",
    }  # fmt: skip


def test_a_link_in_place_of_a_file_is_not_followed(root: Path, tmp_path: Path) -> None:
    secret = write(tmp_path / "secret", "mine alone")
    path = transcript(root, "dddddddd-0000-4000-8000-000000000004")
    side = write(path.with_suffix("") / "a.txt", "a")
    found = sessions_in(root)
    side.unlink()
    side.symlink_to(secret)
    made = create(str(tmp_path / "b.zip"), Wanted(project=PROJECT, sessions=found), now=NOW)
    assert [each.path for each in made.left] == [str(side)]


def test_of_two_files_of_one_session_the_longer_is_taken(root: Path, tmp_path: Path) -> None:
    id_ = "dddddddd-0000-4000-8000-000000000004"
    short, long = transcript(root, id_), transcript(root, id_, b"{}\n", cwd="/work/demo/sub")
    made = packed(root, tmp_path / "b.zip")
    assert [each.path for each in made.left] == [str(short)]
    assert b"".join(read(open_bundle(made.path), f"sessions/{id_}/transcript.jsonl")) == long.read_bytes()


def test_what_packs_too_well_is_no_bomb(root: Path, tmp_path: Path) -> None:
    path = transcript(root, "dddddddd-0000-4000-8000-000000000004", b"0" * 20_000_000)
    made = packed(root, tmp_path / "b.zip")
    bundle = open_bundle(made.path)
    assert b"".join(read(bundle, f"sessions/{path.stem}/transcript.jsonl")) == path.read_bytes()


# -- read later ----------------------------------------------------------------------------


def test_a_bundle_is_read_again_only_as_it_was(root: Path, tmp_path: Path) -> None:
    made = packed(root, tmp_path / "b.zip")
    bundle = open_bundle(made.path)
    assert bundle.seen.sha256 == made.sha256
    assert reopened(made.path, bundle.seen) == bundle
    with pytest.raises(BundleError, match="no member"):
        list(read(bundle, "sessions/none"))
    data = bytearray(Path(made.path).read_bytes())
    data[len(data) // 2] ^= 1
    os.utime(write(tmp_path / "b.zip", bytes(data)), ns=(1, bundle.seen.mtime_ns + 1))
    with pytest.raises(BundleError, match="changed"):
        list(read(bundle, contents_of(bundle).sessions[0].transcript.name))
    reopened.cache_clear()
    with pytest.raises(BundleError, match="changed"):
        reopened(made.path, bundle.seen)


def test_an_empty_bundle_is_one(tmp_path: Path) -> None:
    made = create(str(tmp_path / "b.zip"), Wanted(project=PROJECT, sessions=[]), now=NOW)
    assert contents_of(open_bundle(made.path)) == Contents()


def test_space_is_looked_at(root: Path, tmp_path: Path) -> None:
    made = packed(root, tmp_path / "b.zip")
    open_bundle(made.path, free=made.bytes)
    with pytest.raises(BundleError, match="space"):
        open_bundle(made.path, free=made.bytes - 1)


# -- for every input -----------------------------------------------------------------------

_PART = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), min_size=1, max_size=12
).filter(lambda part: part not in {".", ".."})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    files=st.dictionaries(_PART, st.binary(max_size=3000), max_size=6),
    body=st.lists(st.binary(max_size=300).map(lambda line: line.replace(b"\n", b"") + b"\n"), max_size=6),
    torn=st.binary(max_size=20),
    mtime=st.integers(0, 4_000_000_000_000_000_000),
    mode=st.integers(0o400, 0o777).map(lambda mode: mode | 0o400),
)
def test_any_names_and_bytes(
    tmp_path_factory: pytest.TempPathFactory,
    files: dict[str, bytes],
    body: list[bytes],
    torn: bytes,
    mtime: int,
    mode: int,
) -> None:
    folder = tmp_path_factory.mktemp("any")
    root = folder / "root"
    path = transcript(root, "eeeeeeee-0000-4000-8000-000000000005", b"".join(body) + torn)
    for name, data in files.items():
        write(path.with_suffix("") / name, data)
    os.utime(path, ns=(0, mtime))
    path.chmod(mode)
    made = packed(root, folder / "b.zip")
    bundle = open_bundle(made.path)
    (session,) = contents_of(bundle).sessions
    assert b"".join(read(bundle, session.transcript.name)) == path.read_bytes()
    assert b"".join(lines(bundle, session.transcript.name)) == path.read_bytes()
    assert (session.transcript.mtime_ns, session.transcript.mode) == (mtime, mode & 0o700)
    taken = {each.place: b"".join(read(bundle, each.name)) for each in session.members}
    left = {Path(each.path or "").name for each in made.left}
    assert taken == {name: data for name, data in files.items() if name not in left}
    with zipfile.ZipFile(made.path) as archive:
        assert archive.testzip() is None


@given(st.text(max_size=30), st.text(max_size=30))
def test_a_home_is_never_out_of_the_project(home: str, project: str) -> None:
    found = relative_home("/w/" + home, "/w/" + project)
    assert found is None or is_home(found)
    if found and found != ".":
        assert os.path.normpath(f"/x/{found}").startswith("/x/")


@given(st.text(st.sampled_from("a./\\:\0C")))
def test_a_name_that_fits_stays_in_its_folder(name: str) -> None:
    if not unfit(name):
        assert os.path.normpath(f"/x/{name}") == f"/x/{name}"


def test_homes_of_windows() -> None:
    assert relative_home("C:\\w\\demo\\sub\\x", "C:\\w\\demo") == "sub/x"
    assert relative_home("C:\\w\\demo2", "C:\\w\\demo") is None
    assert relative_home("", "C:\\w\\demo") == "."


# -- real ones ---------------------------------------------------------------------------


def test_real_transcripts_round_trip(data: Path, tmp_path: Path) -> None:
    found = surveyed(data)
    sessions = [each for folder in found.folders for each in folder.sessions]
    made = create(str(tmp_path / "b.zip"), Wanted(project="/home/dev", sessions=sessions), now=NOW)
    bundle = open_bundle(made.path)
    left = {each.path for each in made.left}
    before = {each.session_id: each for each in sessions if each.path not in left}
    contents = contents_of(bundle).sessions
    assert len(contents) == len(before) == made.sessions
    for session in contents:
        assert replace(session.transcript, mtime_ns=0).sha256 == before[session.session_id].says.sha256
        assert (
            b"".join(lines(bundle, session.transcript.name))
            == Path(before[session.session_id].path).read_bytes()
        )
