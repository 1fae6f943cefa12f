"""What tokens cost, as patterns reckon with it: whoever knows prices fills it in. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from ccmcp.index.activity import Spent


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """What one token of a response's prompt cost in USD, by the way it got there."""

    input: Decimal
    write: Decimal
    """Into the cache, for as long as that response had it kept."""
    read: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """A book of prices. Both answer None for a model that is not in it."""

    cost: Callable[[Spent], Decimal | None]
    """All of a response, in USD."""
    rates: Callable[[Spent], Rates | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Tokens and what they cost."""

    tokens: int = 0
    priced: Decimal = Decimal(0)
    """USD, of those that have a price."""
    unpriced: int = 0
    """How many of them have none."""

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(
            tokens=self.tokens + other.tokens,
            priced=self.priced + other.priced,
            unpriced=self.unpriced + other.unpriced,
        )

    def over(self, parts: int) -> "Cost":
        """One of so many equal parts."""
        if parts <= 1:
            return self
        return Cost(tokens=self.tokens // parts, priced=self.priced / parts, unpriced=self.unpriced // parts)

    @property
    def usd(self) -> Decimal | None:
        """USD; none when nothing of it has a price."""
        return None if self.tokens and self.unpriced == self.tokens else self.priced


NOTHING = Cost()


def whole_cost(spent: Spent, prices: Prices) -> Cost:
    """A response with all its tokens, whatever their kind."""
    tokens = spent.context + spent.output
    usd = prices.cost(spent)
    if usd is None:
        return Cost(tokens=tokens, unpriced=tokens)
    return Cost(tokens=tokens, priced=usd)
