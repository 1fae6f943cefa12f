"""
Commands that fail in the same way again and again.

Finds shell commands of one name (`git push`, `npm run build`) that failed with the same error three or
more times, and programs that are not there. It means that something about the machine or the project is
not written down: what is installed, how it is called, what has to run first.

Known false positives: tests, linters and compilers fail because that is their work; their errors differ
from time to time, so they seldom repeat enough. Where a line has several commands the one its error
names is taken, else the last: that may be the wrong one. An exit code without a word, as of a grep that
finds nothing, is left out, and so is looking for a file that is not there, or a program that worked later on. Errors are known to their
first 500 characters.

What a program printed is shown, but never part of a line to paste: such a line is to be obeyed later on. Of
what worked right afterwards it holds the name alone, if that is another and harms nothing; never its arguments.
"""

import re
from collections.abc import Iterator, Sequence

from ccmcp.index.activity import CallDone
from ccmcp.index.aims import is_mcp, is_shell
from ccmcp.insights._faults import alike, telling_line
from ccmcp.insights._paths import quoted
from ccmcp.insights._pattern import Advice, Finding, Pattern, Sign
from ccmcp.insights._shell import call_name, command_name, commands, main_command, may_be_told
from ccmcp.work.session import Work

_LOOKING = frozenset(
    {"cat", "dir", "find", "grep", "head", "kill", "less", "ls", "pgrep", "pkill", "rg", "rm", "stat", "tail", "type", "wc", "which"}
)  # fmt: skip
"""What is often called to see whether something is there."""

_NOT_THERE = re.compile(
    r"no such file|cannot access|cannot open|not found|no process|does not exist", re.IGNORECASE
)
_MISSING = re.compile(
    r"""
      (?:^|[:\s]) (?P<a>[\w.+-]+) : \s+ (?:command\ )?not\ found \s* $
    | command\ not\ found: \s* (?P<b>[\w.+-]+)
    | (?:^|\s) '?(?P<c>[\w.+-]+)'? \s* (?:: \s+ The\ term .*? )? \s is\ not\ recogni[sz]ed\ as
    """,
    re.VERBOSE,
)
_OTHER = re.compile(r"(?:Error: )?Command failed: (\S+)")
_NOT_INSTALLED = "not installed"
_NEXT, _ALIKE = 6, 0.5
"""So many calls on, a command with so large a share of the same words is what was tried instead."""


def _find(work: Work) -> Iterator[Sign]:
    signs = [sign for calls in work.calls_by_context() for sign in _failures(work, calls)]
    there = _worked(work) if any(sign.kind == _NOT_INSTALLED for sign in signs) else {}
    for sign in signs:
        if sign.kind != _NOT_INSTALLED or there.get(sign.subject, -1) < sign.at:
            yield sign


def _failures(work: Work, calls: Sequence[CallDone]) -> Iterator[Sign]:
    for number, call in enumerate(calls):
        if call.outcome == "error" and is_shell(call.tool) and not is_mcp(call.tool):
            name, line = call_name(call.tool, call.target, call.error), telling_line(call.error)
            looked = name.split()[0] in _LOOKING and _NOT_THERE.search(line)
            if line and not looked and not _of_another(line, call.target):
                yield _sign(work, call, name, line, calls[number + 1 : number + 1 + _NEXT])


def _of_another(line: str, target: str) -> bool:
    """Whether an error is of a command that the line did not run: one of the client's own."""
    found = _OTHER.match(line)
    return found is not None and found[1] not in target


def _worked(work: Work) -> dict[str, int]:
    """When each program worked last: so long it was there."""
    found: dict[str, int] = {}
    for call in work.calls:
        if call.outcome == "ok" and is_shell(call.tool):
            for command in commands(call.target):
                program = command.partition(" ")[0]
                found[program] = max(found.get(program, 0), call.at)
    return found


def _sign(work: Work, call: CallDone, name: str, line: str, later: Sequence[CallDone]) -> Sign:
    missing = _missing(line)
    return Sign(
        subject=missing or name,
        kind=_NOT_INSTALLED if missing else alike(line),
        entry_id=call.entry_id,
        at=call.at,
        note=line,
        remedy=_instead(call, missing, later),
        cost=work.share(call),
    )


def _missing(line: str) -> str:
    """The program that is not there, where that is what went wrong."""
    found = _MISSING.search(line)
    return next(filter(None, found.groups()), "") if found else ""


def _instead(failed: CallDone, missing: str, later: Sequence[CallDone]) -> str:
    """The name of the next command much like a failed one that worked; where a program is missing, the program that did without it."""
    command = main_command(failed.target, failed.error)
    if missing and missing != command.partition(" ")[0]:
        return ""
    given = 1 if missing else 0
    words = set(command.split()[given:])
    for call in later:
        if call.outcome != "ok" or not is_shell(call.tool):
            continue
        other = main_command(call.target)
        theirs = set(other.split()[given:])
        common = len(words & theirs)
        same = command.startswith(other) or missing in other.split()
        if common and common >= _ALIKE * len(words | theirs) and not same:
            return command_name(other).split()[0] if missing else command_name(other)
    return ""


_TIMED_OUT = re.compile(r"command timed out", re.IGNORECASE)
_NO_LOGIN = re.compile(
    r"could not read username|permission denied \(publickey|not logged in|authentication failed|unauthorized|repository not found|gh auth login",
    re.IGNORECASE,
)


def _advise(finding: Finding) -> Advice:
    subject, note = finding.subject, finding.note
    name = quoted(subject, "command")
    same = f"{finding.remedy} ".startswith(f"{subject} ")
    other = finding.remedy if not same and may_be_told(finding.remedy) else ""
    into = finding.memory
    if finding.kind == _NOT_INSTALLED:
        into = "~/.claude/CLAUDE.md"
        do = f"Install {name}, or say that it is not there."
        there = quoted(other, "program") if other else "[what is there]"
        line = f"is not installed on this machine: use {there} instead."
    elif _TIMED_OUT.search(note):
        do = "Have what does not end by itself run in the background, and give what is slow a longer timeout."
        line = "does not end by itself: run it with run_in_background and read its output later."
    elif _NO_LOGIN.search(note):
        do = "A login or a right is missing: give it once outside of the session, or say that it is yours to do."
        line = "fails here for want of a login: leave it to me, and say that it is to be done."
    elif subject == "cd":
        do = "Commands start in another folder than the agent thinks: have it use paths from the project's root."
        line = "to a relative path fails when the shell is elsewhere already: use absolute paths, or none at all."
    elif other:
        do = f"Say in {into} how it is done here; what is pasted worked right afterwards."
        line = f"fails here: use {quoted(other, 'command')}."
    elif finding.remedy:
        do = f"Say in {into} how it is done here: something much like it worked right afterwards, read on there."
        line = "fails here unless it is called [how]."
    else:
        do = f"Say in {into} how it is done here, or what has to be done first."
        line = "fails here: [what works instead, or what has to be done first]."
    return Advice(do=do, paste=f"- {name} {line}", into=into)


PATTERN = Pattern(
    name="failing_commands",
    title="Commands that keep failing",
    cost_of="the responses that made these calls",
    find=_find,
    advise=_advise,
    least=3,
)
