"""Money is what the client itself reckons, adds up whichever way it is summed, and can be ccusage's instead."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccmcp.usage.cost import CCUSAGE_TIER, Cost, Tokens, ccusage_cost, charged, cost, saved
from ccmcp.usage.prices import Price, PriceTable

AT = datetime(2026, 11, 22, tzinfo=UTC)
COUNTS = st.integers(0, 10**12)
LINES = st.builds(
    lambda written, hour, **more: Tokens(cache_write=written + hour, cache_write_1h=hour, **more),
    COUNTS,
    COUNTS,
    input=COUNTS,
    output=COUNTS,
    cache_write_5m=COUNTS,
    cache_read=COUNTS,
    web_searches=COUNTS,
)
TIERS = st.sampled_from(["", "standard", "batch", "priority"])
PLACES = st.sampled_from(["", "us", "global", "not_available"])


def price(model: str, prompt: int = 0) -> Price:
    found = PriceTable.shipped().price(model, AT, prompt)
    assert found is not None
    return found


# -- as the client reckons ----------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "tokens", "written"),
    [
        ("claude-haiku-5-5", Tokens(4, 9, 4091, 4091, 0, 4095), "0.000557225"),
        ("claude-opus-5-5", Tokens(12, 112, 12724, 12724, 0, 19175), "0.069743"),
        ("claude-opus-5-5", Tokens(24, 262, 17213, 17213, 0, 63036, web_searches=1), "0.1140082"),
        ("claude-opus-5[1m]", Tokens(48, 329, 35103, 0, 0, 165580), "0.31064875"),
        ("claude-sonnet-4-5", Tokens(12, 82, 33683, 33683, 0, 32422), "0.13730385"),
    ],
)
def test_a_cost_is_the_one_the_client_writes_for_itself(model: str, tokens: Tokens, written: str) -> None:
    """What 2.1.330 wrote as `costUSD` into the `cost-state` lines of sessions of its own."""
    assert cost(tokens, price(model)) == Decimal(written)


def test_a_write_for_an_hour_costs_more_than_one_for_five_minutes() -> None:
    opus = price("claude-opus-4-5")
    assert cost(Tokens(cache_write=1_000_000, cache_write_1h=400_000), opus) == Decimal("7.75")


def test_a_line_pays_for_no_more_written_for_an_hour_than_it_wrote() -> None:
    opus = price("claude-opus-4-5")
    assert cost(Tokens(cache_write=1_000_000, cache_write_1h=5_000_000), opus) == Decimal(10)


def test_a_batch_is_half_price_and_us_only_a_tenth_dearer_and_a_search_neither() -> None:
    tokens = Tokens(input=1_000_000, web_searches=3)
    opus = price("claude-opus-5-5")
    assert cost(tokens, opus) == Decimal("4.03")
    assert cost(tokens, opus, service_tier="batch") == Decimal("2.03")
    assert cost(tokens, opus, geo="us") == Decimal("4.43")
    assert cost(tokens, opus, service_tier="batch", geo="us") == Decimal("2.23")


@given(st.lists(LINES, max_size=5), TIERS, PLACES)
def test_a_sum_costs_and_saves_what_its_lines_do(lines: list[Tokens], service_tier: str, geo: str) -> None:
    opus = price("claude-opus-4-6")
    whole = sum(lines, Tokens())
    for reckon in (cost, saved):
        parts = [reckon(line, opus, service_tier=service_tier, geo=geo) for line in lines]
        assert reckon(whole, opus, service_tier=service_tier, geo=geo) == sum(parts)
    assert whole.total == sum(line.total for line in lines)
    assert whole.prompt == whole.total - whole.output


@given(LINES, st.integers(0, 1000))
def test_so_many_equal_lines_cost_so_many_times_one(line: Tokens, times: int) -> None:
    haiku = price("claude-haiku-5-5", 150_000)
    many = Tokens(
        line.input * times,
        line.output * times,
        line.cache_write * times,
        line.cache_write_5m * times,
        line.cache_write_1h * times,
        line.cache_read * times,
        line.web_searches * times,
    )
    assert cost(many, haiku) == cost(line, haiku) * times
    assert saved(many, haiku) == saved(line, haiku) * times


def test_caching_saves_on_reads_and_pays_for_writes() -> None:
    opus = price("claude-opus-4-5")
    assert saved(Tokens(cache_read=1_000_000), opus) == Decimal("4.5")
    assert saved(Tokens(cache_write=1_000_000), opus) == Decimal("-1.25")
    assert saved(Tokens(cache_write=1_000_000, cache_write_1h=1_000_000), opus) == Decimal(-5)
    assert saved(Tokens(input=5, output=7), opus) == 0
    assert saved(Tokens(cache_read=1_000_000), opus, geo="us") == Decimal("4.95")


@given(LINES, TIERS, PLACES)
def test_what_caching_saved_is_the_price_without_it_less_the_price_with_it(
    line: Tokens, service_tier: str, geo: str
) -> None:
    sonnet = price("claude-sonnet-5-5")
    plain = Tokens(input=line.prompt, output=line.output, web_searches=line.web_searches)
    without = cost(plain, sonnet, service_tier=service_tier, geo=geo)
    cached = cost(line, sonnet, service_tier=service_tier, geo=geo)
    assert saved(line, sonnet, service_tier=service_tier, geo=geo) == without - cached


# -- whose figure counts ------------------------------------------------------------


def test_a_mode_says_whose_figure_counts_and_how_much_was_recorded() -> None:
    ours, theirs = Decimal(3), Decimal(2)
    assert charged("calculated", ours, theirs) == Cost(ours)
    assert charged("recorded", ours, theirs) == charged("auto", ours, theirs) == Cost(theirs, theirs)
    assert charged("recorded", ours, None) == Cost(None)
    assert charged("auto", ours, None) == Cost(ours)
    assert charged("auto", None, None) == charged("calculated", None, theirs) == Cost(None)


def test_costs_add_up_over_what_has_none() -> None:
    recorded = Cost(Decimal(2), Decimal(2))
    assert recorded + Cost(Decimal(3)) + Cost(None) + recorded == Cost(Decimal(7), Decimal(4))
    assert Cost(None) + Cost(None) == Cost(None)
    assert Cost(None) + Cost(Decimal(0)) == Cost(Decimal(0))


# -- as ccusage reckons -------------------------------------------------------------


def beyond(line: Tokens) -> Tokens:
    """What one line has of each kind beyond the tier."""
    hour = max(line.cache_write_1h - CCUSAGE_TIER, 0)
    return Tokens(
        input=max(line.input - CCUSAGE_TIER, 0),
        output=max(line.output - CCUSAGE_TIER, 0),
        cache_write=max(line.cache_write - line.cache_write_1h - CCUSAGE_TIER, 0) + hour,
        cache_write_1h=hour,
        cache_read=max(line.cache_read - CCUSAGE_TIER, 0),
    )


def as_ccusage(line: Tokens, model: str, speed: str = "") -> Decimal | None:
    return ccusage_cost(line, beyond(line), model, speed)


_SONNET = "0.3 1.5 0.375 0.6 0.03"
_OPUS = "0.5 2.5 0.625 1 0.05"


def kinds(count: int) -> list[Tokens]:
    """As many tokens of each kind by itself: in, out, written for 5 minutes and an hour, read."""
    return [
        Tokens(input=count),
        Tokens(output=count),
        Tokens(cache_write=count, cache_write_5m=count),
        Tokens(cache_write=count, cache_write_1h=count),
        Tokens(cache_read=count),
    ]


@pytest.mark.parametrize(
    ("models", "expected"),
    [
        ("claude-3-opus-20240229 claude-opus-4-20250514 claude-4-opus-20250514 claude-opus-4-1", "1.5 7.5 1.875 3 0.15"),
        ("claude-opus-4-5-20251101 claude-opus-4-6 claude-opus-4-7 claude-opus-4-8 claude-opus-5", _OPUS),
        ("claude-3-sonnet-20240229 claude-3-5-sonnet-20241022 claude-3-7-sonnet-latest claude-sonnet-4-6", _SONNET),
        ("claude-sonnet-4-20250514 claude-sonnet-4 claude-sonnet-4-5-20250929[1m] anthropic/claude-sonnet-4.5", _SONNET),
        ("claude-sonnet-5", "0.2 1 0.25 0.4 0.02"),
        ("claude-3-haiku-20240307", "0.025 0.125 0.03 0.05 0.003"),
        ("claude-3-5-haiku-20241022", "0.08 0.4 0.1 0.16 0.008"),
        ("claude-haiku-4-5-20251001", "0.1 0.5 0.125 0.2 0.01"),
        ("claude-fable-5 claude-mythos-5 claude-mythos-preview", "1 5 1.25 2 0.1"),
        ("claude-fable-5-1 claude-mythos-5-1", "1 5 1.25 2 0.025"),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "0.33 1.65 0.4125 0.66 0.033"),
        ("us.anthropic.claude-opus-4-6-v1", "0.55 2.75 0.6875 1.1 0.055"),
    ],
)  # fmt: skip
def test_a_line_costs_what_ccusage_says(models: str, expected: str) -> None:
    """What ccusage 20.0.24 (`claude daily --offline --json`) printed for 100,000 tokens of each kind alone."""
    for model in models.split():
        assert [as_ccusage(tokens, model) for tokens in kinds(100_000)] == [
            Decimal(e) for e in expected.split()
        ]


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("claude-sonnet-4-20250514", "1.2 5.25 1.5 2.4 0.12"),
        ("claude-sonnet-4-5-20250929", "1.2 5.25 1.5 2.4 0.12"),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "1.32 5.775 1.65 2.64 0.132"),
        ("claude-sonnet-4-6", "0.9 4.5 1.125 1.8 0.09"),
        ("claude-opus-4-6", "1.5 7.5 1.875 3 0.15"),
    ],
)
def test_ccusage_charges_two_models_more_for_the_tokens_beyond_200000_of_a_kind(
    model: str, expected: str
) -> None:
    """What it printed for 300,000 tokens of each kind alone."""
    assert [as_ccusage(tokens, model) for tokens in kinds(300_000)] == [Decimal(e) for e in expected.split()]


@pytest.mark.parametrize(
    ("model", "factor"),
    [("claude-opus-4-6", 6), ("claude-opus-4-7", 6), ("claude-opus-4-8", 2), ("claude-opus-5", 2), ("claude-sonnet-5", 1)],
)  # fmt: skip
def test_ccusage_has_one_factor_for_all_that_is_fast(model: str, factor: int) -> None:
    for tokens in kinds(100_000):
        standard, fast = as_ccusage(tokens, model, "standard"), as_ccusage(tokens, model, "fast")
        assert standard is not None
        assert fast == standard * factor


@pytest.mark.parametrize(
    "model",
    ["claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5", "claude-fable-5-2", "claude-mythos-5-2", "claude-opus-4-0",
     "claude-sonnet-4-0", "claude-3-5-sonnet-latest", "us.anthropic.claude-opus-5-5", "claude-opus-6"],
)  # fmt: skip
def test_ccusage_does_not_know_every_model(model: str) -> None:
    """Those it reported as `unpricedModels`, and priced at nothing."""
    assert as_ccusage(Tokens(input=1000), model) is None


def test_ccusage_takes_writes_without_a_lifetime_for_those_of_five_minutes() -> None:
    assert as_ccusage(Tokens(cache_write=100_000), "claude-opus-5") == Decimal("0.625")


def test_ccusage_leaves_out_searches() -> None:
    assert as_ccusage(Tokens(input=1000, web_searches=9), "claude-opus-5") == Decimal("0.005")


MANY = st.integers(0, 900_000)


@given(st.sampled_from(["claude-opus-4-6", "claude-sonnet-4-5-20250929", "eu.anthropic.claude-sonnet-4-5"]),
       st.lists(st.builds(Tokens, MANY, MANY, MANY, MANY, st.just(0), MANY), max_size=3))  # fmt: skip
def test_lines_may_be_summed_for_ccusage_with_what_each_has_beyond_the_tier(
    model: str, lines: list[Tokens]
) -> None:
    one_by_one = [as_ccusage(line, model) or Decimal(0) for line in lines]
    together = ccusage_cost(sum(lines, Tokens()), sum(map(beyond, lines), Tokens()), model)
    assert together == sum(one_by_one)
