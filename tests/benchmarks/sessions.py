"""
Transcripts -> sessions as people remember them: what was said and done in each, read in the plainest way.

No part of the product: what is asked of ccmcp must not be made by ccmcp.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

import orjson

Who: TypeAlias = Literal["prompt", "answer", "thinking", "call", "result", "error"]

FIRST = 30
"""By so many first entries two sessions are told to be copies."""

_WRITTEN_BY_THE_CLIENT = ("<", "Caveat:", "[Request interrupted", "[Image", "Unknown skill", "API Error")


@dataclass(frozen=True, slots=True)
class Said:
    """One thing said or done."""

    who: Who
    text: str


@dataclass(frozen=True, slots=True)
class Session:
    """One session, its subagents included."""

    id: str
    said: list[Said] = field(default_factory=list)
    files: dict[str, None] = field(default_factory=dict)
    """Files that its tools were given, in order."""

    commands: list[str] = field(default_factory=list)
    uuids: list[str] = field(default_factory=list)
    """Of its first entries."""

    times: list[str] = field(default_factory=list)

    @property
    def first_prompt(self) -> str:
        """What it began with."""
        return next((said.text for said in self.said if said.who == "prompt"), "")

    @property
    def ended(self) -> str:
        """Its newest time, as written; empty when it has none."""
        return max(self.times, default="")

    def by(self, *who: Who) -> list[str]:
        """What was said by these."""
        return [said.text for said in self.said if said.who in who]


def sessions(projects: Path) -> dict[str, Session]:
    """Every session below a folder of project folders, by id, in a fixed order."""
    found: dict[str, Session] = {}
    for path in sorted(projects.rglob("*.jsonl")):
        entries = list(_entries(path))
        agent = path.name.startswith("agent-")
        name = _parent(path, entries) if agent else path.stem
        session = found.setdefault(name, Session(name))
        for entry in entries:
            _read(entry, session)
            if not agent:
                _remember_place(entry, session)
    return found


def copies(found: Mapping[str, Session]) -> dict[str, frozenset[str]]:
    """Each session's id -> the ids of itself and of its forks and resumed copies: most of the first entries are shared."""
    owners = defaultdict(set)
    for session in found.values():
        for uuid in session.uuids:
            owners[uuid].add(session.id)
    copied: dict[str, frozenset[str]] = {}
    for session in found.values():
        others = {other for uuid in session.uuids for other in owners[uuid]}
        copied[session.id] = frozenset(
            {session.id, *(other for other in others if _is_copy(session, found[other]))}
        )
    return copied


def titles(projects: Path) -> dict[str, str]:
    """Each session's id -> the title it bears: given, else made up by a model, else a summary that names its last entry."""
    given: dict[str, str] = {}
    invented: dict[str, str] = {}
    summaries: dict[str, str] = {}
    homes: dict[str, str] = {}
    for path in sorted(projects.rglob("*.jsonl")):
        if path.name.startswith("agent-"):
            continue
        for entry in _entries(path):
            match entry:
                case {"type": "custom-title", "customTitle": str(title)}:
                    given[path.stem] = title
                case {"type": "ai-title", "aiTitle": str(title)}:
                    invented[path.stem] = title
                case {"type": "summary", "summary": str(title), "leafUuid": str(leaf)}:
                    summaries[leaf] = title
                case {"uuid": str(uuid)}:
                    homes[uuid] = path.stem
                case _:
                    pass
    of_leaves = {homes[leaf]: title for leaf, title in summaries.items() if leaf in homes}
    return of_leaves | invented | given


def _is_copy(one: Session, other: Session) -> bool:
    fewer = min(len(one.uuids), len(other.uuids))
    return len({*one.uuids} & {*other.uuids}) * 2 > fewer


def _entries(path: Path) -> Iterator[dict[str, object]]:
    with path.open("rb") as file:
        for line in file:
            try:
                entry = orjson.loads(line)
            except orjson.JSONDecodeError:
                continue
            if isinstance(entry, dict):
                yield entry


def _parent(path: Path, entries: Sequence[Mapping[str, object]]) -> str:
    """The session a subagent belongs to: the folder it lies in, else the one its lines name."""
    if path.parent.name == "subagents":
        return path.parent.parent.name
    return next((str(entry["sessionId"]) for entry in entries if "sessionId" in entry), path.stem)


def _remember_place(entry: Mapping[str, object], session: Session) -> None:
    time, uuid = entry.get("timestamp"), entry.get("uuid")
    if isinstance(time, str):
        session.times.append(time)
    if isinstance(uuid, str) and len(session.uuids) < FIRST:
        session.uuids.append(uuid)


def _read(entry: Mapping[str, object], session: Session) -> None:
    match entry:
        case {"isMeta": True} | {"isCompactSummary": True}:
            return
        case {"type": "user", "message": {"content": content}}:
            for block in _blocks(content):
                _read_block(block, "prompt", session)
        case {"type": "assistant", "message": {"content": content}}:
            for block in _blocks(content):
                _read_block(block, "answer", session)
        case _:
            return


def _blocks(content: object) -> Iterable[object]:
    match content:
        case str():
            return [{"type": "text", "text": content}]
        case list():
            return content
        case _:
            return []


def _read_block(block: object, speaker: Literal["prompt", "answer"], session: Session) -> None:
    match block:
        case {"type": "text", "text": str(text)} if not text.startswith(_WRITTEN_BY_THE_CLIENT):
            session.said.append(Said(speaker, text))
        case {"type": "thinking", "thinking": str(text)} if text:
            session.said.append(Said("thinking", text))
        case {"type": "tool_use", "input": dict(given)}:
            session.said.append(Said("call", "\n".join(_strings(given))))
            _read_call(given, session)
        case {"type": "tool_result", "content": content, **rest}:
            text = "\n".join(_strings(content))
            session.said.append(Said("error" if rest.get("is_error") is True else "result", text))
        case _:
            return


def _read_call(given: Mapping[str, object], session: Session) -> None:
    match given:
        case {"command": str(command)}:
            session.commands.append(command)
        case {"file_path": str(path)} | {"notebook_path": str(path)}:
            session.files[re.sub(r"[\\/]+", "/", path)] = None
        case _:
            return


def _strings(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case {"type": "text", "text": str(text)}:
            yield text
        case {"type": "image" | "tool_reference"}:
            return
        case dict():
            for inner in value.values():
                yield from _strings(inner)
        case list():
            for inner in value:
                yield from _strings(inner)
        case _:
            return
