"""Made transcripts: small histories with everything in them that makes tokens hard to count."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from hypothesis import settings
from hypothesis import strategies as st

Json: TypeAlias = dict[str, Any]

FEWER = settings(max_examples=settings().max_examples // 2)
"""For tests in which one example takes long."""

MODELS = ("claude-opus-5", "claude-haiku-4-5-20251001", "claude-sonnet-4-5-20250929", "somebody-elses")
FLAT = ("claude-opus-5", "claude-haiku-4-5-20251001", "somebody-elses")
"""Those of a price that no size of a prompt changes, and the one without a price."""

ZONES = ("UTC", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe")
INSTANTS = (
    "2025-12-31T23:59:59.999", "2026-01-01T00:00:00.000",  # a year and a day, in UTC
    "2026-03-08T06:30:00.000", "2026-03-08T07:00:00.000",  # New York puts its clocks on
    "2026-11-01T05:30:00.000", "2026-11-01T06:30:00.000",  # and back: both are half past one
    "2026-04-04T14:59:59.999", "2026-04-04T15:00:00.000",  # Lord Howe Island puts them back by half an hour
    "2026-08-01T18:29:59.999", "2026-08-01T18:30:00.000",  # midnight in India
    "2026-08-02T10:30:00.000", "2026-08-02T15:00:00.000", "2026-08-02T15:00:00.001", "2026-08-02T20:30:00.000",  # five hours
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Made:
    """The bytes of each transcript, by its path below projects/."""

    files: Mapping[str, bytes]

    def write(self, claude: Path) -> None:
        """Put them into a config folder."""
        for name, content in self.files.items():
            path = claude / "projects" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def answer(number: int = 1, at: str = "2026-08-02T10:30:00.000Z", session: str = "s1", **more: Any) -> Json:
    """A line that states all of one response of the API; `more` fields, of which `...` leaves one out."""
    message = {
        "id": "msg_01" + f"{number:A>22}".replace("0", "z"),  # base58, which has no 0
        "type": "message",
        "model": "claude-opus-5",
        "content": [_TEXT],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": number, "output_tokens": 64},
    }
    line = {
        "type": "assistant",
        "uuid": f"u{number}",
        "timestamp": at,
        "sessionId": session,
        "requestId": f"req_{number}",
        "isSidechain": False,
        "version": "2.1.3",
        "message": message,
    }
    return {name: value for name, value in {**line, **more}.items() if value is not ...}


def made(**files: list[Json]) -> Made:
    """Transcripts of a project, given by name; `__` stands for a folder in between."""
    return Made(
        {
            f"-work-one/{name.replace('__', '/')}.jsonl": b"".join(_bytes(line) + b"\n" for line in lines)
            for name, lines in files.items()
        }
    )


class _Place(NamedTuple):
    path: str
    session: str
    agent: bool = True


class _Response(NamedTuple):
    place: _Place
    records: list[Json]


SESSIONS = (("-work-one", "s1"), ("-work-one", "s2"), ("-work-two", "s3"), ("-work-two", "s1"))
"""Project and session; the last was copied to another project by hand."""
_PARTS = (0, 64, 6_400, 262_144)
"""Tokens of a kind. With a number of its own in `input_tokens` no line has as many in all as another one."""


def _place(project: str, session: str) -> list[_Place]:
    """The files that lines of a session may stand in."""
    return [
        _Place(f"{project}/{session}.jsonl", session, agent=False),
        _Place(f"{project}/{session}/subagents/agent-a.jsonl", session),
        _Place(f"{project}/agent-b.jsonl", session),
        _Place(f"{project}/{session}/subagents/workflows/wf_1/agent-c.jsonl", session),
        _Place(f"{project}/{session}/tool-results/t.jsonl", session),
    ]


def _id(number: int, kind: str) -> str:
    """A message id: the API's own are given once, a gateway's again and again."""
    if kind == "gateway":
        return f"msg_{number % 2}"
    return {"api": f"msg_01{'AbCdEfGhJkMnPqRsTuVwX'}{number + 1}", "bedrock": f"msg_bdrk_{number}"}[kind]


# -- what may be wrong with a line

Spoil: TypeAlias = Callable[[Json], None]


def _put(path: str, value: object = ...) -> Spoil:
    """Set a field, named by its path, or take it away."""
    *parents, key = path.split(".")

    def spoil(record: Json) -> None:
        inner = record
        for name in parents:
            inner = inner[name] if isinstance(inner.get(name), dict) else {}
        if value is ...:
            inner.pop(key, None)
        else:
            inner[key] = value

    return spoil


def _nothing(_: Json) -> None:
    """Most lines are sound."""


_USAGE, _SPLIT = "message.usage", "message.usage.cache_creation"
_5M, _1H = "ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens"
_OF_USAGE: list[Spoil] = [
    *[_put(f"{_USAGE}.input_tokens", odd) for odd in (..., None, 1.0, "1", True, -64)],
    *[_put(f"{_USAGE}.output_tokens", odd) for odd in (..., None, 64.0, -64)],
    *[_put(f"{_USAGE}.cache_creation_input_tokens", odd) for odd in (..., None, 0, "64", -64)],
    *[_put(f"{_USAGE}.cache_read_input_tokens", odd) for odd in (..., None, 64.5)],
    *[_put(_SPLIT, odd) for odd in (..., None, "64", {}, {_5M: 64}, {_1H: 64}, {_5M: 64, _1H: None})],
    *[_put(_SPLIT, split) for split in ({_5M: 0, _1H: 0}, {_5M: 6_400, _1H: 64}, {_5M: -64, _1H: 128})],
    *[_put(f"{_USAGE}.speed", speed) for speed in ("fast", "standard", None, "turbo", 1)],
    _put(f"{_USAGE}.server_tool_use", {"web_search_requests": 2}),
    _put(_USAGE, {}),
    _put(_USAGE, None),
    *[_put("message.model", odd) for odd in (..., None, "", 5, "<synthetic>")],
    *[_put("costUSD", cost) for cost in (0, 0.5, 2, None, "1", True)],
    *[_put("message.id", odd) for odd in (..., None, "", 5)],
    *[_put("type", odd) for odd in (..., "user", None)],
    *[_put("isApiErrorMessage", odd) for odd in (True, False, None)],
    _put("message.content", [{"type": "tool_use", "id": "t", "name": "Write", "input": {"model": None}}]),
    _put("message.content", [{"type": "text", "text": '"usage":{ and {"id":null}'}]),
    _put("message.stop_reason"),
]
"""What all copies of a line have in common."""

_OF_LINE: list[Spoil] = [
    *[_put("timestamp", odd) for odd in (..., None, "", 5, "no time", "2026-13-01T00:00:00.000Z")],
    *[_put("requestId", odd) for odd in (..., "req_other", None, "", 5)],
    *[_put("isSidechain", odd) for odd in (..., True, False, None, "yes")],
    *[_put("version", odd) for odd in (..., "1.0", "2.1.9-dev", None, "", 5)],
    _put("uuid"),
    _put("cwd", None),
]
_OF_SESSION: list[Spoil] = [_put("sessionId", odd) for odd in (..., None, "", 5)]
_OF_ANOTHER: list[Spoil] = [_put("sessionId", other) for other in ("s1", "s2")]
"""In a session's own file this would mean that the file was copied by hand."""


def _respelt(record: Json, spelling: str) -> None:
    """The same moment, written in another way."""
    at = record.get("timestamp")
    if not isinstance(at, str) or not at.endswith("Z") or "-13-" in at:
        return
    moment = datetime.fromisoformat(at)
    if spelling == "east":
        east = (moment + timedelta(hours=9)).isoformat(timespec="milliseconds")
        record["timestamp"] = east.replace("+00:00", "+09:00")
    elif spelling == "microseconds":
        record["timestamp"] = at.replace("Z", "000Z")
    elif at.endswith(".000Z"):
        record["timestamp"] = at.replace(".000Z", "Z")


# -- lines, their copies, files


@st.composite
def transcripts(draw: st.DrawFn, among: Sequence[tuple[str, str]] = SESSIONS) -> Made:
    """
    Some sessions of two projects: their responses, and what was copied of them.

    Nothing is made that no rule decides: lines of two ids never share a uuid, a copy in another session is marked
    as one or later than what it repeats, and a subagent's file beside the sessions always names one of them.
    """
    sessions = draw(st.lists(st.sampled_from(among), min_size=1, max_size=3, unique=True))
    places = [place for each in sessions for place in _place(*each)]
    mains = [place for place in places if not place.agent]
    files: dict[str, list[bytes]] = {place.path: [_bytes(_prompt(place))] for place in mains}
    copied: dict[str, list[bytes]] = {}
    numbers = count(1)
    homes = draw(st.lists(st.sampled_from([*mains, *mains, *places]), min_size=1, max_size=6))
    responses = [_response(draw, place, number, numbers) for number, place in enumerate(homes)]
    for response in responses:
        lines = [_placed(draw, record, response.place) for record in response.records]
        files.setdefault(response.place.path, []).extend(lines)
    for number, response in enumerate(responses):
        for how in draw(st.lists(st.sampled_from(_COPYING), max_size=2)):
            place = draw(st.sampled_from(_goes_to(how, response.place, places)))
            records = [
                _copy(record, how, response.place, place, next(numbers) + number)
                for record in response.records
            ]
            where = files if how == "progress" else copied
            where.setdefault(place.path, []).extend(
                _placed(draw, each, place, copied=how) for each in records
            )
    damage = st.lists(st.tuples(st.sampled_from(sorted(files)), st.sampled_from(_DAMAGE)), max_size=2)
    for path, line in draw(damage):
        files[path].insert(draw(st.integers(0, len(files[path]))), line)
    ends = st.sampled_from([b"\n", b"\n", b"", b'\n{"type":"assistant","mess', b"\n\n"])
    whole = {
        name: [*copied.get(name, []), *files.get(name, [])] for name in sorted(files.keys() | copied.keys())
    }
    return Made({name: b"\n".join(its) + draw(ends) for name, its in whole.items()})


_DAMAGE = (
    b"", b" ", b"{", b"not JSON", b"[1, 2]", b"\x00\x00", b"\xff\xfe", b'{"type":"assistant","message":{"usage":{"input_tokens":64',
    b'{"type":"user","toolUseResult":{"usage":{"input_tokens":64,"output_tokens":64}}}', b'{"type":"summary","summary":"s","leafUuid":"u"}',
)  # fmt: skip


def _prompt(place: _Place) -> Json:
    return {"type": "user", "sessionId": place.session, "message": {"role": "user", "content": "go on"}}


def _response(draw: st.DrawFn, place: _Place, number: int, numbers: Iterator[int]) -> _Response:
    kind = draw(st.sampled_from(["api", "api", "gateway", "bedrock"]))
    message, request, model = _id(number, kind), f"req_{number % 3}", draw(st.sampled_from(MODELS))
    at = datetime.fromisoformat(draw(st.sampled_from(INSTANTS)) + "Z")
    records: list[Json] = []
    for serial in (next(numbers) for _ in range(draw(st.integers(1, 3)))):
        part = st.sampled_from(_PARTS)
        usage: Json = {"input_tokens": draw(part) + serial, "output_tokens": draw(part)}
        for kind in ("cache_creation_input_tokens", "cache_read_input_tokens"):
            usage |= {kind: draw(part)} if draw(st.booleans()) else {}
        if draw(st.booleans()):
            usage["cache_creation"] = {_5M: draw(part), _1H: draw(part)}
        tool = {"type": "tool_use", "id": f"toolu_{serial}", "name": "Bash", "input": {}}
        record: Json = {
            "type": "assistant",
            "uuid": f"u{serial}",
            "timestamp": _written(at + draw(st.integers(-1, 1)) * timedelta(milliseconds=1)),
            "sessionId": place.session,
            "requestId": request,
            "isSidechain": place.agent,
            "version": "2.1.3",
            "gitBranch": draw(st.sampled_from(["main", "topic", "HEAD"])),
            "message": {
                "id": message,
                "type": "message",
                "model": model,
                "content": [draw(st.sampled_from([tool, _TEXT]))],
                "stop_reason": draw(st.sampled_from([None, "tool_use", "end_turn"])),
                "usage": usage,
            },
        }
        for spoil in draw(st.lists(st.sampled_from([*[_nothing] * 20, *_OF_USAGE]), max_size=2)):
            spoil(record)
        if records and record["message"].get("id") == records[-1]["message"].get("id") == message:
            record["uuid"] = draw(st.sampled_from([record["uuid"], record["uuid"], records[-1]["uuid"]]))
        records.append(record)
    return _Response(place, records)


_TEXT = {"type": "text", "text": "done"}
_API_IDS = ("msg_01", "msg_bdrk_")


def _written(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


_COPYING = ("fork", "resume", "progress", "subagent")
"""How lines come to stand in another file."""


def _goes_to(how: str, home: _Place, places: Sequence[_Place]) -> Sequence[_Place]:
    """The files that lines of a home may be copied to."""
    if how == "subagent":
        return [place for place in places if place.agent and place.session == home.session]
    mains = [place for place in places if not place.agent]
    match how:
        case "progress":
            return [place for place in mains if place.session == home.session]
        case "fork":
            return [place for place in mains if place.path != home.path] or mains
        case _:
            return mains


def _copy(record: Json, how: str, home: _Place, place: _Place, number: int) -> Json:
    copy = deepcopy(record)
    copy["sessionId"] = place.session
    match how:
        case "fork":
            copy["requestSessionId"] = home.session if home.session != place.session else "s0"
        case "resume":
            # Up to 1.0: as if it had just been said.
            later = datetime.fromisoformat(record["timestamp"]) + timedelta(minutes=number)
            copy |= {"uuid": f"{record['uuid']}-{number}", "timestamp": _written(later)}
            del copy["requestId"]
            if not str(copy["message"].get("id")).startswith(_API_IDS):
                # It is a response of its own, and its call the other one's: which of them is known to have made it is chance.
                copy["message"]["content"] = [_TEXT]
        case "progress":
            wrapper = {"type": "progress", "uuid": f"p{number}", "timestamp": "2026-08-03T00:00:00.000Z"}
            del copy["sessionId"], copy["isSidechain"], copy["version"]
            return {
                **wrapper,
                "sessionId": place.session,
                "data": {"type": "agent_progress", "message": copy},
            }
        case _:
            copy["isSidechain"] = True
    return copy


def _placed(draw: st.DrawFn, record: Json, place: _Place, *, copied: str = "") -> bytes:
    """The bytes of a line, with what may be wrong with it there."""
    record = deepcopy(record)
    spoken = record["data"]["message"] if copied == "progress" else record
    draw(st.sampled_from([*[_nothing] * 40, *_OF_LINE]))(spoken)
    _respelt(spoken, draw(st.sampled_from(["", "", "", "east", "microseconds", "seconds"])))
    if place.path.endswith("agent-b.jsonl"):
        return _bytes(record)  # such a file's session is told by its lines alone
    spoils = [*_OF_SESSION, *(_OF_ANOTHER if place.agent or copied == "progress" else [])]
    if copied != "fork":
        draw(st.sampled_from([*[_nothing] * 20, *spoils]))(record)
    return _bytes(record, spaced=draw(st.integers(0, 15)) == 15)


def _bytes(record: Json, *, spaced: bool = False) -> bytes:
    return json.dumps(record, separators=None if spaced else (",", ":")).encode()
