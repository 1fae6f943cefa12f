"""
The table `[budgets]` of the settings -> budgets, and where each stands. Pure: "now" is an argument.

    [budgets]
    day = 20                                  # US dollars
    week = 100
    month = 300
    projects = { "~/work/api" = 50 }          # each a month's, or as said:
    models = { "opus" = 100, "fable" = { usd = 25, per = "week" } }

A project is its folder, with all below it, or a part of its path; a model any part of its name.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Literal, get_args

from ccmcp.errors import SettingsError, did_you_mean

Period = Literal["day", "week", "month"]

_PERIODS: tuple[Period, ...] = get_args(Period)
_SCOPES = {"projects": "project", "models": "model"}

_LEAST_PACE = 24
"""A pace is taken over at least this fraction of the period; see `standing`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How much may be spent in each day, week or month: on everything, in one project, or on some models."""

    usd: Decimal
    per: Period
    project: str = ""
    """A folder, or a part of a path; empty for all projects."""

    model: str = ""
    """A part of a model's name; empty for all models."""

    @property
    def name(self) -> str:
        """What it is called: `month`, `project ~/work/api per month`, `model opus per week`."""
        if self.project:
            return f"project {self.project} per {self.per}"
        return f"model {self.model} per {self.per}" if self.model else self.per

    def covers(self, project: str, model: str) -> bool:
        """Whether it counts what was spent on a model (by its name in transcripts) in a project (by its real path)."""
        return _within(project, self.project) and self.model.lower() in model.lower()


def _within(path: str, project: str) -> bool:
    path, project = path.replace("\\", "/"), project.replace("\\", "/").rstrip("/")
    if project.startswith(("/", "~")) or project[1:2] == ":":
        return f"{path}/".startswith(f"{project}/")
    return project.lower() in path.lower()


def budgets_of(value: object, place: str = "budgets", home: str = "") -> tuple[Budget, ...]:
    """
    The budgets of a settings file, the wide ones first.

    Args:
        value: what stands under `budgets`, as TOML is read.
        place: how to name it when something in it can't be used.
        home: what `~/` stands for in a project's path; left as it is when empty.

    Raises:
        SettingsError: something in it is no budget.

    """
    if not isinstance(value, Mapping):
        raise SettingsError(
            f"{place}: {_shown(value)} is no table. Write [budgets], and below it day = 20 or the like."
        )
    _known(value, (*_PERIODS, *_SCOPES), place)
    whole = [
        Budget(usd=_usd(value[period], f"{place}: {period}"), per=period)
        for period in _PERIODS
        if period in value
    ]
    return (
        *whole,
        *(budget for key in _SCOPES if key in value for budget in _parts(value[key], key, place, home)),
    )


def _parts(value: object, key: str, place: str, home: str) -> Iterator[Budget]:
    here = f"{place}: {key}"
    if not isinstance(value, Mapping):
        example = '{ "~/work/api" = 50 }' if key == "projects" else '{ "opus" = 100 }'
        raise SettingsError(f"{here}: {_shown(value)} is no table. Write {key} = {example}.")
    for name, amount in value.items():
        if not name.strip():
            raise SettingsError(
                f"{here}: a name is empty. Name a {_SCOPES[key]}, or set day, week or month for all."
            )
        usd, per = _amount(amount, f"{here}: {_shown(name)}")
        if key == "models":
            yield Budget(usd=usd, per=per, model=name.strip())
        else:
            yield Budget(usd=usd, per=per, project=_expanded(name.strip(), home))


def _expanded(project: str, home: str) -> str:
    return f"{home.rstrip('/')}/{project[2:]}" if home and project.startswith(("~/", "~\\")) else project


def _amount(value: object, place: str) -> tuple[Decimal, Period]:
    if not isinstance(value, Mapping):
        return _usd(value, place), "month"
    _known(value, ("usd", "per"), place)
    if "usd" not in value:
        raise SettingsError(f'{place}: how much is missing. Write {{ usd = 50, per = "week" }}.')
    given = value.get("per", "month")
    for period in _PERIODS:
        if given == period:
            return _usd(value["usd"], f"{place}: usd"), period
    raise SettingsError(f"{place}: per: {_shown(given)} is no period. {did_you_mean(str(given), _PERIODS)}")


def _usd(value: object, place: str) -> Decimal:
    try:
        if isinstance(value, int | float | str | Decimal) and not isinstance(value, bool):
            usd = Decimal(str(value))
            if usd.is_finite() and 0 < usd < 1_000_000_000:
                return usd
    except InvalidOperation:
        pass
    raise SettingsError(f"{place}: {_shown(value)} is no amount. Give US dollars above 0, as 20 or 12.50.")


def _known(value: Mapping[str, object], known: tuple[str, ...], place: str) -> None:
    for key in value:
        if key not in known:
            raise SettingsError(f"{place}: there is no {_shown(key)}. {did_you_mean(key, known)}")


def _shown(value: object) -> str:
    return repr(value)[:60]


# -- where one stands ---------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How much of a budget is used, and where this pace leads."""

    budget: Budget
    spent: Decimal
    used: Decimal
    """The share of it that is spent: 1 is all of it."""

    passed: bool
    """Whether more is spent than it allows."""

    projected: Decimal
    """What will be spent by the end of the period at this pace."""

    passes_at: datetime | None
    """When it will be passed at this pace; None when it won't in this period, or has been."""


def standing(budget: Budget, spent: Decimal, start: datetime, now: datetime, end: datetime) -> Standing:
    """
    Where a budget stands in the period that runs from `start` to `end`, all times with their zones.

    The pace is what was spent so far by the time that went by. In the first twenty-fourth of a period (an hour of a
    day, seven of a week) it is taken over that long, so that one prompt at midnight foretells no ruin.
    """
    # Subtracted in one zone, wall clocks would lose or win an hour where summer time begins or ends.
    first, last = start.astimezone(UTC), end.astimezone(UTC)
    moment = min(max(now.astimezone(UTC), first), last)
    least = max((last - first) / _LEAST_PACE, timedelta(microseconds=1))
    elapsed, left = max(moment - first, least), last - moment
    projected = spent + spent * _microseconds(left) / _microseconds(elapsed)
    passes_at = None
    if spent <= budget.usd < projected:
        share = (budget.usd - spent) / (projected - spent)
        passes_at = (moment + left * float(share)).astimezone(now.tzinfo)
    return Standing(
        budget=budget,
        spent=spent,
        used=spent / budget.usd,
        passed=spent > budget.usd,
        projected=projected,
        passes_at=passes_at,
    )


def _microseconds(span: timedelta) -> int:
    return span // timedelta(microseconds=1)
