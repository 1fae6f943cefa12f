import json
from dataclasses import dataclass
from typing import Any

import pytest

from ccmcp import __version__
from ccmcp.cli.options import options
from tests.cli.conftest import Ccmcp


def asked(ccmcp: Ccmcp, *arguments: str) -> dict[str, Any]:
    """What a tool was asked for."""
    outcome = ccmcp("find", *arguments, "--json")
    assert outcome.code == 0, outcome.err
    found = json.loads(outcome.out)
    return {"query": found["query"], **found["asked"]}


def test_all_words_of_a_query_belong_to_it_quoted_or_not(ccmcp: Ccmcp) -> None:
    assert asked(ccmcp, "time", "and", "again")["query"] == "time and again"
    assert asked(ccmcp, "time", "--order", "year", "again")["query"] == "time again"


def test_a_word_with_one_dash_is_a_word_of_the_query(ccmcp: Ccmcp) -> None:
    assert asked(ccmcp, "time", "-clock")["query"] == "time -clock"


def test_what_follows_two_dashes_is_no_flag(ccmcp: Ccmcp) -> None:
    assert json.loads(ccmcp("find", "--json", "--", "--order", "--help").out)["query"] == "--order --help"


def test_a_query_can_be_left_out(ccmcp: Ccmcp) -> None:
    assert asked(ccmcp)["query"] == ""


def test_values_follow_their_flag_or_an_equals_sign(ccmcp: Ccmcp) -> None:
    assert asked(ccmcp, "--limit", "3")["limit"] == 3
    assert asked(ccmcp, "--limit=3")["limit"] == 3
    assert asked(ccmcp, "--weight", "2.5")["weight"] == 2.5
    assert asked(ccmcp, "--order=year")["order"] == "year"


def test_a_repeated_flag_collects_values_where_there_may_be_several(ccmcp: Ccmcp) -> None:
    assert asked(ccmcp, "--author", "Ende", "--author=Woolf")["author"] == ["Ende", "Woolf"]
    assert asked(ccmcp, "--limit", "3", "--limit", "4")["limit"] == 4


def test_switches_are_turned_on_and_off(ccmcp: Ccmcp) -> None:
    assert asked(ccmcp)["lent"] is True
    assert asked(ccmcp, "--no-lent")["lent"] is False
    assert asked(ccmcp, "--no-lent", "--lent")["lent"] is True
    assert asked(ccmcp)["this_room"] is False
    assert asked(ccmcp, "--this-room")["this_room"] is True


def test_an_empty_value_means_not_given(ccmcp: Ccmcp) -> None:
    assert asked(ccmcp, "--genre", "")["genre"] == ""


def test_common_flags_stand_anywhere(ccmcp: Ccmcp) -> None:
    before = ccmcp("--json", "--tz", "Asia/Tokyo", "find", "time")
    after = ccmcp("find", "time", "--tz", "Asia/Tokyo", "--json")
    assert "+09:00" in json.loads(before.out)["asked"]["now"]
    assert "+09:00" in json.loads(after.out)["asked"]["now"]


def test_commands_of_two_words_work(ccmcp: Ccmcp) -> None:
    assert ccmcp("move", "plan", "--plan", "A").out == "moved by A\n"
    assert ccmcp("--no-color", "move", "apply", "B").out == "moved by B\n"


def test_help_is_a_command_too(ccmcp: Ccmcp) -> None:
    assert ccmcp("help").out == ccmcp("--help").out
    assert ccmcp("help", "move", "plan").out == ccmcp("move", "plan", "-h").out


def test_the_version_is_told(ccmcp: Ccmcp) -> None:
    for arguments in (["--version"], ["-V"], ["--version", "find"]):
        assert ccmcp(*arguments).out == f"ccmcp {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["fnd"], ["no command 'fnd'", "Did you mean 'find'?"]),
        (["move", "plam"], ["no command 'move plam'", "Did you mean 'move plan'?"]),
        (["move"], ["move plan, move apply"]),
        (["find", "--limt", "3"], ["`ccmcp find` has no flag --limt", "'--limit'"]),
        (["find", "--jsno"], ["--jsno", "'--json'"]),
        (["--jsno", "find"], ["--jsno", "'--json'"]),
        (["read", "x", "-p", "3"], ["has no flag -p"]),
        (["find", "--limit", "ten"], ["--limit", "'ten'", "a whole number from 1 to 50"]),
        (["find", "--limit", "51"], ["'51'", "from 1 to 50"]),
        (["find", "--limit", "-1"], ["'-1'", "from 1 to 50"]),
        (["find", "--weight", "0.1"], ["'0.1'", "at least 0.5"]),
        (["find", "--order", "size"], ["'size'", "title or year"]),
        (["find", "--genre", "poem"], ["'poem'", "novel or essay"]),
        (["find", "x" * 101], ["QUERY", "at most 100 characters"]),
        (["find", "--limit"], ["needs a value for --limit"]),
        (["find", "--limit", "--json"], ["needs a value for --limit"]),
        (["find", "--this-room=yes"], ["--this-room", "takes no value"]),
        (["read"], ["needs a value for BOOK"]),
        (["read", "Momo", "Emma"], ["'Emma'", "Usage: ccmcp read BOOK [options]"]),
        (["count", "them"], ["'them'"]),
        (["count", "--tz", "Mars/Base"], ["--tz", "'Mars/Base'", "IANA"]),
        (["count", "--config-dir", "/no/such/folder"], ["--config-dir", "no such folder"]),
        (["read", "sometime"], ["'sometime' is no time"]),
        (["completion", "tcsh"], ["SHELL", "'tcsh'", "bash, zsh, fish or powershell"]),
    ],
)
def test_wrong_usage_is_told_in_one_line_and_ends_with_2(
    ccmcp: Ccmcp, arguments: list[str], told: list[str]
) -> None:
    outcome = ccmcp(*arguments)
    assert outcome.code == 2
    assert outcome.out == ""
    assert outcome.err.startswith("ccmcp: ")
    assert outcome.err.count("\n") == 1
    for part in told:
        assert part in outcome.err


def test_a_tool_field_no_flag_can_stand_for_is_found_at_once() -> None:
    @dataclass(frozen=True)
    class Odd:
        table: dict[str, str]

    with pytest.raises(TypeError, match="table"):
        options(Odd)
