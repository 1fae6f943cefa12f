import os
import sys
from collections.abc import Callable
from pathlib import Path

import platformdirs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccmcp.config import Config, Root, prepare_cache
from ccmcp.errors import SettingsError

HOME = "USERPROFILE" if sys.platform == "win32" else "HOME"


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """An environment with a home of its own, and nothing else."""
    return {HOME: str(tmp_path)}


@pytest.fixture
def write(tmp_path: Path, env: dict[str, str]) -> Callable[[str], Path]:
    """Write the settings file, and name it in the environment."""

    def write(text: str) -> Path:
        path = tmp_path / "settings.toml"
        path.write_text(text, encoding="utf-8")
        env["CCMCP_CONFIG"] = str(path)
        return path

    return write


def folder(path: Path) -> Path:
    path.mkdir(parents=True)
    return path


# -- roots -------------------------------------------------------------------------


def test_without_anything_the_root_is_the_default_folder(env: dict[str, str], tmp_path: Path) -> None:
    assert Config.load(env).roots == (Root(label="claude", path=tmp_path / ".claude"),)


def test_both_default_folders_are_roots_when_they_exist(env: dict[str, str], tmp_path: Path) -> None:
    new, old = folder(tmp_path / ".config" / "claude"), folder(tmp_path / ".claude")
    assert Config.load(env).roots == (Root(label="xdg", path=new), Root(label="claude", path=old))
    old.rmdir()
    assert Config.load(env).roots == (Root(label="xdg", path=new),)


def test_the_config_home_moves_one_of_them(env: dict[str, str], tmp_path: Path) -> None:
    moved = folder(tmp_path / "conf" / "claude")
    assert Config.load(env | {"XDG_CONFIG_HOME": str(tmp_path / "conf")}).roots[0].path == moved


def test_a_config_dir_with_a_comma_that_exists_is_one_root(env: dict[str, str], tmp_path: Path) -> None:
    odd = folder(tmp_path / "a, b")
    assert Config.load(env | {"CLAUDE_CONFIG_DIR": str(odd)}).roots == (Root(label="a-b", path=odd),)


def test_a_config_dir_is_split_at_commas_and_home_is_expanded(env: dict[str, str], tmp_path: Path) -> None:
    config = Config.load(env | {"CLAUDE_CONFIG_DIR": f" ~/.claude , ,{tmp_path / 'work' / '.claude'},"})
    assert config.roots == (
        Root(label="claude", path=tmp_path / ".claude"),
        Root(label="claude-2", path=tmp_path / "work" / ".claude"),
    )


def test_a_config_dir_of_commas_only_is_none(env: dict[str, str], tmp_path: Path) -> None:
    assert Config.load(env | {"CLAUDE_CONFIG_DIR": " , "}).roots[0].path == tmp_path / ".claude"


@pytest.mark.skipif(os.name != "posix", reason="needs symlinks")
def test_two_names_of_one_folder_are_one_root_under_the_first_name(
    env: dict[str, str], tmp_path: Path
) -> None:
    folder(tmp_path / "real")
    link = tmp_path / ".claude"
    link.symlink_to(tmp_path / "real")
    assert Config.load(env | {"CLAUDE_CONFIG_DIR": f"{link},{tmp_path / 'real'}"}).roots == (
        Root(label="claude", path=link),
    )


def test_settings_add_roots_and_name_them(
    env: dict[str, str], tmp_path: Path, write: Callable[[str], Path]
) -> None:
    write("""
        [[roots]]
        label = "anna"
        path = "~/anna/.claude"
        [[roots]]
        path = "~/archive"
        [[roots]]
        label = "mine"
        path = "~/.claude"
    """)
    assert Config.load(env).roots == (
        Root(label="mine", path=tmp_path / ".claude"),
        Root(label="anna", path=tmp_path / "anna" / ".claude"),
        Root(label="archive", path=tmp_path / "archive"),
    )


def test_a_label_given_in_settings_is_kept_and_others_step_aside(
    env: dict[str, str], write: Callable[[str], Path]
) -> None:
    write('[[roots]]\npath = "~/x"\nlabel = "claude"\n[[roots]]\npath = "~/y/.x"')
    assert [root.label for root in Config.load(env).roots] == ["claude-2", "claude", "x"]


# -- folders -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "given", [{}, {"XDG_CACHE_HOME": "c", "XDG_STATE_HOME": "s", "XDG_CONFIG_HOME": "f"}]
)
@pytest.mark.parametrize("absolute", [True, False])
def test_the_folders_are_those_of_platformdirs(
    env: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    given: dict[str, str],
    absolute: bool,  # noqa: FBT001 - pytest passes it by name
) -> None:
    env |= {name: str(tmp_path / value) if absolute else value for name, value in given.items()}
    for name in "HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME":
        monkeypatch.delenv(name, raising=False)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    if sys.platform == "win32":
        env["LOCALAPPDATA"] = os.environ["LOCALAPPDATA"]
    config = Config.load(env)
    assert config.cache.parent == platformdirs.user_cache_path("ccmcp", appauthor=False)
    assert config.state == platformdirs.user_state_path("ccmcp", appauthor=False)
    assert config.settings == platformdirs.user_config_path("ccmcp", appauthor=False) / "config.toml"


@pytest.mark.parametrize(
    ("system", "cache", "state"),
    [
        ("darwin", "Library/Caches/ccmcp", "Library/Application Support/ccmcp"),
        ("win32", "AppData/Local/ccmcp/Cache", "AppData/Local/ccmcp"),
        ("linux", ".cache/ccmcp", ".local/state/ccmcp"),
    ],
)
def test_each_system_has_its_own_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: str, cache: str, state: str
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    config = Config.load({"HOME": str(tmp_path), "USERPROFILE": str(tmp_path)})
    assert config.cache.parent == tmp_path / cache
    assert config.state == tmp_path / state


def test_the_cache_belongs_to_a_set_of_roots_in_any_order(env: dict[str, str], tmp_path: Path) -> None:
    def cache(*names: str) -> Path:
        return Config.load(
            env | {"CLAUDE_CONFIG_DIR": ",".join(str(tmp_path / name) for name in names)}
        ).cache

    assert cache("a", "b") == cache("b", "a", "a")
    assert cache("a", "b") != cache("a")


def test_places_can_be_set(env: dict[str, str], tmp_path: Path, write: Callable[[str], Path]) -> None:
    path = write('cache_dir = "~/c1"\nstate_dir = "~/s1"')
    assert Config.load(env).cache.parent == tmp_path / "c1"
    assert Config.load(env).state == tmp_path / "s1"
    assert Config.load(env).settings == path
    env |= {"CCMCP_CACHE_DIR": str(tmp_path / "c2"), "CCMCP_STATE_DIR": "~/s2"}
    assert Config.load(env).cache.parent == tmp_path / "c2"
    assert Config.load(env).state == tmp_path / "s2"
    assert Config.load(env, {"cache_dir": "~/c3"}).cache.parent == tmp_path / "c3"


# -- settings ----------------------------------------------------------------------


def test_variables_win_over_the_file_and_overrides_over_both(
    env: dict[str, str], write: Callable[[str], Path]
) -> None:
    write('memory_mb = 100\nbacklog_bytes = 1\ntimezone = "Asia/Tokyo"\nexclude_sessions = ["abcdef12"]')
    config = Config.load(env | {"CCMCP_MEMORY_MB": "200", "CCMCP_BACKLOG_BYTES": "2"}, {"memory_mb": "300"})
    assert (config.memory_mb, config.backlog_bytes, config.timezone) == (300, 2, "Asia/Tokyo")
    assert config.exclude_sessions == ("abcdef12",)


def test_an_empty_text_sets_nothing(env: dict[str, str]) -> None:
    assert Config.load(env | {"CCMCP_MEMORY_MB": "", "CCMCP_CONFIG": ""}, {"timezone": ""}) == Config.load(
        env
    )


def test_the_test_suites_own_variables_are_no_settings(env: dict[str, str]) -> None:
    assert Config.load(env | {"CCMCP_DATA": "x", "CCMCP_RIG": "x"}) == Config.load(env)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("memory = 1", r"settings\.toml: there is no setting 'memory'. Did you mean 'memory_mb'\?"),
        ("xyz = 1", "Known: backlog_bytes, budgets, cache_dir"),
        ('memory_mb = "300"', "memory_mb: '300' can't be used. Give a whole number of at least 64"),
        ("memory_mb = true", "memory_mb: True"),
        ("memory_mb = 1", "at least 64"),
        ("backlog_bytes = -1", "at least 0"),
        ("backlog_bytes = 1e400", "backlog_bytes: inf"),
        ('timezone = "Europe/Berln"', "timezone: 'Europe/Berln' is no time zone"),
        ('timezone = "../../etc/passwd"', "is no time zone"),
        ('timezone = "Europe"', "is no time zone"),
        ("timezone = 1", "is no time zone"),
        ("cache_dir = 1", "cache_dir: 1 is no path"),
        ('state_dir = "a\\u0000b"', "is no path"),
        ('exclude_projects = "/x"', "exclude_projects: '/x' is no list of texts"),
        ("exclude_projects = [1]", "is no list of texts"),
        ('exclude_projects = ["secret"]', r"exclude_projects: 'secret' is no pattern.*\*/private"),
        ('exclude_projects = [""]', "is no pattern"),
        ('exclude_sessions = ["abc"]', "exclude_sessions: 'abc' is no session id"),
        ("roots = 1", "roots: 1 is no list of roots"),
        ("roots = [1]", "roots 1: 1 is no root"),
        ("[[roots]]", "roots 1: path: None is no path"),
        ('[[roots]]\npath = "/a"\nlable = "b"', "roots 1: there is no setting 'lable'. Did you mean 'label'"),
        ('[[roots]]\npath = "/a"\nlabel = "b:c"', "'b:c' is no label"),
        ('[[roots]]\npath = "/a"\nlabel = "b"\n[[roots]]\npath = "/c"\nlabel = "b"', "roots 2: 'b' is the label of another"),
        ("memory_mb =", r"settings\.toml is no valid TOML: Invalid value.*Correct it or delete it"),
        ("a = " + "[" * 5000, "is no valid TOML"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_refused_with_its_place(
    env: dict[str, str], write: Callable[[str], Path], text: str, message: str
) -> None:
    write(text)
    with pytest.raises(SettingsError, match=message):
        Config.load(env)


@pytest.mark.parametrize(
    ("variables", "overrides", "message"),
    [
        (
            {"CCMCP_MEMORY": "1"},
            {},
            "the environment: there is no setting 'CCMCP_MEMORY'. Did you mean 'CCMCP_MEMORY_MB'",
        ),
        ({"CCMCP_MEMORY_MB": "lots"}, {}, "CCMCP_MEMORY_MB: 'lots' can't be used"),
        ({"CCMCP_TIMEZONE": "Mars"}, {}, "CCMCP_TIMEZONE: 'Mars' is no time zone"),
        ({"CCMCP_EXCLUDE_PROJECTS": "/a,b"}, {}, "CCMCP_EXCLUDE_PROJECTS: 'b' is no pattern"),
        ({}, {"memory_nb": "1"}, "the options: there is no setting 'memory_nb'. Did you mean 'memory_mb'"),
        ({}, {"memory_mb": "1.5"}, "--memory-mb: '1.5' can't be used"),
    ],
)
def test_a_wrong_variable_or_option_is_refused_with_its_name(
    env: dict[str, str], variables: dict[str, str], overrides: dict[str, str], message: str
) -> None:
    with pytest.raises(SettingsError, match=message):
        Config.load(env | variables, overrides)


def test_a_settings_file_that_was_named_must_be_there(env: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"There is no settings file .*nowhere\.toml"):
        Config.load(env | {"CCMCP_CONFIG": "~/nowhere.toml"})
    with pytest.raises(SettingsError, match=r"There is no settings file .*other\.toml"):
        Config.load(env | {"CCMCP_CONFIG": "~/nowhere.toml"}, {"config": str(tmp_path / "other.toml")})


def test_a_settings_file_that_cannot_be_read_is_refused(env: dict[str, str], tmp_path: Path) -> None:
    folder(tmp_path / "settings.toml")
    with pytest.raises(SettingsError, match="can't be read"):
        Config.load(env | {"CCMCP_CONFIG": str(tmp_path / "settings.toml")})
    (tmp_path / "latin.toml").write_bytes(b'timezone = "\xe4"')
    with pytest.raises(SettingsError, match="no valid TOML"):
        Config.load(env | {"CCMCP_CONFIG": str(tmp_path / "latin.toml")})


SCALARS = (
    st.none()
    | st.text()
    | st.integers()
    | st.booleans()
    | st.floats()
    | st.sampled_from(["~", "/a", "a\0b", "~/x,y"])
)
NAMES = st.sampled_from([
    "CLAUDE_CONFIG_DIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "CCMCP_CONFIG", "CCMCP_CACHE_DIR", "CCMCP_STATE_DIR",
    "CCMCP_EXCLUDE_PROJECTS", "CCMCP_EXCLUDE_SESSIONS", "CCMCP_BACKLOG_BYTES", "CCMCP_TIMEZONE", "CCMCP_X",
])  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(NAMES, SCALARS.map(str)))
def test_any_environment_is_a_config_or_a_settings_error(tmp_path: Path, given: dict[str, str]) -> None:
    try:
        config = Config.load({HOME: str(tmp_path)} | given)
    except SettingsError:
        return
    assert len({root.label for root in config.roots}) == len(config.roots) >= 1
    assert all(root.path.is_absolute() for root in config.roots)


# -- exclusions ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "excluded", "kept"),
    [
        ("/home/me/private", ["/home/me/private", "/home/me/private/x"], ["/home/me/private2", "/home/me"]),
        ("/home/me/private/", ["/home/me/private"], ["/home/me/privat"]),
        ("~/private", ["{home}/private/a"], ["/private"]),
        ("*/secret-*", ["/a/secret-x", "/a/secret-x/b"], ["/a/secret", "/secretly"]),
        ("*client[12]*", ["/w/client1"], ["/w/client3"]),
        ("C:\\work\\x", ["C:\\work\\x\\y", "C:/work/x"], ["C:\\work\\xy"]),
    ],
)
def test_projects_are_left_out_by_prefix_or_glob(
    env: dict[str, str], tmp_path: Path, pattern: str, excluded: list[str], kept: list[str]
) -> None:
    config = Config.load(env | {"CCMCP_EXCLUDE_PROJECTS": f"/elsewhere, {pattern}"})
    assert all(config.excludes_project(path.format(home=tmp_path)) for path in excluded)
    assert not any(config.excludes_project(path) for path in kept)


def test_sessions_are_left_out_by_id_or_prefix(env: dict[str, str]) -> None:
    config = Config.load(env | {"CCMCP_EXCLUDE_SESSIONS": "abcdef,123e4567-e89b-12d3-a456-426614174000"})
    assert config.excludes_session("abcdef00-0000-4000-8000-000000000000")
    assert config.excludes_session("123e4567-e89b-12d3-a456-426614174000")
    assert not config.excludes_session("0abcdef")
    assert not Config.load(env).excludes_session("abcdef")


# -- the cache folder ------------------------------------------------------------------


def test_the_cache_folder_is_private_and_marked_however_often_it_is_prepared(env: dict[str, str]) -> None:
    config = Config.load(env)
    for _ in range(2):
        prepare_cache(config)
        tag = (config.cache / "CACHEDIR.TAG").read_bytes()
        assert tag.startswith(b"Signature: 8a477f597d28d172789f06886806bc55")
        assert os.name != "posix" or config.cache.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(os.name != "posix", reason="needs permission bits")
def test_an_open_cache_folder_is_closed_and_a_folder_the_user_chose_is_not(
    env: dict[str, str], tmp_path: Path
) -> None:
    chosen = folder(tmp_path / "chosen")
    chosen.chmod(0o755)
    config = Config.load(env | {"CCMCP_CACHE_DIR": str(chosen)})
    folder(config.cache).chmod(0o755)
    prepare_cache(config)
    assert config.cache.stat().st_mode & 0o777 == 0o700
    assert chosen.stat().st_mode & 0o777 == 0o755


def test_a_place_that_cannot_hold_the_cache_is_refused_with_the_way_out(
    env: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"can't be used: .*Set CCMCP_CACHE_DIR"):
        prepare_cache(Config.load(env | {"CCMCP_CACHE_DIR": str(tmp_path / "file")}))


def test_a_cache_folder_that_may_not_be_written_to_is_refused(
    env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = Config.load(env)
    prepare_cache(config)
    monkeypatch.setattr(
        os, "access", lambda *_: False
    )  # as on a read-only mount; root may write everywhere else
    with pytest.raises(SettingsError, match=r"may not be written to\. Set CCMCP_CACHE_DIR"):
        prepare_cache(config)
