"""What is different on a terminal."""

import json
import sys

import pytest

from ccmcp.cli.terminal import Terminal
from tests.cli.catalogue import SECRET

if sys.platform == "win32":
    pytest.skip("there are no pseudo-terminals in Windows' standard library", allow_module_level=True)

from tests.cli.tty import on_terminal


def test_answers_have_colours(command: list[str]) -> None:
    seen = on_terminal([*command, "find"])
    assert seen.code == 0
    assert "\x1b[33mDie Zeit\x1b[0m" in seen.shown
    assert "red alert" in seen.shown, "but the transcript's own are gone"


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"CLICOLOR": "0"}, {"TERM": "dumb"}])
def test_colours_can_be_turned_off_for_good(command: list[str], env: dict[str, str]) -> None:
    assert "\x1b" not in on_terminal([*command, "find"], env=env).shown


def test_an_empty_no_color_turns_nothing_off(command: list[str]) -> None:
    assert "\x1b[33m" in on_terminal([*command, "find"], env={"NO_COLOR": ""}).shown


@pytest.mark.parametrize("flag", ["--no-color", "--no-colour"])
def test_colours_can_be_turned_off_once(command: list[str], flag: str) -> None:
    assert "\x1b" not in on_terminal([*command, "find", flag]).shown
    assert "\x1b" not in on_terminal([*command, flag, "--help"]).shown
    assert "\x1b" not in on_terminal([*command, "find", flag, "--help"]).shown


def test_json_is_indented_for_people(command: list[str]) -> None:
    shown = on_terminal([*command, "find", "--json"]).shown
    assert '\n  "query": ""' in shown
    assert "\x1b" not in shown
    assert json.loads(shown)["query"] == ""


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_secrets_are_shown_on_request_but_no_control_sequence(command: list[str], form: list[str]) -> None:
    shown = on_terminal([*command, "find", "--show-secrets", "--no-color", *form]).shown
    assert f"token {SECRET}" in shown
    assert "\x1b" not in shown
    assert "red alert" in shown


def test_without_arguments_help_is_shown(command: list[str]) -> None:
    seen = on_terminal(command)
    assert seen.code == 0
    assert "ccmcp COMMAND [options]" in seen.shown


def test_a_long_job_has_a_bar_that_is_gone_in_the_end(command: list[str]) -> None:
    shown = on_terminal([*command, "count"], columns=80).shown
    drawn, _, rest = shown.rpartition("\r")
    assert "Counting books" in drawn
    assert "50 %  50 of 100 MB" in drawn
    assert rest == "counted\n"
    last = shown.split("\r")[-2]
    assert last.strip() == "", "the line is blank before the answer is printed"


def test_the_bar_is_cleared_before_an_error(command: list[str]) -> None:
    shown = on_terminal([*command, "count", "--fail"], columns=80).shown
    assert shown.split("\r")[-2].strip() == ""
    assert "\rccmcp: No session matches 'counting'." in shown


def test_a_terminal_of_few_abilities_has_no_bar(command: list[str]) -> None:
    assert on_terminal([*command, "count"], env={"TERM": "dumb"}).shown == "counted\n"


def test_the_width_is_the_terminals(command: list[str]) -> None:
    narrow = on_terminal([*command, "--no-color", "--help"], columns=50).shown
    assert max(map(len, narrow.splitlines())) <= 50
    given = on_terminal([*command, "--no-color", "--help"], columns=50, env={"COLUMNS": "70"}).shown
    assert 50 < max(map(len, given.splitlines())) <= 70


def test_an_old_windows_console_gets_no_escapes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert not Terminal.of({}, "win32").colour
    assert Terminal.of({"WT_SESSION": "1"}, "win32").colour
    assert Terminal.of({}, "linux").colour


def test_streams_that_are_closed_are_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    found = Terminal.of({}, "linux")
    assert not found.out_is_tty
    assert not found.err_is_tty
