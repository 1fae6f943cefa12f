"""Where paths lie."""

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


@given(
    st.text(alphabet="~/.$*{}`()%ab\\C: ", max_size=12),
    st.sampled_from(["", "/", "/a", "C:\\a", "~", "$X", "a"]),
)
def test_any_text_has_a_place(path: str, cwd: str) -> None:
    found = place(path, cwd=cwd, home=HOME, roots=(PROJECT,))
    assert found.depth >= 0
    assert place(found.path, cwd=cwd, home=HOME, roots=(PROJECT,)) is not None
