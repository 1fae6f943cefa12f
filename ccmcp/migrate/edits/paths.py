"""
What is replaced in a line: paths that lie elsewhere now, and secrets (`forks`: a session's id). Pure.

Each says cheaply whether a line may concern it, and then what is replaced there. A line whose paths are asked for must be
a sound JSON object.
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from urllib.parse import quote

from ccmcp.migrate.edits import members
from ccmcp.redact import found, marker, marks, may_hold, redact


class Span(NamedTuple):
    """Bytes that are replaced."""

    start: int
    end: int
    new: bytes
    field: str
    """The key whose value it is."""


PROSE = frozenset(
    (
        b"activeForm agentName aiTitle answer answers args blockingError body caption code command comment comments content "
        b"customTitle description detail details diff display error explanation feedback formatted html instruction "
        b"instructions label lastPrompt lines markdown message msg new_source new_str new_string newString note notes "
        b"oldString old_source old_str old_string originalFile plan preview prompt query question reason regex "
        b"reply response result selector signature snippet source_code stderr stdin stdout stopReason subject summary "
        b"systemPrompt text thinking thought title toolUseResult"
    ).split()
)
"""
Keys whose texts are what somebody said, typed, wrote or printed: never edited as paths, not even where the whole text is one.

What a model or a person wrote (text, thinking, prompt, plan, command ...), what a program printed (stdout, output,
toolUseResult as a text ...), what a file held (content, old_string, originalFile, lines ...) and what is shown as a name
(title, summary, display, description ...). All others, of tools nobody knows too, are taken for paths when they look like
one and are one line.
"""

_SENT = b'"api-request'


def is_string(token: bytes) -> bool:
    """Whether a value is a string."""
    return token.startswith(b'"')


def plain(token: bytes) -> bytes:
    """A string without needless escapes; any other value as it is."""
    return members.token_of(members.text_of(token)) if b"\\" in token and is_string(token) else token


# -- paths ------------------------------------------------------------------------------------

# A quote that no backslash stands before is a string's end or beginning; an end is never followed by what a path begins
# with. So nothing before it need be read. The few paths that begin with `,`, `:`, `]`, `}` or white space are looked up.
_BELOW = rb'(?="|/|\\/|\\\\|\\u00(?:2[fF]|5[cC]))'
_URI_END = rb'(?="|/|\\/|\\u002[fF]|[?#])'
_SAVED = rb'"(?:<persisted-output>(?:\\r)?\\n|Error: )[^"\\]*?saved to:? '
"""How the client says where the whole of a long output is."""


class Paths:
    """Folders and where they are now."""

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        self._pairs = [_without_end(*each) for each in pairs if each[0].rstrip("/\\") and each[0] != each[1]]
        roots = [old for old, _ in self._pairs]
        self._plain = [members.token_of(old)[:-1] for old in roots]
        bare = {each[1:] for each in self._plain}
        self._shortest = [each for each in bare if not any(other in each for other in bare - {each})]
        self._wide = any(not " " <= each <= "~" for old in roots for each in old)
        self._odd = any(old[0] in " \t\r\n,:]}" for old in roots)
        forms = b"|".join(b"(%s%s)" % (_forms(old, raw=True), _BELOW) for old in roots)
        uris = b"|".join(b"(%s%s)" % (_forms(_as_uri(old), raw=False), _URI_END) for old in roots)
        slash = rb"(?:/|\\/)"
        self._any = re.compile(rb'(?<!\\)"(?:%s|file:%s%s(?:localhost)?(?:%s))' % (forms, slash, slash, uris))
        self._saved = re.compile(rb"(?<!\\)%s(?:%s)" % (_SAVED, forms))
        self._count = len(roots)
        self._below = re.compile(_BELOW)

    def concerns(self, line: bytes) -> bool:
        """Whether a line may hold one of the paths; False is certain."""
        return any(each in line for each in self._shortest) or b'"file:' in line or self._escaped(line)

    def spans(self, line: bytes) -> Iterator[Span]:
        """
        The part of each value that is one of the folders.

        None in lines that keep what was sent under its digest: other contents would no longer be what the digest says.
        """
        if not self._count:
            return
        if _SENT in line and _is_sent(line):
            return
        hits = list(self._hits(line))
        unplaced = {start for start, _, _ in hits if self._odd or _key_before(line, start) is None}
        places = members.places(line, unplaced) if unplaced else {}
        for start, (begin, end), new in hits:
            if _goes_on(line, end):
                continue
            if start not in unplaced:
                key, is_key = _key_before(line, start) or b"", False
            elif start in places:
                key, is_key = places[start]
            else:
                continue
            name = plain(key)[1:-1]
            if name == b"trackedFileBackups" if is_key else name not in PROSE:
                yield Span(begin, end, new, name.decode("utf-8", "replace"))
        if b"saved to" in line:
            yield from self._saved_outputs(line)

    def _saved_outputs(self, line: bytes) -> Iterator[Span]:
        for seen in self._saved.finditer(line):
            index = int(seen.lastindex or 1)
            key = _key_before(line, seen.start())
            if key is None:
                key = members.places(line, {seen.start()}).get(
                    seen.start(), members.Place(b"", is_key=False)
                )[0]
            yield Span(
                *seen.span(index),
                self._new(index - 1, seen[index]),
                plain(key)[1:-1].decode("utf-8", "replace"),
            )

    def _hits(self, line: bytes) -> Iterator[tuple[int, tuple[int, int], bytes]]:
        """Where strings begin that are such paths, the span of the folder in them, and what it becomes."""
        if b'"file:' in line or self._escaped(line):
            for seen in self._any.finditer(line):
                index = int(seen.lastindex or 1)
                uri = index > self._count
                pair = index - 1 - self._count if uri else index - 1
                whole = line[seen.start() : members.end_of_string(line, seen.start())]
                yield seen.start(), seen.span(index), self._new(pair, seen[index], whole, uri=uri)
            return
        taken: set[int] = set()
        for pair, plain in enumerate(self._plain):
            at = line.find(plain)
            while at >= 0:
                end = at + len(plain)
                if at not in taken and line[at - 1] != 0x5C and self._below.match(line, end):
                    taken.add(at)
                    yield (
                        at,
                        (at + 1, end),
                        self._new(pair, plain[1:], line[at : members.end_of_string(line, at)]),
                    )
                at = line.find(plain, at + 1)

    def _escaped(self, line: bytes) -> bool:
        """Whether a path may be written in another way than the shortest."""
        return NEEDLESS.search(line) is not None or (self._wide and b"\\u" in line)

    def _new(self, pair: int, was: bytes, whole: bytes = b"", *, uri: bool = False) -> bytes:
        new = self._pairs[pair][1]
        if uri:
            new = _as_uri(new)
            if _ASCII_ONLY.fullmatch(was):
                new = quote(new, safe=_URI_SAFE, errors="surrogatepass")
        return members.token_of(new, whole or was)[1:-1]


NEEDLESS = re.compile(rb"\\(?:/|u00[2-7])")
"""An escape of what needs none: without one (and with nothing but ASCII) a path is written in the shortest way."""
_REST = re.compile(rb'[^"\\]*+(?:\\[^n][^"\\]*+)*+"')
_ASCII_ONLY = re.compile(rb"[!#-~]*")
_URI_SAFE = "/:@!$&'()*+,;=~"


def _goes_on(line: bytes, at: int) -> bool:
    """Whether the string in which `at` stands, at no escape's middle, goes on in another line: a text that begins with a path."""
    return _REST.match(line, at) is None


def _without_end(old: str, new: str) -> tuple[str, str]:
    """A pair of folders without the separators at their ends."""
    return old.rstrip("/\\"), new.rstrip("/\\") or new


def _is_sent(line: bytes) -> bool:
    for each in members.members(line):
        if plain(line[each.key_start : each.key_end]) == b'"type"':
            return line.startswith(_SENT, each.start)
    return False


def _key_before(line: bytes, start: int) -> bytes | None:
    """The key whose value begins at `start`, where it stands right before it, as in compact JSON; none where one must look further."""
    if line[start - 2 : start] != b'":':
        return None
    begin = line.rfind(b'"', 0, start - 2)
    return (
        line[begin : start - 1] if begin > 0 and line[begin - 1] != 0x5C and line[start - 3] != 0x5C else None
    )


def _as_uri(path: str) -> str:
    """A path as it stands in a URI, not yet escaped."""
    slashed = path.replace("\\", "/") if re.match(r"[A-Za-z]:|\\\\", path) else path
    return slashed if slashed.startswith("/") else "/" + slashed


def _forms(path: str, *, raw: bool) -> bytes:
    """A pattern of all the ways in which JSON (and a URI) may write a path."""
    return b"".join(_character(each, raw=raw) for each in path)


def _character(character: str, *, raw: bool) -> bytes:
    units = character.encode("utf-16-be", "surrogatepass")
    code = b"".join(
        rb"\\u(?i:%04x)" % int.from_bytes(units[at : at + 2], "big") for at in range(0, len(units), 2)
    )
    ways = [re.escape(json.dumps(character, ensure_ascii=False)[1:-1].encode("utf-8", "surrogatepass")), code]
    if character == "/":
        ways.append(rb"\\/")
    if not raw and character != "/":
        octets = character.encode("utf-8", "surrogatepass")
        ways.append(b"".join(b"%%(?i:%02x)" % each for each in octets))
    return b"(?:%s)" % b"|".join(ways)


# -- secrets ----------------------------------------------------------------------------------


class Secrets:
    """Secrets, wherever they stand."""

    def concerns(self, line: bytes) -> bool:
        """Whether a line may hold one; False is certain."""
        return may_hold(line) or NEEDLESS.search(line) is not None

    def without(self, line: bytes, *, sound: bool) -> tuple[bytes, int]:
        """
        The line without its secrets, and how many there were. `sound`: whether it is JSON.

        Each string by what it says; then the line as it stands, as a key may tell what its value is.
        """
        done, count = self._in_strings(line) if sound else (line, 0)
        text = done.decode("utf-8", "surrogateescape")
        left = _between_quotes(text) if sound else redact(text)
        if left == text:
            return done, count
        return left.encode("utf-8", "surrogateescape"), count + max(marks(left) - marks(text), 1)

    def _in_strings(self, line: bytes) -> tuple[bytes, int]:
        pieces: list[bytes] = []
        after = count = 0
        for start, end in members.strings(line):
            token = line[start:end]
            if b"\\" not in token and not may_hold(token):
                continue
            text = members.text_of(token)
            if (left := redact(text)) != text:
                pieces += line[after:start], members.token_of(left, token)
                after = end
                count += max(marks(left) - marks(text), 1)
        return (b"".join((*pieces, line[after:])), count) if pieces else (line, 0)


def _between_quotes(text: str) -> str:
    """A JSON text without the secrets that lie within one string and have no escapes."""
    while True:
        pieces: list[str] = []
        after = 0
        for each in found(text):
            value = text[each.start : each.end]
            if '"' not in value and "\\" not in value:
                pieces += text[after : each.start], marker(each.kind, value)
                after = each.end
        if not pieces:
            return text
        text = "".join((*pieces, text[after:]))
