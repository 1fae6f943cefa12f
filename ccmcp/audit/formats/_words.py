"""Words that several formats share."""

from ccmcp.audit.finding import Finding, Outcome, State
from ccmcp.audit.rule import Confidence, Severity
from ccmcp.redact import sanitise

TOOL = "ccmcp"
"""What alerts are known by where they are collected: never to be changed."""

STATE_WORDS: dict[State, str] = {
    "done": "done",
    "attempted": "attempted",
    "prevented": "prevented",
    "unknown": "unknown",
}
OUTCOME_WORDS: dict[Outcome, str] = {
    "ok": "done",
    "error": "failed",
    "interrupted": "interrupted",
    "rejected": "rejected by the user",
    "denied": "denied by a rule",
    "pending": "no result yet",
    "unknown": "unknown",
}
SEVERITY_MEANS: dict[Severity, str] = {
    "critical": "look at it today",
    "high": "look at it this week",
    "medium": "worth a look",
    "low": "context",
    "info": "context",
}
CONFIDENCE_WORDS: dict[Confidence, str] = {
    "definite": "definite",
    "probable": "probable",
    "signal": "a signal only",
}


def one_line(text: str) -> str:
    """A text without line breaks and without what a reader would obey instead of show."""
    return " ".join(sanitise(text).split())


def moment(at: str | None) -> str:
    """A time to the minute, as it was recorded; empty for none."""
    return one_line(at)[:16].replace("T", " ") if at else ""


def day(at: str | None) -> str:
    """A time's day; empty for none."""
    return one_line(at)[:10] if at else ""


def counted(number: int, what: str) -> str:
    """A number of things: "1 session", "1,200 sessions"."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def share(part: float) -> str:
    """A share in per cent, small ones not as nothing: "0.4%"; and not all as long as something is missing."""
    told = f"{part:.1%}".replace(".0%", "%")
    return "99.9%" if told == "100%" and part < 1 else told


def span(first: str | None, last: str | None) -> str:
    """From the first time to the last, said once where they are the same day or moment."""
    begin, end = moment(first), moment(last)
    if not begin or not end or begin == end:
        return begin or end
    return f"{begin} to {end[11:] if begin[:10] == end[:10] else end}"


def days(first: str | None, last: str | None) -> str:
    """From the first day to the last."""
    begin, end = day(first), day(last)
    return f"{begin} to {end}" if begin and end and begin != end else begin or end


def size(number: int) -> str:
    """Bytes as people read them."""
    for unit, bytes_ in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if number >= bytes_:
            return f"{number / bytes_:,.1f} {unit}"
    return counted(number, "byte")


def short_session(session_id: str) -> str:
    """The start of a session's id, which is enough to ask for it."""
    return one_line(session_id)[:8]


def clipped(text: str, most: int) -> str:
    """The start of a text, in one line."""
    line = one_line(text)
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def is_serious(finding: Finding) -> bool:
    """High or critical, and not suppressed."""
    return finding.severity in ("critical", "high") and finding.suppression is None
