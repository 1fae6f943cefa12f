"""Real paths <-> folder names: what Claude Code's own client made of 33 odd folders, and what holds of any path."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ccmcp.transcripts.projects import LONGEST, decode, encode, encodes

W = "/srv/demo/fixtures/pathenc/w/"
D = "-srv-demo-fixtures-pathenc-w-"
X = "x" * 100

CLIENT = [
    (W + "with space", D + "with-space"),
    (W + "dots.and..more.", D + "dots-and--more-"),
    (W + "under_score", D + "under-score"),
    (W + "UPPER lower 09", D + "UPPER-lower-09"),
    (W + "caf\u00e9-nfc", D + "caf--nfc"),
    (W + "cafe\u0301-nfd", D + "cafe--nfd"),
    (W + "日本語", D + "---"),
    (W + "emoji😀x", D + "emoji--x"),
    (W + "at@plus+tilde~hash#", D + "at-plus-tilde-hash-"),
    (W + "paren(a)[b]{c}", D + "paren-a--b--c-"),
    (W + "quote'\"`$&;|<>", D + "quote---------"),
    (W + "tab\tnl\nend", D + "tab-nl-end"),
    (W + "back\\slash", D + "back-slash"),
    (W + "C:\\Users\\me", D + "C--Users-me"),
    (W + "-leading", D + "-leading"),
    (W + "a--b", D + "a--b"),
    (W + "İıß", D + "---"),
    (W + "zero\u200bwidth", D + "zero-width"),
    (W + "star*q?", D + "star-q-"),
    (W + "percent%20", D + "percent-20"),
    (W + X + "/" + "x" * 69, D + X + "-" + "x" * 69),
    (W + X + "/" + "x" * 70, D + X + "-" + "x" * 70),
    (W + X + "/" + "x" * 71, D + X + "-" + "x" * 70 + "-gsnnd1"),
    (W + X + "/" + "x" * 72, D + X + "-" + "x" * 70 + "-ngkqar"),
    (W + X + "/" + X + "/" + "x" * 24, D + X + "-" + "x" * 70 + "-1d2cge"),
    (W + X + "/" + X + "/" + "x" * 69, D + X + "-" + "x" * 70 + "-j2tebe"),
    (W + "日" * 80, D + "-" * 80),
    (W + "日" * 80 + "/" + "本" * 80, D + "-" * 161),
    (W + "😀" * 60 + "/" + "😀" * 30, D + "-" * 172 + "fxws59"),
    (W + "real dir", D + "real-dir"),
    (W + "real dir/sub", D + "real-dir-sub"),
    ("/", "-"),
    ("/tmp", "-tmp"),
]
"""The working folder a client (2.1.330) ran in, links resolved, and the project folder it made."""

paths = st.text(st.characters(exclude_categories=()), max_size=300)
"""Any text, lone surrogates included."""


@pytest.mark.parametrize(("path", "folder"), CLIENT, ids=range(len(CLIENT)))
def test_the_folder_is_the_one_the_client_makes(path: str, folder: str) -> None:
    assert encode(path) == folder
    assert encodes(path, folder)
    assert decode(folder, ["/elsewhere", path]) == path


@given(paths)
@example("/w/\ud800/\udfff")
def test_any_path_has_a_folder_of_letters_digits_and_dashes(path: str) -> None:
    folder = encode(path)
    assert re.fullmatch(r"[A-Za-z0-9-]*", folder)
    assert len(folder) <= LONGEST + 8
    assert encodes(path, folder)


@given(paths)
def test_any_folder_stands_for_some_path(folder: str) -> None:
    assert isinstance(decode(folder), str)


@given(paths.map(lambda path: path + "/" + "x" * 250))
def test_a_long_name_is_the_path_s_beginning_and_a_hash_of_all_of_it(path: str) -> None:
    folder = encode(path)
    assert re.fullmatch(r"[A-Za-z0-9-]{200}-[0-9a-z]{1,7}", folder)
    assert folder != encode(path + "x")
    assert folder[:LONGEST] == encode(path[:100])[:100] + folder[100:LONGEST]


def test_clients_up_to_2_1_40_did_not_shorten() -> None:
    path = W + "x" * 300
    long = D + "x" * 300
    assert encode(path) != long
    assert encodes(path, long)


def test_drive_letters_come_in_either_case() -> None:
    assert encode("C:\\Users\\me") == "C--Users-me"
    assert encodes("C:\\Users\\me", "c--Users-me")
    assert not encodes("C:\\Users\\me", "C--Users-you")


@pytest.mark.parametrize(
    ("folder", "path"),
    [
        ("-home-me-src", "/home/me/src"),
        ("-", "/"),
        ("C--Users-me", "C:\\Users\\me"),
        ("c--x", "c:\\x"),
        ("c--", "c//"),
        ("", ""),
    ],
)
def test_without_a_known_path_every_dash_is_read_as_a_separator(folder: str, path: str) -> None:
    assert decode(folder) == path
    assert decode(folder, ["/nowhere/near"]) == path
