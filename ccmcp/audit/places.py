"""A path -> what kind of place it is. Pure; never raises."""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Literal, TypeAlias

from ccmcp.values import dataclass

Where: TypeAlias = Literal[
    "root", "system", "home", "home file", "dotfile", "project", "build", "temp", "device", "agent", "outside", "unknown",
]  # fmt: skip
"""
/ and drive roots; /etc, /usr, /var/lib ...; a home folder itself; something in it; a shell's or program's settings there;
inside the project or an added folder; what a build makes, and caches, anywhere (node_modules, dist, target, ~/.cache ...);
/tmp and the like; /dev; ~/.claude and other agents' own; anywhere else; not known before it runs.
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a path lies."""

    path: str
    """
    Absolute and normalised where that can be told, without the `/*` at its end; `~` and `$HOME` as ~ when the home folder is
    unknown. Relative when the folder it starts from is unknown; as written from the first variable on.
    """
    where: Where
    inside: bool
    """Whether it lies in the project or a folder added to the session; relative paths do when nothing else is known."""
    whole: bool = False
    """Whether it is all there is of its kind, or holds that: the project's root or a folder above it, /tmp itself, /etc, ~."""

    @property
    def depth(self) -> int:
        """How many names below the root (of the disk, or of where it starts) it stands."""
        return sum(1 for name in self.path.split("/") if name and name not in ("~", "..") and name[-1] != ":")


def place(path: str, *, cwd: str = "", home: str = "", roots: tuple[str, ...] = ()) -> Place:
    """
    The kind of place a path names.

    `cwd` is the folder a relative one starts from, `home` the user's home folder, `roots` the project's root and the
    folders added to the session; each may be unknown (empty). Without roots, `cwd` is taken for the project.
    """
    if not path:
        return Place("", "unknown", inside=False)
    if path in ("~", "~/") and getattr(path, "quoted", False):
        path = "./~"  # "~" in quotes is a file of that name
    return _placed(str(path), cwd, home, roots)


@lru_cache(maxsize=512)
def _placed(path: str, cwd: str, home: str, roots: tuple[str, ...]) -> Place:
    home = _plain(home) if home else ""
    tops = [_plain(root) for root in roots or ((cwd,) if cwd else ()) if root]
    text = _expanded(path, cwd, home, tops)
    if text[:1] in ("$", "`", "%"):
        return _unknown(text)
    if text[:6] == "/tmp/$" and "/.." in text:  # noqa: S108
        return _unknown(path)  # out of a temporary folder whose place is not known
    full = _full(text, cwd, home)
    names, whole_of = _names(full)
    if full[:1] not in ("/", "~") and full[1:2] != ":":
        return _relative(names)
    shown = _shown(full, names)
    inside = any(_within(shown, top) for top in tops if _is_project(top))
    holds = any(top != shown and _within(top, shown) for top in tops)
    where, whole = _where(shown, names, home, tops)
    if whole_of and where == "home file" and len(names) == 1:
        where = "home"
    if inside and where in ("home file", "dotfile", "agent", "system", "outside", "temp", "home"):
        top = max((top for top in tops if _within(shown, top)), key=len)
        if top != home or where in ("home file", "home"):
            below = [name for name in shown[len(top) :].split("/") if name]
            where, whole = ("build" if _is_build(below) else "project"), not below
    return Place(shown, where, inside, whole or holds)


# -- from what is written to a path ----------------------------------------------------------------------------------


@cache
def _head() -> re.Pattern[str]:
    return re.compile(
        r"\$\{(?P<braced>\w+)(?::?[-=](?P<default>[^{}]*)|:?[?+][^{}]*)?\}"
        r"|\$[Ee][Nn][Vv]:(?P<env>\w+)|\$(?P<name>[A-Za-z_]\w*)|%(?P<percent>\w+)%"
        r"|\$\((?P<substituted>[^()]*)\)|`(?P<ticked>[^`]*)`"
    )


@cache
def _temporary() -> re.Pattern[str]:
    return re.compile(
        r"(?:\w*_)?(?:mk)?te?mp(?:_?(?:dir|path|file|folder|root|base|d)\w*|\d+|_\w+)?", re.IGNORECASE
    )


_KNOWN = {
    "HOME": "~", "USERPROFILE": "~", "HOMEPATH": "~", "TMPDIR": "/tmp/$TMPDIR", "TEMP": "/tmp/$TEMP", "TMP": "/tmp/$TMP",  # noqa: S108
    "RUNNER_TEMP": "/tmp/$RUNNER_TEMP", "XDG_CACHE_HOME": "~/.cache", "XDG_CONFIG_HOME": "~/.config",  # noqa: S108
    "XDG_DATA_HOME": "~/.local/share", "XDG_STATE_HOME": "~/.local/state", "XDG_RUNTIME_DIR": "/run/user/0",
    "APPDATA": "~/AppData/Roaming", "LOCALAPPDATA": "~/AppData/Local", "SYSTEMROOT": "C:/Windows", "WINDIR": "C:/Windows",
    "PROGRAMFILES": "C:/Program Files", "PROGRAMDATA": "C:/ProgramData", "SYSTEMDRIVE": "C:", "HOMEDRIVE": "C:",
    "ANDROID_HOME": "~/Android", "VIRTUAL_ENV": "./.venv",
}  # fmt: skip
_PROJECT = frozenset({"CLAUDE_PROJECT_DIR", "GITHUB_WORKSPACE", "CI_PROJECT_DIR"})


def _expanded(text: str, cwd: str, home: str, tops: Sequence[str]) -> str:  # noqa: PLR0911
    """With a known variable, ~ or $(...) at its start put in."""
    if text[:7] == "file://":
        text = text[7:]
    if text[1:2] == ":" or text[:2] == "\\\\" or ("\\" in text and "/" not in text):
        text = text.replace("\\", "/")
    if text[:1] not in ("$", "`", "%"):
        return text
    found = _head().match(text)
    if not found:
        return text
    rest = text[found.end() :].replace("\\", "/")
    name = found["braced"] or found["env"] or found["name"] or found["percent"] or ""
    if name.upper() in _KNOWN and (name.isupper() or not found["name"]):
        return _KNOWN[name.upper()] + rest
    if name == "PWD":
        return f"{cwd or '.'}{rest}"
    if name in _PROJECT:
        return f"{tops[0] if tops else '.'}{rest}"
    if name and _temporary().fullmatch(name):
        return f"/tmp/${name}{rest}"  # noqa: S108
    if default := found["default"]:
        return _expanded(default, cwd, home, tops) + rest
    run = (found["substituted"] or found["ticked"] or "").strip()
    if run.startswith("mktemp"):
        return f"/tmp/$(mktemp){rest}"  # noqa: S108
    if run == "pwd":
        return f"{cwd or '.'}{rest}"
    if run.startswith("git rev-parse --show-toplevel"):
        return f"{tops[0] if tops else '.'}{rest}"
    return text


def _full(text: str, cwd: str, home: str) -> str:
    """Absolute, as far as that can be told; not normalised."""
    if text[:1] == "~":
        user, slash, rest = text[1:].partition("/")
        if user == "+":
            text = f"{cwd or '.'}{slash}{rest}"
        elif user == "root":
            return f"/root{slash}{rest}"
        elif user and user[0].isalpha():
            return f"/home/{user}{slash}{rest}"
        elif not user:
            return f"{home or '~'}{slash}{rest}"
    if text[:1] == "/":
        return _drive(text)
    if text[1:2] == ":" and text[0].isalpha():
        return text[0].upper() + text[1:]
    return f"{_drive(cwd) if cwd[:1] == '/' else cwd.replace(chr(92), '/')}/{text}" if cwd else text


def _drive(text: str) -> str:
    """/c/Users and /mnt/c/Users as C:/Users."""
    for prefix in ("/", "/mnt/", "/cygdrive/"):
        letter, rest = text[len(prefix) : len(prefix) + 1], text[len(prefix) + 1 :]
        if text.startswith(prefix) and letter.isalpha() and rest[:1] in ("", "/") and (rest or prefix != "/"):
            return f"{letter.upper()}:{rest or '/'}"
    return text


_ALL = frozenset({"*", "**", ".*", "*.*", ".[!.]*", ".[^.]*", "..?*", ".??*", "*/", "?*", "[!.]*"})


def _names(full: str) -> tuple[list[str], bool]:
    """The names of a path from its root, `.` and `..` resolved, and whether it ended in /*."""
    names = list[str]()
    absolute = full[:1] in ("/", "~") or full[1:2] == ":"
    for name in full[2 if full[1:2] == ":" else full[:1] == "~" :].split("/"):
        if name == "..":
            if names and names[-1] != "..":
                names.pop()
            elif not absolute:
                names.append(name)
        elif name not in ("", "."):
            names.append(name)
    every = False
    while names and names[-1] in _ALL:
        names.pop()
        every = True
    if absolute and len(names) == 1 and full[:1] != "~" and names[0][:2] != "$(" and not _sound(names[0]):
        names.clear()
    if names[:1] == ["private"] and names[1:2] and names[1] in ("tmp", "var", "etc"):
        del names[0]
    return names, every


def _sound(name: str) -> bool:
    """Whether a name has no pattern in it that may stand for many."""
    return "*" not in name and "?" not in name and "[" not in name


def _shown(full: str, names: list[str]) -> str:
    if full[:1] == "~":
        return "/".join(("~", *names))
    return f"{full[:2] if full[1:2] == ':' else ''}/{'/'.join(names)}"


def _plain(path: str) -> str:
    full = _drive(path.replace("\\", "/"))
    return _shown(full, _names(full)[0])


def _within(path: str, top: str) -> bool:
    return path == top or path.startswith(top if top[-1:] == "/" else f"{top}/")


# -- what lies where -------------------------------------------------------------------------------------------------


def _unknown(text: str) -> Place:
    names = [name for name in text.split("/") if name not in ("", ".")]
    while names and names[-1] in _ALL:
        names.pop()
    if ".." not in names and _is_build(names[1:]):
        return Place(text, "build", inside=False)
    return Place(text, "unknown", inside=False)


def _relative(names: list[str]) -> Place:
    """Of a path whose start is unknown: below it is the project, above it is not."""
    text = "/".join(names) or "."
    if names[:1] == [".."]:
        return Place(text, "outside", inside=False, whole=all(name == ".." for name in names))
    return Place(text, "build" if _is_build(names) else "project", inside=True, whole=not names)


_SYSTEM = frozenset({
    "etc", "usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "boot", "var", "opt", "srv", "proc", "sys", "run", "snap",
    "nix", "System", "Library", "Applications", "private", "Network", "cores", "mnt", "media", "Volumes",
})  # fmt: skip
_WINDOWS = frozenset({
    "windows", "program files", "program files (x86)", "programdata", "system32", "recovery", "boot",
})  # fmt: skip
_MOUNTS = frozenset({"mnt", "media", "Volumes"})
_CACHES = (
    "/var/cache", "/var/lib/apt/lists", "/opt/homebrew/Caches", "/usr/share/doc", "/usr/share/man",
    "/usr/share/locale",
)  # fmt: skip


def _is_project(top: str) -> bool:
    """Whether a folder can be one that work is done in: / cannot."""
    return top not in ("/", "~") and top[1:] != ":/"


def _where(path: str, names: list[str], home: str, tops: Sequence[str]) -> tuple[Where, bool]:  # noqa: PLR0911
    if path[:1] == "~":
        return _at_home(names)
    if not names:
        return "root", True
    if home and _within(path, home) and home != "/":
        return _at_home([name for name in path[len(home) :].split("/") if name])
    if path[1:2] == ":":
        return _on_drive(names)
    top = names[0]
    if top in ("home", "Users") or path == "/root" or path.startswith("/root/"):
        below = names[1:] if top == "root" else names[2:]
        return _at_home(below) if below else ("home", True)
    if top == "dev" and names[1:2] != ["shm"]:
        return "device", len(names) == 1
    if temp := _temp_depth(names):
        return "temp", len(names) <= temp
    if any(_within(path, each) and path != "/var/cache" for each in _CACHES):
        return "build", False
    if top in _SYSTEM:
        if top in _MOUNTS and len(names) > 1:
            return ("build" if _is_build(names[2:]) else "outside"), len(names) == 2
        if top in ("var", "opt", "srv") and len(names) > 3 and not _MADE.isdisjoint(names[2:]):
            return "build", False
        return "system", len(names) <= (3 if top in ("var", "usr") else 2)
    _ = tops
    return ("build" if _is_build(names[1:], sure=True) else "outside"), len(names) == 1


def _temp_depth(names: list[str]) -> int:
    """How many names the temporary folder takes that a path lies in; 0 when it lies in none."""
    top, second = names[0], names[1] if len(names) > 1 else ""
    if top == "tmp":
        return 1
    if (top, second) in (("var", "tmp"), ("dev", "shm")):
        return 2
    if (top, second) == ("var", "folders"):
        return 5 if len(names) > 4 and names[4] in ("T", "C") else 4
    return 3 if (top, second) == ("run", "user") and len(names) > 2 else 0


def _on_drive(names: list[str]) -> tuple[Where, bool]:
    low = [name.lower() for name in names]
    if low[0] in ("temp", "tmp") or low[:2] == ["windows", "temp"]:
        return "temp", len(low) == (1 if low[0] != "windows" else 2)
    if low[0] in ("users", "documents and settings"):
        return _at_home(names[2:]) if len(names) > 2 else ("home", True)
    if low[0] in _WINDOWS:
        return "system", len(low) <= 2
    return ("build" if _is_build(names[1:], sure=True) else "outside"), len(names) == 1


_AGENTS = frozenset({
    ".claude", ".claude.json", ".codex", ".gemini", ".cursor", ".copilot", ".continue", ".windsurf", ".codeium", ".opencode",
    ".aider.conf.yml", ".factory", ".qwen", ".amp",
})  # fmt: skip
_HOME_CACHES = (
    ".cache", ".npm", ".pnpm-store", ".yarn/cache", ".yarn/berry", ".gradle/caches", ".gradle/daemon", ".m2/repository", ".nuget/packages",
    ".cargo/registry", ".cargo/git", ".bun/install/cache", ".local/share/Trash", ".local/share/pnpm/store", ".ivy2/cache",
    ".conda/pkgs", ".terraform.d/plugin-cache", ".expo", ".node-gyp", ".ccache", ".sbt/boot", "go/pkg/mod", "Library/Caches",
    "Library/Developer/Xcode/DerivedData", "Library/Developer/CoreSimulator/Caches", ".Trash", "AppData/Local/npm-cache",
    "AppData/Local/pip/Cache",
)  # fmt: skip
_HOME_SETTINGS = ("Library/LaunchAgents", "Library/Preferences", "Library/Keychains", "AppData/Roaming")


def _at_home(names: list[str]) -> tuple[Where, bool]:
    """Of the names below a home folder."""
    if not names:
        return "home", True
    path = "/".join(names)
    if path.startswith("AppData/Local/Temp"):
        return "temp", len(names) == 3
    if names[0] in _AGENTS or path.startswith(
        (".config/opencode", ".config/claude", "Library/Application Support/Claude")
    ):
        return "agent", len(names) == 1
    if any(_within(path, each) for each in _HOME_CACHES) or _is_build(names[1:], sure=True):
        return "build", False
    if names[0][0] == "." or path.startswith(_HOME_SETTINGS):
        return "dotfile", len(names) == 1
    return "home file", False


_MADE = frozenset({
    "node_modules", "__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".tox", ".nox", ".venv", "venv", ".next", ".nuxt",
    ".svelte-kit", ".turbo", ".parcel-cache", ".angular", ".nyc_output", "htmlcov", ".eggs", "DerivedData", ".dart_tool",
    ".vite", ".webpack", ".expo", ".serverless", ".docusaurus", "elm-stuff", ".stack-work", "dist-newstyle",
    ".ipynb_checkpoints", ".hypothesis", "bower_components", ".pnpm-store", "zig-cache", ".zig-cache", "zig-out", ".cache",
    ".rollup.cache", ".eslintcache", ".jest", ".swc", ".astro", ".wrangler", ".aws-sam", "cdk.out", ".bundle", ".sass-cache",
    "playwright-report", "test-results", "storybook-static", "coverage", ".coverage", ".gradle", ".terraform", ".DS_Store",
    ".build", "Pods", ".output", ".scannerwork", ".kotlin", ".cxx", ".externalNativeBuild", ".tsbuildinfo", ".temp", ".tmp",
})  # fmt: skip
"""What some tool makes and can make anew, whatever it stands in."""

_OFTEN = frozenset({
    "build", "builds", "dist", "target", "out", "obj", "_build", "_site", "_output", "Debug", "Release", "x64", "cache", "caches",
    "tmp", "temp", "log", "logs", "artifacts", "bazel-bin", "bazel-out", "lib-cov", "buck-out", "gen", "generated", "deps/_build",
    "site-packages", "wheelhouse", "cmake-build", "coverage-report", "dist-ssr", "release",
})  # fmt: skip
"""What usually is that in a project, and may be somebody's folder elsewhere."""

_STARTS = (
    "cmake-build-", "bazel-", "build-", "build_", "dist-", "dist_", "tmp-", "tmp_", "tmp.", "temp-", "temp_",
    "target-",
)  # fmt: skip
_ENDS = (
    ".egg-info", ".dist-info", ".pyc", ".pyo", ".tmp", ".log", "_cache", "-cache", ".o", ".obj", ".class",
    ".tsbuildinfo", ".swp",
)  # fmt: skip


def _is_build(names: Sequence[str], *, sure: bool = False) -> bool:
    """Whether one of these names is that of something a build makes; with `sure`, or the last alone usually is."""
    if ".git" in names:
        return False
    for name in names:
        if name in _MADE or name.endswith(_ENDS):
            return True
        if not sure and (name.rstrip("*") in _OFTEN or (name.startswith(_STARTS) and "." not in name[4:])):
            return True
    return (
        sure and len(names) > 1 and names[-1] in _OFTEN and names[-1] not in ("log", "logs", "release", "gen")
    )
