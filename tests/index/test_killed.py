"""kill -9 at any moment leaves a cache that the next start repairs, without a wrong, lost or doubled hit."""

import os
from typing import Any

import pytest

from tests.index.running import answer, start
from tests.index.village import found_village
from tests.transcript import Home

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the driver kills forks of itself")


@pytest.mark.parametrize("happening", ["cold", "append", "replace", "rewrite"])
def test_a_refresh_killed_at_any_step_is_finished_by_the_next(happening: str, home: Home) -> None:
    found_village(home)
    told: Any = answer(start(home, "kills", happening))
    assert told["wrong"] == []
    assert told["steps"] >= 4


def test_a_cold_build_killed_again_and_again_is_finished_by_the_next(home: Home) -> None:
    found_village(home)
    told = answer(start(home, "kills_by_the_clock", "12"))
    assert told["wrong"] == []
    assert told["killed"] > 2
