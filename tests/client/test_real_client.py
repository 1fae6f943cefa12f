"""What the real Claude Code client makes of the server, over the sample history."""

import json

import pytest

from tests.client.conversation import Answer, Conversation, Converse

WEBHOOKS = "1b24761e-1aa7-4038-9036-47d6307157d5"
IMPORT = "676bb389-1a04-4438-b2e7-13005711b9b8"
REDIRECTS = "b83e1b15-b60c-463e-80d7-18ac8d23a52a"

OWN_WORDS = "marmalade zeppelin"
"""Words that stand in the calling session and nowhere else."""

TOOLS = (
    "search_sessions",
    "list_sessions",
    "read_session",
    "find_tool_calls",
    "usage_report",
    "session_insights",
    "audit_findings",
    "compliance_report",
    "resume_command",
    "index_status",
)
CALLS: dict[str, tuple[str, dict[str, object]]] = {
    "find": ("search_sessions", {"query": "unique index or a redis lock"}),
    "find in japanese": ("search_sessions", {"query": "形態素解析"}),
    "find itself": ("search_sessions", {"query": OWN_WORDS}),
    "read": ("read_session", {"session": WEBHOOKS[:8]}),
    "read much": ("read_session", {"session": IMPORT, "detail": "full", "max_tokens": 10_000}),
    "count": ("usage_report", {"group": "session", "until": "2026-11-20", "timezone": "UTC"}),
    "review": ("session_insights", {"since": "2026-10", "until": "2026-11-20"}),
    "audit": ("audit_findings", {"since": "2026-10", "until": "2026-11-20", "min_severity": "low"}),
    "account": ("compliance_report", {"since": "2026-10", "until": "2026-11-20"}),
    "misspell": ("search_sessions", {"qeury": "redis"}),
    "read nothing": ("read_session", {"session": "ffffffff"}),
}


@pytest.fixture(scope="module")
def conversation(converse: Converse) -> Conversation:
    """One conversation that makes all the calls."""
    return converse([(f"mcp__ccmcp__{tool}", given) for tool, given in CALLS.values()])


@pytest.fixture(scope="module")
def answer(conversation: Conversation) -> dict[str, Answer]:
    """Each call's answer."""
    return dict(zip(CALLS, conversation.answers, strict=True))


def test_the_client_connects_and_announces_every_tool(conversation: Conversation) -> None:
    assert [tool for tool in TOOLS if f"mcp__ccmcp__{tool}" not in conversation.told] == []


def test_the_model_is_told_when_to_reach_for_which_tool(conversation: Conversation) -> None:
    assert "ccmcp is the memory of this machine's Claude Code sessions" in conversation.told


def test_a_search_for_a_decision_names_the_session_that_made_it(answer: dict[str, Answer]) -> None:
    assert not answer["find"].is_error
    assert WEBHOOKS in answer["find"].text


def test_a_report_of_usage_reaches_the_model_as_rows_and_totals(answer: dict[str, Answer]) -> None:
    report = json.loads(answer["count"].text)

    assert WEBHOOKS in [row["key"] for row in report["rows"]]
    told = [row["total_tokens"] for row in report["rows"] if row["key"] != "unattributed"]
    assert sum(told) == report["totals"]["total_tokens"] > 0
    assert report["timezone"] == "UTC"


def test_a_review_reaches_the_model_as_findings(answer: dict[str, Answer]) -> None:
    assert not answer["review"].is_error
    assert json.loads(answer["review"].text)["totals"]["sessions"] == 16


def test_an_audit_reaches_the_model_with_what_came_of_what_was_risky(answer: dict[str, Answer]) -> None:
    audit = json.loads(answer["audit"].text)

    told = {each["rule"]: (each["state"], each["evidence"]) for each in audit["findings"]}
    assert told["DB-001"] == ("prevented", 'psql -d tides -c "DROP TABLE stg_levels_v1, stg_levels_v2"')
    assert audit["counts"]["state"]["prevented"] == 1
    assert audit["coverage"]["complete"]


def test_a_report_reaches_the_model_within_what_it_takes(answer: dict[str, Answer]) -> None:
    report = json.loads(answer["account"].text)

    assert report["sessions"] == 16
    assert report["integrity"]["transcript_count"] > 16
    assert len(report["integrity"]["merkle_root"]) == 64
    assert "weekly checklist" in report["summary"]


def test_words_without_spaces_between_them_are_found(answer: dict[str, Answer]) -> None:
    assert "341fb02d-1133-45d2-976a-151cd1199235" in answer["find in japanese"].text


def test_reading_a_session_by_a_short_id_gives_its_dialogue(answer: dict[str, Answer]) -> None:
    assert not answer["read"].is_error
    assert "Unique index or a Redis lock around the handler?" in answer["read"].text
    assert "A lock needs an expiry, and a slow handler can outlive it." in answer["read"].text


def test_a_long_answer_reaches_the_model_in_one_piece(answer: dict[str, Answer]) -> None:
    assert not answer["read much"].is_error
    assert 8_000 < len(answer["read much"].text) <= 40_000
    assert "<persisted-output>" not in answer["read much"].text[:100]


def test_a_misspelt_argument_comes_back_as_an_error_with_the_right_name(answer: dict[str, Answer]) -> None:
    assert answer["misspell"].is_error
    assert "query" in answer["misspell"].text.replace("qeury", "")


def test_an_unknown_session_comes_back_as_an_error_that_says_so(answer: dict[str, Answer]) -> None:
    assert answer["read nothing"].is_error
    assert "ffffffff" in answer["read nothing"].text


def test_the_session_that_asks_is_not_among_its_own_hits(
    conversation: Conversation, answer: dict[str, Answer]
) -> None:
    assert not answer["find itself"].is_error
    assert conversation.session_id not in answer["find itself"].text


def test_a_resumed_session_is_not_among_its_own_hits(converse: Converse) -> None:
    call = ("mcp__ccmcp__search_sessions", {"query": "redirects in the server's config lychee"})

    resumed = converse([call], "--resume", REDIRECTS)

    assert resumed.session_id == REDIRECTS
    assert not resumed.answers[0].is_error
    assert REDIRECTS not in resumed.answers[0].text
