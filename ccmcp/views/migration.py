"""A plan of a migration as it is answered: what would be done, what to know before, for a model and in a terminal. Pure."""

import shlex
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ccmcp.screen import Screen, Style, columns, cut
from ccmcp.views.figures import counted_bytes, wrapped
from ccmcp.views.words import counted, named

_MOST_SHOWN = 12
"""So many sessions are listed; of more, their number is enough."""


@dataclass(frozen=True, kw_only=True)
class PlannedAction:
    """One thing that would be done."""

    do: str
    """move, copy, mark (only the line that says where it belongs is added), rewrite, add, edit or make."""

    what: str
    """session, memory, prompt history, project settings, plan, file history, task list, todo list, other file."""

    source: str | None
    target: str
    session_id: str | None
    new_session_id: str | None
    """The id that a copy gets."""

    title: str | None
    files: int
    bytes: int
    changes: Mapping[str, int]
    """How many values of which field are replaced."""

    detail: str | None


@dataclass(frozen=True, kw_only=True)
class PlannedRisk:
    """Something to know before it is done."""

    kind: str
    severity: str
    """critical, high, medium, low or info."""

    detail: str
    advice: str


@dataclass(frozen=True, kw_only=True)
class LeftBehind:
    """Something that is not taken along, or that stands in the way, and why."""

    what: str
    path: str | None
    session_id: str | None
    why: str
    advice: str | None


@dataclass(frozen=True, kw_only=True)
class ResumedThere:
    """How a session is resumed when it is in its new place."""

    session_id: str
    title: str | None
    cwd: str
    resume: str | None
    """One line to paste; none when it can't be written in one."""


@dataclass(frozen=True, kw_only=True)
class Proposed:
    """A project whose folder is gone, and where it may have gone."""

    source: str
    target: str | None
    """None where nothing tells."""

    sessions: int
    last_at: str | None
    score: float
    """From 0 to 1: how much speaks for it."""

    reasons: tuple[str, ...]
    sure: bool
    """Whether it was planned without asking, had it been the only one."""


@dataclass(frozen=True, kw_only=True)
class PlannedMigration:
    """A plan, or proposals where it is not clear what to plan. Nothing is done yet."""

    plan_id: str | None
    """What apply_migration takes; none where there are only proposals."""

    mode: str | None
    """move, rename, merge, copy or bundle."""

    source: str | None
    target: str | None
    root: str | None
    """The root the sessions are in, by its label; several with commas."""

    target_root: str | None
    actions: tuple[PlannedAction, ...]
    """Sessions last. Of very many not all are answered: more_actions."""

    more_actions: int
    """So many further actions stand in the plan and not here."""

    risks: tuple[PlannedRisk, ...]
    more_risks: int
    conflicts: tuple[LeftBehind, ...]
    """What is in the way at the target: it is never overwritten, and what wants its place stays where it is."""

    more_conflicts: int
    left: tuple[LeftBehind, ...]
    more_left: int
    sessions: int
    """So many go."""

    bytes: int
    """Of all files that are moved or made."""

    after: tuple[ResumedThere, ...]
    """How the newest of them are resumed when it is done."""

    proposals: tuple[Proposed, ...]
    more_proposals: int
    """So many further projects without their folder."""

    command: str | None
    """The command that does it, to paste into a terminal; none where there is no plan."""


# -- for a model --------------------------------------------------------------------


def text(result: PlannedMigration) -> str:
    """What a model reads."""
    return "\n".join(_lines(result))


def _lines(result: PlannedMigration) -> Iterator[str]:
    if result.plan_id is None:
        yield from _proposal_lines(result)
        return
    yield f"Plan {result.plan_id}: {headline(result)}. Nothing is done yet."
    for risk in result.risks:
        yield f"[{risk.severity}] {risk.kind}: {named(risk.detail)} {named(risk.advice)}"
    for each in result.conflicts:
        yield f"Conflict: {_left(each)}"
    for line in _folded(result.left):
        yield f"Stays: {line}"
    for action in result.actions:
        yield f"- {_action(action)}"
    if result.more_actions:
        yield f"... and {counted(result.more_actions, 'further action')}."
    if result.after:
        yield f"Afterwards: {'; '.join(each.resume or each.session_id for each in result.after[:3])}"
    yield (
        f'To do it: apply_migration {{"plan_id": "{result.plan_id}"}} (the user is asked), or the user runs: {result.command}'
    )


def headline(result: PlannedMigration) -> str:
    """What the plan does, in a few words."""
    verb = {"copy": "copy", "bundle": "unpack", "rename": "rename in place:", "merge": "merge"}.get(
        result.mode or "", "move"
    )
    files = sum(each.files for each in result.actions)
    amount = counted(result.sessions, "session") if result.sessions else counted(files, "file")
    return f"{verb} {amount} ({counted_bytes(result.bytes)}) from {named(result.source or '')} to {named(result.target or '')}"


def _action(each: PlannedAction) -> str:
    what = each.what if each.session_id is None else f"{each.what} {each.session_id}"
    parts = [f"{each.do} {what}"]
    if each.title:
        parts.append(f"({named(each.title)[:80]})")
    if each.new_session_id:
        parts.append(f"as {each.new_session_id}")
    if each.what not in ("session", "prompt history"):
        parts.append(f"-> {named(each.target)}")
    if each.changes:
        parts.append(
            "with " + ", ".join(f"{number} x {name}" for name, number in sorted(each.changes.items()))
        )
    if each.detail:
        parts.append(f"({each.detail})")
    return " ".join(parts)


def _left(each: LeftBehind) -> str:
    what = each.what if each.session_id is None else f"{each.what} {each.session_id}"
    at = f" ({named(each.path)})" if each.path else ""
    return f"{what}{at}: {each.why}.{f' {each.advice}' if each.advice else ''}"


def _folded(left: Sequence[LeftBehind]) -> Iterator[str]:
    """What is left behind, with the same reason told once."""
    alike = Counter((each.what, each.why) for each in left if each.session_id is None)
    told: set[tuple[str, str]] = set()
    for each in left:
        key = each.what, each.why
        if alike[key] <= 1 or each.session_id is not None:
            yield _left(each)
        elif key not in told:
            told.add(key)
            yield _left(replace(each, what=f"{alike[key]} x {each.what}", path=f"{each.path}, ..."))


def _proposal_lines(result: PlannedMigration) -> Iterator[str]:
    if not result.proposals:
        yield "Every project with sessions is where it was: there is nothing to bring along."
        yield 'To move sessions to another folder, name both: {"source": "/old/folder", "target": "/new/folder"}.'
        return
    yield "No plan yet: these projects' folders are gone. Ask the user which one is meant, then plan with source and target."
    for each in result.proposals:
        went = (
            f" -> {named(each.target)} ({each.score:.0%})" if each.target else ": nothing tells where it went"
        )
        why = f": {'; '.join(map(named, each.reasons))}" if each.reasons else ""
        yield f"- {named(each.source)} ({counted(each.sessions, 'session')}, last {(each.last_at or 'unknown')[:10]}){went}{why}"


# -- for a person -------------------------------------------------------------------

SEVERITY_STYLES: Mapping[str, tuple[Style, ...]] = {
    "critical": ("bold", "red"), "high": ("red",), "medium": ("yellow",), "low": ("cyan",), "info": ("dim",),
}  # fmt: skip


def screen(result: PlannedMigration, screen: Screen) -> str:
    """What a person reads."""
    if result.plan_id is None:
        return "\n".join(_proposals_shown(result, screen))
    parts = [
        [
            f"{screen.style('Plan ' + result.plan_id, 'bold')}  nothing is done yet",
            "",
            *_from_to(result, screen),
        ],
        _shown_actions(result, screen),
        _shown_risks(result, screen),
        _shown_left("In the way, so it stays", result.conflicts, screen),
        _shown_left("Stays where it is", result.left, screen),
        _shown_after(result, screen),
        [f"To do it:  {screen.style(result.command or '', 'bold')}"],
    ]
    return "\n\n".join("\n".join(part) for part in parts if part)


def _from_to(result: PlannedMigration, screen: Screen) -> list[str]:
    verb = {
        "rename": "renamed in place",
        "merge": "joins the sessions there",
        "copy": "copied",
        "bundle": "unpacked",
    }
    files = sum(each.files for each in result.actions)
    amount = f"{counted(result.sessions, 'session')}, {counted(files, 'file')}"
    rows = [
        (screen.style("from", "dim"), named(result.source or "")),
        (screen.style("to", "dim"), named(result.target or "")),
        (screen.style("what", "dim"), f"{amount}, {counted_bytes(result.bytes)} · {verb.get(result.mode or '', 'moved')}"),
    ]  # fmt: skip
    if result.root:
        whole = (
            result.root
            if result.target_root in (None, "", result.root)
            else f"{result.root} to {result.target_root}"
        )
        rows.append((screen.style("root", "dim"), whole))
    return screen.table(rows).splitlines()


def _shown_actions(result: PlannedMigration, screen: Screen) -> list[str]:
    sessions = [each for each in result.actions if each.what == "session"]
    others = [each for each in result.actions if each.what != "session"]
    rows = [
        (
            each.do,
            each.session_id[:8] if each.session_id else "",
            counted_bytes(each.bytes),
            named(each.title or "(no title)"),
        )
        for each in sessions[:_MOST_SHOWN]
    ]
    found = [screen.style("What would be done", "bold")]
    if others:
        found += screen.table([(each.do, each.what, _amount(each)) for each in others]).splitlines()
    if rows:
        found += screen.table(rows).splitlines()
    more = len(sessions) - len(rows) + result.more_actions
    if more > 0:
        found.append(screen.style(f"… and {counted(more, 'more session')}", "dim"))
    if changes := _changes(sessions):
        found += _hanging(f"replaced in their lines: {changes}", "", 0, screen)
    return found


def _amount(each: PlannedAction) -> str:
    counts = ", ".join(
        counted(number, "line" if name == "project" else "entry") for name, number in each.changes.items()
    )
    return " · ".join(
        filter(None, (counts or f"{counted(each.files, 'file')}, {counted_bytes(each.bytes)}", each.detail))
    )


def _changes(sessions: Sequence[PlannedAction]) -> str:
    """How many values of which field are replaced in all of these, the most first."""
    counts: Counter[str] = Counter()
    for each in sessions:
        counts.update(each.changes)
    return ", ".join(f"{number:,} {name}" for name, number in counts.most_common())


def _shown_risks(result: PlannedMigration, screen: Screen) -> list[str]:
    found = [screen.style("To know before", "bold")] if result.risks else []
    for risk in result.risks:
        label = screen.style(f"{risk.severity:8}", *SEVERITY_STYLES.get(risk.severity, ("dim",)))
        found += _hanging(f"{risk.kind}: {risk.detail}", label, 9, screen)
        found += [screen.style(line, "dim") for line in _hanging(risk.advice, "", 9, screen)]
    return found


def _shown_left(title: str, left: Sequence[LeftBehind], screen: Screen) -> list[str]:
    found = [screen.style(title, "bold")] if left else []
    for line in _folded(left):
        found += _hanging(line, "-", 2, screen)
    return found


def _shown_after(result: PlannedMigration, screen: Screen) -> list[str]:
    lines = list(resume_lines(result.after[:3], screen))
    return [screen.style("Afterwards", "bold"), *lines] if lines else []


def resume_lines(after: Sequence[ResumedThere], screen: Screen) -> Iterator[str]:
    """The lines that resume sessions, each below its title."""
    for each in after:
        if each.resume:
            yield screen.style(cut(named(each.title or "(no title)"), screen.width), "dim")
            yield each.resume


def _hanging(words: str, label: str, indent: int, screen: Screen) -> list[str]:
    """Words in lines of the screen's width, after a label of so many columns on the first."""
    head = label + " " * (indent - columns(label))
    lines = wrapped(words, max(screen.width - indent, 30))
    return [(" " * indent if at else head) + line for at, line in enumerate(lines)]


def _proposals_shown(result: PlannedMigration, screen: Screen) -> Iterator[str]:
    if not result.proposals:
        yield "Every project with sessions is where it was: there is nothing to bring along."
        yield screen.style("To move sessions to another folder, name both: ccmcp migrate plan OLD NEW", "dim")
        return
    found = [each for each in result.proposals if each.target]
    lost = [each for each in result.proposals if not each.target]
    if found:
        yield screen.style("These projects' folders are gone, and may be here now", "bold")
    for each in found:
        yield ""
        yield _project(each, screen)
        yield f"  {named(each.target or '')} ({each.score:.0%}{', sure' if each.sure else ''})"
        for reason in each.reasons:
            yield from (screen.style(line, "dim") for line in _hanging(reason, "", 4, screen))
        yield f"  ccmcp migrate plan {shlex.quote(each.source)} {shlex.quote(each.target or '')}"
    if lost:
        yield from ("",) if found else ()
        yield screen.style("Nothing tells where these went", "bold")
        for each in lost:
            yield _project(each, screen)
            for reason in each.reasons:
                yield from (screen.style(line, "dim") for line in _hanging(reason, "", 2, screen))
        yield ""
        yield "If you know where one is now:  ccmcp migrate plan OLD NEW"


def _project(each: Proposed, screen: Screen) -> str:
    last = screen.ago(each.last_at)
    told = counted(each.sessions, "session") + (f", last {last}" if last else "")
    return f"{named(each.source)}  {screen.style(told, 'dim')}"
