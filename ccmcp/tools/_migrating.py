"""What the tools share that plan, apply and undo a migration: values of plans -> answers, and questions to the user."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import TypeVar

from ccmcp.config import Config, Root
from ccmcp.errors import BadArgumentError
from ccmcp.migrate.applying import Came
from ccmcp.migrate.checking import check, continued_in
from ccmcp.migrate.gathering import Asker
from ccmcp.migrate.plan import Action, After, Left, Plan, Risk
from ccmcp.migrate.preparing import absolute
from ccmcp.result import plain
from ccmcp.resume import resume_at, resume_name
from ccmcp.tools import Call
from ccmcp.views.figures import counted_bytes
from ccmcp.views.migrated import CheckedSession, Migrated
from ccmcp.views.planned import LeftBehind, PlannedAction, PlannedMigration, PlannedRisk, ResumedThere
from ccmcp.views.words import counted, fitting

MOST_CHECKED = 10
"""So many sessions are named with the line that resumes them; all are looked at."""


_MOST_AFTER = 5
"""So many sessions of a plan are named with the line that will resume them."""

_SHARES = {"risks": 0.2, "conflicts": 0.15, "left": 0.1, "actions": 0.35}
"""What each list of a plan may take of an answer's longest length."""

T = TypeVar("T")


def asker_of(config: Config, call: Call) -> Asker:
    """Who asks for a plan."""
    return Asker(
        home=config.home, now=call.now, session_id=call.session_id, progress=call.progress, stopped=call.stopped,
        windows=call.windows,
    )  # fmt: skip


def folder_of(text: str, call: Call, name: str) -> str:
    """The absolute path that a parameter of this name means. Raises BadArgumentError."""
    try:
        return absolute(text, call.cwd)
    except ValueError as error:
        raise BadArgumentError(name, text, str(error)) from error


def roots_of(roots: Sequence[Root], label: str) -> tuple[Root, ...]:
    """The root of a label, or all of them for none. Raises BadArgumentError."""
    found = tuple(each for each in roots if label in ("", each.label))
    if not found:
        raise BadArgumentError("root", label, f"There are: {', '.join(each.label for each in roots)}.")
    return found


def fitted(found: Sequence[T], room: int) -> tuple[tuple[T, ...], int]:
    """The first of some values that fit into so many characters of JSON (0 for any length), and how many more there are."""
    fit = fitting((json.dumps(plain(each)) for each in found), room) if found else 0
    return tuple(found[:fit]), len(found) - fit


def planned(plan: Plan, roots: Sequence[Root], call: Call) -> PlannedMigration:
    """A plan as it is answered: what is the project's first, then sessions, the newest first; of long lists the start."""
    room = {name: int(call.most_characters * share) for name, share in _SHARES.items()}
    newest = {each.path: -each.mtime_ns for each in plan.after}
    sessions = sorted(
        (each for each in plan.actions if each.what == "session"), key=lambda each: newest.get(each.target, 0)
    )
    others = [each for each in plan.actions if each.what != "session"]
    actions, more_actions = fitted([_action(each) for each in (*others, *sessions)], room["actions"])
    risks, more_risks = fitted([_risk(each) for each in plan.risks], room["risks"])
    conflicts, more_conflicts = fitted([left_behind(each) for each in plan.conflicts], room["conflicts"])
    left, more_left = fitted([left_behind(each) for each in plan.left], room["left"])
    return PlannedMigration(
        plan_id=plan.plan_id,
        mode=plan.mode,
        source=plan.source,
        target=plan.target,
        root=plan.root,
        target_root=plan.target_root,
        actions=actions,
        more_actions=more_actions,
        risks=risks,
        more_risks=more_risks,
        conflicts=conflicts,
        more_conflicts=more_conflicts,
        left=left,
        more_left=more_left,
        sessions=plan.sessions,
        bytes=plan.bytes,
        after=tuple(there(each, roots, call) for each in plan.after[:_MOST_AFTER]),
        proposals=(),
        more_proposals=0,
        command=f"ccmcp migrate apply {plan.plan_id}",
    )


def _action(each: Action) -> PlannedAction:
    return PlannedAction(
        do=each.do, what=each.what, source=each.source, target=each.target, session_id=each.session_id,
        new_session_id=each.new_session_id, title=each.title, files=each.files, bytes=each.bytes,
        changes=dict(each.changes), detail=each.detail,
    )  # fmt: skip


def _risk(each: Risk) -> PlannedRisk:
    return PlannedRisk(kind=each.kind, severity=each.severity, detail=each.detail, advice=each.advice)


def left_behind(each: Left) -> LeftBehind:
    """What is not taken along, as it is answered."""
    return LeftBehind(
        what=each.what, path=each.path, session_id=each.session_id, why=each.why, advice=each.advice
    )


def resumed(after: After, roots: Sequence[Root], call: Call) -> str | None:
    """The line that resumes a session in its new place; none where it can't be written in one."""
    root = next((each for each in roots if each.label == after.root), None)
    if root is None:
        return None
    name = resume_name(after.session_id, after.path)
    return resume_at(after.cwd, root, ("--resume", name), windows=call.windows) or None


def there(after: After, roots: Sequence[Root], call: Call) -> ResumedThere:
    """How a session is resumed in its new place, as it is answered."""
    return ResumedThere(
        session_id=after.session_id, title=after.title, cwd=after.cwd, resume=resumed(after, roots, call)
    )


def question(plan: Plan) -> str:
    """What the user is asked before a plan is applied."""
    what = {"copy": "Copy", "bundle": "Unpack"}.get(plan.mode, "Move")
    serious = [each for each in plan.risks if each.severity in ("critical", "high")]
    # Clients show a few lines: the kinds of the risks fit where their words would not.
    told = ", ".join(f"{each.kind} ({each.severity})" for each in serious[:4])
    risks = f" To know before: {told}." if told else ""
    stay = f" Something is in the way of {counted(len(plan.conflicts), 'thing')}." if plan.conflicts else ""
    return f"{what} {_amount(plan)} from {plan.source} to {plan.target}?{risks}{stay}"


def question_back(plan: Plan, notes: Sequence[str]) -> str:
    """What the user is asked before a plan is taken back; `notes`: what will not be as it was."""
    if plan.mode in ("copy", "bundle"):
        asked = f"Remove the {_amount(plan)} again that plan {plan.plan_id} made in {plan.target}?"
    else:
        asked = f"Take back plan {plan.plan_id}: {_amount(plan)} go from {plan.target} back to {plan.source}?"
    told = f" Not as before: {'; '.join(notes[:2])}" if notes else ""
    return asked + told + (f" And {len(notes) - 2} more." if len(notes) > 2 else "")


def _amount(plan: Plan) -> str:
    files = sum(each.files for each in plan.actions)
    what = counted(plan.sessions, "session") if plan.sessions else counted(files, "file")
    return f"{what} ({counted_bytes(plan.bytes)})"


def refused(plan: Plan, answer: str, command: str) -> Migrated:
    """The answer where the user did not say yes."""
    state = {"decline": "declined", "cancel": "cancelled"}.get(answer, "unable")
    return Migrated(
        plan_id=plan.plan_id, mode=plan.mode, done=False, state=state, source=plan.source, target=plan.target, sessions=plan.sessions,
        bytes=plan.bytes, notes=(), continue_line=None, after=(), unchecked=0, command=command,
    )  # fmt: skip


def applied(roots: Sequence[Root], came: Came, call: Call) -> Migrated:
    """The answer after a plan was applied: its sessions looked at in their new places."""
    plan = came.plan
    checked = check(plan.after)
    wrong = [each for each in checked if each.problem]
    shown = [*wrong[:MOST_CHECKED], *(each for each in checked if not each.problem)][:MOST_CHECKED]
    notes = list(came.notes)
    if plan.conflicts:
        notes.append(
            f"Left where they were, as something is in their place: "
            f"{', '.join(counted(number, what) for what, number in Counter(each.what for each in plan.conflicts).items())}."
        )
    if len(wrong) > MOST_CHECKED:
        notes.append(f"{len(wrong)} sessions can't be resumed in their new places yet.")
    if plan.running:
        notes.append(
            f"Left out, as it ran when this was planned: {', '.join(plan.running[:5])}. Plan again when that has ended."
        )
    return Migrated(
        plan_id=plan.plan_id,
        mode=plan.mode,
        done=True,
        state="applied",
        source=plan.source,
        target=plan.target,
        sessions=plan.sessions,
        bytes=plan.bytes,
        notes=tuple(notes),
        continue_line=_continue_line(plan, roots, call),
        after=tuple(
            CheckedSession(
                session_id=each.after.session_id,
                title=each.after.title,
                cwd=each.after.cwd,
                resume=resumed(each.after, roots, call),
                checked=not each.problem,
                problem=each.problem or None,
            )
            for each in shown
        ),
        unchecked=len(checked) - len(shown),
        command=f"ccmcp migrate undo {plan.plan_id} --yes",
    )


def undone(came: Came) -> Migrated:
    """The answer after a plan was taken back."""
    plan = came.plan
    return Migrated(
        plan_id=plan.plan_id, mode=plan.mode, done=True, state="undone", source=plan.target, target=plan.source, sessions=plan.sessions,
        bytes=plan.bytes, notes=came.notes, continue_line=None, after=(), unchecked=0, command=None,
    )  # fmt: skip


def _continue_line(plan: Plan, roots: Sequence[Root], call: Call) -> str | None:
    """The line that continues the newest conversation of the target folder, where that is one of the plan's."""
    root = continued_in(plan, roots)
    return (resume_at(plan.target, root, ("--continue",), windows=call.windows) or None) if root else None
