"""What sums are kept apart by -> what their rows are called, and in which order they stand. Pure."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any, Literal, TypeAlias, get_args

from ccmcp.index.counting import SYNTHETIC, session_by_path, told_by_rate
from ccmcp.index.spending import Dimension, Spender, Sum
from ccmcp.usage.periods import UNKNOWN_TIME, Period, day_of, name_of

Group: TypeAlias = Literal[
    "day",
    "week",
    "month",
    "hour",
    "project",
    "session",
    "model",
    "agent",
    "branch",
    "entrypoint",
    "tool",
    "block",
]
GROUPS: tuple[Group, ...] = get_args(Group)

Key: TypeAlias = "int | str | tuple[str, str]"
"""A number for a time (-1 when it is unknown) or a session, ccusage's session and project, or a name."""

TIMES: tuple[Group, ...] = ("hour", "day", "week", "month", "block")
"""The groupings whose rows have an order in time."""

NO_TOOL, NO_BRANCH, NO_ENTRYPOINT, NO_PROJECT = "(no tool)", "(no branch)", "(not known)", "(no project)"

BY: Mapping[Group, Dimension | None] = {
    "hour": "hour", "day": "day", "week": "day", "month": "day", "block": "span", "project": "session", "session": "session",
    "entrypoint": "session", "model": None, "agent": "agent", "branch": "branch", "tool": "tool",
}  # fmt: skip
"""What a grouping needs sums to be kept apart by; the model always is."""

CCUSAGE_BY: Mapping[Group, Dimension | None] = {**BY, "project": "file", "session": "file"}
"""The same by the rules of ccusage, to which a session is a file."""


class Keys:
    """The keys of sums for the groupings asked for."""

    def __init__(
        self,
        groups: Sequence[Group],
        zone: tzinfo,
        *,
        spenders: Mapping[int, Spender],
        paths: Mapping[int, str] | None = None,
        starts: Sequence[int] = (),
    ) -> None:
        """With `paths`, of files by number, they are ccusage's; `starts` are those of the spans that were asked for."""
        self.groups = groups
        self._zone = zone
        self._spenders = spenders
        self._paths = paths or {}
        self.ccusage = paths is not None
        self._starts = starts
        table = CCUSAGE_BY if self.ccusage else BY
        self.by = tuple(dict.fromkeys(each for group in groups if (each := table[group])))
        """What sums are to be kept apart by."""
        places = [self.by.index(each) if (each := table[group]) else -1 for group in groups]
        self._parts: list[tuple[int, Callable[[Any], Key], dict[object, Key]]] = [
            (place, self._reader(group), {}) for place, group in zip(places, groups, strict=True)
        ]

    def of(self, each: Sum) -> tuple[Key, ...]:
        """The keys of a sum."""
        found: list[Key] = []
        for place, read, known in self._parts:
            value = each.keys[place] if place >= 0 else each.rate
            if value not in known:
                known[value] = read(value)
            found.append(known[value])
        return tuple(found)

    def name(self, place: int, key: Key) -> str:
        """What a key of the grouping at this place is called."""
        group = self.groups[place]
        if isinstance(key, tuple):
            return key[0]  # ccusage's session; its project is told beside
        if isinstance(key, str):
            return key
        if group == "session":
            return self._spenders[key].session_id if key in self._spenders else str(key)
        if key < 0:
            return UNKNOWN_TIME
        if group == "block":
            return self.moment(key)
        return name_of(_PERIODS[group], key, self._zone, sundays=self.ccusage)

    def moment(self, at: int) -> str:
        """A moment in milliseconds as a block's key has it."""
        moment = datetime.fromtimestamp(at / 1000, UTC)
        if self.ccusage:
            return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return moment.astimezone(self._zone).isoformat(timespec="minutes")

    def _reader(self, group: Group) -> Callable[[Any], Key]:
        """What makes a key of what sums are kept apart by."""
        if self.ccusage and group == "session":
            return lambda file: session_by_path(self._paths[file])
        if self.ccusage and group == "project":
            return lambda file: session_by_path(self._paths[file])[1]
        match group:
            case "week":
                return lambda day: day if day < 0 else day - (day + 3 + self.ccusage) % 7
            case "month":
                return lambda day: day if day < 0 else day - day_of(day).day + 1
            case "block":
                return lambda number: self._starts[number]
            case "project" | "entrypoint":
                return lambda number: self._of_session(number, group)
            case "model":
                return self._model
            case _:
                return lambda value: value if value != "" else _NOTHING[group]

    def _of_session(self, number: int, what: str) -> str:
        spender = self._spenders.get(number)
        return (getattr(spender, what) if spender else "") or _NOTHING[what]

    def _model(self, rate: str) -> str:
        model, speed, *_ = told_by_rate(rate)
        fast = self.ccusage and speed == "fast" and model not in (SYNTHETIC, "")
        return f"{model}-fast" if fast else model


_PERIODS: Mapping[Group, Period] = {"hour": "hour", "day": "day", "week": "week", "month": "month"}
_NOTHING = {"tool": NO_TOOL, "branch": NO_BRANCH, "entrypoint": NO_ENTRYPOINT, "project": NO_PROJECT}
