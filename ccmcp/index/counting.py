"""
Lines that state usage -> API responses, each counted once. Pure.

A response stands in several lines (one a content block), and those again in resumed and forked
sessions, in a subagent's transcript and in what progress lines copied of it. Three ways of counting
are kept side by side, in `Book`s: ours, and the two that ccusage 20.0.24 has, so that people who
come from it can compare. What a response means in money is not known here.

Our rule: one response is one API message id, wherever it stands; other ids are given twice by
gateways, so they are one within a file, and across files where a line's uuid is the same. Its usage
is that of one line: with a stop reason, then of the largest output, then the last (never field by
field: first lines of gateways hold estimates). Its time is the earliest of its lines (clients up to
1.0 wrote new ones into copies), and it belongs to the session and branch of that line. Held against
the reference data of 3,704 responses: every row by day, month, model and session is equal.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from enum import IntFlag
from math import inf
from operator import itemgetter
from typing import NamedTuple

from ccmcp.index.facts import milliseconds
from ccmcp.index.stated import UsageFlag


class Book(IntFlag):
    """The ways of counting that a row of `responses` is part of."""

    OURS = 1
    CCUSAGE_DAILY = 2
    """ccusage's loader for `ccusage claude daily`."""
    CCUSAGE = 4
    """Its loader for weekly, monthly, session and blocks."""


class Line(NamedTuple):
    """One line that states usage, as the catalogue has it."""

    message_id: str
    request_id: str
    inner_session: str
    request_session: str
    uuid: str
    model: str
    at: str
    stop_reason: str
    input: int
    output: int
    cache_write: int
    cache_write_5m: int
    cache_write_1h: int
    cache_read: int
    web_searches: int
    speed: str
    service_tier: str
    geo: str
    cost_usd: float | None
    version: str
    agent: str
    branch: str
    flags: int
    file: int
    offset: int
    session: int
    """The session it counts to."""
    path: str
    foreign: int
    """Whether it names another session than its file is of: a file that was copied by hand under another id."""


class Response(NamedTuple):
    """One row of the table `responses`, without `books` and `unit`."""

    at: int
    """Milliseconds since 1970, UTC; 0 when no line has a time."""
    file: int
    offset: int
    session: int
    rate: str
    """What its price depends on beside time and size: see `rate_of`."""
    agent: str
    branch: str
    stop_reason: str
    input: int
    output: int
    cache_write: int
    cache_write_5m: int
    cache_write_1h: int
    cache_read: int
    web_searches: int
    recorded: float | None
    """The cost in USD that clients of 0.2 wrote into the line."""
    end_at: int
    end_offset: int
    """Where its last line in that file stands, and its time."""


_APART = "\x1f"


def rate_of(line: Line, recorded: float | None) -> str:
    """What the price of a line's tokens depends on, and whether the client wrote down what they cost, as one text to group by."""
    return _APART.join(
        (line.model, line.speed, line.service_tier, line.geo, "" if recorded is None else RECORDED)
    )


class Rate(NamedTuple):
    """What a `rate_of` tells."""

    model: str
    speed: str
    service_tier: str
    geo: str
    recorded: bool


RECORDED = "recorded"


def told_by_rate(rate: str) -> Rate:
    """What a `rate_of` tells."""
    model, speed, service_tier, geo, recorded = rate.split(_APART)
    return Rate(model, speed, service_tier, geo, recorded == RECORDED)


SYNTHETIC = "<synthetic>"
"""The model of what the client wrote itself: it cost nothing."""

_API_ID = re.compile(r"msg_(?:01[1-9A-HJ-NP-Za-km-z]{22}\Z|bdrk_|vrtx_)")
_COMPACT, _NULL_KEY, _SIDECHAIN, _API_ERROR, _PROGRESS, _OTHER_TYPE, _BREAKDOWN, _COPIED, _, _LOOSE = map(
    int, UsageFlag
)


def counted(lines: Sequence[Line]) -> Iterator[tuple[Response, int, Sequence[Line]]]:
    """
    The responses that lines of some message ids stand for, each with the `Book`s it is part of and the lines it was told by.

    Takes all lines of these ids, ordered by path and offset.
    """
    if _is_plain(lines):
        yield _response(lines), Book.OURS | Book.CCUSAGE_DAILY | Book.CCUSAGE, lines
        return
    told = {_response(its): its for its in _groups(lines)}
    found: dict[Response, int] = dict.fromkeys(told, int(Book.OURS))
    ours = {_meaning(response): response for response in told}
    places: dict[object, list[Line]] = defaultdict(list)
    for line in lines:
        places[_place(line)].append(line)
    for book, daily in ((Book.CCUSAGE_DAILY, True), (Book.CCUSAGE, False)):
        for line in _kept(lines, daily=daily):
            row = _as_ccusage(line)
            same = ours.get(_meaning(row), row)
            found[same] = found.get(same, 0) | book
            told.setdefault(same, places[_place(line)])
    for response, books in found.items():
        yield response, books, told[response]


def _is_plain(lines: Sequence[Line]) -> bool:
    """Whether all ways of counting come to the same, as they do for nearly all: told at a glance, for there are many."""
    first = lines[0]
    return (
        first.flags & ~_HARMLESS == _COMPACT
        and bool(first.message_id and first.request_id)
        and first.model != SYNTHETIC
        and first.cache_write_1h <= first.cache_write == _written(first)
        and _is_read(first, daily=False)
        and all(
            line[_TOKENS] == first[_TOKENS]
            and line[:2] == first[:2]
            and (line.model, line.flags, line.file) == (first.model, first.flags, first.file)
            and line.at >= first.at
            for line in lines[1:]
        )
    )


_HARMLESS = _SIDECHAIN | _BREAKDOWN | _COPIED | int(UsageFlag.STRAY)
_place = itemgetter(Line._fields.index("file"), Line._fields.index("message_id"))
_TOKENS = slice(Line._fields.index("stop_reason"), Line._fields.index("cost_usd") + 1)


# -- our rule


def _groups(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """The lines of each response, of what cost anything."""
    free = _API_ERROR | _OTHER_TYPE
    by_id: dict[str, list[Line]] = {}
    for line in lines:
        if not line.flags & free and line.model != SYNTHETIC:
            by_id.setdefault(line.message_id, []).append(line)
    for message_id, its in by_id.items():
        if _API_ID.match(message_id) or len(its) == 1:
            yield its
        else:
            yield from _by_file(its)


def _by_file(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """Lines that share an id which may be given twice: together where they share a file, or a uuid with one that does."""
    groups: dict[object, _Group] = {}
    for line in lines:
        place = (line.file, line.message_id or line.uuid or line.offset)
        group = groups.get(place) or _Group()
        if line.uuid and (other := groups.get(line.uuid)) and other is not group:
            small, group = sorted((group, other), key=lambda each: len(each.lines))
            group.lines += small.lines
            group.keys += small.keys
            groups.update(dict.fromkeys(small.keys, group))
        group.lines.append(line)
        for key in (place, line.uuid) if line.uuid else (place,):
            if key not in groups:
                groups[key] = group
                group.keys.append(key)
    for group in {id(group): group for group in groups.values()}.values():
        yield sorted(group.lines, key=lambda line: (line.path, line.offset))


class _Group:
    """Lines that are one response as far as is known, and what they are found by."""

    __slots__ = ("keys", "lines")

    def __init__(self) -> None:
        self.keys: list[object] = []
        self.lines: list[Line] = []


def _response(lines: Sequence[Line]) -> Response:
    usage, first = lines[0], lines[0]
    end = first
    if len(lines) > 1:
        usage = lines[
            max(range(len(lines)), key=lambda at: (lines[at].stop_reason != "", lines[at].output, at))
        ]
        first = _first(lines)
        end = max((line for line in lines if line.file == first.file), key=lambda line: line.offset)
    costs = [line.cost_usd for line in lines if line.cost_usd is not None]
    recorded = max(costs) if costs else None  # a copy's is 0
    return Response(
        at=milliseconds(first.at), file=first.file, offset=first.offset, session=first.session,
        rate=rate_of(usage, recorded),
        agent=first.agent, branch=first.branch, stop_reason=usage.stop_reason, input=usage.input, output=usage.output,
        cache_write=usage.cache_write, cache_write_5m=usage.cache_write_5m,
        cache_write_1h=min(usage.cache_write_1h, usage.cache_write),
        cache_read=usage.cache_read, web_searches=usage.web_searches,
        recorded=recorded,
        end_at=milliseconds(end.at), end_offset=end.offset,
    )  # fmt: skip


def _first(lines: Sequence[Line]) -> Line:
    """The line with the earliest time; of several with it the first that is no copy."""
    if lines[0].file == lines[-1].file:
        return min(lines, key=lambda line: milliseconds(line.at) or inf)
    return min(lines, key=lambda line: (milliseconds(line.at) or inf, _is_copy(line)))


def _is_copy(line: Line) -> bool:
    """
    Whether a line says that it repeats another one: a fork's have the times of those they repeat, as have those of a copied file.

    What else is known of copies depends on which file was met first, and what is counted must not.
    """
    if line.request_session not in ("", line.inner_session):
        return True
    return bool(line.foreign)


# -- ccusage's two (its source at 20.0.24, held against the program's own output)

_VERSION = re.compile(r"\d+\.\d+\.\d+")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?(?:Z|[+-]\d\d:\d\d)")


def _kept(lines: Iterable[Line], *, daily: bool) -> list[Line]:
    """
    The lines that it counts.

    Two are one when they share message and request id, or where there is no request id the session
    (in the daily loader the time too). Else when they share message id and session (in the other
    loader the time too), and one of them is a subagent's. A line is compared with what is kept now.
    """
    kept: list[Line] = []
    exact: dict[tuple[object, ...], int] = {}
    near: dict[tuple[str, str], list[int]] = defaultdict(list)
    for line in lines:
        if not _is_read(line, daily=daily):
            continue
        if not line.message_id:
            kept.append(line)
            continue
        key, places = _exact(line, daily=daily), near[_near(line)]
        at = exact.get(key)
        if at is None:
            at = next((each for each in places[:_MOST_NEAR] if _replays(line, kept[each], daily=daily)), None)
        if at is None:
            at = len(kept)
            kept.append(line)
            exact[key] = at
        elif _rank(line) > _rank(kept[at]):
            del exact[_exact(kept[at], daily=daily)]
            kept[at] = line
            exact[key] = at
        if at not in places[-_MOST_NEAR:]:
            places.append(at)
    return kept


_MOST_NEAR = 64
"""So many kept lines of one id and session are looked at: an id that stands for more is none, and their number has no bound."""


def _near(line: Line) -> tuple[str, str]:
    return line.message_id, line.inner_session or session_by_path(line.path)[0]


def _exact(line: Line, *, daily: bool) -> tuple[object, ...]:
    if line.request_id:
        return line.message_id, line.request_id
    return (*_near(line), milliseconds(line.at) if daily else 0)


def _replays(line: Line, other: Line, *, daily: bool) -> bool:
    """Whether one of two lines is what a side conversation replays of the other, under another request."""
    same_time = daily or milliseconds(line.at) == milliseconds(other.at)
    return same_time and (_is_side(line) or _is_side(other))


def session_by_path(path: str) -> tuple[str, str]:
    """The session and the project that ccusage takes a file for, by its place below projects/."""
    *folders, name = re.split(r"[/\\]", path.replace("\\", "/").rpartition("/projects/")[2])
    if not folders:
        return name, "Unknown Project"
    if len(folders) == 1:
        return name.removesuffix(".jsonl"), folders[0]
    if folders[-1] == "subagents" and len(folders) > 2:
        return folders[-2], "/".join(folders[:-2])
    return folders[-1], "/".join(folders[:-1])


def _is_read(line: Line, *, daily: bool) -> bool:
    return (
        line.flags & (_COMPACT | _NULL_KEY | _LOOSE) == _COMPACT
        and (daily or not line.flags & _PROGRESS)
        and _TIME.fullmatch(line.at) is not None
        and milliseconds(line.at) > 0
        and (not line.version or bool(line.flags & _PROGRESS) or _VERSION.match(line.version) is not None)
    )


def _is_side(line: Line) -> bool:
    return bool(line.flags & _SIDECHAIN)


def _rank(line: Line) -> tuple[bool, int, bool]:
    # Its daily loader also prefers the dearer of two with as many tokens: none such were met.
    return not _is_side(line), line.input + line.output + _written(line) + line.cache_read, bool(line.speed)


def _written(line: Line) -> int:
    """Its cache writes: the two parts where there are any, whatever the total says."""
    return line.cache_write_5m + line.cache_write_1h if line.flags & _BREAKDOWN else line.cache_write


def _as_ccusage(line: Line) -> Response:
    return Response(
        at=milliseconds(line.at), file=line.file, offset=line.offset, session=line.session,
        rate=rate_of(line, line.cost_usd), agent=line.agent, branch=line.branch,
        stop_reason=line.stop_reason, input=line.input, output=line.output, cache_write=_written(line),
        cache_write_5m=line.cache_write_5m, cache_write_1h=line.cache_write_1h, cache_read=line.cache_read,
        web_searches=line.web_searches, recorded=line.cost_usd, end_at=milliseconds(line.at), end_offset=line.offset,
    )  # fmt: skip


def _meaning(response: Response) -> tuple[object, ...]:
    """Tokens at a time and place: where ours and theirs mean the same, one row does for both."""
    return response[:5] + response[8:16]
