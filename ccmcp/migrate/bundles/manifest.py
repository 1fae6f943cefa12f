"""What a bundle says of itself, as JSON: written, and read with every word of it checked. Pure."""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast, get_args

from ccmcp.migrate.bundles.layout import (
    PROMPTS,
    TRANSCRIPT,
    Carried,
    Contents,
    Kind,
    Member,
    Names,
    is_home,
    is_session_id,
    member_name,
    misplaced,
    quoted,
    unfit,
)

FORMAT = "ccmcp-bundle"
VERSION = 1

_KINDS = get_args(Kind)
_OWNED = frozenset({"transcript", "side", "agent", "file-history", "tasks", "todos"})
_DIGEST = re.compile(r"[0-9a-f]{64}")
_TIME_LIMIT = 1 << 62


class ManifestError(ValueError):
    """What a manifest says can't be true; the text says why, to stand after "because"."""


class NewerVersionError(ManifestError):
    """The bundle has a layout that is not known here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a bundle says of itself."""

    made_at: str
    made_by: str
    redacted: bool
    project: str
    """The last part of the project's path."""
    project_path: str | None
    """The whole of it, where it is told."""
    client_versions: tuple[str, ...] = ()
    contents: Contents = field(default_factory=Contents)


def to_json(manifest: Manifest) -> str:
    """The manifest as it stands in a bundle."""
    contents = manifest.contents
    project = {"name": manifest.project, "path": manifest.project_path}
    told = {
        "format": FORMAT,
        "version": VERSION,
        "made_at": manifest.made_at,
        "made_by": manifest.made_by,
        "client_versions": list(manifest.client_versions),
        "redacted": manifest.redacted,
        "project": {key: value for key, value in project.items() if value is not None},
        "sessions": [_session_told(each) for each in contents.sessions],
        "files": {each.name: _member_told(each) for each in contents.members},
    }
    return json.dumps(told, indent=1, ensure_ascii=True) + "\n"


def _session_told(session: Carried) -> dict[str, object]:
    told: dict[str, object] = {"session_id": session.session_id, "title": session.title, "home": session.home}
    if session.home is None:
        told["outside"] = True
    told |= {"ended_at": session.ended_at, "messages": session.messages}
    return told | {"files": [each.name for each in (session.transcript, *session.members)]}


def _member_told(member: Member) -> dict[str, object]:
    return {
        "size": member.size, "sha256": member.sha256, "mode": member.mode, "mtime_ns": member.mtime_ns, "kind": member.kind,
        "session_id": member.session_id,
    }  # fmt: skip


def from_json(text: bytes) -> Manifest:
    """
    The manifest of a bundle. Every name in it is checked: each may be a path below any folder.

    Raises:
        NewerVersionError: a later ccmcp has made it.
        ManifestError: it is none, or says what can't be.

    """
    try:
        kept: object = json.loads(text)
    except RecursionError as error:
        raise ManifestError("its manifest is nested too deep") from error
    except ValueError as error:
        raise ManifestError("its manifest is no JSON") from error
    match kept:
        case {"format": "ccmcp-bundle", "version": version} if type(version) is int and version != VERSION:
            raise NewerVersionError(
                f"it has version {version} of the bundle's layout, and this ccmcp knows version {VERSION}"
            )
        case {
            "format": "ccmcp-bundle",
            "version": 1,
            "sessions": list(sessions),
            "files": dict(files),
            **rest,
        }:
            return _manifest(cast("dict[str, object]", rest), sessions, cast("dict[str, object]", files))
        case _:
            raise ManifestError("its manifest is not that of a bundle")


def _manifest(rest: Mapping[str, object], sessions: list[object], files: Mapping[str, object]) -> Manifest:
    members = _members(files)
    owned: dict[str, list[Member]] = {}
    for each in members.values():
        if each.session_id is not None:
            owned.setdefault(each.session_id, []).append(each)
    carried = tuple(_carried(each, owned) for each in sessions)
    if len({each.session_id for each in carried}) != len(carried):
        raise ManifestError("its manifest lists a session twice")
    if strays := owned.keys() - {each.session_id for each in carried}:
        raise ManifestError(f"its manifest has files of a session that it does not list: {min(strays)}")
    project = rest.get("project")
    by_kind = {
        kind: tuple(each for each in members.values() if each.kind == kind)
        for kind in ("plan", "memory", "prompts")
    }
    return Manifest(
        made_at=_text(rest, "made_at"),
        made_by=_text(rest, "made_by"),
        redacted=rest.get("redacted") is True,
        project=_text(project, "name"),
        project_path=_path(_text(project, "path")),
        client_versions=_texts(rest.get("client_versions")),
        contents=Contents(
            sessions=carried, plans=by_kind["plan"], memory=by_kind["memory"], prompts=next(iter(by_kind["prompts"]), None)
        ),
    )  # fmt: skip


def _members(files: Mapping[str, object]) -> dict[str, Member]:
    names = Names()
    found: dict[str, Member] = {}
    for name, told in files.items():
        if why := unfit(name):
            raise ManifestError(f"{quoted(name)}: {why}")
        if names.clash(name):
            raise ManifestError(
                f"{quoted(name)}: another member has this name, or one that differs in case only"
            )
        found[name] = _member(name, told)
    return found


def _member(name: str, told: object) -> Member:
    match told:
        case {
            "size": int(size),
            "sha256": str(digest),
            "mode": int(mode),
            "mtime_ns": int(at),
            "kind": str(kind),
            "session_id": owner,
        }:
            pass
        case _:
            raise ManifestError(f"{quoted(name)}: its manifest leaves out what the file is")
    if (
        type(size) is not int
        or size < 0
        or type(at) is not int
        or abs(at) >= _TIME_LIMIT
        or not _DIGEST.fullmatch(digest)
    ):
        raise ManifestError(f"{quoted(name)}: its size, time or digest can't be")
    if kind not in _KINDS:
        raise ManifestError(f"{quoted(name)}: its kind can't be")
    if not (owner is None or (isinstance(owner, str) and is_session_id(owner))):
        raise ManifestError(f"{quoted(name)}: the id of its session is no UUID")
    if (kind in _OWNED) != (owner is not None):
        raise ManifestError(
            f"{quoted(name)}: a {kind} belongs to {'one session' if kind in _OWNED else 'no one session'}"
        )
    known = cast("Kind", kind)
    before = member_name(known, owner, "")
    place = TRANSCRIPT if kind == "transcript" else PROMPTS if kind == "prompts" else name[len(before) :]
    if not place or member_name(known, owner, place) != name:
        raise ManifestError(f"{quoted(name)}: this is no place for a {kind}")
    if why := misplaced(known, owner, place):
        raise ManifestError(f"{quoted(name)}: {why}")
    return Member(
        name=name, kind=known, session_id=owner, place=place, size=size, sha256=digest, mode=mode & 0o700 or 0o600, mtime_ns=at
    )  # fmt: skip


def _carried(told: object, owned: Mapping[str, list[Member]]) -> Carried:
    match told:
        case {"session_id": str(session_id), "files": list(names), **rest}:
            pass
        case _:
            raise ManifestError("its manifest has a session without an id, or without files")
    if not is_session_id(session_id):
        raise ManifestError(f"it has a session whose id is no UUID: {quoted(session_id)}")
    home = rest.get("home")
    if not (home is None or (isinstance(home, str) and is_home(home))):
        raise ManifestError(f"the folder of session {session_id} leads out of the project")
    own = owned.get(session_id, [])
    if sorted(map(str, names)) != sorted(each.name for each in own):
        raise ManifestError(f"the files of session {session_id} are not those that its manifest lists")
    transcript = next((each for each in own if each.kind == "transcript"), None)
    if transcript is None:
        raise ManifestError(f"session {session_id} has no transcript")
    return Carried(
        session_id=session_id,
        title=_text(rest, "title"),
        home=home,
        ended_at=_text(rest, "ended_at"),
        messages=rest.get("messages") is not False,
        transcript=transcript,
        members=tuple(each for each in own if each is not transcript),
    )


def _text(value: object, key: str) -> str:
    found: Any = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""


def _path(text: str) -> str | None:
    return text if text and all(unicodedata.category(each) not in {"Cc", "Cs"} for each in text) else None


def _texts(value: object) -> tuple[str, ...]:
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()
