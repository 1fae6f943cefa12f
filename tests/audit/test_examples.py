"""Every rule finds what its documentation calls bad, and leaves alone what it calls fine."""

from typing import Any

import pytest

from ccmcp.audit.engine import all_rules, examine
from ccmcp.audit.rule import SEVERITIES, Rule
from tests.audit.examples import CWD, HOME, Example, examples

RULES = [rule for rule in all_rules() if rule.find.__doc__]
EXAMPLES = [example for rule in RULES for example in examples(rule)]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.rule.id} {example.text[:60]}")
def test_an_example_is_what_it_says(example: Example) -> None:
    found = examine(example.call, roots=(CWD,), home=HOME).found
    severities = [each.severity for each in found if each.rule.id == example.rule.id]
    worst = max(severities, key=SEVERITIES.index, default="")
    assert example.fits(worst), f"{example.text!r}: found {worst or 'nothing'}"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_shows_what_it_means(rule: Rule[Any]) -> None:
    shown = list(examples(rule))
    assert sum(example.bad for example in shown) >= 1
    assert sum(not example.bad for example in shown) >= 1
