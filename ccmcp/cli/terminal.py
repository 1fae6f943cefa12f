"""Where answers go: what the terminal can do, and writing to it without surprises."""

import errno
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self, TextIO

from ccmcp.errors import OutputError

PIPED_WIDTH = 100


class NobodyReadsError(Exception):
    """The reader of our output has gone, as `head` does: no error, but nothing is left to do either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """What is known of the streams."""

    in_is_tty: bool = False
    out_is_tty: bool = False
    err_is_tty: bool = False
    width: int = PIPED_WIDTH
    colour: bool = False
    """Whether standard output may be styled."""

    unicode: bool = True
    """Whether standard error shows more than ASCII."""

    @classmethod
    def of(cls, env: Mapping[str, str], platform: str = sys.platform) -> Self:
        """What the streams of this process and its environment say."""
        out_is_tty, err_is_tty = _is_tty(sys.stdout), _is_tty(sys.stderr)
        dumb = env.get("TERM") == "dumb"
        plain = dumb or bool(env.get("NO_COLOR")) or env.get("CLICOLOR") == "0"
        return cls(
            in_is_tty=_is_tty(sys.stdin),
            out_is_tty=out_is_tty,
            err_is_tty=err_is_tty and not dumb,
            width=_width(env) if out_is_tty or err_is_tty else PIPED_WIDTH,
            colour=out_is_tty and not plain and (platform != "win32" or _has_escapes(env)),
            unicode="utf" in (getattr(sys.stderr, "encoding", None) or "").lower(),
        )


def _is_tty(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # it has been closed
        return False


def _has_escapes(env: Mapping[str, str]) -> bool:
    """Whether this Windows console understands escape sequences; the old one shows them."""
    return any(env.get(name) for name in ("WT_SESSION", "TERM", "TERM_PROGRAM", "ANSICON")) or (
        env.get("ConEmuANSI") == "ON"
    )


def _width(env: Mapping[str, str]) -> int:
    # shutil.get_terminal_size does the same, after importing every kind of archive.
    if (given := env.get("COLUMNS", "")).isdecimal() and int(given) > 0:
        return max(int(given), 40)
    for number in (1, 2, 0):
        try:
            if found := os.get_terminal_size(number).columns:
                return max(found, 40)
        except OSError:
            continue
    return 80


def working_folder() -> str:
    """Where the command was typed; empty when that folder is gone."""
    try:
        return os.getcwd()  # noqa: PTH109 - pathlib's is the same with an import
    except OSError:  # it has been deleted
        return ""


def speak_utf8() -> None:
    """Make the streams take any text, whatever the locale says: answers hold all languages."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")


def answer(text: str) -> None:
    """
    Write an answer to standard output, all of it.

    Raises:
        NobodyReadsError: the reader has gone.
        OutputError: it can't be written.

    """
    if sys.stdout is None:
        raise OutputError("it is closed")
    try:
        sys.stdout.write(text if text.endswith("\n") or not text else f"{text}\n")
        sys.stdout.flush()
    except ValueError as error:
        raise OutputError("it is closed") from error
    except OSError as error:
        _abandon(sys.stdout)
        # Windows says EINVAL for a pipe without a reader.
        if error.errno == errno.EPIPE or (sys.platform == "win32" and error.errno == errno.EINVAL):
            raise NobodyReadsError from error
        raise OutputError(error.strerror or "unknown reason") from error


def complain(text: str) -> None:
    """Write a line to standard error, if that is possible."""
    tell(f"ccmcp: {text}\n")


def tell(text: str) -> None:
    """Write to standard error as it is, if that is possible."""
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except (OSError, ValueError):
        _abandon(sys.stderr)


def _abandon(stream: TextIO) -> None:
    """Send what is left in the buffer nowhere: Python would try again at exit, and complain."""
    try:
        number = stream.fileno()
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, number)
        os.close(nowhere)
    except (OSError, ValueError):
        return
