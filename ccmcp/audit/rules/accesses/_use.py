"""What becomes of what a command reads from a file: whether its values can be seen in the end. Pure."""

from collections.abc import Iterator

from ccmcp.audit.call import Access, Scene
from ccmcp.audit.places import Place, place
from ccmcp.audit.rules.commands._placed import placed
from ccmcp.audit.shell.command import Command

_MOST = 200
"""So many commands of a text are looked at for who reads another's output."""
_MEASURES = frozenset(
    "wc md5sum md5 sha256sum sha1sum sha512sum shasum b2sum cksum stat file readlink du cmp ls ent ssdeep "
    "identify".split()
)
_QUIET_GREP = (
    "-q", "-c", "-l", "-L", "--quiet", "--silent", "--count", "--files-with-matches", "--files-without-match",
)  # fmt: skip
_GREPS = frozenset("grep egrep fgrep rg ag zgrep ugrep ggrep".split())


def where(access: Access, scene: Scene) -> Place:
    """The place an access is to."""
    if access.command is not None:
        return placed(access.path, access.command, scene)
    return place(access.path, cwd=scene.call.cwd, home=scene.home, roots=scene.roots)


def keeps_values_back(command: Command) -> bool:
    """Whether a command shows only names, counts or digests of what it reads."""
    name, args = command.name, command.args
    if name in _MEASURES:
        return True
    if name in _GREPS:
        return command.has(*_QUIET_GREP) or (
            command.has("-o", "--only-matching")
            and any("=" not in word or "^=" in word for word in command.operands()[:1])
        )
    if name == "cut":
        return (
            any(word in ("-f1", "-f", "--fields=1") for word in args)
            and (command.value("-f") or "1") == "1"
            and any("=" in word or ":" in word for word in args)
        )
    if name in ("sed", "gsed"):
        return any("=.*" in word or "=[^" in word for word in args)
    if name in ("awk", "gawk", "mawk"):
        return any("=" in word for word in args[:2] if word[:2] == "-F") and any(
            "print $1" in word and "$2" not in word and "$0" not in word for word in args
        )
    if name in ("jq", "gojq"):
        return any(
            word in ("keys", ".|keys", "keys[]", "length", "type")
            or word.endswith(("| keys", "|keys", "| length", "|length"))
            for word in args
        )
    return name in ("head", "tail") and command.value("-c") in ("1", "0")


def consumers(command: Command, scene: Scene) -> Iterator[Command]:
    """The commands that read its output, or get it as words."""
    if scene.script is not None:
        for other in scene.script.commands[:_MOST]:
            if any(each is command for each in other.reads) or any(each is command for each in other.inner):
                yield other


def hidden(command: Command, scene: Scene) -> bool:
    """Whether nothing of what it reads is shown."""
    if keeps_values_back(command):
        return True
    if any(
        redirect.writes and redirect.target == "/dev/null" and redirect.fd in (-1, 1)
        for redirect in command.redirects
    ):
        return True
    return any(
        keeps_values_back(other) or (other.name == "sed" and keeps_values_back(other))
        for other in consumers(command, scene)
    )


_SETS = frozenset({
    "export", "declare", "env", "set", "source", ".", "eval", "", "local", "typeset", "readonly", "read",
    "setenv",
})  # fmt: skip


def captured(command: Command, scene: Scene) -> bool:
    """Whether its output becomes a variable's value: X=$(cat f), export $(cat f)."""
    if any(
        other.name in _SETS and any(each is command for each in other.inner)
        for other in consumers(command, scene)
    ):
        return True
    if any(
        other.name in ("read", "mapfile", "readarray", "source", ".", "export")
        for other in consumers(command, scene)
    ):
        return True
    text = scene.script.text if scene.script is not None else ""
    start = text.find(command.text) if command.text else -1
    before = text[max(0, start - 60) : start].rstrip() if start > 0 else ""
    return before.endswith(('="$(', "=$(", "=`", '="`'))
