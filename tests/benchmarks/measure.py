"""What a process costs: wall clock, CPU of all its threads, peak memory. Reads clocks; POSIX only."""

import contextlib
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import IO, Any, Self

if sys.platform == "win32":
    raise SystemExit("The benchmarks need POSIX: they read with wait4 what a child process cost.")

CHECKOUT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one run took."""

    wall: float
    """Seconds on the wall."""

    cpu: float
    """Seconds of CPU, user and system, of all threads and children."""

    rss: int = 0
    """Peak resident bytes (0 where it was not measured); never below what the measuring process held at the start."""

    said: Any = None
    """The JSON value the process printed, if it printed one."""


class ChildError(Exception):
    """A measured process failed."""

    def __init__(self, argv: Sequence[str], code: int, said: str) -> None:
        super().__init__(f"{' '.join(argv)} ended with {code}: {said.strip()[-2000:]}")


def run(
    argv: Sequence[str],
    env: Mapping[str, str] | None = None,
    *,
    one_core: bool = False,
    watched: bool = False,
) -> Cost:
    """
    The cost of one whole process, start-up included, run in the checkout.

    `one_core` keeps all its threads and children on a single core. `watched` adds up the
    memory of the process and its children while it runs, where the system tells it;
    else the memory is that of the largest of them.

    Raises:
        ChildError: it did not end with 0.

    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        with pinned() if one_core else contextlib.nullcontext():
            start = time.perf_counter()
            child = subprocess.Popen(
                argv, cwd=CHECKOUT, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=err
            )
        with watching(child.pid) if watched else contextlib.nullcontext([0]) as peaks:
            _, status, usage = os.wait4(child.pid, 0)
            wall = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise ChildError(argv, child.returncode, _text(err) + _text(out))
        largest = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        cpu = usage.ru_utime + usage.ru_stime
        return Cost(wall=wall, cpu=cpu, rss=max(largest, *peaks), said=_json(_text(out)))


def script(
    name: str,
    *arguments: object,
    env: Mapping[str, str] | None = None,
    one_core: bool = False,
    watched: bool = False,
) -> Cost:
    """The cost of a module of this package, in an interpreter of its own (so this process stays small)."""
    argv = [sys.executable, "-m", f"tests.benchmarks.{name}", *map(str, arguments)]
    return run(argv, env, one_core=one_core, watched=watched)


@contextlib.contextmanager
def watching(process: int) -> Iterator[list[int]]:
    """Collect, twenty times a second, the bytes a process and all below it hold together; shared pages count once."""
    sums = [0]
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.05):
            sums[0] = max(sums[0], sum(map(_held, _tree(process))))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield sums
    finally:
        ended.set()
        watcher.join()


def _tree(process: int) -> Iterator[int]:
    yield process
    with contextlib.suppress(OSError):
        for thread in Path(f"/proc/{process}/task").iterdir():
            for child in (thread / "children").read_text(encoding="ascii").split():
                yield from _tree(int(child))


def _held(process: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


@contextlib.contextmanager
def pinned() -> Iterator[None]:
    """Keep this process, and what it starts, on one core meanwhile; without effect where the system can't."""
    if sys.platform != "linux":
        yield
        return
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


class Clock:
    """A stopwatch for a part of this process: `with Clock() as clock: ...`, then `clock.cost`."""

    cost: Cost

    def __enter__(self) -> Self:
        self._cpu, self._wall = time.process_time(), time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        wall = time.perf_counter() - self._wall
        self.cost = Cost(wall=wall, cpu=time.process_time() - self._cpu)


def middle(costs: Sequence[Cost]) -> Cost:
    """The run in the middle by wall clock, with the largest memory of all."""
    chosen = sorted(costs, key=lambda cost: cost.wall)[len(costs) // 2]
    return Cost(wall=chosen.wall, cpu=chosen.cpu, rss=max(cost.rss for cost in costs), said=chosen.said)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of the values lies: 0.5 is the median."""
    if share == 0.5:
        return statistics.median(values)
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def machine() -> str:
    """One line that says where figures were taken."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    load = "/".join(f"{value:.1f}" for value in os.getloadavg())
    packages = ", ".join(f"{name} {_version(name)}" for name in ("orjson", "tantivy", "mcp", "pydantic"))
    return (
        f"{os.cpu_count()} cores {platform.machine()} {_processor()}, {memory:.0f} GB, load {load}; "
        f"{platform.system()} {platform.release()}; Python {platform.python_version()}, {packages}"
    )


def _processor() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "-"


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None
