"""What became of a migration, as it is answered: applied, undone, recovered, or not done and why. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from ccmcp.screen import Screen
from ccmcp.views.figures import counted_bytes
from ccmcp.views.migration import ResumedThere, resume_lines
from ccmcp.views.words import counted, named

_MOST_SHOWN = 3
"""So many sessions are shown with the line that resumes them."""


@dataclass(frozen=True, kw_only=True)
class CheckedSession(ResumedThere):
    """A session in its new place, looked at after the migration."""

    checked: bool
    """Whether Claude Code finds it there: its transcript is in the project folder of a folder that is there, and its lines say so."""

    problem: str | None
    """What stands in the way; none when it was found in order."""


@dataclass(frozen=True, kw_only=True)
class Migrated:
    """What became of a plan."""

    plan_id: str
    done: bool
    """Whether it was done (or undone); else everything is as it was."""

    state: str
    """applied, undone, or not done: declined, cancelled, unable (the client can't ask its user)."""

    source: str
    target: str
    sessions: int
    bytes: int
    notes: tuple[str, ...]
    """What is different from what was planned, or from how it was before: each a sentence."""

    continue_line: str | None
    """The line that continues the newest conversation in the target folder; none where it isn't surely one of these."""

    after: tuple[CheckedSession, ...]
    """The sessions in their new places, the newest first, some of them."""

    unchecked: int
    """So many further sessions were moved; they were checked too where `notes` says nothing else."""

    command: str | None
    """The command to paste where it was not done; after it was done, the one that takes it back."""


def text(result: Migrated) -> str:
    """What a model reads."""
    return "\n".join(_lines(result))


def _lines(result: Migrated) -> Iterator[str]:
    between = f"from {named(result.source)} to {named(result.target)}"
    if not result.done:
        why = {
            "declined": "the user declined", "cancelled": "nobody answered the question",
            "unable": "this client can't ask its user",
        }[result.state]  # fmt: skip
        yield f"Not done: {why}. Everything is as it was."
        yield f"If the user wants it, give them this command to paste into a terminal: {result.command}"
        return
    amount = f"{counted(result.sessions, 'session')} ({counted_bytes(result.bytes)})"
    verb = "Undone: back again" if result.state == "undone" else "Done"
    yield f"{verb}: {amount} {between}." if result.state != "undone" else f"{verb}: {amount}, {between}."
    yield from result.notes
    if result.continue_line:
        yield f"Continue the newest: {result.continue_line}"
    for each in result.after:
        title = f" ({named(each.title)[:80]})" if each.title else ""
        state = "" if each.checked else f" - NOT in order: {each.problem}"
        yield f"- {each.session_id}{title}: {each.resume or 'no line to paste'}{state}"
    if result.unchecked:
        yield f"... and {counted(result.unchecked, 'further session')}; list_sessions names them."
    if result.command:
        yield f"To take it back: {result.command}"


def screen(result: Migrated, screen: Screen) -> str:
    """What a person reads."""
    if not result.done:
        return f"Nothing was done. {screen.style(result.command or '', 'bold')} does it."
    amount = f"{counted(result.sessions, 'session')}, {counted_bytes(result.bytes)}"
    head = "Taken back" if result.state == "undone" else "Done"
    found = [f"{screen.style(head, 'bold', 'green')}  {amount}", ""]
    found.append(
        screen.table(
            [
                (screen.style("from", "dim"), named(result.source)),
                (screen.style("to", "dim"), named(result.target)),
            ]
        )
    )
    found += ["", *result.notes] if result.notes else []
    if result.continue_line:
        found += ["", screen.style("Go on where you left off", "bold"), result.continue_line]
    if lines := list(resume_lines(result.after[:_MOST_SHOWN], screen)):
        found += ["", screen.style("Or with one of them", "bold"), *lines]
    for each in result.after:
        if not each.checked:
            found.append(screen.style(f"{each.session_id[:8]}: {each.problem}", "yellow"))
    if more := result.unchecked + max(0, len(result.after) - _MOST_SHOWN):
        found.append(screen.style(f"… and {counted(more, 'more session')}: ccmcp list", "dim"))
    if result.command and result.state != "undone":
        found += ["", f"To take it back:  {screen.style(result.command, 'bold')}"]
    return "\n".join(found)


@dataclass(frozen=True, kw_only=True)
class OneRecovered:
    """A migration that was interrupted."""

    plan_id: str
    undo: bool
    """Whether it was taking it back that was interrupted."""

    came_to: str
    """old: everything is as it was before that began. new: it was done to the end."""

    source: str
    target: str


@dataclass(frozen=True, kw_only=True)
class Recovered:
    """What was brought to an end."""

    recovered: tuple[OneRecovered, ...]


def recovered_screen(result: Recovered, screen: Screen) -> str:
    """What a person reads."""
    if not result.recovered:
        return "No migration was interrupted: there is nothing to recover."
    rows = [
        (each.plan_id, _came_to(each), screen.style(f"{named(each.source)} → {named(each.target)}", "dim"))
        for each in result.recovered
    ]
    return screen.table(rows)


def _came_to(each: OneRecovered) -> str:
    if each.undo:
        return "undone to the end" if each.came_to == "new" else "undoing taken back: it is applied as before"
    return (
        "done to the end: everything is as planned"
        if each.came_to == "new"
        else "taken back: everything is as it was"
    )
