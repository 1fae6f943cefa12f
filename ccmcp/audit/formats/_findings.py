"""Blocks about findings and coverage that both reports have."""

from collections.abc import Iterable, Iterator, Sequence

from ccmcp.audit.finding import MOST_SEVERE, STATES, Coverage, Finding, NoiseBudget, State, Suppression
from ccmcp.audit.formats._controls import CONTROLS, STATEMENT
from ccmcp.audit.formats._document import (
    BREAK,
    Block,
    Code,
    Column,
    Facts,
    Figure,
    Heading,
    Inline,
    Label,
    Paragraph,
    SignOff,
    Small,
    Strong,
    Table,
    Text,
    Tone,
)
from ccmcp.audit.formats._taxonomies import mapped
from ccmcp.audit.formats._words import (
    CONFIDENCE_WORDS,
    OUTCOME_WORDS,
    STATE_WORDS,
    clipped,
    counted,
    day,
    is_serious,
    one_line,
    share,
    short_session,
    size,
    span,
)
from ccmcp.audit.rule import Severity

_MOST_SHOWN = 25
"""Rows of what needs attention; the rest stands under its rule."""

_MOST_OF_A_RULE = 50

_STATE_TONES: dict[State, Tone] = {
    "done": "high",
    "attempted": "medium",
    "prevented": "good",
    "unknown": "plain",
}


def figures(findings: Sequence[Finding], noise: NoiseBudget) -> tuple[Figure, ...]:
    """The numbers of findings to begin with."""
    serious = [each for each in findings if is_serious(each)]
    by_severity = {
        severity: sum(each.severity == severity for each in serious) for severity in ("critical", "high")
    }
    open_ = sum(each.state != "prevented" for each in serious)
    shown = [
        Figure(
            f"{by_severity['critical']:,}", "critical", "critical" if by_severity["critical"] else "plain"
        ),
        Figure(f"{by_severity['high']:,}", "high", "high" if by_severity["high"] else "plain"),
        Figure(f"{open_:,}", "of them not prevented", "critical" if open_ else "good"),
        Figure(f"{sum(each.state == 'prevented' for each in findings):,}", "prevented"),
    ]
    if noise.bash_calls:
        shown.append(
            Figure(
                share(noise.share),
                f"of shell calls flagged (budget {share(noise.most_share)})",
                "plain" if noise.kept else "medium",
            )
        )
    return tuple(shown)  # fmt: skip


def attention(findings: Sequence[Finding]) -> Iterator[Block]:
    """What is high or critical and was not prevented, then what was."""
    serious = [each for each in findings if is_serious(each)]
    open_ = [each for each in serious if each.state != "prevented"]
    prevented = [each for each in serious if each.state == "prevented"]
    yield Heading("What needs attention")
    if open_:
        yield _listed(open_, "High and critical findings that were not prevented")
        yield from _rest(open_)
    else:
        yield Paragraph("No high or critical finding that was not prevented.", "good")
    if prevented:
        yield Heading("Prevented", 3)
        yield Paragraph(
            "The user, a rule, a hook or the client stopped these: the guards work, the attempts are worth a look."
        )
        yield _listed(prevented, "High and critical findings that were prevented")
        yield from _rest(prevented)


def _rest(findings: Sequence[Finding]) -> Iterator[Block]:
    if len(findings) > _MOST_SHOWN:
        yield Paragraph(f"And {len(findings) - _MOST_SHOWN:,} more, under their rules below.")


def _listed(findings: Sequence[Finding], caption: str) -> Table:
    return Table(
        (Column("Severity", 10), Column("What", 48), Column("Outcome", 18), Column("When and where", 24)),
        tuple(
            (
                Label(each.severity, each.severity),
                (Strong(_name(each)), BREAK, *_what(each)),
                _outcome(each),
                _where(each),
            )
            for each in findings[:_MOST_SHOWN]
        ),
        caption,
    )


def _name(finding: Finding) -> str:
    return f"{finding.rule} {finding.title}".strip()


def _what(finding: Finding) -> tuple[Inline, ...]:
    """What was done, how often, and what makes it more or less severe."""
    note = one_line(finding.note)
    facts = [note] if note else []
    facts += [f"{finding.times:,} times"] if finding.times > 1 else []
    facts += [CONFIDENCE_WORDS[finding.confidence]] if finding.confidence != "definite" else []
    more = (Small(f" ({'; '.join(facts)})"),) if facts else ()
    return (Code(finding.evidence or finding.target), *more)


def _outcome(finding: Finding) -> Text:
    """What came of it, and who or what let it pass: a subagent, a mode that asks less."""
    told: list[Inline] = [Label(OUTCOME_WORDS[finding.outcome], _STATE_TONES[finding.state])]
    if finding.permission_mode not in ("", "default"):
        told += [BREAK, Small(f"in {clipped(finding.permission_mode, 30)}")]
    if finding.agent:
        told += [BREAK, Small(f"by subagent {clipped(finding.agent, 30)}")]
    return tuple(told)


def _where(finding: Finding) -> Text:
    """When, whose project, and where to read on."""
    who = f"{clipped(finding.root, 40)}: " if finding.root else ""
    line = f", line {finding.line}" if finding.line else ""
    session = f"session {short_session(finding.session_id)}" if finding.session_id else ""
    told: list[Inline] = [
        span(finding.at, finding.last_at) or "no time",
        BREAK,
        Small(who),
        Code(_folder(finding.project)),
    ]
    return (*told, BREAK, Small(session + line))


def _folder(project: str) -> str:
    """The last two parts of a path, which is enough to know a project by."""
    parts = one_line(project).replace("\\", "/").rstrip("/").split("/")
    return "/".join(parts[-2:])


def matrix(findings: Sequence[Finding]) -> Table:
    """How many findings there are by severity and what came of them."""
    counted_ = [each for each in findings if each.suppression is None]

    def cell(severity: Severity, state: State) -> str:
        number = sum(each.severity == severity and each.state == state for each in counted_)
        return f"{number:,}" if number else "-"

    return Table(
        (Column("Severity", 20), *(Column(STATE_WORDS[state], number=True) for state in STATES), Column("all", number=True)),
        tuple(
            (Label(severity, severity), *(cell(severity, state) for state in STATES),
             Strong(f"{sum(each.severity == severity for each in counted_):,}"))
            for severity in MOST_SEVERE
        ),
        "Findings by severity and outcome",
    )  # fmt: skip


def by_rule(findings: Iterable[Finding]) -> Iterator[Block]:
    """All findings under their rules, the most severe first: what to do about each, and what would stop it."""
    rules: dict[str, list[Finding]] = {}
    for each in findings:
        if each.suppression is None:
            rules.setdefault(each.rule, []).append(each)
    for found in sorted(rules.values(), key=_rank):
        yield from _rule(found)


def _rank(found: Sequence[Finding]) -> tuple[int, int, str]:
    return min(MOST_SEVERE.index(each.severity) for each in found), -len(found), found[0].rule


def _rule(found: Sequence[Finding]) -> Iterator[Block]:
    first = found[0]
    worst = MOST_SEVERE[_rank(found)[0]]
    yield Heading((Label(worst, worst), f" {first.rule} {first.title} ", Small(f"({len(found):,})")), 3)
    facts: list[tuple[str, Text]] = [("What to do", first.advice)] if first.advice else []
    if first.permission_rule:
        facts.append(("Would be stopped by", ("deny rule ", Code(first.permission_rule))))
    if known := list(dict.fromkeys(mapped(first.mappings))):
        catalogues: dict[str, list[str]] = {}
        for where, id_ in known:
            catalogues.setdefault(where.name, []).append(id_)
        catalogues["SOC 2"] = list(first.mappings.soc2)
        ids = [f"{name} {', '.join(each)}" for name, each in catalogues.items() if each]
        facts.append(("See also", Small("; ".join(ids))))
    yield Facts(tuple(facts))
    yield Table(
        (Column("Severity", 10), Column("What", 48), Column("Outcome", 18), Column("When and where", 24)),
        tuple(
            (Label(each.severity, each.severity), _what(each), _outcome(each), _where(each)) for each in found[:_MOST_OF_A_RULE]
        ),
        f"Findings of {first.rule}",
    )  # fmt: skip
    if len(found) > _MOST_OF_A_RULE:
        yield Paragraph(f"And {len(found) - _MOST_OF_A_RULE:,} more; the JSON and CSV hold all of them.")


def suppressed(findings: Iterable[Finding], more: int = 0) -> Iterator[Block]:
    """What somebody decided to leave out of the counts, and why."""
    decided = [(each, each.suppression) for each in findings if each.suppression is not None]
    if not decided and not more:
        return
    yield Heading("Suppressed")
    yield Paragraph("Not in the counts, by decision:")
    if decided:
        yield Table(
            (Column("Severity", 10), Column("What", 46), Column("Why", 24), Column("Decided", 20)),
            tuple(
                (Label(each.severity, each.severity), (Strong(f"{each.rule} "), *_what(each)), why.reason, _decided(why))
                for each, why in decided
            ),
            "Suppressed findings",
        )  # fmt: skip
    if more:
        yield Paragraph(f"{counted(more, 'suppressed finding')} not listed here.")


def _decided(why: Suppression) -> str:
    who = f"by {why.author}" if why.author else "by nobody named"
    since = f", {day(why.since)}" if why.since else ""
    return f"{who}{since}; {f'until {day(why.until)}' if why.until else 'for good'}"


def covered(coverage: Coverage) -> Iterator[Block]:
    """How much of the history was looked at, and what was not."""
    yield Heading("Coverage")
    part = coverage.indexed_bytes / coverage.total_bytes if coverage.total_bytes else 1.0
    yield Facts((
        ("Transcripts", f"{counted(coverage.files, 'file')}, {size(coverage.bytes)}, {counted(coverage.lines, 'line')}"),
        ("Looked at", f"{share(part)} of {size(coverage.total_bytes)}" + (", and still reading" if coverage.reading else "")),
        ("Searched for secrets", size(coverage.secret_bytes)),
        ("Left out", f"{counted(coverage.damaged, 'damaged line')}, {counted(coverage.unknown, 'line')} of a kind not known"),
    ))  # fmt: skip
    if coverage.unseen:
        yield Paragraph(
            (f"{counted(len(coverage.unseen), 'place')} could not be looked at: ", *_each(coverage.unseen)),
            "medium",
        )


def _each(texts: Sequence[str]) -> Iterator[Inline]:
    for at, text in enumerate(texts[:20]):
        yield "; " if at else ""
        yield Code(text)
    if len(texts) > 20:
        yield f"; and {len(texts) - 20:,} more."


def supports(findings: Sequence[Finding]) -> Iterator[Block]:
    """What the report is evidence for."""
    yield Heading("What this supports")
    yield Paragraph(STATEMENT)
    yield Table(
        (Column("Framework", 20), Column("Control", 11), Column("About", 24), Column("Supported by", 33), Column("Findings", 12, number=True)),
        tuple(
            (each.framework, Strong(each.id), each.title, each.supports, _mapped(findings, each.id) if each.framework == "SOC 2" else "-")
            for each in CONTROLS
        ),
        "Controls that this report supports",
    )  # fmt: skip


def _mapped(findings: Sequence[Finding], criterion: str) -> str:
    return f"{sum(criterion in each.mappings.soc2 and each.suppression is None for each in findings):,}"


def signed() -> Iterator[Block]:
    """Where the reviewer signs."""
    yield Heading("Sign-off")
    yield SignOff(
        "I have looked at the findings above, and at what could not be looked at. What has to follow is noted here:",
        ("Reviewer", "Date", "Signature"),
    )
