"""
Entries -> facts of one file: what the catalogue keeps of it. Pure.

Facts are gathered entry by entry and kept as JSON, so that appended entries go on
from where the last ones ended.
"""

from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b

import orjson

from ccmcp.redact import clean
from ccmcp.transcripts.entries import (
    AiTitle,
    Assistant,
    ContinuedIn,
    CustomTitle,
    Damaged,
    Entry,
    Json,
    LastPrompt,
    Relocated,
    State,
    System,
    Unknown,
    User,
    object_of,
    text_of,
)
from ccmcp.transcripts.passages import Passage, is_prompt

MOST_DAMAGE = 20
"""So many damaged lines are named one by one; the others are counted."""

TITLE_LENGTH = 200
MOST_TITLES = 100

_CLEARS = ("/clear", "/reset", "/new")
"""The command that begins a new session, by its names: its line is the first of the new one."""


@dataclass(slots=True)
class FileFacts:
    """Facts of one file, all of them plain JSON."""

    first_at: str = ""
    last_at: str = ""
    first_cwd: str = ""
    first_cwd_at: int = -1
    """The offset of the line that named it."""
    last_cwd: str = ""
    last_offset: int = 0
    """The offset of the last entry seen."""
    relocated: str = ""
    branch: str = ""
    branches: list[str] = field(default_factory=list)
    models: list[str] = field(default_factory=list)
    permission_modes: list[str] = field(default_factory=list)
    mode: str = ""
    """The last of them."""
    added: list[str] = field(default_factory=list)
    """Folders added to the session with /add-dir, as typed."""
    slugs: list[str] = field(default_factory=list)
    version: str = ""
    entrypoint: str = ""
    entrypoint_at: int = -1
    """The offset of the first line that named it."""
    inner_session: str = ""
    """The sessionId of its first line that has one."""
    parent_session: str = ""
    """The session whose account this one's goes on from: a fork's (--fork-session), told by its copied lines."""
    parent_at: int = -1
    """The offset of the first line that told it."""
    continued_in: str = ""
    custom_title: str = ""
    inherited_title: str = ""
    """The user's title of the session before, which /clear handed on to this one."""
    ai_title: str = ""
    titles: list[str] = field(default_factory=list)
    """Every title it has had: those that lost are what somebody may remember it by."""
    first_prompt: str = ""
    last_prompt: str = ""
    asked: str = ""
    """A digest of all prompts, one after the other: sessions that were asked the same share it."""
    turns: int = 0
    messages: int = 0
    """Lines of user and assistant."""
    tool_calls: int = 0
    compactions: int = 0
    compacted_at: int = -1
    """The offset of the last compaction's boundary; -1 without one."""
    duration_ms: int = 0
    """The sum of the turns' durations, where the client wrote them (2.1.197 and later, not -p)."""
    sidechain_entries: int = 0
    """Entries of subagents inside the main file (up to 2.0.14)."""
    damaged_lines: list[tuple[int, str]] = field(default_factory=list)
    unknown_types: dict[str, int] = field(default_factory=dict)
    agent_type: str = ""
    agent_description: str = ""
    agent_call: str = ""
    """The tool call that started the subagent."""
    agent_parent: str = ""
    agents: dict[str, str] = field(default_factory=dict)
    """The kinds of the subagents that its calls started, by the subagent's id."""
    agent_calls: dict[str, str] = field(default_factory=dict)
    """The kinds that calls without a result yet asked for, by the call's id."""
    cost_state: dict[str, list[float]] = field(default_factory=dict)
    """What the client's last own account says of the whole session, by model: `COST_STATE` (2.1.260 and later)."""
    own_calls: list[str] = field(default_factory=list)
    """Calls of ccmcp itself that have no result yet, by id."""

    @classmethod
    def from_json(cls, data: bytes) -> "FileFacts":
        """What `to_json` made."""
        return cls(**{key: value for key, value in orjson.loads(data).items() if key in _NAMES})

    def to_json(self) -> bytes:
        """Without what is empty or at its default."""
        values = ((name, getattr(self, name)) for name in _NAMES)
        return orjson.dumps({name: value for name, value in values if value or name in _PLACES})

    def see(self, entry: Entry) -> None:
        """Take in what an entry says of its session. Entries may come in two readings, each in order."""
        get = entry.record.get
        at = get("timestamp")
        if isinstance(at, str) and at and not self.first_at <= at <= self.last_at:
            self._see_time(at)
        cwd, branch, version = get("cwd"), get("gitBranch"), get("version")
        last = entry.offset >= self.last_offset
        if last:
            self.last_offset = entry.offset
        if isinstance(cwd, str) and cwd:
            self._see_cwd(cwd, entry.offset, last=last)
        if isinstance(branch, str) and branch and branch != "HEAD":
            if branch != self.branch:
                branch = name(branch)
                _add(self.branches, branch)
            if last or not self.branch:
                self.branch = branch
        if isinstance(version, str) and version != self.version and version and (last or not self.version):
            self.version = name(version)
        self.see_session(entry)
        match entry:
            case Assistant():
                self._see_answer(entry)
            case User():
                self.messages += 1
                self._see_mode(entry.permission_mode)
                _add(self.slugs, text_of(entry.record, "slug"))
                self.sidechain_entries += entry.sidechain
            case System():
                self._see_system(entry)
            case _:
                self._see_metadata(entry)

    def see_session(self, entry: Entry) -> None:
        """Take in which session an entry names, if no line before it named one."""
        if not self.inner_session:
            self.inner_session = entry.session_id

    def _see_answer(self, entry: Assistant) -> None:
        self.messages += 1
        if entry.model not in self.models and entry.model != "<synthetic>":
            _add(self.models, name(entry.model))
        offset = entry.offset
        if not 0 <= self.entrypoint_at <= offset and entry.entrypoint:
            self.entrypoint, self.entrypoint_at = name(entry.entrypoint), offset
        if not 0 <= self.parent_at <= offset and "forkedFrom" not in entry.record:
            made_by = entry.request_session_id
            if made_by not in ("", entry.session_id):
                self.parent_session, self.parent_at = made_by, offset
        self.sidechain_entries += entry.sidechain

    def _see_cwd(self, cwd: str, offset: int, *, last: bool) -> None:
        if self.first_cwd_at < 0 or offset < self.first_cwd_at:
            self.first_cwd, self.first_cwd_at = cwd, offset
        if last:
            self.last_cwd = cwd

    def _see_time(self, at: str) -> None:
        if moment := utc(at):
            self.first_at = min(self.first_at or moment, moment)
            self.last_at = max(self.last_at, moment)

    def _see_system(self, entry: System) -> None:
        if entry.compaction:
            self.compactions += 1
            self.compacted_at = entry.offset
        self.duration_ms += entry.duration_ms if entry.subtype == "turn_duration" else 0

    def _see_metadata(self, entry: Entry) -> None:
        match entry:
            case CustomTitle(text=text) if text:
                self.custom_title = one_line(text)
            case AiTitle(text=text) if text:
                self.ai_title = one_line(text)
            case LastPrompt():
                self.last_prompt = self.last_prompt or one_line(text_of(entry.record, "lastPrompt"))
            case Relocated(to=to) if to:
                self.relocated = to
            case ContinuedIn(to=to) if to:
                self.continued_in = to
            case Damaged():
                if len(self.damaged_lines) < MOST_DAMAGE:
                    self.damaged_lines.append((entry.number, entry.reason))
            case Unknown():
                kind = name(entry.type)[:40] or "(none)"
                if kind in self.unknown_types or len(self.unknown_types) < MOST_DAMAGE:
                    self.unknown_types[kind] = self.unknown_types.get(kind, 0) + 1
            case State(type="cost-state"):
                self.cost_state = _cost_state(entry.record)
            case _:
                pass
        self._see_mode(text_of(entry.record, "permissionMode"))

    def _see_mode(self, mode: str) -> None:
        if mode:
            self.mode = name(mode)
            _add(self.permission_modes, self.mode)

    def see_passage(self, entry: Entry, passage: Passage) -> None:
        """Take in what a passage says of its session."""
        if passage.role == "user" and is_prompt(entry, passage):
            self.turns += 1
            self.asked = _digest(self.asked, passage.text)
            if not self.first_prompt:
                self.first_prompt = one_line(passage.text)
        elif passage.kind == "command" and passage.role == "user":
            self._see_command(*passage.text.partition(" ")[::2])

    def _see_command(self, name: str, given: str) -> None:
        if name == "/add-dir":
            _add(self.added, one_line(given))
        elif name in _CLEARS and not self.turns:
            self.inherited_title = self.custom_title
        elif name == "/rename":
            self.inherited_title = ""

    def see_title(self, text: str) -> bool:
        """Take in a title; whether it is a new one. The client repeats them up to a hundred times."""
        title = clean(text)[:TITLE_LENGTH]
        if title in self.titles or len(self.titles) >= MOST_TITLES:
            return False
        self.titles.append(title)
        return True

    def see_result(self, call_id: str, kept: object) -> None:
        """Take in what a result says of a subagent that its call started: clients before 2.1.100 write no meta.json."""
        asked = self.agent_calls.pop(call_id, "")
        agent = text_of(kept, "agentId") if isinstance(kept, dict) else ""
        kind = text_of(kept, "agentType") if isinstance(kept, dict) else ""
        if agent and (kind or asked):
            self.agents[agent] = name(kind) or asked

    def see_meta(self, meta: object) -> None:
        """Take in what a subagent's meta.json says."""
        if isinstance(meta, dict):
            self.agent_type = name(text_of(meta, "agentType"))
            self.agent_description = one_line(text_of(meta, "description"))
            self.agent_call = text_of(meta, "toolUseId")
            self.agent_parent = text_of(meta, "parentAgentId")


_NAMES = tuple(each.name for each in fields(FileFacts))
_PLACES = frozenset(("compacted_at", "first_cwd_at", "entrypoint_at", "parent_at"))
"""Offsets: nothing is not the default of these."""


_MOST_REMEMBERED = 256
_short_name = lru_cache(maxsize=4096)(clean)


def name(text: str) -> str:
    """A name that many lines repeat (a branch, a model, a tool), without secrets: looked through once, then remembered."""
    return _short_name(text) if len(text) <= _MOST_REMEMBERED else clean(text)


COST_STATE = (
    "inputTokens", "outputTokens", "cacheReadInputTokens", "cacheCreationInputTokens",
    "cacheCreationEphemeral1hInputTokens", "webSearchRequests", "costUSD",
)  # fmt: skip


def _cost_state(record: Json) -> dict[str, list[float]]:
    """The account in a cost-state line, by model."""
    found = {}
    for model, told in object_of(record, "modelUsage").items():
        if isinstance(told, dict):
            numbers = (told.get(key) for key in COST_STATE)
            found[name(model)] = [
                each if isinstance(each, int | float) and 0 <= each < _MOST_COUNTED else 0 for each in numbers
            ]
    return found


_MOST_COUNTED = 2**53


def _digest(before: str, text: str) -> str:
    told = f"{before}\n{' '.join(text.split())}"
    return blake2b(told.encode("utf-8", "replace"), digest_size=12).hexdigest()


def one_line(text: str) -> str:
    """The text folded to one line, without secrets, cut to a title's length."""
    return " ".join(clean(text[: 8 * TITLE_LENGTH]).split())[:TITLE_LENGTH]


def utc(at: str) -> str:
    """A timestamp as ISO 8601 in UTC with milliseconds and Z, so that texts compare as times; "" for none."""
    if len(at) == 24 and at.endswith("Z") and at[10] == "T" and at[:4].isdigit():
        return at
    moment = moment_of(at)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z") if moment else ""


def moment_of(at: str) -> datetime | None:
    """A timestamp as a time in UTC; none when it is none. Naive ones are read as UTC."""
    try:
        moment = datetime.fromisoformat(at)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def milliseconds(at: str) -> int:
    """A timestamp as whole milliseconds since 1970, never later than it is; 0 when it is none, or none of our time."""
    moment = moment_of(at) if at else None
    return max(0, milliseconds_of(moment)) if moment and moment.year < _FAR else 0


def milliseconds_of(moment: datetime) -> int:
    """A moment as whole milliseconds since 1970, never later than it is."""
    return (moment - _EPOCH) // _MILLISECOND


_FAR = 2200
"""A time as late is a mistake, and the calendar ends before what would be counted from it does."""


def seconds(at: str) -> int:
    """A timestamp as whole seconds since 1970; 0 when it is none."""
    moment = moment_of(at)
    return int(moment.timestamp()) if moment else 0


def _add(values: list[str], value: str) -> None:
    if value and value not in values:
        values.append(value)
