"""Findings of an audit as they are answered: what is said of each, for a model and in a terminal. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ccmcp.screen import Screen, Style, cut
from ccmcp.views.figures import wrapped
from ccmcp.views.words import (
    Covered,
    clipped,
    counted,
    empty_note,
    one_line,
    short_entry,
    shortened,
    unseen_notes,
)

_ENOUGH = 100
"""Of fewer shell calls a share says nothing."""

MOST = 100
"""So many findings can be asked for at once."""


@dataclass(frozen=True, kw_only=True)
class AuditFinding:
    """Something risky that was done, tried or prevented."""

    rule: str
    title: str
    severity: str
    """critical, high, medium, low or info."""

    confidence: str
    """definite, probable or signal."""

    category: str
    session_id: str
    reference: str | None
    """LABEL:ID, where several roots have the id: then this is what the session is asked for by."""

    project: str
    at: str | None
    last_at: str | None
    """When it was done last, where it was done several times."""

    times: int
    sessions: int
    """In so many sessions of its project; the one that is named shows it best."""

    entry_id: str | None
    """The entry to read; none where no single one shows it."""

    tool: str | None
    evidence: str
    """The command, path or text, redacted."""

    target: str | None
    """What it was done to."""

    note: str | None
    """Why it is more or less severe than usual."""

    outcome: str
    """ok, error, interrupted, rejected, denied, pending or unknown."""

    state: str
    """done, attempted (it failed or was interrupted), prevented (the user or a rule refused it) or unknown."""

    agent: str | None
    """The kind or id of the subagent that did it; none for the main conversation."""

    permission_mode: str | None
    """default, acceptEdits, bypassPermissions ...; none where the transcript does not say."""

    fingerprint: str
    """The same for the same thing done again: what a suppression names."""

    advice: str
    permission_rule: str | None
    """The rule of Claude Code's settings that would have stopped it."""

    related: tuple[str, ...]
    """Further entries of the session to read."""

    new: bool | None
    """Whether it is not in the baseline; none without one."""

    suppressed: str | None
    """The reason it was suppressed for, where suppressed findings were asked for."""

    @property
    def session(self) -> str:
        """What its session is asked for by."""
        return self.reference or self.session_id


@dataclass(frozen=True, kw_only=True)
class AuditCovered(Covered):
    """How much of the history was looked at, and for secrets."""

    secret_bytes: int
    """Bytes of transcripts that were searched for secrets so far, of indexed_bytes' kind."""

    transcript_bytes: int
    """Bytes of transcripts there are to search."""

    faults: int
    """Calls that a rule could not be asked about: a fault of ccmcp's own."""


@dataclass(frozen=True, kw_only=True)
class Noise:
    """How much attention the findings ask for."""

    bash_calls: int
    flagged: int
    """Those with a finding that is high or critical."""

    share: float
    budget: float
    """The share that they are to stay within."""


@dataclass(frozen=True, kw_only=True)
class FoundRisks:
    """What was risky in a span of time."""

    since: str | None
    until: str | None
    timezone: str
    findings: tuple[AuditFinding, ...]
    """The most severe first; of those what was done, then what was only tried, then what was prevented; the latest first."""

    counts: Mapping[str, Mapping[str, int]]
    """By severity, state, outcome, rule and category: every finding of the filters, of any severity."""

    sessions: int
    """In how many sessions there are any, of any severity."""

    total: int
    """How many there are of the severity asked for."""

    suppressed: int
    """How many of them are suppressed, and not shown."""

    folded: int
    """How many are left out because their rule has found much the same many times in their project."""

    noise: Noise
    next_cursor: str | None
    hint: str | None
    coverage: AuditCovered


# -- for a model


def text(result: FoundRisks) -> str:
    """What a model reads."""
    lines = [_head(result)]
    if result.coverage.nothing_in:
        return "\n".join([*lines, empty_note(result.coverage.nothing_in)])
    lines += _tally(result)
    told: dict[str, str] = {}
    for each in result.findings:
        lines += ["", *_block(each, told)]
    lines += ["", *_closing(result, "min_severity=info shows all", "cursor=")]
    if result.findings:
        lines.append("Read on: read_session with a session id and around=[entry id].")
    return "\n".join(lines)


def _head(result: FoundRisks) -> str:
    since, until = ((at or "")[:16].replace("T", " ") for at in (result.since, result.until))
    span = f"{since} to {until or 'now'}" if since else f"up to {until}" if until else "all of the history"
    return f"Audit: {span} ({one_line(result.timezone)})"


def _tally(result: FoundRisks) -> Iterator[str]:
    severities = result.counts.get("severity", {})
    states = result.counts.get("state", {})
    found = ", ".join(f"{count:,} {severity}" for severity, count in severities.items() if count)
    came = ", ".join(f"{count:,} {state}" for state, count in states.items() if count)
    if not found:
        yield "Found nothing."
        return
    where = f", in {counted(result.sessions, 'session')}" if result.sessions else ""
    yield f"Found, repetitions included{where}: {found}{f' ({came})' if came else ''}."


def _block(finding: AuditFinding, told: dict[str, str]) -> Iterator[str]:
    times = _often(finding)
    yield f"[{finding.severity}] {finding.rule} {finding.title} · {finding.state}{_came(finding)}{times}"
    yield f"   {clipped(one_line(finding.evidence), 300)}"
    if finding.note:
        yield f"   Note: {one_line(finding.note)}"
    circumstances = ", ".join(_circumstances(finding))
    entry = f" [{short_entry(finding.entry_id)}]" if finding.entry_id else ""
    yield f"   {(finding.at or 'unknown time')[:16].replace('T', ' ')} · {one_line(finding.project)} · {one_line(finding.session)}{entry} · {circumstances}"
    if finding.related:
        yield f"   See also: {', '.join(short_entry(each) for each in finding.related[:5])}"
    if finding.suppressed:
        yield f"   Suppressed: {one_line(finding.suppressed)}"
    if told.get(finding.rule) == finding.advice:
        yield f"   {finding.fingerprint} · advice as above"
        return
    told[finding.rule] = finding.advice
    stop = f" Would have been stopped by {finding.permission_rule}" if finding.permission_rule else ""
    yield f"   {finding.fingerprint} · Do: {finding.advice}{stop}"


def _often(finding: AuditFinding) -> str:
    times = f" x{finding.times:,}" if finding.times > 1 else ""
    return f"{times} in {finding.sessions:,} sessions" if finding.sessions > 1 else times


def _came(finding: AuditFinding) -> str:
    return "" if finding.outcome in ("ok", finding.state) else f" ({finding.outcome})"


def _circumstances(finding: AuditFinding) -> Iterator[str]:
    yield finding.confidence
    yield f"subagent {one_line(finding.agent)}" if finding.agent else "main"
    if finding.permission_mode:
        yield f"mode {one_line(finding.permission_mode)}"
    if finding.new is not None:
        yield "new" if finding.new else "in the baseline"


def _closing(result: FoundRisks, lower: str, cursor: str) -> Iterator[str]:
    shown = len(result.findings)
    if not shown:
        yield "Nothing of this severity was found."
    severities = result.counts.get("severity", {})
    hidden = sum(severities.values())
    if not result.total and hidden and not result.suppressed:
        yield f"{counted(hidden, 'finding')} in all, known or of less severity: {lower}."
    if result.next_cursor:
        yield f"{counted(result.total - shown, 'further finding')}: {cursor}{result.next_cursor}"
    if result.folded:
        yield f"{counted(result.folded, 'finding')} much like these, of the same rules and projects, left out."
    if result.suppressed:
        yield f"{counted(result.suppressed, 'finding')} suppressed."
    noise = result.noise
    if shown and noise.bash_calls >= _ENOUGH and noise.share > noise.budget:
        yield (
            f"High and critical findings stand on {100 * noise.share:.1f} % of the shell calls, over the budget of "
            f"{100 * noise.budget:.0f} %: look at the rules that find most, and suppress what is wanted."
        )
    if result.hint:
        yield result.hint
    yield from _coverage(result.coverage)


def _coverage(coverage: AuditCovered) -> Iterator[str]:
    if coverage.reading:
        share = 100 * coverage.indexed_bytes // max(coverage.total_bytes, 1)
        yield f"The history is still being read: {share} % of it is in this so far, the newest first."
    if coverage.secret_bytes < coverage.transcript_bytes:
        share = 100 * coverage.secret_bytes // max(coverage.transcript_bytes, 1)
        yield f"Searched for secrets so far: {share} % of the transcripts, the newest first."
    if coverage.faults:
        yield f"{counted(coverage.faults, 'call')} could not be put to every rule (a fault of ccmcp)."
    yield from unseen_notes(coverage.unseen)


# -- for a person

_COLOURS: dict[str, tuple[Style, ...]] = {
    "critical": ("bold", "red"), "high": ("red",), "medium": ("yellow",), "low": ("cyan",), "info": ("dim",),
}  # fmt: skip
_INDENT = " " * 10


def on_screen(result: FoundRisks, screen: Screen) -> str:
    """What a person reads."""
    lines = [screen.style(_head(result), "bold")]
    if result.coverage.nothing_in:
        return "\n".join([*lines, empty_note(result.coverage.nothing_in)])
    lines += _tally(result)
    told: set[str] = set()
    for each in result.findings:
        lines += ["", *_shown(each, told, screen)]
    notes = list(_closing(result, "--min-severity info shows all", "--cursor "))
    if notes:
        lines.append("")
    lines += [screen.style(line, "dim") for note in notes for line in wrapped(note, max(screen.width, 40))]
    return "\n".join(lines)


def _shown(finding: AuditFinding, told: set[str], screen: Screen) -> Iterator[str]:
    times = _often(finding)
    severity = screen.style(f"{finding.severity:<8}", *_COLOURS.get(finding.severity, ()))
    head = cut(f"{finding.rule} {finding.title}{times}", max(screen.width - 24, 20))
    yield f"{severity}  {screen.style(head, 'bold')}  {screen.style(finding.state, *_state_style(finding))}{_came(finding)}"
    room = max(screen.width - len(_INDENT), 30)
    evidence = list(wrapped(clipped(one_line(finding.evidence), 4 * room), room))
    yield from (_INDENT + screen.style(line, "cyan") for line in evidence[:3])
    if finding.note:
        yield _INDENT + cut(one_line(finding.note), room)
    folder = one_line(finding.project).replace("\\", "/").rstrip("/").rpartition("/")[2]
    entry = f" [{short_entry(finding.entry_id)}]" if finding.entry_id else ""
    parts = [screen.ago(finding.at), folder, shortened(finding.session, finding.session_id) + entry]
    parts += [each for each in _circumstances(finding) if each != "main"]
    yield _INDENT + screen.style(cut(" · ".join(filter(None, parts)), room), "dim")
    if finding.suppressed:
        yield _INDENT + screen.style(cut(f"suppressed: {one_line(finding.suppressed)}", room), "dim")
    if finding.rule not in told:
        told.add(finding.rule)
        yield from (_INDENT + line for line in wrapped(finding.advice, room))
        if finding.permission_rule:
            yield (
                _INDENT + screen.style("stopped by ", "dim") + screen.style(finding.permission_rule, "green")
            )
    yield _INDENT + screen.style(finding.fingerprint, "dim")


def _state_style(finding: AuditFinding) -> Sequence[Style]:
    styles: dict[str, Sequence[Style]] = {"done": ("red",), "prevented": ("green",)}
    return styles.get(finding.state, ("yellow",)) if finding.severity in ("critical", "high") else ("dim",)
