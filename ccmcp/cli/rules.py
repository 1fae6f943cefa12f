"""`ccmcp rules`: what the audit looks for."""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ccmcp.cli.classify import STYLES
from ccmcp.cli.command import REPORTS, Command, Invocation
from ccmcp.errors import BadArgumentError, did_you_mean
from ccmcp.screen import Screen

if TYPE_CHECKING:
    from ccmcp.audit.rule import Category, Confidence, Mappings, Rule, Severity

_CATALOGUES = {
    "attack": "MITRE ATT&CK",
    "atlas": "MITRE ATLAS",
    "owasp": "OWASP",
    "soc2": "SOC 2",
    "auto_mode": "Claude Code's auto mode",
}


@dataclass(frozen=True, kw_only=True)
class Rules:
    """Which rule."""

    rule: str = ""
    """A rule's id, for all there is to know of it; `secrets` for the kinds of secrets that are found in texts; without one, all rules."""


@dataclass(frozen=True, kw_only=True)
class RuleLine:
    """A rule in a line."""

    id: str
    title: str
    severity: "Severity"
    confidence: "Confidence"
    category: "Category"
    version: int
    mappings: "Mappings"


@dataclass(frozen=True, kw_only=True)
class RuleList:
    """Every rule, by id."""

    rules: tuple[RuleLine, ...]


@dataclass(frozen=True, kw_only=True)
class RuleDocument(RuleLine):
    """All there is to know of a rule."""

    description: str
    matches: str
    false_positives: str
    advice: str
    permission: str
    """The permission rule of Claude Code's settings that would stop it; empty when none can."""

    bad: tuple[str, ...]
    """Examples of what it finds; `  # high` at the end names the severity."""

    fine: tuple[str, ...]
    """Examples of what it leaves alone, or takes for low."""


@dataclass(frozen=True, kw_only=True)
class SecretKind:
    """A provider's secrets."""

    provider: str
    kinds: tuple[str, ...]
    """As they are called where they are replaced: [redacted:KIND ...]."""

    form: str
    """How they look, in words."""

    source: str
    """Who says so."""


@dataclass(frozen=True, kw_only=True)
class SecretKinds:
    """The kinds of secrets that are known by their form."""

    secrets: tuple[SecretKind, ...]


def _run(asked: Rules, _invocation: Invocation) -> RuleList | RuleDocument | SecretKinds:
    if asked.rule == "secrets":
        return _secrets()
    from ccmcp.audit.catalogue import every_rule  # noqa: PLC0415 - all rules, which help does without

    by_id = {each.id: each for each in sorted(every_rule(), key=lambda each: each.id)}
    lines = {each.id: _facts(each) for each in by_id.values()}
    if not asked.rule:
        return RuleList(rules=tuple(RuleLine(**facts) for facts in lines.values()))
    id_ = asked.rule.upper()
    if id_ not in by_id:
        raise BadArgumentError("RULE", asked.rule, did_you_mean(id_, [*by_id, "secrets"]))
    found = by_id[id_]
    description, bad, fine = _examples(found.find.__doc__ or "")
    return RuleDocument(
        **lines[id_],
        description=description,
        matches=found.matches,
        false_positives=found.false_positives,
        advice=found.advice,
        permission=found.permission,
        bad=bad,
        fine=fine,
    )


def _facts(rule: "Rule[Any]") -> dict[str, Any]:
    return {
        name: getattr(rule, name)
        for name in ("id", "title", "severity", "confidence", "category", "version", "mappings")
    }


def _examples(docstring: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """A docstring's text, and the lines of its Bad: and Fine: blocks; one that begins with ... goes on with the line before."""
    parts: dict[str, list[str]] = {"": [], "Bad:": [], "Fine:": []}
    at = ""
    for line in textwrap.dedent(docstring).splitlines():
        if line.strip() in parts and line.strip():
            at = line.strip()
        elif at and line.strip() and not line.startswith(" "):
            at = ""
            parts[""].append(line)
        elif at and line.strip():
            parts[at].append(line[4:] if line.startswith("    ") else line.strip())
        elif not at:
            parts[""].append(line)
    return " ".join(" ".join(parts[""]).split()), tuple(parts["Bad:"]), tuple(parts["Fine:"])


def _secrets() -> SecretKinds:
    from ccmcp.redact.providers import DEFINITE  # noqa: PLC0415 - only this answer needs it

    return SecretKinds(
        secrets=tuple(
            SecretKind(provider=each.name, kinds=each.kinds, form=each.shape, source=each.source)
            for each in DEFINITE
        )
    )


def _screen(result: RuleList | RuleDocument | SecretKinds, screen: Screen) -> str:
    match result:
        case RuleList():
            rows = [_row(each, screen) for each in result.rules]
            return f"{screen.table(rows)}\n\n`ccmcp rules RULE` tells all about one."
        case SecretKinds():
            return screen.table(
                [(each.provider, ", ".join(each.kinds), each.form) for each in result.secrets]
            )
        case RuleDocument():
            return _document(result, screen)


def _row(rule: RuleLine, screen: Screen) -> tuple[str, ...]:
    severity = screen.style(rule.severity, *STYLES.get(rule.severity, ()))
    return rule.id, severity, rule.category, rule.title


def _document(rule: RuleDocument, screen: Screen) -> str:
    width = min(screen.width, 100)
    severity = screen.style(rule.severity, *STYLES.get(rule.severity, ()))
    lines = [
        f"{screen.style(f'{rule.id}  {rule.title}', 'bold')}",
        f"{severity}, {rule.confidence}, {rule.category}; version {rule.version}",
        "",
        *textwrap.wrap(rule.description, width),
    ]
    told = {
        "Looks for": rule.matches,
        "False positives": rule.false_positives,
        "Advice": rule.advice,
        "Permission rule": rule.permission,
        "Mappings": "; ".join(f"{name} {', '.join(ids)}" for name, ids in _mapped(rule.mappings).items()),
    }
    for name, text in told.items():
        if text:
            wrapped = textwrap.wrap(
                text, width, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False
            )
            lines += ["", screen.style(name, "bold"), *wrapped]
    for name, examples in (("Found", rule.bad), ("Fine", rule.fine)):
        if examples:
            lines += ["", screen.style(name, "bold"), *(f"  {line}" for line in examples)]
    return "\n".join(lines)


def _mapped(mappings: "Mappings") -> Mapping[str, tuple[str, ...]]:
    found = {title: getattr(mappings, name) for name, title in _CATALOGUES.items()}
    return {title: ids for title, ids in found.items() if ids}


COMMAND = Command(
    name="rules",
    description=(
        "What the audit looks for: every rule with its severity, or all about one of them: what it finds and leaves alone, "
        "where it is known to be wrong, what to do, and where it stands in MITRE ATT&CK, ATLAS, OWASP and SOC 2."
    ),
    group=REPORTS,
    parameters=Rules,
    run=_run,
    screen=_screen,
    positional=("rule",),
    examples=("ccmcp rules", "ccmcp rules GIT-001", "ccmcp rules secrets"),
)
