"""
Tokens counted a second time, slowly and plainly: what reports are held against.

Nothing here is shared with the program: the transcripts are read anew. Two rules stand side by side. `responses` is
ours: each response of the API once. `kept` is that of ccusage 20.0.24, whose daily report (`daily=True`) and whose
other reports (`daily=False`) count differently, and `blocks` is its five-hour blocks. Where a rule looks odd, that
is how the tool behaves.
"""

import os
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import orjson

Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What is counted once, whichever rule says so: whose it is, when, and its tokens."""

    session: str
    model: str
    at: datetime
    input: int
    output: int
    cache_write: int
    cache_write_5m: int
    cache_write_1h: int
    cache_read: int

    @property
    def total(self) -> int:
        return self.input + self.output + self.cache_write + self.cache_read


Row = TypeVar("Row", bound=Counted)


def sums(rows: Iterable[Row], key: Callable[[Row], Hashable]) -> dict[Hashable, Counter[str]]:
    """The tokens of rows by a key, each kind under its name, and under `rows` how many rows there are."""
    found: dict[Hashable, Counter[str]] = defaultdict(Counter)
    for row in rows:
        tokens = {"input": row.input, "output": row.output}
        written = {"cache_write": row.cache_write, "cache_read": row.cache_read}
        found[key(row)].update(tokens | written, rows=1)
    return dict(found)


# -- files ---------------------------------------------------------------------


def _lines(config: Path) -> Iterator[tuple[tuple[str, ...], bytes]]:
    """Every line below projects/ with the path of its file there; the files in the order of their paths."""
    root = config / "projects"
    found = (Path(folder, name) for folder, _, names in os.walk(root) for name in names)
    files = [file for file in found if file.suffix == ".jsonl" and not file.is_symlink()]
    for file in sorted(files, key=str):
        for raw in file.read_bytes().split(b"\n"):
            yield file.relative_to(root).parts, raw


def _record(raw: bytes) -> Json:
    """The object that a line is; an empty one when it isn't."""
    try:
        record = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return {}
    return record if isinstance(record, dict) else {}


def _object(value: object, *names: str) -> Json:
    """The object at the end of a path of names; an empty one when there is none."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


# -- prices --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Price:
    """Dollars a token. An hour's cache write costs twice the input. Fast: a factor on everything."""

    input: float
    output: float
    cache_write: float
    cache_read: float
    fast: int = 1


_OPUS_4 = Price(15e-6, 75e-6, 18.75e-6, 1.5e-6)
_OPUS = Price(5e-6, 25e-6, 6.25e-6, 0.5e-6)
_SONNET = Price(3e-6, 15e-6, 3.75e-6, 0.3e-6)
PRICES = {
    "claude-3-5-haiku-20241022": Price(0.8e-6, 4e-6, 1e-6, 0.08e-6),
    "claude-haiku-4-5-20251001": Price(1e-6, 5e-6, 1.25e-6, 0.1e-6),
    "claude-opus-4-20250514": _OPUS_4,
    "claude-opus-4-1-20250805": _OPUS_4,
    "claude-opus-4-5-20251101": _OPUS,
    "claude-opus-4-6": replace(_OPUS, fast=6),
    "claude-opus-4-7": replace(_OPUS, fast=6),
    "claude-opus-4-8": replace(_OPUS, fast=2),
    "claude-opus-5": replace(_OPUS, fast=2),
    "claude-sonnet-4-20250514": _SONNET,
    "claude-sonnet-4-5-20250929": _SONNET,
    "claude-sonnet-4-6": _SONNET,
    "claude-sonnet-5": Price(2e-6, 10e-6, 2.5e-6, 0.2e-6),
    "claude-fable-5": Price(10e-6, 50e-6, 12.5e-6, 1e-6),
}
_UNKNOWN = Price(0, 0, 0, 0)
_ABOVE_200K = Price(6e-6, 22.5e-6, 7.5e-6, 0.6e-6)
_TIERED = {"claude-sonnet-4-20250514", "claude-sonnet-4-5-20250929"}
"""For these ccusage still charges a second price: for the tokens of each kind beyond 200,000."""


def _cost(price: Price, above: Price, tokens: tuple[int, int, int, int, int]) -> float:
    """Input, output, both cache writes and reads at one price up to 200,000 each, and at another above."""
    each = (
        (price.input, above.input),
        (price.output, above.output),
        (price.cache_write, above.cache_write),
        (price.input * 2, above.input * 2),
        (price.cache_read, above.cache_read),
    )
    # In this order, in floats: of two lines alike ccusage keeps the dearer, if only by a rounding.
    costs = (
        200_000 * low + (count - 200_000) * high if count > 200_000 and high != low else count * low
        for count, (low, high) in zip(tokens, each, strict=True)
    )
    return sum(costs)


# -- our rule ------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Response(Counted):
    """One response of the API: when it came first, where, and what its best line states."""

    web_searches: int
    speed: str | None
    service_tier: str | None
    geo: str | None
    no_final: bool

    @property
    def cost(self) -> float:
        """Its list price, without fast modes, searches and the like; 0 for a model that isn't in PRICES."""
        price = PRICES.get(self.model, _UNKNOWN)
        written = (self.cache_write_5m, self.cache_write_1h)
        return _cost(price, price, (self.input, self.output, *written, self.cache_read))


@dataclass(frozen=True, slots=True)
class _Stated:
    """A line that states the usage of a response."""

    place: int
    file: tuple[str, ...]
    session: str
    record: Json
    message: Json
    usage: Json

    @property
    def names(self) -> list[tuple[object, ...]]:
        """What tells that two lines are of one response: any of these in common."""
        names: list[tuple[object, ...]] = [("line", self.place)]
        if uuid := _text(self.record, "uuid"):
            names.append(("uuid", uuid))
        if message := _text(self.message, "id"):
            # Gateways give out the same ids again, so these mean something in one file only.
            names.append(("id", message) if _API_ID.fullmatch(message) else ("id", self.file, message))
        return names

    @property
    def final(self) -> bool:
        return self.message.get("stop_reason") is not None

    @property
    def at(self) -> datetime | None:
        try:
            at = datetime.fromisoformat(self.record.get("timestamp", ""))
        except (TypeError, ValueError):
            return None
        return at if at.tzinfo else at.replace(tzinfo=UTC)

    @property
    def copied(self) -> bool:
        """Whether the line says of itself that it is a fork's copy."""
        asked = self.record.get("requestSessionId", self.record.get("sessionId"))
        return "forkedFrom" in self.record or asked != self.record.get("sessionId")


_API_ID = re.compile(r"msg_01[1-9A-HJ-NP-Za-km-z]{22}|msg_(bdrk|vrtx)_.+")


def responses(config: Path) -> list[Response]:
    """Each response of the API once, over all its lines and their copies, in order of time."""
    counted = []
    for lines in _joined(_stated(config)):
        dated = [(at, line.copied, line.place, line) for line in lines if (at := line.at)]
        if not dated:
            continue
        at, _, _, first = min(dated)
        best = max(lines, key=lambda line: (line.final, _count(line.usage, "output_tokens"), line.place))
        counted.append(_response(first.session, at, best))
    return sorted(counted, key=lambda response: response.at)


def _stated(config: Path) -> Iterator[_Stated]:
    for place, (file, raw) in enumerate(_lines(config)):
        record = _record(raw)
        session = _session(file, record)
        if record.get("type") == "progress":
            # Versions about 2.1.40 repeat a subagent's lines in the session's file; some stand only there.
            record = _object(record, "data", "message")
        message = _object(record, "message")
        if record.get("type") != "assistant" or not isinstance(message.get("usage"), dict):
            continue
        if message.get("model") == "<synthetic>" or record.get("isApiErrorMessage") is True:
            continue
        yield _Stated(place, file, session, record, message, message["usage"])


def _session(file: tuple[str, ...], record: Json) -> str:
    """The session that a line counts to: its file's, or for a subagent's file that of its parent."""
    if len(file) > 2:
        return file[1]
    stem = file[-1].removesuffix(".jsonl")
    return (_text(record, "sessionId") or stem) if stem.startswith("agent-") else stem


def _joined(lines: Iterable[_Stated]) -> list[list[_Stated]]:
    """The lines of each response."""
    groups: dict[tuple[object, ...], list[_Stated]] = {}
    for line in lines:
        same = {id(group): group for name in line.names if (group := groups.get(name))}
        joined = [*(member for group in same.values() for member in group), line]
        groups |= {name: joined for member in joined for name in member.names}
    return list({id(group): group for group in groups.values()}.values())


def _response(session: str, at: datetime, best: _Stated) -> Response:
    usage = best.usage
    split = _object(usage, "cache_creation")
    hour = _count(split, "ephemeral_1h_input_tokens")
    written = _count(usage, "cache_creation_input_tokens")
    if usage.get("cache_creation_input_tokens") is None:
        written = hour + _count(split, "ephemeral_5m_input_tokens")
    hour = min(hour, written)
    return Response(
        session=session,
        model=_text(best.message, "model") or "",
        at=at,
        input=_count(usage, "input_tokens"),
        output=_count(usage, "output_tokens"),
        cache_write=written,
        cache_write_5m=written - hour,
        cache_write_1h=hour,
        cache_read=_count(usage, "cache_read_input_tokens"),
        web_searches=_count(_object(usage, "server_tool_use"), "web_search_requests"),
        speed=_text(usage, "speed"),
        service_tier=_text(usage, "service_tier"),
        geo=_text(usage, "inference_geo"),
        no_final=not best.final,
    )


def _text(record: Json, name: str) -> str | None:
    value = record.get(name)
    return value if isinstance(value, str) else None


def _count(usage: Json, name: str) -> int:
    value = usage.get(name)
    return value if type(value) is int and value > 0 else 0


# -- the rule of ccusage -------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept(Counted):
    """A line that ccusage counts. `session` and `project` are by its file's path; no model is ""."""

    project: str
    cost: float
    message_id: str | None
    request_id: str | None
    key_session: str
    sidechain: bool
    speed: str | None

    def same(self, *, daily: bool) -> tuple[object, ...]:
        """What a line of the same response has in common with this one."""
        if self.request_id is not None:
            return (self.message_id, self.request_id)
        return (self.message_id, None, self.key_session, self.at if daily else None)


class _UnfitError(Exception):
    """A line that ccusage passes over."""


def kept(config: Path, *, daily: bool) -> list[Kept]:
    """The lines that ccusage counts, one for each response as it sees them, in the order in which it keeps them."""
    lines: list[Kept] = []
    exact: dict[tuple[object, ...], int] = {}
    replays: dict[tuple[str, str], list[int]] = defaultdict(list)
    for line in _candidates(config, daily=daily):
        if line.message_id is None:
            lines.append(line)
            continue
        named = replays[line.message_id, line.key_session]
        place = exact.get(line.same(daily=daily), _replayed(line, lines, named, daily=daily))
        if place is None:
            place = len(lines)
            lines.append(line)
            exact[line.same(daily=daily)] = place
        elif _better(line, lines[place], daily=daily):
            del exact[lines[place].same(daily=daily)]
            lines[place] = line
            exact[line.same(daily=daily)] = place
        if place not in named:
            named.append(place)
    return lines


def _replayed(line: Kept, lines: list[Kept], named: list[int], *, daily: bool) -> int | None:
    """
    Where a message of a side conversation is kept that was replayed under another request id.

    `named` is where all its lines in this session went before, those that lost to another's included.
    """
    for place in named:
        other = lines[place]
        if (line.sidechain or other.sidechain) and (daily or other.at == line.at):
            return place
    return None


def _better(line: Kept, other: Kept, *, daily: bool) -> bool:
    if line.sidechain != other.sidechain:
        return other.sidechain
    if line.total != other.total:
        return line.total > other.total
    if daily and line.cost != other.cost:
        return line.cost > other.cost
    return line.speed is not None and other.speed is None


_NULL = re.compile(
    rb'"(id|cwd|model|speed|costUSD|version|sessionId|requestId|isApiErrorMessage'
    rb'|cache_read_input_tokens|cache_creation_input_tokens)"\s*:\s*null'
)


def _candidates(config: Path, *, daily: bool) -> Iterator[Kept]:
    for file, raw in _lines(config):
        if b'"usage":{' not in raw or _NULL.search(raw):
            continue
        record = _record(raw)
        session, project = _rows(file)
        try:
            key_session = _said(record, "sessionId") or session
            if daily and not _object(record, "message", "usage"):
                record = _object(record, "data", "message")
            elif not re.match(r"[0-9]+\.[0-9]+\.[0-9]", _said(record, "version") or "0.0.0"):
                continue
            if not daily and not isinstance(record.get("isApiErrorMessage", False), bool):
                continue
            yield _candidate(record, session, project, key_session)
        except _UnfitError:
            continue


def _rows(file: tuple[str, ...]) -> tuple[str, str]:
    """The session and the project of a file's lines, by its path."""
    *folders, name = file
    match folders:
        case []:
            return name, "Unknown Project"
        case [project]:
            return name.removesuffix(".jsonl"), project
        case [*projects, session, "subagents"] if projects:
            return session, "/".join(projects)
        case _:
            return folders[-1], "/".join(folders[:-1])


def _candidate(record: Json, session: str, project: str, key_session: str) -> Kept:
    message = _object(record, "message")
    usage = _object(message, "usage")
    spent = _whole(usage, "input_tokens"), _whole(usage, "output_tokens")
    five, hour = _written(usage)
    read = _whole(usage, "cache_read_input_tokens", 0)
    model, speed = _said(message, "model") or "", _said(usage, "speed")
    sidechain, cost = record.get("isSidechain"), record.get("costUSD")
    if speed not in (None, "standard", "fast") or sidechain not in (None, False, True):
        raise _UnfitError
    if cost is None:
        price = PRICES.get(model, _UNKNOWN)
        above = _ABOVE_200K if model in _TIERED else price
        cost = _cost(price, above, (*spent, five, hour, read)) * (price.fast if speed == "fast" else 1)
    elif type(cost) not in (int, float):
        raise _UnfitError
    return Kept(
        session=session,
        project=project,
        model="" if model in ("", "<synthetic>") else f"{model}-fast" if speed == "fast" else model,
        at=_instant(record.get("timestamp")),
        input=spent[0],
        output=spent[1],
        cache_write=five + hour,
        cache_write_5m=five,
        cache_write_1h=hour,
        cache_read=read,
        cost=cost,
        message_id=_said(message, "id"),
        request_id=_said(record, "requestId"),
        key_session=key_session,
        sidechain=sidechain is True,
        speed=speed,
    )


def _written(usage: Json) -> tuple[int, int]:
    """The cache writes for five minutes and for an hour: a split is believed more than the total beside it."""
    total, split = _whole(usage, "cache_creation_input_tokens", 0), usage.get("cache_creation")
    if split is None:
        return total, 0
    if not isinstance(split, dict):
        raise _UnfitError
    return _whole(split, "ephemeral_5m_input_tokens", 0), _whole(split, "ephemeral_1h_input_tokens", 0)


def _said(record: Json, name: str) -> str | None:
    """A text that may be missing, but not be empty or something else."""
    if name not in record:
        return None
    value = record[name]
    if not isinstance(value, str) or not value:
        raise _UnfitError
    return value


def _whole(usage: Json, name: str, missing: int | None = None) -> int:
    value = usage.get(name, missing)
    if type(value) is not int or not 0 <= value < 2**64:
        raise _UnfitError
    return value


_INSTANT = re.compile(r"[0-9-]{10}T([01][0-9]|2[0-3]):[0-9:]{5}(\.[0-9]{3})?(Z|[+-][0-9]{2}:[0-9]{2})")


def _instant(value: object) -> datetime:
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        raise _UnfitError
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise _UnfitError from None


# -- its blocks ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Block:
    """Five hours from the full hour of the first line on, or a gap with nothing in it."""

    start: datetime
    end: datetime
    lines: list[Kept]

    @property
    def gap(self) -> bool:
        return not self.lines

    @property
    def models(self) -> list[str]:
        """In order of first use."""
        return list(dict.fromkeys(line.model for line in self.lines if line.model))


def blocks(lines: Iterable[Kept]) -> list[Block]:
    """The blocks and gaps of lines, by their start: a gap can come after the block that ends it."""
    long = timedelta(hours=5)
    found: list[Block] = []
    gaps: list[Block] = []
    for line in sorted(lines, key=lambda line: line.at):
        if found:
            if line.at - found[-1].start <= long:
                found[-1].lines.append(line)
                continue
            last = found[-1].lines[-1].at
            if line.at - last > long:
                gaps.append(Block(last + long, line.at, []))
        start = line.at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        found.append(Block(start, start + long, [line]))
    return sorted(gaps + found, key=lambda block: block.start)
