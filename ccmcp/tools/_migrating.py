"""What the tools share that plan, apply and undo a migration: values of plans -> answers, and questions to the user."""

from collections.abc import Sequence

from ccmcp.config import Root
from ccmcp.migrate.applying import Came
from ccmcp.migrate.checking import check, continued_in
from ccmcp.migrate.plan import After, Plan
from ccmcp.resume import resume_at, resume_name
from ccmcp.tools import Call
from ccmcp.views.figures import counted_bytes
from ccmcp.views.migrated import CheckedSession, Migrated
from ccmcp.views.migration import ResumedThere
from ccmcp.views.words import counted

MOST_CHECKED = 10
"""So many sessions are named with the line that resumes them; all are looked at."""


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


def question(plan: Plan, verb: str) -> str:
    """What the user is asked before a plan is applied or undone."""
    what = {"copy": "Copy", "bundle": "Unpack"}.get(plan.mode, "Move")
    amount = f"{counted(plan.sessions, 'session')} ({counted_bytes(plan.bytes)})"
    if verb == "undo":
        return f"Take back plan {plan.plan_id}: {amount} go from {plan.target} back to {plan.source}?"
    serious = [each for each in plan.risks if each.severity in ("critical", "high")]
    # Clients show a few lines: the kinds of the risks fit where their words would not.
    told = ", ".join(f"{each.kind} ({each.severity})" for each in serious[:4])
    risks = f" To know before: {told}." if told else ""
    return f"{what} {amount} from {plan.source} to {plan.target}?{risks}"


def refused(plan: Plan, answer: str, command: str) -> Migrated:
    """The answer where the user did not say yes."""
    state = {"decline": "declined", "cancel": "cancelled"}.get(answer, "unable")
    return Migrated(
        plan_id=plan.plan_id, done=False, state=state, source=plan.source, target=plan.target, sessions=plan.sessions,
        bytes=plan.bytes, notes=(), continue_line=None, after=(), unchecked=0, command=command,
    )  # fmt: skip


def applied(roots: Sequence[Root], came: Came, call: Call) -> Migrated:
    """The answer after a plan was applied: its sessions looked at in their new places."""
    plan = came.plan
    checked = check(plan.after)
    wrong = [each for each in checked if each.problem]
    shown = [*wrong[:MOST_CHECKED], *(each for each in checked if not each.problem)][:MOST_CHECKED]
    notes = list(came.notes)
    if len(wrong) > MOST_CHECKED:
        notes.append(f"{len(wrong)} sessions can't be resumed in their new places yet.")
    if plan.running:
        notes.append(
            f"{counted(len(plan.running), 'session')} that ran when this was planned stayed: plan again when they have ended."
        )
    return Migrated(
        plan_id=plan.plan_id,
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
        plan_id=plan.plan_id, done=True, state="undone", source=plan.target, target=plan.source, sessions=plan.sessions,
        bytes=plan.bytes, notes=came.notes, continue_line=None, after=(), unchecked=0, command=None,
    )  # fmt: skip


def _continue_line(plan: Plan, roots: Sequence[Root], call: Call) -> str | None:
    """The line that continues the newest conversation of the target folder, where that is one of the plan's."""
    root = continued_in(plan, roots)
    return (resume_at(plan.target, root, ("--continue",), windows=call.windows) or None) if root else None
