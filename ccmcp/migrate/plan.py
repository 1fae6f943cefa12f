"""What a plan says, as values that live as JSON in the state folder. Pure."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from hashlib import sha256
from typing import Any, Literal, TypeAlias

from ccmcp.migrate import steps
from ccmcp.migrate.steps import Step

Mode: TypeAlias = Literal["move", "copy", "rename", "merge", "bundle"]
"""
move: the project's folder has moved or was renamed, its sessions follow. copy: sessions are forked into another project.
rename: as move, where the encoded folder stays the same. merge: a project's sessions join those of another. bundle: sessions come out of a bundle.
"""

Severity: TypeAlias = Literal["critical", "high", "medium", "low", "info"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing that would be done, as a person says it."""

    do: str
    """move, copy, mark (only the line that says where it belongs), rewrite, add, edit, make."""
    what: str
    """session, memory, prompt history, project settings, plan, file history, task list, todo list, folder, other file."""
    source: str | None
    """Where it is; none for what comes out of nothing."""
    target: str
    session_id: str | None = None
    new_session_id: str | None = None
    """The id that a copy gets."""
    title: str | None = None
    files: int = 1
    bytes: int = 0
    changes: Mapping[str, int] = field(default_factory=dict)
    """How many values of which field are replaced."""
    detail: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """Something to know before it is done."""

    kind: str
    severity: Severity
    detail: str
    advice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """Something that is not taken along, and why; or that stands in the way (a conflict)."""

    what: str
    path: str | None
    session_id: str | None
    why: str
    advice: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A folder as it was read: when its names have changed, the plan is void. Files, and places that are to be free, are looked at one by one when it is applied."""

    path: str
    state: str
    """The digest of a folder's names, or empty where there is no such folder."""
    without: tuple[str, ...] = ()
    """Names in a folder that may come and go: those of sessions that run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """How a session is resumed in its new place."""

    session_id: str
    title: str | None
    cwd: str
    root: str
    """The label of its root."""
    path: str
    """Its transcript, when all is done."""
    mtime_ns: int = 0
    """When that was written to last, which stays: `claude --continue` takes the latest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A plan."""

    plan_id: str
    """12 hex digits: the start of the SHA-256 of all the rest."""
    mode: Mode
    source: str
    """The project's folder as it was, or the bundle's file."""
    target: str
    root: str
    """The label of the root the sessions are in."""
    target_root: str
    made_at: str
    """ISO 8601 with offset."""
    roots: tuple[str, ...]
    """The real folders that may be written in."""
    actions: tuple[Action, ...] = ()
    risks: tuple[Risk, ...] = ()
    conflicts: tuple[Left, ...] = ()
    left: tuple[Left, ...] = ()
    sessions: int = 0
    bytes: int = 0
    """Of all files that are moved or made."""
    after: tuple[After, ...] = ()
    read: tuple[Read, ...] = ()
    steps: tuple[Step, ...] = ()
    running: tuple[str, ...] = ()
    """Ids of sessions that run and are left out."""


def identified(plan: Plan) -> Plan:
    """The plan under its own id."""
    return replace(plan, plan_id=sha256(to_json(replace(plan, plan_id="")).encode()).hexdigest()[:12])


def is_of(text: str, plan_id: str) -> bool:
    """Whether a plan as it is kept is the one that got this id; told by its text, without making a plan of it."""
    unnamed = text.replace(f'"plan_id":"{plan_id}"', '"plan_id":""', 1)
    return sha256(unnamed.encode()).hexdigest()[:12] == plan_id


def to_json(plan: Plan) -> str:
    """The plan as it is kept."""
    # The steps by hand: asdict copies every value of thousands of them.
    kept = asdict(replace(plan, steps=())) | {"format": 1, "steps": [told(each) for each in plan.steps]}
    return json.dumps(kept, separators=(",", ":"))


def from_json(text: str) -> Plan:
    """
    The plan that was kept.

    Raises:
        ValueError: it is none of ours.

    """
    try:
        kept = json.loads(text)
        if kept.pop("format") != 1:
            raise ValueError("a plan of another version")
        read = (Read(**each | {"without": tuple(each["without"])}) for each in kept["read"])
        made = {
            "roots": tuple(kept["roots"]), "running": tuple(kept["running"]), "read": tuple(read),
            "actions": tuple(Action(**each) for each in kept["actions"]), "risks": tuple(Risk(**each) for each in kept["risks"]),
            "conflicts": tuple(Left(**each) for each in kept["conflicts"]), "left": tuple(Left(**each) for each in kept["left"]),
            "after": tuple(After(**each) for each in kept["after"]), "steps": tuple(step(each) for each in kept["steps"]),
        }  # fmt: skip
        return Plan(**kept | made)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no plan: {error}") from error


# -- steps --------------------------------------------------------------------------


def told(value: Any) -> dict[str, Any]:
    """A step (or a content) as JSON has it: with its kind."""
    found: dict[str, Any] = {"kind": type(value).__name__}
    for each in fields(value):
        inner = getattr(value, each.name)
        found[each.name] = told(inner) if isinstance(inner, _CARRIED) else inner
    return found


_CARRIED = (steps.Seen, steps.Edits, steps.FromFile, steps.FromBundle, steps.FromBackup)
_KINDS: dict[str, Callable[..., Any]] = {
    kind.__name__: kind
    for kind in (
        steps.MakeFolder, steps.RemoveFolder, steps.Move, steps.Append, steps.Truncate, steps.Put, steps.Remove, steps.Prompts,
        steps.Settings, *_CARRIED,
    )
}  # fmt: skip


def step(kept: object) -> Step:
    """
    A step that was kept.

    Raises:
        KeyError, TypeError: it is none.

    """
    made: Step = _made(kept)
    return made


def _made(kept: object) -> Any:
    match kept:
        case {"kind": str(kind), **rest}:
            return _KINDS[kind](**{str(name): _made(value) for name, value in rest.items()})
        case list():
            return tuple(_made(each) for each in kept)
        case _:
            return kept
