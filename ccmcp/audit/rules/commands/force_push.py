"""Pushes that rewrite or delete what others may have fetched."""

from collections.abc import Iterator

from ccmcp.audit.call import Scene
from ccmcp.audit.rule import Hit, Severity, rule
from ccmcp.audit.rules.commands._git import Git, git
from ccmcp.audit.shell.command import Command

_VALUED = ("-o", "--push-option", "--repo", "--receive-pack", "--exec")
_PROTECTED = frozenset({
    "main", "master", "trunk", "production", "prod", "release", "stable", "develop", "mainline", "live",
})  # fmt: skip


@rule(
    id="GIT-001",
    title="Force push or deletion of a remote ref",
    severity="high",
    category="git",
    matches="git push with --force, --mirror, --prune, --delete, a +ref or a :ref; critical on main, master and the like",
    false_positives="A push to a branch of one's own after a rebase; --force-with-lease is low.",
    advice="Push with --force-with-lease, and protect shared branches on the server.",
    permission="Bash(git push --force:*)",
    on=Command,
    programs=("git",),
    attack=("T1485", "T1565.001"),
    atlas=("AML.T0101",),
    owasp=("ASI02",),
    soc2=("CC7.2", "CC8.1"),
    auto_mode=("Git Destructive",),
)
def force_push(command: Command, scene: Scene) -> Iterator[Hit]:
    """
    A push that overwrites or deletes what is on the remote.

    Bad:
        git push --force origin main            # critical
        git push -f                             # high
        git -C ../repo push origin +feature     # high
        git -c alias.x="push --force" x         # high
        git push origin :feature                # medium
        git push --delete origin main           # critical
        git push --mirror backup                # high
    Fine:
        git push origin main
        git push -u origin feature
        git push --force-with-lease             # low
        git push --force --dry-run
        git commit -m "never git push --force"
    """
    _ = scene
    pushed = git(command)
    if pushed.sub not in ("push", "send-pack"):
        return
    if pushed.has("--dry-run", "-n", "--help"):
        return
    remote, refs = _named(pushed)
    if pushed.has("--mirror", "--prune") and not pushed.command.has("--prune-tags"):
        yield Hit(target=remote or "the default remote", note="refs that are not here are deleted there")
        return
    forced = pushed.has("--force", "-f")
    deleted = pushed.has("--delete", "-d")
    if pushed.has("--all", "--branches", "--tags") and forced and not refs:
        yield Hit(target=f"{remote}/*", note="every ref")
    found = False
    for ref in refs:
        source, colon, name = ref.removeprefix("+").rpartition(":")
        name = name.removeprefix("refs/heads/")
        gone = deleted or (bool(colon) and not source)
        if gone or forced or ref[:1] == "+":
            found = True
            yield Hit(
                target=f"{remote}/{name}",
                severity=_severity(name, gone=gone),
                note="deleted there" if gone else "forced",
            )
        elif _leased(pushed):
            yield Hit(target=f"{remote}/{name}", severity="low", note="with a lease")
    if not refs and forced:
        yield Hit(target=remote or "the current branch", note="forced")
    elif not refs and not found and _leased(pushed):
        yield Hit(target=remote or "the current branch", severity="low", note="with a lease")


def _named(pushed: Git) -> tuple[str, list[str]]:
    words = [str(word) for word in pushed.operands(*_VALUED)]
    if pushed.has("--repo"):
        return str(pushed.command.value("--repo") or ""), words
    return (words[0] if words else ""), [word for word in words[1:] if word != "tag"]


def _leased(pushed: Git) -> bool:
    return any(flag.startswith(("--force-w", "--force-i")) for flag in pushed.command.flags)


def _severity(name: str, *, gone: bool) -> Severity:
    if name in _PROTECTED or name.startswith("release/"):
        return "critical"
    return "medium" if gone else "high"
