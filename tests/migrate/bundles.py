"""Sessions to bundle, bundles to read, and bundles that somebody has tampered with."""

import hashlib
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ccmcp.config import Root
from ccmcp.migrate.bundles.creating import Made, create
from ccmcp.migrate.bundles.sources import Wanted
from ccmcp.migrate.survey import FoundSession, Survey, survey
from ccmcp.transcripts.projects import encode

NOW = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
PROJECT = "/work/demo"


def surveyed(root: Path) -> Survey:
    """All projects of a root."""
    return survey(Root(label="home", path=root), lambda _: True, home=root / "no-home")


def sessions_in(root: Path) -> list[FoundSession]:
    """All sessions of a root."""
    return [each for folder in surveyed(root).folders for each in folder.sessions]


def packed(root: Path, path: Path, project: str = PROJECT, **more: Any) -> Made:
    """All sessions of a root in a bundle."""
    found = surveyed(root)
    sessions = [each for folder in found.folders for each in folder.sessions]
    return create(
        str(path), Wanted(project=project, sessions=sessions, prompts=found.prompts, **more), now=NOW
    )


def write(path: Path, data: bytes | str) -> Path:
    """A file, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def transcript(root: Path, session_id: str, lines: bytes | None = None, cwd: str = PROJECT) -> Path:
    """A transcript of one prompt, with more lines after it."""
    said = {
        "type": "user", "uuid": "u1", "cwd": cwd, "sessionId": session_id, "version": "2.1.330",
        "timestamp": "2026-08-01T10:00:00.000Z", "message": {"role": "user", "content": "hello"},
    }  # fmt: skip
    first = json.dumps(said, separators=(",", ":")).encode() + b"\n"
    return write(root / "projects" / encode(cwd) / f"{session_id}.jsonl", first + (lines or b""))


@dataclass
class Forged:
    """A bundle taken apart, to be put together otherwise: members, manifest and digests as one likes."""

    members: list[tuple[str, bytes]]
    """The files of sessions and projects, in order."""
    manifest: dict[str, Any]
    info: Callable[[zipfile.ZipInfo], object] = lambda _: None
    """Changes how each member stands in the ZIP's directory."""
    own: dict[str, bytes] = field(default_factory=dict)
    """Replaces manifest.json, README.txt or digests.sha256."""
    without: tuple[str, ...] = ()

    @classmethod
    def of(cls, path: Path) -> "Forged":
        with zipfile.ZipFile(path) as archive:
            own = {"manifest.json", "README.txt", "digests.sha256"}
            members = [(name, archive.read(name)) for name in archive.namelist() if name not in own]
            return cls(members, json.loads(archive.read("manifest.json")))

    def rename(self, old: str, new: str) -> None:
        """Give a member another name everywhere."""
        self.members = [(new if name == old else name, data) for name, data in self.members]
        self.manifest["files"] = {
            new if name == old else name: told for name, told in self.manifest["files"].items()
        }
        for session in self.manifest["sessions"]:
            session["files"] = [new if name == old else name for name in session["files"]]

    def replace(self, name: str, data: bytes) -> None:
        """Give a member other bytes, and the manifest their size and digest."""
        self.members = [(each, data if each == name else old) for each, old in self.members]
        self.manifest["files"][name] |= {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}

    def write(self, path: Path) -> Path:
        """Put it together; digests are those of the bytes unless given."""
        own = {"manifest.json": json.dumps(self.manifest).encode(), "README.txt": b"about\n"} | self.own
        told = [(name, own[name]) for name in ("manifest.json", "README.txt")] + self.members
        digests = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in told)
        last = ("digests.sha256", own.get("digests.sha256", digests.encode("utf-8", "surrogatepass")))
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in (*told, last):
                if name in self.without:
                    continue
                info = zipfile.ZipInfo("x", (2026, 1, 1, 0, 0, 0))
                info.filename = name
                info.compress_type = zipfile.ZIP_DEFLATED
                self.info(info)
                archive.writestr(info, data)
        return path
