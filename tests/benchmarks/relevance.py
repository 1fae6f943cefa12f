"""
Whether the session that was meant comes first: questions with known answers, asked of real transcripts.

    uv run python -m tests.benchmarks.relevance
    uv run python -m tests.benchmarks.relevance --set known-item --set typo --misses
    uv run python -m tests.benchmarks.relevance --json > sets.jsonl

Needs real transcripts (`CCMCP_DATA`, the folder that holds `known-item/`). Asks as a client does, with the
tool's own settings, a day after the newest entry. Indexes are kept in the work folder and made anew when
the code that makes them has changed.
"""

import argparse
import hashlib
import json
import random
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from statistics import fmean

from tests.benchmarks import larger
from tests.benchmarks.corpus import add_arguments
from tests.benchmarks.larger import Larger
from tests.benchmarks.measure import CHECKOUT, machine, percentile, script
from tests.benchmarks.product import User
from tests.benchmarks.sessions import sessions
from tests.benchmarks.sets import NAMES, asked
from tests.benchmarks.sets.material import Asked, Material

LARGE = "large"
"""The known items once more, among many more sessions."""

RESAMPLES = 2_000
"""By so many resamples of its questions a set's interval is estimated."""

FEWEST = 10
"""A script or language with fewer questions has no line of its own."""


@dataclass(frozen=True, slots=True)
class Answered:
    """One question and what came of it."""

    asked: Asked
    rank: int
    """Of the first right session, from 1; 0 when none is among the first ten."""

    first: str
    """The session that came first: its id and title; empty when nothing was found."""

    seconds: float

    @property
    def reciprocal(self) -> float:
        """1 for the first rank, 1/2 for the second ... 0 for none."""
        return 1 / self.rank if self.rank else 0


class Bench:
    """Where the questions come from, and whom they are asked."""

    def __init__(self, data: Path, work: Path, *, size: int, seed: int, keep: bool) -> None:
        self.data, self.work, self.size, self.seed, self.keep = data, work / "relevance", size, seed, keep

    @cached_property
    def material(self) -> Material:
        """The sessions that questions are made of."""
        return Material(sessions(self.data / "known-item" / "projects"), self.seed)

    @cached_property
    def larger(self) -> Larger:
        """The known items among others."""
        asked_for = {name for each in self.questions("known-item") for name in each.right}
        return larger.history(self.data / "known-item", self.work, self.size, frozenset(asked_for))

    def questions(self, name: str) -> list[Asked]:
        """The questions of a set."""
        return asked("known-item" if name == LARGE else name, self.material, self.data)

    def answers(self, name: str) -> list[Answered]:
        """The questions of a set, asked."""
        questions = self.questions(name)
        large = name == LARGE
        home = Path(self.larger.home) if large else self.data / "known-item"
        now = self._newest + timedelta(days=1 + (self.larger.days if large else 0))
        path = self.work / "questions.json"
        path.write_text(json.dumps([each.query for each in questions]), encoding="utf-8")
        user = self._user(home, "large" if large else "small")
        said = script("product", "ranks", path, now.isoformat(), env=user.environment()).said
        return [
            _answered(each, found["found"], found["seconds"])
            for each, found in zip(questions, said, strict=True)
        ]

    @cached_property
    def _newest(self) -> datetime:
        return datetime.fromisoformat(max(session.ended for session in self.material.sessions.values()))

    def _user(self, home: Path, name: str) -> User:
        """Somebody with this history, all of it indexed by today's code."""
        user = User(home, self.work / f"user-{name}")
        made_by = self.work / f"user-{name}.digest"
        if not self.keep and (not made_by.exists() or made_by.read_text() != _digest()):
            shutil.rmtree(user.own, ignore_errors=True)
        script("product", "build", env=user.environment())
        made_by.write_text(_digest())
        return user


def _digest() -> str:
    """Of the code that decides what stands in an index."""
    code = sorted(
        path for part in ("index", "transcripts") for path in (CHECKOUT / "ccmcp" / part).glob("*.*")
    )
    return hashlib.sha256(b"".join(path.read_bytes() for path in code)).hexdigest()


def _answered(question: Asked, found: Sequence[tuple[str, str]], seconds: float) -> Answered:
    rank = next((rank for rank, (name, _) in enumerate(found, 1) if name in question.right), 0)
    return Answered(question, rank, f"{found[0][0][:8]} {found[0][1]}" if found else "", seconds)


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Between which means 95 % of the resamples of these values lie."""
    chance = random.Random(0)
    means = sorted(fmean(chance.choices(values, k=len(values))) for _ in range(RESAMPLES))
    return means[RESAMPLES * 25 // 1000], means[RESAMPLES * 975 // 1000 - 1]


HEAD = "set              queries   MRR@10   95 % interval   recall@1   recall@5   none   median ms    p99 ms"


def rows(name: str, answers: Sequence[Answered]) -> Iterator[str]:
    """The line of a set, and one for each script or language it has questions of."""
    yield _row(name, answers)
    groups = sorted({each.asked.group for each in answers})
    for group in groups if len(groups) > 1 else []:
        part = [each for each in answers if each.asked.group == group]
        if len(part) >= FEWEST:
            yield _row(f"  {group}", part)


def _row(name: str, answers: Sequence[Answered]) -> str:
    values = [each.reciprocal for each in answers]
    low, high = interval(values)
    first, five = (fmean(0 < each.rank <= most for each in answers) for most in (1, 5))
    seconds = [each.seconds for each in answers]
    return (
        f"{name:16} {len(answers):7} {fmean(values):8.3f}   {low:.3f} to {high:.3f} {first:10.3f} {five:10.3f}"
        f" {sum(not each.first for each in answers):6} {percentile(seconds, 0.5) * 1e3:11.1f}"
        f" {percentile(seconds, 0.99) * 1e3:9.1f}"
    )


def misses(answers: Sequence[Answered]) -> Iterator[str]:
    """Each question whose session did not come first: its rank, and what came first instead."""
    for each in answers:
        if each.rank != 1:
            wanted = min(each.asked.right)[:8]
            rank = each.rank or "-"
            yield f"  {rank:>2}  {each.asked.query}\n      wanted {wanted}, first {' '.join(each.first.split())[:100]}"


def main() -> None:
    """Ask the sets and print how well they were answered."""
    parser = argparse.ArgumentParser(
        description="Measure relevance.", epilog=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_arguments(parser)
    names = (*NAMES, LARGE)
    parser.add_argument("--set", action="append", choices=names, help="only this set (may be repeated)")
    parser.add_argument("--misses", action="store_true", help="print what did not come first, and what did")
    parser.add_argument("--json", action="store_true", help="print the questions, a line each; ask nothing")
    parser.add_argument("--seed", type=int, default=0, help="other questions of the generated sets (0)")
    parser.add_argument("--keep", action="store_true", help="take indexes as earlier runs left them")
    given = parser.parse_args()
    if not given.data or not (given.data / "known-item").is_dir():
        parser.error("set CCMCP_DATA, or pass --data: the folder that holds known-item/")
    bench = Bench(given.data, given.work, size=given.size, seed=given.seed, keep=given.keep)
    bench.work.mkdir(parents=True, exist_ok=True)
    if given.json:
        for name in given.set or NAMES:
            for each in bench.questions(name):
                line = {"set": name, "query": each.query, "right": sorted(each.right), "group": each.group}
                print(json.dumps(line, ensure_ascii=False))
        return
    print(f"{machine()}\n\n{HEAD}")
    for name in given.set or names:
        answers = bench.answers(name)
        if name == LARGE:
            print(f"  among {bench.larger.sessions:,} sessions, {bench.larger.bytes / 1e6:,.0f} MB:")
        print(*rows(name, answers), *(misses(answers) if given.misses else ()), sep="\n", flush=True)


if __name__ == "__main__":
    main()
