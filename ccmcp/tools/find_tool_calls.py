"""Tool calls: which session did what to what, and what came of it."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Annotated, Literal

from ccmcp.errors import BadArgumentError, BadCursorError, did_you_mean
from ccmcp.history import History
from ccmcp.index.calling import FAILED, CallAnswer, Called, CallFilter, CallGroup, CallQuestion
from ccmcp.limits import Ge, Le, MaxLen
from ccmcp.result import cursor, position
from ccmcp.tools import Call, Tool
from ccmcp.tools._filters import (
    Narrowed,
    Short,
    covered,
    local,
    naming,
    session_filter,
    stamp,
    times,
    whole,
)
from ccmcp.views.calls import (
    FoundCall,
    FoundCalls,
    FoundGroup,
    call_blocks,
    group_blocks,
    on_screen,
    text,
)
from ccmcp.views.words import NamedSession, counted, fitting, named

Text = Annotated[str, MaxLen(1000)]


@dataclass(frozen=True, kw_only=True)
class FindToolCalls(Narrowed):
    """Which calls; since and until are about the calls themselves."""

    query: Text = ""
    """What any tool was called on: a text, a glob (npm test*) or a /regular expression/ (/.../i in any case)."""

    tool: Short = ""
    """Only this tool, or several with commas: Bash; Edit,Write; mcp__github__*; create_issue (of any MCP server)."""

    command: Text = ""
    """Shell commands with this text; a glob (npm *) or /regular expression/ is tried on each command of a line."""

    file: Text = ""
    """Reads, changes and commands that name this file or what is in this folder: a path, a part (src/auth), a glob (src/**/*.ts)."""

    url: Text = ""
    """Fetches, commands and MCP calls that name this host (or a subdomain), URL or part of one; glob and /regular expression/ too."""

    server: Short = ""
    """Only calls of this MCP server: its name or a part of it."""

    status: Short = ""
    """What came of it: ok, error, interrupted, rejected (by the user), denied (by a rule), pending, failed (error, interrupted); several with commas."""

    error: Text = ""
    """Only what failed or was refused with this text, or /regular expression/, in its message."""

    agent: Short = ""
    """Who called: main, subagent (any), a kind of subagent (reviewer, Explore ...), or the beginning of a subagent's id."""

    session: Short = ""
    """Only this session: its id, a unique prefix of 6 or more characters, or LABEL:ID."""

    own: bool = False
    """Also calls of ccmcp itself; else they count only where query, tool, command or server says ccmcp."""

    group: Literal["", "session", "target", "tool", "server", "agent", "project", "status"] = ""
    """Count the calls by this, in place of listing them."""

    more_than: Annotated[int, Ge(0)] = 0
    """Only groups of more calls than so many; by session, if group is not given."""

    sort: Literal["", "newest", "oldest", "most"] = ""
    """newest (calls come so), oldest, or most calls first (groups come so)."""

    limit: Annotated[int, Ge(1), Le(200)] = 30
    """How many calls or groups."""

    cursor: Annotated[str, MaxLen(2000)] = ""
    """next_cursor of the page before."""


def _run(history: History, asked: FindToolCalls, call: Call) -> FoundCalls:
    coverage = history.refresh(call.progress, call.stopped)
    asked = _completed(asked)
    key = {"calls": [*(getattr(asked, name) for name in _NAMES), asked.this_project and call.cwd]}
    question = _question(_wanted(history, asked, call), asked, key)
    answer = history.tool_calls(question)
    lasts = [group.last for group in answer.groups]
    found = {each.session.number: each.session for each in (*answer.calls, *lasts)}
    several = history.in_several_roots({session.session_id for session in found.values()})
    names = {number: NamedSession(**naming(each, history, call, several)) for number, each in found.items()}
    calls = [_call(each, names, call) for each in answer.calls]
    groups = [_group(each, names, asked.group, call) for each in answer.groups]
    titles = {each.reference: each for each in names.values()}
    blocks = [
        *call_blocks(calls, titles, answer.part),
        *group_blocks(groups, asked.group, titles, answer.part),
    ]
    kept = min(asked.limit, fitting(blocks, call.most_characters))
    shown = {each.reference for each in (*calls[:kept], *(group.last for group in groups[:kept]))}
    return FoundCalls(
        calls=tuple(calls[:kept]),
        group=asked.group or None,
        groups=tuple(groups[:kept]),
        sessions=tuple(each for reference, each in titles.items() if reference in shown),
        total=sum(answer.outcomes.values()),
        total_sessions=answer.sessions,
        total_groups=answer.total_groups,
        by_status=dict(sorted(answer.outcomes.items(), key=lambda pair: -pair[1])),
        hidden=answer.hidden,
        part=answer.part or None,
        hints=() if blocks else tuple(_hints(asked, answer)),
        sort=question.order,
        next_cursor=cursor(key, _end(question, answer, kept)) if len(blocks) > kept else None,
        coverage=covered(history, coverage),
    )


# -- what is asked

_NAMES = tuple(field.name for field in fields(FindToolCalls) if field.name not in ("limit", "cursor"))
_STATUSES = ("ok", "error", "interrupted", "rejected", "denied", "pending", "unknown")


def _completed(asked: FindToolCalls) -> FindToolCalls:
    """With what was left open."""
    group = asked.group or ("session" if asked.more_than else "")
    if asked.sort == "most" and not group:
        raise BadArgumentError("sort", asked.sort, "It orders groups: say in group what to count by.")
    return replace(asked, group=group, sort=asked.sort or ("most" if group else "newest"))


def _wanted(history: History, asked: FindToolCalls, call: Call) -> CallFilter:
    """The calls meant. Raises CcmcpError for what can't be used, and for a session that is not there."""
    since, until = times(asked, call)
    session, agent = None, asked.agent
    if asked.session:
        found, _, its = history.session_or_subagent(asked.session)
        session, agent = (found.root, found.session_id), agent or its
    texts = {
        name: whole(getattr(asked, name).strip())
        for name in ("query", "tool", "command", "url", "server", "error")
    }
    return CallFilter(
        # Of what time a session is its calls tell.
        sessions=replace(session_filter(asked, call), since="", until=""),
        session=session,
        file=_file(whole(asked.file.strip()), call),
        outcomes=_outcomes(asked.status),
        agent=whole(agent.strip()),
        since=stamp(since) or "",
        until=stamp(until) or "",
        own=_asks_for_own(asked),
        **texts,
    )


def _file(path: str, call: Call) -> str:
    """A path that begins with a dot is seen from where the caller is."""
    from_here = call.cwd and re.match(r"\.\.?(?:[/\\]|$)", path)
    return os.path.normpath(f"{call.cwd}/{path}") if from_here else path


def _outcomes(status: str) -> tuple[str, ...]:
    found: list[str] = []
    for each in filter(None, re.split(r"[\s,]+", status.lower())):
        if each not in (*_STATUSES, "failed"):
            raise BadArgumentError(
                "status", status, f"Give {', '.join(_STATUSES)} or failed; several with commas."
            )
        found += FAILED if each == "failed" else (each,)
    return tuple(found)


def _asks_for_own(asked: FindToolCalls) -> bool:
    """Whether ccmcp itself is asked for; else what it was asked would be found in place of what was done."""
    texts = (asked.query, asked.command, asked.tool, asked.server)
    return asked.own or any("ccmcp" in text.lower() for text in texts)


def _question(wanted: CallFilter, asked: FindToolCalls, key: object) -> CallQuestion:
    question = CallQuestion(
        wanted=wanted,
        group=asked.group,
        more_than=asked.more_than,
        order=asked.sort or "newest",
        limit=asked.limit + 1,
    )
    match position(asked.cursor, key) if asked.cursor else None:
        case None:
            return question
        case int(offset) if offset >= 0 and asked.group:
            return replace(question, offset=offset)
        case [str(at), int(row)] if not asked.group:
            return replace(question, after=(at, row))
        case _:
            raise BadCursorError


def _end(question: CallQuestion, answer: CallAnswer, kept: int) -> object:
    """Where a page of so many ends."""
    return question.offset + kept if question.group else list(answer.calls[kept - 1].place)


# -- what is found


def _call(called: Called, names: Mapping[int, NamedSession], call: Call) -> FoundCall:
    session = names[called.session.number]
    return FoundCall(
        session_id=session.session_id,
        reference=session.reference,
        project=session.project,
        at=local(called.place[0], call),
        tool=called.tool,
        target=called.target,
        status=called.outcome,
        error=called.error or None,
        agent=called.agent or None,
        agent_type=called.agent_kind or None,
        entry_id=called.entry_id,
    )


def _group(group: CallGroup, names: Mapping[int, NamedSession], by: str, call: Call) -> FoundGroup:
    last = _call(group.last, names, call)
    key = last.reference if by == "session" else group.key
    return FoundGroup(key=key, calls=group.calls, sessions=group.sessions, failed=group.failed, last=last)


_KINDS = {"tool": "tool", "server": "MCP server", "agent": "subagent"}
_MOST_KNOWN = 20


def _hints(asked: FindToolCalls, answer: CallAnswer) -> Iterator[str]:
    """What to ask where nothing fits: names that there are, or one condition less."""
    for name, known in answer.unknown.items():
        given = getattr(asked, name)
        yield f"There is no {_KINDS[name]} {named(given)!r}. {did_you_mean(given, known[:_MOST_KNOWN])}"
    if answer.outcomes and asked.more_than:
        number = sum(answer.outcomes.values())
        yield f"{counted(number, 'call')} would fit, but no {asked.group} has more than {asked.more_than:,} of them."
    for name, number in answer.without.items():
        yield f"Without {name}: {counted(number, 'call')}."
    for what, number in answer.instead.items():
        yield f"With {named(what)} in place of it: {counted(number, 'call')}."


TOOL = Tool(
    name="find_tool_calls",
    command="calls",
    title="Find tool calls",
    description=(
        "Find what past Claude Code sessions did: commands run, files read or changed, URLs fetched, MCP calls, subagents' work, "
        "and what came of each. Which sessions touched src/auth, every failing npm command last week, who fetched from a host, "
        "where the reviewer subagent used more than 20 tools: one call each. Counts first, then the calls with entry ids to read "
        "on from with read_session, or counted by session, target, tool, server, agent, project or status. Exact, where "
        "search_sessions ranks by words. Commands are known to their first 2,000 characters. "
        'Example: {"command": "npm *", "status": "failed", "since": "last-week"}.'
    ),
    hint="which session edited this file, commands run, failing commands, errors, fetched URLs, MCP servers, subagents, bash history",
    contract="text",
    parameters=FindToolCalls,
    result=FoundCalls,
    run=_run,
    text=text,
    screen=on_screen,
    positional=("query",),
    examples=(
        "ccmcp calls --file src/auth --group session",
        "ccmcp calls --command 'npm *' --status failed --since last-week",
        "ccmcp calls --url example.com",
        "ccmcp calls --agent reviewer --more-than 20",
    ),
)
