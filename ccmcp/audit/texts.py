"""Texts -> the secrets in them, as findings: what comes after the indexing, as it takes longer. Pure."""

from collections.abc import Callable, Iterable
from typing import Any

from ccmcp.audit.engine import Found
from ccmcp.audit.rule import Rule
from ccmcp.audit.rules.texts.secrets import SecretSeen, Spot, candidate, in_call, in_prompt, in_result
from ccmcp.audit.watching import finding_row
from ccmcp.index.analysis import Observed, RootOf, Sight
from ccmcp.index.facts import FileFacts, utc
from ccmcp.redact import FoundSecret, clean, fingerprint, found, masked, may_hold
from ccmcp.transcripts.calls import target
from ccmcp.transcripts.content import ToolCall, ToolResult
from ccmcp.transcripts.entries import Entry
from ccmcp.transcripts.passages import Passage

RULES: tuple[Rule[SecretSeen], ...] = (in_result, in_prompt, in_call)
_WITH_PATHS = frozenset({"Read", "Edit", "MultiEdit", "Write", "NotebookEdit", "Grep", "Glob"})
"""Tools aimed at a path: a command or a request may hold further secrets, that have no shape of their own."""

_MOST_CALLS = 512
"""So many calls wait for their results: what a secret in a result was read from."""


class SecretsAnalysis:
    """One reading of one file, its texts looked through for secrets."""

    def __init__(
        self,
        looked_for: Callable[[str], Iterable[FoundSecret]] = found,
        rules: tuple[Rule[SecretSeen], ...] = RULES,
        *,
        every_line: bool = False,
    ) -> None:
        self.observed = Observed()
        self._looked_for, self._rules, self._every_line = looked_for, rules, every_line
        self._aims: dict[str, str] = {}
        """What calls without a result yet were aimed at."""

    def wants(self, line: bytes) -> bool:
        """Whether the line may hold a secret, or names what a later one is read from."""
        return self._every_line or b'"tool_use"' in line or may_hold(line)

    def see(self, entry: Entry, passage: Passage, tool: str, agent: str) -> None:
        """Look through a passage."""
        try:
            self._see(entry, passage, tool, agent)
        except Exception as error:  # noqa: BLE001 - a fault of the detector must not cost the index; it is counted
            at = utc(entry.timestamp)
            self.observed.sights.append(
                Sight(entry.offset, "fault", type(error).__name__, entry.id, "", at, agent)
            )

    def _see(self, entry: Entry, passage: Passage, tool: str, agent: str) -> None:
        match passage.block:
            case ToolCall() as call:
                aim = target(call)
                if len(self._aims) >= _MOST_CALLS:
                    self._aims.pop(next(iter(self._aims)))
                self._aims[call.id] = aim
                self._look((call.text,), SpotSeen("call", call.name, aim, call.id), entry, agent)
            case ToolResult() as result:
                aim = self._aims.pop(result.call_id, "")
                self._look(
                    (passage.text, passage.extra), SpotSeen("result", tool, aim, result.call_id), entry, agent
                )
            case _ if passage.role == "user":
                self._look((passage.text,), SpotSeen("prompt", "", "", ""), entry, agent)
            case _:
                self._look((passage.text,), SpotSeen("answer", "", "", ""), entry, agent)

    def _look(self, texts: Iterable[str], seen: "SpotSeen", entry: Entry, agent: str) -> None:
        told: dict[str, tuple[SecretSeen, str]] = {}
        for text in texts:
            for each in self._looked_for(text) if text else ():
                value = text[each.start : each.end]
                secret = SecretSeen(
                    each.kind, fingerprint(each.kind, value) or "unsalted", seen.spot, seen.tool, seen.aim
                )
                told.setdefault(
                    secret.name, (secret, f"{each.kind} {masked(each.kind, value)}, {len(value)} characters")
                )
        place = entry.id, seen.call_id, utc(entry.timestamp)
        for secret, shown in told.values():
            where = f" in {clean(seen.aim[:2000])[:200]}" if seen.aim and seen.tool in _WITH_PATHS else ""
            for rule in self._rules:
                for hit in rule.find(secret, None):
                    row = finding_row(entry, Found(rule, hit), place, seen.tool, agent, ())
                    self.observed.findings.append(row._replace(evidence=f"{shown}{where}"))


class SpotSeen:
    """Where a text stood: in a call, a result, a prompt, an answer; of which tool, aimed at what."""

    __slots__ = ("aim", "call_id", "spot", "tool")

    def __init__(self, spot: Spot, tool: str, aim: str, call_id: str) -> None:
        self.spot, self.tool, self.aim, self.call_id = spot, tool, aim, call_id


def secrets(facts: FileFacts, root_of: RootOf) -> SecretsAnalysis:
    """A reading for secrets."""
    _: Any = facts, root_of
    return SecretsAnalysis()


def candidates(facts: FileFacts, root_of: RootOf) -> SecretsAnalysis:
    """A reading for what only may be a secret."""
    _: Any = facts, root_of
    from ccmcp.redact.candidates import candidates as may_be  # noqa: PLC0415 - on demand only

    return SecretsAnalysis(may_be, (candidate,), every_line=True)
