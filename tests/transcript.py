"""Writing transcripts in the real layout: records in the shapes Claude Code writes, files where it keeps them."""

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from ccmcp.transcripts.projects import encode

Record: TypeAlias = dict[str, Any]


def line(record: Record) -> bytes:
    """A record as the client writes it: compact, with a line end."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def session_id(name: str) -> str:
    """A session id that a test can name: the same for the same name."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))


@dataclass
class Chat:
    """
    A conversation under construction: each method adds one line and returns its record.

    Times run a minute a line from `start`; uuids are made of the session's name and the line's number.
    """

    name: str
    cwd: str = "/work/demo"
    version: str = "2.1.330"
    branch: str = "main"
    start: str = "2026-08-01T10:"
    records: list[Record] = field(default_factory=list)

    @property
    def id(self) -> str:
        """The session's id."""
        return session_id(self.name)

    def raw(self, **record: Any) -> Record:
        """Any line, as it is."""
        self.records.append(record)
        return record

    def entry(self, kind: str, **more: Any) -> Record:
        """A line of the conversation: with uuid, parent, time and all that the client adds, unless given."""
        number = len(self.records)
        parent = next((r["uuid"] for r in reversed(self.records) if "uuid" in r), None)
        around = {
            "uuid": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.name}/{number}")),
            "timestamp": f"{self.start}{number % 60:02d}:00.000Z",
            "userType": "external",
            "cwd": self.cwd,
            "sessionId": self.id,
            "version": self.version,
            "gitBranch": self.branch,
        }
        return self.raw(**{"parentUuid": parent, "isSidechain": False, "type": kind} | more | around | more)

    def user(self, text: Any, **more: Any) -> Record:
        """A prompt, or content blocks in the user's place."""
        return self.entry("user", message={"role": "user", "content": text}, **more)

    def assistant(self, *blocks: Record | str, model: str = "claude-opus-5-5", **more: Any) -> Record:
        """A piece of an answer: texts, or blocks."""
        content = [{"type": "text", "text": block} if isinstance(block, str) else block for block in blocks]
        number = len(self.records)
        message = {
            "id": f"msg_01{uuid.uuid5(uuid.NAMESPACE_URL, f'{self.name}/m{number}').hex[:22]}",
            "type": "message",
            "role": "assistant",
            "model": model,
            "content": content,
            "stop_reason": "end_turn",
            "usage": {
                "input_tokens": 10,
                "output_tokens": 5,
                "cache_creation_input_tokens": 0,
                "cache_read_input_tokens": 0,
            },
        }
        return self.entry("assistant", message=message, requestId=f"req_{self.name}_{number}", **more)

    def call(self, tool: str, call_id: str, **arguments: Any) -> Record:
        """A tool call."""
        return self.assistant({"type": "tool_use", "id": call_id, "name": tool, "input": arguments})

    def result(self, call_id: str, content: Any, *, is_error: bool = False, **more: Any) -> Record:
        """A tool's result."""
        block = {"type": "tool_result", "tool_use_id": call_id, "content": content, "is_error": is_error}
        return self.entry("user", message={"role": "user", "content": [block]}, **more)

    def system(self, subtype: str, content: str = "", **more: Any) -> Record:
        """A system line."""
        return self.entry("system", subtype=subtype, content=content, **more)

    def attachment(self, kind: str, **fields: Any) -> Record:
        """An attachment."""
        return self.entry("attachment", attachment={"type": kind, **fields})

    def bytes(self) -> bytes:
        """The transcript so far."""
        return b"".join(map(line, self.records))


@dataclass
class Home:
    """A home folder with a Claude Code config folder in it."""

    folder: Path

    def __post_init__(self) -> None:
        (self.claude / "projects").mkdir(parents=True, exist_ok=True)

    @property
    def claude(self) -> Path:
        """The config folder."""
        return self.folder / ".claude"

    @property
    def env(self) -> dict[str, str]:
        """The environment of a process that lives here and sees nothing else."""
        return {
            "HOME": str(self.folder),
            "USERPROFILE": str(self.folder),
            "CLAUDE_CONFIG_DIR": str(self.claude),
        }

    def path(self, chat: Chat) -> Path:
        """Where a conversation's transcript belongs."""
        return self.claude / "projects" / encode(chat.cwd) / f"{chat.id}.jsonl"

    def write(self, chat: Chat) -> Path:
        """Write a conversation's transcript, in place of what was there."""
        return self.put(self.path(chat), chat.bytes())

    def append(self, chat: Chat, records: Iterable[Record]) -> Path:
        """Append lines to a conversation's transcript, as the client does."""
        path = self.path(chat)
        with path.open("ab") as file:
            file.writelines(map(line, records))
        return path

    def put(self, path: Path, content: bytes) -> Path:
        """Write any file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def agent(self, chat: Chat, agent_id: str, records: Iterable[Record], meta: Record | None = None) -> Path:
        """Write a subagent's transcript where today's client keeps it."""
        folder = self.path(chat).with_suffix("") / "subagents"
        if meta is not None:
            self.put(folder / f"agent-{agent_id}.meta.json", json.dumps(meta).encode())
        return self.put(folder / f"agent-{agent_id}.jsonl", b"".join(map(line, records)))
