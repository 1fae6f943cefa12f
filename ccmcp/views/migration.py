"""A plan of a migration as it is answered: what would be done, what to know before, for a model and in a terminal. Pure."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ccmcp.screen import Screen, Style, cut
from ccmcp.views.figures import counted_bytes
from ccmcp.views.hanging import facts, hanging
from ccmcp.views.planned import LeftBehind, PlannedAction, PlannedMigration, ResumedThere
from ccmcp.views.proposed import proposal_lines, proposals_shown
from ccmcp.views.words import counted, named

_MOST_SHOWN = 12
"""So many sessions, risks or projects are listed; of more, their number is enough."""

_MOST_TOLD = 25
"""So many a model reads of."""

_MOST_LINES = 8
"""So many lines of a screen tell what stays, and so many a model reads of it."""

_EXAMPLES = 3
"""So many of a group of things alike are named."""


# -- for a model --------------------------------------------------------------------


def text(result: PlannedMigration) -> str:
    """What a model reads."""
    return "\n".join(_lines(result))


def _lines(result: PlannedMigration) -> Iterator[str]:
    if result.plan_id is None:
        yield from proposal_lines(result)
        return
    yield f"Plan {result.plan_id}: {headline(result)}. Nothing is done yet."
    for risk in result.risks:
        yield f"[{risk.severity}] {risk.kind}: {named(risk.detail)} {named(risk.advice)}"
    if result.more_risks:
        yield f"... and {counted(result.more_risks, 'further risk')}."
    yield from _left_lines("Conflict", result.conflicts, result.more_conflicts)
    yield from _left_lines("Stays", result.left, result.more_left)
    for action in result.actions[:_MOST_TOLD]:
        yield f"- {_action(action)}"
    if more := len(result.actions[_MOST_TOLD:]) + result.more_actions:
        yield f"... and {counted(more, 'further action')}."
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
    amount = counted(result.sessions, "session") if result.sessions else counted(_files(result), "file")
    return f"{verb} {amount} ({counted_bytes(result.bytes)}) from {named(result.source or '')} to {named(result.target or '')}"


def _files(result: PlannedMigration) -> int:
    return sum(each.files for each in result.actions)


def _action(each: PlannedAction) -> str:
    what = each.what if each.session_id is None else f"{each.what} {each.session_id}"
    parts = [f"{each.do} {what}"]
    if each.title:
        parts.append(f"({named(each.title)[:80]})")
    if each.new_session_id:
        parts.append(f"as {each.new_session_id}")
    if each.what not in ("session", "prompt history"):
        parts.append(f"-> {named(each.target)}")
    if each.what in _SHARED:
        parts.append(f"({_entries(each)})")
    elif each.changes:
        parts.append(
            "with " + ", ".join(f"{number} x {name}" for name, number in sorted(each.changes.items()))
        )
    if each.detail:
        parts.append(f"({named(each.detail)})")
    return " ".join(parts)


_SHARED = {"prompt history": ("line", "lines"), "project settings": ("entry", "entries")}
"""Files that other projects have a part in -> what ours in them is called."""


def _entries(each: PlannedAction) -> str:
    number = sum(each.changes.values())
    one, several = _SHARED[each.what]
    return f"{number:,} {one if number == 1 else several}"


# -- what stays


@dataclass(slots=True)
class _Alike:
    """Things of one kind that stay for one reason."""

    every: list[LeftBehind]

    @property
    def first(self) -> LeftBehind:
        return self.every[0]

    def line(self, *, short: bool) -> str:
        """What they are, why they stay and what to do, in one line; `short`: ids by their start."""
        if len(self.every) == 1:
            what = self.first.what
            if self.first.session_id:
                what = f"{what} {_id(self.first, short=short)}"
            advice = self.first.advice or ""
            if self.first.path and self.first.path not in advice and self.first.what != "session":
                what = f"{what} ({named(self.first.path)})"
            return f"{what}: {named(self.first.why)}.{f' {named(advice)}' if advice else ''}"
        named_ = (_name(each, short=short or at > 0) for at, each in enumerate(self.every))
        names = list(dict.fromkeys(filter(None, named_)))
        told = ", ".join(names[:_EXAMPLES]) + (", ..." if len(names) > _EXAMPLES else "")
        line = f"{_several(len(self.every), self.first.what)}{f' ({told})' if told else ''}: {named(_general(self.first.why))}."
        advices = list(dict.fromkeys(filter(None, (each.advice for each in self.every))))
        if advices:
            line += f" {'For the first: ' if len(advices) > 1 else ''}{named(advices[0])}"
        return line


def _general(why: str) -> str:
    """A reason without what stands in brackets, which is of one thing alone: how it is known that a session runs."""
    return re.sub(r" \([^()]*\)", "", why)


def _id(each: LeftBehind, *, short: bool) -> str:
    return named((each.session_id or "")[: 8 if short else None])


def _name(each: LeftBehind, *, short: bool) -> str:
    if each.session_id and each.what == "session":
        return _id(each, short=short)
    path = each.path or ""
    return named((re.split(r"[/\\]", path.rstrip("/\\"))[-1] if short else path) or _id(each, short=short))


def _several(number: int, what: str) -> str:
    """`14 sessions`; `3 x memory` for what has no plural."""
    return counted(number, what) if what in _COUNTED else f"{number:,} x {what}"


_COUNTED = (
    "session",
    "subagent",
    "plan",
    "task list",
    "todo list",
    "file",
    "other file",
    "folder",
    "project folder",
)


def _folded(left: Sequence[LeftBehind]) -> list[_Alike]:
    """What is left behind: what is alike and stays for the same reason together, in the order of the first of each."""
    groups: dict[tuple[str, str], _Alike] = {}
    for each in left:
        groups.setdefault((each.what, _general(each.why)), _Alike([])).every.append(each)
    return list(groups.values())


def _left_lines(label: str, left: Sequence[LeftBehind], more: int) -> Iterator[str]:
    groups = _folded(left)
    for group in groups[:_MOST_LINES]:
        yield f"{label}: {group.line(short=False)}"
    more += sum(len(group.every) for group in groups[_MOST_LINES:])
    if more:
        yield f"{label}: ... and {more:,} more."


# -- for a person -------------------------------------------------------------------

SEVERITY_STYLES: Mapping[str, tuple[Style, ...]] = {
    "critical": ("bold", "red"), "high": ("red",), "medium": ("yellow",), "low": ("cyan",), "info": ("dim",),
}  # fmt: skip


def screen(result: PlannedMigration, screen: Screen) -> str:
    """What a person reads."""
    if result.plan_id is None:
        return "\n".join(proposals_shown(result, screen))
    parts = [
        [
            f"{screen.style('Plan ' + result.plan_id, 'bold')}  nothing is done yet",
            "",
            *_from_to(result, screen),
        ],
        _shown_actions(result, screen),
        _shown_risks(result, screen),
        _shown_left("In the way, so it stays", result.conflicts, result.more_conflicts, screen),
        _shown_left("Stays where it is", result.left, result.more_left, screen),
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
    amount = [counted(result.sessions, "session")] if result.sessions else []
    # Of many actions the last are not here, so their files are not known either.
    amount += [] if result.more_actions else [counted(_files(result), "file")]
    rows = [
        ("from", named(result.source or "")),
        ("to", named(result.target or "")),
        ("what", f"{', '.join([*amount, counted_bytes(result.bytes)])} · {verb.get(result.mode or '', 'moved')}"),
    ]  # fmt: skip
    if result.root:
        whole = (
            result.root
            if result.target_root in (None, "", result.root)
            else f"{result.root} to {result.target_root}"
        )
        rows.append(("root", named(whole)))
    return facts(rows, screen)


def _shown_actions(result: PlannedMigration, screen: Screen) -> list[str]:
    sessions = [each for each in result.actions if each.what == "session"]
    others: defaultdict[tuple[str, str], list[PlannedAction]] = defaultdict(list)
    for each in result.actions:
        if each.what != "session":
            others[each.do, each.what].append(each)
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
        rows_of_others = [(do, what, _amount(what, every)) for (do, what), every in others.items()]
        found += screen.table(rows_of_others).splitlines()
    if rows:
        found += screen.table(rows).splitlines()
    if result.more_actions and len(rows) == result.sessions:
        found.append(screen.style(f"… and {counted(result.more_actions, 'more thing')}", "dim"))
    elif (more := result.sessions - len(rows)) > 0:
        found.append(screen.style(f"… and {counted(more, 'more session')}", "dim"))
    if changes := _changes(sessions):
        whose = f"the lines of {len(sessions):,} of them" if result.more_actions else "their lines"
        found += hanging(f"replaced in {whose}: {changes}", "", 0, screen)
    return found


def _amount(what: str, every: Sequence[PlannedAction]) -> str:
    if len(every) == 1 and what in _SHARED:
        return " · ".join(filter(None, (_entries(every[0]), named(every[0].detail or ""))))
    files, size = sum(each.files for each in every), sum(each.bytes for each in every)
    detail = named(every[0].detail or "") if len(every) == 1 else ""
    return " · ".join(filter(None, (f"{counted(files, 'file')}, {counted_bytes(size)}", detail)))


def _changes(sessions: Sequence[PlannedAction]) -> str:
    """How many values of which field are replaced in all of these, the most first."""
    counts: Counter[str] = Counter()
    for each in sessions:
        counts.update(each.changes)
    return ", ".join(f"{number:,} {named(name)}" for name, number in counts.most_common())


def _shown_risks(result: PlannedMigration, screen: Screen) -> list[str]:
    found = [screen.style("To know before", "bold")] if result.risks else []
    for risk in result.risks[:_MOST_SHOWN]:
        label = screen.style(f"{risk.severity:8}", *SEVERITY_STYLES.get(risk.severity, ("dim",)))
        found += hanging(f"{risk.kind}: {risk.detail}", label, 9, screen)
        found += [screen.style(line, "dim") for line in hanging(risk.advice, "", 9, screen)]
    if more := len(result.risks[_MOST_SHOWN:]) + result.more_risks:
        found.append(_more(more, screen))
    return found


def _more(number: int, screen: Screen) -> str:
    return screen.style(f"… and {number:,} more; --json has all", "dim")


def _shown_left(title: str, left: Sequence[LeftBehind], more: int, screen: Screen) -> list[str]:
    if not left:
        return []
    groups = _folded(left)
    found, shown = [screen.style(title, "bold")], 0
    for group in groups:
        lines = hanging(group.line(short=True), "-", 2, screen)
        if shown and len(found) - 1 + len(lines) > _MOST_LINES:
            break
        found += lines
        shown += 1
    more += sum(len(group.every) for group in groups[shown:])
    return [*found, _more(more, screen)] if more else found


def _shown_after(result: PlannedMigration, screen: Screen) -> list[str]:
    lines = list(resume_lines(result.after[:3], screen))
    return [screen.style("Afterwards", "bold"), *lines] if lines else []


def resume_lines(after: Sequence[ResumedThere], screen: Screen) -> Iterator[str]:
    """The lines that resume sessions, each below its title."""
    for each in after:
        if each.resume:
            yield screen.style(cut(named(each.title or "(no title)"), screen.width), "dim")
            yield each.resume
