"""Copies that delete or overwrite at their destination: rsync --delete, scp onto a system's files."""

from collections.abc import Iterator

from ccmcp.audit.call import Scene
from ccmcp.audit.places import place
from ccmcp.audit.rule import Hit, rule
from ccmcp.audit.rules.commands._reach import names_production
from ccmcp.audit.rules.commands._sets import some
from ccmcp.audit.shell.command import Command, Word

_RSYNC_VALUED = some(
    "-e -f -M -B -T --rsh --exclude --include --filter --files-from --exclude-from --include-from --rsync-path --bwlimit "
    "--timeout --port --log-file --backup-dir --suffix --partial-dir --compare-dest --link-dest --chmod --chown --info"
)
_DELETES = (
    "--delete", "--del", "--delete-before", "--delete-during", "--delete-delay", "--delete-after", "--delete-excluded",
    "--remove-source-files", "--delete-missing-args",
)  # fmt: skip
_SCP_VALUED = some("-P -i -o -F -c -l -S -J -D -X")
_SYSTEM = some("bin boot dev etc lib lib32 lib64 opt proc root sbin srv sys usr var")
_LOOSE = ("/var/tmp", "/var/www", "/srv/www", "/opt/", "/root/", "/srv/", "/usr/share/nginx", "/var/log/")  # noqa: S108 - compared, not written to


@rule(
    id="CLD-003",
    title="Copy that deletes or overwrites at its destination",
    severity="medium",
    category="cloud",
    matches="rsync --delete or --remove-source-files; scp onto the root or a system folder of another machine",
    false_positives="Deploys by rsync --delete to a web root that holds nothing else.",
    advice="Run it with --dry-run first, and check the source is not empty.",
    permission="Bash(rsync *--delete*)",
    on=Command,
    programs=("rsync", "scp", "sftp"),
    attack=("T1485", "T1565.001"),
    owasp=("ASI02",),
    auto_mode=("Irreversible Local Destruction", "Remote Shell Writes"),
)
def deleting_copy(command: Command, scene: Scene) -> Iterator[Hit]:
    """
    A copy after which files are gone that nobody named.

    Bad:
        rsync -a --delete site/ deploy@web-1:/srv/www/
        rsync -a --delete ~/work/ /mnt/backup/work/
        rsync -a --remove-source-files inbox/ archive/
        scp nginx.conf root@web-1:/etc/nginx/nginx.conf
    Fine:
        rsync -a --delete --dry-run site/ web-1:/srv/www/
        rsync -avn --delete site/ web-1:/srv/www/
        rsync -a --delete src/ /tmp/copy/  # low
        rsync -a site/ web-1:/srv/www/
        scp report.pdf me@web-1:~/
    """
    if command.name == "rsync":
        yield from _rsync(command, scene)
    elif command.name == "scp":
        yield from _scp(command)


def _rsync(command: Command, scene: Scene) -> Iterator[Hit]:
    if not command.has(*_DELETES) or command.has("--dry-run", "-n", "--list-only", "--help"):
        return
    words = command.operands(_RSYNC_VALUED)
    if len(words) < 2:
        return
    target = words[-1] if not command.has("--remove-source-files") else words[0]
    if _remote(target):
        yield Hit(_told(target), "high" if names_production(_host(target)) else "medium")
        return
    where = place(target, cwd=command.cwd or scene.call.cwd, home=scene.home, roots=scene.roots)
    yield Hit(where.path, "low" if where.where in ("temp", "build") else "medium")


def _scp(command: Command) -> Iterator[Hit]:
    words = command.operands(_SCP_VALUED)
    if len(words) < 2 or not _remote(words[-1]):
        return
    path = (
        words[-1].partition("://")[2].partition("/")[2]
        if "://" in words[-1]
        else words[-1].rpartition(":")[2]
    )
    if path == "/" or (path[:1] == "/" and path.split("/")[1] in _SYSTEM and not path.startswith(_LOOSE)):
        yield Hit(_told(words[-1]), "medium", "a system folder")


def _remote(word: Word) -> bool:
    """Whether a word of rsync or scp names another machine: host:path, user@host:path, rsync://host/path."""
    if "://" in word:
        return True
    head, colon, _ = word.partition(":")
    return bool(colon) and "/" not in head and len(head) > 1


def _host(word: Word) -> str:
    return word.partition("://")[2].partition("/")[0] or word.partition(":")[0]


def _told(word: Word) -> str:
    return word.rpartition("@")[2]
