"""A plan done: sessions moved, copied or unpacked, after the user has said yes."""

from dataclasses import dataclass
from typing import Annotated

from ccmcp.history import History
from ccmcp.limits import MaxLen, MinLen
from ccmcp.migrate import applying
from ccmcp.tools import Call, Tool
from ccmcp.tools._migrating import applied, question, refused
from ccmcp.views.migrated import Migrated, refusal, screen, text


@dataclass(frozen=True, kw_only=True)
class ApplyMigration:
    """Which plan."""

    plan_id: Annotated[str, MinLen(1), MaxLen(40)]
    """The id that plan_migration gave."""


def _run(history: History, asked: ApplyMigration, call: Call) -> Migrated:
    config = history.config
    plan = applying.load(config.state, asked.plan_id)
    applying.ready(config, plan, call.now)
    answer = call.ask(question(plan)) if call.ask else "unable"
    if answer != "accept":
        return refused(plan, answer, f"ccmcp migrate apply {plan.plan_id} --yes")
    came = applying.apply(config, plan, call.now, progress=call.progress, stopped=call.stopped)
    return applied(config.roots, came, call)


TOOL = Tool(
    name="apply_migration",
    command="migrate apply",
    title="Apply a migration",
    description=(
        "Do what a plan of plan_migration says: move, copy or unpack sessions in Claude Code's own history, so that "
        "`claude --continue` and `--resume` find them in the new place. The user is asked first; where this client can't ask, or "
        "they say no, nothing is done and the answer has the command they can paste into a terminal: give it to them. It is all or "
        "nothing, overwrites nothing, is journaled against crashes, and undo_migration takes it back. "
        'Show the plan to the user before you call it. Example: {"plan_id": "3f2a91c07d3e"}.'
    ),
    hint="move my sessions to the new folder, bring old sessions along, apply the migration plan, copy sessions, do it",
    contract="data",
    parameters=ApplyMigration,
    result=Migrated,
    run=_run,
    text=text,
    screen=screen,
    refusal=refusal,
    positional=("plan_id",),
    examples=("ccmcp migrate apply 3f2a91c07d3e", "ccmcp migrate apply 3f2a91c07d3e --yes --json"),
    writes=True,
)
