"""
What is written down before anything is done: one JSON object a line, the last whole line says how far it came. I/O.

    {"begin": {...}}            all steps, and what is needed to take them back
    {"state": "committed"}      all that is new is on the disk; from here on it is carried through
    {"state": "settled"}        all is done and on the disk; what was set aside goes
    {"state": "done"}
    {"state": "rolling back"}   it is being taken back
    {"state": "rolled back"}
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from typing import Any, Literal, TypeAlias

import orjson

from ccmcp.migrate import steps
from ccmcp.migrate.doing import disk
from ccmcp.migrate.doing.rewriting import Restore
from ccmcp.migrate.steps import Step

State: TypeAlias = Literal["none", "begun", "committed", "settled", "done", "rolling back", "rolled back"]
AnyStep: TypeAlias = Step | Restore

UNFINISHED = ("begun", "committed", "settled", "rolling back")


@dataclass(frozen=True, slots=True, kw_only=True)
class Begin:
    """What a transaction sets out to do."""

    mark: str
    """Part of the names of files that are only there meanwhile."""
    steps: tuple[AnyStep, ...]
    backups: str
    """The folder that contents from backups are read from."""
    before: Mapping[str, int] = field(default_factory=dict)
    """Folders that are there already, and their modification times in nanoseconds."""
    after: Mapping[str, int] = field(default_factory=dict)
    """Folders and the times they have when all is done."""
    trees: Mapping[str, Sequence[Sequence[Any]]] = field(default_factory=dict)
    """Folders that are moved whole, by where they go to: each file's path below, size, modification time (ns) and inode."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A journal as it was read."""

    state: State
    begin: Begin | None = None
    inodes: Mapping[str, int] = field(default_factory=dict)
    """Files that are made, and their inodes."""
    reason: str = ""
    """Why it was taken back."""
    done: bool = True
    """Whether steps may have been done when it began to be taken back."""


def place(folder: str) -> str:
    """The path of a transaction's journal."""
    return os.path.join(folder, "journal.jsonl")


def start(folder: str, begin: Begin) -> None:
    """Write the first line, in place of an earlier attempt's journal; it is on the disk when this returns. Raises OSError."""
    path = place(folder)
    # Beside, then renamed: the journal of an earlier attempt is not cut short by a crash.
    disk.write(path + ".new", (_line({"begin": _told(begin)}),), 0o600, -1, synced=True)
    disk.replace(path + ".new", path)
    disk.sync((), (folder,))


def note(folder: str, state: State, **more: object) -> None:
    """Write down how far it came; it is on the disk when this returns. Raises OSError."""
    # After a line that was cut short, on a line of its own.
    disk.add(place(folder), b"\n" + _line({"state": state, **more}))


def read(folder: str) -> Recorded:
    """
    A transaction's journal; state "none" where none was begun.

    Raises:
        OSError: it can't be read.
        ValueError: it is none of ours.

    """
    try:
        data, _ = disk.read(place(folder))
    except (FileNotFoundError, NotADirectoryError):
        return Recorded(state="none")
    begin: Begin | None = None
    state: State = "none"
    inodes: dict[str, int] = {}
    reason = ""
    done = True
    for line in data.split(b"\n")[:-1]:
        match _loaded(line):
            case {"begin": dict(told)}:
                begin, state = _begin(told), "begun"
            case {"state": str(told), **more}:
                state = told  # type: ignore[assignment]
                if isinstance(told_inodes := more.get("inodes"), dict):
                    inodes = {str(path): int(str(inode)) for path, inode in told_inodes.items()}
                reason = str(more.get("reason", reason))
                done = more.get("done") is not False
            case _:
                pass
    return Recorded(state=state if begin else "none", begin=begin, inodes=inodes, reason=reason, done=done)


def state_of(folder: str) -> State:
    """How far a transaction came, without its steps. Raises OSError."""
    try:
        data, _ = disk.read(place(folder))
    except (FileNotFoundError, NotADirectoryError):
        return "none"
    state: State = "none"
    for line in data.split(b"\n")[:-1]:
        if line.startswith(b'{"begin":'):
            state = "begun"
        elif state != "none":
            match _loaded(line):
                case {"state": str(told)}:
                    state = told  # type: ignore[assignment]
                case _:
                    pass
    return state


# -- lines ---------------------------------------------------------------------------


def _line(value: object) -> bytes:
    try:
        return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError:
        # Names that are no Unicode: orjson refuses them.
        return json.dumps(value, default=_plain, separators=(",", ":")).encode() + b"\n"


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(type(value).__name__)


def _loaded(line: bytes) -> object:
    try:
        found: object = orjson.loads(line)
    except ValueError:
        try:
            found = json.loads(line)
        except ValueError:
            return None
    return found


def _told(begin: Begin) -> dict[str, object]:
    return {
        "format": 1,
        "mark": begin.mark,
        "backups": begin.backups,
        "before": begin.before,
        "after": begin.after,
        "trees": begin.trees,
        "steps": [(type(each).__name__, each) for each in begin.steps],
    }


def _begin(told: Mapping[str, Any]) -> Begin:
    try:
        if told["format"] != 1:
            raise ValueError("a journal of another version")
        found = tuple(_KINDS[kind](**_values(values)) for kind, values in told["steps"])
        return Begin(
            mark=told["mark"], backups=told["backups"], before=told["before"], after=told["after"], steps=found,
            trees=told.get("trees", {}),
        )  # fmt: skip
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no journal: {error}") from error


_KINDS: Mapping[str, Any] = {
    each.__name__: each
    for each in (
        steps.MakeFolder, steps.RemoveFolder, steps.Move, steps.Append, steps.Truncate, steps.Put, steps.Remove, steps.Prompts,
        steps.Settings, Restore,
    )
}  # fmt: skip


def _values(told: Mapping[str, Any]) -> dict[str, Any]:
    """Fields as their classes have them: which one an object is shows in its keys."""
    return {name: _value(value) for name, value in told.items()}


def _value(value: Any) -> Any:
    match value:
        case dict():
            return _INNER[frozenset(value)](**_values(value))
        case list():
            return tuple(_value(each) for each in value)
        case _:
            return value


_INNER: Mapping[frozenset[str], Any] = {
    frozenset(each.name for each in fields(kind)): kind
    for kind in (
        steps.Seen, steps.Edits, steps.FromFile, steps.FromBundle, steps.FromBackup, steps.Prompts, steps.Settings,
    )
}  # fmt: skip
