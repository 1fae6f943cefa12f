"""
A session -> the line that resumes it. Pure: whether a folder exists is asked through a function that is handed in.

What the client needs was tried with 1.0.60 to 2.1.330: a transcript named by a UUID with at least
one message, found from the folder it ran in; from 2.1.260 on from any folder, when no other project
folder holds the same id.
"""

import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from ccmcp.config import Root
from ccmcp.index import Session, SessionFile
from ccmcp.redact import clean, marks, sanitise
from ccmcp.transcripts.projects import encodes

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_ABSOLUTE = re.compile(r"/|[A-Za-z]:[\\/]|\\\\")
_PS_QUOTES = re.compile("(['\u2018\u2019\u201a\u201b])")
_BARE = re.compile(r"[^'\"\\%!`$]")
"""Characters that stand for themselves in a format of printf inside quotes of any kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """How a session is resumed."""

    session_id: str
    cwd: str | None
    """The folder it belongs to; none when it is not known."""
    exists: bool
    """Whether that folder is there."""
    argv: tuple[str, ...]
    """The program and its arguments, without the folder and the config folder; empty when it can't be resumed."""
    command: str
    """One line to paste; empty when it can't be resumed."""
    note: str | None
    """What stands in the way, or has to be known."""


def resume(
    session: Session,
    *,
    roots: Sequence[Root],
    windows: bool,
    exists: Callable[[str], bool],
    fork: bool = False,
    files: Sequence[SessionFile] = (),
    cwds: Sequence[str] = (),
) -> Resume:
    """
    How to resume a session.

    Takes the roots, whether the line is for PowerShell instead of a POSIX shell, whether a folder exists,
    whether the session is to be forked, its files, and the folders it worked in, the latest last.
    """
    cwd = _folder(session, exists)
    there = bool(cwd) and exists(cwd)
    found = Resume(
        session_id=session.session_id,
        cwd=cwd or None,
        exists=there,
        argv=(),
        command="",
        note=_never(session, files) or None,
    )
    if found.note:
        return found
    twice = len({file.path for file in files if file.kind == "main"}) > 1
    later = [each for each in cwds if each != cwd and _usable(each, windows=windows) and exists(each)]
    where = cwd if there else (later or [""])[-1]
    name = session.main_path if twice and not there and session.main_path else _name(session)
    notes = [_place(session, cwd, where, windows=windows, there=there, twice=twice)]
    notes += _notes(session, roots, windows=windows)
    config = _config_folder(session, roots)
    if any(_hides_a_secret(each, windows=windows) for each in (config, name)):
        told = "The path of its transcript or config folder looks like a secret and can't be written in one line."
        return replace(found, note=told)
    if where and not _usable(where, windows=windows):
        notes.append("The folder's name can't be written in one line: go there yourself first.")
        where = ""
    if any(map(_secrets, (where, config, name))):
        notes.append(
            "A folder's name in it looks like a secret, so the line can't be given over MCP: "
            f"`ccmcp resume {session.session_id} --show-secrets` in a terminal writes it."
        )
    argv = ("claude", "--resume", name, *(("--fork-session",) if fork else ()))
    command = _line(where, config, argv, windows=windows)
    return replace(found, argv=argv, command=command, note=" ".join(filter(None, notes)) or None)


def resume_short(
    session: Session,
    roots: Sequence[Root],
    *,
    windows: bool,
    exists: Callable[[str], bool] = lambda _: True,
) -> str:
    """Only the line, for lists: without the folder where that is not there. Empty when the session can't be resumed."""
    if _never(session, ()):
        return ""
    where = _folder(session, lambda _: True)
    where = where if where and exists(where) else ""
    config, name = _config_folder(session, roots), _name(session)
    if any(_hides_a_secret(each, windows=windows) for each in (config, name)):
        return ""
    argv = ("claude", "--resume", name)
    return _line(where if _usable(where, windows=windows) else "", config, argv, windows=windows)


def resume_at(cwd: str, root: Root, arguments: Sequence[str], *, windows: bool) -> str:
    """
    The line that starts the client in a folder, with a root and arguments: `--continue`, or `--resume` and what it is found by.

    Empty when it can't be written in one line.
    """
    config = "" if root.default else str(root.path)
    unfit = any(_hides_a_secret(each, windows=windows) for each in (config, *arguments))
    if unfit or not _usable(cwd, windows=windows):
        return ""
    return _line(cwd, config, ("claude", *arguments), windows=windows)


def resume_name(session_id: str, path: str) -> str:
    """What the client finds a session by: its id, or the transcript's path where its name is no UUID."""
    return session_id if _UUID.fullmatch(session_id) else path


def _folder(session: Session, exists: Callable[[str], bool]) -> str:
    """The folder that the client finds the transcript from: the one its project folder is named after."""
    named = [each for each in (session.project, session.cwd) if _ABSOLUTE.match(each)]
    fitting = [each for each in named if encodes(each, session.folder)]
    if not session.cwd and fitting and not exists(fitting[0]):
        return ""  # guessed from the project folder's name, and wrong
    return (fitting or [each for each in named if each == session.cwd] or [""])[0]


def _never(session: Session, files: Sequence[SessionFile]) -> str:
    """Why a session can't be resumed; empty when it can."""
    if session.main_path is None:
        if session.subagents or any(file.kind == "agent" for file in files):
            return (
                "Only subagents' transcripts of this session are left; Claude Code resumes the conversation that started "
                "them, and that one is gone. read_session with agent=all shows what they did."
            )
        return (
            "Only typed prompts or side files of this session are left; without its transcript Claude Code can't resume it. "
            "read_session shows what there is."
        )
    if not session.messages:
        return (
            "It holds no message yet, so Claude Code would answer 'No conversation found with session ID': "
            "there is nothing to resume."
        )
    return ""


def _name(session: Session) -> str:
    return resume_name(session.session_id, session.main_path or "")


def _notes(session: Session, roots: Sequence[Root], *, windows: bool) -> Iterator[str]:
    if _config_folder(session, roots):
        stays = "; the variable stays set in that window" if windows else ""
        yield f"It lies in another config folder ({session.root}){stays}."
    if not _UUID.fullmatch(session.session_id):
        yield (
            "Its transcript is not named by a UUID, so the line names the file; Claude Code 2.1.330 goes on under "
            "the session id it finds inside."
        )
    if session.entrypoint and session.entrypoint != "cli":
        yield "A program ran it, so Claude Code's own list of sessions does not show it; this line finds it."


def _place(session: Session, cwd: str, where: str, *, windows: bool, there: bool, twice: bool) -> str:
    """What there is to know of the folder."""
    if there and not encodes(cwd, session.folder):
        return "Its transcript lies in another folder's project: Claude Code before 2.1.260 does not find it from there."
    if there:
        return (
            "Several project folders hold this id: Claude Code finds it from this folder only."
            if twice
            else ""
        )
    if not cwd:
        return "The folder it ran in is not known; Claude Code 2.1.260 and later finds it from any folder."
    told = "The folder it belongs to is gone."
    if twice:
        told += " Several project folders hold this id, so the line names the transcript itself."
    else:
        told += " Claude Code 2.1.260 and later resumes it from any folder"
        told += ", here from one it worked in later." if where else "."
    if not _usable(cwd, windows=windows):
        return told
    make = f"New-Item -ItemType Directory -Force {_power(cwd)}" if windows else f"mkdir -p {_posix(cwd)}"
    return f"{told} An older one needs the folder first ({make})."


# -- the line -----------------------------------------------------------------------


def _line(where: str, config: str, argv: Sequence[str], *, windows: bool) -> str:
    if windows:
        parts = [f"Set-Location -LiteralPath {_power(where)}"] if where else []
        parts += [f"$env:CLAUDE_CONFIG_DIR={_power(config)}"] if config else []
        words = (word if re.fullmatch(r"[\w.-]+", word, re.ASCII) else _power(word) for word in argv)
        return "; ".join([*parts, " ".join(words)])
    run = " ".join(map(_posix, argv))
    run = f"CLAUDE_CONFIG_DIR={_posix(config)} {run}" if config else run
    return f"cd {_posix(where)} && {run}" if where else run


def _plain(text: str) -> bool:
    """Whether a text can stand in a line as it is: nothing that ends the line, and nothing a reader can't see."""
    return "\n" not in text and "\t" not in text and sanitise(text) == text


def _posix(text: str) -> str:
    """A word for any POSIX shell. What can't stand in a line is written by printf: dash knows no $'...'."""
    if _plain(text):
        return shlex.quote(text)
    return f"\"$(printf '{''.join(map(_printed, text))}')\""


def _printed(character: str) -> str:
    """A character in a format of printf: as it is wherever it can be, so that redaction sees what it belongs to."""
    if _plain(character) and _BARE.match(character):
        return character
    return "".join(f"\\{byte:03o}" for byte in character.encode("utf-8", "surrogateescape"))


def _power(text: str) -> str:
    """A word for PowerShell 5.1 and later, which takes four kinds of quotes for one."""
    parts = [(True, text)]
    if not _plain(text):
        # Only what can't be seen is spelled out: redaction sees the rest.
        parts = [(plain, "".join(part)) for plain, part in groupby(text, _plain)]
    words = ["'" + _PS_QUOTES.sub(r"\1\1", part) + "'" if plain else _hidden(part) for plain, part in parts]
    return words[0] if len(words) == 1 and words[0].startswith("'") else f"({' + '.join(words)})"


def _hidden(part: str) -> str:
    units = part.encode("utf-16-le", "surrogatepass")
    codes = (int.from_bytes(units[i : i + 2], "little") for i in range(0, len(units), 2))
    return "''" + "".join(f" + [char]{code}" for code in codes)


def _usable(path: str, *, windows: bool) -> bool:
    """Whether a line can name this path at all: no NUL, no lone surrogate, and a shell's $(...) drops a last line break."""
    if not path or "\0" in path or not _ABSOLUTE.match(path) or _hides_a_secret(path, windows=windows):
        return False
    return not any("\ud800" <= character <= "\udfff" for character in path) and (
        windows or not path.endswith("\n")
    )


def _secrets(text: str) -> int:
    """How many secrets a reader would see in a text."""
    return marks(clean(text)) - marks(sanitise(text))


def _hides_a_secret(text: str, *, windows: bool) -> bool:
    """Whether a text has a secret that redaction would no longer recognise as it is written in the line."""
    return _secrets(text) > _secrets(_power(text) if windows else _posix(text))


# -- the config folder --------------------------------------------------------------


def _config_folder(session: Session, roots: Sequence[Root]) -> str:
    """The config folder to name; empty for the one the client takes by itself, ~/.claude."""
    root = next((each for each in roots if each.label == session.root), None)
    return "" if root is None or root.default else str(root.path)
