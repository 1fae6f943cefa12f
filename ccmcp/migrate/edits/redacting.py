"""Files without their secrets, as streams: transcripts line by line, other texts in windows that cut no secret in two. Pure."""

import codecs
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from ccmcp.migrate.edits.spans import edited
from ccmcp.migrate.steps import Edits
from ccmcp.redact import found, redact

_WINDOW = 4_000_000
_HELD = 64_000
"""Characters at a window's end that wait for what follows: more than the longest private key."""
_CONTEXT = 2_000
"""Characters before a secret that may tell that it is one."""

_SECRETS = Edits(redacted=True)
_AS_OBJECT = b'{"":'
_MARK = re.compile(rb"\[REDACTED:([a-z0-9-]+)(?::[0-9a-f]{8})?\]")


class BinaryFileError(ValueError):
    """A file is no text, so whether it holds secrets can't be told."""


def redacted_lines(lines: Iterable[bytes], counts: Counter[str]) -> Iterator[bytes]:
    """Lines of JSON without their secrets; `counts` gets how many of each kind."""
    before: Counter[str] = Counter()
    given = b""

    def objects() -> Iterator[bytes]:
        nonlocal given
        for given in lines:
            _count(given, before)
            yield _AS_OBJECT + given + b"}" if _is_other_json(given) else given

    for done in edited(objects(), _SECRETS, Counter()):
        line = done
        if _is_other_json(given):
            whole = done.startswith(_AS_OBJECT) and done.endswith(b"}")
            line = done[len(_AS_OBJECT) : -1] if whole else next(edited([given], _SECRETS, Counter()))
        _count(line, counts)
        yield line
    counts.subtract(before)


def _is_other_json(line: bytes) -> bool:
    """Whether a line may be a JSON array or text, whose escapes are only understood within an object."""
    return line[:64].lstrip()[:1] in {b"[", b'"'}


def redacted_text(blocks: Iterable[bytes], counts: Counter[str]) -> Iterator[bytes]:
    """
    A text in UTF-8 without its secrets; `counts` gets how many of each kind.

    Raises:
        BinaryFileError: it is no such text; what came before may have been yielded.

    """
    for window in _windows(blocks):
        before: Counter[str] = Counter()
        _count(window.encode(), before)
        done = redact(window)
        if "\0" in done and next(found(done.replace("\0", "")), None):
            raise BinaryFileError("it holds a secret with NUL bytes between its letters")
        after = done.encode()
        _count(after, counts)
        counts.subtract(before)
        yield after


def _windows(blocks: Iterable[bytes]) -> Iterator[str]:
    """The text in parts that end at a line's end, and with no secret beginning in one part and ending in the next."""
    text, wanted = "", _WINDOW
    for part in _decoded(blocks):
        text += part
        if len(text) < wanted:
            continue
        cut = _cut(text)
        if cut:
            yield text[:cut]
            text = text[cut:]
        wanted = max(_WINDOW, 2 * len(text))
    if text:
        yield text


def _cut(text: str) -> int:
    cut = text.rfind("\n", 0, len(text) - _HELD) + 1
    for each in reversed(list(found(text))):
        if each.start - _CONTEXT < cut < each.end:
            cut = text.rfind("\n", 0, max(0, each.start - _CONTEXT)) + 1
    return cut


def _decoded(blocks: Iterable[bytes]) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for block in blocks:
            yield decoder.decode(block)
        yield decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise BinaryFileError("it is no UTF-8") from error


def _count(text: bytes, counts: Counter[str]) -> None:
    if b"[REDACTED:" in text:
        counts.update(kind.decode() for kind in _MARK.findall(text))
