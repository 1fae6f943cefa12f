"""What a command line of a cloud or cluster client does to what others live on. Pure."""

from collections.abc import Iterator

from ccmcp.audit.rule import SEVERITIES, Hit, Severity
from ccmcp.audit.rules.commands._cli import Line, act
from ccmcp.audit.rules.commands._reach import in_production, on_this_machine
from ccmcp.audit.rules.commands._verbs import Effect, effect, own_settings, rehearsal
from ccmcp.audit.shell.command import Word

_USUAL: dict[Effect, Severity] = {"destroys": "high", "breaks": "medium", "pauses": "low"}


def judged(line: Line) -> Iterator[Hit]:
    """What is found in a command line: one hit, or none."""
    severity, note = _told(line)
    if not severity:
        return
    if rehearsal(line.command):
        yield Hit(_target(line), "info", "only shows what it would do")
    elif on_this_machine(line.command):
        yield Hit(_target(line), min(severity, "low", key=SEVERITIES.index), "on this machine")
    elif severity != "info" and in_production(line.command):
        higher = SEVERITIES[min(SEVERITIES.index(severity) + 1, 4)]
        yield Hit(_target(line), higher, "; ".join(filter(None, (note, "names production"))))
    else:
        yield Hit(_target(line), severity, note)


def _told(line: Line) -> tuple[Severity | None, str]:
    """How severe it is by acts.tsv, else by its verb, and why."""
    if found := act(line):
        if found.severity in ("info", "low") and not found.note and not any(map(_changes, line.words[:3])):
            return None, ""  # a row that holds harmless commands too: gh auth status
        if found.severity in SEVERITIES:
            return found.severity, found.note
        if found.severity:
            return None, ""
    for at, word in enumerate(line.words[: line.cli.depth]):
        what = effect(word)
        if what == "none":
            break
        if what:
            usual = _USUAL[what]
            if own_settings(line.words[:at]):
                return "info", "the client's own settings"
            return min(usual, line.cli.worst, key=SEVERITIES.index), ""
    return None, ""


def _changes(word: Word) -> bool:
    return effect(word) in _USUAL


_NAMED = ("name", "names", "-id", "-ids", "-arn", "bucket", "topic", "group")


def _target(line: Line) -> str:
    """The words that say what is done to what. Values of options are left out, but for those that are names."""
    words = [line.cli.name, *_leading(line)]
    args = line.command.args
    for at, word in enumerate(args):
        option, equals, value = word.partition("=")
        if option[:1] == "-" and option.endswith(_NAMED):
            words.append(value if equals else args[at + 1] if at + 1 < len(args) else "")
    return " ".join(filter(None, words))[:160]


def _leading(line: Line) -> Iterator[Word]:
    """The words up to the first that may be the value of an option nobody knows."""
    args = iter(line.command.args)
    known = set(line.words[:6])
    before = ""
    for word in args:
        if word in known and (before[:1] != "-" or "=" in before or len(before) < 3):
            yield word
        before = word
