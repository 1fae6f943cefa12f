"""Findings follow the rules: another version has transcripts looked at anew, the same one nothing twice."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from ccmcp import history as histories
from ccmcp.config import Config
from ccmcp.history import History
from ccmcp.index import intake
from ccmcp.index.analysis import Analysers
from ccmcp.index.catalog import Catalog
from ccmcp.tools import Call
from ccmcp.tools.audit_findings import TOOL, AuditQuestion
from tests.transcript import Chat, Home

CALL = Call(now=datetime(2026, 8, 7, 12, 0, tzinfo=UTC), cwd="/work/demo")


@pytest.fixture
def chat(home: Home) -> Chat:
    chat = Chat("it")
    chat.user("go", permissionMode="bypassPermissions")
    chat.call("Bash", "toolu_1", command="git push --force origin main")
    chat.result("toolu_1", "done")
    home.write(chat)
    return chat


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[intake.Reading]:
    """Every reading of a transcript from now on."""
    seen: list[intake.Reading] = []
    plain = intake.take

    def take(reading: intake.Reading) -> Iterator[intake.Portion]:
        seen.append(reading)
        yield from plain(reading)

    monkeypatch.setattr("ccmcp.index.readahead.take", take)
    return seen


def rules(config: Config) -> dict[str, int]:
    history = History(config, patient=True)
    found = TOOL.run(history, AuditQuestion(min_severity="low", limit=100), CALL)
    history.close()
    return {each.rule: each.times for each in found.findings}


def with_versions(monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    old: Analysers = histories.ANALYSERS
    assert old.of_sessions is not None
    new = Analysers(
        of_files=tuple(replace(each, version=version) for each in old.of_files),
        of_sessions=replace(old.of_sessions, version=version),
    )
    monkeypatch.setattr(histories, "ANALYSERS", new)


@pytest.mark.usefixtures("chat")
def test_the_same_rules_look_at_nothing_twice(config: Config, readings: list[Any]) -> None:
    first = rules(config)
    readings.clear()

    second = rules(config)

    assert first == second
    assert readings == []


@pytest.mark.usefixtures("chat")
def test_other_rules_look_at_all_anew_and_double_nothing(
    config: Config, readings: list[intake.Reading], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = rules(config)
    readings.clear()
    with_versions(monkeypatch, "another")

    second = rules(config)

    assert first == second
    assert {"GIT-001", "AGT-001"} <= set(second)
    assert all(reading.observed and reading.start == 0 for reading in readings)
    assert {reading.analysers[0].name for reading in readings} == {"calls", "secrets"}


def test_a_tail_appended_under_other_rules_does_not_hide_that_the_rest_is_old(
    config: Config, home: Home, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules(config)
    with_versions(monkeypatch, "another")
    history = History(config, patient=True)
    history.refresh()
    chat.call("Bash", "toolu_2", command="git push --force origin other")
    home.write(chat)
    history.refresh()

    found = TOOL.run(history, AuditQuestion(rule="GIT-001"), CALL)
    history.close()

    assert sorted(each.target for each in found.findings) == ["origin/main", "origin/other"]
    assert all(each.times == 1 for each in found.findings)


@pytest.mark.usefixtures("chat")
def test_sessions_that_were_not_judged_before_a_writer_died_are_judged_by_who_asks(config: Config) -> None:
    before = rules(config)
    catalog = Catalog(config.cache / "catalog.sqlite3")
    with catalog.transaction():
        catalog.execute("DELETE FROM findings WHERE analyser = 'sessions'")
        catalog.execute("INSERT INTO unjudged SELECT id FROM sessions")
    catalog.close()

    assert rules(config) == before


def test_a_transcript_that_was_replaced_has_the_findings_of_what_it_says_now(
    config: Config, home: Home, chat: Chat
) -> None:
    rules(config)
    other = Chat("it")
    other.user("go")
    other.call("Bash", "toolu_9", command="git reset --hard HEAD~3")
    home.write(other)

    assert "GIT-001" not in rules(config)
    assert "GIT-002" in rules(config)
    assert chat.id == other.id


def test_a_transcript_that_is_gone_takes_its_findings_along(config: Config, home: Home, chat: Chat) -> None:
    rules(config)
    home.path(chat).unlink()
    keep = Chat("other")
    keep.user("hello")
    home.write(keep)

    assert set(rules(config)) <= {"INT-001"}
