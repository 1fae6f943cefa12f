"""`ccmcp audit suppress` and `ccmcp audit baseline`: what needs no more attention, with a reason, and what is known already."""

import getpass
import re
from dataclasses import dataclass, replace
from datetime import UTC
from typing import TYPE_CHECKING

from ccmcp.cli.command import REPORTS, Command, Invocation
from ccmcp.errors import BadArgumentError
from ccmcp.screen import Screen

if TYPE_CHECKING:
    from datetime import datetime

    from ccmcp.decisions import Decisions


def _now(invocation: Invocation) -> "datetime":
    from ccmcp.cli import clock  # noqa: PLC0415 - only commands that need the time pay for it

    return clock.now(invocation.load_config().timezone)


def _stamp(moment: "datetime") -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


# -- suppress


@dataclass(frozen=True, kw_only=True)
class Suppress:
    """Which finding, and why; without a fingerprint it lists what is suppressed."""

    finding: str = ""
    """Its fingerprint, whole (16 digits), as `ccmcp audit` shows it."""

    reason: str = ""
    """Why it needs no more attention; it stands in every report."""

    until: str = ""
    """When it comes back: 2026-12-31, 30d (from now). Without it, never."""

    lift: bool = False
    """Take the suppression back."""


@dataclass(frozen=True, kw_only=True)
class OneSuppressed:
    """One suppression."""

    fingerprint: str
    reason: str
    author: str
    since: str
    until: str | None
    in_force: bool


@dataclass(frozen=True, kw_only=True)
class Suppressions:
    """All of them."""

    suppressed: tuple[OneSuppressed, ...]


def _suppress(asked: Suppress, invocation: Invocation) -> Suppressions:
    from ccmcp import decisions  # noqa: PLC0415 - other commands do without

    state, now = invocation.load_config().state, _now(invocation)
    decided = decisions.load(state)
    if asked.finding:
        print_ = asked.finding.strip().lower()
        if not re.fullmatch(r"[0-9a-f]{16}", print_):
            raise BadArgumentError(
                "fingerprint", asked.finding, "Give all 16 digits, as `ccmcp audit` shows them."
            )
        every = dict(decided.suppressed)
        if asked.lift:
            if every.pop(print_, None) is None:
                raise BadArgumentError(
                    "fingerprint",
                    asked.finding,
                    "It is not suppressed. `ccmcp audit suppress` lists what is.",
                )
        elif not asked.reason.strip():
            raise BadArgumentError("--reason", asked.reason, "Say why: it stands in every report.")
        else:
            every[print_] = decisions.Suppressed(
                reason=" ".join(asked.reason.split())[:500],
                author=_author(),
                since=_stamp(now),
                until=_until(asked.until, now),
            )
        decided = replace(decided, suppressed=every)
        decisions.save(state, decided)
    elif asked.reason or asked.until or asked.lift:
        raise BadArgumentError(
            "fingerprint", "", "Say which finding: `ccmcp audit` shows the fingerprint of each."
        )
    return _all(decided, _stamp(now))


def _until(text: str, now: "datetime") -> str | None:
    """When a suppression ends: at the end of a day, or so long from now."""
    from datetime import timedelta  # noqa: PLC0415

    from ccmcp.timeframe import interval  # noqa: PLC0415

    asked = text.strip()
    if not asked:
        return None
    if found := re.fullmatch(r"(\d{1,4})\s*d", asked):
        return _stamp(now + timedelta(days=int(found[1])))
    _, end = interval("", asked, now)
    if end is None or end <= now:
        raise BadArgumentError(
            "--until", text, "That is past. Give a day to come (2026-12-31), or days from now (30d)."
        )
    return _stamp(end)


def _author() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def _all(decided: "Decisions", now: str) -> Suppressions:
    return Suppressions(
        suppressed=tuple(
            OneSuppressed(
                fingerprint=print_, reason=each.reason, author=each.author, since=each.since, until=each.until,
                in_force=decided.suppression(print_, now) is not None,
            )
            for print_, each in sorted(decided.suppressed.items(), key=lambda pair: pair[1].since)
        )
    )  # fmt: skip


def _suppressions(result: Suppressions, screen: Screen) -> str:
    if not result.suppressed:
        return "Nothing is suppressed."
    rows = [
        (each.fingerprint, screen.style(_ends(each), "dim"), each.author, each.reason) for each in result.suppressed
    ]  # fmt: skip
    return screen.table(rows)


def _ends(each: OneSuppressed) -> str:
    if not each.in_force:
        return f"over since {(each.until or '')[:10]}"
    return f"until {each.until[:10]}" if each.until else "for good"


SUPPRESS = Command(
    name="audit suppress",
    description=(
        "Say that a finding needs no more attention, and why; or list what is suppressed. It is left out of answers until it expires, "
        "in every session of every project, and stands in reports with its reason."
    ),
    group=REPORTS,
    parameters=Suppress,
    run=_suppress,
    screen=_suppressions,
    positional=("finding",),
    examples=(
        "ccmcp audit suppress 4f2a91c07d3e6b58 --reason 'test database, made anew each night' --until 90d",
        "ccmcp audit suppress 4f2a91c07d3e6b58 --lift",
        "ccmcp audit suppress",
    ),
)


# -- baseline


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """Set it, or take it back."""

    clear: bool = False
    """Have no baseline any more."""


@dataclass(frozen=True, kw_only=True)
class BaselineSet:
    """The baseline there is now."""

    at: str | None
    findings: int
    """So many different findings are in it."""


def _baseline(asked: Baseline, invocation: Invocation) -> BaselineSet:
    from ccmcp import decisions  # noqa: PLC0415 - other commands do without
    from ccmcp.index.risks import RiskQuestion  # noqa: PLC0415

    config, now = invocation.load_config(), _now(invocation)
    decided = decisions.load(config.state)
    if asked.clear:
        decided = replace(decided, baseline=frozenset(), baseline_at=None)
    else:
        history = invocation.open_history(config)
        try:
            history.refresh()
            history.analyse()
            found = history.risks(lambda risks: risks.found(RiskQuestion()))
        finally:
            history.close()
        decided = replace(
            decided, baseline=frozenset(each.fingerprint for each in found), baseline_at=_stamp(now)
        )
    decisions.save(config.state, decided)
    return BaselineSet(at=decided.baseline_at, findings=len(decided.baseline))


def _set(result: BaselineSet, screen: Screen) -> str:
    _ = screen
    if result.at is None:
        return "There is no baseline."
    return f"The baseline knows {result.findings:,} findings. `ccmcp audit --new` shows what is not in it."


BASELINE = Command(
    name="audit baseline",
    description="Take all that is found by now as known: `ccmcp audit --new` then shows only what came after, or is done in another way.",
    group=REPORTS,
    parameters=Baseline,
    run=_baseline,
    screen=_set,
    examples=("ccmcp audit baseline", "ccmcp audit --new", "ccmcp audit baseline --clear"),
)
