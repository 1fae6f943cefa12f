"""What commands bring from elsewhere, or decode, and which of them run what they read. Pure."""

from collections.abc import Iterator, Sequence
from functools import cache
from re import Pattern
from re import compile as pattern

from ccmcp.audit.shell.command import Command, Script, Word
from ccmcp.audit.shell.interpreters import LANGUAGES, SHELLS, code_texts, language, shell_text
from ccmcp.audit.shell_hosts import host_in, hosts

DOWNLOADERS = frozenset(
    "curl curlie wget http https xh xhs aria2c axel fetch lynx w3m links elinks lwp-request lwp-download "
    "GET ftp lftp tftp nc ncat netcat gh gsutil aws scp rsync httpie dig nslookup host".split()
)
_ANY_TEXT = frozenset({"nc", "ncat", "netcat", "dig", "nslookup", "host"})


def downloads(command: Command) -> bool:
    """Whether a command prints what it gets from elsewhere."""
    name = command.name
    if name not in DOWNLOADERS:
        return False
    if name == "gh":
        return (
            command.args[:1] == (Word("api"),)
            and any("raw" in word or "contents" in word for word in command.args)
        ) or command.args[:2] == (Word("gist"), Word("view"))
    if name in ("aws", "gsutil", "scp", "rsync"):
        return any(word == "-" for word in command.args) or "cat" in command.args[:1]
    if name in ("curl", "curlie", "wget"):
        return not command.has("-I", "--head", "--spider")
    if name in ("nc", "ncat", "netcat"):
        return len(command.operands()) > 0
    return True


def hosts_of(command: Command) -> list[str]:
    """The hosts a downloader asks, `` for one that is not known."""
    return [each.host or host_in(each.url) for each in hosts(command)]


def runs_input(command: Command) -> bool:
    """Whether a command takes what it reads for a program: sh, bash -s, python3 -, source /dev/stdin, a <(...) as its script."""
    name, words = command.name, (Word(command.name), *command.args)
    if name in SHELLS:
        text, _, reads = shell_text(words)
        return text is None and (reads or _substituted(words[1:]))
    if name in ("source", "."):
        return _substituted(words[1:]) or words[1:2] in ((Word("/dev/stdin"),), (Word("/dev/fd/0"),))
    if name in ("at", "batch", "iex", "pwsh"):
        return name != "pwsh" or command.has("-") or "-" in command.args or not command.args
    tongue = language(name)
    if (tongue and tongue not in ("awk", "sed") and name in LANGUAGES) or tongue in (
        "python",
        "node",
        "perl",
        "ruby",
        "php",
    ):
        if tongue in ("awk", "sed"):
            return False
        texts, reads = code_texts(tongue, words)
        if command.has("-m", "-v", "--version", "-V", "-h", "--help", "--check", "-l") or texts:
            return False
        return reads or _substituted(words[1:])
    return False


def _substituted(words: Sequence[Word]) -> bool:
    first = next((word for word in words if word[:1] != "-"), "")
    return first[:2] == "<(" or first == "/dev/stdin"


def runs_words(command: Command) -> bool:
    """Whether a command takes a $(...) among its words for a program: eval "$(...)", sh -c "$(...)", python -c "$(...)"."""
    if not command.inner:
        return False
    name = command.name
    if name == "eval":
        return True
    if name in SHELLS:
        text, _, _ = shell_text((Word(name), *command.args))
        return text is not None and (
            text.lstrip()[:2] == "$("
            or text.lstrip()[:1] == "`"
            or _begins().search(command.text) is not None
        )
    tongue = language(name)
    if tongue and tongue not in ("awk", "sed"):
        texts, _ = code_texts(tongue, (Word(name), *command.args))
        return any(text.lstrip()[:2] == "$(" or text.lstrip()[:1] == "`" for text in texts)
    if name in ("source", "."):
        return False
    return name[:2] == "$(" or name[:1] == "`"


@cache
def _begins() -> Pattern[str]:
    return pattern(r"-\w*c\s+[\"']?(?:\$\(|`)")


def given(command: Command) -> Iterator[Command]:
    """The commands whose output a command runs as a program; none when it runs nothing so."""
    if command.reads and runs_input(command):
        for each in command.reads:
            yield each
            if each.name in ("echo", "printf", "cat"):
                yield from each.inner
    if runs_words(command):
        yield from command.inner
    if (
        command.reads
        and "xargs" in command.through
        and (command.name in SHELLS or command.name == "eval")
        and command.has("-c")
    ):
        text, _, _ = shell_text((Word(command.name), *command.args))
        if text is not None and (not text or text.strip() in ("{}", "%", "$@", "$1", "$0") or text == "-c"):
            yield from command.reads


def calls(script: Script) -> Iterator[tuple[Command, list[Command]]]:
    """The commands that run what others print, with these."""
    for command in script.commands:
        if command.reads or command.inner:
            found = list(given(command))
            if found:
                yield command, found
