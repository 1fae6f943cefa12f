"""Numbers, money and times as people read them."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccmcp.screen import Screen, columns
from ccmcp.views.columns import Column, bar, cut_path, table
from ccmcp.views.figures import (
    budgeted,
    dollars,
    flowing,
    human,
    lasting,
    moment,
    percent,
    precise,
    short_model,
    wrapped,
)

_UNITS = {"": 1, "k": 10**3, "M": 10**6, "B": 10**9, "T": 10**12}
NOW = datetime(2026, 11, 25, 19, 6, tzinfo=UTC)
WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), max_size=200)


@given(st.one_of(st.integers(0, 999_499 * 10**9), st.integers(0, 14).map(lambda power: 10**power - 1)))
def test_a_human_number_is_the_number_to_half_of_its_last_digit_in_five_characters(number: int) -> None:
    shown = human(number)
    found = re.fullmatch(r"(\d{1,3})(\.\d)?([kMBT]?)", shown)

    assert found
    assert len(shown) <= 5
    step = _UNITS[found[3]] * (0.1 if found[2] else 1)
    assert abs(float(found[1] + (found[2] or "")) * _UNITS[found[3]] - number) <= step / 2 * 1.000001


@given(st.integers(0, 10**15), st.integers(0, 10**9))
def test_a_larger_number_never_looks_smaller(number: int, more: int) -> None:
    def size(shown: str) -> float:
        return float(shown.rstrip("kMBT").replace(",", "")) * _UNITS[shown.lstrip("0123456789.,")]

    assert size(human(number)) <= size(human(number + more))


@pytest.mark.parametrize(
    ("number", "shown"),
    [(0, "0"), (999, "999"), (1000, "1.0k"), (1234, "1.2k"), (34_500, "34.5k"), (99_950, "100k"), (999_499, "999k"),
     (999_500, "1.0M"), (1_200_000, "1.2M"), (6_039_760_833, "6.0B")],
)  # fmt: skip
def test_numbers_change_their_unit_where_they_round_up_to_it(number: int, shown: str) -> None:
    assert human(number) == shown


def test_money_is_shown_to_the_cent_and_never_as_nothing_when_it_is_something() -> None:
    shown = [dollars(usd) for usd in (1234.567, 0, 0.004, 0.005, -0.3, -0.001, 123_456.7, None)]
    assert shown == ["$1,234.57", "$0.00", "<$0.01", "$0.01", "-$0.30", "-<$0.01", "$123,457", ""]


def test_a_model_reads_small_sums_to_their_first_digits() -> None:
    assert [precise(usd) for usd in (12.5, 0.437376, 0.000012, 0, None)] == [
        "$12.50", "$0.4374", "$0.000012", "$0.00", "unpriced",
    ]  # fmt: skip


def test_a_budget_is_shown_as_it_was_set() -> None:
    assert [budgeted(usd) for usd in (20.0, 12.5, 1500)] == ["$20", "$12.50", "$1,500"]


@given(st.floats(0, 5))
def test_a_share_is_all_or_nothing_only_when_it_is(share: float) -> None:
    shown = percent(share)
    assert (shown == "0%") == (share == 0)
    if share < 1:
        assert shown != "100%"


def test_times_are_as_long_as_they_matter() -> None:
    shown = [lasting(seconds) for seconds in (0.04, 4.21, 9.96, 42.4, 60, 185, 3600, 7800, 97_000, 259_200)]
    assert shown == ["0.0 s", "4.2 s", "10 s", "42 s", "1 min", "3 min 5 s", "1 h", "2 h 10 min", "1 d 2 h", "3 d"]  # fmt: skip


def test_a_moment_of_today_needs_no_date() -> None:
    assert moment("2026-11-25T22:30:00+00:00", NOW) == "22:30"
    assert moment("2026-11-27T14:00:00+00:00", NOW) == "Fri 27 Nov 14:00"
    assert moment("2027-01-01T00:00:00+00:00", NOW) == "Fri 1 Jan 2027 00:00"


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("claude-opus-5-5-20261001", "opus-5-5"),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "sonnet-4-5"),
        ("claude-opus-4@20250514", "opus-4"),
        ("claude-3-5-sonnet-20241022", "3-5-sonnet"),
        ("glm-4.6", "glm-4.6"),
        ("", ""),
    ],
)
def test_a_model_is_short_without_its_maker_and_its_date(name: str, short: str) -> None:
    assert short_model(name) == short


@given(WORDS, st.integers(10, 80))
def test_wrapped_lines_fit_and_lose_nothing_but_spaces(text: str, width: int) -> None:
    lines = [*wrapped(text, width)]
    assert all(columns(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_parts_stay_whole_when_they_flow() -> None:
    assert [*flowing(["one two", "", "three", "four"], 14, " · ")] == ["one two", "three · four"]


@given(st.floats(0, 1), st.integers(1, 60))
def test_a_bar_is_as_long_as_its_share_to_a_sixteenth_and_seen_when_there_is_any(
    share: float, width: int
) -> None:
    drawn = bar(share, width)
    length = drawn.count("█") + (" ▏▎▍▌▋▊▉".index(drawn[-1]) / 8 if drawn and drawn[-1] != "█" else 0)
    assert len(drawn) <= width
    assert bool(drawn) == (share > 0)
    assert abs(length - share * width) <= 1 / 8


@given(WORDS, st.integers(2, 40))
def test_a_path_is_cut_from_its_left_to_what_fits(path: str, width: int) -> None:
    short = cut_path(path, width)
    assert columns(short) <= width
    assert short == path or (short.startswith("…") and path.endswith(short[1:]))


def test_a_path_that_is_cut_begins_with_a_whole_folder_when_one_fits() -> None:
    assert cut_path("/home/dev/work/shop/api", 14) == "…/shop/api"
    assert cut_path("C:\\Users\\ann\\shop", 12) == "…\\ann\\shop"
    assert cut_path("/home/dev/仕事/プロジェクト", 16) == "…/プロジェクト"
    assert cut_path("/home/frontend-of-the-shop", 12) == "…of-the-shop"


def test_columns_give_way_by_their_rank_and_heads_with_them() -> None:
    found = [
        Column(head="entrypoint", cells=("sdk-cli-of-the-night",), least=4),
        Column(head="cache\nread", cells=("1.2M",), right=True, rank=1),
        Column(head="cost", cells=("$1,234.50",), right=True),
    ]
    assert table(found, Screen(now=NOW, width=22), [None]) == [
        "      cache",
        "ent…   read       cost",
        "sdk…   1.2M  $1,234.50",
    ]
    assert table(found, Screen(now=NOW, width=21), [None]) == [
        "entrypoint       cost",
        "sdk-cli-o…  $1,234.50",
    ]
    assert table(found, Screen(now=NOW, width=15), [None]) == ["ent…       cost", "sdk…  $1,234.50"]
