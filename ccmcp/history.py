"""The one object the tools hold: a user's sessions, and an index that follows them."""

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ccmcp.audit import ruleset
from ccmcp.config import Config
from ccmcp.errors import CcmcpError, SessionNotFoundError
from ccmcp.index import (
    Coverage,
    Index,
    Session,
    SessionFile,
    SessionFilter,
)
from ccmcp.index.analysis import Analyser, Analysers, SessionAnalyser
from ccmcp.index.status import Status, left_out, status_of

if TYPE_CHECKING:
    from ccmcp.index import Answer, CallAnswer, CallQuestion, Question
    from ccmcp.index.activity import Activity
    from ccmcp.index.analysis import FindingRow
    from ccmcp.index.integrity import Records
    from ccmcp.index.projects import Project
    from ccmcp.index.risks import Risks
    from ccmcp.index.spending import SpendingFilter
    from ccmcp.index.sums import Ledger

T = TypeVar("T")

ANALYSERS = Analysers(
    of_files=(
        Analyser("calls", ruleset.CALLS, "ccmcp.audit.watching:calls"),
        Analyser("secrets", ruleset.SECRETS, "ccmcp.audit.texts:secrets", deferred=True),
    ),
    of_sessions=SessionAnalyser("sessions", ruleset.SESSIONS, "ccmcp.audit.sequences:judge"),
)
"""What looks at transcripts while they are indexed, and after."""

Progress = Callable[[int, int, str], None]
Stopped = Callable[[], bool]


CANDIDATES = Analyser("candidates", "", "ccmcp.audit.texts:candidates")
"""Looks for what may be a secret, on demand."""


class History:
    """Composes the index with what is asked of it. Safe to use from several threads."""

    def __init__(self, config: Config, *, patient: bool = False) -> None:
        """
        Open a history.

        A `patient` one waits for a cold build to end; else questions are answered from
        what there is, and say how much that is.

        Raises:
            SettingsError: the cache folder can't be made.

        """
        self.config = config
        self.patient = patient
        self._index = Index(config, ANALYSERS)

    def refresh(self, progress: Progress | None = None, stopped: Stopped | None = None) -> Coverage:
        """Bring the index up to what is on disk now; how much of the history answers then cover."""
        return self._index.refresh(progress, stopped, wait=self.patient)

    def search(self, question: "Question") -> "Answer":
        """The sessions a question is about, best first. Raises CcmcpError for a filter that names nothing."""
        return self._index.search(question)

    def telling_words(self, session: Session) -> list[str]:
        """The words that a session is most about: what to ask for to find others like it."""
        return self._index.telling_words(session)

    def sessions(
        self, wanted: SessionFilter, *, limit: int, after: tuple[int, int] | None = None, oldest: bool = False
    ) -> tuple[list[Session], int]:
        """Sessions by time, and how many there are in all. Raises CcmcpError for a filter that names nothing."""
        return self._index.sessions(wanted, limit=limit, after=after, oldest=oldest)

    def tool_calls(self, question: "CallQuestion") -> "CallAnswer":
        """Tool calls, or groups of them. Raises CcmcpError for a filter that names nothing or can't be used."""
        return self._index.tool_calls(question)

    def spending(self, ask: "Callable[[Ledger], T]") -> T:
        """What `ask` makes of the tokens of one moment's history. Raises CcmcpError for a filter that names nothing."""
        return self._index.spending(ask)

    def activity(
        self,
        ask: "Callable[[Iterator[Activity]], T]",
        wanted: SessionFilter,
        session: tuple[str, str] | None = None,
        responses: "SpendingFilter | None" = None,
    ) -> T:
        """
        What `ask` makes of what sessions did within a filter's times, the newest first; with `session` (root, id) of that one.

        With `responses`, of what they spent those responses alone that this filter leaves.
        They come one by one, and are gone when `ask` returns. Raises CcmcpError for a filter that names nothing.
        """
        return self._index.activity(ask, wanted, session, responses)

    def analyse(
        self, progress: Progress | None = None, stopped: Stopped | None = None
    ) -> dict[str, tuple[int, int]]:
        """Have analysers see what they have not yet; by name how many bytes of transcripts each has seen, and of how many."""
        return self._index.analyse(progress, stopped, wait=self.patient)

    def risks(self, ask: "Callable[[Risks], T]") -> T:
        """What `ask` makes of the findings of one moment's history. Raises CcmcpError for a filter that names nothing."""
        return self._index.risks(ask)

    def integrity(self, now: datetime, *, thorough: bool = False) -> "Records":
        """
        The records of all transcripts, after a look at those that have changed, or with `thorough` at every byte of all.

        `now` in UTC. Sees what the last refresh saw. Raises SettingsError where no records can be kept.
        """
        from ccmcp.migrate.explaining import explained  # noqa: PLC0415 - only audits need it

        return self._index.integrity(now, thorough=thorough, explained=explained(self.config.state))

    def may_be_secret(self, files: "Iterable[SessionFile]") -> "list[tuple[SessionFile, FindingRow]]":
        """What only may be a secret in these transcripts: looked for now, and kept nowhere."""
        from ccmcp.index.intake import looked_through  # noqa: PLC0415 - hardly ever asked

        return [
            (file, row)
            for file in files
            if file.kind in ("main", "agent")
            for row in looked_through(file.path, file.agent_id, CANDIDATES).findings
        ]

    def projects(self) -> "list[Project]":
        """Every project with sessions that are not left out by settings, each in one root, in the order of paths."""
        return self._index.projects()

    def damaged_transcripts(self) -> list[tuple[str, str, str, str, int, str]]:
        """Transcripts with lines that are no JSON: root, session id, project, path, how many, when the session ended."""
        return self._index.damaged_transcripts()

    def session(self, asked: str) -> tuple[Session, tuple[SessionFile, ...]]:
        """
        One session and its files, by id, unique prefix of 6 or more characters, or LABEL:ID.

        Raises:
            SessionNotFoundError: none has it.
            AmbiguousSessionError: several have.

        """
        return self._index.session(asked)

    def session_or_subagent(self, asked: str) -> tuple[Session, tuple[SessionFile, ...], str]:
        """
        The same, also by the id of one of its subagents: then that subagent's whole id comes third, else nothing.

        Raises:
            SessionNotFoundError: neither a session nor a subagent has it.
            AmbiguousSessionError: several have.

        """
        try:
            return *self._index.session(asked), ""
        except SessionNotFoundError:
            found = self._index.session_of_agent(asked)
            if found is None:
                raise
        session, agent = found
        return *self._index.session(session), agent

    def find(self, asked: str) -> tuple[Session, tuple[SessionFile, ...]] | None:
        """The same, or none when there is no such one session."""
        try:
            return self._index.session(asked)
        except CcmcpError:
            return None

    def in_several_roots(self, ids: Collection[str]) -> frozenset[str]:
        """Which of these session ids occur in several roots: only LABEL:ID tells those apart."""
        return self._index.in_several_roots(ids) if len(self.config.roots) > 1 else frozenset()

    def session_of_call(self, call_id: str) -> str | None:
        """The session that made a tool call, as LABEL:ID; none when it is not known (yet)."""
        return self._index.session_of_call(call_id)

    def left_out(self) -> dict[str, int]:
        """How many sessions are never listed, by why."""
        return left_out(self._index)

    def status(self) -> Status:
        """What is indexed, how fresh, what was damaged and what was left out."""
        return status_of(self._index)

    @property
    def roots(self) -> tuple[tuple[str, Path], ...]:
        """The roots: label and folder."""
        return tuple((root.label, root.path) for root in self.config.roots)

    def close(self) -> None:
        """Stop what runs beside and close the stores."""
        self._index.close()
