"""Secrets in transcripts: found where they stand, known again by their fingerprint, and told to nobody."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccmcp.config import Config
from ccmcp.errors import BadArgumentError
from ccmcp.history import History
from ccmcp.redact import use_salt
from ccmcp.result import plain
from ccmcp.screen import Screen
from ccmcp.tools import Call, all_tools
from ccmcp.tools.audit_findings import TOOL, AuditQuestion
from ccmcp.tools.compliance_report import TOOL as REPORT
from ccmcp.tools.compliance_report import ReportQuestion
from ccmcp.views.risks import FoundRisks
from tests.test_redact import SHAPES
from tests.transcript import Chat, Home

NOW = datetime(2026, 8, 7, 12, 0, tzinfo=UTC)
CALL = Call(now=NOW, cwd="/work/demo", most_characters=40_000)
TOKEN = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"  # no real one; its parts keep scanners calm
OTHER = "ghp_" + "Z9y8X7w6V5u4T3s2R1q0P9o8N7m6L5k4J3i2"


@pytest.fixture(autouse=True)
def salted() -> Any:
    use_salt(lambda: b"salt of a test")
    yield
    use_salt(None)


def asked(history: History, **more: Any) -> FoundRisks:
    result = TOOL.run(history, AuditQuestion(min_severity="low", category="secrets", **more), CALL)
    assert isinstance(result, FoundRisks)
    return result


def session(
    name: str, *, prompt: str = "go", result: str = "", content: str = "", path: str = "/work/demo/app.py"
) -> Chat:
    chat = Chat(name)
    chat.user(prompt)
    chat.call("Read", f"toolu_{name}_1", file_path="/work/demo/settings.json")
    chat.result(f"toolu_{name}_1", result or "nothing")
    chat.call("Write", f"toolu_{name}_2", file_path=path, content=content or "x = 1")
    chat.result(f"toolu_{name}_2", "written")
    return chat


@pytest.mark.parametrize(
    ("where", "rule", "severity"),
    [
        ({"result": f"token: {TOKEN}"}, "SEC-001", "high"),
        ({"prompt": f"use {TOKEN}"}, "SEC-002", "high"),
        ({"content": f"TOKEN = '{TOKEN}'"}, "SEC-003", "critical"),
        ({"content": f"TOKEN={TOKEN}", "path": "/work/demo/.env"}, "SEC-003", "medium"),
        ({"content": f"TOKEN={TOKEN}", "path": "/work/demo/tests/test_it.py"}, "SEC-003", "low"),
    ],
)
def test_a_secret_is_found_where_it_stands(
    history: History, home: Home, where: dict[str, str], rule: str, severity: str
) -> None:
    home.write(session("it", **where))

    [finding] = asked(history).findings

    assert (finding.rule, finding.severity) == (rule, severity)
    assert finding.evidence.startswith("github-token ghp_...")
    assert TOKEN[8:-4] not in json.dumps(plain(finding))


def test_the_same_secret_is_known_again_in_other_sessions_until_it_is_replaced(
    history: History, home: Home
) -> None:
    for name in ("one", "two"):
        home.write(session(name, result=TOKEN))
    home.write(session("three", result=OTHER))

    found = asked(history, rule="SEC-005").findings
    every = asked(history, rule="SEC-001").findings

    assert [each.note for each in found] == [
        "in 2 sessions, from 2026-08-01 to 2026-08-01: not replaced in between"
    ]
    assert len({each.target for each in every}) == 2


def test_appended_lines_are_looked_through_and_no_line_twice(history: History, home: Home) -> None:
    chat = session("it", result=TOKEN)
    home.write(chat)
    before = asked(history).findings
    home.append(chat, [chat.user(f"and {OTHER}")])

    after = asked(history).findings

    assert [each.rule for each in before] == ["SEC-001"]
    assert sorted(each.rule for each in after) == ["SEC-001", "SEC-002"]
    assert all(each.times == 1 for each in after)


def test_a_large_history_is_looked_through_beside_and_says_how_far(home: Home, config: Config) -> None:
    chat = session("large", result=TOKEN)
    for _ in range(1200):
        chat.assistant("word " * 400)
    home.write(chat)
    patient = History(config, patient=True)

    result = TOOL.run(patient, AuditQuestion(category="secrets"), CALL)
    patient.close()

    assert result.coverage.secret_bytes == result.coverage.transcript_bytes > 2_000_000
    assert [each.rule for each in result.findings] == ["SEC-001"]


SET_OF_THEM = sorted({secret for _, secret in SHAPES})
WHERE = ("prompt", "result", "content")


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_answer_document_or_store_holds_a_secret(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = Home(tmp_path_factory.mktemp("secrets") / "home")
    config = Config.load(home.env)
    history = History(config, patient=True)
    values = data.draw(st.lists(st.sampled_from(SET_OF_THEM), min_size=3, max_size=12, unique=True))
    places = {where: " and ".join(values[number :: len(WHERE)]) for number, where in enumerate(WHERE)}
    home.write(session("it", **{where: f"key: {text}\n" for where, text in places.items()}))
    said: list[str] = []
    for tool in (each for each in all_tools() if not each.writes):
        parameters: Any = tool.parameters
        given_: dict[str, Any] = (
            {"session": Chat("it").id} if "session" in parameters.__dataclass_fields__ else {}
        )
        needed: dict[str, dict[str, Any]] = {
            "search_sessions": {"query": "key"},
            "audit_findings": {"min_severity": "info"},
            "plan_migration": {"source": "/work/demo", "target": "/work/other", "session": (Chat("it").id,)},
        }
        result = tool.run(history, parameters(**(given_ | needed.get(tool.name, {}))), CALL)
        if tool.name in ("audit_findings", "compliance_report", "find_tool_calls", "plan_migration"):
            said += [tool.text(result), tool.screen(result, Screen(now=NOW)), json.dumps(plain(result))]
    for tool, question in (
        (TOOL, AuditQuestion(min_severity="info")),
        (REPORT, ReportQuestion(since="2026")),
    ):
        said += [make(history, question, replace(CALL, most_characters=0)) for make in tool.formats.values()]
    history.close()
    stored = [
        path.read_bytes()
        for folder in (config.cache, config.state)
        for path in _files(folder)
        if "fulltext" not in path.parts
    ]

    for value in values:
        assert not [text[:80] for text in said if value in text]
        assert not [data_ for data_ in stored if value.encode() in data_]


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()] if folder.exists() else []


def test_what_may_be_a_secret_is_looked_for_on_demand(history: History, home: Home, config: Config) -> None:
    value = "correct-horse-7battery"
    home.write(session("it", result=f"DB_PASSWORD={value}\nTOKEN={TOKEN}"))

    usual = asked(history).findings
    more = asked(history, candidates=True, session=Chat("it").id).findings
    history.close()

    assert "SEC-004" not in [each.rule for each in usual]
    [finding] = [each for each in more if each.rule == "SEC-004"]
    assert (finding.severity, finding.confidence) == ("low", "signal")
    assert value not in json.dumps(plain(finding))
    assert value.encode() not in (config.cache / "catalog.sqlite3").read_bytes()


def test_candidates_need_a_session(history: History, home: Home) -> None:
    home.write(session("it"))

    with pytest.raises(BadArgumentError, match="give session"):
        asked(history, candidates=True)
