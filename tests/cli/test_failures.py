import pytest

from tests.cli.catalogue import SECRET
from tests.cli.conftest import Ccmcp


def test_a_refusal_is_one_message_and_ends_with_1(ccmcp: Ccmcp) -> None:
    outcome = ccmcp("read", "missing")
    assert outcome.code == 1
    assert outcome.out == ""
    assert outcome.err.startswith("ccmcp: No session matches 'missing")
    assert "\x1b" not in outcome.err


@pytest.mark.parametrize(("book", "kind"), [("crash", "ValueError"), ("panic", "Panic")])
def test_a_fault_of_ours_shows_no_traceback_and_nothing_private(ccmcp: Ccmcp, book: str, kind: str) -> None:
    outcome = ccmcp("read", book)
    assert outcome.code == 1
    assert f"internal error ({kind} at catalogue.py:" in outcome.err
    assert "CCMCP_DEBUG=1" in outcome.err
    assert "private" not in outcome.err
    assert "Traceback" not in outcome.err


def test_a_traceback_is_shown_on_request_without_secrets(
    ccmcp: Ccmcp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CCMCP_DEBUG", "1")
    outcome = ccmcp("read", "crash")
    assert outcome.code == 1
    assert "Traceback" in outcome.err
    assert "ValueError: private [REDACTED:github-token:" in outcome.err
    assert SECRET not in outcome.err


def test_what_the_system_refuses_is_no_fault_of_ours(ccmcp: Ccmcp) -> None:
    outcome = ccmcp("read", "locked")
    assert (outcome.code, outcome.err) == (1, "ccmcp: Permission denied: /somewhere/file\n")


def test_an_interrupt_is_quiet_and_ends_with_130(process: Ccmcp) -> None:
    outcome = process("read", "interrupt")
    assert (outcome.code, outcome.out, outcome.err) == (130, "", "")


def test_a_thread_that_fails_prints_nothing(process: Ccmcp) -> None:
    outcome = process("read", "thread")
    assert (outcome.code, outcome.out, outcome.err) == (0, "went on\n", "")
    assert "ValueError: invalid literal" in process("read", "thread", CCMCP_DEBUG="1").err
