"""Amounts by their keys -> rows in order, each made when it is looked at: a page shows few of thousands. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ccmcp.index.counting import SYNTHETIC
from ccmcp.index.spending import Spender
from ccmcp.usage.amount import Amount
from ccmcp.usage.blocks import Block, block, gap
from ccmcp.usage.keys import TIMES, Group, Key, Keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What shares its keys."""

    keys: tuple[str, ...]
    amount: Amount
    session: Spender | None = None
    """Of a session's row."""
    compactions: tuple[int, int] | None = None
    """Of a session's row: how often its context was summed up, and the largest that was, in tokens."""
    block: Block | None = None


class Rows:
    """Rows by the groupings' order: times as they go by, all else the dearest first."""

    def __init__(
        self,
        keys: Keys,
        amounts: Mapping[tuple[Key, ...], Amount],
        compactions: Mapping[int, tuple[int, int]],
        spenders: Mapping[int, Spender],
        now: int,
    ) -> None:
        """Take the amounts; `compactions` and `spenders` are those of sessions by number, `now` is in milliseconds."""
        self._keys = keys
        self._amounts = amounts
        self._compactions = compactions
        self._spenders = spenders
        self._now = now
        self._order = self._in_order()

    def __len__(self) -> int:
        return len(self._order)

    def __getitem__(self, at: int) -> Row:
        return self._row(self._order[at])

    def __iter__(self) -> Iterator[Row]:
        return map(self._row, self._order)

    def _row(self, key: "tuple[Key, ...] | Block") -> Row:
        if isinstance(key, Block):
            return Row(keys=(f"gap-{self._keys.moment(key.start)}",), amount=Amount(), block=key)
        amount = self._amounts[key]
        session, start = self._part(key, "session"), self._part(key, "block")
        return Row(
            keys=tuple(self._keys.name(place, each) for place, each in enumerate(key)),
            amount=amount,
            session=None if session is None else self._spenders.get(session),
            compactions=None if session is None else self._compactions.get(session, (0, 0)),
            block=block(start, amount, self._now) if start is not None and start >= 0 else None,
        )

    def _part(self, key: tuple[Key, ...], wanted: Group) -> int | None:
        """The number that a key has for a grouping."""
        for group, each in zip(self._keys.groups, key, strict=True):
            if group == wanted and isinstance(each, int):
                return each
        return None

    def _in_order(self) -> "list[tuple[Key, ...] | Block]":
        ordered = sorted(self._amounts, key=self._places())
        if not self._keys.ccusage:
            return [*ordered]
        shown = [key for key in ordered if not self._left_out(key)]
        return self._with_gaps(shown) if self._keys.groups == ("block",) else [*shown]

    def _left_out(self, key: tuple[Key, ...]) -> bool:
        """Whether ccusage does not show it: a session without tokens, what the client wrote itself by model."""
        groups = self._keys.groups
        if "session" in groups and not self._amounts[key].total:
            return True
        return any(
            group == "model" and each in (SYNTHETIC, "") for group, each in zip(groups, key, strict=True)
        )

    def _with_gaps(self, shown: Sequence[tuple[Key, ...]]) -> "list[tuple[Key, ...] | Block]":
        """Blocks, with what lies between two of them where that is long."""
        found: list[tuple[Key, ...] | Block] = []
        before = 0
        for key in shown:
            between = gap(before, self._amounts[key].first) if before else None
            before = self._amounts[key].last
            found += [between, key] if between else [key]
        return found

    def _places(self) -> Callable[[tuple[Key, ...]], tuple[object, ...]]:
        """What keys are sorted by: times as they go by, unknown ones last; all else by what it cost in all."""
        groups = self._keys.groups
        whole: list[dict[Key, tuple[int, int]]] = [defaultdict(lambda: (0, 0)) for _ in groups]
        for key, amount in self._amounts.items():
            for part, each in zip(whole, key, strict=True):
                units, tokens = part[each]
                part[each] = units - amount.units, tokens - amount.total

        def place(key: tuple[Key, ...]) -> tuple[object, ...]:
            return tuple(
                (each == -1, each) if group in TIMES else (part[each], self._keys.name(at, each))
                for at, (group, part, each) in enumerate(zip(groups, whole, key, strict=True))
            )

        return place
