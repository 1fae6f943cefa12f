"""
Where things are on this machine and what its user has set. The only module that reads the environment and config.toml.

The environment comes in as a mapping. platformdirs can't take one and costs 20 ms to import, so its rules for the
user's folders are written out here; a test compares the two.
"""

import errno
import os
import re
import sys
import zlib
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal, Self

from ccmcp.errors import SettingsError, did_you_mean
from ccmcp.values import dataclass, field

_TAG = (
    b"Signature: 8a477f597d28d172789f06886806bc55\n"
    b"# This folder is a cache of ccmcp: it is made anew from Claude Code's transcripts when it is deleted.\n"
    b"# See https://bford.info/cachedir/ for what this file is for.\n"
)

# Variables of ours that are no settings: the test suite's own.
_NOT_SETTINGS = ("CCMCP_CONFIG", "CCMCP_DATA", "CCMCP_RIG")


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """One Claude Code config folder."""

    label: str
    """Its short name, unique among the roots: `LABEL:ID` selects a session in it."""

    path: Path
    """Absolute, as it was named: symlinks are not resolved away. It need not exist (an archive may be unmounted)."""

    default: bool = field(default=False, compare=False)
    """Whether it is the one Claude Code takes by itself: `.claude` in the home folder."""


_SEVERITIES = ("info", "low", "medium", "high", "critical")
_DECISIONS = ("deny", "ask", "allow", "off")


@dataclass(frozen=True, slots=True, kw_only=True)
class HookPolicy:
    """What `ccmcp classify --hook` answers to a call."""

    deny: str = ""
    """The least severity that is denied; empty for none."""

    ask: str = ""
    """The least severity that the user is asked about; empty for none."""

    allow: tuple[str, ...] = ()
    """The tools whose calls are allowed unasked where nothing is found in them."""

    rules: Mapping[str, str] = field(default_factory=dict)
    """A rule's id -> what is decided on its findings, whatever their severity: deny, ask, allow, or off for no say."""

    def decision(self, rule: str, severity: str) -> str:
        """deny, ask or allow; empty for no say."""
        if rule in self.rules:
            return self.rules[rule].replace("off", "")
        rank = _SEVERITIES.index(severity)
        for decision, least in (("deny", self.deny), ("ask", self.ask)):
            if least and rank >= _SEVERITIES.index(least):
                return decision
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The folders ccmcp works with and the settings it works by."""

    roots: tuple[Root, ...]
    """Where transcripts are read; each real folder once."""

    cache: Path
    """Ours, derived from the transcripts of exactly these roots: deleting it loses nothing."""

    state: Path
    """Ours, but the user's: journals, baselines, salt. Never deleted by us unasked."""

    settings: Path
    """The settings file; it need not exist."""

    exclude_projects: tuple[str, ...] = ()
    """Projects to leave out: globs or path prefixes over real project paths, `~` expanded."""

    exclude_sessions: tuple[str, ...] = ()
    """Sessions to leave out: ids or unique prefixes of 6 or more characters."""

    backlog_bytes: int = 32_000_000
    """Up to so many bytes that are not indexed yet a query waits for; beyond, it answers and says what it covers."""

    memory_mb: int = 300
    """About how much memory indexing may take."""

    timezone: str = ""
    """The IANA zone days and weeks are counted in; empty for this machine's own."""

    usage_prices: str = ""
    """A JSON file with prices that go before those that come with ccmcp (`ccmcp.usage.prices` says how it looks); empty for none."""

    budgets: object = None
    """The table of budgets as it stands in the settings (`ccmcp.usage.budgets` reads it); none for none."""
    retention_days: int = 0
    """For how many days transcripts have to be kept, by a rule of yours; 0 for no such rule. The audit says where they are not."""

    hook: HookPolicy | None = None
    """By what `ccmcp classify --hook` decides; none for no decisions."""

    home: Path = field(default=Path(), compare=False)
    """The user's home, which `~` stands for."""

    @classmethod
    def load(cls, env: Mapping[str, str], overrides: Mapping[str, str] = {}) -> Self:
        """
        The configuration in this environment: the settings file, then `CCMCP_*`, then overrides (name -> text).

        An override's name is a key of the settings file or `config`, the file's place. An empty text sets nothing.

        Raises:
            SettingsError: something that was set can't be used.

        """
        home = _home(env)
        named = _named(env, overrides)
        settings = (
            Path(_path(named[1], home, named[0]))
            if named
            else _user_folder("config", env, home) / "config.toml"
        )
        found = _from_file(settings, required=named is not None) | _from_env(env) | _from_overrides(overrides)
        roots = _labelled(
            _client_roots(env, home), _extra_roots(found.pop("roots", None), home), home / ".claude"
        )
        values = {key: _KEYS[key](value, place, home) for key, (value, place) in found.items()}
        cache = values.pop("cache_dir", None) or _user_folder("cache", env, home)
        state = values.pop("state_dir", None) or _user_folder("state", env, home)
        # The digest also below a folder the user chose: two sets of roots never share an index.
        return cls(
            roots=roots,
            cache=Path(cache) / _digest(roots),
            state=Path(state),
            settings=settings,
            home=home,
            **values,
        )

    def excludes_project(self, path: str) -> bool:
        """Whether the settings leave out the project with this real path, or one above it."""
        slashed = path.replace("\\", "/")
        return any(_covers(pattern.replace("\\", "/"), slashed) for pattern in self.exclude_projects)

    def excludes_session(self, session_id: str) -> bool:
        """Whether the settings leave out the session with this id."""
        return session_id.startswith(self.exclude_sessions)


def prepare_cache(config: Config) -> None:
    """
    Make the cache folder, for its owner only and marked as a cache for backup programs; again and again if need be.

    Raises:
        SettingsError: it can't be made or written to.

    """
    try:
        _make_cache(config.cache)
    except OSError as error:
        raise SettingsError(
            f"The cache folder {config.cache} can't be used: {error.strerror or error}. Set CCMCP_CACHE_DIR (or cache_dir in "
            f"{config.settings}) to a folder you can write to; the cache holds nothing that can't be made again."
        ) from error


def _make_cache(cache: Path) -> None:
    cache.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    cache.mkdir(mode=0o700, exist_ok=True)
    if os.name == "posix" and cache.stat().st_mode & 0o077:
        cache.chmod(0o700)
    if not (tag := cache / "CACHEDIR.TAG").exists():
        tag.write_bytes(_TAG)
    if not os.access(cache, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, "it may not be written to")


# -- folders ------------------------------------------------------------------------


def _home(env: Mapping[str, str]) -> Path:
    name = "USERPROFILE" if sys.platform == "win32" else "HOME"
    try:
        return given if (given := Path(env.get(name, ""))).is_absolute() else Path.home()
    except RuntimeError as error:
        raise SettingsError(f"There is no home folder to look for transcripts in. Set {name}.") from error


def _user_folder(kind: Literal["cache", "state", "config"], env: Mapping[str, str], home: Path) -> Path:
    system: str = sys.platform
    if system == "win32":
        local = Path(env.get("LOCALAPPDATA") or home / "AppData" / "Local") / "ccmcp"
        return local / "Cache" if kind == "cache" else local
    # A relative XDG path is invalid and to be ignored, says its specification.
    if (given := Path(env.get(f"XDG_{kind.upper()}_HOME", "").strip())).is_absolute():
        return given / "ccmcp"
    if system == "darwin":
        return home / "Library" / ("Caches" if kind == "cache" else "Application Support") / "ccmcp"
    return home / {"cache": ".cache", "state": ".local/state", "config": ".config"}[kind] / "ccmcp"


def _path(value: object, home: Path, place: str) -> str:
    """A folder or file as set: `~` expanded, absolute, not resolved."""
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise SettingsError(
            f"{place}: {_shown(value)} is no path. Give the path of a folder, absolute or from ~."
        )
    text = value.strip()
    if text == "~" or text.startswith(("~/", "~\\")):
        return str(home / text[2:])
    try:
        return str(Path(text).absolute())
    except OSError as error:
        raise SettingsError(
            f"{place}: {_shown(text)} is relative to a folder that is gone. Make it absolute."
        ) from error


def _client_roots(env: Mapping[str, str], home: Path) -> list[tuple[str, Path]]:
    """The roots Claude Code itself uses in this environment, as label ("" for none of its own) and path."""
    place = "CLAUDE_CONFIG_DIR"
    if given := env.get(place, "").strip():
        whole = _path(given, home, place)
        parts = [given] if _is_folder(whole) else [part for part in given.split(",") if part.strip()]
        if parts:
            return [("", Path(_path(part, home, place))) for part in parts]
    # Both end in "claude", so they have labels of their own, which stay when one of them comes or goes.
    xdg = Path(env.get("XDG_CONFIG_HOME", "").strip())
    known = [
        ("xdg", (xdg if xdg.is_absolute() else home / ".config") / "claude"),
        ("claude", home / ".claude"),
    ]
    return [(label, path) for label, path in known if _is_folder(path)] or known[1:]


def _is_folder(path: Path | str) -> bool:
    return os.path.isdir(path)  # noqa: PTH112 - Path.is_dir raises where it may not look


def _labelled(own: list[tuple[str, Path]], extra: list[tuple[str, Path]], default: Path) -> tuple[Root, ...]:
    """Each real folder once: under the label the settings give it, else under its own or one made of its name."""
    folders: dict[str, tuple[str, Path]] = {}
    given: dict[str, str] = {}
    for label, path in (*own, *extra):
        folders.setdefault(os.path.realpath(path), (label, path))
    for label, path in extra:
        if label:
            given.setdefault(os.path.realpath(path), label)
    roots: list[Root] = []
    for real, (label, path) in folders.items():
        taken = {*given.values(), *(root.label for root in roots)}
        name = given.get(real) or _free(label or _label(path), taken)
        roots.append(Root(label=name, path=path, default=path == default))
    return tuple(roots)


def _label(path: Path) -> str:
    return re.sub(r"[^\w-]+", "-", path.name).strip("-").lower()[:32] or "root"


def _free(label: str, taken: set[str]) -> str:
    number, free = 1, label
    while free in taken:
        number += 1
        free = f"{label}-{number}"
    return free


def _digest(roots: tuple[Root, ...]) -> str:
    real = sorted(os.fsencode(os.path.realpath(root.path)) for root in roots)
    text = b"\n".join(real)
    # Two checksums of two readings: hashlib would take a tenth of a command's start, and nobody forges his own roots.
    return f"{zlib.crc32(text):08x}{zlib.crc32(text[::-1]):08x}"


# -- settings -----------------------------------------------------------------------

Found = dict[str, tuple[object, str]]
"""Key -> the value as it was given, and where."""


def _named(env: Mapping[str, str], overrides: Mapping[str, str]) -> tuple[str, str] | None:
    """Where the settings file was set to be: place and text."""
    given = (("--config", overrides.get("config")), ("CCMCP_CONFIG", env.get("CCMCP_CONFIG")))
    return next(((place, text) for place, text in given if text), None)


def _from_file(path: Path, *, required: bool) -> Found:
    try:
        with path.open("rb") as file:
            import tomllib  # noqa: PLC0415 - most homes have no settings file, and start-up time counts

            table = tomllib.load(file)
    except (FileNotFoundError, NotADirectoryError) as error:
        if required:
            raise SettingsError(
                f"There is no settings file {path}. Make it, or unset CCMCP_CONFIG."
            ) from error
        return {}
    except OSError as error:
        advice = "Make it readable, or set CCMCP_CONFIG to another file."
        raise SettingsError(
            f"{path}: the settings file can't be read: {error.strerror or error}. {advice}"
        ) from error
    except (ValueError, RecursionError) as error:
        raise SettingsError(
            f"{path} is no valid TOML: {str(error)[:200]}. Correct it or delete it."
        ) from error
    for key in table:
        _known(key, (*_KEYS, "roots"), str(path))
    return {key: (value, f"{path}: {key}") for key, value in table.items()}


def _from_env(env: Mapping[str, str]) -> Found:
    names = {f"CCMCP_{key.upper()}": key for key in _KEYS}
    found = {
        name: text for name, text in env.items() if name.startswith("CCMCP_") and name not in _NOT_SETTINGS
    }
    for name in found:
        _known(name, (*names, "CCMCP_CONFIG"), "the environment")
    return {
        names[name]: (_from_text(names[name], text), name) for name, text in found.items() if text.strip()
    }


def _from_overrides(overrides: Mapping[str, str]) -> Found:
    texts = {key: text for key, text in overrides.items() if key != "config"}
    for key in texts:
        _known(key, (*_KEYS, "config"), "the options")
    return {
        key: (_from_text(key, text), f"--{key.replace('_', '-')}")
        for key, text in texts.items()
        if text.strip()
    }


def _from_text(key: str, text: str) -> object:
    """What the settings file would hold for this text: lists are split at commas and line breaks."""
    if _KEYS[key] in (_projects, _sessions):
        return [part.strip() for part in re.split(r"[,\n]", text) if part.strip()]
    return int(text) if re.fullmatch(r"\s*[0-9]{1,15}\s*", text) else text.strip()


def _known(name: str, known: tuple[str, ...], place: str) -> None:
    if name not in known:
        raise SettingsError(f"{place}: there is no setting {_shown(name)}. {did_you_mean(name, known)}")


def _extra_roots(given: tuple[object, str] | None, home: Path) -> list[tuple[str, Path]]:
    tables, place = given or ([], "")
    wanted = 'Write each as [[roots]] with path = "..." and, if you like, label = "...".'
    if not isinstance(tables, list):
        raise SettingsError(f"{place}: {_shown(tables)} is no list of roots. {wanted}")
    roots: list[tuple[str, Path]] = []
    for number, table in enumerate(tables, 1):
        here = f"{place} {number}"
        if not isinstance(table, dict):
            raise SettingsError(f"{here}: {_shown(table)} is no root. {wanted}")
        for key in table:
            _known(key, ("label", "path"), here)
        label = table.get("label", "")
        if not isinstance(label, str) or not re.fullmatch(r"[\w-]{0,32}", label):
            raise SettingsError(
                f"{here}: {_shown(label)} is no label. Give up to 32 letters, digits, _ or -."
            )
        if label and label in {other for other, _ in roots}:
            raise SettingsError(f"{here}: {label!r} is the label of another root. Give each root its own.")
        roots.append((label, Path(_path(table.get("path"), home, f"{here}: path"))))
    return roots


def _texts(value: object, place: str) -> list[str]:
    if isinstance(value, list) and all(isinstance(text, str) for text in value):
        return value
    raise SettingsError(f"{place}: {_shown(value)} is no list of texts.")


def _projects(value: object, place: str, home: Path) -> tuple[str, ...]:
    patterns = []
    for text in _texts(value, place):
        expanded = str(home / text[2:]) if text.startswith("~/") else text
        if not re.match(r"[/*?\[]|[A-Za-z]:[\\/]|\\\\", expanded) or "\0" in text:
            raise SettingsError(
                f"{place}: {_shown(text)} is no pattern for projects. Give an absolute path (/home/me/private, ~/private) "
                "or a glob over whole paths (*/private, */secret-*)."
            )
        patterns.append(expanded)
    return tuple(patterns)


def _sessions(value: object, place: str, _home: Path) -> tuple[str, ...]:
    for text in (texts := _texts(value, place)):
        if not re.fullmatch(r"[\w.-]{6,}", text):
            raise SettingsError(
                f"{place}: {_shown(text)} is no session id. Give an id or at least its first 6 characters."
            )
    return tuple(texts)


def _whole(least: int) -> Callable[[object, str, Path], int]:
    def check(value: object, place: str, _home: Path) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value < 1 << 53:
            raise SettingsError(
                f"{place}: {_shown(value)} can't be used. Give a whole number of at least {least}."
            )
        return value

    return check


def _zone(value: object, place: str, _home: Path) -> str:
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - 4 ms that only those pay who set a zone

    try:
        return ZoneInfo(value if isinstance(value, str) else "").key
    except (KeyError, ValueError, OSError) as error:
        raise SettingsError(
            f"{place}: {_shown(value)} is no time zone. Give an IANA name, as Europe/Berlin."
        ) from error


def _hook(value: object, place: str, _home: Path) -> HookPolicy:
    if not isinstance(value, dict):
        raise SettingsError(
            f'{place}: {_shown(value)} is no policy. Write [hook] with deny = "critical" and so on.'
        )
    for key in value:
        _known(key, ("deny", "ask", "allow", "except", "rules"), place)
    least = {
        key: _one_of(value[key], _SEVERITIES, f"{place}: {key}") for key in ("deny", "ask") if key in value
    }
    rules = value.get("rules", {})
    if not isinstance(rules, dict):
        raise SettingsError(f'{place}: rules: {_shown(rules)} is no table. Write {{ "GIT-001" = "ask" }}.')
    without = dict.fromkeys(_texts(value.get("except", []), f"{place}: except"), "off")
    for rule in (*rules, *without):
        if not re.fullmatch(r"[A-Z][A-Z0-9]*-\d+", rule):
            raise SettingsError(f"{place}: {_shown(rule)} is no rule's id. `ccmcp rules` lists them.")
    decided = {rule: _one_of(text, _DECISIONS, f"{place}: rules: {rule}") for rule, text in rules.items()}
    tools = _texts(value.get("allow", []), f"{place}: allow")
    return HookPolicy(**least, allow=tuple(tools), rules={**without, **decided})


def _one_of(value: object, known: tuple[str, ...], place: str) -> str:
    if not isinstance(value, str) or value not in known:
        raise SettingsError(f"{place}: {_shown(value)} can't be used. {did_you_mean(str(value)[:60], known)}")
    return value


def _shown(value: object) -> str:
    return repr(value)[:60]


def _covers(pattern: str, path: str) -> bool:
    """Whether a glob or a path names this folder or one above it."""
    pattern = pattern.rstrip("/")
    return (
        path == pattern
        or path.startswith(f"{pattern}/")
        or fnmatchcase(path, pattern)
        or fnmatchcase(path, f"{pattern}/*")
    )


_KEYS: dict[str, Callable[[object, str, Path], Any]] = {
    "cache_dir": lambda value, place, home: _path(value, home, place),
    "state_dir": lambda value, place, home: _path(value, home, place),
    "exclude_projects": _projects,
    "usage_prices": lambda value, place, home: _path(value, home, place),
    "budgets": lambda value, *_: value,
    "hook": _hook,
    "retention_days": _whole(0),
    "exclude_sessions": _sessions,
    "backlog_bytes": _whole(0),
    "memory_mb": _whole(64),
    "timezone": _zone,
}
