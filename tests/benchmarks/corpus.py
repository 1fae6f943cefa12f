"""
Real transcripts in, a history of any size out: copies that share no id, each with its own projects and words.

    python -m tests.benchmarks.corpus --size 1GB

The first copy is the original, byte for byte. In every other copy each uuid-shaped
string, message, request, tool-use and agent id is a hash of (copy, original), so what
belongs together within a copy still does and nothing is shared between two; folders
and the paths in the lines move below a folder of the copy; times go back by days; and
one word in twenty is another one. Lines are rewritten as bytes: they stay compact,
and damaged ones stay damaged.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import tempfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

import orjson

SHARE = 20
"""One word in this many is changed in a copy."""

DAYS = 9
"""By how many days each copy is older than the one before."""

SMALL = 16_384
"""Largest transcript, in bytes, of a corpus that is counted in files."""

_NIL = b"00000000-0000-0000-0000-000000000000"
_UUID = rb"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
_SLOTS = (
    rb"(?P<uuid>" + _UUID + rb")"
    rb'|(?P<id>(?:toolu|msg|req|call)_(?:[0-9A-Za-z]\w*(?=")|(?=[A-Za-z_]*[0-9])\w{8,}))'
    rb"|(?P<hex>(?<![0-9a-zA-Z])(?:[0-9a-f]{32}|[0-9a-f]{6,17})(?![0-9a-zA-Z]))"
    rb'|(?P<day>(?:(?<="timestamp":")|(?<="timestamp": "))[0-9]{4}-[0-9]{2}-[0-9]{2}(?=T))'
    rb"|(?P<folder>(?<=projects[/\\])[0-9A-Za-z-]+)"
    rb"|(?P<word>(?<= )(?!true|false|null)[a-z]{4,14}(?=[ ,.;:])|(?:[\xe4-\xe9][\x80-\xbf]{2}){2})"
)
_CWD = re.compile(rb'"cwd": ?"((?:[^"\\]|\\.)+)"')
_TIME = re.compile(rb'"timestamp": ?"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)')
_AGENT = re.compile(rb'"agentId": ?"(?:\w+-)?([0-9a-f]{6,17})"')
_UNDATED = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """A history on disk, and what was counted in it when it was made."""

    home: str
    """The config folder: a `CLAUDE_CONFIG_DIR`."""

    made_for: str
    """A digest of what it was made from and how."""

    copies: int = 0
    folders: int = 0
    files: int = 0
    """Transcripts, subagents' included."""

    lines: int = 0
    bytes: int = 0
    """Bytes of the transcripts."""

    damaged: int = 0
    """Lines that are no JSON: as many in each copy as in the original."""

    @property
    def root(self) -> Path:
        """The folder of project folders."""
        return Path(self.home) / "projects"

    def transcripts(self) -> list[Path]:
        """Every transcript, in a fixed order."""
        return sorted(self.root.rglob("*.jsonl"))


Span = tuple[int, int, str]
"""(start, end, what stands there)"""


@dataclass(frozen=True, slots=True)
class Original:
    """One real file, read, with the places a copy changes."""

    path: Path
    """Below the folder of project folders."""

    data: bytes
    always: tuple[Span, ...]
    """Ids, paths and days."""

    words: tuple[tuple[Span, ...], ...]
    """Words, in `SHARE` parts, of which a copy changes one."""

    mtime: datetime


def corpus(source: Path, work: Path, *, size: int = 0, files: int = 0) -> Corpus:
    """
    A history of at least `size` bytes in whole copies, or of exactly `files` small transcripts.

    Comes from `work` when it is there already; else it is made there and verified.
    """
    name = f"files-{files}" if files else f"bytes-{size}"
    home = work / name / "config"
    wanted = _digest(source, size, files)
    manifest = work / name / "corpus.json"
    if manifest.exists():
        found = Corpus(**json.loads(manifest.read_bytes()))
        if found.made_for == wanted:
            return replace(found, home=str(home))
    shutil.rmtree(work / name, ignore_errors=True)
    copies = _made(source, home / "projects", size, files)
    verified = _verified(Corpus(home=str(home), made_for=wanted, copies=copies), source, partial=files > 0)
    manifest.write_text(json.dumps(asdict(verified), indent=1))
    return verified


def _digest(source: Path, size: int, files: int) -> str:
    listing = sorted((str(p.relative_to(source)), p.stat().st_size) for p in source.rglob("*") if p.is_file())
    plan = [Path(__file__).read_text(encoding="utf-8"), size, files, listing]
    return hashlib.sha256(json.dumps(plan).encode()).hexdigest()[:16]


def _made(source: Path, target: Path, size: int, files: int) -> int:
    """Write the copies, one original file at a time; returns how many there are."""
    paths = sorted(p.relative_to(source) for p in source.rglob("*") if p.is_file())
    if files:
        paths = [p for p in paths if (source / p).stat().st_size <= SMALL]
    transcripts = [p for p in paths if p.suffix == ".jsonl"]
    whole = sum((source / p).stat().st_size for p in transcripts)
    copies = -(-files // len(transcripts)) if files else -(-size // whole)
    left_out = set(transcripts[len(transcripts) - (copies * len(transcripts) - files) :]) if files else set()
    agents = frozenset(_agents(paths))
    for path in paths:
        original = read(source, path, agents)
        for copy in range(copies - (path in left_out)):
            _write(original, copy, target)
    return copies


def _agents(paths: list[Path]) -> Iterator[bytes]:
    for path in paths:
        if path.name.startswith("agent-"):
            yield path.name.split(".")[0].rpartition("-")[2].encode()


def read(source: Path, path: Path, agents: frozenset[bytes]) -> Original:
    """One original with everything a copy changes in it found."""
    data = (source / path).read_bytes()
    folders = frozenset(folder.name.encode() for folder in source.iterdir())
    agents |= frozenset(_AGENT.findall(data))
    always: list[Span] = []
    words: list[list[Span]] = [[] for _ in range(SHARE)]
    for match in _slots(frozenset(_CWD.findall(data))).finditer(data):
        kind, start, end = match.lastgroup or "", match.start(), match.end()
        if kind == "word":
            # By what stands before it: the same text, repeated, is changed in the same way.
            words[zlib.crc32(data[max(0, start - 16) : end]) % SHARE].append((start, end, kind))
        elif (
            (kind == "folder" and match[0] not in folders)
            or (kind == "hex" and end - start < 32 and match[0] not in agents)
            or match[0] == _NIL
        ):
            continue
        else:
            always.append((start, end, kind))
    times = _TIME.findall(data)
    mtime = datetime.fromisoformat(times[-1].decode()).replace(tzinfo=UTC) if times else _UNDATED
    return Original(path, data, tuple(always), tuple(map(tuple, words)), mtime)


@lru_cache(64)
def _slots(cwds: frozenset[bytes]) -> re.Pattern[bytes]:
    longest_first = sorted((cwd for cwd in cwds if len(cwd) > 4), key=len, reverse=True)
    if not longest_first:
        return re.compile(_SLOTS)
    paths = b"|".join(map(re.escape, longest_first))
    # A path may follow an escaped line break; it does not when it is the rest of a longer one.
    before = rb'(?:(?<=\\[nt"])|(?<![0-9A-Za-z_.~/\\-]))'
    return re.compile(_SLOTS + rb"|(?P<path>" + before + rb"(?:" + paths + rb")(?![0-9A-Za-z_-]))")


def _write(original: Original, copy: int, target: Path) -> None:
    folder, *inner = original.path.parts
    name = "/".join([_folder(copy, folder.encode()).decode(), *(_name(copy, part) for part in inner)])
    path = target / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(rewritten(original, copy))
    at = (original.mtime - timedelta(days=DAYS * copy)).timestamp()
    os.utime(path, (at, at))


def rewritten(original: Original, copy: int) -> bytes:
    """The original as it stands in this copy."""
    if copy == 0:
        return original.data
    data, at = original.data, 0
    pieces: list[bytes] = []
    for start, end, kind in sorted(original.always + original.words[copy % SHARE]):
        pieces += data[at:start], other(copy, kind, data[start:end])
        at = end
    return b"".join([*pieces, data[at:]])


def other(copy: int, kind: str, value: bytes) -> bytes:
    """What stands in a copy where the original has this value."""
    return _OTHERS[kind](copy, value)


def _uuid(copy: int, value: bytes) -> bytes:
    text = _hash(copy, value.lower()).hex()
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:32]}".encode()


def _hex(copy: int, value: bytes) -> bytes:
    return value[:1] + _hash(copy, value).hex().encode()[: len(value) - 1]


def _hash(copy: int, value: bytes) -> bytes:
    return hashlib.blake2b(value, key=b"copy%d" % copy, digest_size=32).digest()


def _id(copy: int, value: bytes) -> bytes:
    prefix, _, rest = value.partition(b"_")
    letters = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0123456789"
    body = bytes(letters[byte % len(letters)] for byte in _hash(copy, value))
    # Short hand-made ids grow, so that they can't meet in two copies.
    return prefix + b"_" + body[: max(len(rest), 12)]


@lru_cache(50_000)
def _day(copy: int, value: bytes) -> bytes:
    try:
        return (date.fromisoformat(value.decode()) - timedelta(days=DAYS * copy)).isoformat().encode()
    except (ValueError, OverflowError):
        return value


def _path(copy: int, value: bytes) -> bytes:
    if value.startswith(b"/"):
        return b"/copy%d" % copy + value
    if value[1:2] == b":":
        return value[:2] + b"\\\\copy%d" % copy + value[2:]
    return value + b"-copy%d" % copy


def _folder(copy: int, value: bytes) -> bytes:
    """The encoded name of the moved path."""
    if copy == 0:
        return value
    if value.startswith(b"-"):
        return b"-copy%d" % copy + value
    if value[1:3] == b"--":
        return value[:2] + b"-copy%d" % copy + value[2:]
    return value + b"-copy%d" % copy


def _name(copy: int, value: str) -> str:
    """A file or folder name inside a project folder, with its ids mapped as in the lines."""
    if copy == 0:
        return value
    pattern = rb"(?P<uuid>" + _UUID + rb")|(?P<id>toolu_\w+)|(?P<hex>(?<=-)[0-9a-f]{6,17}(?=\.))"
    return re.sub(pattern, lambda m: other(copy, m.lastgroup or "", m[0]), value.encode()).decode()


def _word(copy: int, value: bytes) -> bytes:
    if value >= b"\xe4":
        return value[3:] + value[:3]
    # From a pool of 20,000, as a language has only so many words however much is written in it.
    number = int.from_bytes(_hash(copy, value)[:4], "big") % 20_000
    syllables = [b"ka", b"lo", b"mi", b"nu", b"re", b"sta", b"tor", b"ven", b"wi", b"zan"]
    return b"".join(syllables[int(digit)] for digit in f"{number:05}") + b"s"


_OTHERS: dict[str, Callable[[int, bytes], bytes]] = {
    "uuid": _uuid, "id": _id, "hex": _hex, "day": _day, "folder": _folder, "path": _path, "word": _word,
}  # fmt: skip


def _verified(made: Corpus, source: Path, *, partial: bool) -> Corpus:
    """
    The corpus with its counts.

    Raises:
        SystemExit: two copies share a uuid, or one has not as many lines and damaged lines as the others.

    """
    owners: dict[bytes, int] = {}
    lines, damaged = Counter[int](), Counter[int]()
    shared = size = 0
    own = {path.relative_to(source) for path in source.rglob("*.jsonl")}
    transcripts = made.transcripts()
    for path in transcripts:
        data, name = path.read_bytes(), path.relative_to(made.root)
        copy = 0 if name in own else int(re.findall(r"copy(\d+)", name.parts[0])[0])
        whole = [line for line in data.split(b"\n") if line.strip()]
        lines[copy] += len(whole)
        damaged[copy] += sum(map(_is_broken, whole))
        size += len(data)
        for uuid in set(re.findall(_UUID, data)) - {_NIL}:
            shared += owners.setdefault(hashlib.blake2b(uuid.lower(), digest_size=8).digest(), copy) != copy
    complete = range(made.copies - partial)
    if len({(lines[copy], damaged[copy]) for copy in complete}) > 1 or shared:
        raise SystemExit(f"Not a corpus: {shared} uuids shared; lines {dict(lines)}; damaged {dict(damaged)}")
    return replace(
        made,
        folders=sum(1 for _ in made.root.iterdir()),
        files=len(transcripts),
        lines=lines.total(),
        bytes=size,
        damaged=damaged.total(),
    )


def _is_broken(line: bytes) -> bool:
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return True
    return False


def bytes_of(text: str) -> int:
    """ "1GB", "200MB" or "5000" as bytes."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(GB|MB|KB|)", text.strip().upper())
    if not match:
        raise argparse.ArgumentTypeError(f"{text!r} is no size: give 1GB, 200MB or a number of bytes")
    return int(float(match[1]) * {"GB": 1e9, "MB": 1e6, "KB": 1e3, "": 1}[match[2]])


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments every benchmark takes."""
    data = os.environ.get("CCMCP_DATA")
    parser.add_argument("--data", type=Path, default=data and Path(data), help="real data ($CCMCP_DATA)")
    parser.add_argument(
        "--work",
        type=Path,
        default=Path(tempfile.gettempdir()) / "ccmcp-benchmarks",
        help="where copies are kept",
    )
    parser.add_argument("--size", type=bytes_of, default=bytes_of("1GB"), help="size of the history (1GB)")


def main() -> None:
    """Make a corpus, or find it made, and print what is in it."""
    parser = argparse.ArgumentParser(description="Multiply real transcripts.")
    add_arguments(parser)
    parser.add_argument("--files", type=int, default=0, help="so many small transcripts instead of a size")
    given = parser.parse_args()
    if not given.data:
        parser.error("set CCMCP_DATA, or pass --data: the folder that holds projects/")
    size = 0 if given.files else given.size
    print(json.dumps(asdict(corpus(given.data / "projects", given.work, size=size, files=given.files))))


if __name__ == "__main__":
    main()
