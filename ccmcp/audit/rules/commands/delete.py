"""Deleting files and folders by name."""

from collections.abc import Iterator

from ccmcp.audit.call import Scene
from ccmcp.audit.rule import Hit, Severity, rule
from ccmcp.audit.rules.commands._deletion import deletion
from ccmcp.audit.rules.commands._placed import in_container, placed
from ccmcp.audit.shell.command import Command, Word

_PROGRAMS = (
    "rm", "grm", "srm", "safe-rm", "rimraf", "del-cli", "unlink", "rd", "rmdir", "del", "erase", "deltree",
)  # fmt: skip
_VALUED = frozenset({"--glob-cwd", "--tmp", "--backoff", "--retry-delay"})


@rule(
    id="FS-001",
    title="Delete of a system, home or service-data path",
    severity="critical",
    category="files",
    matches="rm and the like with /, a system folder, a home folder, keys and settings there, or a folder above the project",
    false_positives="Package lists and caches of images (/var/lib/apt/lists) are left alone; a single system file is medium.",
    advice="Name the exact folder, check it with ls first, and deny the command in settings.",
    permission="Bash(rm -rf /:*)",
    on=Command,
    programs=_PROGRAMS,
    attack=("T1485",),
    atlas=("AML.T0101",),
    owasp=("ASI02",),
    auto_mode=("Irreversible Local Destruction",),
)
def delete_system(command: Command, scene: Scene) -> Iterator[Hit]:
    """
    A delete of what belongs to the system, to services or to the user rather than to the project.

    Bad:
        rm -rf /                      # critical
        sudo rm -rf /usr/lib          # critical
        rm -rf ~                      # critical
        rm -rf "$HOME"/               # critical
        rm -rf /tmp/../etc            # critical
        cd / && rm -rf *              # critical
        rm -rf ..                     # critical
        rm -r ~/.ssh                  # critical
        rm -f /etc/nginx/nginx.conf   # medium
    Fine:
        rm -rf /tmp/work
        rm -rf node_modules
        rm -rf /var/lib/apt/lists/*
        echo "rm -rf /"
    """
    for target, severity, note, beyond in _deletions(command, scene):
        if beyond:
            yield Hit(target=target, severity=severity, note=note)


@rule(
    id="FS-002",
    title="Recursive delete inside or near the project",
    severity="medium",
    category="files",
    matches="rm -r and the like of folders that no build makes: medium in the project, high outside it, for all of it, or for .git",
    false_positives="Build and temporary folders are info. What git tracks can be restored.",
    advice="Commit or stash before deleting, and name folders instead of patterns and variables.",
    permission="Bash(rm -rf:*)",
    on=Command,
    programs=_PROGRAMS,
    attack=("T1485",),
    atlas=("AML.T0101",),
    owasp=("ASI02",),
    auto_mode=("Irreversible Local Destruction", "Unverifiable Deletion Target"),
)
def delete_project(command: Command, scene: Scene) -> Iterator[Hit]:
    """
    A delete of folders of work, in the project or somewhere else.

    Bad:
        rm -rf src              # medium
        rm -rf *                # high
        rm -rf .                # high
        rm -rf .git             # high
        rm -rf ~/Documents      # high
        rm -rf ../other-repo    # high
        rm -rf "$DIR"/*         # high
        rm -rf "$TARGET"        # medium
        npx rimraf src          # medium
    Fine:
        rm -rf dist build .next    # info
        rm -rf "$(mktemp -d)"      # info
        T=$(mktemp -d) && cd "$T" && make && rm -rf "$T"/*    # info
        rm notes.txt               # info
        rm -f *.log                # info
        git commit -m "rm -rf src"
    """
    for target, severity, note, beyond in _deletions(command, scene):
        if not beyond:
            yield Hit(target=target, severity=severity, note=note)


def _deletions(command: Command, scene: Scene) -> Iterator[tuple[str, Severity, str, bool]]:
    windows = command.name in ("rd", "rmdir", "del", "erase", "deltree")
    if command.has("--help", "--version", "--dry-run"):
        return
    recursive = (
        command.name in ("rimraf", "del-cli", "deltree")
        or command.has("-r", "-R", "--recursive")
        or any(len(flag) > 4 and "--recursive".startswith(flag) for flag in command.flags)
    )
    words = command.operands(_VALUED)
    if windows:
        recursive = recursive or any(word.lower() in ("/s", "-s") for word in words)
        if command.name == "rmdir" and not recursive:
            return
        words = tuple(word for word in words if not (len(word) == 2 and word[0] == "/"))
    for word in words:
        if word == "{}" or not word:
            continue  # find and xargs put these in: FS-003
        found = placed(word, command, scene)
        many = word.glob or ("*" in word and command.name in ("rimraf", "del-cli", "del", "erase"))
        verdict = deletion(found, recursive=recursive, many=many)
        severity, note = verdict.severity, verdict.note
        if found.where in ("root", "system") and command.has("--no-preserve-root"):
            severity = "critical"
        if recursive and command.host and severity in ("info", "low") and not in_container(command):
            severity, note = "medium", f"{note}, on another machine" if note else "on another machine"
        if severity == "critical" and in_container(command):
            severity, note = "high", f"{note}, in a container"
        yield _shown(found.path, word), severity, note, verdict.beyond


def _shown(path: str, word: Word) -> str:
    if path[-2:] == "/*" or not (word[-2:] == "/*" or word == "*"):
        return path
    return f"{path.rstrip('/')}/*"
