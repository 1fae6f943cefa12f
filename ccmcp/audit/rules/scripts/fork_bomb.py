"""Programs that start themselves over and over."""

import re
from collections.abc import Iterator
from functools import cache

from ccmcp.audit.call import Scene
from ccmcp.audit.rule import Hit, rule
from ccmcp.audit.shell.command import Script


@rule(
    id="RES-001",
    title="Fork bomb",
    severity="critical",
    category="operations",
    matches="a shell function that pipes itself into itself in the background, and loops of fork in other languages",
    false_positives="None known outside of texts about them, which are quoted.",
    advice="Set ulimit -u.",
    on=Script,
    attack=("T1499",),
    atlas=("AML.T0034.002",),
    owasp=("ASI08",),
)
def fork_bomb(script: Script, scene: Scene) -> Iterator[Hit]:
    """
    Something that starts itself over and over until the machine stands still.

    Bad:
        :(){ :|:& };:                         # critical
        bomb() { bomb | bomb & }; bomb        # critical
        perl -e "fork while fork"             # critical
        python3 -c "import os; [os.fork() for _ in iter(int, 1)]"
    Fine:
        echo ":(){ :|:& };:"
        build() { make | tee log & }; build
        python3 -c "import os; pid = os.fork()"
    """
    _ = scene
    text = script.text
    if "&" in text and "|" in text and "{" in text:
        for match in _function().finditer(text):
            if not _quoted(text, match.start()):
                yield Hit(target="fork bomb", note="a function that starts itself twice")
                return
    for code in script.code:
        if "fork" in code.text and _forks().search(code.text):
            yield Hit(target="fork bomb", note=f"fork in a loop of {code.language}")
    if "%0|%0" in text.replace(" ", ""):
        yield Hit(target="fork bomb", note="a batch file that starts itself twice")


@cache
def _function() -> re.Pattern[str]:
    return re.compile(
        r"(?:(?:^|[\s;&|({])(?:function\s+)?(?P<name>[^\s(){};&|<>'\"$`]+)\s*\(\s*\)|\bfunction\s+(?P<named>[^\s(){};&|]+))"
        r"\s*[{(][^{}]{0,200}?(?:(?P=name)|(?P=named))\s*\|\s*&?\s*(?:(?P=name)|(?P=named))\s*&"
    )


@cache
def _forks() -> re.Pattern[str]:
    return re.compile(
        r"\bfork\s+while\s+(?:fork|true|1)|\bfork\s*(?:\(\)?\s*|\)\s*)?while\b|while\s*(?:\(\s*)?(?:1|true|True)\s*(?:\)\s*)?(?:[:{]\s*)?(?:\{\s*)?(?:os\.|Process\.|pcntl_)?fork\b"
        r"|\bloop\s*(?:\{|do)\s*fork|\.fork\(\)\s*for\b|while\s+(?:os\.)?fork\(\)|while\s*\(?1\)?.{0,40}(?:child_process|spawn|cluster)\.?fork"
    )


def _quoted(text: str, at: int) -> bool:
    """Whether a place in a shell text stands in quotes or a comment, roughly."""
    quote, start = "", 0
    line = text.rfind("\n", 0, at) + 1
    for here in range(start, at):
        sign = text[here]
        if sign == "\\" and quote != "'":
            continue
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"":
            quote = sign
    if quote:
        shell = text[:at].rstrip("'\" \t\n")
        return not shell.endswith((" -c", " -lc", " -ic", "eval", " -ec"))
    return "#" in text[line:at] and text[line:at].lstrip()[:1] == "#"
