"""
What a bundle is: the names of its members, and what it carries. Pure.

A bundle is a ZIP of plain files that carries sessions to another machine, user or folder:

    manifest.json                       what is in it (see `bundle_manifest`); first in the ZIP's directory
    README.txt                          how to read it without ccmcp
    digests.sha256                      of every other member, for `sha256sum -c`
    sessions/<id>/transcript.jsonl      a session; `agents/`: subagents' transcripts that stood beside it;
                                        `side/`: its own folder; `file-history/`, `tasks/`, `todos/`: what is kept by its id
    plans/<slug>.md  memory/...  prompts.jsonl      what belongs to several
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal[
    "transcript", "side", "agent", "file-history", "tasks", "todos", "plan", "memory", "prompts"
]
"""What a member is."""

MANIFEST = "manifest.json"
README = "README.txt"
DIGESTS = "digests.sha256"
PROMPTS = "prompts.jsonl"
TRANSCRIPT = "transcript.jsonl"

LARGEST_MANIFEST = 64 * 1024 * 1024
"""Bytes: some 200,000 members."""

LARGEST_RATIO = 100
"""A member is at most so many times as large as it is in the file, above a size; what packs better is stored as it is."""

RATIO_COUNTS_FROM = 64 * 1024
"""Bytes: smaller members are little more than their entry in the directory."""

_FOLDERS = {
    "side": "side/",
    "agent": "agents/",
    "file-history": "file-history/",
    "tasks": "tasks/",
    "todos": "todos/",
}
_SESSION = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_AGENT = re.compile(r"agent-[^/]+\.jsonl")
_PLAN = re.compile(r"[^/]+\.md")
_DEVICE = re.compile(r"(?i)(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|COM[0-9¹²³]|LPT[0-9¹²³])(?: *\.|: *|$)")
_LONGEST_PART, _LONGEST_NAME = 255, 1500
_UNFIT = re.compile(r"[\\:]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One file in a bundle."""

    name: str
    kind: Kind
    session_id: str | None
    """None for what belongs to several."""
    place: str
    """Its path below the folder of its kind, with / on every system; of a transcript and the prompts their own names."""
    size: int
    sha256: str
    mode: int
    """Permission bits of its owner; no others are carried."""
    mtime_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """A session in a bundle."""

    session_id: str
    title: str
    home: str | None
    """The folder it belongs to, relative to the project's, with /; `.` for that itself; None for one outside of it."""
    ended_at: str
    """The time of its last line, ISO 8601, or empty."""
    messages: bool
    """Whether anybody says anything in it: else the client does not resume it."""
    transcript: Member
    members: tuple[Member, ...] = ()
    """All its other files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a bundle carries: all that a plan of taking it in needs."""

    sessions: tuple[Carried, ...] = ()
    plans: tuple[Member, ...] = ()
    memory: tuple[Member, ...] = ()
    prompts: Member | None = None

    @property
    def members(self) -> Iterator[Member]:
        """Every file."""
        for each in self.sessions:
            yield each.transcript
            yield from each.members
        yield from (*self.plans, *self.memory)
        if self.prompts:
            yield self.prompts


# -- names --------------------------------------------------------------------------


def is_session_id(text: str) -> bool:
    """Whether a text is a session's id as all clients make them, a UUID: it names files and folders where a bundle is taken in."""
    return _SESSION.fullmatch(text) is not None


def misplaced(kind: Kind, session_id: str | None, place: str) -> str:
    """Why a file of a kind can't have a path below the folder of its kind; empty where it can, and no other kind is there."""
    match kind:
        case "agent" if not _AGENT.fullmatch(place):
            return "a subagent's transcript beside sessions is named agent-*.jsonl"
        case "plan" if not _PLAN.fullmatch(place):
            return "a plan is named *.md"
        case "todos" if place != f"{session_id}.json" and not _is_todo(place, f"{session_id}-agent-"):
            return "a todo list is named SESSION.json or SESSION-agent-*.json"
        case _:
            return ""


def _is_todo(place: str, start: str) -> bool:
    return place.startswith(start) and place.endswith(".json") and "/" not in place


def member_name(kind: Kind, session_id: str | None, place: str) -> str:
    """The name of the member that holds a file."""
    match kind:
        case "transcript":
            return f"sessions/{session_id}/{TRANSCRIPT}"
        case "plan":
            return f"plans/{place}"
        case "memory":
            return f"memory/{place}"
        case "prompts":
            return PROMPTS
        case _:
            return f"sessions/{session_id}/{_FOLDERS[kind]}{place}"


def unfit(name: str) -> str:
    """Why a member's name can't be a path on every system, or leads out of its folder; empty where it is well."""
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        return "the path is absolute"
    if any(unicodedata.category(each) in {"Cc", "Cs"} for each in name):
        return "the name holds control characters"
    if len(name.encode()) > _LONGEST_NAME:
        return "the path is too long"
    return next((why for part in name.split("/") if (why := _unfit_part(part))), "")


def _unfit_part(part: str) -> str:
    if part == "..":
        return "the path leads out of its folder with .."
    if part in {"", "."}:
        return "the path has an empty part"
    if _DEVICE.match(part):
        return "a part of the path is the name of a device on Windows"
    if part[-1] in ". ":
        return "a part of the path ends in a dot or space, which Windows drops"
    if found := _UNFIT.search(part):
        return "the path holds a backslash" if found[0] == "\\" else f"the path holds {found[0]!r}"
    return "a part of the path is too long" if len(part.encode()) > _LONGEST_PART else ""


def folded(name: str) -> str:
    """A name as file systems that don't tell case or spelling apart see it."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


class Names:
    """Names taken so far: each is a file of its own on every system."""

    def __init__(self) -> None:
        self._files: set[str] = set()
        self._folders: set[str] = set()

    def clash(self, name: str) -> bool:
        """Whether a name is, on some system, that of a file or a folder that is there already; taken from now on if not."""
        whole = folded(name)
        parts = whole.split("/")
        folders = ["/".join(parts[:end]) for end in range(1, len(parts))]
        if whole in self._files or whole in self._folders or not self._files.isdisjoint(folders):
            return True
        self._files.add(whole)
        self._folders.update(folders)
        return False


def relative_home(home: str, project: str) -> str | None:
    """A session's folder relative to the project's, with /; `.` for the project's own or one that is not known; None for one outside."""
    top = project.rstrip("/\\")
    if not home or home.rstrip("/\\") == top:
        return "."
    rest = home[len(top) :]
    if not home.startswith(top) or rest[0] not in "/\\":
        return None
    below = (rest if "/" in project else rest.replace("\\", "/")).strip("/")
    return below if is_home(below) else None


def is_home(home: str) -> bool:
    """Whether a text is a folder below another, or `.` for that itself."""
    if home == ".":
        return True
    control = any(unicodedata.category(each) in {"Cc", "Cs"} for each in home)
    return (
        not control
        and "\\" not in home
        and not re.match(r"[A-Za-z]:", home)
        and not {"", ".", ".."} & set(home.split("/"))
    )


def quoted(name: str) -> str:
    """A name from elsewhere, as it may stand in a message."""
    short = name if len(name) <= 120 else name[:119] + "…"
    return ascii(short) if not short.isprintable() else f"'{short}'"
