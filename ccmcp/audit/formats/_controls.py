"""What a report is evidence for in the frameworks that auditors ask about. It supports controls; whether they are met is not ours to say."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Control:
    """A criterion or control of a framework, and what of a report supports it."""

    framework: str
    id: str
    title: str
    supports: str
    """What there is to show for it in a report."""


CONTROLS = (
    Control("SOC 2", "CC6.1", "Logical access", "people by root, permission modes, sessions without questions, access to credential files"),
    Control("SOC 2", "CC6.8", "Unauthorised software", "models and client versions, new MCP servers, packages and code from outside"),
    Control("SOC 2", "CC7.2", "Monitoring of system components", "all findings, with session, time and outcome; coverage"),
    Control("SOC 2", "CC7.3", "Evaluation of events", "severity and outcome of each finding, suppressions with reason and author, the sign-off"),
    Control("SOC 2", "CC8.1", "Change management", "files changed, force pushes and rewritten history, refused actions"),
    Control("SOC 2", "C1.1", "Confidential information", "secrets seen, sensitive reads, data sent out"),
    Control("ISO/IEC 27001:2022", "A.8.15", "Logging", "digests of transcripts and their Merkle root, gaps, retention"),
    Control("ISO/IEC 27001:2022", "A.8.16", "Monitoring activities", "findings, new domains, repeated failures"),
    Control("ISO/IEC 27001:2022", "A.8.2", "Privileged access rights", "permission modes, sessions without questions, privilege findings"),
    Control("ISO/IEC 27001:2022", "A.8.12", "Data leakage prevention", "secrets seen, data sent out, domains"),
    Control("ISO/IEC 42001:2023", "A.6.2.8", "Recording of event logs of the AI system", "sessions, tool use, models; transcripts and their integrity"),
    Control("EU AI Act", "Art. 26(6)", "Keeping logs, where a system is high-risk", "how far back the history goes; a coding assistant is normally none"),
)  # fmt: skip

STATEMENT = (
    "This report supports the reviews and controls named here with evidence from Claude Code's own transcripts. "
    "It is no opinion on whether a control is met, and says nothing of what was not recorded."
)
