"""Bundles that are damaged, or made to do harm: each is refused with a message that says why, before anything of it is used."""

import hashlib
import os
import stat
import struct
import zipfile
from contextlib import nullcontext
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccmcp.errors import BundleError
from ccmcp.migrate.bundles.reading import contents_of, open_bundle, read
from tests.migrate.bundles import Forged, packed, transcript, write

ID = "aaaaaaaa-0000-4000-8000-000000000001"
TRANSCRIPT = f"sessions/{ID}/transcript.jsonl"
SIDE = f"sessions/{ID}/side/tool-results/b1.txt"


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("good")
    path = transcript(folder / "root", ID, b'{"n":1}\n' * 100)
    write(path.with_suffix("") / "tool-results" / "b1.txt", "result")
    packed(folder / "root", folder / "b.zip")
    return folder / "b.zip"


@pytest.fixture
def forged(good: Path) -> Forged:
    return Forged.of(good)


def refused(path: Path, why: str) -> None:
    with pytest.raises(BundleError, match=why) as caught:
        open_bundle(str(path))
    message = str(caught.value)
    assert message.isprintable()
    assert len(message) < len(str(path)) + 600


def test_put_together_as_it_was_it_opens(forged: Forged, tmp_path: Path) -> None:
    assert len(contents_of(open_bundle(str(forged.write(tmp_path / "b.zip")))).sessions) == 1


# -- names ----------------------------------------------------------------------------

NAMES = {
    f"sessions/{ID}/side/../../../evil": r"leads out of its folder with \.\.",
    "../evil": r"leads out of its folder with \.\.",
    "/etc/passwd": "absolute",
    "C:/evil": "absolute",
    "c:evil": "absolute",
    f"sessions/{ID}/side/a\\b": "backslash",
    f"sessions/{ID}/side/x:stream": "holds ':'",
    f"sessions/{ID}/side/CON": "device on Windows",
    f"sessions/{ID}/side/nul.txt": "device on Windows",
    f"sessions/{ID}/side/LPT1 .x/y": "device on Windows",
    f"sessions/{ID}/side/dot.": "dot or space",
    f"sessions/{ID}/side/space ": "dot or space",
    f"sessions/{ID}/side/a//b": "empty part",
    f"sessions/{ID}/side/./b": "empty part",
    f"sessions/{ID}/side/": "empty part|no place",
    f"sessions/{ID}/side/bell\a": "control characters",
    f"sessions/{ID}/side/{'x' * 300}": "too long",
    f"sessions/{ID}/side/{'x/' * 1000}y": "too long",
    f"sessions/{ID}/elsewhere/b1.txt": "no place for a side",
    f"sessions/{ID}/transcript.jsonl/b1.txt": "another member|no place",
    "sessions/other/side/b1.txt": "no place for a side",
    "evil": "no place for a side",
    "manifest.json": "another member has this name|no place",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_is_no_place(name: str, forged: Forged, tmp_path: Path) -> None:
    forged.rename(SIDE, name)
    with pytest.warns(UserWarning, match="Duplicate name") if name == "manifest.json" else nullcontext():
        path = forged.write(tmp_path / "b.zip")
    refused(path, NAMES[name])


@pytest.mark.parametrize("name", NAMES)
def test_a_manifest_alone_may_not_name_it(name: str, forged: Forged, tmp_path: Path) -> None:
    forged.rename(SIDE, name)
    forged.members = [(SIDE if each == name else each, data) for each, data in forged.members]
    refused(forged.write(tmp_path / "b.zip"), ".")


def test_a_nul_in_a_name(forged: Forged, tmp_path: Path) -> None:
    name = SIDE + "X.exe"
    forged.rename(SIDE, name)
    data = forged.write(tmp_path / "a.zip").read_bytes()
    refused(write(tmp_path / "b.zip", data.replace(name.encode(), SIDE.encode() + b"\0.exe")), "NUL")


@pytest.mark.parametrize("other", [SIDE.upper(), SIDE.replace("b1", "B1"), SIDE, SIDE + "/below"])
def test_two_members_for_one_file(other: str, forged: Forged, tmp_path: Path) -> None:
    forged.members.append((other, b"again"))
    with pytest.warns(UserWarning, match="Duplicate name") if other == SIDE else nullcontext():
        path = forged.write(tmp_path / "b.zip")
    refused(path, "another member has this name, or one that differs in case only")


def test_two_spellings_of_one_name(forged: Forged, tmp_path: Path) -> None:
    forged.members += [(SIDE + "\u00e9", b"1"), (SIDE + "e\u0301", b"2")]
    refused(forged.write(tmp_path / "b.zip"), "another member")


def test_another_name_where_the_bytes_are(forged: Forged, tmp_path: Path) -> None:
    data = forged.write(tmp_path / "a.zip").read_bytes()
    at = data.index(SIDE.encode())
    other = SIDE.replace("b1", "b2").encode()
    refused(
        write(tmp_path / "b.zip", data[:at] + other + data[at + len(other) :]), "another file where it stands"
    )


@pytest.mark.parametrize(
    "id_", ["..", "a/b", "", "x" * 81, "a.b", "ä", "memory", ID[:-1], ID + "0", ID.replace("-", "")]
)
def test_a_session_id_that_is_none(id_: str, forged: Forged, tmp_path: Path) -> None:
    forged.manifest["sessions"][0]["session_id"] = id_
    refused(forged.write(tmp_path / "b.zip"), "id is no UUID")


def test_a_session_of_the_name_of_a_folder_of_the_project(forged: Forged, tmp_path: Path) -> None:
    told = forged.manifest
    for old, new in ((TRANSCRIPT, "transcript.jsonl"), (SIDE, "side/MEMORY.md")):
        forged.rename(old, f"sessions/memory/{new}")
        told["files"][f"sessions/memory/{new}"]["session_id"] = "memory"
    told["sessions"][0]["session_id"] = "memory"
    refused(forged.write(tmp_path / "b.zip"), "id of its session is no UUID")


OTHER = "bbbbbbbb-0000-4000-8000-000000000002"


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("agent", f"agents/{OTHER}.jsonl"),
        ("agent", "agents/agent-a1.json"),
        ("agent", "agents/agent-.jsonl.txt"),
        ("agent", f"agents/{OTHER}/agent-a1.jsonl"),
        ("agent", "agents/xagent-a1.jsonl"),
        ("todos", f"todos/{OTHER}.json"),
        ("todos", f"todos/{OTHER}-agent-{ID}.json"),
        ("todos", f"todos/{ID}-agent-x.jsonl"),
        ("todos", f"todos/{ID}"),
        ("todos", f"todos/{ID}-agent-x/y.json"),
    ],
)
def test_a_place_of_another_kind(kind: str, name: str, forged: Forged, tmp_path: Path) -> None:
    name = f"sessions/{ID}/{name}"
    forged.rename(SIDE, name)
    forged.manifest["files"][name]["kind"] = kind
    refused(
        forged.write(tmp_path / "b.zip"),
        "transcript beside sessions is named" if kind == "agent" else "todo list is named",
    )


@pytest.mark.parametrize("name", ["../settings.json", "settings.json", "x/y.md"])
def test_a_plan_that_is_none(name: str, forged: Forged, tmp_path: Path) -> None:
    name = f"plans/{name}"
    forged.rename(SIDE, name)
    forged.manifest["files"][name] |= {"kind": "plan", "session_id": None}
    forged.manifest["sessions"][0]["files"] = [TRANSCRIPT]
    refused(forged.write(tmp_path / "b.zip"), "a plan is named|leads out")


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("agent", "agents/agent-a1.jsonl"),
        ("todos", f"todos/{ID}.json"),
        ("todos", f"todos/{ID}-agent-{OTHER}.json"),
        ("side", "side/subagents/workflows/w1/agent-a1.jsonl"),
        ("side", "side/custom-title.json"),
        ("side", f"side/{OTHER}.jsonl"),
        ("file-history", "file-history/0123456789abcdef@v1"),
        ("tasks", "tasks/deep/1.json"),
    ],
)
def test_a_place_of_its_kind(kind: str, name: str, forged: Forged, tmp_path: Path) -> None:
    name = f"sessions/{ID}/{name}"
    forged.rename(SIDE, name)
    forged.manifest["files"][name]["kind"] = kind
    (session,) = contents_of(open_bundle(str(forged.write(tmp_path / "b.zip")))).sessions
    assert [(each.kind, each.name) for each in session.members] == [(kind, name)]


@pytest.mark.parametrize("home", ["..", "../x", "/etc", "a/../../b", "C:/x", "a\\b", "", "a//b", 7, "x\0"])
def test_a_home_outside(home: object, forged: Forged, tmp_path: Path) -> None:
    forged.manifest["sessions"][0]["home"] = home
    refused(forged.write(tmp_path / "b.zip"), "leads out of the project")


# -- kinds of members -------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFDIR, stat.S_IFSOCK]
)
def test_links_folders_and_devices(kind: int, forged: Forged, tmp_path: Path) -> None:
    def as_kind(info: zipfile.ZipInfo) -> None:
        if info.filename == SIDE:
            info.external_attr = (kind | 0o777) << 16

    forged.info = as_kind
    refused(forged.write(tmp_path / "b.zip"), "a link, a folder or a device")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compressions(method: int, forged: Forged, tmp_path: Path) -> None:
    forged.info = lambda info: setattr(info, "compress_type", method)
    refused(forged.write(tmp_path / "b.zip"), "packed in a way")


def test_encrypted(good: Path, tmp_path: Path) -> None:
    data = bytearray(good.read_bytes())
    at = 0
    while (at := data.find(b"PK\x01\x02", at)) >= 0:
        data[at + 8] |= 1
        at += 4
    refused(write(tmp_path / "b.zip", bytes(data)), "encrypted")


# -- what is there, and what should be ------------------------------------------------------


def test_a_member_more(forged: Forged, tmp_path: Path) -> None:
    forged.members.append((f"sessions/{ID}/side/extra", b"hidden"))
    refused(forged.write(tmp_path / "b.zip"), "which its manifest does not list")


@pytest.mark.parametrize("name", [SIDE, TRANSCRIPT])
def test_a_member_less(name: str, forged: Forged, tmp_path: Path) -> None:
    forged.without = (name,)
    refused(forged.write(tmp_path / "b.zip"), "is missing")


@pytest.mark.parametrize("name", ["manifest.json", "README.txt", "digests.sha256"])
def test_without_what_tells_of_it(name: str, forged: Forged, tmp_path: Path) -> None:
    forged.without = (name,)
    refused(forged.write(tmp_path / "b.zip"), f"without {name}")


def test_a_session_without_transcript(forged: Forged, tmp_path: Path) -> None:
    forged.members = [each for each in forged.members if each[0] != TRANSCRIPT]
    del forged.manifest["files"][TRANSCRIPT]
    forged.manifest["sessions"][0]["files"].remove(TRANSCRIPT)
    refused(forged.write(tmp_path / "b.zip"), "has no transcript")


def test_files_of_a_session_that_is_not_listed(forged: Forged, tmp_path: Path) -> None:
    forged.manifest["sessions"] = []
    refused(forged.write(tmp_path / "b.zip"), "does not list")


def test_a_session_listed_twice(forged: Forged, tmp_path: Path) -> None:
    forged.manifest["sessions"] *= 2
    refused(forged.write(tmp_path / "b.zip"), "twice")


def test_other_bytes_than_the_manifest_says(forged: Forged, tmp_path: Path) -> None:
    forged.members = [(name, b"RESULT" if name == SIDE else data) for name, data in forged.members]
    refused(forged.write(tmp_path / "b.zip"), "not those its manifest has the digest of")


def test_another_size_than_the_manifest_says(forged: Forged, tmp_path: Path) -> None:
    forged.manifest["files"][SIDE]["size"] = 5
    refused(forged.write(tmp_path / "b.zip"), "another size")


def test_a_list_of_other_digests(forged: Forged, tmp_path: Path) -> None:
    forged.own["digests.sha256"] = f"{hashlib.sha256(b'').hexdigest()}  {SIDE}\n".encode()
    refused(forged.write(tmp_path / "b.zip"), "another digest for")


# -- bombs ---------------------------------------------------------------------------------


def test_a_bomb(forged: Forged, tmp_path: Path) -> None:
    forged.replace(SIDE, b"0" * 50_000_000)
    refused(forged.write(tmp_path / "b.zip"), "only bombs do")


def test_a_bomb_that_lies_about_its_size(forged: Forged, tmp_path: Path) -> None:
    forged.replace(SIDE, b"0" * 50_000_000)
    forged.manifest["files"][SIDE]["size"] = 600
    data = forged.write(tmp_path / "a.zip").read_bytes()
    lie = data.replace(struct.pack("<I", 50_000_000), struct.pack("<I", 600))
    read_bytes = 0

    def count(done: int, total: int, _: str) -> None:
        nonlocal read_bytes
        read_bytes = done
        assert total < 2_000_000

    path = write(tmp_path / "b.zip", lie)
    with pytest.raises(BundleError, match="more bytes than it says"):
        open_bundle(str(path), progress=count)
    assert read_bytes < 2_000_000


def test_members_over_one_another(tmp_path: Path, forged: Forged) -> None:
    data = bytearray(forged.write(tmp_path / "a.zip").read_bytes())
    entries = []
    at = 0
    while (at := data.find(b"PK\x01\x02", at)) >= 0:
        entries.append(at)
        at += 4
    data[entries[3] + 42 : entries[3] + 46] = data[entries[2] + 42 : entries[2] + 46]
    refused(write(tmp_path / "b.zip", bytes(data)), "over one another")


def test_a_huge_manifest(forged: Forged, tmp_path: Path) -> None:
    forged.own["manifest.json"] = os.urandom(1_000_000) * 68
    refused(forged.write(tmp_path / "b.zip"), "more than the 67,108,864|only bombs do")


def test_a_huge_manifest_that_packs_badly(forged: Forged, tmp_path: Path) -> None:
    forged.own["manifest.json"] = os.urandom(67_200_000)
    forged.info = lambda info: setattr(info, "compress_type", zipfile.ZIP_STORED)
    refused(forged.write(tmp_path / "b.zip"), "more than the 67,108,864")


# -- manifests -------------------------------------------------------------------------------

MANIFESTS: dict[str, tuple[bytes, str]] = {
    "deep": (b'{"format":' * 5000 + b"1" + b"}" * 5000, "too deep"),
    "deep list": (b"[" * 60_000, "too deep|no JSON"),
    "no JSON": (b"{", "no JSON"),
    "no UTF-8": (b'{"format":"\xff"}', "no JSON"),
    "a list": (b"[]", "not that of a bundle"),
    "another format": (b'{"format":"other","version":1,"sessions":[],"files":{}}', "not that of a bundle"),
    "no files": (b'{"format":"ccmcp-bundle","version":1,"sessions":[]}', "not that of a bundle"),
    "a later version": (b'{"format":"ccmcp-bundle","version":2}', "Update ccmcp"),
    "a long number": (b'{"format":' + b"9" * 10_000 + b"}", "no JSON"),
    "empty": (b"", "no JSON"),
}


@pytest.mark.parametrize("kind", MANIFESTS)
def test_a_manifest_that_is_none(kind: str, forged: Forged, tmp_path: Path) -> None:
    text, why = MANIFESTS[kind]
    forged.own["manifest.json"] = text
    refused(forged.write(tmp_path / "b.zip"), why)


@pytest.mark.parametrize(
    "change",
    [
        {"size": -1}, {"size": True}, {"size": 6.0}, {"size": "6"}, {"sha256": "x"}, {"sha256": "0" * 63 + "\n"}, {"mtime_ns": 1 << 70},
        {"mtime_ns": None}, {"mode": "rw"}, {"kind": "device"}, {"kind": "plan"}, {"session_id": None}, {"session_id": "a/b"},
        {"kind": "transcript"}, {"kind": "memory", "session_id": None},
    ],
)  # fmt: skip
def test_a_file_that_is_told_wrongly(change: dict[str, object], forged: Forged, tmp_path: Path) -> None:
    forged.manifest["files"][SIDE] |= change
    refused(forged.write(tmp_path / "b.zip"), ".")


def test_only_the_owners_bits_are_taken(forged: Forged, tmp_path: Path) -> None:
    forged.manifest["files"][SIDE]["mode"] = 0o104777
    forged.manifest["files"][TRANSCRIPT]["mode"] = 0o7077
    (session,) = contents_of(open_bundle(str(forged.write(tmp_path / "b.zip")))).sessions
    assert (session.members[0].mode, session.transcript.mode) == (0o700, 0o600)


# -- files that are no bundle --------------------------------------------------------------------


def test_what_is_no_bundle(tmp_path: Path) -> None:
    refused(write(tmp_path / "a.txt", "hello"), "no ZIP file")
    refused(write(tmp_path / "empty", ""), "no ZIP file")
    refused(tmp_path / "missing", "can't be read")
    refused(tmp_path, "can't be read|no regular file")
    os.mkfifo(tmp_path / "pipe")
    refused(tmp_path / "pipe", "no regular file")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("a.txt", "a")
    refused(tmp_path / "other.zip", "without manifest.json")


def test_a_bundle_that_is_cut_off(good: Path, tmp_path: Path) -> None:
    data = good.read_bytes()
    for end in range(0, len(data), max(1, len(data) // 40)):
        refused(write(tmp_path / f"{end}.zip", data[:end]), "no ZIP file")


@given(st.data())
def test_no_changed_byte_is_believed(
    good: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    before = good.read_bytes()
    changed = bytearray(before)
    for at in data.draw(st.lists(st.integers(0, len(before) - 1), min_size=1, max_size=3)):
        changed[at] ^= data.draw(st.integers(1, 255))
    path = write(tmp_path_factory.mktemp("changed") / "b.zip", bytes(changed))
    _same_or_refused(path, open_bundle(str(good)).members)


@given(st.binary(max_size=400))
def test_no_bytes_crash(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = write(tmp_path_factory.mktemp("any") / "b.zip", data + b"PK\x05\x06" + bytes(18))
    with pytest.raises(BundleError):
        open_bundle(str(path))


def _same_or_refused(path: Path, members: object) -> None:
    try:
        bundle = open_bundle(str(path))
    except BundleError:
        return
    assert bundle.members == members
    for name in bundle.members:
        assert b"".join(read(bundle, name))
