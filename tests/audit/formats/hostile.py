"""Findings and reports with any text in any field."""

from dataclasses import replace
from typing import get_args

from hypothesis import strategies as st

from ccmcp.audit.compliance import (
    BypassSession,
    ComplianceReport,
    Gap,
    Integrity,
    Person,
    ProjectActivity,
    RepeatedFailure,
    SecretSighting,
    Tally,
    ToolActivity,
    TranscriptDigest,
)
from ccmcp.audit.finding import AuditReport, Coverage, Finding, Outcome, Suppression
from ccmcp.audit.rule import Mappings, Severity
from tests.audit.formats import made

NASTY = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</code></td></table>", "&lt;b&gt; &amp;", "a|b\\|c\\\\|d", "`` ` ```",
    "| x | y |", "**bold** _it_ [a](javascript:alert(1)) ![i](https://x.example/p.png)", '=HYPERLINK("https://x.example")',
    "-1+cmd|' /C calc'!A0", "@SUM(1)", "\uff1d1+1", "a;=1+1", "line\r\nbreak\nand\ttab", "\ud800", "\x00\x1b[31m", "{0} {{1}} [x](1)",
    "# head", "1. one", "---", "<!-- -->", "https://x.example www.x.example", "]]>", "--", "\\", "\\`", '"quoted, and ""twice"""', "",
    " ", "\u202ertl\u202c", "\u2028", "a" * 600,
)  # fmt: skip

texts = st.one_of(st.sampled_from(NASTY), st.text(max_size=40))
"""Anything a transcript may hold."""

_moments = st.one_of(st.none(), st.just("2026-11-18T14:03:22+01:00"), st.just("2026-11-18T13:03:22Z"), texts)
_suppressions = st.one_of(
    st.none(), st.builds(Suppression, reason=texts, author=texts, since=_moments, until=_moments)
)
_ids = st.tuples(texts)

findings = st.builds(
    Finding, rule=st.sampled_from(["GIT-001", "EXF-001", "NEW-001"]), title=texts, severity=st.sampled_from(get_args(Severity)),
    confidence=st.sampled_from(["definite", "probable", "signal"]), category=st.just("git"),
    session_id=texts, root=texts, project=texts, at=_moments, last_at=_moments, entry_id=texts, call_id=texts,
    tool=st.one_of(st.sampled_from(["Bash", "Read"]), texts), evidence=texts, target=texts, note=texts,
    outcome=st.sampled_from(get_args(Outcome)), agent=texts, permission_mode=texts, model=texts, cwd=texts, branch=texts,
    fingerprint=texts, times=st.integers(0, 10**9), advice=texts, permission_rule=texts,
    mappings=st.builds(Mappings, attack=_ids, atlas=_ids, owasp=_ids, soc2=_ids, auto_mode=_ids), file=texts,
    line=st.one_of(st.none(), st.integers(0, 10**7)), suppression=_suppressions, related=st.tuples(texts), new=st.booleans(),
)  # fmt: skip

_coverages = st.builds(
    Coverage, files=st.integers(0), unseen=st.tuples(texts), damaged=st.integers(0, 9), reading=st.booleans()
)

audits = st.builds(
    AuditReport, findings=st.lists(findings, max_size=3).map(tuple), period=st.just(made.PERIOD), rule_set=st.just(made.RULE_SET),
    coverage=_coverages, tool_version=texts, generated_at=st.one_of(st.just(made.AUDIT.generated_at), texts),
)  # fmt: skip


@st.composite
def compliances(draw: st.DrawFn) -> ComplianceReport:
    """A compliance report whose texts are any."""
    text = draw(texts)
    tallies = (Tally(name=text, count=2, note=text, new=draw(st.booleans())),)
    return replace(
        made.COMPLIANCE, organisation=text, findings=tuple(draw(st.lists(findings, max_size=2))), people=(Person(label=text, sessions=1),),
        projects=(ProjectActivity(project=text, sessions=1),), models=tallies, tools=(ToolActivity(tool=text, calls=1),), files=tallies,
        commands=tallies, domains=tallies, mcp_servers=tallies, outside_writes=tallies, permission_modes=tallies,
        bypass=(BypassSession(session_id=text, project=text, mode=text, at=text),), secrets=(SecretSighting(kind=text, fingerprint=text),),
        failures=(RepeatedFailure(tool=text, target=text, times=3, session_id=text, at=text),), gaps=(Gap(what=text, why=text),),
        coverage=draw(_coverages),
        integrity=Integrity(
            transcripts=(TranscriptDigest(root=text, file=text, session_id=text, bytes=1, lines=1, sha256=text, status=text),),
            merkle_root=text, previous_digest=text, report_digest=text, signed_by=text,
        ),
    )  # fmt: skip
