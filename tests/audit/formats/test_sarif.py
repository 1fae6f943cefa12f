"""SARIF that others take: closed shapes always, the official schema where it is at hand."""

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft4Validator, Draft202012Validator  # type: ignore[import-untyped]

from ccmcp.audit.finding import AuditReport
from ccmcp.audit.formats import sarif
from tests.audit.formats import hostile, made
from tests.audit.formats.shapes import SARIF

SHAPE = Draft202012Validator(SARIF)
OFFICIAL = os.environ.get("CCMCP_SARIF_SCHEMA", "")
"""A copy of OASIS's sarif-schema-2.1.0.json, which is not ours to hand on."""


def run_of(report: AuditReport) -> dict[str, Any]:
    log = json.loads(sarif.render(report))
    problem = next(SHAPE.iter_errors(log), None)
    assert problem is None, f"{list(problem.path)}: {problem.message}" if problem else ""
    run: dict[str, Any] = log["runs"][0]
    return run


@pytest.mark.skipif(not OFFICIAL, reason="CCMCP_SARIF_SCHEMA names no copy of the official schema")
@given(hostile.audits)
def test_the_official_schema_takes_it(report: AuditReport) -> None:
    schema = json.loads(Path(OFFICIAL).read_bytes())
    check = Draft4Validator(schema, format_checker=Draft4Validator.FORMAT_CHECKER)
    for each in (report, made.AUDIT, made.EMPTY_AUDIT):
        check.validate(json.loads(sarif.render(each)))


@given(hostile.audits)
def test_any_text_in_any_field_keeps_the_shape(report: AuditReport) -> None:
    run = run_of(report)
    assert [result["ruleId"] for result in run["results"]] == [
        run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] for result in run["results"]
    ]
    sarif.render(report).encode()


def test_what_a_result_refers_to_is_there() -> None:
    run = run_of(made.AUDIT)
    driver = run["tool"]["driver"]
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        base = result["locations"][0]["physicalLocation"]["artifactLocation"]["uriBaseId"]
        assert base in run["originalUriBaseIds"]
    for rule in driver["rules"]:
        assert rule["relationships"]
        for relationship in rule["relationships"]:
            taxonomy = run["taxonomies"][relationship["target"]["toolComponent"]["index"]]
            assert taxonomy["name"] == relationship["target"]["toolComponent"]["name"]
            assert relationship["target"]["id"] in [taxon["id"] for taxon in taxonomy["taxa"]]
    assert [each["name"] for each in driver["supportedTaxonomies"]] == [
        each["name"] for each in run["taxonomies"]
    ]


def test_levels_scores_and_states_follow_severity_and_outcome() -> None:
    by_fingerprint = {each["partialFingerprints"]["ccmcp/v1"]: each for each in run_of(made.AUDIT)["results"]}
    sent, pushed = by_fingerprint["c2a90b17d3f4e865"], by_fingerprint["41d0c2b3a4958677"]
    removed = by_fingerprint["1234567890abcdef"]
    assert (sent["level"], sent["properties"]["security-severity"]) == ("error", "9.5")
    assert (pushed["level"], pushed["properties"]["state"]) == ("error", "prevented")
    assert (removed["level"], removed["properties"]["outcome"]) == ("warning", "error")
    assert sent["locations"][0]["physicalLocation"]["region"] == {"startLine": 211}
    assert [each["kind"] for each in sent["locations"][0]["logicalLocations"]] == [
        "project", "session", "toolCall",
    ]  # fmt: skip
    assert [each["logicalLocations"][0]["name"] for each in sent["relatedLocations"]] == [
        "5b7e2d10",
        "9f3ac4e1",
    ]


def test_a_fingerprint_stays_whatever_else_changes() -> None:
    first, *_ = made.FINDINGS
    moved = replace(first, line=9, title="Another title", at="2027-01-01T00:00:00Z", outcome="denied")
    prints = [
        run_of(replace(made.AUDIT, findings=(each,)))["results"][0]["partialFingerprints"]
        for each in (first, moved)
    ]
    assert prints[0] == prints[1]


def test_a_suppression_says_why_and_by_whom() -> None:
    found = [each["suppressions"] for each in run_of(made.AUDIT)["results"] if each["suppressions"]]
    assert found == [
        [{
            "kind": "external", "status": "accepted", "justification": "Own branch after a rebase; agreed in review",
            "properties": {"author": "ana", "since": "2026-11-21", "until": "2027-02-21"},
        }]
    ]  # fmt: skip


def test_brackets_and_braces_of_a_command_make_no_link_and_no_placeholder() -> None:
    report = replace(made.AUDIT, findings=(made.of(made.PUSH, evidence=r"echo [a](b) {0} \n"),))
    assert r"echo \[a\](b) {{0}} \\n" in run_of(report)["results"][0]["message"]["text"]


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("projects/a b/ü.jsonl", "projects/a%20b/%C3%BC.jsonl"),
        ("/srv/x#1.jsonl", "file:///srv/x%231.jsonl"),
        ("C:\\Users\\ana\\x.jsonl", "file:///C:/Users/ana/x.jsonl"),
        ("\\\\host\\share\\x.jsonl", "file:////host/share/x.jsonl"),
    ],
)
def test_a_transcript_is_a_uri(file: str, uri: str) -> None:
    report = replace(made.AUDIT, findings=(made.of(made.PUSH, file=file),))
    assert run_of(report)["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_nothing_found_is_a_log_too() -> None:
    assert run_of(made.EMPTY_AUDIT)["results"] == []
