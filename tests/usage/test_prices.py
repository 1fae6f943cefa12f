"""Every name of a model finds its price of the day; a user's file goes first; what has no price has none."""

import json
import re
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from importlib.resources import files

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ccmcp.errors import SettingsError
from ccmcp.usage.prices import Price, PriceTable, normalised

TABLE = PriceTable.shipped()
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
ROWS = [
    line.split("\t")
    for line in files("ccmcp.usage").joinpath("prices.tsv").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


def at(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


def million(price: Price | None) -> str:
    """Prices per million, as the price lists have them: in, out, written for 5 minutes and an hour, read."""
    assert price is not None
    kinds = (price.input, price.output, price.cache_write_5m, price.cache_write_1h, price.cache_read)
    return " ".join(f"{(kind * 1_000_000).normalize():f}" for kind in kinds)


def prices(model: str, day: str = "2026-11-22", prompt: int = 0, speed: str = "standard") -> str:
    return million(TABLE.price(model, at(day), prompt, speed))


def with_file(*rows: dict[str, object]) -> PriceTable:
    return TABLE.with_rows(json.dumps(rows), "/home/me/prices.json")


# -- what is in the table -----------------------------------------------------------


@pytest.mark.parametrize(
    ("models", "expected"),
    [
        ("claude-3-opus claude-opus-4 claude-opus-4-1", "15 75 18.75 30 1.5"),
        ("claude-opus-4-5 claude-opus-4-6 claude-opus-4-7 claude-opus-4-8 claude-opus-5", "5 25 6.25 10 0.5"),
        ("claude-opus-5-5", "4 20 5 8 0.2"),
        (
            "claude-3-sonnet claude-3-5-sonnet claude-3-7-sonnet claude-sonnet-4 claude-sonnet-4-5 claude-sonnet-4-6",
            "3 15 3.75 6 0.3",
        ),
        ("claude-sonnet-5", "2 10 2.5 4 0.2"),
        ("claude-sonnet-5-5", "2 10 2.5 4 0.1"),
        ("claude-3-haiku", "0.25 1.25 0.3 0.5 0.03"),
        ("claude-3-5-haiku", "0.8 4 1 1.6 0.08"),
        ("claude-haiku-4-5", "1 5 1.25 2 0.1"),
        ("claude-haiku-5-5", "0.1 0.5 0.125 0.2 0.01"),
        ("claude-fable-5 claude-mythos-5", "10 50 12.5 20 1"),
        ("claude-fable-5-1 claude-mythos-5-1", "10 50 12.5 20 0.25"),
        ("claude-fable-5-2 claude-mythos-5-2", "8 40 10 16 0.2"),
    ],
)
def test_every_model_costs_what_the_price_list_says(models: str, expected: str) -> None:
    assert {model: prices(model) for model in models.split()} == dict.fromkeys(models.split(), expected)


@pytest.mark.parametrize(
    ("models", "expected"),
    [
        ("claude-opus-4-6 claude-opus-4-7", "30 150 37.5 60 3"),
        ("claude-opus-4-8 claude-opus-5", "10 50 12.5 20 1"),
        ("claude-opus-5-5", "8 40 10 16 0.4"),
        ("claude-fable-5-2 claude-mythos-5-2", "16 80 20 32 0.4"),
    ],
)
def test_fast_mode_has_prices_of_its_own(models: str, expected: str) -> None:
    for model in models.split():
        assert prices(model, speed="fast") == prices(f"anthropic/{model}-fast") == expected


def test_fast_costs_what_standard_does_where_there_is_no_price_for_it() -> None:
    assert prices("claude-sonnet-5", speed="fast") == prices("claude-sonnet-5")


def test_a_fast_response_stays_priced_after_the_offer_has_ended() -> None:
    assert prices("claude-opus-4-8", "2026-12-24", speed="fast") == "10 50 12.5 20 1"


@pytest.mark.parametrize(
    ("model", "day", "prompt", "expected"),
    [
        ("claude-sonnet-5-5", "2026-10-06T23:59:59", 0, "2 10 2.5 4 0.2"),
        ("claude-sonnet-5-5", "2026-10-07", 0, "2 10 2.5 4 0.1"),
        ("claude-haiku-5-5", "2026-10-20", 100_000, "0.1 0.5 0.125 0.2 0.01"),
        ("claude-haiku-5-5", "2026-10-20", 100_001, "0.5 2.5 0.625 1 0.05"),
        ("claude-opus-4-6", "2026-03-12T23:59:59", 200_000, "5 25 6.25 10 0.5"),
        ("claude-opus-4-6", "2026-03-12T23:59:59", 200_001, "10 37.5 12.5 20 1"),
        ("claude-opus-4-6", "2026-03-13", 200_001, "5 25 6.25 10 0.5"),
        ("claude-sonnet-4-6", "2026-03-12", 200_001, "6 22.5 7.5 12 0.6"),
        ("claude-sonnet-4-6", "2026-03-13", 200_001, "3 15 3.75 6 0.3"),
        ("claude-sonnet-4-5-20250929[1m]", "2026-04-30T23:59:59", 200_001, "6 22.5 7.5 12 0.6"),
        ("claude-sonnet-4-20250514", "2026-04-30", 200_001, "6 22.5 7.5 12 0.6"),
        ("claude-sonnet-4-20250514", "2026-05-01", 200_001, "3 15 3.75 6 0.3"),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "2026-02-01", 200_001, "6.6 24.75 8.25 13.2 0.66"),
    ],
)
def test_prices_change_on_their_day_and_with_the_whole_prompt(
    model: str, day: str, prompt: int, expected: str
) -> None:
    assert prices(model, day, prompt) == expected


def test_a_day_of_the_table_begins_in_greenwich() -> None:
    midnight_in_tokyo = datetime(2026, 10, 7, tzinfo=timezone(timedelta(hours=9)))
    assert million(TABLE.price("claude-sonnet-5-5", midnight_in_tokyo)) == "2 10 2.5 4 0.2"


def test_fast_mode_cost_more_for_long_prompts_as_long_as_standard_did() -> None:
    assert prices("claude-opus-4-6", "2026-02-20", 300_000, "fast") == "60 225 75 120 6"
    assert prices("claude-opus-4-6", "2026-02-20", 100_000, "fast") == "30 150 37.5 60 3"
    assert prices("claude-opus-4-6", "2026-03-20", 300_000, "fast") == "30 150 37.5 60 3"


def test_what_the_client_writes_itself_is_free_and_not_unpriced() -> None:
    assert prices("<synthetic>") == "0 0 0 0 0"


@pytest.mark.parametrize(
    "model",
    ["", "gpt-5.5", "glm-5.1", "qwen3:8b", "opus", "claude", "claude-", "claude-opus-9", "claude-opus-4-55", "claude-2.1",
     "claude-opus-4-5-mine", "my-claude-opus-4-5", "arn:aws:bedrock:us-east-1:1:application-inference-profile/x1"],
)  # fmt: skip
def test_an_unknown_model_has_no_price(model: str) -> None:
    assert TABLE.price(model, AT) is None


def test_every_row_says_where_its_prices_are_from_and_no_two_speak_of_the_same() -> None:
    for row in ROWS:
        assert normalised(row[0]) == row[0]
        assert row[-2]
        date.fromisoformat(row[-1])
    assert len({tuple(row[:4]) for row in ROWS}) == len(ROWS)


def test_a_price_names_its_source() -> None:
    price = TABLE.price("claude-opus-5-5", AT)
    assert price is not None
    assert (price.source, price.as_of) == ("Claude Code 2.1.330", "2026-11-22")


# -- names --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "model"),
    [
        (
            (
                "claude-sonnet-4-20250514 claude-sonnet-4-0 claude-4-sonnet-20250514 claude-sonnet-4@20250514 "
                "anthropic/claude-sonnet-4 claude-sonnet-4[1m] anthropic.claude-sonnet-4-20250514-v1:0 claude-sonnet-4-latest "
                "us.anthropic.claude-sonnet-4-20250514-v1:0 bedrock/anthropic.claude-sonnet-4-20250514-v1:0:200k "
                "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-20250514-v1:0 "
                "arn:aws:bedrock:eu-west-1::foundation-model/anthropic.claude-sonnet-4-20250514-v1:0"
            ),
            "claude-sonnet-4",
        ),
        (
            (
                "claude-opus-4-5-20251101 claude-opus-4.5 anthropic/claude-4.5-opus-20251101 claude-opus-4-5-thinking "
                "openrouter/anthropic/claude-opus-4.5 claude-opus-4-5@default Claude-Opus-4-5 "
                "publishers/anthropic/models/claude-opus-4-5@20251101 global.anthropic.claude-opus-4-5-20251101-v1:0"
            ),
            "claude-opus-4-5",
        ),
        (
            (
                "claude-3-5-haiku-20241022 claude-3-5-haiku-latest anthropic/claude-3.5-haiku claude-haiku-3.5 "
                "us.anthropic.claude-3-5-haiku-20241022-v1:0 claude-3-5-haiku@20241022"
            ),
            "claude-3-5-haiku",
        ),
        ("claude-3-5-sonnet-v2@20241022 anthropic/claude-3.5-sonnet:beta", "claude-3-5-sonnet"),
        ("anthropic/claude-3.7-sonnet:thinking claude-sonnet-3-7", "claude-3-7-sonnet"),
        ("claude-opus-4-0 claude-opus-4-20250514 claude-4-opus", "claude-opus-4"),
        ("claude-opus-5[1m] claude-opus-5-2026-07-24 claude-5.0-opus", "claude-opus-5"),
        ("claude-opus-5-5 claude-opus-5.5[1m] anthropic.claude-opus-5-5-v1:0", "claude-opus-5-5"),
    ],
)
def test_a_model_costs_the_same_under_every_name_it_goes_by(names: str, model: str) -> None:
    wanted = prices(model, "2025-06-01", 300_000)
    assert {name: prices(name, "2025-06-01", 300_000) for name in names.split()} == dict.fromkeys(
        names.split(), wanted
    )


def test_a_version_is_not_taken_for_the_one_whose_name_it_begins_with() -> None:
    assert prices("claude-opus-4-5-20251101") != prices("claude-opus-4-20250514")
    assert prices("claude-opus-5-5") != prices("claude-opus-5")


@pytest.mark.parametrize("region", ["us", "eu", "jp", "au", "apac"])
def test_a_geography_of_bedrock_has_its_surcharge_from_sonnet_4_5_on(region: str) -> None:
    assert prices(f"{region}.anthropic.claude-opus-4-8") == "5.5 27.5 6.875 11 0.55"
    assert prices(f"{region}.anthropic.claude-opus-4-1-20250805-v1:0") == prices("claude-opus-4-1")


def test_govcloud_has_prices_of_its_own_for_newer_models() -> None:
    assert prices("us-gov.anthropic.claude-3-7-sonnet-20250219-v1:0") == prices("claude-3-7-sonnet")
    assert prices("us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0") == "3.6 18 4.5 7.2 0.36"


WORDS = [
    "opus",
    "sonnet",
    "mine",
    "fast",
    "0",
    "3",
    "4",
    "4.5",
    "20250514",
    "2026-01-01",
    "thinking",
    "preview",
    "",
]
NAMES = st.builds(
    "{}{}claude-{}{}".format,
    st.sampled_from(["", "anthropic/", "x/y/", "arn:aws:bedrock:us-east-1::foundation-model/"]),
    st.sampled_from(["", "us.", "us-gov.", "global.anthropic.", "us.anthropic.", "anthropic.", "regional.", "my."]),
    st.lists(st.sampled_from(WORDS)).map("-".join),
    st.sampled_from(["", "[1m]", "@20250514", "-v1:0", "-latest", ":beta", "-fast", "/", " "]),
)  # fmt: skip


@given(st.one_of(NAMES, st.text(max_size=40)))
@example("claude-4-0")
@example("CLAUDE-İ")
def test_a_normalised_name_is_left_as_it_is(name: str) -> None:
    assert normalised(normalised(name)) == normalised(name)


# -- where one price is not the same as the next ------------------------------------


def test_prices_have_breaks_and_thresholds_only_where_a_model_needs_them() -> None:
    assert (
        TABLE.breaks(["claude-opus-4-5-20251101", "claude-haiku-4-5-20251001", "glm-5.1", "claude-opus-5-5"])
        == ()
    )
    assert TABLE.breaks(["claude-sonnet-5-5", "claude-opus-4-6", "claude-sonnet-4-6", "claude-sonnet-4-5"]) == (
        at("2026-03-13"), at("2026-05-01"), at("2026-10-07"),
    )  # fmt: skip
    assert TABLE.thresholds("claude-opus-4-5-20251101") == ()
    assert TABLE.thresholds("claude-sonnet-4-5-20250929") == (200_000,)
    assert TABLE.thresholds("eu.anthropic.claude-haiku-5-5") == (100_000,)
    assert TABLE.thresholds("glm-5.1") == ()


MODELS = st.sampled_from(sorted({row[0] for row in ROWS}))
MOMENTS = st.integers(0, 220).map(lambda days: at("2026-03-10") + timedelta(days=days))
PROMPTS = st.integers(0, 300_000)


@given(MODELS, st.sampled_from(["", "fast"]), MOMENTS, MOMENTS, PROMPTS, PROMPTS)
def test_between_breaks_and_thresholds_there_is_one_price(
    model: str, speed: str, one: datetime, other: datetime, small: int, large: int
) -> None:
    same_time = all((one >= moment) == (other >= moment) for moment in TABLE.breaks([model]))
    same_size = all((small > size) == (large > size) for size in TABLE.thresholds(model))
    if same_time and same_size:
        assert TABLE.price(model, one, small, speed) == TABLE.price(model, other, large, speed)


# -- a user's file ------------------------------------------------------------------


def test_a_file_prices_what_we_do_not_know() -> None:
    table = with_file({"model": "glm-5.1", "input": 1.4, "output": "4.4", "cache_read": 0.26})
    price = table.price("GLM-5.1", AT)
    assert million(price) == "1.4 4.4 1.4 1.4 0.26"
    assert price is not None
    assert price.source == "/home/me/prices.json: entry 1"
    assert TABLE.price("glm-5.1", AT) is None


def test_a_file_wins_over_the_shipped_prices_of_its_models_and_of_no_others() -> None:
    table = with_file({"model": "claude-haiku-5-5", "input": 1, "output": 2})
    for prompt in (0, 200_000):
        assert million(table.price("us.anthropic.claude-haiku-5-5", AT, prompt)) == "1 2 1 1 1"
    assert million(table.price("claude-haiku-4-5", AT)) == "1 5 1.25 2 0.1"


def test_a_file_that_names_a_day_leaves_the_days_before_it_to_the_shipped_prices() -> None:
    table = with_file({"model": "claude-opus-5-5", "input": 3, "output": 15, "valid_from": "2027-01-01"})
    assert million(table.price("claude-opus-5-5", at("2026-12-31"))) == "4 20 5 8 0.2"
    assert million(table.price("claude-opus-5-5", at("2027-01-01"))) == "3 15 3 3 3"
    assert table.breaks(["claude-opus-5-5"]) == (at("2027-01-01"),)


def test_a_file_can_have_tiers_speeds_and_days() -> None:
    table = with_file(
        {"model": "m", "input": 1, "output": 1},
        {"model": "m", "input": 2, "output": 2, "prompt_above": 1000},
        {"model": "m", "input": 3, "output": 3, "speed": "fast"},
        {"model": "m", "input": 4, "output": 4, "valid_from": "2026-12-01"},
    )
    assert table.thresholds("m") == (1000,)
    inputs = [
        million(table.price("m", at(day), prompt, speed))[0]
        for day, prompt, speed in [
            ("2026-11-01", 1000, ""),
            ("2026-11-01", 1001, ""),
            ("2026-11-01", 1001, "fast"),
            ("2026-12-01", 0, "standard"),
        ]
    ]
    assert inputs == ["1", "2", "3", "4"]


def test_a_name_wins_over_a_pattern_and_a_longer_pattern_over_a_shorter_one() -> None:
    table = with_file(
        {"model": "glm-*", "input": 1, "output": 1},
        {"model": "glm-5*", "input": 2, "output": 2},
        {"model": "GLM-5.1", "input": 3, "output": 3},
        {"model": "*[1m]", "input": 4, "output": 4},
    )
    found = {
        name: million(table.price(name, AT))[0]
        for name in ("glm-4.6", "glm-5-turbo", "glm-5.1", "kimi-k2[1m]")
    }
    assert found == {"glm-4.6": "1", "glm-5-turbo": "2", "glm-5.1": "3", "kimi-k2[1m]": "4"}
    assert table.price("kimi-k21", AT) is None


def test_a_price_in_a_file_is_taken_digit_by_digit() -> None:
    text = '[{"model": "m", "input": 0.1000000000000000055, "output": 3e-1}]'
    price = TABLE.with_rows(text, "p").price("m", AT)
    assert price is not None
    assert price.input == Decimal("1.000000000000000055E-7")
    assert price.output == Decimal("3E-7")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[", "p.json is no valid JSON"),
        ("[" * 100_000, "p.json is no valid JSON"),
        ('{"glm-5.1": 3}', "p.json holds no list of prices. Write a list of objects"),
        ("[3]", "p.json: entry 1: 3 is no object"),
        ('[{"model": "m", "input": 1}]', "p.json: entry 1 has no output"),
        ('[{"model": " ", "input": 1, "output": 2}]', "entry 1: model is empty"),
        ('[{"model": 5, "input": 1, "output": 2}]', "entry 1: model: 5 is no text"),
        ('[{"model": "m", "input": 1, "output": 2, "cache_reed": 1}]', "Did you mean 'cache_read'?"),
        ('[{"model": "m", "input": -1, "output": 2}]', "entry 1: input: -1 is no price. Give US dollars per million"),
        ('[{"model": "m", "input": true, "output": 2}]', "entry 1: input: True is no price"),
        ('[{"model": "m", "input": "3 USD", "output": 2}]', "entry 1: input: '3 USD' is no price"),
        ('[{"model": "m", "input": NaN, "output": 2}]', "entry 1: input: nan is no price"),
        ('[{"model": "m", "input": "Infinity", "output": 2}]', "entry 1: input: 'Infinity' is no price"),
        ('[{"model": "m", "input": 1, "output": 2, "valid_from": "soon"}]', "valid_from: 'soon' is no day"),
        ('[{"model": "m", "input": 1, "output": 2, "prompt_above": 1.5}]', "is no size of a prompt"),
        ('[{"model": "m", "input": 1, "output": 2, "prompt_above": true}]', "prompt_above: True is no size"),
        ('[{"model": "m", "input": 1, "output": 2, "speed": "quick"}]', "speed: 'quick' is none. Give fast"),
        ('[{"model": "m", "input": 1, "output": 2}, {"model": "m"}]', "p.json: entry 2 has no input"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_refused_with_the_place(text: str, message: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(message)):
        TABLE.with_rows(text, "p.json")
