"""Every rule there is, with all that is said of it: what reports name and `ccmcp rules` shows."""

from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from typing import Any

from ccmcp.audit.engine import all_rules
from ccmcp.audit.finding import RuleDescription, described
from ccmcp.audit.modules import rules_in
from ccmcp.audit.rule import Rule
from ccmcp.audit.rules.texts.secrets import SecretSeen
from ccmcp.audit.ruleset import READERS
from ccmcp.redact.shapes import NAMED, SET, SHAPES

_OTHERS = ("sessions", "texts", "records")
"""The folders of rules that look at more than a call: sessions, texts that hold secrets, what is recorded of transcripts."""


def every_rule() -> Iterator[Rule[Any]]:
    """Every rule, whatever it looks at."""
    yield from all_rules()
    for folder in _OTHERS:
        yield from rules_in(folder)


@cache
def rules() -> dict[str, RuleDescription]:
    """What is said of every rule, by id."""
    found = {rule.id: described(rule) for rule in every_rule()}
    return {id_: found[id_] for id_ in sorted(found)}


def digests() -> dict[str, str]:
    """What `ruleset` is to say: CALLS, SECRETS and SESSIONS, 12 hexadecimal digits each."""
    told: dict[str, list[str]] = {"CALLS": [f"readers {READERS}"], "SECRETS": [], "SESSIONS": []}
    told["SECRETS"] += (f"{shape.kind} {shape.pattern}" for shape in (*SHAPES, *NAMED, *SET))
    secret = {rule.id for rule in rules_in("texts") if rule.on is SecretSeen}
    for rule in every_rule():
        folder = rule.find.__module__.split(".")[3]
        name = {"sessions": "SESSIONS", "records": ""}.get(
            folder, "SECRETS" if rule.id in secret else "CALLS"
        )
        if name:
            told[name].append(f"{rule.id} {rule.version}")
    return {name: sha256("\n".join(sorted(each)).encode()).hexdigest()[:12] for name, each in told.items()}


def unknown_rule(id_: str) -> RuleDescription:
    """What is said of a rule that another version of ccmcp knew."""
    return RuleDescription(
        id=id_, version=0, title="A rule of another version", severity="info", confidence="signal", category="operations",
        matches="", false_positives="", advice="Have ccmcp look again: it does so when it next reads the history.",
    )  # fmt: skip
