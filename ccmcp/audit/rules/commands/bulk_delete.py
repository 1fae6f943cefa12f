"""Deleting what a query finds: find, fd, xargs, rsync."""

from collections.abc import Iterator

from ccmcp.audit.call import Scene
from ccmcp.audit.places import Place
from ccmcp.audit.rule import SEVERITIES, Hit, Severity, rule
from ccmcp.audit.rules.commands._deletion import deletion
from ccmcp.audit.rules.commands._placed import placed
from ccmcp.audit.shell.command import Command, Word

_DELETERS = frozenset({"rm", "unlink", "shred", "srm", "rmdir", "trash", "rimraf", "grm", "truncate"})
_RSYNC_VALUED = frozenset({
    "-e", "--rsh", "--exclude", "--include", "--filter", "-f", "--exclude-from", "--include-from", "--files-from", "--rsync-path",
    "--bwlimit", "--timeout", "--port", "--password-file", "--log-file", "-T", "--temp-dir", "--chmod", "--backup-dir", "--suffix",
    "-B", "--max-size", "--min-size", "--out-format", "--info", "--partial-dir", "--compare-dest", "--link-dest", "--copy-dest",
    "--max-delete", "--chown", "--usermap", "--groupmap", "-M",
})  # fmt: skip


@rule(
    id="FS-003",
    title="Bulk delete by query",
    severity="high",
    category="files",
    matches="find -delete or -exec rm, fd -x rm, xargs rm, rsync --delete: what goes is decided only when it runs",
    false_positives="Caches and temporary files by name (*.pyc, __pycache__) are info; a query with a filter in the project is medium.",
    advice="Run the query alone first, and delete from the list you have seen.",
    permission="Bash(find:*)",
    on=Command,
    programs=("find", "gfind", "fd", "fdfind", "rsync", "rm", "unlink", "shred", "rimraf", "grm", "robocopy"),
    attack=("T1485",),
    atlas=("AML.T0101",),
    owasp=("ASI02",),
    auto_mode=("Unverifiable Deletion Scope",),
)
def bulk_delete(command: Command, scene: Scene) -> Iterator[Hit]:
    """
    A delete whose targets a query decides.

    Bad:
        find / -name "*.bak" -delete              # high
        find ~ -type f -mtime +30 -exec rm {} ;   # high
        find . -type f -delete                    # high
        find src -name "*.ts" -delete             # medium
        git ls-files | xargs rm -rf               # high
        rsync -a --delete ./site/ ~/backup/       # medium
    Fine:
        find . -name "*.pyc" -delete              # info
        find . -name __pycache__ -type d -exec rm -rf {} +
        find /tmp/work -delete                    # info
        find . -name "*.py" -print
        rsync -an --delete src/ dst/
    """
    match command.name:
        case "find" | "gfind":
            yield from _find(command, scene)
        case "fd" | "fdfind":
            yield from _fd(command, scene)
        case "rsync":
            yield from _rsync(command, scene)
        case "robocopy":
            if any(word.upper() in ("/MIR", "/PURGE") for word in command.args):
                yield Hit(target=command.args[1] if len(command.args) > 1 else "", severity="medium")
        case _:
            yield from _fed(command, scene)


# -- find ------------------------------------------------------------------------------------------------------------

_NAMES = frozenset({
    "-name", "-iname", "-path", "-ipath", "-wholename", "-iwholename", "-regex", "-iregex", "-lname",
    "-ilname",
})  # fmt: skip
_LIMITS = frozenset({
    "-mtime", "-mmin", "-atime", "-amin", "-ctime", "-cmin", "-newer", "-size", "-user", "-group", "-perm", "-uid", "-newermt", "-anewer",
    "-inum", "-samefile", "-links",
})  # fmt: skip


def _find(command: Command, scene: Scene) -> Iterator[Hit]:
    words = command.args
    deletes, recursive = False, True
    for at, word in enumerate(words):
        if word == "-delete":
            deletes = True
        elif word in ("-exec", "-execdir", "-ok", "-okdir") and _program(words[at + 1 : at + 2]) in _DELETERS:
            deletes = True
            end = next((i for i in range(at, len(words)) if words[i] in (";", "+", "\\;")), len(words))
            recursive = any(each[:1] == "-" and "r" in each.lower() for each in words[at + 2 : end])
    if deletes:
        yield from _queried(words, command, scene, recursive=recursive)


def _queried(words: tuple[Word, ...], command: Command, scene: Scene, *, recursive: bool) -> Iterator[Hit]:
    """Of what a find with these words comes up with."""
    start = 1 if words and words[0] in ("-L", "-P", "-H") else 0
    end = next((i for i in range(start, len(words)) if words[i][:1] in ("-", "(", "!", "\\")), len(words))
    names = [
        words[i + 1]
        for i in range(len(words) - 1)
        if words[i] in _NAMES and (i == 0 or words[i - 1] not in ("!", "-not"))
    ]
    limited = bool(names) or not _LIMITS.isdisjoint(words)
    junk = "-empty" in words or (bool(names) and all(_is_junk(name) for name in names))
    for root in words[start:end] or (Word("."),):
        found = placed(root, command, scene)
        severity, note = _severity(found, limited=limited, junk=junk, recursive=recursive)
        yield Hit(target=found.path, severity=severity, note=note)


def _severity(found: Place, *, limited: bool, junk: bool, recursive: bool) -> tuple[Severity, str]:
    whole = deletion(found, recursive=True, many=True)
    if junk:
        return _JUNK_AT.get(found.where, "info"), "caches and leftovers by name"
    if not limited:
        return whole.severity, whole.note
    if found.where in ("build", "temp"):
        return "info", whole.note
    if found.where == "project":
        return "medium", "what a filter leaves of the project"
    if found.where == "unknown":
        return "medium" if recursive else "low", whole.note
    return _at_most("high", whole.severity), whole.note


def _at_most(limit: Severity, severity: Severity) -> Severity:
    return min(limit, severity, key=SEVERITIES.index)


_JUNK_AT: dict[str, Severity] = {"root": "high", "system": "medium", "home": "medium"}
_JUNK = frozenset({
    "__pycache__", "node_modules", ".DS_Store", "Thumbs.db", ".pytest_cache", ".mypy_cache", ".ruff_cache", "dist", "build", "target",
    ".next", ".turbo", ".cache", "*.egg-info", ".ipynb_checkpoints", "*~", "core", ".coverage", "coverage", ".gradle", "desktop.ini",
    "._*", "*.pyc", "*.pyo", "*.py[co]", "*.pyd", ".venv", "venv", ".tox", "out", "obj", "*.class", ".parcel-cache", ".nuxt", "*Zone.Identifier",
    "package-lock.json", "npm-debug.log*", ".eslintcache", "*.tsbuildinfo", "#*#", ".#*", "*.gcda", "*.gcno",
})  # fmt: skip
_JUNK_ENDS = (
    ".pyc", ".pyo", ".o", ".obj", ".tmp", ".temp", ".log", ".swp", ".swo", ".orig", ".rej", ".bak", ".cache", "_cache", ".class", "~",
    ".a", ".so", ".map", ".aux", ".pid", ".lock", ".part", ".profraw", ".out", ".d",
)  # fmt: skip


def _is_junk(name: str) -> bool:
    """Whether a pattern stands for what programs leave behind."""
    last = name.rstrip("/*").rpartition("/")[2] if "/" in name else name
    return last in _JUNK or name in _JUNK or last.endswith(_JUNK_ENDS)


def _program(words: tuple[Word, ...]) -> str:
    return words[0].rpartition("/")[2] if words else ""


# -- the others ------------------------------------------------------------------------------------------------------


def _fd(command: Command, scene: Scene) -> Iterator[Hit]:
    words = command.args
    for at, word in enumerate(words):
        if word in ("-x", "-X", "--exec", "--exec-batch") and _program(words[at + 1 : at + 2]) in _DELETERS:
            before = Command(name="fd", args=words[:at]).operands(
                frozenset({"-e", "--extension", "-t", "--type", "-E", "-d", "-g"})
            )
            extension = command.value("-e", "--extension")
            patterns = [*before[:1], *([f".{extension}"] if extension else [])]
            found = placed(before[1] if len(before) > 1 else ".", command, scene)
            junk = any(_is_junk(each) for each in patterns)
            severity, note = _severity(found, limited=bool(patterns), junk=junk, recursive=True)
            yield Hit(target=found.path, severity=severity, note=note)


def _rsync(command: Command, scene: Scene) -> Iterator[Hit]:
    deletes = any(flag.startswith("--del") for flag in command.flags)
    words = command.operands(_RSYNC_VALUED)
    if (
        command.has("-n", "--dry-run", "--list-only")
        or len(words) < 2
        or not (deletes or command.has("--remove-source-files"))
    ):
        return
    target = words[-1] if deletes else words[0]
    host, colon, path = target.partition(":")
    if colon and "/" not in host:
        top = path.strip("/").count("/") == 0 and path[:1] == "/"
        yield Hit(target=str(target), severity="high" if top else "medium", note="on another host")
        return
    found = placed(target, command, scene)
    severity = deletion(found, recursive=True, many=True).severity
    if found.where not in ("root", "system", "home"):
        severity = _at_most("medium", severity)
    yield Hit(target=found.path, severity=severity, note="what the source lacks is deleted")


def _fed(command: Command, scene: Scene) -> Iterator[Hit]:
    """Of rm with names from a pipe or a substitution."""
    if (
        not (command.open or "xargs" in command.through or "parallel" in command.through)
        or "find" in command.through
    ):
        return
    sources = [each for each in command.reads if each.name in ("find", "gfind")]
    recursive = command.has("-r", "-R", "--recursive")
    if sources:
        for source in sources:
            yield from _queried(source.args, source, scene, recursive=recursive)
        return
    names = [word for each in command.reads for word in each.operands()]
    if names and any(
        _is_junk(name) or placed(name, command, scene).where in ("temp", "build") for name in names
    ):
        yield Hit(target=names[-1], severity="info", note="caches, leftovers or temporary files by name")
        return
    feed = command.reads[-1].text if command.reads else command.text
    yield Hit(
        target=feed[:80],
        severity="high" if recursive else "medium",
        note="names that come from another command",
    )
