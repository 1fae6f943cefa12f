"""
Which sessions run at this moment: a client that runs would make its transcript anew where it was. I/O: reads only.

Claude Code says so itself in `<root>/sessions/<pid>.json`, made at the start and removed at the end, so that what a
crash leaves must be told from what runs (looked up in the clients themselves):

    up to 2.1.74        no such files
    2.1.75 to 2.1.84    interactive sessions only, and not all of them
    from 2.1.85         every session, also `-p`, the SDK's and background ones; the id in it follows /resume and /clear
    2.1.330             with `procStart` (field 22 of /proc/PID/stat; `ps -o lstart` in UTC on macOS), `procStartFt`
                        (Windows) and `pidDomain` (machine id and pid namespace)
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from ccmcp.migrate.bounded import entries, read_bounded, read_json
from ccmcp.transcripts.belonging import Belonging

REGISTERED = (2, 1, 85)
"""The first client that registers every session."""

RECENT = timedelta(minutes=5)
"""So long after its last line a session without a registry is taken for one that runs."""

STALE = timedelta(days=30)
"""An entry that can't be checked is believed for so long after it was last written."""

MOST_FILES = 5_000
MOST_BYTES = 100_000
"""Of one file of the registry; real ones have 600."""

_NAME = re.compile(r"(\d{1,10})\.json")
_VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)")
_DOMAIN = re.compile(r"linux:(.*):pid:\[\d+\]")
_SLACK = timedelta(minutes=2)
"""A process registers its session within seconds of its start; clocks may have been set meanwhile."""

Alive = Callable[[int], str | None]
"""
A process id -> when that process started, in the words of `procStart`; empty where it runs and that can't be told, none
where no such process runs.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A session that runs."""

    session_id: str
    pid: int
    cwd: str
    """The folder it is in now; empty when its entry does not say."""
    name: str
    since: datetime | None
    """When it was started, in UTC."""
    how: str
    """How that is known, as the end of a sentence."""
    sure: bool
    """Whether its process was seen; else nothing says that it has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """What a root says of running sessions."""

    running: dict[str, Running] = field(default_factory=dict)
    """By session id."""
    ended: int = 0
    """Entries whose process is gone: what crashes leave."""
    malformed: int = 0
    """Files that can't be understood."""
    there: bool = False
    """Whether there is a registry at all: each client from 2.1.85 on makes one."""


def running(
    root: str | os.PathLike[str], *, now: datetime, proc: str = "/proc", alive: Alive | None = None
) -> dict[str, Running]:
    """The sessions that run, by id, as `read_registry` tells them."""
    return read_registry(root, now=now, proc=proc, alive=alive).running


def read_registry(
    root: str | os.PathLike[str], *, now: datetime, proc: str = "/proc", alive: Alive | None = None
) -> Registry:
    """
    What `<root>/sessions` says, and whether it is true.

    A session runs when the process of its entry does and started when the entry says (`procStart`). Where an entry does
    not say, the process must not have started after it was made. An entry of another machine, container or pid namespace
    can't be checked: it runs, unless it is of this machine and older than its last start, or nothing was written to it
    for 30 days. Never raises.

    Args:
        root: a Claude Code config folder.
        now: with a time zone.
        proc: where the kernel tells of processes; where there is no such folder, the system is asked in its own way.
        alive: tells of processes, in place of the system.

    """
    folder = os.path.join(root, "sessions")
    found = _Found(_Machine(proc, alive), now)
    for entry in entries(folder, MOST_FILES):
        if name := _NAME.fullmatch(entry.name):
            found.take(entry.path, int(name[1]))
    return Registry(
        running=found.running, ended=found.ended, malformed=found.malformed, there=os.path.isdir(folder)
    )


def recently_written(says: Belonging, *, now: datetime, registry: bool = True) -> str:
    """
    Why a session that stands in no registry is taken for one that runs; empty for one that does not run.

    It is when its file and the last time in its lines are both within 5 minutes of now, and the client that wrote its
    last line registers no sessions (before 2.1.85) or is not known. So a file that was unpacked just now does not run, as
    its lines are old, nor one that was generated with new times and is of a client that would have registered it.

    Args:
        says: what the transcript says.
        now: with a time zone.
        registry: whether the clients that write to this root register there. Where they do not (a folder that is synced
            from elsewhere without its `sessions`), the version says nothing, and whatever was written just now runs.

    """
    written = datetime.fromtimestamp(says.mtime_ns / 1e9, UTC)
    said = _time(says.last_at)
    if said is None or abs(now - written) > RECENT or abs(now - said) > RECENT:
        return ""
    version = _VERSION.match(says.version)
    if registry and version and tuple(map(int, version.groups())) >= REGISTERED:
        return ""
    client = f"Claude Code {says.version}, which does not say what runs" if version else "an unknown client"
    return f"{client}, wrote to it less than 5 minutes ago"


class _Found:
    """What the registry's files say, one by one."""

    def __init__(self, machine: "_Machine", now: datetime) -> None:
        self._machine = machine
        self._now = now
        self.running: dict[str, Running] = {}
        self.ended = 0
        self.malformed = 0

    def take(self, path: str, named: int) -> None:
        """One file; `named` is the process id in its name."""
        for _ in range(3):  # the client writes it in place: it may be empty for a moment
            match read_json(path, MOST_BYTES):
                case {"sessionId": str(session_id), **entry} if session_id:
                    pid = entry.get("pid")
                    self._judge(session_id, pid if type(pid) is int and pid > 0 else named, entry)
                    return
        if os.path.lexists(path):
            self.malformed += 1

    def _judge(self, session_id: str, pid: int, entry: dict[object, object]) -> None:
        since = _milliseconds(entry.get("startedAt"))
        runs, how = self._machine.runs(pid, entry, since)
        if not runs or (how and self._stale(entry, since)):
            self.ended += 1
            return
        known = self.running.get(session_id)
        sure = how == ""
        if known and (known.sure or not sure):
            return
        started = f", since {since.isoformat(timespec='seconds')}" if since else ""
        self.running[session_id] = Running(
            session_id=session_id,
            pid=pid,
            cwd=_text(entry.get("cwd")),
            name=_text(entry.get("name")),
            since=since,
            how=f"process {pid} runs it{started}"
            if sure
            else f"process {pid} runs it{started}, if it still does: {how}",
            sure=sure,
        )

    def _stale(self, entry: dict[object, object], since: datetime | None) -> bool:
        last = _milliseconds(entry.get("updatedAt")) or since
        return last is not None and self._now - last > STALE


class _Machine:
    """Which processes this machine runs."""

    def __init__(self, proc: str, alive: Alive | None) -> None:
        self._proc = proc if os.path.isdir(os.path.join(proc, "self")) else ""
        self._alive = alive or (self._from_proc if self._proc else _asked)
        self._booted: datetime | None = None
        self._domain = ""
        if self._proc:
            self._booted = self._boot()
            self._domain = self._own_domain()

    def runs(self, pid: int, entry: dict[object, object], since: datetime | None) -> tuple[bool, str]:
        """Whether an entry's process runs; and why that can't be told, where it can't."""
        domain = _text(entry.get("pidDomain"))
        if domain and self._domain and domain != self._domain:
            mine = (match := _DOMAIN.fullmatch(domain)) and match[1] and match[1] == self._machine_id()
            if mine and since and self._booted and since < self._booted - _SLACK:
                return False, ""
            where = "another container or pid namespace" if mine else "another machine or container"
            return True, f"it is of {where}, where this can't be looked up"
        started = self._alive(pid)
        if started is None:
            return False, ""
        said = _text(entry.get("procStart"))
        if said and started:
            return " ".join(said.split()) == " ".join(started.split()), ""
        began = self._began(started)
        return not (since and began and began > since + _SLACK), ""

    def _from_proc(self, pid: int) -> str | None:
        data = read_bounded(os.path.join(self._proc, str(pid), "stat"), 10_000)
        if data is None:
            return _signalled(pid) if self._proc == "/proc" else None
        # The program's name stands in brackets and may hold anything, brackets too.
        fields = data[data.rfind(b")") + 1 :].split()
        if len(fields) < 20 or fields[0] in (b"Z", b"X", b"x"):
            return None
        return fields[19].decode("ascii", "replace")

    def _began(self, started: str) -> datetime | None:
        """When a process started, by the clock of the wall."""
        if not (self._booted and started.isdigit()):
            return None
        ticks: int = os.sysconf("SC_CLK_TCK")
        return self._booted + timedelta(seconds=int(started) / ticks)

    def _boot(self) -> datetime | None:
        data = read_bounded(os.path.join(self._proc, "stat"), 10_000_000) or b""
        match = re.search(rb"^btime (\d{1,11})$", data, re.MULTILINE)
        return datetime.fromtimestamp(int(match[1]), UTC) if match else None

    def _machine_id(self) -> str:
        return (read_bounded("/etc/machine-id", 1000, follow=True) or b"").decode("ascii", "replace").strip()

    def _own_domain(self) -> str:
        """As Claude Code puts it together; empty where it can't be told."""
        try:
            return f"linux:{self._machine_id()}:{os.readlink(os.path.join(self._proc, 'self', 'ns', 'pid'))}"
        except OSError:
            return ""


def _asked(pid: int) -> str | None:
    """The start of a process where there is no /proc."""
    if sys.platform == "win32":
        return _of_windows(pid)
    try:
        told = subprocess.run(  # noqa: S603 - no shell, and nothing of others in it
            ["/bin/ps", "-o", "lstart=", "-p", str(pid)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=5,
            check=False,
            env={"LC_ALL": "C", "TZ": "UTC", "PATH": "/bin:/usr/bin"},
        )
    except (OSError, subprocess.SubprocessError):
        return _signalled(pid)
    return told.stdout.decode("ascii", "replace").strip() or _signalled(pid)


def _signalled(pid: int) -> str | None:
    if sys.platform == "win32":  # a signal of 0 would end the process there
        return ""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except (OSError, OverflowError):
        return ""
    return ""


def _of_windows(pid: int) -> str | None:
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415

        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.OpenProcess.restype = ctypes.c_void_p
        handle = kernel.OpenProcess(0x101000, False, pid)  # noqa: FBT003 - to wait for it and ask little, not inherited
        if not handle:
            return (
                None if ctypes.get_last_error() == 87 else ""
            )  # no such process; else it is not ours to ask
        ended = kernel.WaitForSingleObject(ctypes.c_void_p(handle), 0) == 0
        kernel.CloseHandle(ctypes.c_void_p(handle))
        return None if ended else ""
    return ""


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _time(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _milliseconds(value: object) -> datetime | None:
    match value:
        case bool():
            return None
        case int() | float():
            try:
                return datetime.fromtimestamp(value / 1000, UTC)
            except (ValueError, OverflowError, OSError):
                return None
        case _:
            return None
