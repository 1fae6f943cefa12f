"""A shell line -> what it is about: the command in it that matters, under a name its repetitions share. Pure."""

import re
from collections.abc import Sequence
from functools import lru_cache

from ccmcp.index.aims import is_mcp, is_shell
from ccmcp.index.commands import simple_commands

_WORD = re.compile(r"""(?:[^\s'"\\]|\\.|'[^']*'?|"(?:[^"\\]|\\.)*"?)+""")
_SUBCOMMAND = re.compile(r"[a-z][a-z0-9]*(?:[:_-][a-z0-9]+)*")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*\+?=|\$")
_CMDLET = re.compile(r"\b[A-Z][a-z]+-[A-Z]\w+")
_HOST = re.compile(r"[\w.-]+@[\w.-]+|(?<=//)[\w.-]+(?::\d+)?")

_BESIDE = frozenset(
    {
        ":", "[", "[[", "alias", "break", "case", "cd", "clear", "continue", "do", "done", "echo", "elif", "else", "esac",
        "exit", "export", "false", "fi", "for", "function", "if", "in", "local", "mkdir", "popd", "printf", "pushd", "pwd",
        "read", "return", "set", "shopt", "sleep", "source", ".", "test", "then", "touch", "trap", "true", "type", "ulimit",
        "umask", "unset", "until", "wait", "while", "{", "}", "\\",
    }
)  # fmt: skip
"""What stands around a command that matters."""

_FILTERS = frozenset(
    {
        "awk", "base64", "cat", "column", "cut", "egrep", "fgrep", "findstr", "fold", "grep", "head", "hexdump", "jq", "less",
        "more", "nl", "od", "rev", "rg", "sed", "sort", "tail", "tee", "tr", "uniq", "wc", "xargs", "xxd", "yq",
        "ForEach-Object", "Format-List", "Format-Table", "Group-Object", "Measure-Object", "Out-File", "Out-Null", "Out-String",
        "Select-Object", "Select-String", "Sort-Object", "Tee-Object", "Where-Object", "Write-Host", "Write-Output",
    }
)  # fmt: skip
"""What mostly works on another command's output."""

_ALONE = frozenset(
    {
        "basename", "chmod", "chown", "cmp", "command", "cp", "date", "dd", "df", "diff", "dig", "dir", "dirname", "du", "env",
        "eval", "file", "find", "free", "hostname", "id", "kill", "killall", "ln", "ls", "lsof", "man", "mount", "mv",
        "netstat", "nslookup", "open", "pgrep", "ping", "pkill", "ps", "readlink", "realpath", "rm", "rmdir", "rsync", "scp",
        "sftp", "stat", "sudo", "tar", "timeout", "top", "tree", "uname", "unzip", "vi", "vim", "whereis", "which", "who",
        "whoami", "xdg-open", "zip",
    }
) | _FILTERS  # fmt: skip
"""Programs whose first word is no subcommand but what they work on."""

_DEEP = {"aws": 2, "az": 2, "gcloud": 2, "gh": 2, "glab": 2, "heroku": 2, "vercel": 1}
_DEEPER = {
    ("docker", "compose"), ("docker", "service"), ("docker", "stack"), ("docker", "image"), ("docker", "container"),
    ("docker", "volume"), ("docker", "network"), ("docker", "buildx"), ("npm", "run"), ("pnpm", "run"), ("yarn", "run"), ("bun", "run"), ("mise", "run"),
    ("deno", "task"), ("uv", "pip"), ("git", "worktree"), ("git", "submodule"), ("git", "stash"), ("git", "remote"),
    ("nix", "flake"), ("cargo", "run"), ("claude", "mcp"), ("claude", "plugin"), ("composer", "run-script"), ("rtk", "git"), ("dotnet", "ef"), ("just", "run"),
}  # fmt: skip
"""Pairs whose third word says what is done."""

_INTERPRETERS = re.compile(
    r"(?:python|pypy|node|nodejs|deno|bun|ruby|perl|php|bash|sh|zsh|dash|ksh|tsx|ts-node|powershell|pwsh|lua|Rscript)[\d.]*"
)
_VALUED = {"git": ("-C", "-c"), "docker": ("-H", "--context"), "kubectl": ("-n", "--namespace", "--context"),
           "npm": ("--prefix", "-w"), "pnpm": ("--filter", "-F", "-C", "--dir"), "yarn": ("--cwd",), "make": ("-C", "-f"),
           "cargo": ("--manifest-path",), "go": ("-C",), "gh": ("-R", "--repo")}  # fmt: skip
"""Flags before a subcommand that take the word after them."""


@lru_cache(maxsize=4096)
def commands(line: str) -> tuple[str, ...]:
    """The simple commands of a line in order, each without what stands before the command proper."""
    return tuple(proper for _, proper in _commands(line))


def _commands(line: str) -> list[tuple[str, str]]:
    """The same, each as it is written before it."""
    found: list[tuple[str, str]] = []
    for form in simple_commands(line):
        # Each comes in several forms, each the end of the one before.
        if found and found[-1][1].endswith(form):
            found[-1] = (found[-1][0], form)
        else:
            found.append((form, form))
    return found


def main_command(line: str, error: str = "") -> str:
    """
    The command of a line that matters: the one an error's words begin with, else the last that does more than prepare or filter.

    Empty when the line has no command at all.
    """
    found = commands(line)
    if error:
        for command in found:
            if re.search(rf"(?:^|[\s/]){re.escape(_program(command))}(?:\.exe)?: ", error):
                return command
    found = tuple(each for each in found if not _ASSIGNMENT.match(each)) or found
    telling = [each for each in found if _program(each) not in _BESIDE]
    sources = [each for each in telling if _program(each) not in _FILTERS]
    return sources[-1] if sources else next(iter(telling or found), "")


def command_name(command: str) -> str:
    """
    What a command's repetitions have in common: program and subcommand, or an interpreter and its script.

    `git -C app push origin main` is `git push`, `npm run build -- --watch` `npm run build`,
    `python3 tools/x.py 1` `python3 x.py`.
    """
    words = _WORD.findall(command)
    if not words:
        return ""
    program = _program(command)
    rest = words[1:]
    if _INTERPRETERS.fullmatch(program):
        return f"{program} {_script(rest, command)}".strip()
    if program in ("ssh", "scp", "rsync", "curl", "wget", "sftp"):
        host = _HOST.search(command.partition(" ")[2])
        return f"{program} {host[0]}" if host else program
    if program in _ALONE:
        return program
    return " ".join([program, *_subcommands(program, rest)])


def _program(command: str) -> str:
    first = _WORD.match(command.strip())
    name = re.split(r"[/\\]", first[0].strip("'\""))[-1] if first else ""
    return re.sub(r"\.(?:exe|cmd|bat)$", "", name, flags=re.IGNORECASE)


def _script(rest: Sequence[str], command: str) -> str:
    """What an interpreter runs: the name of a script, or that it runs what it is given."""
    if cmdlet := _CMDLET.search(command):
        return cmdlet[0]
    for word in rest:
        if word in ("-c", "-e", "-p", "-", "-r", "-lc", "-Command", "-command", "--eval") or word.startswith(
            "<<"
        ):
            return "-c" if word.startswith("<<") or word == "-" else word
        if not word.startswith("-"):
            return re.split(r"[/\\]", word.strip("'\""))[-1]
    return ""


def _subcommands(program: str, rest: Sequence[str]) -> list[str]:
    found: list[str] = []
    skip = False
    for word in rest:
        if skip:
            skip = False
        elif word.startswith("-"):
            skip = word in _VALUED.get(program, ())
            if found:
                break
        elif _SUBCOMMAND.fullmatch(word) and len(found) < _depth(program, found):
            found.append(word)
        else:
            break
    return found


def _depth(program: str, found: Sequence[str]) -> int:
    deeper = bool(found) and (program, found[0]) in _DEEPER
    return _DEEP.get(program, 1) + deeper


# -- calls of any tool


def call_name(tool: str, target: str, error: str = "") -> str:
    """What a call's repetitions have in common: a shell command by its name, any other call by its tool."""
    if not is_shell(tool) or is_mcp(tool):
        return tool
    return command_name(main_command(target, error)) or tool


_QUICK_GIT = frozenset(
    {"add", "branch", "checkout", "config", "diff", "init", "log", "merge", "mv", "remote", "reset", "restore", "rev-parse",
     "rm", "show", "stash", "status", "switch", "tag"}
)  # fmt: skip


def is_waiting(line: str) -> bool:
    """Whether a line is there to wait: how long it took tells of something else."""
    return any(_program(each) == "sleep" for each in commands(line))


def slow_name(line: str) -> str:
    """The first command of a line that is not over at once, by its name; empty where there is none."""
    return next((command_name(each) for each in commands(line) if not _is_quick(each)), "")


def _is_quick(command: str) -> bool:
    program = _program(command)
    if program == "git":
        return bool(_QUICK_GIT.intersection(command_name(command).split()))
    return program in _BESIDE | _ALONE or bool(_ASSIGNMENT.match(command))


_LOOKING = _ALONE - frozenset(
    {
        "chmod", "chown", "cp", "dd", "kill", "killall", "ln", "mount", "mv", "open", "pkill", "rm", "rmdir", "rsync", "scp",
        "sftp", "sudo", "tar", "tee", "unzip", "xargs", "xdg-open", "zip",
    }
)  # fmt: skip
_LOOKING_GIT = frozenset({"diff", "log", "remote", "rev-parse", "show", "status"})


def is_looking(line: str) -> bool:
    """Whether a line changes nothing, as far as its programs tell."""
    return all(
        _program(each) in _LOOKING | _BESIDE or command_name(each) in {f"git {name}" for name in _LOOKING_GIT}
        for each in commands(line)
    )


_RISKY = re.compile(
    r"(?<![a-z])(?:apply|apt|apt-get|at|checkout|chmod|chown|clean|config|crontab|curl|dd|del|delete|deploy|destroy|down|drop|env|eval|exec|find|flush\w*|format"
    r"|kill|killall|kubectl|launchctl|migrate|mv|nc|osascript|parallel|pkill|prune|publish|purge|push|rebase|release|remove|reset"
    r"|restore|rm|rmdir|rsync|scp|sed|ssh|su|sudo|systemctl|tee|terraform|uninstall|up|upgrade|wget|xargs)(?![a-z])",
    re.IGNORECASE,
)
"""Words in the name of a command that nobody should be told to use because it worked once."""


_KNOWN = frozenset(
    {"bun", "cargo", "composer", "gh", "git", "go", "npm", "pip", "pip3", "pnpm", "poetry", "uv", "yarn"}
)
"""Programs whose second word is a subcommand for certain, never an argument."""


def may_be_told(name: str) -> bool:
    """Whether the name of a command that worked may stand in a line to paste: it tells no arguments, and harms nothing as far as it tells."""
    program, _, rest = name.partition(" ")
    return bool(name) and not _RISKY.search(name) and (not rest or program in _KNOWN)


_SCRIPT = r"(?:tests?|lint|check|build|format|fmt|type-?check)"
_TASK = rf"(?:{_SCRIPT}|(?:test|lint)[:-](?:all|ci|coverage|e2e|fix|integration|types|unit|watch))"
_CHECKS = re.compile(
    rf"""
      black | ctest | eslint | flake8 | gofmt | golangci-lint\ run | isort | jest | mypy | nox | phpunit | prettier | pyright | pytest
    | rspec | rubocop | ruff\ (?:check|format) | shellcheck | tox | tsc | vitest(?:\ run)?
    | (?:make|just|npm\ run|pnpm(?:\ run)?|yarn(?:\ run)?|bun\ run|deno\ task|mise\ run|composer\ run-script)\ {_TASK}
    | (?:npm|bun|deno|mix|swift)\ test | deno\ (?:check|lint) | swift\ build | go\ (?:build|test|vet)
    | cargo\ (?:build|check|clippy|fmt|test) | dotnet\ (?:build|test) | mvn\ (?:compile|test) | gradle\ (?:build|check|test)
    """,
    re.VERBOSE,
)
_LOOKS = re.compile(
    r"""
      git\ (?:add|blame|commit|describe|diff|fetch|log|ls-files|rev-parse|shortlog|show|stash\ list|status)
    | gh\ (?:issue\ (?:list|status|view) | pr\ (?:checks|diff|list|status|view) | release\ (?:list|view) | repo\ view
        | run\ (?:list|view|watch) | search\ \w+)
    """,
    re.VERBOSE,
)
_RUNNER = re.compile(r"(?:(?:uv|poetry|pdm|hatch) run|bundle exec|pnpm exec|python3? -m) ")
"""What may stand before a check in a rule: it runs what the project has, and fetches nothing."""

_READING = re.compile(
    r"mcp__[\w-]+?__(?:describe|find|get|list|read|search|view)(?:[_-](?!(?:and|or)[_-])[a-z0-9]+)*", re.ASCII
)
_PAGE = re.compile(r"https?://((?:[a-z0-9-]+\.)+[a-z]{2,})(?:[/?#]|$)")


def allow_rule(tool: str, target: str) -> str:
    """
    The permission rule that would allow calls such as this one; empty for all that is not known to be harmless.

    Known are commands that look or add to the local repository, tests, linters, formatters and builds, MCP tools that
    are called get, list, search ..., searches of the web, and pages of one host.
    """
    if is_mcp(tool):
        return tool if _READING.fullmatch(tool) else ""
    if tool == "WebSearch":
        return tool
    if tool == "WebFetch":
        host = _PAGE.match(target)
        return f"WebFetch(domain:{host[1]})" if host else ""
    telling = [both for both in _commands(target) if _program(both[1]) not in _BESIDE | _FILTERS]
    if tool != "Bash" or len(telling) != 1:
        return ""
    [(written, proper)] = telling
    name, before = command_name(proper), written.removesuffix(proper)
    checks = _CHECKS.fullmatch(name) and (not before or _RUNNER.fullmatch(before))
    known = checks or (_LOOKS.fullmatch(name) and not before)
    return f"Bash({before}{name}:*)" if known and proper.startswith(name) else ""
