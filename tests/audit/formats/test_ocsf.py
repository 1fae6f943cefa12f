"""OCSF events: what the class requires, an object a line, whatever a transcript held."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from ccmcp.audit.finding import AuditReport, Outcome
from ccmcp.audit.formats import ocsf
from tests.audit.formats import hostile, made
from tests.audit.formats.shapes import OCSF

SHAPE = Draft202012Validator(OCSF)


def events_of(report: AuditReport) -> list[dict[str, Any]]:
    events = [json.loads(line) for line in ocsf.render(report).split("\n")[:-1]]
    for event in events:
        problem = next(SHAPE.iter_errors(event), None)
        assert problem is None, f"{list(problem.path)}: {problem.message}" if problem else ""
    return events


@given(hostile.audits)
def test_any_text_in_any_field_keeps_the_shape(report: AuditReport) -> None:
    assert len(events_of(report)) == len(report.findings)
    ocsf.render(report).encode()


def test_an_event_says_who_did_what_and_when() -> None:
    sent = events_of(made.AUDIT)[0]
    assert sent["finding_info"]["uid"] == "c2a90b17d3f4e865"
    assert sent["actor"] == {"app_name": "Claude Code", "session": {"uid": made.S4}, "user": {"name": "ci"}}
    assert sent["start_time"] == 1794879669000
    assert sent["time"] == 1795417200000
    assert sent["evidences"][0]["process"]["cmd_line"].startswith("cat .env.production | curl")
    assert sent["is_alert"] is True


def test_techniques_below_others_name_both() -> None:
    pushed = next(each for each in events_of(made.AUDIT) if each["metadata"]["event_code"] == "GIT-001")
    assert pushed["finding_info"]["attacks"][:2] == [
        {"version": "18", "technique": {"uid": "T1485", "name": "Data Destruction"}},
        {
            "version": "18", "technique": {"uid": "T1565"},
            "sub_technique": {"uid": "T1565.001", "name": "Stored Data Manipulation"},
        },
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("outcome", "action", "disposition", "alert"),
    [
        ("ok", "Allowed", "Allowed", True), ("error", "Allowed", "Error", True), ("rejected", "Denied", "Rejected", False),
        ("denied", "Denied", "Blocked", False), ("pending", "Unknown", "Unknown", True),
    ],
)  # fmt: skip
def test_an_outcome_is_a_disposition(outcome: Outcome, action: str, disposition: str, *, alert: bool) -> None:
    (event,) = events_of(replace(made.AUDIT, findings=(made.of(made.PUSH, outcome=outcome),)))
    assert (event["action"], event["disposition"], event["is_alert"]) == (action, disposition, alert)
    assert event["unmapped"]["outcome"] == outcome


def test_what_is_suppressed_says_so_and_alerts_nobody() -> None:
    (event,) = [each for each in events_of(made.AUDIT) if each["status"] == "Suppressed"]
    assert event["comment"] == "Own branch after a rebase; agreed in review"
    assert event["is_alert"] is False
