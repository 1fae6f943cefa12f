"""Changes to a repository's own files, past git."""

from collections.abc import Iterator

from ccmcp.audit.call import Scene
from ccmcp.audit.rule import Hit, Severity, rule
from ccmcp.audit.rules.commands._placed import placed
from ccmcp.audit.shell.command import Command

_TAKES = frozenset({"rm", "mv", "unlink", "shred", "truncate", "rimraf", "grm", "trash"})
_WRITES = frozenset({"tee", "cp", "ln", "install", "sponge", "sed", "perl", "rsync", "chmod", "chown", "dd"})


@rule(
    id="GIT-005",
    title="Repository metadata tampering",
    severity="high",
    category="git",
    matches="rm, mv, redirects and the like on .git or its config, hooks, refs, objects, HEAD and logs",
    false_positives="Stale lock files, .git/modules, .git/info/exclude and the repository's own hooks installed are low or info.",
    advice="Use git's own commands: git config, git update-ref, git hook.",
    permission="Bash(rm -rf .git:*)",
    on=Command,
    attack=("T1490", "T1562.001"),
    owasp=("ASI02",),
    soc2=("CC7.2", "CC8.1"),
    auto_mode=("Logging/Audit Tampering",),
)
def git_metadata(command: Command, scene: Scene) -> Iterator[Hit]:
    """
    A repository's own files are deleted, moved or written past git.

    Bad:
        rm -rf .git                           # high
        mv .git /elsewhere/x                  # high
        rm -f .git/refs/heads/main            # high
        rm .git/hooks/pre-commit              # medium
        echo bad > .git/HEAD                  # high
        cp evil.sh .git/hooks/post-checkout   # medium
    Fine:
        rm -f .git/index.lock
        cat .git/config
        cp -r .git /tmp/backup
        echo notes >> .git/info/exclude
    """
    for redirect in command.redirects:
        if redirect.writes and "/.git/" in f"/{redirect.target}":
            yield from _touched(redirect.target, command, scene, gone=False)
    name = command.name
    if name not in _TAKES and name not in _WRITES:
        return
    words = command.operands()
    if name in _TAKES:
        for word in words if name != "mv" else words[:-1]:
            if ".git" in word:
                yield from _touched(word, command, scene, gone=True)
    elif name in ("sed", "perl"):
        if any(word[:2] in ("-i", "-p") for word in command.args):
            for word in words:
                if ".git/" in word and " " not in word:
                    yield from _touched(word, command, scene, gone=False)
    elif name in ("tee", "chmod", "chown", "sponge") or len(words) > 1:
        for word in (
            words if name in ("tee", "sponge") else words[1:] if name in ("chmod", "chown") else words[-1:]
        ):
            if "/.git/" in f"/{word}" and not (name == "chmod" and "/hooks/" in word):
                yield from _touched(word, command, scene, gone=False)


def _touched(word: str, command: Command, scene: Scene, *, gone: bool) -> Iterator[Hit]:
    path = placed(word, command, scene)
    before, dot_git, below = f"/{path.path}".partition("/.git/")
    if not dot_git:
        if not before.endswith("/.git"):
            return
        below = ""
    if path.where == "temp":
        yield Hit(target=path.path, severity="info", note="in a temporary clone")
        return
    if not gone and not below:
        return
    yield Hit(
        target=path.path, severity=_severity(below, gone=gone), note="gone" if gone else "written past git"
    )


_PASSING = frozenset(
    {"MERGE_HEAD", "MERGE_MSG", "COMMIT_EDITMSG", "FETCH_HEAD", "gc.log", "info", "rr-cache"}
)
_OF_WORK = frozenset({
    "rebase-merge", "rebase-apply", "modules", "index", "worktrees", "lfs", "sequencer", "CHERRY_PICK_HEAD",
    "description", "branches",
})  # fmt: skip
_VITAL = frozenset({"config", "HEAD", "refs", "objects", "packed-refs", "logs", "ORIG_HEAD", "shallow", ""})


def _severity(below: str, *, gone: bool) -> Severity:
    top = below.partition("/")[0].rstrip("*")
    if below.endswith((".lock", ".swp")) or top in _PASSING:
        return "info"
    if top in _OF_WORK:
        return "low"
    if top == "hooks":
        return "low" if below.endswith(".sample") else "medium"
    if top in _VITAL or gone:
        return "high" if top != "ORIG_HEAD" else "medium"
    return "low"
