"""What became of a migration, as it is answered: applied, undone, recovered, or not done and why. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ccmcp.screen import Screen, columns
from ccmcp.views.figures import counted_bytes
from ccmcp.views.hanging import facts, hanging
from ccmcp.views.migration import resume_lines
from ccmcp.views.planned import ResumedThere
from ccmcp.views.words import counted, named

_MOST_SHOWN = 3
"""So many sessions are shown with the line that resumes them, and so many ids of those with a problem."""


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

    mode: str
    """move, rename, merge, copy or bundle: what was planned."""

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
    if not result.done:
        why = _NOT_DONE.get(result.state, _NOT_DONE["unable"])[1]
        yield f"Not done: {why}. Everything is as it was."
        yield f"If the user wants it, give them this command to paste into a terminal: {result.command}"
        return
    yield _headline(result)
    yield from result.notes
    if result.continue_line:
        yield f"Continue the newest: {result.continue_line}"
    for each in filter(_in_order, result.after):
        title = f" ({named(each.title)[:80]})" if each.title else ""
        yield f"- {each.session_id}{title}: {each.resume or 'no line to paste'}"
    for problem in _problems(result.after, short=False):
        yield f"- NOT in order: {problem}"
    if result.unchecked:
        yield f"... and {counted(result.unchecked, 'further session')}; list_sessions names them."
    if result.command:
        yield f"To take it back: {result.command}"


def _headline(result: Migrated) -> str:
    amount = f"{_amount(result)} ({counted_bytes(result.bytes)})" if result.sessions else _amount(result)
    between = f"from {named(result.source)} to {named(result.target)}"
    if result.state != "undone":
        return f"Done: {amount} {between}."
    if result.mode in _MADE:
        return f"Undone. Removed again: {amount} in {named(result.source)}."
    return f"Undone. Back again: {amount} {between}."


_MADE = {"copy": ("copy", "copies"), "bundle": ("unpacked session", "unpacked sessions")}
"""Modes that make sessions instead of moving them -> what they make."""


def _amount(result: Migrated) -> str:
    """`6 sessions`, `6 copies` that are removed again; only the bytes where it is no session but memory or plans."""
    if not result.sessions:
        return counted_bytes(result.bytes)
    if result.state == "undone" and result.mode in _MADE:
        return f"{result.sessions:,} {_MADE[result.mode][result.sessions != 1]}"
    return counted(result.sessions, "session")


def _in_order(each: CheckedSession) -> bool:
    return each.checked


def _problems(after: Sequence[CheckedSession], *, short: bool) -> Iterator[str]:
    """What is wrong with sessions that are not in order: those with the same problem in one line."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for each in after:
        if not each.checked:
            groups[named(each.problem or "unknown")].append(named(each.session_id[: 8 if short else None]))
    for problem, ids in groups.items():
        told = ", ".join(ids[:_MOST_SHOWN]) + (", ..." if len(ids) > _MOST_SHOWN else "")
        yield f"{told}: {problem}" if len(ids) == 1 else f"{counted(len(ids), 'session')} ({told}): {problem}"


_NOT_DONE = {
    "declined": ("you said no", "the user declined"),
    "cancelled": ("the question was not answered", "nobody answered the question"),
    "unable": (
        "there was no terminal to ask on (--yes says it beforehand)",
        "this client can't ask its user",
    ),
}
"""States in which nothing was done -> why, for a person at a terminal and for a model."""


def refusal(result: Migrated) -> str:
    """Why nothing was done, for a person; empty where it was done."""
    if result.done:
        return ""
    return f"nothing was done: {_NOT_DONE.get(result.state, _NOT_DONE['unable'])[0]}"


def screen(result: Migrated, screen: Screen) -> str:
    """What a person reads. Where it was not done, `refusal` says why."""
    if not result.done:
        return f"To do it:  {screen.style(result.command or '', 'bold')}"
    parts = [
        [_done(result, screen), "", *_where(result, screen)],
        [line for note in result.notes for line in hanging(named(note), "", 0, screen)],
        [screen.style("Go on where you left off", "bold"), result.continue_line]
        if result.continue_line
        else [],
        _sessions(result, screen),
        _wrong(result, screen),
    ]
    if result.command:
        parts.append([f"To take it back:  {screen.style(result.command, 'bold')}"])
    return "\n\n".join("\n".join(part) for part in parts if part)


def _done(result: Migrated, screen: Screen) -> str:
    undone = result.state == "undone"
    head = "Done" if not undone else "Removed again" if result.mode in _MADE else "Taken back"
    size = f", {counted_bytes(result.bytes)}" if result.sessions else ""
    return f"{screen.style(head, 'bold', 'green')}  {_amount(result)}{size}"


def _where(result: Migrated, screen: Screen) -> list[str]:
    if result.state == "undone" and result.mode in _MADE:
        return facts([("in", named(result.source))], screen)
    return facts([("from", named(result.source)), ("to", named(result.target))], screen)


def _sessions(result: Migrated, screen: Screen) -> list[str]:
    """Those in order with the lines that resume them, and how many there are besides."""
    fine = [each for each in result.after if each.checked]
    shown = [each for each in fine if each.resume][:_MOST_SHOWN]
    found = []
    if shown:
        of_all = "it" if result.sessions == 1 else "one of them"
        head = f"Or with {of_all}" if result.continue_line else f"Go on with {of_all}"
        found += [screen.style(head, "bold"), *resume_lines(shown, screen)]
    if more := result.unchecked + len(fine) - len(shown):
        found.append(screen.style(f"… and {counted(more, 'more session')}: ccmcp list", "dim"))
    return found


def _wrong(result: Migrated, screen: Screen) -> list[str]:
    """What is wrong with those that are not in order."""
    lines = [
        line for problem in _problems(result.after, short=True) for line in hanging(problem, "-", 2, screen)
    ]
    return [screen.style("Not in order", "bold", "yellow"), *lines] if lines else []


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
    found: list[str] = []
    for each in result.recovered:
        found += hanging(f"{each.plan_id}  {_came_to(each)}", "", 0, screen)
        found += (screen.style(line, "dim") for line in from_to(each.source, each.target, screen))
    return "\n".join(found)


def from_to(source: str, target: str, screen: Screen) -> list[str]:
    """Two folders, an arrow between them, indented: on one line where it takes both, else each on its own."""
    source, target = named(source), f"→ {named(target)}"
    if columns(source) + columns(target) + 3 <= screen.width:
        return [f"  {source} {target}"]
    return [*hanging(source, "  ", 2, screen), *hanging(target, "  ", 2, screen)]


def _came_to(each: OneRecovered) -> str:
    if each.undo:
        return "undone to the end" if each.came_to == "new" else "undoing taken back: it is applied as before"
    return (
        "done to the end: everything is as planned"
        if each.came_to == "new"
        else "taken back: everything is as it was"
    )
