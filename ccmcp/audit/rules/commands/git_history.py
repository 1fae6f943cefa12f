"""Git commands that rewrite history, or take away what lost commits are found with."""

from collections.abc import Iterator

from ccmcp.audit.call import Scene
from ccmcp.audit.rule import Hit, Severity, rule
from ccmcp.audit.rules.commands._git import Git, git
from ccmcp.audit.shell.command import Command


@rule(
    id="GIT-003",
    title="History rewrite or loss of recovery",
    severity="medium",
    category="git",
    matches="filter-branch, filter-repo, BFG, reflog expire and delete, gc --prune=now, prune, update-ref; rebase and amend as info",
    false_positives="Rebase and amend of one's own unpushed commits are everyday work: info.",
    advice="Make a clone or bundle first: git clone --mirror, git bundle create.",
    permission="Bash(git filter-branch:*)",
    on=Command,
    programs=("git", "git-filter-repo", "bfg", "java", "git-filter-branch"),
    attack=("T1490", "T1565.001"),
    owasp=("ASI02",),
    soc2=("CC7.2", "CC8.1"),
    auto_mode=("Git Destructive",),
)
def git_history(command: Command, scene: Scene) -> Iterator[Hit]:
    """
    History is rewritten, or the reflog and unreachable commits, the way back, are deleted.

    Bad:
        git filter-branch --force --tree-filter "rm -f x" HEAD   # high
        git filter-repo --path secrets --invert-paths            # high
        git reflog expire --expire=now --all                     # high
        git gc --prune=now --aggressive                          # high
        git update-ref -d refs/heads/main                        # high
    Fine:
        git rebase -i HEAD~3               # info
        git commit --amend --no-edit       # info
        git gc
        git reflog
        git log --grep filter-branch
    """
    _ = scene
    if command.name == "git":
        if verdict := _verdict(git(command)):
            yield Hit(target=verdict[0], severity=verdict[1], note=verdict[2])
    elif command.name == "java":
        if any("bfg" in word.lower() and word.endswith(".jar") for word in command.args):
            yield Hit(target="bfg", severity="high", note="every commit is rewritten")
    elif not command.has("--help", "--version", "--analyze", "--dry-run"):
        yield Hit(target=command.name, severity="high", note="every commit is rewritten")


def _verdict(done: Git) -> tuple[str, Severity, str] | None:  # noqa: PLR0911, C901, PLR0912 - one case a subcommand
    words = [str(word) for word in done.operands()]
    if done.has("--help", "--dry-run") or (
        done.command.has("-n") and done.sub in ("prune", "reflog", "worktree", "gc")
    ):
        return None
    match done.sub:
        case "filter-branch" | "filter-repo":
            return None if done.has("--analyze") else ("every commit", "high", "every commit is rewritten")
        case "reflog" if words[:1] == ["expire"]:
            soon = any(
                "=now" in word or "=all" in word or word in ("now", "all", "0") or "=0" in word
                for word in done.args
            )
            return (
                " ".join(words[1:]) or "reflog",
                "high" if soon or done.has("--all") else "medium",
                "the way back to lost commits",
            )
        case "reflog" if words[:1] in (["delete"], ["drop"]):
            return (" ".join(words[1:]) or "reflog", "high", "the way back to lost commits")
        case "gc":
            when = next((word.partition("=")[2] for word in done.args if word.startswith("--prune=")), "")
            return (
                ("unreachable commits", "high", "deleted at once")
                if when in ("now", "all", "0", "today")
                else None
            )
        case "prune":
            return "unreachable commits", "medium", "deleted"
        case "update-ref":
            if done.command.has("-d", "--delete", "--stdin"):
                return words[0] if words else "refs", "high", "a ref is deleted past every check"
            return words[0] if words else "refs", "medium", "a ref is moved past every check"
        case "symbolic-ref" if done.command.has("-d", "--delete"):
            return words[0] if words else "HEAD", "medium", "a ref is deleted"
        case "replace" if not done.command.has("-l", "--list") and words:
            return words[0], "medium", "an object stands for another"
        case "fast-import" if done.has("--force"):
            return "refs", "high", "refs are overwritten"
        case "repack" if done.command.has("-a", "-A") and done.command.has("-d"):
            return "packs", "low", "unreachable objects may go"
        case "rebase" if not done.has("--abort", "--continue", "--skip", "--quit", "--show-current-patch"):
            return (
                " ".join(words) or "the branch",
                "low" if done.has("--root") else "info",
                "commits are made anew",
            )
        case "commit" if done.has("--amend"):
            return "the last commit", "info", "made anew"
        case "pull" if done.command.has("-r", "--rebase"):
            return " ".join(words) or "the branch", "info", "commits are made anew"
        case "fetch" | "pull" if any(word[:1] == "+" for word in words) or done.has("--force"):
            return " ".join(words) or "refs", "low", "refs here may be overwritten"
        case "notes" if words[:1] in (["remove"], ["prune"]):
            return " ".join(words), "low", "notes are deleted"
        case "maintenance" | "pack-refs" | "fsck":
            return None
        case "lfs" if words[:1] == ["migrate"] and words[1:2] != ["info"]:
            return "every commit", "high", "every commit is rewritten"
        case "config" if (
            any(word.lower().startswith(("gc.reflogexpire", "gc.pruneexpire")) for word in words[:1])
            and len(words) > 1
        ):
            return words[0], "medium", "the way back to lost commits is shortened"
    return None
