"""What sessions did, one after the other: their calls, what else happened, what each response cost in tokens. I/O: reads the catalogue."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

from ccmcp.index.agents import known_kinds
from ccmcp.index.catalog import Catalog
from ccmcp.index.chosen import Chosen
from ccmcp.index.counting import Book, told_by_rate
from ccmcp.index.facts import milliseconds
from ccmcp.index.listing import WITH_UNLISTED, Session, SessionFilter, sessions_by_number, where
from ccmcp.index.spending import SpendingFilter

MomentKind: TypeAlias = Literal[
    "prompt", "command", "interruption", "compaction", "api_error", "turn_end", "mode"
]
"""
What a person asked; a slash command; Esc; the context was summed up; a request failed; the client said how long a
turn took; another permission mode held from here on.
"""

Place: TypeAlias = tuple[int, int]
"""(file, offset of a line in it): orders what happened in one transcript, whatever the clock says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallDone:
    """One tool call and what came of it."""

    place: Place
    entry_id: str
    call_id: str
    at: int
    """Milliseconds since 1970, UTC; 0 when the line has no time."""
    tool: str
    target: str
    """What it was aimed at: a command, a path, a URL, a pattern ...; redacted, at most 2,000 characters."""
    agent: str
    """The subagent's id, "sidechain" where old clients name none, empty in the main conversation."""
    input_hash: int
    """Two calls of a tool with the same input share it; an Edit's is that of (old text, new text)."""
    undo_hash: int
    """For an Edit: the `input_hash` of the edit of the same file that would take it back; else 0."""
    outcome: str
    """ok, error, interrupted, rejected, denied, pending or unknown."""
    error: str
    """What went wrong, redacted, at most 500 characters; empty when nothing did."""
    result_at: int
    """Milliseconds since 1970, UTC; 0 without a result."""
    result_entry: str
    result_place: Place | None
    """Where the result stands; none while there is none."""
    result_chars: int
    """Characters of the result as the model read it."""
    result_hash: int
    """Two equal results share it."""
    permission: str
    """Who allowed or refused it, as the client says: "accept user_temporary", "reject hook" ... (2.1.330); empty before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Something that happened beside calls and responses."""

    place: Place
    entry_id: str
    at: int
    """Milliseconds since 1970, UTC; 0 when the line has no time."""
    kind: MomentKind
    agent: str
    text: str
    """A prompt's first 300 characters; a command with its name first; an error's message. Redacted, one line."""
    amount: int
    """Tokens before a compaction; milliseconds of a turn or until a retry; else 0."""
    after: int
    """Tokens after a compaction; else 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """One API response, counted once, and its tokens."""

    place: Place
    """Where its first line stands."""
    end_place: Place
    """Where its last line stands."""
    at: int
    """When its first line was written: milliseconds since 1970, UTC; 0 unknown."""
    end_at: int
    """When its last line was written."""
    model: str
    agent: str
    branch: str
    stop_reason: str
    """Why it ended; empty where the transcript has no final usage: then `output` is a lower bound."""
    input: int
    output: int
    cache_write: int
    """All cache writes; the next two are parts of it."""
    cache_write_5m: int
    cache_write_1h: int
    cache_read: int
    web_searches: int
    speed: str
    service_tier: str
    geo: str

    @property
    def context(self) -> int:
        """Tokens of the prompt: what the context held when the response began."""
        return self.input + self.cache_write + self.cache_read


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRun:
    """One subagent of a session."""

    agent: str
    kind: str
    """Its type, empty where nothing tells."""
    description: str
    call_id: str
    """The call that started it, empty where nothing tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What one session did. Each list is in the order of its lines, file by file, the main transcript first."""

    session: Session
    calls: tuple[CallDone, ...]
    """Without those of ccmcp itself."""
    moments: tuple[Moment, ...]
    spent: tuple[Spent, ...]
    agents: tuple[AgentRun, ...]


def activity(
    catalog: Catalog,
    wanted: SessionFilter,
    *,
    session: tuple[str, str] | None = None,
    responses: SpendingFilter | None = None,
) -> Iterator[Activity]:
    """
    What the sessions of a filter did, the newest session first; with `session` (root, id) that one alone.

    With `responses`, of what they spent those responses alone that this filter leaves.

    The filter's times bound what was done, not whole sessions; what has no time is left out where there is a first one.

    Raises:
        CcmcpError: the filter names a project or root that is not there.

    """
    condition, values = where(
        catalog, replace(wanted, since="", until=""), session=session, kept=WITH_UNLISTED
    )
    times = (milliseconds(wanted.since), milliseconds(wanted.until) or _NEVER)
    if wanted.since:
        condition, values = f"{condition} AND s.ended_at >= ?", [*values, wanted.since]
    if wanted.until:
        condition, values = f"{condition} AND s.started_at < ?", [*values, wanted.until]
    sql = f"SELECT s.id FROM sessions s WHERE {condition} ORDER BY s.ended DESC, s.id DESC"  # noqa: S608 - our own condition
    rows = catalog.rows(sql, values)
    numbers = [int(str(number)) for [number] in rows]
    chosen, chosen_values = Chosen(catalog, responses or SpendingFilter(), Book.OURS).condition
    for start in range(0, len(numbers), _AT_ONCE):
        some = numbers[start : start + _AT_ONCE]
        known = sessions_by_number(catalog, some)
        calls, moments = (_by_session(catalog, sql, some, times) for sql in (_CALLS, _MOMENTS))
        spent = _by_session(catalog, _SPENT, some, times, chosen, chosen_values)
        agents = _agents(catalog, some)
        for number in some:
            yield Activity(
                session=known[number],
                calls=tuple(map(_call, calls[number])),
                moments=tuple(map(_moment, moments[number])),
                spent=tuple(map(_spent, spent[number])),
                agents=tuple(agents[number]),
            )


def done_in(
    catalog: Catalog, numbers: Sequence[int]
) -> dict[int, tuple[tuple[CallDone, ...], tuple[Moment, ...]]]:
    """The calls of these sessions, those of ccmcp itself left out, and what else happened; by the sessions' numbers."""
    calls, moments = (_by_session(catalog, sql, numbers, (0, _NEVER)) for sql in (_CALLS, _MOMENTS))
    return {
        number: (tuple(map(_call, calls[number])), tuple(map(_moment, moments[number]))) for number in numbers
    }


_AT_ONCE = 200
_NEVER = 1 << 62
_IN_ORDER = "ORDER BY f.kind = 'agent', c.file, c.offset"
_CALLS = f"""
SELECT c.session, c.at, c.file, c.offset, c.entry_id, c.call_id, c.tool, c.target, c.agent, c.input_hash, c.undo_hash,
    c.outcome, c.error, c.result_at, c.result_entry, c.result_offset, c.result_chars, c.result_hash, c.permission
FROM calls c JOIN files f ON f.id = c.file WHERE NOT c.own AND c.session IN ({{these}}) {_IN_ORDER}
"""  # noqa: S608 - our own text
_MOMENTS = f"""
SELECT c.session, c.at, c.file, c.offset, c.entry_id, c.kind, c.agent, c.text, c.amount, c.after
FROM moments c JOIN files f ON f.id = c.file WHERE c.session IN ({{these}}) {_IN_ORDER}
"""  # noqa: S608 - our own text
_SPENT = """
SELECT r.session, r.at, r.file, r.offset, r.end_offset, r.end_at, r.rate, r.agent, r.branch, r.stop_reason, r.input, r.output,
    r.cache_write, r.cache_write_5m, r.cache_write_1h, r.cache_read, r.web_searches
FROM responses r JOIN files f ON f.id = r.file WHERE r.session IN ({these}) AND {chosen} ORDER BY f.kind = 'agent', r.file, r.offset
"""


def _by_session(
    catalog: Catalog,
    sql: str,
    numbers: Sequence[int],
    times: tuple[int, int],
    chosen: str = "",
    values: Sequence[object] = (),
) -> dict[int, list[list[Any]]]:
    """The rows of each session, with their time in milliseconds, within these times."""
    since, until = times
    found: dict[int, list[list[Any]]] = defaultdict(list)
    for number, at, *columns in catalog.execute(
        sql.format(these=", ".join(map(str, numbers)), chosen=chosen), values
    ):
        moment = at if isinstance(at, int) else milliseconds(at)
        if since <= moment < until:
            found[number].append([moment, *columns])
    return found


def _call(row: Sequence[Any]) -> CallDone:
    (
        at,
        file,
        offset,
        entry,
        call,
        tool,
        target,
        agent,
        given,
        undo,
        outcome,
        error,
        result_at,
        result_entry,
        *result,
    ) = row
    result_offset, chars, result_hash, permission = result
    return CallDone(
        place=(file, offset), entry_id=entry, call_id=call, at=at, tool=tool, target=target, agent=agent, input_hash=given,
        undo_hash=undo, outcome=outcome, error=error, result_at=milliseconds(result_at), result_entry=result_entry,
        result_place=(file, result_offset) if result_offset >= 0 else None, result_chars=chars, result_hash=result_hash,
        permission=permission,
    )  # fmt: skip


def _moment(row: Sequence[Any]) -> Moment:
    at, file, offset, entry, kind, agent, text, amount, after = row
    return Moment(
        place=(file, offset),
        entry_id=entry,
        at=at,
        kind=kind,
        agent=agent,
        text=text,
        amount=amount,
        after=after,
    )


def _spent(row: Sequence[Any]) -> Spent:
    at, file, offset, end_offset, end_at, rate, agent, branch, stop_reason, *tokens = row
    model, speed, service_tier, geo, _ = told_by_rate(rate)
    given, output, written, written_5m, written_1h, read, searches = tokens
    return Spent(
        place=(file, offset), end_place=(file, end_offset), at=at, end_at=end_at, model=model, agent=agent, branch=branch,
        stop_reason=stop_reason, input=given, output=output, cache_write=written, cache_write_5m=written_5m,
        cache_write_1h=written_1h, cache_read=read, web_searches=searches, speed=speed, service_tier=service_tier, geo=geo,
    )  # fmt: skip


def _agents(catalog: Catalog, numbers: Sequence[int]) -> dict[int, list[AgentRun]]:
    """The subagents of each session."""
    kinds = known_kinds(catalog, numbers)
    facts = "CAST(facts AS TEXT)"
    rows = catalog.rows(
        f"SELECT session, agent_id, json_extract({facts}, '$.agent_description'), json_extract({facts}, '$.agent_call') FROM files "  # noqa: S608 - our own text and numbers
        f"WHERE kind = 'agent' AND session IN ({', '.join(map(str, numbers))})"
    )
    found: dict[int, list[AgentRun]] = defaultdict(list)
    for session, agent, description, call in rows:
        number, its = int(str(session)), str(agent)
        found[number].append(
            AgentRun(
                agent=its,
                kind=kinds.get((number, its), ""),
                description=str(description or ""),
                call_id=str(call or ""),
            )
        )
    return found
