"""Sessions -> the secrets that stand in their files, by kind. I/O: reads only, and not more than a budget."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One file of a session: its bytes as lines of JSON, or as a text."""

    is_lines: bool
    read: Callable[[], Iterable[bytes]]
    """Its bytes in blocks. Raises OSError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """A session as it is looked through."""

    session_id: str
    bytes: int
    mtime_ns: int
    texts: tuple[Text, ...]


def searched(session: FoundSession) -> Searched:
    """A session on disk: its transcript, subagents' transcripts and saved outputs of tools."""
    own = session.own.files if session.own else ()
    paths = [session.path, *(each.path for each in (*session.agents, *own))]
    return Searched(
        session_id=session.session_id,
        bytes=session.bytes,
        mtime_ns=session.seen.mtime_ns,
        texts=tuple(Text(is_lines=path.endswith(".jsonl"), read=partial(blocks, path)) for path in paths),
    )


def secrets_in(
    sessions: Sequence[Searched],
    *,
    budget: int = BUDGET,
    progress: Progress | None = None,
    stopped: Callable[[], bool] | None = None,
) -> Secrets:
    """The secrets in some sessions, the newest first, up to a budget of bytes. Raises OSError."""
    found: dict[str, tuple[set[bytes], set[str]]] = {}
    total = sum(each.bytes for each in sessions)
    limit, seen = min(budget, total), 0
    for session in sorted(sessions, key=lambda each: -each.mtime_ns):
        if seen and seen + session.bytes > budget:
            continue
        for mark in {mark for text in session.texts for mark in _marks(text)}:
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


def _marks(text: Text) -> Iterator[bytes]:
    """What each secret of a text is replaced by: it tells them apart, and not what they are."""
    if not text.is_lines:
        try:
            for part in redacted_text(text.read(), Counter()):
                yield from (match[0] for match in _MARK.finditer(part))
        except BinaryFileError:
            return
        return
    for line in lines_of(text.read()):
        for done in edited((line,), _SECRETS, Counter()):
            if done is not line:
                before = {match[0] for match in _MARK.finditer(line)} if b"[REDACTED:" in line else set()
                yield from (match[0] for match in _MARK.finditer(done) if match[0] not in before)
