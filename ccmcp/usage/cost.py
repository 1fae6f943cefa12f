"""
Tokens and a price -> US dollars, as Claude Code reckons them, and as ccusage does. Pure.

Claude Code's formula was read in the client (2.1.330) and met the totals it writes into its own
transcripts to the last digit: twelve responses, $0.437376. ccusage's was read in its source and
held against its binary (20.0.24, --offline) for each price it knows.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal

from ccmcp.usage.prices import Price, PriceTable, normalised

Mode = Literal["auto", "calculated", "recorded"]
"""Which figure counts: what the client wrote down where it did, else our own (auto); ours; the client's alone."""

WEB_SEARCH = Decimal("0.01")
"""One web search. Claude Code 2.1.330's catalogue, `web_search` of every model; read 2026-11-22."""

BATCH = Decimal("0.5")
"""The share of the token prices that a batch (`service_tier: batch`) costs. Anthropic's price list; read 2026-11-22."""

US_ONLY = Decimal("1.1")
"""What tokens cost more where inference must stay in the US (`inference_geo: us`). Claude Code 2.1.330; read 2026-11-22."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What one response, or the sum of many, used."""

    input: int = 0
    output: int = 0

    cache_write: int = 0
    """All that was written to the cache, of either lifetime."""

    cache_write_5m: int = 0
    """What is known to have been written for five minutes; what neither lifetime claims costs the same."""

    cache_write_1h: int = 0
    """What was written for an hour; in one line at most `cache_write`."""

    cache_read: int = 0
    web_searches: int = 0

    @property
    def total(self) -> int:
        """Everything that was sent or came back."""
        return self.input + self.output + self.cache_write + self.cache_read

    @property
    def prompt(self) -> int:
        """Everything that was sent; what a price's `prompt_above` is about."""
        return self.input + self.cache_write + self.cache_read

    def __add__(self, other: "Tokens") -> "Tokens":
        return Tokens(
            self.input + other.input,
            self.output + other.output,
            self.cache_write + other.cache_write,
            self.cache_write_5m + other.cache_write_5m,
            self.cache_write_1h + other.cache_write_1h,
            self.cache_read + other.cache_read,
            self.web_searches + other.web_searches,
        )


def cost(tokens: Tokens, price: Price, *, service_tier: str = "", geo: str = "") -> Decimal:
    """
    What tokens cost in US dollars.

    A sum costs what its lines cost together as long as one price is the price of them all.

    Args:
        tokens: of one response, or of several with the same price, tier and place.
        price: of these.
        service_tier: `batch` is half price; a web search is not, in a batch or anywhere.
        geo: `us` is where inference may run at a surcharge.

    """
    hour = min(tokens.cache_write_1h, tokens.cache_write)
    usd = (
        tokens.input * price.input
        + tokens.output * price.output
        + (tokens.cache_write - hour) * price.cache_write_5m
        + hour * price.cache_write_1h
        + tokens.cache_read * price.cache_read
    )
    return usd * _factor(service_tier, geo) + tokens.web_searches * WEB_SEARCH


def saved(tokens: Tokens, price: Price, *, service_tier: str = "", geo: str = "") -> Decimal:
    """What the cache saved against sending the same tokens without one; below nothing where writes were never read."""
    hour = min(tokens.cache_write_1h, tokens.cache_write)
    usd = (
        tokens.cache_read * (price.input - price.cache_read)
        - (tokens.cache_write - hour) * (price.cache_write_5m - price.input)
        - hour * (price.cache_write_1h - price.input)
    )
    return usd * _factor(service_tier, geo)


def _factor(service_tier: str, geo: str) -> Decimal:
    factor = Decimal(1)
    if service_tier == "batch":
        factor *= BATCH
    if geo == "us":
        factor *= US_ONLY
    return factor


@dataclass(frozen=True, slots=True)
class Cost:
    """What something cost, and on whose word."""

    usd: Decimal | None
    """None when nothing says what it cost."""

    recorded: Decimal = Decimal(0)
    """The part of it that clients wrote down themselves."""

    def __add__(self, other: "Cost") -> "Cost":
        known = [each.usd for each in (self, other) if each.usd is not None]
        return Cost(sum(known, Decimal(0)) if known else None, self.recorded + other.recorded)


def charged(mode: Mode, calculated: Decimal | None, recorded: Decimal | None) -> Cost:
    """
    The figure that counts for a group of lines.

    Args:
        mode: which of the two counts.
        calculated: what the table says; None for a model without a price.
        recorded: what the clients wrote down for the same lines; None for lines where they wrote nothing.

    """
    if mode == "calculated" or (mode == "auto" and recorded is None):
        return Cost(calculated)
    return Cost(recorded, recorded or Decimal(0))


# -- ccusage ------------------------------------------------------------------------

CCUSAGE_TIER = 200_000
"""The tokens of one kind in one line from which on ccusage takes a higher price, for the models that have one."""

# The day 20.0.24 was released with its prices, and one on which Anthropic still asked more for long prompts.
_CCUSAGE_DAY = datetime(2026, 9, 22, tzinfo=UTC)
_LONG_PROMPT_DAY = datetime(2026, 1, 1, tzinfo=UTC)

_CCUSAGE_TIERED = frozenset({"claude-sonnet-4", "claude-sonnet-4-5"})
_CCUSAGE_KNOWS = _CCUSAGE_TIERED | {
    "claude-3-opus", "claude-3-sonnet", "claude-3-haiku", "claude-3-5-sonnet", "claude-3-5-haiku", "claude-3-7-sonnet",
    "claude-opus-4", "claude-opus-4-1", "claude-opus-4-5", "claude-opus-4-6", "claude-opus-4-7", "claude-opus-4-8",
    "claude-opus-5", "claude-sonnet-4-6", "claude-sonnet-5", "claude-haiku-4-5", "claude-fable-5", "claude-fable-5-1",
    "claude-mythos-5", "claude-mythos-5-1", "claude-mythos-preview",
}  # fmt: skip
_CCUSAGE_LACKS = frozenset({"claude-opus-4-0", "claude-sonnet-4-0", "claude-3-5-sonnet-latest"})


def ccusage_cost(tokens: Tokens, above: Tokens, model: str, speed: str = "") -> Decimal | None:
    """
    What ccusage 20.0.24 calculates that lines cost, without a network; None where it knows no price and reports $0.

    It has one price of a model for all time, takes the higher price only for the tokens beyond `CCUSAGE_TIER` and for
    each kind by itself, and leaves out web searches, batches and places.

    Args:
        tokens: as ccusage counts them: where a line breaks its cache writes down, their total is the two parts'.
        above: what of each kind each line has beyond `CCUSAGE_TIER`, summed.
        model: its name as the lines have it.
        speed: `fast`, or anything else.

    """
    name = normalised(model)
    if name.removeprefix("regional.") not in _CCUSAGE_KNOWS or model in _CCUSAGE_LACKS:
        return None
    table = PriceTable.shipped()
    price = table.price(model, _CCUSAGE_DAY, 0, speed)
    if price is None:  # the table has every name above
        return None
    usd = cost(replace(tokens, web_searches=0), price)
    if name.removeprefix("regional.") in _CCUSAGE_TIERED and above != Tokens():
        dearer = table.price(model, _LONG_PROMPT_DAY, CCUSAGE_TIER + 1, speed) or price
        usd += cost(above, dearer) - cost(above, price)
    return usd
