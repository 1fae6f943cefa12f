"""Subagents: which kinds there are, and which are asked for. I/O: reads the catalogue."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, TypeAlias

from ccmcp.index.aims import named
from ccmcp.index.calling import ANY_AGENT, MAIN
from ccmcp.index.catalog import Catalog
from ccmcp.index.listing import OF_LISTED, Condition

Kinds: TypeAlias = Mapping[tuple[int, str], str]
"""The kinds of subagents, empty where nothing tells, by session and id."""


def kinds_of_agents(
    catalog: Catalog, sessions: Sequence[int] = (), table: Literal["calls", "responses"] = "calls"
) -> Kinds:
    """
    The kinds of the subagents that made calls (or to whom responses went), in these sessions or in all.

    Told by the meta.json beside a subagent's transcript, else by the result of the call that started it.
    """
    among = f"session IN ({', '.join('?' * len(sessions))})" if sessions else OF_LISTED
    callers = f"SELECT DISTINCT session, agent FROM {table} WHERE agent != '' AND {among}"  # noqa: S608 - our own names and placeholders
    known = known_kinds(catalog, sessions)
    every = [(int(str(session)), str(agent)) for session, agent in catalog.rows(callers, sessions)]
    return {each: known.get(each, "") for each in every}


def known_kinds(catalog: Catalog, sessions: Sequence[int] = ()) -> Kinds:
    """The kinds of subagents, in these sessions or in all, of those whose kind is told."""
    among = f"WHERE session IN ({', '.join('?' * len(sessions))})" if sessions else ""
    rows = catalog.rows(f"SELECT session, agent, kind FROM agents {among} ORDER BY own", sessions)  # noqa: S608 - placeholders only
    return {(int(str(session)), str(agent)): str(kind) for session, agent, kind in rows}


def of_agents(asked: str, row: str, kinds: Callable[[], Kinds]) -> tuple[Condition, tuple[str, ...]]:
    """
    What is asked for as a condition over rows with a session and an agent; second, where nobody is meant, what could be.

    `asked` is main, subagent, a kind of subagents or the beginning of an id; `row` what a row is called.
    """
    match asked.lower():
        case "main":
            return (f"{row}.agent = ''", []), ()
        case "subagent" | "subagents" | "*":
            return (f"{row}.agent != ''", []), ()
        case _:
            pass
    every = kinds()
    known = sorted({kind for kind in every.values() if kind})
    meant, start = named(asked, known), asked.removeprefix("agent-")
    these = [
        f"{session} {agent}"
        for (session, agent), kind in every.items()
        if (kind in meant if meant else agent.startswith(start))
    ]
    # As one value: there may be more of them than a statement takes.
    among = f"{row}.agent != '' AND {row}.session || ' ' || {row}.agent IN (SELECT value FROM json_each(?))"  # noqa: S608 - our own names
    return (among, [json.dumps(these)]), () if these else (MAIN, ANY_AGENT, *known)
