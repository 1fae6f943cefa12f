"""
How fast ccmcp is on a large history, beside what no index can beat and beside the fastest tool of the kind.

    uv run python -m tests.benchmarks.run --size 1GB
    uv run python -m tests.benchmarks.run --size 200MB --only queries

Needs real transcripts (`CCMCP_DATA`, the folder that holds `projects/`). They are multiplied
into a folder of the system's temporary folder once (`--work`). Prints figures beside their
targets; nothing fails when one is missed, as figures depend on who else uses the machine.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import median

from tests.benchmarks import floors, product, rivals
from tests.benchmarks.corpus import Corpus, add_arguments
from tests.benchmarks.measure import ChildError, Cost, machine, middle, percentile, run, script


@dataclass(frozen=True, slots=True)
class Row:
    """One figure, the target it is held against, and whether it is met."""

    name: str
    measured: str
    target: str = ""
    met: bool | None = None


class Bench:
    """What the figures are taken on."""

    def __init__(self, data: Path, work: Path, size: int, times: int) -> None:
        self.data, self.work, self.size, self.times = data, work, size, times

    @cached_property
    def large(self) -> Corpus:
        """The history of the size asked for."""
        return self._corpus("--size", self.size)

    @cached_property
    def many(self) -> Corpus:
        """10,000 small transcripts."""
        return self._corpus("--files", 10_000)

    def _corpus(self, *how: object) -> Corpus:
        # In a process of its own: a child's peak memory is never below what its parent holds.
        return Corpus(**script("corpus", "--data", self.data, "--work", self.work, *how).said)

    @cached_property
    def queries(self) -> Path:
        """A file of 500 mixed queries."""
        path = self.work / "queries.json"
        path.write_text(json.dumps(script("queries", self.data / "projects").said), encoding="utf-8")
        return path

    @contextmanager
    def built(self, corpus: Corpus) -> Iterator[product.User]:
        """A user whose cache holds all of this history already."""
        user = product.User(Path(corpus.home), Path(corpus.home).parent / "user")
        script("product", "build", env=user.environment())
        yield user

    @contextmanager
    def newcomer(self) -> Iterator[product.User]:
        """A user with the large history and no cache."""
        with tempfile.TemporaryDirectory(dir=self.work) as folder:
            yield product.User(Path(self.large.home), Path(folder))


def floor(bench: Bench) -> list[Row]:
    """What it costs to decode the files, and to index their text, and nothing else."""
    return [
        Row(
            f"{name}, {cores}",
            _cost(middle([part(bench.large, one_core=one_core) for _ in range(bench.times)])),
        )
        for one_core, cores in ((True, "one core"), (False, "all cores"))
        for name, part in (("orjson alone", floors.decoding), ("Tantivy alone", floors.indexing))
    ]


def cold_one_core(bench: Bench) -> list[Row]:
    """A cold build of everything on one core's clock, against the sum of the floors, taken in turns."""
    decoding, indexing, ours = [], [], []
    for _ in range(bench.times):
        decoding.append(floors.decoding(bench.large, one_core=True))
        indexing.append(floors.indexing(bench.large, one_core=True))
        ours.append(_build(bench, one_core=True))
    bottom, cost = middle(decoding).cpu + middle(indexing).cpu, middle(ours)
    newest = cost.said["phases"]["newest prose"]
    return [
        Row(
            "the floors, one core",
            f"{middle(decoding).cpu:.2f} + {middle(indexing).cpu:.2f} = {bottom:.2f} s CPU",
        ),
        Row("cold build, one core", _cost(cost)),
        _ratio("  beside the floors", cost.cpu, bottom, 1.5),
        _ratio("  prose of the newest 10 %, of the whole build", newest, cost.wall, 0.1),
        Row("  phases", _phases(cost)),
    ]


def cold(bench: Bench) -> list[Row]:
    """A cold build on all cores, against fast-resume's, taken in turns."""
    command = rivals.fast_resume()
    theirs, ours = [], []
    for _ in range(bench.times):
        if command:
            theirs.append(rivals.cold_index(command, Path(bench.large.home)))
        ours.append(_build(bench))
    cost = middle(ours)
    rows = [
        Row("cold build", _cost(cost)),
        Row("  phases", _phases(cost)),
        Row("  peak memory", f"{cost.rss / 1e6:.0f} MB", "< 400 MB", cost.rss < 400e6),
    ]
    if not theirs:
        return [*rows, Row("fast-resume, cold", "not found: set FAST_RESUME to its `fr`, or install uv")]
    their = middle(theirs)
    return [
        *rows,
        Row("fast-resume, cold", f"{_cost(their)}, {their.said['meta']['total']} sessions"),
        _ratio("  our prose of all sessions beside it", cost.said["phases"]["prose"], their.wall, 2),
        _ratio("  our everything beside it", cost.said["phases"]["everything"], their.wall, 8),
        _ratio("  our memory beside its", cost.rss, their.rss),
    ]


def refresh(bench: Bench) -> list[Row]:
    """What it costs to find out that nothing has changed."""
    with bench.built(bench.many) as user:
        seconds = script("product", "refresh", env=user.environment()).said
    label = f"unchanged refresh, {bench.many.files:,} files, {bench.many.folders:,} folders"
    return [
        Row("the folders walked in Python, nothing else", _milliseconds(floors.walking(bench.many))),
        _under(label, seconds, 0.060),
    ]


def append(bench: Bench) -> list[Row]:
    """What a line costs that was appended since: the next call, beside a call with no such line, in pairs."""
    with bench.built(bench.many) as user:
        pairs = script("product", "append", env=user.environment()).said
    extra = [after - before for before, after in pairs]
    return [
        Row("search, nothing new", _milliseconds(median(before for before, _ in pairs))),
        _under("  more when a line was appended (and found)", extra, 0.020),
    ]


def queries(bench: Bench) -> list[Row]:
    """Warm queries in one process, after the freshness check, which has a line of its own."""
    with bench.built(bench.large) as user:
        said = script("product", "queries", bench.queries, env=user.environment()).said
    searches = [seconds for _, seconds in said["search"]]
    slowest: dict[str, list[float]] = {}
    for kind, seconds in said["search"]:
        slowest.setdefault(kind, []).append(seconds)
    by_kind = ", ".join(f"{kind} {median(values) * 1e3:.1f}" for kind, values in sorted(slowest.items()))
    return [
        Row("freshness check before each query", _milliseconds(median(said["freshness"]))),
        _under(f"search_sessions, median of {len(searches)}", searches, 0.010),
        _under("  99th percentile", searches, 0.040, share=0.99),
        Row("  medians in ms", by_kind),
        _under("list_sessions, median", said["list"], 0.005),
        Row("  99th percentile", _milliseconds(percentile(said["list"], 0.99))),
    ]


def usage(bench: Bench) -> list[Row]:
    """Reports of tokens and money, warm, by every grouping; then whole commands beside ccusage's, in turns."""
    with bench.built(bench.large) as user:
        environment = user.environment()
        said = script("product", "usage", env=environment).said
        rows = [
            row
            for group, seconds in said.items()
            for row in (
                _under(f"usage_report by {group}, a page", seconds["page"], 0.150),
                Row("  all rows", _milliseconds(median(seconds["whole"]))),
            )
        ]
        command = rivals.ccusage()
        if command is None:
            return [*rows, Row("ccusage", "not found: set CCUSAGE to its program")]
        for ours, theirs in (("day", "daily"), ("month", "monthly"), ("session", "session")):
            asked = [sys.executable, "-m", "ccmcp", "usage", "--compatible", "ccusage", "--timezone", "UTC"]
            pairs = [
                (
                    run([*asked, "--json", "--group", ours], environment),
                    run([*command, "claude", theirs, "--offline", "--json", "-z", "UTC"], environment),
                )
                for _ in range(max(5, bench.times))
            ]
            mine, other = middle([pair[0] for pair in pairs]), middle([pair[1] for pair in pairs])
            rows += [
                Row(f"ccmcp usage --group {ours}, the whole command", _cost(mine)),
                Row(f"ccusage claude {theirs}", _cost(other)),
                _ratio("  ours beside it", mine.wall, other.wall),
                Row("  tokens", _tokens(mine.said, other.said)),
            ]
    return rows


def _tokens(ours: dict[str, dict[str, int]], theirs: dict[str, dict[str, int]]) -> str:
    mine, other = ours["totals"]["total_tokens"], theirs["totals"]["totalTokens"]
    return f"{mine:,}, equal" if mine == other else f"{mine:,}; ccusage {other:,}"


def audit(bench: Bench) -> list[Row]:
    """What looking for findings adds to a cold build, the pass for secrets after it, and findings asked for, warm."""
    without, with_rules = [], []
    for _ in range(bench.times):
        without.append(_build(bench, how="build_unaudited"))
        with_rules.append(_build(bench))
    bare, ours = middle(without), middle(with_rules)
    with bench.newcomer() as user:
        environment = user.environment()
        script("product", "build", env=environment)
        after = script("product", "analyse", env=environment)
        said = script("product", "audit", env=environment).said
    seen = after.said["seen"]
    rate = max(total for _, total in seen.values()) / 1e6 / after.said["seconds"]
    return [
        Row("cold build without rules", _cost(bare)),
        Row("cold build with them", _cost(ours)),
        _ratio("  wall", ours.wall, bare.wall, 1.25),
        _ratio("  CPU", ours.cpu, bare.cpu, 1.25),
        Row(
            "the pass for secrets after it",
            f"{after.said['seconds']:.1f} s, {rate:.1f} MB of transcripts a second, {after.rss / 1e6:.0f} MB",
        ),
        *(_under(f"audit_findings, {name}", seconds, 0.050) for name, seconds in said.items()),
    ]


def command(bench: Bench) -> list[Row]:
    """A whole `ccmcp list` on a warm cache beside a bare interpreter, in alternating pairs."""
    bare, ours = [], []
    with bench.built(bench.large) as user:
        for _ in range(max(9, bench.times)):
            bare.append(run([sys.executable, "-c", "pass"], user.environment()))
            ours.append(run([sys.executable, "-m", "ccmcp", "list"], user.environment()))
    return [
        Row("python -c pass", _milliseconds(middle(bare).wall)),
        Row("ccmcp list, warm", _milliseconds(middle(ours).wall)),
        _ratio("  beside it", middle(ours).wall, middle(bare).wall, 6),
    ]


def classify(bench: Bench) -> list[Row]:
    """The rules on labelled commands, and how soon `ccmcp classify` answers beside a bare interpreter."""
    path = bench.data / "audit" / "commands.csv"
    if not path.exists():
        return [Row("labelled commands", f"not found: {path}")]
    said = script("classified", path).said
    rows = []
    for name, count in said["counts"].items():
        found, bad, fine = count["tp"] + count["fp"], count["tp"] + count["fn"], count["fp"] + count["tn"]
        rows += [
            _share(f"{name}: precision", count["tp"], found, least=0.97 if name == "all" else 0),
            _share(f"{name}: recall", count["tp"], bad, least=0.90 if name == "all" else 0),
            _share(f"{name}: fine commands flagged", count["fp"], fine, most=0.03 if name == "all" else 0),
        ]
    starts = said["starts"]
    bare = starts.pop("bare")
    return [
        *rows,
        Row(
            "a command in a running process",
            f"{said['each'] * 1e3:.3f} ms",
            "< 0.2 ms",
            said["each"] < 0.0002,
        ),
        Row("python -c pass", _milliseconds(bare)),
        *(
            row
            for name, seconds in starts.items()
            for row in (
                Row(f"first answer, {name}", _milliseconds(seconds)),
                _ratio("  beside it", seconds, bare, 5),
            )
        ),
    ]


def _share(name: str, part: int, whole: int, *, least: float = 0, most: float = 0) -> Row:
    share = part / max(1, whole)
    target = f">= {least}" if least else f"<= {most}" if most else ""
    return Row(
        name,
        f"{share:.3f} ({part} of {whole})",
        target,
        (share >= least if least else share <= most) if target else None,
    )


FIGURES: dict[str, Callable[[Bench], Sequence[Row]]] = {
    "floor": floor,
    "cold-one-core": cold_one_core,
    "cold": cold,
    "refresh": refresh,
    "append": append,
    "queries": queries,
    "usage": usage,
    "audit": audit,
    "command": command,
    "classify": classify,
}


def _build(bench: Bench, *, one_core: bool = False, how: str = "build") -> Cost:
    with bench.newcomer() as user:
        return script(
            "product", how, time.monotonic(), env=user.environment(), one_core=one_core, watched=True
        )


def _cost(cost: Cost) -> str:
    return f"{cost.wall:.2f} s wall, {cost.cpu:.2f} s CPU, {cost.rss / 1e6:.0f} MB"


def _phases(cost: Cost) -> str:
    return ", ".join(f"{what} {seconds:.2f} s" for what, seconds in cost.said["phases"].items())


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1e3:.1f} ms"


def _ratio(name: str, ours: float, other: float, most: float = 0) -> Row:
    return Row(
        name,
        f"{ours / other:.2f} times",
        f"<= {most:g}" if most else "",
        ours <= most * other if most else None,
    )


def _under(name: str, seconds: Sequence[float], most: float, share: float = 0.5) -> Row:
    value = percentile(seconds, share)
    return Row(name, _milliseconds(value), f"< {most * 1e3:.0f} ms", value < most)


def table(rows: Sequence[Row]) -> str:
    """The rows, aligned."""
    name = max(len(row.name) for row in rows)
    measured = max((len(row.measured) for row in rows if row.target), default=0)
    marks = {True: "met", False: "MISSED", None: ""}
    return "\n".join(
        f"{row.name:{name}}  {row.measured:{measured}}  {row.target:8}  {marks[row.met]}".rstrip()
        for row in rows
    )


def main() -> None:
    """Take the figures asked for and print them."""
    parser = argparse.ArgumentParser(description="Measure ccmcp.", epilog=__doc__)
    add_arguments(parser)
    parser.add_argument(
        "--only", action="append", choices=FIGURES, help="only these figures (may be repeated)"
    )
    parser.add_argument("--times", type=int, default=3, help="how often whole builds are repeated (3)")
    parser.add_argument(
        "--clean", action="store_true", help="remove what earlier runs left in the work folder"
    )
    given = parser.parse_args()
    if not given.data:
        parser.error("set CCMCP_DATA, or pass --data: the folder that holds projects/")
    if given.clean:
        shutil.rmtree(given.work, ignore_errors=True)
    given.work.mkdir(parents=True, exist_ok=True)
    bench = Bench(given.data, given.work, given.size, given.times)
    print(machine())
    large = bench.large
    print(
        f"{large.bytes / 1e6:,.0f} MB in {large.files:,} transcripts, {large.lines:,} lines, {large.copies} copies\n"
    )
    failed = False
    for name in given.only or FIGURES:
        try:
            rows = FIGURES[name](bench)
        except ChildError as error:
            rows, failed = [Row(name, f"failed: {error}")], True
        print(table(rows), end="\n\n", flush=True)
    print(machine())
    sys.exit(failed)


if __name__ == "__main__":
    main()
