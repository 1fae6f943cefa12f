"""What the verbs of command lines mean for what they are done to. Pure."""

from typing import Literal

from ccmcp.audit.rules.commands._sets import some
from ccmcp.audit.shell.command import Command, Word

Effect = Literal["destroys", "breaks", "pauses", "none"]
"""It is gone; it stops working or loses what it had, and can be set up again; it stands still; nothing of the kind."""

_DESTROYS = some(
    "delete del destroy purge terminate drop wipe erase nuke unpublish teardown remove rm rb rmdir uninstall deprovision "
    "decommission truncate flush obliterate deletefile rdelete undefine empty deleteall delall"
)
_BREAKS = some(
    "revoke disable deregister unregister detach prune reset archive undeploy unsubscribe suspend deactivate evict drain "
    "rollback abandon forget clear clean expire yank disassociate dissociate unset untag unbind evacuate failover "
    "shutdown poweroff offboard undelegate unprotect cleanup unassign ban block stop kill killall halt deallocate leave rotate "
    "regenerate rekey transfer"
)
_PAUSES = some("cancel restart reboot abort pause rename")
_READS = some(
    "list ls get describe show view create add new update edit set put help search query explain inspect lookup whoami "
    "validate diff plan preview read head stat attach enable resume start undelete restore-deleted wait download "
    "upload login logout apply install upgrade init generate completion copy cp mb grant assign"
)
_BEFORE = some("batch admin force bulk permanent permanently hard soft safe mass async")
"""What may stand before the verb in delete-like words: batch-delete-image, admin-delete-user."""

_OWN = some(
    "config configuration configurations configure alias aliases plugin plugins extension extensions context contexts "
    "completion completions cache caches component components profile profiles"
)
"""What belongs to the client's own settings on this machine."""

_REHEARSALS = some(
    "--help -help --dry-run --dryrun -dry-run --what-if --whatif -whatif --noop --no-op --simulate --preview --validate-only "
    "--check --plan --dry --pretend --no-execute --confirm-with-what-if --list-only --just-print"
)


def effect(word: Word) -> Effect | None:
    """What a word does as a verb: delete, delete-queue, apps:destroy, repo-delete, DeleteInstance. None when it is no verb."""
    text = str(word)
    if ":" in text and "//" not in text:
        text = text.rpartition(":")[2] or text
    plain = text.lower()
    if found := _plain(plain):
        return found
    if "-" in plain or "_" in plain:
        tokens = plain.replace("_", "-").split("-")
        if found := _plain(tokens[0]):
            return found
        if tokens[0] in _BEFORE and (found := _plain(tokens[1])):
            return found
        return _plain(tokens[-1]) if tokens[-1] in _DESTROYS else None
    if text[:1].isupper() and text != text.upper():
        head = next((at for at, letter in enumerate(text) if at and letter.isupper()), 0)
        return _plain(text[:head].lower()) if head else None
    return None


def _plain(word: str) -> Effect | None:
    if word in _DESTROYS:
        return "destroys"
    if word in _BREAKS:
        return "breaks"
    if word in _PAUSES:
        return "pauses"
    return "none" if word in _READS else None


def destroys(name: str) -> bool:
    """Whether a name says that what it names destroys something: delete_file, deleteMany, purge."""
    camel = name[:1].islower() and name != name.lower()
    return effect(Word(name[:1].upper() + name[1:] if camel else name)) == "destroys"


def own_settings(words: tuple[Word, ...]) -> bool:
    """Whether the words before a verb name the client's own settings, which lie on this machine."""
    return any(word.lower() in _OWN for word in words)


def rehearsal(command: Command) -> bool:
    """Whether it only shows what it would do: a dry run, or a call for help."""
    for at, word in enumerate(command.args):
        if word == "--":
            break
        if word[:1] == "-":
            name, _, value = word.lower().partition("=")
            if name in _REHEARSALS and value not in ("false", "none", "off", "0"):
                follows = command.args[at + 1].lower() if at + 1 < len(command.args) else ""
                return not (name in ("--dry-run", "--check") and follows in ("none", "false"))
        elif word == "help" and at < 4:
            return True
    return False
