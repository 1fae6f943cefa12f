"""
Sessions that ended on an error.

Finds sessions whose last word was an error of the API, a failed call that nothing followed, or an answer
cut off at a limit. It means lost work: a limit was reached, a login ran out, a context was too long.

Known false positives: a session that still runs and is between two tries. A call without a result is
not counted: it may be running.
"""

from collections.abc import Iterator

from ccmcp.insights._faults import alike, telling_line
from ccmcp.insights._pattern import Advice, Finding, Pattern, Sign
from ccmcp.insights._shell import call_name
from ccmcp.work.session import Ending, Work

_CUT_OFF = {
    "max_tokens": "the answer was cut off at its longest (max_tokens)",
    "model_context_window_exceeded": "the context was full",
    "refusal": "the model refused to answer",
}


def _find(work: Work) -> Iterator[Sign]:
    ending = work.ending
    if ending is None:
        return
    subject, note = _said(ending)
    if subject:
        yield Sign(
            subject=subject,
            kind=alike(note)[:60],
            entry_id=ending.entry_id,
            at=ending.at,
            note=note,
            cost=work.cost_of(ending.turn),
        )


def _said(ending: Ending) -> tuple[str, str]:
    """What it ended on, and in which words; empty when that was no error."""
    if ending.moment is not None:
        text = ending.moment.text
        return (
            ("API error", telling_line(text) or text[:160]) if ending.moment.kind == "api_error" else ("", "")
        )
    if ending.call is not None:
        if ending.call.outcome != "error":
            return "", ""
        name = call_name(ending.call.tool, ending.call.target, ending.call.error)
        return name, telling_line(ending.call.error) or "failed"
    if ending.response is not None and ending.response.stop_reason in _CUT_OFF:
        return "answer", _CUT_OFF[ending.response.stop_reason]
    return "", ""


def _advise(finding: Finding) -> Advice:
    low = finding.note.lower()
    if "limit" in low:
        return Advice(
            do="A usage limit ended it: usage_report by block shows how fast it is used up; resume with resume_command when it resets."
        )
    if any(word in low for word in ("api key", "login", "logged in", "authenticate", "401", "403", "credit")):
        return Advice(
            do="The login or key was not valid: log in again (/login); scripts want a check before they start sessions."
        )
    if "too long" in low or "context" in low:
        return Advice(do="The context was too long: /compact earlier, or /clear between tasks.")
    return Advice(do="Read the end of one of them; resume_command gives the line that takes it up again.")


PATTERN = Pattern(
    name="error_endings",
    title="Sessions that ended on an error",
    cost_of="the responses of the last turn",
    find=_find,
    advise=_advise,
    least=2,
)
