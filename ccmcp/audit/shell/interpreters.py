"""Programs that take a program's text as an argument or from their input, and the shell text within such a text. Pure."""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from ccmcp.audit.shell.command import Word

SHELLS = frozenset({"sh", "bash", "zsh", "dash", "ksh", "mksh", "ash", "fish", "rbash", "csh", "tcsh"})
_SHELL_VALUED = frozenset({"-o", "-O", "+o", "+O", "--rcfile", "--init-file"})

LANGUAGES = {
    "python": "python", "pypy": "python", "ipython": "python", "node": "node", "nodejs": "node", "deno": "node", "bun": "node",
    "tsx": "node", "ts-node": "node", "perl": "perl", "ruby": "ruby", "php": "php", "lua": "lua", "luajit": "lua", "osascript": "applescript",
    "Rscript": "r", "awk": "awk", "gawk": "awk", "mawk": "awk", "nawk": "awk", "sed": "sed", "gsed": "sed",
}  # fmt: skip
_OPTIONS = {
    "python": ("-c",), "node": ("-e", "-p", "--eval", "--print", "-pe"), "perl": ("-e", "-E"), "ruby": ("-e",), "php": ("-r",),
    "lua": ("-e",), "applescript": ("-e",), "r": ("-e",),
}  # fmt: skip
_VERSION = re.compile(r"[\d.]+$")


def language(name: str) -> str:
    """The language an interpreter of this name runs; empty when it is none."""
    return LANGUAGES.get(name) or LANGUAGES.get(_VERSION.sub("", name), "")


def shell_text(words: Sequence[Word]) -> tuple[Word | None, tuple[Word, ...], bool]:
    """Of a call of a shell: the text after -c and what it gets as $1 ..., and whether it reads its commands from its input."""
    at = 1
    while at < len(words):
        word = words[at]
        at += 1
        if word in _SHELL_VALUED:
            at += 1
        elif word == "--command" or (word[:1] == "-" and word[1:2] != "-" and "c" in word):
            while at < len(words) and words[at][:1] == "-" and words[at] != "-":
                at += 1
            if at < len(words):
                return words[at], tuple(words[at + 2 :]), False
            return None, (), False
        elif word[:1] == "-" and word[1:2] != "-" and "s" in word:
            return None, tuple(words[at:]), True
        elif word in ("-", "--", "/dev/stdin"):
            return None, (), at >= len(words) or word == "/dev/stdin"
        elif word[:1] not in ("-", "+"):
            return None, (), False
    return None, (), True


def code_texts(tongue: str, words: Sequence[Word]) -> tuple[list[Word], bool]:
    """Of a call of an interpreter: the program texts among its arguments, and whether it reads one from its input."""
    if tongue in ("awk", "sed"):
        return _filter_text(tongue, words), False
    options = _OPTIONS[tongue]
    found, at = list[Word](), 1
    while at < len(words):
        word = words[at]
        at += 1
        if word in options or (
            tongue in ("perl", "ruby", "python")
            and word[:1] == "-"
            and word[1:2] != "-"
            and word[-1:] == options[0][1]
            and len(word) > 2
            and word[1] not in "MmIr"  # perl -MLWP::Simple names a module
        ):
            if at < len(words):
                found.append(words[at])
                at += 1
        elif word == "eval" and tongue == "node" and at < len(words):
            found.append(words[at])
            at += 1
        elif word in ("-", "/dev/stdin"):
            return found, not found
        elif word[:1] != "-":
            return found, False
    return found, not found


def _filter_text(tongue: str, words: Sequence[Word]) -> list[Word]:
    valued = ("-F", "-v", "--field-separator", "--assign") if tongue == "awk" else ("-l", "--line-length")
    found, at = list[Word](), 1
    while at < len(words):
        word = words[at]
        at += 1
        if word in valued:
            at += 1
        elif word in ("-e", "--expression", "--source") and at < len(words):
            found.append(words[at])
            at += 1
        elif word in ("-f", "--file"):
            return found
        elif word[:1] != "-":
            return found or [word]
    return found


# "(?:[^"\\]|\\.)*" and its like: a string as one group without its quotes
_STRING = r"""([rbfRBF]{0,2})(?:'{3}((?:[^'\\]|\\.|'(?!''))*)'{3}|"{3}((?:[^"\\]|\\.|"(?!""))*)"{3}|'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`)"""
_CALLS = {
    "python": r"\b(?:os\.(?:system|popen)|commands\.getoutput|(?:subprocess\.|\bsp\.)?(?:run|call|Popen|check_call|check_output|getoutput|getstatusoutput)|create_subprocess_(?:shell|exec)|os\.exec[lv]p?e?|os\.spawn\w+|pty\.spawn)",
    "node": r"\b(?:execSync|execFileSync|execFile|spawnSync|spawn|exec|execa|execaSync|\$)|\bBun\.spawn|\bDeno\.Command",
    "perl": r"\b(?:system|exec|qx)\b",
    "ruby": r"\b(?:system|exec|spawn|popen|capture2e?|capture3)\b",
    "php": r"\b(?:shell_exec|exec|system|passthru|proc_open|popen)",
    "awk": r"\bsystem",
    "lua": r"\bos\.execute|\bio\.popen",
    "applescript": r"\bdo shell script",
    "r": r"\bsystem2?",
}
_BACKTICKS = re.compile(r"`([^`\n]+)`|(?:%x|\bqx)(?:\{([^}]*)\}|\(([^)]*)\)|/([^/]*)/)")
_HINT = re.compile(r"system|exec|popen|Popen|spawn|subprocess|run|call|output|passthru|do shell|`|qx|%x|\$")


@cache
def _call(tongue: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{_CALLS[tongue]})\s*(?:\(\s*)?(\[)?\s*{_STRING}", re.DOTALL)


@cache
def _string() -> re.Pattern[str]:
    return re.compile(rf"\s*,\s*\[?\s*{_STRING}", re.DOTALL)


def shell_in_code(tongue: str, text: str) -> Iterator[str | tuple[Word, ...]]:
    """The shell texts, or the words of commands, that a program text runs: os.system("..."), subprocess.run([...]) ..."""
    if tongue not in _CALLS or not _HINT.search(text):
        return
    for found in _call(tongue).finditer(text):
        words = [_plain(*found.groups()[1:])]
        at = found.end()
        while more := _string().match(text, at):
            words.append(_plain(*more.groups()))
            at = more.end()
        listed = found[1] is not None or (len(words) > 1 and " " not in words[0])
        yield tuple(Word(word) for word in words) if listed else words[0]
    if tongue in ("perl", "ruby", "php"):
        for ticks in _BACKTICKS.finditer(text):
            yield next(group for group in ticks.groups() if group is not None)


def _plain(marks: str, *strings: str | None) -> str:
    """A string of a program text as the shell gets it; {name} of an f-string is a variable to it."""
    text = next((string for string in strings if string is not None), "")
    if "f" in marks.lower():
        text = re.sub(r"\{([A-Za-z_]\w*)[^{}]*\}", r"${\1}", text)
    return re.sub(
        r"\\(.)", lambda found: {"n": "\n", "t": "\t"}.get(found[1], found[1]), text, flags=re.DOTALL
    )
