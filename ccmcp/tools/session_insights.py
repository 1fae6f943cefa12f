"""Patterns that say a habit, a rule, a skill or a CLAUDE.md needs work, and the weekly review."""

from dataclasses import dataclass, replace
from typing import Annotated

from ccmcp.history import History
from ccmcp.limits import Ge, Le
from ccmcp.tools import Call, Tool
from ccmcp.tools._filters import Narrowed, Short
from ccmcp.views.patterns import MOST, FoundInsights, on_screen, text

_PERIOD = "7d"
"""What a review is of, if nothing else is said."""


@dataclass(frozen=True, kw_only=True)
class SessionInsights(Narrowed):
    """Of which sessions and time: the last 7 days, if neither since, until nor session is given."""

    session: Short = ""
    """Only this session: its id, a unique prefix of 6 or more characters, or LABEL:ID."""

    pattern: Short = ""
    """Only these, with commas: compactions, corrections, edited_over, error_endings, failing_commands, failing_tools, idle_agents,
    interruptions, loops, permission_prompts, refusals, repeated_reads, slow_calls, taken_back."""

    limit: Annotated[int, Ge(1), Le(MOST)] = 6
    """How many insights."""


def _run(history: History, asked: SessionInsights, call: Call) -> FoundInsights:
    from ccmcp.tools._reviewed import reviewed  # noqa: PLC0415 - other commands do without patterns and prices

    coverage = history.refresh(call.progress, call.stopped)
    session = None
    if asked.session:
        found, _, _ = history.session_or_subagent(asked.session)
        session = (found.root, found.session_id)
    elif not asked.since.strip() and not asked.until.strip():
        asked = replace(asked, since=_PERIOD)
    return reviewed(history, asked, call, coverage, session=session, pattern=asked.pattern, limit=asked.limit)


TOOL = Tool(
    name="session_insights",
    command="insights",
    title="Session insights",
    description=(
        "Review what past Claude Code sessions did and say what is worth changing: files read again and again, commands and tools "
        "that keep failing, files edited over and over, changes taken back, permission prompts and refusals, interruptions and "
        "corrections by the user, full contexts, loops, slow calls, subagents that bring little back, sessions that ended on an "
        "error. Each with how often, what it cost, sessions and entries to read, and a line to paste into CLAUDE.md or settings. "
        "Without arguments: the weekly review, compared with the week before. What costs how much in all: usage_report. "
        'Example: {"this_project": true, "since": "30d"}.'
    ),
    hint="weekly review, what went wrong, wasted tokens, improve CLAUDE.md, repeated mistakes, failing commands, corrections, habits",
    contract="data",
    parameters=SessionInsights,
    result=FoundInsights,
    run=_run,
    text=text,
    screen=on_screen,
    examples=(
        "ccmcp insights",
        "ccmcp insights --this-project --since 30d",
        "ccmcp insights --pattern failing_commands,corrections --limit 20",
        "ccmcp insights --session 4f2a91",
    ),
)
