"""The lines of a transcript with another session id, other paths or no secrets: spans of bytes are replaced, all else stays. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator

from ccmcp.migrate.edits.forks import Session
from ccmcp.migrate.edits.members import is_json, read_object
from ccmcp.migrate.edits.paths import Paths, Secrets, Span
from ccmcp.migrate.steps import Edits


def edited(lines: Iterable[bytes], edits: Edits, counts: Counter[str]) -> Iterator[bytes]:
    """
    The lines, each with its line break as it came, edited.

    A line in which nothing is to be replaced comes out as the same bytes, and so does one that is no JSON object, but for
    its secrets. `counts` gets how many values were replaced or added, by the name of their key; secrets as `secrets`.
    """
    session = Session(*edits.session) if edits.session and edits.session[0] != edits.session[1] else None
    paths = Paths(edits.paths) if edits.paths else None
    secrets = Secrets() if edits.redacted else None
    for line in lines:
        found: list[Span] = []
        if (session and session.concerns(line)) or (paths and paths.concerns(line)):
            said = read_object(line)
            if said is not None:
                found += session.spans(line, said) if session else ()
                found += paths.spans(line) if paths else ()
        done = _replaced(line, found, counts) if found else line
        if secrets and secrets.concerns(done):
            done, number = secrets.without(done, sound=is_json(done))
            if number:
                counts["secrets"] += number
        yield done


def _replaced(line: bytes, spans: list[Span], counts: Counter[str]) -> bytes:
    """A line with spans replaced; of two that overlap the first named."""
    pieces: list[bytes] = []
    after = 0
    for each in sorted(spans, key=lambda span: (span.start, span.end)):
        if each.start < after or line[each.start : each.end] == each.new:
            continue
        pieces += line[after : each.start], each.new
        after = each.end
        counts[each.field] += 1
    return b"".join((*pieces, line[after:]))
