"""
The client's own file (`.claude.json`): a project's entry under another path, and back again. Pure.

Only spans within `projects` are replaced; all other bytes stay, whether the client wrote them indented or in one line.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ccmcp.migrate.edits import members
from ccmcp.migrate.edits.members import Member

How: TypeAlias = Literal["exact", "kept newer", "both"]
"""
exact: both entries are as they were before. kept newer: the entry has changed since, and went back as it is now. both: the
source is as it was before, and what stands under the target stays but for what it got from the source.
"""

_EMPTY = (b"{}", b"[]", b'""', b"false", b"null")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """The file as it became, and what is needed to take it back."""

    data: bytes
    source_before: bytes | None = None
    """The source's value as it was; none where there was none and nothing was done."""
    target_before: bytes | None = None
    target_after: bytes | None = None
    source_key: bytes = b""
    """The source's key as it was written, with its quotes."""
    taken: bytes = b""
    """What was taken out of the file with the source's entry: itself, a comma and white space."""
    taken_at: int = -1
    """How many entries stood before it; -1 where it was the last one, or none was taken out."""


def moved(data: bytes, source: str, target: str) -> Moved:
    """
    `projects[source]` becomes `projects[target]`.

    Where there is a target already, it keeps what it has and gets from the source what it lacks or has empty, and the
    source's entry is removed. Without an entry of the source nothing is done.

    Raises:
        ValueError: the file is no JSON object, or it names `projects` or one of the two twice.

    """
    projects = _projects(data)
    entries = _entries(data, projects)
    own, other = _entry(data, entries, source), _entry(data, entries, target)
    if own is None or source == target:
        return Moved(data=data)
    key, value = data[own.key_start : own.key_end], data[own.start : own.end]
    if other is None:
        done = data[: own.key_start] + members.token_of(target, key) + data[own.key_end :]
        return Moved(data=done, source_before=value, target_after=value, source_key=key)
    before = data[other.start : other.end]
    after = _filled(before, value)
    at = entries.index(own)
    last = at == len(entries) - 1
    begin, end = (entries[at - 1].end, own.end) if last else (own.key_start, entries[at + 1].key_start)
    return Moved(
        data=_replaced(data, (begin, end, b""), (other.start, other.end, after)),
        source_before=value,
        target_before=before,
        target_after=after,
        source_key=key,
        taken=data[begin:end],
        taken_at=-1 if last else at,
    )


def put_back(data: bytes, source: str, target: str, moved: Moved, *, exact: bool) -> tuple[bytes, How]:
    """
    What `moved` did is taken back in the file as it is now, and how: see `How`.

    Where nothing else has changed the file is byte for byte what it was. Done twice it does nothing the second time.

    Raises:
        ValueError: the file is no JSON object, has no `projects` any more or names something twice; or it can't be taken
            back exactly, and `exact` is asked for.

    """
    if moved.source_before is None:
        return data, "exact"
    projects = _projects(data)
    if projects is None:
        raise ValueError("it has no `projects` any more")
    entries = _entries(data, projects)
    own, other = _entry(data, entries, source), _entry(data, entries, target)
    now = None if other is None else data[other.start : other.end]
    if own is not None:
        done, how = _beside_newer(data, own, other, source, target, moved)
    elif moved.target_before is None:
        if other is None:
            done, how = _with_entry(data, projects, entries, source, moved), "exact"
        else:
            key = moved.source_key or members.token_of(source, data[other.key_start : other.key_end])
            done = data[: other.key_start] + key + data[other.key_end :]
            how = "exact" if _same(now, moved.target_after) else "kept newer"
    elif other is not None and _same(now, moved.target_after):
        restored = _replaced(data, (other.start, other.end, moved.target_before))
        again = _projects(restored)
        assert again is not None
        done, how = _with_entry(restored, again, _entries(restored, again), source, moved), "exact"
    else:
        kept = _without_fill(data, other, moved)
        again = _projects(kept)
        assert again is not None
        done, how = _with_entry(kept, again, _entries(kept, again), source, moved), "both"
    if exact and how != "exact":
        raise ValueError("the project's entry has changed since, so it can't be taken back exactly")
    return done, how


def _beside_newer(
    data: bytes, own: Member, other: Member | None, source: str, target: str, was: Moved
) -> tuple[bytes, How]:
    """There is an entry of the source again: taken back already, or the client was in the old folder meanwhile."""
    now = None if other is None else data[other.start : other.end]
    if _same(now, was.target_before):
        how: How = "exact" if _same(data[own.start : own.end], was.source_before) else "kept newer"
        return data, how
    if was.target_before is None:
        return moved(data, target, source).data, "kept newer"
    if other is not None and _same(now, was.target_after):
        return _replaced(data, (other.start, other.end, was.target_before)), "kept newer"
    done = _without_fill(data, other, was)
    return done, "both" if _same(data[own.start : own.end], was.source_before) else "kept newer"


# -- entries ----------------------------------------------------------------------------------


def _projects(data: bytes) -> Member | None:
    """The member `projects`; none where there is none that is an object."""
    if not members.is_object(data.removeprefix(b"\xef\xbb\xbf")):
        raise ValueError("it is no JSON object")
    found = _named(data, members.members(data), "projects")
    return found if found and data[found.start : found.start + 1] == b"{" else None


def _entries(data: bytes, projects: Member | None) -> list[Member]:
    return list(members.members(data, projects.start)) if projects else []


def _entry(data: bytes, entries: list[Member], path: str) -> Member | None:
    return _named(data, iter(entries), path)


def _named(data: bytes, found: Iterator[Member], key: str) -> Member | None:
    named = [each for each in found if members.text_of(data[each.key_start : each.key_end]) == key]
    if len(named) > 1:
        raise ValueError(f"it names {key} twice")
    return named[0] if named else None


def _with_entry(data: bytes, projects: Member, entries: list[Member], source: str, was: Moved) -> bytes:
    """The file with the source's entry as it was: where it stood, or else at the end."""
    assert was.source_before is not None
    if was.taken and 0 <= was.taken_at < len(entries):
        at, put = entries[was.taken_at].key_start, was.taken
    elif was.taken and was.taken_at < 0 and entries:
        at, put = entries[-1].end, was.taken
    else:
        own = (was.source_key or members.token_of(source)) + b":" + was.source_before
        at = entries[-1].end if entries else projects.start + 1
        put = b"," + _gap(data, entries) + own if entries else own
    return data[:at] + put + data[at:]


def _gap(data: bytes, entries: list[Member]) -> bytes:
    """The white space before a key."""
    before = data[: entries[0].key_start]
    return before[len(before.rstrip(b" \t\r\n")) :]


# -- values -----------------------------------------------------------------------------------


def _filled(value: bytes, source: bytes) -> bytes:
    """A value with what it lacks, or has empty, from the other one."""
    if not source.startswith(b"{") or _is_empty(source):
        return value
    if not value.startswith(b"{") or _is_empty(value):
        return source if _is_empty(value) else value
    own = list(members.members(value))
    gap, last = value[1 : own[0].key_start], own[-1]
    has = {members.text_of(value[each.key_start : each.key_end]): each for each in own}
    gives = {members.text_of(source[each.key_start : each.key_end]): each for each in members.members(source)}
    spans: list[tuple[int, int, bytes]] = []
    lacks = b""
    for key, each in gives.items():
        given = source[each.start : each.end]
        if key not in has:
            lacks += b"," + gap + source[each.key_start : each.end]
        elif _is_empty(value[has[key].start : has[key].end]) and not _is_empty(given):
            spans.append((has[key].start, has[key].end, given))
    return _replaced(value, *spans, (last.end, last.end, lacks))


def _without_fill(data: bytes, other: Member | None, was: Moved) -> bytes:
    """The file where the target has given back what it got from the source, as far as that still has the same value."""
    if other is None or was.target_before is None or was.target_after is None:
        return data
    now = data[other.start : other.end]
    if not (now.startswith(b"{") and was.target_after.startswith(b"{")):
        return data
    before = _values(was.target_before) if was.target_before.startswith(b"{") else {}
    filled = {key: value for key, value in _values(was.target_after).items() if value != before.get(key)}
    own = list(members.members(now))
    kept: list[Member] = []
    spans: list[tuple[int, int, bytes]] = []
    for each in own:
        key = members.text_of(now[each.key_start : each.key_end])
        if key not in filled or not _same(now[each.start : each.end], filled[key]):
            kept.append(each)
        elif key in before:
            kept.append(each)
            spans.append((each.start, each.end, before[key]))
    if not kept:
        return _replaced(data, (other.start, other.end, b"{}"))
    gone = [each for each in own if each not in kept]
    for each in gone:
        at = own.index(each)
        later = [one for one in own[at:] if one in kept]
        if later:
            spans.append((each.key_start, own[at + 1].key_start, b""))
    if own[-1] not in kept:
        spans.append((kept[-1].end, own[-1].end, b""))
    done = _replaced(now, *spans)
    return _replaced(data, (other.start, other.end, done))


def _values(value: bytes) -> dict[str, bytes]:
    """The members of an object: keys and values as they are written."""
    return {
        members.text_of(value[each.key_start : each.key_end]): value[each.start : each.end]
        for each in members.members(value)
    }  # fmt: skip


def _is_empty(value: bytes) -> bool:
    return b"".join(value.split()) in _EMPTY


def _same(one: bytes | None, other: bytes | None) -> bool:
    """Whether two values say the same, however they are laid out."""
    if one is None or other is None:
        return one is other
    return one == other or _canonical(one) == _canonical(other)


def _canonical(value: bytes) -> str:
    return json.dumps(json.loads(value.decode("utf-8", "replace")), sort_keys=True)


def _replaced(data: bytes, *spans: tuple[int, int, bytes]) -> bytes:
    for start, end, new in sorted(spans, reverse=True):
        data = data[:start] + new + data[end:]
    return data
