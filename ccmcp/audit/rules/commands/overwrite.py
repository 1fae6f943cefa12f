"""Overwriting, emptying and moving away what belongs to the system or cannot be had back."""

from collections.abc import Iterator

from ccmcp.audit.call import Scene
from ccmcp.audit.places import Place
from ccmcp.audit.rule import Hit, Severity, rule
from ccmcp.audit.rules.commands._placed import in_container, placed
from ccmcp.audit.shell.command import Command, Word

_VITAL = frozenset({
    "/etc/passwd", "/etc/shadow", "/etc/group", "/etc/gshadow", "/etc/sudoers", "/etc/fstab", "/etc/hosts", "/etc/resolv.conf",
    "/etc/ssh/sshd_config", "/etc/crontab", "/etc/ld.so.preload", "/etc/pam.conf", "/etc/profile", "/etc/environment", "/etc/crypttab",
    "/etc/nsswitch.conf", "/etc/default/grub",
})  # fmt: skip
_VITAL_BELOW = (
    "/boot/", "/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/", "/lib/", "/usr/lib/", "/etc/pam.d/",
    "/etc/sudoers.d/", "/System/",
)  # fmt: skip
_KERNEL = ("/proc/", "/sys/")


@rule(
    id="FS-005",
    title="Overwrite, truncation or move of system or irreplaceable files",
    severity="medium",
    category="files",
    matches="truncate, shred, > and tee, cp /dev/null, mv, dd of= and ln -f on system files or whole folders; files moved into /dev/null",
    false_positives="Emptying a log, and making a sparse file, are left at info; configuration written on a server is intended.",
    advice="Keep a copy (cp -a file file.bak) and append or edit instead of overwriting.",
    permission="Bash(shred:*)",
    on=Command,
    attack=("T1485", "T1565.001"),
    owasp=("ASI02",),
    auto_mode=("Irreversible Local Destruction",),
)
def overwrite(command: Command, scene: Scene) -> Iterator[Hit]:
    """
    A file of the system, or data that cannot be had back, is overwritten, emptied or moved away.

    Bad:
        echo "" > /etc/passwd             # high
        truncate -s 0 /var/lib/app/data   # medium
        truncate -s 0 notes.txt           # medium
        shred -u secrets.db               # medium
        mv ~ /dev/null                    # high
        mv /etc /tmp/etc.old              # high
        dd if=boot.img of=/boot/vmlinuz   # high
        tee /etc/hosts                    # medium
    Fine:
        truncate -s 100M disk.img
        truncate -s 0 app.log             # info
        : > app.log
        echo x > /dev/null
        mv src/a.py src/b.py
        echo 127.0.0.1 db >> /etc/hosts
    """
    for redirect in command.redirects:
        if (
            redirect.operator in (">", ">|", "&>")
            and redirect.target[:1] in ("/", "~", "$", ".")
            and redirect.target[:8] != "/dev/null"
        ):
            yield from _written(redirect.target, command, scene)
    handle = _PROGRAMS.get(command.name)
    if handle and not command.has("--help", "--version"):
        yield from handle(command, scene)


def _written(target: Word, command: Command, scene: Scene, note: str = "overwritten") -> Iterator[Hit]:
    found = placed(target, command, scene)
    if (severity := _severity(found)) and not (in_container(command) and severity == "medium"):
        yield Hit(target=found.path, severity=severity, note=note)


def _severity(found: Place) -> Severity | None:
    path = found.path
    if found.where == "root":
        return "high"
    if found.where != "system":
        return None
    if path.startswith(_KERNEL):
        if path in ("/proc/sysrq-trigger", "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe"):
            return "high"
        return "low"
    if path in ("/etc/hosts", "/etc/resolv.conf", "/etc/crontab", "/etc/environment", "/etc/profile"):
        return "medium"
    if path in _VITAL or path.startswith(_VITAL_BELOW):
        return "high"
    return (
        "low"
        if path.startswith(("/mnt/", "/media/", "/Volumes/", "/usr/local/", "/run/", "/Applications/"))
        else "medium"
    )


def _truncate(command: Command, scene: Scene) -> Iterator[Hit]:
    size = command.value("-s", "--size") or ""
    for word in command.operands(frozenset({"-s", "--size", "-r", "--reference"})):
        found = placed(word, command, scene)
        severity = _severity(found)
        if severity is None and size.strip("'\"").rstrip("BKMG") == "0":
            precious = word.endswith((".db", ".sqlite", ".sqlite3", ".mdb", ".ibd", ".env", ".key", ".pem"))
            severity = "low" if found.where == "unknown" and not precious else "medium"
            if found.where in ("temp", "build") or word.endswith((".log", ".out")):
                severity = "info"
        if severity:
            yield Hit(target=found.path, severity=severity, note="emptied")


def _shred(command: Command, scene: Scene) -> Iterator[Hit]:
    for word in command.operands(frozenset({"-n", "--iterations", "-s", "--size", "--random-source"})):
        found = placed(word, command, scene)
        severity: Severity = (
            "high" if found.where in ("system", "root", "home", "dotfile") or word.glob else "medium"
        )
        if found.where in ("temp", "build"):
            severity = "low"
        if found.where != "device":
            yield Hit(target=found.path, severity=severity, note="wiped so that it cannot be had back")


def _mv(command: Command, scene: Scene) -> Iterator[Hit]:
    words = list(command.operands(frozenset({"-t", "--target-directory", "-S", "--suffix"})))
    into = command.value("-t", "--target-directory") or (words.pop() if len(words) > 1 else None)
    if into is None:
        return
    for word in words:
        found = placed(word, command, scene)
        if into == "/dev/null":
            yield Hit(target=found.path, severity="high", note="moved into /dev/null")
        elif found.where in ("root", "home") or (
            found.where == "system" and (found.whole or found.path in _VITAL)
        ):
            yield Hit(target=found.path, severity="high", note="moved away")
        elif found.where == "system" and not found.path.startswith("/usr/local/"):
            yield Hit(target=found.path, severity="medium", note="moved away")
        elif found.whole and (found.inside or found.where == "outside"):
            yield Hit(
                target=found.path, severity="medium", note="the whole project, or what holds it, moved away"
            )
    yield from _written(into, command, scene, "something moved there")


def _cp(command: Command, scene: Scene) -> Iterator[Hit]:
    words = command.operands(frozenset({"-t", "--target-directory", "-S", "--suffix", "-m", "-o", "-g"}))
    if len(words) < 2:
        return
    if words[0] == "/dev/null" or words[0] == "/dev/zero":
        found = placed(words[-1], command, scene)
        yield Hit(target=found.path, severity=_severity(found) or "medium", note="overwritten with nothing")
    else:
        found = placed(words[-1], command, scene)
        if found.path in _VITAL and found.where == "system":
            yield Hit(target=found.path, severity=_severity(found), note="overwritten")


def _dd(command: Command, scene: Scene) -> Iterator[Hit]:
    for word in command.args:
        if word.startswith("of=") and word[3:8] != "/dev/":
            yield from _written(Word(word[3:], open=word.open), command, scene)


def _tee(command: Command, scene: Scene) -> Iterator[Hit]:
    if not command.has("-a", "--append"):
        for word in command.operands():
            yield from _written(word, command, scene)


def _ln(command: Command, scene: Scene) -> Iterator[Hit]:
    words = command.operands(frozenset({"-t", "-S"}))
    if command.has("-f", "--force") and len(words) > 1:
        found = placed(words[-1], command, scene)
        if _severity(found) == "high":
            yield Hit(target=found.path, severity="medium", note="replaced by a link")


def _sed(command: Command, scene: Scene) -> Iterator[Hit]:
    if any(word[:2] == "-i" or word.startswith("--in-place") for word in command.args):
        for word in command.operands(frozenset({"-e", "-f", "--expression"})):
            found = placed(word, command, scene)
            if found.where == "system" and found.path in _VITAL:
                yield Hit(target=found.path, severity="medium", note="edited in place")


_PROGRAMS = {
    "truncate": _truncate, "shred": _shred, "srm": _shred, "wipe": _shred, "scrub": _shred, "mv": _mv, "cp": _cp, "install": _cp,
    "dd": _dd, "tee": _tee, "sponge": _tee, "ln": _ln, "sed": _sed, "gshred": _shred, "gmv": _mv,
}  # fmt: skip
