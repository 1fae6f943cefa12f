"""Sessions -> the secrets that stand in their files, by kind. I/O: reads only, and not more than a budget."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ccmcp.migrate.bundles.reading import lines_of
from ccmcp.migrate.doing.content import blocks
from ccmcp.migrate.edits.redacting import BinaryFileError, redacted_text
from ccmcp.migrate.edits.spans import edited
from ccmcp.migrate.steps import Edits
from ccmcp.migrate.survey import FoundSession, Progress

BUDGET = 300_000_000
"""So many bytes are looked through, the newest sessions first: some seconds."""

_SECRETS = Edits(redacted=True)
_MARK = re.compile(rb"\[REDACTED:([a-z0-9-]+)[^\]]{0,40}\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """Secrets in some sessions."""

    kinds: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """By kind: how many different ones, and in how many sessions."""
    searched: tuple[int, int] = (0, 0)
    """So many bytes of so many were looked through."""


def secrets_in(
    sessions: Sequence[FoundSession],
    *,
    budget: int = BUDGET,
    progress: Progress | None = None,
    stopped: Callable[[], bool] | None = None,
) -> Secrets:
    """The secrets in transcripts, subagents' transcripts and saved outputs of tools. Raises OSError."""
    found: dict[str, tuple[set[bytes], set[str]]] = {}
    total = sum(each.bytes for each in sessions)
    limit, seen = min(budget, total), 0
    for session in sorted(sessions, key=lambda each: -each.seen.mtime_ns):
        if seen and seen + session.bytes > budget:
            continue
        for mark in set(_marks(session)):
            kind = _MARK.fullmatch(mark)
            if kind is not None:
                marks, ids = found.setdefault(kind[1].decode(), (set(), set()))
                marks.add(mark)
                ids.add(session.session_id)
        seen += session.bytes
        if progress is not None:
            progress(seen, limit, "looking for secrets")
        if stopped is not None and stopped():
            break
    kinds = {kind: (len(marks), len(ids)) for kind, (marks, ids) in sorted(found.items())}
    return Secrets(kinds=kinds, searched=(seen, total))


def _marks(session: FoundSession) -> Iterator[bytes]:
    """What each secret of a session is replaced by: it tells them apart, and not what they are."""
    files = [session.path, *(each.path for each in session.agents)]
    texts: list[str] = []
    for each in session.own.files if session.own else ():
        (files if each.path.endswith(".jsonl") else texts).append(each.path)
    for path in files:
        for line in lines_of(blocks(path)):
            for done in edited((line,), _SECRETS, Counter()):
                if done is not line:
                    yield from _new(line, done)
    for path in texts:
        yield from _in_text(path)


def _in_text(path: str) -> Iterator[bytes]:
    try:
        for part in redacted_text(blocks(path), Counter()):
            yield from (match[0] for match in _MARK.finditer(part))
    except BinaryFileError:
        return


def _new(line: bytes, done: bytes) -> Iterator[bytes]:
    before = {match[0] for match in _MARK.finditer(line)} if b"[REDACTED:" in line else set()
    for match in _MARK.finditer(done):
        if match[0] not in before:
            yield match[0]
