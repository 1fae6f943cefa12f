"""Getting round the checks a repository makes."""

from collections.abc import Iterator

from ccmcp.audit.call import Scene
from ccmcp.audit.rule import Hit, rule
from ccmcp.audit.rules.commands._git import Git, git
from ccmcp.audit.shell.command import Command

_OFF = frozenset({"0", "false", "no", "off", ""})
_VARIABLES = {
    "HUSKY": _OFF, "HUSKY_SKIP_HOOKS": None, "SKIP": None, "LEFTHOOK": _OFF, "OVERCOMMIT_DISABLE": None, "LEFTHOOK_EXCLUDE": None,
    "PRE_COMMIT_ALLOW_NO_CONFIG": None, "SKIP_HOOKS": None, "GIT_HOOKS_DISABLE": None, "HUSKY_SKIP_INSTALL": None,
}  # fmt: skip
"""What switches hooks off: with one of these values, or (None) with any."""


@rule(
    id="GIT-004",
    title="Safety check bypass in version control",
    severity="medium",
    category="git",
    matches="--no-verify, commit -n, hooks switched off by variable or core.hooksPath, signing off, gh pr merge --admin",
    false_positives="-n of push and add is a dry run and left alone.",
    advice="Run the hook and fix what it finds; keep required checks on the server.",
    permission="Bash(git commit --no-verify:*)",
    on=Command,
    programs=("git", "gh", "glab", "pre-commit", "lefthook", "husky", "overcommit"),
    attack=("T1562.001",),
    owasp=("ASI09", "ASI10"),
    soc2=("CC7.2", "CC8.1"),
    auto_mode=("CI Bypass", "Merge Without Review"),
)
def git_bypass(command: Command, scene: Scene) -> Iterator[Hit]:
    """
    Hooks, signatures or reviews are left out.

    Bad:
        git commit --no-verify -m wip
        git commit -nm wip
        git push --no-verify
        HUSKY=0 git commit -m x
        SKIP=mypy git commit -m x
        git -c core.hooksPath=/dev/null commit -m x
        git config core.hooksPath /dev/null
        gh pr merge 12 --admin
    Fine:
        git commit -m "run without --no-verify"
        git push -n
        git config --get core.hooksPath
        gh pr merge 12 --squash
    """
    _ = scene
    for name, value in command.sets.items():
        if name in _VARIABLES and value and ((off := _VARIABLES[name]) is None or value in off):
            yield Hit(target=name, note="hooks switched off by a variable")
    if command.name == "git":
        yield from _git(git(command))
    elif command.name in ("gh", "glab"):
        if command.operands()[:2] in (("pr", "merge"), ("mr", "merge")) and command.has("--admin"):
            yield Hit(
                target=" ".join(command.operands()[2:]) or "pull request", note="merged past required checks"
            )
    elif command.operands()[:1] == ("uninstall",) or (
        command.name == "overcommit" and command.has("--uninstall")
    ):
        yield Hit(target=command.name, note="hooks removed")


def _git(done: Git) -> Iterator[Hit]:
    if done.has("--no-verify") and done.sub not in ("fetch", "ls-remote"):
        yield Hit(target=done.sub, note="hooks left out")
    elif done.sub == "commit" and _short_n(done):
        yield Hit(target="commit", note="hooks left out")
    if done.has("--no-gpg-sign"):
        yield Hit(target=done.sub, severity="low", note="not signed")
    for name, value in done.settings:
        yield from _setting(name, value)
    if done.sub == "config" and not done.has("--get", "--get-all", "--list", "-l", "--unset", "--get-regexp"):
        words = [str(word) for word in done.operands("-f", "--file", "--type", "--default")]
        if words[:1] == ["set"]:
            del words[0]
        if len(words) > 1:
            yield from _setting(words[0].lower(), words[1])


def _short_n(done: Git) -> bool:
    """Whether -n is among the short options, and not part of a message (-mnothing)."""
    for word in done.args:
        if word == "--":
            return False
        if word[:1] == "-" and word[:2] != "--":
            for letter in word[1:]:
                if letter == "n":
                    return True
                if letter in "mFCcSutT":
                    break
    return False


def _setting(name: str, value: str) -> Iterator[Hit]:
    if name == "core.hookspath":
        nowhere = value in ("", "/dev/null") or "empty" in value or value.startswith(("/tmp", "/nonexist"))  # noqa: S108
        yield Hit(target=name, severity="medium" if nowhere else "low", note="hooks run from another folder")
    elif name in ("commit.gpgsign", "tag.gpgsign", "push.gpgsign") and value in _OFF:
        yield Hit(target=name, severity="low", note="signing switched off")
    elif name == "receive.denynonfastforwards" and value in _OFF:
        yield Hit(target=name, note="force pushes allowed")
