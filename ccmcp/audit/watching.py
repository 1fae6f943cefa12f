"""What rides along with the reading of transcripts: calls and texts -> findings and sights, as the index keeps them. Pure."""

from collections.abc import Iterator
from hashlib import blake2b

from ccmcp.audit.call import Access, Call, Fetch, Line, home_of
from ccmcp.audit.engine import Examined, Found, examine
from ccmcp.audit.rule import SEVERITIES
from ccmcp.audit.shell.command import Command
from ccmcp.audit.strangers import heard
from ccmcp.audit.untrusted import Origin, UntrustedText, origin_of, origin_of_file, origin_of_tool, sends
from ccmcp.index.analysis import FindingRow, Observed, RootOf, Sight
from ccmcp.index.facts import FileFacts, utc
from ccmcp.redact import clean
from ccmcp.transcripts.content import ToolCall, ToolResult, leaves
from ccmcp.transcripts.entries import Attachment, Entry, User, object_of, text_of
from ccmcp.transcripts.passages import Passage

TARGET_LENGTH, EVIDENCE_LENGTH, NOTE_LENGTH = 300, 500, 200
CONFIDENCES = ("signal", "probable", "definite")

SIGHTS = ("host", "sends to", "mcp", "mcp sends", "run", "wrote script", "untrusted", "fault")
"""
A host that was asked; one that data went to; an MCP server that was called; what one was given to write or send; a file
that was run; a script that was written and would be found dangerous (its rule and severity in the note); a URL, command,
path ... in a stranger's text with signs of an injection ("near" in the note: beside one); a call that a rule could not be
asked about.
"""


class CallsAnalysis:
    """One reading of one file, its tool calls put to the rules."""

    def __init__(self, facts: FileFacts, root_of: RootOf) -> None:
        self.observed = Observed()
        self._facts = facts
        self._root_of = root_of
        self._told: set[tuple[str, str]] = set()
        self._origins: dict[str, Origin] = {}
        """Of the calls whose results a stranger may have written."""
        self._written: dict[str, None] = {}
        """The files that the agent wrote."""

    def wants(self, line: bytes) -> bool:
        """Whether the line holds a tool call, a result, or what tools there are."""
        return (
            b'"tool_use"' in line or b'"tool_result"' in line or any(kind in line for kind in _DESCRIPTIONS)
        )

    def see(self, entry: Entry, passage: Passage, tool: str, agent: str) -> None:
        """Put a tool call, or what a stranger wrote, to the rules."""
        block = passage.block
        name = block.name if type(block) is ToolCall else tool
        place = (entry.id, passage.call_id, utc(entry.timestamp))
        try:
            if type(block) is ToolCall:
                self._examine(entry, block, agent, place)
            elif type(block) is ToolResult:
                if origin := self._origin(entry, block, tool):
                    self._hear(entry, UntrustedText(block.text, origin), tool, agent, place)
            elif isinstance(entry, Attachment) and entry.kind.encode() in _DESCRIPTIONS:
                text = UntrustedText(leaves(entry.attachment), Origin(entry.kind, describes=True))
                self._hear(entry, text, "", agent, place)
        except Exception as error:  # noqa: BLE001 - a rule at fault must not cost the index; it is counted
            self.observed.sights.append(
                Sight(entry.offset, "fault", type(error).__name__, *place, agent, clean(name)[:40])
            )

    def _examine(self, entry: Entry, block: ToolCall, agent: str, place: tuple[str, str, str]) -> None:
        cwd = entry.cwd or self._facts.last_cwd
        first = self._facts.first_cwd or cwd
        roots = (self._root_of(first), *self._facts.added) if first else tuple(self._facts.added)
        call = Call(tool=block.name, input=block.input if isinstance(block.input, dict) else {}, cwd=cwd)
        examined = examine(call, roots=roots, home=home_of(first))
        hidden = tuple(found.hit.hidden for found in examined.found if found.hit.hidden)
        self.observed.findings += (
            finding_row(entry, found, place, block.name, agent, roots, hidden=hidden)
            for found in examined.found
            if found.severity != "info" or self._is_first(found)
        )
        self.observed.sights += (
            Sight(entry.offset, kind, clean(value[: 4 * TARGET_LENGTH])[:TARGET_LENGTH], *place, agent, note)
            for kind, value, note in dict.fromkeys(_sights(block.name, examined))
        )
        if origin := origin_of(examined, self._written):
            self._origins[block.id] = origin
        self._written |= {access.path: None for access in examined.scene.accesses if access.how == "write"}

    def _is_first(self, found: Found) -> bool:
        """Whether this reading has not met it before, by folder: what is no more than information is told once a file."""
        target = found.hit.target
        folder = target.rpartition("/")[0] if target[:1] in ("/", "~") or target[1:2] == ":" else target
        if (key := (found.rule.id, folder)) in self._told:
            return False
        self._told.add(key)
        return True

    def _origin(self, entry: Entry, block: ToolResult, tool: str) -> Origin | None:
        """The stranger who may have written a result; as far as can be told when its call was read another time."""
        if known := self._origins.pop(block.call_id, None):
            return known
        if tool == "Read" and isinstance(entry, User) and isinstance(kept := entry.tool_use_result, dict):
            path = text_of(object_of(kept, "file"), "filePath")
            return None if path in self._written else origin_of_file(path)
        return origin_of_tool(tool)

    def _hear(
        self, entry: Entry, text: UntrustedText, tool: str, agent: str, place: tuple[str, str, str]
    ) -> None:
        told = heard(text)
        if told is None:
            return
        self.observed.findings += (finding_row(entry, found, place, tool, agent, ()) for found in told.found)
        note = " ".join(found.rule.id for found in told.found)
        self.observed.sights += (
            Sight(
                entry.offset,
                "untrusted",
                clean(value)[:TARGET_LENGTH],
                *place,
                agent,
                f"{note}{' near' * near}",
            )
            for value, near in told.strings
        )


_DESCRIPTIONS = (b"mcp_instructions_delta", b"deferred_tools_delta", b"invoked_skills", b"skill_listing")
"""Attachments in which the client tells the model what tools and skills there are."""


def calls(facts: FileFacts, root_of: RootOf) -> CallsAnalysis:
    """A reading by the rules on calls."""
    return CallsAnalysis(facts, root_of)


def finding_row(
    entry: Entry,
    found: Found,
    place: tuple[str, str, str],
    tool: str,
    agent: str,
    roots: tuple[str, ...] = (),
    *,
    hidden: tuple[str, ...] = (),
) -> FindingRow:
    """A finding as the index keeps it, without what is `hidden`: secrets that have no shape of their own."""
    entry_id, call_id, at = place
    target = _shown(found.hit.target, TARGET_LENGTH, hidden)
    return FindingRow(
        offset=entry.offset,
        line=entry.number,
        rule=found.rule.id,
        level=SEVERITIES.index(found.severity),
        confidence=CONFIDENCES.index(found.confidence),
        entry_id=entry_id,
        call_id=call_id,
        at=at,
        tool=clean(tool)[:100],
        agent=agent,
        target=target,
        evidence=_shown(evidence_of(found), EVIDENCE_LENGTH, hidden),
        note=_shown(found.hit.note, NOTE_LENGTH, hidden),
        fingerprint=fingerprint(found.rule.id, relative(target, roots)),
    )


def _shown(text: str, length: int, hidden: tuple[str, ...]) -> str:
    """The start of a text without secrets. Cut when it is clean: a secret that a cut goes through is none that `clean` knows."""
    for secret in hidden:
        text = text.replace(secret, "[REDACTED:password]")
    start = text[: 4 * length]
    # The word that was cut goes first: it may be half a secret.
    return clean(start if start == text else start.rpartition(" ")[0] or start[:length])[:length]


def fingerprint(rule: str, target: str) -> str:
    """16 hexadecimal digits for a rule and what it was about: stable from one reading to the next, and from one machine to another."""
    text = f"{rule}\n{target}".encode("utf-8", "replace")
    return blake2b(text, digest_size=8).hexdigest()


def relative(target: str, roots: tuple[str, ...]) -> str:
    """A path in the project as seen from its root, so that a project that was moved has the same findings; all else as it is."""
    for root in roots:
        if root and target.startswith(f"{root}/"):
            return target[len(root) + 1 :]
    return target


def evidence_of(found: Found) -> str:
    """The part of the transcript that shows a finding."""
    match found.subject:
        case Command(text=text) if text:
            return text
        case Access(path=path, command=command):
            return command.text if command and command.text else path
        case Fetch(url=url, command=command):
            return command.text if command and command.text else url
        case Line(text=text):
            return text
        case Call() as call:
            return next(
                (call.text(key) for key in ("command", "query", "sql", "url", "file_path") if call.text(key)),
                call.tool,
            )
        case other:
            text = getattr(other, "text", "")
            return text if isinstance(text, str) else ""


def _sights(tool: str, examined: Examined) -> Iterator[tuple[str, str, str]]:
    """What was seen in a call: kind, value, note."""
    if tool.startswith("mcp__"):
        yield "mcp", tool.split("__")[1], ""
        if sends(tool):
            yield "mcp sends", leaves(examined.scene.call.input), tool.split("__")[1]
    for fetch in examined.scene.fetches:
        if fetch.host:
            yield "sends to" if fetch.sends else "host", fetch.host, ""
    for access in examined.scene.accesses:
        if access.how == "run":
            yield "run", access.path, ""
        elif access.how == "write" and access.content and _is_script(access):
            told = examine(Call(tool="Bash", input={"command": access.content}, cwd=examined.scene.call.cwd))
            hidden = tuple(found.hit.hidden for found in told.found if found.hit.hidden)
            for found in told.found:
                if SEVERITIES.index(found.severity) >= SEVERITIES.index("high"):
                    yield (
                        "wrote script",
                        access.path,
                        f"{found.rule.id} {found.severity} {_shown(found.hit.target, 100, hidden)}",
                    )


def _is_script(access: Access) -> bool:
    return access.path.endswith((".sh", ".bash", ".zsh")) or access.content.startswith(
        ("#!/bin/", "#!/usr/bin/env bash", "#!/usr/bin/env sh")
    )
