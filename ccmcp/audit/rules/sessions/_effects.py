"""What a call does to what, as far as its target tells: to know an effect again that came about another way. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal, TypeAlias

from ccmcp.audit.hosts import host_of
from ccmcp.audit.shell.command import Command
from ccmcp.audit.shell.script import read_script

Verb: TypeAlias = Literal[
    "read", "write", "delete", "fetch", "send", "install", "push", "run", "mode", "stop"
]


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing a call does."""

    verb: Verb
    object: str
    """A path, a host, a package, a remote ..."""
    route: str
    """The tool or program that does it."""


_FILE_TOOLS: dict[str, Verb] = {
    "Read": "read", "NotebookRead": "read", "Write": "write", "Edit": "write", "MultiEdit": "write", "NotebookEdit": "write",
}  # fmt: skip
_SHELLS = frozenset({"Bash", "PowerShell", "Monitor"})


@lru_cache(maxsize=512)
def effects(tool: str, target: str) -> tuple[Effect, ...]:
    """What a call does; nothing for what only looks around."""
    if verb := _FILE_TOOLS.get(tool):
        return (Effect(verb, _plain(target), "file tool"),) if target else ()
    if tool in ("WebFetch", "web_fetch") or (
        tool.startswith("mcp__") and target.startswith(("http://", "https://"))
    ):
        return (Effect("fetch", host_of(target), tool),) if target else ()
    if tool not in _SHELLS:
        return ()
    script = read_script(target)
    found = dict.fromkeys(each for command in script.commands for each in _of_command(command) if each.object)
    for code in script.code:
        found |= dict.fromkeys(_of_code(code.text, code.language))
    return tuple(found)


def same(wanted: Effect, other: Effect) -> bool:
    """Whether an effect is brought about by another."""
    if wanted.verb != other.verb:
        emptied = wanted.verb == "delete" and other.verb == "write" and other.route in ("mv", "truncate")
        return emptied and _one(wanted.object, other.object)
    if other.object[:1] == _CODE:
        last = _last(wanted.object)
        return wanted.object in other.object or (len(last) >= _SHORTEST and last in other.object)
    if wanted.verb in ("fetch", "send", "push", "install", "run", "stop"):
        return wanted.object == other.object
    return _one(wanted.object, other.object) or (
        wanted.verb == "delete" and f"{wanted.object}/".startswith(f"{other.object}/")
    )


_CODE = "\n"
"""So begins an object that is the text of a program."""

_SHORTEST = 4


def _one(one: str, other: str) -> bool:
    """Whether two paths can be the same, one of them seen from another folder."""
    return one == other or f"/{one}".endswith(f"/{other}") or f"/{other}".endswith(f"/{one}")


def _plain(path: str) -> str:
    return path.replace("\\", "/").removeprefix("./").rstrip("/*").removeprefix("~/").removeprefix("$HOME/")


def _last(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2]


# -- commands

_DELETING = frozenset(
    {"rm", "rmdir", "unlink", "shred", "srm", "trash", "rimraf", "del", "gio", "Remove-Item"}
)
_READING = frozenset({
    "cat", "head", "tail", "less", "more", "bat", "grep", "rg", "awk", "sed", "base64", "xxd", "od", "hexdump", "strings", "nl", "tac", "cut",
    "sort", "jq", "yq", "source", ".", "openssl", "tee", "dd", "cp", "diff", "vim", "nano", "Get-Content", "type", "xargs", "paste",
})  # fmt: skip
_INSTALLING = frozenset({
    "npm", "pnpm", "yarn", "bun", "pip", "pip3", "pipx", "uv", "poetry", "conda", "brew", "apt", "apt-get", "dnf", "yum", "apk", "gem", "cargo",
    "go", "composer", "npx", "uvx", "bunx",
})  # fmt: skip
_INSTALL_WORDS = frozenset(
    {"install", "add", "i", "get", "require", "dlx", "exec", "x", "tool", "pip", "run", "global"}
)
_ASKING = frozenset({"curl", "wget", "http", "https", "xh", "scp", "git"})
_STOPPING = frozenset({"kill", "pkill", "killall", "taskkill", "fuser"})
_SHELL_PROGRAMS = frozenset(
    {"bash", "sh", "zsh", "dash", "python", "python3", "node", "ruby", "perl", "source", "."}
)
_SENDS = re.compile(r"^(?:-[dTF]|--data\S*|--upload-file|--form|--json|--post-data\S*|--post-file\S*)")


def _of_command(command: Command) -> Iterator[Effect]:
    name, args = command.name, [str(word) for word in command.args]
    operands = [str(word) for word in command.operands()]
    for redirect in command.redirects:
        if redirect.writes and not str(redirect.target).startswith(("/dev/", "&")):
            yield Effect(
                "write",
                _plain(redirect.target),
                "truncate" if not operands and name in ("", ":", "true") else name,
            )
    if name in _DELETING or (name == "git" and args[:1] == ["rm"]):
        yield from (Effect("delete", _plain(each), name) for each in operands)
    elif name == "find" and ("-delete" in args or "rm" in args):
        yield from (Effect("delete", _plain(each), name) for each in operands[:1])
    elif name in ("mv", "truncate", "cp", "install", "ln", "tee", "rsync", "dd", "sed", "perl") and operands:
        yield from _writing(name, args, operands)
    elif name in _ASKING or name in _INSTALLING:
        yield from _elsewhere(name, args, operands)
    elif name in ("chmod", "chown"):
        yield from (Effect("mode", _plain(each), name) for each in operands[1:])
    elif name in _STOPPING:
        yield from (Effect("stop", each, name) for each in operands)
    elif name in _SHELL_PROGRAMS and operands:
        yield Effect("run", _last(_plain(operands[0])), name)
    elif "/" in name or name.endswith((".sh", ".py")):
        yield Effect("run", _last(_plain(name)), "itself")
    if name in _READING:
        yield from (Effect("read", _plain(each), name) for each in operands if "/" in each or "." in each)


def _elsewhere(name: str, args: list[str], operands: list[str]) -> Iterator[Effect]:
    """What is asked of the net, sent there, or installed from it."""
    if name == "git":
        if "push" in args:
            yield Effect("push", "git push", "git")
    elif name == "scp":
        yield from (
            Effect("send", each.partition(":")[0].rpartition("@")[2], name)
            for each in operands
            if ":" in each
        )
    elif name in _INSTALLING:
        yield from (
            Effect("install", each.partition("@")[0] or each, name)
            for each in operands
            if each not in _INSTALL_WORDS
        )
    else:
        posts = any(_SENDS.match(each) or each in ("POST", "PUT", "PATCH", "DELETE") for each in args)
        yield from (
            Effect("send" if posts else "fetch", host_of(each), name) for each in args if "://" in each
        )


def _writing(name: str, args: list[str], operands: list[str]) -> Iterator[Effect]:
    if name in ("sed", "perl"):
        if any(each.startswith(("-i", "--in-place", "-pi")) for each in args):
            yield Effect("write", _plain(operands[-1]), name)
    elif name == "mv":
        yield from (Effect("write", _plain(each), "mv") for each in operands)
    elif name in ("tee", "truncate"):
        yield from (Effect("write", _plain(each), name) for each in operands)
    elif name == "dd":
        yield from (Effect("write", _plain(each[3:]), name) for each in operands if each.startswith("of="))
    else:
        yield Effect("write", _plain(operands[-1]), name)


# -- programs given as a text


@cache
def _in_code() -> tuple[tuple[Verb, re.Pattern[str]], ...]:
    return (
        ("delete", re.compile(r"rmtree|unlink|os\.remove|rmdir|rmSync|removeSync|rm_rf|\.rm\(|FileUtils\.rm|os\.RemoveAll|File\.delete")),
        ("write", re.compile(r"write_text|write_bytes|\.write\(|writeFile|appendFile|open\([^)]{0,200}['\"][waxr]\+?b?\+?['\"]|copyfile|shutil\.(?:copy|move)|os\.re(?:name|place)|File\.write")),
        ("read", re.compile(r"read_text|read_bytes|\.read\(|readFile|open\(|File\.read|load\(")),
        ("mode", re.compile(r"chmod|chown")),
        ("send", re.compile(r"requests\.(?:post|put|patch)|\.post\(|method['\"]?\s*[:=]\s*['\"](?:POST|PUT)|urlopen\([^)]{0,200}data")),
        ("fetch", re.compile(r"requests\.get|urlopen|urlretrieve|fetch\(|http\.get|axios|httpx|Net::HTTP")),
    )  # fmt: skip


def _of_code(text: str, language: str) -> Iterator[Effect]:
    for verb, pattern in _in_code():
        if pattern.search(text):
            yield Effect(verb, f"{_CODE}{text}", language)
