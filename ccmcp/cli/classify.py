"""`ccmcp classify`: what the audit says of a call before it is made, for people. `hook` answers programs."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ccmcp.cli.command import REPORTS, Command, Invocation
from ccmcp.errors import BadArgumentError, UsageError
from ccmcp.screen import Screen, Style

if TYPE_CHECKING:
    from ccmcp.audit.rule import Confidence, Severity

STYLES: dict[str, tuple[Style, ...]] = {"critical": ("red", "bold"), "high": ("red",), "medium": ("yellow",)}
"""How a severity looks."""


@dataclass(frozen=True, kw_only=True)
class Classify:
    """Which call."""

    bash: str = ""
    """A Bash command, in quotes."""

    tool: str = "Bash"
    """The tool that is called: Read, WebFetch, mcp__github__create_issue ..."""

    input: str = ""
    """What the tool is given, as a JSON object; see the examples."""

    cwd: str = ""
    """The folder it is called in; by default none in particular."""

    jsonl: bool = False
    """Answer each line of standard input, an object with tool, input and cwd, with a line: an object with findings, each with rule, severity, confidence."""

    hook: bool = False
    """Answer as Claude Code's PreToolUse hook, by the policy in the settings' [hook]; the exit code is always 0."""


@dataclass(frozen=True, kw_only=True)
class Classification:
    """One finding."""

    rule: str
    title: str
    severity: "Severity"
    confidence: "Confidence"
    target: str
    """What it is about: a path, a host, a branch ..."""

    note: str
    """Why it is more or less severe than usual."""

    matches: str
    """What the rule looks for."""

    advice: str
    permission: str
    """The permission rule of Claude Code's settings that would stop it; empty when none can."""


@dataclass(frozen=True, kw_only=True)
class Classified:
    """What the rules say of a call, the most severe first."""

    findings: tuple[Classification, ...]


def _run(asked: Classify, invocation: Invocation) -> Classified | int:
    from ccmcp.cli import hook  # noqa: PLC0415 - with all rules, which help does without

    if asked.jsonl or asked.hook:  # with an option before it, `main` does not see it
        return hook.classify(["--hook" if asked.hook else "--jsonl"], invocation.env)
    if not asked.bash and not asked.input:
        raise UsageError(
            "`ccmcp classify` needs a command, --tool with --input, --jsonl or --hook. See `ccmcp classify --help`."
        )
    if not asked.tool.strip():
        raise BadArgumentError(
            "--tool", asked.tool, "Give the tool's name: Bash, Read, mcp__github__create_issue."
        )
    given = {"tool": asked.tool, "input": _input(asked), "cwd": asked.cwd}
    return Classified(
        findings=tuple(
            Classification(
                rule=each.rule.id,
                title=each.rule.title,
                severity=each.severity,
                confidence=each.confidence,
                target=each.hit.target,
                note=each.hit.note,
                matches=each.rule.matches,
                advice=each.rule.advice,
                permission=each.rule.permission,
            )
            for each in hook.examine_call(given)
        )
    )


def _input(asked: Classify) -> dict[str, object]:
    try:
        found = json.loads(asked.input) if asked.input else {}
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise BadArgumentError("--input", asked.input, 'Give a JSON object, as {"file_path": "/etc/passwd"}.')
    return {**found, "command": asked.bash} if asked.bash else found


def _screen(result: Classified, screen: Screen) -> str:
    if not result.findings:
        return "Nothing found."
    return "\n\n".join(_block(each, screen) for each in result.findings)


def _block(found: Classification, screen: Screen) -> str:
    severity = screen.style(found.severity, *STYLES.get(found.severity, ()))
    sure = "" if found.confidence == "definite" else f" ({found.confidence})"
    lines = [f"{severity}{sure}  {screen.style(found.rule, 'bold')}  {found.title}"]
    note = f" ({found.note})" if found.note else ""
    rows = (
        ("of", f"{found.target}{note}"),
        ("looks for", found.matches),
        ("advice", found.advice),
        ("stops it", found.permission),
    )
    return "\n".join(
        [*lines, *(f"  {screen.style(f'{name:<9}', 'dim')}  {text}" for name, text in rows if text)]
    )


COMMAND = Command(
    name="classify",
    description=(
        "What the audit's rules say of a tool call that was not made yet: a Bash command, or any tool's input. "
        "With --jsonl it answers programs, line by line, and with --hook Claude Code itself, which then asks or refuses."
    ),
    group=REPORTS,
    parameters=Classify,
    run=_run,
    screen=_screen,
    positional=("bash",),
    examples=(
        "ccmcp classify 'git push --force origin main'",
        """ccmcp classify --tool Read --input '{"file_path": "~/.ssh/id_rsa"}'""",
        "ccmcp classify --jsonl < calls.jsonl",
    ),
)
