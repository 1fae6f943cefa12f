"""
Chosen sessions -> one file that carries them. I/O: reads the sessions, writes one new file.

Every file is read once, as a stream, and its digest is that of the very bytes that went in. So the manifest is written
last, and stands first in the ZIP's directory. One input and one time always make the same bytes.
"""

import os
import re
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from ccmcp import __version__
from ccmcp.errors import BundleExistsError, BundleNotMadeError
from ccmcp.migrate.bundles.archive import Archive, ArchiveError
from ccmcp.migrate.bundles.files import Files, UnstableError
from ccmcp.migrate.bundles.layout import (
    LARGEST_MANIFEST,
    Carried,
    Contents,
    Kind,
    Member,
    Names,
    is_session_id,
    misplaced,
    relative_home,
    unfit,
)
from ccmcp.migrate.bundles.manifest import Manifest, to_json
from ccmcp.migrate.bundles.reading import digest_of
from ccmcp.migrate.bundles.sources import Source, Wanted, of_session, of_several
from ccmcp.migrate.edits.redacting import BinaryFileError
from ccmcp.migrate.plan import Left
from ccmcp.migrate.survey import FoundSession, Progress
from ccmcp.redact import redact

_WHAT: Mapping[Kind, str] = {
    "transcript": "session", "side": "other file", "agent": "subagent", "file-history": "file history", "tasks": "task list",
    "todos": "todo list", "plan": "plan", "memory": "memory", "prompts": "prompt history",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A bundle that was made."""

    path: str
    sessions: int
    files: int
    """Of the sessions and the project; the bundle's own three are not counted."""
    bytes: int
    """Of these files."""
    size: int
    """Of the bundle."""
    sha256: str
    """Of the bundle."""
    redacted: Mapping[str, int]
    """How many secrets of each kind were replaced."""
    left: tuple[Left, ...]
    """What is not in it, or not whole, and why."""


def create(
    path: str,
    wanted: Wanted,
    *,
    now: datetime,
    progress: Progress | None = None,
    stopped: Callable[[], bool] | None = None,
) -> Made:
    """
    Make a bundle. It gets its name when it is whole and on the disk; until then there is a file `.NAME.*.part` beside it.

    Raises:
        BundleExistsError: there is something at its path; it stays.
        BundleNotMadeError: it can't be written.
        InterruptedError: the caller has gone.

    """
    if os.path.lexists(path):
        raise BundleExistsError(path)
    folder, name = os.path.split(os.path.abspath(path))
    try:
        descriptor, part = tempfile.mkstemp(prefix=f".{name[:100]}.", suffix=".part", dir=folder)
        try:
            with open(descriptor, "w+b") as file:
                made = _Bundling(path, wanted, now, progress, stopped).into(file)
                file.flush()
                os.fsync(file.fileno())
            _give_name(part, path)
            _sync_folder(folder)
        finally:
            with suppress(FileNotFoundError):
                os.unlink(part)
    except InterruptedError:
        raise
    except FileExistsError as error:
        raise BundleExistsError(path) from error
    except ArchiveError as error:
        raise BundleNotMadeError(path, str(error.__cause__)) from error
    except OSError as error:
        raise BundleNotMadeError(path, error.strerror or str(error)) from error
    return made


def _give_name(part: str, path: str) -> None:
    """Raises FileExistsError where something has the name already."""
    try:
        os.link(part, path)
    except FileExistsError:
        raise
    except OSError:
        # No hard links here: an empty file of ours keeps the name until the whole one replaces it.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        try:
            os.replace(part, path)
        except OSError:
            os.unlink(path)
            raise


def _sync_folder(folder: str) -> None:
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


# -- the making -----------------------------------------------------------------------


class _Bundling:
    """One bundle under way."""

    def __init__(
        self,
        path: str,
        wanted: Wanted,
        now: datetime,
        progress: Progress | None,
        stopped: Callable[[], bool] | None,
    ) -> None:
        self._path = path
        self._wanted = wanted
        self._now = now
        self._progress = progress
        self._stopped = stopped
        self._names = Names()
        self._members: list[Member] = []
        self._left: list[Left] = []
        self._done = 0
        self._total = 0

    def into(self, file: BinaryIO) -> Made:
        """Write it."""
        wanted = self._wanted
        chosen = self._chosen()
        sources = [(each, of_session(each, each.session_id in wanted.running)) for each in chosen]
        several = of_several(wanted)
        self._total = sum(each.size for each in several) + sum(
            each.size for _, own in sources for each in own
        )
        with Archive(file, self._now) as archive:
            files = Files(archive, self._tick, redact=wanted.redact, pictures=wanted.pictures)
            sessions = [self._carried(files, session, own) for session, own in sources]
            carried = [each for each in sessions if each is not None]
            ids = frozenset(each.session_id for each in carried)
            shared = [member for each in several if (member := self._taken(files, each, ids)) is not None]
            for path, why in wanted.memory.refused if wanted.memory else ():
                self._leave("memory", path, None, why)
            manifest = to_json(self._manifest(carried, shared))
            if len(manifest) > LARGEST_MANIFEST:
                raise BundleNotMadeError(
                    self._path, "it would hold more files than a bundle can", "Bundle fewer sessions at once."
                )
            archive.finish(manifest, redacted=wanted.redact)
        size = file.seek(0, os.SEEK_END)
        return Made(
            path=self._path,
            sessions=len(carried),
            files=len(self._members),
            bytes=sum(each.size for each in self._members),
            size=size,
            sha256=digest_of(file),
            redacted={kind: count for kind, count in sorted(files.redacted.items()) if count > 0},
            left=tuple(self._left),
        )

    def _chosen(self) -> list[FoundSession]:
        """The sessions that can be told apart in a bundle."""
        found: dict[str, FoundSession] = {}
        for each in sorted(self._wanted.sessions, key=lambda one: (one.session_id, -one.seen.size, one.path)):
            if not is_session_id(each.session_id):
                self._leave("session", each.path, None, "its id is no UUID, as those of all clients are")
            elif each.session_id in found:
                why = "another file of the same session, at least as long, is in the bundle"
                self._leave("session", each.path, each.session_id, why)
            else:
                found[each.session_id] = each
        return list(found.values())

    def _carried(self, files: Files, session: FoundSession, sources: list[Source]) -> Carried | None:
        transcript = self._taken(files, sources[0])
        if transcript is None:
            return None
        others = tuple(taken for each in sources[1:] if (taken := self._taken(files, each)) is not None)
        for path, why in (*session.refused, *session.refused_kept):
            self._leave("file", path, session.session_id, why)
        home = relative_home(session.home, self._wanted.project)
        return Carried(
            session_id=session.session_id,
            title=self._safe(session.says.title),
            home=home if home is None or self._safe(home) == home else None,
            ended_at=session.says.last_at,
            messages=session.says.messages,
            transcript=transcript,
            members=others,
        )

    def _manifest(self, carried: list[Carried], shared: list[Member]) -> Manifest:
        wanted = self._wanted
        told = wanted.project_path if wanted.project_path is not None else not wanted.redact
        ids = {each.session_id for each in carried}
        versions = {
            each.says.version for each in wanted.sessions if each.session_id in ids and each.says.version
        }
        return Manifest(
            made_at=self._now.isoformat(),
            made_by=f"ccmcp {__version__}",
            redacted=wanted.redact,
            project=self._safe(re.split(r"[/\\]", wanted.project.rstrip("/\\"))[-1]),
            project_path=wanted.project if told else None,
            client_versions=tuple(sorted(versions, key=lambda text: [int(part) for part in text.split(".")])),
            contents=Contents(
                sessions=tuple(carried),
                plans=tuple(each for each in shared if each.kind == "plan"),
                memory=tuple(each for each in shared if each.kind == "memory"),
                prompts=next((each for each in shared if each.kind == "prompts"), None),
            ),
        )

    def _taken(self, files: Files, source: Source, ids: frozenset[str] = frozenset()) -> Member | None:
        """The member that a file has become; none for one that is left, and named. `ids`: whose prompts are taken."""
        why, advice = (
            misplaced(source.kind, source.session_id, source.place) or self._unfit(source.name),
            None,
        )
        done = self._done
        if not why:
            try:
                member, cut = files.add(source, ids)
            except BinaryFileError as error:
                why = f"secrets in it can't be found: {error}"
                advice = "Have pictures and other binary files taken too, or bundle without redaction."
            except UnstableError:
                why, advice = "it changed each time it was read", "Bundle it when nothing writes to it."
            except InterruptedError:
                raise
            except OSError as error:
                why = f"it can't be read: {error.strerror or error}"
            else:
                self._done = done + source.size
                if cut and source.kind != "prompts":
                    self._leave(
                        "last line",
                        source.path,
                        source.session_id,
                        f"its {cut} bytes had no end yet: it was being written",
                    )
                if member is not None:
                    self._members.append(member)
                return member
        self._done = done + source.size
        self._leave(
            "session" if source.kind == "transcript" else source.kind,
            source.path,
            source.session_id,
            why,
            advice,
        )
        return None

    def _unfit(self, name: str) -> str:
        """Why a file can't be in the bundle under a name; empty where it can."""
        if self._safe(name) != name:
            return "its name holds a secret"
        if why := unfit(name):
            return why
        return (
            "another file has this name, or one that some systems take for it"
            if self._names.clash(name)
            else ""
        )

    def _safe(self, text: str) -> str:
        return redact(text) if self._wanted.redact else text

    def _tick(self, read: int) -> None:
        if self._stopped is not None and self._stopped():
            raise InterruptedError("the caller has gone")
        self._done += read
        if self._progress is not None:
            self._progress(min(self._done, self._total), self._total, "writing the bundle")

    def _leave(
        self, what: str, path: str, session_id: str | None, why: str, advice: str | None = None
    ) -> None:
        self._left.append(Left(what=what, path=path, session_id=session_id, why=why, advice=advice))
