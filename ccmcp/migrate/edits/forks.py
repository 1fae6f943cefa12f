"""
A session's id in a copy's lines, as Claude Code's own forks have it. Pure.

In the client's words: `{...line, sessionId: new, requestSessionId: its first session's, forkedFrom: {sessionId: old, messageUuid: uuid}}`.
"""

from collections.abc import Iterable, Iterator, Mapping

from ccmcp.migrate.edits import members
from ccmcp.migrate.edits.paths import NEEDLESS, Span, is_string, plain

_KEYS = (("sessionId", b'"sessionId"'), ("session_id", b'"session_id"'))
"""The keys at the top of a line that hold the id of the session it is in."""

_LATER = frozenset(("forkedFrom", "requestSessionId", "worktreeSession"))


class Session:
    """A session's id and the one its copy gets."""

    def __init__(self, old: str, new: str) -> None:
        self._old = members.token_of(old)
        self._new = members.token_of(new)
        self._old_text = old

    def concerns(self, line: bytes) -> bool:
        """Whether a line may have something to replace or to be added; False is certain."""
        return self._old in line or b'"uuid"' in line or NEEDLESS.search(line) is not None

    def spans(self, line: bytes, said: Mapping[str, object]) -> Iterable[Span]:
        """
        The id itself, whose answer it was (`requestSessionId`) and where it came from (`forkedFrom`).

        `said` is what the line says as a whole.
        """
        found = self._in_plain(line, said)
        return self._in_any(line) if found is None else found

    def _in_plain(self, line: bytes, said: Mapping[str, object]) -> list[Span] | None:
        """
        The same for a line as nearly all are, read from its end and not from its beginning; none where it may be another.

        Without needless escapes, and with only one string that is such a key's name, that one is the key.
        """
        end = len(line.rstrip()) - 1
        if NEEDLESS.search(line) or line[end - 1 : end].isspace() or not _LATER.isdisjoint(said):
            return None
        found: list[Span] = []
        for key, token in _KEYS:
            if key not in said or said[key] != self._old_text:
                # Nothing to replace, whatever else has this name.
                continue
            start = line.find(token)
            begin = start + len(token) + 1
            if line.count(token) != 1 or not line.startswith(b":" + self._old, begin - 1):
                return None
            found.append(Span(begin, begin + len(self._old), self._new, key))
        if said.get("type") == "assistant":
            own = said.get("sessionId")
            other = isinstance(own, str) and own != self._old_text
            first = members.token_of(str(own)) if other else self._old
            found.append(_put(None, end, b"requestSessionId", first))
        match said.get("uuid"):
            case str(uuid) if uuid.isascii():
                value = b'{"sessionId":%s,"messageUuid":%s}' % (self._old, members.token_of(uuid))
                found.append(_put(None, end, b"forkedFrom", value))
            case str():
                return None
            case _:
                pass
        return found

    def _in_any(self, line: bytes) -> Iterator[Span]:
        uuid = kind = own = b""
        forked: members.Member | None = None
        asked: members.Member | None = None
        end = 0
        for each in members.members(line):
            end = each.end
            match plain(line[each.key_start : each.key_end]):
                case b'"sessionId"' | b'"session_id"' as key:
                    token = line[each.start : each.end]
                    own = token if key == b'"sessionId"' else own
                    if self._is_old(token):
                        yield Span(each.start, each.end, self._new, key[1:-1].decode())
                case b'"uuid"':
                    uuid = line[each.start : each.end]
                case b'"type"':
                    kind = plain(line[each.start : each.end])
                case b'"forkedFrom"':
                    forked = each
                case b'"requestSessionId"':
                    asked = each
                case b'"worktreeSession"':
                    yield from self._of_worktree(line, each.start)
                case _:
                    pass
        if kind == b'"assistant"' and not (asked and is_string(line[asked.start : asked.end])):
            # Answers are paid for once, by the session that asked: the first of those a line has been in.
            first = (_session_of(line, forked) if forked else b"") or (own if is_string(own) else self._old)
            yield _put(asked, end, b"requestSessionId", first)
        if is_string(uuid):
            value = b'{"sessionId":%s,"messageUuid":%s}' % (self._old, uuid)
            yield _put(forked, end, b"forkedFrom", value)

    def _of_worktree(self, line: bytes, start: int) -> Iterator[Span]:
        """The id by which the client knows its own worktree when the session is resumed."""
        for each in _inner(line, start):
            if plain(line[each.key_start : each.key_end]) == b'"sessionId"' and self._is_old(
                line[each.start : each.end]
            ):
                yield Span(each.start, each.end, self._new, "worktreeSession.sessionId")

    def _is_old(self, token: bytes) -> bool:
        return token == self._old or (
            b"\\" in token and is_string(token) and members.text_of(token) == self._old_text
        )


def _put(found: members.Member | None, end: int, key: bytes, value: bytes) -> Span:
    """A value in its place, or with its key behind all others."""
    if found:
        return Span(found.start, found.end, value, key.decode())
    return Span(end, end, b',"%s":%s' % (key, value), key.decode())


def _session_of(line: bytes, forked: members.Member) -> bytes:
    """The session that a line says it was forked from; empty for none."""
    said = b""
    for each in _inner(line, forked.start):
        if plain(line[each.key_start : each.key_end]) == b'"sessionId"':
            said = line[each.start : each.end]
    return said if is_string(said) else b""


def _inner(line: bytes, start: int) -> Iterator[members.Member]:
    """The members of a value; none where it is no object."""
    return members.members(line, start) if line[start : start + 1] == b"{" else iter(())
