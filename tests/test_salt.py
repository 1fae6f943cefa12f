import multiprocessing
import os
from pathlib import Path

import pytest

from ccmcp.salt import read_salt


def test_a_salt_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    made = read_salt(tmp_path / "state")
    assert len(made) == 32
    assert read_salt(tmp_path / "state") == made
    assert [file.name for file in (tmp_path / "state").iterdir()] == ["salt"]
    if os.name == "posix":
        assert (tmp_path / "state" / "salt").stat().st_mode & 0o077 == 0


def test_processes_that_make_it_at_once_get_the_same(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        assert len(set(pool.map(read_salt, [tmp_path / "state"] * 16, chunksize=1))) == 1


def test_without_a_folder_it_is_this_process_s_own(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert read_salt(tmp_path / "file" / "state") == read_salt(tmp_path / "file")


def test_a_file_system_without_links_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(os, "link", refuse)
    assert read_salt(tmp_path) == read_salt(tmp_path) == (tmp_path / "salt").read_bytes()
