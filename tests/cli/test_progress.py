import sys

import pytest

from ccmcp.cli.progress import PATIENCE, Bar
from ccmcp.cli.terminal import Terminal
from ccmcp.screen import columns

MB = 1_000_000


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def bar(clock: Clock, *, tty: bool = True, width: int = 80, unicode: bool = True) -> Bar:
    found = Bar(Terminal(err_is_tty=tty, width=width, unicode=unicode), clock)
    clock.now += PATIENCE
    return found


def test_a_bar_says_how_far_and_what(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    bar(clock).draw(50 * MB, 200 * MB, "Reading sessions")
    assert capsys.readouterr().err == ("\rReading sessions  ━━━━━━──────────────────  25 %  50 of 200 MB")


def test_work_that_is_soon_done_has_none(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    found = Bar(Terminal(err_is_tty=True), clock)
    found.draw(1 * MB, 2 * MB, "Reading")
    found.clear()
    assert capsys.readouterr().err == ""


def test_without_a_terminal_there_is_none(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    found = bar(clock, tty=False)
    found.draw(1 * MB, 2 * MB, "Reading")
    found.clear()
    assert capsys.readouterr().err == ""


def test_nothing_of_a_longer_line_is_left(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    found = bar(clock)
    found.draw(1 * MB, 2 * MB, "A long description")
    first = capsys.readouterr().err.removeprefix("\r")
    found.draw(1 * MB, 2 * MB, "Short")
    assert columns(capsys.readouterr().err.removeprefix("\r")) == columns(first)
    found.clear()
    last = capsys.readouterr().err
    assert last.strip() == ""
    assert last.startswith("\r")
    assert last.endswith("\r")


def test_an_unchanged_line_is_not_drawn_again(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    found = bar(clock)
    found.draw(1 * MB, 2 * MB, "Reading")
    assert capsys.readouterr().err
    found.draw(1 * MB + 1, 2 * MB, "Reading")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("width", [40, 45, 60, 200])
def test_a_line_never_wraps(clock: Clock, capsys: pytest.CaptureFixture[str], width: int) -> None:
    bar(clock, width=width).draw(999 * MB, 1000 * MB, "記憶を読んでいます " * 9)
    assert columns(capsys.readouterr().err.removeprefix("\r")) < width


def test_odd_figures_do_no_harm(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    found = bar(clock)
    found.draw(0, 0, "Reading")
    assert "  0 %" in capsys.readouterr().err
    found.draw(5 * MB, 2 * MB, "Reading")
    assert "100 %" in capsys.readouterr().err


def test_an_ascii_terminal_gets_ascii(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    bar(clock, unicode=False).draw(1 * MB, 2 * MB, "Reading")
    assert capsys.readouterr().err.isascii()


def test_a_closed_standard_error_does_no_harm(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    bar(clock).draw(1 * MB, 2 * MB, "Reading")
