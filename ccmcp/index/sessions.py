"""Facts of files -> one row of the catalogue for each session. Reads and writes the catalogue."""

import json
from collections.abc import Iterable

from ccmcp.index.catalog import Catalog
from ccmcp.index.codes import COPY_OF_ANOTHER, SIDE_FILES_ONLY
from ccmcp.index.facts import FileFacts, seconds
from ccmcp.transcripts.projects import decode, encodes

TELLING = 40
"""A shorter prompt than this, or two, are asked of sessions that have nothing else in common: "fix", "continue"."""
_FEW_TURNS = 2


def fold(catalog: Catalog, sessions: Iterable[int]) -> None:
    """Work out the rows of these sessions from their files' facts; drop those without a file."""
    summaries = {
        int(str(session)): str(text)
        for session, text in catalog.rows(
            "SELECT l.session, s.text FROM summaries s JOIN leaves l ON l.uuid = s.leaf ORDER BY s.file DESC, s.offset"
        )
    }
    for session in sessions:
        _fold_one(catalog, session, summaries.get(session, ""))


def _fold_one(catalog: Catalog, session: int, summary: str) -> None:
    rows = catalog.rows(
        "SELECT id, kind, folder, size, prose_to, facts, copy_of, copied, lines FROM files WHERE session = ? "
        "ORDER BY prose_to DESC, id",
        (session,),
    )
    typed = catalog.rows(
        "SELECT project, first_at, last_at, prompts, first_prompt FROM typed WHERE session = ?", (session,)
    )
    if not rows and not typed:
        catalog.execute("DELETE FROM sessions WHERE id = ?", (session,))
        catalog.set_meta(f"dead:{session}", session)
        return
    files = [(row, FileFacts.from_json(row[5])) for row in rows if isinstance(row[5], bytes)]
    mains = [(row, facts) for row, facts in files if row[1] == "main"]
    agents = [facts for row, facts in files if row[1] == "agent"]
    main_row, main = mains[0] if mains else (None, FileFacts())
    folder = str((main_row or (rows[0] if rows else [None, None, ""]))[2])
    # A copy in another project folder says nothing that its original does not.
    told = [main, *(facts for row, facts in mains[1:] if row[6] is None), *agents] if mains else agents
    if not mains and typed:
        project, first_at, last_at, prompts, first_prompt = map(str, typed[0])
        main = FileFacts(
            first_at=first_at,
            last_at=last_at,
            first_cwd=project,
            turns=int(prompts),
            first_prompt=first_prompt,
        )
        told = [main, *agents]
    cwd = (
        main.relocated or main.first_cwd or next((facts.first_cwd for facts in agents if facts.first_cwd), "")
    )
    title, source = _title(summary, main, files)
    starts = [facts.first_at for facts in told if facts.first_at]
    ends = [facts.last_at for facts in told if facts.last_at]
    copy = main_row is not None and main_row[6] is not None and _is_whole_copy(catalog, main_row, session)
    typed_only = not any(row[1] in ("main", "agent") for row in rows)
    catalog.execute(
        "UPDATE sessions SET main_file=?, folder=?, project=?, title=?, title_from=?, started_at=?, ended_at=?, ended=?, "
        "branch=?, branches=?, models=?, cwd=?, asked=?, turns=?, messages=?, tool_calls=?, subagents=?, compactions=?, "
        "duration_ms=?, version=?, entrypoint=?, permission_modes=?, "
        "excluded = CASE WHEN excluded = 1 THEN 1 ELSE ? END WHERE id=?",
        (
            main_row[0] if main_row else None, folder, _project(cwd, main, folder), title, source,
            min(starts, default=None), max(ends, default=None), seconds(max(ends, default="")),
            main.branch, json.dumps(_merged(facts.branches for facts in told)),
            json.dumps(_merged(facts.models for facts in told)), cwd,
            _asked(main, source), main.turns,
            sum(facts.messages for facts in told), sum(facts.tool_calls for facts in told),
            len({facts.agent_call or id(facts) for facts in agents if facts.messages}), main.compactions, main.duration_ms,
            main.version, main.entrypoint, json.dumps(main.permission_modes),
            COPY_OF_ANOTHER if copy else SIDE_FILES_ONLY if typed_only else 0, session,
        ),
    )  # fmt: skip


def _asked(main: FileFacts, title_from: str) -> str:
    """The digest of what a session was asked, where that tells it from others; not of one that was given a name of its own."""
    telling = len(main.first_prompt) >= TELLING or main.turns > _FEW_TURNS
    return main.asked if telling and title_from != "custom" else ""


def _title(
    summary: str, main: FileFacts, files: list[tuple[tuple[object, ...], FileFacts]]
) -> tuple[str, str]:
    """
    The title and where it is from: the user's, the model's, a summary's, the first prompt.

    The client keeps the user's title beside the transcript too, and reads it there when the end of
    the transcript has none. `/clear` hands it on to a session it does not describe, which is better
    named by what it is about itself.
    """
    kept = next((facts.custom_title for row, facts in files if row[1] == "title" and facts.custom_title), "")
    custom = main.custom_title or kept
    inherited = bool(custom) and custom == main.inherited_title
    asked = next((facts.agent_description for _, facts in files if facts.agent_description), "")
    for title, source in (
        (custom if not inherited else "", "custom"),
        (main.ai_title, "ai"),
        (summary, "summary"),
        (main.first_prompt or main.last_prompt, "prompt"),
        (custom, "custom"),
        (asked, "prompt"),  # of a subagent whose session is gone
    ):
        if title:
            return title, source
    return "", ""


def _project(cwd: str, main: FileFacts, folder: str) -> str:
    """
    The session's project: the folder that gave its project folder the name.

    The first cwd unless the session was moved; where a line's cwd encodes to the folder, that one.
    """
    candidates = [main.relocated, main.first_cwd, main.last_cwd, cwd]
    fitting = [path for path in candidates if path and encodes(path, folder)]
    return (fitting or [path for path in candidates if path] or [decode(folder)])[0]


def _is_whole_copy(catalog: Catalog, row: tuple[object, ...], session: int) -> bool:
    """Whether a main file holds nothing of its own and the session it repeats has the same id."""
    return bool(
        catalog.rows(
            "SELECT 1 FROM files original JOIN sessions s ON s.id = original.session "
            "JOIN sessions own ON own.id = ? WHERE original.id = ? AND s.session_id = own.session_id AND s.id != own.id "
            "AND original.prose_to >= ?",
            (session, row[6], row[4]),
        )
    )


def _merged(lists: Iterable[list[str]]) -> list[str]:
    found: dict[str, None] = {}
    for values in lists:
        found.update(dict.fromkeys(values))
    return list(found)
