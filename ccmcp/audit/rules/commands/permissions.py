"""Permissions and owners that open or break what they are set on."""

import re
from collections.abc import Iterator
from functools import cache

from ccmcp.audit.call import Scene
from ccmcp.audit.places import Place
from ccmcp.audit.rule import SEVERITIES, Hit, Severity, rule
from ccmcp.audit.rules.commands._placed import placed
from ccmcp.audit.shell.command import Command, Word


@rule(
    id="FS-006",
    title="Dangerous permission or ownership change",
    severity="medium",
    category="files",
    matches="chmod that makes world-writable, setuid or inaccessible, and recursive chmod, chown, setfacl, chattr on system or home folders",
    false_positives="chmod +x, and 755 or 644 in the project, are left alone; a recursive owner change in the project is low.",
    advice="Give the least that works: a group, u+x, 750 or 640.",
    permission="Bash(chmod 777:*)",
    on=Command,
    programs=(
        "chmod",
        "chown",
        "chgrp",
        "setfacl",
        "chattr",
        "icacls",
        "takeown",
        "chflags",
        "umask",
        "gchmod",
        "gchown",
        "cacls",
    ),
    attack=("T1222.002", "T1548.001"),
    owasp=("ASI03",),
    auto_mode=("Security Weaken",),
)
def permissions(command: Command, scene: Scene) -> Iterator[Hit]:
    """
    A change of modes or owners that opens files to everyone, gives a program its owner's rights, or breaks a system.

    Bad:
        chmod 777 config.yml           # medium
        chmod -R 777 .                 # high
        chmod -R 777 /                 # critical
        chmod u+s /usr/local/bin/x     # high
        chmod -R 000 /etc              # critical
        chown -R me:me /usr            # critical
        chmod 644 ~/.ssh/id_rsa        # medium
        chattr -i /etc/passwd          # medium
    Fine:
        chmod +x run.sh
        chmod 600 ~/.ssh/id_rsa
        chmod -R 755 dist
        chown -R me:me .
        chmod 1777 /tmp/shared
    """
    if command.has("--help", "--version", "--reference"):
        return
    match command.name.removeprefix("g"):
        case "chmod":
            yield from _chmod(command, scene)
        case "chown" | "chgrp":
            yield from _owner(command, scene)
        case "setfacl":
            yield from _acl(command, scene)
        case "chattr" | "chflags":
            yield from _attributes(command, scene)
        case "umask":
            if command.args[:1] and command.args[0].strip("0") == "" and command.args[0] != "":
                yield Hit(target="umask", severity="medium", note="new files are writable by everyone")
        case _:
            yield from _windows(command)


# -- chmod -----------------------------------------------------------------------------------------------------------


@cache
def _mode() -> re.Pattern[str]:
    return re.compile(
        r"[-+=]?[0-7]{1,5}|[ugoa]*[-+=][ugorwxXst]*(?:[-+=][rwxXst]*)*(?:,[ugoa]*[-+=][ugorwxXst]*)*"
    )


def _chmod(command: Command, scene: Scene) -> Iterator[Hit]:
    words = [word for word in command.args if _mode().fullmatch(word) or word[:1] != "-" or word == "-"]
    mode, paths = (words[0], words[1:]) if words else ("", [])
    if not _mode().fullmatch(mode):
        yield from _modeless(command, scene, words)
        return
    opens, setuid, shuts, private = _opens(mode), _setuid(mode), _shuts(mode), not _others_read(mode)
    recursive = command.has("-R", "--recursive")
    for word in paths:
        found = placed(word, command, scene)
        severity, note = _of_mode(found, opens=opens, setuid=setuid, shuts=shuts, recursive=recursive)
        if not private and _is_key(word) and (severity is None or severity == "low"):
            severity, note = "medium", "a private key others can read"
        if severity:
            yield Hit(target=found.path, severity=severity, note=note)


def _modeless(command: Command, scene: Scene, words: list[Word]) -> Iterator[Hit]:
    """A recursive change whose mode is missing, or known only when it runs: told where it would reach far."""
    if command.has("-R", "--recursive"):
        for word in words:
            found = placed(word, command, scene)
            if found.whole or found.where in ("root", "system", "home", "outside") or word == "*":
                yield Hit(
                    target=found.path, severity="medium", note="recursive, with a mode that is not told"
                )


def _of_mode(  # noqa: PLR0911 - one a kind of mode
    found: Place, *, opens: bool, setuid: bool, shuts: bool, recursive: bool
) -> tuple[Severity | None, str]:
    big = found.where in ("root", "system", "home") or (found.where in ("outside", "dotfile") and found.whole)
    if recursive and found.where in ("root", "system", "home") and (found.whole or opens or shuts):
        return "critical" if found.whole else "high", "all below a system or home folder"
    if setuid:
        mild = found.where in ("temp", "build") and not recursive
        return "low" if mild else "high", "runs with its owner's rights"
    if opens:
        if found.where in ("temp", "build"):
            return "low", "writable by everyone"
        if found.where == "device":
            return "medium", "writable by everyone"
        far = recursive and found.where != "unknown" and (found.whole or not found.inside)
        return "high" if big or far else "medium", "writable by everyone"
    if shuts:
        return "medium" if recursive or found.where in ("system", "unknown") else "low", "nobody can use it"
    if recursive and found.where in ("system", "dotfile", "outside", "home file"):
        return "medium", "all below it, outside the project"
    if recursive and found.inside and found.whole:
        return "medium", "all of the project"
    return None, ""


def _bits(mode: str) -> int | None:
    digits = mode.lstrip("+-=")
    return int(digits, 8) if digits.isdigit() and mode[:1] != "-" else None


def _opens(mode: str) -> bool:
    """Whether it lets everyone write."""
    bits = _bits(mode)
    if bits is not None:
        return bool(bits & 0o002) and not bits & 0o1000
    return any(_gives(clause, "oa", "w") for clause in mode.split(","))


def _gives(clause: str, who: str, what: str) -> bool:
    """Whether a clause such as go+w gives this to one of these."""
    at = next((i for i, letter in enumerate(clause) if letter in "+="), -1)
    if at < 0 or "-" in clause[:at]:
        return False
    return any(letter in clause[:at] for letter in who) and any(letter in clause[at:] for letter in what)


def _setuid(mode: str) -> bool:
    bits = _bits(mode)
    if bits is not None:
        return bool(bits & 0o6000) and (bits & 0o6000 != 0o2000 or bits & 0o002 != 0)
    return any(
        ("+" in clause or "=" in clause) and "s" in clause and not clause.startswith("g")
        for clause in mode.split(",")
    )


def _shuts(mode: str) -> bool:
    bits = _bits(mode)
    if bits is not None:
        return bits & 0o700 == 0 or bits == 0
    return mode in ("-rwx", "a-rwx", "a-r", "a-rw", "ugo-rwx", "a=", "u-rwx", "-r", "-x", "a-x", "=", "ugo=")


def _others_read(mode: str) -> bool:
    bits = _bits(mode)
    return (
        bool(bits & 0o077)
        if bits is not None
        else any(_gives(clause, "goa", "rw") for clause in mode.split(","))
    )


def _is_key(path: str) -> bool:
    last = path.rpartition("/")[2]
    return (
        (last.startswith("id_") and not last.endswith(".pub"))
        or last.endswith((".pem", ".key", ".ppk"))
        or last == "shadow"
    )


# -- owners and the rest ---------------------------------------------------------------------------------------------


def _owner(command: Command, scene: Scene) -> Iterator[Hit]:
    recursive = command.has("-R", "--recursive")
    for word in command.operands()[1:]:
        found = placed(word, command, scene)
        severity: Severity = "low"
        if found.where == "root":
            severity = "critical" if recursive else "high"
        elif found.where in ("system", "home"):
            local = found.path.startswith(
                ("/usr/local", "/opt/", "/var/www", "/srv/", "/mnt/", "/var/lib/", "/var/log/")
            )
            severity = (
                "critical"
                if recursive and found.whole and not local
                else "high"
                if recursive and not local
                else "medium"
            )
        elif recursive and (
            found.where in ("outside", "dotfile", "home file", "unknown") or _is_root(command)
        ):
            severity = "medium"
        yield Hit(target=found.path, severity=severity, note="with all below it" if recursive else "")


def _is_root(command: Command) -> bool:
    owner = command.operands()[:1]
    return bool(owner) and owner[0].partition(":")[0] == "root"


def _acl(command: Command, scene: Scene) -> Iterator[Hit]:
    words = command.operands(frozenset({"-m", "--modify", "-x", "--remove", "-M", "-X"}))
    given = command.value("-m", "--modify") or Word("")
    for word in words:
        found = placed(word, command, scene)
        severity: Severity = (
            "high"
            if found.where in ("root", "system", "home")
            and command.has("-R", "-b", "--recursive", "--remove-all")
            else "medium"
        )
        widely = any(part in given for part in ("o:rw", "o::rw", "other:rw", "other::rw"))
        if (
            not (widely or command.has("-R", "--recursive", "-b", "--remove-all", "--restore"))
            and found.inside
        ):
            severity = "low"
        yield Hit(target=found.path, severity=severity, note="access list")
    if command.has("--restore"):
        yield Hit(target=str(command.value("--restore") or ""), note="access lists put back from a file")


def _attributes(command: Command, scene: Scene) -> Iterator[Hit]:
    recursive = command.has("-R")
    changes = [
        word for word in command.args if word[:1] in ("+", "-", "=") and len(word) > 1 and word != "-R"
    ]
    held = command.name == "chflags" or any("i" in word or "a" in word for word in changes)
    for word in command.args:
        if word[:1] in ("+", "-", "=") or not held or word in changes:
            continue
        if command.name == "chflags" and "/" not in word and "." not in word:
            continue
        found = placed(word, command, scene)
        big: Severity = "high" if recursive and found.where in ("root", "system", "home") else "medium"
        yield Hit(
            target=found.path,
            severity=big if not found.inside or recursive else "low",
            note="immutable or append-only",
        )


def _windows(command: Command) -> Iterator[Hit]:
    words = [word.lower() for word in command.args]
    everyone = any("everyone" in word or "*s-1-1-0" in word for word in words)
    recursive = "/t" in words or "/r" in words
    if everyone or recursive or "/reset" in words:
        severity: Severity = max(
            "medium", "high" if everyone and recursive else "medium", key=SEVERITIES.index
        )
        yield Hit(target=str(command.args[0]) if command.args else "", severity=severity, note="access list")
