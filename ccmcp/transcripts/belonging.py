"""
What a transcript says of where it belongs and what it needs there, read as bytes: whole lines are searched, few are decoded. I/O.

A gigabyte is read in seconds; its digest is made on the way.
"""

import os
import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256

from ccmcp.transcripts.decode import decode_whole
from ccmcp.transcripts.entries import text_of
from ccmcp.transcripts.projects import encodes

BLOCK = 4_000_000
"""Bytes read at once; a longer line is read whole."""

_MOST = 5_000
"""So many different values are kept of a kind: enough to know what is needed, and bounded."""

_CWD = re.compile(rb'"cwd"\s*:\s*"')
_SLUG = re.compile(rb'"slug":"([A-Za-z0-9._-]{1,200})"')
_SERVER = re.compile(rb'"name":"mcp__([A-Za-z0-9._-]{1,64}?)__')
_FILE = re.compile(rb'"file_path":"((?:[^"\\]|\\.){1,1000})"')
_ENVIRONMENT = re.compile(rb"/(\.env(?:\.[A-Za-z0-9_.-]{1,40})?)(?=[\"'\\ ,;:)\n])")
_VERSION = re.compile(rb'"version"\s*:\s*"(\d+\.\d+\.\d+)')
_TIMESTAMP = re.compile(rb'"timestamp"\s*:\s*"([0-9T:.+Z-]{10,40})"')
_SESSION = re.compile(rb'"sessionId"\s*:\s*"([A-Za-z0-9_-]{1,80})"')


class NotRegularError(OSError):
    """What is there is no regular file."""


@dataclass(slots=True, kw_only=True)
class Belonging:
    """What one transcript says."""

    size: int = 0
    mtime_ns: int = 0
    inode: int = 0
    mode: int = 0
    device: int = 0
    links: int = 1
    """How many names the file has."""
    sha256: str = ""
    home: str = ""
    """
    The folder it belongs to: the last one it was moved to, else the first it ran in that gives the project
    folder its name, else the first it ran in; empty when it names none.
    """
    relocated: str = ""
    first_cwd: str = ""
    version: str = ""
    """The client that wrote its last line."""
    last_at: str = ""
    """The time its last line with one was written."""
    session_id: str = ""
    """The first that stands inside."""
    title: str = ""
    """As it was given, or made by the client; else the first prompt that was typed."""
    messages: bool = False
    """Whether anybody says anything in it: else the client does not resume it."""
    whole: bool = True
    """Whether its last line has an end."""
    slugs: set[str] = field(default_factory=set)
    """Names of its plans."""
    servers: set[str] = field(default_factory=set)
    """MCP servers whose tools were called."""
    files: set[str] = field(default_factory=set)
    """Files that tools were given, up to a number."""
    environment: set[str] = field(default_factory=set)
    """Names of environment files that stand in it."""
    hooks: bool = False
    """Whether a hook's output stands in it."""


def read_belonging(path: str, folder: str) -> Belonging:
    """
    What a transcript says; `folder` is the name of the project folder it is in.

    Raises:
        OSError: it can't be read, or is no regular file (links are not followed, devices not opened for reading).

    """
    found = Belonging()
    _read(_blocks(path, found), folder, found)
    return found


def belonging_of(blocks: Iterable[bytes], folder: str) -> Belonging:
    """The same of a transcript that is no file of its own, given in blocks. Its file's own facts are 0."""
    found = Belonging()
    _read(_whole_lines(blocks, found), folder, found)
    return found


def first_cwd(path: str) -> str:
    """The folder a transcript ran in first, told by its beginning; empty where that does not tell, or it can't be read."""
    found = Belonging()
    try:
        for block in _blocks(path, found):
            _first_folder(block, "", found)
            break
    except OSError:
        return ""
    return found.first_cwd


def _read(blocks: Iterable[bytes], folder: str, found: Belonging) -> None:
    digest = sha256()
    fitting = False
    for block in blocks:
        digest.update(block)
        if not fitting:
            fitting = _first_folder(block, folder, found)
        _take(block, found)
    found.sha256 = digest.hexdigest()
    if found.relocated and (encodes(found.relocated, folder) or not found.home):
        found.home = found.relocated


def _blocks(path: str, found: Belonging) -> Iterator[bytes]:
    """The file in blocks of whole lines; what the file itself is, is told on the way."""
    flags = (
        os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    )
    descriptor = os.open(path, flags)
    try:
        seen = os.fstat(descriptor)
        if not stat.S_ISREG(seen.st_mode):
            raise NotRegularError(f"{path} is no regular file")
        found.size, found.mtime_ns, found.inode = seen.st_size, seen.st_mtime_ns, seen.st_ino
        found.mode, found.device, found.links = stat.S_IMODE(seen.st_mode), seen.st_dev, seen.st_nlink
        yield from _whole_lines(iter(partial(os.read, descriptor, BLOCK), b""), found)
    finally:
        os.close(descriptor)


def _whole_lines(blocks: Iterable[bytes], found: Belonging) -> Iterator[bytes]:
    """Blocks that end where lines end; whether the last line does is told."""
    rest: list[bytes] = []
    for block in blocks:
        end = block.rfind(b"\n") + 1
        if not end:
            rest.append(block)
            continue
        yield b"".join((*rest, block[:end]))
        rest = [block[end:]] if end < len(block) else []
    if rest:
        found.whole = False
        yield b"".join(rest)


def _line(block: bytes, at: int) -> bytes:
    end = block.find(b"\n", at)
    return block[block.rfind(b"\n", 0, at) + 1 : end if end >= 0 else len(block)]


def _first_folder(block: bytes, folder: str, found: Belonging) -> bool:
    """Take the first folder it ran in; whether one that gives the project folder its name is found."""
    at, tried = 0, set()
    while match := _CWD.search(block, at):
        line = _line(block, match.start())
        at = block.find(b"\n", match.start())
        value = block[match.end() : match.end() + 4096].partition(b'"')[0]
        if value not in tried:
            tried.add(value)
            entry = decode_whole(line, 0, 1)
            cwd = text_of(entry.record, "cwd") if entry else ""
            if cwd:
                found.first_cwd = found.first_cwd or cwd
                found.home = found.home or cwd
                if encodes(cwd, folder):
                    found.home = cwd
                    return True
        if at < 0 or len(tried) > 1000:
            return False
    return False


def _take(block: bytes, found: Belonging) -> None:
    if (at := block.rfind(b'"relocatedCwd"')) >= 0:
        found.relocated = _last_relocated(block, at) or found.relocated
    if not found.session_id and (match := _SESSION.search(block)):
        found.session_id = match[1].decode()
    if not found.title and b'"content":"' in block:
        found.title = _first_prompt(block)
    if not found.messages:
        found.messages = any(_says(block, role) for role in (b"user", b"assistant"))
    found.version = _last(_VERSION, block, b'"version"') or found.version
    found.last_at = _last(_TIMESTAMP, block, b'"timestamp"') or found.last_at
    _take_title(block, found)
    if b'"slug":"' in block:
        found.slugs |= {slug.decode() for slug in _SLUG.findall(block)}
    if b'"name":"mcp__' in block:
        found.servers |= {server.decode() for server in _SERVER.findall(block)}
    if b"/.env" in block:
        found.environment |= {name.decode() for name in _ENVIRONMENT.findall(block)}
    if len(found.files) < _MOST and b'"file_path":"' in block:
        found.files |= {_unescaped(each) for each in set(_FILE.findall(block))}
    found.hooks = found.hooks or b'"type":"hook_' in block


def _says(block: bytes, role: bytes) -> bool:
    return b'"type":"' + role + b'"' in block or b'"type": "' + role + b'"' in block


def _last(pattern: re.Pattern[bytes], block: bytes, key: bytes) -> str:
    """The last value of a key in a block, looked for from its end."""
    at = len(block)
    for _ in range(50):
        at = block.rfind(key, 0, at)
        if at < 0:
            return ""
        if match := pattern.match(block, at):
            return match[1].decode()
    return ""


def _last_relocated(block: bytes, at: int) -> str:
    while at >= 0:
        entry = decode_whole(_line(block, at), 0, 1)
        if (
            entry
            and text_of(entry.record, "type") == "relocated"
            and (to := text_of(entry.record, "relocatedCwd"))
        ):
            return to
        at = block.rfind(b'"relocatedCwd"', 0, at)
    return ""


def _take_title(block: bytes, found: Belonging) -> None:
    for key in ("customTitle", "aiTitle", "lastPrompt"):
        if (at := block.rfind(f'"{key}"'.encode())) >= 0:
            entry = decode_whole(_line(block, at), 0, 1)
            if entry and (title := text_of(entry.record, key)):
                found.title = title
                return


def _first_prompt(block: bytes) -> str:
    """The first prompt in a block that somebody typed; empty where that takes a long look."""
    at = 0
    for _ in range(20):
        at = block.find(b'"role":"user","content":"', at)
        if at < 0:
            return ""
        entry = decode_whole(_line(block, at), 0, 1)
        at += 1
        match entry.record if entry else None:
            case {"type": "user", "message": {"content": str(text)}, **rest} if not rest.get("isMeta"):
                if text.strip() and not text.lstrip().startswith(("<", "Caveat:")):
                    return text.strip()[:500]
            case _:
                pass
    return ""


def _unescaped(value: bytes) -> str:
    if b"\\" not in value:
        return value.decode("utf-8", "replace")
    entry = decode_whole(b'{"path":"' + value + b'"}', 0, 1)
    return text_of(entry.record, "path") if entry else ""
