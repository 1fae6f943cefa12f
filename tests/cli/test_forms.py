"""Answers as CSV, and commands that say by their exit code what they found."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from ccmcp.cli import main, run
from ccmcp.errors import NoBudgetError
from ccmcp.screen import Screen
from ccmcp.tools import Call, Tool
from tests.cli.catalogue import SECRET, open_shelf
from tests.cli.conftest import Outcome


@dataclass(frozen=True, kw_only=True)
class CountSales:
    over: bool = False
    """Whether more was sold than there is."""

    more: bool = False
    """Whether there is another page."""

    closed: bool = False
    """Whether the shop is closed."""


@dataclass(frozen=True, kw_only=True)
class Sales:
    note: str
    over: bool
    next_cursor: str | None


def _run(_history: Any, asked: CountSales, _call: Call) -> Sales:
    if asked.closed:
        raise NoBudgetError("config.toml")
    return Sales(
        note=f"sold {SECRET} \x1b[31mred", over=asked.over, next_cursor="WzFd" if asked.more else None
    )


def _screen(result: Sales, _screen: Screen) -> str:
    return f"note: {result.note}"


SALES = Tool(
    name="count_sales",
    command="sales",
    title="Sales",
    description="Count what was sold.",
    hint="sales",
    contract="data",
    parameters=CountSales,
    result=Sales,
    run=_run,
    text=repr,
    screen=_screen,
    csv=lambda result: f"note\r\n{result.note}\r\n",
    refusal=lambda result: f"too much: {result.note}" if result.over else "",
)
STOCK = replace(SALES, name="count_stock", command="stock", csv=None, refusal=None)


@pytest.fixture
def shop(home: Any, capsys: pytest.CaptureFixture[str]) -> Any:
    assert home.is_dir()

    def run(*arguments: str) -> Outcome:
        code = main(arguments, catalogue=lambda: (SALES, STOCK), open_history=open_shelf)
        found = capsys.readouterr()
        return Outcome(code, found.out, found.err)

    return run


MARK = r"\[REDACTED:github-token:[0-9a-f]{8}\]"
COUNTED = "ccmcp: 1 secret is redacted in this answer\n"


# -- CSV


def test_an_answer_as_csv_is_clean_as_every_answer(shop: Any) -> None:
    outcome = shop("sales", "--csv")
    assert (outcome.code, outcome.err) == (0, COUNTED)
    assert re.fullmatch(rf"note\r\nsold {MARK} red\r\n", outcome.out)


def test_the_flag_may_stand_before_the_command(shop: Any) -> None:
    assert shop("--csv", "sales").out == shop("sales", "--csv").out


def test_csv_that_goes_on_says_so_beside_it(shop: Any) -> None:
    outcome = shop("sales", "--csv", "--more")
    assert outcome.out.count("\n") == 2
    assert outcome.err == f"ccmcp: there are more rows: --limit N, or --cursor WzFd\n{COUNTED}"
    assert outcome.code == 0


def test_line_ends_are_not_doubled_where_the_output_makes_them(
    shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "sys", type("Windows", (), {"platform": "win32", "stdout": sys.stdout}))
    assert "\r" not in shop("sales", "--csv").out


def test_json_and_csv_at_once_is_wrong_usage(shop: Any) -> None:
    outcome = shop("sales", "--csv", "--json")
    assert (outcome.code, outcome.out) == (2, "")
    assert (
        outcome.err == "ccmcp: `ccmcp sales` gives its answer in one form: --json, --csv or --format NAME.\n"
    )


@pytest.mark.parametrize("arguments", [("stock", "--csv"), ("--csv", "stock")])
def test_a_command_without_such_an_answer_does_not_know_the_flag(shop: Any, arguments: Sequence[str]) -> None:
    outcome = shop(*arguments)
    assert outcome.code == 2
    assert "`ccmcp stock` has no flag --csv" in outcome.err


def test_help_tells_of_csv_where_it_is_offered_only(shop: Any) -> None:
    assert "--csv" in shop("sales", "--help").out
    assert "--csv" not in shop("stock", "--help").out
    assert "--csv" not in shop("--help").out


def test_completion_knows_csv_where_it_is_offered_only(shop: Any) -> None:
    bash = shutil.which("bash")
    if not bash:
        pytest.skip("bash is not installed")
    script = shop("completion", "bash").out

    def completed(command: str) -> str:
        program = f'COMP_WORDS=(ccmcp {command} --cs); COMP_CWORD=2; _ccmcp; echo "${{COMPREPLY[@]}}"'
        return subprocess.run(
            [bash, "--norc", "-c", f"{script}\n{program}"], capture_output=True, encoding="utf-8", timeout=60, check=True
        ).stdout.strip()  # fmt: skip

    assert completed("sales") == "--csv"
    assert completed("stock") == ""


# -- exit codes


@pytest.mark.parametrize("form", [(), ("--json",), ("--csv",)])
def test_an_answer_that_is_refused_is_given_and_the_command_exits_with_1(
    shop: Any, form: Sequence[str]
) -> None:
    given, refused = shop("sales", *form), shop("sales", "--over", *form)
    counted = "" if "--json" in form else COUNTED
    assert (given.code, given.err) == (0, counted)
    assert refused.code == 1
    assert re.fullmatch(rf"{counted}ccmcp: too much: sold {MARK} red\n", refused.err)
    assert refused.out.replace("true", "false") == given.out


def test_a_check_without_anything_to_check_is_wrong_usage(shop: Any) -> None:
    outcome = shop("sales", "--closed", "--json")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith(
        "ccmcp: There is no budget to check. Set one in config.toml: a line [budgets]"
    )


def test_tools_without_such_answers_are_as_they_were(shop: Any) -> None:
    assert json.loads(shop("stock", "--over", "--json").out)["over"] is True
    assert shop("stock", "--over").code == 0
