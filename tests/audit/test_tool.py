"""What was risky, as it is asked for and answered: over transcripts on disk, by the tool and by the command."""

import html
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ccmcp import decisions
from ccmcp.config import Config
from ccmcp.decisions import Decisions, Suppressed
from ccmcp.errors import BadArgumentError
from ccmcp.history import History
from ccmcp.result import plain
from ccmcp.screen import Screen
from ccmcp.tools import Call
from ccmcp.tools.audit_findings import TOOL, AuditQuestion
from ccmcp.views.risks import FoundRisks
from tests.transcript import Chat, Home

NOW = datetime(2026, 8, 7, 12, 0, tzinfo=UTC)
CALL = Call(now=NOW, cwd="/work/demo", most_characters=40_000)

FIXED = (
    "rule", "title", "severity", "confidence", "session_id", "project", "at", "entry_id", "tool", "evidence", "outcome", "agent",
    "fingerprint", "advice",
)  # fmt: skip


def asked(history: History, call: Call = CALL, **more: Any) -> FoundRisks:
    result = TOOL.run(history, AuditQuestion(**more), call)
    assert isinstance(result, FoundRisks)
    return result


def rules(result: FoundRisks) -> list[str]:
    return [each.rule for each in result.findings]


def doing(chat: Chat, command: str, result: str = "done", *, is_error: bool = False, **more: Any) -> None:
    """A shell call and what came of it."""
    number = f"toolu_{chat.name}_{len(chat.records)}"
    chat.call("Bash", number, command=command)
    chat.result(number, result, is_error=is_error, **more)


@pytest.fixture
def busy(home: Home) -> Chat:
    """A session that does some risky things and some harmless ones."""
    chat = Chat("busy")
    chat.user("ship it", permissionMode="bypassPermissions")
    doing(chat, "git status && git push origin feature/x")
    doing(chat, "git push --force origin main")
    doing(chat, "git reset --hard HEAD~3", "fatal: not a git repository", is_error=True)
    doing(
        chat,
        "rm -rf /etc",
        "The user doesn't want to proceed with this tool use. The tool use was rejected",
        is_error=True,
        toolUseResult="User rejected tool use",
    )
    doing(chat, 'git commit -m "never run git push --force or rm -rf /"')
    home.write(chat)
    return chat


def test_findings_say_what_came_of_what_was_risky(history: History, busy: Chat) -> None:
    found = {each.rule: each for each in asked(history, min_severity="high").findings}

    assert (found["GIT-001"].state, found["GIT-001"].outcome) == ("done", "ok")
    assert (found["GIT-002"].state, found["GIT-002"].outcome) == ("attempted", "error")
    assert (found["FS-001"].state, found["FS-001"].outcome) == ("prevented", "rejected")
    assert {each.session_id for each in found.values()} == {busy.id}
    assert found["GIT-001"].permission_mode == "bypassPermissions"
    assert found["GIT-001"].evidence == "git push --force origin main"
    assert found["GIT-001"].advice
    assert found["GIT-001"].permission_rule


def test_what_was_done_comes_before_what_was_only_tried_or_prevented(history: History, busy: Chat) -> None:
    home_of_it = [each for each in asked(history, min_severity="high").findings if each.severity == "high"]

    assert [each.state for each in home_of_it] == sorted(
        (each.state for each in home_of_it), key=["done", "attempted", "prevented", "unknown"].index
    )
    assert busy.id


@pytest.mark.usefixtures("busy")
def test_the_keys_that_others_rely_on_are_there(history: History) -> None:
    told = plain(asked(history))

    assert {"findings", "counts", "coverage"} <= set(told)
    assert all(set(FIXED) <= set(each) for each in told["findings"])
    assert told["counts"]["severity"].keys() == {"critical", "high", "medium", "low", "info"}


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"rule": "GIT-001"}, {"GIT-001"}),
        ({"rule": "git"}, {"GIT-001", "GIT-002"}),
        ({"category": "files"}, {"FS-001"}),
        ({"outcome": "prevented"}, {"FS-001"}),
        ({"outcome": "error"}, {"GIT-002"}),
        ({"agent": "main", "rule": "GIT,FS"}, {"GIT-001", "GIT-002", "FS-001"}),
        ({"since": "2026-08-02"}, set()),
        ({"project": "/work/demo", "rule": "FS"}, {"FS-001"}),
        ({"this_project": True, "rule": "FS"}, {"FS-001"}),
    ],
)
def test_filters_leave_what_they_name(history: History, filters: dict[str, Any], expected: set[str]) -> None:
    assert set(rules(asked(history, min_severity="high", **filters))) == expected


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize(
    "wrong", [{"min_severity": "huge"}, {"rule": "GTI-001"}, {"category": "gti"}, {"outcome": "fine"}]
)
def test_a_word_that_names_nothing_is_refused_with_the_nearest(
    history: History, wrong: dict[str, Any]
) -> None:
    with pytest.raises(BadArgumentError, match=r"Did you mean|Known"):
        asked(history, **wrong)


def test_the_same_thing_done_again_in_a_session_is_one_finding(history: History, home: Home) -> None:
    chat = Chat("again")
    chat.user("go")
    for _ in range(3):
        doing(chat, "git push --force origin main")
    home.write(chat)

    [finding] = asked(history, rule="GIT-001").findings

    assert finding.times == 3
    assert finding.at != finding.last_at


def test_a_fingerprint_is_the_same_in_another_session_and_after_a_new_index(
    history: History, home: Home, config: Config
) -> None:
    for name in ("one", "two"):
        chat = Chat(name)
        chat.user("go")
        doing(chat, "git push --force origin main")
        home.write(chat)
    first = {each.fingerprint for each in asked(history, rule="GIT-001").findings}
    history.close()
    anew = History(replace(config, cache=config.cache.with_name("another")), patient=True)

    second = {each.fingerprint for each in asked(anew, rule="GIT-001").findings}
    anew.close()

    assert len(first) == 1
    assert first == second


def test_a_result_that_comes_later_tells_what_came_of_it(history: History, home: Home) -> None:
    chat = Chat("later")
    chat.user("go")
    chat.call("Bash", "toolu_1", command="git push --force origin main")
    home.write(chat)
    [before] = asked(history, rule="GIT-001").findings
    home.append(chat, [chat.result("toolu_1", "rejected by remote", is_error=True)])

    [after] = asked(history, rule="GIT-001").findings

    assert (before.state, after.state) == ("unknown", "attempted")


def test_a_subagents_doings_are_its_own(history: History, home: Home) -> None:
    chat, side = Chat("with agent"), Chat("side")
    chat.user("go")
    home.write(chat)
    side.user("go", isSidechain=True, agentId="a1b2")
    side.call("Bash", "toolu_s", command="git push --force origin main")
    home.agent(chat, "a1b2", side.records, meta={"agentType": "releaser"})

    [finding] = asked(history, rule="GIT-001").findings

    assert finding.agent == "releaser"
    assert finding.session_id == chat.id
    assert rules(asked(history, rule="GIT-001", agent="main")) == []
    assert rules(asked(history, rule="GIT-001", agent="releaser")) == ["GIT-001"]


def test_a_fork_repeats_no_finding(history: History, home: Home) -> None:
    chat = Chat("original")
    chat.user("go")
    doing(chat, "git push --force origin main")
    home.write(chat)
    fork = Chat("fork")
    fork.records = [
        {**record, "sessionId": fork.id, "forkedFrom": {"sessionId": chat.id, "messageUuid": record["uuid"]}}
        for record in chat.records
    ]
    fork.user("on")
    home.write(fork)

    [finding] = asked(history, rule="GIT-001").findings

    assert (finding.session_id, finding.times) == (chat.id, 1)


def test_pages_follow_each_other_until_all_is_shown(history: History, home: Home) -> None:
    chat = Chat("many")
    chat.user("go")
    for number in range(7):
        doing(chat, f"git push --force origin branch-{number}")
    home.write(chat)
    seen: list[str] = []
    cursor = ""
    while True:
        page = asked(history, rule="GIT-001", limit=3, cursor=cursor)
        seen += [each.target or "" for each in page.findings]
        if page.next_cursor is None:
            break
        cursor = page.next_cursor

    assert len(seen) == len(set(seen)) == 7


def test_what_is_suppressed_is_left_out_until_it_expires(
    history: History, config: Config, busy: Chat
) -> None:
    [finding] = asked(history, rule="GIT-001").findings
    suppressed = Suppressed(
        reason="agreed", author="me", since="2026-08-01T00:00:00+00:00", until="2026-08-08T00:00:00+00:00"
    )
    decisions.save(config.state, Decisions(suppressed={finding.fingerprint: suppressed}))

    now = asked(history, rule="GIT-001")
    shown = asked(history, rule="GIT-001", suppressed=True)
    later = asked(history, replace(CALL, now=NOW.replace(month=9)), rule="GIT-001")

    assert (rules(now), now.suppressed) == ([], 1)
    assert [each.suppressed for each in shown.findings] == ["agreed"]
    assert rules(later) == ["GIT-001"]
    assert busy.id


def test_a_baseline_leaves_what_is_new(history: History, config: Config, home: Home, busy: Chat) -> None:
    known = frozenset(each.fingerprint for each in asked(history, min_severity="info", limit=100).findings)
    decisions.save(config.state, Decisions(baseline=known, baseline_at="2026-08-02T00:00:00+00:00"))
    doing(busy, "git push --force origin release")
    home.write(busy)

    new = asked(history, new=True)
    every = asked(history, rule="GIT-001")

    assert [each.target for each in new.findings] == ["origin/release"]
    assert {each.new for each in every.findings} == {True, False}


@pytest.mark.usefixtures("busy")
def test_a_model_and_a_person_read_the_same_facts(history: History) -> None:
    result = asked(history, min_severity="high")

    for text in (TOOL.text(result), TOOL.screen(result, Screen(now=NOW, width=100))):
        for each in result.findings:
            assert each.rule in text
            assert each.fingerprint in text
            assert each.state in text
            assert each.evidence in text


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize("name", sorted(TOOL.formats))
def test_every_format_holds_every_finding(history: History, name: str) -> None:
    wanted = AuditQuestion(min_severity="high")
    made = TOOL.formats[name](history, wanted, replace(CALL, most_characters=0))

    found = asked(history, min_severity="high").findings
    shown = html.unescape(re.sub(r"<[^>]*>", "", made)) if name == "html" else made
    assert all(each.rule in shown and each.evidence in shown for each in found)
    if name not in ("html", "markdown"):
        assert all(each.fingerprint in made for each in found)
    if name == "sarif":
        assert json.loads(made)["version"] == "2.1.0"


def test_damage_in_the_users_decisions_is_told(history: History, config: Config, busy: Chat) -> None:
    config.state.mkdir(parents=True)
    Path(config.state / "audit.json").write_text("{", encoding="utf-8")

    with pytest.raises(Exception, match="can't be read"):
        asked(history)
    assert busy.id


def test_a_call_of_ccmcp_hides_nothing_beside_it(history: History, home: Home) -> None:
    chat = Chat("beside")
    chat.user("go")
    doing(chat, "ccmcp list; git push --force origin main")
    home.write(chat)

    [finding] = asked(history, rule="GIT-001").findings

    assert finding.state == "done"
