import json
import re
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ccmcp.cli.clock import LocalZone, now
from tests.cli import catalogue
from tests.cli.catalogue import SECRET
from tests.cli.conftest import Ccmcp


def test_an_answer_is_readable_and_plain_without_a_terminal(ccmcp: Ccmcp) -> None:
    outcome = ccmcp("find", "time")
    assert outcome.code == 0
    assert outcome.out.splitlines()[0] == "2 books"
    assert "\x1b" not in outcome.out
    assert outcome.err == "ccmcp: 1 secret is redacted in this answer\n"


def test_json_has_every_key_null_when_unknown(ccmcp: Ccmcp) -> None:
    found = json.loads(ccmcp("find", "--json").out)
    assert set(found) == {"query", "books", "asked", "next_cursor"}
    assert found["next_cursor"] is None
    assert found["books"][1] == {"title": "走れメロス", "year": None, "notes": []}


def test_json_is_one_line_for_programs(ccmcp: Ccmcp) -> None:
    assert ccmcp("find", "--json").out.count("\n") == 1


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_secrets_are_redacted_and_control_sequences_removed(ccmcp: Ccmcp, form: list[str]) -> None:
    out = ccmcp("find", *form).out
    assert SECRET not in out
    assert re.search(r"\[REDACTED:github-token:[0-9a-f]{8}\]", out)
    assert "red alert" in out


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_secrets_are_shown_on_a_terminal_only(ccmcp: Ccmcp, form: list[str]) -> None:
    outcome = ccmcp("find", "--show-secrets", *form)
    assert outcome.code == 1
    assert outcome.out == ""
    assert "--show-secrets works on a terminal only" in outcome.err
    assert catalogue.opened == [], "nothing was even looked up"


def test_half_a_character_does_no_harm(ccmcp: Ccmcp) -> None:
    assert ccmcp("read", "surrogate").out == "half \ufffd of it\n"


def test_the_tool_learns_who_asks_and_from_where(
    ccmcp: Ccmcp, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLAUDE_CODE_SESSION_ID", "5e55-10n")
    asked = json.loads(ccmcp("find", "--json").out)["asked"]
    assert asked["session"] == "5e55-10n"
    assert Path(asked["cwd"]).samefile(tmp_path)


def test_the_zone_of_the_settings_is_used(ccmcp: Ccmcp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CCMCP_TIMEZONE", "Asia/Kolkata")
    assert "+05:30" in json.loads(ccmcp("find", "--json").out)["asked"]["now"]
    assert "+09:00" in json.loads(ccmcp("find", "--json", "--tz", "Asia/Tokyo").out)["asked"]["now"]


def test_another_config_folder_is_read(ccmcp: Ccmcp, tmp_path: Path) -> None:
    other, third = tmp_path / "other", tmp_path / "third"
    other.mkdir()
    third.mkdir()
    assert ccmcp("where", "--config-dir", str(other)).out.strip() == str(other)
    assert ccmcp("where", "--config-dir", f"{other},{third}").out.strip() == f"{other},{third}"


def test_the_history_is_closed_whatever_happens(ccmcp: Ccmcp) -> None:
    ccmcp("read", "Momo")
    ccmcp("read", "missing")
    ccmcp("read", "crash")
    assert [shelf.closed for shelf in catalogue.opened] == [True, True, True]


def test_help_opens_no_history(ccmcp: Ccmcp) -> None:
    for arguments in (["--help"], ["find", "--help"], ["--version"], ["init"], ["completion", "bash"]):
        assert ccmcp(*arguments).code == 0
    assert catalogue.opened == []


def test_bad_settings_are_refused_with_their_place(ccmcp: Ccmcp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CCMCP_MEMORY_MB", "much")
    outcome = ccmcp("find")
    assert outcome.code == 1
    assert "CCMCP_MEMORY_MB" in outcome.err


def test_local_times_have_the_offset_of_their_own_season(monkeypatch: pytest.MonkeyPatch) -> None:
    if not hasattr(time, "tzset"):
        pytest.skip("this system has one zone for all of its processes")
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        shown = [
            datetime(2026, month, day, hour, 30, tzinfo=UTC).astimezone(LocalZone()).isoformat()
            for month, day, hour in ((1, 5, 0), (7, 5, 0), (10, 25, 0), (10, 25, 1))
        ]
    finally:
        monkeypatch.undo()
        time.tzset()
    assert shown == [
        "2026-01-05T01:30:00+01:00",
        "2026-07-05T02:30:00+02:00",
        "2026-10-25T02:30:00+02:00",
        "2026-10-25T02:30:00+01:00",
    ]


def test_the_current_time_has_a_zone() -> None:
    assert now().utcoffset() is not None
    assert now("Asia/Tokyo").tzname() == "JST"
