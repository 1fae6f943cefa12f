"""Git commands after which work that was never committed is gone."""

from collections.abc import Callable, Iterator

from ccmcp.audit.call import Scene
from ccmcp.audit.rule import Hit, Severity, rule
from ccmcp.audit.rules.commands._git import Git, git
from ccmcp.audit.rules.commands._placed import placed
from ccmcp.audit.shell.command import Command, Word

_ALL = frozenset({".", "./", "*", "./*", ":/", ":/*", "--", "..", ":(top)"})


@rule(
    id="GIT-002",
    title="Discard of uncommitted work",
    severity="high",
    category="git",
    matches="reset --hard, clean -f, checkout and restore over changes, stash drop and clear, branch -D, worktree remove --force",
    false_positives="A single file or branch is medium; what runs in a temporary clone is info.",
    advice="git stash (or a commit) first; git clean -n shows what would go.",
    permission="Bash(git reset --hard:*)",
    on=Command,
    programs=("git", "hg", "svn", "jj"),
    attack=("T1485",),
    atlas=("AML.T0101",),
    owasp=("ASI02",),
    auto_mode=("Git Destructive", "Irreversible Local Destruction"),
)
def git_discard(command: Command, scene: Scene) -> Iterator[Hit]:
    """
    Changes, stashes or branches are thrown away without a copy.

    Bad:
        git reset --hard HEAD~1           # high
        git clean -fdx                    # high
        git checkout -- .                 # high
        git checkout .                    # high
        git restore src/app.py            # medium
        git checkout -f main              # high
        git switch --discard-changes dev  # high
        git stash clear                   # high
        git stash drop                    # medium
        git branch -D feature             # medium
        git worktree remove --force ../wt # medium
        git -C sub reset --hard           # high
    Fine:
        git reset --soft HEAD~1
        git restore --staged src/app.py
        git clean -fdn
        git checkout main
        git checkout -b fix/x
        git stash pop
        git branch -d merged
    """
    if command.name != "git":
        yield from _elsewhere(command)
        return
    done = git(command)
    judge = _JUDGES.get(done.sub)
    if not judge or done.has("--help", "--dry-run"):
        return
    scratch = placed(done.folder or command.cwd or ".", command, scene)
    for target, severity, note in judge(done):
        if scratch.where == "temp" and not scratch.inside:
            yield Hit(target=target, severity="info", note="in a temporary clone")
        else:
            yield Hit(target=target, severity=severity, note=note)


_Verdict = tuple[str, Severity, str]


def _reset(done: Git) -> Iterator[_Verdict]:
    words = done.operands()
    target = str(words[0]) if words else "HEAD"
    if done.has("--hard"):
        yield target, "high", "changes, and commits after it, are dropped"
    elif done.command.has("--merge", "--keep"):
        yield target, "high" if done.command.has("--merge") else "medium", "staged changes are dropped"


def _clean(done: Git) -> Iterator[_Verdict]:
    if done.command.has("-n", "--dry-run"):
        return
    if done.has("--force", "-f"):
        words = done.operands("-e", "--exclude")
        yield " ".join(words) or ".", "high" if not words else "medium", "files git does not know are deleted"
    elif done.command.has("-i", "--interactive"):
        yield ".", "low", "asks"
    elif done.command.has("-d", "-x", "-X"):
        yield ".", "low", "refused without -f unless settings allow it"


def _checkout(done: Git) -> Iterator[_Verdict]:
    words = [str(word) for word in done.args]
    if done.command.has("-p", "--patch") or done.command.has("--ours", "--theirs"):
        return
    if done.has("--force", "-f"):
        yield " ".join(done.operands("-b", "-B")) or ".", "high", "changes are dropped"
        return
    if done.command.has("-b", "--orphan", "--detach", "-t", "--track"):
        return
    if done.command.has("-B"):
        yield str(done.command.value("-B")), "low", "a branch is set anew"
        return
    if "--" in words:
        yield from _paths(done.args[words.index("--") + 1 :])
    elif done.has("--pathspec-from-file"):
        yield str(done.command.value("--pathspec-from-file")), "high", "changes are dropped"
    else:
        named = done.operands("--conflict")
        yield from _paths(named[1:] if len(named) > 1 else tuple(word for word in named if _is_path(word)))


def _paths(paths: tuple[Word, ...]) -> Iterator[_Verdict]:
    for path in paths:
        everything = (
            path in _ALL or path.startswith((":/", ":(")) or path.rstrip("/") in ("src", "lib", "app")
        )
        yield str(path), "high" if everything else "medium", "changes in it are dropped"


_EXTENSIONS = frozenset((
    "py js ts tsx jsx mjs cjs go rs rb php java kt c h cc cpp hpp cs swift md txt json yaml yml toml ini cfg conf lock sh html css scss sql xml "
    "vue svelte ipynb lua ex exs erl hs scala clj dart r jl tf proto env csv"
).split())  # fmt: skip


def _is_path(word: Word) -> bool:
    """Whether the one operand of a checkout is a path rather than a branch."""
    if (
        word in _ALL
        or word[:2] in ("./", ":/", ":(")
        or word[:3] == "../"
        or word[-1:] == "/"
        or word.glob
        or "*" in word
    ):
        return True
    return word.rpartition(".")[2].lower() in _EXTENSIONS and "." in word


def _restore(done: Git) -> Iterator[_Verdict]:
    staged, tree = done.has("--staged", "-S"), done.has("--worktree", "-W")
    if (staged and not tree) or done.command.has("-p", "--patch"):
        return
    yield from _paths(done.operands("-s", "--source", "--conflict"))
    if done.has("--pathspec-from-file"):
        yield str(done.command.value("--pathspec-from-file")), "high", "changes are dropped"


def _switch(done: Git) -> Iterator[_Verdict]:
    if done.has("--discard-changes", "--force", "-f"):
        yield " ".join(done.operands("-c", "-C")), "high", "changes are dropped"
    elif done.command.has("-C", "--force-create"):
        yield str(done.command.value("-C", "--force-create")), "low", "a branch is set anew"


def _stash(done: Git) -> Iterator[_Verdict]:
    words = done.operands()
    if words[:1] == ("clear",):
        yield "every stash", "high", "cannot be had back"
    elif words[:1] == ("drop",):
        yield " ".join(words[1:]) or "the last stash", "medium", "a stash is dropped"


def _branch(done: Git) -> Iterator[_Verdict]:
    deletes = done.command.has("-d", "--delete")
    forced = done.has("--force", "-f")
    if done.command.has("-D") or (deletes and forced):
        for name in done.operands():
            yield str(name), "medium", "an unmerged branch may go"
    elif forced and not done.command.has("-m", "-M", "--move", "-c", "-C"):
        yield " ".join(done.operands()[:1]), "medium", "a branch is moved"
    elif deletes:
        for name in done.operands():
            yield str(name), "info", "refused unless merged"


def _worktree(done: Git) -> Iterator[_Verdict]:
    words = done.operands()
    if words[:1] == ("remove",):
        forced = done.has("--force", "-f")
        yield (
            " ".join(words[1:]),
            "medium" if forced else "info",
            "changes in it are dropped" if forced else "refused when dirty",
        )


def _rm(done: Git) -> Iterator[_Verdict]:
    if done.has("--cached") or done.command.has("-n"):
        return
    forced, recursive = done.has("--force", "-f"), done.command.has("-r")
    for path in done.operands():
        everything = path in _ALL
        severity: Severity = (
            "high"
            if everything and (recursive or forced)
            else "medium"
            if forced or everything
            else "low"
            if recursive
            else "info"
        )
        yield str(path), severity, "deleted here and in the index"


def _submodule(done: Git) -> Iterator[_Verdict]:
    words = done.operands()
    if words[:1] == ("deinit",):
        forced = done.has("--force", "-f", "--all")
        yield (
            " ".join(words[1:]) or "every submodule",
            "medium" if forced else "low",
            "its work tree is removed",
        )
    elif words[:1] == ("update",) and done.has("--force", "-f"):
        yield " ".join(words[1:]) or "every submodule", "medium", "changes in it are dropped"
    elif words[:1] == ("foreach",):
        inner = " ".join(words[1:])
        if "reset --hard" in inner or "clean -" in inner or "checkout ." in inner:
            yield "every submodule", "high", "changes are dropped"


def _read_tree(done: Git) -> Iterator[_Verdict]:
    if done.has("--reset") or (done.command.has("-u") and not done.command.has("-m")):
        yield (
            " ".join(done.operands()),
            "high" if done.command.has("-u") else "medium",
            "the index or work tree is overwritten",
        )


def _checkout_index(done: Git) -> Iterator[_Verdict]:
    if done.has("--force", "-f"):
        yield (
            " ".join(done.operands()) or ".",
            "high" if done.has("--all", "-a") else "medium",
            "the work tree is overwritten",
        )


def _lfs(done: Git) -> Iterator[_Verdict]:
    words = done.operands()
    if words[:1] == ("prune",):
        yield "lfs", "medium" if done.has("--force", "-f") else "low", "old copies of large files"


def _sparse(done: Git) -> Iterator[_Verdict]:
    if done.operands()[:1] == ("disable",):
        yield "sparse-checkout", "info", ""


def _low(done: Git) -> Iterator[_Verdict]:
    if done.sub == "tag" and done.command.has("-d", "--delete"):
        yield " ".join(done.operands()), "low", "a tag is deleted"
    elif done.has("--abort", "--quit") or (done.has("--skip") and done.sub != "tag"):
        yield done.sub, "low", "what was done in it so far is dropped"
    elif done.sub == "remote" and done.operands()[:1] in (("remove",), ("rm",)):
        yield " ".join(done.operands()[1:]), "low", "a remote and its branches here are removed"


_JUDGES: dict[str, Callable[[Git], Iterator[_Verdict]]] = {
    "reset": _reset, "clean": _clean, "checkout": _checkout, "restore": _restore, "switch": _switch, "stash": _stash, "branch": _branch,
    "worktree": _worktree, "rm": _rm, "submodule": _submodule, "read-tree": _read_tree, "checkout-index": _checkout_index, "lfs": _lfs,
    "sparse-checkout": _sparse, "tag": _low, "rebase": _low, "merge": _low, "cherry-pick": _low, "am": _low, "revert": _low,
    "remote": _low,
}  # fmt: skip


def _elsewhere(command: Command) -> Iterator[Hit]:
    """Of Mercurial, Subversion and Jujutsu."""
    words = command.operands()
    first, second = (*map(str, words[:2]), "", "")[:2]
    match command.name, first:
        case ("hg", "update" | "up" | "checkout" | "co") if command.has("-C", "--clean"):
            yield Hit(target=second or ".", note="changes are dropped")
        case ("hg", "revert") if command.has("-a", "--all"):
            yield Hit(target=".", note="changes are dropped")
        case ("hg", "purge" | "strip" | "rollback"):
            yield Hit(target=second or ".", note="files or commits are dropped")
        case ("svn", "revert"):
            yield Hit(target=second or ".", severity="high" if command.has("-R", "--recursive") else "medium")
        case ("svn", "cleanup") if command.has("--remove-unversioned", "--remove-ignored"):
            yield Hit(target=second or ".")
        case ("svn", "delete" | "rm" | "remove") if second.startswith(
            ("http", "svn", "file:")
        ) or command.has("--force"):
            yield Hit(target=second, note="in the repository, or with changes in it")
        case ("jj", "abandon") | ("jj", "op"):
            yield Hit(
                target=second or "@",
                severity="medium" if first == "abandon" or second in ("abandon", "restore") else "info",
            )
        case _:
            return
