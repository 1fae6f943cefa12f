"""Where paths lie."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccmcp.audit.places import Place, Where, place
from ccmcp.audit.shell.command import Word

PROJECT, HOME = "/home/me/project", "/home/me"


def at(path: str, cwd: str = PROJECT) -> Place:
    return place(path, cwd=cwd, home=HOME, roots=(PROJECT,))


@pytest.mark.parametrize(
    ("where", "paths"),
    [
        ("root", ["/", "/*", "//", "/e*", "/tmp/../..", "C:/", "C:\\", "/mnt/c", "$HOME/../.."]),
        ("system", ["/etc", "/etc/", "/tmp/../etc", "/usr/lib/node_modules/x", "/var/log", "C:/Windows/System32", "../../../etc/passwd"]),
        ("home", ["~", "~/", "~/*", "$HOME", "${HOME}/", "..", "/home", "/home/bob", "~root", "/root", "C:\\Users\\me"]),
        ("home file", ["~/Documents", "../other", "/home/bob/x", "~bob/x", "/c/Users/me/x", "~/build"]),
        ("dotfile", ["~/.ssh", "~/.config", "~/.bashrc", "/home/bob/.aws/credentials"]),
        ("project", [".", "*", "./src", "src/*", ".git", "/home/me/project/src", "$PWD/x", "$(pwd)/src", "./~", "build.gradle"]),
        ("build", ["build", "./dist/", "a/b/node_modules", "$X/node_modules", "~/.cache/pip", "/var/lib/apt/lists/*", "x.egg-info"]),
        ("temp", ["/tmp", "/tmp/x", "$TMPDIR/x", "$(mktemp -d)", "`mktemp`", "/private/var/folders/a/b/T/x", "/dev/shm/x", "${X:-/tmp/y}"]),
        ("device", ["/dev/sda", "/dev/null"]),
        ("agent", ["~/.claude/projects", "~/.codex/auth.json"]),
        ("outside", ["/workspace", "/data/x", "/Volumes/disk/x"]),
        ("unknown", ["$X", "$X/", "${X}/*", "$(cat list)", "", "$TMPDIR/../etc"]),
    ],
)  # fmt: skip
def test_a_path_lies_where_it_says(where: Where, paths: list[str]) -> None:
    assert {path: at(path).where for path in paths} == dict.fromkeys(paths, where)


@pytest.mark.parametrize("path", ["/", "/etc", "/tmp", "/tmp/*", "~", ".", "..", "../..", "/home"])
def test_all_of_a_kind_is_told_from_a_part_of_it(path: str) -> None:
    assert at(path).whole
    assert not at(f"{path}/x/y/z/w").whole


def test_a_tilde_in_quotes_is_a_file() -> None:
    assert at(Word("~", quoted=True)).where == "project"
    assert at(Word("~/a b", quoted=True)).where == "home file"  # ~/"a b"


def test_without_a_folder_what_is_relative_lies_in_the_project() -> None:
    assert place("src") == Place("src", "project", inside=True)
    assert place("a/../../..") == Place("../..", "outside", inside=False, whole=True)
    assert place("~/x") == Place("~/x", "home file", inside=False)


def test_a_project_is_one_wherever_it_stands() -> None:
    assert place("src", cwd="/tmp/p", roots=("/tmp/p",)) == Place("/tmp/p/src", "project", inside=True)
    assert place("src", cwd="C:\\w\\p", roots=("C:\\w\\p",)) == Place("C:/w/p/src", "project", inside=True)
    assert place("/tmp/p/x", cwd=PROJECT, roots=(PROJECT, "/tmp/p")).inside
    assert place(".ssh/id_rsa", cwd=HOME, home=HOME, roots=(HOME,)).where == "dotfile"


@pytest.mark.parametrize(
    ("path", "resolved"),
    [
        ("src/../../project/./x", "/home/me/project/x"),
        ("build/../src", "/home/me/project/src"),
        ("dist/*", "/home/me/project/dist"),
        ("*/", PROJECT),
        ("~/project/src", "/home/me/project/src"),
        ("~+/x", "/home/me/project/x"),
        ("$CLAUDE_PROJECT_DIR/x", "/home/me/project/x"),
        ("$(git rev-parse --show-toplevel)/x", "/home/me/project/x"),
        ("${HOME:?}/x", "/home/me/x"),
        ("file:///etc/passwd", "/etc/passwd"),
        ("//etc//passwd", "/etc/passwd"),
        ("/private/etc/passwd", "/etc/passwd"),
        ("/tmp/a/../../etc", "/etc"),
        ("/../..", "/"),
        ("c:\\Windows\\x", "C:/Windows/x"),
        ("/cygdrive/d/x", "D:/x"),
        ("%USERPROFILE%\\x", "/home/me/x"),
        ("$X/../y", "$X/../y"),
    ],
)
def test_a_path_is_resolved_as_far_as_it_is_known(path: str, resolved: str) -> None:
    assert at(path).path == resolved


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("/tmp/a/../b", "temp"),
        ("/tmp/$X/..", "unknown"),
        ("$(mktemp -d)/../x", "unknown"),
        ("${TMPDIR:-/tmp}/../etc", "unknown"),
        ("$X/../build", "unknown"),
        ("node_modules/../x", "project"),
        ("../project2/x", "home file"),
        ("/home/me/project2", "home file"),
        ("/home/*/x", "home file"),
    ],
)
def test_nothing_is_taken_for_harmless_that_leads_out_of_it(path: str, where: Where) -> None:
    assert at(path).where == where


@pytest.mark.parametrize(
    ("path", "inside", "where"),
    [
        ("/data/shared/x", True, "project"),
        ("/data/shared", True, "project"),
        ("/data/shared/node_modules/x", True, "build"),
        ("/data/shared/../other", False, "outside"),
        ("/data/shared2/x", False, "outside"),
        ("/data", False, "outside"),
        ("src", True, "project"),
        ("~/.config/app/x", True, "project"),
        ("~/.config/other", False, "dotfile"),
    ],
)
def test_an_added_folder_is_as_good_as_the_project(path: str, inside: bool, where: Where) -> None:  # noqa: FBT001 - a case
    found = place(path, cwd=PROJECT, home=HOME, roots=(PROJECT, "/data/shared", f"{HOME}/.config/app"))
    assert (found.inside, found.where) == (inside, where)


def test_a_path_is_relative_to_where_the_command_runs() -> None:
    for cwd, where in (
        ("/etc", "system"),
        ("/tmp/x", "temp"),
        (f"{PROJECT}/dist", "build"),
        ("/", "outside"),
    ):
        assert place("x", cwd=cwd, home=HOME, roots=(PROJECT,)).where == where
    assert place("..", cwd=f"{PROJECT}/src", home=HOME, roots=(PROJECT,)) == Place(
        PROJECT, "project", inside=True, whole=True
    )


PIECES = [
    "~", "/", "/", "/", "..", ".", "*", "$HOME", "$X", "${X:-/tmp}", "$(pwd)", "$(mktemp -d)", "`x`", "%TEMP%", "C:", "\\", "etc", "home", "me",
    "project", "tmp", "var", "Users", "build", "a b", "private", "mnt", "c", "dev", "shm", "root", "file://", "$TMPDIR", "\0", "é", "\ud800", "[a]", "?",
]  # fmt: skip
PATHS = st.lists(st.sampled_from(PIECES), max_size=7).map("".join)


@given(PATHS, PATHS, PATHS, st.lists(PATHS, max_size=3), st.booleans())
def test_any_path_has_a_place_wherever_it_starts(
    path: str,
    cwd: str,
    home: str,
    roots: list[str],
    quoted: bool,  # noqa: FBT001 - a case
) -> None:
    found = place(Word(path, quoted=quoted), cwd=cwd, home=home, roots=tuple(roots))
    assert found.depth >= 0
    assert found.where in get_args(Where)


@given(
    st.lists(
        st.sampled_from(["aa", "bb", "..", ".", "build", "etc", "tmp", "home", "me", "project", ".ssh", "*"]),
        max_size=7,
    ),
    st.sampled_from(["", "/", "~/", "$HOME/", "$PWD/", "C:/"]),
)
def test_a_resolved_path_lies_where_it_lay(names: list[str], start: str) -> None:
    found = at(start + "/".join(names))
    again = at(found.path)
    assert not found.path or (again.path, again.where, again.inside) == (
        found.path,
        found.where,
        found.inside,
    )


@given(
    st.text(alphabet="~/.$*{}`()%ab\\C: ", max_size=12),
    st.sampled_from(["", "/", "/a", "C:\\a", "~", "$X", "a"]),
)
def test_any_text_has_a_place(path: str, cwd: str) -> None:
    found = place(path, cwd=cwd, home=HOME, roots=(PROJECT,))
    assert found.depth >= 0
    assert place(found.path, cwd=cwd, home=HOME, roots=(PROJECT,)) is not None
