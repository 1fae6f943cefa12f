"""A damaged, missing or foreign cache is made anew by itself, and its user never hears of it."""

import os
import re
import shutil
import sqlite3
from collections.abc import Callable
from itertools import cycle
from pathlib import Path

import pytest

from ccmcp.config import Config
from ccmcp.errors import CcmcpError, SettingsError
from ccmcp.history import History
from ccmcp.index.codes import PASSAGE_FIELDS
from tests.index.asking import found, listed, once, talk
from tests.index.contents import passages
from tests.transcript import Chat, Home

Harm = Callable[[Path], None]
"""What is done to a cache folder."""


def catalogue_is_garbage(cache: Path) -> None:
    _rewrite(cache / "catalog.sqlite3", b"this is no database\n" * 500)


def catalogue_is_empty(cache: Path) -> None:
    _rewrite(cache / "catalog.sqlite3", b"")


def catalogue_is_cut(cache: Path) -> None:
    path = cache / "catalog.sqlite3"
    _rewrite(path, path.read_bytes()[: path.stat().st_size // 2])


def catalogue_pages_are_overwritten(cache: Path) -> None:
    path = cache / "catalog.sqlite3"
    whole = path.read_bytes()
    _rewrite(path, whole[:4096] + b"\xff" * (len(whole) - 4096))


def catalogue_is_of_another_version(cache: Path) -> None:
    with sqlite3.connect(cache / "catalog.sqlite3") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()


def catalogue_lacks_a_table(cache: Path) -> None:
    with sqlite3.connect(cache / "catalog.sqlite3") as connection:
        connection.execute("DROP TABLE calls")
    connection.close()


def catalogue_is_deleted(cache: Path) -> None:
    for path in cache.glob("catalog.sqlite3*"):
        path.unlink()


def text_is_deleted(cache: Path) -> None:
    shutil.rmtree(cache / "fulltext")


def half_the_text_is_deleted(cache: Path) -> None:
    shutil.rmtree(cache / "fulltext" / "sessions")


def text_s_list_is_garbage(cache: Path) -> None:
    _rewrite(cache / "fulltext" / "passages" / "meta.json", b"{not json")


def text_s_list_is_empty(cache: Path) -> None:
    _rewrite(cache / "fulltext" / "sessions" / "meta.json", b"")


def a_segment_is_missing(cache: Path) -> None:
    next((cache / "fulltext" / "passages").glob("*.term")).unlink()


def a_segment_is_all_zeroes(cache: Path) -> None:
    path = next((cache / "fulltext" / "passages").glob("*.idx"))
    _rewrite(path, bytes(path.stat().st_size))


def text_has_another_schema(cache: Path) -> None:
    path = cache / "fulltext" / "passages" / "meta.json"
    _rewrite(path, path.read_bytes().replace(b'"said"', b'"told"'))


def catalogue_is_a_folder(cache: Path) -> None:
    catalogue_is_deleted(cache)
    (cache / "catalog.sqlite3" / "inner").mkdir(parents=True)


def text_is_a_file(cache: Path) -> None:
    shutil.rmtree(cache / "fulltext")
    (cache / "fulltext").write_bytes(b"no folder")


def everything_is_deleted(cache: Path) -> None:
    shutil.rmtree(cache)


def _rewrite(path: Path, content: bytes) -> None:
    # A new file in its place: what has the old one mapped into memory would die of a shorter one.
    path.unlink()
    path.write_bytes(content)
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


HARMS: list[Harm] = [
    catalogue_is_garbage, catalogue_is_empty, catalogue_is_cut, catalogue_pages_are_overwritten,
    catalogue_is_of_another_version, catalogue_lacks_a_table, catalogue_is_deleted, text_is_deleted,
    half_the_text_is_deleted, text_s_list_is_garbage, text_s_list_is_empty, a_segment_is_missing,
    a_segment_is_all_zeroes, text_has_another_schema, catalogue_is_a_folder, text_is_a_file, everything_is_deleted,
]  # fmt: skip


@pytest.fixture
def chats(home: Home) -> list[Chat]:
    written = [talk("one", "a wombat"), talk("two", "a quokka", "and a wombat")]
    for chat in written:
        home.write(chat)
    return written


@pytest.mark.parametrize("harm", HARMS)
def test_what_was_harmed_while_nobody_looked_is_made_anew(
    harm: Harm, chats: list[Chat], config: Config
) -> None:
    history = History(config, patient=True)
    history.refresh()
    history.close()
    harm(config.cache)
    history = History(config, patient=True)
    assert found(history, "wombat") == once(chats)
    assert found(history, "quokka") == once(chats[1:])
    assert history.refresh().complete
    history.close()
    assert set(passages(config).values()) == {1}


@pytest.mark.parametrize(
    ("harm", "first"), list(zip(HARMS, cycle(["search", "list", "append"]), strict=False))
)
def test_what_is_harmed_between_two_calls_is_made_anew(
    harm: Harm, first: str, chats: list[Chat], home: Home, history: History, config: Config
) -> None:
    history.refresh()
    assert found(history, "quokka") == once(chats[1:])
    harm(config.cache)
    if first == "append":
        home.append(chats[0], [chats[0].user("a numbat")])
        assert found(history, "numbat") == once(chats[:1])
    if first != "list":
        assert found(history, "wombat") == once(chats)
    assert set(listed(history)) == {chat.id for chat in chats}
    assert history.session(chats[0].id)[0].session_id == chats[0].id
    home.append(chats[0], [chats[0].user("a bilby")])
    assert found(history, "bilby") == once(chats[:1])
    assert found(history, "wombat") == once(chats)
    assert history.refresh().complete


def test_a_cache_that_is_deleted_while_two_processes_have_it_open_serves_both_again(
    chats: list[Chat], home: Home, config: Config
) -> None:
    both = [History(config, patient=True) for _ in range(2)]
    for history in both:
        assert found(history, "wombat") == once(chats)
    shutil.rmtree(config.cache)
    for history in both:
        assert found(history, "wombat") == once(chats)
    home.append(chats[0], [chats[0].user("a numbat")])
    for history in both:
        assert found(history, "numbat") == once(chats[:1])
        history.close()
    assert set(passages(config).values()) == {1}


def test_a_question_without_a_look_at_the_disk_is_answered_from_a_harmed_cache_too(
    chats: list[Chat], history: History, config: Config
) -> None:
    history.refresh()
    text_is_deleted(config.cache)
    assert set(listed(history)) == {chat.id for chat in chats}
    everything_is_deleted(config.cache)
    assert history.find(chats[0].id) is not None


def test_other_settings_make_the_cache_anew(chats: list[Chat], home: Home, config: Config) -> None:
    history = History(config, patient=True)
    assert found(history, "wombat") == once(chats)
    history.close()
    without = Config.load(home.env, {"exclude_sessions": chats[0].id})
    assert without.cache == config.cache
    history = History(without, patient=True)
    assert found(history, "wombat") == once(chats[1:])
    assert listed(history) == [chats[1].id]
    assert sum(history.left_out().values()) == 1
    history.close()
    history = History(Config.load(home.env, {"exclude_projects": "/work/demo"}), patient=True)
    assert found(history, "wombat") == {}
    assert listed(history) == []
    history.close()
    history = History(config, patient=True)
    assert found(history, "wombat") == once(chats)
    history.close()


def test_a_process_goes_over_to_the_cache_another_has_made_anew(
    chats: list[Chat], home: Home, history: History
) -> None:
    assert found(history, "wombat") == once(chats)
    other = History(Config.load(home.env, {"exclude_sessions": chats[0].id}), patient=True)
    assert found(other, "wombat") == once(chats[1:])
    other.close()
    assert found(history, "wombat") == once(chats)


def test_text_of_another_schema_than_the_code_s_is_made_anew(
    chats: list[Chat], config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setattr("ccmcp.index.schema.PASSAGE_FIELDS", (*PASSAGE_FIELDS, "further"))
        history = History(config, patient=True)
        assert found(history, "wombat") == once(chats)
        history.close()
    history = History(config, patient=True)
    assert found(history, "wombat") == once(chats)
    assert history.refresh().complete
    history.close()


def test_what_can_t_be_removed_from_the_cache_is_named(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.name == "nt":
        pytest.skip("there it means that another process has it open")
    History(config, patient=True).close()
    catalogue = config.cache / "catalog.sqlite3"
    _rewrite(catalogue, b"this is no database\n" * 500)

    def refuse(path: Path, **_: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(SettingsError, match=re.escape(str(catalogue))):
        History(config, patient=True)


def test_a_cache_folder_that_can_t_be_made_is_told(home: Home, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(SettingsError, match="CCMCP_CACHE_DIR"):
        History(Config.load(home.env, {"cache_dir": str(tmp_path / "file" / "cache")}))


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_cache_folder_that_can_no_longer_be_written_is_told(
    chats: list[Chat], home: Home, config: Config
) -> None:
    history = History(config, patient=True)
    history.refresh()
    config.cache.chmod(0o500)
    home.append(chats[0], [chats[0].user("a numbat")])
    try:
        with pytest.raises(CcmcpError):
            history.refresh()
    finally:
        config.cache.chmod(0o700)
        history.close()


def test_the_cache_is_for_its_owner_only(chats: list[Chat], history: History, config: Config) -> None:
    assert found(history, "wombat") == once(chats)
    if os.name == "posix":
        folders = [config.cache, *(path for path in config.cache.rglob("*") if path.is_dir())]
        assert {path.stat().st_mode & 0o777 for path in folders} == {0o700}
    assert (
        (config.cache / "CACHEDIR.TAG")
        .read_bytes()
        .startswith(b"Signature: 8a477f597d28d172789f06886806bc55")
    )
