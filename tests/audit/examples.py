"""
The examples in rules' docstrings, as calls.

A line under `Bad:` or `Fine:` is a shell command; with a tool's name before it (`Read: ~/.ssh/id_rsa`) what that tool is
given; a line that begins with `...` goes on with the one before. `  # critical` at its end names the severity exactly.
Bad means medium or more, Fine less than that.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ccmcp.audit.call import Call
from ccmcp.audit.rule import SEVERITIES, Rule

CWD, HOME = "/home/me/project", "/home/me"

_ARGUMENTS = {
    "Bash": "command", "PowerShell": "command", "Read": "file_path", "Write": "file_path", "Edit": "file_path",
    "WebFetch": "url", "Grep": "path", "Glob": "path", "Agent": "prompt",
}  # fmt: skip


@dataclass(frozen=True)
class Example:
    rule: Rule[Any]
    text: str
    bad: bool
    severity: str
    """Exactly this one; any that is bad, or fine, when empty."""

    @property
    def call(self) -> Call:
        tool, colon, given = self.text.partition(": ")
        if colon and tool in _ARGUMENTS:
            path, _, content = given.partition(" <- ")
            extra = (
                {"content": content} if tool == "Write" else {"new_string": content} if tool == "Edit" else {}
            )
            return Call(tool=tool, input={_ARGUMENTS[tool]: path, **extra}, cwd=CWD)
        if colon and tool == "Bash(dangerouslyDisableSandbox)":
            return Call(tool="Bash", input={"command": given, "dangerouslyDisableSandbox": True}, cwd=CWD)
        if colon and tool.startswith("mcp__"):
            return Call(tool=tool, input={"query": given}, cwd=CWD)
        return Call(tool="Bash", input={"command": self.text}, cwd=CWD)

    def fits(self, severity: str) -> bool:
        """Whether the severity found (empty: nothing was found) is what the example says."""
        if self.severity:
            return severity == self.severity
        return (bool(severity) and SEVERITIES.index(severity) >= 2) is self.bad


def examples(rule: Rule[Any]) -> Iterator[Example]:
    """The examples of a rule."""
    section, lines = "", list[tuple[str, str]]()
    for line in (rule.find.__doc__ or "").splitlines():
        if (word := line.strip()) in ("Bad:", "Fine:"):
            section = word
        elif section and word.startswith("..."):
            lines[-1] = (section, f"{lines[-1][1]}\n{word[3:].removeprefix(' ')}")
        elif section and word:
            lines.append((section, word))
    for section, line in lines:
        text, severity = line, ""
        if found := re.search(r"\s+# (critical|high|medium|low|info)$", line):
            text, severity = line[: found.start()], found[1]
        yield Example(rule, text, section == "Bad:", severity)
