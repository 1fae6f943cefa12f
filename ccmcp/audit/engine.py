"""A tool call -> what the rules say of it. Pure; imports only the rules that look at calls of its tool."""

from collections.abc import Iterable, Iterator

from ccmcp.audit import modules
from ccmcp.audit.accesses import accesses
from ccmcp.audit.call import Access, Call, Fetch, Line, Scene
from ccmcp.audit.fetches import fetches
from ccmcp.audit.rule import SEVERITIES, Confidence, Hit, Rule, Severity
from ccmcp.audit.shell.command import Command, Script
from ccmcp.audit.shell.script import read_script
from ccmcp.values import dataclass

TYPE_CHECKING = False  # typing's own takes 2 ms to import
if TYPE_CHECKING:
    from typing import Any

_FOLDERS = {
    Command: "commands",
    Script: "scripts",
    Access: "accesses",
    Fetch: "fetches",
    Call: "calls",
    Line: "powershell",
}


@dataclass(frozen=True, slots=True)
class Found:
    """What one rule found in a call."""

    rule: "Rule[Any]"
    hit: Hit
    subject: object = None
    """What it was found in: a Command, an Access, a Fetch ..."""

    @property
    def severity(self) -> Severity:
        """As the circumstances are."""
        return self.hit.severity or self.rule.severity

    @property
    def confidence(self) -> Confidence:
        """How sure the rule is."""
        return self.hit.confidence or self.rule.confidence


@dataclass(frozen=True, slots=True)
class Examined:
    """A call, looked at by every rule that may say something of it."""

    scene: Scene
    found: tuple[Found, ...]
    """The most severe first, each rule once a target."""


def examine(call: Call, *, roots: tuple[str, ...] = (), home: str = "") -> Examined:
    """What the rules say of a call. `roots` and `home` as in `Scene`; never raises, whatever the call holds."""
    script = read_script(call.text("command"), cwd=call.cwd) if call.tool in _SHELLS else None
    touched = tuple(accesses(call, script))
    asked = tuple(fetches(call, script))
    scene = Scene(call=call, roots=roots, home=home, script=script, accesses=touched, fetches=asked)
    found = list(_found(Call, [call], scene))
    if script is not None:
        programs = ("", *(command.name for command in script.commands))
        among = {rule.id: rule for program in programs for rule in modules.rules_for("scripts", program)}
        found += _told(among.values(), script, scene)
        for command in script.commands:
            found += _told(modules.rules_for("commands", command.name), command, scene)
    if call.tool == "PowerShell":
        found += _found(Line, [Line(text=call.text("command"))], scene)
    found += _found(Access, touched, scene)
    found += _found(Fetch, asked, scene)
    return Examined(scene, tuple(_once(found)))


_SHELLS = frozenset({"Bash", "Monitor"})


def _found(kind: "type[Any]", subjects: Iterable[object], scene: Scene) -> Iterator[Found]:
    for subject in subjects:
        yield from _told(rules_on(kind), subject, scene)


def _told(rules: "Iterable[Rule[Any]]", subject: object, scene: Scene) -> Iterator[Found]:
    for rule in rules:
        for hit in rule.find(subject, scene):
            yield Found(rule, hit, subject)


def _once(found: Iterable[Found]) -> list[Found]:
    """Each rule once a target, at its most severe; the most severe first."""
    kept: dict[tuple[str, str], Found] = {}
    for each in found:
        key = each.rule.id, each.hit.target
        if key not in kept or _rank(each) > _rank(kept[key]):
            kept[key] = each
    return sorted(kept.values(), key=_rank, reverse=True)


def _rank(found: Found) -> int:
    return SEVERITIES.index(found.severity)


def rules_on(kind: "type[Any]") -> "tuple[Rule[Any], ...]":
    """The rules that look at this kind of thing, by module and name."""
    return modules.rules_on(_FOLDERS[kind])


def all_rules() -> "tuple[Rule[Any], ...]":
    """Every rule on calls, by id."""
    return tuple(sorted((rule for kind in _FOLDERS for rule in rules_on(kind)), key=lambda rule: rule.id))
