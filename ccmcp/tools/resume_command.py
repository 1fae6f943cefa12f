"""The line that resumes a session."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from ccmcp.history import History
from ccmcp.limits import MaxLen, MinLen
from ccmcp.reading import folders, slug
from ccmcp.resume import resume
from ccmcp.screen import Screen
from ccmcp.tools import Call, Tool


@dataclass(frozen=True, kw_only=True)
class ResumeCommand:
    """Which session, and for which shell."""

    session: Annotated[str, MinLen(1), MaxLen(500)]
    """Session id, a unique prefix of 6 or more characters, or LABEL:ID; a subagent's stands for its session."""

    fork: bool = False
    """Go on in a copy and leave the session as it is."""

    shell: Literal["", "posix", "powershell"] = ""
    """The shell the line is for; empty for the usual one of this machine."""


@dataclass(frozen=True, kw_only=True)
class ResumeLine:
    """How the session is resumed."""

    session_id: str
    cwd: str | None
    """The folder it belongs to."""

    exists: bool
    """Whether that folder is there."""

    argv: tuple[str, ...]
    """Program and arguments; empty when it can't be resumed."""

    command: str | None
    """One line to paste; none when it can't be resumed."""

    note: str | None
    """What stands in the way, or has to be known."""


def _run(history: History, asked: ResumeCommand, call: Call) -> ResumeLine:
    history.refresh(call.progress, call.stopped)
    session, files, agent = history.session_or_subagent(asked.session)
    started = f"{slug(agent)} is a subagent: the line resumes the session that started it." if agent else ""
    windows = asked.shell == "powershell" or (not asked.shell and call.windows)

    def line(cwds: Sequence[str] = ()) -> ResumeLine:
        found = resume(
            session,
            roots=history.config.roots,
            windows=windows,
            exists=os.path.isdir,
            fork=asked.fork,
            files=files,
            cwds=cwds,
        )
        return ResumeLine(
            session_id=found.session_id,
            cwd=found.cwd,
            exists=found.exists,
            argv=found.argv,
            command=found.command or None,
            note=" ".join(filter(None, (started, found.note))) or None,
        )

    found = line()
    # Only where its folder is gone is the transcript read for others it worked in.
    return line(folders(files)) if found.command and not found.exists else found


def _text(result: ResumeLine) -> str:
    return (
        "\n".join(filter(None, (result.command, result.note)))
        or f"Session {result.session_id} can't be resumed."
    )


def _screen(result: ResumeLine, screen: Screen) -> str:
    return "\n".join(filter(None, (result.command, screen.style(result.note or "", "dim"))))


TOOL = Tool(
    name="resume_command",
    command="resume",
    title="Resume a session",
    description=(
        "The one line that resumes a session in Claude Code when it is pasted into a terminal: right folder, right "
        "quoting, right config folder; or why it can't be resumed and what to do instead. It runs nothing. "
        'Give the line to the user as it is. Example: {"session": "40ba1f2c"}.'
    ),
    hint="continue, resume, reopen a past session or conversation, claude --resume, fork a session",
    contract="text",
    parameters=ResumeCommand,
    result=ResumeLine,
    run=_run,
    text=_text,
    screen=_screen,
    positional=("session",),
    examples=(
        "ccmcp resume 40ba1f2c",
        "ccmcp resume 40ba1f2c --fork",
        "ccmcp resume 40ba1f2c --shell powershell",
    ),
)
