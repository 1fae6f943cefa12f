"""
Sums of tokens -> amounts: tokens with what they cost and what is known of them. Pure.

Money is counted in whole units of 10**-18 USD here, which is exact for prices of up to twelve
places a million tokens and ten times as fast as decimal numbers; it comes out as Decimal.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

from ccmcp.index.activity import Spent
from ccmcp.index.counting import SYNTHETIC, told_by_rate
from ccmcp.index.facts import milliseconds_of
from ccmcp.index.spending import Sum
from ccmcp.usage.cost import Mode, Tokens, ccusage_cost, charged, cost, saved
from ccmcp.usage.prices import PriceTable

NO_MODEL = "(no model)"
"""What a model is called that a line does not name."""

_EVER = datetime.min.replace(tzinfo=UTC)
_PLACES = 18


def _units(usd: Decimal) -> int:
    return int(usd.scaleb(_PLACES).to_integral_value())


def _usd(units: int) -> Decimal:
    return Decimal(units).scaleb(-_PLACES)


@dataclass(slots=True)
class Amount:
    """Tokens and money that belong together; grows by what is added."""

    input: int = 0
    output: int = 0
    cache_write: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    cache_read: int = 0
    web_searches: int = 0
    responses: int = 0
    no_final: int = 0
    units: int = 0
    """What it cost, in units of 10**-18 USD."""
    priced: bool = False
    """Whether anything in it has a price."""
    recorded_units: int = 0
    saved_units: int = 0
    models: dict[str, None] = field(default_factory=dict)
    unpriced: dict[str, int] = field(default_factory=dict)
    """Models without a price, with their tokens."""
    first: int = 0
    """Milliseconds since 1970; 0 when unknown."""
    last: int = 0
    largest: int = 0
    """The largest prompt, in tokens."""
    largest_model: str = ""
    """The model that had it."""

    @property
    def tokens(self) -> Tokens:
        """All tokens."""
        return Tokens(
            self.input, self.output, self.cache_write, self.cache_write_5m, self.cache_write_1h, self.cache_read,
            self.web_searches,
        )  # fmt: skip

    @property
    def total(self) -> int:
        """Everything that was sent or came back."""
        return self.input + self.output + self.cache_write + self.cache_read

    @property
    def usd(self) -> Decimal | None:
        """What it cost; none while nothing in it has a price."""
        return _usd(self.units) if self.priced else None

    @property
    def recorded(self) -> Decimal:
        """The part of `usd` that clients wrote down themselves."""
        return _usd(self.recorded_units)

    @property
    def saved(self) -> Decimal:
        """What caching saved of it."""
        return _usd(self.saved_units)

    def add(self, other: "Amount") -> None:
        """Take in another one."""
        self.units += other.units
        self.priced |= other.priced
        self.recorded_units += other.recorded_units
        self.saved_units += other.saved_units
        self.no_final += other.no_final
        self.models |= other.models
        for model, tokens in other.unpriced.items():
            self.unpriced[model] = self.unpriced.get(model, 0) + tokens
        self.take(other, other.largest_model)

    def take(self, tokens: "Sum | Amount", model: str) -> None:
        """Take in tokens and times, whatever they cost."""
        self.input += tokens.input
        self.output += tokens.output
        self.cache_write += tokens.cache_write
        self.cache_write_5m += tokens.cache_write_5m
        self.cache_write_1h += tokens.cache_write_1h
        self.cache_read += tokens.cache_read
        self.web_searches += tokens.web_searches
        self.responses += tokens.responses
        if tokens.first and (not self.first or tokens.first < self.first):
            self.first = tokens.first
        self.last = max(self.last, tokens.last)
        if tokens.largest > self.largest:
            self.largest, self.largest_model = tokens.largest, model


def amount_of(spent: Spent, usd: Decimal | None) -> Amount:
    """One response and what it cost (none without a price) as an amount; its prompt is not looked at."""
    found = Amount(
        input=spent.input,
        output=spent.output,
        cache_write=spent.cache_write,
        cache_write_5m=spent.cache_write_5m,
        cache_write_1h=spent.cache_write_1h,
        cache_read=spent.cache_read,
        web_searches=spent.web_searches,
        responses=1,
        no_final=not spent.stop_reason,
        models={spent.model: None},
        first=spent.at,
        last=spent.end_at,
    )
    if usd is None:
        found.unpriced[spent.model] = found.total
    else:
        found.units, found.priced = _units(usd), True
    return found


class _Rate(NamedTuple):
    """What one token of each kind is worth in units, where everything else is the same."""

    model: str
    cost: tuple[int, int, int, int, int, int] | None
    """Input, output, 5-minute and 1-hour writes, reads, web searches; none for a model without a price."""
    saved: tuple[int, int, int]
    """By each token that was read, or written for five minutes or an hour."""
    above: tuple[int, int, int, int, int]
    """What a token more costs beyond ccusage's tier: input, output, writes, reads."""


_KINDS = (
    Tokens(input=1), Tokens(output=1), Tokens(cache_write=1), Tokens(cache_write=1, cache_write_1h=1), Tokens(cache_read=1),
    Tokens(web_searches=1),
)  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Pricing:
    """By which prices sums become amounts, and what the index is to keep apart for that."""

    prices: PriceTable
    mode: Mode = "auto"
    ccusage: bool = False
    """By ccusage's formula and prices in place of ours."""
    moments: tuple[datetime, ...] = ()
    """When prices of the models that occur change."""
    sizes: tuple[int, ...] = ()
    """Above which prompts prices of the models that occur change."""
    _rates: dict[tuple[str, int, int], _Rate] = field(default_factory=dict)

    @classmethod
    def of(
        cls, prices: PriceTable, models: Sequence[str], *, mode: Mode = "auto", ccusage: bool = False
    ) -> "Pricing":
        """The pricing of these models."""
        if ccusage:
            return cls(prices=prices, mode=mode, ccusage=True)
        sizes = sorted({size for model in models for size in prices.thresholds(model)})
        return cls(prices=prices, mode=mode, moments=prices.breaks(models), sizes=tuple(sizes))

    @property
    def milliseconds(self) -> tuple[int, ...]:
        """`moments` as the index takes them."""
        return tuple(map(milliseconds_of, self.moments))

    def add(self, amount: Amount, each: Sum) -> None:
        """Take a sum, with its price, into an amount."""
        key = each.rate, each.moment, each.size
        rate = self._rates.get(key)
        if rate is None:
            rate = self._rates[key] = self._rate(*key)
        amount.take(each, rate.model)
        amount.no_final += each.no_final
        if rate.model not in amount.models and rate.model != SYNTHETIC and rate.model:
            amount.models[rate.model] = None
        units = None if rate.cost is None else _calculated(each, rate, rate.cost)
        if each.recorded is not None or self.mode == "recorded":
            self._charge(amount, each, rate, units)
        elif units is not None:
            amount.units += units
            amount.priced = True
        else:
            _unpriced(amount, each, rate)
        read, written_5m, written_1h = rate.saved
        hour = min(each.cache_write_1h, each.cache_write)
        amount.saved_units += (
            each.cache_read * read + (each.cache_write - hour) * written_5m + hour * written_1h
        )

    def _charge(self, amount: Amount, each: Sum, rate: _Rate, units: int | None) -> None:
        """What counts where the client wrote something down, or only that is to count."""
        recorded = None if each.recorded is None else Decimal(str(each.recorded))
        charge = charged(self.mode, None if units is None else _usd(units), recorded)
        amount.recorded_units += _units(charge.recorded)
        if charge.usd is not None:
            amount.units += _units(charge.usd)
            amount.priced = True
        elif self.mode != "recorded":
            _unpriced(amount, each, rate)

    def _rate(self, rate: str, moment: int, size: int) -> _Rate:
        model, speed, service_tier, geo, _ = told_by_rate(rate)
        at = self.moments[moment - 1] if moment else _EVER
        price = self.prices.price(model, at, self.sizes[size - 1] + 1 if size else 0, speed)

        def whole(tokens: Tokens) -> Decimal | None:
            if self.ccusage:
                return ccusage_cost(tokens, Tokens(), model, speed)
            return cost(tokens, price, service_tier=service_tier, geo=geo) if price else None

        def less(tokens: Tokens) -> Decimal:
            return saved(tokens, price, service_tier=service_tier, geo=geo) if price else Decimal(0)

        def more(tokens: Tokens) -> Decimal:
            return (
                (ccusage_cost(Tokens(), tokens, model, speed) or Decimal(0)) if self.ccusage else Decimal(0)
            )

        given, output, written, written_1h, read, _ = _KINDS
        return _Rate(
            model=model,
            cost=_each(whole, _KINDS) if whole(Tokens()) is not None else None,  # type: ignore[arg-type]  # six, of six kinds
            saved=_each(less, (read, written, written_1h)),  # type: ignore[arg-type]  # three
            above=_each(more, (given, output, written, written_1h, read)),  # type: ignore[arg-type]  # five
        )


def _each(price: Callable[[Tokens], Decimal | None], kinds: Sequence[Tokens]) -> tuple[int, ...]:
    return tuple(_units(price(kind) or Decimal(0)) for kind in kinds)


def _calculated(each: Sum, rate: _Rate, prices: tuple[int, int, int, int, int, int]) -> int:
    given, output, written_5m, written_1h, read, searches = prices
    hour = min(each.cache_write_1h, each.cache_write)
    units = (
        each.input * given
        + each.output * output
        + (each.cache_write - hour) * written_5m
        + hour * written_1h
        + each.cache_read * read
        + each.web_searches * searches
    )
    if any(rate.above):
        units += sum(tokens * more for tokens, more in zip(each.above, rate.above, strict=True))
    return units


def _unpriced(amount: Amount, each: Sum, rate: _Rate) -> None:
    total = each.input + each.output + each.cache_write + each.cache_read
    if total and rate.model != SYNTHETIC:
        name = rate.model or NO_MODEL
        amount.unpriced[name] = amount.unpriced.get(name, 0) + total
