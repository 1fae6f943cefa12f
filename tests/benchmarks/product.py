"""
Ours: the one place where the benchmarks touch ccmcp.

    CLAUDE_CONFIG_DIR=... python -m tests.benchmarks.product build | refresh | append | queries FILE | usage | ranks FILE NOW | audit | analyse | build_unaudited

Each part prints its seconds as JSON. They run in a process of their own, in the environment of
a `User`, and go through the tools as a front end does.
"""

import contextlib
import json
import os
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # imported where it is measured
    from ccmcp.history import History, Progress, Stopped
    from ccmcp.index import Coverage
    from ccmcp.tools import Tool

PHASES = ("newest prose", "prose", "everything")


@dataclass(frozen=True, slots=True)
class User:
    """Somebody with this history and a cache of their own."""

    home: Path
    """The config folder of Claude Code."""

    own: Path
    """Where their cache, state and settings are."""

    def environment(self) -> dict[str, str]:
        """The environment their processes run in."""
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "TERM")}
        folders = {
            f"XDG_{name}_HOME": str(self.own / name.lower()) for name in ("CACHE", "STATE", "CONFIG", "DATA")
        }
        return {**kept, **folders, "HOME": str(self.own), "CLAUDE_CONFIG_DIR": str(self.home)}


def build(started: str = "") -> object:
    """Index all there is: after how many seconds each phase could be searched, since `started` on the monotonic clock."""
    begin = float(started or time.monotonic())
    seen: dict[str, float] = {}

    def progress(done: int, total: int, what: str) -> None:
        del done, total
        # A phase is committed, and so searchable, when the next one says its first word.
        for earlier in PHASES[: PHASES.index(what)]:
            seen.setdefault(earlier, time.monotonic() - begin)

    with _history() as history:
        coverage = history.refresh(progress)
        if not coverage.complete:
            raise SystemExit(f"The build did not cover everything: {coverage}")
    for phase in PHASES:
        seen.setdefault(phase, time.monotonic() - begin)
    return {"phases": {phase: seen[phase] for phase in PHASES}}


def refresh(times: int = 30) -> object:
    """Seconds of each of several freshness checks that find nothing new."""
    with _history() as history:
        history.refresh()
        return [_seconds(history.refresh) for _ in range(times)]


def append(pairs: int = 30) -> object:
    """Seconds of searches in pairs: with nothing new, then with a line appended just before, which it must find."""
    session = str(uuid.uuid4())
    folder = Path(os.environ["CLAUDE_CONFIG_DIR"]) / "projects" / "-benchmark"
    folder.mkdir(exist_ok=True)
    path = folder / f"{session}.jsonl"
    try:
        with _history() as history:
            return [_pair(history, path, session, number) for number in range(pairs + 1)][1:]
    finally:
        path.unlink(missing_ok=True)
        folder.rmdir()


def _pair(history: "History", path: Path, session: str, number: int) -> tuple[float, float]:
    needle = f"needle{number}of{session[:8]}"
    before = _seconds(lambda: _ask(history, "search_sessions", query=needle))
    line = {
        "parentUuid": None, "isSidechain": False, "type": "user", "message": {"role": "user", "content": needle},
        "uuid": str(uuid.uuid4()), "timestamp": "2026-11-25T12:00:00.000Z", "userType": "external",
        "cwd": "/benchmark", "sessionId": session, "version": "2.1.330", "gitBranch": "main",
    }  # fmt: skip
    with path.open("ab") as file:
        file.write(json.dumps(line, separators=(",", ":")).encode() + b"\n")
    found: list[object] = []
    after = _seconds(lambda: found.append(_ask(history, "search_sessions", query=needle)))
    if session not in json.dumps(_plain(found[0])):
        raise SystemExit(f"The line appended before search {number} was not found")
    return before, after


def queries(path: str, lists: int = 100) -> object:
    """Seconds of each query without its freshness check, those of the checks, and those of listing sessions."""
    with _history() as history:
        history.refresh()
        with _checks_timed(history) as checks:
            search = [
                (kind, _net(checks, partial(_ask, history, "search_sessions", query=query)))
                for kind, query in json.loads(Path(path).read_bytes())
            ]
            listing = [_net(checks, lambda: _ask(history, "list_sessions")) for _ in range(lists)]
    return {"search": search, "freshness": checks, "list": listing}


def usage(times: int = 9) -> object:
    """Seconds of reports by each grouping without their freshness check: a page as an agent gets it, and all rows."""
    with _history() as history:
        history.refresh()
        with _checks_timed(history) as checks:
            return {
                f"{group}{compatible and f', as {compatible}'}": {
                    "page": [_report(history, checks, group, compatible, 40_000) for _ in range(times)],
                    "whole": [_report(history, checks, group, compatible, 0) for _ in range(times)],
                }
                for group, compatible in _REPORTS
            }


_REPORTS = (
    *((group, "") for group in (
        "day", "week", "month", "hour", "project", "session", "model", "agent", "branch", "entrypoint", "tool", "block",
        "day,model", "project,model", "day,session", "session,tool", "agent,tool",
    )),
    *((group, "ccusage") for group in ("day", "month", "week", "session", "block")),
)  # fmt: skip


def _report(
    history: "History", checks: list[float], group: str, compatible: str, most_characters: int
) -> float:
    asked: dict[str, Any] = {"group": group, "compatible": compatible}
    return _net(checks, partial(_ask, history, "usage_report", most_characters=most_characters, **asked))


def build_unaudited(started: str = "") -> object:
    """The same as `build`, without anything that looks for findings on the way."""
    from ccmcp import history  # noqa: PLC0415 - part of what is measured
    from ccmcp.index.analysis import NOBODY  # noqa: PLC0415

    vars(history)["ANALYSERS"] = NOBODY
    return build(started)


def analyse() -> object:
    """Seconds of what comes after the indexing of all there is, and how many bytes each analyser has then seen, of how many."""
    with _history() as history:
        history.refresh()
        start = time.perf_counter()
        seen = history.analyse()
        return {"seconds": time.perf_counter() - start, "seen": seen}


def audit(times: int = 15) -> object:
    """Seconds of each question about findings, without its freshness check."""
    with _history() as history:
        history.refresh()
        history.analyse()
        with _checks_timed(history) as checks:
            return {
                name: [
                    _net(checks, partial(_ask, history, "audit_findings", most_characters=40_000, **filters))
                    for _ in range(times)
                ]
                for name, filters in _AUDITS.items()
            }


_AUDITS: dict[str, dict[str, Any]] = {
    "high and critical": {"min_severity": "high"},
    "medium and more": {},
    "one rule": {"rule": "GIT-001", "min_severity": "low"},
    "one category, done": {"category": "files", "outcome": "done"},
    "two families, 90 days": {"since": "90d", "rule": "CRD,EXF"},
    "everything, down to info": {"min_severity": "info"},
}


def ranks(path: str, now: str) -> object:
    """What each query of a file finds when it is asked as a client asks: ids and titles, best first, and its seconds."""
    at = datetime.fromisoformat(now)
    with _history() as history:
        # What only the first search loads and opens is no query's time.
        _ask(history, "search_sessions", query="first")
        with _checks_timed(history) as checks:
            return [_ranked(history, checks, query, at) for query in json.loads(Path(path).read_bytes())]


def _ranked(history: "History", checks: list[float], query: str, now: datetime) -> object:
    answers: list[Any] = []
    seconds = _net(
        checks, lambda: answers.append(_ask(history, "search_sessions", now=now, query=query, limit=10))
    )
    return {"found": [(each.session_id, each.title) for each in answers[0].sessions], "seconds": seconds}


def _net(checks: list[float], work: Callable[[], object]) -> float:
    count = len(checks)
    whole = _seconds(work)
    return whole - sum(checks[count:])


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


# -- ccmcp ---------------------------------------------------------------------
@contextlib.contextmanager
def _history() -> "Iterator[History]":
    """The history of this process's user; it waits for a cold build."""
    from ccmcp.config import Config  # noqa: PLC0415 - part of what is measured
    from ccmcp.history import History  # noqa: PLC0415 - part of what is measured

    with contextlib.closing(History(Config.load(os.environ), patient=True)) as history:
        yield history


@contextlib.contextmanager
def _checks_timed(history: "History") -> Iterator[list[float]]:
    """What each freshness check inside a call takes meanwhile, in seconds."""
    checks: list[float] = []
    plain = history.refresh

    def timed(progress: "Progress | None" = None, stopped: "Stopped | None" = None) -> "Coverage":
        start = time.perf_counter()
        try:
            return plain(progress, stopped)
        finally:
            checks.append(time.perf_counter() - start)

    vars(history)["refresh"] = timed
    try:
        yield checks
    finally:
        del vars(history)["refresh"]


def _ask(
    history: "History", name: str, *, now: datetime | None = None, most_characters: int = 0, **given: object
) -> object:
    from ccmcp.tools import Call  # noqa: PLC0415 - part of what is measured

    tool = _tool(name)
    call = Call(now=now or datetime.now(UTC), most_characters=most_characters)
    return tool.run(history, tool.parameters(**given), call)


def _tool(name: str) -> "Tool":
    from ccmcp.tools import all_tools  # noqa: PLC0415 - part of what is measured

    return next(tool for tool in all_tools() if tool.name == name)


def _plain(result: object) -> Any:
    from ccmcp.result import plain  # noqa: PLC0415 - part of what is measured

    return plain(result)


if __name__ == "__main__":
    PARTS: dict[str, Callable[..., object]] = {
        "build": build, "refresh": refresh, "append": append, "queries": queries, "usage": usage, "ranks": ranks,
        "build_unaudited": build_unaudited, "analyse": analyse, "audit": audit,
    }  # fmt: skip
    print(json.dumps(PARTS[sys.argv[1]](*sys.argv[2:])))
