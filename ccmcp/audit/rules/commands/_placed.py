"""Where a command's words lie."""

import re
from functools import lru_cache

from ccmcp.audit.call import Scene
from ccmcp.audit.places import Place, place
from ccmcp.audit.shell.command import Command


def placed(word: str, command: Command, scene: Scene) -> Place:
    """The place an argument of a command names, in the folder the command runs in; on another host without a project."""
    if command.cwd and word[:1] not in ("/", "~", "$", "`", "%") and word[1:2] != ":":
        word = f"{command.cwd}/{word}"
    if command.host:
        found = place(word)
        return Place(found.path, "unknown", inside=False) if found.where == "project" else found
    found = place(word, cwd=scene.call.cwd, home=scene.home, roots=scene.roots)
    if found.where == "unknown" and (meant := _assigned(word, scene)):
        known = place(meant, cwd=scene.call.cwd, home=scene.home, roots=scene.roots)
        return known if known.where != "unknown" else found
    return found


def _assigned(word: str, scene: Scene) -> str:
    """A path that begins with a variable, with the $(...) put in that the script last gives it: T=$(mktemp -d)."""
    text = scene.script.text if scene.script else ""
    named = _variable().match(word)
    if not named or f"{named[1]}=" not in text:
        return ""
    values = _given(named[1]).findall(text)
    return f"{values[-1]}{word[named.end() :]}" if values else ""


@lru_cache(maxsize=1)
def _variable() -> re.Pattern[str]:
    return re.compile(r"\$\{?([A-Za-z_]\w*)(?:\}|(?![\w{]))")


@lru_cache(maxsize=64)
def _given(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w$]){name}=\"?((?:\$\([^()]*\)|`[^`]*`)[^\s\"';&|)]*)")


def in_container(command: Command) -> bool:
    """Whether it runs in a container that is made for it (docker run, a build)."""
    return not CONTAINERS.isdisjoint(command.through)


CONTAINERS = frozenset({"docker", "podman", "nerdctl", "docker-compose", "buildah", "finch", "chroot", "lxc"})
