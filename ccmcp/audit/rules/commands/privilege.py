"""Becoming root, and ways to become it later."""

from collections.abc import Iterator
from functools import cache

from ccmcp.audit.call import Scene
from ccmcp.audit.rule import Hit, rule
from ccmcp.audit.rules.commands._placed import in_container
from ccmcp.audit.rules.commands._table import Row, look_up, table
from ccmcp.audit.shell.command import Command
from ccmcp.audit.shell.interpreters import SHELLS

_ROOTS = frozenset({"sudo", "doas", "pkexec", "run0", "gosu", "su-exec", "sudoedit", "dzdo", "pfexec"})
_ROWS = """
info: visudo -c|--check ; sudoers checked
high: visudo * ; who may become root
high: visudo ; who may become root
high: usermod -aG|-a|-G|--groups|--append ~sudo|wheel|admin|root|docker|adm|lxd|disk|shadow|libvirt|sudo,docker|docker,sudo ; a group that is as good as root
high: usermod|useradd|adduser -u|--uid|-o ~0 ; an account that is root
medium: usermod -aG|-a|-G|-u|-s|-d|-p|-o ; an account
high: useradd|adduser -G|--groups|--ingroup ~sudo|wheel|admin|root|docker ; an account that may become root
high: adduser|addgroup * sudo|wheel|admin|root|docker|lxd ; a group that is as good as root
medium: useradd|adduser|addgroup|groupadd * ; an account
high: gpasswd -a|--add|-M ~sudo|wheel|admin|root|docker|lxd ; a group that is as good as root
medium: gpasswd|groupmod|newgrp * ; a group
high: dseditgroup ~admin|wheel ; a group that is as good as root
high: dscl ~admin|-append|-create|-passwd ; accounts
high: sysadminctl -addUser|-newPassword ; an account
info: setcap -v|-h ; capabilities shown
high: setcap * ; a program given capabilities
high: chpasswd|newusers ; passwords
medium: passwd|chpasswd * !-S|--status ; a password
medium: passwd !-S|--status ; a password
high: pam-auth-update|authselect|authconfig --force|--enable|--disable|select ; how logins are checked
high: capsh --print|--|--gid|--uid|--user ; a shell with other rights
medium: chsh * ; a login shell
high: DevToolsSecurity -enable ; debugging of any process
high: tccutil reset|insert ; the privacy settings
high: bless|installer -allowUntrusted ; what may run
high: net ~/add|/domain ; an account
medium: runas * ; another user's rights
high: setspn|psexec|PsExec * ; another user's rights
"""
_LOADERS = frozenset(
    {
        "LD_PRELOAD",
        "LD_AUDIT",
        "DYLD_INSERT_LIBRARIES",
        "DYLD_LIBRARY_PATH",
        "DYLD_FRAMEWORK_PATH",
        "LD_LIBRARY_PATH",
    }
)
_KNOWN_PRELOADS = (
    "libjemalloc", "libtcmalloc", "libmimalloc", "libasan", "libfaketime", "libubsan", "libtsan", "libgomp",
    "libeatmydata", "libstdbuf", "libpulse", "libxnvctrl", "libgcc_s", "liblsan", "libstdc++", "libsegfault",
    "libc.so", "vgl",
)  # fmt: skip
_ESCAPES = ("!/bin/sh", "!/bin/bash", "!sh", "!bash", ":!", "os.execute", 'os.system("/bin')
_ACTIONS = ("--checkpoint-action=exec", "--to-command=", "--use-compress-program=/bin/", "-I/bin/sh")
_EDITORS = frozenset({
    "vim", "vi", "nvim", "rvim", "less", "more", "man", "ed", "nano", "gdb", "tar", "zip", "rsync", "git",
    "ftp", "nmap", "mysql", "psql", "sqlite3", "journalctl", "systemctl", "view", "emacs", "screen",
})  # fmt: skip


@cache
def _table() -> dict[str, tuple[Row, ...]]:
    return table(_ROWS)


@rule(
    id="PRV-001",
    title="Privilege escalation",
    severity="medium",
    category="privilege",
    matches="Root shells (sudo su, sudo -i, sudo bash, su -), sudoers, groups that are as good as root, capabilities, LD_PRELOAD, shells out of other programs",
    false_positives="sudo with one ordinary command is info; images of containers add users as a matter of course.",
    advice="Let the agent run as a user who may not become root, and run the one command yourself.",
    permission="Bash(sudo:*)",
    on=Command,
    attack=("T1548.003", "T1574.006", "T1098"),
    owasp=("ASI03",),
    soc2=("CC6.1", "CC7.2"),
    auto_mode=("Security Weaken", "Permission Grant"),
)
def privilege(command: Command, scene: Scene) -> Iterator[Hit]:
    r"""
    More rights are taken, or laid open to be taken.

    Bad:
        sudo su -                           # medium
        sudo -i                             # medium
        sudo bash                           # medium
        su - root                           # medium
        sudo usermod -aG docker me          # high
        echo "me ALL=(ALL) NOPASSWD: ALL" | sudo tee /etc/sudoers.d/me  # medium
        sudo setcap cap_setuid+ep ./tool    # high
        LD_PRELOAD=/tmp/x.so ls             # medium
        sudo find . -exec /bin/sh \; -quit  # medium
        sudo vim -c ':!/bin/sh'             # medium
        pkexec /bin/sh                      # medium
    Fine:
        sudo apt-get install -y jq          # info
        sudo -u postgres psql app           # info
        sudo bash install.sh                # info
        su postgres -c "psql -l"
        visudo -c
        LD_PRELOAD=/usr/lib/libjemalloc.so.2 ./server
        chsh --help
    """
    name, args = command.name, command.args
    raised = not _ROOTS.isdisjoint(command.through)
    contained = in_container(command) and not command.host
    if name in _ROOTS:
        if command.has("-i", "-s", "--login", "--shell") or (name == "sudo" and not args):
            yield Hit(
                target=f"{name} shell",
                severity="low" if contained else "medium",
                note="a shell with all rights",
            )
    elif name == "su":
        if not command.has("-c", "--command", "-h", "--help") and not any(
            word[:1] != "-" and word not in ("root", "-") for word in args
        ):
            yield Hit(target="su", severity="low" if contained else "medium", note="a shell with all rights")
    elif name in SHELLS and _interactive(command):
        if raised:
            yield Hit(
                target=f"{name} as root",
                severity="low" if contained else "medium",
                note="a shell with all rights",
            )
        elif any(each in _OPENERS for each in command.through):
            yield Hit(target=name, severity="medium", note=f"a shell out of {command.through[-1]}")
        elif command.has("-p") and args[:1] == ("-p",):
            yield Hit(
                target=f"{name} -p", severity="medium", note="a shell that keeps the rights of its file"
            )
    elif raised and name in _EDITORS and any(escape in word for word in args for escape in _ESCAPES):
        yield Hit(target=name, severity="medium", note="a shell out of a program that runs as root")
    elif name in ("tar", "gtar", "bsdtar") and any(word.startswith(_ACTIONS) for word in args):
        yield Hit(target=name, severity="medium", note="a command run by tar")
    elif name in _table_programs() and (
        row := look_up(_table(), command, frozenset({"-s", "-d", "-c", "-p", "-k"}))
    ):
        if not (contained and row.severity != "info"):
            yield Hit(
                target=f"{name} {' '.join(command.operands()[:2])}".strip(),
                severity=row.severity,
                note=row.note,
            )
        else:
            yield Hit(target=name, severity="low", note=f"{row.note}, in a container")
    elif raised:
        yield Hit(target=f"sudo {name}", severity="info", note="run with all rights")
    yield from _sudoers(command)
    yield from _preload(command)
    _ = scene


_OPENERS = frozenset(
    {"find", "awk", "gawk", "perl", "ruby", "lua", "vim", "gdb", "expect", "tclsh", "mawk", "nawk"}
)


@cache
def _table_programs() -> frozenset[str]:
    return frozenset(_table())


def _interactive(command: Command) -> bool:
    """Whether a shell is started for its own sake: without a script, a text or an input."""
    return (
        not command.reads
        and not command.heredoc
        and not command.redirects
        and all(
            word in ("-i", "-l", "-p", "--login", "--norc", "--noprofile", "-li", "-il", "-ip", "-")
            for word in command.args
        )
    )


def _sudoers(command: Command) -> Iterator[Hit]:
    """Lines for /etc/sudoers, wherever they are written by."""
    texts = (
        (*command.args, command.heredoc)
        if command.name in ("echo", "printf", "tee", "cat", "sed", "bash", "sh")
        else ()
    )
    if not any("NOPASSWD" in text for text in texts):
        return
    written = any("sudoers" in redirect.target for redirect in command.redirects) or any(
        "sudoers" in word for word in command.args
    )
    if written or command.name in ("echo", "printf", "cat"):
        if written or (command.name in ("echo", "printf") and not command.redirects):
            yield Hit(target="sudoers", severity="high" if written else "medium", note="no password asked")
    elif command.heredoc and command.name == "tee":
        yield Hit(target="sudoers", severity="high", note="no password asked")


def _preload(command: Command) -> Iterator[Hit]:
    found = [(name, value) for name, value in command.sets.items() if name in _LOADERS]
    if command.name in ("export", "declare", "setenv"):
        for word in command.args:
            name, equals, value = word.partition("=")
            if equals and name in _LOADERS:
                found.append((name, value))  # type: ignore[arg-type]
    for name, value in found:
        if (
            name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FRAMEWORK_PATH")
            or not value
            or any(known in value.lower() for known in _KNOWN_PRELOADS)
        ):
            continue
        yield Hit(target=name, severity="medium", note="a library put before all others")
