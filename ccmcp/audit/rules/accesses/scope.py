"""Files outside the project that are written or read."""

from collections.abc import Iterator

from ccmcp.audit.call import Access, Scene
from ccmcp.audit.credentials import credential
from ccmcp.audit.places import Place
from ccmcp.audit.rule import Hit, Severity, rule
from ccmcp.audit.rules.accesses._use import where
from ccmcp.audit.rules.commands._placed import CONTAINERS

_OWN = (
    "/plans/", "/memory", "/todos/", "/projects/", "/tasks/", "/scratchpad", "/teams/", "/plan",
    "/shell-snapshots/", "/debug/", "/statsig/", "/jobs/",
)  # fmt: skip
_PROGRAMS = (
    "/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/", "/lib/", "/usr/lib/", "/boot/", "/System/", "C:/Windows/",
)  # fmt: skip
_UNINTERESTING = (
    "/usr/", "/bin/", "/lib/", "/lib64/", "/sbin/", "/proc/", "/sys/", "/opt/", "/nix/", "/Applications/",
    "/Library/", "/System/", "/snap/",
)  # fmt: skip


@rule(
    id="FS-007",
    title="Write or edit outside the project",
    severity="medium",
    category="scope",
    matches="Write, Edit, redirects, tee, cp, mv and such with a target outside the project's root and the folders added to the session",
    false_positives="Temporary folders and the agent's own plans and memories are info; folders in which one works without adding them.",
    advice="Add the folder to the session (--add-dir), or deny writes outside the project in settings.",
    permission="Edit(//etc/**)",
    on=Access,
    attack=("T1565.001",),
    owasp=("ASI02", "ASI03"),
    auto_mode=("Local Operations",),
)
def write_outside(access: Access, scene: Scene) -> Iterator[Hit]:
    """
    A file is written where the project does not reach.

    Bad:
        Write: /home/me/other/src/app.py     # medium
        Edit: /etc/hosts                     # high
        Edit: ~/.gitconfig                   # medium
        Write: ~/.ssh/config                 # high
        cp app /usr/bin/app                  # high
    Fine:
        Write: /home/me/project/src/app.py
        Write: /tmp/notes.md                 # info
        Write: ~/.claude/plans/plan.md       # info
        echo x > ../note.txt                 # low
        npm test > /dev/null
    """
    if access.how != "write":
        return
    found = where(access, scene)
    if found.inside or found.where in ("device", "unknown", "project"):
        return
    severity, note = _written(access, found)
    if access.command is not None and (
        access.command.host or not CONTAINERS.isdisjoint(access.command.through)
    ):
        severity, note = "low", "on another host or in a container"
    yield Hit(target=found.path, severity=severity, note=note)


def _written(access: Access, found: Place) -> tuple[Severity, str]:
    path, by_tool = found.path, access.command is None
    if found.where in ("temp", "build"):
        return "info", "temporary, or made anew by a build"
    if found.where == "agent":
        return (
            ("info", "the agent's own")
            if any(part in path for part in _OWN)
            else ("low", "an agent's settings")
        )
    if found.where in ("system", "root"):
        return _system(path, by_tool=by_tool)
    if found.where == "dotfile":
        if "/.ssh/" in path:
            return "high", "SSH"
        return ("medium" if by_tool else "low"), "settings of the user's shell or programs"
    if "/.git/hooks/" in path or path.endswith((".env", "/.git/config")):
        return "high" if by_tool else "medium", "another project's settings"
    return ("medium" if by_tool else "low"), ""


def _system(path: str, *, by_tool: bool) -> tuple[Severity, str]:
    if path.startswith(_PROGRAMS):
        return "high", "the system's programs"
    if path.startswith(("/etc/", "/private/etc/")):
        return ("high" if by_tool else "medium"), "the system's settings"
    mild = not by_tool or path.startswith(("/mnt/", "/opt/", "/srv/"))
    return ("low" if mild else "medium"), "a system folder"


@rule(
    id="FS-008",
    title="Read outside the project",
    severity="info",
    category="scope",
    matches="Read, Grep, Glob, cat and such with a path outside the project's root and the folders added to the session",
    false_positives="Most are libraries, neighbouring projects and documents the user named.",
    advice="Look at the list of folders now and then; deny those that are none of the agent's business.",
    permission="Read(~/Documents/**)",
    on=Access,
    attack=("T1083",),
    owasp=("ASI02",),
)
def read_outside(access: Access, scene: Scene) -> Iterator[Hit]:
    """
    A file is read, or a folder listed, where the project does not reach.

    Bad:
        Read: ~/.ssh/id_rsa               # medium
        Read: ~/.aws/credentials          # medium
    Fine:
        Read: /home/me/other/README.md    # info
        ls ~/Documents                    # info
        cat src/app.py
        cat /usr/include/stdio.h
        cat ~/.npm/_logs/debug.log
    """
    if access.how not in ("read", "list"):
        return
    found = where(access, scene)
    if (
        found.inside
        or found.where in ("temp", "build", "device", "agent", "unknown", "project")
        or found.path.startswith(_UNINTERESTING)
    ):
        return
    kept = credential(found.path) if access.how == "read" and access.command is None else None
    if kept is not None and kept.severity in ("high", "medium"):
        yield Hit(target=found.path, severity="medium", note=kept.kind)
    else:
        yield Hit(target=found.path, note=found.where)
