"""A migration taken back, after the user has said yes."""

from dataclasses import dataclass
from typing import Annotated

from ccmcp.history import History
from ccmcp.limits import MaxLen, MinLen
from ccmcp.migrate import applying
from ccmcp.tools import Call, Tool
from ccmcp.tools._migrating import question_back, refused, undone
from ccmcp.views.migrated import Migrated, refusal, screen, text


@dataclass(frozen=True, kw_only=True)
class UndoMigration:
    """Which plan."""

    plan_id: Annotated[str, MinLen(1), MaxLen(40)]
    """The id of a plan that was applied."""


@dataclass(frozen=True, kw_only=True)
class UndoExactly(UndoMigration):
    """Which plan, and how strictly."""

    exact: bool = False
    """Only where everything comes to be byte for byte as it was: refuse where a session has grown since."""


def _run(history: History, asked: UndoMigration, call: Call) -> Migrated:
    config = history.config
    exact = isinstance(asked, UndoExactly) and asked.exact
    plan = applying.load(config.state, asked.plan_id)
    found = applying.undoable(config, plan, call.now, exact=exact)
    answer = call.ask(question_back(plan, found.notes)) if call.ask else "unable"
    if answer != "accept":
        return refused(plan, answer, f"ccmcp migrate undo {plan.plan_id} --yes")
    came = applying.undo(config, plan, found, progress=call.progress)
    return undone(came)


TOOL = Tool(
    name="undo_migration",
    command="migrate undo",
    title="Undo a migration",
    description=(
        "Take back what apply_migration did, byte for byte where nothing has changed since. Sessions that have only grown go back "
        "with their new lines, and the answer says so; anything else that was changed since is named, and nothing is done. The user "
        "is asked first, as with apply_migration; else the answer has the command to paste. "
        'Example: {"plan_id": "3f2a91c07d3e"}.'
    ),
    hint="undo the migration, take the move back, put my sessions back where they were, revert",
    contract="data",
    parameters=UndoMigration,
    command_parameters=UndoExactly,
    result=Migrated,
    run=_run,
    text=text,
    screen=screen,
    refusal=refusal,
    positional=("plan_id",),
    examples=("ccmcp migrate undo 3f2a91c07d3e", "ccmcp migrate undo 3f2a91c07d3e --exact --yes"),
    writes=True,
)
