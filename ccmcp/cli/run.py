"""From an argument list to an answer and an exit code: the one place where errors become messages."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ccmcp.cli import INTERRUPTED, serve, settings_of
from ccmcp.cli.command import Command, Common, Invocation
from ccmcp.cli.commands import commands_for, tools_for
from ccmcp.cli.parser import Request, parse
from ccmcp.cli.terminal import NobodyReadsError, Terminal, answer, complain, speak_utf8, tell
from ccmcp.errors import (
    BadArgumentError,
    BadArgumentsError,
    BadCursorError,
    BadTimeError,
    CcmcpError,
    NoBudgetError,
    NotATerminalError,
    UsageError,
)
from ccmcp.redact import clean, marks, sanitise, use_salt
from ccmcp.result import cleaned_result, plain
from ccmcp.screen import Screen

if TYPE_CHECKING:  # they load the index, which not every command needs
    from ccmcp.config import Config
    from ccmcp.history import History
    from ccmcp.tools import Tool

DONE, FAILED, MISUSED, UNREAD = 0, 1, 2, 141  # the last is what a shell makes of SIGPIPE

_MISUSE = (UsageError, BadArgumentError, BadArgumentsError, BadTimeError, BadCursorError, NoBudgetError)


def run(
    arguments: Sequence[str],
    *,
    catalogue: "Callable[[], Sequence[Tool]] | None" = None,
    open_history: "Callable[[Config], History] | None" = None,
) -> int:
    """Do what the arguments say; the exit code. See `ccmcp.cli.main`."""
    try:
        return _run(arguments, catalogue, open_history)
    except NobodyReadsError:
        return UNREAD
    except KeyboardInterrupt:
        import signal  # noqa: PLC0415 - hardly ever needed

        # A second Ctrl-C, while the interpreter waits for threads, must not show a traceback.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        return INTERRUPTED
    except SystemExit:
        raise
    except CcmcpError as error:
        complain(clean(str(error)))
        return MISUSED if isinstance(error, _MISUSE) else FAILED
    except BaseException as error:  # noqa: BLE001 - no traceback, whatever happens: not even for a panic in Rust
        _confess(error, os.environ)
        return FAILED


def _run(
    arguments: Sequence[str],
    catalogue: "Callable[[], Sequence[Tool]] | None",
    open_history: "Callable[[Config], History] | None",
) -> int:
    env, terminal = os.environ, Terminal.of(os.environ)
    speak_utf8()
    commands = commands_for(arguments, catalogue() if catalogue else tools_for(arguments))
    request = parse(arguments, commands)
    if not request.common.color:
        terminal = replace(terminal, colour=False)
    if request.command is None or request.wants != "answer":
        answer(_told(request, commands, terminal))
        return DONE
    found = _settings(env, request.common)
    use_salt(lambda: _salt(found, request.common))
    invocation = Invocation(
        env=found,
        terminal=terminal,
        common=request.common,
        commands=commands,
        load_config=lambda: _config(found, request.common),
        open_history=open_history or _patient_history,
        serve=lambda env: serve(env, catalogue=catalogue, open_history=open_history),
    )
    return _obey(request.command, request.parameters, invocation)


def hush() -> None:
    """Keep this process from printing tracebacks of threads and finalizers; what matters of them comes out in answers."""
    if os.environ.get("CCMCP_DEBUG"):
        return
    import threading  # noqa: PLC0415 - loaded by the time it matters

    threading.excepthook = lambda _: None
    sys.unraisablehook = lambda _: None


def _patient_history(config: "Config") -> "History":
    from ccmcp.history import History  # noqa: PLC0415 - as above

    return History(config, patient=True)


def _told(request: Request, commands: Mapping[str, Command], terminal: Terminal) -> str:
    from ccmcp.cli import help as manual  # noqa: PLC0415 - only who asks for it pays for it

    if request.wants == "version":
        return manual.version()
    screen = _screen("", terminal)
    if request.command is None:
        return manual.overview(commands, screen, request.group)
    return manual.manual(request.command, commands, screen)


def _settings(env: Mapping[str, str], common: Common) -> dict[str, str]:
    found = settings_of(env)
    if common.config_dir:
        whole = os.path.expanduser(common.config_dir)  # noqa: PTH111 - pathlib's raises without a home
        parts = [whole] if os.path.isdir(whole) else common.config_dir.split(",")  # noqa: PTH112 - pathlib's raises
        if not all(os.path.isdir(os.path.expanduser(part.strip())) for part in parts):  # noqa: PTH111, PTH112 - as above
            raise BadArgumentError("--config-dir", common.config_dir, "There is no such folder.")
        found["CLAUDE_CONFIG_DIR"] = common.config_dir
    return found


def _config(env: Mapping[str, str], common: Common) -> "Config":
    from ccmcp.config import Config  # noqa: PLC0415 - only commands that ask need it

    if common.tz:
        from zoneinfo import ZoneInfo  # noqa: PLC0415 - 4 ms that only those pay who name a zone

        try:
            ZoneInfo(common.tz)
        except (KeyError, ValueError, OSError):
            raise BadArgumentError("--tz", common.tz, "Give an IANA name, as Europe/Berlin.") from None
    return Config.load(env, {"timezone": common.tz})


def _salt(env: Mapping[str, str], common: Common) -> bytes:
    from ccmcp.salt import read_salt  # noqa: PLC0415 - only who meets a secret needs it

    return read_salt(_config(env, common).state)


def _obey(command: Command, parameters: object, invocation: Invocation) -> int:
    common, terminal = invocation.common, invocation.terminal
    if common.show_secrets and not terminal.out_is_tty:
        raise NotATerminalError
    document = common.format or ("csv" if common.csv and not command.csv else "")
    if document:
        # A document is for others: always redacted, whatever the terminal may show.
        text = clean(command.formats[document](parameters, invocation))
        _answer_text(text)
        _count_redacted(marks(text))
        return DONE
    result = command.run(parameters, invocation)
    if isinstance(result, int):
        return result
    # Before styling: cleaned text has no escape sequences. Not even --show-secrets lets a transcript's through.
    redacted: list[int] = []
    safe = cleaned_result(result, sanitise if common.show_secrets else lambda text: _counted(text, redacted))
    if common.json:
        import json  # noqa: PLC0415 - only --json needs it

        answer(json.dumps(plain(safe), ensure_ascii=False, indent=2 if terminal.out_is_tty else None))
    elif common.csv and command.csv:
        _answer_csv(command.csv(safe), safe)
    else:
        answer(command.screen(safe, _screen(common.tz, terminal)))
    if not common.json:  # its markers say so, and some programs read both outputs as one
        _count_redacted(sum(redacted))
    if why := command.refusal(safe) if command.refusal else "":
        complain(clean(why))
        return FAILED
    return DONE


def _counted(text: str, redacted: list[int]) -> str:
    safe = clean(text)
    if found := marks(safe):
        redacted.append(found)
    return safe


def _count_redacted(number: int) -> None:
    if number:
        complain(f"{number} {'secret is' if number == 1 else 'secrets are'} redacted in this answer")


def _answer_text(text: str) -> None:
    # Windows' standard output makes CR LF of each LF by itself.
    answer(text.replace("\r\n", "\n") if sys.platform == "win32" else text)


def _answer_csv(text: str, result: Any) -> None:
    _answer_text(text)
    if more := getattr(result, "next_cursor", None):  # CSV has no place to say so
        complain(f"there are more rows: --limit N, or --cursor {more}")


def _screen(zone: str, terminal: Terminal) -> Screen:
    from ccmcp.cli import clock  # noqa: PLC0415 - --json and --version do without

    return Screen(now=clock.now(zone), width=terminal.width, colour=terminal.colour)


def _confess(error: BaseException, env: Mapping[str, str]) -> None:
    """Say that something failed which should not, without what it holds: that may be private."""
    if env.get("CCMCP_DEBUG"):
        import traceback  # noqa: PLC0415 - hardly ever needed

        tell(clean("".join(traceback.format_exception(error))))
        return
    if isinstance(error, OSError) and error.strerror and isinstance(error.filename, str | bytes):
        complain(clean(f"{error.strerror}: {os.fsdecode(error.filename)}"))
        return
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    place = f" at {os.path.basename(frame.tb_frame.f_code.co_filename)}:{frame.tb_lineno}" if frame else ""  # noqa: PTH119 - no import for a name
    complain(
        f"internal error ({type(error).__name__}{place}). The same command with CCMCP_DEBUG=1 set prints the details; "
        "they may hold parts of your history."
    )
