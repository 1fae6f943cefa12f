"""
Every error ccmcp raises on purpose.

* CcmcpError
  - SettingsError: a setting that can't be used
  - CacheInUseError: the cache must be made anew, and another process has it open
  - BadTimeError: a text that is no time
  - BadArgumentError: an argument whose value can't be used
  - BadArgumentsError: arguments that don't fit a tool, each with its reason
  - UnknownToolError: no tool has this name
  - BadCursorError: a cursor that is none of ours, or belongs to another question
  - SessionNotFoundError: no session has this id
  - AmbiguousSessionError: several have it
  - NothingAlikeError: a session without words that others share
  - EntryNotFoundError: the session has no such entry
  - ProjectNotFoundError: no session of such a project
  - NoBudgetError: budgets are to be checked, and none is set
  - AnswerTooLongError: an answer that no client would take
  - FailedInternallyError: a fault of ccmcp's own, without its details
  - UsageError: a command line that can't be understood
    - UnknownCommandError: there is no such command
    - UnknownFlagError: the command has no such flag
    - MissingValueError: a flag or an argument without its value
    - SurplusArgumentError: more arguments than the command takes
    - TwoFormsError: one answer as JSON and as CSV
  - NotATerminalError: secrets are shown to people only
  - OutputError: the answer can't be written
  - RegistrationError: a client's settings file that can't be added to
  - MigrationError: sessions that can't be moved, copied or put back as asked
    - PlanNotFoundError: no plan has this id
    - BundleError: a bundle that can't be used
    - BundleNotMadeError: a bundle that can't be written
    - BundleExistsError: a bundle is to be made where there is a file
    - MigrationRefusedError: a step that would leave its place, or overwrite something
    - PlanExpiredError: a file is not as the plan saw it
    - MigrationBusyError: another migration is at work
    - MigrationUnfinishedError: an earlier one was cut short
    - MigrationRolledBackError: it failed, and everything is as it was
    - MigrationStuckError: it failed, and could not be taken back by itself
    - UndoRefusedError: what stands in the way of taking it back

A message says what was asked, why it failed and what to do next, because its
reader is often a model that acts on it. Text of transcripts never stands in one.
Damage inside transcripts is no error: it is a value, counted and reported.
"""

from collections.abc import Sequence


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """A sentence that names the nearest of the known names, or lists them when none is near."""
    from difflib import get_close_matches  # noqa: PLC0415 - only errors need it

    near = get_close_matches(name, known, n=1, cutoff=0.6)
    if near:
        return f"Did you mean {near[0]!r}?"
    return f"Known: {', '.join(_folded(each) for each in sorted(known))}." if known else "None is known."


def _folded(text: str) -> str:
    """A name from a history on one line, and no longer than a line: it stands among our own words."""
    return " ".join(text.split())[:200]


class CcmcpError(Exception):
    """The root of all errors that a front end shows to its user as one message."""


class SettingsError(CcmcpError):
    """A setting that can't be used; the message names the place it was read from."""


class CacheInUseError(CcmcpError):
    """The cache must be made anew (it is damaged, or of other settings), and another process has it open."""

    def __init__(self, folder: str) -> None:
        super().__init__(
            f"The index in {folder} must be made anew, and another ccmcp process is still at work in it. "
            "Try again when that has ended, or set CCMCP_CACHE_DIR to another folder."
        )


class BadTimeError(CcmcpError):
    """The text is no time we know."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"{text[:60]!r} is no time. Give an ISO date or time (2026-08-01, 2026-08-01T14:30), a month (2026-08), "
            "an age (12h, 7d, 2w), or today, yesterday, this-week, last-week, this-month, last-month."
        )


class BadArgumentError(CcmcpError):
    """An argument whose value can't be used."""

    def __init__(self, name: str, value: object, wanted: str) -> None:
        super().__init__(f"{name}: {str(value)[:60]!r} can't be used. {wanted}")


class BadArgumentsError(CcmcpError):
    """Arguments that don't fit a tool; each problem is a sentence."""

    def __init__(self, tool: str, problems: Sequence[str]) -> None:
        super().__init__(f"{tool} did not run. {' '.join(problems)}")


class UnknownToolError(CcmcpError):
    """No tool has this name."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(f"There is no tool {name[:60]!r}. {did_you_mean(name, known)}")


class BadCursorError(CcmcpError):
    """A cursor that is none of ours, or one that belongs to another question."""

    def __init__(self) -> None:
        super().__init__(
            "This cursor does not belong to this question. Pass next_cursor exactly as an answer gave it, with the same "
            "other arguments, or leave cursor out to start at the first page."
        )


class SessionNotFoundError(CcmcpError):
    """No session has this id or id prefix."""

    def __init__(self, session: str) -> None:
        super().__init__(
            f"No session matches {session[:60]!r}. Give a session id, or at least its first 6 characters; "
            "list_sessions (ccmcp list) shows recent ids and search_sessions (ccmcp search) finds older ones."
        )


class AmbiguousSessionError(CcmcpError):
    """Several sessions match an id prefix, or one id occurs in several roots."""

    def __init__(self, session: str, candidates: Sequence[str]) -> None:
        super().__init__(
            f"{session[:60]!r} fits {len(candidates)} sessions: {', '.join(map(_folded, candidates[:8]))}"
            f"{', ...' if len(candidates) > 8 else ''}. Give more of the id (or LABEL:ID)."
        )


class NothingAlikeError(CcmcpError):
    """A session to find others like, and it says nothing that any other says too."""

    def __init__(self, session: str) -> None:
        super().__init__(
            f"Session {_folded(session)} has no words that other sessions share, so none is like it. "
            "Search with words of your own."
        )


class EntryNotFoundError(CcmcpError):
    """The session has no such entry."""

    def __init__(self, entry: str, session: str) -> None:
        super().__init__(
            f"Session {_folded(session)} has no entry {entry[:60]!r}. Give an entry_id from a search or read answer "
            "(its first 8 characters are enough), or leave it out to read from the start."
        )


class ProjectNotFoundError(CcmcpError):
    """No session belongs to such a project."""

    def __init__(self, project: str, known: Sequence[str]) -> None:
        super().__init__(
            f"No project matches {project[:80]!r}. {did_you_mean(project, known[:40])} "
            "A real path, an encoded folder name or a unique part of the path will do."
        )


class NoBudgetError(CcmcpError):
    """Budgets are to be checked, and none is set: that nothing is passed would be no news."""

    def __init__(self, place: str) -> None:
        super().__init__(
            f"There is no budget to check. Set one in {place}: a line [budgets], below it day = 20 (US dollars), "
            "week = 100 or month = 300."
        )


class AnswerTooLongError(CcmcpError):
    """An answer that can't be cut, and is longer than clients take."""

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(
            f"The answer would have {size} characters, more than the {limit} a client takes. "
            "Ask for less at once: a smaller limit, a shorter period, or a page at a time with cursor."
        )


class FailedInternallyError(CcmcpError):
    """A fault of ccmcp's own: its kind, and none of its details, which may be private."""

    def __init__(self, kind: str) -> None:
        super().__init__(
            f"ccmcp failed internally ({kind}). The same call may work again; "
            "if it doesn't, try other arguments, and `ccmcp status` in a terminal to see whether the index is well."
        )


class UsageError(CcmcpError):
    """A command line that can't be understood."""


class UnknownCommandError(UsageError):
    """There is no such command."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(
            f"There is no command {name[:60]!r}. {did_you_mean(name, known)} `ccmcp --help` lists them."
        )


class UnknownFlagError(UsageError):
    """The command has no such flag."""

    def __init__(self, flag: str, command: str, known: Sequence[str]) -> None:
        super().__init__(f"`{command}` has no flag {flag[:60]}. {did_you_mean(flag, known)}")


class MissingValueError(UsageError):
    """A flag or an argument without its value."""

    def __init__(self, name: str, command: str, wanted: str) -> None:
        super().__init__(f"`{command}` needs a value for {name}: {wanted}. See `{command} --help`.")


class SurplusArgumentError(UsageError):
    """More arguments than the command takes."""

    def __init__(self, argument: str, command: str, usage: str) -> None:
        super().__init__(f"`{command}` has no use for {argument[:60]!r}. Usage: {usage}")


class TwoFormsError(UsageError):
    """One answer as JSON and as CSV."""

    def __init__(self, command: str) -> None:
        super().__init__(f"`{command}` gives its answer in one form: --json, --csv or --format NAME.")


class NotATerminalError(CcmcpError):
    """Secrets are shown to people only."""

    def __init__(self) -> None:
        super().__init__(
            "--show-secrets works on a terminal only, so that secrets get into no file, pipe or agent's context. "
            "Leave it out, or run the command in a terminal without redirecting its output."
        )


class OutputError(CcmcpError):
    """The answer can't be written."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The answer could not be written to standard output: {reason}.")


class RegistrationError(CcmcpError):
    """A client's settings file that can't be added to."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(
            f"{path} was left as it is: {reason}. Correct it, or add the lines that `ccmcp init` prints by hand."
        )


class MigrationError(CcmcpError):
    """Sessions that can't be moved, copied or put back as asked; the message says what stands in the way and what to do."""


class PlanNotFoundError(MigrationError):
    """No plan has this id."""

    def __init__(self, plan_id: str, known: Sequence[str]) -> None:
        super().__init__(
            f"There is no plan {plan_id[:60]!r}. {did_you_mean(plan_id, known)} "
            "Make one with plan_migration (ccmcp migrate plan); `ccmcp migrate list` shows those there are."
        )


class BundleError(MigrationError):
    """A bundle that can't be used."""

    def __init__(self, path: str, reason: str, advice: str) -> None:
        super().__init__(f"{path} can't be used as a bundle: {reason}. {advice}")


class BundleNotMadeError(MigrationError):
    """A bundle that can't be written."""

    def __init__(
        self, path: str, reason: str, advice: str = "Give a place with enough space that you may write to."
    ) -> None:
        super().__init__(f"No bundle was made at {path}: {reason}. Nothing was left there. {advice}")


class BundleExistsError(MigrationError):
    """A bundle is to be made where there is a file."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"There is a file {path} already, and bundles overwrite nothing. Give another name, or move it away."
        )


class MigrationRefusedError(MigrationError):
    """A step that would leave its place, or overwrite something."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(
            f"Nothing was done: {path!r} {reason}. Plan again; what can't be done is named there."
        )


class PlanExpiredError(MigrationError):
    """A file is not as the plan saw it."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"Nothing was done: {path!r} has changed since this was planned. Look at it and plan again."
        )


class MigrationBusyError(MigrationError):
    """Another migration is at work."""

    def __init__(self) -> None:
        super().__init__(
            "Another migration is at work at this moment. Nothing was done; try again when it has ended."
        )


class MigrationUnfinishedError(MigrationError):
    """An earlier migration was cut short."""

    def __init__(self, folders: Sequence[str]) -> None:
        super().__init__(
            f"An earlier migration was cut short ({', '.join(folders[:3])}). Nothing was done; "
            "run `ccmcp migrate recover` first: it ends it or takes it back."
        )


class MigrationRolledBackError(MigrationError):
    """It failed, and everything is as it was."""

    def __init__(self, reason: str, grown: Sequence[str] = ()) -> None:
        but = f", but for new lines in {', '.join(grown[:3])}" if grown else ""
        super().__init__(f"{reason}. It was taken back: everything is as it was before{but}.")


class MigrationStuckError(MigrationError):
    """It failed, and could not be taken back by itself."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"{reason}. It stands half way, and nothing is lost. Set right what is named here, then run `ccmcp migrate recover`."
        )


class UndoRefusedError(MigrationError):
    """What stands in the way of taking a migration back."""

    def __init__(self, reasons: Sequence[str], inexact: Sequence[str] = ()) -> None:
        """`inexact`: what only --exact refuses."""
        why = _first_few(reasons)
        if inexact:
            strictly = f"--exact refuses what would not be byte for byte as it was: {_first_few(inexact)}"
            why = f"{why}; {strictly}" if why else strictly
        do = [
            "Set that right, and undo again." if reasons else "",
            "Undo without --exact to have it so." if inexact else "",
        ]
        super().__init__(f"Nothing was undone: {why}. {' '.join(filter(None, do))}")


def _first_few(reasons: Sequence[str]) -> str:
    more = f" and {len(reasons) - 5} more" if len(reasons) > 5 else ""
    return "; ".join(reasons[:5]) + more
