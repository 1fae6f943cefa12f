"""Where a repository sends its commits."""

from collections.abc import Iterator

from ccmcp.audit.call import Scene
from ccmcp.audit.rule import Hit, rule
from ccmcp.audit.rules.commands._git import Git, git
from ccmcp.audit.shell.command import Script


@rule(
    id="GIT-006",
    title="Remote repointed, or a push to somewhere new",
    severity="medium",
    category="git",
    matches="git remote set-url, remote.*.url and pushurl settings, insteadOf, a remote added and pushed to, a push to a URL",
    false_positives="Forks and moves between https and ssh of the same repository.",
    advice="git remote -v shows where pushes go; check the owner's name.",
    permission="Bash(git remote set-url:*)",
    on=Script,
    attack=("T1567.001",),
    atlas=("AML.T0086",),
    owasp=("ASI02",),
    auto_mode=("Remote Repoint", "Out-of-Place Publication"),
)
def git_remote(script: Script, scene: Scene) -> Iterator[Hit]:
    """
    Commits would go somewhere else than before.

    Bad:
        git remote set-url origin https://example.com/other/repo.git
        git config remote.origin.pushurl https://example.com/x.git
        git remote add mirror https://example.com/x.git && git push mirror main
        git push https://example.com/x.git main
    Fine:
        git remote add upstream https://example.com/x.git    # low
        git remote -v
        git push origin main
    """
    _ = scene
    if "git" not in script.text:
        return
    commands = [git(each) for each in script.commands if each.name == "git"]
    pushed = {
        str(word)
        for each in commands
        if each.sub == "push"
        for word in each.operands("-o", "--push-option")[:1]
    }
    for each in commands:
        yield from _hits(each, pushed)


def _hits(done: Git, pushed: set[str]) -> Iterator[Hit]:
    words = [str(word) for word in done.operands("-t", "-m", "-o", "--push-option", "-f", "--file")]
    for name, value in done.settings:
        if done.sub != "push" and name.startswith("url.") and name.endswith("insteadof"):
            yield Hit(target=value or name, severity="low", note="for this command")
    if done.sub == "remote" and words[:1] == ["set-url"] and len(words) > 2 and not done.has("--delete"):
        yield Hit(target=words[2], note=f"{words[1]} points there now")
    elif done.sub == "remote" and words[:1] == ["add"] and len(words) > 2:
        used = words[1] in pushed and words[1] != "origin"
        yield Hit(target=words[2], severity="medium" if used else "low", note="a new remote")
    elif done.sub == "config" and len(words) > 1 and not done.has("--get", "--unset", "--get-all"):
        name = words[0].lower()
        if name.startswith("remote.") and name.endswith(("url",)):
            yield Hit(target=words[1], note="points there now")
        elif name.startswith("url.") and name.endswith("insteadof"):
            yield Hit(target=words[1], severity="medium", note="URLs are rewritten")
    elif done.sub == "push" and words and ("://" in words[0] or (words[0][:4] == "git@" and ":" in words[0])):
        yield Hit(target=words[0].rpartition("@")[2], note="a push to a URL rather than a remote")
